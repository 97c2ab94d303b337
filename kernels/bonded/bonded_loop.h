/* SPDX-License-Identifier: MIT */
/* What the bonded terms of the CPU hand to their loops, which are compiled once per instruction
 * set.
 *
 * A liquid is many molecules alike: KM_BONDED_LANES of them are computed side by side, one in each
 * lane, so that a term of all is loaded, computed and added as vectors, without gathering. Without
 * contraction of multiply and add every instruction set gives the same bits. */
#ifndef KM_BONDED_LOOP_H
#define KM_BONDED_LOOP_H

#include "kernels/bonded/bonded_terms.h"
#include "kernels/particles.h"

enum { KM_BONDED_LANES = 8 };

typedef double km_bonded_vector[3][KM_BONDED_LANES];

/* Molecules alike that follow each other. */
typedef struct km_bonded_set {
    int first;    /* atom of the first molecule           */
    int n_atoms;  /* of each molecule                     */
    int n;        /* molecules, at most KM_BONDED_LANES   */
    int molecule; /* the one whose terms stand for theirs */
} km_bonded_set;

/* Terms sorted by molecule; atoms count from the molecule's first. */
typedef struct km_bonded_molecules {
    km_bonded_terms terms;
    int *start[KM_BONDED_KINDS]; /* number of molecules + 1, first term of each */
} km_bonded_molecules;

/* One thread's copy of a set, and what it adds up when energies or the virial are asked. */
typedef struct km_bonded_work {
    km_bonded_vector *x, *f;                         /* nm, kJ/mol/nm  of the largest molecule */
    double energy[KM_ENERGY_COUNT][KM_BONDED_LANES]; /* kJ/mol */
    double virial[KM_TENSOR][KM_BONDED_LANES];       /* kJ/mol */
} km_bonded_work;

/* Adds the forces of a set to the particles; work is left with its energies and virials, in the
 * first set->n lanes, when tally is true. Gives fault bits. */
typedef int km_bonded_set_function(const km_bonded_molecules *molecules, const km_bonded_set *set,
                                   bool tally, km_bonded_work *work, km_particles *p);
km_bonded_set_function km_bonded_set_baseline, km_bonded_set_avx2, km_bonded_set_avx512;

#endif
