/* SPDX-License-Identifier: MIT */
/* The pair list of the CPU from inside: shared by the list's files, the pair loops and the mesh.
 *
 * Slots: atoms sorted along a snake through a grid of columns. Column k runs along the third
 * lattice vector, columns follow each other boustrophedon, and the direction along c alternates, so
 * that consecutive slots are near each other; ties go by atom index. Slots are cut into j-clusters
 * of 8; each is two i-clusters of 4, which the search uses. Only the last cluster can hold fillers
 * (atom = -1), which never interact. Behind it stands one empty cluster, far away.
 *
 * Pairs: one atom (slot i) against one j-cluster. A run lists the j-clusters of one atom in one
 * image: this keeps two thirds of the computed pairs within the cutoff, where tiles of 4 x 8 keep
 * half, and costs the same loads, since the atom then stays in registers. Within the home image
 * j > i; for each of the 13 images of the positive half, every i with every j: so each pair of
 * atoms and images appears once.
 *
 * Two reaches: a build takes cutoff + KM_SKIN_BUILD skin and lasts long; from it the list near,
 * which the pair loop walks, is pruned to cutoff + KM_SKIN_NEAR skin, more often and at a fraction
 * of the price of a build.
 *
 * Everything here is a function of positions, velocities and box at the build and at the pruning,
 * whatever the number of threads. */
#ifndef KM_CLUSTER_LIST_H
#define KM_CLUSTER_LIST_H

#include "kernels/backend_cpu.h"
#include "kernels/neighbours/image.h"

enum {
    KM_CLUSTER_I = 4,
    KM_CLUSTER_J = 8,
    KM_CLUSTER_GROUP = 4,   /* entries of a run come in groups of this many */
    KM_CLUSTER_BLOCK = 64,  /* i-clusters per block, the unit of work */
    KM_CLUSTER_PADDING = 16 /* j-clusters that a vector may read beyond the last */
};

/* The two skins in units of the given one. */
#define KM_SKIN_BUILD 2.5
#define KM_SKIN_NEAR 0.6
/* Pruned are the positions expected somewhat later, so that atoms use the allowance twice: first on
 * the way there, then on the way on. How much of it on the way there. */
#define KM_AHEAD 0.9

/* A j-cluster of which some atoms interact. */
typedef struct km_cluster_entry {
    int j;         /* j-cluster                      */
    uint32_t mask; /* bit b: atom b of the j-cluster */
} km_cluster_entry;

/* The partners of one atom in one image. Both ranges hold an even number of entries; the last may
 * be the empty cluster. */
typedef struct km_cluster_run {
    int slot;                     /* the atom                                        */
    int image;                    /* the atom is shifted by list->shift[image]       */
    int masked_begin, masked_end; /* range in block->masked                          */
    int full_begin, full_end;     /* range in block->full: all 8 atoms interact      */
} km_cluster_run;

/* The runs of KM_CLUSTER_BLOCK i-clusters. */
typedef struct km_cluster_block {
    km_cluster_run *run;
    km_cluster_entry *masked;
    int *full;    /* j-clusters                                          */
    int *touched; /* the j-clusters of all runs of the block, once each,
                     and those of its own atoms                          */
    int n_runs, n_masked, n_full, n_touched;
    int capacity_runs, capacity_masked, capacity_full, capacity_touched;
} km_cluster_block;

/* A j-cluster within reach of an i-cluster: bit 8 a + b for atoms a and b. */
typedef struct km_cluster_tile {
    int j;
    uint32_t mask;
} km_cluster_tile;

/* Work space of one thread during the search. */
typedef struct km_cluster_scratch {
    km_cluster_tile *tile; /* n_j: one i-cluster in one image   */
    int *place;            /* n_j: of the last tile with it    */
    int *stamp;            /* n_j: last block that touched it  */
    uint32_t *excluded;    /* exclusions of one i-cluster: slot of the partner, row */
    int capacity_excluded;
} km_cluster_scratch;

struct km_neighbour_list {
    km_device *device; /* not owned */
    double cutoff;     /* nm */
    double skin;       /* nm */
    double lateness;   /* of the spec */
    int n;
    int n_slots, n_i, n_j, n_blocks;  /* n_slots is a multiple of 8 */
    int *exclusion_start, *exclusion; /* own copies; NULL when nothing is excluded */
    bool *excluded_group;             /* own copy; NULL when there is none         */

    int builds;        /* number of builds so far: says whether something kept per slot is stale */
    int prunings;      /* number of prunings so far                                             */
    double reach;      /* nm  cutoff + skin of the last build (skin can be limited by the box)   */
    double reach_near; /* nm  cutoff + skin of the pruned list                                   */
    km_box box;        /* now                                                                    */
    km_box box_built;  /* at the last build                                                      */
    km_box box_pruned; /* at the last pruning                                                    */
    km_real shift[KM_LIST_IMAGES][3]; /* nm, of the present box */

    int *atom;         /*     n_slots: atom of a slot, -1 = filler                            */
    int *slot;         /*     n: slot of an atom                                              */
    uint8_t *grouped;  /*     n_j: bit b: atom b of the j-cluster is of the excluded group    */
    int *image;        /*     3 x n_slots: lattice vectors taken off the unwrapped position   */
    double *reference; /*     3 x n_slots: fractional, wrapped position at the build          */
    double *pruned;    /*     3 x n_slots: the same at the last pruning                       */
    km_real *position; /* nm  (n_j + 1) x 3 x 8: position - image * box, now                 */
    km_real *ahead;    /* nm  the same, where the atoms were expected when the list was pruned */

    km_cluster_block *block; /* n_blocks, as built                                   */
    km_cluster_block *near;  /* n_blocks, pruned; touched is left to the built ones  */

    /* the grid, valid during a build */
    int columns[2];       /*     along a and b                                             */
    int capacity_columns; /*                                                               */
    int *column_start;    /*     columns + 1: first slot, columns in snake order           */
    km_real *column_box;  /* nm  columns x 6: lower and upper corner of its atoms          */
    km_real *bounds_i;    /* nm  n_i x 6                                                   */
    km_real *bounds_j;    /* nm  6 x (n_j + padding)                                         */
    double *sort_key;     /*     3 x n: fractional coordinates in input order              */
    int *sort_column;     /*     n                                                         */
    int *sort_atom;       /*     2 x n: atoms by column, and room for merging              */
    km_cluster_scratch *scratch; /* one per thread */
};

/* cluster_sort.c: fills atom, slot, image, reference, position and the grid's bounds. */
km_status km_cluster_sort(km_neighbour_list *list, const km_particles *p);

/* cluster_search.c, once per instruction set: fills one block. False when memory runs out. */
typedef bool km_cluster_search_function(const km_neighbour_list *list, int block,
                                        km_cluster_scratch *scratch);
km_cluster_search_function km_cluster_search_baseline, km_cluster_search_avx2,
    km_cluster_search_avx512;

/* cluster_prune.c, once per instruction set: one block of near from that of block and the positions
 * now. False when memory runs out. */
typedef bool km_cluster_prune_function(const km_neighbour_list *list, int block);
km_cluster_prune_function km_cluster_prune_baseline, km_cluster_prune_avx2, km_cluster_prune_avx512;

#endif
