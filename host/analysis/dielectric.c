/* SPDX-License-Identifier: MIT */
#include "host/analysis/dielectric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/molecule_centre.h"
#include "kernels/base/units.h"

#define FEW 10.0 /* independent dipoles, fewer of which make no number */

/* Sums of a frame: M, M^2, volume. */
enum { SUM_X, SUM_Y, SUM_Z, SUM_SQUARE, SUM_VOLUME, N_SUMS };

struct km_dielectric {
    const km_labels *labels;
    bool *counted; /* n_kinds: neutral, of several atoms */
    bool metal, ions;
    int n_molecules;
    km_blocks blocks;
};

static void choose_kinds(km_dielectric *d)
{
    const km_labels *labels = d->labels;
    for (int k = 0; k < labels->n_kinds; k++) {
        const km_molecule_kind *kind = &labels->kind[k];
        const bool neutral = km_kind_charge(kind) == 0;
        d->counted[k] = neutral && kind->n_atoms > 1;
        d->n_molecules += d->counted[k] ? kind->n_molecules : 0;
        d->ions |= !neutral && kind->n_molecules > 0;
        d->metal |= neutral && kind->n_atoms == 1 && kind->charge == 0.0 && kind->n_molecules > 0;
    }
}

km_status km_dielectric_create(const km_labels *labels, km_dielectric **out)
{
    *out = NULL;
    km_dielectric *d;
    KM_NEW(d, 1);
    d->labels = labels;
    km_status status = km_allocate((void **)&d->counted, (size_t)labels->n_kinds, sizeof(bool));
    if (status == KM_OK)
        status = km_blocks_create(&d->blocks, N_SUMS);
    if (status != KM_OK) {
        km_dielectric_destroy(d);
        return status;
    }
    choose_kinds(d);
    *out = d;
    return KM_OK;
}

void km_dielectric_destroy(km_dielectric *d)
{
    if (d == NULL)
        return;
    free(d->counted);
    km_blocks_clear(&d->blocks);
    free(d);
}

void km_dielectric_frame(km_dielectric *d, const km_frame *frame)
{
    const km_labels *labels = d->labels;
    km_vec3 sum = {0.0, 0.0, 0.0}, centre, dipole;
    for (int m = 0; m < labels->n_molecules; m++) {
        if (!d->counted[labels->molecule_kind[m]])
            continue;
        km_molecule_look(labels, frame, m, &centre, &dipole);
        sum = km_vec3_add(sum, dipole);
    }
    double *now = km_blocks_now(&d->blocks);
    now[SUM_X] += sum.x;
    now[SUM_Y] += sum.y;
    now[SUM_Z] += sum.z;
    now[SUM_SQUARE] += km_vec3_dot(sum, sum);
    now[SUM_VOLUME] += km_box_volume(&frame->box);
    km_blocks_next(&d->blocks);
}

static const char *what_is_missing(const km_dielectric *d)
{
    if (d->metal)
        return "a cell with metal: the formula is for a liquid that fills it along all axes";
    if (d->n_molecules == 0)
        return "there is no neutral molecule of several atoms";
    if (d->blocks.n_full < 2)
        return "fewer frames than two blocks are made of";
    return NULL;
}

/* From <M^2> and <M>^2. */
static void count_independent(km_dielectric_result *out, double square, double of_mean)
{
    out->independent = of_mean > 0.0 ? square / of_mean : INFINITY;
    if (out->independent < FEW)
        snprintf(out->warning, sizeof out->warning,
                 "dielectric constant: only about %.1f independent dipoles were seen; a run about "
                 "%.0f times longer is needed",
                 out->independent, 3.0 * FEW / out->independent);
}

void km_dielectric_finish(const km_dielectric *d, double temperature, km_dielectric_result *out)
{
    const km_blocks *b = &d->blocks;
    const char *missing = what_is_missing(d);
    *out = (km_dielectric_result){
        .ions = d->ions, .n_molecules = d->n_molecules, .n_frames = b->n_frames};
    if (missing != NULL) {
        snprintf(out->warning, sizeof out->warning, "no dielectric constant: %s", missing);
        return;
    }
    const double n = b->n_frames, volume = km_blocks_total(b, SUM_VOLUME) / n;
    const double factor = 4.0 * KM_PI * KM_COULOMB_CONSTANT /
                          (3.0 * volume * KM_GAS_CONSTANT * temperature); /* 1/(3 eps0 V k T) */
    const km_vec3 mean = km_vec3_make(km_blocks_total(b, SUM_X) / n, km_blocks_total(b, SUM_Y) / n,
                                      km_blocks_total(b, SUM_Z) / n);
    const double square = km_blocks_total(b, SUM_SQUARE) / n, of_mean = km_vec3_dot(mean, mean);
    for (int k = 0; k < b->n_full; k++) {
        const double *sum = b->sum + (size_t)k * b->width;
        out->block[k] = 1.0 + factor * (sum[SUM_SQUARE] / b->length - of_mean);
        for (int c = 0; c < 3; c++)
            out->mean[k][c] = sum[c] / b->length / KM_NM_PER_ANGSTROM;
    }
    out->available = true;
    out->n_blocks = b->n_full;
    out->epsilon = km_blocks_estimate(1.0 + factor * (square - of_mean), out->block, b->n_full);
    out->dipole = sqrt(square) / KM_NM_PER_ANGSTROM;
    out->average[0] = mean.x / KM_NM_PER_ANGSTROM;
    out->average[1] = mean.y / KM_NM_PER_ANGSTROM;
    out->average[2] = mean.z / KM_NM_PER_ANGSTROM;
    out->per_square = factor * KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM;
    count_independent(out, square, of_mean);
}

/* ---- replicas ---- */

void km_dielectric_clear(km_dielectric_result *result)
{
    free(result->replica);
    result->replica = NULL;
}

km_status km_dielectric_of_replicas(const km_dielectric_result *const *replica, int n,
                                    km_dielectric_result *out)
{
    *out = (km_dielectric_result){.ions = replica[0]->ions,
                                  .n_molecules = replica[0]->n_molecules,
                                  .n_frames = replica[0]->n_frames};
    double square = 0.0, of_mean = 0.0;
    for (int r = 0; r < n; r++) {
        const km_dielectric_result *one = replica[r];
        if (!one->available) {
            memcpy(out->warning, one->warning, sizeof out->warning);
            return KM_OK;
        }
        square += one->dipole * one->dipole / n;
        out->per_square += one->per_square / n;
        for (int c = 0; c < 3; c++)
            out->average[c] += one->average[c] / n;
    }
    for (int c = 0; c < 3; c++)
        of_mean += out->average[c] * out->average[c];
    KM_NEW(out->replica, n);
    for (int r = 0; r < n; r++)
        out->replica[r] =
            1.0 + replica[r]->per_square * (replica[r]->dipole * replica[r]->dipole - of_mean);
    out->epsilon = km_blocks_estimate(km_mean(out->replica, n), out->replica, n);
    out->n_replicas = n;
    out->available = true;
    out->dipole = sqrt(square);
    count_independent(out, square, of_mean);
    return KM_OK;
}
