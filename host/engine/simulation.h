/* SPDX-License-Identifier: MIT */
/* One cell on one device: particles, terms of the energy, integrator. */
#ifndef KM_SIMULATION_H
#define KM_SIMULATION_H

#include "host/model/model.h"
#include "kernels/backend.h"
#include "kernels/measure/measure.h"

typedef struct km_simulation {
    const km_backend *backend;
    km_device *device;     /* borrowed                                          */
    const km_model *model; /* borrowed                                          */
    km_particles *particles;
    km_force force[KM_FORCE_COUNT];
    int n_forces;
    km_integrator *integrator;
    int64_t census_pairs;       /* neighbours looked for in the list, all found */
    int64_t list_growths;       /* times that lists were given more memory      */
    km_recording *recording[2]; /* of one and of several steps that deliver nothing; NULL until the
                                   first */
} km_simulation;

/* Loads a model and a state on the device. integrator may be NULL when no step will be taken. */
KM_MUST_CHECK km_status km_simulation_create(const km_backend *backend, km_device *device,
                                             const km_model *model, const km_state *state,
                                             const km_integrator_spec *integrator,
                                             km_simulation **out);
void km_simulation_destroy(km_simulation *simulation);

/* Neighbour list when needed (always when rebuild is set), then every term's force. */
KM_MUST_CHECK km_status km_simulation_forces(km_simulation *simulation, km_step *step,
                                             bool rebuild);

/* The same, and waits; a list that outgrows its memory is given more. Faults are left to be looked
 * at. */
KM_MUST_CHECK km_status km_simulation_evaluate(km_simulation *simulation, km_step *step,
                                               bool rebuild);

/* Fails with KM_ERROR_PHYSICS when the device raised a fault or the state is not finite; the
 * message names the atom, its molecule and the term of the largest force. Where a list has outgrown
 * its memory it is given more, and *at is what the next call must go on from. Waits. */
KM_MUST_CHECK km_status km_simulation_look(km_simulation *simulation, const km_step *step,
                                           km_standstill *at);
/* The same after km_simulation_evaluate, which leaves no list too short. */
KM_MUST_CHECK km_status km_simulation_check(km_simulation *simulation, const km_step *step);

/* Fails with KM_ERROR_PHYSICS: what is wrong, and whose force is the largest. The terms are
 * computed one by one, so that forces are not those of a step afterwards. */
KM_MUST_CHECK km_status km_simulation_diagnose(km_simulation *simulation, const km_step *step,
                                               const char *what);

KM_MUST_CHECK km_status km_state_create(int n, km_state **out);
void km_state_destroy(km_state *state);

#endif
