/* SPDX-License-Identifier: MIT */
#include "host/output/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

km_status km_output_file_open(km_output_file *file, const char *path, bool keep)
{
    *file = (km_output_file){0};
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (keep ? 0 : O_TRUNC), 0666);
    if (fd < 0)
        return km_output_fail("write", path, errno);
    struct stat status;
    char *copy = strdup(path);
    if (copy == NULL || fstat(fd, &status) != 0) {
        const int error = errno;
        free(copy);
        close(fd);
        return km_output_fail("open", path, error);
    }
    *file = (km_output_file){.path = copy, .fd = fd, .size = status.st_size};
    return KM_OK;
}

/* pwrite until everything is written; gives errno, 0 on success. */
static int write_all(int fd, const char *bytes, size_t size, int64_t offset)
{
    while (size > 0) {
        const ssize_t n = pwrite(fd, bytes, size, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        bytes += n;
        size -= (size_t)n;
        offset += n;
    }
    return 0;
}

km_status km_output_file_append(km_output_file *file, const void *bytes, size_t size)
{
    const int error = write_all(file->fd, bytes, size, file->size);
    if (error != 0) {
        /* the failure reported is the one of the write: a device cannot be cut */
        const int cut = ftruncate(file->fd, file->size);
        (void)cut;
        return km_output_fail("write", file->path, error);
    }
    file->size += (int64_t)size;
    return KM_OK;
}

km_status km_output_file_patch(km_output_file *file, int64_t offset, const void *bytes, size_t size)
{
    const int error = write_all(file->fd, bytes, size, offset);
    return error == 0 ? KM_OK : km_output_fail("write", file->path, error);
}

km_status km_output_file_cut(km_output_file *file, int64_t size)
{
    if (size < 0 || size > file->size)
        return KM_FAIL(KM_ERROR_FILE,
                       "%s holds %lld bytes, fewer than the %lld of the checkpoint: it does not "
                       "belong to it, or was damaged",
                       file->path, (long long)file->size, (long long)size);
    if (ftruncate(file->fd, size) != 0)
        return km_output_fail("shorten", file->path, errno);
    file->size = size;
    return KM_OK;
}

km_status km_output_file_sync(km_output_file *file)
{
    /* EINVAL: a pipe or a device, which has nothing to synchronise */
    if (fsync(file->fd) != 0 && errno != EINVAL && errno != EROFS)
        return km_output_fail("write", file->path, errno);
    return KM_OK;
}

km_status km_output_file_close(km_output_file *file)
{
    if (file->path == NULL)
        return KM_OK;
    char *path = file->path;
    const int error = close(file->fd) == 0 ? 0 : errno;
    *file = (km_output_file){0};
    const km_status status = error == 0 ? KM_OK : km_output_fail("write", path, error);
    free(path);
    return status;
}
