/* SPDX-License-Identifier: MIT */
/* Whole-step speed of a recipe: bench_step [RECIPE] [--from RUN] [--copies 2x2x1] [--steps N]
 * [--repeats N] [--threads N] [--device D] [--set k=v].
 *
 * The first dynamics stage marked production is taken (its timestep, constraints). The box is that
 * of bench_box.h; a warm-up comes before the first repeat. Prints, per repeat and as the median,
 * ns/day and atom-steps/s. With one thread of the CPU the processor's time is taken, so that other
 * load does not count, else that of the wall. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench_box.h"
#include "kernels/base/units.h"

typedef struct bench {
    bench_box box;
    km_simulation *simulation;
    int steps, repeats;
} bench;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now(const bench *b)
{
    struct timespec t;
    clock_gettime(b->box.backend == &km_backend_cpu && b->box.options.threads == 1
                      ? CLOCK_PROCESS_CPUTIME_ID
                      : CLOCK_MONOTONIC,
                  &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static km_status measure(bench *b)
{
    const km_stage *stage = bench_box_production(b->box.cell.recipe);
    double *speed;
    KM_NEW(speed, b->repeats);
    KM_TRY(bench_box_load(&b->box, b->box.backend, b->box.device, stage->timestep,
                          KM_THERMOSTAT_RESCALING, &b->simulation));
    KM_TRY(bench_box_start(&b->box, b->simulation));
    KM_TRY(bench_box_advance(b->simulation, 0, b->steps / 2, 100));
    for (int k = 0; k < b->repeats; k++) {
        const double begin = now(b);
        KM_TRY(bench_box_advance(b->simulation, 1000 + (int64_t)k * b->steps, b->steps, 100));
        const double seconds = (now(b) - begin) / b->steps;
        speed[k] = stage->timestep / KM_PS_PER_NS * 86400.0 / seconds;
        printf("repeat %d: %.4g ns/day\n", k + 1, speed[k]);
    }
    qsort(speed, (size_t)b->repeats, sizeof *speed, ascending);
    const double median = speed[b->repeats / 2];
    printf("%s: %d atoms, %.1f per nm3, %.3g fs, cutoff %.3g nm, mesh %dx%dx%d order %d, %s\n",
           b->box.cell.recipe->id, b->box.model->n,
           b->box.model->n / km_box_volume(&b->box.state->box), stage->timestep * 1e3,
           b->box.model->pair.cutoff, b->box.model->pme.mesh[0], b->box.model->pme.mesh[1],
           b->box.model->pme.mesh[2], b->box.model->pme.spline_order,
           b->box.backend->describe(b->box.device));
    printf("median %.5g ns/day, %.4g M atom-steps/s\n", median,
           median / (stage->timestep / KM_PS_PER_NS * 86400.0) * b->box.model->n * 1e-6);
    free(speed);
    return KM_OK;
}

int main(int argc, char **argv)
{
    bench b = {.steps = 500, .repeats = 5, .box = {.copies = {1, 1, 1}}};
    km_status status = bench_box_arguments(&b.box, &argc, argv);
    int kept = 1;
    for (int k = 1; k < argc; k++) { /* two are ours, the rest is the program's */
        if (strcmp(argv[k], "--steps") == 0 && k + 1 < argc)
            b.steps = atoi(argv[++k]);
        else if (strcmp(argv[k], "--repeats") == 0 && k + 1 < argc)
            b.repeats = atoi(argv[++k]);
        else
            argv[kept++] = argv[k];
    }
    if (status == KM_OK && (b.steps < 1 || b.repeats < 1))
        status = KM_FAIL(KM_ERROR_USAGE, "--steps and --repeats must be above 0");
    if (status == KM_OK)
        status = km_options_parse(kept, argv, "threads set device seed", &b.box.options);
    if (status == KM_OK)
        status = km_device_open(&b.box.options, &b.box.backend, &b.box.device);
    if (status == KM_OK)
        status = bench_box_make(&b.box);
    if (status == KM_OK)
        status = measure(&b);
    if (status != KM_OK)
        fprintf(stderr, "bench_step: %s\n", km_last_error()->message);
    km_simulation_destroy(b.simulation);
    bench_box_destroy(&b.box);
    return km_status_exit_code(status);
}
