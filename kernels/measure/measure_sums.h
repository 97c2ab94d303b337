/* SPDX-License-Identifier: MIT */
/* What measuring adds up over atoms and molecules, and what follows from the sums.
 *
 * Pressure is that of the centres of mass: with R the centre of the molecule of atom i, the atomic
 * virial W = -1/2 sum r_i (x) F_i becomes the molecular one by adding 1/2 sum (r_i - R) (x) F_i,
 * and forces inside a molecule, constraints among them, drop out. */
#ifndef KM_MEASURE_SUMS_H
#define KM_MEASURE_SUMS_H

#include "kernels/base/units.h"
#include "kernels/integrate/coupling.h"
#include "kernels/integrate/piston.h"
#include "kernels/measure/measure.h"

typedef struct km_atom_sums {
    double kinetic[KM_TENSOR]; /* kJ/mol      of moving atoms: 1/2 sum m v (x) v */
    double momentum[3];        /* u nm/ps                                        */
    double current[3];         /* e nm/ps                                        */
    double mass;               /* u           of all atoms                       */
    double largest_square;     /* (kJ/mol/nm)^2  of the largest force            */
    double largest_atom;       /*             number of the atom that feels it   */
} km_atom_sums;

typedef struct km_molecule_sums {
    double kinetic[KM_TENSOR];    /* kJ/mol  1/2 sum M V (x) V of the centres of mass */
    double correction[KM_TENSOR]; /* kJ/mol  1/2 sum (r - R) (x) F                    */
} km_molecule_sums;

#define KM_ATOM_SUMMED (KM_TENSOR + 7) /* of km_atom_sums are added; the rest is a maximum */
#define KM_MOLECULE_SUMMED (2 * KM_TENSOR)

/* Adds factor a (x) b, symmetrised, to a tensor. */
KM_HD void km_tensor_add(double tensor[KM_TENSOR], double factor, km_vec3 a, km_vec3 b)
{
    tensor[KM_XX] += factor * a.x * b.x;
    tensor[KM_YY] += factor * a.y * b.y;
    tensor[KM_ZZ] += factor * a.z * b.z;
    tensor[KM_XY] += 0.5 * factor * (a.x * b.y + a.y * b.x);
    tensor[KM_XZ] += 0.5 * factor * (a.x * b.z + a.z * b.x);
    tensor[KM_YZ] += 0.5 * factor * (a.y * b.z + a.z * b.y);
}

/* Kinetic energy of an atom, kJ/mol; v in nm/ps. One that is held fixed has none. */
KM_HD double km_atom_kinetic(const km_particles *p, int i, km_vec3 v)
{
    return p->inverse_mass[i] > 0.0 ? 0.5 * p->mass[i] * km_vec3_dot(v, v) : 0.0;
}

/* carried as in km_integrator_spec */
KM_HD void km_atom_add(const km_particles *p, const double *carried, int i, km_atom_sums *sums)
{
    const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
    const double mass = p->inverse_mass[i] > 0.0 ? p->mass[i] : 0.0;
    km_tensor_add(sums->kinetic, 0.5 * mass, v, v);
    sums->momentum[0] += mass * v.x;
    sums->momentum[1] += mass * v.y;
    sums->momentum[2] += mass * v.z;
    const double charge = carried != NULL && p->inverse_mass[i] > 0.0 ? carried[i] : 0.0;
    sums->current[0] += charge * v.x;
    sums->current[1] += charge * v.y;
    sums->current[2] += charge * v.z;
    sums->mass += p->mass[i];
    const km_vec3 f = km_force_load(p->force, p->n_padded, i);
    const double square = km_vec3_dot(f, f);
    if (square > sums->largest_square) {
        sums->largest_square = square;
        sums->largest_atom = i;
    }
}

/* Mass (u) of the molecule of the atoms first ... end - 1, its centre of mass (nm) and the velocity
 * of it (nm/ps). A molecule without mass (held fixed) has its mean position and rests. */
KM_HD double km_molecule_centre(const km_particles *p, int first, int end, km_vec3 *position,
                                km_vec3 *velocity)
{
    km_vec3 r = km_vec3_make(0.0, 0.0, 0.0), v = r, mean = r;
    double mass = 0.0;
    /* relative to the first atom: molecules may have travelled far */
    const km_vec3 origin = km_vec3_load(p->position, p->n_padded, first);
    for (int i = first; i < end; i++) {
        const km_vec3 x = km_vec3_sub(km_vec3_load(p->position, p->n_padded, i), origin);
        const double m = p->mass[i];
        r = km_vec3_add(r, km_vec3_scale(m, x));
        mean = km_vec3_add(mean, km_vec3_scale(1.0 / (end - first), x));
        if (p->inverse_mass[i] > 0.0)
            v = km_vec3_add(v, km_vec3_scale(m, km_vec3_load(p->velocity, p->n_padded, i)));
        mass += m;
    }
    const bool weighs = mass > 0.0;
    *position = km_vec3_add(origin, weighs ? km_vec3_scale(1.0 / mass, r) : mean);
    *velocity = weighs ? km_vec3_scale(1.0 / mass, v) : km_vec3_make(0.0, 0.0, 0.0);
    return mass;
}

KM_HD void km_molecule_add(const km_particles *p, int first, int end, km_molecule_sums *sums)
{
    km_vec3 r, v;
    const double mass = km_molecule_centre(p, first, end, &r, &v);
    km_tensor_add(sums->kinetic, 0.5 * mass, v, v);
    for (int i = first; i < end; i++) {
        const km_vec3 arm = km_vec3_sub(km_vec3_load(p->position, p->n_padded, i), r);
        km_tensor_add(sums->correction, 0.5, arm, km_force_load(p->force, p->n_padded, i));
    }
}

/* Moves a molecule as a whole: its centre of mass with the cell, the velocity of the centre
 * inversely. */
KM_HD void km_molecule_stretch(const km_particles *p, int first, int end, km_vec3 scale)
{
    km_vec3 r, v;
    km_molecule_centre(p, first, end, &r, &v);
    const km_vec3 shift =
        km_vec3_make((scale.x - 1.0) * r.x, (scale.y - 1.0) * r.y, (scale.z - 1.0) * r.z);
    const km_vec3 change = km_vec3_make((1.0 / scale.x - 1.0) * v.x, (1.0 / scale.y - 1.0) * v.y,
                                        (1.0 / scale.z - 1.0) * v.z);
    for (int i = first; i < end; i++) {
        const km_vec3 x = km_vec3_load(p->position, p->n_padded, i);
        const km_vec3 u = km_vec3_load(p->velocity, p->n_padded, i);
        km_vec3_store(p->position, p->n_padded, i, km_vec3_add(x, shift));
        km_vec3_store(p->velocity, p->n_padded, i, km_vec3_add(u, change));
    }
}

/* Molecular pressure, kJ/mol/nm^3; virial in kJ/mol, volume in nm^3. */
KM_HD void km_pressure_tensor(const km_molecule_sums *sums, const double virial[KM_TENSOR],
                              double volume, double pressure[KM_TENSOR])
{
    for (int k = 0; k < KM_TENSOR; k++)
        pressure[k] = km_pressure(sums->kinetic[k], virial[k] + sums->correction[k], volume);
}

/* Sum of the terms, kJ/mol. */
KM_HD double km_potential_energy(const double energy[KM_ENERGY_COUNT])
{
    double sum = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        sum += energy[k];
    return sum;
}

/* Everything that is reported; box, energy and virial are read from p. */
KM_HD void km_measurement_fill(const km_integrator_spec *spec, const km_integrator_scalars *scalars,
                               const km_particles *p, const km_atom_sums *atoms,
                               const km_molecule_sums *molecules, const km_piston_sums *pistons,
                               double constraint_residual, km_measurement *out)
{
    for (int k = 0; k < KM_TENSOR; k++)
        out->kinetic_tensor[k] = atoms->kinetic[k];
    out->kinetic = atoms->kinetic[KM_XX] + atoms->kinetic[KM_YY] + atoms->kinetic[KM_ZZ];
    out->temperature = spec->degrees_of_freedom > 0
                           ? 2.0 * (out->kinetic + scalars->hidden_kinetic) /
                                 (spec->degrees_of_freedom * KM_GAS_CONSTANT)
                           : 0.0;
    out->potential = km_potential_energy(p->energy);
    out->conserved = out->kinetic + out->potential - scalars->thermostat_work -
                     km_barostat_work(scalars, out->potential);
    const double area = km_box_area(&p->box);
    for (int k = 0; k < KM_PISTONS; k++) {
        const bool exists = k < spec->n_pistons;
        out->piston_z[k] = exists ? pistons->height[k] : 0.0;
        out->piston_pressure[k] =
            exists ? km_piston_pressure(&spec->piston[k], area, pistons->force[k]) : 0.0;
        if (exists)
            out->conserved += km_piston_energy(&spec->piston[k], area, pistons->height[k]);
    }
    out->volume = km_box_volume(&p->box);
    out->density = atoms->mass / out->volume;
    km_pressure_tensor(molecules, p->virial, out->volume, out->pressure_tensor);
    out->pressure =
        (out->pressure_tensor[KM_XX] + out->pressure_tensor[KM_YY] + out->pressure_tensor[KM_ZZ]) /
        3.0;
    for (int c = 0; c < 3; c++)
        out->momentum[c] = atoms->momentum[c];
    for (int c = 0; c < 3; c++)
        out->current[c] = atoms->current[c];
    out->constraint_residual = constraint_residual;
    out->largest_force = sqrt(atoms->largest_square);
    out->largest_force_atom = (int)atoms->largest_atom;
}

#endif
