/* SPDX-License-Identifier: MIT */
#include "host/analysis/framework.h"

#include <stdlib.h>
#include <string.h>

int km_mobile_kind(const km_labels *labels)
{
    for (int m = 0; m < labels->n_molecules; m++) {
        const km_molecule_kind *kind = &labels->kind[labels->molecule_kind[m]];
        if (kind->n_atoms == 1 && km_kind_charge(kind) > 0 &&
            strcmp(labels->element[labels->molecule_start[m]], "K") == 0)
            return labels->molecule_kind[m];
    }
    return -1;
}

static km_status fill(km_framework *f, const km_labels *labels)
{
    f->labels = labels;
    f->kind = km_mobile_kind(labels);
    KM_NEW(f->ion, labels->n_atoms + 1);
    KM_NEW(f->rest, labels->n_atoms + 1);
    for (int i = 0; i < labels->n_atoms; i++) {
        if (labels->molecule_kind[labels->molecule[i]] == f->kind)
            f->ion[f->n_ions++] = i;
        else
            f->rest[f->n_rest++] = i;
    }
    return KM_OK;
}

km_status km_framework_create(const km_labels *labels, km_framework **out)
{
    *out = NULL;
    km_framework *f;
    KM_NEW(f, 1);
    const km_status status = fill(f, labels);
    if (status == KM_OK)
        *out = f;
    else
        km_framework_destroy(f);
    return status;
}

void km_framework_destroy(km_framework *f)
{
    if (f == NULL)
        return;
    free(f->ion);
    free(f->rest);
    free(f);
}

static km_vec3 raw_fraction(const km_frame *frame, int atom)
{
    const double *r = frame->position + 3 * (size_t)atom;
    return km_box_to_fractional(&frame->box, km_vec3_make(r[0], r[1], r[2]));
}

void km_framework_frame(km_framework *f, const km_frame *frame)
{
    km_vec3 mean = km_vec3_make(0.0, 0.0, 0.0);
    for (int k = 0; k < f->n_rest; k++)
        mean = km_vec3_add(mean, km_vec3_scale(1.0 / f->n_rest, raw_fraction(frame, f->rest[k])));
    if (f->n_frames == 0)
        f->first = mean;
    f->shift = km_vec3_sub(mean, f->first);
    f->n_frames++;
    for (int c = 0; c < 3; c++) {
        const km_vec3 edge = km_box_image_shift(&frame->box, c == 0, c == 1, c == 2);
        f->mean_edge[c] = km_vec3_add(
            f->mean_edge[c], km_vec3_scale(1.0 / f->n_frames, km_vec3_sub(edge, f->mean_edge[c])));
    }
}

km_vec3 km_framework_fraction(const km_framework *f, const km_frame *frame, int atom)
{
    return km_vec3_sub(raw_fraction(frame, atom), f->shift);
}
