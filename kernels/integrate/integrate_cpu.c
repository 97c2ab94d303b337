/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/integrate_cpu.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/integrate/integrate_check.h"
#include "kernels/integrate/verlet.h"

/* Copies what the spec points to; what is allocated before a failure belongs to the integrator. */
static km_status fill(km_integrator *integrator, const km_integrator_spec *spec,
                      const km_particles *p)
{
    const int longest = p->n > spec->n_molecules ? p->n : spec->n_molecules;
    KM_NEW(integrator->group, spec->n_groups);
    KM_NEW(integrator->molecule_start, spec->n_molecules + 1);
    KM_NEW(integrator->direction, (size_t)spec->n_groups * KM_CONSTRAINT_BONDS);
    KM_NEW(integrator->before, 3 * (size_t)p->n_padded);
    KM_NEW(integrator->block, (size_t)km_block_count(longest) * KM_BLOCK_WIDTH);
    if (spec->n_groups > 0)
        memcpy(integrator->group, spec->group, (size_t)spec->n_groups * sizeof *spec->group);
    memcpy(integrator->molecule_start, spec->molecule_start,
           ((size_t)spec->n_molecules + 1) * sizeof *spec->molecule_start);
    if (spec->carried != NULL) {
        KM_NEW(integrator->carried, p->n);
        memcpy(integrator->carried, spec->carried, (size_t)p->n * sizeof *spec->carried);
    }
    KM_TRY(km_pistons_create(integrator, p));
    integrator->spec = *spec;
    integrator->spec.group = integrator->group;
    integrator->spec.molecule_start = integrator->molecule_start;
    integrator->spec.carried = integrator->carried;
    if (spec->constraint_tolerance == 0.0)
        integrator->spec.constraint_tolerance = KM_CONSTRAINT_TOLERANCE;
    return KM_OK;
}

km_status km_integrator_cpu_create(km_device *device, const km_integrator_spec *spec,
                                   const km_particles *p, km_integrator **out)
{
    *out = NULL;
    int n_moving;
    KM_TRY(km_integrator_spec_check(spec, p, &n_moving));
    km_integrator *integrator;
    KM_NEW(integrator, 1);
    integrator->threads = device->threads > 0 ? device->threads : 1;
    integrator->n = p->n;
    integrator->n_moving = n_moving;
    const km_status status = fill(integrator, spec, p);
    if (status != KM_OK) {
        km_integrator_cpu_destroy(integrator);
        return status;
    }
    *out = integrator;
    return KM_OK;
}

void km_integrator_cpu_destroy(km_integrator *integrator)
{
    if (integrator == NULL)
        return;
    free(integrator->group);
    free(integrator->molecule_start);
    free(integrator->carried);
    free(integrator->direction);
    free(integrator->before);
    free(integrator->block);
    free(integrator->piston_atom);
    free(integrator);
}

km_status km_integrator_cpu_scalars_get(const km_integrator *integrator, km_integrator_scalars *out)
{
    *out = integrator->scalars;
    return KM_OK;
}

km_status km_integrator_cpu_scalars_set(km_integrator *integrator, const km_integrator_scalars *in)
{
    integrator->scalars = *in;
    return KM_OK;
}

void km_block_total(const double *block, int n_blocks, int width, double *total)
{
    for (int k = 0; k < width; k++)
        total[k] = 0.0;
    for (int b = 0; b < n_blocks; b++)
        for (int k = 0; k < width; k++)
            total[k] += block[b * KM_BLOCK_WIDTH + k];
}

static void kick(km_integrator *integrator, km_particles *p, bool first)
{
    double piston[KM_PISTONS];
    km_pistons_half(integrator, p, first, piston);
    const double half = 0.5 * integrator->spec.timestep;
    const double *w = p->inverse_mass;
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < km_block_count(p->n); b++)
        for (int c = 0; c < 3; c++) {
            const km_fixed *f = p->force + c * p->n_padded;
            double *v = p->velocity + c * p->n_padded;
            for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++)
                v[i] = km_verlet_kick(v[i], km_fixed_to(f[i]), w[i], half);
        }
    km_pistons_set(integrator, p, piston);
}

/* Moves all atoms for the duration (ps) and puts constrained ones back; velocities follow. */
static void drift(km_integrator *integrator, km_particles *p, double duration)
{
    const double *w = p->inverse_mass;
    int fault = 0;
    km_constraints_remember(integrator, p);
#pragma omp parallel for num_threads(integrator->threads) schedule(static) reduction(| : fault)
    for (int b = 0; b < km_block_count(p->n); b++)
        for (int c = 0; c < 3; c++) {
            const double *v = p->velocity + c * p->n_padded;
            double *x = p->position + c * p->n_padded;
            for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++) {
                x[i] = km_verlet_drift(x[i], v[i], w[i], duration);
                fault |= isfinite(x[i]) ? 0 : KM_FAULT_NOT_FINITE;
            }
        }
    p->fault |= fault;
    km_constraints_positions(integrator, p, duration);
}

/* Sums of m |change of v|^2 since the velocities were kept, kJ/mol: of all moving atoms, and of
 * those the thermostat acts on. */
static void kick_squares(km_integrator *integrator, const km_particles *p, double total[2])
{
    const int n_blocks = km_block_count(p->n);
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int b = 0; b < n_blocks; b++) {
        double sum[2] = {0.0, 0.0};
        for (int i = b * KM_BLOCK_LENGTH; i < km_block_end(b, p->n); i++) {
            if (!(p->inverse_mass[i] > 0.0))
                continue;
            const double square =
                km_kick_square(p->mass[i], km_vec3_load(integrator->before, p->n_padded, i),
                               km_vec3_load(p->velocity, p->n_padded, i));
            sum[0] += square;
            sum[1] += km_is_coupled(p, i) ? square : 0.0;
        }
        memcpy(integrator->block + b * KM_BLOCK_WIDTH, sum, sizeof sum);
    }
    km_block_total(integrator->block, n_blocks, 2, total);
}

km_status km_integrator_cpu_first_half(km_integrator *integrator, const km_step *s, km_particles *p)
{
    const double timestep = integrator->spec.timestep;
    km_barostat_settle(&integrator->scalars, km_potential_energy(p->energy));
    km_thermostat_chain(integrator, s, p);
    kick(integrator, p, true);
    if (integrator->spec.thermostat == KM_THERMOSTAT_LANGEVIN) {
        drift(integrator, p, 0.5 * timestep);
        km_constraints_velocities(integrator, p);
        km_thermostat_langevin(integrator, s, p);
        drift(integrator, p, 0.5 * timestep);
    } else {
        drift(integrator, p, timestep);
    }
    return KM_OK;
}

km_status km_integrator_cpu_second_half(km_integrator *integrator, const km_step *s,
                                        km_particles *p)
{
    const bool coupled = km_thermostat_is_due(&integrator->spec, s->index);
    if (coupled || s->energy)
        memcpy(integrator->before, p->velocity, 3 * (size_t)p->n_padded * sizeof *p->velocity);
    kick(integrator, p, false);
    km_constraints_velocities(integrator, p);
    if (coupled || s->energy) {
        double squares[2];
        kick_squares(integrator, p, squares);
        km_hidden_take(&integrator->spec, &integrator->scalars, squares[0], squares[1], coupled);
    }
    km_thermostat_chain(integrator, s, p);
    km_thermostat_rescale(integrator, s, p);
    if (km_is_due(&integrator->spec, s->index, integrator->spec.drift_removal_interval))
        km_momentum_remove(integrator, p);
    return KM_OK;
}

km_status km_integrator_cpu_constrain(km_integrator *integrator, km_particles *p)
{
    km_pistons_join(integrator, p);
    km_constraints_remember(integrator, p);
    int failed = km_constraints_positions(integrator, p, 0.0);
    if (failed < 0)
        failed = km_constraints_velocities(integrator, p);
    if (failed < 0)
        return KM_OK;
    p->fault &= ~KM_FAULT_CONSTRAINT;
    return km_constraint_fail_positions(integrator->group[failed].atom[0]);
}
