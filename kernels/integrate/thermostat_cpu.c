/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/thermostat.h"

#include <string.h>

#include "kernels/integrate/integrate_cpu.h"
#include "kernels/integrate/langevin.h"

double km_kinetic_energy(km_integrator *integrator, const km_particles *p, bool coupled_only)
{
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        double sum = 0.0;
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++)
            if (!coupled_only || km_is_coupled(p, i))
                sum += km_atom_kinetic(p, i, km_vec3_load(p->velocity, p->n_padded, i));
        integrator->block[b * KM_BLOCK_WIDTH] = sum;
    }
    double total;
    km_block_total(integrator->block, n_blocks, 1, &total);
    return total;
}

void km_velocities_scale(km_integrator *integrator, km_particles *p, double factor,
                         bool coupled_only)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3 && (!coupled_only || km_is_coupled(p, i)); c++)
            p->velocity[c * p->n_padded + i] *= factor;
}

void km_momentum_remove(km_integrator *integrator, km_particles *p)
{
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        double sum[4] = {0.0, 0.0, 0.0, 0.0};
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++) {
            const double mass = p->inverse_mass[i] > 0.0 ? p->mass[i] : 0.0;
            for (int c = 0; c < 3; c++)
                sum[c] += mass * p->velocity[c * p->n_padded + i];
            sum[3] += mass;
        }
        memcpy(integrator->block + b * KM_BLOCK_WIDTH, sum, sizeof sum);
    }
    double total[4];
    km_block_total(integrator->block, n_blocks, 4, total);
    const km_vec3 drift = km_momentum_take(&integrator->scalars,
                                           km_vec3_make(total[0], total[1], total[2]), total[3]);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        if (p->inverse_mass[i] > 0.0)
            km_vec3_store(p->velocity, p->n_padded, i,
                          km_vec3_sub(km_vec3_load(p->velocity, p->n_padded, i), drift));
}

void km_thermostat_chain(km_integrator *integrator, const km_step *s, km_particles *p)
{
    if (integrator->spec.thermostat != KM_THERMOSTAT_NOSE_HOOVER)
        return;
    const double kinetic = km_kinetic_energy(integrator, p, false);
    km_velocities_scale(integrator, p,
                        km_chain_couple(&integrator->spec, &integrator->scalars, s->index, kinetic),
                        false);
}

void km_thermostat_langevin(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_integrator_spec *spec = &integrator->spec;
    const double kt = km_target_kt(spec, s->index);
    const double decay = exp(-spec->friction * spec->timestep);
    const double before = km_kinetic_energy(integrator, p, true);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        if (p->inverse_mass[i] > 0.0 && km_is_coupled(p, i)) {
            const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
            km_vec3_store(
                p->velocity, p->n_padded, i,
                km_langevin_step(v, p->inverse_mass[i], decay, kt, spec->seed, s->index, i));
        }
    km_constraints_velocities(integrator, p);
    integrator->scalars.thermostat_work += km_kinetic_energy(integrator, p, true) - before;
}

void km_thermostat_rescale(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_integrator_spec *spec = &integrator->spec;
    if (spec->thermostat != KM_THERMOSTAT_RESCALING || !km_thermostat_is_due(spec, s->index))
        return;
    const double kinetic = km_kinetic_energy(integrator, p, true);
    km_velocities_scale(integrator, p,
                        km_rescaling_couple(spec, &integrator->scalars, s->index, kinetic), true);
}
