/* SPDX-License-Identifier: MIT */
/* The metal's own neighbour list on the CPU, and what its loops share.
 *
 * Slots: metal atoms sorted by cells of a grid, in groups of KM_EAM_GROUP; the last group is filled
 * up with copies of its last atom (atom = -1). The list of a group is rows of one neighbour for
 * each of its atoms, so that a vector holds as many atoms, each with its neighbour: nothing is
 * summed over a vector, and each force is written by one thread, once. Both partners of a pair have
 * it. A row ends early for some atoms: they are their own neighbours there, which the loops leave
 * out.
 *
 * Sums are integers and pairs do not know the list (fraction.h): forces do not depend on when the
 * list was built nor on the number of threads. */
#ifndef KM_EAM_LIST_H
#define KM_EAM_LIST_H

#include "kernels/backend_cpu.h"
#include "kernels/eam/eam_setup.h"
#include "kernels/eam/fraction.h"

enum {
    KM_EAM_GROUP = 16,       /* atoms */
    KM_EAM_BLOCK_GROUPS = 16 /* groups per block, the unit of work */
};

/* The neighbours of the groups of a block. */
typedef struct km_eam_block {
    int *entry;                         /* rows x KM_EAM_GROUP: slots, as bytes into site */
    int capacity;                       /* rows                                           */
    int begin[KM_EAM_BLOCK_GROUPS + 1]; /* first row of each group                        */
    int end[KM_EAM_BLOCK_GROUPS * KM_EAM_GROUP]; /* after the last row with a pair within the cutoff
                                            now, of the atoms of the vector beginning here */
} km_eam_block;

typedef struct km_eam_list {
    km_device *device;  /*     not owned                                             */
    double cutoff;      /* nm                                                        */
    double skin;        /* nm                                                        */
    double reach;       /* nm  of the last build; 0 = none yet                       */
    km_box box;         /* nm  now                                                   */
    km_box box_built;   /* nm  at the last build                                     */
    km_lattice lattice; /*     of the box now                                        */
    int n;              /*     metal atoms                                           */
    int n_groups, n_blocks, n_slots;
    int builds; /*     so far                                                */

    int *metal;             /*     n: atoms of the term, ascending                       */
    int *metal_element;     /*     n                                                     */
    int *atom;              /*     n_slots: atom of a slot, -1 = filler                  */
    int *element;           /*     n_slots                                               */
    km_fraction *reference; /*     3 x n_slots: at the build                             */
    km_eam_site *site;      /*     n_slots: now                                          */
    km_eam_site *embedded;  /*     n_slots: the same with the slope of the embedding     */
    km_eam_block *block;    /*     n_blocks                                              */

    int cells[3];       /*     of the grid, along a, b, c                            */
    int capacity_cells; /*                                                           */
    int *cell_start;    /*     cells + 1: first slot; c runs fastest                 */
    int *cell;          /*     n: of each metal atom                                 */
    km_fraction *sort;  /*     3 x n: fractional coordinates of metal atoms          */
} km_eam_list;

/* The slots of up to nine columns of cells that can hold neighbours of an atom; two ranges each
 * where the column goes through the end of the cell. */
typedef struct km_eam_reach {
    int n;
    int begin[18], end[18];
} km_eam_reach;

km_status km_eam_list_make(km_device *device, const km_eam_spec *spec, const km_eam_setup *setup,
                           km_eam_list *list);
void km_eam_list_free(km_eam_list *list);
/* Coordinates of the step; builds when an atom has moved more than half the skin. */
km_status km_eam_list_update(km_eam_list *list, km_particles *p);
/* Where to look for neighbours of a slot, at a build. */
void km_eam_list_reach(const km_eam_list *list, int slot, km_eam_reach *out);

/* What the loops of a block add up. */
typedef struct km_eam_sums {
    km_fixed energy;            /* kJ/mol */
    km_fixed virial[KM_TENSOR]; /* kJ/mol  of -2 W */
    int fault;                  /*         bits of km_fault */
} km_eam_sums;

/* Adds the sums of the threads up, and hands them over where the step asks for them. */
void km_eam_sums_hand_over(const km_eam_sums *sums, int threads, const km_step *s, km_particles *p);

/* eam_loop.c, once per instruction set. Refresh sets the sites of one group, and is true when an
 * atom has moved so far that the list must be built. Search fills one block; false when memory runs
 * out. */
typedef bool km_eam_refresh_function(const km_eam_list *list, const km_particles *p, int group,
                                     double allowance2);
typedef bool km_eam_search_function(const km_eam_list *list, int block);
km_eam_refresh_function km_eam_refresh_baseline, km_eam_refresh_avx2, km_eam_refresh_avx512;
km_eam_search_function km_eam_search_baseline, km_eam_search_avx2, km_eam_search_avx512;

#endif
