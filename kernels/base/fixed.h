/* SPDX-License-Identifier: MIT */
/* Sums that do not depend on the order of their terms: 64-bit fixed point, scale 2^32.
 *
 * A force of 1 kJ/mol/nm is 2^32 units; the range is +-2.1e9 kJ/mol/nm and the resolution 2.3e-10.
 * Integer addition is associative, so any number of threads in any order gives the same bits. A
 * term beyond KM_FIXED_LIMIT (overlapping atoms) is clamped there, and the caller raises a fault
 * bit: a sum never wraps. The idea is OpenMM's and AMBER's (SPFP, doi:10.1016/j.cpc.2012.09.022).
 */
#ifndef KM_BASE_FIXED_H
#define KM_BASE_FIXED_H

#include "kernels/base/real.h"

typedef int64_t km_fixed;

#define KM_FIXED_SCALE 4294967296.0 /* 2^32 */
/* Largest magnitude of one term, kJ/mol or kJ/mol/nm: twenty of them still fit into the sum. */
#define KM_FIXED_LIMIT 1.0e8

/* Largest magnitude of a whole sum, kJ/mol. */
#define KM_FIXED_TOTAL 2.1e9

KM_HD km_fixed km_fixed_from(double x)
{
    const double limited = fmax(-KM_FIXED_LIMIT, fmin(KM_FIXED_LIMIT, x));
    return (km_fixed)(limited * KM_FIXED_SCALE + (limited < 0.0 ? -0.5 : 0.5));
}
KM_HD double km_fixed_to(km_fixed x)
{
    return (double)x * (1.0 / KM_FIXED_SCALE);
}

#endif
