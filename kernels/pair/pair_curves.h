/* SPDX-License-Identifier: MIT */
/* Every form of pair potential as a curve over s = r^2, one cubic per interval: what the pair loops
 * read in a cell where some pair of types is not Lennard-Jones.
 *
 *     -U'/r or U = ((c3 p + c2) p + c1) p + c0,   p = (s - s_m)/(s_m+1 - s_m)
 *
 * The intervals divide each power of two of s into KM_CURVE_STEPS equal ones: their number is the
 * leading bits of s as a floating-point number and p the other bits, exactly. (Wolff & Rudd,
 * doi:10.1016/S0010-4655(99)00217-9, section 3, tabulate in s; the bits as index are the tables of
 * LAMMPS' Coulomb.) The cubic goes through the formula at p = 0, 1/4, 3/4, 1, so that curves are
 * continuous; its error is h^4 f""/1536, for r^-14 2e-8 of f in mixed precision and 6e-11 in
 * double, below the rounding of float; exponentials at their distances are an order better.
 *
 * Why a curve and not the formula: exp in a vector of 16 costs as much as the look-up, a Morse with
 * a wall twice that, and masks for forms that differ within a vector come on top. A look-up is one
 * loop for all forms, mixed as they may be, and one kernel. What it costs is 20 kB per pair of
 * types and table, of which a solid reads a few kB.
 *
 * Inside the core, where a form without a wall attracts without bound (Buckingham), the force of a
 * curve is beyond KM_FIXED_LIMIT: an atom that gets there is a fault and not a number. */
#ifndef KM_PAIR_CURVES_H
#define KM_PAIR_CURVES_H

#include <string.h>

#include "kernels/base/lane.h"
#include "kernels/pair/pair.h"

#ifdef KM_DOUBLE
enum { KM_CURVE_BITS = 9, KM_CURVE_MANTISSA = 52 };
typedef int64_t km_curve_integer;
#else
enum { KM_CURVE_BITS = 7, KM_CURVE_MANTISSA = 23 };
typedef int32_t km_curve_integer;
#endif
enum { KM_CURVE_STEPS = 1 << KM_CURVE_BITS, KM_CURVE_SHIFT = KM_CURVE_MANTISSA - KM_CURVE_BITS };

/* The place in the curve of a pair of types; all pairs of a cell share it. */
typedef struct km_curve_range {
    km_real low, high; /* nm^2  what s is limited to: (1/32 nm)^2 and just beyond the cutoff */
    int first;         /*       leading bits of low                                          */
    int n;             /*       intervals; 0: all pairs are Lennard-Jones, there are no curves */
} km_curve_range;

typedef struct km_pair_curves {
    km_curve_range range;
    km_real4 *force, *energy; /* n_types^2 x range.n: coefficients c0 to c3 */
} km_pair_curves;

#ifdef __cplusplus
extern "C" {
#endif
/* Made from a checked spec; empty where all pairs are Lennard-Jones. With shift in the spec the
 * energies are. */
KM_MUST_CHECK km_status km_pair_curves_make(const km_pair_spec *spec, km_pair_curves *out);
void km_pair_curves_destroy(km_pair_curves *curves);
/* Distance (nm) within which the pair of types attracts down to nothing; 0: it does not. */
double km_pair_core(const km_pair_spec *spec, int pair);
#ifdef __cplusplus
}
#endif

/* Value of a cubic. */
KM_HD km_lane km_curve_value(const km_lane c[4], km_lane p)
{
    return km_lane_multiply_add(km_lane_multiply_add(km_lane_multiply_add(c[3], p, c[2]), p, c[1]),
                                p, c[0]);
}

/* Interval of s, and p within it. */
KM_HD int km_curve_place(const km_curve_range *range, km_real s, km_real *p)
{
    const km_real inside = s > range->low ? (s < range->high ? s : range->high) : range->low;
    km_curve_integer bits;
    memcpy(&bits, &inside, sizeof bits);
    const km_curve_integer rest = bits & (((km_curve_integer)1 << KM_CURVE_SHIFT) - 1);
    *p = (km_real)rest * KM_R(1.0 / (double)((km_curve_integer)1 << KM_CURVE_SHIFT));
    return (int)(bits >> KM_CURVE_SHIFT) - range->first;
}

#endif
