/* SPDX-License-Identifier: MIT */
/* Checkpoints on disk: AMBER restart convention (so that AMBER tools open them) plus, as extra
 * variables in full precision and internal units, all that an exact continuation needs.
 *
 * Two generations: state.nc and state-previous.nc. A file is written aside, synced and renamed, and
 * carries a checksum of its contents, so that a torn or damaged file is never used. */
#ifndef KM_CHECKPOINT_FILE_H
#define KM_CHECKPOINT_FILE_H

#include "host/engine/checkpoint.h"

/* Writes FOLDER/state.nc; what was state.nc becomes state-previous.nc. */
KM_MUST_CHECK km_status km_checkpoint_write(const char *folder, const km_checkpoint *checkpoint);

/* Reads the newest good checkpoint. *fallback says that state.nc was missing or damaged and the
 * older generation was taken; reason (may be NULL) receives why. The arrays of out->state are
 * allocated and released with km_checkpoint_release. */
KM_MUST_CHECK km_status km_checkpoint_read(const char *folder, km_checkpoint *out, bool *fallback,
                                           char *reason, size_t reason_length);
void km_checkpoint_release(km_checkpoint *checkpoint);

#endif
