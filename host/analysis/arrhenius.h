/* SPDX-License-Identifier: MIT */
/* Activation energy from values at several temperatures.
 *
 *     ln X(T) = ln X0 - Ea/(R T)          X: a diffusion coefficient, or conductivity times T
 *
 * Weighted least squares of ln X against 1/T. The runs at different temperatures are independent,
 * so the covariance of the points is diagonal and this is the generalised least-squares estimate:
 * weights are 1/s^2 with s = standard error of X over X, the error of the logarithm.
 *
 * Everything asked for is a linear combination sum_k c_k ln X_k; its variance is sum_k c_k^2 s_k^2.
 * The errors s are estimates themselves. How well each is known is read from its interval: half
 * its width over s is Student's factor t(n_k). The combination has
 *     n = (sum_k c_k^2 s_k^2)^2 / sum_k (c_k^2 s_k^2)^2 / n_k
 * degrees of freedom (Welch, doi:10.1093/biomet/34.1-2.28), which give Student's factor of its
 * interval; weights that are estimates enlarge the variance by 1 + 4 sum_k h_k (1 - h_k) / n_k, h
 * the share of a point in the fit (Meier, doi:10.2307/3001633, there for a weighted mean). Where
 * the points lie off the straight line by more than their errors allow (chi^2 beyond the
 * KM_ARRHENIUS_IMPROBABLE tail), all errors are enlarged by sqrt(chi^2/(n - 2)), the interval has
 * Student's factor of n - 2, and a warning says so: there the mechanism may change with
 * temperature. Measured coverage: tests/physics/arrhenius_coverage.c. */
#ifndef KM_ARRHENIUS_H
#define KM_ARRHENIUS_H

#include <stdbool.h>

#include "host/analysis/statistics.h"

#define KM_ARRHENIUS_IMPROBABLE 0.01
#define KM_ARRHENIUS_TEXT 512

/* A point with a value or standard error that is not above 0 is left out. */
typedef struct km_arrhenius_point {
    double temperature; /* K                 */
    km_estimate value;  /* X, of its own unit */
} km_arrhenius_point;

typedef struct km_arrhenius {
    bool available;           /* false: note says why                                           */
    int n_points;             /* used                                                           */
    double slope, intercept;  /* K, 1   of ln X against 1/T                         */
    km_estimate energy;       /* kJ/mol  Ea                                         */
    km_estimate prefactor;    /* unit of X                                          */
    km_estimate extrapolated; /* X at the temperature asked for                     */
    double temperature;       /* K       that temperature                           */
    double chi_squared;       /* of n_points - 2 degrees of freedom                 */
    bool enlarged;            /* errors, by chi_squared                             */
    char note[KM_ARRHENIUS_TEXT]; /* "" or a warning                                  */
} km_arrhenius;

/* n points in any order; temperature: K, where X is extrapolated to. Fewer than two temperatures
 * that can be used: not available. */
KM_MUST_CHECK km_status km_arrhenius_compute(const km_arrhenius_point *point, int n,
                                             double temperature, km_arrhenius *out);

#endif
