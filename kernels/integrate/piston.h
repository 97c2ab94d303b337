/* SPDX-License-Identifier: MIT */
/* Pistons: rigid groups of atoms that move along z as one body and carry the pressure of what lies
 * beyond them.
 *
 *     M dV/dt = F + d P A - damping M V      F the sum of the forces along z on the atoms of the
 *                                            piston, A = |a x b| the area of the cell, d = +-1
 *     conserved: K + U - d P A z             z the height of its centre of mass
 *
 * Andersen's piston (doi:10.1063/1.439486) with its mass and place given to real atoms; it needs no
 * variable of its own, as velocity and height are those of the atoms. A step is kick, friction,
 * drift, friction, kick, each half a timestep but the drift. F is a sum of integers: the same bits
 * in every order. */
#ifndef KM_PISTON_H
#define KM_PISTON_H

#include "kernels/integrate/integrate.h"

/* Sums over the atoms of each piston. */
typedef struct km_piston_sums {
    double force[KM_PISTONS];  /* kJ/mol/nm  along z                    */
    double height[KM_PISTONS]; /* nm         of the centre of mass      */
} km_piston_sums;

/* Number of the piston of an atom, below 0 where it is of none. */
KM_HD int km_piston_of(const km_particles *p, int i)
{
    return km_mobility_of(p, i) - KM_MOBILITY_PISTON;
}

/* nm^2, in the plane of a and b where c is along z */
KM_HD double km_box_area(const km_box *box)
{
    return box->ax * box->by;
}

/* kJ/mol, from the height (nm) */
KM_HD double km_piston_energy(const km_piston *piston, double area, double height)
{
    return -piston->direction * piston->pressure * area * height;
}

/* Pressure (kJ/mol/nm^3) of the atoms on the inner face, from their force (kJ/mol/nm). */
KM_HD double km_piston_pressure(const km_piston *piston, double area, double force)
{
    return -piston->direction * force / area;
}

/* Velocity (nm/ps) after one half of a step: kick and friction in the first, friction and kick in
 * the second. force in kJ/mol/nm, mass in u; *work gains what friction gives, kJ/mol. */
KM_HD double km_piston_half(const km_piston *piston, double velocity, double force, double mass,
                            double area, double half_timestep, bool first, double *work)
{
    const double push = force + piston->direction * piston->pressure * area;
    const double kick = half_timestep * push / mass;
    const double before = first ? velocity + kick : velocity;
    const double after = before * exp(-piston->damping * half_timestep);
    *work += 0.5 * mass * (after * after - before * before);
    return first ? after : after + kick;
}

#endif
