/* SPDX-License-Identifier: MIT */
/* Velocity Verlet, the two pieces of a step.
 *
 *     kick:   v <- v + (dt/2) f / m
 *     drift:  x <- x + dt v
 *
 * kick, drift, new forces, kick: symplectic, time reversible, second order in dt.
 * Source: Swope, Andersen, Berens, Wilson, doi:10.1063/1.442716. An atom with 1/m = 0 is held
 * fixed: neither piece touches it, whatever its force and its stored velocity. */
#ifndef KM_VERLET_H
#define KM_VERLET_H

#include "kernels/base/real.h"

/* Velocity (nm/ps) after half a timestep under force (kJ/mol/nm). */
KM_HD double km_verlet_kick(double v, double force, double inverse_mass, double half_timestep)
{
    return v + half_timestep * inverse_mass * force;
}

/* Position (nm) after dt (ps) at constant velocity. */
KM_HD double km_verlet_drift(double x, double v, double inverse_mass, double dt)
{
    return inverse_mass > 0.0 ? x + dt * v : x;
}

#endif
