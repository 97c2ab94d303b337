/* SPDX-License-Identifier: MIT */
/* Born-Mayer-Huggins pair potential, as for the alkali halides.
 *     U(r) = A exp((sigma - r)/rho) - C/r^6 - D8/r^8
 *     -U'(r)/r = A exp((sigma - r)/rho) / (rho r) - 6 C/r^8 - 8 D8/r^10
 * Source: M. P. Tosi & F. G. Fumi, doi:10.1016/0022-3697(64)90160-X, equation 1. LAMMPS' `born` has
 * the other sign of D8. Attractive without bound as r -> 0, as Buckingham. */
#ifndef KM_PAIR_VDW_BORN_MAYER_H
#define KM_PAIR_VDW_BORN_MAYER_H

#include "kernels/pair/coulomb.h"

/* parameter: A (kJ/mol), rho, sigma (nm), C (kJ/mol nm^6), D8 (kJ/mol nm^8); r2 in nm^2. */
KM_HD km_pair_term km_born_mayer(const double *parameter, double r2)
{
    const double r = sqrt(r2), r6 = r2 * r2 * r2;
    const double wall = parameter[0] * exp((parameter[2] - r) / parameter[1]);
    const double c = parameter[3] / r6, d = parameter[4] / (r6 * r2);
    km_pair_term term;
    term.u = wall - c - d;
    term.f_over_r = wall / (parameter[1] * r) - (6.0 * c + 8.0 * d) / r2;
    return term;
}

#endif
