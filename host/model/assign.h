/* SPDX-License-Identifier: MIT */
/* Private to host/model: one kind of molecule with its parameters, indices counted from its first
 * atom. Everything that needs names is done here once per kind and copied to each molecule. */
#ifndef KM_ASSIGN_H
#define KM_ASSIGN_H

#include "host/input/forcefield_file.h"
#include "host/input/recipe_file.h"
#include "kernels/bonded/bonded.h"
#include "kernels/integrate/integrate.h"

typedef enum km_term_kind {
    KM_TERM_BOND,
    KM_TERM_ANGLE,
    KM_TERM_DIHEDRAL,
    KM_TERM_IMPROPER,
    KM_TERM_KINDS
} km_term_kind;

typedef struct km_term {
    int atom[4]; /* as many as the kind of term has                                     */
    int row;     /* in bond_type, angle_type, dihedral_type or improper_type            */
    bool silent; /* gives no energy: held by a constraint, or all its numbers are 0     */
} km_term;

typedef struct km_assignment {
    int molecule;                 /* index into forcefield->molecule                      */
    const km_ff_molecule *source; /* that one                                             */
    int count;                    /* molecules of this kind in the cell                   */
    int n_atoms;
    int *type;      /*    n_atoms  index into forcefield->atom_type, swaps done            */
    double *charge; /* e  n_atoms  as simulated                                          */
    double net;     /* e  their sum                                                      */
    const km_ff_charge_set *charge_set; /* NULL: the charges of the molecule itself       */
    bool scaled;                        /* charge_scale was applied                       */
    int *partner_start, *partner;       /* bonded partners of each atom, ascending        */
    int n_terms[KM_TERM_KINDS];
    km_term *term[KM_TERM_KINDS];
    /* exclusions.c */
    int *exclusion_start, *exclusion; /* partners up to three bonds away, ascending       */
    int n_pairs14;
    km_pair14 *pair14; /* exactly three bonds apart, i < j, or as the molecule lists them;
                          parameters by km_mix_pairs14 */
    /* constraints.c */
    int n_groups, n_constraints;
    km_constraint_group *group;
} km_assignment;

/* Types, charges and bonded terms of a->source; a->molecule and a->count are set by the caller.
 * KM_ERROR_INPUT names molecule, atoms, classes and files when a row is missing. */
KM_MUST_CHECK km_status km_assign_molecule(km_assignment *a, const km_recipe_forcefield *recipe,
                                           const km_forcefield *ff);
/* Pairs by the least number of bonds between them. */
KM_MUST_CHECK km_status km_assign_exclusions(km_assignment *a);
/* Rigid molecules always, bonds to hydrogen when asked. */
KM_MUST_CHECK km_status km_assign_constraints(km_assignment *a, const km_forcefield *ff,
                                              bool constrain_hydrogen);
void km_assignment_free(km_assignment *a);

#endif
