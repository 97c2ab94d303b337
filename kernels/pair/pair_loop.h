/* SPDX-License-Identifier: MIT */
/* What the pair term of the CPU hands to its loops, which are compiled once per instruction set. */
#ifndef KM_PAIR_LOOP_H
#define KM_PAIR_LOOP_H

#include "kernels/neighbours/cluster_list.h"
#include "kernels/pair/pair_tables.h"

/* One j-cluster as the loop reads it, three cache lines in float. The empty cluster behind the last
 * has no charge and no van der Waals parameters. */
typedef struct km_pair_cluster {
    km_real x[3][KM_CLUSTER_J];       /* nm  list->position, every step */
    km_real charge[KM_CLUSTER_J];     /* sqrt(C) q                                              */
    km_real six_c6[KM_CLUSTER_J];     /* sqrt(6 c6_ii)                                          */
    km_real twelve_c12[KM_CLUSTER_J]; /* sqrt(12 c12_ii)                                        */
} km_pair_cluster;

typedef struct km_pair_parameters {
    km_pair_tables tables;
    int *type;  /* (n_j + 1) x 8: type of a slot */
    int *curve; /* (n_j + 1) x 8: bytes to the curve of that type in a row of curves; or NULL */
} km_pair_parameters;

/* Forces on one j-cluster, as far apart as the clusters: one offset serves both in the loop. */
typedef struct km_pair_force {
    km_real f[3][KM_CLUSTER_J];
    km_real unused[3][KM_CLUSTER_J];
} km_pair_force;

/* One thread's sums. */
typedef struct km_pair_sums {
    km_pair_force *block_force;              /* n_j + 1: forces of one block; zero between blocks */
    km_fixed *force;                         /* n_j x 3 x 8 */
    km_fixed shift_force[KM_LIST_IMAGES][3]; /* force on runs by image, for the virial */
    int fault;
} km_pair_sums;

typedef struct km_pair_energy {
    double vdw, coulomb; /* kJ/mol, of one block */
} km_pair_energy;

/* Forces of one block of the list, added to sums; energy is NULL when not wanted. */
typedef void km_pair_block_function(const km_pair_parameters *parameters,
                                    const km_pair_cluster *cluster, const km_neighbour_list *list,
                                    int block, km_pair_sums *sums, km_pair_energy *energy);
km_pair_block_function km_pair_block_baseline, km_pair_block_avx2, km_pair_block_avx512;

#endif
