/* SPDX-License-Identifier: MIT */
#include "host/output/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

km_status km_gnuplot_open(km_atomic_stream *file, const char *folder, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s.gnuplot", folder, name) < 0)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    const km_status status = km_atomic_stream_open(file, path);
    free(path);
    return status;
}

/* Starts gnuplot with its messages going into the pipe; gives errno, 0 on success. */
static int start(const char *folder, char *script, const int messages[2], pid_t *child)
{
    char program[] = "gnuplot";
    char *const arguments[] = {program, script, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, messages[1], 2);
    if (error == 0)
        error = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (error == 0)
        error = posix_spawnp(child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Reads to the end, so that the child never waits; keeps what fits. */
static void collect(int from, char *text, size_t room)
{
    size_t n = 0;
    char chunk[512];
    for (ssize_t got; (got = read(from, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR);)
        for (ssize_t k = 0; k < got && n + 1 < room; k++)
            text[n++] = chunk[k] == '\n' ? ' ' : chunk[k];
    text[n] = '\0';
}

/* True when the child ended with exit code 0. */
static bool ended_well(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static km_status run_script(const char *folder, char *script, bool *drawn)
{
    int messages[2];
    pid_t child;
    char text[1000];
    if (pipe2(messages, O_CLOEXEC) != 0)
        return KM_FAIL(KM_ERROR_EXTERNAL, "cannot start gnuplot: %s", strerror(errno));
    const int error = start(folder, script, messages, &child);
    close(messages[1]);
    if (error == 0)
        collect(messages[0], text, sizeof text);
    close(messages[0]);
    if (error == ENOENT && access(folder, X_OK) == 0)
        return KM_OK; /* not installed */
    if (error != 0)
        return KM_FAIL(KM_ERROR_EXTERNAL, "cannot start gnuplot: %s", strerror(error));
    if (!ended_well(child))
        return KM_FAIL(KM_ERROR_EXTERNAL, "gnuplot failed on %s/%s: %s", folder, script, text);
    *drawn = true;
    return KM_OK;
}

km_status km_gnuplot_run(const char *folder, const char *name, bool *drawn)
{
    *drawn = false;
    char *script;
    if (asprintf(&script, "%s.gnuplot", name) < 0)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a path");
    const km_status status = run_script(folder, script, drawn);
    free(script);
    return status;
}
