/* SPDX-License-Identifier: MIT */
/* Private to host/model: from one assignment per kind of molecule to arrays over the cell. */
#ifndef KM_EXPAND_H
#define KM_EXPAND_H

#include "host/model/assign.h"
#include "host/model/model.h"

typedef struct km_expansion {
    const km_forcefield *ff;
    const km_system *system;
    int n_kinds;
    km_assignment *kind;
    int *kind_of;          /* per molecule of the force field: index into kind, -1 when absent   */
    int n_types;           /* atom types that occur                                             */
    int *type;             /* n_types  index into forcefield->atom_type, ascending              */
    const char *metal_set; /* of forcefield->metal_cross, beside metals; NULL: no metal     */
    int *type_here;        /* per atom type of the force field: index into type, -1 when absent */
} km_expansion;

/* Atoms, labels, types. */
KM_MUST_CHECK km_status km_expand_atoms(km_model *model, const km_expansion *e);
/* Exclusions, bonded terms, 1-4 pairs, constraint groups. */
KM_MUST_CHECK km_status km_expand_topology(km_model *model, const km_expansion *e);
/* The table over pairs of types, in model->pair. */
KM_MUST_CHECK km_status km_expand_pair_table(km_model *model, const km_expansion *e);
/* model->use: every parameter with its source and the number of terms that use it. */
KM_MUST_CHECK km_status km_model_list_uses(km_model *model, const km_expansion *e);

#endif
