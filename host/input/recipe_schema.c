/* SPDX-License-Identifier: MIT */
#include "host/input/recipe_schema.h"

#define POINTER CYAML_FLAG_POINTER
#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define LONGEST 10000 /* entries of a list or characters of a text */
#define COUNT(table) (uint32_t)(sizeof(table) / sizeof *(table))

#define TEXT(key, flags, structure, member)                                                        \
    CYAML_FIELD_STRING_PTR(key, flags, structure, member, 1, LONGEST)
#define NUMBER(structure, member) CYAML_FIELD_FLOAT_PTR(#member, OPTIONAL, structure, member)
#define INTEGER(structure, member) CYAML_FIELD_INT_PTR(#member, OPTIONAL, structure, member)
#define BOOLEAN(structure, member) CYAML_FIELD_BOOL_PTR(#member, OPTIONAL, structure, member)
#define CHOICE(structure, member, table)                                                           \
    CYAML_FIELD_ENUM_PTR(#member, OPTIONAL, structure, member, table, COUNT(table))
#define LIST(key, flags, structure, member, count, entry, min, max)                                \
    CYAML_FIELD_SEQUENCE_COUNT(key, flags, structure, member, count, entry, min, max)

static const cyaml_strval_t confidences[] = {{"published", KM_CONFIDENCE_PUBLISHED},
                                             {"analogy", KM_CONFIDENCE_ANALOGY},
                                             {"exploratory", KM_CONFIDENCE_EXPLORATORY}};
static const cyaml_strval_t types[] = {
    {"minimise", KM_RAW_MINIMISE}, {"NVE", KM_RAW_NVE}, {"NVT", KM_RAW_NVT}, {"NPT", KM_RAW_NPT}};
static const cyaml_strval_t thermostats[] = {{"velocity_rescaling", KM_THERMOSTAT_RESCALING},
                                             {"nose_hoover", KM_THERMOSTAT_NOSE_HOOVER},
                                             {"langevin", KM_THERMOSTAT_LANGEVIN},
                                             {"none", KM_THERMOSTAT_NONE}};
static const cyaml_strval_t barostats[] = {{"isotropic", KM_BAROSTAT_ISOTROPIC},
                                           {"semi_isotropic", KM_BAROSTAT_SEMI_ISOTROPIC},
                                           {"z_only", KM_BAROSTAT_Z_ONLY}};
static const cyaml_strval_t constraint_choices[] = {{"none", 0}, {"hydrogen", 1}};

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(POINTER, char *, 1, 1000)};
static const cyaml_schema_value_t real = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t whole = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int)};

static const cyaml_schema_field_t salt_fields[] = {TEXT("cation", POINTER, km_raw_salt, cation),
                                                   TEXT("anion", POINTER, km_raw_salt, anion),
                                                   NUMBER(km_raw_salt, molarity_M),
                                                   NUMBER(km_raw_salt, molality_mol_kg),
                                                   NUMBER(km_raw_salt, mole_parts),
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t salt = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_salt, salt_fields)};

static const cyaml_schema_field_t solvent_fields[] = {
    TEXT("molecule", POINTER, km_raw_solvent, molecule), NUMBER(km_raw_solvent, volume_parts),
    NUMBER(km_raw_solvent, mass_parts), NUMBER(km_raw_solvent, mole_parts), CYAML_FIELD_END};
static const cyaml_schema_value_t solvent = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_solvent, solvent_fields)};

static const cyaml_schema_field_t size_fields[] = {
    INTEGER(km_raw_size, atoms), INTEGER(km_raw_size, ion_pairs), INTEGER(km_raw_size, molecules),
    NUMBER(km_raw_size, box_edge_A), CYAML_FIELD_END};

static const cyaml_schema_field_t liquid_fields[] = {
    LIST("salts", OPTIONAL, km_raw_liquid, salt, n_salts, &salt, 0, 20),
    LIST("solvents", OPTIONAL, km_raw_liquid, solvent, n_solvents, &solvent, 0, 20),
    CYAML_FIELD_MAPPING("size", CYAML_FLAG_DEFAULT, km_raw_liquid, size, size_fields),
    NUMBER(km_raw_liquid, density_kg_m3), CYAML_FIELD_END};

static const cyaml_schema_field_t count_fields[] = {
    TEXT("molecule", POINTER, km_raw_count, molecule),
    CYAML_FIELD_INT("count", CYAML_FLAG_DEFAULT, km_raw_count, count), CYAML_FIELD_END};
static const cyaml_schema_value_t count = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_count, count_fields)};

static const cyaml_schema_field_t structure_fields[] = {
    TEXT("file", POINTER, km_raw_structure, file),
    LIST("molecules", POINTER, km_raw_structure, molecule, n_molecules, &count, 1, 1000),
    LIST("box_A", OPTIONAL, km_raw_structure, box_A, n_box, &real, 3, 3),
    LIST("angles_deg", OPTIONAL, km_raw_structure, angles_deg, n_angles, &real, 3, 3),
    CYAML_FIELD_END};

static const cyaml_schema_field_t cell_fields[] = {
    CYAML_FIELD_MAPPING_PTR("liquid", OPTIONAL, km_raw_cell, liquid, liquid_fields),
    CYAML_FIELD_MAPPING_PTR("structure", OPTIONAL, km_raw_cell, structure, structure_fields),
    CYAML_FIELD_END};

static const cyaml_schema_field_t choice_fields[] = {
    TEXT("molecule", POINTER, km_raw_choice, molecule), TEXT("set", POINTER, km_raw_choice, set),
    CYAML_FIELD_END};
static const cyaml_schema_value_t choice = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_choice, choice_fields)};
static const cyaml_schema_field_t swap_fields[] = {TEXT("from", POINTER, km_raw_swap, from),
                                                   TEXT("to", POINTER, km_raw_swap, to),
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t swap = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_swap, swap_fields)};

static const cyaml_schema_field_t forcefield_fields[] = {
    LIST("files", POINTER, km_raw_forcefield, file, n_files, &word, 1, 20),
    NUMBER(km_raw_forcefield, charge_scale),
    LIST("charge_sets", OPTIONAL, km_raw_forcefield, charge_set, n_charge_sets, &choice, 0, 100),
    LIST("type_swaps", OPTIONAL, km_raw_forcefield, type_swap, n_type_swaps, &swap, 0, 100),
    CYAML_FIELD_END};

static const cyaml_schema_field_t nonbonded_fields[] = {
    NUMBER(km_raw_nonbonded, cutoff_A),
    NUMBER(km_raw_nonbonded, skin_A),
    NUMBER(km_raw_nonbonded, relative_force_error),
    NUMBER(km_raw_nonbonded, ewald_alpha_per_A),
    CYAML_FIELD_FLOAT_PTR("coulomb_constant_kJ_nm_mol_e2", OPTIONAL, km_raw_nonbonded,
                          coulomb_constant),
    BOOLEAN(km_raw_nonbonded, tail_correction),
    BOOLEAN(km_raw_nonbonded, potential_shift),
    LIST("mesh", OPTIONAL, km_raw_nonbonded, mesh, n_mesh, &whole, 3, 3),
    INTEGER(km_raw_nonbonded, spline_order),
    CYAML_FIELD_END};

static const cyaml_schema_field_t stage_fields[] = {TEXT("name", POINTER, km_raw_stage, name),
                                                    CHOICE(km_raw_stage, type, types),
                                                    CHOICE(km_raw_stage, thermostat, thermostats),
                                                    CHOICE(km_raw_stage, barostat, barostats),
                                                    INTEGER(km_raw_stage, max_steps),
                                                    NUMBER(km_raw_stage, force_tolerance_kJ_mol_nm),
                                                    NUMBER(km_raw_stage, time_ps),
                                                    NUMBER(km_raw_stage, timestep_fs),
                                                    NUMBER(km_raw_stage, temperature_start_K),
                                                    NUMBER(km_raw_stage, temperature_K),
                                                    NUMBER(km_raw_stage, thermostat_time_ps),
                                                    NUMBER(km_raw_stage, friction_per_ps),
                                                    NUMBER(km_raw_stage, pressure_bar),
                                                    NUMBER(km_raw_stage, barostat_time_ps),
                                                    NUMBER(km_raw_stage, compressibility_per_bar),
                                                    NUMBER(km_raw_stage, average_from),
                                                    NUMBER(km_raw_stage, frame_ps),
                                                    NUMBER(km_raw_stage, energy_ps),
                                                    BOOLEAN(km_raw_stage, draw_velocities),
                                                    BOOLEAN(km_raw_stage, constrain_hydrogen),
                                                    BOOLEAN(km_raw_stage, production),
                                                    BOOLEAN(km_raw_stage, velocities),
                                                    CYAML_FIELD_END};
static const cyaml_schema_value_t stage = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_stage, stage_fields)};

static const cyaml_schema_field_t production_fields[] = {
    NUMBER(km_raw_production, time_ns),
    NUMBER(km_raw_production, timestep_fs),
    NUMBER(km_raw_production, frame_ps),
    NUMBER(km_raw_production, energy_ps),
    NUMBER(km_raw_production, thermostat_time_ps),
    CHOICE(km_raw_production, thermostat, thermostats),
    BOOLEAN(km_raw_production, velocities),
    CYAML_FIELD_END};

static const cyaml_schema_field_t recipe_fields[] = {
    TEXT("title", POINTER, km_raw_recipe, title),
    CHOICE(km_raw_recipe, confidence, confidences),
    TEXT("confidence_reason", OPTIONAL, km_raw_recipe, confidence_reason),
    CYAML_FIELD_FLOAT("temperature_K", CYAML_FLAG_DEFAULT, km_raw_recipe, temperature_K),
    NUMBER(km_raw_recipe, pressure_bar),
    NUMBER(km_raw_recipe, viscosity_mPas),
    CYAML_FIELD_MAPPING("cell", CYAML_FLAG_DEFAULT, km_raw_recipe, cell, cell_fields),
    CYAML_FIELD_MAPPING("forcefield", CYAML_FLAG_DEFAULT, km_raw_recipe, forcefield,
                        forcefield_fields),
    CYAML_FIELD_MAPPING_PTR("nonbonded", OPTIONAL, km_raw_recipe, nonbonded, nonbonded_fields),
    CYAML_FIELD_ENUM_PTR("constraints", OPTIONAL, km_raw_recipe, constraints, constraint_choices,
                         2),
    TEXT("protocol", OPTIONAL, km_raw_recipe, protocol),
    LIST("stages", OPTIONAL, km_raw_recipe, stage, n_stages, &stage, 0, 100),
    CYAML_FIELD_MAPPING_PTR("production", OPTIONAL, km_raw_recipe, production, production_fields),
    LIST("analyse", OPTIONAL, km_raw_recipe, analyse, n_analyses, &word, 0, 20),
    LIST("references", OPTIONAL, km_raw_recipe, reference, n_references, &word, 0, 100),
    NUMBER(km_raw_recipe, seed),
    CYAML_FIELD_END};

const cyaml_schema_value_t km_recipe_schema = {
    CYAML_VALUE_MAPPING(POINTER, km_raw_recipe, recipe_fields)};
