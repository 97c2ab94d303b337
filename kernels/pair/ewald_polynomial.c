/* SPDX-License-Identifier: MIT */
#include "kernels/pair/ewald_polynomial.h"

#include <float.h>

#include "kernels/base/units.h"
#include "kernels/pair/coulomb.h"

typedef double smooth_function(double x2);

/* Chebyshev coefficients of f(x2_max (t + 1) / 2) by interpolation at n points of the first kind.
 */
static void chebyshev(smooth_function *f, double x2_max, int n, double *c)
{
    for (int k = 0; k < n; k++)
        c[k] = 0.0;
    for (int m = 0; m < n; m++) {
        const double angle = KM_PI * (m + 0.5) / n;
        const double value = f(0.5 * x2_max * (cos(angle) + 1.0));
        for (int k = 0; k < n; k++)
            c[k] += (k == 0 ? 1.0 : 2.0) / n * value *
                    cos(KM_PI * (k * (2 * m + 1) % (4 * n)) / (2 * n));
    }
}

/* The same polynomial in powers of t, highest first, times factor: T_k+1 = 2 t T_k - T_k-1. */
static void powers(const double *c, int n, double factor, km_real *out)
{
    double sum[KM_EWALD_LONG] = {0}, now[KM_EWALD_LONG] = {1.0}, before[KM_EWALD_LONG] = {0};
    for (int k = 0; k < n; k++) {
        double next[KM_EWALD_LONG] = {0};
        for (int m = 0; m <= k; m++)
            sum[m] += c[k] * now[m];
        for (int m = 0; m + 1 < n; m++)
            next[m + 1] = (k == 0 ? 1.0 : 2.0) * now[m];
        for (int m = 0; m < n; m++) {
            next[m] -= k == 0 ? 0.0 : before[m];
            before[m] = now[m];
        }
        for (int m = 0; m < n; m++)
            now[m] = next[m];
    }
    for (int m = 0; m < n; m++)
        out[m] = (km_real)(factor * sum[n - 1 - m]);
}

/* Largest deviation of the polynomial (in double, from the Chebyshev form) from f, times weight. */
static double deviation(smooth_function *f, double x2_max, int n, const double *c, double weight)
{
    double largest = 0.0;
    for (int m = 0; m <= 400; m++) {
        const double t = m / 200.0 - 1.0;
        double b1 = 0.0, b2 = 0.0; /* Clenshaw's recurrence */
        for (int k = n - 1; k > 0; k--) {
            const double b0 = 2.0 * t * b1 - b2 + c[k];
            b2 = b1;
            b1 = b0;
        }
        const double value = t * b1 - b2 + c[0];
        largest = fmax(largest, fabs(value - f(0.5 * x2_max * (t + 1.0))));
    }
    return weight * largest;
}

km_status km_ewald_polynomial_fit(double alpha, double cutoff, km_ewald_polynomial *out)
{
    const double x = alpha * cutoff;
    /* that of the arithmetic: half a unit in the last place of P_f(0), a few operations */
    const double tolerance = 2.0 *
                             (sizeof(km_real) == 4 ? (double)FLT_EPSILON : DBL_EPSILON * 16.0) *
                             fmax(1.0, x * x * x * km_ewald_force_function(0.0));
    const int sizes[2] = {KM_EWALD_SHORT, KM_EWALD_LONG};
    out->n = 0;
    out->scale = (km_real)(2.0 / (cutoff * cutoff));
    out->error = 0.0;
    if (alpha == 0.0)
        return KM_OK;
    for (int k = 0; k < 2; k++) {
        double force[KM_EWALD_LONG], energy[KM_EWALD_LONG];
        chebyshev(km_ewald_force_function, x * x, sizes[k], force);
        chebyshev(km_ewald_energy_function, x * x, sizes[k], energy);
        out->error = fmax(deviation(km_ewald_force_function, x * x, sizes[k], force, x * x * x),
                          deviation(km_ewald_energy_function, x * x, sizes[k], energy, x));
        out->n = sizes[k];
        powers(force, sizes[k], alpha * alpha * alpha, out->force);
        powers(energy, sizes[k], alpha, out->energy);
        if (out->error <= tolerance)
            return KM_OK;
    }
    return KM_FAIL(KM_ERROR_UNSUPPORTED,
                   "alpha * cutoff is %.3g; above about %s the real-space part is zero to rounding "
                   "at the cutoff: use a shorter cutoff or a looser Ewald tolerance",
                   x, sizeof(km_real) == 4 ? "4.4" : "5.4");
}
