/* SPDX-License-Identifier: MIT */
/* A composition becomes positions.
 *
 * packmol places the molecules in a cube somewhat larger than the mixture needs, which keeps
 * packing quick, and knows no periodicity: half the tolerance stays free at every face. The box of
 * the system becomes that cube; the stage `compress` of protocol liquid closes the voids. Where the
 * recipe asks for a density or an edge, molecules are moved together, each kept rigid, until the
 * box has it.
 *
 * packmol's time grows faster than the number of atoms. Cells above KM_LARGEST_PACKED atoms are
 * k x k x k copies of one packed cube, each turned by a random one of the 24 rotations of a cube
 * (the free faces fit in any orientation); counts that are no multiple of k^3 lose single molecules
 * in some copies. The copies forget each other during equilibration. */
#ifndef KM_PACKING_H
#define KM_PACKING_H

#include "host/build/system.h"

#define KM_LARGEST_PACKED 12000 /* atoms */

/* Seconds that building so many atoms of a recipe is likely to take on one core: packmol for one
 * cube and what is done with every atom. From kfsi-dme on an AMD EPYC (Zen 5): 3.3 s for 2952
 * atoms, 13.4 s for 11978, 7.8 s for 10^6, 22 s for 10^7; crowded mixtures take several times as
 * long. */
double km_pack_seconds(const km_recipe *recipe, int n_atoms);

/* Fills position of a composed system and sets its box; molecules of a component are consecutive.
 * The seed of the recipe decides every number. folder receives packmol's input and log; NULL: a
 * temporary folder that is removed. Fails with KM_ERROR_EXTERNAL when packmol is missing or finds
 * no arrangement. */
KM_MUST_CHECK km_status km_pack(const km_recipe *recipe, const km_forcefield *ff,
                                const char *folder, km_system *system);

#endif
