/* SPDX-License-Identifier: MIT */
#include "host/analysis/diffusion_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"

#define SMALL 1000         /* frames up to which threads cost more than they save */
#define CLEARLY_LARGER 2.0 /* ratio of standard errors that chance does not give */

double km_yeh_hummer_shift(double temperature, double viscosity, double length)
{
    return KM_BOLTZMANN_SI * temperature * 2.837297 / (6.0 * KM_PI * viscosity * length * 1e-9);
}

/* Mean over the origins in frames [start, end) of the squared displacement along one axis. */
static double mean_square(const double *x, int start, int end, int lag)
{
    double sum = 0.0;
    for (int k = start; k < end - lag; k++)
        sum += (x[k + lag] - x[k]) * (x[k + lag] - x[k]);
    return sum / (end - lag - start);
}

/* One particle: D along each axis over the whole run and in each block, m^2/s; and its part of
 * beta. value is (1 + n_blocks) x 3 columns of n particles. */
static void particle_coefficients(const km_diffusion_fit *f, const double *path, int n_frames,
                                  int n, int i, double *value, double *beta)
{
    beta[i] = 0.0;
    for (int b = 0; b <= f->n_blocks; b++) {
        const int start = b == 0 ? 0 : (b - 1) * f->block_frames;
        const int end = b == 0 ? n_frames : start + f->block_frames;
        for (int a = 0; a < 3; a++) {
            const double *x = path + (size_t)a * n_frames;
            double slope = 0.0;
            for (int k = 0; k < f->n; k++) {
                const double square = mean_square(x, start, end, f->lag[k]);
                slope += f->slope[k] * square;
                if (b == 0)
                    beta[i] += f->exponent[k] * square;
            }
            value[((size_t)b * 3 + (size_t)a) * n + i] = 0.5 * slope * KM_M2_S_PER_NM2_PS;
        }
    }
}

static km_status all_coefficients(const km_displacements *d, const int *molecule, int n,
                                  const km_diffusion_fit *f, double *value, double *beta)
{
    enum { GROUP = 16 };
    double *path;
    const size_t row = 3 * (size_t)d->n_frames;
    KM_NEW(path, GROUP * row);
    for (int base = 0; base < n; base += GROUP) {
        const int used = n - base < GROUP ? n - base : GROUP;
#pragma omp parallel for schedule(dynamic, 1) if (d->n_frames > SMALL)
        for (int s = 0; s < used; s++) {
            km_displacements_gather(d, molecule[base + s], path + (size_t)s * row);
            particle_coefficients(f, path + (size_t)s * row, d->n_frames, n, base + s, value, beta);
        }
    }
    free(path);
    return KM_OK;
}

/* What is known of a mean over particles besides their values. */
typedef struct spread {
    double together; /* n particles count like n/together, design_effect.h */
    double walk;     /* degrees of freedom if all of it were random walks   */
    int n_blocks;
    double block[KM_FIT_BLOCKS];
} spread;

/* Mean over n particles with the larger of the two standard errors; true when that is the blocks'.
 */
static km_status larger_error(const double *particle, int n, const spread *s, uint64_t seed,
                              uint32_t stream, km_estimate *out, bool *blocks)
{
    KM_TRY(km_bootstrap_mean(particle, n, KM_DIFFUSION_RESAMPLES, seed, stream, out));
    const double resampled = out->standard_error; /* NAN for one particle */
    const int freedom = (int)lround(n / s->together - 1.0), block_freedom = s->n_blocks - 1;
    /* the mean scatters g times as much, and what the particles share is not in their scatter */
    const double by_particles =
        freedom > 0 ? resampled * sqrt(s->together * (n - 1) / (n - s->together)) : NAN;
    const double by_blocks = km_standard_error(s->block, s->n_blocks);
    *blocks = s->n_blocks > 1 && !(by_blocks <= by_particles);
    out->standard_error = *blocks ? by_blocks : by_particles;
    if (freedom < 1 && s->n_blocks > 1) {
        const double error = fmax(by_blocks, out->value * sqrt(2.0 / s->walk));
        *out = km_chi_square_estimate(out->value, 2.0 * out->value * out->value / (error * error));
        return KM_OK;
    }
    if (s->n_blocks > 1 && !(by_blocks <= CLEARLY_LARGER * by_particles)) {
        const double half = by_blocks * km_t_factor(block_freedom, KM_CONFIDENCE);
        out->low = out->value - half;
        out->high = out->value + half;
        return KM_OK;
    }
    /* two estimates of one error: Student's t of both degrees of freedom together */
    const double scale =
        out->standard_error / resampled *
        km_t_factor(freedom + (s->n_blocks > 1 ? block_freedom : 0), KM_CONFIDENCE) /
        km_t_factor(n - 1, KM_CONFIDENCE);
    out->low = out->value - scale * (out->value - out->low);
    out->high = out->value + scale * (out->high - out->value);
    return KM_OK;
}

/* Means over the axes first..last of one stretch (0: the whole run, b: block b) for particle i. */
static double axis_mean(const double *value, int n, int stretch, int first, int last, int i)
{
    double sum = 0.0;
    for (int a = first; a <= last; a++)
        sum += value[((size_t)stretch * 3 + (size_t)a) * n + i];
    return sum / (last - first + 1);
}

/* A block loses the origins whose lag crosses its end, so that the mean of the blocks scatters more
 * than the coefficient of the whole run. How much more, the particles show: the ratio of the
 * scatter of both over particles (1 for a single particle). */
static double origin_loss(const double *value, int n, int n_blocks, int first, int last,
                          double *scratch)
{
    if (n < 2)
        return 1.0;
    for (int i = 0; i < n; i++)
        scratch[i] = axis_mean(value, n, 0, first, last, i);
    const double whole = km_standard_error(scratch, n);
    memset(scratch, 0, (size_t)n * sizeof *scratch);
    for (int b = 1; b <= n_blocks; b++)
        for (int i = 0; i < n; i++)
            scratch[i] += axis_mean(value, n, b, first, last, i) / n_blocks;
    const double blocks = km_standard_error(scratch, n);
    return blocks > whole ? whole / blocks : 1.0;
}

/* value as in particle_coefficients; scratch has room for n. */
static km_status estimate(const km_diffusion_fit *f, const double *value, double *scratch, int n,
                          const km_design_effect *together, uint64_t seed, uint32_t stream,
                          km_diffusion *out)
{
    for (int q = 0; q < 4; q++) { /* x, y, z, total */
        const int first = q < 3 ? q : 0, last = q < 3 ? q : 2;
        const double loss = origin_loss(value, n, f->n_blocks, first, last, scratch);
        spread s = {.together = q < 3 ? together->axis[q] : together->total,
                    .n_blocks = f->n_blocks};
        s.walk = f->walk_freedom * n * (last - first + 1) / s.together;
        for (int b = 0; b < f->n_blocks; b++)
            for (int i = 0; i < n; i++) /* scaled about 0: only its scatter counts */
                s.block[b] += loss * axis_mean(value, n, b + 1, first, last, i) / n;
        for (int i = 0; i < n; i++)
            scratch[i] = axis_mean(value, n, 0, first, last, i);
        bool blocks;
        km_estimate *target = q < 3 ? &out->axis[q] : &out->total;
        KM_TRY(larger_error(scratch, n, &s, seed, 4 * stream + (uint32_t)q, target, &blocks));
        out->blocks_decide = blocks; /* of the total, the last one */
    }
    return KM_OK;
}

static km_status fit_particles(const km_displacements *d, const int *molecule, int n,
                               const km_diffusion_fit *f, const km_design_effect *together,
                               uint64_t seed, uint32_t stream, km_diffusion *out)
{
    double *value = NULL, *scratch = NULL;
    km_status status =
        km_allocate((void **)&value, 3 * (size_t)(1 + f->n_blocks) * n, sizeof *value);
    if (status == KM_OK)
        status = km_allocate((void **)&scratch, 2 * (size_t)n, sizeof *scratch);
    if (status == KM_OK)
        status = all_coefficients(d, molecule, n, f, value, scratch + n);
    if (status == KM_OK) {
        out->beta_error = km_standard_error(scratch + n, n) * sqrt(together->total);
        status = estimate(f, value, scratch, n, together, seed, stream, out);
    }
    free(value);
    free(scratch);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}

static void describe_method(km_diffusion *out)
{
    if (isnan(out->total.low)) {
        km_diffusion_add_text(out->method,
                              "no interval: one particle and a run too short to cut into blocks");
        return;
    }
    km_diffusion_add_text(out->method, "95 %% interval; standard error by ");
    if (out->n_particles > 1)
        km_diffusion_add_text(out->method,
                              "bootstrap over %d particles (%d resamples) that count like %.3g "
                              "independent ones%s",
                              out->n_particles, KM_DIFFUSION_RESAMPLES, out->independent,
                              out->n_blocks == 0
                                  ? "; the run is too short for blocks"
                                  : (out->blocks_decide ? " and, larger, " : ", larger than "));
    if (out->n_blocks > 0)
        km_diffusion_add_text(out->method, "by %d blocks of %.4g ps", out->n_blocks,
                              out->block_length);
}

km_status km_diffusion_compute(const km_displacements *d, const int *molecule, int n,
                               const km_msd *msd, const km_exponent *exponent, uint64_t seed,
                               uint32_t stream, km_diffusion *out)
{
    km_diffusion_fit f;
    KM_TRY(km_diffusion_fit_choose(msd, exponent, &f, out));
    if (!out->available)
        return KM_OK;
    km_design_effect together;
    KM_TRY(km_design_effect_find(d, molecule, n, f.lag[0], &together));
    out->independent = n / together.total;
    KM_TRY(fit_particles(d, molecule, n, &f, &together, seed, stream, out));
    KM_TRY(km_diffusion_regression(d, molecule, n, msd, &f, &together, out));
    describe_method(out);
    km_diffusion_describe_window(out, (msd->n_lags - 1) * msd->interval);
    return KM_OK;
}
