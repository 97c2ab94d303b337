/* SPDX-License-Identifier: MIT */
/* Morse pair potential, alone (bond valence) and with a wall (partial-charge model of oxides).
 *     U(r) = D {[1 - exp(-a (r - r0))]^2 - 1} + C12/r^12
 *     -U'(r)/r = -2 D a (1 - e) e / r + 12 C12/r^14,   e = exp(-a (r - r0))
 * Sources: P. M. Morse, doi:10.1103/PhysRev.34.57; with the wall A. Pedone et al.,
 * doi:10.1021/jp0611018, equation 1; of bond valence S. Adams & R. P. Rao,
 * doi:10.1002/pssa.201001116. The energy is that of the pair: programs that make site energies of
 * it (BVlain) halve it. Without the wall it is finite at r = 0, which the Coulomb attraction of
 * opposite charges is not. */
#ifndef KM_PAIR_VDW_MORSE_H
#define KM_PAIR_VDW_MORSE_H

#include "kernels/pair/coulomb.h"

/* parameter: D (kJ/mol), a (1/nm), r0 (nm); r2 in nm^2. */
KM_HD km_pair_term km_morse(const double *parameter, double r2)
{
    const double r = sqrt(r2), e = exp(-parameter[1] * (r - parameter[2]));
    km_pair_term term;
    term.u = parameter[0] * e * (e - 2.0);
    term.f_over_r = 2.0 * parameter[0] * parameter[1] * e * (e - 1.0) / r;
    return term;
}

/* parameter: D, a, r0 and C12 (kJ/mol nm^12). */
KM_HD km_pair_term km_morse_r12(const double *parameter, double r2)
{
    const double r6 = r2 * r2 * r2, wall = parameter[3] / (r6 * r6);
    km_pair_term term = km_morse(parameter, r2);
    term.u += wall;
    term.f_over_r += 12.0 * wall / r2;
    return term;
}

#endif
