/* SPDX-License-Identifier: MIT */
/* Each guard of a run stops what it is there for, and nothing that runs do. */
#include <math.h>
#include <string.h>

#include "host/engine/guards.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

/* 100 waters at 300 K, 2 fs, bonds held: 600 degrees of freedom, less three. */
static const km_guard guard = {.temperature = 300.0,
                               .timestep = 0.002,
                               .total_mass = 1801.5,
                               .degrees_of_freedom = 597,
                               .thermostatted = true,
                               .at_rest = true,
                               .conserves = true};
static const km_measurement usual = {.kinetic = 745.0,
                                     .temperature = 310.0,
                                     .potential = -4000.0,
                                     .conserved = -3255.0,
                                     .pressure = 30.0,
                                     .momentum = {0.1, -0.2, 0.1},
                                     .constraint_residual = 2e-10,
                                     .largest_force = 9000.0};

static void breaks(const km_measurement *m, double mass, double change, double time,
                   const char *expected)
{
    char text[256] = "";
    const bool broken = km_guard_broken(&guard, m, mass, change, time, text, sizeof text);
    assert_int_equal(broken, expected != NULL);
    if (expected != NULL && strstr(text, expected) == NULL)
        fail_msg("'%s' is not in '%s'", expected, text);
}

static void usual_passes(void **state)
{
    (void)state;
    breaks(&usual, 1.008, 3.0, 1000.0, NULL);
    breaks(&usual, 1.008, -500.0, 10.0, NULL);
}

static void each_guard(void **state)
{
    (void)state;
    km_measurement m = usual;
    m.potential = NAN;
    breaks(&m, 16.0, 0.0, 0.0, "not a number");
    m = usual;
    m.pressure = INFINITY;
    breaks(&m, 16.0, 0.0, 0.0, "not a number");
    m = usual;
    m.largest_force = 3e6; /* 0.75 nm for an oxygen, and nothing for what is held */
    breaks(&m, 16.0, 0.0, 0.0, "too close");
    breaks(&m, 0.0, 0.0, 0.0, NULL);
    m.largest_force = NAN;
    breaks(&m, 16.0, 0.0, 0.0, "too close");
    m = usual;
    m.constraint_residual = 1e-5;
    breaks(&m, 16.0, 0.0, 0.0, "a constrained bond is off");
    m = usual;
    m.temperature = 1900.0; /* 300 x (5 + 20 sqrt(2 / 597)) = 1847 */
    breaks(&m, 16.0, 0.0, 0.0, "the temperature is 1900 K (limit 1847 K");
    m.temperature = 1800.0;
    breaks(&m, 16.0, 0.0, 0.0, NULL);
    m = usual;
    m.momentum[2] = 400.0; /* 44 kJ/mol; 15 R T = 37.4 */
    breaks(&m, 16.0, 0.0, 0.0, "moves as a whole");
    m = usual;
    const double kinetic = 0.5 * 597 * KM_GAS_CONSTANT * 300.0;
    breaks(&m, 16.0, 1.01 * kinetic, 0.0, "conserved quantity");
    breaks(&m, 16.0, -1.9 * kinetic, 1000.0, NULL);
    breaks(&m, 16.0, -2.1 * kinetic, 1000.0, "conserved quantity");
    breaks(&m, 16.0, NAN, 1000.0, "conserved quantity");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(usual_passes),
                                       cmocka_unit_test(each_guard)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
