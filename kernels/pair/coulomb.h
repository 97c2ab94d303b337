/* SPDX-License-Identifier: MIT */
/* Coulomb energy of one pair: plain, screened by Ewald's Gaussians, and the part the mesh holds.
 *
 *     plain      U = qq / r                      -U'/r =  qq / r^3
 *     excluded   U = -qq erf(alpha r) / r        -U'/r = -qq alpha^3 G(alpha^2 r^2)
 *     screened   U = qq erfc(alpha r) / r = plain + excluded
 *
 * qq = C q_i q_j in kJ nm/mol. With x = alpha r, the two functions
 *
 *     E(x^2) = erf(x) / x                                    E(0) = 2 / sqrt(pi)
 *     G(x^2) = (erf(x) / x - 2 exp(-x^2) / sqrt(pi)) / x^2   G(0) = 4 / (3 sqrt(pi))
 *
 * are entire in x^2, so the screened pair is 1/r and 1/r^3 less a smooth function, which the pair
 * loop takes from a polynomial (ewald_polynomial.h). Nothing here diverges at r = 0 but the plain
 * pair. Ewald's split: Essmann et al., doi:10.1063/1.470117, equations 2.1 to 2.5. */
#ifndef KM_PAIR_COULOMB_H
#define KM_PAIR_COULOMB_H

#include "kernels/base/real.h"

/* Energy of a pair and its force over distance: the force on i is f_over_r (r_i - r_j). */
typedef struct km_pair_term {
    double u;        /* kJ/mol      */
    double f_over_r; /* kJ/mol/nm^2 */
} km_pair_term;

#define KM_TWO_OVER_SQRT_PI 1.12837916709551257390

/* E of x2 = (alpha r)^2. */
KM_HD double km_ewald_energy_function(double x2)
{
    if (x2 < 1e-8)
        return KM_TWO_OVER_SQRT_PI * (1.0 - x2 * (1.0 / 3.0));
    const double x = sqrt(x2);
    return erf(x) / x;
}

/* G of x2 = (alpha r)^2; its Taylor series where the closed form would cancel:
 * G = 4/sqrt(pi) sum_m (-x2)^m / (m! (2m + 3)), sixteen terms reach 1e-17 at x2 = 1/2. */
KM_HD double km_ewald_force_function(double x2)
{
    if (x2 < 0.5) {
        double sum = 0.0, term = 1.0;
        for (int m = 0; m < 16; m++) {
            sum += term / (2 * m + 3);
            term *= -x2 / (m + 1);
        }
        return 2.0 * KM_TWO_OVER_SQRT_PI * sum;
    }
    return (km_ewald_energy_function(x2) - KM_TWO_OVER_SQRT_PI * exp(-x2)) / x2;
}

/* qq/r, at squared distance r2 (nm^2). */
KM_HD km_pair_term km_coulomb_plain(double qq, double r2)
{
    km_pair_term term;
    term.u = qq / sqrt(r2);
    term.f_over_r = term.u / r2;
    return term;
}

/* -qq erf(alpha r)/r: takes out of the mesh energy a pair that must not interact. Finite at 0. */
KM_HD km_pair_term km_coulomb_excluded(double qq, double alpha, double r2)
{
    const double x2 = alpha * alpha * r2;
    km_pair_term term;
    term.u = -qq * alpha * km_ewald_energy_function(x2);
    term.f_over_r = -qq * alpha * alpha * alpha * km_ewald_force_function(x2);
    return term;
}

/* qq erfc(alpha r)/r: the reference the pair loop is tested against. */
KM_HD km_pair_term km_coulomb_screened(double qq, double alpha, double r2)
{
    const double r = sqrt(r2), x = alpha * r;
    km_pair_term term;
    term.u = qq * erfc(x) / r;
    term.f_over_r = (term.u + qq * KM_TWO_OVER_SQRT_PI * alpha * exp(-x * x)) / r2;
    return term;
}

#endif
