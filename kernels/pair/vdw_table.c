/* SPDX-License-Identifier: MIT */
#include "kernels/pair/vdw_table.h"

#include <stdlib.h>
#include <string.h>

km_status km_vdw_table_allocate(int n, km_vdw_table *out)
{
    *out = (km_vdw_table){0};
    if (n < 4)
        return KM_FAIL(KM_ERROR_VALUE, "a tabulated pair needs at least 4 points; there are %d", n);
    KM_NEW(out->r, 5 * (size_t)n);
    out->n = n;
    out->u = out->r + n;
    out->f = out->u + n;
    out->u2 = out->f + n;
    out->f2 = out->u2 + n;
    return KM_OK;
}

/* Second derivatives of the spline through y with slopes first and last at its ends: a tridiagonal
 * system, solved in place; rhs: n of scratch. */
static void spline(const double *x, const double *y, int n, double first, double last, double *y2,
                   double *rhs)
{
    y2[0] = -0.5;
    rhs[0] = 3.0 / (x[1] - x[0]) * ((y[1] - y[0]) / (x[1] - x[0]) - first);
    for (int m = 1; m < n - 1; m++) {
        const double left = x[m] - x[m - 1], right = x[m + 1] - x[m], s = left / (left + right);
        const double p = s * y2[m - 1] + 2.0;
        const double bend = (y[m + 1] - y[m]) / right - (y[m] - y[m - 1]) / left;
        y2[m] = (s - 1.0) / p;
        rhs[m] = (6.0 * bend / (left + right) - s * rhs[m - 1]) / p;
    }
    const double h = x[n - 1] - x[n - 2];
    const double end = 3.0 / h * (last - (y[n - 1] - y[n - 2]) / h);
    y2[n - 1] = (end - 0.5 * rhs[n - 2]) / (0.5 * y2[n - 2] + 1.0);
    for (int m = n - 2; m >= 0; m--)
        y2[m] = y2[m] * y2[m + 1] + rhs[m];
}

km_status km_vdw_table_finish(km_vdw_table *t)
{
    const int n = t->n;
    double *rhs;
    for (int m = 0; m < n; m++) {
        if (!isfinite(t->r[m]) || !isfinite(t->u[m]) || !isfinite(t->f[m]) || !(t->r[m] > 0.0))
            return KM_FAIL(KM_ERROR_VALUE,
                           "point %d: distance, energy and force must be finite and the distance "
                           "above 0",
                           m + 1);
        if (m > 0 && !(t->r[m] > t->r[m - 1]))
            return KM_FAIL(KM_ERROR_VALUE, "point %d: the distances do not ascend", m + 1);
    }
    KM_NEW(rhs, n);
    spline(t->r, t->u, n, -t->f[0], -t->f[n - 1], t->u2, rhs);
    spline(t->r, t->f, n, (t->f[1] - t->f[0]) / (t->r[1] - t->r[0]),
           (t->f[n - 1] - t->f[n - 2]) / (t->r[n - 1] - t->r[n - 2]), t->f2, rhs);
    free(rhs);
    return KM_OK;
}

km_status km_vdw_table_copy(const km_vdw_table *from, km_vdw_table *out)
{
    KM_TRY(km_vdw_table_allocate(from->n, out));
    memcpy(out->r, from->r, 5 * (size_t)from->n * sizeof *from->r);
    return KM_OK;
}

void km_vdw_table_destroy(km_vdw_table *table)
{
    free(table->r);
    *table = (km_vdw_table){0};
}

/* Index of the interval that holds r, by bisection. */
static int interval_of(const km_vdw_table *t, double r)
{
    int low = 0, high = t->n - 1;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (t->r[middle] > r)
            high = middle;
        else
            low = middle;
    }
    return low;
}

km_pair_term km_vdw_table_pair(const km_vdw_table *t, double r2)
{
    const double r = sqrt(r2);
    km_pair_term term = {0.0, 0.0};
    if (r > t->r[t->n - 1])
        return term;
    if (r < t->r[0]) {
        term.u = t->u[0] + t->f[0] * (t->r[0] - r);
        term.f_over_r = t->f[0] / r;
        return term;
    }
    const int m = interval_of(t, r);
    const double h = t->r[m + 1] - t->r[m], a = (t->r[m + 1] - r) / h, b = 1.0 - a;
    const double bend_a = (a * a * a - a) * h * h / 6.0, bend_b = (b * b * b - b) * h * h / 6.0;
    term.u = a * t->u[m] + b * t->u[m + 1] + bend_a * t->u2[m] + bend_b * t->u2[m + 1];
    term.f_over_r = (a * t->f[m] + b * t->f[m + 1] + bend_a * t->f2[m] + bend_b * t->f2[m + 1]) / r;
    return term;
}
