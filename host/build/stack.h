/* SPDX-License-Identifier: MIT */
/* Slabs, crystals of compounds and liquids along z.
 *
 * The first slab takes whole surface cells nearest to the asked area and gives the cell its edges;
 * other slabs are strained to them. A crystal of a compound, where there is one, gives the edges
 * and all slabs are strained; it keeps its gap to metal, half of it to a liquid. A liquid has the
 * height that its volume (its density in the recipe, or the estimate for bulk) fills over that
 * area; between it and a layer of metal atoms half the distance of the minimum of the metal's
 * Lennard-Jones pair stays free. With vacuum, half of it lies below and half above the atoms;
 * without, the highest slab continues below the lowest, one layer spacing away and in step with it.
 * Atoms are in the order of the stack, metal layer by layer. */
#ifndef KM_STACK_H
#define KM_STACK_H

#include "host/build/system.h"

/* Counts, box, layers, mobility, and positions where nothing has to be packed. KM_ERROR_INPUT names
 * line and key. */
KM_MUST_CHECK km_status km_stack_compose(const km_recipe *recipe, const km_forcefield *ff,
                                         km_system *system);
/* Positions of a composed stack; fails as km_pack does. */
KM_MUST_CHECK km_status km_stack_place(const km_recipe *recipe, const km_forcefield *ff,
                                       const char *folder, km_system *system);

#endif
