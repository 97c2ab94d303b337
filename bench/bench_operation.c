/* SPDX-License-Identifier: MIT */
/* The ladder of operations: bench_operation [RECIPE] [--from RUN] [--copies 2x2x1] [--batches N]
 * [--check] [--peak-flops F] [--peak-bytes B] [--threads N] [--device D] [--set k=v].
 *
 * Every operation of a step is first held against the CPU backend on the same configuration, and
 * the program fails where they disagree; then it is timed alone: the median over batches of calls
 * between two waits for the device. One CSV row each: time per call, what it moves or computes at
 * least, and with the peaks of the device (flop/s, byte/s) given, the share of that peak.
 *
 * What counts as work: a pair within the cutoff is 66 flop (the count GROMACS prints for
 * Lennard-Jones and Ewald); all else is bytes that must be read or written once. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_box.h"
#include "host/engine/step.h"

enum { FLOP_PER_PAIR = 66, MOST_BATCHES = 101 };

typedef struct bench {
    bench_box box;
    km_simulation *simulation, *reference; /* of the device, of the CPU */
    km_device *cpu;
    double peak_flops, peak_bytes; /* 1/s  0 = not given */
    int batches;
    bool check; /* only */
} bench;

typedef struct operation {
    const char *name;
    km_status (*call)(km_simulation *s, int term);
    int term;    /* index into force[], where it is one                      */
    int calls;   /* per batch: few where each call moves the atoms further   */
    bool moves;  /* the state is loaded again before each batch              */
    bool clears; /* its calls clear the forces, too, which is taken off     */
    double flops, bytes;
} operation;

static km_status build_list(km_simulation *s, int term)
{
    bool rebuilt;
    (void)term;
    return s->backend->neighbours_update(s->device, s->particles, true, &rebuilt);
}

static km_status refresh_list(km_simulation *s, int term)
{
    bool rebuilt;
    (void)term;
    return s->backend->neighbours_update(s->device, s->particles, false, &rebuilt);
}

static km_status clear(km_simulation *s, int term)
{
    const km_step step = {0};
    (void)term;
    return s->backend->clear(s->device, &step, s->particles);
}

static km_status compute(km_simulation *s, int term)
{
    const km_step step = {0};
    KM_TRY(s->backend->clear(s->device, &step, s->particles));
    return km_force_compute(&s->force[term], &step, s->particles);
}

static km_status compute_tallies(km_simulation *s, int term)
{
    const km_step step = {.energy = true, .virial = true};
    KM_TRY(s->backend->clear(s->device, &step, s->particles));
    return km_force_compute(&s->force[term], &step, s->particles);
}

static km_status first_half(km_simulation *s, int term)
{
    const km_step step = {.index = 1};
    (void)term;
    return s->backend->first_half(s->integrator, &step, s->particles);
}

static km_status second_half(km_simulation *s, int term)
{
    const km_step step = {.index = 1};
    (void)term;
    return s->backend->second_half(s->integrator, &step, s->particles);
}

static km_status measure(km_simulation *s, int term)
{
    km_measurement measured;
    (void)term;
    return s->backend->measure(s->integrator, s->particles, &measured);
}

/* Pairs of atoms within the cutoff, in a liquid of this density. */
static double pairs_within(const bench_box *b)
{
    const double rc = b->model->pair.cutoff, n = b->model->n;
    return 0.5 * n * n / km_box_volume(&b->state->box) * 4.0 / 3.0 * 3.14159265358979 * rc * rc *
           rc;
}

/* Bytes of a pass over the mesh: charges cleared, added to and read (8 each), the mesh written and
 * read in real and in reciprocal space by both transforms, which take at least two passes. */
static double mesh_bytes(const bench_box *b)
{
    const int *m = b->model->pme.mesh;
    return (3.0 * 8 + 10.0 * sizeof(km_real)) * m[0] * m[1] * m[2];
}

static km_status load(bench *b, const km_backend *backend, km_device *device, km_simulation **out)
{
    const km_stage *stage = bench_box_production(b->box.cell.recipe);
    km_simulation_destroy(*out);
    *out = NULL;
    KM_TRY(bench_box_load(&b->box, backend, device, stage->timestep, KM_THERMOSTAT_NONE, out));
    return bench_box_start(&b->box, *out);
}

/* Root mean square of a - b over that of b. */
static double relative_difference(const double *a, const double *b, int n)
{
    double difference = 0.0, square = 0.0;
    for (int i = 0; i < n; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        square += b[i] * b[i];
    }
    return sqrt(difference / square);
}

static km_status verdict(const char *name, double difference, double bound)
{
    printf("# %-10s differs from the CPU by %.2e, allowed %.0e\n", name, difference, bound);
    if (!(difference <= bound))
        return KM_FAIL(KM_ERROR_PHYSICS, "%s: %.3g of the CPU's result, allowed %.3g", name,
                       difference, bound);
    return KM_OK;
}

/* The forces of every term; then positions after ten steps, as displacements. */
static km_status compare(bench *b, double *mine, double *theirs)
{
    km_simulation *s = b->simulation, *r = b->reference;
    const int n = 3 * b->box.model->n;
    const double bound = sizeof(km_real) == 4 ? 2e-5 : 1e-9;
    for (int k = 0; k < s->n_forces; k++) {
        KM_TRY(compute(s, k));
        KM_TRY(compute(r, k));
        KM_TRY(s->backend->download_forces(s->device, s->particles, mine));
        KM_TRY(r->backend->download_forces(r->device, r->particles, theirs));
        KM_TRY(verdict(s->force[k].ops->name, relative_difference(mine, theirs, n), bound));
    }
    km_step step = {0};
    KM_TRY(km_simulation_forces(s, &step, true));
    KM_TRY(km_simulation_forces(r, &step, true));
    KM_TRY(bench_box_advance(s, 0, 10, 0));
    KM_TRY(bench_box_advance(r, 0, 10, 0));
    km_state a = {.n = b->box.model->n, .position = mine, .velocity = NULL}, c = a;
    c.position = theirs;
    KM_TRY(km_allocate((void **)&a.velocity, n, sizeof(double)));
    c.velocity = a.velocity;
    km_status status = s->backend->download(s->device, s->particles, &a);
    if (status == KM_OK)
        status = r->backend->download(r->device, r->particles, &c);
    free(a.velocity);
    KM_TRY(status);
    for (int i = 0; i < n; i++) {
        mine[i] -= b->box.state->position[i];
        theirs[i] -= b->box.state->position[i];
    }
    return verdict("ten steps", relative_difference(mine, theirs, n), 10.0 * bound);
}

static km_status check(bench *b)
{
    double *forces;
    const size_t n = 3 * (size_t)b->box.model->n;
    KM_TRY(km_backend_cpu.open(b->box.options.threads, &b->cpu));
    KM_TRY(load(b, &km_backend_cpu, b->cpu, &b->reference));
    KM_NEW(forces, 2 * n);
    const km_status status = compare(b, forces, forces + n);
    free(forces);
    km_simulation_destroy(b->reference);
    b->reference = NULL;
    return status;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median seconds per call. */
static km_status time_calls(bench *b, const operation *o, double *seconds)
{
    double batch[MOST_BATCHES] = {0};
    for (int k = -1; k < b->batches; k++) { /* the first warms up */
        km_simulation *s = b->simulation;
        if (o->moves)
            KM_TRY(load(b, s->backend, s->device, &b->simulation));
        s = b->simulation;
        KM_TRY(s->backend->synchronise(s->device, s->particles));
        const double begin = km_wall_seconds();
        for (int c = 0; c < o->calls; c++)
            KM_TRY(o->call(s, o->term));
        KM_TRY(s->backend->synchronise(s->device, s->particles));
        if (k >= 0)
            batch[k] = (km_wall_seconds() - begin) / o->calls;
    }
    qsort(batch, (size_t)b->batches, sizeof *batch, ascending);
    *seconds = batch[b->batches / 2];
    return KM_OK;
}

static void print_row(const bench *b, const operation *o, double seconds)
{
    const double share = o->flops > 0.0 ? (b->peak_flops > 0.0 ? o->flops / b->peak_flops : 0.0)
                                        : (b->peak_bytes > 0.0 ? o->bytes / b->peak_bytes : 0.0);
    printf("%d,%s,%.3f,%.4g,%.4g,", b->box.model->n, o->name, 1e6 * seconds,
           1e-9 * o->flops / seconds, 1e-9 * o->bytes / seconds);
    if (share > 0.0)
        printf("%.1f", 100.0 * share / seconds);
    printf("\n");
    fflush(stdout);
}

static km_status time_all(bench *b)
{
    const double n = b->box.model->n, pairs = pairs_within(&b->box);
    operation list[20] = {
        {"clear", clear, 0, 50, false, false, 0, 24 * n},
        {"list_build", build_list, 0, 10, false, false, 0, 0},
        {"list_refresh", refresh_list, 0, 50, false, false, 0, 52 * n},
        {"first_half", first_half, 0, 10, true, false, 0, 128 * n},
        {"second_half", second_half, 0, 10, true, false, 0, 80 * n},
        {"measure", measure, 0, 10, false, false, 0, 56 * n},
    };
    int n_list = 6;
    double cleared = 0.0;
    for (int k = 0; k < b->simulation->n_forces; k++) {
        const char *name = b->simulation->force[k].ops->name;
        const bool pair = strcmp(name, "pair") == 0, mesh = strcmp(name, "pme") == 0;
        const double bytes = mesh ? mesh_bytes(&b->box) + 80 * n : 48 * n;
        const operation row = {
            name, compute, k, 50, false, true, pair ? FLOP_PER_PAIR * pairs : 0, pair ? 0 : bytes};
        list[n_list] = row;
        list[n_list + 1] = row;
        list[n_list + 1].call = compute_tallies;
        list[n_list + 1].name = pair ? "pair_tallies" : mesh ? "pme_tallies" : "bonded_tallies";
        n_list += 2;
    }
    printf("atoms,operation,microseconds,gflop_per_s,gbyte_per_s,percent_of_peak\n");
    for (int k = 0; k < n_list; k++) {
        double seconds;
        KM_TRY(time_calls(b, &list[k], &seconds));
        if (k == 0)
            cleared = seconds;
        print_row(b, &list[k], list[k].clears ? seconds - cleared : seconds);
        if (list[k].moves) /* the terms that follow see the liquid as it was */
            KM_TRY(load(b, b->simulation->backend, b->simulation->device, &b->simulation));
    }
    return KM_OK;
}

static km_status run(bench *b)
{
    bench_box *box = &b->box;
    KM_TRY(km_device_open(&box->options, &box->backend, &box->device));
    KM_TRY(bench_box_make(box));
    printf("# %s, %d atoms, cutoff %.3g nm, skin %.3g nm, mesh %dx%dx%d order %d, %s\n",
           box->cell.recipe->id, box->model->n, box->model->pair.cutoff,
           box->model->neighbours.skin, box->model->pme.mesh[0], box->model->pme.mesh[1],
           box->model->pme.mesh[2], box->model->pme.spline_order,
           box->backend->describe(box->device));
    KM_TRY(load(b, box->backend, box->device, &b->simulation));
    KM_TRY(check(b));
    if (b->check)
        return KM_OK;
    KM_TRY(load(b, box->backend, box->device, &b->simulation));
    return time_all(b);
}

int main(int argc, char **argv)
{
    bench b = {.batches = 11, .box = {.copies = {1, 1, 1}}};
    km_status status = bench_box_arguments(&b.box, &argc, argv);
    int kept = 1;
    for (int k = 1; k < argc; k++) { /* some are ours, the rest is the program's */
        if (strcmp(argv[k], "--batches") == 0 && k + 1 < argc)
            b.batches = atoi(argv[++k]);
        else if (strcmp(argv[k], "--peak-flops") == 0 && k + 1 < argc)
            b.peak_flops = atof(argv[++k]);
        else if (strcmp(argv[k], "--peak-bytes") == 0 && k + 1 < argc)
            b.peak_bytes = atof(argv[++k]);
        else if (strcmp(argv[k], "--check") == 0)
            b.check = true;
        else
            argv[kept++] = argv[k];
    }
    if (status == KM_OK && (b.batches < 1 || b.batches > MOST_BATCHES))
        status = KM_FAIL(KM_ERROR_USAGE, "--batches: 1 to %d", MOST_BATCHES);
    if (status == KM_OK)
        status = km_options_parse(kept, argv, "threads set device seed", &b.box.options);
    if (status == KM_OK)
        status = run(&b);
    if (status != KM_OK)
        fprintf(stderr, "bench_operation: %s\n", km_last_error()->message);
    km_simulation_destroy(b.simulation);
    km_simulation_destroy(b.reference);
    if (b.cpu != NULL)
        km_backend_cpu.close(b.cpu);
    bench_box_destroy(&b.box);
    return km_status_exit_code(status);
}
