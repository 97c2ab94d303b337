/* SPDX-License-Identifier: MIT */
#include "host/engine/step.h"

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

static km_status record(km_simulation *s, const km_due *due)
{
    const km_backend *backend = s->backend;
    KM_TRY(backend->record_begin(s->device));
    const km_status status = km_step_advance(s, due, NULL);
    const km_status ended = backend->record_end(s->device, &s->recording);
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
    if (s->recording == NULL)
        KM_TRY(record(s, due));
    return s->backend->record_play(s->recording, s->particles, due->index, count);
}
