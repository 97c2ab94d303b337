/* SPDX-License-Identifier: MIT */
/* A whole run: the stages of a recipe one after the other, with output, checkpoints and a way to
 * stop. */
#ifndef KM_RUN_H
#define KM_RUN_H

#include "host/engine/checkpoint.h"
#include "host/engine/sink.h"
#include "host/model/model.h"

typedef struct km_progress {
    const char *stage; /* name                                                            */
    int stage_index, n_stages;
    int64_t in_stage, n_steps; /* of the stage                                                    */
    double fraction;           /* of all steps of all stages, 0 ... 1                             */
    double ns_per_day;         /* over the last seconds; 0 while unknown                          */
    double seconds_left;       /* wall time; 0 while unknown                                      */
    km_measurement measured;   /* the latest                                                      */
} km_progress;

/* How a stage went: the run's own certificate. */
typedef struct km_stage_report {
    int64_t steps;
    double mean_temperature; /* K                                                             */
    double mean_pressure;    /* kJ/mol/nm^3                                                   */
    double mean_density;     /* u/nm^3                                                        */
    double mean_volume;      /* nm^3                                                          */
    double conserved_drift; /* kJ/mol/ps: slope of a straight line through the conserved quantity */
    double largest_constraint_residual;
    double largest_momentum; /* u nm/ps                                                       */
    int64_t samples;
    int64_t list_pairs_checked; /* neighbours looked for in the list, all found              */
    int degrees_of_freedom;
    int n_pistons;
    double piston_mean_z[KM_PISTONS];        /* nm                                              */
    double piston_drift[KM_PISTONS];         /* nm/ps: slope of a straight line through z       */
    double piston_mean_pressure[KM_PISTONS]; /* kJ/mol/nm^3, of the atoms on the inner face     */
} km_stage_report;

typedef struct km_run_options {
    const km_backend *backend;
    km_device *device;
    const km_recipe *recipe;
    const km_forcefield *forcefield;
    const km_system *system; /* the built cell: where a new run starts                    */
    km_run_identity identity;
    const km_checkpoint *resume; /* NULL for a new run                                        */

    double list_lateness; /* km_neighbour_spec.lateness: 0 but in tests of the census         */
    double list_headroom; /* km_particles_spec.list_headroom: 0 but in tests                  */

    km_sink *trajectory; /* frames of production stages; may be NULL                  */
    km_sink *energies;   /* energies of every stage; may be NULL                      */

    double checkpoint_seconds; /* wall time between checkpoints                             */
    void *self;                /* handed to the calls below; each may be NULL               */
    km_status (*checkpoint)(void *self, const km_checkpoint *checkpoint);
    /* A signal came, or the time limit is near. block: wall seconds since it could last stop. */
    bool (*should_stop)(void *self, double block);
    void (*progress)(void *self, const km_progress *progress);
    void (*note)(void *self, const char *line); /* one line for the log                          */
} km_run_options;

/* Does a checkpoint belong to this run? KM_ERROR_INPUT says what differs. */
KM_MUST_CHECK km_status km_run_check_resume(const km_checkpoint *resume,
                                            const km_run_identity *identity, int n_atoms);

/* Runs all stages. KM_INTERRUPTED after should_stop, with a checkpoint written. report has n_stages
 * entries, those of earlier runs included; zero for minimisations. */
KM_MUST_CHECK km_status km_run(const km_run_options *options, km_stage_report *report);

#endif
