/* SPDX-License-Identifier: MIT */
/* R independent copies of one recipe in one process: own packing, own velocities, own folder.
 *
 *     DIR/replica-1 ... DIR/replica-R     whole runs: each can be continued and analysed by itself
 *     DIR                                 the recipe, and what the replicas say together
 *
 * A thread per replica, each with a device of its own; with fewer threads than replicas as many run
 * at a time as there are threads. Replica r has the seed km_replica_seed(seed, r): a plain run with
 * that seed gives the same bits, and no replica repeats the plain run of the recipe. When one fails
 * the others stop at their next restart point. */
#ifndef KM_REPLICAS_H
#define KM_REPLICAS_H

#include "host/analysis/analysis.h"
#include "host/command/command.h"
#include "host/command/terminal.h"

typedef struct km_replicas_run {
    const km_cell *cell;   /* with its composition                                          */
    const km_model *model; /* of the first stage                                            */
    const char *folder;
    const km_options *options;
    km_terminal *terminal;
    void *self; /* handed to should_stop, which one thread asks several times a second */
    bool (*should_stop)(void *self, double block); /* block: the longest of all replicas */
    km_results *together; /* NULL, or where the results go; released with km_results_clear */
} km_replicas_run;

/* The seed of replica 1, 2, ...: 53 bits (exact in JSON and double) from Philox4x32-10 with key
 * seed and counter (replica, 0, KM_RANDOM_REPLICA). */
uint64_t km_replica_seed(uint64_t seed, int replica);
/* The name of its folder in that of the ensemble. */
void km_replica_folder(const char *folder, int replica, char *path, size_t room);

/* Before --continue: KM_ERROR_USAGE when the folder holds a single run where replicas are asked,
 * replicas where a single run is, or more replicas than asked. */
KM_MUST_CHECK km_status km_replicas_check_folder(const char *folder, int replicas);

/* Runs what is left to do of every replica, then analyses them together. KM_INTERRUPTED after
 * should_stop, with checkpoints written; a failure names the replica. */
KM_MUST_CHECK km_status km_replicas_do(const km_replicas_run *run);

#endif
