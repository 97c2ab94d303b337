/* SPDX-License-Identifier: MIT */
/* Cardinal B-splines: how one charge is spread over the mesh points around it.
 *
 *     M_2(u) = 1 - |u - 1|  for 0 <= u <= 2, else 0
 *     M_p(u) = u/(p-1) M_{p-1}(u) + (p-u)/(p-1) M_{p-1}(u-1)
 *     M_p'(u) = M_{p-1}(u) - M_{p-1}(u-1)
 *
 * A charge at mesh coordinate i + f (0 <= f < 1) touches the p points i ... i+p-1 with
 *
 *     weight[j] = M_p(f + p-1-j)          slope[j] = d weight[j] / d f
 *
 * The whole stencil is shifted by p-1 points against the source's choice; a shift of all charges
 * alike changes no energy and no force. Weights sum to 1, slopes to 0.
 * Source: Essmann et al., doi:10.1063/1.470117, equations 4.1 and 4.2. */
#ifndef KM_BSPLINE_H
#define KM_BSPLINE_H

#include "kernels/base/lane.h"

#define KM_SPLINE_ORDER_MIN 4
#define KM_SPLINE_ORDER_MAX 6

/* One step of the recursion, in place: weights of order k - 1 become weights of order k. */
KM_HD void km_bspline_raise(const int k, km_lane f, km_lane *weight)
{
    const km_lane scale = km_lane_all(KM_R(1.0) / KM_R(k - 1)), one = km_lane_all(KM_R(1.0));
    weight[k - 1] = scale * f * weight[k - 2];
    for (int j = k - 2; j > 0; j--) {
        const km_lane left = f + km_lane_all(KM_R(k - 1 - j));
        const km_lane right = km_lane_all(KM_R(j + 1)) - f;
        weight[j] = scale * (left * weight[j - 1] + right * weight[j]);
    }
    weight[0] = scale * (one - f) * weight[0];
}

/* Weights and slopes of the order points of a charge at fraction f of a mesh cell. */
KM_HD void km_bspline(const int order, km_lane f, km_lane *weight, km_lane *slope)
{
    weight[0] = km_lane_all(KM_R(1.0)) - f;
    weight[1] = f;
    for (int k = 3; k < order; k++)
        km_bspline_raise(k, f, weight);
    slope[0] = -weight[0];
    for (int j = 1; j < order - 1; j++)
        slope[j] = weight[j - 1] - weight[j];
    slope[order - 1] = weight[order - 2];
    km_bspline_raise(order, f, weight);
}

/* M_p(j + 1): the value at the integers, j from 0 to order - 2 (Eulerian numbers over (p-1)!). */
KM_HD double km_bspline_at_integer(int order, int j)
{
    const double value[3][5] = {
        {1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0, 0.0},
        {1.0 / 24.0, 11.0 / 24.0, 11.0 / 24.0, 1.0 / 24.0, 0.0},
        {1.0 / 120.0, 26.0 / 120.0, 66.0 / 120.0, 26.0 / 120.0, 1.0 / 120.0}};
    return value[order - KM_SPLINE_ORDER_MIN][j]; /* NOLINT: orders are checked */
}

#endif
