/* SPDX-License-Identifier: MIT */
/* Harmonic bond.
 *     U(r)  = k/2 (r - r0)^2            r = |r_i - r_j|
 *     F_i   = -k (r - r0) (r_i - r_j)/r       F_j = -F_i
 * With r = 0 the direction is undefined and the force is taken as zero.
 * The form is OPLS-AA's, doi:10.1021/ja9621760, which prints K (r - r0)^2: k = 2 K. */
#ifndef KM_BOND_H
#define KM_BOND_H

#include "kernels/base/vec.h"

/* Energy (kJ/mol) of a bond; r_ij = r_i - r_j in nm, r0 in nm, k in kJ/mol/nm^2; force_i in
 * kJ/mol/nm. */
KM_HD double km_bond_harmonic(km_vec3 r_ij, double r0, double k, km_vec3 *force_i)
{
    const double r = km_vec3_norm(r_ij);
    const double stretch = r - r0;
    *force_i = km_vec3_scale(r > 0.0 ? -k * stretch / r : 0.0, r_ij);
    return 0.5 * k * stretch * stretch;
}

#endif
