/* SPDX-License-Identifier: MIT */
/* The hot loops of the mesh term, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * Everything is done number by number in a fixed order and shape: the bits do not depend on the
 * width of the vectors. */
#include <string.h>

#include "kernels/pme/pme_cpu.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

#define KM_WIDTH 4
#include "kernels/pme/pme_stencil.h"
#undef KM_WIDTH
#define KM_WIDTH 8
#include "kernels/pme/pme_stencil.h"
#undef KM_WIDTH

/* KM_LANES sites at a time, one in each lane. */
KM_HD void splines(const int order, const int width, const km_pme_site *site, int n,
                   km_real *stencil)
{
    for (int first = 0; first < n; first += KM_LANES) {
        const int count = n - first < KM_LANES ? n - first : KM_LANES;
        for (int axis = 0; axis < 3; axis++) {
            km_lane f = km_lane_all(KM_R(0.0)), weight[KM_SPLINE_ORDER_MAX],
                    slope[KM_SPLINE_ORDER_MAX];
            for (int l = 0; l < count; l++)
                f[l] = site[first + l].fraction[axis];
            km_bspline(order, f, weight, slope);
            for (int l = 0; l < count; l++) {
                km_real *out = stencil + ((first + l) * KM_PME_STENCIL + axis) * (size_t)width;
                for (int j = 0; j < order; j++) {
                    out[j] = weight[j][l];
                    out[j + (KM_PME_SLOPE_X - KM_PME_WEIGHT_X) * width] = slope[j][l];
                }
            }
        }
    }
}

static void splines_by_order(const km_pme_layout *layout, const km_pme_site *site, int n,
                             km_real *stencil)
{
    if (layout->order == 4)
        splines(4, 4, site, n, stencil);
    else if (layout->order == 5)
        splines(5, 8, site, n, stencil);
    else
        splines(6, 8, site, n, stencil);
}

static void spread_by_order(const km_pme_layout *layout, const km_pme_site *site,
                            const km_real *stencil, int n, int offset, km_real *plane)
{
    if (layout->order == 4)
        km_stencil_spread_4(4, layout, site, stencil, n, offset, plane);
    else if (layout->order == 5)
        km_stencil_spread_8(5, layout, site, stencil, n, offset, plane);
    else
        km_stencil_spread_8(6, layout, site, stencil, n, offset, plane);
}

static void gather_by_order(const km_pme_layout *layout, const km_pme_site *site,
                            const km_real *stencil, int n, const km_real *potential,
                            km_real *gradient)
{
    if (layout->order == 4)
        km_stencil_gather_4(4, layout, site, stencil, n, potential, gradient);
    else if (layout->order == 5)
        km_stencil_gather_8(5, layout, site, stencil, n, potential, gradient);
    else
        km_stencil_gather_8(6, layout, site, stencil, n, potential, gradient);
}

static void multiply(const km_real *KM_RESTRICT influence, size_t n, km_real *KM_RESTRICT field)
{
    for (size_t k = 0; k < n; k++) {
        field[2 * k] *= influence[k];
        field[2 * k + 1] *= influence[k];
    }
}

const km_pme_loops KM_JOIN(km_pme_loops_, KM_ISA_NAME) = {splines_by_order, spread_by_order,
                                                          gather_by_order, multiply};
