/* SPDX-License-Identifier: MIT */
#include "host/engine/minimise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_DISPLACEMENT 0.005  /* nm */
#define LARGEST_DISPLACEMENT 0.02 /* nm */
#define LEAST_DISPLACEMENT 1e-8   /* nm: below this the sum of forces is noise */

/* Frozen atoms and pistons stay where they are. */
static bool moves(const km_model *model, int i)
{
    return km_model_mobility(model, i) < KM_MOBILITY_FROZEN;
}

static double largest_force(const km_model *model, const double *force)
{
    double best = 0.0;
    for (int i = 0; i < model->n; i++) {
        const double *f = &force[3 * i];
        if (moves(model, i))
            best = fmax(best, f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
    }
    return sqrt(best);
}

static km_status evaluate(km_simulation *s, double *energy, double *force)
{
    km_step step = {.energy = true};
    KM_TRY(km_simulation_evaluate(s, &step, false));
    KM_TRY(s->backend->download_forces(s->device, s->particles, force));
    *energy = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        *energy += s->particles->energy[k];
    return KM_OK;
}

/* Moves every free atom along its force, the most pushed one by `displacement`. */
static void displace(const km_model *model, const double *from, const double *force,
                     double displacement, double *to)
{
    const double scale = displacement / fmax(largest_force(model, force), 1e-30);
    for (int i = 0; i < model->n; i++)
        for (int c = 0; c < 3; c++)
            to[3 * i + c] = from[3 * i + c] + (moves(model, i) ? scale * force[3 * i + c] : 0.0);
}

static km_status descend(km_simulation *s, const km_minimise_options *o, km_state *state,
                         km_state *trial, double *force, double *trial_force,
                         km_minimise_result *result)
{
    const km_model *model = s->model;
    double displacement = FIRST_DISPLACEMENT, energy;
    KM_TRY(evaluate(s, &energy, force));
    result->energy_start = energy;
    for (result->steps = 0; result->steps < o->max_steps; result->steps++) {
        result->largest_force = largest_force(model, force);
        result->converged = result->largest_force < o->force_tolerance;
        result->interrupted = o->should_stop != NULL && o->should_stop(o->self);
        if (result->converged || result->interrupted || displacement < LEAST_DISPLACEMENT)
            break;
        double trial_energy;
        displace(model, state->position, force, displacement, trial->position);
        KM_TRY(s->backend->upload(s->device, trial, s->particles));
        if (s->integrator != NULL && model->n_groups > 0) {
            KM_TRY(s->backend->constrain(s->integrator, s->particles));
            KM_TRY(s->backend->download(s->device, s->particles, trial));
        }
        KM_TRY(evaluate(s, &trial_energy, trial_force));
        if (isfinite(trial_energy) && (trial_energy < energy || !isfinite(energy))) {
            energy = trial_energy;
            memcpy(state->position, trial->position, 3 * (size_t)model->n * sizeof(double));
            memcpy(force, trial_force, 3 * (size_t)model->n * sizeof(double));
            displacement = fmin(1.2 * displacement, LARGEST_DISPLACEMENT);
        } else {
            displacement *= 0.5;
        }
    }
    result->energy_end = energy;
    /* clears the faults of steps into overlaps, which were undone */
    return s->backend->upload(s->device, state, s->particles);
}

km_status km_minimise(km_simulation *s, const km_minimise_options *options, km_state *state,
                      km_minimise_result *result)
{
    const size_t n = 3 * (size_t)s->model->n;
    double *force = NULL, *trial_force = NULL;
    km_state *trial = NULL;
    memset(result, 0, sizeof *result);
    km_status status = km_state_create(s->model->n, &trial);
    if (status == KM_OK)
        status = km_allocate((void **)&force, n, sizeof(double));
    if (status == KM_OK)
        status = km_allocate((void **)&trial_force, n, sizeof(double));
    if (status == KM_OK) {
        trial->box = state->box;
        status = descend(s, options, state, trial, force, trial_force, result);
    }
    km_state_destroy(trial);
    free(force);
    free(trial_force);
    return status;
}
