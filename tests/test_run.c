/* SPDX-License-Identifier: MIT */
/* The engine on a small box of dimethoxyethane: stages, output, and that stopping leaves no trace.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/run.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

#define N_SIDE 3
#define SPACING 0.62 /* nm */
#define MAX_FRAMES 64

/* What a run handed out, kept for comparison. */
typedef struct record {
    int n_frames, n_rows, n_atoms;
    double *frame[MAX_FRAMES];
    km_box box[MAX_FRAMES];
    km_energy_row row[512];
    int calls_before_stop; /* of should_stop; -1 = never stops */
    km_checkpoint last;
    bool has_checkpoint;
    int64_t frames_at_checkpoint, rows_at_checkpoint;
} record;

typedef struct fixture {
    km_forcefield *forcefield;
    km_system *system;
    km_recipe recipe;
    km_stage stage[4];
} fixture;

static km_status keep_frame(void *self, const km_frame *frame)
{
    record *r = self;
    assert_true(r->n_frames < MAX_FRAMES);
    double *copy = malloc(3 * (size_t)frame->n * sizeof(double));
    assert_non_null(copy);
    memcpy(copy, frame->position, 3 * (size_t)frame->n * sizeof(double));
    r->box[r->n_frames] = frame->box;
    r->frame[r->n_frames++] = copy;
    r->n_atoms = frame->n;
    return KM_OK;
}

static km_status keep_row(void *self, const km_energy_row *row)
{
    record *r = self;
    assert_true(r->n_rows < 512);
    r->row[r->n_rows++] = *row;
    return KM_OK;
}

static km_status keep_checkpoint(void *self, const km_checkpoint *c)
{
    record *r = self;
    const size_t bytes = 3 * (size_t)c->state.n * sizeof(double);
    if (!r->has_checkpoint) {
        r->last.state.position = malloc(bytes);
        r->last.state.velocity = malloc(bytes);
    }
    double *position = r->last.state.position, *velocity = r->last.state.velocity;
    assert_non_null(position);
    assert_non_null(velocity);
    r->last = *c;
    r->last.state.position = memcpy(position, c->state.position, bytes);
    r->last.state.velocity = memcpy(velocity, c->state.velocity, bytes);
    r->has_checkpoint = true;
    r->frames_at_checkpoint = r->n_frames;
    r->rows_at_checkpoint = r->n_rows;
    return KM_OK;
}

static bool stop_after_some(void *self)
{
    record *r = self;
    return r->calls_before_stop >= 0 && r->calls_before_stop-- == 0;
}

static void forget(record *r)
{
    for (int k = 0; k < r->n_frames; k++)
        free(r->frame[k]);
    free(r->last.state.position);
    free(r->last.state.velocity);
    free(r);
}

static record *new_record(int calls_before_stop)
{
    record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->calls_before_stop = calls_before_stop;
    return r;
}

/* Molecules on a simple cubic lattice: far apart enough to be relaxed in a few steps. */
static km_system *lattice(const km_forcefield *ff, int molecule)
{
    const km_ff_molecule *m = &ff->molecule[molecule];
    const int n = N_SIDE * N_SIDE * N_SIDE;
    km_system *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->n_components = 1;
    s->component = calloc(1, sizeof *s->component);
    s->component[0] = (km_system_component){.molecule = molecule, .count = n};
    s->n_molecules = n;
    s->molecule = malloc((size_t)n * sizeof(int));
    s->n_atoms = n * m->n_atoms;
    s->position = malloc(3 * (size_t)s->n_atoms * sizeof(double));
    s->box = km_box_orthorhombic(N_SIDE * SPACING, N_SIDE * SPACING, N_SIDE * SPACING);
    for (int k = 0; k < n; k++) {
        const double origin[3] = {SPACING * (k % N_SIDE), SPACING * (k / N_SIDE % N_SIDE),
                                  SPACING * (k / (N_SIDE * N_SIDE))};
        s->molecule[k] = molecule;
        for (int a = 0; a < m->n_atoms; a++)
            for (int c = 0; c < 3; c++) /* axes turned so that the long one differs by molecule */
                s->position[3 * (k * m->n_atoms + a) + (c + k) % 3] =
                    origin[(c + k) % 3] + m->atom[a].position[c];
    }
    return s;
}

static int set_up(void **state)
{
    const char *file[] = {KM_SOURCE_ROOT "/forcefields/opls-electrolytes.yaml"};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_ok(km_forcefield_read(file, 1, &f->forcefield));
    f->system = lattice(f->forcefield, km_forcefield_molecule(f->forcefield, "DME"));
    const double bar = KM_PRESSURE_PER_BAR;
    f->stage[0] = (km_stage){
        .name = "minimise", .kind = KM_STAGE_MINIMISE, .max_steps = 60, .force_tolerance = 500.0};
    f->stage[1] = (km_stage){.name = "heat",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 0.2,
                             .timestep = 0.0005,
                             .temperature_start = 100.0,
                             .temperature_end = 298.0,
                             .draw_velocities = true,
                             .thermostat = KM_THERMOSTAT_LANGEVIN,
                             .friction = 10.0,
                             .energy_interval = 0.05};
    f->stage[2] = (km_stage){.name = "equilibrate",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 0.6,
                             .timestep = 0.002,
                             .temperature_start = 298.0,
                             .temperature_end = 298.0,
                             .constrain_hydrogen = true,
                             .thermostat = KM_THERMOSTAT_RESCALING,
                             .thermostat_time = 0.1,
                             .barostat = KM_BAROSTAT_ISOTROPIC,
                             .pressure_start = bar,
                             .pressure_end = bar,
                             .barostat_time = 2.0,
                             .compressibility = 1e-4 / bar,
                             .average_from = 0.5,
                             .energy_interval = 0.05};
    f->stage[3] = (km_stage){.name = "produce",
                             .kind = KM_STAGE_DYNAMICS,
                             .time = 2.2,
                             .timestep = 0.002,
                             .temperature_start = 298.0,
                             .temperature_end = 298.0,
                             .constrain_hydrogen = true,
                             .thermostat = KM_THERMOSTAT_NOSE_HOOVER,
                             .thermostat_time = 0.5,
                             .production = true,
                             .frame_interval = 0.1,
                             .energy_interval = 0.05};
    f->recipe = (km_recipe){.id = "test",
                            .title = "test",
                            .temperature = 298.0,
                            .pressure = bar,
                            .forcefield = {.charge_scale = 1.0},
                            .nonbonded = {.cutoff = 0.75,
                                          .relative_force_error = 1e-4,
                                          .tail = true,
                                          .shift = true,
                                          .coulomb_constant = KM_COULOMB_CONSTANT},
                            .n_stages = 4,
                            .stage = f->stage,
                            .seed = 3};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    km_system_destroy(f->system);
    km_forcefield_destroy(f->forcefield);
    free(f);
    return 0;
}

/* Runs, from a record's checkpoint when resume is given, into r. */
static km_status run(fixture *f, int threads, const record *resume, record *r,
                     km_stage_report *report)
{
    km_device *device = NULL;
    assert_ok(km_backend_cpu.open(threads, &device));
    km_sink frames = {.self = r, .frame = keep_frame}, rows = {.self = r, .energies = keep_row};
    const km_run_options options = {.backend = &km_backend_cpu,
                                    .device = device,
                                    .recipe = &f->recipe,
                                    .forcefield = f->forcefield,
                                    .system = f->system,
                                    .run_identity = 7,
                                    .resume = resume != NULL ? &resume->last : NULL,
                                    .trajectory = &frames,
                                    .energies = &rows,
                                    .checkpoint_seconds = 0.0,
                                    .self = r,
                                    .checkpoint = keep_checkpoint,
                                    .should_stop = stop_after_some};
    const km_status status = km_run(&options, report);
    km_backend_cpu.close(device);
    return status;
}

static void assert_same_frames(const record *a, int from_a, const record *b, int from_b, int n)
{
    for (int k = 0; k < n; k++) {
        assert_memory_equal(&a->box[from_a + k], &b->box[from_b + k], sizeof a->box[0]);
        assert_memory_equal(a->frame[from_a + k], b->frame[from_b + k],
                            3 * (size_t)a->n_atoms * sizeof(double));
    }
}

static void a_run_heats_compresses_and_reports(void **state)
{
    fixture *f = *state;
    km_stage_report report[4];
    record *r = new_record(-1);
    assert_ok(run(f, 2, NULL, r, report));
    assert_int_equal(r->n_frames, 23);
    assert_true(report[3].samples == 45);
    assert_near(report[3].mean_temperature, 298.0, 30.0);
    assert_true(report[3].largest_constraint_residual < 1e-8);
    /* Mesh forces do not add up to zero exactly; what they push the whole box (M = 27 x 90.1 u)
     * with between two removals of drift carries less than 1e-4 kT: P^2 / 2M. */
    assert_near(report[3].largest_momentum, 0.0,
                sqrt(2.0 * 27 * 90.1 * 1e-4 * KM_GAS_CONSTANT * 298.0));
    /* the barostat has acted, and the averaged volume stays within what 0.6 ps can do */
    const double change = km_box_volume(&r->box[0]) / km_box_volume(&f->system->box) - 1.0;
    assert_true(fabs(change) > 1e-6 && fabs(change) < 0.3);
    forget(r);
}

static void the_number_of_threads_leaves_no_trace(void **state)
{
    fixture *f = *state;
    km_stage_report report[4];
    record *one = new_record(-1), *three = new_record(-1);
    assert_ok(run(f, 1, NULL, one, report));
    assert_ok(run(f, 3, NULL, three, report));
    assert_int_equal(one->n_frames, three->n_frames);
    assert_same_frames(one, 0, three, 0, one->n_frames);
    assert_memory_equal(one->row, three->row, sizeof one->row[0] * (size_t)one->n_rows);
    forget(one);
    forget(three);
}

static void stopping_at_any_restart_point_leaves_no_trace(void **state)
{
    fixture *f = *state;
    km_stage_report report[4];
    record *whole = new_record(-1);
    assert_ok(run(f, 2, NULL, whole, report));
    for (int stop = 0; stop < 5; stop += 2) {
        record *first = new_record(stop), *second = new_record(-1);
        assert_int_equal(run(f, 2, NULL, first, report), KM_INTERRUPTED);
        assert_ok(run(f, 1, first, second, report));
        const int kept = (int)first->frames_at_checkpoint, rows = (int)first->rows_at_checkpoint;
        assert_int_equal(kept + second->n_frames, whole->n_frames);
        assert_same_frames(whole, 0, first, 0, kept);
        assert_same_frames(whole, kept, second, 0, second->n_frames);
        assert_int_equal(rows + second->n_rows, whole->n_rows);
        assert_memory_equal(&whole->row[rows], second->row,
                            sizeof second->row[0] * (size_t)second->n_rows);
        forget(first);
        forget(second);
    }
    forget(whole);
}

static void a_finished_run_can_be_extended(void **state)
{
    fixture *f = *state;
    km_stage_report report[4];
    record *whole = new_record(-1), *part = new_record(-1), *rest = new_record(-1);
    assert_ok(run(f, 2, NULL, whole, report));
    const double time = f->stage[3].time;
    f->stage[3].time = 1.3; /* not a whole number of restart intervals */
    assert_ok(run(f, 2, NULL, part, report));
    f->stage[3].time = time;
    assert_ok(run(f, 2, part, rest, report));
    const int kept = (int)part->frames_at_checkpoint;
    assert_int_equal(kept + rest->n_frames, whole->n_frames);
    assert_same_frames(whole, kept, rest, 0, rest->n_frames);
    forget(whole);
    forget(part);
    forget(rest);
}

static void a_foreign_checkpoint_is_refused(void **state)
{
    fixture *f = *state;
    km_stage_report report[4];
    record *first = new_record(0), *second = new_record(-1);
    assert_int_equal(run(f, 2, NULL, first, report), KM_INTERRUPTED);
    first->last.run_identity = 8;
    assert_int_equal(run(f, 2, first, second, report), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "another recipe"));
    forget(first);
    forget(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_heats_compresses_and_reports),
        cmocka_unit_test(the_number_of_threads_leaves_no_trace),
        cmocka_unit_test(stopping_at_any_restart_point_leaves_no_trace),
        cmocka_unit_test(a_finished_run_can_be_extended),
        cmocka_unit_test(a_foreign_checkpoint_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
