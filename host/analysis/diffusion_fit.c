/* SPDX-License-Identifier: MIT */
#include "host/analysis/diffusion_fit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"

#define BLOCK_LENGTH 1.25    /* of a block, in longest lags of the fit              */
#define LARGE_DEVIATION 0.25 /* of beta after the window: then it was no diffusion */
#define ANGSTROM2_PER_NM2 (1.0 / (KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM))

void km_diffusion_add_text(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, KM_DIFFUSION_TEXT - used, format, arguments);
    va_end(arguments);
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

static km_status prepare_fit(const km_msd *msd, int from, int to, km_diffusion_fit *f,
                             km_diffusion *out)
{
    double x[KM_FIT_POINTS], log_x[KM_FIT_POINTS], weight[KM_FIT_POINTS], ones[KM_FIT_POINTS];
    double per_frame[KM_FIT_POINTS];
    f->n = 0;
    for (int k = 0; k < KM_FIT_POINTS; k++) {
        const double lag = from * pow((double)to / from, k / (KM_FIT_POINTS - 1.0));
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
    for (int k = 0; k < f->n; k++)
        per_frame[k] = f->slope[k] * msd->interval;
    f->walk_freedom = km_walk_freedom(f->lag, per_frame, f->n, msd->n_lags);
    KM_TRY(km_line_slope_coefficients(log_x, ones, f->n, f->exponent));
    out->beta = 0.0;
    for (int k = 0; k < f->n; k++) {
        const double square = msd->total[f->lag[k]];
        out->beta += f->exponent[k] * log(square);
        f->exponent[k] /= square;
    }
    const int least = (int)ceil(BLOCK_LENGTH * to) > to + 1 ? (int)ceil(BLOCK_LENGTH * to) : to + 2;
    f->n_blocks = msd->n_lags / least;
    if (f->n_blocks > KM_FIT_BLOCKS)
        f->n_blocks = KM_FIT_BLOCKS;
    if (f->n_blocks < 3)
        f->n_blocks = 0;
    f->block_frames = f->n_blocks > 0 ? msd->n_lags / f->n_blocks : 0;
    return KM_OK;
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

void km_diffusion_describe_window(km_diffusion *out, double run_time)
{
    if (out->diffusive) {
        if (out->msd_from < KM_DIFFUSION_SQUARE_LENGTH * ANGSTROM2_PER_NM2)
            km_diffusion_add_text(
                out->warning,
                "the fit begins at a mean square displacement of %.3g A^2, below the %g A^2 "
                "of leaving the nearest neighbours: a longer run may give another number",
                out->msd_from, KM_DIFFUSION_SQUARE_LENGTH * ANGSTROM2_PER_NM2);
        return;
    }
    out->longer_run = longer_run(out, run_time);
    km_diffusion_add_text(out->warning,
                          "apparent coefficient, not D: not diffusive yet; beta = %.2f", out->beta);
    km_diffusion_add_text(
        out->warning, " between %.4g and %.4g ps%s", out->fit_from, out->fit_to,
        out->beta > 1.0 + KM_DIFFUSION_BETA_TOLERANCE ? " (ballistic or carried by a flow)" : "");
    if (out->longer_run > 1000.0)
        km_diffusion_add_text(out->warning, "; a run more than 1000 times longer would be needed");
    else
        km_diffusion_add_text(out->warning, "; a run about %.0f times longer is needed",
                              two_digits(out->longer_run));
}

km_status km_diffusion_fit_choose(const km_msd *msd, const km_exponent *exponent,
                                  km_diffusion_fit *f, km_diffusion *out)
{
    memset(out, 0, sizeof *out);
    out->n_particles = msd->n_particles;
    out->n_frames = msd->n_lags;
    if (msd->n_particles == 0 || msd->n_lags < KM_DIFFUSION_LEAST_FRAMES) {
        km_diffusion_add_text(out->warning,
                              "no diffusion coefficient: %d particles in %d frames; at least %d "
                              "frames are needed, some hundreds for a good number",
                              msd->n_particles, msd->n_lags, KM_DIFFUSION_LEAST_FRAMES);
        return KM_OK;
    }
    for (int g = 0; g < exponent->n; g++)
        if (!(msd->total[exponent->lag[g]] > 0.0)) {
            km_diffusion_add_text(out->warning,
                                  "no diffusion coefficient: the particles do not move");
            return KM_OK;
        }
    int from, to;
    out->diffusive = choose_window(exponent, msd, &from, &to);
    KM_TRY(prepare_fit(msd, from, to, f, out));
    out->available = true;
    out->fit_from = from * msd->interval;
    out->fit_to = to * msd->interval;
    out->msd_from = msd->total[from] * ANGSTROM2_PER_NM2;
    out->msd_to = msd->total[to] * ANGSTROM2_PER_NM2;
    out->n_blocks = f->n_blocks;
    out->block_length = f->block_frames * msd->interval;
    return KM_OK;
}
