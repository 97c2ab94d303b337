/* SPDX-License-Identifier: MIT */
/* A pair of metal atoms.
 *
 *     U = sum_i F_a(rho_i) + sum_{i<j} phi(r_ij)
 *     force on i:  f/r (r_i - r_j),   f/r = -(F_a'(rho_i) rho_ba'(r) + F_b'(rho_j) rho_ab'(r)
 *                                             + phi'(r)) / r
 * with phi = z/r and phi' = (z' - phi)/r, where z is what the file tabulates.
 * Source: Daw & Baskes, doi:10.1103/PhysRevB.29.6443, eq. 14 and 17. */
#ifndef KM_EAM_PAIR_H
#define KM_EAM_PAIR_H

#include "kernels/base/lane.h"
#include "kernels/eam/fraction.h"

/* The lattice, for as many pairs as a lane holds. */
typedef struct km_lattice_lanes {
    km_lane ax, bx, by, cx, cy, cz; /* nm per KM_FRACTION_UNIT */
} km_lattice_lanes;

KM_HD km_lattice_lanes km_lattice_lanes_of(const km_lattice *l)
{
    const km_lattice_lanes lanes = {km_lane_all(l->ax), km_lane_all(l->bx), km_lane_all(l->by),
                                    km_lane_all(l->cx), km_lane_all(l->cy), km_lane_all(l->cz)};
    return lanes;
}

/* The vector (nm) of a difference of fractional coordinates, and its square. */
KM_HD km_lane km_lattice_vector(const km_lattice_lanes *l, const km_lane d[3], km_lane r[3])
{
    r[0] = km_lane_multiply_add(d[2], l->cx, km_lane_multiply_add(d[1], l->bx, d[0] * l->ax));
    r[1] = km_lane_multiply_add(d[2], l->cy, d[1] * l->by);
    r[2] = d[2] * l->cz;
    return km_lane_multiply_add(r[0], r[0], km_lane_multiply_add(r[1], r[1], r[2] * r[2]));
}

/* f/r, kJ/mol/nm^2, and phi, kJ/mol. density: F_a' rho_ba' + F_b' rho_ab'; z, z_slope: of the pair
 * term; both slopes per step of the table. */
KM_HD km_lane km_eam_pair_force(km_lane density, km_lane z, km_lane z_slope, km_lane inverse_step,
                                km_lane inverse_r, km_lane *phi)
{
    *phi = z * inverse_r;
    const km_lane slope =
        inverse_step * km_lane_multiply_add(z_slope, inverse_r, density); /* without -phi/r */
    return (*phi * inverse_r - slope) * inverse_r;
}

#endif
