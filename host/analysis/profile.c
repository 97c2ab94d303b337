/* SPDX-License-Identifier: MIT */
#include "host/analysis/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/molecule_centre.h"
#include "host/analysis/profile_layout.h"
#include "kernels/base/units.h"

#define BIN_WIDTH 0.02    /* nm                                              */
#define NEUTRAL 1e-3      /* e   a dipole that does not depend on the origin */
#define LEAST_DIPOLE 1e-6 /* e nm                                            */

/* The columns of elements inside the molecules of a kind, and of their dipoles. */
static km_status lay_out(km_profile *p, const km_labels *labels)
{
    KM_NEW(p->kind_row, labels->n_kinds);
    KM_NEW(p->dipole_row, labels->n_kinds);
    KM_NEW(p->atom_row, labels->n_atoms);
    p->n_rows = KM_PROFILE_FIRST_KIND;
    for (int kind = 0; kind < labels->n_kinds; kind++)
        p->kind_row[kind] = p->n_rows++;
    KM_NEW(p->element, labels->n_atoms);
    for (int i = 0; i < labels->n_atoms; i++) {
        const int kind = labels->molecule_kind[labels->molecule[i]];
        if (labels->kind[kind].n_atoms == 1)
            continue;
        int k = 0;
        while (k < p->n_elements &&
               (p->element[k].kind != kind || strcmp(p->element[k].name, labels->element[i]) != 0))
            k++;
        if (k == p->n_elements) {
            p->element[k].kind = kind;
            memcpy(p->element[k].name, labels->element[i], sizeof p->element[k].name);
            p->element[k].row = p->n_rows++;
            p->n_elements++;
        }
        p->atom_row[i] = p->element[k].row;
    }
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        const km_molecule_kind *k = &labels->kind[kind];
        if (k->n_atoms < 2 || fabs(k->charge) > NEUTRAL)
            continue;
        p->dipole_row[kind] = p->n_rows;
        p->n_rows += 2;
    }
    return KM_OK;
}

km_status km_profile_create(const km_labels *labels, km_profile **out)
{
    KM_NEW(*out, 1);
    (*out)->labels = labels;
    KM_TRY(km_metal_slabs_create(labels, &(*out)->slabs));
    return lay_out(*out, labels);
}

void km_profile_destroy(km_profile *p)
{
    if (p == NULL)
        return;
    km_metal_slabs_destroy(p->slabs);
    km_blocks_clear(&p->blocks);
    free(p->occupied);
    free(p->kind_row);
    free(p->dipole_row);
    free(p->atom_row);
    free(p->element);
    free(p);
}

static km_status begin(km_profile *p, const km_box *box)
{
    p->n_bins = (int)fmax(1.0, nearbyint(box->cz / BIN_WIDTH));
    KM_NEW(p->occupied, p->n_bins);
    return km_blocks_create(&p->blocks, (size_t)p->n_rows * (size_t)p->n_bins);
}

/* Middle-of-bin distance, in bins, and the bin of a place in [0, 1). */
static int bin_of(const km_profile *p, double place, double *off)
{
    const int b = (int)(place * p->n_bins);
    const int bin = b < p->n_bins ? b : p->n_bins - 1;
    *off = place * p->n_bins - bin - 0.5;
    return bin;
}

static void add_atoms(km_profile *p, const km_frame *frame, double *sum)
{
    const km_labels *labels = p->labels;
    const size_t n = (size_t)p->n_bins;
    const double area = frame->box.ax * frame->box.by;
    const double density = p->n_bins / km_box_volume(&frame->box);
    for (int i = 0; i < frame->n; i++) {
        double off;
        const double z = frame->position[3 * (size_t)i + 2];
        const int bin = bin_of(p, km_metal_slabs_place(p->slabs, &frame->box, z), &off);
        double *here = sum + bin;
        here[KM_PROFILE_MASS * n] += density * labels->mass[i];
        here[KM_PROFILE_CHARGE * n] += labels->charge[i] / area;
        here[KM_PROFILE_MOMENT * n] += labels->charge[i] / area * off;
        if (p->atom_row[i] > 0)
            here[(size_t)p->atom_row[i] * n] += density;
        p->occupied[bin] = true;
    }
}

static void add_molecules(km_profile *p, const km_frame *frame, double *sum)
{
    const km_labels *labels = p->labels;
    const size_t n = (size_t)p->n_bins;
    const double density = p->n_bins / km_box_volume(&frame->box);
    for (int m = 0; m < labels->n_molecules; m++) {
        const int kind = labels->molecule_kind[m];
        km_vec3 centre, dipole;
        double off;
        km_molecule_look(labels, frame, m, &centre, &dipole);
        double *here = sum + bin_of(p, km_metal_slabs_place(p->slabs, &frame->box, centre.z), &off);
        here[(size_t)p->kind_row[kind] * n] += density;
        const double length = km_vec3_norm(dipole);
        if (p->dipole_row[kind] == 0 || length < LEAST_DIPOLE)
            continue;
        const double cosine = dipole.z / length;
        here[(size_t)p->dipole_row[kind] * n] += density * cosine;
        here[(size_t)(p->dipole_row[kind] + 1) * n] += density * (1.5 * cosine * cosine - 0.5);
    }
}

km_status km_profile_frame(km_profile *p, const km_labels *labels, const km_frame *frame)
{
    KM_TRY(km_metal_slabs_frame(p->slabs, labels, frame));
    if (p->blocks.n_frames == 0)
        KM_TRY(begin(p, &frame->box));
    double *sum = km_blocks_now(&p->blocks);
    add_atoms(p, frame, sum);
    add_molecules(p, frame, sum);
    p->length_sum += frame->box.cz;
    p->area_sum += frame->box.ax * frame->box.by;
    km_blocks_next(&p->blocks);
    return KM_OK;
}
