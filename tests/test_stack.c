/* SPDX-License-Identifier: MIT */
/* Crystals, slabs and stacks of recipes: counts and sizes by hand, strain, nothing overlaps. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/system.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static const char path[] = "test_stack.yaml";

typedef struct cell {
    km_recipe *recipe;
    km_forcefield *ff;
    km_system *system;
} cell;

static int find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

static km_status read_cell(const char *block, cell *c)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "title: test\ntemperature_K: 300\nforcefield: {files: [opls-electrolytes, metals]}\n"
            "seed: 3\ncell: %s\n",
            block);
    assert_int_equal(fclose(file), 0);
    memset(c, 0, sizeof *c);
    return km_recipe_read(path, NULL, 0, &c->recipe);
}

static void open_cell(const char *block, cell *c)
{
    assert_ok(read_cell(block, c));
    assert_ok(km_forcefield_read((const char *const *)c->recipe->forcefield.file,
                                 c->recipe->forcefield.n_files, &c->ff));
}

static void close_cell(cell *c)
{
    km_system_destroy(c->system);
    km_forcefield_destroy(c->ff);
    km_recipe_destroy(c->recipe);
}

static void refused(const char *block, const char *text)
{
    cell c;
    km_status status = read_cell(block, &c);
    if (status == KM_OK) {
        km_recipe_destroy(c.recipe);
        open_cell(block, &c);
        status = km_system_compose(c.recipe, c.ff, &c.system);
        close_cell(&c);
    }
    if (status != KM_ERROR_INPUT || strstr(km_last_error()->message, text) == NULL)
        fail_msg("\"%s\" was expected, this came: %s", text, km_last_error()->message);
}

#define K "element: K, lattice: bcc, lattice_constant_A: 5.326"
#define LIQUID                                                                                     \
    "liquid: {salts: [{cation: K, anion: FSI, molarity_M: 1}], "                                   \
    "solvents: [{molecule: DME, volume_parts: 1}], thickness_A: 25}"

/* The nearest distance between atoms [first, end) and [other, n) of different molecules under the
 * periodic cell. */
static double least_distance(const cell *c, int first, int end, int other)
{
    const km_system *s = c->system;
    const double box[3] = {s->box.ax, s->box.by, s->box.cz};
    int *molecule = calloc((size_t)s->n_atoms, sizeof *molecule), i = 0;
    double least = HUGE_VAL;
    for (int m = 0; m < s->n_molecules; m++)
        for (int a = 0; a < c->ff->molecule[s->molecule[m]].n_atoms; a++)
            molecule[i++] = m;
    assert_int_equal(i, s->n_atoms);
    for (i = first; i < end; i++)
        for (int j = other; j < s->n_atoms; j++) {
            double sum = 0.0;
            for (int k = 0; k < 3; k++) {
                const double d = s->position[3 * j + k] - s->position[3 * i + k];
                sum += pow(d - box[k] * nearbyint(d / box[k]), 2);
            }
            if (molecule[i] != molecule[j])
                least = fmin(least, sqrt(sum));
        }
    free(molecule);
    return least;
}

#define ALLOY "lattice: bcc, lattice_constant_A: 5, repeats: [8, 8, 8]"

/* 1024 sites: 675.84 of potassium, at random: 8 of 14 neighbours of a sodium are on the other
 * sublattice, each potassium with the frequency of potassium (within three standard errors). */
static void an_alloy_has_its_elements_at_random(void **state)
{
    (void)state;
    cell c;
    open_cell(
        "{crystal: {elements: [{element: K, mole_parts: 66}, {element: Na, mole_parts: 34}], " ALLOY
        "}}",
        &c);
    assert_ok(km_system_build(c.recipe, c.ff, NULL, &c.system));
    const km_system *s = c.system;
    assert_int_equal(s->n_components, 2);
    assert_int_equal(s->component[0].count, 676);
    assert_int_equal(s->component[1].count, 348);
    assert_near(s->component[0].achieved, 66.0, 0.05);
    assert_near(least_distance(&c, 0, 1024, 0), 0.25 * sqrt(3.0), 1e-9);
    int pairs = 0, unlike = 0;
    for (int i = 676; i < 1024; i++)
        for (int j = 0; j < 1024; j++) {
            double r2 = 0.0;
            for (int k = 0; k < 3; k++) {
                const double d = s->position[3 * i + k] - s->position[3 * j + k];
                r2 += pow(d - 4.0 * nearbyint(d / 4.0), 2);
            }
            pairs += i != j && r2 < 0.45 * 0.45;
            unlike += j < 676 && r2 < 0.45 * 0.45;
        }
    assert_int_equal(pairs, 8 * 348);
    assert_near((double)unlike / pairs, 676.0 / 1023.0, 3.0 * 0.474 / sqrt(pairs));
    close_cell(&c);
    refused("{crystal: {" K ", elements: [{element: K, mole_parts: 1}, {element: Na, mole_parts: "
            "1}], repeats: [8, 8, 8]}}",
            "give exactly one of element and elements");
    refused("{crystal: {" ALLOY "}}", "give exactly one of element and elements");
    refused(
        "{crystal: {elements: [{element: K, mole_parts: 1}, {element: K, mole_parts: 1}], " ALLOY
        "}}",
        "cell.crystal.elements.1: K is named twice");
    refused("{crystal: {elements: [{element: K, mole_parts: 1}, {element: Na}], " ALLOY "}}",
            "cell.crystal.elements.1: mole_parts of Na is missing");
    refused(
        "{crystal: {elements: [{element: K, mole_parts: 1}, {element: Fe, mole_parts: 1}], " ALLOY
        "}}",
        "the force field has no metal \"Fe\"");
    refused("{crystal: {elements: [{element: K, mole_parts: 1}, {element: Na, mole_parts: "
            "1e-5}], " ALLOY "}}",
            "of 1024 atoms none is Na");
}

/* 2 x 8^3 atoms of 39.0983 u in (8 x 5.326 A)^3: 859.5 kg/m^3, as potassium has it at 293 K. */
static void a_crystal_has_its_atoms_and_density(void **state)
{
    (void)state;
    cell c;
    open_cell("{crystal: {" K ", repeats: [8, 8, 8]}}", &c);
    assert_ok(km_system_build(c.recipe, c.ff, NULL, &c.system));
    assert_int_equal(c.system->n_atoms, 1024);
    assert_near(1024 * 39.0983 / km_box_volume(&c.system->box) * KM_KG_M3_PER_U_NM3, 859.5, 0.1);
    assert_near(least_distance(&c, 0, 1, 0), 0.5326 * sqrt(3.0) / 2.0, 1e-9);
    assert_string_equal(c.recipe->protocol, "metal");
    close_cell(&c);
    open_cell("{crystal: {" K ", size: {atoms: 1900}}}", &c); /* (1900/2)^(1/3) = 9.83 */
    assert_ok(km_system_compose(c.recipe, c.ff, &c.system));
    assert_int_equal(c.system->n_atoms, 2000);
    close_cell(&c);
}

static void a_slab_lies_in_the_middle_of_its_vacuum(void **state)
{
    (void)state;
    cell c;
    open_cell("{slab: {" K ", surface: \"110\", layers: 7, area_A: [40, 40], vacuum_A: 42, "
              "frozen_layers: 2, thermostat_layers: 3}}",
              &c);
    assert_ok(km_system_build(c.recipe, c.ff, NULL, &c.system));
    const km_system *s = c.system;
    const double spacing = 0.5326 / sqrt(2.0);
    assert_int_equal(s->n_atoms, 7 * 80);
    assert_near(s->box.ax, 8 * 0.5326, 1e-12);
    assert_near(s->box.by, 5 * 0.5326 * sqrt(2.0), 1e-12);
    assert_near(s->box.cz, 6 * spacing + 4.2, 1e-12);
    assert_near(s->position[2], 2.1, 1e-12);
    assert_near(s->layer[0].strain[0], 0.0, 0.0);
    for (int i = 0; i < s->n_atoms; i++)
        assert_int_equal(s->mobility[i], i < 160   ? KM_MOBILITY_FROZEN
                                         : i < 400 ? KM_MOBILITY_FREE
                                                   : KM_MOBILITY_UNCOUPLED);
    close_cell(&c);
}

/* fcc Cu of 3.615 A on K: 8 x 5.326 = 42.608 A are 12 x 3.615 = 43.38 A, -1.780 % strain; 5
 * x 7.5321 = 37.6605 A are 15 x 2.5562 = 38.343 A, -1.780 % (both edges have the ratio sqrt 2). */
static void the_second_slab_is_strained_to_the_first(void **state)
{
    (void)state;
    cell c;
    open_cell("{stack: {area_A: [40, 40], vacuum_A: 50, layers: [{slab: {" K
              ", surface: \"110\", layers: 4}}, {" LIQUID "}, {slab: {element: Cu, lattice: fcc, "
              "lattice_constant_A: 3.615, surface: \"110\", layers: 4}}]}}",
              &c);
    assert_ok(km_system_compose(c.recipe, c.ff, &c.system));
    const km_system_layer *cu = &c.system->layer[2];
    assert_int_equal(cu->repeats[0], 12);
    assert_int_equal(cu->repeats[1], 15);
    assert_near(100.0 * cu->strain[0], -1.780, 1e-3);
    assert_near(100.0 * cu->strain[1], -1.780, 1e-3);
    assert_int_equal(cu->n_atoms, 4 * 180);
    close_cell(&c);
}

/* Half of the distance of the minimum of UFF potassium, 3.812 A, from the metal to the liquid. */
static void a_packed_stack_does_not_overlap_and_has_its_density(void **state)
{
    (void)state;
    cell c;
    open_cell("{stack: {area_A: [25, 25], layers: [{slab: {" K ", surface: \"110\", layers: 5}}, "
              "{" LIQUID "}, {slab: {" K ", surface: \"110\", layers: 4}}]}}",
              &c);
    assert_string_equal(c.recipe->protocol, "interface");
    assert_ok(km_system_build(c.recipe, c.ff, NULL, &c.system));
    const km_system *s = c.system;
    const km_system_layer *liquid = &s->layer[1];
    assert_near(liquid->low - s->layer[0].high, 0.1906, 1e-6);
    assert_near(s->layer[2].low - liquid->high, 0.1906, 1e-6);
    assert_near(liquid->high - liquid->low, 2.5, 0.1);
    for (int i = liquid->first_atom; i < liquid->first_atom + liquid->n_atoms; i++) {
        assert_true(s->position[3 * i + 2] > liquid->low);
        assert_true(s->position[3 * i + 2] < liquid->high);
    }
    const int end = liquid->first_atom + liquid->n_atoms;
    assert_true(least_distance(&c, liquid->first_atom, end, 0) > 0.18); /* packmol: 0.2 */
    /* the two slabs are one crystal across the boundary, with the neighbours of the bulk */
    assert_near(least_distance(&c, 0, liquid->first_atom, end), 0.5326 * sqrt(3.0) / 2.0, 1e-6);
    assert_near(s->box.cz - s->layer[2].high + s->layer[0].low, 0.5326 / sqrt(2.0), 1e-9);
    close_cell(&c);
}

static void pistons_and_held_layers_are_where_they_were_asked(void **state)
{
    (void)state;
    cell c;
    open_cell("{stack: {area_A: [25, 25], vacuum_A: 50, layers: [{slab: {" K
              ", surface: \"100\", layers: 4, frozen_layers: 1}}, {" LIQUID "}, {slab: {" K
              ", surface: \"100\", layers: 5, frozen_layers: 2, piston: {pressure_bar: 10}}}]}}",
              &c);
    assert_ok(km_system_compose(c.recipe, c.ff, &c.system));
    const km_system *s = c.system;
    const int per_layer = s->layer[0].n_atoms / 4, last = s->n_atoms - 1;
    assert_int_equal(s->n_pistons, 1);
    assert_near(s->piston[0].pressure, 10.0 * KM_PRESSURE_PER_BAR, 1e-15);
    assert_int_equal(s->piston[0].direction, -1);
    assert_int_equal(s->mobility[per_layer - 1], KM_MOBILITY_FROZEN);
    assert_int_equal(s->mobility[per_layer], KM_MOBILITY_FREE);
    assert_int_equal(s->mobility[last], KM_MOBILITY_PISTON);
    assert_int_equal(s->mobility[last - 2 * per_layer + 1], KM_MOBILITY_PISTON);
    assert_int_equal(s->mobility[last - 2 * per_layer], KM_MOBILITY_FREE);
    close_cell(&c);
}

static void wrong_combinations_are_refused(void **state)
{
    (void)state;
    const char *const slab = "slab: {" K ", surface: \"110\", layers: 4";
    char text[1000];
    refused("{crystal: {" K "}}", "cell.crystal: give exactly one of repeats");
    refused("{crystal: {element: Fe, lattice: bcc, lattice_constant_A: 2.87, repeats: [9, 9, 9]}}",
            "cell.crystal.element: the force field has no metal \"Fe\"; choose one of Li, Na, K");
    refused("{crystal: {" K ", repeats: [900, 900, 900]}}", "atoms need about");
    snprintf(text, sizeof text, "{%s, area_A: [40, 40]}}", slab);
    refused(text, "vacuum_A is missing");
    snprintf(text, sizeof text, "{%s, vacuum_A: 20}}", slab);
    refused(text, "area_A is missing");
    refused("{slab: {" K ", surface: \"111\", layers: 10, area_A: [40, 40], vacuum_A: 0}}",
            "repeats after 3 layers");
    snprintf(text, sizeof text, "{%s, frozen_layers: 5, area_A: [40, 40], vacuum_A: 9}}", slab);
    refused(text, "line 5: cell.slab.frozen_layers is 5");
    snprintf(text, sizeof text, "{%s, piston: {}, area_A: [40, 40], vacuum_A: 9}}", slab);
    refused(text, "only the highest layer of a stack can be a piston");
    snprintf(text, sizeof text, "{stack: {area_A: [40, 40], layers: [{%s}}, {%s}}]}}", slab, slab);
    refused(text, "two slabs of one lattice lie on each other");
    refused("{stack: {area_A: [40, 40], layers: [{" LIQUID "}]}}", "holds no slab");
    snprintf(text, sizeof text,
             "{stack: {area_A: [40, 40], layers: [{%s}}, {liquid: {solvents: [{molecule: DME, "
             "volume_parts: 1}], size: {box_edge_A: 30}}}]}}",
             slab);
    refused(text, "give thickness_A instead");
    refused("{liquid: {solvents: [{molecule: DME, volume_parts: 1}], thickness_A: 30}}",
            "a thickness is for a liquid in cell.stack");
    snprintf(text, sizeof text, "{%s, area_A: [40, 40], vacuum_A: 9}, crystal: {" K "}}", slab);
    refused(text, "holds several kinds of cell");
    snprintf(text, sizeof text,
             "{stack: {area_A: [40, 40], layers: [{%s}}, {" LIQUID "}, {slab: {element: Cu, "
             "lattice: fcc, lattice_constant_A: 3.615, surface: \"100\", layers: 4}}]}}",
             slab);
    refused(text, "touches the lowest and must be of the same crystal");
    snprintf(text, sizeof text,
             "{stack: {area_A: [6, 6], vacuum_A: 9, layers: [{%s}}, {" LIQUID "}, {slab: {element: "
             "Cu, lattice: fcc, lattice_constant_A: 3.615, surface: \"111\", layers: 4}}]}}",
             slab);
    refused(text, "more than 5 %");
}

/* A film of KF on K: 8 x 19 surface cells of 5.3245 / sqrt 2 on 6 x 10 of 5.09939 x 7.21163, so
 * 30.59634 / 30.11992 and 72.1163 / 71.53480. Within a layer each fluorine has four potassium at
 * half the diagonal of its strained cell, and one above at half the lattice constant. */
static void a_film_of_rock_salt_lies_on_the_metal(void **state)
{
    (void)state;
    cell c;
    open_cell("{stack: {area_A: [31, 72], vacuum_A: 30, layers: [{slab: {element: K, lattice: bcc, "
              "lattice_constant_A: 5.09939, surface: \"110\", layers: 8}}, {slab: {element: K, "
              "second_element: F, lattice: rock_salt, lattice_constant_A: 5.3245, surface: "
              "\"100\", layers: 4}}]}}",
              &c);
    assert_ok(km_system_build(c.recipe, c.ff, NULL, &c.system));
    const km_system *s = c.system;
    const int metal = 8 * 6 * 10 * 2, ions = 4 * 8 * 19;
    assert_int_equal(s->n_atoms, metal + 2 * ions);
    assert_int_equal(s->n_components, 3);
    assert_int_equal(s->component[2].count, ions);
    assert_string_equal(c.ff->molecule[s->molecule[metal + ions - 1]].key, "K0");
    assert_string_equal(c.ff->molecule[s->molecule[metal + ions]].key, "F0");
    assert_near(100.0 * s->layer[1].strain[0], 1.5818, 1e-3);
    assert_near(100.0 * s->layer[1].strain[1], 0.8129, 1e-3);
    assert_near(s->layer[1].low - s->layer[0].high, 0.5 * (0.509939 / sqrt(2.0) + 0.26622), 1e-4);
    const double edge[2] = {s->box.ax / 8.0, s->box.by / 19.0};
    assert_near(least_distance(&c, metal, metal + ions, metal + ions),
                fmin(0.266225, 0.5 * hypot(edge[0], edge[1])), 1e-9);
    int beside = 0, above = 0;
    for (int i = metal + ions; i < s->n_atoms; i++)
        for (int j = metal; j < metal + ions; j++) {
            double d[3];
            for (int k = 0; k < 3; k++)
                d[k] = s->position[3 * j + k] - s->position[3 * i + k];
            d[0] -= s->box.ax * nearbyint(d[0] / s->box.ax);
            d[1] -= s->box.by * nearbyint(d[1] / s->box.by);
            beside += fabs(d[2]) < 1e-9 && hypot(d[0], d[1]) < 0.5001 * hypot(edge[0], edge[1]);
            above += fabs(d[2] - 0.266225) < 1e-9 && hypot(d[0], d[1]) < 1e-9;
        }
    assert_int_equal(beside, 4 * ions);
    assert_int_equal(above, ions * 3 / 4); /* of the layers but the highest */
    close_cell(&c);
#define KF "element: K, second_element: F, lattice: rock_salt, lattice_constant_A: 5.32, layers: 4"
#define ALONE ", area_A: [40, 40], vacuum_A: 20}}"
    refused("{slab: {" KF ", surface: \"110\"" ALONE, "neutral (100) surface only");
    refused("{slab: {" KF ", surface: \"100\", frozen_layers: 1" ALONE, "of one element");
    refused("{slab: {" K ", second_element: F, surface: \"100\", layers: 4" ALONE,
            "second_element and lattice: rock_salt belong together");
    refused("{slab: {element: K, second_element: K, lattice: rock_salt, lattice_constant_A: 5, "
            "surface: \"100\", layers: 4" ALONE,
            "both are K");
    refused("{slab: {element: K, second_element: Br, lattice: rock_salt, lattice_constant_A: 6.6, "
            "surface: \"100\", layers: 4" ALONE,
            "the force field has no metal \"Br\"");
    refused(
        "{crystal: {element: K, lattice: rock_salt, lattice_constant_A: 5, repeats: [4, 4, 4]}}",
        "given by cell.compound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crystal_has_its_atoms_and_density),
        cmocka_unit_test(an_alloy_has_its_elements_at_random),
        cmocka_unit_test(a_slab_lies_in_the_middle_of_its_vacuum),
        cmocka_unit_test(the_second_slab_is_strained_to_the_first),
        cmocka_unit_test(a_packed_stack_does_not_overlap_and_has_its_density),
        cmocka_unit_test(pistons_and_held_layers_are_where_they_were_asked),
        cmocka_unit_test(a_film_of_rock_salt_lies_on_the_metal),
        cmocka_unit_test(wrong_combinations_are_refused),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
