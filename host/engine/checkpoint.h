/* SPDX-License-Identifier: MIT */
/* Everything a run needs to go on exactly where it was. */
#ifndef KM_CHECKPOINT_H
#define KM_CHECKPOINT_H

#include "kernels/integrate/integrate.h"

#define KM_CHECKPOINT_SINKS 4

typedef struct km_checkpoint {
    uint64_t run_identity;    /* hash of recipe and topology: a foreign checkpoint is refused   */
    int stage;                /* index; n_stages when the run is finished                       */
    int64_t in_stage;         /* steps done in this stage                                       */
    int64_t stage_first_step; /* steps of the run done before this stage                        */
    double stage_start_time;  /* ps  of the run, when this stage began                          */
    km_box stage_box;         /* nm  box at the start of the stage: the mesh was chosen for it  */
    km_state state;           /*     box, positions, velocities now                             */
    km_integrator_scalars scalars;
    int64_t sink_position[KM_CHECKPOINT_SINKS]; /* how far each writer was                        */
    double conserved_reference; /* kJ/mol  conserved quantity at the start of the stage           */
} km_checkpoint;

#endif
