/* SPDX-License-Identifier: MIT */
/* The passes that the terms of a metal are made of: a sum over the neighbours of every atom, then
 * forces. A term gives its formulas as a class without instances:
 *
 *     SEVERAL           it may be of several elements
 *     NUMBERS           of an interval of its tables
 *
 * of a sum
 *     FIRST             number of the first coefficient of the function that is summed
 *     PASS              0: over the neighbours in list.site; a later one is weighted, with what the
 *                       pass before left in list.embedded
 *     ENERGY            it has an energy
 *     UNROLL            so many neighbours go together
 *     take(...)         what becomes of the sum of an atom; its energy, kJ/mol
 *
 * of forces
 *     own(list, i)      what they need of an atom beside list.embedded
 *     force(...)        -U'/r of a pair, and its pair energy */
#ifndef KM_METAL_PASSES_CUH
#define KM_METAL_PASSES_CUH

#include "kernels/eam/eam_rows.cuh"
#include "kernels/eam/metal_cuda.cuh"
#include "kernels/eam/spline.h"

namespace KM_CUDA_NAMESPACE
{

/* The coefficients from number FIRST on of an interval of the pair of elements (a, b). */
template <class TERM, int FIRST>
static __device__ __forceinline__ void coefficients(const metal_tables &t, int a, int b,
                                                    int interval, km_real c[4])
{
    const int row = TERM::SEVERAL ? (a * t.n_elements + b) * t.n_intervals : 0;
    const km_real4 k = t.knot[TERM::NUMBERS / 4 * (row + interval) + FIRST / 4];
    c[0] = k.x;
    c[1] = k.y;
    c[2] = k.z;
    c[3] = k.w;
}

static __device__ __forceinline__ km_lattice_lanes lattice_of(const km_cuda_state *state)
{
    const km_box box = state->box;
    const km_lattice l = km_lattice_of(&box);
    return km_lattice_lanes_of(&l);
}

/* ---- sums ---- */

/* In each of the threads that share an atom. */
template <class TERM>
static __device__ __forceinline__ double
neighbour_sum(const metal_tables &t, const km_eam_list &list, const row &own,
              const km_lattice_lanes &lattice, const km_eam_site *site, const km_eam_site &here,
              int *fault)
{
    const km_eam_whole whole_of = t.whole[TERM::PASS];
    const int a = TERM::SEVERAL && own.count > 0 ? list.element[own.i] : 0;
    const int *entry = own.entry;
    int64_t sum = 0;
#pragma unroll TERM::UNROLL
    for (int k = 0; k < own.count; k++, entry += own.stride) {
        const int j = *entry;
        const km_eam_site other = site[j];
        km_real r[3], c[4];
        const km_real r2 = difference(lattice, here, other, r);
        if (!(r2 < t.cutoff2))
            continue;
        const place at = place_of(km_sqrt(r2), t.inverse_step, t.n_intervals);
        coefficients<TERM, TERM::FIRST>(t, a, TERM::SEVERAL ? list.element[j] : 0, at.interval, c);
        const km_real share = km_spline_value(c, at.p);
        sum += whole(TERM::PASS > 0 ? share * other.slope : share, whole_of, fault);
    }
    return (double)row_sum(list, sum) / whole_of.scale;
}

template <class TERM>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    sum_kernel(const metal_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_lattice_lanes lattice = lattice_of(to.state);
    const row own = row_of(list);
    const bool counts = own.i < list.n && own.share == 0;
    const km_eam_site *site = TERM::PASS > 0 ? list.embedded : list.site;
    const km_eam_site here = own.i < list.n ? site[own.i] : km_eam_site{};
    int fault = 0;
    km_fixed u = 0;
    const double sum = neighbour_sum<TERM>(t, list, own, lattice, site, here, &fault);
    if (counts) {
        const double energy = TERM::take(t, list, own.i, here, sum);
        u = TERM::ENERGY ? km_fixed_of(energy, &fault) : 0;
    }
    if (TERM::ENERGY && to.energy)
        warp_add(&to.state->energy[KM_ENERGY_EAM], u, counts);
    if (fault != 0)
        atomicOr(&to.state->fault, fault);
}

/* ---- forces ---- */

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

template <class TERM, bool TALLY>
static __global__ void __launch_bounds__(KM_EAM_THREADS)
    force_kernel(const metal_tables t, const km_eam_list list, const metal_results to)
{
    if (!km_is_wanted(to.rebuilt, list.build->rebuild))
        return;
    const km_lattice_lanes lattice = lattice_of(to.state);
    const row own = row_of(list);
    force_sums sums = {};
    if (own.i < list.n) {
        const km_eam_site here = list.embedded[own.i];
        const km_real here_too = TERM::own(list, own.i);
        const int a = TERM::SEVERAL ? list.element[own.i] : 0, *entry = own.entry;
        for (int k = 0; k < own.count; k++, entry += own.stride) {
            const int j = *entry;
            const km_eam_site other = list.embedded[j];
            km_real r[3], phi;
            const km_real r2 = difference(lattice, here, other, r);
            if (!(r2 < t.cutoff2))
                continue;
            const int b = TERM::SEVERAL ? list.element[j] : 0;
            const km_real f = TERM::force(t, list, here, here_too, a, j, other, b, r2, &phi);
            add_pair<TALLY>(r, f, phi, &sums);
        }
    }
    hand_over<TALLY>(list, own, sums, to);
}

/* Queues a pass over all atoms. */
template <class TERM>
static km_status launch_sum(const metal_tables &t, const km_eam_list &list, cudaStream_t stream,
                            const metal_results &to)
{
    KM_LAUNCH((sum_kernel<TERM>), rows_blocks(list), KM_EAM_THREADS, 0, stream, t, list, to);
    return KM_OK;
}

template <class TERM>
static km_status launch_forces(const metal_tables &t, const km_eam_list &list, cudaStream_t stream,
                               const metal_results &to)
{
    const unsigned blocks = rows_blocks(list);
    if (to.energy || to.virial)
        KM_LAUNCH((force_kernel<TERM, true>), blocks, KM_EAM_THREADS, 0, stream, t, list, to);
    else
        KM_LAUNCH((force_kernel<TERM, false>), blocks, KM_EAM_THREADS, 0, stream, t, list, to);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE

#endif
