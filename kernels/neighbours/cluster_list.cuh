/* SPDX-License-Identifier: MIT */
/* The pair list of the CUDA backend from inside: shared by the list's files, the pair kernel and
 * the mesh.
 *
 * Slots: atoms in an order in which 64 consecutive ones (a supercluster) fill a compact piece of
 * space, and so do the 8 consecutive ones (an i-cluster) and the 4 (a j-cluster) in it. Only the
 * last supercluster can hold fillers (atom = -1): they stand far away, from each other too, and
 * carry no charge.
 *
 * Pairs: a warp computes tiles of one i-cluster against one j-cluster, a pair per lane. An entry is
 * a j-cluster against the eight i-clusters of a supercluster: one bit per tile says which come
 * within reach. A unit, the work of one warp, is a stretch of entries of one supercluster in one
 * image. Within the home image j > i; for each of the 13 images of the positive half, every i with
 * every j: so each pair of atoms and images appears once. Excluded pairs are masked by a byte per
 * lane, in those entries that hold any; these come first in a unit.
 *
 * What a unit holds and in which order is a function of the positions and the box at the build;
 * where it lies in memory is not, and no sum depends on it.
 *
 * Two lists: the one that is built reaches far and lasts long; of its tiles those within cutoff and
 * skin, the near ones, are picked out whenever an atom has moved half the skin since the last time
 * (cluster_near_cuda.cu). The near ones are what the pair term computes. What it leaves out would
 * add zeros, so sums do not depend on when they were picked. */
#ifndef KM_CLUSTER_LIST_CUH
#define KM_CLUSTER_LIST_CUH

#include "kernels/backend_cuda.cuh"
#include "kernels/neighbours/image.h"

enum {
    KM_CLUSTER_I = 8,
    KM_CLUSTER_J = 4,
    KM_SUPERCLUSTER = 64,
    KM_UNIT_ENTRIES = 32,                   /* most of a unit: one per lane */
    KM_LIST_MOST_ATOMS = KM_CLUSTER_J << 24 /* an entry has 24 bits for its j-cluster */
};

/* A j-cluster against eight i-clusters: j << 8, and bit c for i-cluster c of the supercluster. */
typedef uint32_t km_cluster_entry;

/* Corners of the box around some atoms; the lower lies above the upper where there is none. */
typedef struct km_cluster_bounds {
    km_real low[3], high[3]; /* nm */
} km_cluster_bounds;

/* The work of one warp: about half of it is near. */
typedef struct km_cluster_unit {
    int supercluster;
    int image;     /* the supercluster is shifted by this image of the cell          */
    int begin, n;  /* first entry, and how many                                      */
    int n_masked;  /* the first of them have exclusions, a row each                  */
    int exclusion; /* row of the first                                               */
} km_cluster_unit;

/* What the device decides at a build, and counts until the next. */
typedef struct km_cluster_build {
    km_box box;                       /* nm  at the build                                       */
    double reach;                     /* nm  of the build; 0 = none yet                         */
    int columns[2];                   /*     of the sorting grid, along a and b                 */
    int layers;                       /*     of the sorting grid, along c                       */
    int n_units;                      /*     asked for; beyond the capacity is KM_FAULT_LIST    */
    int n_entries;                    /*                                                        */
    int n_exclusions;                 /*     rows of 32 bytes                                   */
    km_box near_box;                  /* nm  when near tiles were last picked                    */
    double near_reach;                /* nm  of near tiles                                       */
    double allowance, near_allowance; /* nm  that an atom may move, in the present box    */
    int pick;                         /*     near tiles are to be picked in this step            */
} km_cluster_build;

/* Made by the host; the pointers are into device memory, and kernels take the struct by value. */
struct km_neighbour_list {
    double cutoff;                        /* nm */
    double skin;                          /* nm    of near tiles                            */
    double lateness;                      /*    of the spec                                 */
    int n;                                /*    atoms                                       */
    int n_slots;                          /*    multiple of KM_SUPERCLUSTER                 */
    int n_superclusters;                  /*                                                */
    int unit_entries;                     /*    most entries of a unit                      */
    int launch_units;                     /*    units to expect: sets the size of launches  */
    int capacity_cells;                   /*    of the sorting grid                         */
    int capacity_units, capacity_entries; /*                                                */
    int capacity_exclusions;              /*    rows of 32 bytes                            */
    bool placed; /*    the step's first half sorts its positions and decides, and sets, where it is
                      recorded, these two                                               */
    KM_CUDA_NAMESPACE::km_condition to_build, to_pick;
    const int *exclusion_start, *exclusion; /*    n + 1 offsets, partners; NULL when none     */
    const bool *excluded_group; /*    n: no two of these atoms are a pair; NULL when none     */

    km_cluster_build *build; /*    1                                           */
    int *atom;         /*       n_slots: atom of a slot, -1 = filler                           */
    int *slot;         /*       n: slot of an atom                                             */
    int *type;         /*       n_slots: of the atom; 0 for a filler                           */
    int *image;        /*       3 x n: lattice vectors taken off the unwrapped position        */
    double *reference; /*      3 x n: fractional, wrapped position at the build               */
    km_real4 *xq;      /* nm, e n_slots: position - image * box, now, and charge               */
    km_real4 *mesh_xq; /* nm, e n_slots: as before the build of this step, and */
    int *mesh_atom;    /*       n_slots: the atoms: for the mesh, which does not wait for it    */
    km_real4 *near_xq; /* nm, e n: the same when near tiles were picked                        */
    km_fixed *force;   /*       3 x n_slots: sums of the terms that follow the list's order    */

    km_cluster_unit *unit;   /* capacity_units */
    km_cluster_entry *entry; /* capacity_entries */
    uint8_t *exclusion_mask; /* capacity_exclusions x 32, one per lane: bit c is set where the
                                lane's pair in the tile with i-cluster c interacts */

    km_cluster_entry *near_entry; /* capacity_entries: those of a unit with near tiles, from its
                                     `begin`; the first n_masked are kept in any case          */
    int *near_count;              /* capacity_units: how many they are                         */

    /* the sorting grid and the bounds, valid during a build */
    int *cell_count;   /*     capacity_cells: zero between builds                           */
    int *cell_start;   /*     capacity_cells + 1: first place of a cell                     */
    int *atom_cell;    /*     n                                                             */
    int *atom_ordinal; /*     n: of the atom in its cell, in no particular order            */
    int *cell_atom;    /*     n: atoms by cell                                              */
    int *order;        /*     n: atoms by cell and along c                                  */
    double *folded;    /*     3 x n: fractional coordinates in input order                  */
    km_cluster_bounds *bounds;   /* n_superclusters                                               */
    km_cluster_bounds *bounds_i; /* n_superclusters x 8                                           */
    km_cluster_bounds *bounds_j; /* n_superclusters x 16                                          */
    double *fractional_bounds;   /* n_superclusters x 6: lower and upper, of reference            */
};

namespace KM_CUDA_NAMESPACE
{

/* cluster_sort_cuda.cu, cluster_search_cuda.cu: queue the kernels of a build on device->body; they
 * return at once when state->rebuild is 0. */
km_status km_cluster_sort_cuda(km_device *device, const km_neighbour_list *list,
                               const km_particles *p);
km_status km_cluster_search_cuda(km_device *device, const km_neighbour_list *list,
                                 const km_particles *p);
/* cluster_near_cuda.cu: queues the choice of near tiles on device->body, which returns at once when
 * build->pick is 0. */
km_status km_cluster_near_cuda(km_device *device, const km_neighbour_list *list,
                               const km_particles *p);

} // namespace KM_CUDA_NAMESPACE

#endif
