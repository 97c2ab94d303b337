/* SPDX-License-Identifier: MIT */
/* energies.csv: columns and units, exact numbers, continuation. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/output/energy_table.h"
#include "host/output/number_text.h"
#include "kernels/base/random.h"
#include "tests/files.h"

static km_energy_row row_make(int k)
{
    km_energy_row row = {.step = 100 * k, .time = 0.1 * k};
    for (int term = 0; term < KM_ENERGY_COUNT; term++)
        row.energy[term] = -1000.0 / 3.0 * (term + 1) + k;
    row.measured.temperature = 298.15 + sin(k);
    row.measured.pressure = 0.0602214076 * (k + 1); /* k + 1 bar in kJ/mol/nm^3    */
    row.measured.density = 1000.0 / 1.66053906660;  /* 1000 kg/m^3 in u/nm^3       */
    row.measured.volume = 27.0;
    row.measured.potential = -12345.678901234567;
    row.measured.kinetic = 1.0 / 3.0;
    row.measured.conserved = -12345.3455679;
    row.measured.pressure_tensor[KM_YZ] = -2.0 * 0.0602214076;
    row.measured.constraint_residual = 1.5e-9;
    row.measured.current[2] = -0.25;
    return row;
}

static void write_rows(const km_sink *sink, int first, int last)
{
    for (int k = first; k < last; k++) {
        const km_energy_row row = row_make(k);
        assert_ok(sink->energies(sink->self, &row));
    }
}

static void write_table(const char *path, int n)
{
    km_energy_table *table;
    assert_ok(km_energy_table_create(path, &table));
    const km_sink sink = km_energy_table_sink(table);
    assert_ok(sink.begin(sink.self, NULL));
    write_rows(&sink, 0, n);
    assert_ok(sink.end(sink.self));
    km_energy_table_destroy(table);
}

static void columns_are_named_with_units_and_hold_them(void **state)
{
    (void)state;
    write_table("energies.csv", 2);
    char *text = slurp("energies.csv", NULL), *rest = text;
    char *names = strsep(&rest, "\n");
    strsep(&rest, "\n");
    char *values = strsep(&rest, "\n");
    assert_string_equal(rest, "");
    const struct {
        const char *name;
        double value;
    } expected[] = {
        {"step", 100},
        {"time_ps", 0.1},
        {"temperature_K", 298.15 + sin(1)},
        {"pressure_bar", 2.0},
        {"density_kg_m3", 1000.0},
        {"volume_nm3", 27.0},
        {"potential_kJ_mol", -12345.678901234567},
        {"kinetic_kJ_mol", 1.0 / 3.0},
        {"conserved_kJ_mol", -12345.3455679},
        {"lennard_jones_kJ_mol", -1000.0 / 3.0 + 1},
        {"coulomb_reciprocal_kJ_mol", -1000.0 / 3.0 * (KM_ENERGY_COULOMB_RECIPROCAL + 1) + 1},
        {"pressure_xx_bar", 0.0},
        {"pressure_yz_bar", -2.0},
        {"constraint_residual", 1.5e-9},
        {"current_z_e_nm_ps", -0.25}};
    const size_t n_expected = sizeof expected / sizeof expected[0];
    size_t found = 0;
    int n_columns = 0;
    while (names != NULL && values != NULL) {
        const char *name = strsep(&names, ","), *value = strsep(&values, ",");
        n_columns++;
        for (size_t k = 0; k < n_expected; k++)
            if (strcmp(expected[k].name, name) == 0) {
                /* bits as they were; a converted pressure or density has one rounding more */
                assert_near(atof(value), expected[k].value, 3e-16 * fabs(expected[k].value));
                found++;
            }
    }
    assert_true(names == NULL && values == NULL);
    assert_int_equal(found, n_expected);
    assert_int_equal(n_columns, 9 + KM_ENERGY_COUNT + 6 + 1 + 4 + 3);
    free(text);
}

static void numbers_read_back_to_the_same_bits(void **state)
{
    (void)state;
    char text[KM_NUMBER_TEXT_LENGTH];
    for (uint32_t k = 0; k < 100000; k++) {
        const km_random4 bits = km_random_bits(7, k, 0, KM_RANDOM_BUILD);
        double value, back;
        memcpy(&value, bits.v, sizeof value);
        const int length = km_number_text(value, text);
        assert_int_equal(length, strlen(text));
        assert_true(length < KM_NUMBER_TEXT_LENGTH);
        back = strtod(text, NULL);
        if (!isnan(value))
            assert_memory_equal(&value, &back, sizeof value);
    }
    km_number_text(0.1, text);
    assert_string_equal(text, "0.1");
    km_number_text(298.15, text);
    assert_string_equal(text, "298.15");
    km_number_text(-NAN, text);
    assert_string_equal(text, "nan");
}

static void continue_from(const char *path, int64_t position, int first, int last)
{
    km_energy_table *table;
    assert_ok(km_energy_table_continue(path, &table));
    const km_sink sink = km_energy_table_sink(table);
    assert_ok(sink.begin(sink.self, NULL));
    assert_ok(sink.rewind(sink.self, position));
    write_rows(&sink, first, last);
    assert_ok(sink.end(sink.self));
    km_energy_table_destroy(table);
}

static void a_continued_table_is_the_uninterrupted_one(void **state)
{
    (void)state;
    km_energy_table *table;
    int64_t position;
    write_table("straight.csv", 10);
    assert_ok(km_energy_table_create("halted.csv", &table));
    const km_sink sink = km_energy_table_sink(table);
    assert_ok(sink.begin(sink.self, NULL));
    write_rows(&sink, 0, 6);
    assert_ok(sink.flush(sink.self, &position));
    write_rows(&sink, 6, 9);
    km_energy_table_destroy(table); /* killed */
    assert_int_equal(truncate("halted.csv", position + 300), 0);
    continue_from("halted.csv", position, 6, 10);
    assert_same_bytes("straight.csv", "halted.csv");
    continue_from("halted.csv", 0, 0, 10);
    assert_same_bytes("straight.csv", "halted.csv");
    unlink("halted.csv");
    continue_from("halted.csv", 0, 0, 10);
    assert_same_bytes("straight.csv", "halted.csv");
}

static void a_foreign_or_lost_table_is_not_continued(void **state)
{
    (void)state;
    km_energy_table *table;
    FILE *file = fopen("foreign.csv", "w");
    fputs("time,energy\n1,2\n", file);
    fclose(file);
    assert_ok(km_energy_table_continue("foreign.csv", &table));
    km_sink sink = km_energy_table_sink(table);
    assert_int_equal(sink.begin(sink.self, NULL), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "foreign.csv"));
    km_energy_table_destroy(table);
    write_table("short.csv", 2);
    assert_ok(km_energy_table_continue("short.csv", &table));
    sink = km_energy_table_sink(table);
    assert_ok(sink.begin(sink.self, NULL));
    assert_int_equal(sink.rewind(sink.self, 100000), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message, "fewer than"));
    km_energy_table_destroy(table);
    km_energy_table_destroy(NULL);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    km_energy_table *table;
    assert_ok(km_energy_table_create("/dev/full", &table));
    const km_sink sink = km_energy_table_sink(table);
    assert_int_equal(sink.begin(sink.self, NULL), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message,
                           "cannot write /dev/full: No space left on device; make room"));
    km_energy_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_named_with_units_and_hold_them),
        cmocka_unit_test(numbers_read_back_to_the_same_bits),
        cmocka_unit_test(a_continued_table_is_the_uninterrupted_one),
        cmocka_unit_test(a_foreign_or_lost_table_is_not_continued),
        cmocka_unit_test(a_full_disk_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
