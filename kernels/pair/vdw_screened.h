/* SPDX-License-Identifier: MIT */
/* Screened repulsion between ions of one sign in the bond-valence force field.
 *     U(r) = B erfc(r/lambda)/r
 *     -U'(r)/r = [U(r) + 2 B exp(-r^2/lambda^2) / (sqrt(pi) lambda)] / r^2
 * B = q_i q_j / (4 pi eps0 sqrt(n_i n_j)) with the principal quantum numbers n, lambda = f (r_i +
 * r_j) with the covalent radii r and the screening factor f of the file. Source: S. Adams &
 * R. P. Rao, doi:10.1002/pssa.201001116; H. Chen, L. L. Wong & S. Adams,
 * doi:10.1107/S2052520618015718. The ions of this force field have no charges besides. */
#ifndef KM_PAIR_VDW_SCREENED_H
#define KM_PAIR_VDW_SCREENED_H

#include "kernels/pair/coulomb.h"

/* parameter: B (kJ/mol nm), lambda (nm); r2 in nm^2. */
KM_HD km_pair_term km_screened_coulomb(const double *parameter, double r2)
{
    return km_coulomb_screened(parameter[0], 1.0 / parameter[1], r2);
}

#endif
