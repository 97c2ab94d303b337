/* SPDX-License-Identifier: MIT */
/* A crystal with two (001) faces: where along c it begins and ends, and what that does to the
 * charges.
 *
 * The dipole moment of the sites with their mean occupancies, over area and thickness, is the
 * charge per area that a polar cut would leave on its faces (P. W. Tasker, J. Phys. C 12 (1979)
 * 4977, doi:10.1088/0022-3719/12/22/036: types 1 and 2 have none; type 3 is made neutral by moving
 * half of a plane to the other face, which is split_cut). */
#ifndef KM_CRYSTAL_SLAB_H
#define KM_CRYSTAL_SLAB_H

#include "host/build/compound.h"

#define KM_FACE_CHARGE_MOST                                                                        \
    0.1 /* e/nm^2; more is polar, and what vacancies leave is less: a choice */

/* nm: edges of the rectangular cell in the plane of a and b, a hexagonal one doubled to a, a + 2b.
 */
void km_crystal_slab_face(const km_recipe_compound *compound, double face[2]);
/* Turns the sites of a whole crystal into those of a slab: the cell of compound->repeats begins at
 * compound->cut and has vacuum as high as its longer edge above it; the lowest site lies at z = 0.
 * molecule: of each entry of compound->site. KM_ERROR_INPUT when the faces are polar. */
KM_MUST_CHECK km_status km_crystal_slab_cut(const km_recipe *recipe, const km_forcefield *ff,
                                            const int *molecule, km_compound_sites *sites);

#endif
