/* SPDX-License-Identifier: MIT */
/* The cluster-pair list of the CPU from inside: shared by the list's files, the pair loops and the
 * mesh.
 *
 * Slots: atoms sorted along a snake through a grid of columns. Column k runs along the third
 * lattice vector, columns follow each other boustrophedon, and the direction along c alternates, so
 * that consecutive slots are near each other; ties go by atom index. Slots are cut into j-clusters
 * of 8; each is two i-clusters of 4. Only the last cluster can hold fillers (atom = -1), which
 * never interact.
 *
 * Pairs: i-cluster x j-cluster tiles. Within the home image cj >= ci / 2, the lower triangle masked
 * out; for each of the 13 images of the positive half, every i with every j: so each pair of atoms
 * and images appears once. Bit 8 a + b of a tile's mask says that atom a of the i-cluster meets
 * atom b of the j-cluster.
 *
 * Everything here is a function of the positions and the box at the build, whatever the number of
 * threads. */
#ifndef KM_CLUSTER_LIST_H
#define KM_CLUSTER_LIST_H

#include "kernels/backend_cpu.h"

enum {
    KM_CLUSTER_I = 4,
    KM_CLUSTER_J = 8,
    KM_CLUSTER_IMAGES = 14, /* home and the positive half of the 26 around it */
    KM_CLUSTER_BLOCK = 32   /* i-clusters per block, the unit of work */
};

#define KM_CLUSTER_FULL_MASK 0xffffffffu

typedef struct km_cluster_tile {
    int j;         /* j-cluster                         */
    uint32_t mask; /* which of the 32 pairs interact    */
} km_cluster_tile;

/* All tiles of one i-cluster in one image. */
typedef struct km_cluster_run {
    int i;                        /* i-cluster                                                */
    int image;                    /* the i-cluster is shifted by list->shift[image]           */
    int masked_begin, masked_end; /* range in block->masked                                   */
    int full_begin, full_end;     /* range in block->full: tiles where all 32 pairs interact  */
} km_cluster_run;

typedef struct km_cluster_block {
    km_cluster_run *run;
    km_cluster_tile *masked;
    int *full;    /* j-clusters                                         */
    int *touched; /* the j-clusters of all tiles of the block, once each */
    int n_runs, n_masked, n_full, n_touched;
    int capacity_runs, capacity_masked, capacity_full, capacity_touched;
} km_cluster_block;

/* Work space of one thread during the search. */
typedef struct km_cluster_scratch {
    km_cluster_tile *tile; /* n_j: tiles of one run            */
    int *stamp;            /* n_j: last block that touched it  */
    uint32_t *excluded;    /* exclusions of one i-cluster: slot of the partner, row */
    int capacity_excluded;
} km_cluster_scratch;

struct km_neighbour_list {
    km_device *device; /* not owned */
    double cutoff;     /* nm */
    double skin;       /* nm */
    int n;
    int n_slots, n_i, n_j, n_blocks;  /* n_slots is a multiple of 8 */
    int *exclusion_start, *exclusion; /* own copies; NULL when nothing is excluded */

    int builds;       /* number of builds so far: says whether something kept per slot is stale */
    double reach;     /* nm  cutoff + skin of the last build (skin can be limited by the box)   */
    km_box box;       /* now                                                                    */
    km_box box_built; /* at the last build                                                      */
    km_real shift[KM_CLUSTER_IMAGES][3]; /* nm, of the present box */

    int *atom;         /*     n_slots: atom of a slot, -1 = filler                            */
    int *slot;         /*     n: slot of an atom                                              */
    int *image;        /*     3 x n_slots: lattice vectors taken off the unwrapped position   */
    double *reference; /*     3 x n_slots: fractional, wrapped position at the build          */
    km_real *position; /* nm  n_j x 3 x 8: position - image * box, now                        */

    km_cluster_block *block; /* n_blocks */

    /* the grid, valid during a build */
    int columns[2];              /*     along a and b                                             */
    int capacity_columns;        /*                                                               */
    int *column_start;           /*     columns + 1: first slot, columns in snake order           */
    km_real *column_box;         /* nm  columns x 6: lower and upper corner of its atoms          */
    km_real *bounds_i;           /* nm  n_i x 6                                                   */
    km_real *bounds_j;           /* nm  6 x (n_j + 8)                                             */
    double *sort_key;            /*     3 x n: fractional coordinates in input order              */
    int *sort_column;            /*     n                                                         */
    int *sort_atom;              /*     2 x n: atoms by column, and room for merging              */
    km_cluster_scratch *scratch; /* one per thread */
};

/* Integer lattice coordinates of the images, home first. */
extern const int km_cluster_image[KM_CLUSTER_IMAGES][3];

/* cluster_sort.c: fills atom, slot, image, reference, position and the grid's bounds. */
km_status km_cluster_sort(km_neighbour_list *list, const km_particles *p);

/* cluster_search.c, once per instruction set: fills one block. False when memory runs out. */
typedef bool km_cluster_search_function(const km_neighbour_list *list, int block,
                                        km_cluster_scratch *scratch);
km_cluster_search_function km_cluster_search_baseline, km_cluster_search_avx2,
    km_cluster_search_avx512;

#endif
