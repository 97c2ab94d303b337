/* SPDX-License-Identifier: MIT */
/* Where the first coordination shell ends. */
#include <stdio.h>
#include <stdlib.h>

#include "host/analysis/rdf.h"
#include "kernels/base/units.h"

#define SMOOTHING 0.06 /* A    standard deviation of the Gaussian                        */
#define LEAST_PEAK 1.1 /*      a first peak rises above this                             */
#define LEAST_FALL 0.1 /*      and g falls and rises again by at least this around a minimum */
#define NOISE 4.0      /*      or by so many standard errors                             */
#define FLATNESS 0.005 /*      g within this of its minimum is the same                  */
#define SHIFT 0.2      /* A    for the sensitivity of the coordination number            */

static void smooth(const km_rdf_curve *curve, double *s)
{
    const int reach = (int)(4.0 * SMOOTHING / curve->bin_width);
    for (int k = 0; k < curve->n_bins; k++) {
        double sum = 0.0, total = 0.0;
        for (int j = k - reach; j <= k + reach; j++) {
            if (j < 0 || j >= curve->n_bins)
                continue;
            const double x = (j - k) * curve->bin_width / SMOOTHING;
            const double weight = exp(-0.5 * x * x) * curve->r[j] * curve->r[j];
            sum += weight * curve->g[j];
            total += weight;
        }
        s[k] = sum / total;
    }
}

/* Standard error of the smoothed g at bin k, if counts are independent (Poisson). */
static double noise(const km_rdf_curve *curve, double samples, double g, int k)
{
    const double window = 2.0 * sqrt(KM_PI) * SMOOTHING; /* effective width of the Gaussian, A */
    const double expected = samples * 4.0 * KM_PI * curve->r[k] * curve->r[k] * window;
    return sqrt(fmax(g, 1.0 / expected) / expected);
}

/* Neighbours within r, linear inside a bin. */
double km_rdf_neighbours(const km_rdf_curve *curve, double r)
{
    const double place = r / curve->bin_width;
    const int k = (int)place < curve->n_bins ? (int)place : curve->n_bins - 1;
    const double before = k > 0 ? curve->coordination[k - 1] : 0.0;
    return before + fmin(place - k, 1.0) * (curve->coordination[k] - before);
}

/* The bin of the first peak, or -1. */
static int first_peak(const km_rdf_curve *curve, const double *s, double samples)
{
    int top = 0;
    for (int k = 0; k < curve->n_bins; k++) {
        if (s[k] > s[top])
            top = k;
        const double fall = fmax(LEAST_FALL, NOISE * noise(curve, samples, s[top], top));
        if (s[top] > LEAST_PEAK && s[top] > 1.0 + NOISE * noise(curve, samples, 1.0, top) &&
            s[k] < s[top] - fall)
            return top;
    }
    return -1;
}

/* The middle of the first minimum after the peak, in bins, or -1. */
static double first_minimum(const km_rdf_curve *curve, const double *s, double samples, int peak)
{
    int low = peak;
    for (int k = peak; k < curve->n_bins; k++) {
        if (s[k] < s[low])
            low = k;
        const double error = noise(curve, samples, s[low], low);
        if (s[low] > s[peak] - LEAST_FALL || s[k] < s[low] + fmax(LEAST_FALL, NOISE * error))
            continue;
        int first = low, last = low;
        while (first > peak && s[first - 1] <= s[low] + FLATNESS)
            first--;
        while (last < k && s[last + 1] <= s[low] + FLATNESS)
            last++;
        return 0.5 * (first + last);
    }
    return -1.0;
}

km_status km_rdf_find_shell(km_rdf_curve *curve)
{
    const double samples = curve->samples;
    double *s;
    KM_NEW(s, curve->n_bins);
    smooth(curve, s);
    const int peak = first_peak(curve, s, samples);
    const double minimum = peak >= 0 ? first_minimum(curve, s, samples, peak) : -1.0;
    curve->has_peak = peak >= 0;
    curve->has_shell = minimum >= 0.0;
    if (curve->has_peak) {
        curve->peak_r = curve->r[peak];
        curve->peak_g = s[peak];
    }
    if (curve->has_shell) {
        curve->shell_r = (minimum + 0.5) * curve->bin_width;
        curve->shell_g = s[(int)minimum];
        curve->coordination_number = km_rdf_neighbours(curve, curve->shell_r);
        curve->coordination_less = km_rdf_neighbours(curve, curve->shell_r - SHIFT);
        curve->coordination_more = km_rdf_neighbours(curve, curve->shell_r + SHIFT);
    }
    if (!curve->has_shell)
        snprintf(curve->note, sizeof curve->note,
                 curve->has_peak ? "no first minimum beyond the noise: no coordination number"
                                 : "no first peak beyond the noise: no coordination number");
    free(s);
    return KM_OK;
}
