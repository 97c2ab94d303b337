/* SPDX-License-Identifier: MIT */
#include "host/build/counts.h"

#include <math.h>
#include <stdint.h>

/* Sizes further than this from the target are not looked at, as long as one is nearer. */
#define WINDOW 0.03
/* How much of a miss in size weighs as much as a miss in composition. */
#define SIZE_WEIGHT 0.2

/* Those of weight 1 sum up to target: rounded down, then the largest remainders are rounded up.
 * The others follow the scale. */
static void round_exactly(int n, const double *amount, const double *weight, double target,
                          int *count)
{
    double total = 0.0;
    for (int k = 0; k < n; k++)
        total += weight[k] * amount[k];
    const double scale = target / total;
    long left = lround(target);
    for (int k = 0; k < n; k++) {
        const double ideal = amount[k] * scale;
        count[k] = (int)(weight[k] > 0.0 ? floor(ideal + 1e-9) : floor(ideal + 0.5));
        left -= weight[k] > 0.0 ? count[k] : 0;
    }
    for (; left > 0; left--) {
        int best = -1;
        for (int k = 0; k < n; k++)
            if (weight[k] > 0.0 && (best < 0 || amount[k] * scale - count[k] >
                                                    amount[best] * scale - count[best] + 1e-12))
                best = k;
        count[best]++;
    }
}

/* The largest relative error of a count, plus a share of the error in size. */
static double misfit(int n, const double *amount, const double *weight, double target, double scale)
{
    double worst = 0.0, size = 0.0;
    for (int k = 0; k < n; k++) {
        const double ideal = amount[k] * scale, rounded = floor(ideal + 0.5);
        worst = fmax(worst, fabs(rounded / ideal - 1.0));
        size += weight[k] * rounded;
    }
    return worst + SIZE_WEIGHT * fabs(size / target - 1.0);
}

/* Scales at which one of the counts is whole, near the asked size. */
static double best_scale(int n, const double *amount, const double *weight, double target)
{
    double total = 0.0;
    for (int k = 0; k < n; k++)
        total += weight[k] * amount[k];
    const double middle = target / total;
    double best = middle, least = HUGE_VAL;
    for (int k = 0; k < n; k++) {
        const double ideal = amount[k] * middle;
        const int64_t first = (int64_t)fmax(1.0, fmin(floor(ideal), ceil(ideal * (1.0 - WINDOW))));
        const int64_t last = (int64_t)fmax(ceil(ideal), floor(ideal * (1.0 + WINDOW)));
        for (int64_t whole = first; whole <= last; whole++) {
            const double scale = (double)whole / amount[k];
            if (fabs(scale / middle - 1.0) > fmax(0.2, 1.0 / ideal))
                continue;
            const double error = misfit(n, amount, weight, target, scale);
            if (error < least - 1e-12) {
                least = error;
                best = scale;
            }
        }
    }
    return best;
}

int km_counts_choose(int n, const double *amount, const double *weight, double target, bool exact,
                     int *count)
{
    if (exact) {
        round_exactly(n, amount, weight, target, count);
    } else {
        const double scale = best_scale(n, amount, weight, target);
        for (int k = 0; k < n; k++)
            count[k] = (int)floor(amount[k] * scale + 0.5);
    }
    for (int k = 0; k < n; k++)
        if (count[k] == 0)
            return k;
    return -1;
}
