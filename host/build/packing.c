/* SPDX-License-Identifier: MIT */
#include "host/build/packing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/units.h"

#define PATH_LENGTH 4096
#define TOLERANCE 2.0   /* A    least distance between atoms of different molecules            */
#define FACE_MARGIN 1.0 /* A    packmol knows no periodicity: half the tolerance at every face */
#define LOOSENESS 1.12  /*      packed volume over estimated volume: packing stays quick       */

extern char **environ;

typedef struct workplace {
    char folder[PATH_LENGTH];
    bool temporary;
} workplace;

static void file_in(const workplace *w, const char *name, char path[PATH_LENGTH + 64])
{
    snprintf(path, PATH_LENGTH + 64, "%s/%s", w->folder, name);
}

static km_status open_workplace(const char *folder, workplace *w)
{
    w->temporary = folder == NULL;
    if (!w->temporary) {
        snprintf(w->folder, sizeof w->folder, "%s", folder);
        return KM_OK;
    }
    const char *base = getenv("TMPDIR");
    snprintf(w->folder, sizeof w->folder, "%s/kalium-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(w->folder) == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: no temporary folder: %s", w->folder, strerror(errno));
    return KM_OK;
}

static void close_workplace(const workplace *w, int n_components, bool failed)
{
    char path[PATH_LENGTH + 64], name[32];
    for (int k = 0; k < n_components; k++) {
        snprintf(name, sizeof name, "packmol-%d.xyz", k);
        file_in(w, name, path);
        unlink(path);
    }
    file_in(w, "packmol-out.xyz", path);
    unlink(path);
    if (!w->temporary || failed)
        return;
    file_in(w, "packmol.inp", path);
    unlink(path);
    file_in(w, "packmol.log", path);
    unlink(path);
    rmdir(w->folder);
}

static km_status write_molecule(const workplace *w, int k, const km_ff_molecule *m)
{
    char path[PATH_LENGTH + 64], name[32];
    snprintf(name, sizeof name, "packmol-%d.xyz", k);
    file_in(w, name, path);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: %s", path, strerror(errno));
    fprintf(file, "%d\n%s\n", m->n_atoms, m->key);
    for (int a = 0; a < m->n_atoms; a++)
        fprintf(file, "X %.6f %.6f %.6f\n", m->atom[a].position[0] / KM_NM_PER_ANGSTROM,
                m->atom[a].position[1] / KM_NM_PER_ANGSTROM,
                m->atom[a].position[2] / KM_NM_PER_ANGSTROM);
    if (ferror(file) | fclose(file))
        return KM_FAIL(KM_ERROR_FILE, "%s: writing failed: %s", path, strerror(errno));
    return KM_OK;
}

static km_status write_input(const workplace *w, uint64_t seed, const int *count, int n,
                             double edge)
{
    char path[PATH_LENGTH + 64];
    file_in(w, "packmol.inp", path);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: %s", path, strerror(errno));
    fprintf(file, "tolerance %.3f\nfiletype xyz\noutput packmol-out.xyz\nseed %llu\n", TOLERANCE,
            (unsigned long long)(seed % 1000000 + 1));
    const double high = edge / KM_NM_PER_ANGSTROM - FACE_MARGIN;
    for (int k = 0; k < n; k++)
        fprintf(
            file,
            "structure packmol-%d.xyz\n  number %d\n  inside box %.6f %.6f %.6f %.6f %.6f %.6f\n"
            "end structure\n",
            k, count[k], FACE_MARGIN, FACE_MARGIN, FACE_MARGIN, high, high, high);
    if (ferror(file) | fclose(file))
        return KM_FAIL(KM_ERROR_FILE, "%s: writing failed: %s", path, strerror(errno));
    return KM_OK;
}

/* Runs packmol < packmol.inp > packmol.log in the folder. */
static km_status run_packmol(const workplace *w)
{
    char input[PATH_LENGTH + 64], log[PATH_LENGTH + 64];
    file_in(w, "packmol.inp", input);
    file_in(w, "packmol.log", log);
    char *const arguments[] = {"packmol", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t child;
    int state = 0;
    sigemptyset(&none); /* signals the caller blocks must still stop packmol */
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
    posix_spawn_file_actions_addchdir_np(&actions, w->folder);
    const int error = posix_spawnp(&child, "packmol", &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOENT)
        return KM_FAIL(
            KM_ERROR_EXTERNAL,
            "packmol is not installed; it places the molecules. Install it with: apt-get install "
            "packmol");
    if (error != 0)
        return KM_FAIL(KM_ERROR_EXTERNAL, "packmol cannot be started: %s", strerror(error));
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        return KM_FAIL(
            KM_ERROR_EXTERNAL,
            "packmol could not place the molecules; its log is %s. A lower density_kg_m3 of the "
            "cell, or another seed, usually helps",
            log);
    return KM_OK;
}

static km_status read_packed(const workplace *w, int n_atoms, double *position)
{
    char path[PATH_LENGTH + 64], line[256], symbol[16];
    file_in(w, "packmol-out.xyz", path);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_EXTERNAL, "packmol left no result %s", path);
    int n = 0;
    bool good = fgets(line, sizeof line, file) != NULL && sscanf(line, "%d", &n) == 1 &&
                n == n_atoms && fgets(line, sizeof line, file) != NULL;
    for (int i = 0; i < n_atoms && good; i++) {
        double *x = &position[3 * i];
        good = fgets(line, sizeof line, file) != NULL &&
               sscanf(line, "%15s %lf %lf %lf", symbol, &x[0], &x[1], &x[2]) == 4;
        for (int c = 0; c < 3; c++)
            x[c] *= KM_NM_PER_ANGSTROM;
    }
    fclose(file);
    return good ? KM_OK
                : KM_FAIL(KM_ERROR_EXTERNAL, "%s: packmol wrote not what was asked for", path);
}

/* One packed box, component after component. */
static km_status pack_box(const km_forcefield *ff, const km_system *s, const int *count,
                          uint64_t seed, double edge, const char *folder, int n_atoms,
                          double *position)
{
    workplace w;
    KM_TRY(open_workplace(folder, &w));
    km_status status = KM_OK;
    for (int k = 0; k < s->n_components && status == KM_OK; k++)
        status = write_molecule(&w, k, &ff->molecule[s->component[k].molecule]);
    if (status == KM_OK)
        status = write_input(&w, seed, count, s->n_components, edge);
    if (status == KM_OK)
        status = run_packmol(&w);
    if (status == KM_OK)
        status = read_packed(&w, n_atoms, position);
    close_workplace(&w, s->n_components, status != KM_OK);
    return status;
}

/* Copies of the packed box, regrouped so that molecules of a component stay together. */
static void repeat(const km_forcefield *ff, const int *count, int copies, double edge,
                   const double *packed, km_system *s)
{
    double *x = s->position;
    int molecule = 0;
    for (int k = 0; k < s->n_components; k++) {
        const int n = count[k] * ff->molecule[s->component[k].molecule].n_atoms;
        for (int c = 0; c < copies * copies * copies; c++) {
            const double shift[3] = {edge * (c % copies), edge * (c / copies % copies),
                                     edge * (c / (copies * copies))};
            for (int i = 0; i < 3 * n; i++)
                *x++ = packed[i] + shift[i % 3];
        }
        packed += 3 * n;
        for (int m = 0; m < s->component[k].count; m++)
            s->molecule[molecule++] = s->component[k].molecule;
    }
}

km_status km_pack(const km_forcefield *ff, uint64_t seed, int copies, const char *folder,
                  km_system *system)
{
    const double edge = system->box.ax * cbrt(LOOSENESS) / copies;
    const int boxes = copies * copies * copies, n_atoms = system->n_atoms / boxes;
    int *count = NULL;
    double *packed = NULL;
    KM_NEW(system->molecule, system->n_molecules);
    KM_NEW(system->position, 3 * (size_t)system->n_atoms);
    km_status status = km_allocate((void **)&count, (size_t)system->n_components, sizeof *count);
    if (status == KM_OK)
        status = km_allocate((void **)&packed, 3 * (size_t)n_atoms, sizeof *packed);
    for (int k = 0; k < system->n_components && status == KM_OK; k++)
        count[k] = system->component[k].count / boxes;
    if (status == KM_OK)
        status = pack_box(ff, system, count, seed, edge, folder, n_atoms, packed);
    if (status == KM_OK) {
        repeat(ff, count, copies, edge, packed, system);
        system->box = km_box_orthorhombic(copies * edge, copies * edge, copies * edge);
    }
    free(count);
    free(packed);
    return status;
}
