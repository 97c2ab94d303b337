/* SPDX-License-Identifier: MIT */
/* Means, error bars and straight lines: what every analysis says its uncertainty with. */
#ifndef KM_STATISTICS_H
#define KM_STATISTICS_H

#include <stdint.h>

#include "kernels/base/error.h"

/* A number with its uncertainty. low and high are NAN when no interval could be given. */
typedef struct km_estimate {
    double value;
    double standard_error;
    double low, high; /* 95 % confidence interval */
} km_estimate;

#define KM_CONFIDENCE 0.95

double km_mean(const double *x, int n);
/* Standard error of the mean of n independent values, s/sqrt(n); NAN for n < 2. */
double km_standard_error(const double *x, int n);

/* The factor t with P(|T| < t) = level for Student's distribution of that many degrees of freedom
 * (at least 1; above 1000 the value at 1000, 0.1 % from the normal one).
 * Closed sums of Abramowitz & Stegun 26.7.3 and 26.7.4. */
double km_t_factor(int degrees_of_freedom, double level);

/* Mean of n correlated values with an error from n_blocks consecutive blocks of equal length (what
 * does not fill a block is left out of the error, not of the mean); Student's t for the interval.
 * Flyvbjerg & Petersen, doi:10.1063/1.457480. KM_ERROR_VALUE unless 2 <= n_blocks <= n. */
KM_MUST_CHECK km_status km_block_average(const double *x, int n, int n_blocks, km_estimate *out);

/* Mean of n independent values, error and interval by resampling them with replacement. The
 * percentile interval is widened by t(n-1)/z * sqrt(n/(n-1)), which makes it right for small n:
 * "expanded percentile interval", Hesterberg, doi:10.1080/00031305.2015.1089789. stream separates
 * bootstraps under one seed. For n < 2: value only, interval NAN. */
KM_MUST_CHECK km_status km_bootstrap_mean(const double *x, int n, int n_resamples, uint64_t seed,
                                          uint32_t stream, km_estimate *out);

/* Spread of n draws of a posterior (sorted on return) as standard error and interval of out; its
 * value stays. n >= 2. */
void km_draws_summarise(double *draw, int n, km_estimate *out);

typedef struct km_line {
    double slope, intercept;
    double slope_error, intercept_error; /* standard errors if weight = 1/variance and the points
                                            are independent */
} km_line;

/* Least squares of y = intercept + slope x with weights. KM_ERROR_VALUE for fewer than two
 * different x or a weight that is not above 0. */
KM_MUST_CHECK km_status km_line_fit(const double *x, const double *y, const double *weight, int n,
                                    km_line *out);
/* The same fit as n numbers: slope = sum_k coefficient[k] y[k], whatever y. */
KM_MUST_CHECK km_status km_line_slope_coefficients(const double *x, const double *weight, int n,
                                                   double *coefficient);

#endif
