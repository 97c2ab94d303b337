/* SPDX-License-Identifier: MIT */
/* Lines of GROMACS's GRO files, with nine decimals, which GROMACS reads as they are. */
#ifndef KM_GRO_TEXT_H
#define KM_GRO_TEXT_H

#include <stdio.h>

#include "kernels/base/box.h"

/* molecule and atom are counted from 0; position in nm; velocity in nm/ps or NULL. */
void km_gro_put_atom(FILE *out, int molecule, const char *residue, int atom, const char *name,
                     km_vec3 position, const double *velocity);
/* The last line: the cell, nm. */
void km_gro_put_box(FILE *out, const km_box *box);

#endif
