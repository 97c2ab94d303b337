/* SPDX-License-Identifier: MIT */
/* Reads tabulated pair potentials in the format of LAMMPS' `pair_style table`.
 *
 * A section begins with its keyword on a line of its own; the next line says `N 500` (what may
 * stand behind it, R, RSQ or FPRIME, is not used: the distances are those of the file); then N
 * lines "index r E F", F = -dE/dr. # begins a comment. */
#ifndef KM_PAIR_TABLE_FILE_H
#define KM_PAIR_TABLE_FILE_H

#include "kernels/pair/vdw_table.h"

/* energy and length: one unit of the file in kJ/mol and nm. KM_ERROR_FILE when it cannot be read;
 * KM_ERROR_INPUT with file, line and reason when the section is not there or is not such a table.
 */
KM_MUST_CHECK km_status km_pair_table_read(const char *path, const char *section, double energy,
                                           double length, km_vdw_table *out);

#endif
