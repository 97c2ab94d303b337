/* SPDX-License-Identifier: MIT */
/* Room 2: what is in the box and where. Names are gone after room 3. */
#ifndef KM_SYSTEM_H
#define KM_SYSTEM_H

#include "host/input/forcefield_file.h"
#include "host/input/recipe_file.h"
#include "kernels/base/box.h"
#include "kernels/integrate/integrate.h"

typedef struct km_system_component {
    int molecule;     /* index into forcefield->molecule                                 */
    int count;        /* molecules of this kind in the box                               */
    double requested; /* in the unit the recipe used                                     */
    double achieved;  /* in the same unit, with the whole numbers                        */
    const char *unit; /* "mol/L", "mole parts", ...                                      */
} km_system_component;

/* One layer of a stack as it was built, from bottom to top. */
typedef struct km_system_layer {
    bool slab; /*     of metal or of a halide film; else a crystal of a compound or a liquid    */
    int first_atom, n_atoms;
    double low, high; /* nm  z of the outermost layers of metal, or of the liquid's faces      */
    int repeats[3];   /*     cells along x and y; of a crystal along z too                      */
    double strain[2]; /*     of a slab along x and y                                           */
    double dipole;    /* e nm  along z, of a crystal                                           */
    double thickness; /* nm  asked of a liquid; 0 = its size was given                         */
} km_system_layer;

typedef struct km_system {
    km_box box; /* nm                                                        */
    int n_components;
    km_system_component *component;
    int n_molecules;
    int *molecule; /* n_molecules: index into forcefield->molecule, in order    */
    int n_atoms;
    double *position;        /* nm  3 x n_atoms atom-major; molecules are whole           */
    double *velocity;        /* nm/ps, same shape; NULL when the source has none          */
    unsigned char *mobility; /* n_atoms of km_mobility; NULL: all are free                */
    int n_pistons;
    km_piston piston[KM_PISTONS];
    int n_layers; /* of a stack                                                */
    km_system_layer *layer;
    double vacuum; /* nm  between the outermost atoms of a stack; 0 = none      */
} km_system;

/* Resident memory of a run: 1.3 kB per atom is what the CPU backend takes between 12,000 and 48,000
 * atoms of SPC/E water with a cutoff of 1.2 nm. */
#define KM_BYTES_PER_ATOM 1500.0

/* Counts, box and packed positions from a recipe (packmol for liquids; a structure file otherwise).
 * work_folder receives packmol's input and log. */
KM_MUST_CHECK km_status km_system_build(const km_recipe *recipe, const km_forcefield *ff,
                                        const char *work_folder, km_system **out);
/* Composition and box alone, without positions: what `kalium check` needs. */
KM_MUST_CHECK km_status km_system_compose(const km_recipe *recipe, const km_forcefield *ff,
                                          km_system **out);
/* Refuses more atoms than this process can hold (memory.h); place: for the start of the message. */
KM_MUST_CHECK km_status km_system_check_memory(const char *place, double atoms);
void km_system_destroy(km_system *system);

#endif
