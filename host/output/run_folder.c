/* SPDX-License-Identifier: MIT */
#include "host/output/run_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct km_run_folder {
    char *path; /* without a slash at the end */
    int lock;   /* descriptor of the lock file, -1 = none */
    FILE *log;
};

const char *km_run_folder_path(const km_run_folder *folder)
{
    return folder->path;
}

km_status km_run_folder_file(const km_run_folder *folder, const char *name, char *path, size_t room)
{
    const int length = snprintf(path, room, "%s/%s", folder->path, name);
    if (length < 0 || (size_t)length >= room)
        return KM_FAIL(KM_ERROR_FILE, "the path %s/%s is too long", folder->path, name);
    return KM_OK;
}

km_status km_folder_make(const char *path)
{
    char *part = strdup(path);
    if (part == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    int error = 0;
    for (char *slash = part; slash != NULL && error == 0;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            error = errno;
        if (slash != NULL)
            *slash = '/';
    }
    free(part);
    struct stat status;
    if (error == 0 && stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        error = ENOTDIR;
    if (error != 0)
        return KM_FAIL(KM_ERROR_FILE, "cannot make the folder %s: %s", path, strerror(error));
    return KM_OK;
}

typedef struct content {
    bool other;  /* a file that a failed start does not leave      */
    bool a_run;  /* the recipe or the lock of an earlier run       */
    bool a_lock; /* the lock file: perhaps a run that just started */
} content;

/* What a start leaves that failed before its recipe was written; packmol's files tell why. */
static bool is_left_over(const char *name)
{
    static const char *const left[] = {KM_FILE_LOCK, KM_FILE_LOG, "packmol.inp", "packmol.log"};
    for (size_t k = 0; k < sizeof left / sizeof *left; k++)
        if (strcmp(name, left[k]) == 0)
            return true;
    return false;
}

static km_status look_into(const char *path, content *found)
{
    *found = (content){0};
    DIR *folder = opendir(path);
    if (folder == NULL)
        return KM_FAIL(KM_ERROR_FILE, "cannot read the run folder %s: %s", path, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        const bool is_lock = strcmp(name, KM_FILE_LOCK) == 0;
        found->a_lock |= is_lock;
        found->a_run |= is_lock || strcmp(name, KM_FILE_RECIPE) == 0;
        found->other |= !is_left_over(name);
    }
    closedir(folder);
    return KM_OK;
}

static km_status check_content(const char *path, bool continues, const content *found)
{
    if (continues && !found->a_run)
        return KM_FAIL(KM_ERROR_USAGE, "%s holds no run that could be continued", path);
    if (!continues && found->other && found->a_run)
        return KM_FAIL(KM_ERROR_USAGE,
                       "%s holds a run already; go on with it by --continue, or choose another "
                       "folder",
                       path);
    if (!continues && found->other)
        return KM_FAIL(KM_ERROR_USAGE, "%s is not empty; choose another folder", path);
    return KM_OK;
}

/* The lock file names its owner for whoever comes second. */
static km_status take_lock(km_run_folder *folder)
{
    char path[KM_PATH_LENGTH], text[300] = "", host[200] = "";
    KM_TRY(km_run_folder_file(folder, KM_FILE_LOCK, path, sizeof path));
    folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (folder->lock < 0)
        return KM_FAIL(KM_ERROR_FILE, "cannot write into the run folder %s: %s", folder->path,
                       strerror(errno));
    if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        const ssize_t n = pread(folder->lock, text, sizeof text - 1, 0);
        text[n > 0 ? n : 0] = '\0';
        text[strcspn(text, "\n")] = '\0';
        return KM_FAIL(KM_ERROR_USAGE, "another run is at work in %s (%s); wait for it or stop it",
                       folder->path, text[0] != '\0' ? text : "it has just started");
    }
    /* other failures: a file system without locks, where the user must take care */
    gethostname(host, sizeof host - 1);
    const int length = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(folder->lock, 0) != 0 || pwrite(folder->lock, text, (size_t)length, 0) != length)
        return KM_FAIL(KM_ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    return KM_OK;
}

static km_status open_log(km_run_folder *folder)
{
    char path[KM_PATH_LENGTH];
    KM_TRY(km_run_folder_file(folder, KM_FILE_LOG, path, sizeof path));
    folder->log = fopen(path, "ae");
    if (folder->log == NULL)
        return KM_FAIL(KM_ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    return KM_OK;
}

static km_status open_folder(km_run_folder *folder, bool continues)
{
    content found;
    if (!continues)
        KM_TRY(km_folder_make(folder->path));
    KM_TRY(look_into(folder->path, &found));
    if (!found.a_lock) /* put no lock into a folder that is not ours */
        KM_TRY(check_content(folder->path, continues, &found));
    KM_TRY(take_lock(folder));
    KM_TRY(look_into(folder->path, &found)); /* nobody else changes it from here on */
    KM_TRY(check_content(folder->path, continues, &found));
    return open_log(folder);
}

km_status km_run_folder_open(const char *path, bool continues, km_run_folder **out)
{
    *out = NULL;
    km_run_folder *folder;
    KM_NEW(folder, 1);
    folder->lock = -1;
    folder->path = strdup(path[0] != '\0' ? path : ".");
    if (folder->path == NULL) {
        free(folder);
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    }
    for (size_t n = strlen(folder->path); n > 1 && folder->path[n - 1] == '/'; n--)
        folder->path[n - 1] = '\0';
    const km_status status = open_folder(folder, continues);
    if (status != KM_OK) {
        km_run_folder_destroy(folder);
        return status;
    }
    *out = folder;
    return KM_OK;
}

void km_run_folder_log(km_run_folder *folder, const char *format, ...)
{
    char when[32];
    const time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(folder->log, "%s ", when);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(folder->log, format, arguments);
    va_end(arguments);
    fputc('\n', folder->log);
    fflush(folder->log);
}

void km_run_folder_destroy(km_run_folder *folder)
{
    if (folder == NULL)
        return;
    if (folder->log != NULL)
        fclose(folder->log);
    if (folder->lock >= 0)
        close(folder->lock);
    free(folder->path);
    free(folder);
}
