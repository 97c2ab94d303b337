/* SPDX-License-Identifier: MIT */
/* Private to the recipe reader: the file as libcyaml fills it, in the units of the keys. NULL means
 * that the key is absent. */
#ifndef KM_RECIPE_SCHEMA_H
#define KM_RECIPE_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "host/input/compound_schema.h"
#include "host/input/recipe_file.h"
#include "host/input/yaml.h"

typedef enum km_ensemble { KM_ENSEMBLE_NVE, KM_ENSEMBLE_NVT, KM_ENSEMBLE_NPT } km_ensemble;
typedef enum km_constraint_choice { KM_CONSTRAIN_NONE, KM_CONSTRAIN_HYDROGEN } km_constraint_choice;
typedef enum km_protocol {
    KM_PROTOCOL_NONE,
    KM_PROTOCOL_LIQUID,
    KM_PROTOCOL_METAL,
    KM_PROTOCOL_INTERFACE,
    KM_PROTOCOL_CRYSTAL
} km_protocol;
typedef enum km_slab_axes { KM_AXES_PARALLEL, KM_AXES_EXCHANGED } km_slab_axes;
typedef enum km_crystal_state { KM_CRYSTAL_SOLID, KM_CRYSTAL_LIQUID } km_crystal_state;

typedef struct km_raw_salt {
    char *cation, *anion;
    double *molarity, *molality, *mole_parts; /* mol/L, mol/kg, - */
} km_raw_salt;

typedef struct km_raw_solvent {
    char *molecule;
    double *volume_parts, *mass_parts, *mole_parts;
} km_raw_solvent;

typedef struct km_raw_size {
    int *atoms, *ion_pairs, *molecules;
    double *box_edge; /* angstrom */
} km_raw_size;

typedef struct km_raw_liquid {
    km_raw_salt *salt;
    uint32_t n_salts;
    km_raw_solvent *solvent;
    uint32_t n_solvents;
    km_raw_size size;
    double *thickness; /* angstrom */
    double *density;   /* kg/m^3 */
} km_raw_liquid;

typedef struct km_raw_crystal_size {
    int *atoms;
} km_raw_crystal_size;

typedef struct km_raw_alloy_part {
    char *element;
    double *mole_parts;
} km_raw_alloy_part;

typedef struct km_raw_crystal {
    char *element;
    km_raw_alloy_part *part;
    uint32_t n_parts;
    km_lattice_kind lattice;
    double *lattice_constant; /* angstrom */
    int *repeats;
    uint32_t n_repeats;
    km_raw_crystal_size size;
    km_crystal_state *state;
} km_raw_crystal;

typedef struct km_raw_piston {
    double *pressure; /* bar */
} km_raw_piston;

typedef struct km_raw_slab {
    char *element, *second;
    km_lattice_kind lattice;
    km_surface surface;
    km_slab_axes *axes;
    double *lattice_constant; /* angstrom */
    int layers, *frozen_layers, *thermostat_layers;
    km_raw_piston *piston;
    double *area, *vacuum; /* angstrom; of cell.slab only */
    uint32_t n_area;
} km_raw_slab;

typedef struct km_raw_layer {
    km_raw_slab *slab;
    km_raw_compound *compound;
    km_raw_liquid *liquid;
} km_raw_layer;

typedef struct km_raw_stack {
    double *area, *vacuum; /* angstrom */
    uint32_t n_area;
    double *strain_most; /* % */
    km_raw_layer *layer;
    uint32_t n_layers;
} km_raw_stack;

typedef struct km_raw_count {
    char *molecule;
    int count;
} km_raw_count;

typedef struct km_raw_structure {
    char *file;
    km_raw_count *molecule;
    uint32_t n_molecules;
    double *box; /* angstrom */
    uint32_t n_box;
    double *angles; /* degrees */
    uint32_t n_angles;
} km_raw_structure;

typedef struct km_raw_recipe_cell {
    km_raw_liquid *liquid;
    km_raw_structure *structure;
    km_raw_compound *compound;
    km_raw_crystal *crystal;
    km_raw_slab *slab;
    km_raw_stack *stack;
} km_raw_recipe_cell;

typedef struct km_raw_pair_of_names {
    char *first, *second;
} km_raw_pair_of_names;

typedef struct km_raw_recipe_forcefield {
    char **file;
    uint32_t n_files;
    double *charge_scale;
    km_mixing *mixing;
    km_raw_pair_of_names *charge_set;
    uint32_t n_charge_sets;
    km_raw_pair_of_names *type_swap;
    uint32_t n_type_swaps;
    char *metal, *metal_cross;
} km_raw_recipe_forcefield;

typedef struct km_raw_nonbonded {
    double *cutoff, *skin; /* angstrom */
    double *list_check;    /* ps */
    double *relative_force_error;
    bool *tail, *shift;
    double *ewald_alpha; /* 1/angstrom */
    int *mesh;
    uint32_t n_mesh;
    int *spline_order;
    double *coulomb_constant; /* kJ nm/mol/e^2 */
} km_raw_nonbonded;

typedef struct km_raw_stage {
    char *name;
    bool *skip;
    km_stage_kind *kind;
    int *max_steps;
    double *force_tolerance;
    double *time, *timestep; /* ps, fs */
    double *temperature, *temperature_start, *temperature_end;
    bool *draw_velocities;
    km_constraint_choice *constraints;
    km_thermostat_kind *thermostat;
    double *thermostat_time, *friction;
    km_barostat_kind *barostat;
    double *pressure, *pressure_start, *pressure_end; /* bar */
    double *barostat_time, *compressibility;          /* ps, 1/bar */
    double *average_from;
    bool *production;
    double *frame_interval, *energy_interval;
    bool *velocities;
} km_raw_stage;

typedef struct km_raw_production {
    double *time, *timestep; /* ns, fs */
    double *frame_interval, *energy_interval;
    km_ensemble *ensemble;
    km_thermostat_kind *thermostat;
    double *thermostat_time;
    bool *velocities;
} km_raw_production;

typedef struct km_raw_recipe {
    char *id, *title;
    km_confidence *confidence;
    char *confidence_reason;
    double *temperature, *pressure; /* K, bar */
    km_raw_recipe_cell cell;
    km_raw_recipe_forcefield forcefield;
    km_raw_nonbonded nonbonded;
    km_protocol *protocol;
    km_constraint_choice *constraints;
    km_raw_stage *stage;
    uint32_t n_stages;
    km_raw_production production;
    int *analyse; /* indices into km_analysis_names */
    uint32_t n_analyses;
    double *viscosity; /* mPa s */
    uint64_t *seed;
    int *replicas;
    char **reference;
    uint32_t n_references;
} km_raw_recipe;

extern const cyaml_schema_value_t km_recipe_schema;

/* The words of the file for an enumeration value. */
const char *km_confidence_word(km_confidence value);
const char *km_thermostat_word(km_thermostat_kind value);
const char *km_barostat_word(km_barostat_kind value);
const char *km_mixing_word(km_mixing value);
const char *km_analysis_word(int index);
const char *km_lattice_word(km_lattice_kind value);
const char *km_surface_word(km_surface value);
const char *km_protocol_word(km_protocol value);

#endif
