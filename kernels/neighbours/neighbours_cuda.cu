/* SPDX-License-Identifier: MIT */
/* The neighbour list on a GPU: memory, when to build, and the sorted coordinates of each step. */
#include <stdlib.h>

#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/neighbours/list_reach.h"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 256;

/* The list is built with this many skins, and lasts as much longer. */
#define KM_LIST_SKINS 3.5
/* Atoms per cell of the sorting grid. */
#define KM_CELL_ATOMS 8
/* Memory of the list against what the first build needs: a liquid that is compressed, or a slab
 * that contracts, has more neighbours later. */
#define KM_LIST_HEADROOM 3.0
/* It grows when this part of it is in use: it may fill between two restart points only by half. */
#define KM_LIST_FULL (2.0 / 3.0)

/* ---- every step ---- */

/* The sorting grid of a build: columns as wide as a cube of 64 atoms, layers of 8 atoms. */
static __device__ void choose_grid(const km_neighbour_list *list, const km_box *box,
                                   km_cluster_build *build)
{
    const double column_atoms = KM_SUPERCLUSTER;
    const double width = cbrt(column_atoms * km_box_volume(box) / list->n);
    const double layer = width * KM_CELL_ATOMS / column_atoms;
    /* widths of the base parallelogram across a and b */
    const double across[2] = {box->ax * box->by / sqrt(box->bx * box->bx + box->by * box->by),
                              box->by};
    double room = list->capacity_cells;
    for (int c = 0; c < 2; c++) {
        build->columns[c] = (int)fmin(fmax(1.0, nearbyint(across[c] / width)), room);
        room = floor(room / build->columns[c]);
    }
    build->layers = (int)fmin(fmax(1.0, nearbyint(box->cz / layer)), room);
}

static __device__ bool same_box(const km_box *a, const km_box *b)
{
    return a->ax == b->ax && a->bx == b->bx && a->by == b->by && a->cx == b->cx && a->cy == b->cy &&
           a->cz == b->cz;
}

/* The last block to come here decides for all. */
static __device__ void decide(const km_neighbour_list *list, bool force,
                              const km_condition &rebuild, km_cuda_state *state)
{
    km_cluster_build *build = list->build;
    __threadfence();
    if (atomicAdd(&build->blocks_done, 1) != (int)gridDim.x - 1)
        return;
    __threadfence();
    build->blocks_done = 0;
    const int moved = atomicExch(&build->moved, 0), near_moved = atomicExch(&build->near_moved, 0);
    state->rebuild = force || moved != 0 || build->reach == 0.0;
    build->pick = state->rebuild || near_moved != 0 || !same_box(&build->near_box, &state->box);
    km_condition_set(rebuild, state->rebuild != 0);
    if (build->pick)
        build->near_box = state->box;
    if (!state->rebuild)
        return;
    state->builds++;
    build->box = state->box;
    build->near_reach = km_list_reach(&state->box, list->cutoff, list->skin);
    build->reach = km_list_reach(&state->box, list->cutoff, KM_LIST_SKINS * list->skin);
    build->n_units = build->n_entries = build->n_exclusions = 0;
    choose_grid(list, &state->box, build);
    if (!km_list_fits(&state->box, list->cutoff))
        atomicOr(&state->fault, KM_FAULT_CELL);
}

/* Sorted coordinates of the step, and whether the list still holds every pair within the cutoff. */
static __global__ void refresh_kernel(const km_neighbour_list list, int n_padded,
                                      const double *position, bool force,
                                      const km_condition rebuild, km_cuda_state *state)
{
    __shared__ double allowance, near_allowance;
    const int k = km_thread_index(), n_slots = list.n_slots;
    const km_box box = state->box;
    if (threadIdx.x == 0) {
        near_allowance = 0.5 * (list.build->near_reach - list.cutoff);
        allowance = same_box(&list.build->box, &box)
                        ? 0.5 * (list.build->reach - list.cutoff)
                        : km_list_allowance(&list.build->box, &box, list.build->reach, list.cutoff);
    }
    __syncthreads();
    const int i = k < n_slots ? list.atom[k] : -1;
    bool moved = allowance < 0.0, near_moved = false;
    if (i >= 0) {
        const km_vec3 r = km_vec3_load(position, n_padded, i);
        const km_vec3 shift = km_box_image_shift(&box, list.image[k], list.image[n_slots + k],
                                                 list.image[2 * n_slots + k]);
        const km_vec3 x = km_vec3_sub(r, shift);
        const km_vec3 d =
            km_vec3_sub(x, km_box_to_cartesian(&box, km_vec3_load(list.reference, n_slots, k)));
        moved |= !(km_vec3_dot(d, d) <= allowance * allowance); /* true of what is not a number */
        km_real4 *out = list.xq + k;
        out->x = (km_real)x.x;
        out->y = (km_real)x.y;
        out->z = (km_real)x.z;
        const km_real4 before = list.near_xq[k];
        const km_real dx = out->x - before.x, dy = out->y - before.y, dz = out->z - before.z;
        const double square = (double)(dx * dx + dy * dy + dz * dz);
        near_moved = !(square <= near_allowance * near_allowance);
    }
    moved = __any_sync(KM_WARP_ALL, moved);
    near_moved = __any_sync(KM_WARP_ALL, near_moved);
    if (threadIdx.x % KM_WARP == 0 && moved)
        atomicOr(&list.build->moved, 1);
    if (threadIdx.x % KM_WARP == 0 && near_moved)
        atomicOr(&list.build->near_moved, 1);
    __syncthreads();
    if (threadIdx.x == 0)
        decide(&list, force, rebuild, state);
}

km_status km_neighbours_cuda_update(km_device *device, km_particles *p, bool force_rebuild,
                                    bool *rebuilt)
{
    const km_neighbour_list *list = p->neighbours;
    *rebuilt = false; /* whoever follows the list's order asks state->rebuild on the device */
    if (list == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "the neighbour list was not created");
    km_cuda_state *state = km_cuda_of(p)->state;
    km_condition rebuild;
    KM_TRY(km_condition_create(device, &rebuild));
    KM_LAUNCH(refresh_kernel, km_cuda_blocks((size_t)list->n_slots, THREADS), THREADS, 0,
              device->stream, *list, p->n_padded, p->position, force_rebuild, rebuild, state);
    KM_TRY(km_condition_begin(device, &rebuild));
    const km_status sorted = km_cluster_sort_cuda(device, list, p);
    const km_status found = sorted == KM_OK ? km_cluster_search_cuda(device, list, p) : sorted;
    KM_TRY(km_condition_end(device, &rebuild));
    KM_TRY(found);
    KM_TRY(km_cuda_placed(device));
    return km_cluster_near_cuda(device, list, p);
}

/* ---- creation ---- */

static km_status allocate_sort(km_neighbour_list *list)
{
    const size_t n = (size_t)list->n, n_slots = (size_t)list->n_slots;
    const size_t n_superclusters = (size_t)list->n_superclusters;
    KM_TRY(km_cuda_new(&list->build, 1));
    KM_TRY(km_cuda_new(&list->atom, n_slots));
    KM_TRY(km_cuda_new(&list->slot, n));
    KM_TRY(km_cuda_new(&list->label, n_slots));
    KM_TRY(km_cuda_new(&list->image, 3 * n_slots));
    KM_TRY(km_cuda_new(&list->reference, 3 * n_slots));
    KM_TRY(km_cuda_new(&list->xq, n_slots));
    KM_TRY(km_cuda_new(&list->near_xq, n_slots));
    KM_TRY(km_cuda_new(&list->cell_count, (size_t)list->capacity_cells));
    KM_TRY(km_cuda_new(&list->cell_start, (size_t)list->capacity_cells + 1));
    KM_TRY(km_cuda_new(&list->atom_cell, n));
    KM_TRY(km_cuda_new(&list->atom_ordinal, n));
    KM_TRY(km_cuda_new(&list->cell_atom, n));
    KM_TRY(km_cuda_new(&list->order, n));
    KM_TRY(km_cuda_new(&list->folded, 3 * n));
    KM_TRY(km_cuda_new(&list->bounds, n_superclusters));
    KM_TRY(km_cuda_new(&list->bounds_i, n_superclusters * (KM_SUPERCLUSTER / KM_CLUSTER_I)));
    KM_TRY(km_cuda_new(&list->bounds_j, n_superclusters * (KM_SUPERCLUSTER / KM_CLUSTER_J)));
    KM_TRY(km_cuda_new(&list->fractional_bounds, 6 * n_superclusters));
    KM_CUDA(cudaMemset(list->atom, 0xff, n_slots * sizeof(int))); /* no atom has a slot yet */
    KM_CUDA(cudaDeviceSynchronize());
    return KM_OK;
}

static km_status copy_exclusions(km_neighbour_list *list, const km_neighbour_spec *spec)
{
    if (spec->excluded_group != NULL) {
        bool *group;
        KM_TRY(km_cuda_copy_of(&group, spec->excluded_group, (size_t)list->n));
        list->excluded_group = group;
    }
    if (spec->exclusion_start == NULL)
        return KM_OK;
    int *start, *partner;
    KM_TRY(km_cuda_copy_of(&start, spec->exclusion_start, (size_t)list->n + 1));
    list->exclusion_start = start;
    KM_TRY(km_cuda_copy_of(&partner, spec->exclusion, (size_t)spec->exclusion_start[list->n]));
    list->exclusion = partner;
    return KM_OK;
}

static void delete_pairs(km_neighbour_list *list)
{
    km_cuda_delete(list->unit);
    km_cuda_delete(list->entry);
    km_cuda_delete(list->near_entry);
    km_cuda_delete(list->near_count);
    km_cuda_delete(list->exclusion_mask);
    list->unit = NULL;
    list->entry = list->near_entry = NULL;
    list->near_count = NULL;
    list->exclusion_mask = NULL;
}

static km_status allocate_pairs(km_neighbour_list *list, double units, double entries,
                                double exclusions)
{
    const double most = 2.0e9;
    if (units > most || entries > most || exclusions > most)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "the neighbour list of %d atoms is too long for one device; use a shorter "
                       "cutoff or fewer atoms",
                       list->n);
    delete_pairs(list);
    list->capacity_units = (int)units + KM_LIST_IMAGES;
    list->capacity_entries = (int)entries + 64;
    list->capacity_exclusions = (int)exclusions + 64;
    KM_TRY(km_cuda_new(&list->unit, (size_t)list->capacity_units));
    KM_TRY(km_cuda_new(&list->entry, (size_t)list->capacity_entries));
    KM_TRY(km_cuda_new(&list->near_entry, (size_t)list->capacity_entries));
    KM_TRY(km_cuda_new(&list->near_count, (size_t)list->capacity_units));
    KM_TRY(km_cuda_new(&list->exclusion_mask, (size_t)list->capacity_exclusions * KM_WARP));
    return KM_OK;
}

static km_status fetch_build(km_device *device, const km_neighbour_list *list,
                             km_cluster_build *build)
{
    KM_TRY(km_cuda_wait(device));
    KM_CUDA(cudaMemcpy(build, list->build, sizeof *build, cudaMemcpyDeviceToHost));
    return KM_OK;
}

/* Memory for what a build has counted, with head-room. Nothing is in it: the next update builds. */
static km_status make_room(km_neighbour_list *list, km_cluster_build build)
{
    KM_TRY(allocate_pairs(list, KM_LIST_HEADROOM * build.n_units,
                          KM_LIST_HEADROOM * build.n_entries,
                          KM_LIST_HEADROOM * build.n_exclusions));
    build.reach = 0.0;
    KM_CUDA(cudaMemcpy(list->build, &build, sizeof build, cudaMemcpyHostToDevice));
    KM_CUDA(cudaDeviceSynchronize()); /* from pageable memory it may still be under way */
    return KM_OK;
}

km_status km_neighbours_cuda_grow(km_device *device, km_particles *p, bool *moved)
{
    km_neighbour_list *list = p->neighbours;
    km_cluster_build build;
    *moved = false;
    KM_TRY(fetch_build(device, list, &build));
    if (build.n_units > list->capacity_units || build.n_entries > list->capacity_entries ||
        build.n_exclusions > list->capacity_exclusions)
        return KM_FAIL(KM_ERROR_DEVICE,
                       "the neighbour list has outgrown its memory: %d entries in %d units with %d "
                       "rows of exclusions, and room for %d, %d and %d",
                       build.n_entries, build.n_units, build.n_exclusions, list->capacity_entries,
                       list->capacity_units, list->capacity_exclusions);
    *moved = build.n_units > KM_LIST_FULL * list->capacity_units ||
             build.n_entries > KM_LIST_FULL * list->capacity_entries ||
             build.n_exclusions > KM_LIST_FULL * list->capacity_exclusions;
    return *moved ? make_room(list, build) : KM_OK;
}

/* Builds once into as little memory as possible, which counts what is needed, and takes that with
 * head-room. The faults of the counting are not faults. */
static km_status size_list(km_device *device, km_neighbour_list *list, km_particles *p)
{
    km_cuda_state *state = km_cuda_of(p)->state;
    km_cluster_build build;
    bool rebuilt;
    int fault;
    KM_TRY(allocate_pairs(list, 0.0, 0.0, 0.0));
    KM_TRY(km_cuda_wait(device));
    KM_CUDA(cudaMemcpy(&fault, &state->fault, sizeof fault, cudaMemcpyDeviceToHost));
    KM_TRY(km_neighbours_cuda_update(device, p, true, &rebuilt));
    KM_TRY(fetch_build(device, list, &build));
    KM_CUDA(cudaMemcpy(&state->fault, &fault, sizeof fault, cudaMemcpyHostToDevice));
    const int none = 0;
    KM_CUDA(cudaMemcpy(&state->builds, &none, sizeof none, cudaMemcpyHostToDevice));
    list->launch_units = build.n_units + build.n_units / 8 + 1;
    return make_room(list, build);
}

static km_status fill_list(km_device *device, km_neighbour_list *list,
                           const km_neighbour_spec *spec, km_particles *p)
{
    KM_TRY(allocate_sort(list));
    KM_TRY(copy_exclusions(list, spec));
    KM_TRY(size_list(device, list, p));
    return KM_OK;
}

km_status km_neighbours_cuda_create(km_device *device, const km_neighbour_spec *spec,
                                    km_particles *p)
{
    km_neighbour_list *list;
    KM_TRY(km_neighbour_spec_check(spec, p->n));
    KM_TRY(km_list_box_check(&p->box, spec->cutoff));
    if (p->n > KM_LIST_MOST_ATOMS - KM_SUPERCLUSTER)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "%d atoms are too many for one device; at most %d fit",
                       p->n, KM_LIST_MOST_ATOMS - KM_SUPERCLUSTER);
    KM_NEW(list, 1);
    list->cutoff = spec->cutoff;
    list->skin = spec->skin;
    list->n = p->n;
    list->n_superclusters = (p->n + KM_SUPERCLUSTER - 1) / KM_SUPERCLUSTER;
    list->n_slots = list->n_superclusters * KM_SUPERCLUSTER;
    list->capacity_cells = p->n / KM_CELL_ATOMS * 2 + 64;
    /* a small system needs short units to keep every multiprocessor busy to the end */
    list->unit_entries = p->n < 50000 ? KM_UNIT_ENTRIES / 2 : KM_UNIT_ENTRIES;
    p->neighbours = list;
    const km_status status = fill_list(device, list, spec, p);
    if (status != KM_OK) {
        km_neighbours_cuda_destroy(list);
        p->neighbours = NULL;
    }
    return status;
}

void km_neighbours_cuda_destroy(km_neighbour_list *list)
{
    if (list == NULL)
        return;
    delete_pairs(list);
    const void *arrays[] = {list->exclusion_start,
                            list->excluded_group,
                            list->exclusion,
                            list->build,
                            list->atom,
                            list->slot,
                            list->label,
                            list->image,
                            list->reference,
                            list->xq,
                            list->near_xq,
                            list->cell_count,
                            list->cell_start,
                            list->atom_cell,
                            list->atom_ordinal,
                            list->cell_atom,
                            list->order,
                            list->folded,
                            list->bounds,
                            list->bounds_i,
                            list->bounds_j,
                            list->fractional_bounds};
    for (const void *array : arrays)
        km_cuda_delete(array);
    free(list);
}

} // namespace KM_CUDA_NAMESPACE
