/* SPDX-License-Identifier: MIT */
/* What the kernels over the metal's list share: the neighbours of an atom, distances, places in
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

/* What a step asks of the term. */
typedef struct metal_results {
    km_fixed *force; /* kJ/mol/nm */
    int n_padded;
    bool energy, virial;
    km_when rebuilt; /* the kernel is for steps that do not build the list, or for those that do */
    km_cuda_state *state;
} metal_results;

/* Queues what `launch` queues twice: for steps that do not build the list, which wait for nothing,
 * and for those that do, after the build. */
static inline km_status rows_compute(km_device *device, km_eam_list *list, const km_step *s,
                                     km_particles *p,
                                     km_status (*launch)(void *, cudaStream_t, metal_results),
                                     void *self)
{
    metal_results to = {p->force,  p->n_padded, s->energy,
                        s->virial, KM_UNLESS,   km_cuda_of(p)->state};
    KM_TRY(km_eam_list_begin(device, list, p));
    KM_TRY(launch(self, device->stream, to));
    to.rebuilt = KM_ONLY_IF;
    KM_TRY(launch(self, device->body, to));
    return km_eam_list_end(device, list);
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
static __device__ __forceinline__ int64_t whole(km_real x, double scale, double limit, int *fault)
{
    if (!(fabs(x) <= (km_real)limit))
        *fault |= KM_FAULT_FORCE_LIMIT;
#ifdef KM_DOUBLE
    return __double2ll_rn(fmin(fmax(x, -limit), limit) * scale);
#else
    return __float2ll_rn(fminf(fmaxf(x, -(float)limit), (float)limit) * (float)scale);
#endif
}

/* The sums over the neighbours of an atom. */
typedef struct force_sums {
    km_fixed f[3], u, w[KM_TENSOR];
    int largest; /* km_fixed_watched */
} force_sums;

template <bool TALLY>
static __device__ __forceinline__ void add_pair(const km_real r[3], km_real f, km_real phi,
                                                force_sums *sums)
{
    const km_real force[3] = {f * r[0], f * r[1], f * r[2]};
#pragma unroll
    for (int c = 0; c < 3; c++)
        sums->f[c] += km_fixed_watched(force[c], &sums->largest);
    if (!TALLY)
        return;
    const km_real w[KM_TENSOR] = {force[0] * r[0], force[1] * r[1], force[2] * r[2],
                                  force[1] * r[0], force[2] * r[0], force[2] * r[1]};
    sums->u += km_fixed_watched(phi, &sums->largest);
#pragma unroll
    for (int c = 0; c < KM_TENSOR; c++)
        sums->w[c] += km_fixed_watched(w[c], &sums->largest);
}

/* Forces, energy and virial of all atoms; all threads of a warp come here. */
template <bool TALLY>
static __device__ __forceinline__ void hand_over(const km_eam_list &list, const row &own,
                                                 const force_sums &sums, const metal_results &to)
{
    km_cuda_state *state = to.state;
    const int fault = km_fault_of_largest(sums.largest);
    for (int c = 0; c < 3; c++) {
        const km_fixed f = row_sum(list, sums.f[c]);
        if (own.i < list.n && own.share == 0)
            km_fixed_add(&to.force[c * to.n_padded + list.atom[own.i]], f);
    }
    if (TALLY && to.energy)
        warp_add(&state->energy[KM_ENERGY_EAM], row_sum(list, sums.u) / 2, own.share == 0);
    if (TALLY && to.virial)
        for (int c = 0; c < KM_TENSOR; c++) /* each pair is met twice */
            warp_add(&state->virial[c], -row_sum(list, sums.w[c]) / 4, own.share == 0);
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

} // namespace KM_CUDA_NAMESPACE

#endif
