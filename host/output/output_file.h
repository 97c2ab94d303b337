/* SPDX-License-Identifier: MIT */
/* A file that grows record by record and can be cut back: what the trajectory and the energy table
 * are made of. A record is written whole or not at all, so a full disk leaves nothing torn. */
#ifndef KM_OUTPUT_FILE_H
#define KM_OUTPUT_FILE_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/base/error.h"

typedef struct km_output_file {
    char *path;   /* owned; NULL = not open                      */
    int fd;       /* meaningful while path is not NULL           */
    int64_t size; /* bytes  written so far                       */
} km_output_file;

/* "cannot write PATH: reason", with advice when the disk is full. The error is passed in because
 * the clean-up before the message may change errno. */
static inline km_status km_output_fail(const char *verb, const char *path, int error)
{
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return KM_FAIL(KM_ERROR_FILE, "cannot %s %s: %s%s", verb, path, strerror(error),
                   full ? "; make room and go on with --continue" : "");
}
/* Opens path for writing; keep: what it holds stays (the file is made when absent), otherwise it
 * starts empty. Fails with KM_ERROR_FILE naming path and reason, as all functions here do. */
KM_MUST_CHECK km_status km_output_file_open(km_output_file *file, const char *path, bool keep);
/* Adds size bytes at the end. When that fails the file is cut back to what it held before. */
KM_MUST_CHECK km_status km_output_file_append(km_output_file *file, const void *bytes, size_t size);
/* Replaces size bytes at an offset inside the file. */
KM_MUST_CHECK km_status km_output_file_patch(km_output_file *file, int64_t offset,
                                             const void *bytes, size_t size);
/* Shortens the file to size bytes; fails when it is shorter than that. */
KM_MUST_CHECK km_status km_output_file_cut(km_output_file *file, int64_t size);
/* What was written is on disk (fsync) when this returns. */
KM_MUST_CHECK km_status km_output_file_sync(km_output_file *file);
/* Closes; accepts a file that is not open. */
KM_MUST_CHECK km_status km_output_file_close(km_output_file *file);

#endif
