/* SPDX-License-Identifier: MIT */
/* Cells from a structure file: the recipe says which molecules, the file says where they are. */
#ifndef KM_STRUCTURE_H
#define KM_STRUCTURE_H

#include "host/build/system.h"

/* Counts from cell.structure.molecules, positions and box as km_structure_place. */
KM_MUST_CHECK km_status km_structure_system(const km_recipe *recipe, const km_forcefield *ff,
                                            km_system *system);
/* Positions, velocities and box of an already composed system from the file of the recipe, whose
 * atoms must be those of the system in the same order. Elements are compared (where a format has
 * none, the first letters of the atom name), molecules are made whole across the boundary along
 * their bonds, and bonds must then have the length of bonds. Messages name the line of the atom. */
KM_MUST_CHECK km_status km_structure_place(const km_recipe *recipe, const km_forcefield *ff,
                                           km_system *system);
/* Walks along the bonds of one molecule and puts every atom at the image nearest to its bonded
 * neighbour. x: nm, 3 x n_atoms; placed: room for n_atoms, true afterwards where bonds lead. */
void km_structure_make_whole(const km_ff_molecule *molecule, const km_box *box, double *x,
                             bool *placed);

#endif
