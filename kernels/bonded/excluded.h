/* SPDX-License-Identifier: MIT */
/* Excluded pairs: what the mesh holds of them, taken out again, without sqrt, exp or erf.
 *     U       = -qq alpha E(x2)          x2 = (alpha r)^2,  E(x2) = erf(x)/x
 *     -U'/r   =  2 qq alpha^3 E'(x2)     E' = dE/dx2
 * Same physics as km_coulomb_excluded (kernels/pair/coulomb.h; Essmann et al.,
 * doi:10.1063/1.470117, its correction term). E is entire in x2, so on 0..4 (r up to 2/alpha,
 * farther than excluded partners get) a polynomial of degree 18 in u = x2/2 - 1 holds E to 2e-16
 * and E' to 5e-16 relative; the test measures both. Beyond, the closed form. Coefficients:
 * Chebyshev interpolation of E in 60-digit arithmetic, rewritten in powers of u. */
#ifndef KM_EXCLUDED_H
#define KM_EXCLUDED_H

#include "kernels/pair/coulomb.h"

#define KM_EXCLUDED_DEGREE 18
#define KM_EXCLUDED_X2_MAX 4.0 /* where the polynomial ends */

/* Unrolled, so that a loop over pairs becomes a vector loop. */
#if defined(__CUDA_ARCH__)
#define KM_EXCLUDED_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__) /* nvcc for the host */
#define KM_EXCLUDED_UNROLL
#else
#define KM_EXCLUDED_UNROLL _Pragma("GCC unroll 18")
#endif

/* E and dE/dx2 for 0 <= x2 <= 4. */
KM_HD void km_excluded_polynomial(double x2, double *e, double *slope)
{
    const double coefficient[KM_EXCLUDED_DEGREE + 1] = {
        6.74933236039655049e-01,  -2.61111860931245388e-01, 1.19479138609851862e-01,
        -4.86627774491550300e-02, 1.71283445718166533e-02,  -5.23487583615887819e-03,
        1.40509142365202798e-03,  -3.35143533523964252e-04, 7.18010084384960897e-05,
        -1.39462737454358329e-05, 2.47580204969780755e-06,  -4.04509460999120162e-07,
        6.11956771414686177e-08,  -8.61770148305910675e-09, 1.13482488917750008e-09,
        -1.40134638298616738e-10, 1.63314151643891149e-11,  -1.89230358350066169e-12,
        1.97235204103554017e-13,
    };
    const double u = 0.5 * x2 - 1.0;
    double value = coefficient[KM_EXCLUDED_DEGREE], derivative = 0.0;
    KM_EXCLUDED_UNROLL
    for (int n = KM_EXCLUDED_DEGREE - 1; n >= 0; n--) {
        derivative = derivative * u + value;
        value = value * u + coefficient[n];
    }
    *e = value;
    *slope = 0.5 * derivative;
}

/* Energy and force over distance of an excluded pair: qq = C q_i q_j in kJ nm/mol, alpha in 1/nm,
 * r2 in nm^2. Finite at r = 0. */
KM_HD km_pair_term km_excluded_pair(double qq, double alpha, double r2)
{
    const double x2 = alpha * alpha * r2;
    if (x2 > KM_EXCLUDED_X2_MAX)
        return km_coulomb_excluded(qq, alpha, r2);
    double e, slope;
    km_excluded_polynomial(x2, &e, &slope);
    km_pair_term term;
    term.u = -qq * alpha * e;
    term.f_over_r = 2.0 * qq * alpha * alpha * alpha * slope;
    return term;
}

#endif
