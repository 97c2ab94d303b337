/* SPDX-License-Identifier: MIT */
/* Runs whose lists outgrow their memory, again and again: their frames, energies and checkpoints
 * are those of runs that had room from the start, to the bit. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/dme_run.h"

enum { STAGES = 2 };

typedef struct ensemble {
    char *name;
    km_thermostat_kind thermostat;
    km_barostat_kind barostat;
    bool rigid;
    int steps; /* 250 is a restart point */
} ensemble;

static const ensemble ensembles[] = {
    {"rescaling", KM_THERMOSTAT_RESCALING, KM_BAROSTAT_NONE, true, 60},
    {"Nose-Hoover, semi-isotropic", KM_THERMOSTAT_NOSE_HOOVER, KM_BAROSTAT_SEMI_ISOTROPIC, false,
     60},
    {"Langevin, isotropic", KM_THERMOSTAT_LANGEVIN, KM_BAROSTAT_ISOTROPIC, true, 260},
};

/* A start of low density under much pressure, with a thin skin: the list is built every few steps,
 * mostly for more pairs. Of the frames few are of a step that waits for the device anyway. */
static dme_box *make_box(const km_backend *backend, const ensemble *e, uint64_t seed)
{
    const double bar = KM_PRESSURE_PER_BAR;
    dme_box *box = dme_box_create(backend, 2);
    box->stage[0].max_steps = 5;
    box->stage[1] = (km_stage){.name = e->name,
                               .kind = KM_STAGE_DYNAMICS,
                               .time = 1e-3 * e->steps,
                               .timestep = 1e-3,
                               .temperature_start = 500.0,
                               .temperature_end = 500.0,
                               .draw_velocities = true,
                               .constrain_hydrogen = e->rigid,
                               .thermostat = e->thermostat,
                               .thermostat_time = 0.1,
                               .friction = 5.0,
                               .barostat = e->barostat,
                               .pressure_start = 3000.0 * bar,
                               .pressure_end = 3000.0 * bar,
                               .barostat_time = 0.5,
                               .compressibility = 1e-4 / bar,
                               .production = true,
                               .frame_interval = 0.007,
                               .energy_interval = 0.04};
    box->recipe.n_stages = STAGES;
    box->recipe.nonbonded.skin = 0.004;
    box->recipe.seed = seed;
    return box;
}

typedef struct run {
    dme_box *box;
    dme_record *record;
    km_stage_report report[STAGES];
    km_status status;
} run;

static void *do_run(void *self)
{
    run *r = self;
    r->status = dme_run(r->box, 1, NULL, r->record, r->report);
    return NULL;
}

static run start(const km_backend *backend, const ensemble *e, uint64_t seed, double headroom)
{
    const run r = {.box = make_box(backend, e, seed), .record = dme_record_create(-1)};
    r.box->list_headroom = headroom;
    return r;
}

static void finish(run *r)
{
    dme_record_destroy(r->record);
    dme_box_destroy(r->box);
}

static void assert_same(const dme_record *a, const dme_record *b)
{
    const size_t bytes = 3 * (size_t)a->n_atoms * sizeof(double);
    assert_true(a->n_frames > 1 && a->n_frames == b->n_frames && a->n_rows == b->n_rows);
    for (int k = 0; k < a->n_frames; k++) {
        assert_memory_equal(&a->box[k], &b->box[k], sizeof a->box[k]);
        assert_memory_equal(a->frame[k], b->frame[k], bytes);
    }
    assert_memory_equal(a->row, b->row, sizeof a->row[0] * (size_t)a->n_rows);
    assert_int_equal(a->last.in_stage, b->last.in_stage);
    assert_memory_equal(a->last.state.position, b->last.state.position, bytes);
    assert_memory_equal(a->last.state.velocity, b->last.state.velocity, bytes);
    assert_memory_equal(&a->last.scalars, &b->last.scalars, sizeof a->last.scalars);
}

static void compare(const km_backend *backend, const ensemble *e, uint64_t seed)
{
    run roomy = start(backend, e, seed, 0.0), narrow = start(backend, e, seed, 0.3);
    do_run(&roomy);
    km_emulator_seed(seed + 10);
    do_run(&narrow);
    assert_ok(roomy.status);
    assert_ok(narrow.status);
    print_message("%s, seed %d: grown %d times, with room %d\n", e->name, (int)seed,
                  narrow.record->list_growths, roomy.record->list_growths);
    assert_same(roomy.record, narrow.record);
    if (backend->make_room != NULL)
        assert_true(narrow.record->list_growths > e->steps / 50);
    finish(&roomy);
    finish(&narrow);
}

static void growing_leaves_no_trace(void **state)
{
    for (size_t k = 0; k < sizeof ensembles / sizeof ensembles[0]; k++)
        compare(*state, &ensembles[k], k + 1);
}

/* Two at a time, each with lists of its own. */
static void nor_does_it_beside_another_run(void **state)
{
    const km_backend *backend = *state;
    run roomy[2], narrow[2];
    pthread_t thread[2];
    for (int k = 0; k < 2; k++) {
        roomy[k] = start(backend, &ensembles[0], (uint64_t)k + 5, 0.0);
        narrow[k] = start(backend, &ensembles[0], (uint64_t)k + 5, 0.3);
        do_run(&roomy[k]);
        assert_ok(roomy[k].status);
    }
    for (int k = 0; k < 2; k++)
        assert_int_equal(pthread_create(&thread[k], NULL, do_run, &narrow[k]), 0);
    for (int k = 0; k < 2; k++)
        assert_int_equal(pthread_join(thread[k], NULL), 0);
    for (int k = 0; k < 2; k++) {
        assert_ok(narrow[k].status);
        assert_same(roomy[k].record, narrow[k].record);
        finish(&roomy[k]);
        finish(&narrow[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_leaves_no_trace),
        cmocka_unit_test(nor_does_it_beside_another_run),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
