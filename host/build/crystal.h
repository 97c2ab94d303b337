/* SPDX-License-Identifier: MIT */
/* A cell full of one metal, and the metals of a force field. */
#ifndef KM_CRYSTAL_H
#define KM_CRYSTAL_H

#include "host/build/system.h"

/* The molecule of a metal: one atom of group metal, whose key is the element and a 0. node: where
 * the recipe names it, for the message. */
KM_MUST_CHECK km_status km_find_metal(const km_recipe *recipe, const km_forcefield *ff,
                                      const char *element, const char *node, int *molecule);
/* Fills a system from recipe->crystal, with positions. */
KM_MUST_CHECK km_status km_crystal_system(const km_recipe *recipe, const km_forcefield *ff,
                                          km_system *system);

#endif
