/* SPDX-License-Identifier: MIT */
/* Reads coordinates from PDB, GRO and (extended) XYZ files: the first frame, in file order. */
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
    bool has_box;
    km_box box; /* nm                                                             */
} km_structure;

/* The format follows the ending of the name: .pdb, .gro, .xyz, .extxyz. Fails with KM_ERROR_FILE or
 * KM_ERROR_INPUT naming file and line. */
KM_MUST_CHECK km_status km_structure_read(const char *path, km_structure **out);
void km_structure_destroy(km_structure *structure);

/* A cell from edge lengths (nm) and angles (degrees). */
KM_MUST_CHECK km_status km_box_from_lengths(const double lengths[3], const double angles[3],
                                            km_box *out);
/* Checks that a cell has volume and is reduced, bringing tilts into range where whole vectors do
 * it. */
KM_MUST_CHECK km_status km_box_reduce(km_box *box);

#endif
