/* SPDX-License-Identifier: MIT */
#include "host/engine/step.h"

#include "host/engine/list_census.h"

/* What follows the first half. */
static km_status finish(km_simulation *s, km_step *step)
{
    KM_TRY(km_simulation_forces(s, step, false)); /* list on demand, every term */
    return s->backend->second_half(s->integrator, step, s->particles); /* kick, thermostat */
}

static km_status advance(km_simulation *s, km_step *step)
{
    const km_backend *backend = s->backend;
    KM_TRY(backend->first_half(s->integrator, step, s->particles)); /* kick, drift, constraints */
    return finish(s, step);
}

/* Steps of the longer recording: between two launches the device rests for a few microseconds. */
enum { RECORDED_STEPS = 8 };

static km_status record(km_simulation *s, const km_due *due, int steps, km_recording **out)
{
    const km_backend *backend = s->backend;
    km_step step = {.index = due->index};
    km_status status = KM_OK;
    if (*out != NULL)
        return KM_OK;
    KM_TRY(backend->record_begin(s->device, s->particles));
    for (int k = 0; k < steps && status == KM_OK; k++)
        status = advance(s, &step);
    const km_status ended = backend->record_end(s->device, out);
    return status != KM_OK ? status : ended;
}

km_status km_step_advance_plain(km_simulation *s, const km_due *due, int64_t count)
{
    if (s->backend->record_play == NULL) {
        for (km_step each = {.index = due->index}; each.index < due->index + count; each.index++)
            KM_TRY(advance(s, &each));
        return KM_OK;
    }
    const int64_t launches = count / RECORDED_STEPS, rest = count % RECORDED_STEPS;
    if (launches > 0) {
        KM_TRY(record(s, due, RECORDED_STEPS, &s->recording[1]));
        KM_TRY(s->backend->record_play(s->recording[1], s->particles, due->index, launches));
    }
    if (rest > 0) {
        KM_TRY(record(s, due, 1, &s->recording[0]));
        KM_TRY(s->backend->record_play(s->recording[0], s->particles,
                                       due->index + launches * RECORDED_STEPS, rest));
    }
    return KM_OK;
}

/* From where the device stands to the end of the step. */
static km_status catch_up(km_simulation *s, const km_standstill *at, km_step *step)
{
    km_step stood = {.index = at->step};
    const km_due next = {.index = at->step + 1};
    if (!at->half_way || at->step > step->index)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "the device stands at step %lld, not within one up to %lld",
                       (long long)at->step, (long long)step->index);
    if (at->step == step->index)
        return finish(s, step);
    KM_TRY(finish(s, &stood));
    KM_TRY(km_step_advance_plain(s, &next, step->index - next.index));
    return advance(s, step);
}

km_status km_step_settle(km_simulation *s, km_step *step)
{
    km_standstill at;
    KM_TRY(km_simulation_look(s, step, &at));
    while (at.stood) {
        KM_TRY(catch_up(s, &at, step));
        KM_TRY(km_simulation_look(s, step, &at));
    }
    return KM_OK;
}

/* The barostat; then, in a new cell or at a restart point, the forces of the state that is left. */
static km_status conclude(km_simulation *s, const km_due *due, km_step *step)
{
    bool scaled = false;
    km_standstill at;
    do {
        bool now = false;
        if (due->pressure_coupling && !scaled)
            KM_TRY(s->backend->couple_pressure(s->integrator, step, s->particles, &now));
        if (!now && !scaled && !due->restart_point)
            return KM_OK;
        step->energy |= now; /* the next step books what the scaling did to the energy */
        KM_TRY(km_simulation_forces(s, step, due->restart_point));
        KM_TRY(km_simulation_look(s, step, &at));
        scaled = (scaled || now) && !at.half_way;
        if (at.half_way) /* since before the cell was to be scaled */
            KM_TRY(catch_up(s, &at, step));
    } while (at.stood);
    return KM_OK;
}

km_status km_step_advance(km_simulation *s, const km_due *due, km_measurement *out)
{
    km_step step = {
        .index = due->index,
        .energy = due->energies || due->pressure_coupling,
        .virial = due->energies || due->pressure_coupling,
    };
    KM_TRY(advance(s, &step));
    if (due->energies) {
        KM_TRY(km_step_settle(s, &step));
        KM_TRY(s->backend->measure(s->integrator, s->particles, out));
    }
    if (due->census > 0) { /* of the list as this step has used it */
        KM_TRY(km_step_settle(s, &step));
        KM_TRY(km_list_census(s, &step, due->census));
    }
    return due->pressure_coupling || due->restart_point ? conclude(s, due, &step) : KM_OK;
}
