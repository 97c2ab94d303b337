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
        step.energy |= box_changed; /* the next step books what the scaling did to the energy */
        KM_TRY(km_simulation_forces(s, &step, due->restart_point));
        KM_TRY(km_simulation_check(s, &step));
    }
    return KM_OK;
}
