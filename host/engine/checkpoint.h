/* SPDX-License-Identifier: MIT */
/* Everything a run needs to go on exactly where it was. */
#ifndef KM_CHECKPOINT_H
#define KM_CHECKPOINT_H

#include "host/engine/stage_sums.h"

#define KM_CHECKPOINT_SINKS 4

/* What must be the same for --continue: part, attribute in the file, sentence for the reader. */
#define KM_IDENTITY_LIST(X)                                                                        \
    X(COMPOSITION, "composition", "the composition: molecules, their numbers, order or masses")    \
    X(PARAMETERS, "parameters",                                                                    \
      "force-field parameters: charges, a file of the force field, or keys of forcefield")         \
    X(NONBONDED, "nonbonded", "cutoffs or the Coulomb sum: keys of nonbonded")                     \
    X(PROTOCOL, "protocol", "the protocol: temperature, pressure, seed or stages")

typedef enum km_identity_part {
#define KM_IDENTITY_ENUM(name, attribute, text) KM_IDENTITY_##name,
    KM_IDENTITY_LIST(KM_IDENTITY_ENUM)
#undef KM_IDENTITY_ENUM
        KM_IDENTITY_PARTS
} km_identity_part;

typedef struct km_run_identity {
    uint64_t part[KM_IDENTITY_PARTS]; /* hashes */
} km_run_identity;

typedef struct km_checkpoint {
    km_run_identity identity; /* a foreign checkpoint is refused                                */
    int stage;                /* index; n_stages when the run is finished                       */
    int64_t in_stage;         /* steps done in this stage                                       */
    int64_t stage_first_step; /* steps of the run done before this stage                        */
    double stage_start_time;  /* ps  of the run, when this stage began                          */
    km_box stage_box;         /* nm  box at the start of the stage: the mesh was chosen for it  */
    km_state state;           /*     box, positions, velocities now                             */
    km_integrator_scalars scalars;
    int64_t sink_position[KM_CHECKPOINT_SINKS]; /* how far each writer was                        */
    double conserved_reference; /* kJ/mol  conserved quantity at the start of the stage           */
    int n_stages;              /*     entries of stage_sums                                       */
    km_stage_sums *stage_sums; /*     of stages done and begun; NULL from older versions          */
} km_checkpoint;

#endif
