/* SPDX-License-Identifier: MIT */
/* The metal's own list on the CUDA device.
 *
 * Slots: metal atoms by cells of a grid, in no particular order within one. Each atom has all its
 * neighbours, in rows of one neighbour for each of 32 atoms, so that a warp reads whole lines. Sums
 * are integers and pairs do not know the list (fraction.h): no force depends on the order of slots,
 * of neighbours, nor on when the list was built. */
#ifndef KM_EAM_LIST_CUH
#define KM_EAM_LIST_CUH

#include "kernels/backend_cuda.cuh"
#include "kernels/eam/eam_setup.h"
#include "kernels/eam/fraction.h"

/* What the device decides at a build, and counts until the next. */
typedef struct km_eam_build {
    km_box box;       /* nm  at the build                                           */
    double reach;     /* nm  of the build; 0 = none yet                             */
    double allowance; /* nm  that an atom may move, in the present box             */
    int cells[3];     /*     of the grid, along a, b, c; c runs fastest             */
    int rebuild;      /*     the list is being built in this step                   */
    int most;         /*     neighbours of one atom; beyond the capacity is KM_FAULT_LIST */
    int builds;       /*     so far                                                 */
} km_eam_build;

/* Made by the host; the pointers are into device memory, and kernels take the struct by value. */
typedef struct km_eam_list {
    double cutoff, skin; /* nm                                                     */
    int n;               /*     metal atoms                                        */
    int n_slots;         /*     multiple of a warp                                 */
    int capacity;        /*     neighbours of one atom                             */
    int share_bits;      /*     so many threads, as a power of 2, share an atom    */
    int capacity_cells;  /*                                                        */
    const int *metal;    /*     n: atoms of the term, ascending                    */
    const int *kind;     /*     n: their elements                                  */
    bool placed;         /*     by the step's first half, which has decided, too   */
    KM_CUDA_NAMESPACE::km_condition to_build;
    km_eam_build *build;    /*     1                                                  */
    int *atom;              /*     n: atom of a slot                                  */
    int *slot;              /*     of any atom of the system: -1 if it is no metal    */
    int *element;           /*     n                                                  */
    km_fraction *reference; /*     3 x n: at the build                                */
    km_eam_site *site;      /*     n: now                                             */
    km_eam_site *embedded;  /*     n: the same with the slope of the embedding        */
    int *count;             /*     n: neighbours                                      */
    int *entry;             /*     n_slots x capacity: slot of neighbour k of slot i at
                                   ((i / 32) capacity + k) 32 + i % 32                */
    int *cell_count;        /*     capacity_cells: zero between builds                */
    int *cell_start;        /*     capacity_cells + 1                                 */
    int *cell, *ordinal;    /*     n: of a metal atom, and its ordinal in the cell    */
    km_eam_site *sort;      /*     n: metal atoms in input order                      */
} km_eam_list;

namespace KM_CUDA_NAMESPACE
{

/* Of a system of n_atoms. */
km_status km_eam_list_make(const km_eam_spec *spec, const km_eam_setup *setup, int n_atoms,
                           km_eam_list *list);
void km_eam_list_free(km_eam_list *list);
/* Memory for the neighbours there are, with head-room: builds once to count them. */
km_status km_eam_list_size(km_device *device, km_eam_list *list, km_particles *p);
/* The next km_eam_list_begin finds its coordinates placed and `rebuild` decided on: for the first
 * half of a step, before it is queued. NULL: does nothing. */
km_status km_eam_list_expect(km_device *device, km_eam_list *list);
/* Queues the coordinates of the step, unless they are expected, and, on the lane of the list, a
 * build for when an atom has moved half the skin: what needs the list is queued on the first stream
 * for steps without a build and on device->body for those with one, until km_eam_list_end. */
km_status km_eam_list_begin(km_device *device, km_eam_list *list, km_particles *p);
km_status km_eam_list_end(km_device *device, const km_eam_list *list);
/* As km_neighbours_cuda_make_room, for c->metal. */
km_status km_eam_list_make_room(km_cuda_particles *c, bool half_way);

} // namespace KM_CUDA_NAMESPACE

#endif
