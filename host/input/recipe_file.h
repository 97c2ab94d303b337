/* SPDX-License-Identifier: MIT */
/* Room 1: recipes. What the user asks for, in internal units (nm, ps, K, kJ/mol; pressure
 * kJ/mol/nm^3). */
#ifndef KM_RECIPE_FILE_H
#define KM_RECIPE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/input/forcefield_file.h"
#include "kernels/base/error.h"
#include "kernels/integrate/integrate.h"

typedef enum km_confidence {
    KM_CONFIDENCE_PUBLISHED,
    KM_CONFIDENCE_ANALOGY,
    KM_CONFIDENCE_EXPLORATORY
} km_confidence;

typedef struct km_recipe_salt {
    char *cation, *anion; /* keys of molecules, "K", "FSI"                        */
    double molarity;      /* mol/L of the mixture;    exactly one of the three    */
    double molality;      /* mol per kg of solvent    is above 0                  */
    double mole_parts;
} km_recipe_salt;

typedef struct km_recipe_solvent {
    char *molecule;
    double volume_parts; /* exactly one of these is above 0                      */
    double mass_parts;
    double mole_parts;
} km_recipe_solvent;

typedef struct km_recipe_liquid {
    int n_salts;
    km_recipe_salt *salt;
    int n_solvents;
    km_recipe_solvent *solvent;
    int size_atoms;     /* exactly one of these is above 0: about that many     */
    int size_ion_pairs; /* of all salts together                                */
    int size_molecules; /* of the solvent, for neat liquids                     */
    double size_edge;   /* nm                                                   */
    double thickness;   /* nm  along the normal; in a stack only                */
    double density;     /* kg/m^3 of the packed start; 0 = estimated            */
    char node[48];      /* where the recipe says it: "cell.liquid"              */
} km_recipe_liquid;

/* Rock salt is for slabs with their (100) surface alone. */
typedef enum km_lattice_kind {
    KM_LATTICE_BCC,
    KM_LATTICE_FCC,
    KM_LATTICE_ROCK_SALT
} km_lattice_kind;
typedef enum km_surface { KM_SURFACE_100, KM_SURFACE_110, KM_SURFACE_111 } km_surface;

/* One of the elements of an alloy. */
typedef struct km_recipe_alloy_part {
    char *element;
    double mole_parts;
} km_recipe_alloy_part;

/* A metal, or an alloy with its elements at random on the sites, that fills the cell. */
typedef struct km_recipe_crystal {
    char *element; /* "K": the molecule K0 of the force field; NULL: alloy */
    int n_parts;   /* 0 or at least 2                                      */
    km_recipe_alloy_part *part;
    km_lattice_kind lattice;
    double lattice_constant; /* nm                                                   */
    int repeats[3];          /* cubic cells; all 0: as many as come nearest to       */
    int size_atoms;          /* atoms in a cubic box                                 */
    bool liquid;             /* protocol metal melts the crystal first               */
} km_recipe_crystal;

/* One entry of the asymmetric unit. Entries at one position share it. */
typedef struct km_compound_site {
    char species[24];   /* a one-atom molecule of the force field               */
    double position[3]; /* fractions of the edges                               */
    double occupancy;   /* 1 = always filled                                    */
    bool frozen;        /* held in its place                                    */
} km_compound_site;

/* A crystal by its space group. */
typedef struct km_recipe_compound {
    char space_group[40];
    double cell[6]; /* nm, degrees: a b c alpha beta gamma                  */
    int n_sites;
    km_compound_site *site;
    int repeats[3];
    bool orthogonal;         /* a hexagonal cell is doubled to a, a + 2b, c          */
    int tries;               /* fillings of which the one of lowest energy is taken  */
    double expected_density; /* kg/m^3 of the paper; 0 = not given                   */
    bool slab;               /* a layer of a stack, with two (001) faces:            */
    double cut;              /* where along c it begins, fraction of the unit cell   */
    bool split_cut;          /* sites in that plane go to both faces by turns        */
    bool polar_faces;        /* are taken as they are                                */
    double gap;              /* nm  to the atoms of the neighbouring layer           */
    char node[48];           /* where the recipe says it: "cell.compound"            */
} km_recipe_compound;

/* A metal, or a film of a halide, with two surfaces normal to z. */
typedef struct km_recipe_slab {
    char *element;
    char *second; /* the other element of rock salt; NULL of a metal      */
    km_lattice_kind lattice;
    km_surface surface;
    bool exchanged;          /* its x axis lies along y                              */
    double lattice_constant; /* nm                                                   */
    int layers;              /* of atoms                                             */
    int frozen_layers;       /* counted from the outer side: held                    */
    int thermostat_layers;   /* behind them: the only ones that a thermostat touches */
    bool piston;             /* the frozen layers move along z under                 */
    double piston_pressure;  /* kJ/mol/nm^3                                          */
    char node[48];           /* where the recipe says it: "cell.slab"                */
} km_recipe_slab;

typedef struct km_recipe_layer {
    km_recipe_slab *slab; /* exactly one of the three is set                      */
    km_recipe_compound *compound;
    km_recipe_liquid *liquid;
} km_recipe_layer;

/* Slabs, crystals and liquids along z, from bottom to top. */
typedef struct km_recipe_stack {
    double area[2];     /* nm  asked edges along x and y; 0: those of the crystal       */
    double vacuum;      /* nm  above the top; 0 = periodic along z                      */
    double strain_most; /*     of a slab, fraction                                      */
    int n_layers;
    km_recipe_layer *layer;
} km_recipe_stack;

typedef struct km_recipe_structure {
    char *file;      /* PDB, GRO or XYZ                                      */
    int n_molecules; /* 0: those of the liquid                              */
    struct {
        char *molecule;
        int count;
    } * molecule;  /* in the order of the file     */
    double box[6]; /* nm, degrees: a b c alpha beta gamma; all 0 = from the file */
} km_recipe_structure;

typedef struct km_recipe_forcefield {
    int n_files;
    char **file;         /* "opls-electrolytes" or a path                        */
    double charge_scale; /* of molecules with a net charge; 1 = full charges     */
    bool mixing_given;   /* false: the mixing rule of the first file             */
    km_mixing mixing;
    int n_charge_sets;
    struct {
        char *molecule, *set;
    } * charge_set; /* alternative sets by name      */
    int n_type_swaps;
    struct {
        char *from, *to;
    } * type_swap;     /* "K+" -> "K+_JJ"               */
    char *metal;       /* potential of the metals, "K_refit_FS"; NULL: their default   */
    char *metal_cross; /* Lennard-Jones set of metal atoms, "uff"; NULL: uff           */
} km_recipe_forcefield;

typedef struct km_recipe_nonbonded {
    double cutoff;               /* nm                                                   */
    double skin;                 /* nm; 0 = chosen                                       */
    double list_check;           /* ps; between looks for pairs that the list lacks; 5   */
    double relative_force_error; /* of the Coulomb sum, RMS; 1e-4 by default         */
    bool tail;                   /* long-range van der Waals correction; true            */
    bool shift;                  /* true                                                 */
    double ewald_alpha;          /* 1/nm; 0 = chosen                                     */
    int mesh[3], spline_order;   /* 0 = chosen                                         */
    double coulomb_constant;     /* kJ nm/mol/e^2; CODATA 2018 by default                */
} km_recipe_nonbonded;

typedef enum km_stage_kind { KM_STAGE_MINIMISE, KM_STAGE_DYNAMICS } km_stage_kind;

typedef struct km_stage {
    char *name; /* "compress"                                           */
    km_stage_kind kind;
    /* minimise */
    int max_steps;
    double force_tolerance; /* kJ/mol/nm, largest force                             */
    /* dynamics */
    double time, timestep; /* ps                                                   */
    double temperature_start, temperature_end; /* K                                  */
    bool draw_velocities;    /* at the start of the stage                            */
    bool constrain_hydrogen; /* bonds to H held                                      */
    km_thermostat_kind thermostat;
    double thermostat_time, friction; /* ps, 1/ps                             */
    km_barostat_kind barostat;
    double pressure_start, pressure_end;   /* kJ/mol/nm^3                          */
    double barostat_time, compressibility; /* ps, nm^3 mol/kJ                      */
    double average_from; /* fraction of the stage after which the volume is averaged; the box takes
                            the average at the end of the stage; 0 = off          */
    bool production;     /* frames go to trajectory.nc and to the analyses       */
    double frame_interval, energy_interval; /* ps                                   */
    bool write_velocities;
} km_stage;

#define KM_REPLICAS_MAX 1024

typedef struct km_recipe {
    char *path; /* where it was read                                    */
    char *id;   /* file name without ending                             */
    char *title;
    km_confidence confidence;
    char *confidence_reason;  /* one sentence, may be NULL                            */
    double temperature;       /* K                                                    */
    double pressure;          /* kJ/mol/nm^3                                          */
    km_recipe_liquid *liquid; /* one of these is set, or the first two: then the liquid says what is
                                 in the file */
    km_recipe_structure *structure;
    km_recipe_crystal *crystal;
    km_recipe_compound *compound;
    km_recipe_stack *stack; /* also of a cell.slab                                  */
    km_recipe_forcefield forcefield;
    km_recipe_nonbonded nonbonded;
    char *protocol; /* "liquid": what the stages were made from             */
    int n_stages;
    km_stage *stage; /* all of them, defaults filled in                      */
    int n_analyses;
    char **analyse;           /* "msd", ...                                           */
    double analyse_viscosity; /* Pa s, for the finite-size correction; 0 = not given  */
    uint64_t seed;
    int replicas; /* independent copies to run, each with a seed of its own; 1    */
    int n_references;
    char **reference; /* DOIs to cite                                         */
} km_recipe;

/* Reads a recipe: a path, or an id of the catalogue (systems/ID.yaml). settings are n
 * "key.sub=value" texts that override keys. Unknown keys, missing units, absurd values:
 * KM_ERROR_INPUT with file, line and key. */
KM_MUST_CHECK km_status km_recipe_read(const char *path_or_id, const char *const *settings,
                                       int n_settings, km_recipe **out);
void km_recipe_destroy(km_recipe *recipe);
/* The crystal of a compound in the stack, of which there is one at most, or NULL. */
const km_recipe_compound *km_recipe_stack_crystal(const km_recipe_stack *stack);
/* Are atoms held in place? */
bool km_recipe_has_frozen(const km_recipe *recipe);
/* Writes it with every default spelled out, readable again by km_recipe_read and giving the same
 * run. Goes aside first and is then renamed: path is never half written. */
KM_MUST_CHECK km_status km_recipe_write(const km_recipe *recipe, const char *path);
/* Does the file hold just what km_recipe_write would write? False when there is none. */
KM_MUST_CHECK km_status km_recipe_is_written(const km_recipe *recipe, const char *path, bool *same);
/* The folder of forcefields/ or systems/: $KALIUM_DATA, beside the program, the install prefix or
 * the source tree, in this order; KM_ERROR_FILE names all places tried. */
KM_MUST_CHECK km_status km_data_folder(const char *name, char *path, size_t path_length);

#endif
