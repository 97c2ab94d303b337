/* SPDX-License-Identifier: MIT */
/* Room 3: names become indices and tables; everything the kernels need as plain arrays. */
#ifndef KM_MODEL_H
#define KM_MODEL_H

#include "host/build/system.h"
#include "host/input/eam_file.h"
#include "host/input/eim_file.h"
#include "host/model/labels.h"
#include "kernels/backend.h"
#include "kernels/bonded/bonded.h"
#include "kernels/eam/eam.h"
#include "kernels/eim/eim.h"
#include "kernels/integrate/integrate.h"
#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair.h"
#include "kernels/pme/pme.h"
#include "kernels/slab/slab.h"

/* Where one parameter that is really used came from; `kalium check` prints these. */
typedef struct km_parameter_use {
    char *what;    /* "bond CT-OS: r0 1.410 A, k 320.0 kcal/mol/A^2 (k/2 convention stated)" */
    char *source;  /* text of the source, with DOI                                            */
    char *analogy; /* NULL when published for this very use                                  */
    int count;     /* how many terms of the cell use it                                       */
} km_parameter_use;

#define KM_MODEL_NOTES 8

typedef struct km_model {
    int n; /* atoms                                          */
    km_labels *labels;
    double *mass, *charge;            /* u, e  n                                        */
    int *type, *molecule;             /*       n                                        */
    int *molecule_start;              /*       labels->n_molecules + 1                  */
    double *carried;                  /* e     n  see km_integrator_spec                */
    int *exclusion_start, *exclusion; /* see km_neighbour_spec                  */
    bool *excluded_group;             /*       the metal atoms; NULL: none              */
    km_neighbour_spec neighbours;     /* cutoff 0: nothing interacts by pairs but the metal */
    km_pair_spec pair;                /* the specs point into memory the model owns     */
    km_bonded_spec bonded;
    km_pme_spec pme;
    bool lists_pairs14;                /* a molecule lists its 1-4 pairs                 */
    bool has_charges;                  /* false: no mesh is needed                       */
    bool only_metal;                   /* no Lennard-Jones and no charges         */
    double metal_cutoff;               /* nm  of the metal's potential; 0: no metal      */
    km_eam_spec eam;                   /* n_atoms 0: none                                */
    km_eam_tables *eam_tables;         /* NULL without; eam points into it               */
    km_eim_spec eim;                   /* n_atoms 0: none; a cell has this or eam        */
    km_eim_parameters *eim_parameters; /* NULL without; eim points into it        */
    km_parameter_use metal_use;        /* the potential of the metal; what NULL: none    */
    int n_notes;
    char *note[KM_MODEL_NOTES]; /* sentences that belong beside every result      */
    km_slab_spec slab;
    bool has_slab;           /* the dipole term of a slab between vacua        */
    unsigned char *mobility; /* n of km_mobility, or NULL: all are free   */
    int n_pistons;
    km_piston piston[KM_PISTONS];
    int n_groups;
    km_constraint_group *group; /* bonds to hydrogen and rigid water, when the recipe asks */
    int n_constraints;
    double coulomb_error,
        coulomb_error_real; /* estimated relative RMS force error: mesh, real space */
    int n_uses;
    km_parameter_use *use;
    double total_charge;  /* e                                              */
    double list_headroom; /* see km_particles_spec                          */
} km_model;

/* How an atom may move. */
static inline km_mobility km_model_mobility(const km_model *model, int i)
{
    if (!(model->mass[i] > 0.0))
        return KM_MOBILITY_FROZEN;
    return model->mobility != NULL ? (km_mobility)model->mobility[i] : KM_MOBILITY_FREE;
}

/* Assigns parameters, mixes, excludes, chooses the Ewald splitting and mesh. constrain_hydrogen:
 * hold bonds to H (and rigid molecules always). Fails with KM_ERROR_INPUT naming molecule, atoms
 * and classes when a parameter is missing, and when the cell is not neutral or the cutoff exceeds
 * half the box. */
KM_MUST_CHECK km_status km_model_create(const km_recipe *recipe, const km_forcefield *ff,
                                        const km_system *system, bool constrain_hydrogen,
                                        km_model **out);
void km_model_destroy(km_model *model);

#endif
