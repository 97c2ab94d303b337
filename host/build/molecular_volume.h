/* SPDX-License-Identifier: MIT */
/* How much room a molecule takes in a liquid, before anything has been simulated.
 *
 *     V = m / density                  where the force-field file knows a measured density
 *     V = V_vdw / packing fraction     otherwise
 *     V_vdw = sum of atomic spheres - 5.92 A^3 per bond - 3.8 A^3 per ring (doi:10.1021/jo034808o,
 *                                                          eq. 4; every ring as not aromatic)
 *
 * Metal ions are spheres of their ionic radius (doi:10.1107/S0567739476001551, six neighbours).
 * Packing fraction of neutral molecules: 0.60, the mean of those whose density is known (0.55 to
 * 0.67). Of ions: 0.68, from 5.1 mol/L of KFSI in KFSI:sulfolane 1:1 (doi:10.1039/d4ta06029f),
 * which leaves 101 cm^3/mol to KFSI. Measured densities are used as they are, whatever the
 * temperature of the recipe. A liquid equilibrated at constant pressure forgets all this; it
 * decides where packing starts and what "per litre" means when counts are chosen. */
#ifndef KM_MOLECULAR_VOLUME_H
#define KM_MOLECULAR_VOLUME_H

#include "host/input/forcefield_file.h"

/* Van der Waals volume of one molecule, nm^3. */
double km_molecule_vdw_volume(const km_forcefield *ff, int molecule);
/* Volume of one molecule in a liquid, nm^3. */
double km_molecule_volume(const km_forcefield *ff, int molecule);

#endif
