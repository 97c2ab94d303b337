/* SPDX-License-Identifier: MIT */
/* Reads embedded-ion potentials as published, in the format of LAMMPS's pair_style eim.
 *
 * One line `global: division x_c x_s`; a line `element: name number mass electronegativity r_atom
 * r_ion E_cohesive q0` for each element; a line `pair: a b` and fourteen numbers for each pair:
 * r_c,phi of attraction and of repulsion, E_b, r_e, alpha, beta, r_c,eta, A_eta, r_s,eta, r_c,psi,
 * A_psi, zeta, r_s,psi, form (1 exponentials, 2 powers). A line that ends with & goes on in the
 * next; # begins a comment. eV and angstrom. */
#ifndef KM_EIM_FILE_H
#define KM_EIM_FILE_H

#include "kernels/eim/eim.h"

/* KM_ERROR_FILE when it cannot be read; KM_ERROR_INPUT with file, line and reason when it is not
 * such a file: every pair of its elements must be there, once. */
KM_MUST_CHECK km_status km_eim_file_read(const char *path, km_eim_parameters **out);
/* Accepts NULL. */
void km_eim_parameters_destroy(km_eim_parameters *parameters);
/* Index of an element of the file; -1 when the file does not have it. */
int km_eim_element_find(const km_eim_parameters *parameters, const char *name);

#endif
