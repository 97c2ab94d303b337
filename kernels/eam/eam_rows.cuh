/* SPDX-License-Identifier: MIT */
/* What the kernels over the metal's list share: distances, places in tables, sums of integers. */
#ifndef KM_EAM_ROWS_CUH
#define KM_EAM_ROWS_CUH

#include "kernels/eam/eam_list.cuh"
#include "kernels/eam/eam_pair.h"

namespace KM_CUDA_NAMESPACE
{

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
static __device__ __forceinline__ void warp_add(km_fixed *sum, km_fixed x)
{
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
    int fault;
} force_sums;

template <bool TALLY>
static __device__ __forceinline__ void add_pair(const km_real r[3], km_real f, km_real phi,
                                                force_sums *sums)
{
    const km_real force[3] = {f * r[0], f * r[1], f * r[2]};
#pragma unroll
    for (int c = 0; c < 3; c++)
        sums->f[c] += km_fixed_of(force[c], &sums->fault);
    if (!TALLY)
        return;
    const km_real w[KM_TENSOR] = {force[0] * r[0], force[1] * r[1], force[2] * r[2],
                                  force[1] * r[0], force[2] * r[0], force[2] * r[1]};
    sums->u += km_fixed_of(phi, &sums->fault);
#pragma unroll
    for (int c = 0; c < KM_TENSOR; c++)
        sums->w[c] += km_fixed_of(w[c], &sums->fault);
}

/* Energy and virial of all atoms; all threads of a warp come here. */
template <bool TALLY>
static __device__ __forceinline__ void hand_over(const force_sums &sums, bool energy, bool virial,
                                                 km_cuda_state *state)
{
    if (TALLY && energy)
        warp_add(&state->energy[KM_ENERGY_EAM], sums.u / 2);
    if (TALLY && virial)
        for (int c = 0; c < KM_TENSOR; c++) /* each pair is met twice */
            warp_add(&state->virial[c], -sums.w[c] / 4);
    if (sums.fault != 0)
        atomicOr(&state->fault, sums.fault);
}

} // namespace KM_CUDA_NAMESPACE

#endif
