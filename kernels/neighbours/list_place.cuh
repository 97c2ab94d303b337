/* SPDX-License-Identifier: MIT */
/* The list as atoms move: their coordinates in its order, and whether it still holds every pair
 * within the cutoff. The first half of a step does this with the positions it has just made,
 * neighbours_cuda.cu with those that came about otherwise. */
#ifndef KM_LIST_PLACE_CUH
#define KM_LIST_PLACE_CUH

#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/neighbours/list_reach.h"

/* The list is built with this many skins, and lasts as much longer. */
#define KM_LIST_SKINS 3.5
/* Atoms per cell of the sorting grid. */
#define KM_CELL_ATOMS 8

namespace KM_CUDA_NAMESPACE
{

/* Puts atom i, at r (nm, unwrapped), into its slot. It may have moved so far (nm) since the build,
 * and since near tiles were picked; returns what it asks for. */
static __device__ __forceinline__ int km_list_place(const km_neighbour_list &list,
                                                    const km_box &box, int i, km_vec3 r,
                                                    double charge, double allowance,
                                                    double near_allowance)
{
    const int n = list.n, slot = list.slot[i];
    const km_vec3 shift =
        km_box_image_shift(&box, list.image[i], list.image[n + i], list.image[2 * n + i]);
    const km_vec3 x = km_vec3_sub(r, shift);
    const km_vec3 d = km_vec3_sub(x, km_box_to_cartesian(&box, km_vec3_load(list.reference, n, i)));
    const km_real4 now = {(km_real)x.x, (km_real)x.y, (km_real)x.z, (km_real)charge};
    const km_real4 before = list.near_xq[i];
    const km_real dx = now.x - before.x, dy = now.y - before.y, dz = now.z - before.z;
    const double near_square = (double)(dx * dx + dy * dy + dz * dz);
    list.xq[slot] = now;
    list.mesh_xq[slot] = now;
    list.mesh_atom[slot] = i;
    /* both are true of what is not a number */
    const bool moved = allowance < 0.0 || !(km_vec3_dot(d, d) <= allowance * allowance);
    const bool near_moved = !(near_square <= near_allowance * near_allowance);
    return (moved ? KM_LIST_BUILD : 0) | (near_moved ? KM_LIST_PICK : 0);
}

static __device__ bool km_list_same_box(const km_box *a, const km_box *b)
{
    return a->ax == b->ax && a->bx == b->bx && a->by == b->by && a->cx == b->cx && a->cy == b->cy &&
           a->cz == b->cz;
}

/* How far atoms may move in this box. */
static __device__ double km_list_allowance_now(const km_neighbour_list &list, const km_box *box)
{
    const km_cluster_build *build = list.build;
    return list.lateness * (km_list_same_box(&build->box, box)
                                ? 0.5 * (build->reach - list.cutoff)
                                : km_list_allowance(&build->box, box, build->reach, list.cutoff));
}

/* The sorting grid of a build: columns as wide as a cube of 64 atoms, layers of 8 atoms. */
static __device__ void km_list_choose_grid(const km_neighbour_list &list, const km_box *box)
{
    km_cluster_build *build = list.build;
    const double column_atoms = KM_SUPERCLUSTER;
    const double width = cbrt(column_atoms * km_box_volume(box) / list.n);
    const double layer = width * KM_CELL_ATOMS / column_atoms;
    /* widths of the base parallelogram across a and b */
    const double across[2] = {box->ax * box->by / sqrt(box->bx * box->bx + box->by * box->by),
                              box->by};
    double room = list.capacity_cells;
    for (int c = 0; c < 2; c++) {
        build->columns[c] = (int)fmin(fmax(1.0, nearbyint(across[c] / width)), room);
        room = floor(room / build->columns[c]);
    }
    build->layers = (int)fmin(fmax(1.0, nearbyint(box->cz / layer)), room);
}

static __device__ void km_list_begin_build(const km_neighbour_list &list, km_cuda_state *state)
{
    km_cluster_build *build = list.build;
    const km_box box = state->box;
    state->builds++;
    build->box = box;
    build->near_reach = km_list_reach(&box, list.cutoff, list.skin);
    build->reach = km_list_reach(&box, list.cutoff, KM_LIST_SKINS * list.skin);
    build->allowance = list.lateness * 0.5 * (build->reach - list.cutoff);
    build->near_allowance = list.lateness * 0.5 * (build->near_reach - list.cutoff);
    build->n_units = build->n_entries = build->n_exclusions = 0;
    km_list_choose_grid(list, &box);
    if (!km_list_fits(&box, list.cutoff))
        atomicOr(&state->fault, KM_FAULT_CELL);
}

/* What was decided for the step at which the device stands still holds no more. */
static __device__ __forceinline__ void km_list_rest(const km_neighbour_list &list,
                                                    km_cuda_state *state)
{
    state->rebuild = list.build->pick = 0;
}

/* One thread decides for all when it knows what every other asks for. The box may differ from that
 * of the last decision where `boxed`. */
static __device__ void km_list_decide(const km_neighbour_list &list, int asked, bool boxed,
                                      km_cuda_state *state)
{
    km_cluster_build *build = list.build;
    state->rebuild = (asked & KM_LIST_BUILD) != 0 || build->reach == 0.0;
    build->pick = state->rebuild || (asked & KM_LIST_PICK) != 0 ||
                  (boxed && !km_list_same_box(&build->near_box, &state->box));
    km_condition_set(list.to_build, state->rebuild != 0);
    km_condition_set(list.to_pick, build->pick != 0);
    if (state->rebuild)
        km_list_begin_build(list, state);
    else if (boxed)
        build->allowance = km_list_allowance_now(list, &state->box);
    if (boxed || state->rebuild)
        build->near_box = state->box;
}

} // namespace KM_CUDA_NAMESPACE

#endif
