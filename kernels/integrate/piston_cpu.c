/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/piston.h"

#include "kernels/integrate/integrate_cpu.h"

km_status km_pistons_create(km_integrator *integrator, const km_particles *p)
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        n += km_piston_of(p, i) >= 0;
    KM_NEW(integrator->piston_atom, n);
    n = 0;
    for (int k = 0; k < KM_PISTONS; k++) {
        integrator->piston_start[k] = n;
        for (int i = 0; i < p->n; i++)
            if (km_piston_of(p, i) == k) {
                integrator->piston_atom[n++] = i;
                integrator->piston_mass[k] += p->mass[i];
            }
    }
    integrator->piston_start[KM_PISTONS] = n;
    return KM_OK;
}

static double force_of(const km_integrator *integrator, const km_particles *p, int piston)
{
    km_fixed sum = 0;
    for (int m = integrator->piston_start[piston]; m < integrator->piston_start[piston + 1]; m++)
        sum += p->force[2 * p->n_padded + integrator->piston_atom[m]];
    return km_fixed_to(sum);
}

void km_pistons_half(km_integrator *integrator, const km_particles *p, bool first,
                     double velocity[KM_PISTONS])
{
    const km_integrator_spec *spec = &integrator->spec;
    for (int k = 0; k < spec->n_pistons; k++) {
        const int atom = integrator->piston_atom[integrator->piston_start[k]];
        velocity[k] = km_piston_half(&spec->piston[k], p->velocity[2 * p->n_padded + atom],
                                     force_of(integrator, p, k), integrator->piston_mass[k],
                                     km_box_area(&p->box), 0.5 * spec->timestep, first,
                                     &integrator->scalars.thermostat_work);
    }
}

void km_pistons_set(const km_integrator *integrator, km_particles *p,
                    const double velocity[KM_PISTONS])
{
    for (int k = 0; k < integrator->spec.n_pistons; k++)
        for (int m = integrator->piston_start[k]; m < integrator->piston_start[k + 1]; m++)
            km_vec3_store(p->velocity, p->n_padded, integrator->piston_atom[m],
                          km_vec3_make(0.0, 0.0, velocity[k]));
}

/* Mean of a component-major array's z, weighted with the masses. */
static double mean_z(const km_integrator *integrator, const km_particles *p, const double *array,
                     int piston)
{
    double sum = 0.0;
    for (int m = integrator->piston_start[piston]; m < integrator->piston_start[piston + 1]; m++) {
        const int i = integrator->piston_atom[m];
        sum += p->mass[i] * array[2 * p->n_padded + i];
    }
    return sum / integrator->piston_mass[piston];
}

void km_pistons_join(const km_integrator *integrator, km_particles *p)
{
    double velocity[KM_PISTONS];
    for (int k = 0; k < integrator->spec.n_pistons; k++)
        velocity[k] = mean_z(integrator, p, p->velocity, k);
    km_pistons_set(integrator, p, velocity);
}

km_piston_sums km_pistons_sum(const km_integrator *integrator, const km_particles *p)
{
    km_piston_sums sums = {{0.0}, {0.0}};
    for (int k = 0; k < integrator->spec.n_pistons; k++) {
        sums.force[k] = force_of(integrator, p, k);
        sums.height[k] = mean_z(integrator, p, p->position, k);
    }
    return sums;
}
