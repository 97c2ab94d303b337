/* SPDX-License-Identifier: MIT */
/* The reader of setfl files: the published ones, and everything that can be wrong with one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/eam_file.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

#define METALS KM_SOURCE_ROOT "/forcefields/metals/"

typedef struct known {
    const char *file, *element;
    int atomic_number;
    double cutoff_A, lattice_A; /* as printed in the file */
    bool finnis_sinclair, root;
} known;

/* Cutoffs and lattice constants as printed in the files. */
static const known files[] = {
    {"K_refit_FS.eam.fs", "K", 19, 6.8146, 5.242, true, true},
    {"K_NicholAckland2016_v2.eam.fs", "K", 19, 6.9264, 5.328, true, true},
    {"Na_NicholAckland2016_v2.eam.fs", "Na", 11, 5.57778, 4.2906, true, true},
    {"Li_NicholAckland2016_v2.eam.fs", "Li", 3, 4.563, 3.51, true, true},
    {"Na_Wilson2015.eam.fs", "Na", 11, 9.2, 4.22786798098572, true, false},
    {"Li_liquid_AlAwad2023.eam.alloy", "Li", 3, 7.5, 3.449, false, false},
    {"Cu_Mishin2001.eam.alloy", "Cu", 29, 5.506786, 3.615, false, false},
    {"Al_Mishin1999.eam.alloy", "Al", 13, 6.28721, 4.05, false, false},
    {"Cu_Zhou2004.eam.alloy", "Cu", 29, 5.715751993501819, 3.615, false, false},
    {"Al_Zhou2004.eam.alloy", "Al", 13, 6.403928746393108, 4.0502, false, false},
};

static void published_files(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        km_eam_tables *t;
        char path[512];
        snprintf(path, sizeof path, METALS "%s", files[k].file);
        assert_ok(km_eam_file_read(path, &t));
        assert_string_equal(t->element[0].name, files[k].element);
        assert_int_equal(t->element[0].atomic_number, files[k].atomic_number);
        assert_near(t->cutoff, 0.1 * files[k].cutoff_A, 1e-12);
        assert_near(t->element[0].lattice, 0.1 * files[k].lattice_A, 1e-12);
        assert_int_equal(t->finnis_sinclair, files[k].finnis_sinclair);
        assert_int_equal(t->element[0].root > 0.0, files[k].root);
        if (files[k].root) /* -sqrt(rho) eV */
            assert_near(t->element[0].root / KM_EV, 1.0, 1e-12);
        km_eam_tables_destroy(t);
    }
}

/* Numbers of one file, read by eye: eV, eV A. */
static void units(void **state)
{
    (void)state;
    km_eam_tables *t;
    assert_ok(km_eam_file_read(METALS "Cu_Mishin2001.eam.alloy", &t));
    assert_near(t->embedding[1], -0.1275420370511642E-01 * KM_EV, 1e-15);
    assert_near(t->step_density, 0.12e-2, 1e-18);
    assert_near(t->step_r, 0.5506786e-4, 1e-18);
    assert_int_equal(t->n_r, 10000);
    assert_string_equal(t->comment[2], "4 February 2009.  http://www.ctcms.nist.gov/potentials");
    km_eam_tables_destroy(t);
}

static void two_elements(void **state)
{
    (void)state;
    km_eam_tables *fs, *alloy;
    const char *folder = KM_SOURCE_ROOT "/tests/reference/metals/two-elements.eam.";
    char path[512];
    snprintf(path, sizeof path, "%sfs", folder);
    assert_ok(km_eam_file_read(path, &fs));
    snprintf(path, sizeof path, "%salloy", folder);
    assert_ok(km_eam_file_read(path, &alloy));
    const int n = fs->n_r;
    assert_int_equal(km_eam_element_find(fs, "K"), 1);
    assert_int_equal(km_eam_element_find(fs, "Na"), -1);
    /* 1.5, 1.1; 2.3, 1.9 at r = 0, as the script has it; the alloy has 1.5 and 2.3 for any */
    const double at_0[4] = {1.5, 1.1, 2.3, 1.9};
    for (int row = 0; row < 4; row++) {
        assert_near(fs->density[row * n], at_0[row], 1e-9);
        assert_near(alloy->density[row * n], at_0[row / 2 * 2], 1e-9);
    }
    km_eam_tables_destroy(fs);
    km_eam_tables_destroy(alloy);
}

/* ---- a small file, whole and broken ---- */

#define HEAD "one\ntwo\nthree\n"
#define TABLE "0 1 2 3 4 5\n"
#define ALLOY HEAD "1 K\n6 0.1 6 1.0 5.0\n19 39.0983 5.3 bcc\n" TABLE TABLE TABLE

static km_status read_text(const char *name, const char *text, km_eam_tables **out)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    const km_status status = km_eam_file_read(name, out);
    remove(name);
    return status;
}

static void whole(void **state)
{
    (void)state;
    km_eam_tables *t;
    assert_ok(read_text("small.eam.alloy", ALLOY, &t));
    assert_false(t->finnis_sinclair);
    assert_near(t->pair_term[5], 5.0 * KM_EV * KM_NM_PER_ANGSTROM, 1e-12);
    km_eam_tables_destroy(t);
    /* Windows' line ends, Fortran's exponents, numbers on any line, no kind in the name */
    assert_ok(read_text("small.setfl",
                        "one\r\ntwo\r\nthree\r\n1 K\r\n6 1.0D-01 6 1.0d0 5.0\r\n19 39.0983 5.3 "
                        "bcc\r\n0\r\n1 2 3 4\r\n5 0 1 2 3 4 5 0 1 2 3 4 5.0D+00",
                        &t));
    assert_near(t->step_density, 0.1, 1e-15);
    assert_near(t->pair_term[5], 5.0 * KM_EV * KM_NM_PER_ANGSTROM, 1e-12);
    km_eam_tables_destroy(t);
}

/* What is not told by the name is counted. */
static void kind_by_count(void **state)
{
    (void)state;
    km_eam_tables *t;
    const char *head = HEAD "2 Na K\n6 0.1 6 1.0 5.0\n";
    char text[1024];
    snprintf(text, sizeof text,
             "%s11 23.0 4.3 bcc\n" TABLE TABLE "19 39.1 5.3 bcc\n" TABLE TABLE TABLE TABLE TABLE,
             head);
    assert_ok(read_text("small", text, &t));
    assert_false(t->finnis_sinclair);
    km_eam_tables_destroy(t);
    snprintf(text, sizeof text,
             "%s11 23.0 4.3 bcc\n" TABLE TABLE TABLE
             "19 39.1 5.3 bcc\n" TABLE TABLE TABLE TABLE TABLE TABLE,
             head);
    assert_ok(read_text("small", text, &t));
    assert_true(t->finnis_sinclair);
    km_eam_tables_destroy(t);
    assert_int_equal(read_text("small.eam.alloy", text, &t), KM_ERROR_INPUT);
}

static void refuse(const char *text, const char *line, const char *reason)
{
    km_eam_tables *t;
    assert_int_equal(read_text("broken.eam.alloy", text, &t), KM_ERROR_INPUT);
    assert_null(t);
    const char *message = km_last_error()->message;
    char where[64];
    snprintf(where, sizeof where, "broken.eam.alloy: %s: ", line);
    if (strncmp(message, where, strlen(where)) != 0 || strstr(message, reason) == NULL)
        fail_msg("\"%s\" does not begin with \"%s\" and say \"%s\"", message, where, reason);
}

static void broken(void **state)
{
    (void)state;
    const char *element = "19 39.0983 5.3 bcc\n";
    char text[1024];
    refuse("one\ntwo\n", "line 2", "three lines of comment");
    refuse(HEAD "K\n", "line 4", "number of elements");
    refuse(HEAD "0\n", "line 4", "number of elements");
    refuse(HEAD "2 K\n", "line 4", "2 elements are announced and 1 named");
    refuse(HEAD "1 K Na\n", "line 4", "more are named");
    refuse(HEAD "2 K K\n", "line 4", "named twice");
    refuse(HEAD "1 K\n6 0.1 6 1.0\n", "line 5", "five numbers");
    refuse(HEAD "1 K\n6 -0.1 6 1.0 5.0\n", "line 5", "step of the density is -0.1");
    refuse(HEAD "1 K\n6 0.1 6 0 5.0\n", "line 5", "step of the distance is 0");
    refuse(HEAD "1 K\n6 0.1 6 1.0 6.5\n", "line 5", "the cutoff is 6.5 A");
    refuse(HEAD "1 K\n6 0.1 6 1.0 -5.0\n", "line 5", "the cutoff is -5 A");
    refuse(HEAD "1 K\n3 0.1 6 1.0 5.0\n", "line 5", "3 points of the density");
    refuse(HEAD "1 K\n6.5 0.1 6 1.0 5.0\n", "line 5", "6.5 points of the density");
    snprintf(text, sizeof text, HEAD "1 K\n6 0.1 6 1.0 5.0\n%s" TABLE TABLE "0 1 2 3 4\n", element);
    refuse(text, "line 5", "21 numbers and words follow");
    snprintf(text, sizeof text, HEAD "1 K\n6 0.1 6 1.0 5.0\n%s" TABLE TABLE TABLE "7\n", element);
    refuse(text, "line 5", "23 numbers and words follow");
    snprintf(text, sizeof text, HEAD "1 K\n6 0.1 6 1.0 5.0\n%s" TABLE "0 1 2 x 4 5\n" TABLE,
             element);
    refuse(text, "line 8", "\"x\" is not a number (number 4 of 6 of the density of K");
    snprintf(text, sizeof text, HEAD "1 K\n6 0.1 6 1.0 5.0\n%s" TABLE TABLE "0 1 nan 3 4 5\n",
             element);
    refuse(text, "line 9", "\"nan\" is not a number");
    snprintf(text, sizeof text, HEAD "1 K\n6 0.1 6 1.0 5.0\n19 0.0 5.3 bcc\n" TABLE TABLE TABLE);
    refuse(text, "line 6", "mass 0 of K");
}

static void not_there(void **state)
{
    (void)state;
    km_eam_tables *t;
    assert_int_equal(km_eam_file_read("nowhere.eam.fs", &t), KM_ERROR_FILE);
    assert_null(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_files), cmocka_unit_test(units),
        cmocka_unit_test(two_elements),    cmocka_unit_test(whole),
        cmocka_unit_test(kind_by_count),   cmocka_unit_test(broken),
        cmocka_unit_test(not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
