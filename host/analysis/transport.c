/* SPDX-License-Identifier: MIT */
#include "host/analysis/transport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/diffusion_fit.h"
#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"

#define A2_PER_NM2 (1.0 / (KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM))

void km_transport_clear(km_transport *t)
{
    free(t->charge_msd);
    for (int p = 0; p < KM_TRANSPORT_PAIRS; p++)
        free(t->product[p]);
    memset(t, 0, sizeof *t);
}

/* ---- collective displacements ---- */

/* Adds factor times the way of all molecules of a kind. */
static void add_path(const km_displacements *d, const km_labels *labels, int kind, double factor,
                     double *one, double *sum)
{
    const size_t n = 3 * (size_t)d->n_frames;
    for (int m = 0; m < labels->n_molecules; m++) {
        if (labels->molecule_kind[m] != kind)
            continue;
        km_displacements_gather(d, m, one);
        for (size_t k = 0; k < n; k++)
            sum[k] += factor * one[k];
    }
}

/* Mean square, over time origins, of the sum of two paths (b NULL: of one), A^2. */
static km_status square_of_sum(const km_displacements *d, const double *a, const double *b,
                               double *scratch, double *out)
{
    km_msd msd;
    const size_t n = 3 * (size_t)d->n_frames;
    for (size_t k = 0; k < n; k++)
        scratch[k] = a[k] + (b != NULL ? b[k] : 0.0);
    const km_status status = km_msd_of_path(scratch, d->n_frames, d->interval, &msd);
    for (int m = 0; m < d->n_frames && status == KM_OK; m++)
        out[m] = msd.total[m] * A2_PER_NM2;
    km_msd_clear(&msd);
    return status;
}

static int pair_index(int i, int j)
{
    return i * (i + 1) / 2 + j;
}

/* <DR_i . DR_j> by (a + b)^2 = a^2 + 2 ab + b^2; path: one row of 3 n_frames for every ion. */
static km_status multiply(const km_displacements *d, const double *path, double *scratch,
                          km_transport *t)
{
    const size_t row = 3 * (size_t)d->n_frames;
    for (int i = 0; i < t->n_ions; i++)
        for (int j = 0; j <= i; j++) {
            double **product = &t->product[pair_index(i, j)];
            KM_NEW(*product, d->n_frames);
            KM_TRY(square_of_sum(d, path + (size_t)i * row, i == j ? NULL : path + (size_t)j * row,
                                 scratch, *product));
        }
    KM_NEW(t->charge_msd, d->n_frames);
    for (int i = 0; i < t->n_ions; i++)
        for (int j = 0; j <= i; j++)
            for (int m = 0; m < d->n_frames; m++) {
                double *product = t->product[pair_index(i, j)];
                if (i != j)
                    product[m] = 0.5 * (product[m] - t->product[pair_index(i, i)][m] -
                                        t->product[pair_index(j, j)][m]);
                t->charge_msd[m] +=
                    (i == j ? 1.0 : 2.0) * t->ion[i].charge * t->ion[j].charge * product[m];
            }
    return KM_OK;
}

static km_status collect(const km_displacements *d, const km_labels *labels, const int *kind,
                         km_transport *t)
{
    double *path;
    const size_t row = 3 * (size_t)d->n_frames;
    KM_NEW(path, (size_t)(t->n_ions + 1) * row);
    double *scratch = path + (size_t)t->n_ions * row;
    for (int i = 0; i < t->n_ions; i++)
        add_path(d, labels, kind[i], 1.0, scratch, path + (size_t)i * row);
    const km_status status = multiply(d, path, scratch, t);
    free(path);
    t->n_lags = d->n_frames;
    t->interval = d->interval;
    return status;
}

/* ---- slopes ---- */

/* Lags where all ions that diffuse do; the last octave where none does. */
static void choose_window(const km_diffusion *diffusion, const int *kind, km_transport *t)
{
    t->diffusive = false;
    for (int i = 0; i < t->n_ions; i++) {
        const km_diffusion *d = &diffusion[kind[i]];
        if (!d->available || (t->diffusive && !d->diffusive))
            continue;
        const bool first = t->fit_to == 0.0 || (d->diffusive && !t->diffusive);
        t->fit_from = first ? d->fit_from : fmax(t->fit_from, d->fit_from);
        t->fit_to = first ? d->fit_to : fmax(t->fit_to, d->fit_to);
        t->diffusive = d->diffusive;
    }
}

static km_status fit_slopes(km_transport *t)
{
    int lag[KM_WALK_LAGS];
    km_walk_regression r;
    const int from = (int)lround(t->fit_from / t->interval);
    const int to = (int)lround(t->fit_to / t->interval);
    const int n = km_walk_lags(from, to, lag);
    KM_TRY(km_walk_regression_make(lag, n, t->n_lags, &r));
    for (int i = 0; i < t->n_ions; i++)
        for (int j = 0; j <= i; j++)
            t->slope.matrix[i][j] = t->slope.matrix[j][i] =
                km_walk_slope(&r, t->product[pair_index(i, j)]) / A2_PER_NM2 / t->interval;
    t->slope.n = t->n_ions;
    t->slope.degrees_of_freedom = 3.0 * r.degrees_of_freedom;
    const double octaves = log((double)to / from);
    t->beta = log(t->charge_msd[to] / t->charge_msd[from]) / octaves;
    /* of one mean square over a walk much longer than the lag: 4/3 lag/run for each axis */
    t->beta_error = sqrt(4.0 / 9.0 * to / t->n_lags) / octaves;
    return KM_OK;
}

static bool find_ions(const km_displacements *d, const km_labels *labels, int *kind,
                      km_transport *t)
{
    int n_neutral = 0;
    for (int k = 0; k < labels->n_kinds; k++) {
        const km_molecule_kind *one = &labels->kind[k];
        if (one->formal_charge == 0) {
            n_neutral++;
            t->n_solvent = n_neutral == 1 && d->drift_removed ? one->n_molecules : 0;
            t->solvent_mass = one->mass;
            continue;
        }
        if (t->n_ions == KM_ONSAGER_IONS)
            return false;
        km_transport_ion *ion = &t->ion[t->n_ions];
        memcpy(ion->name, one->name, sizeof ion->name);
        ion->charge = one->formal_charge;
        ion->n_molecules = one->n_molecules;
        ion->mass = one->mass;
        kind[t->n_ions++] = k;
    }
    t->ions_only = n_neutral == 0 && t->n_ions > 1 && d->drift_removed;
    return true;
}

km_status km_transport_compute(const km_displacements *d, const km_labels *labels,
                               const km_diffusion *diffusion, const km_estimate *infinite,
                               double temperature, uint64_t seed, km_transport *out)
{
    int kind[KM_ONSAGER_IONS];
    memset(out, 0, sizeof *out);
    if (!find_ions(d, labels, kind, out) || out->n_ions == 0) {
        km_diffusion_add_text(out->warning, "no conductivity: %s",
                              out->n_ions == 0 ? "there are no ions" : "too many kinds of ions");
        return KM_OK;
    }
    choose_window(diffusion, kind, out);
    if (!(out->fit_to > out->fit_from)) {
        km_diffusion_add_text(out->warning,
                              "no conductivity: too few frames, or ions that do not move");
        return KM_OK;
    }
    for (int i = 0; i < out->n_ions; i++) {
        const km_estimate none = {NAN, NAN, NAN, NAN};
        const km_diffusion *one = &diffusion[kind[i]];
        out->ion[i].diffusion = !one->available                   ? none
                                : !isnan(infinite[kind[i]].value) ? infinite[kind[i]]
                                                                  : one->total;
    }
    out->drift_removed = d->drift_removed;
    out->run_time = d->interval * (d->n_frames - 1);
    KM_TRY(collect(d, labels, kind, out));
    KM_TRY(fit_slopes(out));
    out->available = true;
    return km_transport_derive(out, temperature, d->mean_volume, seed);
}
