/* SPDX-License-Identifier: MIT */
/* Recipes: units at the door, the stages of a protocol, mistakes by name, the resolved recipe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/recipe_file.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static const char path[] = "test_recipe.yaml";

static const char good[] = "title: test\n"
                           "temperature_K: 300\n"
                           "pressure_bar: 2\n"
                           "cell:\n"
                           "  liquid:\n"
                           "    salts: [{cation: K, anion: FSI, molarity_M: 1.5}]\n"
                           "    solvents: [{molecule: DME, volume_parts: 1}]\n"
                           "    size: {ion_pairs: 8}\n"
                           "forcefield: {files: [opls-electrolytes], charge_scale: 0.8}\n"
                           "production: {time_ns: 3, timestep_fs: 2, frame_ps: 0.5}\n"
                           "analyse: [msd, rdf]\n"
                           "seed: 18446744073709551615\n";

static int find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static const km_stage *stage_of(const km_recipe *recipe, const char *name)
{
    for (int k = 0; k < recipe->n_stages; k++)
        if (strcmp(recipe->stage[k].name, name) == 0)
            return &recipe->stage[k];
    fail_msg("no stage %s", name);
    return NULL;
}

static km_recipe *read_text(const char *text, const char *const *settings, int n)
{
    km_recipe *recipe;
    write_file(text);
    assert_ok(km_recipe_read(path, settings, n, &recipe));
    return recipe;
}

static void values_have_internal_units(void **state)
{
    (void)state;
    km_recipe *recipe = read_text(good, NULL, 0);
    assert_string_equal(recipe->id, "test_recipe");
    assert_near(recipe->temperature, 300.0, 0.0);
    assert_near(recipe->pressure, 2.0 * 0.0602214076, 1e-15); /* 1 bar nm^3 N_A in kJ/mol */
    assert_near(recipe->liquid->salt[0].molarity, 1.5, 0.0);
    assert_int_equal(recipe->liquid->size_ion_pairs, 8);
    assert_near(recipe->nonbonded.cutoff, 1.2, 1e-15);
    assert_true(recipe->nonbonded.tail && recipe->nonbonded.shift);
    assert_near(recipe->forcefield.charge_scale, 0.8, 0.0);
    assert_true(recipe->seed == UINT64_MAX);
    const km_stage *produce = stage_of(recipe, "produce");
    assert_true(produce->production && produce->constrain_hydrogen);
    assert_near(produce->time, 3000.0, 0.0);
    assert_near(produce->timestep, 0.002, 1e-18);
    assert_near(produce->frame_interval, 0.5, 0.0);
    assert_int_equal(produce->thermostat, KM_THERMOSTAT_RESCALING);
    assert_int_equal(produce->barostat, KM_BAROSTAT_NONE);
    km_recipe_destroy(recipe);
}

static void protocol_liquid_makes_a_liquid_of_a_packed_box(void **state)
{
    (void)state;
    static const char *const names[] = {"minimise",    "relax",  "heat",   "compress",
                                        "equilibrate", "settle", "produce"};
    km_recipe *recipe = read_text(good, NULL, 0);
    assert_int_equal(recipe->n_stages, 7);
    for (int k = 0; k < 7; k++)
        assert_string_equal(recipe->stage[k].name, names[k]);
    assert_int_equal(recipe->stage[0].kind, KM_STAGE_MINIMISE);
    int draws = 0;
    for (int k = 1; k < 7; k++) {
        draws += recipe->stage[k].draw_velocities;
        assert_near(recipe->stage[k].temperature_end, k == 1 ? 50.0 : 300.0, 0.0);
        assert_true(recipe->stage[k].production == (k == 6));
    }
    assert_int_equal(draws, 1);
    assert_true(recipe->stage[1].draw_velocities);
    const km_stage *compress = stage_of(recipe, "compress");
    assert_near(compress->pressure_start / KM_PRESSURE_PER_BAR, 1000.0, 1e-9);
    const km_stage *equilibrate = stage_of(recipe, "equilibrate");
    assert_int_equal(equilibrate->barostat, KM_BAROSTAT_ISOTROPIC);
    assert_near(equilibrate->average_from, 0.5, 0.0);
    assert_near(equilibrate->pressure_end, recipe->pressure, 0.0);
    km_recipe_destroy(recipe);
}

static void settings_override_keys(void **state)
{
    (void)state;
    const char *const settings[] = {
        "temperature_K=313", "production.time_ns=0.25",
        "stages=[{name: heat, time_ps: 5}, {name: compress, skip: yes}]", "constraints=none",
        "production.timestep_fs=1"};
    km_recipe *recipe = read_text(good, settings, 5);
    assert_near(recipe->temperature, 313.0, 0.0);
    assert_int_equal(recipe->n_stages, 6);
    assert_near(stage_of(recipe, "heat")->time, 5.0, 0.0);
    assert_near(stage_of(recipe, "heat")->temperature_end, 313.0, 0.0);
    assert_near(stage_of(recipe, "produce")->time, 250.0, 0.0);
    assert_false(stage_of(recipe, "equilibrate")->constrain_hydrogen);
    assert_near(stage_of(recipe, "equilibrate")->timestep, 0.001, 1e-18);
    km_recipe_destroy(recipe);
}

static void a_list_of_stages_can_be_given_whole(void **state)
{
    (void)state;
    const char *const settings[] = {
        "protocol=none",
        "stages=[{name: first, time_ps: 1, timestep_fs: 0.5, temperature_K: 10}, "
        "{name: second, production: true, barostat: anisotropic, pressure_bar: 30}]"};
    km_recipe *recipe = read_text(good, settings, 2);
    assert_int_equal(recipe->n_stages, 2);
    assert_true(recipe->stage[0].draw_velocities && !recipe->stage[1].draw_velocities);
    assert_near(recipe->stage[0].temperature_start, 10.0, 0.0);
    assert_near(recipe->stage[1].time, 3000.0, 0.0); /* from the block production */
    assert_near(recipe->stage[1].pressure_start / KM_PRESSURE_PER_BAR, 30.0, 1e-12);
    assert_int_equal(recipe->stage[1].barostat, KM_BAROSTAT_ANISOTROPIC);
    km_recipe_destroy(recipe);
}

/* What a wrong recipe must say: the replaced text, its replacement, two words of the message. */
typedef struct mistake {
    const char *before, *after;
    const char *names, *advises;
} mistake;

static const mistake mistakes[] = {
    {"temperature_K: 300", "temperature: 300", "temperature", "did you mean \"temperature_K\""},
    {"pressure_bar: 2", "pressure: 2", "pressure", "did you mean \"pressure_bar\""},
    {"pressure_bar: 2", "pressure_MPa: 2", "pressure_MPa", "did you mean \"pressure_bar\""},
    {"molarity_M", "molarity", "salts[0]", "did you mean \"molarity_M\""},
    {"timestep_fs: 2", "timestep: 2", "production", "did you mean \"timestep_fs\""},
    {"time_ns: 3", "time: 3", "production", "time_ns"},
    {"seed:", "sead:", "line 12", "did you mean \"seed\""},
    {"temperature_K: 300\n", "", "temperature_K", "missing"},
    {"temperature_K: 300", "temperature_K: -5", "line 2: temperature_K is -5",
     "between 0.1 and 5000"},
    {"temperature_K: 300", "temperature_K: 90000", "temperature_K is 90000", "kelvin"},
    {"temperature_K: 300", "temperature_K: 300K", "temperature_K", "is not a number"},
    {"pressure_bar: 2", "pressure_bar: -2", "pressure_bar is -2", "between 0 and"},
    {"molarity_M: 1.5", "molarity_M: 25", "cell.liquid.salts.0.molarity_M is 25", "and 20"},
    {"molarity_M: 1.5", "molarity_M: 0", "molarity_M is 0", "between 0.0001"},
    {"molarity_M: 1.5", "molarity_M: 1, mole_parts: 1", "cell.liquid.salts.0", "exactly one of"},
    {", molarity_M: 1.5", "", "cell.liquid.salts.0", "exactly one of"},
    {"volume_parts: 1", "volume_parts: 0", "volume_parts is 0", "between"},
    {"volume_parts: 1}", "volume_parts: 1}, {molecule: EC, mass_parts: 1}", "solvents.1",
     "different units"},
    {"volume_parts: 1}", "volume_parts: 1}, {molecule: DME, volume_parts: 1}",
     "solvents.1.molecule", "listed twice"},
    {"molarity_M: 1.5", "mole_parts: 1.5", "solvents.0", "mole_parts too"},
    {"ion_pairs: 8", "ion_pairs: 0", "cell.liquid.size.ion_pairs is 0", "between 1"},
    {"ion_pairs: 8", "ion_pairs: 8, atoms: 100", "cell.liquid.size", "exactly one of"},
    {"ion_pairs: 8", "box_edge_A: 2", "box_edge_A is 2", "angstrom"},
    {"ion_pairs: 8", "box_edge_nm: 4", "box_edge_nm", "did you mean \"box_edge_A\""},
    {"charge_scale: 0.8", "charge_scale: 8", "charge_scale is 8", "between 0.1 and 1.5"},
    {"files: [opls-electrolytes]", "files: [./nowhere.yaml]", "forcefield.files.0", "no file"},
    {"timestep_fs: 2", "timestep_fs: 10", "production.timestep_fs is 10", "between 0.01 and 5"},
    {"timestep_fs: 2", "timestep_fs: 4", "production.timestep_fs is 4", "at most 3 fs"},
    {"seed:", "constraints: none\nseed:", "production.timestep_fs is 2", "constraints: hydrogen"},
    {"frame_ps: 0.5", "frame_ps: 5000", "production.frame_ps is 5000", "no frame"},
    {"frame_ps: 0.5", "ensemble: NVD", "production.ensemble", "NVE, NVT, NPT"},
    {"frame_ps: 0.5", "thermostat: none", "production.thermostat", "ensemble: NVE"},
    {"seed:", "nonbonded: {cutoff_A: 40}\nseed:", "nonbonded.cutoff_A is 40", "between 5 and 25"},
    {"seed:", "nonbonded: {cutoff_nm: 1}\nseed:", "cutoff_nm", "did you mean \"cutoff_A\""},
    {"seed:", "nonbonded: {spline_order: 9}\nseed:", "spline_order is 9", "choose 4, 5 or 6"},
    {"seed:", "stages: [{name: hat, time_ps: 1}]\nseed:", "stages.0.name is \"hat\"",
     "minimise, relax, heat"},
    {"seed:", "stages: [{name: heat, temperature_K: 1, temperature_end_K: 3}]\nseed:",
     "stages.0.temperature_K", "remove it or"},
    {"seed:", "stages: [{name: settle, average_from: 0.5}]\nseed:", "stages.0.average_from",
     "barostat"},
    {"seed:", "protocol: none\nseed:", "stages", "protocol: liquid"},
    {"seed:", "protocol: none\nstages: [{name: a}]\nseed:", "stages.0", "time_ps"},
    {"seed: 18446744073709551615", "seed: -1", "seed", "whole number"},
    {"[msd, rdf]", "[msd, magic]", "analyse[1]", "msd, rdf"},
    {"[msd, rdf]", "[msd, msd]", "analyse.1", "listed twice"},
    {"temperature_K: 300", "temperature_K: 300\ntemperature_K: 310", "temperature_K", "twice"},
    {"  liquid:", "  liquit:", "liquit", "did you mean \"liquid\""},
};

static void replace(char *out, size_t length, const char *text, const char *before,
                    const char *after)
{
    const char *at = strstr(text, before);
    assert_non_null(at);
    snprintf(out, length, "%.*s%s%s", (int)(at - text), text, after, at + strlen(before));
}

static void every_mistake_is_named(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof mistakes / sizeof *mistakes; k++) {
        char text[4096];
        km_recipe *recipe;
        const mistake *m = &mistakes[k];
        replace(text, sizeof text, good, m->before, m->after);
        write_file(text);
        if (km_recipe_read(path, NULL, 0, &recipe) == KM_OK)
            fail_msg("accepted: %s", m->after);
        const char *said = km_last_error()->message;
        assert_null(recipe);
        if (strstr(said, path) == NULL || strstr(said, m->names) == NULL ||
            strstr(said, m->advises) == NULL)
            fail_msg("\"%s\" says: %s", m->after, said);
    }
}

static void a_wrong_setting_is_named(void **state)
{
    (void)state;
    const char *const settings[] = {"temperature_K=-4"};
    km_recipe *recipe;
    write_file(good);
    assert_int_equal(km_recipe_read(path, settings, 1, &recipe), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "--set temperature_K=-4"));
}

static void assert_same_stage(const km_stage *a, const km_stage *b)
{
    assert_string_equal(a->name, b->name);
    km_stage x = *a, y = *b;
    x.name = y.name = NULL;
    if (x.kind == KM_STAGE_MINIMISE) { /* the rest means nothing then */
        assert_int_equal(x.max_steps, y.max_steps);
        assert_true(x.force_tolerance == y.force_tolerance);
        return;
    }
    assert_true(x.time == y.time && x.timestep == y.timestep);
    assert_true(x.temperature_start == y.temperature_start);
    assert_true(x.temperature_end == y.temperature_end);
    assert_true(x.draw_velocities == y.draw_velocities);
    assert_true(x.constrain_hydrogen == y.constrain_hydrogen);
    assert_true(x.thermostat == y.thermostat && x.thermostat_time == y.thermostat_time);
    assert_true(x.friction == y.friction && x.barostat == y.barostat);
    assert_true(x.pressure_start == y.pressure_start && x.pressure_end == y.pressure_end);
    assert_true(x.barostat_time == y.barostat_time && x.compressibility == y.compressibility);
    assert_true(x.average_from == y.average_from && x.production == y.production);
    assert_true(x.frame_interval == y.frame_interval && x.energy_interval == y.energy_interval);
    assert_true(x.write_velocities == y.write_velocities);
}

static void assert_same_recipe(const km_recipe *a, const km_recipe *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->confidence, b->confidence);
    assert_true(a->temperature == b->temperature && a->pressure == b->pressure);
    assert_true(a->analyse_viscosity == b->analyse_viscosity && a->seed == b->seed);
    assert_int_equal(a->liquid->n_salts, b->liquid->n_salts);
    for (int k = 0; k < a->liquid->n_salts; k++) {
        assert_string_equal(a->liquid->salt[k].cation, b->liquid->salt[k].cation);
        assert_true(a->liquid->salt[k].molarity == b->liquid->salt[k].molarity);
        assert_true(a->liquid->salt[k].mole_parts == b->liquid->salt[k].mole_parts);
    }
    assert_int_equal(a->liquid->n_solvents, b->liquid->n_solvents);
    for (int k = 0; k < a->liquid->n_solvents; k++) {
        assert_string_equal(a->liquid->solvent[k].molecule, b->liquid->solvent[k].molecule);
        assert_true(a->liquid->solvent[k].volume_parts == b->liquid->solvent[k].volume_parts);
    }
    assert_true(a->liquid->size_edge == b->liquid->size_edge);
    assert_int_equal(a->liquid->size_ion_pairs, b->liquid->size_ion_pairs);
    assert_true(a->liquid->density == b->liquid->density);
    assert_int_equal(a->forcefield.n_files, b->forcefield.n_files);
    assert_string_equal(a->forcefield.file[0], b->forcefield.file[0]);
    assert_true(a->forcefield.charge_scale == b->forcefield.charge_scale);
    assert_int_equal(a->forcefield.mixing_given, b->forcefield.mixing_given);
    assert_int_equal(a->forcefield.mixing, b->forcefield.mixing);
    assert_int_equal(a->forcefield.n_charge_sets, b->forcefield.n_charge_sets);
    assert_int_equal(a->forcefield.n_type_swaps, b->forcefield.n_type_swaps);
    assert_memory_equal(&a->nonbonded.mesh, &b->nonbonded.mesh, sizeof a->nonbonded.mesh);
    assert_true(a->nonbonded.cutoff == b->nonbonded.cutoff);
    assert_true(a->nonbonded.skin == b->nonbonded.skin);
    assert_true(a->nonbonded.relative_force_error == b->nonbonded.relative_force_error);
    assert_true(a->nonbonded.tail == b->nonbonded.tail && a->nonbonded.shift == b->nonbonded.shift);
    assert_true(a->nonbonded.ewald_alpha == b->nonbonded.ewald_alpha);
    assert_true(a->nonbonded.coulomb_constant == b->nonbonded.coulomb_constant);
    assert_int_equal(a->n_analyses, b->n_analyses);
    assert_int_equal(a->n_references, b->n_references);
    assert_int_equal(a->n_stages, b->n_stages);
    for (int k = 0; k < a->n_stages; k++)
        assert_same_stage(&a->stage[k], &b->stage[k]);
}

static void assert_same_file(const char *a, const char *b)
{
    FILE *x = fopen(a, "r"), *y = fopen(b, "r");
    assert_true(x != NULL && y != NULL);
    int c, d;
    do {
        c = fgetc(x);
        d = fgetc(y);
        assert_int_equal(c, d);
    } while (c != EOF);
    fclose(x);
    fclose(y);
}

/* Odd numbers, so that a digit lost on the way would show. */
static void resolved_recipe_reads_back_to_the_same_bits(void **state)
{
    (void)state;
    const char *const settings[] = {
        "title=\"a \\\"quoted\\\" C:\\\\x title: 5 %\"",
        "temperature_K=298.1500000000001",
        "pressure_bar=1.01325",
        "viscosity_mPa_s=0.4551",
        "nonbonded={cutoff_A: 11.7, skin_A: 1.3, ewald_alpha_per_A: 0.31, mesh: [30, 32, 36]}",
        "production={time_ns: 0.777, timestep_fs: 1.7, frame_ps: 0.34, velocities: true}",
        "stages=[{name: heat, time_ps: 3.3333, friction_per_ps: 0.7}, {name: equilibrate, "
        "compressibility_per_bar: 4.57e-5, pressure_bar: 1.7}]",
        "forcefield.type_swaps=[{from: K+, to: K+_JJ}]",
        "forcefield.mixing_rule=lorentz_berthelot",
        "references=[\"10.1021/jp0362133\"]"};
    km_recipe *recipe = read_text(good, settings, 10), *again;
    assert_ok(km_recipe_write(recipe, "test_recipe-resolved.yaml"));
    assert_ok(km_recipe_read("test_recipe-resolved.yaml", NULL, 0, &again));
    assert_same_recipe(recipe, again);
    assert_ok(km_recipe_write(again, "test_recipe-again.yaml"));
    assert_same_file("test_recipe-resolved.yaml", "test_recipe-again.yaml");
    km_recipe_destroy(again);
    const char *const longer[] = {"production.time_ns=2"}; /* how a run is extended */
    assert_ok(km_recipe_read("test_recipe-resolved.yaml", longer, 1, &again));
    assert_near(stage_of(again, "produce")->time, 2000.0, 0.0);
    km_recipe_destroy(again);
    km_recipe_destroy(recipe);
}

static void assert_written_twice_the_same(const char *cell)
{
    char text[2000];
    snprintf(text, sizeof text,
             "title: test\ntemperature_K: 300\nforcefield: {files: [metals], metal: K_refit_FS, "
             "metal_cross: uff}\ncell: %s\n",
             cell);
    km_recipe *recipe = read_text(text, NULL, 0), *again;
    assert_ok(km_recipe_write(recipe, "test_recipe-resolved.yaml"));
    assert_ok(km_recipe_read("test_recipe-resolved.yaml", NULL, 0, &again));
    assert_int_equal(recipe->n_stages, again->n_stages);
    for (int k = 0; k < recipe->n_stages; k++)
        assert_same_stage(&recipe->stage[k], &again->stage[k]);
    assert_string_equal(again->forcefield.metal, "K_refit_FS");
    assert_string_equal(again->forcefield.metal_cross, "uff");
    if (recipe->crystal != NULL) {
        assert_true(again->crystal->lattice_constant == recipe->crystal->lattice_constant);
        assert_true(again->crystal->liquid == recipe->crystal->liquid);
        assert_int_equal(again->crystal->size_atoms, recipe->crystal->size_atoms);
        assert_int_equal(again->crystal->n_parts, recipe->crystal->n_parts);
        for (int k = 0; k < recipe->crystal->n_parts; k++) {
            const km_recipe_alloy_part *a = &again->crystal->part[k],
                                       *b = &recipe->crystal->part[k];
            assert_string_equal(a->element, b->element);
            assert_true(a->mole_parts == b->mole_parts);
        }
    } else {
        const km_recipe_stack *a = recipe->stack, *b = again->stack;
        assert_int_equal(a->n_layers, b->n_layers);
        assert_true(a->area[0] == b->area[0] && a->area[1] == b->area[1]);
        assert_true(a->vacuum == b->vacuum);
        for (int k = 0; k < a->n_layers; k++) {
            const km_recipe_slab *x = a->layer[k].slab, *y = b->layer[k].slab;
            assert_true((x != NULL) == (y != NULL));
            if (x == NULL) {
                assert_true(a->layer[k].liquid->thickness == b->layer[k].liquid->thickness);
                assert_true(a->layer[k].liquid->density == b->layer[k].liquid->density);
                continue;
            }
            assert_string_equal(x->element, y->element);
            assert_true((x->second != NULL) == (y->second != NULL));
            if (x->second != NULL)
                assert_string_equal(x->second, y->second);
            assert_true(x->lattice == y->lattice && x->surface == y->surface);
            assert_true(x->lattice_constant == y->lattice_constant);
            assert_int_equal(x->layers, y->layers);
            assert_int_equal(x->frozen_layers, y->frozen_layers);
            assert_int_equal(x->thermostat_layers, y->thermostat_layers);
            assert_true(x->piston == y->piston && x->piston_pressure == y->piston_pressure);
        }
    }
    assert_ok(km_recipe_write(again, "test_recipe-again.yaml"));
    assert_same_file("test_recipe-resolved.yaml", "test_recipe-again.yaml");
    km_recipe_destroy(again);
    km_recipe_destroy(recipe);
}

static void cells_with_metal_read_back_to_the_same_bits(void **state)
{
    (void)state;
    assert_written_twice_the_same("{crystal: {element: K, lattice: bcc, lattice_constant_A: "
                                  "5.3267, size: {atoms: 777}, structure: liquid}}");
    assert_written_twice_the_same(
        "{crystal: {elements: [{element: K, mole_parts: 0.6637}, {element: Na, mole_parts: "
        "0.3363}], lattice: bcc, lattice_constant_A: 5.01, size: {atoms: 777}}}");
    assert_written_twice_the_same("{crystal: {element: Cu, lattice: fcc, lattice_constant_A: "
                                  "3.6151, repeats: [5, 6, 7]}}");
    assert_written_twice_the_same("{slab: {element: K, lattice: bcc, lattice_constant_A: 5.3267, "
                                  "surface: 111, layers: 9, area_A: [31.7, 33.3], vacuum_A: "
                                  "41.3, frozen_layers: 2, thermostat_layers: 3}}");
    assert_written_twice_the_same(
        "{stack: {area_A: [31.7, 33.3], vacuum_A: 61.3, layers: [{slab: {element: K, lattice: bcc, "
        "lattice_constant_A: 5.3267, surface: 110, layers: 6, frozen_layers: 1}}, {liquid: "
        "{solvents: [{molecule: DME, volume_parts: 1}], thickness_A: 29.7, density_kg_m3: 851.3}}, "
        "{slab: {element: K, lattice: bcc, lattice_constant_A: 5.3267, surface: 110, layers: 5, "
        "frozen_layers: 2, piston: {pressure_bar: 1.01325}}}]}}");
    assert_written_twice_the_same(
        "{slab: {element: K, second_element: F, lattice: rock_salt, lattice_constant_A: 5.3245, "
        "surface: 100, layers: 4, area_A: [31.7, 33.3], vacuum_A: 41.3}}");
}

/* What is held cannot be scaled, and a vacuum has no pressure. */
static void barostats_beside_frozen_layers_or_vacuum_are_refused(void **state)
{
    (void)state;
    static const char stack[] =
        "title: test\ntemperature_K: 300\nforcefield: {files: [metals]}\ncell: {stack: {area_A: "
        "[30, 30], vacuum_A: %s, layers: [{slab: {element: K, lattice: bcc, lattice_constant_A: "
        "5.3, surface: 110, layers: 6, frozen_layers: %d}}, {liquid: {solvents: [{molecule: DME, "
        "volume_parts: 1}], thickness_A: 30}}]}}\n";
    char text[1000];
    km_recipe *recipe;
    snprintf(text, sizeof text, stack, "0", 0);
    recipe = read_text(text, NULL, 0);
    assert_string_equal(recipe->protocol, "interface");
    assert_int_equal(stage_of(recipe, "equilibrate")->barostat, KM_BAROSTAT_Z_ONLY);
    km_recipe_destroy(recipe);
    snprintf(text, sizeof text, stack, "0", 2);
    recipe = read_text(text, NULL, 0);
    assert_int_equal(stage_of(recipe, "equilibrate")->barostat, KM_BAROSTAT_NONE);
    km_recipe_destroy(recipe);
    const char *const npt[] = {"production.ensemble=NPT"};
    assert_int_equal(km_recipe_read(path, npt, 1, &recipe), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "would move the frozen layers"));
    snprintf(text, sizeof text, stack, "50", 0);
    write_file(text);
    const char *const stage[] = {"stages=[{name: equilibrate, barostat: z_only}]"};
    assert_int_equal(km_recipe_read(path, stage, 1, &recipe), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "stages.0.barostat: stage equilibrate"));
    assert_non_null(strstr(km_last_error()->message, "vacuum_A has no pressure"));
}

static void protocol_metal_melts_a_liquid(void **state)
{
    (void)state;
    km_recipe *recipe = read_text(
        "title: test\ntemperature_K: 343\nforcefield: {files: [metals]}\ncell: {crystal: {element: "
        "K, lattice: bcc, lattice_constant_A: 5.4, size: {atoms: 500}, structure: liquid}}\n",
        NULL, 0);
    assert_string_equal(recipe->protocol, "metal");
    assert_near(stage_of(recipe, "melt")->temperature_start, 686.0, 1e-12);
    assert_near(stage_of(recipe, "cool")->temperature_end, 343.0, 1e-12);
    assert_int_equal(stage_of(recipe, "equilibrate")->barostat, KM_BAROSTAT_ISOTROPIC);
    assert_int_equal(stage_of(recipe, "produce")->barostat, KM_BAROSTAT_NONE);
    km_recipe_destroy(recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_internal_units),
        cmocka_unit_test(protocol_liquid_makes_a_liquid_of_a_packed_box),
        cmocka_unit_test(settings_override_keys),
        cmocka_unit_test(a_list_of_stages_can_be_given_whole),
        cmocka_unit_test(every_mistake_is_named),
        cmocka_unit_test(a_wrong_setting_is_named),
        cmocka_unit_test(resolved_recipe_reads_back_to_the_same_bits),
        cmocka_unit_test(cells_with_metal_read_back_to_the_same_bits),
        cmocka_unit_test(barostats_beside_frozen_layers_or_vacuum_are_refused),
        cmocka_unit_test(protocol_metal_melts_a_liquid),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
