/* SPDX-License-Identifier: MIT */
/* Cells whose electrostatics cannot be those of a slab are refused with the reason and what to do.
 */
#include <string.h>

#include "host/model/slab_choice.h"
#include "tests/cmocka_all.h"

enum { N = 4 };

typedef struct cell {
    km_box box;
    double position[3 * N], charge[N], cutoff;
    km_slab_report report;
} cell;

/* 3 nm of atoms in a cell of 3 x 3.2 nm that is 10 nm high: 7 nm of vacuum. */
static cell good_cell(void)
{
    cell c = {.box = {3.0, 0.0, 3.2, 0.0, 0.0, 10.0}, .cutoff = 1.2};
    for (int i = 0; i < N; i++) {
        c.position[3 * i + 2] = -0.5 + i;
        c.charge[i] = i % 2 ? 0.7 : -0.7;
    }
    return c;
}

static km_status check(cell *c)
{
    return km_slab_check(&c->box, N, c->position, c->charge, c->cutoff, &c->report);
}

static void assert_refused(cell *c, const char *text)
{
    assert_int_equal(check(c), KM_ERROR_INPUT);
    if (strstr(km_last_error()->message, text) == NULL)
        fail_msg("\"%s\" is not in: %s", text, km_last_error()->message);
}

static void a_good_cell_is_measured(void **state)
{
    (void)state;
    cell c = good_cell();
    assert_ok(check(&c));
    assert_near(c.report.thickness, 3.0, 1e-12);
    assert_near(c.report.vacuum, 7.0, 1e-12);
    assert_string_equal(c.report.warning, "");
    c.box.bx = 0.5; /* oblique in the plane */
    assert_ok(check(&c));
}

static void a_thin_vacuum_is_told(void **state)
{
    (void)state;
    cell c = good_cell();
    c.box.cz = 7.8;
    assert_ok(check(&c));
    assert_non_null(strstr(c.report.warning, "vacuum of 48 A is thin"));
    assert_non_null(strstr(c.report.warning, "8.1e-05")); /* exp(-2 pi 1.5) */
    assert_non_null(strstr(c.report.warning, "from 64 A on"));
}

static void others_are_refused(void **state)
{
    (void)state;
    cell c = good_cell();
    c.charge[2] = 0.3;
    assert_refused(&c, "net charge of 1 e");
    c = good_cell();
    c.box.cx = 0.2;
    assert_refused(&c, "perpendicular");
    c = good_cell();
    c.box.cy = -0.2;
    assert_refused(&c, "alpha = beta = 90");
    c = good_cell();
    c.box.cz = 6.1; /* 3.1 of vacuum beside an edge of 3.2 */
    assert_refused(&c, "Make the cell 62 A high");
    c = good_cell();
    c.box = (km_box){3.0, 1.5, 1.5 * 1.7320508075688772, 0.0, 0.0, 5.5}; /* waves of 2.598 */
    assert_refused(&c, "period in the plane (25.98 A)");
    c = good_cell();
    c.box.ax = c.box.by = 0.8;
    c.box.cz = 4.0; /* 1.0 beside a cutoff of 1.2 */
    assert_refused(&c, "vacuum of 10 A");
    c = good_cell();
    c.position[2] = 9.0; /* a slab cut by the wall of the cell */
    assert_refused(&c, "in one piece along z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_cell_is_measured),
        cmocka_unit_test(a_thin_vacuum_is_told),
        cmocka_unit_test(others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
