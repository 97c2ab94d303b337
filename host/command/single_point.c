/* SPDX-License-Identifier: MIT */
#include "host/command/single_point.h"

#include <string.h>

static km_status evaluate(const km_model *model, const km_state *state, km_single_point *point)
{
    km_step step = {.energy = true, .virial = true};
    KM_TRY(km_simulation_create(point->backend, point->device, model, state, NULL,
                                &point->simulation));
    KM_TRY(km_simulation_evaluate(point->simulation, &step, true));
    return km_simulation_check(point->simulation, &step);
}

km_status km_single_point_make(const km_options *options, const km_model *model,
                               const km_system *system, km_single_point *out)
{
    km_state *state = NULL; /* upload wants velocities too */
    KM_TRY(km_device_open(options, &out->backend, &out->device));
    KM_TRY(km_state_create(system->n_atoms, &state));
    state->box = system->box;
    memcpy(state->position, system->position, 3 * (size_t)state->n * sizeof(double));
    const km_status status = evaluate(model, state, out);
    km_state_destroy(state);
    return status;
}

void km_single_point_free(km_single_point *point)
{
    km_simulation_destroy(point->simulation);
    if (point->device != NULL)
        point->backend->close(point->device);
    memset(point, 0, sizeof *point);
}
