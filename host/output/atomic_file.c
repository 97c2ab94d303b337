/* SPDX-License-Identifier: MIT */
#include "host/output/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/output/output_file.h"

km_status km_atomic_file_begin(const char *path, char **aside)
{
    *aside = NULL;
    char *name;
    if (asprintf(&name, "%s.partial", path) < 0)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    if (unlink(name) != 0 && errno != ENOENT) {
        const km_status status = km_output_fail("write", name, errno);
        free(name);
        return status;
    }
    *aside = name;
    return KM_OK;
}

/* Puts a file or folder on disk; gives errno, 0 on success. */
static int synchronise(const char *path, int flags)
{
    const int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0)
        return errno;
    const int error = fsync(descriptor) == 0 ? 0 : errno;
    close(descriptor);
    /* some network file systems cannot synchronise folders */
    return error == EINVAL || error == EBADF ? 0 : error;
}

static int synchronise_folder_of(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL)
        return ENOMEM;
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0'; /* "/x" lies in "/" */
    const int error = synchronise(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY);
    free(folder);
    return error;
}

/* A second name for the file at path; path itself never goes away. */
static int keep_as(const char *path, const char *previous)
{
    if (access(path, F_OK) != 0)
        return 0;
    if (unlink(previous) != 0 && errno != ENOENT)
        return errno;
    if (link(path, previous) == 0)
        return 0;
    return rename(path, previous) == 0 ? 0 : errno; /* no hard links on this file system */
}

km_status km_atomic_file_commit(const char *aside, const char *path, const char *previous)
{
    int error = synchronise(aside, O_RDONLY);
    if (error == 0 && previous != NULL)
        error = keep_as(path, previous);
    if (error == 0 && rename(aside, path) != 0)
        error = errno;
    if (error == 0)
        error = synchronise_folder_of(path);
    if (error == 0)
        return KM_OK;
    unlink(aside);
    return km_output_fail("write", path, error);
}

static km_status write_aside(const char *aside, const void *bytes, size_t size)
{
    km_output_file file;
    KM_TRY(km_output_file_open(&file, aside, false));
    const km_status written = km_output_file_append(&file, bytes, size);
    const km_status closed = km_output_file_close(&file);
    KM_TRY(written);
    return closed;
}

km_status km_atomic_file_write(const char *path, const void *bytes, size_t size)
{
    char *aside;
    KM_TRY(km_atomic_file_begin(path, &aside));
    km_status status = write_aside(aside, bytes, size);
    if (status == KM_OK)
        status = km_atomic_file_commit(aside, path, NULL);
    else
        unlink(aside);
    free(aside);
    return status;
}

static void release(km_atomic_stream *file)
{
    free(file->path);
    free(file->aside);
    *file = (km_atomic_stream){0};
}

km_status km_atomic_stream_open(km_atomic_stream *file, const char *path)
{
    *file = (km_atomic_stream){.path = strdup(path)};
    if (file->path == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    const km_status status = km_atomic_file_begin(path, &file->aside);
    if (status == KM_OK)
        file->stream = fopen(file->aside, "we");
    if (file->stream != NULL)
        return KM_OK;
    const int error = errno;
    release(file);
    return status != KM_OK ? status : km_output_fail("write", path, error);
}

km_status km_atomic_stream_commit(km_atomic_stream *file)
{
    errno = 0;
    bool whole = fflush(file->stream) == 0 && !ferror(file->stream);
    int error = errno; /* 0 when an earlier write failed: that is nearly always a full disk */
    if (fclose(file->stream) != 0 && whole) {
        whole = false;
        error = errno;
    }
    km_status status;
    if (whole) {
        status = km_atomic_file_commit(file->aside, file->path, NULL);
    } else {
        unlink(file->aside);
        status = km_output_fail("write", file->path, error != 0 ? error : ENOSPC);
    }
    release(file);
    return status;
}

void km_atomic_stream_abandon(km_atomic_stream *file)
{
    if (file->stream == NULL)
        return;
    fclose(file->stream);
    unlink(file->aside);
    release(file);
}
