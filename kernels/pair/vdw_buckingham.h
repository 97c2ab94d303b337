/* SPDX-License-Identifier: MIT */
/* Buckingham pair potential, exp-6.
 *     U(r) = A exp(-r/rho) - C/r^6
 *     -U'(r)/r = A exp(-r/rho) / (rho r) - 6 C/r^8
 * Source: R. A. Buckingham, doi:10.1098/rspa.1938.0173. Attractive without bound as r -> 0: behind
 * its barrier two atoms fall into each other, and km_pair_barrier_find (pair_barrier.h) says how
 * high that is. */
#ifndef KM_PAIR_VDW_BUCKINGHAM_H
#define KM_PAIR_VDW_BUCKINGHAM_H

#include "kernels/pair/coulomb.h"

/* parameter: A (kJ/mol), rho (nm), C (kJ/mol nm^6); r2 in nm^2. */
KM_HD km_pair_term km_buckingham(const double *parameter, double r2)
{
    const double r = sqrt(r2), wall = parameter[0] * exp(-r / parameter[1]);
    const double dispersion = parameter[2] / (r2 * r2 * r2);
    km_pair_term term;
    term.u = wall - dispersion;
    term.f_over_r = wall / (parameter[1] * r) - 6.0 * dispersion / r2;
    return term;
}

#endif
