/* SPDX-License-Identifier: MIT */
/* Private to the force-field reader: the file as libcyaml fills it, in the units of the file. */
#ifndef KM_FORCEFIELD_SCHEMA_H
#define KM_FORCEFIELD_SCHEMA_H

#include <stdbool.h>

#include "host/input/forcefield_file.h"
#include "host/input/yaml.h"

typedef enum km_ff_energy_unit { KM_FF_KCAL_MOL, KM_FF_KJ_MOL, KM_FF_EV } km_ff_energy_unit;
typedef enum km_ff_length_unit { KM_FF_ANGSTROM, KM_FF_NM } km_ff_length_unit;
typedef enum km_ff_angle_unit { KM_FF_DEGREE, KM_FF_RADIAN } km_ff_angle_unit;
typedef enum km_ff_harmonic { KM_FF_K, KM_FF_HALF_K } km_ff_harmonic;
typedef enum km_ff_improper { KM_FF_CENTRAL_THIRD, KM_FF_AS_LISTED } km_ff_improper;

/* A list of source keys, as every parameter carries one. */
typedef struct km_raw_sources {
    char **key;
    uint32_t n;
} km_raw_sources;

typedef struct km_raw_units {
    km_ff_energy_unit energy;
    km_ff_length_unit length;
    km_ff_angle_unit angle;
} km_raw_units;

typedef struct km_raw_conventions {
    km_ff_harmonic harmonic;
    int dihedral; /* one choice; named so that a reader sees it */
    km_ff_improper improper;
    km_mixing *mixing; /* NULL: as in the file before                           */
    double *scale14_lj, *scale14_coulomb;
} km_raw_conventions;

typedef struct km_raw_source {
    char *key, *text;
} km_raw_source;

typedef struct km_raw_atom_type {
    char *name, *class_name, *element, *reference, *analogy;
    double mass;
    double *sigma, *epsilon; /* NULL: no Lennard-Jones */
    km_raw_sources source;
} km_raw_atom_type;

typedef struct km_raw_periodic {
    int multiplicity;
    double phi0, k;
} km_raw_periodic;

typedef struct km_raw_harmonic {
    double phi0, k;
} km_raw_harmonic;

/* A row of bond_types, angle_types, dihedral_types or improper_types. */
typedef struct km_raw_term {
    char **class_name;
    uint32_t n_classes;
    double r0, theta0, k, *v, *c; /* v: 4, c: 6, or NULL */
    uint32_t n_v, n_c;
    km_raw_periodic *periodic;
    uint32_t n_periodic;
    km_raw_harmonic *harmonic;
    km_raw_sources source;
    char *analogy, *wildcard;
} km_raw_term;

typedef struct km_raw_pair_table {
    char *file, *section;
} km_raw_pair_table;

typedef struct km_raw_pair_type {
    char **type;
    uint32_t n_types;
    km_vdw_form form;
    double *parameter;
    uint32_t n_parameters;
    km_raw_pair_table *table;
    km_raw_sources source;
    char *analogy;
} km_raw_pair_type;

typedef struct km_raw_metal_cross {
    char *set, *element, *reference, *analogy;
    double sigma, epsilon;
    km_raw_sources source;
} km_raw_metal_cross;

typedef struct km_raw_charge_set {
    char *name, *note;
    double net;
    km_raw_sources source;
    double *charge;
    uint32_t n_charges;
} km_raw_charge_set;

typedef struct km_raw_density {
    double value, temperature; /* kg/m^3, K */
    km_raw_sources source;
    char *note;
} km_raw_density;

typedef struct km_raw_rigid {
    double bond, angle; /* angstrom, degree: the keys say so */
} km_raw_rigid;

typedef char km_raw_cell[24]; /* in place: libcyaml 1.3.1 cannot free rows of pointers       */

typedef struct km_raw_pair14 {
    int atom[2];
    double *sigma, *epsilon; /* NULL: mixed */
} km_raw_pair14;

typedef struct km_raw_molecule {
    char *key, *residue, *name, *group, *smiles, *force_field, *note, *geometry;
    int charge;
    double *net_charge; /* NULL: charge */
    km_raw_sources source;
    km_provenance status;
    km_raw_density *density;
    km_raw_rigid *rigid;
    km_raw_cell (*atom)[6]; /* name, type, charge, x, y, z */
    uint32_t n_atoms;
    int (*bond)[2];
    uint32_t n_bonds;
    int (*improper)[4];
    uint32_t n_impropers;
    int (*skip_angle)[3];
    uint32_t n_skip_angles;
    bool lists_pairs14;
    km_raw_pair14 *pair14;
    uint32_t n_pairs14;
    km_raw_charge_set *charge_set;
    uint32_t n_charge_sets;
} km_raw_molecule;

typedef struct km_raw_forcefield {
    char *title;
    km_raw_units units;
    km_raw_conventions conventions;
    km_raw_source *source;
    uint32_t n_sources;
    km_raw_atom_type *atom_type;
    uint32_t n_atom_types;
    km_raw_term *bond_type, *angle_type, *dihedral_type, *improper_type;
    uint32_t n_bond_types, n_angle_types, n_dihedral_types, n_improper_types;
    km_raw_pair_type *pair_type;
    uint32_t n_pair_types;
    km_raw_metal_cross *metal_cross;
    uint32_t n_metal_cross;
    km_raw_molecule *molecule;
    uint32_t n_molecules;
    char **missing;
    uint32_t n_missing;
} km_raw_forcefield;

extern const cyaml_schema_value_t km_forcefield_schema;

#endif
