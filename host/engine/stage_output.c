/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/engine/stage.h"
#include "host/engine/step.h"

double km_wall_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void km_stage_note(const km_stage_run *r, const char *format, ...)
{
    char line[512];
    va_list arguments;
    if (r->options->note == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    r->options->note(r->options->self, line);
}

/* r->now.state holds the frame. */
static km_status hand_frame(km_stage_run *r, int64_t in_stage)
{
    const km_sink *sink = r->options->trajectory;
    const km_frame frame = {
        .step = r->now.stage_first_step + in_stage,
        .time = (double)in_stage * r->stage->timestep,
        .n = r->now.state.n,
        .box = r->now.state.box,
        .position = r->now.state.position,
        .velocity = r->stage->write_velocities ? r->now.state.velocity : NULL,
    };
    return sink->frame(sink->self, &frame);
}

km_status km_stage_deliver_frame(km_stage_run *r, int64_t in_stage)
{
    const km_backend *backend = r->options->backend;
    km_simulation *s = r->simulation;
    if (r->options->trajectory == NULL || r->options->trajectory->frame == NULL)
        return KM_OK;
    if (backend->frame_take != NULL) {
        KM_TRY(backend->frame_take(s->device, s->particles, r->stage->write_velocities));
        r->frame_taken = true;
        r->frame_in_stage = in_stage;
        return KM_OK;
    }
    KM_TRY(backend->download(s->device, s->particles, &r->now.state));
    return hand_frame(r, in_stage);
}

/* The device stood still when the frame was taken, and since then. */
static km_status take_frame_again(km_stage_run *r)
{
    const km_backend *backend = r->options->backend;
    km_simulation *s = r->simulation;
    km_step step = {.index = r->now.stage_first_step + r->frame_in_stage};
    const km_due next = {.index = step.index + 1};
    KM_TRY(km_step_settle(s, &step));
    KM_TRY(backend->frame_take(s->device, s->particles, r->stage->write_velocities));
    KM_TRY(backend->frame_collect(s->device, s->particles, &r->now.state));
    return km_step_advance_plain(s, &next, r->now.in_stage - r->frame_in_stage);
}

km_status km_stage_hand_over(km_stage_run *r)
{
    km_simulation *s = r->simulation;
    if (!r->frame_taken)
        return KM_OK;
    r->frame_taken = false;
    KM_TRY(r->options->backend->frame_collect(s->device, s->particles, &r->now.state));
    if (s->particles->fault & KM_FAULT_LIST)
        KM_TRY(take_frame_again(r));
    return hand_frame(r, r->frame_in_stage);
}

/* Sums for the straight lines through the conserved quantity, relative to its start for precision,
 * and through the heights of pistons. */
static void follow_drift(km_stage_run *r, double time)
{
    km_stage_sums *sums = r->sums;
    const double c = r->measured.conserved - r->now.conserved_reference;
    const double add[5] = {1.0, time, c, time * time, time * c};
    for (int k = 0; k < 5; k++)
        sums->drift[k] += add[k];
    for (int k = 0; k < (int)sums->n_pistons; k++) {
        const double z = r->measured.piston_z[k];
        sums->piston[k][0] += z;
        sums->piston[k][1] += time * z;
        sums->piston[k][2] += r->measured.piston_pressure[k];
    }
}

static void follow_means(km_stage_run *r)
{
    km_stage_sums *sums = r->sums;
    const km_measurement *m = &r->measured;
    const double momentum = sqrt(m->momentum[0] * m->momentum[0] + m->momentum[1] * m->momentum[1] +
                                 m->momentum[2] * m->momentum[2]);
    sums->temperature += m->temperature;
    sums->pressure += m->pressure;
    sums->density += m->density;
    sums->volume += m->volume;
    sums->largest_constraint_residual =
        fmax(sums->largest_constraint_residual, m->constraint_residual);
    sums->largest_momentum = fmax(sums->largest_momentum, momentum);
    sums->samples += 1.0;
}

km_status km_stage_deliver_energies(km_stage_run *r, int64_t in_stage)
{
    const double time = (double)in_stage * r->stage->timestep;
    if (in_stage == 0)
        r->now.conserved_reference = r->measured.conserved;
    follow_drift(r, time);
    follow_means(r);
    km_sink *sink = r->options->energies;
    if (sink == NULL || sink->energies == NULL)
        return KM_OK;
    km_energy_row row = {
        .step = r->now.stage_first_step + in_stage,
        .time = r->now.stage_start_time + time,
        .measured = r->measured,
    };
    memcpy(row.energy, r->simulation->particles->energy, sizeof row.energy);
    return sink->energies(sink->self, &row);
}

static void count_pairs(km_stage_run *r, const km_due *due)
{
    const int64_t interval = r->schedule.census_interval, total = r->simulation->census_pairs;
    const bool regular = interval > 0 && due->in_stage % interval == 0;
    *(regular ? &r->sums->list_pairs_checked : &r->sums->list_pairs_at_end) +=
        (double)(total - r->pairs_counted);
    r->pairs_counted = total;
}

/* Slope of the straight line through values at the times of the samples; sums: n, t, t t. */
static double slope(const double drift[5], double sum, double sum_with_time)
{
    const double determinant = drift[0] * drift[3] - drift[1] * drift[1];
    return determinant > 0.0 ? (drift[0] * sum_with_time - drift[1] * sum) / determinant : 0.0;
}

km_stage_report km_stage_report_of(const km_stage_sums *sums)
{
    const double n = sums->samples;
    km_stage_report report = {.steps = (int64_t)sums->steps,
                              .samples = (int64_t)n,
                              .list_pairs_checked =
                                  (int64_t)(sums->list_pairs_checked + sums->list_pairs_at_end),
                              .degrees_of_freedom = (int)sums->degrees_of_freedom,
                              .n_pistons = (int)sums->n_pistons,
                              .largest_constraint_residual = sums->largest_constraint_residual,
                              .largest_momentum = sums->largest_momentum};
    if (!(n > 0.0))
        return report;
    report.mean_temperature = sums->temperature / n;
    report.mean_pressure = sums->pressure / n;
    report.mean_density = sums->density / n;
    report.mean_volume = sums->volume / n;
    for (int k = 0; k < report.n_pistons; k++) {
        const double *z = sums->piston[k];
        report.piston_mean_z[k] = z[0] / n;
        report.piston_drift[k] = slope(sums->drift, z[0], z[1]);
        report.piston_mean_pressure[k] = z[2] / n;
    }
    report.conserved_drift = slope(sums->drift, sums->drift[2], sums->drift[4]);
    return report;
}

static km_status flush(km_sink *sink, int64_t *position)
{
    *position = 0;
    return sink != NULL && sink->flush != NULL ? sink->flush(sink->self, position) : KM_OK;
}

km_status km_stage_write_checkpoint(km_stage_run *r)
{
    const km_run_options *o = r->options;
    r->last_checkpoint = km_wall_seconds();
    if (o->checkpoint == NULL)
        return KM_OK;
    KM_TRY(flush(o->trajectory, &r->now.sink_position[0]));
    KM_TRY(flush(o->energies, &r->now.sink_position[1]));
    return o->checkpoint(o->self, &r->now);
}

static void report_progress(km_stage_run *r, bool force)
{
    const km_run_options *o = r->options;
    const double now = km_wall_seconds(), elapsed = now - r->last_progress;
    if (o->progress == NULL || (elapsed < 1.0 && !force))
        return;
    const int64_t steps = r->now.in_stage - r->last_progress_step;
    if (elapsed > 0.0 && steps > 0)
        r->ns_per_day = (double)steps * r->stage->timestep * 1e-3 / elapsed * 86400.0;
    const int64_t done = r->steps_before + r->now.in_stage;
    const double per_second = elapsed > 0.0 ? (double)steps / elapsed : 0.0;
    const km_progress progress = {
        .stage = r->stage->name,
        .stage_index = r->now.stage,
        .n_stages = o->recipe->n_stages,
        .in_stage = r->now.in_stage,
        .n_steps = r->n_steps,
        .fraction = r->steps_total > 0 ? (double)done / (double)r->steps_total : 1.0,
        .ns_per_day = r->ns_per_day,
        .seconds_left = per_second > 0.0 ? (double)(r->steps_total - done) / per_second : 0.0,
        .measured = r->measured,
    };
    r->last_progress = now;
    r->last_progress_step = r->now.in_stage;
    o->progress(o->self, &progress);
}

/* Before anything of this step is written: the last good checkpoint stays the last. */
static km_status look_at_guards(km_stage_run *r, const km_due *due)
{
    char text[256];
    const int atom = r->measured.largest_force_atom;
    const bool held = km_model_mobility(r->model, atom) >= KM_MOBILITY_FROZEN;
    if (!km_guard_broken(&r->guard, &r->measured, held ? 0.0 : r->model->mass[atom],
                         r->measured.conserved - r->now.conserved_reference,
                         (double)due->in_stage * r->stage->timestep, text, sizeof text))
        return KM_OK;
    const km_step step = {.index = due->index, .energy = true, .virial = true};
    return km_simulation_diagnose(r->simulation, &step, text);
}

bool km_stage_should_stop(km_stage_run *r)
{
    const km_run_options *o = r->options;
    const double now = km_wall_seconds(), block = now - r->last_look;
    r->last_look = now;
    return o->should_stop != NULL && o->should_stop(o->self, block);
}

km_status km_stage_deliver(km_stage_run *r, const km_due *due)
{
    const km_run_options *o = r->options;
    count_pairs(r, due);
    if (due->energies)
        KM_TRY(look_at_guards(r, due));
    if (due->energies)
        KM_TRY(km_stage_deliver_energies(r, due->in_stage));
    if (due->frame)
        KM_TRY(km_stage_deliver_frame(r, due->in_stage));
    report_progress(r, due->in_stage == r->n_steps);
    if (!due->restart_point)
        return KM_OK;
    const bool stop = km_stage_should_stop(r);
    const bool last = due->in_stage + KM_RESTART_INTERVAL > r->n_steps;
    if (!stop && !last && km_wall_seconds() - r->last_checkpoint < o->checkpoint_seconds)
        return KM_OK;
    KM_TRY(km_stage_hand_over(r));
    KM_TRY(o->backend->download(r->simulation->device, r->simulation->particles, &r->now.state));
    KM_TRY(o->backend->scalars_get(r->simulation->integrator, &r->now.scalars));
    KM_TRY(km_stage_write_checkpoint(r));
    if (stop)
        return KM_FAIL(KM_INTERRUPTED, "stopped at step %lld of stage %s with a checkpoint written",
                       (long long)due->in_stage, r->stage->name);
    return KM_OK;
}
