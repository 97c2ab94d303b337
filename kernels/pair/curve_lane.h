/* SPDX-License-Identifier: MIT */
/* Curves (pair_curves.h) by vectors: a lane has its own pair of types and its own interval. Only
 * for units compiled per instruction set. */
#ifndef KM_PAIR_CURVE_LANE_H
#define KM_PAIR_CURVE_LANE_H

#include "kernels/base/lane_gather.h"
#include "kernels/pair/pair_curves.h"

/* As km_curve_place: intervals of s, and p within them. */
KM_HD km_lane_int km_curve_places(const km_curve_range *range, km_lane s, km_lane *p)
{
    typedef km_curve_integer bits_of_lanes
        __attribute__((vector_size(KM_LANES * sizeof(km_curve_integer))));
    const km_curve_integer rest = ((km_curve_integer)1 << KM_CURVE_SHIFT) - 1;
    const km_lane inside =
        km_lane_min(km_lane_max(s, km_lane_all(range->low)), km_lane_all(range->high));
    const bits_of_lanes bits = (bits_of_lanes)inside;
    *p = __builtin_convertvector(bits & rest, km_lane) *
         KM_R(1.0 / (double)((km_curve_integer)1 << KM_CURVE_SHIFT));
    return __builtin_convertvector((bits >> KM_CURVE_SHIFT) - range->first, km_lane_int);
}

#endif
