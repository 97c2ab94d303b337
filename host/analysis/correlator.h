/* SPDX-License-Identifier: MIT */
/* Autocorrelation of a long series in bounded memory: multiple-tau correlator.
 *
 * Level l correlates the series averaged over 2^l values at the lags 8 ... 15 (level 0: 0 ... 15)
 * times 2^l, so that lags grow by equal factors and memory by the logarithm of the longest.
 * Ramirez, Sukumaran, Vorselaars & Likhtman, doi:10.1063/1.3491098. Sums and counts go into rows
 * of the caller's, so that blocks of the series can be kept apart. */
#ifndef KM_CORRELATOR_H
#define KM_CORRELATOR_H

#include <stdint.h>

#include "kernels/base/error.h"

#define KM_CORRELATOR_CHANNELS 5
#define KM_CORRELATOR_LEVELS 14
#define KM_CORRELATOR_WINDOW 16
#define KM_CORRELATOR_HALF (KM_CORRELATOR_WINDOW / 2)
#define KM_CORRELATOR_LAGS (KM_CORRELATOR_WINDOW + (KM_CORRELATOR_LEVELS - 1) * KM_CORRELATOR_HALF)

typedef struct km_correlator {
    int n_channels;
    int64_t seen[KM_CORRELATOR_LEVELS]; /* values that reached the level */
    double past[KM_CORRELATOR_LEVELS][KM_CORRELATOR_WINDOW][KM_CORRELATOR_CHANNELS];
    double half[KM_CORRELATOR_LEVELS][KM_CORRELATOR_CHANNELS]; /* first of two to be averaged */
} km_correlator;

/* Lag number k in values of the series. */
static inline int64_t km_correlator_lag(int k)
{
    if (k < KM_CORRELATOR_WINDOW)
        return k;
    const int level = (k - KM_CORRELATOR_HALF) / KM_CORRELATOR_HALF;
    return (int64_t)(KM_CORRELATOR_HALF + (k - KM_CORRELATOR_HALF) % KM_CORRELATOR_HALF) << level;
}

/* sum: KM_CORRELATOR_LAGS, products summed over channels; count: KM_CORRELATOR_LAGS, of terms. */
void km_correlator_add(km_correlator *c, const double value[KM_CORRELATOR_CHANNELS], double *sum,
                       double *count);

#endif
