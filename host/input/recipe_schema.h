/* SPDX-License-Identifier: MIT */
/* Private to the recipe reader: the file as libcyaml fills it, in the units of its keys.
 * A number that was not given is a NULL pointer, so that 0 can be told from absent. */
#ifndef KM_RECIPE_SCHEMA_H
#define KM_RECIPE_SCHEMA_H

#include "host/input/recipe_file.h"
#include "host/input/yaml.h"

typedef struct km_raw_salt {
    char *cation, *anion;
    double *molarity_M, *molality_mol_kg, *mole_parts;
} km_raw_salt;

typedef struct km_raw_solvent {
    char *molecule;
    double *volume_parts, *mass_parts, *mole_parts;
} km_raw_solvent;

typedef struct km_raw_size {
    int *atoms, *ion_pairs, *molecules;
    double *box_edge_A;
} km_raw_size;

typedef struct km_raw_liquid {
    km_raw_salt *salt;
    uint32_t n_salts;
    km_raw_solvent *solvent;
    uint32_t n_solvents;
    km_raw_size size;
    double *density_kg_m3;
} km_raw_liquid;

typedef struct km_raw_count {
    char *molecule;
    int count;
} km_raw_count;

typedef struct km_raw_structure {
    char *file;
    km_raw_count *molecule;
    uint32_t n_molecules;
    double *box_A, *angles_deg;
    uint32_t n_box, n_angles;
} km_raw_structure;

typedef struct km_raw_cell {
    km_raw_liquid *liquid;
    km_raw_structure *structure;
} km_raw_cell;

typedef struct km_raw_choice {
    char *molecule, *set;
} km_raw_choice;

typedef struct km_raw_swap {
    char *from, *to;
} km_raw_swap;

typedef struct km_raw_forcefield {
    char **file;
    uint32_t n_files;
    double *charge_scale;
    km_raw_choice *charge_set;
    uint32_t n_charge_sets;
    km_raw_swap *type_swap;
    uint32_t n_type_swaps;
} km_raw_forcefield;

typedef struct km_raw_nonbonded {
    double *cutoff_A, *skin_A, *relative_force_error, *ewald_alpha_per_A;
    double *coulomb_constant;
    bool *tail_correction, *potential_shift;
    int *mesh;
    uint32_t n_mesh;
    int *spline_order;
} km_raw_nonbonded;

typedef enum km_raw_stage_type {
    KM_RAW_MINIMISE,
    KM_RAW_NVE,
    KM_RAW_NVT,
    KM_RAW_NPT
} km_raw_stage_type;

/* One stage as written; every field but name is optional. */
typedef struct km_raw_stage {
    char *name;
    int *type;       /* km_raw_stage_type  */
    int *thermostat; /* km_thermostat_kind */
    int *barostat;   /* km_barostat_kind   */
    int *max_steps;
    double *force_tolerance_kJ_mol_nm, *time_ps, *timestep_fs, *temperature_start_K, *temperature_K;
    double *thermostat_time_ps, *friction_per_ps, *pressure_bar, *barostat_time_ps;
    double *compressibility_per_bar, *average_from, *frame_ps, *energy_ps;
    bool *draw_velocities, *constrain_hydrogen, *production, *velocities;
} km_raw_stage;

typedef struct km_raw_production {
    double *time_ns, *timestep_fs, *frame_ps, *energy_ps, *thermostat_time_ps;
    int *thermostat;
    bool *velocities;
} km_raw_production;

typedef struct km_raw_recipe {
    char *title, *confidence_reason, *protocol;
    int *confidence; /* km_confidence */
    double temperature_K;
    double *pressure_bar, *viscosity_mPas;
    km_raw_cell cell;
    km_raw_forcefield forcefield;
    km_raw_nonbonded *nonbonded;
    int *constraints; /* 0 none, 1 hydrogen */
    km_raw_stage *stage;
    uint32_t n_stages;
    km_raw_production *production;
    char **analyse;
    uint32_t n_analyses;
    char **reference;
    uint32_t n_references;
    double *seed;
} km_raw_recipe;

extern const cyaml_schema_value_t km_recipe_schema;

#endif
