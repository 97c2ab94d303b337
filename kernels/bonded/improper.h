/* SPDX-License-Identifier: MIT */
/* Harmonic improper dihedral: xi is the dihedral angle of i-j-k-l (dihedral.h).
 *     U(xi) = k/2 d^2       d = xi - xi0, taken on the circle into [-pi, pi]
 *     dU/dxi = k d
 * Half a turn away from xi0 the force changes sign at once: keep xi0 away from where atoms go.
 * Gradient of the angle: doi:10.1002/(SICI)1096-987X(19960715)17:9<1132::AID-JCC5>3.0.CO;2-T. */
#ifndef KM_IMPROPER_H
#define KM_IMPROPER_H

#include "kernels/base/units.h"
#include "kernels/bonded/dihedral.h"

/* xi0 in rad, k_xi in kJ/mol/rad^2. */
KM_HD km_dihedral_term km_improper_harmonic_term(double cosine, double sine, double xi0,
                                                 double k_xi)
{
    double d = atan2(sine, cosine) - xi0;
    d -= 2.0 * KM_PI * nearbyint(d / (2.0 * KM_PI));
    km_dihedral_term term;
    term.u = 0.5 * k_xi * d * d;
    term.slope = k_xi * d;
    return term;
}

#endif
