/* SPDX-License-Identifier: MIT */
#include "host/analysis/diffusion.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define FIT_POINTS 32 /* lags in the fit at most                        */
#define SMALL 1000    /* frames up to which threads cost more than they save */
#define LARGEST_BLOCKS 20
#define BLOCK_LENGTH 1.25    /* of a block, in longest lags of the fit              */
#define CLEARLY_LARGER 2.0   /* ratio of standard errors that chance does not give */
#define LARGE_DEVIATION 0.25 /* of beta after the window: then it was no diffusion */
#define ANGSTROM2_PER_NM2 (1.0 / (KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM))

/* The lags of the fit and what makes a slope of them. */
typedef struct fit {
    int n, lag[FIT_POINTS];
    double slope[FIT_POINTS];    /* 1/ps      slope = sum slope[k] MSD(lag[k])             */
    double exponent[FIT_POINTS]; /* 1/nm^2    d beta / d MSD(lag[k]), about the mean MSD   */
    int n_blocks, block_frames;
} fit;

static void add_text(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_text(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, KM_DIFFUSION_TEXT - used, format, arguments);
    va_end(arguments);
}

double km_yeh_hummer_shift(double temperature, double viscosity, double length)
{
    return KM_BOLTZMANN_SI * temperature * 2.837297 / (6.0 * KM_PI * viscosity * length * 1e-9);
}

/* The latest stretch of at least a factor of two in lag, up to `longest`, where beta is near 1 and
 * MSD at least `square`. */
static bool latest_stretch(const km_exponent *e, const km_msd *msd, int longest, double square,
                           int *from, int *to)
{
    bool found = false;
    int start = -1;
    for (int g = 0; g < e->n && e->lag[g] <= longest; g++) {
        const bool good =
            fabs(e->beta[g] - 1.0) < KM_DIFFUSION_BETA_TOLERANCE && msd->total[e->lag[g]] >= square;
        if (!good) {
            start = -1;
            continue;
        }
        if (start < 0)
            start = g;
        if (e->lag[g] >= 2 * e->lag[start]) {
            *from = e->lag[start];
            *to = e->lag[g];
            found = true;
        }
    }
    return found;
}

/* The lag of the grid after this one, or this one at the end. */
static int next_lag(const km_exponent *e, int lag)
{
    for (int g = 0; g < e->n; g++)
        if (e->lag[g] > lag)
            return e->lag[g];
    return lag;
}

/* Exponent of MSD between two lags, from their ratio. */
static double overall_exponent(const km_msd *msd, int from, int to)
{
    return log(msd->total[to] / msd->total[from]) / log((double)to / from);
}

/* Looks for a diffusive window; beyond the nearest neighbours first, then anywhere. Short of the
 * neighbours beta also passes through 1 on its way from ballistic motion into the cage, so there it
 * must stay at 1 for a factor of four and to the end. False: *from, *to are the last octave. */
static bool choose_window(const km_exponent *e, const km_msd *msd, int *from, int *to)
{
    const int last = e->lag[e->n - 1];
    for (int attempt = 0; attempt < 4; attempt++) {
        const int longest = msd->n_lags / (attempt % 2 == 0 ? 10 : 5);
        const bool far = attempt < 2;
        const double square = far ? KM_DIFFUSION_SQUARE_LENGTH : 0.0;
        if (!latest_stretch(e, msd, longest, square, from, to))
            continue;
        if (!far && (*to < 4 * *from || (*to < longest && next_lag(e, *to) <= longest)))
            continue;
        if (last < 2 * *to || fabs(overall_exponent(msd, *to, last) - 1.0) < LARGE_DEVIATION)
            return true;
    }
    *to = last;
    *from = last / 2 > 0 ? last / 2 : 1;
    return false;
}

static km_status prepare_fit(const km_msd *msd, int from, int to, fit *f, km_diffusion *out)
{
    double x[FIT_POINTS], log_x[FIT_POINTS], weight[FIT_POINTS], ones[FIT_POINTS];
    f->n = 0;
    for (int k = 0; k < FIT_POINTS; k++) {
        const double lag = from * pow((double)to / from, k / (FIT_POINTS - 1.0));
        const int m = (int)(lag + 0.5);
        if (f->n == 0 || m > f->lag[f->n - 1])
            f->lag[f->n++] = m;
    }
    for (int k = 0; k < f->n; k++) {
        const double m = f->lag[k];
        x[k] = m * msd->interval;
        log_x[k] = log(m);
        weight[k] = (msd->n_lags - m) / (m * m * m); /* 1/var up to a factor */
        ones[k] = 1.0;
    }
    KM_TRY(km_line_slope_coefficients(x, weight, f->n, f->slope));
    KM_TRY(km_line_slope_coefficients(log_x, ones, f->n, f->exponent));
    out->beta = 0.0;
    for (int k = 0; k < f->n; k++) {
        const double square = msd->total[f->lag[k]];
        out->beta += f->exponent[k] * log(square);
        f->exponent[k] /= square;
    }
    const int least = (int)ceil(BLOCK_LENGTH * to) > to + 1 ? (int)ceil(BLOCK_LENGTH * to) : to + 2;
    f->n_blocks = msd->n_lags / least;
    if (f->n_blocks > LARGEST_BLOCKS)
        f->n_blocks = LARGEST_BLOCKS;
    if (f->n_blocks < 3)
        f->n_blocks = 0;
    f->block_frames = f->n_blocks > 0 ? msd->n_lags / f->n_blocks : 0;
    return KM_OK;
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
static void particle_coefficients(const fit *f, const double *path, int n_frames, int n, int i,
                                  double *value, double *beta)
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
                                  const fit *f, double *value, double *beta)
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

/* Mean over particles with the larger of the two standard errors; true when that is the blocks'. */
static km_status larger_error(const double *particle, int n, const double *block, int n_blocks,
                              uint64_t seed, uint32_t stream, km_estimate *out, bool *blocks)
{
    KM_TRY(km_bootstrap_mean(particle, n, KM_DIFFUSION_RESAMPLES, seed, stream, out));
    *blocks = false;
    if (n_blocks < 2)
        return KM_OK;
    const double error = km_standard_error(block, n_blocks);
    const double by_particles = out->standard_error; /* NAN for one particle */
    *blocks = !(error <= by_particles);
    if (*blocks)
        out->standard_error = error;
    if (!(error <= CLEARLY_LARGER * by_particles)) {
        const double half = error * km_t_factor(n_blocks - 1, KM_CONFIDENCE);
        out->low = out->value - half;
        out->high = out->value + half;
        return KM_OK;
    }
    /* two estimates of one error: Student's t of both degrees of freedom together */
    const double scale = out->standard_error / by_particles *
                         km_t_factor(n - 1 + n_blocks - 1, KM_CONFIDENCE) /
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

/* value as in particle_coefficients; scratch has room for n and the blocks. */
static km_status estimate(const fit *f, const double *value, double *scratch, int n, uint64_t seed,
                          uint32_t stream, km_diffusion *out)
{
    double block[LARGEST_BLOCKS];
    for (int q = 0; q < 4; q++) { /* x, y, z, total */
        const int first = q < 3 ? q : 0, last = q < 3 ? q : 2;
        const double loss = origin_loss(value, n, f->n_blocks, first, last, scratch);
        for (int b = 0; b < f->n_blocks; b++) {
            block[b] = 0.0; /* scaled about 0: only its scatter counts */
            for (int i = 0; i < n; i++)
                block[b] += loss * axis_mean(value, n, b + 1, first, last, i) / n;
        }
        for (int i = 0; i < n; i++)
            scratch[i] = axis_mean(value, n, 0, first, last, i);
        bool blocks;
        km_estimate *target = q < 3 ? &out->axis[q] : &out->total;
        KM_TRY(larger_error(scratch, n, block, f->n_blocks, seed, 4 * stream + (uint32_t)q, target,
                            &blocks));
        out->blocks_decide = blocks; /* of the total, the last one */
    }
    return KM_OK;
}

static km_status fit_particles(const km_displacements *d, const int *molecule, int n, const fit *f,
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
        out->beta_error = km_standard_error(scratch + n, n);
        status = estimate(f, value, scratch, n, seed, stream, out);
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
        add_text(out->method, "no interval: one particle and a run too short to cut into blocks");
        return;
    }
    add_text(out->method, "95 %% interval; standard error by ");
    if (out->n_particles > 1)
        add_text(out->method, "bootstrap over %d particles (%d resamples)%s", out->n_particles,
                 KM_DIFFUSION_RESAMPLES,
                 out->n_blocks == 0 ? "; the run is too short for blocks"
                                    : (out->blocks_decide ? " and, larger, " : ", larger than "));
    if (out->n_blocks > 0)
        add_text(out->method, "by %d blocks of %.4g ps", out->n_blocks, out->block_length);
}

/* About how many times longer a run must be for a diffusive window of one octave up to a tenth of
 * it, if the displacement goes on growing as it does at the end. */
static double longer_run(const km_diffusion *out, double run_time)
{
    if (out->beta > 1.0 + KM_DIFFUSION_BETA_TOLERANCE)
        return 10.0;
    const double square = KM_DIFFUSION_SQUARE_LENGTH * ANGSTROM2_PER_NM2;
    if (out->msd_to >= square)
        return 4.0;
    const double start = out->fit_to * pow(square / out->msd_to, 1.0 / fmax(out->beta, 0.1));
    return fmax(2.0, 20.0 * start / run_time);
}

/* Rounded to two significant digits, and to a whole number. */
static double two_digits(double x)
{
    const double unit = fmax(1.0, pow(10.0, floor(log10(x)) - 1.0));
    return unit * floor(x / unit + 0.5);
}

static void describe_window(km_diffusion *out, double run_time)
{
    if (out->diffusive) {
        if (out->msd_from < KM_DIFFUSION_SQUARE_LENGTH * ANGSTROM2_PER_NM2)
            add_text(out->warning,
                     "the fit begins at a mean square displacement of %.3g A^2, below the %g A^2 "
                     "of leaving the nearest neighbours: a longer run may give another number",
                     out->msd_from, KM_DIFFUSION_SQUARE_LENGTH * ANGSTROM2_PER_NM2);
        return;
    }
    out->longer_run = longer_run(out, run_time);
    add_text(out->warning, "apparent coefficient, not D: not diffusive yet; beta = %.2f",
             out->beta);
    add_text(out->warning, " between %.4g and %.4g ps%s", out->fit_from, out->fit_to,
             out->beta > 1.0 + KM_DIFFUSION_BETA_TOLERANCE ? " (ballistic or carried by a flow)"
                                                           : "");
    if (out->longer_run > 1000.0)
        add_text(out->warning, "; a run more than 1000 times longer would be needed");
    else
        add_text(out->warning, "; a run about %.0f times longer is needed",
                 two_digits(out->longer_run));
}

km_status km_diffusion_compute(const km_displacements *d, const int *molecule, int n,
                               const km_msd *msd, const km_exponent *exponent, uint64_t seed,
                               uint32_t stream, km_diffusion *out)
{
    memset(out, 0, sizeof *out);
    out->n_particles = n;
    out->n_frames = msd->n_lags;
    if (n == 0 || msd->n_lags < KM_DIFFUSION_LEAST_FRAMES) {
        add_text(out->warning,
                 "no diffusion coefficient: %d particles in %d frames; at least %d "
                 "frames are needed, some hundreds for a good number",
                 n, msd->n_lags, KM_DIFFUSION_LEAST_FRAMES);
        return KM_OK;
    }
    for (int g = 0; g < exponent->n; g++)
        if (!(msd->total[exponent->lag[g]] > 0.0)) {
            add_text(out->warning, "no diffusion coefficient: the particles do not move");
            return KM_OK;
        }
    int from, to;
    fit f;
    out->diffusive = choose_window(exponent, msd, &from, &to);
    KM_TRY(prepare_fit(msd, from, to, &f, out));
    out->available = true;
    out->fit_from = from * msd->interval;
    out->fit_to = to * msd->interval;
    out->msd_from = msd->total[from] * ANGSTROM2_PER_NM2;
    out->msd_to = msd->total[to] * ANGSTROM2_PER_NM2;
    out->n_blocks = f.n_blocks;
    out->block_length = f.block_frames * msd->interval;
    KM_TRY(fit_particles(d, molecule, n, &f, seed, stream, out));
    describe_method(out);
    describe_window(out, (msd->n_lags - 1) * msd->interval);
    return KM_OK;
}
