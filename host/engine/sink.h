/* SPDX-License-Identifier: MIT */
/* Who receives frames and energies: writers and analyses. The engine hands them on and knows no
 * more. */
#ifndef KM_SINK_H
#define KM_SINK_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

typedef struct km_sink {
    void *self;
    /* Any of these may be NULL. begin: once, before the first frame. */
    km_status (*begin)(void *self, const km_labels *labels);
    km_status (*frame)(void *self, const km_frame *frame);
    km_status (*energies)(void *self, const km_energy_row *row);
    /* What was handed over so far is on disk (fsync) when this returns; called before a checkpoint.
     * position: bytes or frames, put into the checkpoint and given back to rewind. */
    km_status (*flush)(void *self, int64_t *position);
    /* Forgets everything after that position: the run goes on from an older checkpoint. */
    km_status (*rewind)(void *self, int64_t position);
    km_status (*end)(void *self);
} km_sink;

#endif
