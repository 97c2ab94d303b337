/* SPDX-License-Identifier: MIT */
/* Van Hove functions of every molecule kind, by centres of mass, at a few time lags t:
 *
 *     self      4 pi r^2 G_s(r, t) = 1/N sum_i <delta(r - |r_i(t) - r_i(0)|)>             1/A
 *     distinct  G_d(r, t) / rho    = V/(N (N - 1) 4 pi r^2) sum_{i != j} <delta(r - |r_j(t) -
 * r_i(0)|)>
 *
 * van Hove, doi:10.1103/PhysRev.95.249. Beside the self part stands the Gaussian of the same mean
 * square displacement, what free diffusion gives, and how far from it the motion is (Rahman,
 * doi:10.1103/PhysRev.136.A405):
 *
 *     alpha_2 = 3 <r^4> / (5 <r^2>^2) - 1
 *
 * with the error of its values in KM_VAN_HOVE_BLOCKS consecutive stretches of origins. The distinct
 * part is g(r) of the centres at t = 0 and becomes 1; a peak that grows at r = 0 says that ions
 * jump into places that others left. Its pairs are those of at most KM_VAN_HOVE_PAIRS per lag, of
 * origins or centres evenly chosen, by minimum image; it needs a cell that does not change.
 *
 * Of replicas all of it is the mean, with Student's t of the scatter between them as interval of
 * alpha_2 and a standard error beside the curves; the Gaussian is that of the mean square of all.
 *
 * Lags are spread evenly on a logarithmic scale from one frame to a fifth of the run. Bins of 0.1 A
 * up to half the least height of the cell, at most KM_VAN_HOVE_BINS. Counts are integers and
 * moments are added in the order of molecules: same bits for any number of threads. */
#ifndef KM_VAN_HOVE_H
#define KM_VAN_HOVE_H

#include "host/analysis/displacement.h"
#include "host/analysis/statistics.h"

#define KM_VAN_HOVE_LAGS 5
#define KM_VAN_HOVE_BLOCKS 4
#define KM_VAN_HOVE_BINS 400
#define KM_VAN_HOVE_BIN 0.01 /* nm */
#define KM_VAN_HOVE_PAIRS 4000000

typedef struct km_van_hove_lag {
    double lag;             /* ps                                                          */
    double mean_square;     /* A^2                                                         */
    double beyond;          /*     fraction of the displacements behind the last bin       */
    km_estimate alpha2;     /*     NAN for what never moves                                */
    double *self;           /* 1/A n_bins                                                  */
    double *gaussian;       /* 1/A n_bins  NULL for what never moves                       */
    double *distinct;       /*     n_bins  NULL for one molecule, or a cell that changes   */
    double *self_error;     /* 1/A n_bins  standard error between replicas; NULL: a single run */
    double *distinct_error; /* n_bins  the same                                        */
} km_van_hove_lag;

typedef struct km_van_hove_kind {
    char name[KM_NAME_LENGTH];
    int n_molecules;
    km_van_hove_lag lag[KM_VAN_HOVE_LAGS];
} km_van_hove_kind;

typedef struct km_van_hove {
    int n_lags;     /* 0: fewer than 5 frames, or replicas of different length */
    int n_replicas; /* 0: a single run */
    int n_bins;
    double bin_width; /* A */
    int n_kinds;
    km_van_hove_kind *kind;
} km_van_hove;

/* After km_displacements_end. */
KM_MUST_CHECK km_status km_van_hove_compute(const km_displacements *d, km_van_hove *out);
/* Of n >= 2 replicas of one system together. */
KM_MUST_CHECK km_status km_van_hove_of_replicas(const km_van_hove *const *replica, int n,
                                                km_van_hove *out);
/* Fills in the Gaussian of lag->mean_square. */
KM_MUST_CHECK km_status km_van_hove_put_gaussian(km_van_hove_lag *lag, int n_bins);
void km_van_hove_clear(km_van_hove *result);

#endif
