/* SPDX-License-Identifier: MIT */
/* PSF files: columns and limits of their readers, and the way back to labels. */
#include <unistd.h>

#include "host/output/element_guess.h"
#include "host/output/psf_reader.h"
#include "host/output/topology_export.h"
#include "host/output/type_names.h"
#include "tests/files.h"
#include "tests/labels_sample.h"

static void assert_same_labels(const km_labels *a, const km_labels *b)
{
    assert_int_equal(a->n_atoms, b->n_atoms);
    assert_int_equal(a->n_molecules, b->n_molecules);
    assert_int_equal(a->n_kinds, b->n_kinds);
    assert_int_equal(a->n_bonds, b->n_bonds);
    for (int i = 0; i < a->n_atoms; i++) {
        assert_string_equal(a->atom_name[i], b->atom_name[i]);
        assert_string_equal(a->type_name[i], b->type_name[i]);
        assert_string_equal(a->element[i], b->element[i]);
        assert_near(a->mass[i], b->mass[i], 1e-6);     /* digits of the file */
        assert_near(a->charge[i], b->charge[i], 1e-8); /* likewise           */
        assert_int_equal(a->molecule[i], b->molecule[i]);
    }
    for (int m = 0; m < a->n_molecules; m++) {
        assert_int_equal(a->molecule_start[m + 1], b->molecule_start[m + 1]);
        assert_int_equal(a->molecule_kind[m], b->molecule_kind[m]);
    }
    for (int k = 0; k < a->n_kinds; k++) {
        assert_string_equal(a->kind[k].name, b->kind[k].name);
        assert_string_equal(a->kind[k].residue, b->kind[k].residue);
        assert_int_equal(a->kind[k].n_atoms, b->kind[k].n_atoms);
        assert_int_equal(a->kind[k].n_molecules, b->kind[k].n_molecules);
        assert_int_equal(a->kind[k].formal_charge, b->kind[k].formal_charge);
        assert_near(a->kind[k].charge, b->kind[k].charge, 1e-7);
        assert_near(a->kind[k].mass, b->kind[k].mass, 1e-5);
    }
    for (int n = 0; n < a->n_bonds; n++) {
        assert_int_equal(a->bond[n][0], b->bond[n][0]);
        assert_int_equal(a->bond[n][1], b->bond[n][1]);
    }
}

static void labels_come_back_from_the_psf(void **state)
{
    (void)state;
    km_labels *labels = sample_labels(), *back;
    assert_ok(km_topology_write_psf("sample.psf", labels, "1 M KFSI; not a PSF EXT title"));
    assert_ok(km_labels_read_psf("sample.psf", &back));
    assert_same_labels(labels, back);
    km_labels_destroy(back);
    km_labels_destroy(labels);
}

/* The rules under which VMD's reader of the EXT flavour gets charge and mass right: blanks in
 * columns 11, 20, 29, 38 and 47, a type of at most 6 characters from column 48 on that begins with
 * a letter, the charge from column 55, the mass from column 69, lines of 50 to 255 characters. */
static void wide_columns_are_where_vmd_looks(void **state)
{
    (void)state;
    km_labels *labels = sample_labels();
    assert_ok(km_topology_write_psf("sample.psf", labels, "PSF NAMD"));
    char *text = slurp("sample.psf", NULL), *rest = text;
    assert_memory_equal(text, "PSF EXT XPLOR\n\n", 15);
    /* no other line may have the word that VMD takes flags from */
    assert_null(strstr(text + 3, "PSF"));
    for (char *line; (line = strsep(&rest, "\n")) != NULL && strstr(line, "!NATOM") == NULL;)
        ;
    static const int blank[] = {10, 19, 28, 37, 46};
    for (int i = 0; i < labels->n_atoms; i++) {
        const char *line = strsep(&rest, "\n");
        assert_true(strlen(line) >= 50 && strlen(line) <= 255);
        for (size_t k = 0; k < sizeof blank / sizeof blank[0]; k++)
            assert_int_equal(line[blank[k]], ' ');
        assert_true(line[47] >= 'A' && line[53] == ' ');
        assert_near(atof(line + 54), labels->charge[i], 1e-8);
        assert_near(atof(line + 68), labels->mass[i], 1e-6);
        assert_int_equal(atoi(line), i + 1);
    }
    assert_string_equal(strsep(&rest, "\n"), "");
    assert_string_equal(strsep(&rest, "\n"), "        42 !NBOND: bonds");
    static const char *const sections[] = {"!NTHETA", "!NPHI", "!NIMPHI", "!NDON",
                                           "!NACC",   "!NNB",  "!NGRP"};
    for (size_t k = 0; k < sizeof sections / sizeof sections[0]; k++) {
        rest = strstr(rest, sections[k]);
        assert_non_null(rest);
    }
    free(text);
    km_labels_destroy(labels);
}

static void short_names_give_the_plain_flavour(void **state)
{
    (void)state;
    const species brine[] = {{"K+", "K", 1, 2, 1, potassium}, {"K", "K", 0, 2, 1, potassium}};
    km_labels *labels = labels_make(brine, 2), *back;
    for (int i = 0; i < labels->n_atoms; i++)
        strcpy(labels->type_name[i], i < 2 ? "KI" : "KM");
    assert_ok(km_topology_write_psf("plain.psf", labels, NULL));
    char *text = slurp("plain.psf", NULL);
    assert_memory_equal(text, "PSF\n\n", 5);
    assert_non_null(strstr(text, "\n       3 K2   1    K    K    KM       0.80000000     39.098300"
                                 "       0\n"));
    free(text);
    assert_ok(km_labels_read_psf("plain.psf", &back));
    assert_same_labels(labels, back);
    km_labels_destroy(back);
    km_labels_destroy(labels);
}

static void ten_thousand_molecules_need_wide_columns(void **state)
{
    (void)state;
    const species many[] = {{"K+", "K", 1, 10001, 1, potassium}};
    km_labels *labels = labels_make(many, 1), *back;
    for (int i = 0; i < labels->n_atoms; i++)
        strcpy(labels->type_name[i], "K");
    assert_ok(km_topology_write_psf("many.psf", labels, NULL));
    assert_ok(km_labels_read_psf("many.psf", &back));
    assert_same_labels(labels, back);
    km_labels_destroy(back);
    char *text = slurp("many.psf", NULL);
    assert_memory_equal(text, "PSF EXT", 7);
    assert_non_null(strstr(text, "\n     10001 K        10001    K "));
    free(text);
    km_labels_destroy(labels);
}

static void shortened_types_are_distinct_and_safe(void **state)
{
    (void)state;
    km_labels *labels = sample_labels();
    const char *names[] = {"opls_800", "opls_801", "opls_8000", "123", "C T", "opls_8", "opls_2"};
    for (int i = 0; i < 7; i++)
        strcpy(labels->type_name[i], names[i]);
    km_type_names types;
    assert_ok(km_type_names_make(labels, &types));
    for (int k = 0; k < types.n; k++) {
        const char *brief = types.name[k].brief;
        assert_true(strlen(brief) >= 1 && strlen(brief) <= 6 && strchr(brief, ' ') == NULL);
        assert_true((brief[0] >= 'A' && brief[0] <= 'Z') || (brief[0] >= 'a' && brief[0] <= 'z'));
        for (int j = 0; j < k; j++)
            assert_string_not_equal(types.name[j].brief, brief);
    }
    assert_string_equal(km_type_names_brief(&types, 0), "opls_8");
    assert_string_equal(km_type_names_brief(&types, 3), "T123");
    km_type_names_destroy(&types);
    km_labels_destroy(labels);
}

static void spill_text(const char *path, const char *text)
{
    spill(path, text, strlen(text));
}

/* Files of other programs: NAMD flavour without segments in one line, residues joined by bonds. */
static void foreign_psf_files_are_read(void **state)
{
    (void)state;
    km_labels *labels;
    spill_text("foreign.psf", "PSF NAMD\n\n 1 !NTITLE\n REMARKS by hand\n\n 6 !NATOM\n"
                              "1 A 1 ALA CA CT1 0.5 12.011 0\n"
                              "2 A 2 GLY CB opls_800 -0.5 12.011 0\n"
                              "3 A 3 SOD SOD SOD 1.0 22.98977 0\n"
                              "4 B 1 POT POT POT 1.0 39.0983 0\n"
                              "5 1 SOD SOD SOD 1.0 22.98977 0\n"
                              "6 B 2A CLA CLA CLA -1.000000 35.45 0\n\n"
                              " 1 !NBOND: bonds\n 2\n 1\n\n");
    assert_ok(km_labels_read_psf("foreign.psf", &labels));
    assert_int_equal(labels->n_molecules, 5);
    assert_int_equal(labels->n_kinds, 4);
    assert_int_equal(labels->molecule_start[1], 2);
    assert_int_equal(labels->molecule_kind[3], 1); /* sodium again */
    assert_string_equal(labels->kind[0].residue, "ALA");
    assert_int_equal(labels->kind[3].formal_charge, -1);
    assert_string_equal(labels->type_name[1], "opls_800");
    assert_string_equal(labels->element[0], "C");
    assert_string_equal(labels->element[2], "Na");
    assert_string_equal(labels->element[3], "K");
    assert_string_equal(labels->element[5], "Cl");
    assert_int_equal(labels->bond[0][0], 0);
    km_labels_destroy(labels);
    /* without any bond, residues are molecules */
    spill_text("foreign.psf", "PSF\n\n 0 !NTITLE\n\n 3 !NATOM\n"
                              "1 W 1 SPC OW O -0.8 16.0 0\n2 W 1 SPC HW1 H 0.4 1.0 0\n"
                              "3 W 2 SPC OW O -0.8 16.0 0\n\n 0 !NBOND: bonds\n\n");
    assert_ok(km_labels_read_psf("foreign.psf", &labels));
    assert_int_equal(labels->n_molecules, 2);
    assert_int_equal(labels->n_kinds, 2);
    km_labels_destroy(labels);
}

static void broken_psf_files_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } broken[] = {
        {"REMARK\n", "is not a PSF file"},
        {"PSF\n\n 1 !NTITLE\n x\n", "no section NATOM"},
        {"PSF\n\n 0 !NTITLE\n 2 !NATOM\n1 A 1 K K K 1.0 39.1 0\n",
         "the file ends within the atoms"},
        {"PSF\n\n 0 !NTITLE\n 99999999 !NATOM\n", ":4: a section begins with a count"},
        {"PSF\n\n 0 !NTITLE\n 0 !NATOM\n", "there are no atoms"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0\n", ":5: an atom needs"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K one 39.1 0\n", ":5: the number, charge"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n2 A 1 K K K 1.0 39.1 0\n", ":5: the number, charge"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K POTASSIUM K 1.0 39.1 0\n", "at most 7 characters"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0 39.1 0\n", "no section NBOND"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0 39.1 0\n 1 !NBOND\n 1 2\n", ":7: a bond"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0 39.1 0\n 1 !NBOND\n 1 1\n", "to itself"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0 39.1 0\n 1 !NBOND\n 1 x\n", ":7: a bond"},
        {"PSF\n\n 0 !NTITLE\n 1 !NATOM\n1 A 1 K K K 1.0 39.1 0\n 1 !NBOND\n 1\n", "ends within"},
        {"PSF\n\n 0 !NTITLE\n 3 !NATOM\n1 A 1 C C C 0 12 0\n2 A 1 C C C 0 12 0\n"
         "3 A 1 C C C 0 12 0\n 1 !NBOND\n 1 3\n",
         "atoms 1 and 3 are connected across atom 2"}};
    km_labels *labels;
    for (size_t k = 0; k < sizeof broken / sizeof broken[0]; k++) {
        spill_text("broken.psf", broken[k].text);
        assert_int_equal(km_labels_read_psf("broken.psf", &labels), KM_ERROR_INPUT);
        assert_null(labels);
        assert_message_has("broken.psf");
        assert_message_has(broken[k].message);
    }
    assert_int_equal(km_labels_read_psf("absent.psf", &labels), KM_ERROR_FILE);
    assert_message_has("absent.psf: No such file");
}

static void elements_follow_from_names_and_masses(void **state)
{
    (void)state;
    static const struct {
        const char *name, *element;
        double mass;
    } known[] = {{"CA", "C", 12.011},   {"CA", "Ca", 40.08},     {"HO", "H", 1.008},
                 {"1HB", "H", 1.00794}, {"SOD", "Na", 22.98977}, {"POT", "K", 39.0983},
                 {"CES", "Cs", 132.91}, {"N1", "N", 11.991},     {"H1", "H", 3.024},
                 {"C3", "C", 5.963},    {"NA", "Na", 22.99},     {"NA", "N", 14.007},
                 {"BR", "Br", 79.904},  {"XX", "X", 500.0},      {"CH3", "C", 15.035},
                 {"M", "Ag", 107.868},  {"", "O", 15.9994},      {"Li", "Li", 6.941}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        char element[4];
        km_element_guess(known[k].name, known[k].mass, element);
        assert_string_equal(element, known[k].element);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_come_back_from_the_psf),
        cmocka_unit_test(wide_columns_are_where_vmd_looks),
        cmocka_unit_test(short_names_give_the_plain_flavour),
        cmocka_unit_test(ten_thousand_molecules_need_wide_columns),
        cmocka_unit_test(shortened_types_are_distinct_and_safe),
        cmocka_unit_test(foreign_psf_files_are_read),
        cmocka_unit_test(broken_psf_files_are_refused_with_their_line),
        cmocka_unit_test(elements_follow_from_names_and_masses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
