/* SPDX-License-Identifier: MIT */
/* Tables of equal steps, interpolated by one cubic per interval.
 *
 *     f(x) = c0 + c1 p + c2 p^2 + c3 p^3        m = floor(x / step), p = x / step - m
 *     f'(x) = (c1 + 2 c2 p + 3 c3 p^2) / step
 *
 * Value and slope are continuous: c from the values f_m, f_m+1 of both ends and their slopes, which
 * are five-point differences (f_m-2 - f_m+2 + 8 (f_m+1 - f_m-1)) / 12, next to the ends of the
 * table central and at the ends one-sided ones. This is the interpolation that LAMMPS takes the
 * tables for (doi:10.1016/j.cpc.2021.108171; formulas: Abramowitz & Stegun 25.3.4 to 25.3.6, 25.2):
 * any other spline gives other energies, by parts in 1e9 for fine tables and 1e6 for coarse ones.
 * Beyond the last point f stays at its value. */
#ifndef KM_EAM_SPLINE_H
#define KM_EAM_SPLINE_H

#include <stddef.h>

#include "kernels/base/lane.h"

/* Steps of the density below which a table of -A sqrt(rho) gives way to the function itself. */
#define KM_EAM_ROOT_STEPS 16

/* f(x) from the coefficients of its interval. */
KM_HD km_lane km_spline_value(const km_lane c[4], km_lane p)
{
    return km_lane_multiply_add(km_lane_multiply_add(km_lane_multiply_add(c[3], p, c[2]), p, c[1]),
                                p, c[0]);
}

/* step f'(x). */
KM_HD km_lane km_spline_slope(const km_lane c[4], km_lane p)
{
    return km_lane_multiply_add(km_lane_multiply_add(KM_R(3.0) * c[3], p, KM_R(2.0) * c[2]), p,
                                c[1]);
}

/* Slope at point m of a table of n, per step. */
KM_HD double km_spline_point_slope(const double *f, int n, int m)
{
    if (m == 0)
        return f[1] - f[0];
    if (m == n - 1)
        return f[n - 1] - f[n - 2];
    if (m == 1 || m == n - 2)
        return 0.5 * (f[m + 1] - f[m - 1]);
    return (f[m - 2] - f[m + 2] + 8.0 * (f[m + 1] - f[m - 1])) / 12.0;
}

/* Coefficients of the interval from point m to m + 1. */
KM_HD void km_spline_interval(const double *f, int n, int m, double c[4])
{
    const double rise = f[m + 1] - f[m];
    const double left = km_spline_point_slope(f, n, m), right = km_spline_point_slope(f, n, m + 1);
    c[0] = f[m];
    c[1] = left;
    c[2] = 3.0 * rise - 2.0 * left - right;
    c[3] = left + right - 2.0 * rise;
}

/* An embedding function; coefficients in kJ/mol. */
typedef struct km_embedding {
    const double *c;     /* kJ/mol  n_intervals x 4                                     */
    int n_intervals;     /*                                                             */
    double inverse_step; /*         1/unit of density                                   */
    double root;         /* kJ/mol  A of -A sqrt(rho) at low density; 0 = table only    */
} km_embedding;

/* F(rho), kJ/mol, and its slope. Beyond the table F goes on straight. A lone atom (rho 0) has the
 * slope 0, not that of the root: it multiplies nothing. */
KM_HD double km_embedding_value(const km_embedding *e, double rho, double *slope)
{
    const double x = rho * e->inverse_step;
    if (e->root > 0.0 && x < KM_EAM_ROOT_STEPS) {
        const double s = rho > 0.0 ? sqrt(rho) : 0.0;
        *slope = s > 0.0 ? -0.5 * e->root / s : 0.0;
        return -e->root * s;
    }
    const int last = e->n_intervals - 1;
    const int m = x < (double)last ? (x > 0.0 ? (int)x : 0) : last;
    const double p = x - m < 1.0 ? x - m : 1.0;
    const double *c = e->c + 4 * (ptrdiff_t)m;
    *slope = ((3.0 * c[3] * p + 2.0 * c[2]) * p + c[1]) * e->inverse_step;
    const double beyond = x > last + 1.0 ? (x - (last + 1.0)) / e->inverse_step : 0.0;
    return ((c[3] * p + c[2]) * p + c[1]) * p + c[0] + *slope * beyond;
}

#endif
