/* SPDX-License-Identifier: MIT */
/* Langevin dynamics: the Ornstein-Uhlenbeck step of the BAOAB splitting.
 *
 *     v <- exp(-gamma dt) v + sqrt((1 - exp(-2 gamma dt)) kT / m) xi       xi standard normal
 *
 * exact for the friction and the noise alone. A step is kick (B), half drift (A), this (O), half
 * drift (A), new forces, kick (B). Source: Leimkuhler & Matthews, doi:10.1093/amrx/abs010. With
 * constraints each half drift ends on the constraint surface and O is followed by a projection of
 * the velocity, so that the noise is Gaussian in the tangent space: the geodesic form,
 * doi:10.1098/rspa.2016.0138. */
#ifndef KM_LANGEVIN_H
#define KM_LANGEVIN_H

#include "kernels/base/random.h"
#include "kernels/base/vec.h"

/* Velocity (nm/ps) of an atom after friction and noise over one timestep. decay =
 * exp(-friction dt); kt in kJ/mol. */
KM_HD km_vec3 km_langevin_step(km_vec3 v, double inverse_mass, double decay, double kt,
                               uint64_t seed, int64_t step, int atom)
{
    double xi[4];
    km_random_normal4(km_random_bits(seed, (uint64_t)step, (uint32_t)atom, KM_RANDOM_LANGEVIN), xi);
    const double noise = sqrt((1.0 - decay * decay) * kt * inverse_mass);
    return km_vec3_make(decay * v.x + noise * xi[0], decay * v.y + noise * xi[1],
                        decay * v.z + noise * xi[2]);
}

/* A velocity (nm/ps) drawn from the Maxwell and Boltzmann distribution; kt in kJ/mol. */
KM_HD km_vec3 km_velocity_draw(double inverse_mass, double kt, uint64_t seed, int atom)
{
    double xi[4];
    km_random_normal4(km_random_bits(seed, 0, (uint32_t)atom, KM_RANDOM_VELOCITY), xi);
    const double width = sqrt(kt * inverse_mass);
    return km_vec3_make(width * xi[0], width * xi[1], width * xi[2]);
}

#endif
