/* SPDX-License-Identifier: MIT */
/* The side corridor: names, masses and charges in input order, so that writers and analyses can say
 * "K" and "DME". Made with the model, read-only afterwards; also read back from a run folder's PSF.
 */
#ifndef KM_LABELS_H
#define KM_LABELS_H

#include "kernels/base/error.h"

#define KM_NAME_LENGTH 24

typedef struct km_molecule_kind {
    char name[KM_NAME_LENGTH]; /* "DME", "K+"                            */
    char residue[8];           /* at most 4 characters                   */
    int n_atoms, n_molecules;
    double charge;     /* e, as simulated                        */
    int formal_charge; /* e, unscaled                            */
    double mass;       /* u                                      */
} km_molecule_kind;

typedef struct km_labels {
    int n_atoms, n_molecules, n_kinds, n_bonds;
    char (*atom_name)[8];              /* n_atoms  "C1"                          */
    char (*type_name)[KM_NAME_LENGTH]; /* n_atoms  "CT_OCH3"                */
    char (*element)[4];                /* n_atoms  "C"                           */
    double *mass, *charge;             /* n_atoms  u, e                          */
    int *molecule;                     /* n_atoms                                */
    int *molecule_start;               /* n_molecules + 1                        */
    int *molecule_kind;                /* n_molecules                            */
    km_molecule_kind *kind;            /* n_kinds                                */
    int (*bond)[2];                    /* n_bonds  atom indices, i < j           */
} km_labels;

/* Charge of a molecule kind, e; only its sign where no formal charge is known and it is scaled. */
static inline int km_kind_charge(const km_molecule_kind *kind)
{
    if (kind->formal_charge != 0)
        return kind->formal_charge;
    return kind->charge > 0.2 ? 1 : kind->charge < -0.2 ? -1 : 0;
}

void km_labels_destroy(km_labels *labels);

#endif
