/* SPDX-License-Identifier: MIT */
/* The terms of a km_bonded_spec, checked and in the form in which the loops read them: angles by
 * cosine and sine, charges with Coulomb's constant, excluded pairs without charge left out. Host
 * memory, for the backends to arrange. */
#ifndef KM_BONDED_TERMS_H
#define KM_BONDED_TERMS_H

#include "kernels/bonded/bonded.h"

/* The dearest first: a device that starts terms in this order ends with the cheap ones. */
typedef enum km_bonded_kind {
    KM_BONDED_IMPROPER, /* km_improper_harmonic */
    KM_BONDED_PERIODIC, /* km_periodic_ready    */
    KM_BONDED_RB,       /* km_dihedral_rb       */
    KM_BONDED_ANGLE,    /* km_angle_ready       */
    KM_BONDED_PAIR14,   /* km_pair14, qq in kJ nm/mol */
    KM_BONDED_EXCLUDED, /* km_excluded_ready    */
    KM_BONDED_BOND,     /* km_bond              */
    KM_BONDED_KINDS
} km_bonded_kind;

typedef struct km_angle_ready {
    int i, j, k;           /* j is the vertex */
    double k_theta;        /* kJ/mol/rad^2    */
    double cosine0, sine0; /* of theta0       */
} km_angle_ready;

typedef struct km_periodic_ready {
    int atom[4];
    int multiplicity;
    int energy_term;       /* KM_ENERGY_DIHEDRAL or KM_ENERGY_IMPROPER */
    double k_phi;          /* kJ/mol                                   */
    double cosine0, sine0; /* of phi0                                  */
} km_periodic_ready;

typedef struct km_excluded_ready {
    int i, j;
    double qq; /* kJ nm/mol */
} km_excluded_ready;

/* What every term of a kind is. */
typedef struct km_bonded_kind_row {
    const char *name;
    size_t size;
    int n_atoms; /* how many indices a term begins with */
} km_bonded_kind_row;

typedef struct km_bonded_table {
    int n;
    void *term; /* n terms of the kind's type */
} km_bonded_table;

/* Zero before km_bonded_terms_make. */
typedef struct km_bonded_terms {
    km_bonded_table table[KM_BONDED_KINDS];
    double alpha; /* 1/nm  Ewald splitting, for the excluded pairs */
} km_bonded_terms;

#ifdef __cplusplus
extern "C" {
#endif
extern const km_bonded_kind_row km_bonded_kind_of[KM_BONDED_KINDS];
/* charge: e, of the n_atoms atoms. Fails when a term names an atom that is not there or one twice,
 * or has a parameter that is not a number. Freed in every case by km_bonded_terms_free. */
km_status km_bonded_terms_make(const km_bonded_spec *spec, const double *charge, int n_atoms,
                               km_bonded_terms *out);
void km_bonded_terms_free(km_bonded_terms *terms);
/* The atoms of term m of a kind. */
const int *km_bonded_atoms(const km_bonded_terms *terms, int kind, int m);
#ifdef __cplusplus
}
#endif

#endif
