/* SPDX-License-Identifier: MIT */
/* The periodic cell as crystallographers and file formats write it: three edges, three angles.
 *
 *     alpha = angle(b, c)    beta = angle(a, c)    gamma = angle(a, b)
 *
 * International Tables for Crystallography A, 1.3; doi:10.1107/97809553602060000114. */
#ifndef KM_CELL_PARAMETERS_H
#define KM_CELL_PARAMETERS_H

#include "kernels/base/box.h"
#include "kernels/base/error.h"

typedef struct km_cell_parameters {
    double length[3]; /* nm       a, b, c              */
    double angle[3];  /* degrees  alpha, beta, gamma   */
} km_cell_parameters;

/* Right angles are exactly 90 degrees. */
km_cell_parameters km_cell_parameters_from_box(const km_box *box);

/* The cell with a along x and b in the xy plane, in the reduced form km_box asks for (the same
 * lattice). Fails with KM_ERROR_VALUE when the six numbers span no volume. */
KM_MUST_CHECK km_status km_cell_parameters_to_box(const km_cell_parameters *cell, km_box *box);

#endif
