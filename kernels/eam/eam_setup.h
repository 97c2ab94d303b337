/* SPDX-License-Identifier: MIT */
/* The tables as the loops of both backends read them; host memory. */
#ifndef KM_EAM_SETUP_H
#define KM_EAM_SETUP_H

#include "kernels/eam/eam.h"
#include "kernels/eam/spline.h"

/* Where an atom has moved half of it a list of the metal is built anew. */
#define KM_EAM_SKIN 0.1 /* nm */
/* Two metal atoms are never nearer. */
#define KM_EAM_NEAREST 0.1 /* nm */

/* Numbers of an interval of the pair of elements (a, b), four coefficients each: of the density
 * that b gives to a, of r phi_ab, kJ/mol nm. */
enum { KM_EAM_DENSITY = 0, KM_EAM_PAIR = 4, KM_EAM_KNOT = 8 };

/* Shares of neighbours are summed as integers of scale times them, so that the order does not
 * matter. */
typedef struct km_eam_whole {
    double scale; /* a power of two                              */
    double limit; /* largest share of one that such a sum holds */
} km_eam_whole;

/* The tables of a term of the metal, this one or that of eim/; interval m of the pair (a, b):
 * knot[((a n_elements + b) n_intervals + m) n_numbers]. */
typedef struct km_eam_setup {
    int n_elements;
    int n_intervals;     /*          of the distance                                         */
    int n_numbers;       /*          of an interval                                          */
    double inverse_step; /* 1/nm     of the distance                                         */
    double cutoff;       /* nm                                                               */
    double skin;         /* nm                                                               */
    km_real *knot;       /*          n_elements^2 x n_intervals x n_numbers                  */
    double *embedding;   /* kJ/mol   n_elements x n_embedding x 4                            */
    int n_embedding;     /*          intervals of the density                                */
    double inverse_step_density;       /*                                                     */
    double root[KM_EAM_MOST_ELEMENTS]; /* kJ/mol                                              */
    km_eam_whole whole[2];             /*          of the sums of each pass                   */
} km_eam_setup;

#ifdef __cplusplus
extern "C" {
#endif
/* Refuses a spec that is not one for n atoms. */
km_status km_eam_spec_check(const km_eam_spec *spec, int n);
/* The same of its atoms alone, for any term of a metal. */
km_status km_eam_atoms_check(const km_eam_spec *spec, int n_elements, int n);
/* The largest share of atoms no nearer than KM_EAM_NEAREST takes 46 bits: up to 2^17 of them can be
 * summed. Beyond the limit is a fault. */
km_eam_whole km_eam_whole_of(double largest);
km_status km_eam_setup_make(const km_eam_spec *spec, km_eam_setup *out);
void km_eam_setup_free(km_eam_setup *setup);
#ifdef __cplusplus
}
#endif

static inline km_embedding km_eam_setup_embedding(const km_eam_setup *s, int element)
{
    const km_embedding e = {s->embedding + (size_t)element * 4 * (size_t)s->n_embedding,
                            s->n_embedding, s->inverse_step_density, s->root[element]};
    return e;
}

#endif
