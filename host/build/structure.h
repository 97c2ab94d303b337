/* SPDX-License-Identifier: MIT */
/* Cells from a structure file: molecules are given, positions are read. */
#ifndef KM_STRUCTURE_H
#define KM_STRUCTURE_H

#include "host/build/system.h"

/* Counts from the recipe, positions and box from its file. */
KM_MUST_CHECK km_status km_structure_system(const km_recipe_structure *recipe,
                                            const km_forcefield *ff, km_system *system);
/* Positions (and box) of an already composed system from a file with the same atoms in order.
 * Elements are compared where the file tells them; molecules are made whole across the periodic
 * boundary. given_box: lengths (nm) and angles (degrees), all 0 = from the file. */
KM_MUST_CHECK km_status km_structure_place(const char *file, const double given_box[6],
                                           const km_forcefield *ff, km_system *system);

#endif
