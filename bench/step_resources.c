/* SPDX-License-Identifier: MIT */
/* What a step asks of the host and a system of the device's memory: step_resources [RECIPE]
 * [--from RUN] [--copies 2x2x1] [--steps N] [--set k=v].
 *
 * Runs on the emulated device, which counts calls of the runtime and bytes: both are the same on
 * every device. Of N steps that deliver nothing it counts kernels and calls, and fails where the
 * host waited for the device between them; with --steps 0 only memory is counted, which large boxes
 * are for. One CSV row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_box.h"
#include "host/engine/step.h"
#include "tests/emulator/emulator.h"

extern const km_backend km_backend_cuda_emulated;

typedef struct resources {
    bench_box box;
    km_simulation *simulation;
    int steps;
} resources;

static km_status count_steps(resources *r, km_emulator_counts *step)
{
    const km_schedule schedule = {.n_steps = 1 + r->steps};
    const km_due first = km_schedule_at(&schedule, 0, 1), next = km_schedule_at(&schedule, 0, 2);
    km_simulation *s = r->simulation;
    KM_TRY(bench_box_start(&r->box, s));
    KM_TRY(km_step_advance_plain(s, &first, 1)); /* records */
    KM_TRY(s->backend->synchronise(s->device, s->particles));
    const km_emulator_counts begin = km_emulator_count();
    KM_TRY(km_step_advance_plain(s, &next, r->steps));
    *step = km_emulator_count();
    step->waits -= begin.waits;
    step->calls -= begin.calls;
    KM_TRY(s->backend->synchronise(s->device, s->particles));
    step->launches = km_emulator_count().launches - begin.launches;
    KM_TRY(km_simulation_check(s, &(km_step){.index = 1 + r->steps}));
    if (step->waits > 0)
        return KM_FAIL(KM_ERROR_DEVICE, "the host waited %llu times within %d steps",
                       (unsigned long long)step->waits, r->steps);
    return KM_OK;
}

static km_status count(resources *r)
{
    bench_box *b = &r->box;
    km_emulator_counts step = {0};
    KM_TRY(bench_box_make(b));
    const uint64_t before = km_emulator_count().device_bytes;
    KM_TRY(bench_box_load(b, b->backend, b->device, bench_box_production(b->cell.recipe)->timestep,
                          KM_THERMOSTAT_RESCALING, &r->simulation));
    const uint64_t bytes = km_emulator_count().device_bytes - before;
    if (r->steps > 0)
        KM_TRY(count_steps(r, &step));
    printf("system,atoms,cutoff_nm,steps,kernels,calls_of_the_runtime,waits,device_bytes_per_atom\n"
           "%s,%d,%.3g,%d,%llu,%llu,%llu,%.1f\n",
           b->cell.recipe->id, b->model->n, b->model->pair.cutoff, r->steps,
           (unsigned long long)step.launches, (unsigned long long)step.calls,
           (unsigned long long)step.waits, (double)bytes / b->model->n);
    return KM_OK;
}

int main(int argc, char **argv)
{
    resources r = {.steps = 100,
                   .box = {.copies = {1, 1, 1}, .backend = &km_backend_cuda_emulated}};
    km_status status = bench_box_arguments(&r.box, &argc, argv);
    int kept = 1;
    for (int k = 1; k < argc; k++) { /* one is ours, the rest is the program's */
        if (strcmp(argv[k], "--steps") == 0 && k + 1 < argc)
            r.steps = atoi(argv[++k]);
        else
            argv[kept++] = argv[k];
    }
    if (status == KM_OK && r.steps < 0)
        status = KM_FAIL(KM_ERROR_USAGE, "--steps must not be below 0");
    if (status == KM_OK)
        status = km_options_parse(kept, argv, "threads set seed", &r.box.options);
    if (status == KM_OK)
        status = r.box.backend->open(1, &r.box.device);
    if (status == KM_OK)
        status = count(&r);
    if (status != KM_OK)
        fprintf(stderr, "step_resources: %s\n", km_last_error()->message);
    km_simulation_destroy(r.simulation);
    bench_box_destroy(&r.box);
    return km_status_exit_code(status);
}
