/* SPDX-License-Identifier: MIT */
/* Crystals of compounds as layers of a stack: counts, faces, strain of the metal and Lennard-Jones
 * between metal and ions by hand; what is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/model.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static const char path[] = "test_crystal_stack.yaml";

typedef struct cell {
    km_recipe *recipe;
    km_forcefield *ff;
    km_system *system;
    km_model *model;
} cell;

static int find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

/* files: of the force field; block: what stands in cell.stack. */
static km_status read_cell(const char *files, const char *block, cell *c)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "title: test\ntemperature_K: 300\nforcefield: {files: [%s]}\ncell: {stack: {%s}}\n",
            files, block);
    assert_int_equal(fclose(file), 0);
    memset(c, 0, sizeof *c);
    return km_recipe_read(path, NULL, 0, &c->recipe);
}

static void close_cell(cell *c)
{
    km_model_destroy(c->model);
    km_system_destroy(c->system);
    km_forcefield_destroy(c->ff);
    km_recipe_destroy(c->recipe);
}

static km_status try_cell(const char *files, const char *block, cell *c)
{
    KM_TRY(read_cell(files, block, c));
    KM_TRY(km_forcefield_read((const char *const *)c->recipe->forcefield.file,
                              c->recipe->forcefield.n_files, &c->ff));
    return km_system_build(c->recipe, c->ff, NULL, &c->system);
}

static void open_cell(const char *files, const char *block, cell *c)
{
    assert_ok(try_cell(files, block, c));
}

static void refused(const char *files, const char *block, const char *text)
{
    cell c;
    const km_status status = try_cell(files, block, &c);
    if (status != KM_ERROR_INPUT || strstr(km_last_error()->message, text) == NULL)
        fail_msg("\"%s\" was expected, this came: %s", text, km_last_error()->message);
    close_cell(&c);
}

#define HALIDES "alkali-halides, metals"
#define K "element: K, lattice: bcc, lattice_constant_A: 5.326, surface: \"110\""
#define SLAB(layers) "{slab: {" K ", layers: " #layers "}}"
#define KF_SITES                                                                                   \
    "sites: [{species: \"K+_in_KF\", position: [0, 0, 0]}, {species: \"F-\", position: [0.5, "     \
    "0.5, "                                                                                        \
    "0.5]}]"
#define KF(repeats)                                                                                \
    "{compound: {space_group: \"Fm-3m\", a_A: 5.344, " KF_SITES ", repeats: " repeats

static const char *key_of(const cell *c, int atom)
{
    return c->ff->molecule[c->system->molecule[atom]].key; /* every molecule is one atom */
}

/* Atoms of a kind whose z is within 0.01 nm of a height, all of them with key NULL. */
static int count_at(const cell *c, double z, const char *key)
{
    int n = 0;
    for (int i = 0; i < c->system->n_atoms; i++)
        n += fabs(c->system->position[3 * i + 2] - z) < 0.01 &&
             (key == NULL || strcmp(key_of(c, i), key) == 0);
    return n;
}

static double charge(const cell *c)
{
    double sum = 0.0;
    for (int i = 0; i < c->system->n_atoms; i++)
        sum += c->ff->molecule[c->system->molecule[i]].atom[0].charge;
    return sum;
}

/* nm, of pairs of a first and a second range of atoms under the periodic cell. */
static double least_distance(const cell *c, int first, int end, int other, int other_end)
{
    const km_system *s = c->system;
    const double box[3] = {s->box.ax, s->box.by, s->box.cz};
    double least = HUGE_VAL;
    for (int i = first; i < end; i++)
        for (int j = other; j < other_end; j++) {
            double sum = 0.0;
            for (int k = 0; k < 3 && i != j; k++) {
                const double d = s->position[3 * j + k] - s->position[3 * i + k];
                sum += pow(d - box[k] * nearbyint(d / box[k]), 2);
            }
            least = i != j ? fmin(least, sqrt(sum)) : least;
        }
    return least;
}

/* 7 x 7 x 3 cells of eight ions; 7 x 5 surface cells of two metal atoms: 7 x 5.344 / (7 x 5.326) -
 * 1 and 7 x 5.344 / (5 x 5.326 sqrt 2) - 1. Between planes of ions 2.672 A, of metal 5.326 /
 * sqrt 2. */
static void potassium_lies_on_its_fluoride(void **state)
{
    (void)state;
    cell c;
    open_cell(HALIDES, "layers: [" SLAB(6) ", " KF("[7, 7, 3]") ", gap_A: 2.9}}]", &c);
    const km_system *s = c.system;
    const int metal = 6 * 7 * 5 * 2, ions = 7 * 7 * 3 * 8;
    assert_int_equal(s->n_atoms, metal + ions);
    assert_int_equal(s->layer[1].n_atoms, ions);
    assert_near(charge(&c), 0.0, 1e-9);
    assert_near(100.0 * s->layer[0].strain[0], 0.33797, 1e-4);
    assert_near(100.0 * s->layer[0].strain[1], -0.67056, 1e-4);
    assert_near(s->box.ax, 7 * 0.5344, 1e-9);
    assert_near(s->box.by, 7 * 0.5344, 1e-9);
    assert_near(s->box.cz, 5 * 0.5326 / sqrt(2.0) + 5 * 0.2672 + 2 * 0.29, 1e-9);
    assert_near(least_distance(&c, metal, s->n_atoms, metal, s->n_atoms), 0.2672, 1e-9);
    assert_near(s->layer[1].low - s->layer[0].high, 0.29, 1e-9);
    const double across = least_distance(&c, 0, metal, metal, s->n_atoms);
    assert_true(across >= 0.29 && across < 0.40); /* both faces meet through the gap */
    for (int plane = 0; plane < 6; plane++) {     /* neutral planes */
        assert_int_equal(count_at(&c, s->layer[1].low + plane * 0.2672, "K+_in_KF"), 98);
        assert_int_equal(count_at(&c, s->layer[1].low + plane * 0.2672, "F-"), 98);
    }
    assert_near(s->layer[1].dipole, 0.0, 1e-9);
    assert_string_equal(c.recipe->protocol, "interface");
    close_cell(&c);
}

#define OXYCHLORIDE(cut)                                                                           \
    "vacuum_A: 30, layers: [" SLAB(                                                                \
        4) ", {compound: {space_group: \"Pm-3m\", a_A: 5.26, sites: "                              \
           "[{species: \"O2-\", position: [0.5, 0.5, 0.5]}, {species: \"Cl-\", position: [0, 0, "  \
           "0]}, "                                                                                 \
           "{species: \"K+\", position: [0.5, 0.5, 0]}], repeats: [5, 10, 2], cut: " #cut "}}]"

/* Along c planes of KCl and of K2O take turns; the cut says which lies below. */
static void the_cut_chooses_the_faces(void **state)
{
    (void)state;
    static const char *const cuts[] = {OXYCHLORIDE(0), OXYCHLORIDE(0.5), OXYCHLORIDE(0.2)};
    for (int k = 0; k < 3; k++) {
        cell c;
        open_cell("k3ocl, metals", cuts[k], &c);
        const km_system_layer *crystal = &c.system->layer[1];
        const bool chloride_first = k == 0;
        const double ends[2] = {crystal->low, crystal->high};
        assert_near(crystal->high - crystal->low, 3 * 0.263, 1e-9);
        assert_near(crystal->low - c.system->layer[0].high, 0.3, 1e-9); /* the default gap */
        for (int end = 0; end < 2; end++) {
            const bool chloride = chloride_first == (end == 0);
            assert_int_equal(count_at(&c, ends[end], "Cl-"), chloride ? 50 : 0);
            assert_int_equal(count_at(&c, ends[end], "O2-"), chloride ? 0 : 50);
            assert_int_equal(count_at(&c, ends[end], "K+"), chloride ? 50 : 100);
        }
        close_cell(&c);
    }
}

#define CAESIUM_CHLORIDE(rest)                                                                     \
    "vacuum_A: 20, layers: [{compound: {space_group: \"Pm-3m\", a_A: 4, sites: [{species: "        \
    "\"K+\", "                                                                                     \
    "position: [0, 0, 0]}, {species: \"Cl-\", position: [0.5, 0.5, 0.5]}], repeats: [4, 4, "       \
    "3]" rest "}}]"

/* One ion of each kind per plane and cell of (0.4 nm)^2: planes of K at 0, of Cl 0.2 nm above,
 * three times: M = 16 x 3 x (-0.2) e nm, and -0.5 / 0.16 e/nm2 on the upper face. */
static void polar_faces_are_refused_unless_asked_for(void **state)
{
    (void)state;
    cell c;
    refused(HALIDES, CAESIUM_CHLORIDE(""),
            "cell.stack.layers.0.compound: cut at 0 of c the faces are polar, as if they held "
            "+3.12 and -3.12 e/nm2");
    open_cell(HALIDES, CAESIUM_CHLORIDE(", polar_faces: true"), &c);
    assert_near(c.system->layer[0].dipole, -16 * 3 * 0.2, 1e-9);
    close_cell(&c);
    open_cell(HALIDES, CAESIUM_CHLORIDE(", split_cut: true"), &c);
    assert_near(c.system->layer[0].dipole, 0.0, 1e-9);
    assert_int_equal(count_at(&c, c.system->layer[0].low, "K+"), 8);
    assert_int_equal(count_at(&c, c.system->layer[0].high, "K+"), 8);
    assert_near(c.system->layer[0].high - c.system->layer[0].low, 1.2, 1e-9);
    assert_near(least_distance(&c, 0, c.system->n_atoms, 0, c.system->n_atoms), 0.2 * sqrt(3.0),
                1e-9);
    close_cell(&c);
}

#define FERRATE(rest)                                                                              \
    "layers: [{slab: {" K ", axes: exchanged, layers: 4}}, {compound: {space_group: \"P-31m\", "   \
    "a_A: 5.16, c_A: 7.09, gamma_deg: 120, sites: [{species: \"K+\", position: [0.3333333, "       \
    "0.6666667, 0.5]}, {species: \"Fe3+\", position: [0.3333333, 0.6666667, 0]}, {species: "       \
    "\"Fe3+\", position: [0, 0, 0.2338]}, {species: \"O2-\", position: [0, 0, 0.5]}, {species: "   \
    "\"O2-\", position: [0.3468, 0, 0.1599]}], repeats: [10, 3, 2]" rest "}}]"

/* A hexagonal cell is doubled; the plane of K2O, 120 K and 60 O, is divided. `kalium match` has the
 * strains -2.13 and +0.68 %. */
static void a_hexagonal_crystal_becomes_rectangular(void **state)
{
    (void)state;
    cell c;
    refused("oxides-pmmcs, metals", FERRATE(", cut: 0.2"), "the faces are polar");
    open_cell("oxides-pmmcs, metals", FERRATE(", cut: 0.5, split_cut: true"), &c);
    const km_system *s = c.system;
    const km_system_layer *crystal = &s->layer[1];
    assert_int_equal(s->layer[0].repeats[0], 7);
    assert_int_equal(s->layer[0].repeats[1], 5);
    assert_near(100.0 * s->layer[0].strain[0], -2.13, 5e-3);
    assert_near(100.0 * s->layer[0].strain[1], 0.68, 5e-3);
    assert_int_equal(crystal->n_atoms, 60 * 2 * 26 / 2);
    assert_near(s->box.by, 3 * 0.516 * sqrt(3.0), 1e-9);
    assert_near(charge(&c), 0.0, 1e-9);
    assert_near(crystal->dipole, 0.0, 1e-5);
    const double planes[3] = {crystal->low, 0.5 * (crystal->low + crystal->high), crystal->high};
    for (int k = 0; k < 3; k++) {
        assert_int_equal(count_at(&c, planes[k], "K+"), k == 1 ? 120 : 60);
        assert_int_equal(count_at(&c, planes[k], "O2-"), k == 1 ? 60 : 30);
    }
    close_cell(&c);
}

/* c = 5 A at 100 degrees to a: planes are 5 sin 100 A apart, and each is moved by 5 cos 100 A. */
static void a_tilted_crystal_stands_upright(void **state)
{
    (void)state;
    cell c;
    open_cell(HALIDES,
              "vacuum_A: 20, layers: [{compound: {space_group: \"P2/m\", a_A: 4, b_A: 4.5, c_A: 5, "
              "beta_deg: 100, sites: [{species: \"K+\", position: [0, 0, 0]}, {species: \"Cl-\", "
              "position: [0.5, 0.5, 0]}], repeats: [3, 3, 3]}}]",
              &c);
    const km_system *s = c.system;
    const double up = 0.5 * sin(100 * KM_PI / 180), aside = 0.5 * cos(100 * KM_PI / 180);
    assert_true(km_box_is_orthorhombic(&s->box));
    assert_near(s->layer[0].high - s->layer[0].low, 2 * up, 1e-9);
    for (int plane = 0; plane < 3; plane++) {
        assert_int_equal(count_at(&c, s->layer[0].low + plane * up, "K+"), 9);
        assert_int_equal(count_at(&c, s->layer[0].low + plane * up, "Cl-"), 9);
    }
    for (int i = 0; i < s->n_atoms; i++) {
        const double *x = &s->position[3 * i];
        const double plane = nearbyint((x[2] - s->layer[0].low) / up);
        const double f =
            (x[0] - plane * aside) / 0.4 - (strcmp(key_of(&c, i), "K+") == 0 ? 0 : 0.5);
        assert_near(f - nearbyint(f), 0.0, 1e-9);
        assert_true(x[0] > -1e-9 && x[0] < s->box.ax && x[1] > -1e-9 && x[1] < s->box.by);
    }
    close_cell(&c);
}

#define SCHOTTKY                                                                                   \
    "vacuum_A: 30, layers: [{compound: {space_group: \"Pm-3m\", a_A: 5.26, sites: [{species: "     \
    "\"O2-\", position: [0.5, 0.5, 0.5]}, {species: \"Cl-\", position: [0, 0, 0], occupancy: "     \
    "0.9333333}, {species: \"K+\", position: [0.5, 0.5, 0], occupancy: 0.9777778}], repeats: [3, " \
    "5, 2], tries: 20}}]"

/* Two of 30 Cl and two of 90 K are missing. Twenty fillings, of which this seed has one with a
 * small dipole; the root mean square over 40 seeds is 0.37 e nm, and 0.62 with the first filling.
 */
static void vacancies_are_filled_as_in_the_bulk(void **state)
{
    (void)state;
    cell c;
    open_cell("k3ocl, metals", SCHOTTKY, &c);
    assert_int_equal(c.system->n_atoms, 30 + 28 + 88);
    assert_near(charge(&c), 0.0, 1e-9);
    assert_true(fabs(c.system->layer[0].dipole) < 0.2);
    close_cell(&c);
}

/* UFF: x 3.812 and 3.364 A, D 0.035 and 0.050 kcal/mol, both by the geometric mean. */
static void metal_and_ions_meet_by_the_numbers_of_uff(void **state)
{
    (void)state;
    static const char layers[] = "layers: [" SLAB(8) ", " KF("[7, 7, 4]") "}}]";
    cell c;
    open_cell(HALIDES, layers, &c);
    assert_ok(km_model_create(c.recipe, c.ff, c.system, false, &c.model));
    const km_pair_spec *pair = &c.model->pair;
    const int metal = c.model->type[0], last = c.model->type[c.model->n - 1];
    assert_string_equal(c.model->labels->type_name[c.model->n - 1], "F_TF");
    const double *p = &pair->parameter[(metal * pair->n_types + last) * KM_VDW_PARAMETERS];
    assert_int_equal(pair->form[metal * pair->n_types + last], KM_VDW_LENNARD_JONES);
    assert_near(p[0], sqrt(0.035 * 0.050) * KM_CALORIE, 1e-9);
    assert_near(p[1] * pow(2.0, 1.0 / 6.0), 0.1 * sqrt(3.812 * 3.364), 1e-7);
    assert_int_equal(pair->form[last * pair->n_types + last], KM_VDW_BORN_MAYER);
    assert_false(pair->tail);
    bool told = false;
    for (int k = 0; k < c.model->n_uses; k++)
        told |= strstr(c.model->use[k].what, "F_TF beside metal atoms (uff") != NULL &&
                c.model->use[k].analogy != NULL;
    assert_true(told);
    close_cell(&c);

    FILE *file = fopen("test_crystal_own.yaml", "w");
    assert_non_null(file);
    fprintf(file, "units: {energy: kJ/mol, length: nm, angle: degree}\nconventions: {harmonic: "
                  "\"k*(x-x0)^2\", dihedral: opls_fourier, improper: as_listed}\nsources: [{key: "
                  "MINE, text: \"a source\"}]\npair_types: [{types: [K0, F_TF], form: "
                  "lennard_jones, parameters: [2.5, 0.3], source: [MINE]}]\n");
    assert_int_equal(fclose(file), 0);
    open_cell(HALIDES ", ./test_crystal_own.yaml", layers, &c);
    assert_ok(km_model_create(c.recipe, c.ff, c.system, false, &c.model));
    pair = &c.model->pair;
    p = &pair->parameter[(metal * pair->n_types + last) * KM_VDW_PARAMETERS];
    assert_near(p[0], 2.5, 1e-12);
    assert_near(p[1], 0.3, 1e-12);
    close_cell(&c);

    open_cell("softbv, metals",
              "layers: [" SLAB(8) ", {compound: {space_group: \"Fm-3m\", a_A: 7.68, sites: "
                                  "[{species: \"K+\", position: [0.25, 0.25, 0.25]}, {species: "
                                  "\"Se2-\", position: [0, "
                                  "0, 0]}], repeats: [7, 5, 4]}}]",
              &c);
    assert_int_equal(km_model_create(c.recipe, c.ff, c.system, false, &c.model), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message,
                           "K0 of a metal and Se_BV: the set \"uff\" has no Lennard-Jones numbers "
                           "of Se"));
    close_cell(&c);
}

static char *slurp(const char *name)
{
    static char text[20000];
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    return strdup(text);
}

static void a_written_recipe_is_the_same_stack(void **state)
{
    (void)state;
    cell c, again;
    open_cell("oxides-pmmcs, metals", FERRATE(", cut: 0.5, split_cut: true, gap_A: 2.5, tries: 2"),
              &c);
    assert_ok(km_recipe_write(c.recipe, "test_crystal_written.yaml"));
    memset(&again, 0, sizeof again);
    assert_ok(km_recipe_read("test_crystal_written.yaml", NULL, 0, &again.recipe));
    assert_ok(km_forcefield_read((const char *const *)again.recipe->forcefield.file,
                                 again.recipe->forcefield.n_files, &again.ff));
    assert_ok(km_system_build(again.recipe, again.ff, NULL, &again.system));
    assert_int_equal(again.system->n_atoms, c.system->n_atoms);
    assert_memory_equal(again.system->position, c.system->position,
                        3 * (size_t)c.system->n_atoms * sizeof(double));
    assert_ok(km_recipe_write(again.recipe, "test_crystal_again.yaml"));
    char *one = slurp("test_crystal_written.yaml"), *two = slurp("test_crystal_again.yaml");
    assert_string_equal(one, two);
    free(one);
    free(two);
    close_cell(&c);
    close_cell(&again);
}

static void wrong_input_is_refused(void **state)
{
    (void)state;
    cell c;
    refused(HALIDES, "area_A: [40, 40], layers: [" SLAB(6) ", " KF("[7, 7, 3]") "}}]",
            "test_crystal_stack.yaml: line 4: cell.stack.area_A: the area is that of the crystal");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[7, 7, 3]") "}}, " KF("[7, 7, 3]") "}}]",
            "cell.stack.layers holds 2 crystals of compounds");
    refused(HALIDES, "layers: [" KF("[7, 7, 3]") "}}]", "a crystal alone without vacuum_A");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[1, 1, 3]") "}}]",
            "line 4: cell.stack.layers.0.slab: 1 x 1 surface cells must be strained by 0.34 % and "
            "-29.05 % to match the 5.344 x 5.344 A of the crystal, more than 5 %");
    refused(HALIDES, "strain_limit_percent: 0.5, layers: [" SLAB(6) ", " KF("[7, 7, 3]") "}}]",
            "more than 0.5 %; choose other repeats or axes");
    open_cell(HALIDES, "strain_limit_percent: 8, layers: [" SLAB(6) ", " KF("[3, 4, 3]") "}}]", &c);
    assert_near(100.0 * c.system->layer[0].strain[1], 100.0 * (4 * 5.344 / (3 * 7.532102) - 1),
                1e-3);
    close_cell(&c);
    refused(HALIDES,
            "layers: [" SLAB(6) ", {compound: {space_group: \"Fm-3m\", a_A: 5.344, " KF_SITES "}}]",
            "repeats");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[7, 7, 3]") ", cut: 1.5}}]",
            "cell.stack.layers.1.compound.cut is 1.5");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[7, 7, 3]") ", gap_A: 0.1}}]",
            "cell.stack.layers.1.compound.gap_A is 0.1");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[7, 7, 3]") ", thickness_A: 10}}]",
            "thickness_A");
    refused(HALIDES,
            "layers: [{slab: {" K ", layers: 6}, "
            "compound: {space_group: \"Fm-3m\", "
            "a_A: 5.344, " KF_SITES ", repeats: [7, 7, 3]}}]",
            "cell.stack.layers.0: a layer is either a slab, a compound or a liquid");
    refused(
        HALIDES,
        "layers: [" SLAB(6) ", {compound: {space_group: \"P1\", a_A: 5, gamma_deg: 80, " KF_SITES
                            ", repeats: [7, 7, 3]}}]",
        "a and b must span a rectangle or a hexagonal net; gamma is 80 degrees");
    refused(HALIDES,
            "layers: [" SLAB(6) ", {compound: {space_group: \"Fm-3m\", a_A: 5.344, sites: "
                                "[{species: \"Xe\", position: [0, 0, 0]}], repeats: [7, 7, 3]}}]",
            "cell.stack.layers.1.compound.sites.0.species");
    refused(HALIDES, "layers: [" SLAB(6) ", " KF("[700, 700, 300]") "}}]", "atoms need about");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(potassium_lies_on_its_fluoride),
        cmocka_unit_test(the_cut_chooses_the_faces),
        cmocka_unit_test(polar_faces_are_refused_unless_asked_for),
        cmocka_unit_test(a_hexagonal_crystal_becomes_rectangular),
        cmocka_unit_test(a_tilted_crystal_stands_upright),
        cmocka_unit_test(vacancies_are_filled_as_in_the_bulk),
        cmocka_unit_test(metal_and_ions_meet_by_the_numbers_of_uff),
        cmocka_unit_test(a_written_recipe_is_the_same_stack),
        cmocka_unit_test(wrong_input_is_refused),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
