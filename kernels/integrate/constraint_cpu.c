/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/constraint.h"

#include "kernels/integrate/integrate_cpu.h"

/* Groups share no atom, so each thread writes what it alone reads. */

static void load_group(const km_constraint_group *g, const km_particles *p, const double *array,
                       km_vec3 value[KM_CONSTRAINT_ATOMS], double inverse_mass[KM_CONSTRAINT_ATOMS])
{
    for (int k = 0; k < g->n_atoms; k++) {
        value[k] = km_vec3_load(array, p->n_padded, g->atom[k]);
        inverse_mass[k] = p->inverse_mass[g->atom[k]];
    }
}

void km_constraints_remember(km_integrator *integrator, const km_particles *p)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int k = 0; k < integrator->spec.n_groups; k++) {
        const km_constraint_group *g = &integrator->group[k];
        km_vec3 x[KM_CONSTRAINT_ATOMS];
        double w[KM_CONSTRAINT_ATOMS];
        load_group(g, p, p->position, x, w);
        km_constraint_bonds(g->n_bonds, g, &p->box, x,
                            integrator->direction + k * KM_CONSTRAINT_BONDS);
    }
}

static bool solve_positions(const km_integrator *integrator, int k, km_particles *p,
                            double duration)
{
    const km_constraint_group *g = &integrator->group[k];
    const km_vec3 *direction = integrator->direction + k * KM_CONSTRAINT_BONDS;
    km_vec3 x[KM_CONSTRAINT_ATOMS], v[KM_CONSTRAINT_ATOMS];
    double w[KM_CONSTRAINT_ATOMS], multiplier[KM_CONSTRAINT_BONDS];
    load_group(g, p, p->position, x, w);
    if (!km_constraint_positions(g, &p->box, w, direction, integrator->spec.constraint_tolerance, x,
                                 multiplier))
        return false;
    km_constraint_apply(g->n_bonds, g, w, multiplier, direction, x);
    for (int a = 0; a < g->n_atoms; a++)
        km_vec3_store(p->position, p->n_padded, g->atom[a], x[a]);
    if (!(duration > 0.0))
        return true;
    load_group(g, p, p->velocity, v, w);
    for (int b = 0; b < g->n_bonds; b++)
        multiplier[b] /= duration;
    km_constraint_apply(g->n_bonds, g, w, multiplier, direction, v);
    for (int a = 0; a < g->n_atoms; a++)
        km_vec3_store(p->velocity, p->n_padded, g->atom[a], v[a]);
    return true;
}

static bool solve_velocities(const km_integrator *integrator, int k, km_particles *p)
{
    const km_constraint_group *g = &integrator->group[k];
    km_vec3 x[KM_CONSTRAINT_ATOMS], v[KM_CONSTRAINT_ATOMS], bond[KM_CONSTRAINT_BONDS];
    double w[KM_CONSTRAINT_ATOMS];
    load_group(g, p, p->position, x, w);
    load_group(g, p, p->velocity, v, w);
    km_constraint_bonds(g->n_bonds, g, &p->box, x, bond);
    if (!km_constraint_velocities(g, w, bond, v))
        return false;
    for (int a = 0; a < g->n_atoms; a++)
        km_vec3_store(p->velocity, p->n_padded, g->atom[a], v[a]);
    return true;
}

/* The lowest number of a failed group, whatever the order of threads, becomes -1 when there is
 * none. */
static int first_failed(const km_integrator *integrator, km_particles *p, int first)
{
    if (first == integrator->spec.n_groups)
        return -1;
    p->fault |= KM_FAULT_CONSTRAINT;
    return first;
}

int km_constraints_positions(km_integrator *integrator, km_particles *p, double duration)
{
    int first = integrator->spec.n_groups;
#pragma omp parallel for num_threads(integrator->threads) schedule(static) reduction(min : first)
    for (int k = 0; k < integrator->spec.n_groups; k++)
        if (!solve_positions(integrator, k, p, duration) && k < first)
            first = k;
    return first_failed(integrator, p, first);
}

int km_constraints_velocities(km_integrator *integrator, km_particles *p)
{
    int first = integrator->spec.n_groups;
#pragma omp parallel for num_threads(integrator->threads) schedule(static) reduction(min : first)
    for (int k = 0; k < integrator->spec.n_groups; k++)
        if (!solve_velocities(integrator, k, p) && k < first)
            first = k;
    return first_failed(integrator, p, first);
}

double km_constraints_residual(const km_integrator *integrator, const km_particles *p)
{
    double largest = 0.0;
    for (int k = 0; k < integrator->spec.n_groups; k++) {
        const km_constraint_group *g = &integrator->group[k];
        km_vec3 x[KM_CONSTRAINT_ATOMS], bond[KM_CONSTRAINT_BONDS];
        double w[KM_CONSTRAINT_ATOMS];
        load_group(g, p, p->position, x, w);
        km_constraint_bonds(g->n_bonds, g, &p->box, x, bond);
        largest = fmax(largest, km_constraint_residual(g->n_bonds, g, bond));
    }
    return largest;
}
