/* SPDX-License-Identifier: MIT */
/* Electrostatics of a slab between vacua from a sum that is periodic along z as well: the dipole
 * term of Yeh & Berkowitz, doi:10.1063/1.479595. It is added to the mesh term; the cell must hold
 * the vacuum, be neutral and have its c axis along z (host/model/slab_choice.h refuses others).
 *
 * With the term no charge stands on the outer faces, and the dipole moment M of the cell shows as a
 * potential difference of 4 pi C M / A between the two vacua. For two electrodes there is a second
 * way: a cell without vacuum and without the term, in which one metal slab has the electrolyte on
 * both faces. The sum that is periodic along z then holds both faces at the same potential, as a
 * wire between two electrodes would, and the pressure along z can be that of a barostat
 * (KM_BAROSTAT_Z_ONLY) instead of pistons. */
#ifndef KM_SLAB_H
#define KM_SLAB_H

#include "kernels/force.h"

/* Plain host data. */
typedef struct km_slab_spec {
    double coulomb_constant; /* kJ nm/mol/e^2 */
} km_slab_spec;

#endif
