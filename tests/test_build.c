/* SPDX-License-Identifier: MIT */
/* From whole numbers to positions: packing, structures. Counts: test_composition.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/build/packing.h"
#include "kernels/base/units.h"
#include "tests/built_cell.h"
#include "tests/cmocka_all.h"

static bool has_packmol(void)
{
    char *folders = strdup(getenv("PATH"));
    bool found = false;
    for (char *save, *folder = strtok_r(folders, ":", &save); folder != NULL && !found;
         folder = strtok_r(NULL, ":", &save)) {
        char program[4096];
        snprintf(program, sizeof program, "%s/packmol", folder);
        found = access(program, X_OK) == 0;
    }
    free(folders);
    return found;
}

#define NEEDS_PACKMOL()                                                                            \
    do {                                                                                           \
        if (!has_packmol()) {                                                                      \
            print_message("packmol is not installed (apt-get install packmol): not tested\n");     \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

static void build(const char *cell_block, uint64_t seed, built_cell *c)
{
    built_open(cell_block, c);
    c->recipe->seed = seed;
    assert_ok(km_system_build(c->recipe, c->ff, NULL, &c->system));
}

/* Least distance between atoms of different molecules over the periodic boundary, nm. */
static double least_distance(const km_system *s, const km_forcefield *ff)
{
    int *molecule = malloc((size_t)s->n_atoms * sizeof *molecule);
    assert_non_null(molecule);
    for (int m = 0, i = 0; m < s->n_molecules; m++)
        for (int a = 0; a < ff->molecule[s->molecule[m]].n_atoms; a++)
            molecule[i++] = m;
    double least = 1e30;
    const double edge = s->box.ax;
    for (int i = 0; i < s->n_atoms; i++)
        for (int j = 0; j < i; j++) {
            if (molecule[i] == molecule[j])
                continue;
            double square = 0.0;
            for (int c = 0; c < 3; c++) {
                double d = fabs(s->position[3 * i + c] - s->position[3 * j + c]);
                d = d > 0.5 * edge ? d - edge : d;
                square += d * d;
            }
            least = square < least ? square : least;
        }
    free(molecule);
    return sqrt(least);
}

/* Distances inside every molecule are those of the force field's geometry. */
static void assert_rigid(const built_cell *c, double tolerance)
{
    const double *x = c->system->position;
    for (int m = 0; m < c->system->n_molecules; m++) {
        const km_ff_molecule *molecule = &c->ff->molecule[c->system->molecule[m]];
        for (int i = 1; i < molecule->n_atoms; i++) {
            double here = 0.0, there = 0.0;
            for (int k = 0; k < 3; k++) {
                here += pow(x[3 * i + k] - x[k], 2);
                there += pow(molecule->atom[i].position[k] - molecule->atom[0].position[k], 2);
            }
            assert_near(sqrt(here), sqrt(there), tolerance);
        }
        x += 3 * molecule->n_atoms;
    }
}

static const char small[] = KFSI_DME("molarity_M: 1", "ion_pairs: 4");

static void packing_leaves_no_overlap(void **state)
{
    (void)state;
    NEEDS_PACKMOL();
    built_cell c;
    build(small, 3, &c);
    assert_int_equal(c.system->n_molecules, 4 + 4 + 34);
    /* packmol's own precision is 0.01 A, and its coordinates have 6 decimals */
    assert_true(least_distance(c.system, c.ff) > 0.2 - 0.0015);
    assert_rigid(&c, 1e-6);
    assert_true(c.system->box.ax > 0.0 && c.system->box.ax == c.system->box.cz);
    /* not thinner than four attempts allow, not denser than estimated */
    const double density = built_mass(&c) * KM_KG_M3_PER_U_NM3 / km_box_volume(&c.system->box);
    assert_true(density > 300.0 && density < 1000.0);
    built_close(&c);
}

static void packing_depends_on_the_seed_alone(void **state)
{
    (void)state;
    NEEDS_PACKMOL();
    built_cell a, b, other;
    build(small, 3, &a);
    build(small, 3, &b);
    build(small, UINT64_MAX, &other);
    const size_t bytes = 3 * (size_t)a.system->n_atoms * sizeof(double);
    assert_memory_equal(a.system->position, b.system->position, bytes);
    assert_memory_equal(&a.system->box, &b.system->box, sizeof a.system->box);
    assert_memory_not_equal(a.system->position, other.system->position, bytes);
    built_close(&a);
    built_close(&b);
    built_close(&other);
}

static void asked_density_and_edge_are_met(void **state)
{
    (void)state;
    NEEDS_PACKMOL();
    built_cell c;
    build("{liquid: {solvents: [{molecule: DME, mole_parts: 1}], size: {molecules: 40}, "
          "density_kg_m3: 850}}",
          3, &c);
    assert_near(built_mass(&c) * KM_KG_M3_PER_U_NM3 / km_box_volume(&c.system->box), 850.0, 1e-6);
    assert_rigid(&c, 1e-6);
    assert_true(least_distance(c.system, c.ff) > 0.1); /* moved together, but not through */
    built_close(&c);
    build("{liquid: {solvents: [{molecule: DME, mole_parts: 1}], size: {box_edge_A: 20}}}", 3, &c);
    assert_near(c.system->box.ax, 2.0, 1e-12);
    built_close(&c);
}

/* 813 DME are 13008 atoms: 2 x 2 x 2 copies of 102 molecules, of which 3 are left out. */
static void large_cells_are_copies_of_a_packed_one(void **state)
{
    (void)state;
    NEEDS_PACKMOL();
    built_cell c;
    build("{liquid: {solvents: [{molecule: DME, mole_parts: 1}], size: {molecules: 813}}}", 3, &c);
    assert_int_equal(c.system->n_molecules, 813);
    assert_true(c.system->n_atoms > KM_LARGEST_PACKED);
    assert_true(least_distance(c.system, c.ff) > 0.2 - 0.0015);
    assert_rigid(&c, 1e-6);
    /* copies are turned: molecule 0 of copies 0 and 1 differ by more than a shift */
    const double *x = c.system->position, *y = &c.system->position[3 * 16 * 102];
    double largest = 0.0;
    for (int k = 0; k < 3; k++)
        largest = fmax(largest, fabs((x[3 + k] - x[k]) - (y[3 + k] - y[k])));
    assert_true(largest > 1e-3);
    built_close(&c);
}

static void missing_packmol_says_how_to_get_it(void **state)
{
    (void)state;
    built_cell c;
    char *before = strdup(getenv("PATH"));
    built_open(small, &c);
    setenv("PATH", "/nonexistent", 1);
    const km_status status = km_system_build(c.recipe, c.ff, NULL, &c.system);
    setenv("PATH", before, 1);
    free(before);
    assert_int_equal(status, KM_ERROR_EXTERNAL);
    assert_non_null(strstr(km_last_error()->message, "apt-get install packmol"));
    assert_null(c.system);
    built_close(&c);
}

/* A packmol that fails, and one that never ends its work successfully. */
static void failing_packmol_is_reported(void **state)
{
    (void)state;
    built_cell c;
    char *before = strdup(getenv("PATH"));
    mkdir("test_build-bin", 0755);
    built_write("test_build-bin/packmol", "#!/bin/sh\necho no\nexit 173\n");
    assert_int_equal(chmod("test_build-bin/packmol", 0755), 0);
    char folder[4096], search[8200];
    assert_non_null(getcwd(folder, sizeof folder));
    snprintf(search, sizeof search, "%s/test_build-bin", folder);
    built_open(small, &c);
    setenv("PATH", search, 1);
    const km_status status = km_system_build(c.recipe, c.ff, "test_build-bin", &c.system);
    setenv("PATH", before, 1);
    free(before);
    assert_int_equal(status, KM_ERROR_EXTERNAL);
    assert_non_null(strstr(km_last_error()->message, "packmol.log"));
    assert_int_equal(access("test_build-bin/packmol.log", R_OK), 0);
    built_close(&c);
}

/* Structure files. Water by hand: the second molecule crosses the boundary at 2 nm. */

static const char water_gro[] =
    "two waters, the second across the boundary\n"
    "    6\n"
    "    1SOL     OW    1   0.500   0.500   0.500  0.1000  0.2000  0.3000\n"
    "    1SOL    HW1    2   0.600   0.500   0.500  0.0000  0.0000  0.0000\n"
    "    1SOL    HW2    3   0.467   0.594   0.500  0.0000  0.0000  0.0000\n"
    "    2SOL     OW    4   1.980   1.000   1.000  0.0000  0.0000  0.0000\n"
    "    2SOL    HW1    5   0.080   1.000   1.000  0.0000  0.0000  0.0000\n"
    "    2SOL    HW2    6   1.947   1.094   1.000  0.0000  0.0000  0.0000\n"
    "   2.00000   2.00000   2.00000\n";

#define WATER(file, n)                                                                             \
    "{structure: {file: ./" file ", molecules: [{molecule: SPCE, count: " n "}]}}"

static void molecules_are_made_whole(void **state)
{
    (void)state;
    built_cell c;
    built_write("test_build.gro", water_gro);
    build(WATER("test_build.gro", "2"), 1, &c);
    assert_int_equal(c.system->n_molecules, 2);
    assert_near(c.system->position[12], 2.080, 1e-12); /* H of molecule 2 joins its O at 1.98 */
    assert_near(c.system->velocity[1], 0.2, 0.0);
    assert_near(c.system->box.by, 2.0, 0.0);
    built_close(&c);
}

static void a_liquid_can_be_placed_from_a_file(void **state)
{
    (void)state;
    built_cell c;
    built_write("test_build.gro", water_gro);
    build(
        "{liquid: {solvents: [{molecule: SPCE, mole_parts: 1}], size: {molecules: 2}}, structure: "
        "{file: ./test_build.gro, box_A: [20, 21, 23]}}",
        1, &c);
    assert_near(c.system->box.ax, 2.0, 1e-12);
    assert_near(c.system->box.cz, 2.3, 1e-12);
    assert_near(c.system->position[3], 0.6, 1e-12);
    built_close(&c);
}

typedef struct foreign {
    const char *before, *after; /* replaced in the file */
    const char *cell, *says;
} foreign;

static const foreign foreigners[] = {
    {"OW", "OW", WATER("test_build.gro", "3"), "6 atoms"},
    {"OW", "OW", WATER("test_build.gro", "1"), "list all molecules"},
    {"     OW    1", "     KW    1", WATER("test_build.gro", "2"), "line 3: atom 1 is KW"},
    {"HW1    5   0.080", "HW1    5   1.000", WATER("test_build.gro", "2"), "lines 6 and 7"},
    {"2.00000   2.00000   2.00000", "0 0 0", WATER("test_build.gro", "2"), "cell.structure.box_A"},
    {"OW", "OW",
     "{structure: {file: ./test_build.gro, molecules: [{molecule: K, count: 2}, {molecule: FSI, "
     "count: 1}]}}",
     "must be neutral"},
    {"OW", "OW", "{structure: {file: ./test_build.gro, molecules: [{molecule: SPCF, count: 2}]}}",
     "cell.structure.molecules.0.molecule"},
};

static void foreign_structures_are_refused(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof foreigners / sizeof *foreigners; k++) {
        const foreign *f = &foreigners[k];
        char text[2048];
        built_cell c;
        const char *at = strstr(water_gro, f->before);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - water_gro), water_gro, f->after,
                 at + strlen(f->before));
        built_write("test_build.gro", text);
        built_open(f->cell, &c);
        assert_int_equal(km_system_build(c.recipe, c.ff, NULL, &c.system), KM_ERROR_INPUT);
        if (strstr(km_last_error()->message, f->says) == NULL)
            fail_msg("\"%s\" says: %s", f->after, km_last_error()->message);
        assert_null(c.system);
        built_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_leaves_no_overlap),
        cmocka_unit_test(packing_depends_on_the_seed_alone),
        cmocka_unit_test(asked_density_and_edge_are_met),
        cmocka_unit_test(large_cells_are_copies_of_a_packed_one),
        cmocka_unit_test(missing_packmol_says_how_to_get_it),
        cmocka_unit_test(failing_packmol_is_reported),
        cmocka_unit_test(molecules_are_made_whole),
        cmocka_unit_test(a_liquid_can_be_placed_from_a_file),
        cmocka_unit_test(foreign_structures_are_refused),
    };
    return cmocka_run_group_tests(tests, built_find_data, NULL);
}
