/* SPDX-License-Identifier: MIT */
/* One stage of a run: its own model (the mesh fits its box), integrator, schedule and output. */
#ifndef KM_STAGE_H
#define KM_STAGE_H

#include <time.h>

#include "host/engine/guards.h"
#include "host/engine/run.h"
#include "host/engine/schedule.h"
#include "host/engine/simulation.h"

typedef struct km_stage_run {
    const km_run_options *options;
    const km_stage *stage;
    km_stage_sums *sums;  /* of this stage, in now                                     */
    km_checkpoint now;    /* kept current at restart points                            */
    int64_t n_steps;      /* of this stage                                             */
    int64_t steps_before; /* of earlier stages, for the progress line                  */
    int64_t steps_total;

    km_model *model;
    km_simulation *simulation;
    km_schedule schedule;
    km_guard guard;
    km_measurement measured; /* the latest                                                */
    bool frame_taken;        /* by the device, and not handed to the trajectory yet       */
    int64_t frame_in_stage;  /* its step                                                  */
    int64_t pairs_counted;   /* of simulation->census_pairs                               */
    double last_checkpoint, last_progress, last_look; /* wall seconds; look: whether to stop    */
    int64_t last_progress_step;
    double ns_per_day;
} km_stage_run;

/* Runs stage r->now.stage from r->now.in_stage to its end, leaving r->now at the start of the next.
 */
KM_MUST_CHECK km_status km_stage_run_one(km_stage_run *r);

/* Wall-clock seconds since some fixed moment; never goes back. */
double km_wall_seconds(void);

/* host/engine/stage_output.c: what a step that is due hands to sinks, checkpoints and progress. */
KM_MUST_CHECK km_status km_stage_deliver(km_stage_run *r, const km_due *due);
/* Hands the frame to the trajectory, or where the device can copy it while it goes on, has it
 * taken: then it is handed over by km_stage_hand_over, at best when the steps after it are under
 * way. */
KM_MUST_CHECK km_status km_stage_deliver_frame(km_stage_run *r, int64_t in_stage);
KM_MUST_CHECK km_status km_stage_hand_over(km_stage_run *r);
KM_MUST_CHECK km_status km_stage_deliver_energies(km_stage_run *r, int64_t in_stage);
KM_MUST_CHECK km_status km_stage_write_checkpoint(km_stage_run *r);
/* Asks whether to stop, and says how long ago it last did. */
bool km_stage_should_stop(km_stage_run *r);
/* The report that the sums of a stage make. */
km_stage_report km_stage_report_of(const km_stage_sums *sums);
void km_stage_note(const km_stage_run *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
