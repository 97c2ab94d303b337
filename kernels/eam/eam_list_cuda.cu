/* SPDX-License-Identifier: MIT */
/* The metal's list on a GPU: when to build, cells, and the search. */
#include <stdlib.h>

#include "kernels/eam/eam_pair.h"
#include "kernels/eam/eam_place.cuh"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 128, SCAN_THREADS = 1024, SCAN_EACH = 4;

/* Memory beyond KM_LIST_HEADROOM, neighbours of an atom. */
#define KM_EAM_FEW 4
/* Threads share an atom until a multiprocessor has this many of them, but no more than 8. */
#define KM_EAM_PARALLEL 1024
#define KM_EAM_SHARE_BITS 3

/* ---- every step ---- */

/* The coordinates of positions that no step has made. */
static __global__ void refresh_kernel(const km_eam_list list, int n_padded, const double *position,
                                      km_cuda_state *state)
{
    __shared__ double allowance;
    const int k = km_thread_index();
    const km_box box = state->box;
    if (threadIdx.x == 0)
        allowance = km_list_allowance(&list.build->box, &box, list.build->reach, list.cutoff);
    __syncthreads();
    int asked = 0;
    if (k < list.n) {
        const int i = list.atom[k];
        if (!km_metal_place(list, box, i, km_vec3_load(position, n_padded, i), allowance))
            asked = KM_LIST_METAL;
    }
    km_block_ask(state, asked);
    if (km_thread_is_last(state))
        km_metal_decide(list, state->asked, true, state);
}

/* ---- a build; its kernels do nothing when there is none ---- */

static __device__ __forceinline__ int grid_index(km_fraction s, int count)
{
    return min((int)(km_fraction_to(s) * count), count - 1);
}

static __device__ __forceinline__ void cell_indices(const int cells[3], const km_eam_site &site,
                                                    int at[3])
{
    for (int c = 0; c < 3; c++)
        at[c] = grid_index(site.s[c], cells[c]);
}

static __global__ void cell_kernel(const km_eam_list list, int n_padded, const double *position,
                                   km_cuda_state *state)
{
    const int m = km_thread_index();
    const km_eam_build *build = list.build;
    if (build->rebuild == 0 || m >= list.n)
        return;
    const km_box box = state->box;
    bool finite;
    int at[3];
    const km_eam_site site =
        km_metal_site(box, km_vec3_load(position, n_padded, list.metal[m]), &finite);
    if (!finite)
        atomicOr(&state->fault, KM_FAULT_NOT_FINITE);
    list.sort[m] = site;
    cell_indices(build->cells, site, at);
    const int cell = (at[0] * build->cells[1] + at[1]) * build->cells[2] + at[2];
    list.cell[m] = cell;
    list.ordinal[m] = atomicAdd(&list.cell_count[cell], 1);
}

/* Sum over the warp's lanes up to this one. */
static __device__ __forceinline__ int warp_scan(int x)
{
    const int lane = (int)threadIdx.x % KM_WARP;
    for (int offset = 1; offset < KM_WARP; offset *= 2) {
        const int below = __shfl_up_sync(KM_WARP_ALL, x, (unsigned)offset);
        x += lane >= offset ? below : 0;
    }
    return x;
}

/* Where each cell begins; leaves the counts zero for the next build. One block. */
static __global__ void scan_kernel(const km_eam_list list)
{
    __shared__ int part[KM_WARP];
    const km_eam_build *build = list.build;
    if (build->rebuild == 0)
        return;
    const int cells = build->cells[0] * build->cells[1] * build->cells[2];
    const int lane = (int)threadIdx.x % KM_WARP, warp = (int)threadIdx.x / KM_WARP;
    int before = 0; /* atoms in earlier stretches */
    for (int begin = 0; begin < cells; begin += SCAN_THREADS * SCAN_EACH) {
        const int first = begin + (int)threadIdx.x * SCAN_EACH;
        int count[SCAN_EACH], sum = 0;
#pragma unroll
        for (int m = 0; m < SCAN_EACH; m++) {
            count[m] = first + m < cells ? list.cell_count[first + m] : 0;
            sum += count[m];
        }
        const int upto = warp_scan(sum);
        if (lane == KM_WARP - 1)
            part[warp] = upto;
        __syncthreads();
        if (warp == 0)
            part[lane] = warp_scan(part[lane]);
        __syncthreads();
        int start = before + upto - sum + (warp > 0 ? part[warp - 1] : 0);
#pragma unroll
        for (int m = 0; m < SCAN_EACH; m++)
            if (first + m < cells) {
                list.cell_start[first + m] = start;
                list.cell_count[first + m] = 0;
                start += count[m];
            }
        before += part[KM_WARP - 1];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        list.cell_start[cells] = list.n;
}

static __global__ void place_kernel(const km_eam_list list)
{
    const int m = km_thread_index(), n = list.n;
    if (list.build->rebuild == 0 || m >= n)
        return;
    const int k = list.cell_start[list.cell[m]] + list.ordinal[m];
    const km_eam_site site = list.sort[m];
    list.atom[k] = list.metal[m];
    list.slot[list.metal[m]] = k;
    list.element[k] = list.kind[m];
    list.site[k] = site;
    for (int c = 0; c < 3; c++)
        list.reference[c * n + k] = site.s[c];
}

/* Whether cell at + offset of n is looked at, and which it is: each is, once. */
static __device__ __forceinline__ bool neighbour_cell(int at, int offset, int n, int *cell)
{
    *cell = at + offset;
    *cell += *cell < 0 ? n : 0;
    *cell -= *cell >= n ? n : 0;
    return offset == 0 || (offset == 1 ? n > 1 : n > 2);
}

/* A thread per atom. */
static __global__ void __launch_bounds__(THREADS)
    search_kernel(const km_eam_list list, km_cuda_state *state)
{
    const int i = km_thread_index();
    km_eam_build *build = list.build;
    if (build->rebuild == 0 || i >= list.n)
        return;
    const km_box box = state->box;
    const km_lattice lattice = km_lattice_of(&box);
    const km_lattice_lanes lanes = km_lattice_lanes_of(&lattice);
    const double reach = build->reach + 1e-6; /* rounding loses no pair */
    const km_real reach2 = (km_real)(reach * reach);
    const km_eam_site own = list.site[i];
    int at[3], found = 0;
    cell_indices(build->cells, own, at);
    int *entry = list.entry + (size_t)(i / KM_WARP) * KM_WARP * list.capacity + i % KM_WARP;
    for (int look = 0; look < 27; look++) {
        int a, b, c;
        if (!neighbour_cell(at[0], look / 9 - 1, build->cells[0], &a) ||
            !neighbour_cell(at[1], look / 3 % 3 - 1, build->cells[1], &b) ||
            !neighbour_cell(at[2], look % 3 - 1, build->cells[2], &c))
            continue;
        const int cell = (a * build->cells[1] + b) * build->cells[2] + c;
        const int end = list.cell_start[cell + 1];
        for (int j = list.cell_start[cell]; j < end; j++) {
            const km_eam_site other = list.site[j];
            const km_real d[3] = {km_fraction_difference(own.s[0], other.s[0]),
                                  km_fraction_difference(own.s[1], other.s[1]),
                                  km_fraction_difference(own.s[2], other.s[2])};
            km_real r[3];
            if (j == i || !(km_lattice_vector(&lanes, d, r) < reach2))
                continue;
            if (found < list.capacity)
                entry[(size_t)found * KM_WARP] = j;
            found++;
        }
    }
    list.count[i] = min(found, list.capacity);
    if (found > build->most)
        atomicMax(&build->most, found);
    if (found > list.capacity)
        atomicOr(&state->fault, KM_FAULT_LIST);
}

static km_status queue_build(km_device *device, const km_eam_list *list, km_particles *p)
{
    const unsigned blocks = km_cuda_blocks((size_t)list->n, THREADS);
    km_cuda_state *state = km_cuda_of(p)->state;
    KM_LAUNCH(cell_kernel, blocks, THREADS, 0, device->body, *list, p->n_padded, p->position,
              state);
    KM_LAUNCH(scan_kernel, 1, SCAN_THREADS, 0, device->body, *list);
    KM_LAUNCH(place_kernel, blocks, THREADS, 0, device->body, *list);
    KM_LAUNCH(search_kernel, blocks, THREADS, 0, device->body, *list, state);
    return KM_OK;
}

km_status km_eam_list_expect(km_device *device, km_eam_list *list)
{
    if (list == NULL)
        return KM_OK;
    list->placed = true;
    return km_condition_create(device, &list->to_build);
}

static km_status refresh(km_device *device, km_eam_list *list, const km_particles *p)
{
    KM_TRY(km_condition_create(device, &list->to_build));
    KM_LAUNCH(refresh_kernel, km_cuda_blocks((size_t)list->n, THREADS), THREADS, 0, device->stream,
              *list, p->n_padded, p->position, km_cuda_of(p)->state);
    return KM_OK;
}

km_status km_eam_list_begin(km_device *device, km_eam_list *list, km_particles *p)
{
    cudaStream_t stream;
    KM_TRY(km_neighbours_cuda_finish(device)); /* there is one stream for what is conditional */
    if (!list->placed)
        KM_TRY(refresh(device, list, p));
    list->placed = false;
    KM_TRY(km_cuda_placed(device));
    km_cuda_lane_open(device, KM_LANE_LIST, &stream);
    KM_TRY(km_cuda_lane_sorted(device, KM_LANE_LIST));
    KM_TRY(km_condition_begin(device, &list->to_build, stream, &device->body));
    return queue_build(device, list, p);
}

km_status km_eam_list_end(km_device *device, const km_eam_list *list)
{
    return km_condition_end(device, &list->to_build);
}

/* ---- memory ---- */

/* The slot of every atom: as the metal atoms come. */
static km_status make_slots(const km_eam_spec *spec, int n_atoms, km_eam_list *list)
{
    int *slot;
    KM_NEW(slot, n_atoms);
    for (int i = 0; i < n_atoms; i++)
        slot[i] = -1;
    for (int m = 0; m < spec->n_atoms; m++)
        slot[spec->atom[m]] = m;
    const km_status status = km_cuda_copy_of(&list->slot, slot, (size_t)n_atoms);
    free(slot);
    return status;
}

km_status km_eam_list_make(const km_eam_spec *spec, const km_eam_setup *setup, int n_atoms,
                           km_eam_list *list)
{
    const size_t n = (size_t)spec->n_atoms;
    int *metal, *kind;
    *list = {};
    list->cutoff = setup->cutoff;
    list->skin = setup->skin;
    list->n = spec->n_atoms;
    list->n_slots = (list->n + KM_WARP - 1) / KM_WARP * KM_WARP;
    list->capacity_cells = 2 * list->n + 64;
    KM_TRY(km_cuda_copy_of(&metal, spec->atom, n));
    list->metal = metal;
    KM_TRY(km_cuda_copy_of(&kind, spec->element, n));
    list->kind = kind;
    KM_TRY(km_cuda_new(&list->build, 1));
    KM_TRY(make_slots(spec, n_atoms, list));
    KM_TRY(km_cuda_copy_of(&list->atom, spec->atom, n));
    KM_TRY(km_cuda_copy_of(&list->element, spec->element, n));
    KM_TRY(km_cuda_new(&list->reference, 3 * n));
    KM_TRY(km_cuda_new(&list->site, n));
    KM_TRY(km_cuda_new(&list->embedded, n));
    KM_TRY(km_cuda_new(&list->count, n));
    KM_TRY(km_cuda_new(&list->cell_count, (size_t)list->capacity_cells));
    KM_TRY(km_cuda_new(&list->cell_start, (size_t)list->capacity_cells + 1));
    KM_TRY(km_cuda_new(&list->cell, n));
    KM_TRY(km_cuda_new(&list->ordinal, n));
    KM_TRY(km_cuda_new(&list->sort, n));
    return KM_OK;
}

void km_eam_list_free(km_eam_list *list)
{
    const void *arrays[] = {list->metal,     list->kind,       list->build,   list->atom,
                            list->element,   list->site,       list->count,   list->entry,
                            list->embedded,  list->cell,       list->sort,    list->cell_count,
                            list->reference, list->cell_start, list->ordinal, list->slot};
    for (const void *array : arrays)
        km_cuda_delete(array);
    *list = {};
}

/* Memory for what a build has counted. half_way: the same build is done again. */
static km_status give_room(const km_cuda_particles *c, km_eam_list *list, km_eam_build build,
                           bool half_way)
{
    const double capacity = km_list_room(c, build.most, KM_EAM_FEW);
    km_cuda_delete(list->entry);
    list->entry = NULL;
    if (capacity * list->n_slots > 2.0e9)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "the list of %d metal atoms is too long for one device", list->n);
    list->capacity = (int)capacity;
    KM_TRY(km_cuda_new(&list->entry, (size_t)list->n_slots * list->capacity));
    if (!half_way)
        build.reach = 0.0; /* the next update builds */
    KM_CUDA(cudaMemcpy(list->build, &build, sizeof build, cudaMemcpyHostToDevice));
    return km_cuda_settle();
}

static km_status fetch_build(const km_eam_list *list, km_eam_build *build)
{
    KM_CUDA(cudaMemcpy(build, list->build, sizeof *build, cudaMemcpyDeviceToHost));
    return KM_OK;
}

km_status km_eam_list_size(km_device *device, km_eam_list *list, km_particles *p)
{
    km_cuda_state *state = km_cuda_of(p)->state;
    km_eam_build build;
    int fault;
    KM_TRY(km_list_box_check(&p->box, list->cutoff));
    KM_TRY(km_cuda_wait(device));
    KM_CUDA(cudaMemcpy(&fault, &state->fault, sizeof fault, cudaMemcpyDeviceToHost));
    KM_TRY(km_eam_list_begin(device, list, p));
    KM_TRY(km_eam_list_end(device, list));
    KM_TRY(km_cuda_wait(device));
    KM_TRY(fetch_build(list, &build));
    /* the faults of the counting are not faults */
    KM_CUDA(cudaMemcpy(&state->fault, &fault, sizeof fault, cudaMemcpyHostToDevice));
    build.builds = 0;
    while (list->share_bits < KM_EAM_SHARE_BITS &&
           (size_t)list->n << list->share_bits < (size_t)device->multiprocessors * KM_EAM_PARALLEL)
        list->share_bits++;
    return give_room(km_cuda_of(p), list, build, false);
}

km_status km_eam_list_make_room(km_cuda_particles *c, bool half_way)
{
    km_eam_list *list = c->metal;
    km_eam_build build;
    KM_TRY(fetch_build(list, &build));
    const bool outgrown = build.most > list->capacity;
    list->placed = half_way;
    list->to_build = {}; /* the next update is not recorded */
    build.rebuild = outgrown;
    if (outgrown)
        return give_room(c, list, build, half_way);
    KM_CUDA(cudaMemcpy(list->build, &build, sizeof build, cudaMemcpyHostToDevice));
    return km_cuda_settle();
}

} // namespace KM_CUDA_NAMESPACE
