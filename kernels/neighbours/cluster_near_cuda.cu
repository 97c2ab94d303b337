/* SPDX-License-Identifier: MIT */
/* The near tiles of a list: of those that were built, the ones with a pair of atoms within cutoff
 * and skin now. A warp looks at one unit, a pair per lane and tile, as the pair term does. Rounding
 * is within KM_REACH_MARGIN. */
#include "kernels/base/lane.h"
#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/neighbours/list_reach.h"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 128, WARPS = THREADS / KM_WARP;
constexpr int CLUSTERS_I = KM_SUPERCLUSTER / KM_CLUSTER_I; /* of a supercluster */

/* Atom lane % 8 of each i-cluster of a supercluster. */
struct own_column {
    km_real x[CLUSTERS_I], y[CLUSTERS_I], z[CLUSTERS_I];
};

static __device__ __forceinline__ void load_own(const km_neighbour_list &list,
                                                const km_cluster_unit &unit, const km_box &box,
                                                own_column *own)
{
    const km_vec3 shift = km_list_image_shift(&box, unit.image);
    const int first = unit.supercluster * KM_SUPERCLUSTER + (int)(threadIdx.x % KM_CLUSTER_I);
#pragma unroll
    for (int c = 0; c < CLUSTERS_I; c++) {
        const km_real4 x = list.xq[first + c * KM_CLUSTER_I];
        own->x[c] = x.x + (km_real)shift.x; /* as the pair term has it */
        own->y[c] = x.y + (km_real)shift.y;
        own->z[c] = x.z + (km_real)shift.z;
    }
}

/* The tiles of an entry, the same in every lane, with a pair within reach. */
static __device__ __forceinline__ unsigned near_tiles(const km_neighbour_list &list,
                                                      const own_column &own, km_cluster_entry entry,
                                                      km_real reach2)
{
    const unsigned tiles = __reduce_or_sync(KM_WARP_ALL, entry & 0xffu);
    const unsigned j = threadIdx.x % KM_WARP / KM_CLUSTER_I;
    const km_real4 other = list.xq[(entry >> 8) * KM_CLUSTER_J + j];
    unsigned near = 0;
#pragma unroll
    for (int c = 0; c < CLUSTERS_I; c++)
        if ((tiles >> c & 1) != 0) {
            const km_real dx = own.x[c] - other.x, dy = own.y[c] - other.y, dz = own.z[c] - other.z;
            const km_real r2 = km_lane_multiply_add(dx, dx, km_lane_multiply_add(dy, dy, dz * dz));
            near |= r2 < reach2 ? 1u << c : 0u;
        }
    return __reduce_or_sync(KM_WARP_ALL, near);
}

/* The near entries of a unit, in their order; how many they are. */
static __device__ __forceinline__ int pick_entries(const km_neighbour_list &list,
                                                   const km_cluster_unit &unit,
                                                   const own_column &own, km_real reach2)
{
    const int lane = (int)threadIdx.x % KM_WARP;
    const km_cluster_entry mine = lane < unit.n ? list.entry[unit.begin + lane] : 0;
    unsigned near = 0;
    for (int e = 0; e < unit.n; e++) {
        const unsigned found = near_tiles(list, own, __shfl_sync(KM_WARP_ALL, mine, e), reach2);
        near = e == lane ? found : near;
    }
    const bool kept = lane < unit.n && (lane < unit.n_masked || near != 0);
    const unsigned all = __ballot_sync(KM_WARP_ALL, kept);
    if (kept)
        list.near_entry[unit.begin + __popc(all & ((1u << lane) - 1))] = (mine & ~0xffu) | near;
    return __popc(all);
}

static __global__ void __launch_bounds__(THREADS)
    near_kernel(const km_neighbour_list list, const km_cuda_state *state)
{
    const km_cluster_build *build = list.build;
    if (build->pick == 0)
        return;
    const int warp = (int)threadIdx.x / KM_WARP;
    const int n_units = min(build->n_units, list.capacity_units);
    const double reach = build->near_reach + KM_REACH_MARGIN;
    const km_real reach2 = (km_real)(reach * reach);
    const km_box box = state->box;
    for (int k = km_thread_index(); k < list.n_slots; k += (int)(gridDim.x * blockDim.x))
        if (list.atom[k] >= 0)
            list.near_xq[list.atom[k]] = list.xq[k];
    for (int u = (int)blockIdx.x * WARPS + warp; u < n_units; u += (int)gridDim.x * WARPS) {
        const km_cluster_unit unit = list.unit[u];
        own_column own;
        load_own(list, unit, box, &own);
        const int kept = pick_entries(list, unit, own, reach2);
        if (threadIdx.x % KM_WARP == 0)
            list.near_count[u] = kept;
    }
}

km_status km_cluster_near_cuda(km_device *device, const km_neighbour_list *list,
                               const km_particles *p)
{
    const unsigned most = (unsigned)device->multiprocessors * 8;
    const unsigned blocks = km_cuda_blocks((size_t)list->launch_units + 1, WARPS);
    KM_LAUNCH(near_kernel, blocks < most ? blocks : most, THREADS, 0, device->body, *list,
              km_cuda_of(p)->state);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
