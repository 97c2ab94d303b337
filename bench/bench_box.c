/* SPDX-License-Identifier: MIT */
#include "bench/bench_box.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/run.h"
#include "host/engine/step.h"
#include "host/output/checkpoint_file.h"

static const double RELAXATION = 10.0; /* ps: five times the slowest relaxation time of a stage */

const km_stage *bench_box_production(const km_recipe *recipe)
{
    for (int k = 0; k < recipe->n_stages; k++)
        if (recipe->stage[k].production)
            return &recipe->stage[k];
    return &recipe->stage[recipe->n_stages - 1];
}

km_status bench_box_load(const bench_box *b, const km_backend *backend, km_device *device,
                         double timestep, km_thermostat_kind thermostat, km_simulation **out)
{
    const km_integrator_spec spec = {
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
    return km_simulation_create(backend, device, b->model, b->state, &spec, out);
}

km_status bench_box_start(const bench_box *b, km_simulation *simulation)
{
    const km_backend *backend = simulation->backend;
    km_step step = {0};
    KM_TRY(backend->constrain(simulation->integrator, simulation->particles));
    KM_TRY(backend->draw_velocities(simulation->integrator, b->cell.recipe->temperature, 1,
                                    simulation->particles));
    return km_simulation_evaluate(simulation, &step, true);
}

km_status bench_box_advance(km_simulation *simulation, int64_t first, int64_t n, int64_t interval)
{
    km_measurement measured;
    const km_schedule schedule = {.n_steps = n, .energy_interval = interval};
    for (int64_t k = 1; k <= n;) {
        km_due due = km_schedule_at(&schedule, first, k);
        due.restart_point = false;
        int64_t plain = km_schedule_plain_steps(&schedule, k - 1);
        if (plain > n - k + 1)
            plain = n - k + 1;
        if (plain > 0)
            KM_TRY(km_step_advance_plain(simulation, &due, plain));
        else
            KM_TRY(km_step_advance(simulation, &due, &measured));
        k += plain > 0 ? plain : 1;
    }
    return simulation->backend->synchronise(simulation->device, simulation->particles);
}

/* Keeps where the last stage begins. */
static km_status keep_state(void *self, const km_checkpoint *now)
{
    bench_box *b = self;
    b->state->box = b->cell.system->box = now->state.box;
    memcpy(b->state->position, now->state.position, 3 * (size_t)b->state->n * sizeof(double));
    return KM_OK;
}

/* The stages before production, none longer than RELAXATION: at the end of them the liquid has the
 * density of its pressure. On the CPU, so that every device is timed with the same box. */
static km_status relax(bench_box *b)
{
    km_recipe recipe = *b->cell.recipe; /* borrows all but the stages */
    const int n = (int)(bench_box_production(&recipe) - recipe.stage) + 1;
    km_stage_report *report = NULL;
    km_device *cpu = NULL;
    KM_NEW(recipe.stage, n);
    memcpy(recipe.stage, b->cell.recipe->stage, (size_t)n * sizeof *recipe.stage);
    for (int k = 0; k < n; k++)
        recipe.stage[k].time = fmin(recipe.stage[k].time, k + 1 < n ? RELAXATION : 0.0);
    recipe.n_stages = n;
    km_status status = km_allocate((void **)&report, (size_t)n, sizeof *report);
    if (status == KM_OK)
        status = km_backend_cpu.open(b->options.threads, &cpu);
    if (status == KM_OK) {
        const km_run_options run = {.backend = &km_backend_cpu,
                                    .device = cpu,
                                    .recipe = &recipe,
                                    .forcefield = b->cell.forcefield,
                                    .system = b->cell.system,
                                    .checkpoint_seconds = INFINITY,
                                    .self = b,
                                    .checkpoint = keep_state};
        status = km_run(&run, report);
        km_backend_cpu.close(cpu);
    }
    free(report);
    free(recipe.stage);
    return status;
}

/* The state of the small box at every place of the large one, molecule by molecule. */
static void copy_positions(const bench_box *b, const km_system *small, const double *position,
                           km_system *large)
{
    const int *copies = b->copies;
    int from = 0, to = 0, m = 0;
    for (int k = 0; k < small->n_molecules; k++) {
        const int n = b->cell.forcefield->molecule[small->molecule[k]].n_atoms;
        for (int c = 0; c < copies[0] * copies[1] * copies[2]; c++) {
            const km_vec3 shift = km_box_image_shift(
                &small->box, c % copies[0], c / copies[0] % copies[1], c / copies[0] / copies[1]);
            large->molecule[m++] = small->molecule[k];
            for (int i = from; i < from + n; i++, to++) {
                large->position[3 * to] = position[3 * i] + shift.x;
                large->position[3 * to + 1] = position[3 * i + 1] + shift.y;
                large->position[3 * to + 2] = position[3 * i + 2] + shift.z;
            }
        }
        from += n;
    }
}

static km_status copy_box(bench_box *b)
{
    km_system *small = b->cell.system, *large;
    const int copies = b->copies[0] * b->copies[1] * b->copies[2];
    KM_NEW(large, 1);
    b->cell.system = large; /* owned from here on */
    large->box = (km_box){small->box.ax * b->copies[0], small->box.bx * b->copies[1],
                          small->box.by * b->copies[1], small->box.cx * b->copies[2],
                          small->box.cy * b->copies[2], small->box.cz * b->copies[2]};
    large->n_components = small->n_components;
    large->n_molecules = small->n_molecules * copies;
    large->n_atoms = small->n_atoms * copies;
    km_status status =
        km_allocate((void **)&large->component, large->n_components, sizeof *large->component);
    if (status == KM_OK)
        status =
            km_allocate((void **)&large->molecule, large->n_molecules, sizeof *large->molecule);
    if (status == KM_OK)
        status = km_allocate((void **)&large->position, 3 * (size_t)large->n_atoms, sizeof(double));
    if (status == KM_OK) {
        for (int k = 0; k < small->n_components; k++) {
            large->component[k] = small->component[k];
            large->component[k].count *= copies;
        }
        copy_positions(b, small, b->state->position, large);
    }
    km_system_destroy(small);
    return status;
}

static km_status take_state(bench_box *b)
{
    km_state_destroy(b->state);
    b->state = NULL;
    KM_TRY(km_state_create(b->cell.system->n_atoms, &b->state));
    b->state->box = b->cell.system->box;
    memcpy(b->state->position, b->cell.system->position, 3 * (size_t)b->state->n * sizeof(double));
    return KM_OK;
}

/* Recipe and start of the run bench_box.from stand in for those that were not given. */
static void name_files(bench_box *b)
{
    km_options *o = &b->options;
    snprintf(b->recipe, sizeof b->recipe, "%.3900s/" KM_FILE_RECIPE, b->from);
    snprintf(b->structure, sizeof b->structure, "cell.structure.file=%.3900s/" KM_FILE_START,
             b->from);
    if (o->recipe == NULL)
        o->recipe = b->recipe;
    o->settings[o->n_settings++] = b->structure; /* of the right molecules: packs nothing */
}

static km_status read_state(bench_box *b)
{
    km_checkpoint end = {0};
    bool fallback;
    KM_TRY(km_checkpoint_read(b->from, &end, &fallback, NULL, 0));
    const bool fits = end.state.n == b->state->n;
    if (fits)
        (void)keep_state(b, &end);
    km_checkpoint_release(&end);
    return fits ? KM_OK
                : KM_FAIL(KM_ERROR_USAGE, "--from %s: the recipe makes another number of atoms",
                          b->from);
}

km_status bench_box_make(bench_box *b)
{
    if (b->from != NULL)
        name_files(b);
    KM_TRY(km_cell_read(b->options.recipe, &b->options, &b->cell));
    KM_TRY(km_system_build(b->cell.recipe, b->cell.forcefield, NULL, &b->cell.system));
    KM_TRY(take_state(b));
    if (b->from != NULL)
        KM_TRY(read_state(b));
    else if (b->cell.recipe->structure == NULL)
        KM_TRY(relax(b));
    if (b->copies[0] * b->copies[1] * b->copies[2] > 1) {
        KM_TRY(copy_box(b));
        KM_TRY(take_state(b));
    }
    return km_model_create(b->cell.recipe, b->cell.forcefield, b->cell.system,
                           bench_box_production(b->cell.recipe)->constrain_hydrogen, &b->model);
}

void bench_box_destroy(bench_box *b)
{
    km_state_destroy(b->state);
    km_model_destroy(b->model);
    km_cell_destroy(&b->cell);
    if (b->device != NULL)
        b->backend->close(b->device);
}

/* "2" or "2x2x1". */
static km_status read_copies(const char *text, int copies[3])
{
    int length = 0;
    const int n = sscanf(text, "%dx%dx%d%n", &copies[0], &copies[1], &copies[2], &length);
    if (n == 1) {
        copies[1] = copies[2] = copies[0];
        length = (int)strspn(text, "0123456789");
    }
    if ((n != 1 && n != 3) || text[length] != '\0' || copies[0] < 1 || copies[1] < 1 ||
        copies[2] < 1 || copies[0] > 100 || copies[1] > 100 || copies[2] > 100)
        return KM_FAIL(KM_ERROR_USAGE, "--copies %s: a number like 2, or three like 2x2x1", text);
    return KM_OK;
}

km_status bench_box_arguments(bench_box *b, int *argc, char **argv)
{
    int kept = 1;
    for (int k = 1; k < *argc; k++) {
        if (strcmp(argv[k], "--copies") == 0 && k + 1 < *argc)
            KM_TRY(read_copies(argv[++k], b->copies));
        else if (strcmp(argv[k], "--from") == 0 && k + 1 < *argc)
            b->from = argv[++k];
        else
            argv[kept++] = argv[k];
    }
    *argc = kept;
    return KM_OK;
}
