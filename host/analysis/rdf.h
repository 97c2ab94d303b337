/* SPDX-License-Identifier: MIT */
/* Radial distribution functions and coordination numbers.
 *
 *     g(r) = <V c(r)> / (n_pairs 4/3 pi [(r + dr/2)^3 - (r - dr/2)^3])
 *     n(r) = neighbours of one centre within r
 *
 * c(r): pairs found in the bin around r, n_pairs: pairs of a centre and a partner in different
 * molecules, so that N_b becomes N_a - 1 where both are the same atoms; atoms of the centre's own
 * molecule are left out. Bins of 0.02 A up to half the least height of the smallest cell seen
 * (minimum image in triclinic cells). The first shell ends at the first minimum of g after its
 * first peak, found on g smoothed with a Gaussian of 0.06 A; where g stays at its minimum over a
 * stretch (0 between shells), in the middle of the stretch.
 *
 * Counts are integers: same result for any number of threads. */
#ifndef KM_RDF_H
#define KM_RDF_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

#define KM_RDF_TEXT 200

typedef struct km_rdf_curve {
    char centre[KM_NAME_LENGTH], partner[KM_NAME_LENGTH]; /* molecule kinds               */
    char centre_element[4], partner_element[4];
    int n_centres, n_partners; /* atoms                                                    */
    int n_bins;
    double bin_width;     /* A                                                          */
    double *r;            /* A  n_bins  middles of the bins                             */
    double *g;            /*    n_bins                                                  */
    double *coordination; /*    n_bins  partners within r + bin_width/2 of one centre   */
    bool has_peak;        /*    peak_r and peak_g mean something                        */
    double samples; /* 1/A^3  expected pairs per bin and unit volume where g = 1               */
    double peak_r, peak_g;      /* A                                                          */
    bool has_shell;             /*    so do the following                                     */
    double shell_r, shell_g;    /* A  first minimum                                           */
    double coordination_number; /* partners within shell_r                    */
    double coordination_less, coordination_more; /* with shell_r moved by -0.2 and +0.2 A */
    double coordination_error; /* standard error between replicas; 0 for a single run */
    char note[KM_RDF_TEXT];    /*    "" or what is missing                                   */
} km_rdf_curve;

typedef struct km_rdf km_rdf;

/* A collector for any number of pairs. */
KM_MUST_CHECK km_status km_rdf_create(km_rdf **out);
/* Adds the pair of all atoms of an element in a molecule kind with those of another; kinds are
 * indices into labels->kind. Before the first frame. KM_ERROR_INPUT when a side has no atom. */
KM_MUST_CHECK km_status km_rdf_add(km_rdf *rdf, const km_labels *labels, int centre_kind,
                                   const char *centre_element, int partner_kind,
                                   const char *partner_element);
/* Adds what a solvation shell is made of: around each monatomic cation the O, F and N of every
 * neutral or negative kind, and monatomic anions. */
KM_MUST_CHECK km_status km_rdf_add_solvation(km_rdf *rdf, const km_labels *labels);
KM_MUST_CHECK km_status km_rdf_frame(km_rdf *rdf, const km_labels *labels, const km_frame *frame);
int km_rdf_count(const km_rdf *rdf);
/* The n atoms of pair number k: its centres (side 0) or partners (side 1), ascending. */
const int *km_rdf_atoms(const km_rdf *rdf, int k, int side, int *n);
/* The result of pair number k; out is to be cleared by the caller. Without frames n_bins is 0. */
KM_MUST_CHECK km_status km_rdf_curve_compute(const km_rdf *rdf, int k, km_rdf_curve *out);
void km_rdf_curve_clear(km_rdf_curve *curve);
void km_rdf_destroy(km_rdf *rdf);

/* Partners within r (A) of one centre, linear between the edges of bins. */
double km_rdf_neighbours(const km_rdf_curve *curve, double r);

/* Finds first peak and first shell of a curve that has r, g, coordination and samples, which say
 * what is noise. */
KM_MUST_CHECK km_status km_rdf_find_shell(km_rdf_curve *curve);

#endif
