/* SPDX-License-Identifier: MIT */
#include "host/analysis/green_kubo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_VALUES 1000
#define LEAST_BLOCKS 5
#define LONG_RUN 1000.0 /* in cuts: shorter runs hide a slow tail under their noise */
#define COARSE 0.5      /* the first step of the series may lose so much of the correlation */
#define QUIET 2.5       /* standard errors */

struct km_green_kubo {
    km_correlator correlator;
    km_blocks blocks; /* LAGS sums, then LAGS counts */
};

km_status km_green_kubo_create(int n_channels, km_green_kubo **out)
{
    KM_NEW(*out, 1);
    (*out)->correlator.n_channels = n_channels;
    return km_blocks_create(&(*out)->blocks, 2 * KM_CORRELATOR_LAGS);
}

void km_green_kubo_destroy(km_green_kubo *g)
{
    if (g == NULL)
        return;
    km_blocks_clear(&g->blocks);
    free(g);
}

void km_green_kubo_add(km_green_kubo *g, const double value[KM_CORRELATOR_CHANNELS])
{
    double *sum = km_blocks_now(&g->blocks);
    km_correlator_add(&g->correlator, value, sum, sum + KM_CORRELATOR_LAGS);
    km_blocks_next(&g->blocks);
}

int km_green_kubo_count(const km_green_kubo *g)
{
    return g->blocks.n_frames;
}

/* Correlation at lag k in block b. */
static double of_block(const km_green_kubo *g, int b, int k)
{
    const double *row = g->blocks.sum + (size_t)b * g->blocks.width;
    return row[KM_CORRELATOR_LAGS + k] > 0.0 ? row[k] / row[KM_CORRELATOR_LAGS + k] : 0.0;
}

/* Trapezium rule up to lag number `last`, in units of the interval. */
static double integrate(const double *correlation, int last)
{
    double sum = 0.0;
    for (int k = 1; k <= last; k++)
        sum += 0.5 * (correlation[k] + correlation[k - 1]) *
               (double)(km_correlator_lag(k) - km_correlator_lag(k - 1));
    return sum;
}

/* Mean correlation and error at every lag that fits into a block. */
static void correlate(const km_green_kubo *g, double interval, km_green_kubo_result *out)
{
    const km_blocks *b = &g->blocks;
    for (int k = 0; k < KM_CORRELATOR_LAGS && 2 * km_correlator_lag(k) < b->length; k++) {
        const km_estimate e = km_blocks_ratio(b, (size_t)k, (size_t)(KM_CORRELATOR_LAGS + k));
        out->lag[k] = (double)km_correlator_lag(k) * interval;
        out->correlation[k] = e.value;
        out->error[k] = e.standard_error;
        out->n_lags = k + 1;
    }
}

/* Number of the last lag within a factor of two of lag k. */
static int octave_end(const km_green_kubo_result *r, int k)
{
    int last = k;
    while (last + 1 < r->n_lags && r->lag[last + 1] <= 2.0 * r->lag[k])
        last++;
    return last;
}

static bool is_quiet(const km_green_kubo_result *r, int first, int last)
{
    for (int k = first; k <= last; k++)
        if (fabs(r->correlation[k]) > QUIET * r->error[k])
            return false;
    return true;
}

/* Number of the lag at which the integral ends; -1: the correlation does not. */
static int find_cut(const km_green_kubo_result *r, km_green_kubo_cut rule)
{
    for (int k = 1; k < r->n_lags; k++) {
        const int last = octave_end(r, k);
        if (rule == KM_CUT_FIRST_NOISE && r->correlation[k] <= 2.0 * r->error[k])
            return last;
        const bool whole = r->lag[r->n_lags - 1] >= 2.0 * r->lag[k];
        if (rule == KM_CUT_QUIET_OCTAVE && whole && is_quiet(r, k, last))
            return last;
    }
    return -1;
}

/* Integral between two lags with its error from the blocks. */
static km_estimate estimate(const km_green_kubo *g, const km_green_kubo_result *r, int from,
                            int last, double factor)
{
    double block[KM_BLOCKS_MOST];
    for (int b = 0; b < g->blocks.n_full; b++) {
        double correlation[KM_CORRELATOR_LAGS];
        for (int k = 0; k <= last; k++)
            correlation[k] = of_block(g, b, k);
        block[b] = factor * (integrate(correlation, last) - integrate(correlation, from));
    }
    const double value =
        factor * (integrate(r->correlation, last) - integrate(r->correlation, from));
    return km_blocks_estimate(value, block, g->blocks.n_full);
}

static void judge(const km_green_kubo *g, const km_green_kubo_spec *spec, int last, double factor,
                  km_green_kubo_result *out)
{
    int half = last;
    while (half > 0 && out->lag[half] > 0.5 * out->cut)
        half--;
    const km_estimate tail = estimate(g, out, half, last, factor);
    const double wide = 0.5 * (out->value.high - out->value.low) / fabs(out->value.value) / 0.1;
    out->more_time = wide > 1.0 ? out->run_time * (wide * wide - 1.0) : 0.0;
    if (fabs(out->correlation[1]) < COARSE * out->correlation[0])
        snprintf(out->warning, sizeof out->warning,
                 "the %s is written every %.4g ps, too rarely: half of its correlation is gone by "
                 "then",
                 spec->flux, out->interval);
    else if (fabs(tail.value) > 0.1 * fabs(out->value.value) && tail.low * tail.high > 0.0)
        snprintf(out->warning, sizeof out->warning,
                 "the integral still %s at its end, %.4g ps: a longer run may give %s",
                 tail.value > 0.0 ? "rises" : "falls", out->cut,
                 tail.value > 0.0 ? "more" : "less");
    else if (out->run_time < LONG_RUN * out->cut)
        snprintf(out->warning, sizeof out->warning,
                 "the run is only %.0f times as long as the correlation that stands out of the "
                 "noise (%.4g ps); a slow tail would be lost, and the value too %s, below %g",
                 out->run_time / out->cut, out->cut,
                 spec->cut == KM_CUT_FIRST_NOISE ? "small" : "large or too small", LONG_RUN);
}

void km_green_kubo_compute(const km_green_kubo *g, const km_green_kubo_spec *spec,
                           km_green_kubo_result *out)
{
    memset(out, 0, sizeof *out);
    out->interval = spec->interval;
    out->run_time = spec->interval * g->blocks.n_frames;
    out->n_blocks = g->blocks.n_full;
    out->block_time = spec->interval * g->blocks.length;
    if (g->blocks.n_frames < LEAST_VALUES || g->blocks.n_full < LEAST_BLOCKS) {
        snprintf(out->warning, sizeof out->warning,
                 "no %s: %d values of the %s; some ten thousand of one volume are needed, 10 fs "
                 "apart (production.energy_ps: 0.01)",
                 spec->name, g->blocks.n_frames, spec->flux);
        return;
    }
    correlate(g, spec->interval, out);
    const double factor = spec->factor * spec->interval;
    for (int k = 0; k < out->n_lags; k++)
        out->integral[k] = factor * integrate(out->correlation, k);
    const int last = find_cut(out, spec->cut);
    if (last < 0) {
        snprintf(out->warning, sizeof out->warning,
                 "no %s: the %s is still correlated after %.4g ps; the run is too short",
                 spec->name, spec->flux, out->n_lags > 0 ? out->lag[out->n_lags - 1] : 0.0);
        return;
    }
    out->available = true;
    out->cut = out->lag[last];
    out->value = estimate(g, out, 0, last, factor);
    judge(g, spec, last, factor, out);
}

km_status km_green_kubo_of_replicas(const km_green_kubo_result *const *replica, int n,
                                    km_green_kubo_result *out)
{
    double *value;
    memset(out, 0, sizeof *out);
    out->n_replicas = n;
    KM_NEW(value, n);
    for (int r = 0; r < n; r++) {
        const km_green_kubo_result *one = replica[r];
        value[r] = one->value.value;
        out->run_time += one->run_time;
        out->cut = fmax(out->cut, one->cut);
        out->interval = one->interval;
        if (out->warning[0] == '\0' && one->warning[0] != '\0')
            snprintf(out->warning, sizeof out->warning, "replica %d: %.400s", r + 1, one->warning);
    }
    out->available = true;
    for (int r = 0; r < n; r++)
        out->available = out->available && replica[r]->available;
    if (out->available)
        out->value = km_blocks_estimate(km_mean(value, n), value, n);
    free(value);
    return KM_OK;
}
