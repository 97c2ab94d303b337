/* SPDX-License-Identifier: MIT */
/* Embedded-atom potentials of metals, alloy and Finnis-Sinclair.
 *
 *     U = sum_i F_a(rho_i) + sum_{i<j} phi_ab(r_ij)        rho_i = sum_{j != i} rho_ba(r_ij)
 *
 * atom i of element a, its neighbours j of element b. The density that b gives to a depends on both
 * in the Finnis-Sinclair form, on b alone in the alloy form. Sources: Daw & Baskes,
 * doi:10.1103/PhysRevB.29.6443; Finnis & Sinclair, doi:10.1080/01418618408244210; Ackland & Vitek,
 * doi:10.1103/PhysRevB.41.10324 (different pairs of elements). */
#ifndef KM_EAM_H
#define KM_EAM_H

#include "kernels/force.h"

#define KM_EAM_MOST_ELEMENTS 8

/* An element of a file. */
typedef struct km_eam_element {
    char name[4];      /*     chemical symbol                                              */
    int atomic_number; /*                                                                  */
    double mass;       /* u   as the file has it, which need not be right                  */
    double lattice;    /* nm  lattice constant of the file; not used in the energy         */
    char structure[8]; /*     "bcc", "fcc"; not used in the energy                         */
    double root;       /* kJ/mol  A where the table of F is -A sqrt(rho) in all its digits, 0
                                  elsewhere: F is then evaluated as such at low density      */
} km_eam_element;

/* The tables of one file; plain host data. Owned by host/input/eam_file. */
typedef struct km_eam_tables {
    char *path;              /*         where they were read                                    */
    char *comment[3];        /*         the first lines of the file, blanks at the ends removed */
    bool finnis_sinclair;    /*         the density depends on the receiving element            */
    int n_elements;          /*                                                                 */
    km_eam_element *element; /*       n_elements                                              */
    double cutoff;           /* nm                                                              */
    int n_density;           /*         points of embedding, from density 0                     */
    double step_density;     /*         in the file's unit of density                           */
    int n_r;                 /*         points of density and pair, from r = 0                  */
    double step_r;           /* nm                                                              */
    double *embedding;       /* kJ/mol  n_elements x n_density: F_a                             */
    double *density;         /*         n_elements x n_elements x n_r: what element b (first index)
                                        gives to an atom of element a (second), file's unit     */
    double *pair_term;       /* kJ/mol nm  n_elements (n_elements + 1)/2 x n_r: r phi_ab, row
                                           a (a + 1)/2 + b for b <= a                           */
} km_eam_tables;

/* What the term is made of; plain host data. n_atoms 0: there is none. */
typedef struct km_eam_spec {
    const km_eam_tables *tables; /*  not owned                                         */
    int n_atoms;                 /*  metal atoms                                       */
    const int *atom;             /*  n_atoms, input order, ascending                   */
    const int *element;          /*  n_atoms, index into tables->element               */
    double skin;                 /* nm  of the term's own list; 0 = its default        */
} km_eam_spec;

#endif
