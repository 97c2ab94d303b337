/* SPDX-License-Identifier: MIT */
/* One run in one folder, from the packed cell to results.json: a plain run, or one of many
 * replicas, which then gives the same bits as it would alone. */
#ifndef KM_SINGLE_RUN_H
#define KM_SINGLE_RUN_H

#include "host/analysis/analysis.h"
#include "host/command/command.h"
#include "host/command/terminal.h"

typedef struct km_single_run {
    km_cell cell; /* recipe and force field, borrowed; its system is not looked at           */
    const km_model *model; /* of the first stage: names, parameters, identity              */
    const char *folder;
    bool resume; /* take over the folder of an earlier run                       */
    const km_backend *backend;
    km_device *device;
    double checkpoint_seconds;
    km_terminal *terminal;
    void *self; /* handed to the calls below                                    */
    bool (*should_stop)(void *self, double block);
    void (*progress)(void *self, const km_progress *progress); /* may be NULL */
} km_single_run;

/* Runs what is left to do: a new folder from the start, an interrupted run from its checkpoint, a
 * finished one not at all. Then streams the trajectory through the analyses and writes their files;
 * analysis: NULL, or where the results go, released with km_analysis_destroy. KM_INTERRUPTED after
 * should_stop, with a checkpoint written. */
KM_MUST_CHECK km_status km_single_run_do(const km_single_run *spec, km_analysis **analysis);

#endif
