/* SPDX-License-Identifier: MIT */
/* What the passes over the metal's list go through: the neighbours of an atom, distances, places in
 * tables, sums of integers. */
#ifndef KM_EAM_ROWS_CUH
#define KM_EAM_ROWS_CUH

#include "kernels/eam/eam_list.cuh"
#include "kernels/eam/eam_pair.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_EAM_THREADS 128

/* The neighbours a thread looks at: in a small system some threads share an atom. */
typedef struct row {
    int i;             /* slot of the atom; beyond the last one there is nothing to do */
    int share;         /* of the thread, from 0                                        */
    const int *entry;  /* of the first of them                                         */
    int count, stride; /* how many, and how far apart they lie                         */
} row;

static __device__ __forceinline__ row row_of(const km_eam_list &list)
{
    const int threads = 1 << list.share_bits, i = km_thread_index() >> list.share_bits;
    row own = {i, km_thread_index() & (threads - 1), NULL, 0, threads * KM_WARP};
    if (i < list.n) {
        const int all = list.count[i];
        own.count = (all - own.share + threads - 1) >> list.share_bits;
        own.entry = list.entry + (size_t)(i / KM_WARP) * KM_WARP * list.capacity +
                    own.share * KM_WARP + i % KM_WARP;
    }
    return own;
}

static inline unsigned rows_blocks(const km_eam_list &list)
{
    return km_cuda_blocks((size_t)list.n << list.share_bits, KM_EAM_THREADS);
}

/* The sum of the threads that share an atom, in each of them; all threads of a warp call. */
static __device__ __forceinline__ km_fixed row_sum(const km_eam_list &list, km_fixed x)
{
    for (int lane = 1 << list.share_bits >> 1; lane > 0; lane /= 2)
        x += __shfl_xor_sync(KM_WARP_ALL, x, lane);
    return x;
}

/* Where a distance stands in the tables. */
typedef struct place {
    km_real p;
    int interval;
} place;

static __device__ __forceinline__ place place_of(km_real r, km_real inverse_step, int n_intervals)
{
    const km_real x = r * inverse_step;
    place at;
    at.interval = (int)fmin(x, (km_real)(n_intervals - 1));
    at.p = fmin(x - (km_real)at.interval, KM_R(1.0));
    return at;
}

static __device__ __forceinline__ km_real difference(const km_lattice_lanes &lattice,
                                                     const km_eam_site &a, const km_eam_site &b,
                                                     km_real r[3])
{
    const km_real d[3] = {km_fraction_difference(a.s[0], b.s[0]),
                          km_fraction_difference(a.s[1], b.s[1]),
                          km_fraction_difference(a.s[2], b.s[2])};
    return km_lattice_vector(&lattice, d, r);
}

/* Integers, so that it does not matter which thread has which atom. */
static __device__ __forceinline__ void warp_add(km_fixed *sum, km_fixed own, bool counts)
{
    km_fixed x = counts ? own : 0;
    for (int lane = KM_WARP / 2; lane > 0; lane /= 2)
        x += __shfl_xor_sync(KM_WARP_ALL, x, lane);
    if (threadIdx.x % KM_WARP == 0)
        km_fixed_add(sum, x);
}

/* A whole number, and a fault where it is beyond the limit. */
static __device__ __forceinline__ int64_t whole(km_real x, const km_eam_whole &to, int *fault)
{
    if (!(fabs(x) <= (km_real)to.limit))
        *fault |= KM_FAULT_FORCE_LIMIT;
#ifdef KM_DOUBLE
    return __double2ll_rn(fmin(fmax(x, -to.limit), to.limit) * to.scale);
#else
    return __float2ll_rn(fminf(fmaxf(x, -(float)to.limit), (float)to.limit) * (float)to.scale);
#endif
}

} // namespace KM_CUDA_NAMESPACE

#endif
