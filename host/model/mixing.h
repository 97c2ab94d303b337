/* SPDX-License-Identifier: MIT */
/* Private to host/model: parameters of pairs of atom types. */
#ifndef KM_MIXING_H
#define KM_MIXING_H

#include "host/model/assign.h"

/* The van der Waals parameters of two types of the force field: a pair row where there is one, else
 * the mixing rule. parameter: KM_VDW_PARAMETERS numbers in the order of KM_VDW_LIST, nm, kJ/mol. */
KM_MUST_CHECK km_status km_mix(const km_forcefield *ff, int type_a, int type_b, km_vdw_form *form,
                               double *parameter);

/* epsilon and sigma of a pair from those of both. */
void km_mix_lennard_jones(km_mixing rule, const double a[2], const double b[2],
                          double parameter[2]);
/* Scaled parameters of the 1-4 pairs of one kind of molecule. KM_ERROR_UNSUPPORTED when a pair row
 * of another form than Lennard-Jones would apply. */
KM_MUST_CHECK km_status km_mix_pairs14(const km_forcefield *ff, km_assignment *a);

/* Ryckaert-Bellemans coefficients (kJ/mol, psi = phi - 180 degrees) of the OPLS Fourier series
 * V1..V4. From cos psi = -cos phi and the multiple-angle formulas: c0 = V2 + (V1 + V3)/2,
 * c1 = (3 V3 - V1)/2, c2 = 4 V4 - V2, c3 = -2 V3, c4 = -4 V4, c5 = 0. */
void km_fourier_to_rb(const double v[4], double c[6]);

#endif
