/* SPDX-License-Identifier: MIT */
#include "host/analysis/viscosity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define LEAST_VALUES 1000
#define LEAST_BLOCKS 5
#define LONG_RUN 1000.0 /* in cuts: shorter runs hide a slow tail under their noise */
#define PASCAL_PER_BAR 1e5
#define COARSE 0.5 /* the first step of the series may lose so much of the correlation */

struct km_viscosity {
    km_correlator correlator;
    km_blocks blocks; /* LAGS sums, then LAGS counts */
    double volume;    /* nm^3  mean */
};

km_status km_viscosity_create(km_viscosity **out)
{
    KM_NEW(*out, 1);
    (*out)->correlator.n_channels = KM_CORRELATOR_CHANNELS;
    return km_blocks_create(&(*out)->blocks, 2 * KM_CORRELATOR_LAGS);
}

void km_viscosity_destroy(km_viscosity *v)
{
    if (v == NULL)
        return;
    km_blocks_clear(&v->blocks);
    free(v);
}

void km_viscosity_add(km_viscosity *v, const double p[KM_TENSOR], double volume)
{
    const double part[KM_CORRELATOR_CHANNELS] = {p[3], p[4], p[5], 0.5 * (p[0] - p[1]),
                                                 (p[0] + p[1] - 2.0 * p[2]) / (2.0 * sqrt(3.0))};
    double *sum = km_blocks_now(&v->blocks);
    km_correlator_add(&v->correlator, part, sum, sum + KM_CORRELATOR_LAGS);
    km_blocks_next(&v->blocks);
    v->volume += (volume - v->volume) / v->blocks.n_frames;
}

/* Correlation at lag k in block b. */
static double of_block(const km_viscosity *v, int b, int k)
{
    const double *row = v->blocks.sum + (size_t)b * v->blocks.width;
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
static void correlate(const km_viscosity *v, double interval, km_viscosity_result *out)
{
    const km_blocks *b = &v->blocks;
    for (int k = 0; k < KM_CORRELATOR_LAGS && 2 * km_correlator_lag(k) < b->length; k++) {
        const km_estimate e = km_blocks_ratio(b, (size_t)k, (size_t)(KM_CORRELATOR_LAGS + k));
        out->lag[k] = (double)km_correlator_lag(k) * interval;
        out->correlation[k] = e.value;
        out->error[k] = e.standard_error;
        out->n_lags = k + 1;
    }
}

/* Number of the lag nearest below twice the first one lost in noise; -1: none is. */
static int find_cut(const km_viscosity_result *r)
{
    for (int k = 1; k < r->n_lags; k++) {
        if (r->correlation[k] > 2.0 * r->error[k])
            continue;
        int last = k;
        while (last + 1 < r->n_lags && r->lag[last + 1] <= 2.0 * r->lag[k])
            last++;
        return last;
    }
    return -1;
}

/* Integral up to that lag with its error from the blocks. */
static km_estimate estimate(const km_viscosity *v, const km_viscosity_result *r, int from, int last,
                            double factor)
{
    double block[KM_BLOCKS_MOST];
    for (int b = 0; b < v->blocks.n_full; b++) {
        double correlation[KM_CORRELATOR_LAGS];
        for (int k = 0; k <= last; k++)
            correlation[k] = of_block(v, b, k);
        block[b] = factor * (integrate(correlation, last) - integrate(correlation, from));
    }
    const double value =
        factor * (integrate(r->correlation, last) - integrate(r->correlation, from));
    return km_blocks_estimate(value, block, v->blocks.n_full);
}

static void judge(const km_viscosity *v, int last, double factor, km_viscosity_result *out)
{
    int half = last;
    while (half > 0 && out->lag[half] > 0.5 * out->cut)
        half--;
    const km_estimate tail = estimate(v, out, half, last, factor);
    const double wide = 0.5 * (out->eta.high - out->eta.low) / out->eta.value / 0.1;
    out->more_time = wide > 1.0 ? out->run_time * (wide * wide - 1.0) : 0.0;
    if (out->correlation[1] < COARSE * out->correlation[0])
        snprintf(out->warning, sizeof out->warning,
                 "the pressure is written every %.4g ps, too rarely: half of its correlation is "
                 "gone by then",
                 out->interval);
    else if (fabs(tail.value) > 0.1 * out->eta.value && tail.low > 0.0)
        snprintf(out->warning, sizeof out->warning,
                 "the integral still rises at its end, %.4g ps: a longer run may give more",
                 out->cut);
    else if (out->run_time < LONG_RUN * out->cut)
        snprintf(out->warning, sizeof out->warning,
                 "the run is only %.0f times as long as the correlation that stands out of the "
                 "noise (%.4g ps); a slow tail would be lost, and the value too small, below %g",
                 out->run_time / out->cut, out->cut, LONG_RUN);
}

void km_viscosity_compute(const km_viscosity *v, double interval, double temperature,
                          km_viscosity_result *out)
{
    memset(out, 0, sizeof *out);
    out->interval = interval;
    out->run_time = interval * v->blocks.n_frames;
    out->n_blocks = v->blocks.n_full;
    out->block_time = interval * v->blocks.length;
    if (v->blocks.n_frames < LEAST_VALUES || v->blocks.n_full < LEAST_BLOCKS) {
        snprintf(out->warning, sizeof out->warning,
                 "no viscosity: %d pressures; some ten thousand of one volume are "
                 "needed, 10 fs apart (production.energy_ps: 0.01)",
                 v->blocks.n_frames);
        return;
    }
    correlate(v, interval, out);
    const double factor = v->volume * 1e-27 * PASCAL_PER_BAR * PASCAL_PER_BAR * interval * 1e-12 /
                          (KM_BOLTZMANN_SI * temperature);
    for (int k = 0; k < out->n_lags; k++)
        out->integral[k] = factor * integrate(out->correlation, k);
    const int last = find_cut(out);
    if (last < 0) {
        snprintf(out->warning, sizeof out->warning,
                 "no viscosity: the pressure is still correlated after %.4g ps; the run is too "
                 "short",
                 out->n_lags > 0 ? out->lag[out->n_lags - 1] : 0.0);
        return;
    }
    out->available = true;
    out->cut = out->lag[last];
    out->eta = estimate(v, out, 0, last, factor);
    judge(v, last, factor, out);
}
