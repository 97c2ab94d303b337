/* SPDX-License-Identifier: MIT */
#include "host/engine/step.h"

#include "host/engine/list_census.h"

km_status km_step_advance(km_simulation *s, const km_due *due, km_measurement *out)
{
    const km_backend *backend = s->backend;
    km_step step = {
        .index = due->index,
        .energy = due->energies || due->pressure_coupling,
        .virial = due->energies || due->pressure_coupling,
    };
    bool box_changed = false;

    KM_TRY(backend->first_half(s->integrator, &step, s->particles)); /* kick, drift, constraints */
    KM_TRY(km_simulation_forces(s, &step, false)); /* list on demand, every term */
    KM_TRY(backend->second_half(s->integrator, &step, s->particles)); /* kick, thermostat */
    if (due->energies) {
        KM_TRY(km_simulation_check(s, &step));
        KM_TRY(backend->measure(s->integrator, s->particles, out));
    }
    if (due->census > 0) { /* of the list as this step has used it */
        KM_TRY(km_simulation_check(s, &step));
        KM_TRY(km_list_census(s, &step, due->census));
    }
    if (due->pressure_coupling)
        KM_TRY(backend->couple_pressure(s->integrator, &step, s->particles, &box_changed));
    if (box_changed || due->restart_point) {
        if (due->restart_point)
            KM_TRY(km_simulation_make_room(s, &step));
        step.energy |= box_changed; /* the next step books what the scaling did to the energy */
        KM_TRY(km_simulation_forces(s, &step, due->restart_point));
        KM_TRY(km_simulation_check(s, &step));
    }
    return KM_OK;
}

/* Steps of the longer recording: between two launches the device rests for a few microseconds. */
enum { RECORDED_STEPS = 8 };

static km_status record(km_simulation *s, const km_due *due, int steps, km_recording **out)
{
    const km_backend *backend = s->backend;
    km_status status = KM_OK;
    if (*out != NULL)
        return KM_OK;
    KM_TRY(backend->record_begin(s->device, s->particles));
    for (int k = 0; k < steps && status == KM_OK; k++)
        status = km_step_advance(s, due, NULL);
    const km_status ended = backend->record_end(s->device, out);
    return status != KM_OK ? status : ended;
}

km_status km_step_advance_plain(km_simulation *s, const km_due *due, int64_t count)
{
    if (s->backend->record_play == NULL) {
        for (km_due each = *due; each.in_stage < due->in_stage + count;
             each.index++, each.in_stage++)
            KM_TRY(km_step_advance(s, &each, NULL));
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
