/* SPDX-License-Identifier: MIT */
/* From molarities, molalities and parts to whole numbers of molecules.
 *
 * Volumes of the components add up (host/build/molecular_volume.h) unless the recipe gives the
 * density of the mixture. Molarity is moles per litre of this mixture, molality moles per kilogram
 * of solvent, volume parts are volumes of the pure solvents before mixing. A salt is neutral: of
 * charges +2 and -1 one formula unit holds one cation and two anions, and concentrations count
 * formula units. */
#ifndef KM_COMPOSITION_H
#define KM_COMPOSITION_H

#include "host/build/system.h"

/* Fills components, n_molecules, n_atoms and the cubic box the mixture would fill. size by
 * ion_pairs and molecules is met exactly; by atoms and box_edge_A within a few per cent, where the
 * whole numbers fit the composition best. */
KM_MUST_CHECK km_status km_composition(const km_recipe *recipe, const km_forcefield *ff,
                                       km_system *system);

#endif
