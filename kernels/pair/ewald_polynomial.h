/* SPDX-License-Identifier: MIT */
/* The smooth part of the screened Coulomb pair as a polynomial in r^2.
 *
 *     screened U = qq (1/r - alpha E(alpha^2 r^2))        ~ qq (1/r   - P_u(t))
 *     -U'/r      = qq (1/r^3 - alpha^3 G(alpha^2 r^2))    ~ qq (1/r^3 - P_f(t))
 *     t = 2 r^2 / cutoff^2 - 1, in [-1, 1] within the cutoff
 *
 * E and G (coulomb.h) are entire in r^2, so interpolation at Chebyshev's points converges faster
 * than any power of the degree, and as exp(-x) has alternating powers the sum of the magnitudes of
 * the coefficients in t is that of G(0) itself: Horner's rule loses nothing. Fitted when the term
 * is made, for the alpha and cutoff at hand: no table, no gather, no constants to go stale.
 * Interpolation: Trefethen, Approximation Theory and Approximation Practice, chapters 2 to 4 and 8.
 */
#ifndef KM_PAIR_EWALD_POLYNOMIAL_H
#define KM_PAIR_EWALD_POLYNOMIAL_H

#include "kernels/base/error.h"
#include "kernels/base/lane.h"

/* The pair loop is compiled for two degrees; the fit takes the lower where its error is below that
 * of the arithmetic: in float alpha * cutoff up to 3.2 (a relative error of 6e-6 of the pair force
 * at the cutoff) and 4.4, in double 3.6 and 5.4. */
#ifdef KM_DOUBLE
enum { KM_EWALD_SHORT = 25, KM_EWALD_LONG = 41 };
#else
enum { KM_EWALD_SHORT = 13, KM_EWALD_LONG = 21 };
#endif

typedef struct km_ewald_polynomial {
    int n;         /*          coefficients in use: KM_EWALD_SHORT, KM_EWALD_LONG or 0       */
    km_real scale; /* 1/nm^2   t = scale r^2 - 1                                             */
    double error;  /*          largest error of P_f relative to 1/cutoff^3, of P_u to 1/cutoff */
    km_real force[KM_EWALD_LONG];  /* 1/nm^3, highest power first */
    km_real energy[KM_EWALD_LONG]; /* 1/nm */
} km_ewald_polynomial;

#ifdef __cplusplus
extern "C" {
#endif
/* Fits for alpha (1/nm) and cutoff (nm); alpha = 0 gives n = 0. Fails when alpha * cutoff is so
 * large that the long polynomial is not exact to rounding. */
km_status km_ewald_polynomial_fit(double alpha, double cutoff, km_ewald_polynomial *out);
#ifdef __cplusplus
}
#endif

#if defined(__CUDA_ARCH__) && defined(KM_DOUBLE)
#define KM_UNROLL _Pragma("unroll 4") /* all coefficients at once would not fit the registers */
#elif defined(__CUDA_ARCH__)
#define KM_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__)
#define KM_UNROLL
#else
#define KM_UNROLL _Pragma("GCC unroll 64")
#endif

/* Horner's rule over n coefficients for several t at once, since one chain alone would wait for
 * itself; n and count are constants where this is called. It goes on from the first coefficient,
 * which lies in out. */
KM_HD void km_ewald_polynomial_continue(const km_lane *coefficient, const int n, const km_lane *t,
                                        const int count, km_lane *out)
{
    KM_UNROLL
    for (int k = 1; k < n; k++) {
        KM_UNROLL
        for (int m = 0; m < count; m++)
            out[m] = km_lane_multiply_add(out[m], t[m], coefficient[k]);
    }
}

/* The same sum for n odd as P(t) = even(t^2) + t odd(t^2), each by Horner's rule: two half chains
 * side by side. */
KM_HD void km_ewald_polynomial_values(const km_lane *coefficient, const int n, const km_lane *t,
                                      const int count, km_lane *out)
{
    KM_UNROLL
    for (int m = 0; m < count; m++) {
        const km_lane t2 = t[m] * t[m];
        km_lane even = coefficient[0], odd = coefficient[1];
        KM_UNROLL
        for (int k = 2; k + 1 < n; k += 2) {
            even = km_lane_multiply_add(even, t2, coefficient[k]);
            odd = km_lane_multiply_add(odd, t2, coefficient[k + 1]);
        }
        even = km_lane_multiply_add(even, t2, coefficient[n - 1]);
        out[m] = km_lane_multiply_add(odd, t[m], even);
    }
}

#undef KM_UNROLL

#endif
