/* SPDX-License-Identifier: MIT */
/* The local exponent of a mean square displacement. */
#include <stdlib.h>
#include <string.h>

#include "host/analysis/diffusion.h"

#define POINTS_PER_OCTAVE 8
#define SMOOTHING 1.5 /* half width of the fitted stretch, as a factor of the lag */

void km_exponent_clear(km_exponent *exponent)
{
    free(exponent->lag);
    free(exponent->beta);
    memset(exponent, 0, sizeof *exponent);
}

/* Slope of ln MSD against ln lag over the grid points near g: at least its two neighbours. */
static double local_slope(const km_exponent *e, const km_msd *msd, int g)
{
    int first = g > 0 ? g - 1 : 0, last = g < e->n - 1 ? g + 1 : e->n - 1;
    while (first > 0 && e->lag[first - 1] * SMOOTHING >= e->lag[g])
        first--;
    while (last < e->n - 1 && e->lag[last + 1] <= e->lag[g] * SMOOTHING)
        last++;
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    const int n = last - first + 1;
    for (int k = first; k <= last; k++) {
        const double square = msd->total[e->lag[k]];
        if (!(square > 0.0))
            return NAN;
        const double x = log(e->lag[k]), y = log(square);
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return n < 2 ? NAN : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

km_status km_exponent_compute(const km_msd *msd, km_exponent *out)
{
    memset(out, 0, sizeof *out);
    const int longest = msd->n_lags / 5;
    const int room = longest < 1 ? 0 : POINTS_PER_OCTAVE * 32;
    KM_NEW(out->lag, room);
    KM_NEW(out->beta, room);
    for (int k = 0; k < room; k++) {
        const double lag = floor(exp2((double)k / POINTS_PER_OCTAVE) + 0.5);
        if (lag > longest)
            break;
        if (out->n == 0 || (int)lag > out->lag[out->n - 1])
            out->lag[out->n++] = (int)lag;
    }
    for (int g = 0; g < out->n; g++)
        out->beta[g] = local_slope(out, msd, g);
    return KM_OK;
}
