/* SPDX-License-Identifier: MIT */
/* Crystals from recipe to positions: a CIF file against the same sites in the recipe, fillings by
 * seed, and the recipe that is written again. */
#include <math.h>

#include "host/build/compound.h"
#include "tests/files.h"

/* beta''-alumina, partly filled and mixed sites, as systems/beta-doubleprime-alumina.yaml. */
static const char sites[] =
    "    space_group: \"R-3m\"\n    a_A: 5.63\n    c_A: 33.45\n    gamma_deg: 120\n    sites:\n"
    "      - {species: \"K+\", position: [0, 0, 0.8305], occupancy: 0.833333}\n"
    "      - {species: \"Al3+\", position: [0, 0, 0]}\n"
    "      - {species: \"Al3+\", position: [0.1675, 0.8325, 0.9284]}\n"
    "      - {species: \"Mg2+\", position: [0.6666667, 0.3333333, 0.68373], occupancy: 0.333333}\n"
    "      - {species: \"Al3+\", position: [0.6666667, 0.3333333, 0.68373], occupancy: 0.666667}\n"
    "      - {species: \"O2-\", position: [0.48693, 0.51307, 0.70137]}\n";
static const char from_file[] =
    "    cif: test_compound_recipe.cif\n    species: [{label: K1, molecule: \"K+\"}, {label: Al, "
    "molecule: \"Al3+\"}, {label: Mg, molecule: \"Mg2+\"}, {label: O, molecule: \"O2-\"}]\n";
static const char cif[] =
    "data_alumina\n_cell_length_a 5.63\n_cell_length_b 5.63\n_cell_length_c 33.45\n"
    "_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 120\n"
    "_symmetry_space_group_name_H-M 'R -3 m :H'\n"
    "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n"
    "_atom_site_fract_z\n_atom_site_occupancy\n"
    "K1 K 0 0 0.8305 0.833333\nAl1 Al 0 0 0 1\nAl2 Al 0.1675 0.8325 0.9284 1\n"
    "Mg1 Mg 0.6666667 0.3333333 0.68373 0.333333\nAl3 Al 0.6666667 0.3333333 0.68373 0.666667\n"
    "O1 O 0.48693 0.51307 0.70137 1\n";

static km_recipe *read_compound(const char *body, int seed)
{
    char text[4000];
    km_recipe *recipe;
    const int n =
        snprintf(text, sizeof text,
                 "title: test\ntemperature_K: 300\ncell:\n  compound:\n%s    repeats: [3, "
                 "2, 1]\n    orthogonal: true\n    tries: 3\n    "
                 "expected_density_kg_m3: 3290\nforcefield: {files: [beta-alumina]}\n"
                 "seed: %d\n",
                 body, seed);
    spill("test_compound_recipe.yaml", text, (size_t)n);
    spill("test_compound_recipe.cif", cif, sizeof cif - 1);
    assert_ok(km_recipe_read("test_compound_recipe.yaml", NULL, 0, &recipe));
    return recipe;
}

static km_system *system_of(const km_recipe *recipe)
{
    km_forcefield *forcefield;
    km_system *system;
    assert_ok(km_forcefield_read((const char *const *)recipe->forcefield.file,
                                 recipe->forcefield.n_files, &forcefield));
    assert_ok(km_system_compose(recipe, forcefield, &system));
    km_forcefield_destroy(forcefield);
    return system;
}

/* Largest distance of an atom from its counterpart, nm; the counts must be the same. */
static double difference(const km_system *a, const km_system *b)
{
    double largest = 0.0;
    assert_int_equal(a->n_atoms, b->n_atoms);
    assert_int_equal(a->n_components, b->n_components);
    for (int k = 0; k < a->n_components; k++) {
        assert_int_equal(a->component[k].molecule, b->component[k].molecule);
        assert_int_equal(a->component[k].count, b->component[k].count);
    }
    for (int k = 0; k < 3 * a->n_atoms; k++)
        largest = fmax(largest, fabs(a->position[k] - b->position[k]));
    return largest;
}

static double difference_of(const char *one, int seed, const char *other, int other_seed)
{
    km_recipe *first = read_compound(one, seed), *second = read_compound(other, other_seed);
    km_system *a = system_of(first), *b = system_of(second);
    const double largest = difference(a, b);
    km_system_destroy(a);
    km_system_destroy(b);
    km_recipe_destroy(first);
    km_recipe_destroy(second);
    return largest;
}

static void cif_gives_what_the_sites_give(void **state)
{
    (void)state;
    km_recipe *recipe = read_compound(from_file, 1);
    assert_string_equal(recipe->compound->site[0].species, "K+");
    assert_string_equal(recipe->compound->site[4].species, "Al3+");
    assert_near(recipe->compound->site[3].occupancy, 0.333333, 1e-12);
    km_recipe_destroy(recipe);
    assert_near(difference_of(sites, 1, from_file, 1), 0.0, 1e-9);
}

/* 12 orthogonal cells of 2 x 6 sites of K: 144 x 5/6 = 120 of them filled. */
static void seed_decides_who_sits_where(void **state)
{
    (void)state;
    assert_true(difference_of(sites, 7, sites, 7) == 0.0);
    assert_true(difference_of(sites, 7, sites, 8) > 0.1);
    km_recipe *recipe = read_compound(sites, 7);
    km_system *system = system_of(recipe);
    assert_int_equal(system->component[0].count, (int)nearbyint(3 * 2 * 2 * 6 * 0.833333));
    km_system_destroy(system);
    km_recipe_destroy(recipe);
}

static void written_recipe_is_the_same_crystal(void **state)
{
    (void)state;
    km_recipe *recipe = read_compound(from_file, 5), *again;
    assert_ok(km_recipe_write(recipe, "test_compound_recipe-resolved.yaml"));
    assert_ok(km_recipe_read("test_compound_recipe-resolved.yaml", NULL, 0, &again));
    const km_recipe_compound *a = recipe->compound, *b = again->compound;
    assert_string_equal(a->space_group, b->space_group);
    assert_memory_equal(a->cell, b->cell, sizeof a->cell);
    assert_memory_equal(a->repeats, b->repeats, sizeof a->repeats);
    assert_int_equal(a->n_sites, b->n_sites);
    for (int k = 0; k < a->n_sites; k++) {
        assert_string_equal(a->site[k].species, b->site[k].species);
        assert_memory_equal(a->site[k].position, b->site[k].position, sizeof a->site[k].position);
        assert_true(a->site[k].occupancy == b->site[k].occupancy);
    }
    assert_true(a->orthogonal == b->orthogonal && a->tries == b->tries);
    assert_true(a->expected_density == b->expected_density);
    km_system *first = system_of(recipe), *second = system_of(again);
    assert_true(difference(first, second) == 0.0);
    assert_ok(km_recipe_write(again, "test_compound_recipe-again.yaml"));
    char *one = slurp("test_compound_recipe-resolved.yaml", NULL),
         *two = slurp("test_compound_recipe-again.yaml", NULL);
    assert_string_equal(one, two);
    free(one);
    free(two);
    km_system_destroy(first);
    km_system_destroy(second);
    km_recipe_destroy(recipe);
    km_recipe_destroy(again);
}

/* Sites that are held: the atoms on them alone, no barostat, and all of it written again. */
static void frozen_sites_are_held(void **state)
{
    (void)state;
    char body[sizeof sites + 40];
    const char *end = "occupancy: 0.833333}\n";
    const char *after = strstr(sites, end) + strlen(end); /* every site but that of K */
    int n = snprintf(body, sizeof body, "%.*s", (int)(after - sites), sites);
    snprintf(body + n, sizeof body - (size_t)n,
             "      - {species: \"O2-\", position: [0.48693, 0.51307, 0.70137], frozen: true}\n");
    km_recipe *recipe = read_compound(body, 4), *again;
    km_system *system = system_of(recipe);
    int held = 0, oxygen = 0;
    for (int i = 0; i < system->n_atoms; i++) {
        held += system->mobility[i] == KM_MOBILITY_FROZEN;
        oxygen += system->molecule[i] != system->molecule[0]; /* K stands first */
        assert_int_equal(system->mobility[i] == KM_MOBILITY_FROZEN,
                         system->molecule[i] != system->molecule[0]);
    }
    assert_int_equal(held, oxygen);
    assert_true(held > 0 && held < system->n_atoms);
    for (int k = 0; k < recipe->n_stages; k++)
        assert_int_equal(recipe->stage[k].barostat, KM_BAROSTAT_NONE);
    assert_ok(km_recipe_write(recipe, "test_compound_frozen.yaml"));
    assert_ok(km_recipe_read("test_compound_frozen.yaml", NULL, 0, &again));
    for (int k = 0; k < recipe->compound->n_sites; k++)
        assert_int_equal(again->compound->site[k].frozen, recipe->compound->site[k].frozen);
    km_recipe_destroy(again);
    const char *barostat[] = {"production.ensemble=npt"};
    assert_int_equal(km_recipe_read("test_compound_frozen.yaml", barostat, 1, &again),
                     KM_ERROR_INPUT);
    km_system_destroy(system);
    km_recipe_destroy(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cif_gives_what_the_sites_give),
        cmocka_unit_test(seed_decides_who_sits_where),
        cmocka_unit_test(written_recipe_is_the_same_crystal),
        cmocka_unit_test(frozen_sites_are_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
