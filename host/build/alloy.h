/* SPDX-License-Identifier: MIT */
/* Alloys: the elements of recipe->crystal at random on the sites of its lattice. */
#ifndef KM_ALLOY_H
#define KM_ALLOY_H

#include "host/build/system.h"

/* Sets molecules and components of a system that has its sites (position, n_atoms), one element
 * after the other; sites are dealt out by the seed of the recipe. KM_ERROR_INPUT when an element is
 * no metal of the force field or would have no atom. */
KM_MUST_CHECK km_status km_alloy_occupy(const km_recipe *recipe, const km_forcefield *ff,
                                        km_system *system);

#endif
