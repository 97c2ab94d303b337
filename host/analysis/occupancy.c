/* SPDX-License-Identifier: MIT */
#include "host/analysis/occupancy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

struct km_occupancy {
    km_framework *framework;
    int n[3];
    double *count; /* n[0] x n[1] x n[2] */
};

km_status km_occupancy_create(const km_labels *labels, km_occupancy **out)
{
    *out = NULL;
    km_occupancy *o;
    KM_NEW(o, 1);
    const km_status status = km_framework_create(labels, &o->framework);
    if (status == KM_OK)
        *out = o;
    else
        km_occupancy_destroy(o);
    return status;
}

void km_occupancy_destroy(km_occupancy *o)
{
    if (o == NULL)
        return;
    km_framework_destroy(o->framework);
    free(o->count);
    free(o);
}

/* As many voxels as the first cell asks for. */
static km_status make_grid(km_occupancy *o, const km_box *box)
{
    double spacing = KM_OCCUPANCY_SPACING, total;
    do {
        total = 1.0;
        for (int c = 0; c < 3; c++) {
            const double edge = km_vec3_norm(km_box_image_shift(box, c == 0, c == 1, c == 2));
            const double voxels = fmax(1.0, ceil(edge / spacing - 1e-6));
            total *= voxels;
            o->n[c] = voxels < KM_OCCUPANCY_MOST ? (int)voxels : KM_OCCUPANCY_MOST;
        }
        spacing *= 1.1;
    } while (total > KM_OCCUPANCY_MOST);
    KM_NEW(o->count, (size_t)total);
    return KM_OK;
}

static int voxel(double fraction, int n)
{
    const double inside = fraction - floor(fraction);
    const int k = (int)(inside * n);
    return k < n ? k : n - 1;
}

km_status km_occupancy_frame(km_occupancy *o, const km_frame *frame)
{
    const km_framework *f = o->framework;
    if (f->n_ions == 0)
        return KM_OK;
    if (o->count == NULL)
        KM_TRY(make_grid(o, &frame->box));
    km_framework_frame(o->framework, frame);
    for (int k = 0; k < f->n_ions; k++) {
        const km_vec3 s = km_framework_fraction(f, frame, f->ion[k]);
        if (!isfinite(s.x + s.y + s.z))
            return KM_FAIL(KM_ERROR_PHYSICS, "a position of atom %d is not a number", f->ion[k]);
        const size_t at =
            ((size_t)voxel(s.x, o->n[0]) * (size_t)o->n[1] + (size_t)voxel(s.y, o->n[1])) *
                (size_t)o->n[2] +
            (size_t)voxel(s.z, o->n[2]);
        o->count[at] += 1.0;
    }
    return KM_OK;
}

void km_occupancy_finish(km_occupancy *o, km_occupancy_result *out)
{
    const km_framework *f = o->framework;
    if (f->n_ions == 0 || f->n_frames == 0) {
        snprintf(out->note, sizeof out->note, "there are no %s",
                 f->n_ions == 0 ? "potassium ions (single atoms of element K with a charge)"
                                : "frames");
        return;
    }
    out->available = true;
    out->n_ions = f->n_ions;
    out->n_frames = f->n_frames;
    snprintf(out->name, sizeof out->name, "%s", f->labels->kind[f->kind].name);
    size_t total = 1;
    for (int c = 0; c < 3; c++) {
        const km_vec3 step = km_vec3_scale(1.0 / (KM_NM_PER_ANGSTROM * o->n[c]), f->mean_edge[c]);
        const double part[3] = {step.x, step.y, step.z};
        memcpy(out->step[c], part, sizeof part);
        out->n[c] = o->n[c];
        total *= (size_t)o->n[c];
    }
    const double volume = out->step[0][0] * out->step[1][1] * out->step[2][2];
    for (size_t k = 0; k < total; k++)
        o->count[k] /= volume * f->n_frames;
    out->density = o->count;
    o->count = NULL;
}

/* A replica without a grid, or with another one than the first; -1 = none. */
static int find_other(const km_occupancy_result *const *replica, int n)
{
    for (int r = 0; r < n; r++)
        if (!replica[r]->available ||
            memcmp(replica[r]->n, replica[0]->n, sizeof replica[r]->n) != 0)
            return r;
    return -1;
}

km_status km_occupancy_of_replicas(const km_occupancy_result *const *replica, int n,
                                   km_occupancy_result *out)
{
    const km_occupancy_result *first = replica[0];
    *out = (km_occupancy_result){.available = false};
    const int other = find_other(replica, n);
    if (other >= 0) {
        snprintf(out->note, sizeof out->note, "replica %d: %.200s", other + 1,
                 replica[other]->available ? "its grid has other voxels than that of replica 1"
                                           : replica[other]->note);
        return KM_OK;
    }
    const size_t total = (size_t)first->n[0] * (size_t)first->n[1] * (size_t)first->n[2];
    KM_NEW(out->density, total);
    memcpy(out->name, first->name, sizeof out->name);
    memcpy(out->n, first->n, sizeof out->n);
    out->n_ions = first->n_ions;
    for (int r = 0; r < n; r++) {
        out->n_frames += replica[r]->n_frames;
        for (int edge = 0; edge < 3; edge++)
            for (int c = 0; c < 3; c++)
                out->step[edge][c] += replica[r]->step[edge][c] / n;
        for (size_t k = 0; k < total; k++)
            out->density[k] += replica[r]->density[k] / n;
    }
    out->available = true;
    return KM_OK;
}

void km_occupancy_result_clear(km_occupancy_result *result)
{
    free(result->density);
    result->density = NULL;
}
