/* SPDX-License-Identifier: MIT */
#include "host/analysis/correlator.h"

#include <string.h>

/* Index of the first lag that level l adds. */
static int first_lag(int level)
{
    return level == 0 ? 0 : KM_CORRELATOR_HALF * (level + 1);
}

static void correlate(const km_correlator *c, int level, const double *value, double *sum,
                      double *count)
{
    const int64_t here = c->seen[level] - 1;
    const int from = level == 0 ? 0 : KM_CORRELATOR_HALF;
    for (int m = from; m < KM_CORRELATOR_WINDOW && m <= here; m++) {
        const double *old = c->past[level][(here - m) % KM_CORRELATOR_WINDOW];
        const int k = first_lag(level) + m - from;
        for (int a = 0; a < c->n_channels; a++)
            sum[k] += value[a] * old[a];
        count[k] += c->n_channels;
    }
}

void km_correlator_add(km_correlator *c, const double value[KM_CORRELATOR_CHANNELS], double *sum,
                       double *count)
{
    double now[KM_CORRELATOR_CHANNELS];
    const size_t size = (size_t)c->n_channels * sizeof *now;
    memcpy(now, value, size);
    for (int level = 0; level < KM_CORRELATOR_LEVELS; level++) {
        memcpy(c->past[level][c->seen[level] % KM_CORRELATOR_WINDOW], now, size);
        c->seen[level]++;
        correlate(c, level, now, sum, count);
        if (c->seen[level] % 2 == 1) {
            memcpy(c->half[level], now, size);
            return;
        }
        for (int a = 0; a < c->n_channels; a++)
            now[a] = 0.5 * (now[a] + c->half[level][a]);
    }
}
