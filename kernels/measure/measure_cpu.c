/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels/base/units.h"
#include "kernels/integrate/barostat.h"
#include "kernels/integrate/integrate_cpu.h"

double km_potential_energy(const km_particles *p)
{
    double sum = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        sum += p->energy[k];
    return sum;
}

/* Adds factor a (x) b, symmetrised, to a tensor. */
static void add_product(double tensor[KM_TENSOR], double factor, km_vec3 a, km_vec3 b)
{
    tensor[KM_XX] += factor * a.x * b.x;
    tensor[KM_YY] += factor * a.y * b.y;
    tensor[KM_ZZ] += factor * a.z * b.z;
    tensor[KM_XY] += 0.5 * factor * (a.x * b.y + a.y * b.x);
    tensor[KM_XZ] += 0.5 * factor * (a.x * b.z + a.z * b.x);
    tensor[KM_YZ] += 0.5 * factor * (a.y * b.z + a.z * b.y);
}

double km_molecule_centre(const km_integrator *integrator, const km_particles *p, int molecule,
                          km_vec3 *position, km_vec3 *velocity)
{
    const int first = integrator->molecule_start[molecule];
    const int end = integrator->molecule_start[molecule + 1];
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

/* kinetic: 1/2 sum M V (x) V of the centres of mass. correction: 1/2 sum (r_i - R) (x) F_i, which
 * turns the atomic virial -1/2 sum r (x) F into the molecular -1/2 sum R (x) F. Both kJ/mol. */
static void sum_molecules(km_integrator *integrator, const km_particles *p,
                          double kinetic[KM_TENSOR], double correction[KM_TENSOR])
{
    const int n_molecules = integrator->spec.n_molecules, n_blocks = km_block_count(n_molecules);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        double *sum = integrator->block + b * KM_BLOCK_WIDTH;
        memset(sum, 0, 2 * KM_TENSOR * sizeof *sum);
        for (int m = b * KM_BLOCK_LENGTH; m < km_block_end(b, n_molecules); m++) {
            km_vec3 r, v;
            const double mass = km_molecule_centre(integrator, p, m, &r, &v);
            add_product(sum, 0.5 * mass, v, v);
            for (int i = integrator->molecule_start[m]; i < integrator->molecule_start[m + 1];
                 i++) {
                const km_vec3 arm = km_vec3_sub(km_vec3_load(p->position, p->n_padded, i), r);
                const km_vec3 f =
                    km_vec3_make(km_fixed_to(p->force[i]), km_fixed_to(p->force[p->n_padded + i]),
                                 km_fixed_to(p->force[2 * p->n_padded + i]));
                add_product(sum + KM_TENSOR, 0.5, arm, f);
            }
        }
    }
    double total[2 * KM_TENSOR];
    km_block_total(integrator->block, n_blocks, 2 * KM_TENSOR, total);
    memcpy(kinetic, total, KM_TENSOR * sizeof *total);
    memcpy(correction, total + KM_TENSOR, KM_TENSOR * sizeof *total);
}

void km_pressure_tensor(km_integrator *integrator, const km_particles *p, double kinetic[KM_TENSOR],
                        double pressure[KM_TENSOR])
{
    const double volume = km_box_volume(&p->box);
    double correction[KM_TENSOR];
    sum_molecules(integrator, p, kinetic, correction);
    for (int k = 0; k < KM_TENSOR; k++)
        pressure[k] = km_pressure(kinetic[k], p->virial[k] + correction[k], volume);
}

/* What the atoms add up to, and the largest force. */
typedef struct km_atom_sums {
    double kinetic[KM_TENSOR]; /* kJ/mol                                 */
    double momentum[3];        /* u nm/ps                                */
    double mass;               /* u                                      */
    double largest_square;     /* (kJ/mol/nm)^2                          */
    double largest_atom;       /* number of the atom that feels it       */
} km_atom_sums;

static void add_atom(const km_particles *p, int i, km_atom_sums *sums)
{
    const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
    const double mass = p->inverse_mass[i] > 0.0 ? p->mass[i] : 0.0;
    add_product(sums->kinetic, 0.5 * mass, v, v);
    sums->momentum[0] += mass * v.x;
    sums->momentum[1] += mass * v.y;
    sums->momentum[2] += mass * v.z;
    sums->mass += p->mass[i];
    double square = 0.0;
    for (int c = 0; c < 3; c++) {
        const double f = km_fixed_to(p->force[c * p->n_padded + i]);
        square += f * f;
    }
    if (square > sums->largest_square) {
        sums->largest_square = square;
        sums->largest_atom = i;
    }
}

static km_atom_sums sum_atoms(km_integrator *integrator, const km_particles *p)
{
    enum { SUMMED = KM_TENSOR + 4, WIDTH = SUMMED + 2 };
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        km_atom_sums sums = {{0}, {0}, 0, 0, 0};
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++)
            add_atom(p, i, &sums);
        memcpy(integrator->block + b * KM_BLOCK_WIDTH, &sums, sizeof sums);
    }
    _Static_assert(sizeof(km_atom_sums) == WIDTH * sizeof(double), "the sums are one row");
    _Static_assert((int)WIDTH <= KM_BLOCK_WIDTH, "the row fits a block");
    double total[WIDTH];
    km_block_total(integrator->block, n_blocks, SUMMED, total);
    total[SUMMED] = total[SUMMED + 1] = 0.0;
    for (int b = 0; b < n_blocks; b++) {
        const double *row = integrator->block + b * KM_BLOCK_WIDTH;
        if (row[SUMMED] > total[SUMMED]) {
            total[SUMMED] = row[SUMMED];
            total[SUMMED + 1] = row[SUMMED + 1];
        }
    }
    km_atom_sums out;
    memcpy(&out, total, sizeof out);
    return out;
}

km_status km_measure_cpu(km_integrator *integrator, const km_particles *p,
                         struct km_measurement *out)
{
    const km_integrator_spec *spec = &integrator->spec;
    const km_atom_sums sums = sum_atoms(integrator, p);
    double kinetic[KM_TENSOR];
    memset(out, 0, sizeof *out);
    memcpy(out->kinetic_tensor, sums.kinetic, sizeof out->kinetic_tensor);
    out->kinetic = sums.kinetic[KM_XX] + sums.kinetic[KM_YY] + sums.kinetic[KM_ZZ];
    if (spec->degrees_of_freedom > 0)
        out->temperature = 2.0 * out->kinetic / (spec->degrees_of_freedom * KM_GAS_CONSTANT);
    out->potential = km_potential_energy(p);
    out->conserved = out->kinetic + out->potential - integrator->scalars.thermostat_work -
                     km_barostat_work(integrator, p);
    out->volume = km_box_volume(&p->box);
    out->density = sums.mass / out->volume;
    km_pressure_tensor(integrator, p, kinetic, out->pressure_tensor);
    out->pressure =
        (out->pressure_tensor[KM_XX] + out->pressure_tensor[KM_YY] + out->pressure_tensor[KM_ZZ]) /
        3.0;
    memcpy(out->momentum, sums.momentum, sizeof out->momentum);
    out->constraint_residual = km_constraints_residual(integrator, p);
    out->largest_force = sqrt(sums.largest_square);
    out->largest_force_atom = (int)sums.largest_atom;
    return KM_OK;
}
