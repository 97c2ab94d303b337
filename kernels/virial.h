/* SPDX-License-Identifier: MIT */
/* The share of one force in the virial, W = -1/2 sum r (x) F. */
#ifndef KM_VIRIAL_H
#define KM_VIRIAL_H

#include "kernels/particles.h"

/* virial: kJ/mol, KM_TENSOR components; r in nm, f in kJ/mol/nm. The forces of a term add up to
 * zero, so r may be taken relative to any of its atoms. */
KM_HD void km_virial_add(double *virial, km_vec3 r, km_vec3 f)
{
    virial[KM_XX] -= 0.5 * r.x * f.x;
    virial[KM_YY] -= 0.5 * r.y * f.y;
    virial[KM_ZZ] -= 0.5 * r.z * f.z;
    virial[KM_XY] -= 0.5 * r.x * f.y;
    virial[KM_XZ] -= 0.5 * r.x * f.z;
    virial[KM_YZ] -= 0.5 * r.y * f.z;
}

#endif
