/* SPDX-License-Identifier: MIT */
#include "host/engine/stage.h"

#include <math.h>
#include <string.h>

#include "host/engine/minimise.h"
#include "host/engine/step.h"
#include "kernels/base/units.h"

/* Steps between events that are asked for in ps; at least one. */
static int64_t interval_steps(double interval, double timestep)
{
    if (interval <= 0.0)
        return 0;
    const int64_t steps = llround(interval / timestep);
    return steps > 0 ? steps : 1;
}

/* Of atoms that move by themselves, or of those alone that the thermostat acts on, less their
 * constraints. A group of constraints has one mobility. */
static int degrees_of_atoms(const km_model *model, bool coupled_only)
{
    int n = 0;
    for (int i = 0; i < model->n; i++) {
        const km_mobility mobility = km_model_mobility(model, i);
        if (mobility == KM_MOBILITY_FREE || (mobility == KM_MOBILITY_UNCOUPLED && !coupled_only))
            n += 3;
    }
    for (int g = 0; g < model->n_groups; g++) {
        const km_mobility mobility = km_model_mobility(model, model->group[g].atom[0]);
        if (mobility == KM_MOBILITY_FREE || (mobility == KM_MOBILITY_UNCOUPLED && !coupled_only))
            n -= model->group[g].n_bonds;
    }
    return n;
}

static int degrees_of_freedom(const km_model *model, bool coupled_only, bool momentum_removed)
{
    const int n = degrees_of_atoms(model, coupled_only) + (coupled_only ? 0 : model->n_pistons) -
                  (momentum_removed && model->n > 1 ? 3 : 0);
    return n > 1 ? n : 1;
}

/* Langevin noise does not conserve momentum: removing it would cool the three centre modes. Nor do
 * atoms that are held, a pressure on pistons, or the rescaling of a part. */
static bool removes_momentum(const km_stage *stage, const km_model *model)
{
    for (int i = 0; i < model->n; i++)
        if (km_model_mobility(model, i) != KM_MOBILITY_FREE)
            return false;
    return stage->thermostat != KM_THERMOSTAT_LANGEVIN;
}

#define THERMOSTAT_INTERVAL 10
#define BAROSTAT_INTERVAL 10
#define DRIFT_REMOVAL_INTERVAL 100

/* The step from which the cell is averaged; 0 = never. */
static int64_t average_from(const km_stage_run *r)
{
    const double part = r->stage->average_from;
    return part > 0.0 ? r->now.stage_first_step + (int64_t)ceil(part * (double)r->n_steps) : 0;
}

static km_integrator_spec integrator_spec(const km_stage_run *r)
{
    const km_stage *stage = r->stage;
    const bool dynamics = stage->kind == KM_STAGE_DYNAMICS;
    const bool at_rest = removes_momentum(stage, r->model);
    km_integrator_spec spec = {
        .timestep = dynamics ? stage->timestep : 1e-3,
        .n_groups = r->model->n_groups,
        .group = r->model->group,
        .constraint_tolerance = 1e-10,
        .degrees_of_freedom = degrees_of_freedom(r->model, false, at_rest),
        .coupled_degrees_of_freedom = degrees_of_freedom(r->model, true, at_rest),
        .n_pistons = r->model->n_pistons,
        .n_molecules = r->model->labels->n_molecules,
        .molecule_start = r->model->molecule_start,
        .carried = r->model->carried,
        .seed = r->options->recipe->seed,
        .thermostat = dynamics ? stage->thermostat : KM_THERMOSTAT_NONE,
        .temperature = stage->temperature_start,
        .temperature_end = stage->temperature_end,
        .first_step = r->now.stage_first_step,
        .n_steps = r->n_steps,
        .thermostat_time = stage->thermostat_time,
        .friction = stage->friction,
        .thermostat_interval = THERMOSTAT_INTERVAL,
        .barostat = dynamics ? stage->barostat : KM_BAROSTAT_NONE,
        .pressure = stage->pressure_start,
        .barostat_time = stage->barostat_time,
        .compressibility = stage->compressibility,
        .barostat_interval = BAROSTAT_INTERVAL,
        .average_from = average_from(r),
        .drift_removal_interval = at_rest ? DRIFT_REMOVAL_INTERVAL : 0,
    };
    memcpy(spec.piston, r->model->piston, sizeof spec.piston);
    return spec;
}

static km_guard guard_of(const km_stage_run *r, const km_integrator_spec *integrator)
{
    const km_stage *stage = r->stage;
    double mass = 0.0;
    for (int i = 0; i < r->model->n; i++)
        mass += r->model->mass[i];
    return (km_guard){
        .temperature = fmax(stage->temperature_start, stage->temperature_end),
        .timestep = integrator->timestep,
        .total_mass = mass,
        .degrees_of_freedom = integrator->degrees_of_freedom,
        .thermostatted = integrator->thermostat != KM_THERMOSTAT_NONE,
        .at_rest = integrator->drift_removal_interval > 0,
        .conserves = stage->production,
    };
}

/* The model of this stage: constraints as it wants them, mesh chosen for the box it starts with. */
static km_status prepare(km_stage_run *r)
{
    const km_run_options *o = r->options;
    km_system cell = *o->system; /* borrows all but the box */
    cell.box = r->now.stage_box;
    KM_TRY(
        km_model_create(o->recipe, o->forcefield, &cell, r->stage->constrain_hydrogen, &r->model));
    if (r->model->has_slab && r->stage->kind == KM_STAGE_DYNAMICS &&
        r->stage->barostat != KM_BAROSTAT_NONE)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "stage %s: a barostat would close the vacuum of a slab cell; hold the volume, "
            "and the normal pressure by a pressure on pistons",
            r->stage->name);
    r->model->neighbours.lateness = o->list_lateness;
    r->model->list_headroom = o->list_headroom;
    const km_integrator_spec integrator = integrator_spec(r);
    r->sums->degrees_of_freedom = integrator.degrees_of_freedom;
    r->sums->n_pistons = integrator.n_pistons;
    KM_TRY(km_simulation_create(o->backend, o->device, r->model, &r->now.state, &integrator,
                                &r->simulation));
    r->guard = guard_of(r, &integrator);
    const double dt = integrator.timestep;
    r->schedule = (km_schedule){
        .n_steps = r->n_steps,
        .frame_interval = r->stage->production ? interval_steps(r->stage->frame_interval, dt) : 0,
        .energy_interval = interval_steps(r->stage->energy_interval, dt),
        .barostat_interval = r->stage->barostat == KM_BAROSTAT_NONE ? 0 : BAROSTAT_INTERVAL,
        .census_interval = interval_steps(o->recipe->nonbonded.list_check, dt),
    };
    return KM_OK;
}

static void clean(km_stage_run *r)
{
    if (r->simulation != NULL && r->simulation->list_growths > 0)
        km_stage_note(r, "%s: neighbour lists have outgrown their memory and got more: %lld times",
                      r->stage->name, (long long)r->simulation->list_growths);
    km_simulation_destroy(r->simulation);
    km_model_destroy(r->model);
    r->simulation = NULL;
    r->model = NULL;
}

static bool stop_minimising(void *self)
{
    return km_stage_should_stop(self);
}

static km_status run_minimise(km_stage_run *r)
{
    km_minimise_result result;
    const km_minimise_options options = {.max_steps = r->stage->max_steps,
                                         .force_tolerance = r->stage->force_tolerance,
                                         .self = r,
                                         .should_stop = stop_minimising};
    KM_TRY(km_minimise(r->simulation, &options, &r->now.state, &result));
    if (result.interrupted)
        return KM_FAIL(KM_INTERRUPTED,
                       "stopped in stage %s, which starts again from the checkpoint before it",
                       r->stage->name);
    if (!isfinite(result.energy_end))
        return KM_FAIL(
            KM_ERROR_PHYSICS,
            "stage %s: the energy of the start is not finite and did not become so in %d steps; "
            "atoms lie on top of each other",
            r->stage->name, result.steps);
    km_stage_note(r, "%s: %d steps, potential %.6g to %.6g kJ/mol, largest force %.4g kJ/mol/nm%s",
                  r->stage->name, result.steps, result.energy_start, result.energy_end,
                  result.largest_force, result.converged ? "" : " (tolerance not reached)");
    return KM_OK;
}

/* A fresh stage begins: velocities on the constraints or drawn anew, forces, first output. */
static km_status start_dynamics(km_stage_run *r)
{
    const km_backend *backend = r->options->backend;
    km_simulation *s = r->simulation;
    const bool fresh = r->now.in_stage == 0;
    km_step step = {
        .index = r->now.stage_first_step + r->now.in_stage, .energy = true, .virial = true};
    if (fresh) {
        KM_TRY(backend->constrain(s->integrator, s->particles));
        if (r->stage->draw_velocities)
            KM_TRY(backend->draw_velocities(s->integrator, r->stage->temperature_start,
                                            r->options->recipe->seed, s->particles));
    } else {
        KM_TRY(backend->scalars_set(s->integrator, &r->now.scalars));
    }
    KM_TRY(km_simulation_evaluate(s, &step, true));
    KM_TRY(km_simulation_check(s, &step));
    KM_TRY(backend->measure(s->integrator, s->particles, &r->measured));
    if (!fresh)
        return KM_OK;
    if (r->stage->production)
        KM_TRY(km_stage_deliver_frame(r, 0));
    return km_stage_deliver_energies(r, 0);
}

/* Box and molecule centres take the averaged volume; molecules keep their shape. */
static void take_average_volume(km_stage_run *r)
{
    km_checkpoint *now = &r->now;
    const double n = now->scalars.n_averaged;
    const km_box old = now->state.box;
    km_box box = old;
    if (r->stage->barostat == KM_BAROSTAT_ISOTROPIC) {
        const double scale = cbrt(now->scalars.average_sum[0] / n / km_box_volume(&old));
        box = (km_box){scale * old.ax, scale * old.bx, scale * old.by,
                       scale * old.cx, scale * old.cy, scale * old.cz};
    } else {
        const double *sum = &now->scalars.average_sum[1];
        box = (km_box){sum[0] / n, sum[1] / n, sum[2] / n, sum[3] / n, sum[4] / n, sum[5] / n};
    }
    const km_labels *labels = r->model->labels;
    for (int m = 0; m < labels->n_molecules; m++) {
        km_vec3 centre = {0, 0, 0};
        double mass = 0.0;
        for (int i = labels->molecule_start[m]; i < labels->molecule_start[m + 1]; i++) {
            const double *x = &now->state.position[3 * i];
            centre =
                km_vec3_add(centre, km_vec3_scale(labels->mass[i], km_vec3_make(x[0], x[1], x[2])));
            mass += labels->mass[i];
        }
        centre = km_vec3_scale(1.0 / mass, centre);
        const km_vec3 moved = km_box_to_cartesian(&box, km_box_to_fractional(&old, centre));
        const km_vec3 shift = km_vec3_sub(moved, centre);
        for (int i = labels->molecule_start[m]; i < labels->molecule_start[m + 1]; i++) {
            now->state.position[3 * i] += shift.x;
            now->state.position[3 * i + 1] += shift.y;
            now->state.position[3 * i + 2] += shift.z;
        }
    }
    now->state.box = box;
    km_stage_note(r, "%s: box set to the average volume %.5f nm3 of %lld samples", r->stage->name,
                  km_box_volume(&box), (long long)n);
}

static km_status run_dynamics(km_stage_run *r)
{
    const km_backend *backend = r->options->backend;
    km_simulation *s = r->simulation;
    KM_TRY(start_dynamics(r));
    while (r->now.in_stage < r->n_steps) {
        const int64_t plain = km_schedule_plain_steps(&r->schedule, r->now.in_stage);
        if (plain > 0) {
            const km_due first =
                km_schedule_at(&r->schedule, r->now.stage_first_step, r->now.in_stage + 1);
            KM_TRY(km_step_advance_plain(s, &first, plain));
            r->now.in_stage += plain;
            KM_TRY(km_stage_hand_over(r)); /* while the device does these steps */
            continue;
        }
        KM_TRY(km_stage_hand_over(r));
        const km_due due =
            km_schedule_at(&r->schedule, r->now.stage_first_step, r->now.in_stage + 1);
        KM_TRY(km_step_advance(s, &due, &r->measured));
        r->now.in_stage = due.in_stage;
        KM_TRY(km_stage_deliver(r, &due));
    }
    KM_TRY(km_stage_hand_over(r));
    KM_TRY(backend->download(s->device, s->particles, &r->now.state));
    r->sums->steps = (double)r->n_steps;
    KM_TRY(backend->scalars_get(s->integrator, &r->now.scalars));
    if (r->now.scalars.n_averaged > 0.0)
        take_average_volume(r);
    return KM_OK;
}

static void enter_next_stage(km_stage_run *r)
{
    km_checkpoint *now = &r->now;
    now->stage++;
    now->stage_first_step += r->n_steps;
    if (r->stage->kind == KM_STAGE_DYNAMICS)
        now->stage_start_time += (double)r->n_steps * r->stage->timestep;
    now->in_stage = 0;
    now->stage_box = now->state.box;
    memset(&now->scalars, 0, sizeof now->scalars);
}

km_status km_stage_run_one(km_stage_run *r)
{
    r->sums = &r->now.stage_sums[r->now.stage];
    if (r->now.in_stage == 0)
        memset(r->sums, 0, sizeof *r->sums);
    if (r->now.in_stage < r->n_steps)
        r->sums->list_pairs_at_end = 0.0;
    r->pairs_counted = 0;
    r->last_progress = r->last_checkpoint = r->last_look = km_wall_seconds();
    r->last_progress_step = r->now.in_stage;
    r->frame_taken = false;
    km_status status = prepare(r);
    if (status == KM_OK)
        status = r->stage->kind == KM_STAGE_MINIMISE ? run_minimise(r) : run_dynamics(r);
    clean(r);
    KM_TRY(status);
    const bool last = r->now.stage + 1 == r->options->recipe->n_stages;
    /* After the last stage the checkpoint stays at its last restart point: an extended run goes on
     * from there and passes the same states as one that was longer from the start. */
    if (last)
        return KM_OK;
    enter_next_stage(r);
    return km_stage_write_checkpoint(r);
}
