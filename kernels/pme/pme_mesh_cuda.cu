/* SPDX-License-Identifier: MIT */
/* From atoms to the mesh and back. Atoms come in the order of the neighbour list: a block works on
 * one corner of the mesh. */
#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/pme/pme_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

#define KM_THREADS 128
#define KM_SPREAD_ATOMS 16                             /* of one block                       */
#define KM_GATHER_LANES 16                             /* threads that share an atom         */
#define KM_GATHER_ATOMS (KM_THREADS / KM_GATHER_LANES) /* of one block                   */

/* Stencils of the atoms of a block. */
template <int ORDER, int ATOMS> struct stencils {
    km_real weight[ATOMS][3][ORDER];
    km_real slope[ATOMS][3][ORDER];
    int cell[ATOMS][3];
    km_real charge[ATOMS]; /* e; 0 where there is nothing to do */
};

/* Filled by the first 3 x ATOMS threads, one axis of an atom each; all threads call. */
template <int ORDER, int ATOMS, bool SLOPES>
static __device__ __forceinline__ void make_stencils(const km_mesh &mesh, int n_slots,
                                                     const km_real4 *xq, const km_box &box,
                                                     stencils<ORDER, ATOMS> *out, int *fault)
{
    const int a = (int)threadIdx.x / 3, axis = (int)threadIdx.x % 3;
    const int slot = (int)blockIdx.x * ATOMS + a;
    if (a < ATOMS) {
        const km_real4 atom = slot < n_slots ? xq[slot] : km_real4{0, 0, 0, 0};
        if (axis == 0)
            out->charge[a] = atom.w;
        if (atom.w != KM_R(0.0)) {
            const km_vec3 s = km_box_to_fractional(&box, km_vec3_make(atom.x, atom.y, atom.z));
            /* chosen, not indexed: the struct of arguments stays where it is */
            const double along = axis == 0 ? s.x : axis == 1 ? s.y : s.z;
            const int points = axis == 0   ? mesh.points[0]
                               : axis == 1 ? mesh.points[1]
                                           : mesh.points[2];
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
    }
    __syncthreads();
}

/* A point of the mesh, at most one period beyond it. */
static __device__ __forceinline__ int wrap(int i, int points)
{
    return i < points ? i : i - points;
}

template <int ORDER>
static __global__ void __launch_bounds__(KM_THREADS)
    spread_kernel(km_mesh mesh, int n_slots, const km_real4 *KM_RESTRICT xq, km_cuda_state *state)
{
    __shared__ stencils<ORDER, KM_SPREAD_ATOMS> s;
    const km_box box = state->box;
    int fault = 0;
    make_stencils<ORDER, KM_SPREAD_ATOMS, false>(mesh, n_slots, xq, box, &s, &fault);
    for (int item = (int)threadIdx.x; item < KM_SPREAD_ATOMS * ORDER * ORDER * ORDER;
         item += KM_THREADS) {
        const int k = item % ORDER, j = item / ORDER % ORDER, i = item / (ORDER * ORDER) % ORDER;
        const int a = item / (ORDER * ORDER * ORDER);
        if (s.charge[a] == KM_R(0.0))
            continue;
        const km_real q = s.charge[a] * s.weight[a][0][i] * (s.weight[a][1][j] * s.weight[a][2][k]);
        const int x = wrap(s.cell[a][0] + i, mesh.points[0]);
        const int y = wrap(s.cell[a][1] + j, mesh.points[1]);
        const int z = wrap(s.cell[a][2] + k, mesh.points[2]);
        const size_t point = ((size_t)x * mesh.points[1] + y) * mesh.points[2] + z;
#ifdef KM_DOUBLE
        km_fixed_add(&mesh.charge[point], __double2ll_rn(q * KM_MESH_SCALE));
#else
        km_fixed_add(&mesh.charge[point], __float2ll_rn(q * (float)KM_MESH_SCALE));
#endif
    }
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

/* Gradients of the potential along the axes of the mesh, of one atom; one lane's part. */
template <int ORDER>
static __device__ __forceinline__ void gather_part(const km_mesh &mesh,
                                                   const stencils<ORDER, KM_GATHER_ATOMS> &s, int a,
                                                   int lane, km_real gradient[3])
{
    for (int pair = lane; pair < ORDER * ORDER; pair += KM_GATHER_LANES) {
        const int i = pair / ORDER, j = pair % ORDER;
        const int x = wrap(s.cell[a][0] + i, mesh.points[0]);
        const int y = wrap(s.cell[a][1] + j, mesh.points[1]);
        const km_real *row = mesh.potential + ((size_t)x * mesh.points[1] + y) * mesh.points[2];
        km_real value = 0, slope = 0;
#pragma unroll
        for (int k = 0; k < ORDER; k++) {
            const km_real v = row[wrap(s.cell[a][2] + k, mesh.points[2])];
            value += s.weight[a][2][k] * v;
            slope += s.slope[a][2][k] * v;
        }
        gradient[0] += s.slope[a][0][i] * s.weight[a][1][j] * value;
        gradient[1] += s.weight[a][0][i] * s.slope[a][1][j] * value;
        gradient[2] += s.weight[a][0][i] * s.weight[a][1][j] * slope;
    }
}

template <int ORDER>
static __global__ void __launch_bounds__(KM_THREADS)
    gather_kernel(km_mesh mesh, int n_slots, const km_real4 *KM_RESTRICT xq,
                  const int *KM_RESTRICT atom, int n_padded, km_fixed *force, km_cuda_state *state)
{
    __shared__ stencils<ORDER, KM_GATHER_ATOMS> s;
    const km_box box = state->box;
    int fault = 0;
    make_stencils<ORDER, KM_GATHER_ATOMS, true>(mesh, n_slots, xq, box, &s, &fault);
    const int a = (int)threadIdx.x / KM_GATHER_LANES, lane = (int)threadIdx.x % KM_GATHER_LANES;
    km_real gradient[3] = {0, 0, 0};
    if (s.charge[a] != KM_R(0.0))
        gather_part<ORDER>(mesh, s, a, lane, gradient);
#pragma unroll
    for (int c = 0; c < 3; c++)
#pragma unroll
        for (int other = KM_GATHER_LANES / 2; other > 0; other /= 2)
            gradient[c] += __shfl_xor_sync(KM_WARP_ALL, gradient[c], other);
    if (lane == 0 && s.charge[a] != KM_R(0.0)) {
        const km_reciprocal_cell cell = km_reciprocal_cell_of(&box);
        const double q = -(double)s.charge[a];
        const km_vec3 f = km_reciprocal_vector(&cell, q * mesh.points[0] * (double)gradient[0],
                                               q * mesh.points[1] * (double)gradient[1],
                                               q * mesh.points[2] * (double)gradient[2]);
        km_fixed *sum = force + atom[(int)blockIdx.x * KM_GATHER_ATOMS + a];
        km_fixed_add(sum, km_fixed_of(f.x, &fault));
        km_fixed_add(sum + n_padded, km_fixed_of(f.y, &fault));
        km_fixed_add(sum + 2 * (size_t)n_padded, km_fixed_of(f.z, &fault));
    }
    if (fault != 0)
        atomicOr(&state->fault, fault);
    if (blockIdx.x == 0 && threadIdx.x == 0)
        *mesh.influence_box = box; /* solve has filled the influence function for it */
}

km_status km_mesh_spread(km_device *device, const km_mesh *mesh, const km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    const unsigned blocks = km_cuda_blocks((size_t)list->n_slots, KM_SPREAD_ATOMS);
#define KM_SPREAD(order)                                                                           \
    KM_LAUNCH((spread_kernel<order>), blocks, KM_THREADS, 0, device->stream_mesh, *mesh,           \
              list->n_slots, list->xq, km_cuda_of(p)->state)
    if (mesh->order == 4)
        KM_SPREAD(4);
    else if (mesh->order == 5)
        KM_SPREAD(5);
    else
        KM_SPREAD(6);
#undef KM_SPREAD
    return KM_OK;
}

km_status km_mesh_gather(km_device *device, const km_mesh *mesh, const km_particles *p)
{
    const km_neighbour_list *list = p->neighbours;
    const unsigned blocks = km_cuda_blocks((size_t)list->n_slots, KM_GATHER_ATOMS);
#define KM_GATHER(order)                                                                           \
    KM_LAUNCH((gather_kernel<order>), blocks, KM_THREADS, 0, device->stream_mesh, *mesh,           \
              list->n_slots, list->xq, list->atom, p->n_padded, p->force, km_cuda_of(p)->state)
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
