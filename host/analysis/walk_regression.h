/* SPDX-License-Identifier: MIT */
/* Straight line through a mean square displacement, with the covariance its lags really have.
 *
 *     MSD(m) = c + s m,     <MSD(m) MSD(n)> - <MSD(m)> <MSD(n)> = C(m, n)
 *
 * Displacements over overlapping stretches share their steps, so that C is far from diagonal and
 * the error of an ordinary fit far too small. For a Gaussian walk seen with a jitter (what
 * molecules do without getting anywhere, c / 2 per position) C follows from Wick's theorem: twice
 * the square of what two displacements share, summed over all pairs of time origins. Generalised
 * least squares then is the best unbiased slope:
 *     slope = w . MSD,   w = second row of (X' C^-1 X)^-1 X' C^-1,   X = [1, m].
 * McCluskey, Coles & Morgan, doi:10.1021/acs.jctc.4c01249 (regression with the covariance of
 * lags); Bullerjahn, von Buelow & Hummer, doi:10.1063/5.0008312 (C of a walk with jitter).
 *
 * c / s is taken as a quarter of the first lag, twice what an exponent within 0.1 of 1 allows:
 * taken from the data, it would go with their slope and spoil the intervals (measured: 84 % instead
 * of 95 %); taken as 0, a real jitter would.
 *
 * w does not depend on the size of s: the same weights serve every species and every product of
 * displacements, and slopes of a walk along one axis scatter as s chi^2(f)/f, f their degrees of
 * freedom (Satterthwaite, doi:10.2307/3002019). */
#ifndef KM_WALK_REGRESSION_H
#define KM_WALK_REGRESSION_H

#include "host/analysis/statistics.h"

#define KM_WALK_LAGS 32

typedef struct km_walk_regression {
    int n, lag[KM_WALK_LAGS];
    double weight[KM_WALK_LAGS]; /* 1/frames  slope per frame = sum weight MSD(lag)         */
    double degrees_of_freedom;   /*           of the slope of one walker along one axis      */
} km_walk_regression;

/* n lags (growing, 2 <= n <= KM_WALK_LAGS, all below n_frames). KM_ERROR_VALUE where no line can be
 * drawn. */
KM_MUST_CHECK km_status km_walk_regression_make(const int *lag, int n, int n_frames,
                                                km_walk_regression *out);
/* Lags from ... to, growing by equal factors as far as whole numbers can; how many. */
int km_walk_lags(int from, int to, int lag[KM_WALK_LAGS]);
/* Degrees of freedom of a slope by other weights, sum weight x lag = 1, for one walker along one
 * axis. */
double km_walk_freedom(const int *lag, const double *weight, int n, int n_frames);
/* Slope per frame of a mean square displacement given at every lag. */
double km_walk_slope(const km_walk_regression *r, const double *msd);
/* A positive number whose estimate scatters as value chi^2(f)/f: standard error value sqrt(2/f)
 * and the interval [f value/chi^2(97.5 %), f value/chi^2(2.5 %)]. chi^2 by Wilson & Hilferty,
 * doi:10.1073/pnas.17.12.684: within 1 % for f >= 4. */
km_estimate km_chi_square_estimate(double value, double degrees_of_freedom);

#endif
