/* SPDX-License-Identifier: MIT */
/* What both backends do alike before and around the mesh: checks, the energies that depend on the
 * charges only, and where on the mesh an atom is. */
#ifndef KM_PME_SETUP_H
#define KM_PME_SETUP_H

#include "kernels/pme/pme.h"

/* Self term, Essmann et al., doi:10.1063/1.470117, equations 2.1 to 2.5, and the neutralising
 * background of a charged cell, -pi C Q^2 / (2 alpha^2 V). */
typedef struct km_pme_constants {
    double self_energy; /* kJ/mol                                                          */
    double background;  /* kJ nm^3/mol   energy of the background times volume             */
} km_pme_constants;

#ifdef __cplusplus
extern "C" {
#endif
KM_MUST_CHECK km_status km_pme_spec_check(const km_pme_spec *spec);
/* charge: n, e */
km_pme_constants km_pme_constants_of(const km_pme_spec *spec, int n, const double *charge);
#ifdef __cplusplus
}
#endif

/* Mesh coordinate of one fractional coordinate: first point of the stencil and fraction of the cell
 * behind it. What is not a number goes to 0 and gives a fault bit. */
KM_HD int km_pme_locate(double s, int points, int *cell, km_real *fraction)
{
    const double u = (s - floor(s)) * points;
    if (!(u >= 0.0 && u <= points)) {
        *cell = 0;
        *fraction = KM_R(0.0);
        return KM_FAULT_NOT_FINITE;
    }
    const int i = (int)u;
    *cell = i < points ? i : 0; /* a coordinate of -1e-17 is rounded up to the far face */
    *fraction = KM_R(u - i);
    return 0;
}

#endif
