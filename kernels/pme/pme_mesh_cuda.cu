/* SPDX-License-Identifier: MIT */
/* From atoms to the mesh and back. Atoms come in the order of the neighbour list, as it was before
 * the build of this step if there is one: a block works on one corner of the mesh. */
#include <limits.h>

#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/pme/pme_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

#define KM_THREADS 128

/* A lane works on one plane of the stencil of an atom, the points with one index along c: the lanes
 * of an atom lie side by side in memory. A few lanes of a warp may be left over. */
template <int ORDER> constexpr int ATOMS_OF_WARP = KM_WARP / ORDER;
template <int ORDER> constexpr int ATOMS_OF_BLOCK = KM_THREADS / KM_WARP *ATOMS_OF_WARP<ORDER>;

/* Stencils of the atoms of a block. */
template <int ORDER, int ATOMS, bool SLOPES> struct stencils {
    km_real weight[ATOMS][3][ORDER];
    km_real slope[SLOPES ? ATOMS : 1][3][ORDER];
    int cell[ATOMS][3];
    km_real charge[ATOMS]; /* e; 0 where there is nothing to do */
};

/* One axis of an atom's stencil. */
template <int ORDER, int ATOMS, bool SLOPES>
static __device__ __forceinline__ void make_stencil(const km_mesh &mesh, const km_vec3 &fractional,
                                                    int a, int axis,
                                                    stencils<ORDER, ATOMS, SLOPES> *out, int *fault)
{
    /* chosen, not indexed: the struct of arguments stays where it is */
    const double along = axis == 0 ? fractional.x : axis == 1 ? fractional.y : fractional.z;
    const int points = axis == 0 ? mesh.points[0] : axis == 1 ? mesh.points[1] : mesh.points[2];
    km_real fraction, weight[ORDER], slope[ORDER];
    *fault |= km_pme_locate(along, points, &out->cell[a][axis], &fraction);
    km_bspline(ORDER, fraction, weight, slope);
#pragma unroll
    for (int k = 0; k < ORDER; k++) {
        out->weight[a][axis][k] = weight[k];
        if (SLOPES)
            out->slope[a][axis][k] = slope[k];
    }
}

/* Stencils of the ATOMS slots that belong to the block; all threads call. */
template <int ORDER, int ATOMS, bool SLOPES>
static __device__ __forceinline__ void
make_stencils(const km_mesh &mesh, int n_slots, const km_real4 *xq, const km_box &box,
              stencils<ORDER, ATOMS, SLOPES> *out, int *fault)
{
    for (int item = (int)threadIdx.x; item < 3 * ATOMS; item += KM_THREADS) {
        const int a = item / 3, axis = item % 3, slot = (int)blockIdx.x * ATOMS + a;
        const km_real4 atom = slot < n_slots ? xq[slot] : km_real4{0, 0, 0, 0};
        if (axis == 0)
            out->charge[a] = atom.w;
        if (atom.w != KM_R(0.0))
            make_stencil<ORDER, ATOMS, SLOPES>(
                mesh, km_box_to_fractional(&box, km_vec3_make(atom.x, atom.y, atom.z)), a, axis,
                out, fault);
    }
    __syncthreads();
}

/* A point of the mesh, at most one period beyond it. */
static __device__ __forceinline__ int wrap(int i, int points)
{
    return i < points ? i : i - points;
}

/* The atom of a lane, counted in its block, and its plane of the stencil; false in a lane that is
 * left over. */
template <int ORDER> static __device__ __forceinline__ bool lane_place(int *atom, int *plane)
{
    const int lane = (int)threadIdx.x % KM_WARP, warp = (int)threadIdx.x / KM_WARP;
    *atom = warp * ATOMS_OF_WARP<ORDER> + min(lane / ORDER, ATOMS_OF_WARP<ORDER> - 1);
    *plane = lane % ORDER;
    return lane < ATOMS_OF_WARP<ORDER> * ORDER;
}

static __device__ __forceinline__ void add_charge(km_mesh_charge *sum, km_real q)
{
#ifdef KM_DOUBLE
    km_fixed_add(sum, __double2ll_rn(q * KM_MESH_SCALE));
#else
    atomicAdd(sum, __float2int_rn(q * (float)KM_MESH_SCALE));
#endif
}

static __device__ __forceinline__ void add_integer(km_mesh_charge *sum, km_mesh_charge q)
{
#ifdef KM_DOUBLE
    km_fixed_add(sum, q);
#else
    atomicAdd(sum, q);
#endif
}

/* The piece of the mesh that the stencils of a block cover, in shared memory where it fits. */
#define KM_BRICK_POINTS (16384 / (int)sizeof(km_mesh_charge))
struct brick {
    int first[3], size[3]; /* lowest point, and how many, along each axis */
    km_mesh_charge charge[KM_BRICK_POINTS];
};

/* How far point i lies above the first one, in the nearest image. */
static __device__ __forceinline__ int above(int i, int first, int points)
{
    const int d = i - first;
    return d < -points / 2 ? d + points : d >= points - points / 2 ? d - points : d;
}

/* From one point up to another, across the border of the mesh where need be. */
static __device__ __forceinline__ int upwards(int from, int to, int points)
{
    return to < from ? to - from + points : to - from;
}

/* Extent of the stencils along the axes; one warp per axis, all threads call. */
template <int ORDER, int ATOMS>
static __device__ __forceinline__ void find_brick(const km_mesh &mesh,
                                                  const stencils<ORDER, ATOMS, false> &s, brick *b)
{
    const int axis = (int)threadIdx.x / KM_WARP, lane = (int)threadIdx.x % KM_WARP;
    if (axis < 3) {
        const int points = axis == 0 ? mesh.points[0] : axis == 1 ? mesh.points[1] : mesh.points[2];
        int from = INT_MAX, low = INT_MAX, high = INT_MIN;
        for (int a = lane; a < ATOMS; a += KM_WARP)
            if (s.charge[a] != KM_R(0.0))
                from = min(from, s.cell[a][axis]); /* any of them would do */
        for (int other = KM_WARP / 2; other > 0; other /= 2)
            from = min(from, __shfl_xor_sync(KM_WARP_ALL, from, other));
        for (int a = lane; a < ATOMS; a += KM_WARP)
            if (s.charge[a] != KM_R(0.0)) {
                const int d = above(s.cell[a][axis], from, points);
                low = min(low, d);
                high = max(high, d);
            }
        for (int other = KM_WARP / 2; other > 0; other /= 2) {
            low = min(low, __shfl_xor_sync(KM_WARP_ALL, low, other));
            high = max(high, __shfl_xor_sync(KM_WARP_ALL, high, other));
        }
        if (lane == 0) {
            const bool none = from == INT_MAX;
            b->first[axis] = none ? 0 : from + low < 0 ? from + low + points : from + low;
            b->size[axis] = none ? 0 : high - low + ORDER;
        }
    }
    __syncthreads();
}

/* Adds the plane of a lane. */
template <int ORDER, int ATOMS>
static __device__ __forceinline__ void spread_in_brick(const stencils<ORDER, ATOMS, false> &s,
                                                       const km_mesh &mesh, int a, int k, brick *b)
{
    const int x = upwards(b->first[0], s.cell[a][0], mesh.points[0]);
    const int y = upwards(b->first[1], s.cell[a][1], mesh.points[1]);
    const int z = upwards(b->first[2], s.cell[a][2], mesh.points[2]) + k;
    const km_real q = s.charge[a] * s.weight[a][2][k];
    const int row = b->size[2], plane = b->size[1] * row;
    km_mesh_charge *point[ORDER]; /* one per row of a plane */
    km_real weight[ORDER];
#pragma unroll
    for (int j = 0; j < ORDER; j++) {
        point[j] = b->charge + x * plane + (y + j) * row + z;
        weight[j] = s.weight[a][1][j];
    }
    for (int i = 0; i < ORDER; i++) {
        const km_real along = q * s.weight[a][0][i];
#pragma unroll
        for (int j = 0; j < ORDER; j++) {
            add_charge(point[j], along * weight[j]);
            point[j] += plane;
        }
    }
}

/* Adds the brick to the mesh; a thread stays at one height of it. */
static __device__ __forceinline__ void store_brick(const km_mesh &mesh, const brick &b)
{
    const int height = b.size[2], together = KM_THREADS / max(height, 1);
    const int own = (int)threadIdx.x / max(height, 1), level = (int)threadIdx.x % max(height, 1);
    const int z = wrap(b.first[2] + level, mesh.points[2]);
    for (int row = own; row < b.size[0] * b.size[1] && own < together; row += together) {
        const km_mesh_charge sum = b.charge[row * height + level];
        const int x = wrap(b.first[0] + row / b.size[1], mesh.points[0]);
        const int y = wrap(b.first[1] + row % b.size[1], mesh.points[1]);
        if (sum != 0)
            add_integer(mesh.charge + ((size_t)x * mesh.points[1] + y) * mesh.points[2] + z, sum);
    }
}

/* The same straight onto the mesh, for a brick that does not fit. */
template <int ORDER, int ATOMS>
static __device__ __forceinline__ void spread_on_mesh(const stencils<ORDER, ATOMS, false> &s,
                                                      const km_mesh &mesh, int a, int k)
{
    const km_real q = s.charge[a] * s.weight[a][2][k];
    const int z = wrap(s.cell[a][2] + k, mesh.points[2]);
    for (int i = 0; i < ORDER; i++) {
        const int x = wrap(s.cell[a][0] + i, mesh.points[0]);
        const km_real along = q * s.weight[a][0][i];
#pragma unroll
        for (int j = 0; j < ORDER; j++) {
            const int y = wrap(s.cell[a][1] + j, mesh.points[1]);
            add_charge(mesh.charge + ((size_t)x * mesh.points[1] + y) * mesh.points[2] + z,
                       along * s.weight[a][1][j]);
        }
    }
}

/* A supercluster per block: its charges are summed in shared memory first. */
template <int ORDER>
static __global__ void __launch_bounds__(KM_THREADS)
    spread_kernel(km_mesh mesh, int n_slots, const km_real4 *KM_RESTRICT xq, km_cuda_state *state)
{
    __shared__ stencils<ORDER, KM_SUPERCLUSTER, false> s;
    __shared__ brick b;
    const km_box box = state->box;
    int fault = 0;
    make_stencils<ORDER, KM_SUPERCLUSTER, false>(mesh, n_slots, xq, box, &s, &fault);
    find_brick<ORDER, KM_SUPERCLUSTER>(mesh, s, &b);
    const int64_t points = (int64_t)b.size[0] * b.size[1] * b.size[2];
    const bool fits = points <= KM_BRICK_POINTS && b.size[0] <= mesh.points[0] &&
                      b.size[1] <= mesh.points[1] && b.size[2] <= mesh.points[2] &&
                      b.size[2] <= KM_THREADS;
    for (int point = (int)threadIdx.x; fits && point < (int)points; point += KM_THREADS)
        b.charge[point] = 0;
    __syncthreads();
    const int lane = (int)threadIdx.x % KM_WARP, warp = (int)threadIdx.x / KM_WARP;
    const int together = ATOMS_OF_WARP<ORDER>, k = lane % ORDER;
    for (int a = warp * together + lane / ORDER; lane < together * ORDER && a < KM_SUPERCLUSTER;
         a += ATOMS_OF_BLOCK<ORDER>) {
        if (s.charge[a] == KM_R(0.0))
            continue;
        if (fits)
            spread_in_brick<ORDER, KM_SUPERCLUSTER>(s, mesh, a, k, &b);
        else
            spread_on_mesh<ORDER, KM_SUPERCLUSTER>(s, mesh, a, k);
    }
    __syncthreads();
    if (fits)
        store_brick(mesh, b);
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

/* Gradients of the potential along the axes of the mesh: one lane's part of an atom. */
template <int ORDER>
static __device__ __forceinline__ void
gather_part(const km_mesh &mesh, const stencils<ORDER, ATOMS_OF_BLOCK<ORDER>, true> &s, int a,
            int k, km_real gradient[3])
{
    const int z = wrap(s.cell[a][2] + k, mesh.points[2]);
    int row[ORDER];
    km_real weight[ORDER], slope[ORDER];
#pragma unroll
    for (int j = 0; j < ORDER; j++) {
        row[j] = wrap(s.cell[a][1] + j, mesh.points[1]) * mesh.points[2] + z;
        weight[j] = s.weight[a][1][j];
        slope[j] = s.slope[a][1][j];
    }
    for (int i = 0; i < ORDER; i++) {
        const int x = wrap(s.cell[a][0] + i, mesh.points[0]);
        const km_real *plane = mesh.potential + (size_t)x * (mesh.points[1] * mesh.points[2]);
        km_real value = 0, sloped = 0;
#pragma unroll
        for (int j = 0; j < ORDER; j++) {
            const km_real v = plane[row[j]];
            value = km_lane_multiply_add(weight[j], v, value);
            sloped = km_lane_multiply_add(slope[j], v, sloped);
        }
        gradient[0] = km_lane_multiply_add(s.slope[a][0][i], value, gradient[0]);
        gradient[1] = km_lane_multiply_add(s.weight[a][0][i], sloped, gradient[1]);
        gradient[2] = km_lane_multiply_add(s.weight[a][0][i], value, gradient[2]);
    }
    gradient[0] *= s.weight[a][2][k];
    gradient[1] *= s.weight[a][2][k];
    gradient[2] *= s.slope[a][2][k];
}

/* Sum over the lanes of an atom, in its first one. */
template <int ORDER> static __device__ __forceinline__ km_real sum_planes(km_real x)
{
    km_real sum = x;
#pragma unroll
    for (int k = 1; k < ORDER; k++)
        sum += __shfl_down_sync(KM_WARP_ALL, x, (unsigned)k);
    return sum;
}

template <int ORDER>
static __global__ void __launch_bounds__(KM_THREADS)
    gather_kernel(km_mesh mesh, km_neighbour_list list, km_cuda_state *state)
{
    __shared__ stencils<ORDER, ATOMS_OF_BLOCK<ORDER>, true> s;
    const km_box box = state->box;
    int fault = 0, a, k;
    make_stencils<ORDER, ATOMS_OF_BLOCK<ORDER>, true>(mesh, list.n_slots, list.mesh_xq, box, &s,
                                                      &fault);
    const bool used = lane_place<ORDER>(&a, &k) && s.charge[a] != KM_R(0.0);
    const int atom = used ? list.mesh_atom[(int)blockIdx.x * ATOMS_OF_BLOCK<ORDER> + a] : 0;
    const int slot = list.slot[atom]; /* may be new */
    km_real gradient[3] = {0, 0, 0};
    if (used)
        gather_part<ORDER>(mesh, s, a, k, gradient);
#pragma unroll
    for (int c = 0; c < 3; c++)
        gradient[c] = sum_planes<ORDER>(gradient[c]);
    if (used && k == 0) {
        const km_reciprocal_cell cell = km_reciprocal_cell_of(&box);
        const double q = -(double)s.charge[a];
        const km_vec3 f = km_reciprocal_vector(&cell, q * mesh.points[0] * (double)gradient[0],
                                               q * mesh.points[1] * (double)gradient[1],
                                               q * mesh.points[2] * (double)gradient[2]);
        km_fixed *sum = list.force + slot;
        km_fixed_add(sum, km_fixed_of(f.x, &fault));
        km_fixed_add(sum + list.n_slots, km_fixed_of(f.y, &fault));
        km_fixed_add(sum + 2 * (size_t)list.n_slots, km_fixed_of(f.z, &fault));
    }
    if (fault != 0)
        atomicOr(&state->fault, fault);
    if (blockIdx.x == 0 && threadIdx.x == 0)
        *mesh.influence_box = box; /* solve has filled the influence function for it */
}

km_status km_mesh_spread(cudaStream_t stream, const km_mesh *mesh, const km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    const unsigned blocks = (unsigned)list->n_superclusters;
#define KM_SPREAD(order)                                                                           \
    KM_LAUNCH((spread_kernel<order>), blocks, KM_THREADS, 0, stream, *mesh, list->n_slots,         \
              list->mesh_xq, km_cuda_of(p)->state)
    if (mesh->order == 4)
        KM_SPREAD(4);
    else if (mesh->order == 5)
        KM_SPREAD(5);
    else
        KM_SPREAD(6);
#undef KM_SPREAD
    return KM_OK;
}

km_status km_mesh_gather(cudaStream_t stream, const km_mesh *mesh, const km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    const size_t n = (size_t)list->n_slots;
#define KM_GATHER(order)                                                                           \
    KM_LAUNCH((gather_kernel<order>), km_cuda_blocks(n, ATOMS_OF_BLOCK<order>), KM_THREADS, 0,     \
              stream, *mesh, *list, km_cuda_of(p)->state)
    if (mesh->order == 4)
        KM_GATHER(4);
    else if (mesh->order == 5)
        KM_GATHER(5);
    else
        KM_GATHER(6);
#undef KM_GATHER
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
