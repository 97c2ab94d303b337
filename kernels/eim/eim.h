/* SPDX-License-Identifier: MIT */
/* Embedded-ion potentials: alkali metals, their alloys and halides in one model.
 *
 *     U = sum_{i<j} phi_ab(r_ij) + 1/2 sum_i q_i s_i
 *     q_i = sum_{j != i} eta_ba(r_ij)        s_i = sum_{j != i} q_j psi_ab(r_ij)
 *
 * atom i of element a, its neighbours j of element b. The charges q follow from the positions and
 * are internal to the method: they are none of the Coulomb sum. Source: Zhou, Doty & Yang,
 * Comput. Mater. Sci. 50 (2011) 2470, with the functions of eim_functions.h. */
#ifndef KM_EIM_H
#define KM_EIM_H

#include "kernels/force.h"

#define KM_EIM_MOST_ELEMENTS 16

typedef enum km_eim_form {
    KM_EIM_EXPONENTIAL = 1, /* as the files number them */
    KM_EIM_POWER = 2
} km_eim_form;

typedef struct km_eim_element {
    char name[4];             /*    chemical symbol                     */
    int atomic_number;        /*                                        */
    double mass;              /* u  as the file has it; not used        */
    double electronegativity; /*    chi, of Pauling                     */
} km_eim_element;

/* A pair of elements. */
typedef struct km_eim_pair {
    double cutoff_attraction, cutoff_repulsion; /* nm     r_c,phi of the two parts of phi      */
    double energy;                              /* kJ/mol E_b                                  */
    double distance;                            /* nm     r_e                                  */
    double alpha, beta;                         /*        exponents: repulsion, attraction     */
    double charge;                              /*        A_eta, charge per electronegativity  */
    double start_charge, cutoff_charge;         /* nm     r_s,eta and r_c,eta                  */
    double potential;                           /* kJ/mol A_psi                                */
    double decay;                               /* 1/nm   zeta                                 */
    double start_potential, cutoff_potential;   /* nm     r_s,psi and r_c,psi                  */
    km_eim_form form;
} km_eim_pair;

/* One file; plain host data. Owned by host/input/eim_file. */
typedef struct km_eim_parameters {
    char *path;              /*    where it was read                                   */
    double far, near;        /*    arguments of erfc where a cutoff function ends, begins */
    int n_elements;          /*                                                        */
    km_eim_element *element; /*    n_elements                                          */
    km_eim_pair *pair;       /*    row a (a + 1)/2 + b for b <= a                      */
} km_eim_parameters;

/* What the term is made of; plain host data. n_atoms 0: there is none. */
typedef struct km_eim_spec {
    const km_eim_parameters *parameters; /*     not owned                             */
    int n_atoms;                         /*     atoms of the term                     */
    const int *atom;                     /*     n_atoms, input order, ascending       */
    const int *element;                  /*     n_atoms, index into parameters->element */
    double skin;                         /* nm  of the term's own list; 0 = its default */
} km_eim_spec;

static inline const km_eim_pair *km_eim_pair_of(const km_eim_parameters *p, int a, int b)
{
    const int high = a > b ? a : b, low = a > b ? b : a;
    return &p->pair[high * (high + 1) / 2 + low];
}

#endif
