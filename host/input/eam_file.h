/* SPDX-License-Identifier: MIT */
/* Reads embedded-atom potentials as published: DYNAMO setfl files, eam.alloy and eam.fs.
 *
 * Three lines of comment; number of elements and their names; points and step of the density,
 * points and step of the distance, cutoff; then per element a line with atomic number, mass,
 * lattice constant and structure, its embedding function and density functions (one in eam.alloy;
 * in eam.fs one for each element that receives it); then r phi(r) for pairs 1-1, 2-1, 2-2, 3-1 ...
 * eV and angstrom. Numbers may stand any number to a line; D is taken for E in exponents. */
#ifndef KM_EAM_FILE_H
#define KM_EAM_FILE_H

#include "kernels/eam/eam.h"

/* .alloy and .fs at the end of the name say which kind it is; of any other name the count of
 * numbers does. KM_ERROR_FILE when it cannot be read; KM_ERROR_INPUT with file, line and reason
 * when it is not such a file. */
KM_MUST_CHECK km_status km_eam_file_read(const char *path, km_eam_tables **out);
/* Accepts NULL. */
void km_eam_tables_destroy(km_eam_tables *tables);
/* Index of an element of the file; -1 when the file does not have it. */
int km_eam_element_find(const km_eam_tables *tables, const char *name);

#endif
