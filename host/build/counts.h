/* SPDX-License-Identifier: MIT */
/* Whole numbers for a composition of fractions. */
#ifndef KM_COUNTS_H
#define KM_COUNTS_H

#include <stdbool.h>

/* Chooses n counts in the ratio of amount such that sum of weight x count is target: exactly
 * (weights are 0 or 1 then), or within a few per cent where the ratio is met best. Returns -1, or
 * the index of an amount that would round to nothing. */
int km_counts_choose(int n, const double *amount, const double *weight, double target, bool exact,
                     int *count);

#endif
