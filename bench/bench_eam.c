/* SPDX-License-Identifier: MIT */
/* Speed of bulk potassium: bench_eam [CELLS] [THREADS] [STEPS] [SETTLE].
 *
 * bcc K of CELLS^3 cells (2 CELLS^3 atoms; 20 by default), the project's fit, 300 K, velocity
 * Verlet at 2 fs without thermostat, as in bench/peers/eam_lammps.py, which runs LAMMPS on the
 * same. Prints whole steps: atom-steps per second, the best and the median of seven stretches,
 * after SETTLE steps (500) in which the lattice warms up. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/engine/step.h"
#include "host/input/eam_file.h"
#include "kernels/base/units.h"

enum { STRETCHES = 7 };
#define LATTICE 0.5326    /* nm  at 300 K */
#define TEMPERATURE 300.0 /* K            */

typedef struct bench {
    int cells, threads, steps, settle;
    const km_backend *backend;
    km_device *device;
    km_model model;
    km_integrator_spec integrator;
    km_state *state;
    km_simulation *s;
    km_due due;
} bench;

/* Seconds: of the processor for one thread, so that other load does not count, else of the wall. */
static double now(const bench *b)
{
    struct timespec t;
    clock_gettime(b->threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static km_status make_model(bench *b)
{
    km_model *m = &b->model;
    const int c = b->cells, n = 2 * c * c * c;
    char path[1024];
    int *atom, *element;
    snprintf(path, sizeof path, "%s/forcefields/metals/K_refit_FS.eam.fs", KM_SOURCE_ROOT);
    KM_TRY(km_eam_file_read(path, &m->eam_tables));
    m->n = n;
    KM_NEW(m->mass, n);
    KM_NEW(m->charge, n);
    KM_NEW(m->type, n);
    KM_NEW(m->molecule, n);
    KM_NEW(m->molecule_start, n + 1);
    KM_NEW(atom, n);
    KM_NEW(element, n);
    KM_TRY(km_state_create(n, &b->state));
    b->state->box = km_box_orthorhombic(c * LATTICE, c * LATTICE, c * LATTICE);
    for (int i = 0; i < n; i++) {
        const int cell = i / 2;
        const int at[3] = {cell / (c * c), cell / c % c, cell % c};
        for (int k = 0; k < 3; k++)
            b->state->position[3 * i + k] = LATTICE * (at[k] + 0.5 * (i % 2));
        m->mass[i] = m->eam_tables->element[0].mass;
        m->molecule[i] = m->molecule_start[i] = atom[i] = i;
    }
    m->molecule_start[n] = n;
    m->eam = (km_eam_spec){m->eam_tables, n, atom, element, 0.0};
    return KM_OK;
}

static km_status start(bench *b)
{
    km_step first = {0, false, true, true};
    KM_TRY(make_model(b));
    b->integrator = (km_integrator_spec){.timestep = 0.002,
                                         .constraint_tolerance = 1e-10,
                                         .degrees_of_freedom = 3 * b->model.n - 3,
                                         .n_molecules = b->model.n,
                                         .molecule_start = b->model.molecule_start,
                                         .seed = 3,
                                         .n_steps = 1000000000};
    KM_TRY(b->backend->open(b->threads, &b->device));
    KM_TRY(km_simulation_create(b->backend, b->device, &b->model, b->state, &b->integrator, &b->s));
    KM_TRY(b->backend->draw_velocities(b->s->integrator, 2.0 * TEMPERATURE, 11, b->s->particles));
    KM_TRY(km_simulation_evaluate(b->s, &first, true));
    return km_simulation_check(b->s, &first);
}

/* Seconds of so many steps, the last of which measures. */
static km_status stretch(bench *b, int steps, double *seconds, km_measurement *out)
{
    const double begin = now(b);
    km_due due = {.index = b->due.index + 1, .in_stage = b->due.index + 1};
    KM_TRY(km_step_advance_plain(b->s, &due, steps - 1));
    due.index = due.in_stage = b->due.index + steps;
    due.energies = true;
    KM_TRY(km_step_advance(b->s, &due, out));
    *seconds = now(b) - begin;
    b->due = due;
    return KM_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static km_status run(bench *b)
{
    double seconds[STRETCHES];
    km_measurement m;
    KM_TRY(start(b));
    KM_TRY(stretch(b, b->settle, &seconds[0], &m));
    const double before = m.conserved;
    for (int k = 0; k < STRETCHES; k++)
        KM_TRY(stretch(b, b->steps, &seconds[k], &m));
    qsort(seconds, STRETCHES, sizeof *seconds, by_size);
    const double work = (double)b->model.n * b->steps;
    printf("%s\n%d atoms of K, %d steps of 2 fs, %.0f K, energy moved by %.1e of kT per atom\n"
           "million atom-steps per second: best %.3f, median %.3f\n",
           b->backend->describe(b->device), b->model.n, b->steps, m.temperature,
           (m.conserved - before) / (KM_GAS_CONSTANT * TEMPERATURE * b->model.n),
           1e-6 * work / seconds[0], 1e-6 * work / seconds[STRETCHES / 2]);
    return KM_OK;
}

int main(int argc, char **argv)
{
    bench b = {.cells = 20, .steps = 200, .settle = 500, .backend = &km_backend_cpu};
    int *const number[4] = {&b.cells, &b.threads, &b.steps, &b.settle};
    for (int k = 1; k < argc && k < 5; k++)
        *number[k - 1] = atoi(argv[k]);
    if (b.cells < 4 || b.steps < 2 || b.settle < 2) {
        fprintf(stderr, "bench_eam [CELLS >= 4] [THREADS] [STEPS >= 2] [SETTLE >= 2]\n");
        return 64;
    }
    if (run(&b) == KM_OK)
        return 0;
    fprintf(stderr, "%s\n", km_last_error()->message);
    return 1;
}
