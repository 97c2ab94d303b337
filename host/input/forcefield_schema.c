/* SPDX-License-Identifier: MIT */
#include "host/input/forcefield_schema.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define POINTER CYAML_FLAG_POINTER
#define LONGEST 100000 /* entries of a list or characters of a text */

#define TEXT(key, flags, structure, member, longest)                                               \
    CYAML_FIELD_STRING_PTR(key, POINTER | (flags), structure, member, 1, longest)
#define NUMBER(key, flags, structure, member) CYAML_FIELD_FLOAT(key, flags, structure, member)
#define LIST(key, flags, structure, member, count, entry, min, max)                                \
    CYAML_FIELD_SEQUENCE_COUNT(key, POINTER | (flags), structure, member, count, entry, min, max)
#define SOURCES(structure) LIST("source", 0, structure, source.key, source.n, &word, 1, LONGEST)

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(POINTER, char *, 1, 1000)};
static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_value_t index_value = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int)};

static const cyaml_strval_t energy_units[] = {
    {"kcal/mol", KM_FF_KCAL_MOL}, {"kJ/mol", KM_FF_KJ_MOL}, {"eV", KM_FF_EV}};
static const cyaml_strval_t length_units[] = {{"angstrom", KM_FF_ANGSTROM}, {"nm", KM_FF_NM}};
static const cyaml_strval_t angle_units[] = {{"degree", KM_FF_DEGREE}, {"radian", KM_FF_RADIAN}};
static const cyaml_strval_t harmonics[] = {{"k*(x-x0)^2", KM_FF_K}, {"k/2*(x-x0)^2", KM_FF_HALF_K}};
static const cyaml_strval_t dihedrals[] = {{"opls_fourier", 0}};
static const cyaml_strval_t impropers[] = {{"opls_fourier_central_third", KM_FF_CENTRAL_THIRD},
                                           {"as_listed", KM_FF_AS_LISTED}};
static const cyaml_strval_t mixings[] = {{"geometric", KM_MIXING_GEOMETRIC},
                                         {"lorentz_berthelot", KM_MIXING_LORENTZ_BERTHELOT}};
static const cyaml_strval_t states[] = {{"published", KM_PUBLISHED}, {"analogy", KM_ANALOGY}};
static const cyaml_strval_t forms[] = {
#define KM_FORM_NAME(name, function, text, n, parameters) {text, KM_VDW_##name},
    KM_VDW_LIST(KM_FORM_NAME)
#undef KM_FORM_NAME
};
#define COUNT(table) (uint32_t)(sizeof(table) / sizeof *(table))

static const cyaml_schema_field_t unit_fields[] = {
    CYAML_FIELD_ENUM("energy", 0, km_raw_units, energy, energy_units, COUNT(energy_units)),
    CYAML_FIELD_ENUM("length", 0, km_raw_units, length, length_units, COUNT(length_units)),
    CYAML_FIELD_ENUM("angle", 0, km_raw_units, angle, angle_units, COUNT(angle_units)),
    CYAML_FIELD_END};

static const cyaml_schema_field_t convention_fields[] = {
    CYAML_FIELD_ENUM("harmonic", 0, km_raw_conventions, harmonic, harmonics, COUNT(harmonics)),
    CYAML_FIELD_ENUM("dihedral", 0, km_raw_conventions, dihedral, dihedrals, COUNT(dihedrals)),
    CYAML_FIELD_ENUM("improper", 0, km_raw_conventions, improper, impropers, COUNT(impropers)),
    CYAML_FIELD_ENUM_PTR("mixing_rule", POINTER | OPTIONAL, km_raw_conventions, mixing, mixings,
                         COUNT(mixings)),
    CYAML_FIELD_FLOAT_PTR("scale14_lj", POINTER | OPTIONAL, km_raw_conventions, scale14_lj),
    CYAML_FIELD_FLOAT_PTR("scale14_coulomb", POINTER | OPTIONAL, km_raw_conventions,
                          scale14_coulomb),
    CYAML_FIELD_END};

static const cyaml_schema_field_t source_fields[] = {TEXT("key", 0, km_raw_source, key, 40),
                                                     TEXT("text", 0, km_raw_source, text, 2000),
                                                     CYAML_FIELD_END};
static const cyaml_schema_value_t source_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_source, source_fields)};

static const cyaml_schema_field_t atom_type_fields[] = {
    TEXT("name", 0, km_raw_atom_type, name, 23),
    TEXT("class", 0, km_raw_atom_type, class_name, 23),
    TEXT("element", 0, km_raw_atom_type, element, 3),
    NUMBER("mass", 0, km_raw_atom_type, mass),
    CYAML_FIELD_FLOAT_PTR("sigma", POINTER | OPTIONAL, km_raw_atom_type, sigma),
    CYAML_FIELD_FLOAT_PTR("epsilon", POINTER | OPTIONAL, km_raw_atom_type, epsilon),
    SOURCES(km_raw_atom_type),
    TEXT("reference", OPTIONAL, km_raw_atom_type, reference, 1000),
    TEXT("analogy", OPTIONAL, km_raw_atom_type, analogy, 1000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t atom_type_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_atom_type, atom_type_fields)};

#define TERM_FIELDS(n, ...)                                                                        \
    {                                                                                              \
        LIST("classes", 0, km_raw_term, class_name, n_classes, &word, n, n), __VA_ARGS__,          \
            SOURCES(km_raw_term), TEXT("analogy", OPTIONAL, km_raw_term, analogy, 1000),           \
            TEXT("wildcard", OPTIONAL, km_raw_term, wildcard, 1000), CYAML_FIELD_END               \
    }
static const cyaml_schema_field_t bond_fields[] =
    TERM_FIELDS(2, NUMBER("r0", 0, km_raw_term, r0), NUMBER("k", 0, km_raw_term, k));
static const cyaml_schema_field_t angle_fields[] =
    TERM_FIELDS(3, NUMBER("theta0", 0, km_raw_term, theta0), NUMBER("k", 0, km_raw_term, k));
static const cyaml_schema_field_t periodic_fields[] = {
    CYAML_FIELD_INT("n", 0, km_raw_periodic, multiplicity),
    NUMBER("phi0", 0, km_raw_periodic, phi0), NUMBER("k", 0, km_raw_periodic, k), CYAML_FIELD_END};
static const cyaml_schema_value_t periodic_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_periodic, periodic_fields)};
static const cyaml_schema_field_t harmonic_fields[] = {
    NUMBER("phi0", 0, km_raw_harmonic, phi0), NUMBER("k", 0, km_raw_harmonic, k), CYAML_FIELD_END};
static const cyaml_schema_field_t dihedral_fields[] =
    TERM_FIELDS(4, LIST("V", OPTIONAL, km_raw_term, v, n_v, &number, 4, 4),
                LIST("C", OPTIONAL, km_raw_term, c, n_c, &number, 6, 6),
                LIST("periodic", OPTIONAL, km_raw_term, periodic, n_periodic, &periodic_value, 1,
                     KM_FF_PERIODIC_MAX),
                CYAML_FIELD_MAPPING_PTR("harmonic", POINTER | OPTIONAL, km_raw_term, harmonic,
                                        harmonic_fields));
#define TERM_VALUE(fields)                                                                         \
    {                                                                                              \
        CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_term, fields)                               \
    }
static const cyaml_schema_value_t bond_value = TERM_VALUE(bond_fields);
static const cyaml_schema_value_t angle_value = TERM_VALUE(angle_fields);
static const cyaml_schema_value_t dihedral_value = TERM_VALUE(dihedral_fields);

static const cyaml_schema_field_t pair_table_fields[] = {
    TEXT("file", 0, km_raw_pair_table, file, 1000),
    TEXT("section", 0, km_raw_pair_table, section, 100), CYAML_FIELD_END};

static const cyaml_schema_field_t pair_type_fields[] = {
    LIST("types", 0, km_raw_pair_type, type, n_types, &word, 2, LONGEST),
    CYAML_FIELD_ENUM("form", 0, km_raw_pair_type, form, forms, COUNT(forms)),
    LIST("parameters", OPTIONAL, km_raw_pair_type, parameter, n_parameters, &number, 1,
         KM_VDW_PARAMETERS),
    CYAML_FIELD_MAPPING_PTR("table", POINTER | OPTIONAL, km_raw_pair_type, table,
                            pair_table_fields),
    SOURCES(km_raw_pair_type),
    TEXT("analogy", OPTIONAL, km_raw_pair_type, analogy, 1000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t pair_type_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_pair_type, pair_type_fields)};

static const cyaml_schema_field_t metal_cross_fields[] = {
    TEXT("set", 0, km_raw_metal_cross, set, 60),
    TEXT("element", 0, km_raw_metal_cross, element, 3),
    NUMBER("sigma", 0, km_raw_metal_cross, sigma),
    NUMBER("epsilon", 0, km_raw_metal_cross, epsilon),
    SOURCES(km_raw_metal_cross),
    TEXT("reference", OPTIONAL, km_raw_metal_cross, reference, 1000),
    TEXT("analogy", OPTIONAL, km_raw_metal_cross, analogy, 1000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t metal_cross_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_metal_cross, metal_cross_fields)};

static const cyaml_schema_field_t charge_set_fields[] = {
    TEXT("name", 0, km_raw_charge_set, name, 100),
    NUMBER("net", 0, km_raw_charge_set, net),
    SOURCES(km_raw_charge_set),
    TEXT("note", OPTIONAL, km_raw_charge_set, note, LONGEST),
    LIST("charges", 0, km_raw_charge_set, charge, n_charges, &number, 1, LONGEST),
    CYAML_FIELD_END};
static const cyaml_schema_value_t charge_set_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_charge_set, charge_set_fields)};

static const cyaml_schema_field_t density_fields[] = {
    NUMBER("kg_m3", 0, km_raw_density, value), NUMBER("T_K", OPTIONAL, km_raw_density, temperature),
    SOURCES(km_raw_density), TEXT("note", OPTIONAL, km_raw_density, note, LONGEST),
    CYAML_FIELD_END};

static const cyaml_schema_field_t rigid_fields[] = {NUMBER("bond_A", 0, km_raw_rigid, bond),
                                                    NUMBER("angle_deg", 0, km_raw_rigid, angle),
                                                    CYAML_FIELD_END};

static const cyaml_schema_value_t cell = {
    CYAML_VALUE_STRING(CYAML_FLAG_DEFAULT, km_raw_cell, 1, sizeof(km_raw_cell) - 1)};
static const cyaml_schema_value_t atom_row = {
    CYAML_VALUE_SEQUENCE_FIXED(CYAML_FLAG_DEFAULT, km_raw_cell, &cell, 6)};
static const cyaml_schema_value_t index_pair = {
    CYAML_VALUE_SEQUENCE_FIXED(CYAML_FLAG_DEFAULT, int, &index_value, 2)};
static const cyaml_schema_value_t index_triple = {
    CYAML_VALUE_SEQUENCE_FIXED(CYAML_FLAG_DEFAULT, int, &index_value, 3)};
static const cyaml_schema_value_t index_quadruple = {
    CYAML_VALUE_SEQUENCE_FIXED(CYAML_FLAG_DEFAULT, int, &index_value, 4)};

static const cyaml_schema_field_t pair14_fields[] = {
    CYAML_FIELD_SEQUENCE_FIXED("atoms", 0, km_raw_pair14, atom, &index_value, 2),
    CYAML_FIELD_FLOAT_PTR("sigma", POINTER | OPTIONAL, km_raw_pair14, sigma),
    CYAML_FIELD_FLOAT_PTR("epsilon", POINTER | OPTIONAL, km_raw_pair14, epsilon), CYAML_FIELD_END};
static const cyaml_schema_value_t pair14_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_pair14, pair14_fields)};

static const cyaml_schema_field_t molecule_fields[] = {
    TEXT("key", 0, km_raw_molecule, key, 23),
    TEXT("residue", 0, km_raw_molecule, residue, 4),
    TEXT("name", 0, km_raw_molecule, name, 1000),
    TEXT("group", OPTIONAL, km_raw_molecule, group, 100),
    TEXT("smiles", OPTIONAL, km_raw_molecule, smiles, LONGEST),
    CYAML_FIELD_INT("charge", 0, km_raw_molecule, charge),
    CYAML_FIELD_FLOAT_PTR("net_charge", POINTER | OPTIONAL, km_raw_molecule, net_charge),
    TEXT("force_field", OPTIONAL, km_raw_molecule, force_field, 1000),
    SOURCES(km_raw_molecule),
    CYAML_FIELD_ENUM("status", 0, km_raw_molecule, status, states, COUNT(states)),
    TEXT("note", OPTIONAL, km_raw_molecule, note, LONGEST),
    CYAML_FIELD_MAPPING_PTR("density", POINTER | OPTIONAL, km_raw_molecule, density,
                            density_fields),
    TEXT("geometry", OPTIONAL, km_raw_molecule, geometry, 1000),
    CYAML_FIELD_MAPPING_PTR("rigid", POINTER | OPTIONAL, km_raw_molecule, rigid, rigid_fields),
    LIST("atoms", 0, km_raw_molecule, atom, n_atoms, &atom_row, 1, LONGEST),
    LIST("bonds", OPTIONAL, km_raw_molecule, bond, n_bonds, &index_pair, 0, LONGEST),
    LIST("impropers", OPTIONAL, km_raw_molecule, improper, n_impropers, &index_quadruple, 0,
         LONGEST),
    LIST("skip_angles", OPTIONAL, km_raw_molecule, skip_angle, n_skip_angles, &index_triple, 0,
         LONGEST),
    CYAML_FIELD_BOOL("lists_pairs14", OPTIONAL, km_raw_molecule, lists_pairs14),
    LIST("pairs14", OPTIONAL, km_raw_molecule, pair14, n_pairs14, &pair14_value, 0, LONGEST),
    LIST("charge_sets", OPTIONAL, km_raw_molecule, charge_set, n_charge_sets, &charge_set_value, 0,
         LONGEST),
    CYAML_FIELD_END};
static const cyaml_schema_value_t molecule_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_raw_molecule, molecule_fields)};

#define ROWS(key, member, count, entry)                                                            \
    LIST(key, OPTIONAL, km_raw_forcefield, member, count, entry, 0, LONGEST)
static const cyaml_schema_field_t file_fields[] = {
    TEXT("title", OPTIONAL, km_raw_forcefield, title, 1000),
    CYAML_FIELD_MAPPING("units", 0, km_raw_forcefield, units, unit_fields),
    CYAML_FIELD_MAPPING("conventions", 0, km_raw_forcefield, conventions, convention_fields),
    ROWS("sources", source, n_sources, &source_value),
    ROWS("atom_types", atom_type, n_atom_types, &atom_type_value),
    ROWS("bond_types", bond_type, n_bond_types, &bond_value),
    ROWS("angle_types", angle_type, n_angle_types, &angle_value),
    ROWS("dihedral_types", dihedral_type, n_dihedral_types, &dihedral_value),
    ROWS("improper_types", improper_type, n_improper_types, &dihedral_value),
    ROWS("pair_types", pair_type, n_pair_types, &pair_type_value),
    ROWS("metal_cross", metal_cross, n_metal_cross, &metal_cross_value),
    ROWS("molecules", molecule, n_molecules, &molecule_value),
    ROWS("missing_published", missing, n_missing, &word),
    CYAML_FIELD_END};

const cyaml_schema_value_t km_forcefield_schema = {
    CYAML_VALUE_MAPPING(POINTER, km_raw_forcefield, file_fields)};
