/* SPDX-License-Identifier: MIT */
/* The neighbour list on a GPU: memory, when to build, and the sorted coordinates of each step. */
#include <stdlib.h>

#include "kernels/neighbours/list_place.cuh"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 256;

/* Memory beyond KM_LIST_HEADROOM, entries. */
#define KM_LIST_FEW 64

/* ---- every step ---- */

/* The sorted coordinates of positions that no step has made. */
static __global__ void refresh_kernel(const km_neighbour_list list, int n_padded,
                                      const double *position, const double *charge, bool force,
                                      km_cuda_state *state)
{
    __shared__ double allowance, near_allowance;
    const int i = km_thread_index();
    const km_box box = state->box;
    if (km_stands_still(state)) {
        if (i == 0)
            km_list_rest(list, state);
        return;
    }
    if (threadIdx.x == 0) {
        near_allowance = list.lateness * 0.5 * (list.build->near_reach - list.cutoff);
        allowance = km_list_allowance_now(list, &box);
    }
    __syncthreads();
    int asked = force ? KM_LIST_BUILD : 0;
    if (i < list.n)
        asked |= km_list_place(list, box, i, km_vec3_load(position, n_padded, i), charge[i],
                               allowance, near_allowance);
    km_block_ask(state, asked);
    if (km_thread_is_last(state))
        km_list_decide(list, state->asked, true, state);
}

km_status km_neighbours_cuda_expect(km_device *device, km_particles *p)
{
    km_neighbour_list *list = p->neighbours;
    if (list == NULL)
        return KM_OK;
    list->placed = true;
    KM_TRY(km_condition_create(device, &list->to_build));
    return km_condition_create(device, &list->to_pick);
}

static km_status refresh(km_device *device, km_neighbour_list *list, const km_particles *p,
                         bool force)
{
    KM_TRY(km_cuda_join(device));
    KM_TRY(km_condition_create(device, &list->to_build));
    KM_TRY(km_condition_create(device, &list->to_pick));
    KM_LAUNCH(refresh_kernel, km_cuda_blocks((size_t)list->n, THREADS), THREADS, 0, device->stream,
              *list, p->n_padded, p->position, p->charge, force, km_cuda_of(p)->state);
    return KM_OK;
}

static km_status open_body(km_device *device, const km_condition *condition, km_list_stage stage)
{
    device->list_stage = stage;
    return km_condition_begin(device, condition, device->lane[KM_LANE_LIST].stream, &device->body);
}

/* The mesh takes the atoms in the order they were sorted in, which a build changes beside it. Here
 * it has been waited for. */
static __global__ void follow_kernel(const km_neighbour_list list, const km_cuda_state *state)
{
    const int slot = km_thread_index();
    if (slot >= list.n || km_stands_still(state))
        return;
    list.mesh_xq[slot] = list.xq[slot];
    list.mesh_atom[slot] = list.atom[slot];
}

static km_status follow(km_device *device, const km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    KM_TRY(km_cuda_join(device));
    KM_LAUNCH(follow_kernel, km_cuda_blocks((size_t)list->n, THREADS), THREADS, 0, device->stream,
              *list, km_cuda_of(p)->state);
    return KM_OK;
}

/* After a first half, others run beside the lane of the list. */
km_status km_neighbours_cuda_update(km_device *device, km_particles *p, bool force_rebuild,
                                    bool *rebuilt)
{
    km_neighbour_list *list = p->neighbours;
    cudaStream_t stream;
    *rebuilt = false; /* whoever follows the list's order asks state->rebuild on the device */
    if (list == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "the neighbour list was not created");
    const bool placed = list->placed && !force_rebuild;
    list->placed = false;
    if (!placed)
        KM_TRY(refresh(device, list, p, force_rebuild));
    KM_TRY(km_cuda_placed(device));
    km_cuda_lane_open(device, KM_LANE_LIST, &stream);
    KM_TRY(km_cuda_lane_sorted(device, KM_LANE_LIST));
    device->listed = p;
    KM_TRY(open_body(device, &list->to_build, KM_LIST_BUILDING));
    KM_TRY(km_cluster_sort_cuda(device, list, p));
    KM_TRY(km_cluster_search_cuda(device, list, p));
    return placed ? KM_OK : follow(device, p);
}

km_status km_neighbours_cuda_pick(km_device *device)
{
    if (device->list_stage != KM_LIST_BUILDING)
        return KM_OK;
    const km_particles *p = device->listed;
    const km_neighbour_list *list = p->neighbours;
    KM_TRY(km_condition_end(device, &list->to_build));
    KM_CUDA(cudaEventRecord(device->built, device->lane[KM_LANE_LIST].stream));
    KM_TRY(open_body(device, &list->to_pick, KM_LIST_PICKING));
    return km_cluster_near_cuda(device, list, p);
}

km_status km_neighbours_cuda_finish(km_device *device)
{
    KM_TRY(km_neighbours_cuda_pick(device));
    if (device->list_stage == KM_LIST_DONE)
        return KM_OK;
    device->list_stage = KM_LIST_DONE;
    return km_condition_end(device, &device->listed->neighbours->to_pick);
}

/* ---- creation ---- */

static km_status allocate_sort(km_neighbour_list *list)
{
    const size_t n = (size_t)list->n, n_slots = (size_t)list->n_slots;
    const size_t n_superclusters = (size_t)list->n_superclusters;
    KM_TRY(km_cuda_new(&list->build, 1));
    KM_TRY(km_cuda_new(&list->atom, n_slots));
    KM_TRY(km_cuda_new(&list->slot, n));
    KM_TRY(km_cuda_new(&list->type, n_slots));
    KM_TRY(km_cuda_new(&list->image, 3 * n));
    KM_TRY(km_cuda_new(&list->reference, 3 * n));
    KM_TRY(km_cuda_new(&list->xq, n_slots));
    KM_TRY(km_cuda_new(&list->mesh_xq, n_slots));
    KM_TRY(km_cuda_new(&list->mesh_atom, n_slots));
    KM_TRY(km_cuda_new(&list->near_xq, n));
    KM_TRY(km_cuda_new(&list->force, 3 * n_slots));
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
    return km_cuda_settle();
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

/* Memory for so much; nothing is in it. */
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
    list->capacity_units = (int)units;
    list->capacity_entries = (int)entries;
    list->capacity_exclusions = (int)exclusions;
    KM_TRY(km_cuda_new(&list->unit, (size_t)list->capacity_units));
    KM_TRY(km_cuda_new(&list->entry, (size_t)list->capacity_entries));
    KM_TRY(km_cuda_new(&list->near_entry, (size_t)list->capacity_entries));
    KM_TRY(km_cuda_new(&list->near_count, (size_t)list->capacity_units));
    KM_TRY(km_cuda_new(&list->exclusion_mask, (size_t)list->capacity_exclusions * KM_WARP));
    return KM_OK;
}

/* Memory for what a build has counted. half_way: the same build is done again. */
static km_status give_room(km_cuda_particles *c, km_cluster_build build, bool half_way)
{
    km_neighbour_list *list = c->p.neighbours;
    KM_TRY(allocate_pairs(list, km_list_room(c, build.n_units, KM_LIST_FEW),
                          km_list_room(c, build.n_entries, KM_LIST_FEW),
                          km_list_room(c, build.n_exclusions, KM_LIST_FEW)));
    list->launch_units = build.n_units + build.n_units / 8 + 1;
    build.n_units = build.n_entries = build.n_exclusions = 0;
    build.pick = 1;
    if (!half_way)
        build.reach = 0.0; /* the next update builds */
    KM_CUDA(cudaMemcpy(list->build, &build, sizeof build, cudaMemcpyHostToDevice));
    return km_cuda_settle();
}

static km_status fetch_build(const km_neighbour_list *list, km_cluster_build *build)
{
    KM_CUDA(cudaMemcpy(build, list->build, sizeof *build, cudaMemcpyDeviceToHost));
    return KM_OK;
}

km_status km_neighbours_cuda_make_room(km_cuda_particles *c, bool half_way, bool *outgrown)
{
    km_neighbour_list *list = c->p.neighbours;
    km_cluster_build build;
    KM_TRY(fetch_build(list, &build));
    *outgrown = build.n_units > list->capacity_units || build.n_entries > list->capacity_entries ||
                build.n_exclusions > list->capacity_exclusions;
    list->placed = half_way;
    list->to_build = list->to_pick = {}; /* the next update is not recorded */
    return *outgrown ? give_room(c, build, half_way) : KM_OK;
}

/* Builds once without memory, which counts what is needed. The faults of the counting are not
 * faults. */
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
    KM_TRY(km_cuda_wait(device));
    KM_TRY(fetch_build(list, &build));
    KM_CUDA(cudaMemcpy(&state->fault, &fault, sizeof fault, cudaMemcpyHostToDevice));
    const int none = 0;
    KM_CUDA(cudaMemcpy(&state->builds, &none, sizeof none, cudaMemcpyHostToDevice));
    return give_room(km_cuda_of(p), build, false);
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
    list->lateness = km_neighbour_lateness(spec);
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
                            list->type,
                            list->image,
                            list->reference,
                            list->xq,
                            list->mesh_xq,
                            list->mesh_atom,
                            list->near_xq,
                            list->force,
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
