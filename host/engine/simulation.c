/* SPDX-License-Identifier: MIT */
#include "host/engine/simulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

km_status km_state_create(int n, km_state **out)
{
    km_state *state;
    *out = NULL;
    KM_NEW(state, 1);
    state->n = n;
    if (km_allocate((void **)&state->position, 3 * (size_t)n, sizeof(double)) != KM_OK ||
        km_allocate((void **)&state->velocity, 3 * (size_t)n, sizeof(double)) != KM_OK) {
        km_state_destroy(state);
        return KM_ERROR_MEMORY;
    }
    *out = state;
    return KM_OK;
}

void km_state_destroy(km_state *state)
{
    if (state == NULL)
        return;
    free(state->position);
    free(state->velocity);
    free(state);
}

static km_status add_force(km_simulation *s, km_force_kind kind, const void *spec)
{
    KM_TRY(s->backend->make_force[kind](s->device, spec, s->particles, &s->force[s->n_forces]));
    s->n_forces++;
    return KM_OK;
}

static bool has_bonded_terms(const km_bonded_spec *b)
{
    return b->n_bonds + b->n_angles + b->n_dihedrals_rb + b->n_dihedrals_periodic + b->n_impropers +
               b->n_pairs14 + b->n_excluded >
           0;
}

/* Without them (a metal alone) there is no list of pairs. */
static bool has_pairs(const km_model *model)
{
    return model->neighbours.cutoff > 0.0;
}

/* The longest of the cutoffs, nm. */
static double longest_cutoff(const km_model *model)
{
    return fmax(model->neighbours.cutoff, model->metal_cutoff);
}

static km_status load(km_simulation *s, const km_state *state, const km_integrator_spec *integrator)
{
    const km_model *model = s->model;
    const km_particles_spec particles = {
        .n = model->n,
        .mass = model->mass,
        .charge = model->charge,
        .type = model->type,
        .molecule = model->molecule,
        .mobility = model->mobility,
        .list_headroom = model->list_headroom,
    };
    KM_TRY(s->backend->particles_create(s->device, &particles, &s->particles));
    KM_TRY(s->backend->upload(s->device, state, s->particles));
    if (has_pairs(model))
        KM_TRY(s->backend->neighbours_create(s->device, &model->neighbours, s->particles));
    if (model->has_charges) /* first: on a GPU the mesh is the longest chain of kernels */
        KM_TRY(add_force(s, KM_FORCE_PME, &model->pme));
    if (has_pairs(model))
        KM_TRY(add_force(s, KM_FORCE_PAIR, &model->pair));
    if (model->eam.n_atoms > 0)
        KM_TRY(add_force(s, KM_FORCE_EAM, &model->eam));
    if (model->eim.n_atoms > 0)
        KM_TRY(add_force(s, KM_FORCE_EIM, &model->eim));
    if (has_bonded_terms(&model->bonded))
        KM_TRY(add_force(s, KM_FORCE_BONDED, &model->bonded));
    if (model->has_slab)
        KM_TRY(add_force(s, KM_FORCE_SLAB, &model->slab));
    if (integrator != NULL)
        KM_TRY(s->backend->integrator_create(s->device, integrator, s->particles, &s->integrator));
    return KM_OK;
}

km_status km_simulation_create(const km_backend *backend, km_device *device, const km_model *model,
                               const km_state *state, const km_integrator_spec *integrator,
                               km_simulation **out)
{
    km_simulation *s;
    *out = NULL;
    KM_NEW(s, 1);
    s->backend = backend;
    s->device = device;
    s->model = model;
    const km_status status = load(s, state, integrator);
    if (status != KM_OK) {
        km_simulation_destroy(s);
        return status;
    }
    *out = s;
    return KM_OK;
}

static void forget_recordings(km_simulation *s)
{
    for (int k = 0; k < 2; k++) {
        if (s->recording[k] != NULL)
            s->backend->record_destroy(s->recording[k]);
        s->recording[k] = NULL;
    }
}

void km_simulation_destroy(km_simulation *s)
{
    if (s == NULL)
        return;
    forget_recordings(s);
    s->backend->integrator_destroy(s->integrator);
    for (int k = 0; k < s->n_forces; k++)
        km_force_destroy(&s->force[k]);
    s->backend->particles_destroy(s->particles);
    free(s);
}

km_status km_simulation_forces(km_simulation *s, km_step *step, bool rebuild)
{
    if (has_pairs(s->model))
        KM_TRY(s->backend->neighbours_update(s->device, s->particles, rebuild, &step->rebuilt));
    if (step->rebuilt)
        for (int k = 0; k < s->n_forces; k++)
            KM_TRY(km_force_rebuild(&s->force[k], s->particles));
    KM_TRY(s->backend->clear(s->device, step, s->particles));
    for (int k = 0; k < s->n_forces; k++)
        KM_TRY(km_force_compute(&s->force[k], step, s->particles));
    return KM_OK;
}

/* The atom with the largest force of one term, not-a-number counting as largest. */
static int largest(const double *force, int n, double *magnitude)
{
    int atom = 0;
    double best = -1.0;
    for (int i = 0; i < n; i++) {
        const double *f = &force[3 * i];
        double m = sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
        if (!isfinite(m))
            m = INFINITY;
        if (m > best) {
            best = m;
            atom = i;
        }
    }
    *magnitude = best;
    return atom;
}

/* Evaluates the terms one by one to say which of them is to blame. */
km_status km_simulation_diagnose(km_simulation *s, const km_step *step, const char *what)
{
    const km_labels *labels = s->model->labels;
    double *force;
    KM_NEW(force, 3 * (size_t)s->model->n);
    double worst = -1.0;
    int atom = 0;
    const char *term = "none";
    for (int k = 0; k < s->n_forces; k++) {
        double magnitude;
        if (s->backend->clear(s->device, step, s->particles) != KM_OK ||
            km_force_compute(&s->force[k], step, s->particles) != KM_OK ||
            s->backend->download_forces(s->device, s->particles, force) != KM_OK)
            break;
        const int candidate = largest(force, s->model->n, &magnitude);
        if (magnitude > worst) {
            worst = magnitude;
            atom = candidate;
            term = s->force[k].ops->name;
        }
    }
    free(force);
    const int molecule = labels->molecule[atom];
    return KM_FAIL(
        KM_ERROR_PHYSICS,
        "step %lld: %s. The largest force, %.3g kJ/mol/nm, comes from the %s term on atom "
        "%d (%s) of molecule %d (%s). The last good checkpoint is kept. A smaller "
        "timestep_fs, a longer minimise stage, a lower starting density, or the soft start of a "
        "protocol (minimise, then 50 K at 0.5 fs) usually helps",
        (long long)step->index, what, worst, term, atom + 1, labels->atom_name[atom], molecule + 1,
        labels->kind[labels->molecule_kind[molecule]].name);
}

/* The device has been waited for. */
static km_status make_room(km_simulation *s, km_standstill *at)
{
    *at = (km_standstill){0};
    if (!(s->particles->fault & KM_FAULT_LIST))
        return KM_OK;
    KM_TRY(s->backend->make_room(s->device, s->particles, at));
    forget_recordings(s);
    s->list_growths++;
    return KM_OK;
}

km_status km_simulation_evaluate(km_simulation *s, km_step *step, bool rebuild)
{
    km_standstill at;
    do {
        KM_TRY(km_simulation_forces(s, step, rebuild));
        KM_TRY(s->backend->synchronise(s->device, s->particles));
        KM_TRY(make_room(s, &at));
    } while (at.stood);
    return KM_OK;
}

static km_status fail_for(km_simulation *s, const km_step *step, int fault)
{
    if (fault & KM_FAULT_NOT_FINITE)
        return km_simulation_diagnose(s, step, "a position or force is not a number");
    if (fault & KM_FAULT_FORCE_LIMIT)
        return km_simulation_diagnose(s, step, "atoms overlap: a force exceeds what can be summed");
    if (fault & KM_FAULT_CONSTRAINT)
        return km_simulation_diagnose(s, step, "the bond constraints did not converge");
    if (fault & KM_FAULT_CELL)
        return KM_FAIL(KM_ERROR_VALUE,
                       "step %lld: the cutoff is %.4g nm and the least height of the periodic cell "
                       "%.4g nm; the height must be at least twice the cutoff: use a larger cell "
                       "or a shorter cutoff",
                       (long long)step->index, longest_cutoff(s->model),
                       km_box_least_height(&s->particles->box));
    return KM_OK;
}

km_status km_simulation_look(km_simulation *s, const km_step *step, km_standstill *at)
{
    KM_TRY(s->backend->synchronise(s->device, s->particles));
    KM_TRY(fail_for(s, step, s->particles->fault));
    return make_room(s, at);
}

km_status km_simulation_check(km_simulation *s, const km_step *step)
{
    km_standstill at;
    KM_TRY(km_simulation_look(s, step, &at));
    return at.stood ? KM_FAIL(KM_ERROR_INTERNAL, "step %lld: a list was too short for the forces",
                              (long long)step->index)
                    : KM_OK;
}
