/* SPDX-License-Identifier: MIT */
/* Smooth particle-mesh Ewald: the long-range part of the Coulomb energy on a mesh.
 * Essmann et al., doi:10.1063/1.470117. */
#ifndef KM_PME_H
#define KM_PME_H

#include "kernels/force.h"

/* Plain host data, filled by host/model/ewald_choice. */
typedef struct km_pme_spec {
    double alpha;            /* 1/nm  splitting parameter                              */
    int mesh[3];             /*       points along a, b, c                             */
    int spline_order;        /*       4, 5 or 6 points per direction                   */
    double coulomb_constant; /* kJ nm/mol/e^2                                          */
} km_pme_spec;

#endif
