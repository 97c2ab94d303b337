/* SPDX-License-Identifier: MIT */
/* Electrostatics of a slab between vacua from a sum that is periodic along z as well: the dipole
 * term of Yeh & Berkowitz, doi:10.1063/1.479595. It is added to the mesh term; the cell must hold
 * the vacuum, be neutral and have its c axis along z (host/model/slab_choice.h refuses others). */
#ifndef KM_SLAB_H
#define KM_SLAB_H

#include "kernels/force.h"

/* Plain host data. */
typedef struct km_slab_spec {
    double coulomb_constant; /* kJ nm/mol/e^2 */
} km_slab_spec;

#endif
