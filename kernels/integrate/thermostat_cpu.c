/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/thermostat.h"

#include <string.h>

#include "kernels/integrate/integrate_cpu.h"
#include "kernels/integrate/langevin.h"

static double kinetic_of_atom(const km_particles *p, int i)
{
    const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
    return p->inverse_mass[i] > 0.0 ? 0.5 * p->mass[i] * km_vec3_dot(v, v) : 0.0;
}

double km_kinetic_energy(km_integrator *integrator, const km_particles *p)
{
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        double sum = 0.0;
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++)
            sum += kinetic_of_atom(p, i);
        integrator->block[b * KM_BLOCK_WIDTH] = sum;
    }
    double total;
    km_block_total(integrator->block, n_blocks, 1, &total);
    return total;
}

void km_velocities_scale(km_integrator *integrator, km_particles *p, double factor)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++)
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
    if (!(total[3] > 0.0))
        return;
    const km_vec3 v = km_vec3_make(total[0], total[1], total[2]);
    /* energy taken out: that of the motion of the centre of mass */
    integrator->scalars.thermostat_work -= 0.5 * km_vec3_dot(v, v) / total[3];
    const km_vec3 drift = km_vec3_scale(1.0 / total[3], v);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        if (p->inverse_mass[i] > 0.0)
            km_vec3_store(p->velocity, p->n_padded, i,
                          km_vec3_sub(km_vec3_load(p->velocity, p->n_padded, i), drift));
}

double km_target_temperature(const km_integrator *integrator, int64_t step)
{
    const km_integrator_spec *spec = &integrator->spec;
    return km_temperature_ramp(spec->temperature, spec->temperature_end, spec->first_step,
                               spec->n_steps, step);
}

void km_thermostat_chain(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_integrator_spec *spec = &integrator->spec;
    km_integrator_scalars *scalars = &integrator->scalars;
    if (spec->thermostat != KM_THERMOSTAT_NOSE_HOOVER)
        return;
    km_chain chain;
    memcpy(chain.position, scalars->chain_position, sizeof chain.position);
    memcpy(chain.velocity, scalars->chain_velocity, sizeof chain.velocity);
    km_chain_set(&chain, KM_GAS_CONSTANT * km_target_temperature(integrator, s->index),
                 spec->degrees_of_freedom, spec->thermostat_time);
    const double before = km_chain_energy(&chain);
    const double kinetic = km_kinetic_energy(integrator, p);
    const double factor = km_chain_advance(&chain, kinetic, 0.5 * spec->timestep);
    km_velocities_scale(integrator, p, factor);
    /* what the chain loses the atoms receive: under a ramp too, as the target is one per step */
    scalars->thermostat_work += before - km_chain_energy(&chain);
    memcpy(scalars->chain_position, chain.position, sizeof chain.position);
    memcpy(scalars->chain_velocity, chain.velocity, sizeof chain.velocity);
}

void km_thermostat_langevin(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_integrator_spec *spec = &integrator->spec;
    const double kt = KM_GAS_CONSTANT * km_target_temperature(integrator, s->index);
    const double decay = exp(-spec->friction * spec->timestep);
    const double before = km_kinetic_energy(integrator, p);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        if (p->inverse_mass[i] > 0.0) {
            const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
            km_vec3_store(
                p->velocity, p->n_padded, i,
                km_langevin_step(v, p->inverse_mass[i], decay, kt, spec->seed, s->index, i));
        }
    km_constraints_velocities(integrator, p);
    integrator->scalars.thermostat_work += km_kinetic_energy(integrator, p) - before;
}

void km_thermostat_rescale(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const km_integrator_spec *spec = &integrator->spec;
    if (spec->thermostat != KM_THERMOSTAT_RESCALING ||
        !km_is_due(integrator, s, spec->thermostat_interval))
        return;
    const double kinetic = km_kinetic_energy(integrator, p);
    if (!(kinetic > 0.0))
        return;
    const double kt = KM_GAS_CONSTANT * km_target_temperature(integrator, s->index);
    const double decay = exp(-spec->thermostat_interval * spec->timestep / spec->thermostat_time);
    const double factor =
        km_rescaling_factor(kinetic, kt, spec->degrees_of_freedom, decay, spec->seed, s->index);
    km_velocities_scale(integrator, p, factor);
    integrator->scalars.thermostat_work += (factor * factor - 1.0) * kinetic;
}
