/* SPDX-License-Identifier: MIT */
/* Whole runs of a small box of dimethoxyethane on any backend, and all they hand out. */
#ifndef KM_DME_RUN_H
#define KM_DME_RUN_H

#include "host/engine/run.h"
#include "tests/backends.h"

#define DME_MAX_FRAMES 64
#define DME_MAX_ROWS 512

/* What a run handed out, kept for comparison. */
typedef struct dme_record {
    int n_frames, n_rows, n_atoms;
    double *frame[DME_MAX_FRAMES];
    km_box box[DME_MAX_FRAMES];
    km_energy_row row[DME_MAX_ROWS];
    int calls_before_stop; /* of should_stop; -1 = never stops */
    bool stop_minimising;
    km_checkpoint last;
    bool has_checkpoint;
    int64_t frames_at_checkpoint, rows_at_checkpoint;
    int list_growths; /* that were noted */
} dme_record;

typedef struct dme_box {
    const km_backend *backend;
    km_forcefield *forcefield;
    km_system *system;
    km_recipe recipe; /* with the stages below: minimise, heat, equilibrate, produce */
    km_stage stage[4];
    double list_lateness; /* of the run's options: 0 unless pairs are to be lost      */
    double list_headroom; /* the same: 0 unless lists are to outgrow their memory */
} dme_box;

/* side^3 molecules of 16 atoms, side at least 2. */
dme_box *dme_box_create(const km_backend *backend, int side);
void dme_box_destroy(dme_box *box);

dme_record *dme_record_create(int calls_before_stop);
void dme_record_destroy(dme_record *record);

/* Runs, from a record's checkpoint when resume is given, into r; report has an entry per stage. */
km_status dme_run(const dme_box *box, int threads, const dme_record *resume, dme_record *r,
                  km_stage_report *report);

#endif
