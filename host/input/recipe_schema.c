/* SPDX-License-Identifier: MIT */
#include "host/input/recipe_schema.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define POINTER CYAML_FLAG_POINTER
#define ABSENT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define LONGEST 100000 /* entries of a list or characters of a text */
#define COUNT(table) (uint32_t)(sizeof(table) / sizeof *(table))

#define TEXT(key, flags, structure, member, longest)                                               \
    CYAML_FIELD_STRING_PTR(key, POINTER | (flags), structure, member, 1, longest)
#define NUMBER(key, structure, member) CYAML_FIELD_FLOAT_PTR(key, ABSENT, structure, member)
#define WHOLE(key, structure, member) CYAML_FIELD_INT_PTR(key, ABSENT, structure, member)
#define SWITCH(key, structure, member) CYAML_FIELD_BOOL_PTR(key, ABSENT, structure, member)
#define CHOICE(key, structure, member, words)                                                      \
    CYAML_FIELD_ENUM_PTR(key, ABSENT, structure, member, words, COUNT(words))
#define LIST(key, structure, member, count, entry, min, max)                                       \
    CYAML_FIELD_SEQUENCE_COUNT(key, ABSENT, structure, member, count, entry, min, max)
#define ENTRY(name, structure, fields)                                                             \
    static const cyaml_schema_value_t name = {                                                     \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, structure, fields)}

static const cyaml_strval_t confidences[] = {{"published", KM_CONFIDENCE_PUBLISHED},
                                             {"analogy", KM_CONFIDENCE_ANALOGY},
                                             {"exploratory", KM_CONFIDENCE_EXPLORATORY}};
static const cyaml_strval_t thermostats[] = {{"none", KM_THERMOSTAT_NONE},
                                             {"rescaling", KM_THERMOSTAT_RESCALING},
                                             {"nose_hoover", KM_THERMOSTAT_NOSE_HOOVER},
                                             {"langevin", KM_THERMOSTAT_LANGEVIN}};
static const cyaml_strval_t barostats[] = {{"none", KM_BAROSTAT_NONE},
                                           {"isotropic", KM_BAROSTAT_ISOTROPIC},
                                           {"semi_isotropic", KM_BAROSTAT_SEMI_ISOTROPIC},
                                           {"anisotropic", KM_BAROSTAT_ANISOTROPIC},
                                           {"z_only", KM_BAROSTAT_Z_ONLY}};
static const cyaml_strval_t ensembles[] = {
    {"NVE", KM_ENSEMBLE_NVE}, {"NVT", KM_ENSEMBLE_NVT}, {"NPT", KM_ENSEMBLE_NPT}};
static const cyaml_strval_t constraint_choices[] = {{"none", KM_CONSTRAIN_NONE},
                                                    {"hydrogen", KM_CONSTRAIN_HYDROGEN}};
static const cyaml_strval_t protocols[] = {{"none", KM_PROTOCOL_NONE},
                                           {"liquid", KM_PROTOCOL_LIQUID},
                                           {"metal", KM_PROTOCOL_METAL},
                                           {"interface", KM_PROTOCOL_INTERFACE},
                                           {"crystal", KM_PROTOCOL_CRYSTAL}};
static const cyaml_strval_t slab_axes[] = {{"parallel", KM_AXES_PARALLEL},
                                           {"exchanged", KM_AXES_EXCHANGED}};
static const cyaml_strval_t lattices[] = {
    {"bcc", KM_LATTICE_BCC}, {"fcc", KM_LATTICE_FCC}, {"rock_salt", KM_LATTICE_ROCK_SALT}};
static const cyaml_strval_t surfaces[] = {
    {"100", KM_SURFACE_100}, {"110", KM_SURFACE_110}, {"111", KM_SURFACE_111}};
static const cyaml_strval_t crystal_states[] = {{"solid", KM_CRYSTAL_SOLID},
                                                {"liquid", KM_CRYSTAL_LIQUID}};
static const cyaml_strval_t kinds[] = {{"minimise", KM_STAGE_MINIMISE},
                                       {"dynamics", KM_STAGE_DYNAMICS}};
static const cyaml_strval_t mixings[] = {{"geometric", KM_MIXING_GEOMETRIC},
                                         {"lorentz_berthelot", KM_MIXING_LORENTZ_BERTHELOT}};
static const cyaml_strval_t analyses[] = {
    {"msd", 0},   {"rdf", 1},       {"profile", 2},      {"layers", 3},
    {"order", 4}, {"solvation", 5}, {"conductivity", 6}, {"viscosity", 7},
    {"jumps", 8}, {"occupancy", 9}, {"vanhove", 10},     {"dielectric", 11}};

static const char *word_of(const cyaml_strval_t *words, uint32_t n, int64_t value)
{
    for (uint32_t k = 0; k < n; k++)
        if (words[k].val == value)
            return words[k].str;
    return "";
}
const char *km_confidence_word(km_confidence value)
{
    return word_of(confidences, COUNT(confidences), value);
}
const char *km_thermostat_word(km_thermostat_kind value)
{
    return word_of(thermostats, COUNT(thermostats), value);
}
const char *km_barostat_word(km_barostat_kind value)
{
    return word_of(barostats, COUNT(barostats), value);
}
const char *km_mixing_word(km_mixing value)
{
    return word_of(mixings, COUNT(mixings), value);
}
const char *km_analysis_word(int index)
{
    return word_of(analyses, COUNT(analyses), index);
}

const char *km_lattice_word(km_lattice_kind value)
{
    return word_of(lattices, COUNT(lattices), value);
}
const char *km_surface_word(km_surface value)
{
    return word_of(surfaces, COUNT(surfaces), value);
}
const char *km_protocol_word(km_protocol value)
{
    return word_of(protocols, COUNT(protocols), value);
}

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(POINTER, char *, 1, 1000)};
static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t whole = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int)};
static const cyaml_schema_value_t analysis = {
    CYAML_VALUE_ENUM(CYAML_FLAG_DEFAULT, int, analyses, COUNT(analyses))};

static const cyaml_schema_field_t salt_fields[] = {
    TEXT("cation", 0, km_raw_salt, cation, 23),    TEXT("anion", 0, km_raw_salt, anion, 23),
    NUMBER("molarity_M", km_raw_salt, molarity),   NUMBER("molality_mol_kg", km_raw_salt, molality),
    NUMBER("mole_parts", km_raw_salt, mole_parts), CYAML_FIELD_END};
ENTRY(salt, km_raw_salt, salt_fields);

static const cyaml_schema_field_t solvent_fields[] = {
    TEXT("molecule", 0, km_raw_solvent, molecule, 23),
    NUMBER("volume_parts", km_raw_solvent, volume_parts),
    NUMBER("mass_parts", km_raw_solvent, mass_parts),
    NUMBER("mole_parts", km_raw_solvent, mole_parts), CYAML_FIELD_END};
ENTRY(solvent, km_raw_solvent, solvent_fields);

static const cyaml_schema_field_t size_fields[] = {
    WHOLE("atoms", km_raw_size, atoms), WHOLE("ion_pairs", km_raw_size, ion_pairs),
    WHOLE("molecules", km_raw_size, molecules), NUMBER("box_edge_A", km_raw_size, box_edge),
    CYAML_FIELD_END};

static const cyaml_schema_field_t liquid_fields[] = {
    LIST("salts", km_raw_liquid, salt, n_salts, &salt, 0, 100),
    LIST("solvents", km_raw_liquid, solvent, n_solvents, &solvent, 0, 100),
    CYAML_FIELD_MAPPING("size", OPTIONAL, km_raw_liquid, size, size_fields),
    NUMBER("thickness_A", km_raw_liquid, thickness),
    NUMBER("density_kg_m3", km_raw_liquid, density),
    CYAML_FIELD_END};

static const cyaml_schema_field_t count_fields[] = {
    TEXT("molecule", 0, km_raw_count, molecule, 23),
    CYAML_FIELD_INT("count", 0, km_raw_count, count), CYAML_FIELD_END};
ENTRY(molecule_count, km_raw_count, count_fields);

static const cyaml_schema_field_t structure_fields[] = {
    TEXT("file", 0, km_raw_structure, file, 4000),
    LIST("molecules", km_raw_structure, molecule, n_molecules, &molecule_count, 1, LONGEST),
    LIST("box_A", km_raw_structure, box, n_box, &number, 3, 3),
    LIST("angles_deg", km_raw_structure, angles, n_angles, &number, 3, 3), CYAML_FIELD_END};

static const cyaml_schema_field_t crystal_size_fields[] = {
    WHOLE("atoms", km_raw_crystal_size, atoms), CYAML_FIELD_END};

static const cyaml_schema_field_t alloy_part_fields[] = {
    TEXT("element", 0, km_raw_alloy_part, element, 3),
    NUMBER("mole_parts", km_raw_alloy_part, mole_parts), CYAML_FIELD_END};
ENTRY(alloy_part, km_raw_alloy_part, alloy_part_fields);

static const cyaml_schema_field_t crystal_fields[] = {
    TEXT("element", OPTIONAL, km_raw_crystal, element, 3),
    LIST("elements", km_raw_crystal, part, n_parts, &alloy_part, 2, 8),
    CYAML_FIELD_ENUM("lattice", 0, km_raw_crystal, lattice, lattices, COUNT(lattices)),
    CYAML_FIELD_FLOAT_PTR("lattice_constant_A", POINTER, km_raw_crystal, lattice_constant),
    LIST("repeats", km_raw_crystal, repeats, n_repeats, &whole, 3, 3),
    CYAML_FIELD_MAPPING("size", OPTIONAL, km_raw_crystal, size, crystal_size_fields),
    CHOICE("structure", km_raw_crystal, state, crystal_states),
    CYAML_FIELD_END};

static const cyaml_schema_field_t piston_fields[] = {
    NUMBER("pressure_bar", km_raw_piston, pressure), CYAML_FIELD_END};

#define SLAB_FIELDS                                                                                \
    TEXT("element", 0, km_raw_slab, element, 3),                                                   \
        TEXT("second_element", OPTIONAL, km_raw_slab, second, 3),                                  \
        CYAML_FIELD_ENUM("lattice", 0, km_raw_slab, lattice, lattices, COUNT(lattices)),           \
        CYAML_FIELD_FLOAT_PTR("lattice_constant_A", POINTER, km_raw_slab, lattice_constant),       \
        CYAML_FIELD_ENUM("surface", 0, km_raw_slab, surface, surfaces, COUNT(surfaces)),           \
        CHOICE("axes", km_raw_slab, axes, slab_axes),                                              \
        CYAML_FIELD_INT("layers", 0, km_raw_slab, layers),                                         \
        WHOLE("frozen_layers", km_raw_slab, frozen_layers),                                        \
        WHOLE("thermostat_layers", km_raw_slab, thermostat_layers),                                \
        CYAML_FIELD_MAPPING_PTR("piston", ABSENT, km_raw_slab, piston, piston_fields)

static const cyaml_schema_field_t slab_fields[] = {
    SLAB_FIELDS, LIST("area_A", km_raw_slab, area, n_area, &number, 2, 2),
    NUMBER("vacuum_A", km_raw_slab, vacuum), CYAML_FIELD_END};

static const cyaml_schema_field_t layer_slab_fields[] = {SLAB_FIELDS, CYAML_FIELD_END};
static const cyaml_schema_field_t layer_fields[] = {
    CYAML_FIELD_MAPPING_PTR("slab", ABSENT, km_raw_layer, slab, layer_slab_fields),
    CYAML_FIELD_MAPPING_PTR("compound", ABSENT, km_raw_layer, compound, km_layer_compound_fields),
    CYAML_FIELD_MAPPING_PTR("liquid", ABSENT, km_raw_layer, liquid, liquid_fields),
    CYAML_FIELD_END};
ENTRY(layer, km_raw_layer, layer_fields);

static const cyaml_schema_field_t stack_fields[] = {
    LIST("area_A", km_raw_stack, area, n_area, &number, 2, 2),
    NUMBER("vacuum_A", km_raw_stack, vacuum),
    NUMBER("strain_limit_percent", km_raw_stack, strain_most),
    LIST("layers", km_raw_stack, layer, n_layers, &layer, 1, 100), CYAML_FIELD_END};

static const cyaml_schema_field_t cell_fields[] = {
    CYAML_FIELD_MAPPING_PTR("compound", ABSENT, km_raw_recipe_cell, compound, km_compound_fields),
    CYAML_FIELD_MAPPING_PTR("crystal", ABSENT, km_raw_recipe_cell, crystal, crystal_fields),
    CYAML_FIELD_MAPPING_PTR("slab", ABSENT, km_raw_recipe_cell, slab, slab_fields),
    CYAML_FIELD_MAPPING_PTR("stack", ABSENT, km_raw_recipe_cell, stack, stack_fields),
    CYAML_FIELD_MAPPING_PTR("liquid", ABSENT, km_raw_recipe_cell, liquid, liquid_fields),
    CYAML_FIELD_MAPPING_PTR("structure", ABSENT, km_raw_recipe_cell, structure, structure_fields),
    CYAML_FIELD_END};

static const cyaml_schema_field_t charge_set_fields[] = {
    TEXT("molecule", 0, km_raw_pair_of_names, first, 23),
    TEXT("set", 0, km_raw_pair_of_names, second, 100), CYAML_FIELD_END};
ENTRY(charge_set, km_raw_pair_of_names, charge_set_fields);

static const cyaml_schema_field_t type_swap_fields[] = {
    TEXT("from", 0, km_raw_pair_of_names, first, 23),
    TEXT("to", 0, km_raw_pair_of_names, second, 23), CYAML_FIELD_END};
ENTRY(type_swap, km_raw_pair_of_names, type_swap_fields);

static const cyaml_schema_field_t forcefield_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("files", POINTER, km_raw_recipe_forcefield, file, n_files, &word, 1,
                               100),
    NUMBER("charge_scale", km_raw_recipe_forcefield, charge_scale),
    CHOICE("mixing_rule", km_raw_recipe_forcefield, mixing, mixings),
    LIST("charge_sets", km_raw_recipe_forcefield, charge_set, n_charge_sets, &charge_set, 0, 1000),
    LIST("type_swaps", km_raw_recipe_forcefield, type_swap, n_type_swaps, &type_swap, 0, 1000),
    TEXT("metal", OPTIONAL, km_raw_recipe_forcefield, metal, 60),
    TEXT("metal_cross", OPTIONAL, km_raw_recipe_forcefield, metal_cross, 60),
    CYAML_FIELD_END};

static const cyaml_schema_field_t nonbonded_fields[] = {
    NUMBER("cutoff_A", km_raw_nonbonded, cutoff),
    NUMBER("skin_A", km_raw_nonbonded, skin),
    NUMBER("list_check_ps", km_raw_nonbonded, list_check),
    NUMBER("relative_force_error", km_raw_nonbonded, relative_force_error),
    SWITCH("tail_correction", km_raw_nonbonded, tail),
    SWITCH("potential_shift", km_raw_nonbonded, shift),
    NUMBER("ewald_alpha_per_A", km_raw_nonbonded, ewald_alpha),
    LIST("mesh", km_raw_nonbonded, mesh, n_mesh, &whole, 3, 3),
    WHOLE("spline_order", km_raw_nonbonded, spline_order),
    NUMBER("coulomb_constant_kJ_nm_mol_e2", km_raw_nonbonded, coulomb_constant),
    CYAML_FIELD_END};

static const cyaml_schema_field_t stage_fields[] = {
    TEXT("name", 0, km_raw_stage, name, 40),
    SWITCH("skip", km_raw_stage, skip),
    CHOICE("kind", km_raw_stage, kind, kinds),
    WHOLE("max_steps", km_raw_stage, max_steps),
    NUMBER("force_tolerance_kJ_mol_nm", km_raw_stage, force_tolerance),
    NUMBER("time_ps", km_raw_stage, time),
    NUMBER("timestep_fs", km_raw_stage, timestep),
    NUMBER("temperature_K", km_raw_stage, temperature),
    NUMBER("temperature_start_K", km_raw_stage, temperature_start),
    NUMBER("temperature_end_K", km_raw_stage, temperature_end),
    SWITCH("draw_velocities", km_raw_stage, draw_velocities),
    CHOICE("constraints", km_raw_stage, constraints, constraint_choices),
    CHOICE("thermostat", km_raw_stage, thermostat, thermostats),
    NUMBER("thermostat_ps", km_raw_stage, thermostat_time),
    NUMBER("friction_per_ps", km_raw_stage, friction),
    CHOICE("barostat", km_raw_stage, barostat, barostats),
    NUMBER("pressure_bar", km_raw_stage, pressure),
    NUMBER("pressure_start_bar", km_raw_stage, pressure_start),
    NUMBER("pressure_end_bar", km_raw_stage, pressure_end),
    NUMBER("barostat_ps", km_raw_stage, barostat_time),
    NUMBER("compressibility_per_bar", km_raw_stage, compressibility),
    NUMBER("average_from", km_raw_stage, average_from),
    SWITCH("production", km_raw_stage, production),
    NUMBER("frame_ps", km_raw_stage, frame_interval),
    NUMBER("energy_ps", km_raw_stage, energy_interval),
    SWITCH("velocities", km_raw_stage, velocities),
    CYAML_FIELD_END};
ENTRY(stage, km_raw_stage, stage_fields);

static const cyaml_schema_field_t production_fields[] = {
    NUMBER("time_ns", km_raw_production, time),
    NUMBER("timestep_fs", km_raw_production, timestep),
    NUMBER("frame_ps", km_raw_production, frame_interval),
    NUMBER("energy_ps", km_raw_production, energy_interval),
    CHOICE("ensemble", km_raw_production, ensemble, ensembles),
    CHOICE("thermostat", km_raw_production, thermostat, thermostats),
    NUMBER("thermostat_ps", km_raw_production, thermostat_time),
    SWITCH("velocities", km_raw_production, velocities),
    CYAML_FIELD_END};

static const cyaml_schema_field_t recipe_fields[] = {
    TEXT("id", OPTIONAL, km_raw_recipe, id, 100),
    TEXT("title", 0, km_raw_recipe, title, 1000),
    CHOICE("confidence", km_raw_recipe, confidence, confidences),
    TEXT("confidence_reason", OPTIONAL, km_raw_recipe, confidence_reason, 2000),
    CYAML_FIELD_FLOAT_PTR("temperature_K", POINTER, km_raw_recipe, temperature),
    NUMBER("pressure_bar", km_raw_recipe, pressure),
    CYAML_FIELD_MAPPING("cell", 0, km_raw_recipe, cell, cell_fields),
    CYAML_FIELD_MAPPING("forcefield", 0, km_raw_recipe, forcefield, forcefield_fields),
    CYAML_FIELD_MAPPING("nonbonded", OPTIONAL, km_raw_recipe, nonbonded, nonbonded_fields),
    CHOICE("protocol", km_raw_recipe, protocol, protocols),
    CHOICE("constraints", km_raw_recipe, constraints, constraint_choices),
    LIST("stages", km_raw_recipe, stage, n_stages, &stage, 0, 1000),
    CYAML_FIELD_MAPPING("production", OPTIONAL, km_raw_recipe, production, production_fields),
    LIST("analyse", km_raw_recipe, analyse, n_analyses, &analysis, 0, 20),
    NUMBER("viscosity_mPa_s", km_raw_recipe, viscosity),
    CYAML_FIELD_UINT_PTR("seed", ABSENT, km_raw_recipe, seed),
    WHOLE("replicas", km_raw_recipe, replicas),
    LIST("references", km_raw_recipe, reference, n_references, &word, 0, 1000),
    CYAML_FIELD_END};

const cyaml_schema_value_t km_recipe_schema = {
    CYAML_VALUE_MAPPING(POINTER, km_raw_recipe, recipe_fields)};
