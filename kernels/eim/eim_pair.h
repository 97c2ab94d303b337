/* SPDX-License-Identifier: MIT */
/* A pair of atoms of the embedded-ion method.
 *
 *     f/r = -(phi' + q_i q_j psi' + (s_i - s_j) eta_ba') / r
 *
 * since dU/dq_i = s_i (psi is symmetric) and eta_ab = -eta_ba.
 * Source: the derivative of U in eim.h; Zhou, Doty & Yang, Comput. Mater. Sci. 50 (2011) 2470. */
#ifndef KM_EIM_PAIR_H
#define KM_EIM_PAIR_H

#include "kernels/eam/eam_pair.h"

/* f/r, kJ/mol/nm^2; slopes per step of the tables. charges: q_i q_j; potentials: s_i - s_j. */
KM_HD km_lane km_eim_pair_force(km_lane phi_slope, km_lane psi_slope, km_lane eta_slope,
                                km_lane charges, km_lane potentials, km_lane inverse_step,
                                km_lane inverse_r)
{
    const km_lane slope = km_lane_multiply_add(potentials, eta_slope,
                                               km_lane_multiply_add(charges, psi_slope, phi_slope));
    return -(slope * inverse_step * inverse_r);
}

#endif
