/* SPDX-License-Identifier: MIT */
/* The engine on a small box of dimethoxyethane: stages, output, and that stopping leaves no trace.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/dme_run.h"

static int set_up(void **state)
{
    const km_backend *backend = *state;
    *state = dme_box_create(backend, backend_is_emulated(backend) ? 2 : 3);
    return 0;
}

static int tear_down(void **state)
{
    dme_box_destroy(*state);
    return 0;
}

static void assert_same_frames(const dme_record *a, int from_a, const dme_record *b, int from_b,
                               int n)
{
    for (int k = 0; k < n; k++) {
        assert_memory_equal(&a->box[from_a + k], &b->box[from_b + k], sizeof a->box[0]);
        assert_memory_equal(a->frame[from_a + k], b->frame[from_b + k],
                            3 * (size_t)a->n_atoms * sizeof(double));
    }
}

static void a_run_heats_compresses_and_reports(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4];
    dme_record *r = dme_record_create(-1);
    assert_ok(dme_run(f, 2, NULL, r, report));
    assert_int_equal(r->n_frames, 23);
    assert_true(report[3].samples == 45);
    assert_near(report[3].mean_temperature, 298.0, 30.0);
    assert_true(report[3].largest_constraint_residual < 1e-8);
    /* Mesh forces do not add up to zero exactly; what they push the whole box (M = 90.1 u a
     * molecule) with between two removals of drift carries less than 1e-4 kT: P^2 / 2M. */
    assert_near(report[3].largest_momentum, 0.0,
                sqrt(2.0 * f->system->n_molecules * 90.1 * 1e-4 * KM_GAS_CONSTANT * 298.0));
    /* the barostat has acted, and the averaged volume stays within what 0.6 ps can do */
    const double change = km_box_volume(&r->box[0]) / km_box_volume(&f->system->box) - 1.0;
    assert_true(fabs(change) > 1e-6 && fabs(change) < 0.3);
    dme_record_destroy(r);
}

/* Nor does the order in which the emulated device runs its blocks, warps and streams. */
static void the_number_of_threads_leaves_no_trace(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4];
    dme_record *one = dme_record_create(-1), *three = dme_record_create(-1);
    assert_ok(dme_run(f, 1, NULL, one, report));
    km_emulator_seed(3);
    assert_ok(dme_run(f, 3, NULL, three, report));
    assert_int_equal(one->n_frames, three->n_frames);
    assert_same_frames(one, 0, three, 0, one->n_frames);
    assert_memory_equal(one->row, three->row, sizeof one->row[0] * (size_t)one->n_rows);
    dme_record_destroy(one);
    dme_record_destroy(three);
}

static void stopping_at_any_restart_point_leaves_no_trace(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4], uninterrupted[4];
    dme_record *whole = dme_record_create(-1);
    assert_ok(dme_run(f, 2, NULL, whole, uninterrupted));
    const bool slow = backend_is_emulated(f->backend); /* only while the barostat acts */
    for (int stop = slow ? 1 : 0; stop < (slow ? 2 : 5); stop += 2) {
        dme_record *first = dme_record_create(stop), *second = dme_record_create(-1);
        assert_int_equal(dme_run(f, 2, NULL, first, report), KM_INTERRUPTED);
        assert_ok(dme_run(f, 1, first, second, report));
        assert_memory_equal(report, uninterrupted, sizeof report);
        const int kept = (int)first->frames_at_checkpoint, rows = (int)first->rows_at_checkpoint;
        assert_int_equal(kept + second->n_frames, whole->n_frames);
        assert_same_frames(whole, 0, first, 0, kept);
        assert_same_frames(whole, kept, second, 0, second->n_frames);
        assert_int_equal(rows + second->n_rows, whole->n_rows);
        assert_memory_equal(&whole->row[rows], second->row,
                            sizeof second->row[0] * (size_t)second->n_rows);
        dme_record_destroy(first);
        dme_record_destroy(second);
    }
    dme_record_destroy(whole);
}

/* A stop while minimising keeps the checkpoint before it; the stage is done again. */
static void stopping_while_minimising_leaves_no_trace(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4];
    dme_record *first = dme_record_create(0), *second = dme_record_create(0),
               *third = dme_record_create(0);
    first->stop_minimising = true;
    assert_int_equal(dme_run(f, 2, NULL, first, report), KM_INTERRUPTED);
    assert_non_null(strstr(km_last_error()->message, "stopped in stage minimise"));
    assert_int_equal(first->last.stage, 0);
    assert_int_equal(dme_run(f, 2, first, second, report), KM_INTERRUPTED);
    assert_int_equal(dme_run(f, 2, NULL, third, report), KM_INTERRUPTED);
    assert_int_equal(second->last.stage, 1);
    assert_memory_equal(second->last.state.position, third->last.state.position,
                        3 * (size_t)third->last.state.n * sizeof(double));
    dme_record_destroy(first);
    dme_record_destroy(second);
    dme_record_destroy(third);
}

static void a_finished_run_can_be_extended(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4];
    dme_record *whole = dme_record_create(-1), *part = dme_record_create(-1),
               *rest = dme_record_create(-1);
    assert_ok(dme_run(f, 2, NULL, whole, report));
    const double time = f->stage[3].time;
    f->stage[3].time = 1.3; /* not a whole number of restart intervals */
    assert_ok(dme_run(f, 2, NULL, part, report));
    f->stage[3].time = time;
    assert_ok(dme_run(f, 2, part, rest, report));
    const int kept = (int)part->frames_at_checkpoint;
    assert_int_equal(kept + rest->n_frames, whole->n_frames);
    assert_same_frames(whole, kept, rest, 0, rest->n_frames);
    dme_record_destroy(whole);
    dme_record_destroy(part);
    dme_record_destroy(rest);
}

static void a_foreign_checkpoint_is_refused(void **state)
{
    dme_box *f = *state;
    km_stage_report report[4];
    dme_record *first = dme_record_create(0), *second = dme_record_create(-1);
    assert_int_equal(dme_run(f, 2, NULL, first, report), KM_INTERRUPTED);
    first->last.identity.part[0] = 8;
    assert_int_equal(dme_run(f, 2, first, second, report), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "another recipe"));
    dme_record_destroy(first);
    dme_record_destroy(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_heats_compresses_and_reports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_number_of_threads_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopping_at_any_restart_point_leaves_no_trace, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(stopping_while_minimising_leaves_no_trace, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_finished_run_can_be_extended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_foreign_checkpoint_is_refused, set_up, tear_down),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
