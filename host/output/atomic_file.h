/* SPDX-License-Identifier: MIT */
/* Files that are there whole or not at all: written aside, put on disk, then renamed into place.
 *
 *     km_atomic_file_begin("state.nc", &aside);           "state.nc.partial"
 *     ... write aside with any library, close it ...
 *     km_atomic_file_commit(aside, "state.nc", "state-previous.nc");
 *     free(aside);
 *
 * Whenever the machine stops, "state.nc" is the old or the new one. Failures are KM_ERROR_FILE with
 * path and reason. */
#ifndef KM_ATOMIC_FILE_H
#define KM_ATOMIC_FILE_H

#include <stdio.h>

#include "kernels/base/error.h"

/* The name to write to first, in the same folder; the caller frees it. A leftover is removed. */
KM_MUST_CHECK km_status km_atomic_file_begin(const char *path, char **aside);
/* Synchronises the file written aside and renames it to path. previous: NULL, or the name under
 * which the file that path was stays. On failure path is unchanged and the file aside removed. */
KM_MUST_CHECK km_status km_atomic_file_commit(const char *aside, const char *path,
                                              const char *previous);
/* Both at once, for content in memory. */
KM_MUST_CHECK km_status km_atomic_file_write(const char *path, const void *bytes, size_t size);

/* The same as a stream: for text that is printed piece by piece. */
typedef struct km_atomic_stream {
    FILE *stream; /* print to it; errors are noticed by commit */
    char *path, *aside;
} km_atomic_stream;

KM_MUST_CHECK km_status km_atomic_stream_open(km_atomic_stream *file, const char *path);
/* Puts the file in place, or drops it when something could not be written; releases the rest. */
KM_MUST_CHECK km_status km_atomic_stream_commit(km_atomic_stream *file);
/* Drops what was written; the file at path stays as it was. */
void km_atomic_stream_abandon(km_atomic_stream *file);

#endif
