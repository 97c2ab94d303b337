/* SPDX-License-Identifier: MIT */
/* Whole-step speed of a recipe: bench_step RECIPE [--threads N] [--steps N] [--repeats N] [--set
 * k=v].
 *
 * The first dynamics stage marked production is taken (its timestep, constraints, thermostat) from
 * the built or given configuration; a minimisation and a short warm-up come first. Prints, per
 * repeat and as the median, ns/day and atom-steps/s. With one thread the processor's time is taken,
 * so that other load does not count, else that of the wall. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/command/command.h"
#include "host/engine/minimise.h"
#include "host/engine/stage.h"
#include "host/engine/step.h"
#include "kernels/base/units.h"

typedef struct bench {
    km_options options;
    km_cell cell;
    km_model *model;
    km_state *state;
    const km_backend *backend;
    km_device *device;
    km_simulation *simulation;
    int steps, repeats;
} bench;

static const km_stage *production(const km_recipe *recipe)
{
    for (int k = 0; k < recipe->n_stages; k++)
        if (recipe->stage[k].production)
            return &recipe->stage[k];
    return &recipe->stage[recipe->n_stages - 1];
}

static km_integrator_spec integrator_spec(const bench *b, double timestep,
                                          km_thermostat_kind thermostat)
{
    return (km_integrator_spec){
        .timestep = timestep,
        .n_groups = b->model->n_groups,
        .group = b->model->group,
        .constraint_tolerance = 1e-10,
        .degrees_of_freedom = 3 * b->model->n - b->model->n_constraints - 3,
        .n_molecules = b->model->labels->n_molecules,
        .molecule_start = b->model->molecule_start,
        .seed = b->cell.recipe->seed,
        .thermostat = thermostat,
        .temperature = b->cell.recipe->temperature,
        .temperature_end = b->cell.recipe->temperature,
        .n_steps = 1000000,
        .thermostat_time = 0.5,
        .friction = 5.0,
        .thermostat_interval = 10,
        .drift_removal_interval = 100,
    };
}

static km_status advance(bench *b, int64_t first, int64_t n, int64_t energy_interval)
{
    km_measurement measured;
    const km_schedule schedule = {.n_steps = n, .energy_interval = energy_interval};
    for (int64_t k = 1; k <= n; k++) {
        km_due due = km_schedule_at(&schedule, first, k);
        due.restart_point = false;
        KM_TRY(km_step_advance(b->simulation, &due, &measured));
    }
    return KM_OK;
}

static km_status load(bench *b, double timestep, km_thermostat_kind thermostat)
{
    const km_integrator_spec spec = integrator_spec(b, timestep, thermostat);
    km_simulation_destroy(b->simulation);
    b->simulation = NULL;
    KM_TRY(km_simulation_create(b->backend, b->device, b->model, b->state, &spec, &b->simulation));
    return KM_OK;
}

static km_status start(bench *b)
{
    km_step step = {0};
    KM_TRY(b->backend->constrain(b->simulation->integrator, b->simulation->particles));
    KM_TRY(b->backend->draw_velocities(b->simulation->integrator, b->cell.recipe->temperature, 1,
                                       b->simulation->particles));
    return km_simulation_forces(b->simulation, &step, true);
}

static km_status relax(bench *b)
{
    km_minimise_result result;
    KM_TRY(load(b, 0.0005, KM_THERMOSTAT_LANGEVIN));
    KM_TRY(km_minimise(b->simulation, 200, 500.0, b->state, &result));
    KM_TRY(start(b));
    KM_TRY(advance(b, 0, 400, 100));
    return b->backend->download(b->device, b->simulation->particles, b->state);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now(const bench *b)
{
    struct timespec t;
    clock_gettime(b->options.threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static km_status measure(bench *b)
{
    const km_stage *stage = production(b->cell.recipe);
    double *speed;
    KM_NEW(speed, b->repeats);
    KM_TRY(load(b, stage->timestep, KM_THERMOSTAT_RESCALING));
    KM_TRY(start(b));
    KM_TRY(advance(b, 0, b->steps / 2, 100));
    for (int k = 0; k < b->repeats; k++) {
        const double begin = now(b);
        KM_TRY(advance(b, 1000 + (int64_t)k * b->steps, b->steps, 100));
        const double seconds = (now(b) - begin) / b->steps;
        speed[k] = stage->timestep / KM_PS_PER_NS * 86400.0 / seconds;
        printf("repeat %d: %.4g ns/day\n", k + 1, speed[k]);
    }
    qsort(speed, (size_t)b->repeats, sizeof *speed, ascending);
    const double median = speed[b->repeats / 2];
    printf("%s: %d atoms, %.3g fs, cutoff %.3g nm, mesh %dx%dx%d order %d, %s\n",
           b->cell.recipe->id, b->model->n, stage->timestep * 1e3, b->model->pair.cutoff,
           b->model->pme.mesh[0], b->model->pme.mesh[1], b->model->pme.mesh[2],
           b->model->pme.spline_order, b->backend->describe(b->device));
    printf("median %.5g ns/day, %.4g M atom-steps/s\n", median,
           median / (stage->timestep / KM_PS_PER_NS * 86400.0) * b->model->n * 1e-6);
    free(speed);
    return KM_OK;
}

static km_status run(bench *b)
{
    KM_TRY(km_cell_read(b->options.recipe, &b->options, &b->cell));
    KM_TRY(km_system_build(b->cell.recipe, b->cell.forcefield, NULL, &b->cell.system));
    KM_TRY(km_model_create(b->cell.recipe, b->cell.forcefield, b->cell.system,
                           production(b->cell.recipe)->constrain_hydrogen, &b->model));
    KM_TRY(km_device_open(&b->options, &b->backend, &b->device));
    KM_TRY(km_state_create(b->cell.system->n_atoms, &b->state));
    b->state->box = b->cell.system->box;
    memcpy(b->state->position, b->cell.system->position, 3 * (size_t)b->state->n * sizeof(double));
    KM_TRY(relax(b));
    return measure(b);
}

int main(int argc, char **argv)
{
    bench b = {.steps = 500, .repeats = 5};
    int kept = 1;
    for (int k = 1; k < argc; k++) { /* --steps and --repeats are ours, the rest is the program's */
        if (strcmp(argv[k], "--steps") == 0 && k + 1 < argc)
            b.steps = atoi(argv[++k]);
        else if (strcmp(argv[k], "--repeats") == 0 && k + 1 < argc)
            b.repeats = atoi(argv[++k]);
        else
            argv[kept++] = argv[k];
    }
    km_status status = b.steps < 1 || b.repeats < 1
                           ? KM_FAIL(KM_ERROR_USAGE, "--steps and --repeats must be above 0")
                           : km_options_parse(kept, argv, "threads set device seed", &b.options);
    if (status == KM_OK)
        status = run(&b);
    if (status != KM_OK)
        fprintf(stderr, "bench_step: %s\n", km_last_error()->message);
    km_simulation_destroy(b.simulation);
    km_state_destroy(b.state);
    km_model_destroy(b.model);
    km_cell_destroy(&b.cell);
    if (b.device != NULL)
        b.backend->close(b.device);
    return km_status_exit_code(status);
}
