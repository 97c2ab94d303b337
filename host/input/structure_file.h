/* SPDX-License-Identifier: MIT */
/* Reads coordinates from PDB, GRO and XYZ files (plain or extended): the first frame, in file
 * order.
 *
 * Formats: PDB 3.3 columns (serial and residue numbers are not read, so overflown or hexadecimal
 * ones do no harm); GRO with any number of decimals; XYZ in angstrom, with Lattice="..." and
 * Properties=... in the second line if it is extended. Cells in any orientation are turned so that
 * a lies along x and b in the xy plane, positions and velocities with them, and are reduced. */
#ifndef KM_STRUCTURE_FILE_H
#define KM_STRUCTURE_FILE_H

#include "kernels/base/box.h"
#include "kernels/base/error.h"

typedef struct km_structure {
    int n;
    double *position;   /* nm     3 x n atom-major                                        */
    double *velocity;   /* nm/ps  3 x n atom-major, or NULL when the file has none        */
    char (*element)[4]; /* n      element symbol, "" where the format does not tell       */
    char (*name)[8];    /* n      atom name                                               */
    int *line;          /* n      where the atom stands in the file                       */
    bool has_box;
    km_box box; /* nm                                                             */
} km_structure;

/* The format follows the ending of the name: .pdb, .ent, .gro, .xyz, .extxyz. Fails with
 * KM_ERROR_FILE or KM_ERROR_INPUT naming file and line. */
KM_MUST_CHECK km_status km_structure_read(const char *path, km_structure **out);
void km_structure_destroy(km_structure *structure);

/* A cell from edge lengths (nm) and angles (degrees: between b and c, a and c, a and b). */
KM_MUST_CHECK km_status km_box_from_lengths(const double lengths[3], const double angles[3],
                                            km_box *out);
/* Brings tilts into the range km_box asks for: the same lattice. KM_ERROR_INPUT without volume. */
KM_MUST_CHECK km_status km_box_reduce(km_box *box);

#endif
