/* SPDX-License-Identifier: MIT */
#include "host/build/packmol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernels/base/units.h"

#define FOLDER_LENGTH 3900
#define PATH_LENGTH 4096
#define INPUT "packmol.inp"
#define LOG "packmol.log"
#define RESULT "packmol-out.xyz"

typedef struct workplace {
    char folder[FOLDER_LENGTH];
    bool temporary;
} workplace;

static const char *file_in(const workplace *w, const char *name, char path[PATH_LENGTH])
{
    snprintf(path, PATH_LENGTH, "%s/%s", w->folder, name);
    return path;
}

static km_status open_workplace(const char *folder, workplace *w)
{
    w->temporary = folder == NULL;
    const char *base = getenv("TMPDIR");
    const int n = w->temporary ? snprintf(w->folder, sizeof w->folder, "%s/kalium-XXXXXX",
                                          base != NULL ? base : "/tmp")
                               : snprintf(w->folder, sizeof w->folder, "%s", folder);
    if (n >= (int)sizeof w->folder)
        return KM_FAIL(KM_ERROR_FILE, "the path of the work folder is too long");
    if (w->temporary && mkdtemp(w->folder) == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: no temporary folder: %s", w->folder, strerror(errno));
    return KM_OK;
}

static void molecule_file(int kind, char name[32])
{
    snprintf(name, 32, "packmol-%d.xyz", kind);
}

/* Input and log stay in a folder of the caller, and after a failure. */
static void close_workplace(const workplace *w, int n_kinds, bool failed)
{
    char path[PATH_LENGTH], name[32];
    for (int k = 0; k < n_kinds; k++) {
        molecule_file(k, name);
        unlink(file_in(w, name, path));
    }
    unlink(file_in(w, RESULT, path));
    if (!w->temporary || failed)
        return;
    unlink(file_in(w, INPUT, path));
    unlink(file_in(w, LOG, path));
    rmdir(w->folder);
}

static km_status finish_file(FILE *file, const char *path)
{
    const bool good = !ferror(file);
    return fclose(file) == 0 && good
               ? KM_OK
               : KM_FAIL(KM_ERROR_FILE, "%s: writing failed: %s", path, strerror(errno));
}

static km_status write_molecule(const workplace *w, int kind, const km_ff_molecule *m)
{
    char path[PATH_LENGTH], name[32];
    molecule_file(kind, name);
    FILE *file = fopen(file_in(w, name, path), "w");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be written: %s", path, strerror(errno));
    fprintf(file, "%d\n%s\n", m->n_atoms, m->key);
    for (int a = 0; a < m->n_atoms; a++)
        fprintf(file, "X %.6f %.6f %.6f\n", m->atom[a].position[0] / KM_NM_PER_ANGSTROM,
                m->atom[a].position[1] / KM_NM_PER_ANGSTROM,
                m->atom[a].position[2] / KM_NM_PER_ANGSTROM);
    return finish_file(file, path);
}

static km_status write_input(const workplace *w, const km_packmol_spec *spec)
{
    char path[PATH_LENGTH];
    FILE *file = fopen(file_in(w, INPUT, path), "w");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be written: %s", path, strerror(errno));
    /* packmol holds its seed in 32 bits */
    fprintf(file, "tolerance %.3f\nfiletype xyz\noutput " RESULT "\nseed %llu\n",
            KM_PACKMOL_TOLERANCE / KM_NM_PER_ANGSTROM,
            (unsigned long long)(spec->seed % 1000000007u + 1));
    const double low = spec->margin / KM_NM_PER_ANGSTROM;
    double high[3];
    for (int c = 0; c < 3; c++)
        high[c] = (spec->edge[c] - spec->margin) / KM_NM_PER_ANGSTROM;
    for (int k = 0; k < spec->n_kinds; k++) {
        char name[32];
        molecule_file(k, name);
        fprintf(file,
                "structure %s\n  number %d\n  inside box %.6f %.6f %.6f %.6f %.6f %.6f\n"
                "end structure\n",
                name, spec->count[k], low, low, low, high[0], high[1], high[2]);
    }
    return finish_file(file, path);
}

static km_status start_packmol(const workplace *w, pid_t *child)
{
    char input[PATH_LENGTH], log[PATH_LENGTH];
    char *const arguments[] = {(char[]){"packmol"}, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none); /* signals that the caller blocks must still stop packmol */
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, file_in(w, INPUT, input), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, file_in(w, LOG, log),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, w->folder);
    const int error = posix_spawnp(child, "packmol", &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOENT)
        return KM_FAIL(KM_ERROR_EXTERNAL,
                       "packmol, which places the molecules, is not installed; install it with: "
                       "apt-get install packmol (or give coordinates with cell.structure)");
    return error == 0
               ? KM_OK
               : KM_FAIL(KM_ERROR_EXTERNAL, "packmol cannot be started: %s", strerror(error));
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waits for packmol, at most time_limit seconds. */
static km_status wait_for(const workplace *w, pid_t child, double time_limit, int *state)
{
    const double start = seconds();
    const struct timespec nap = {0, 20000000};
    char log[PATH_LENGTH];
    for (;;) {
        const pid_t ended = waitpid(child, state, WNOHANG);
        if (ended == child)
            break;
        if (ended < 0 && errno != EINTR)
            return KM_FAIL(KM_ERROR_EXTERNAL, "packmol was lost: %s", strerror(errno));
        if (seconds() - start > time_limit) {
            kill(child, SIGKILL);
            waitpid(child, state, 0);
            return KM_FAIL(KM_ERROR_EXTERNAL,
                           "packmol did not finish within %.0f s (its log: %s); ask for a smaller "
                           "cell or another seed",
                           time_limit, file_in(w, LOG, log));
        }
        nanosleep(&nap, NULL);
    }
    return WIFEXITED(*state)
               ? KM_OK
               : KM_FAIL(KM_ERROR_EXTERNAL, "packmol was stopped by signal %d; its log is %s",
                         WTERMSIG(*state), file_in(w, LOG, log));
}

/* packmol says so when it reached the tolerance; what it wrote otherwise has overlaps. */
static bool log_tells_success(const workplace *w)
{
    char path[PATH_LENGTH], line[512];
    FILE *file = fopen(file_in(w, LOG, path), "r");
    bool success = false;
    while (file != NULL && !success && fgets(line, sizeof line, file) != NULL)
        success = strstr(line, "Success!") != NULL;
    if (file != NULL)
        fclose(file);
    return success;
}

static km_status read_result(const workplace *w, int n_atoms, double *position)
{
    char path[PATH_LENGTH], line[256], symbol[16];
    FILE *file = fopen(file_in(w, RESULT, path), "r");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_EXTERNAL, "packmol left no result %s", path);
    int n = 0;
    bool good = fgets(line, sizeof line, file) != NULL && sscanf(line, "%9d", &n) == 1 &&
                n == n_atoms && fgets(line, sizeof line, file) != NULL;
    for (int i = 0; i < n_atoms && good; i++) {
        double *x = &position[3 * (size_t)i];
        good = fgets(line, sizeof line, file) != NULL &&
               sscanf(line, "%15s %31lf %31lf %31lf", symbol, &x[0], &x[1], &x[2]) == 4;
        for (int c = 0; c < 3; c++)
            x[c] *= KM_NM_PER_ANGSTROM;
    }
    fclose(file);
    return good ? KM_OK
                : KM_FAIL(KM_ERROR_EXTERNAL, "%s: packmol wrote something else than %d atoms", path,
                          n_atoms);
}

/* packmol cannot say that its disk is full: its log has no room for that either. */
static km_status check_room(const workplace *w, int n_atoms)
{
    struct statvfs disk;
    const double needed = 200.0 * n_atoms + 65536.0; /* bytes of result and log */
    if (statvfs(w->folder, &disk) != 0 || (double)disk.f_bavail * (double)disk.f_frsize > needed)
        return KM_OK;
    return KM_FAIL(KM_ERROR_FILE, "%s: %s; packmol needs %.2g MiB there", w->folder,
                   strerror(ENOSPC), needed / 1048576.0);
}

static km_status run(const workplace *w, const km_packmol_spec *spec, double *position,
                     bool *converged)
{
    pid_t child;
    int state = 0, n_atoms = 0;
    char path[PATH_LENGTH];
    for (int k = 0; k < spec->n_kinds; k++) {
        KM_TRY(write_molecule(w, k, spec->molecule[k]));
        n_atoms += spec->count[k] * spec->molecule[k]->n_atoms;
    }
    KM_TRY(write_input(w, spec));
    KM_TRY(check_room(w, n_atoms));
    unlink(file_in(w, RESULT, path)); /* of an earlier attempt */
    KM_TRY(start_packmol(w, &child));
    KM_TRY(wait_for(w, child, spec->time_limit, &state));
    *converged = WEXITSTATUS(state) == 0 && log_tells_success(w);
    return *converged ? read_result(w, n_atoms, position) : KM_OK;
}

km_status km_packmol_run(const km_packmol_spec *spec, double *position, bool *converged)
{
    workplace w;
    *converged = false;
    KM_TRY(open_workplace(spec->folder, &w));
    const km_status status = run(&w, spec, position, converged);
    close_workplace(&w, spec->n_kinds, status != KM_OK);
    return status;
}
