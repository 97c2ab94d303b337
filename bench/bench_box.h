/* SPDX-License-Identifier: MIT */
/* The liquid that is timed: the end of a run (--from), or a small box that is built and brought to
 * its density, within about 2 %, by the stages of the recipe before production, cut short; then
 * copied in space (--copies). A box from a structure file is taken as it is. Relaxing a million
 * atoms would take longer than timing them, and copies of a liquid are as hard to compute as one
 * liquid of that size. */
#ifndef KM_BENCH_BOX_H
#define KM_BENCH_BOX_H

#include "host/command/command.h"
#include "host/engine/simulation.h"
#include "host/engine/stage.h"
#include "host/output/run_folder.h"

typedef struct bench_box {
    km_options options;
    km_cell cell; /* its system is the copied one after bench_box_make */
    km_model *model;
    km_state *state; /* relaxed, copied                       */
    const km_backend *backend;
    km_device *device;
    const char *from; /* folder of a run, or NULL                      */
    int copies[3];    /* of the small box along its three edges        */
    char recipe[KM_PATH_LENGTH], structure[KM_PATH_LENGTH]; /* of that run */
} bench_box;

/* Takes --copies and --from out of the arguments. */
KM_MUST_CHECK km_status bench_box_arguments(bench_box *b, int *argc, char **argv);
/* Reads or builds, relaxes and copies. options are parsed; backend and device are not used. */
KM_MUST_CHECK km_status bench_box_make(bench_box *b);
void bench_box_destroy(bench_box *b);

/* The first stage marked production, or the last one. */
const km_stage *bench_box_production(const km_recipe *recipe);

/* Loads the box on a device with the integrator of a timestep (ps) and a thermostat. */
KM_MUST_CHECK km_status bench_box_load(const bench_box *b, const km_backend *backend,
                                       km_device *device, double timestep,
                                       km_thermostat_kind thermostat, km_simulation **out);
/* Onto the constraints, velocities drawn, forces computed: ready for the first step. */
KM_MUST_CHECK km_status bench_box_start(const bench_box *b, km_simulation *simulation);
/* n steps from the one after first, every interval-th with energies. */
KM_MUST_CHECK km_status bench_box_advance(km_simulation *simulation, int64_t first, int64_t n,
                                          int64_t interval);

#endif
