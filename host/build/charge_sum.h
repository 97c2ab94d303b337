/* SPDX-License-Identifier: MIT */
/* The Coulomb energy of point charges in a periodic cell. */
#ifndef KM_CHARGE_SUM_H
#define KM_CHARGE_SUM_H

#include "host/build/system.h"

/* Ewald's sum in double precision with conducting surroundings (Allen & Tildesley, 2nd ed., 6.2),
 * relative error about 1e-5; work grows with n^2. position: nm, 3 x n; charge: e, n.
 * Returns kJ/mol. */
double km_charge_sum(const km_box *box, int n, const double *position, const double *charge);

#endif
