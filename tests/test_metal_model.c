/* SPDX-License-Identifier: MIT */
/* Recipes with metal as models: what acts between which atoms, which potential is taken, what is
 * refused; the energy of a crystal against LAMMPS; every recipe of the catalogue. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/simulation.h"
#include "host/model/model.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static const char path[] = "test_metal_model.yaml";

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

static km_status try_cell(const char *name, cell *c)
{
    memset(c, 0, sizeof *c);
    KM_TRY(km_recipe_read(name, NULL, 0, &c->recipe));
    KM_TRY(km_forcefield_read((const char *const *)c->recipe->forcefield.file,
                              c->recipe->forcefield.n_files, &c->ff));
    KM_TRY(km_system_compose(c->recipe, c->ff, &c->system));
    return km_model_create(c->recipe, c->ff, c->system, true, &c->model);
}

static void close_cell(cell *c)
{
    km_model_destroy(c->model);
    km_system_destroy(c->system);
    km_forcefield_destroy(c->ff);
    km_recipe_destroy(c->recipe);
}

static void write_recipe(const char *block, const char *forcefield)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "title: test\ntemperature_K: 300\nforcefield: {%s}\ncell: %s\n", forcefield,
            block);
    assert_int_equal(fclose(file), 0);
}

static void open_cell(const char *block, const char *forcefield, cell *c)
{
    write_recipe(block, forcefield);
    assert_ok(try_cell(path, c));
}

static void refused(const char *block, const char *forcefield, const char *text)
{
    cell c;
    write_recipe(block, forcefield);
    if (try_cell(path, &c) != KM_ERROR_INPUT || strstr(km_last_error()->message, text) == NULL)
        fail_msg("\"%s\" was expected, this came: %s", text, km_last_error()->message);
    close_cell(&c);
}

#define BOTH "files: [opls-electrolytes, metals], charge_scale: 0.8"
#define K_CRYSTAL                                                                                  \
    "{crystal: {element: K, lattice: bcc, lattice_constant_A: 5.24204, repeats: [6, 6, 6]}}"
#define CU_CRYSTAL                                                                                 \
    "{crystal: {element: Cu, lattice: fcc, lattice_constant_A: 3.615, repeats: [6, 6, 6]}}"
#define SLAB(element, lattice, a)                                                                  \
    "slab: {element: " element ", lattice: " lattice ", lattice_constant_A: " a                    \
    ", surface: \"110\", layers: 4}"
#define LIQUID                                                                                     \
    "liquid: {salts: [{cation: K, anion: FSI, molarity_M: 1}], "                                   \
    "solvents: [{molecule: DME, volume_parts: 1}], thickness_A: 25}"
#define STACK(vacuum, element, lattice, a)                                                         \
    "{stack: {area_A: [30, 30], vacuum_A: " vacuum                                                 \
    ", layers: [{" SLAB(element, lattice, a) "}, {" LIQUID "}, {" SLAB(element, lattice, a) "}]}}"

/* The row of the pair table of two types by name. */
static const double *row_of(const cell *c, const char *a, const char *b)
{
    int type[2] = {-1, -1};
    for (int i = 0; i < c->model->n; i++) {
        if (strcmp(c->model->labels->type_name[i], a) == 0)
            type[0] = c->model->type[i];
        if (strcmp(c->model->labels->type_name[i], b) == 0)
            type[1] = c->model->type[i];
    }
    assert_true(type[0] >= 0 && type[1] >= 0);
    return &c->model->pair
                .parameter[(type[0] * c->model->pair.n_types + type[1]) * KM_VDW_PARAMETERS];
}

/* UFF potassium: r_min 3.812 A, 0.035 kcal/mol; ether oxygen 2.9 A, 0.14; geometric means. */
static void metal_meets_others_by_mixing_and_itself_not_at_all(void **state)
{
    (void)state;
    cell c;
    open_cell(STACK("0", "K", "bcc", "5.326"), BOTH, &c);
    const double sigma = 3.812 / pow(2.0, 1.0 / 6.0);
    for (int i = 0; i < c.model->n; i++)
        assert_int_equal(c.model->neighbours.excluded_group[i],
                         strcmp(c.model->labels->type_name[i], "K0") == 0);
    assert_ptr_equal(c.model->pair.excluded_group, c.model->neighbours.excluded_group);
    assert_near(row_of(&c, "K0", "OS_ether")[0], sqrt(0.035 * 0.14) * 4.184, 1e-9);
    assert_near(row_of(&c, "K0", "OS_ether")[1], 0.1 * sqrt(sigma * 2.9), 1e-7);
    assert_true(row_of(&c, "OS_ether", "OS_ether")[0] > 0.0);
    assert_int_equal(c.model->eam.n_atoms, c.system->layer[0].n_atoms + c.system->layer[2].n_atoms);
    assert_int_equal(c.model->eam.atom[0], 0);
    assert_int_equal(c.model->eam.atom[c.model->eam.n_atoms - 1], c.model->n - 1);
    assert_near(c.model->mass[0], 39.0983, 0.0);
    assert_near(c.model->charge[0], 0.0, 0.0);
    assert_false(c.model->pair.tail);
    assert_false(c.model->only_metal);
    assert_false(c.model->has_slab); /* periodic along z */
    assert_non_null(strstr(c.model->note[0], "fitted for this project"));
    assert_non_null(c.model->use[0].analogy);
    close_cell(&c);
}

static void a_metal_alone_has_only_its_potential(void **state)
{
    (void)state;
    cell c;
    open_cell(K_CRYSTAL, "files: [metals]", &c);
    assert_true(c.model->only_metal);
    assert_false(c.model->has_charges);
    assert_int_equal(c.model->eam.n_atoms, c.model->n);
    assert_near(c.model->eam_tables->cutoff, 0.68146, 1e-9);
    assert_int_equal(c.model->n_uses, 1);
    close_cell(&c);
}

static void potentials_and_cross_terms_are_chosen_by_name(void **state)
{
    (void)state;
    cell c;
    open_cell(K_CRYSTAL, "files: [metals], metal: K_NicholAckland2016_v2", &c);
    assert_near(c.model->eam_tables->cutoff, 0.69264, 1e-9);
    assert_near(c.model->mass[0], 39.0983, 0.0); /* the file has 39.0 */
    assert_null(c.model->use[0].analogy);
    close_cell(&c);
    open_cell(STACK("0", "Cu", "fcc", "3.615"), BOTH ", metal_cross: heinz", &c);
    assert_near(row_of(&c, "Cu0_heinz", "OS_ether")[0], sqrt(4.72 * 0.14) * 4.184, 1e-9);
    assert_near(row_of(&c, "Cu0_heinz", "OS_ether")[1],
                0.1 * sqrt(2.616 / pow(2.0, 1.0 / 6.0) * 2.9), 1e-7);
    close_cell(&c);
    refused(K_CRYSTAL, "files: [metals], metal: K_best", "choose one of K_refit_FS");
    refused(K_CRYSTAL, "files: [metals], metal: Na_Wilson2015", "Na_Wilson2015 is not for K");
    refused(K_CRYSTAL, "files: [metals], metal_cross: heinz", "no such Lennard-Jones set of K");
    refused("{liquid: {solvents: [{molecule: DME, volume_parts: 1}], size: {molecules: 150}}}",
            BOTH ", metal_cross: uff", "the cell holds no metal");
    refused(
        "{stack: {area_A: [30, 30], vacuum_A: 60, layers: [{" SLAB("K", "bcc", "5.326") "}, {" //
        LIQUID "}, {" SLAB("Cu", "fcc", "3.615") "}]}}",
        BOTH, "the potential K_refit_FS is not for Cu");
}

static void charges_between_vacua_have_the_slab_term(void **state)
{
    (void)state;
    cell c;
    open_cell(STACK("35", "K", "bcc", "5.326"), BOTH, &c);
    assert_true(c.model->has_slab);
    assert_near(c.model->slab.coulomb_constant, KM_COULOMB_CONSTANT, 0.0);
    close_cell(&c);
    refused(STACK("10", "K", "bcc", "5.326"), BOTH, "electrostatics of a slab need at least");
    open_cell("{slab: {element: K, lattice: bcc, lattice_constant_A: 5.326, surface: \"110\", "
              "layers: 4, area_A: [30, 30], vacuum_A: 10}}",
              "files: [metals]", &c);
    assert_false(c.model->has_slab);
    close_cell(&c);
}

static void a_row_for_two_metal_atoms_is_refused(void **state)
{
    (void)state;
    FILE *file = fopen("test_metal_pair.yaml", "w");
    assert_non_null(file);
    fputs("title: mine\nunits: {energy: kcal/mol, length: angstrom, angle: degree}\n"
          "conventions: {harmonic: \"k*(x-x0)^2\", dihedral: opls_fourier, improper: "
          "opls_fourier_central_third}\nsources: [{key: ME, text: mine}]\natom_types: []\n"
          "bond_types: []\nangle_types: []\ndihedral_types: []\nimproper_types: []\n"
          "pair_types: [{types: [K0, K0], form: lennard_jones, parameters: [0.1, 3.0], source: "
          "[ME]}]\nmolecules: []\n",
          file);
    assert_int_equal(fclose(file), 0);
    refused(K_CRYSTAL, "files: [metals, test_metal_pair.yaml]",
            "pair_types gives parameters for two metal atoms");
}

static double energy_per_atom(cell *c)
{
    km_device *device;
    km_state *state;
    km_simulation *simulation;
    const int n = c->system->n_atoms;
    const km_step step = {.energy = true, .virial = true};
    assert_ok(km_backend_cpu.open(1, &device));
    assert_ok(km_state_create(n, &state));
    state->box = c->system->box;
    memcpy(state->position, c->system->position, 3 * (size_t)n * sizeof(double));
    assert_ok(km_simulation_create(&km_backend_cpu, device, c->model, state, NULL, &simulation));
    km_step now = step;
    assert_ok(km_simulation_forces(simulation, &now, true));
    assert_ok(km_simulation_check(simulation, &now));
    double energy = 0.0;
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        energy += simulation->particles->energy[k];
    km_simulation_destroy(simulation);
    km_state_destroy(state);
    km_backend_cpu.close(device);
    return energy / n / KM_EV;
}

/* LAMMPS 20220106 with the same files: K_refit_FS -0.93401 eV at 5.24204 A, Cu_Mishin2001 -3.54000
 * eV at 3.615 A, Na of Zhou2011 -1.13280 eV at 4.37328 A (five decimals were printed). */
static void crystals_have_the_cohesive_energy_of_lammps(void **state)
{
    (void)state;
    cell c;
    open_cell(K_CRYSTAL, "files: [metals]", &c);
    assert_near(energy_per_atom(&c), -0.93401, 6e-6);
    close_cell(&c);
    open_cell(CU_CRYSTAL, "files: [metals]", &c);
    assert_near(energy_per_atom(&c), -3.54000, 6e-6);
    close_cell(&c);
    open_cell("{crystal: {element: Na, lattice: bcc, lattice_constant_A: 4.37328, repeats: [6, 6, "
              "6]}}",
              "files: [metals], metal: NaK_Zhou2011_EIM", &c);
    assert_near(energy_per_atom(&c), -1.13280, 6e-6);
    assert_int_equal(c.model->eam.n_atoms, 0);
    assert_int_equal(c.model->eim.n_atoms, 432);
    assert_non_null(strstr(c.model->note[0], "3 to 5 times too stiff"));
    close_cell(&c);
}

static void every_recipe_of_the_catalogue_has_a_model(void **state)
{
    (void)state;
    DIR *folder = opendir(KM_SOURCE_ROOT "/systems");
    int metals = 0;
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char id[300];
        cell c;
        snprintf(id, sizeof id, "%s", entry->d_name);
        char *dot = strrchr(id, '.');
        if (dot == NULL || strcmp(dot, ".yaml") != 0)
            continue;
        *dot = '\0';
        assert_ok(try_cell(id, &c));
        metals += c.model->metal_cutoff > 0.0;
        close_cell(&c);
    }
    closedir(folder);
    assert_true(metals >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metal_meets_others_by_mixing_and_itself_not_at_all),
        cmocka_unit_test(a_metal_alone_has_only_its_potential),
        cmocka_unit_test(potentials_and_cross_terms_are_chosen_by_name),
        cmocka_unit_test(charges_between_vacua_have_the_slab_term),
        cmocka_unit_test(a_row_for_two_metal_atoms_is_refused),
        cmocka_unit_test(crystals_have_the_cohesive_energy_of_lammps),
        cmocka_unit_test(every_recipe_of_the_catalogue_has_a_model),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
