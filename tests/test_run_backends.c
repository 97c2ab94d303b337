/* SPDX-License-Identifier: MIT */
/* The same run on every backend and on the CPU: under each thermostat and barostat positions, cell,
 * energies and what thermostat and barostat have given agree step by step for as long as rounding
 * has not grown. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/dme_run.h"

/* Sums of float forces differ in the last bits, 1e-7 of them; in a liquid that grows e-fold every
 * 0.1 ps or faster. In brackets what is seen. */
#ifdef KM_DOUBLE
#define POSITION_TOLERANCE 1e-9 /* nm */
#define ENERGY_TOLERANCE 1e-9   /* of the sum of magnitudes of the terms */
#else
#define POSITION_TOLERANCE 1e-6
#define ENERGY_TOLERANCE 1e-6
#endif
/* e nm/ps  of few ions: a position's over the period of the fastest vibrations, 0.01 ps */
#define CURRENT_TOLERANCE (POSITION_TOLERANCE / 0.01)

#define N_STEPS 60

typedef struct ensemble {
    char *name;
    km_thermostat_kind thermostat;
    km_barostat_kind barostat;
    bool rigid;
} ensemble;

static const ensemble ensembles[] = {
    {"constant energy", KM_THERMOSTAT_NONE, KM_BAROSTAT_NONE, false},
    {"rescaling", KM_THERMOSTAT_RESCALING, KM_BAROSTAT_NONE, true},
    {"Nose-Hoover", KM_THERMOSTAT_NOSE_HOOVER, KM_BAROSTAT_NONE, true},
    {"Langevin", KM_THERMOSTAT_LANGEVIN, KM_BAROSTAT_NONE, true},
    {"rescaling, isotropic", KM_THERMOSTAT_RESCALING, KM_BAROSTAT_ISOTROPIC, true},
    {"Nose-Hoover, semi-isotropic", KM_THERMOSTAT_NOSE_HOOVER, KM_BAROSTAT_SEMI_ISOTROPIC, true},
    {"rescaling, anisotropic", KM_THERMOSTAT_RESCALING, KM_BAROSTAT_ANISOTROPIC, true},
    {"Langevin, along z", KM_THERMOSTAT_LANGEVIN, KM_BAROSTAT_Z_ONLY, false},
};

/* A minimised start with velocities of 300 K, one step per femtosecond. */
static void prepare(dme_box *box, const ensemble *e)
{
    const double bar = KM_PRESSURE_PER_BAR;
    box->stage[0].max_steps = 25;
    box->stage[1] = (km_stage){.name = e->name,
                               .kind = KM_STAGE_DYNAMICS,
                               .time = 1e-3 * N_STEPS,
                               .timestep = 1e-3,
                               .temperature_start = 300.0,
                               .temperature_end = 300.0,
                               .draw_velocities = true,
                               .constrain_hydrogen = e->rigid,
                               .thermostat = e->thermostat,
                               .thermostat_time = 0.1,
                               .friction = 5.0,
                               .barostat = e->barostat,
                               .pressure_start = bar,
                               .pressure_end = bar,
                               .barostat_time = 0.5,
                               .compressibility = 1e-4 / bar,
                               .production = true,
                               .frame_interval = 0.015,
                               .energy_interval = 0.015};
    box->recipe.n_stages = 2;
}

static dme_record *run(const km_backend *backend, const ensemble *e)
{
    km_stage_report report[2];
    dme_box *box = dme_box_create(backend, 2);
    dme_record *record = dme_record_create(-1);
    prepare(box, e);
    assert_ok(dme_run(box, 1, NULL, record, report));
    dme_box_destroy(box);
    return record;
}

static double largest_difference(const double *a, const double *b, int n)
{
    double largest = 0.0;
    for (int k = 0; k < n; k++)
        largest = fmax(largest, fabs(a[k] - b[k]));
    return largest;
}

static void compare_rows(const km_energy_row *got, const km_energy_row *want)
{
    double magnitude = 0.0;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        magnitude += fabs(want->energy[t]);
    magnitude += want->measured.kinetic;
    const double tolerance = ENERGY_TOLERANCE * magnitude;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        assert_near(got->energy[t], want->energy[t], tolerance);
    assert_near(got->measured.kinetic, want->measured.kinetic, tolerance);
    assert_near(got->measured.conserved, want->measured.conserved, tolerance);
    for (int c = 0; c < 3; c++)
        assert_near(got->measured.current[c], want->measured.current[c], CURRENT_TOLERANCE);
    assert_near(got->measured.volume, want->measured.volume,
                ENERGY_TOLERANCE * want->measured.volume);
}

/* A term of the list of ensembles on the backend of the test. */
static void agrees(const km_backend *backend, const ensemble *e)
{
    dme_record *want = run(&km_backend_cpu, e), *got = run(backend, e);
    const int n = 3 * want->n_atoms;
    assert_int_equal(got->n_frames, want->n_frames);
    assert_int_equal(got->n_rows, want->n_rows);
    double position = 0.0;
    for (int k = 0; k < want->n_frames; k++)
        position = fmax(position, largest_difference(got->frame[k], want->frame[k], n));
    print_message("%s: positions differ by %.1e nm after %d steps\n", e->name, position, N_STEPS);
    assert_near(position, 0.0, POSITION_TOLERANCE);
    for (int k = 0; k < want->n_rows; k++)
        compare_rows(&got->row[k], &want->row[k]);
    dme_record_destroy(want);
    dme_record_destroy(got);
}

static void every_ensemble_agrees_with_the_cpu(void **state)
{
    for (size_t k = 0; k < sizeof ensembles / sizeof ensembles[0]; k++)
        agrees(*state, &ensembles[k]);
}

/* Strong pressure on a cell that is just large enough: the same sentence from every backend. */
static void a_cell_that_shrinks_too_far_is_named(void **state)
{
    const ensemble e = {"squeeze", KM_THERMOSTAT_RESCALING, KM_BAROSTAT_ISOTROPIC, true};
    km_stage_report report[2];
    dme_box *box = dme_box_create(*state, 2);
    dme_record *record = dme_record_create(-1);
    prepare(box, &e);
    box->recipe.nonbonded.cutoff = 0.618;
    box->stage[1].pressure_start = box->stage[1].pressure_end = 1e5 * KM_PRESSURE_PER_BAR;
    assert_int_equal(dme_run(box, 1, NULL, record, report), KM_ERROR_VALUE);
    assert_non_null(
        strstr(km_last_error()->message, "the cutoff is 0.618 nm and the least height"));
    dme_record_destroy(record);
    dme_box_destroy(box);
}

/* A list that atoms may leave far behind loses pairs: the run stops before it hands out more, what
 * it had kept is good, and from there an honest run goes to the end. */
static void a_list_made_too_late_stops_the_run(void **state)
{
    km_stage_report report[2];
    dme_box *box = dme_box_create(*state, 2);
    dme_record *late = dme_record_create(-1), *honest = dme_record_create(-1);
    prepare(box, &ensembles[0]);
    box->stage[1].time = 0.24; /* before the list is made anew at the first restart point */
    box->recipe.nonbonded.list_check = 0.04;
    box->list_lateness = 1000.0;
    assert_int_equal(dme_run(box, 1, NULL, late, report), KM_ERROR_INTERNAL);
    const char *message = km_last_error()->message;
    int step, atom[2];
    double apart;
    print_message("%s\n", message);
    const char *first = strstr(message, "the first: atom ");
    assert_non_null(first);
    assert_int_equal(sscanf(strstr(message, "step "), "step %d", &step), 1);
    assert_int_equal(sscanf(first, "the first: atom %d (%*[^)]) and atom %d (%*[^)]), %lf nm apart",
                            &atom[0], &atom[1], &apart),
                     3);
    assert_true(apart > 0.0 && apart < box->recipe.nonbonded.cutoff);
    assert_int_equal(step % 40, late->last.stage_first_step % 40);
    assert_true(late->has_checkpoint && late->last.in_stage == 0 && late->n_rows > 0);
    box->list_lateness = 0.0;
    assert_ok(dme_run(box, 1, late, honest, report));
    assert_int_equal(report[1].steps, 240);
    assert_true(report[1].list_pairs_checked > 0);
    dme_record_destroy(late);
    dme_record_destroy(honest);
    dme_box_destroy(box);
}

/* Atoms of one molecule may exclude one another; all others within the cutoff are counted, from
 * both ends: here one by one. */
static void a_census_counts_every_pair(void **state)
{
    enum { ATOMS = 16 }; /* of a molecule */
    km_stage_report report[2];
    dme_box *box = dme_box_create(*state, 2);
    dme_record *record = dme_record_create(-1);
    prepare(box, &ensembles[0]);
    assert_ok(dme_run(box, 1, NULL, record, report));
    const double *x = record->frame[record->n_frames - 1]; /* of the last step, as the census */
    int64_t between = 0, all = 0;
    for (int i = 0; i < record->n_atoms; i++)
        for (int j = 0; j < record->n_atoms; j++) {
            double r2 = 0.0;
            for (int c = 0; c < 3; c++) {
                const double side = record->box[record->n_frames - 1].ax;
                r2 += pow(remainder(x[3 * i + c] - x[3 * j + c], side), 2);
            }
            const bool near = i != j && sqrt(r2) < box->recipe.nonbonded.cutoff;
            all += near;
            between += near && i / ATOMS != j / ATOMS;
        }
    print_message("%lld pairs from both ends; %lld between molecules, %lld with those inside\n",
                  (long long)report[1].list_pairs_checked, (long long)between, (long long)all);
    assert_true(between > 1000 && report[1].list_pairs_checked >= between);
    assert_true(report[1].list_pairs_checked < all);
    dme_record_destroy(record);
    dme_box_destroy(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ensemble_agrees_with_the_cpu),
        cmocka_unit_test(a_cell_that_shrinks_too_far_is_named),
        cmocka_unit_test(a_list_made_too_late_stops_the_run),
        cmocka_unit_test(a_census_counts_every_pair),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
