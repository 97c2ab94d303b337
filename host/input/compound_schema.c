/* SPDX-License-Identifier: MIT */
#include "host/input/compound_schema.h"

#define ABSENT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define NUMBER(key, member) CYAML_FIELD_FLOAT_PTR(key, ABSENT, km_raw_compound, member)

static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t whole = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int)};

static const cyaml_schema_field_t site_fields[] = {
    CYAML_FIELD_STRING_PTR("species", CYAML_FLAG_POINTER, km_raw_compound_site, species, 1, 23),
    CYAML_FIELD_SEQUENCE_COUNT("position", CYAML_FLAG_POINTER, km_raw_compound_site, position,
                               n_position, &number, 3, 3),
    CYAML_FIELD_FLOAT_PTR("occupancy", ABSENT, km_raw_compound_site, occupancy),
    CYAML_FIELD_BOOL_PTR("frozen", ABSENT, km_raw_compound_site, frozen), CYAML_FIELD_END};
static const cyaml_schema_value_t site = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_compound_site, site_fields)};

static const cyaml_schema_field_t species_fields[] = {
    CYAML_FIELD_STRING_PTR("label", CYAML_FLAG_POINTER, km_raw_compound_species, label, 1, 23),
    CYAML_FIELD_STRING_PTR("molecule", CYAML_FLAG_POINTER, km_raw_compound_species, molecule, 1,
                           23),
    CYAML_FIELD_END};
static const cyaml_schema_value_t species = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_compound_species, species_fields)};

#define CRYSTAL_FIELDS                                                                             \
    CYAML_FIELD_STRING_PTR("space_group", ABSENT, km_raw_compound, space_group, 1, 39),            \
        CYAML_FIELD_STRING_PTR("cif", ABSENT, km_raw_compound, cif, 1, 4000),                      \
        NUMBER("a_A", edge[0]), NUMBER("b_A", edge[1]), NUMBER("c_A", edge[2]),                    \
        NUMBER("alpha_deg", angle[0]), NUMBER("beta_deg", angle[1]),                               \
        NUMBER("gamma_deg", angle[2]),                                                             \
        CYAML_FIELD_SEQUENCE_COUNT("sites", ABSENT, km_raw_compound, site, n_sites, &site, 1,      \
                                   1000),                                                          \
        CYAML_FIELD_SEQUENCE_COUNT("species", ABSENT, km_raw_compound, species, n_species,         \
                                   &species, 1, 100),                                              \
        CYAML_FIELD_SEQUENCE_COUNT("repeats", CYAML_FLAG_POINTER, km_raw_compound, repeats,        \
                                   n_repeats, &whole, 3, 3),                                       \
        CYAML_FIELD_INT_PTR("tries", ABSENT, km_raw_compound, tries)

const cyaml_schema_field_t km_compound_fields[] = {
    CRYSTAL_FIELDS, CYAML_FIELD_BOOL_PTR("orthogonal", ABSENT, km_raw_compound, orthogonal),
    NUMBER("expected_density_kg_m3", expected_density), CYAML_FIELD_END};

const cyaml_schema_field_t km_layer_compound_fields[] = {
    CRYSTAL_FIELDS,
    NUMBER("cut", cut),
    CYAML_FIELD_BOOL_PTR("split_cut", ABSENT, km_raw_compound, split_cut),
    CYAML_FIELD_BOOL_PTR("polar_faces", ABSENT, km_raw_compound, polar_faces),
    NUMBER("gap_A", gap),
    CYAML_FIELD_END};
