/* SPDX-License-Identifier: MIT */
/* Bonded terms on the GPU: a block per window of atoms, a warp per 32 terms of a kind.
 *
 * Atoms are read by their input order, where those of a molecule are neighbours; positions and
 * arithmetic are double as on the CPU. Forces go to fixed point, so the order of the terms does not
 * matter: in shared memory for the atoms of the window, which leave it once. */
#include <stdlib.h>

#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/bonded_windows.cuh"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "kernels/virial.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_BONDED_THREADS 128

typedef struct km_bonded {
    km_device *device;
    bonded_windows windows;
} km_bonded;

/* A sum in fixed point in shared memory, as two halves. */
typedef struct shared_sum {
    unsigned low[KM_BONDED_WINDOW], high[KM_BONDED_WINDOW];
} shared_sum;

/* What a thread reads, adds to, and up. */
typedef struct sums {
    const double *position; /* nm         */
    const double *near;     /* nm         3 x KM_BONDED_WINDOW: of the window */
    km_fixed *force;        /* kJ/mol/nm  */
    shared_sum *own;        /*            3: of the atoms of the window */
    int first;              /*            atom of the window            */
    int n_padded;
    const km_box *box;
    double u, u_other;        /* kJ/mol  of the kind; the kinds of two energies have another */
    double virial[KM_TENSOR]; /* kJ/mol                                                      */
    int fault;
} sums;

/* r_i - r_j, nearest image: as it is unless a molecule is wider than half the box. */
static __device__ __forceinline__ km_vec3 difference(const sums *s, km_vec3 i, km_vec3 j)
{
    const km_vec3 d = km_vec3_sub(i, j);
    const bool near = fabs(d.x) <= 0.5 * s->box->ax && fabs(d.y) <= 0.5 * s->box->by &&
                      fabs(d.z) <= 0.5 * s->box->cz;
    return near ? d : km_box_minimum_image(s->box, d);
}

static __device__ __forceinline__ km_vec3 load(const sums *s, int i)
{
    const int k = i - s->first;
    return k >= 0 && k < KM_BONDED_WINDOW ? km_vec3_load(s->near, KM_BONDED_WINDOW, k)
                                          : km_vec3_load(s->position, s->n_padded, i);
}

/* Whole sums of 64 bits, whatever the order: what the lower half loses is carried. */
static __device__ __forceinline__ void add_shared(shared_sum *sum, int k, km_fixed x)
{
    const unsigned low = (unsigned)x, high = (unsigned)((uint64_t)x >> 32);
    const unsigned before = atomicAdd(&sum->low[k], low);
    const unsigned carry = before + low < low ? 1u : 0u;
    if (high + carry != 0)
        atomicAdd(&sum->high[k], high + carry);
}

static __device__ __forceinline__ void add(sums *s, int i, km_vec3 f)
{
    const km_fixed x = km_fixed_of(f.x, &s->fault), y = km_fixed_of(f.y, &s->fault),
                   z = km_fixed_of(f.z, &s->fault);
    const int k = i - s->first;
    if (k >= 0 && k < KM_BONDED_WINDOW) {
        add_shared(&s->own[0], k, x);
        add_shared(&s->own[1], k, y);
        add_shared(&s->own[2], k, z);
    } else {
        km_fixed_add(&s->force[i], x);
        km_fixed_add(&s->force[s->n_padded + i], y);
        km_fixed_add(&s->force[2 * s->n_padded + i], z);
    }
}

template <bool TALLY>
static __device__ __forceinline__ void add_pair(sums *s, slot_atoms a, km_vec3 d, km_vec3 force)
{
    add(s, a.i, force);
    add(s, a.j, km_vec3_scale(-1.0, force));
    if (TALLY)
        km_virial_add(s->virial, d, force);
}

template <bool TALLY>
static __device__ __forceinline__ void bond(sums *s, slot_atoms a, const slot_pair *parameter)
{
    const slot_pair p = parameter[0];
    const km_vec3 d = difference(s, load(s, a.i), load(s, a.j));
    km_vec3 force;
    s->u = km_bond_harmonic(d, p.a, p.b, &force);
    add_pair<TALLY>(s, a, d, force);
}

template <bool TALLY>
static __device__ __forceinline__ void pair14(sums *s, slot_atoms a, const slot_pair *parameter,
                                              int n)
{
    const slot_pair p = parameter[0], q = parameter[n];
    const km_vec3 d = difference(s, load(s, a.i), load(s, a.j));
    const double r2 = km_vec3_dot(d, d);
    const km_pair_term vdw = km_lennard_jones(p.a, p.b, r2);
    const km_pair_term coulomb = km_coulomb_plain(q.a, r2);
    s->u = vdw.u;
    s->u_other = coulomb.u;
    add_pair<TALLY>(s, a, d, km_vec3_scale(vdw.f_over_r + coulomb.f_over_r, d));
}

template <bool TALLY>
static __device__ __forceinline__ void excluded(sums *s, slot_atoms a, const slot_pair *parameter,
                                                double alpha)
{
    const double qq = parameter[0].a;
    const km_vec3 d = difference(s, load(s, a.i), load(s, a.j));
    const km_pair_term pair = km_excluded_pair(qq, alpha, km_vec3_dot(d, d));
    s->u = pair.u;
    add_pair<TALLY>(s, a, d, km_vec3_scale(pair.f_over_r, d));
}

template <bool TALLY>
static __device__ __forceinline__ void angle(sums *s, slot_atoms a, const slot_pair *parameter,
                                             int n)
{
    const slot_pair p = parameter[0], q = parameter[n];
    const km_vec3 vertex = load(s, a.j);
    const km_vec3 r_ij = difference(s, load(s, a.i), vertex),
                  r_kj = difference(s, load(s, a.k), vertex);
    const km_angle_result r = km_angle_harmonic(r_ij, r_kj, p.b, q.a, p.a, false);
    s->u = r.u;
    add(s, a.i, r.force_i);
    add(s, a.k, r.force_k);
    add(s, a.j, km_vec3_scale(-1.0, km_vec3_add(r.force_i, r.force_k)));
    if (TALLY) {
        km_virial_add(s->virial, r_ij, r.force_i);
        km_virial_add(s->virial, r_kj, r.force_k);
    }
}

/* All kinds in a dihedral angle. */
template <bool TALLY>
static __device__ __forceinline__ void dihedral(sums *s, slot_atoms a, const slot_pair *parameter,
                                                int n, int kind)
{
    const slot_pair p = parameter[0];
    const km_vec3 r_j = load(s, a.j), r_k = load(s, a.k);
    const km_vec3 f = difference(s, load(s, a.i), r_j), g = difference(s, r_j, r_k),
                  h = difference(s, load(s, a.l), r_k);
    const km_dihedral_angle d = km_dihedral_of(f, g, h);
    km_dihedral_term e;
    if (kind == KM_BONDED_RB) {
        const slot_pair q = parameter[n], r = parameter[2 * n];
        const double c[6] = {p.a, p.b, q.a, q.b, r.a, r.b};
        e = km_dihedral_rb_term(d.cosine, d.sine, c, 1);
    } else if (kind == KM_BONDED_PERIODIC) {
        const slot_pair q = parameter[n];
        e = km_dihedral_periodic_term(d.cosine, d.sine, (int)q.b, p.a, p.b, q.a);
    } else {
        e = km_improper_harmonic_term(d.cosine, d.sine, p.a, p.b);
    }
    const km_dihedral_force force = km_dihedral_forces(d, e.slope);
    add(s, a.i, force.i);
    add(s, a.j, force.j);
    add(s, a.k, force.k);
    add(s, a.l, force.l);
    if (TALLY) {
        const bool improper = kind == KM_BONDED_PERIODIC && parameter[2 * n].a != 0.0;
        s->u = improper ? 0.0 : e.u;
        s->u_other = improper ? e.u : 0.0;
        km_virial_add(s->virial, f, force.i); /* all relative to j */
        km_virial_add(s->virial, km_vec3_scale(-1.0, g), force.k);
        km_virial_add(s->virial, km_vec3_sub(h, g), force.l);
    }
}

/* Where the energies of a kind go; 1-4 pairs and periodic dihedrals have two. */
static __device__ __forceinline__ int energy_of(int kind, bool other)
{
    switch (kind) {
    case KM_BONDED_BOND:
        return KM_ENERGY_BOND;
    case KM_BONDED_ANGLE:
        return KM_ENERGY_ANGLE;
    case KM_BONDED_IMPROPER:
        return KM_ENERGY_IMPROPER;
    case KM_BONDED_PAIR14:
        return other ? KM_ENERGY_COULOMB_14 : KM_ENERGY_VDW_14;
    case KM_BONDED_EXCLUDED:
        return KM_ENERGY_COULOMB_EXCLUDED;
    default:
        return other ? KM_ENERGY_IMPROPER : KM_ENERGY_DIHEDRAL;
    }
}

/* One term; kind is the same in the whole warp. */
template <bool TALLY>
static __device__ __forceinline__ void term(sums *s, slot_atoms a, const slot_pair *parameter,
                                            const bonded_windows &windows, int kind)
{
    const int n = windows.n_stretches * KM_WARP;
    switch (kind) {
    case KM_BONDED_BOND:
        bond<TALLY>(s, a, parameter);
        break;
    case KM_BONDED_PAIR14:
        pair14<TALLY>(s, a, parameter, n);
        break;
    case KM_BONDED_EXCLUDED:
        excluded<TALLY>(s, a, parameter, windows.alpha);
        break;
    case KM_BONDED_ANGLE:
        angle<TALLY>(s, a, parameter, n);
        break;
    default:
        dihedral<TALLY>(s, a, parameter, n, kind);
    }
}

/* Adds the energies of a warp's terms to those of the block; all its lanes call. */
static __device__ __forceinline__ void add_energies(sums *s, int kind, km_fixed *energy)
{
    const double u = km_warp_sum(s->u), u_other = km_warp_sum(s->u_other);
    if (threadIdx.x % KM_WARP != 0)
        return;
    km_fixed_add(&energy[energy_of(kind, false)], km_fixed_of(u, &s->fault));
    if (kind == KM_BONDED_PAIR14 || kind == KM_BONDED_PERIODIC)
        km_fixed_add(&energy[energy_of(kind, true)], km_fixed_of(u_other, &s->fault));
}

/* Positions of the window, and nothing on its forces yet; a barrier has to follow. */
static __device__ __forceinline__ void begin_window(const double *position, int n_padded, int first,
                                                    double *near, shared_sum *own)
{
    for (int item = (int)threadIdx.x; item < 3 * KM_BONDED_WINDOW; item += KM_BONDED_THREADS) {
        const int c = item / KM_BONDED_WINDOW, k = item % KM_BONDED_WINDOW;
        own[c].low[k] = own[c].high[k] = 0;
        near[item] = first + k < n_padded ? position[c * n_padded + first + k] : 0.0;
    }
}

/* The term of a lane in stretch k, and its kind, read before it is needed. */
typedef struct next_term {
    slot_atoms atoms;
    int kind;
} next_term;

static __device__ __forceinline__ next_term look_ahead(const bonded_windows &windows, int k,
                                                       int end)
{
    next_term next = {{-1, 0, 0, 0}, 0};
    if (k < end)
        next = {windows.atoms[k * KM_WARP + (int)threadIdx.x % KM_WARP], windows.kind[k]};
    return next;
}

/* Hands in the forces on the window. */
static __device__ __forceinline__ void store_window(const sums &s)
{
    for (int item = (int)threadIdx.x; item < 3 * KM_BONDED_WINDOW; item += KM_BONDED_THREADS) {
        const int c = item / KM_BONDED_WINDOW, k = item % KM_BONDED_WINDOW;
        const uint64_t sum = (uint64_t)s.own[c].high[k] << 32 | s.own[c].low[k];
        if (sum != 0) /* there may be no atom */
            km_fixed_add(&s.force[c * s.n_padded + s.first + k], (km_fixed)sum);
    }
}

template <bool TALLY>
static __global__ void __launch_bounds__(KM_BONDED_THREADS, 4)
    bonded_kernel(bonded_windows windows, const double *KM_RESTRICT position, km_fixed *force,
                  int n_padded, km_cuda_state *state, bool energy, bool virial)
{
    __shared__ shared_sum own[3];
    __shared__ double near[3 * KM_BONDED_WINDOW];
    __shared__ km_fixed energies[KM_ENERGY_COUNT];
    __shared__ km_box box;
    const bonded_window window = windows.window[blockIdx.x];
    const int lane = (int)threadIdx.x % KM_WARP, warps = KM_BONDED_THREADS / KM_WARP;
    int k = window.begin + (int)threadIdx.x / KM_WARP;
    next_term next = look_ahead(windows, k, window.end);
    begin_window(position, n_padded, window.atom, near, own);
    if (TALLY && threadIdx.x < KM_ENERGY_COUNT)
        energies[threadIdx.x] = 0;
    if (threadIdx.x == 0)
        box = state->box;
    __syncthreads();
    sums s = {position, near, force, own, window.atom, n_padded, &box, 0.0, 0.0, {0.0}, 0};
    for (; k < window.end; k += warps) {
        const next_term now = next;
        next = look_ahead(windows, k + warps, window.end);
        s.u = s.u_other = 0.0;
        if (now.atoms.i >= 0)
            term<TALLY>(&s, now.atoms, windows.parameter + k * KM_WARP + lane, windows, now.kind);
        if (TALLY && energy)
            add_energies(&s, now.kind, energies);
    }
    __syncthreads();
    store_window(s);
    if (TALLY && energy && threadIdx.x < KM_ENERGY_COUNT && energies[threadIdx.x] != 0)
        km_fixed_add(&state->energy[threadIdx.x], energies[threadIdx.x]);
    if (TALLY && virial)
        for (int t = 0; t < KM_TENSOR; t++)
            km_block_add(&state->virial[t], s.virial[t], &s.fault);
    if (s.fault != 0)
        atomicOr(&state->fault, s.fault);
}

static km_status bonded_compute(void *object, const km_step *s, km_particles *p)
{
    const km_bonded *self = (const km_bonded *)object;
    const bonded_windows *windows = &self->windows;
    const unsigned blocks = (unsigned)windows->n;
    cudaStream_t stream;
    if (blocks == 0)
        return KM_OK;
    km_cuda_lane_open(self->device, KM_LANE_BONDED, &stream);
    KM_TRY(km_cuda_lane_adds(self->device, KM_LANE_BONDED));
    if (s->energy || s->virial)
        KM_LAUNCH((bonded_kernel<true>), blocks, KM_BONDED_THREADS, 0, stream, *windows,
                  p->position, p->force, p->n_padded, km_cuda_of(p)->state, s->energy, s->virial);
    else
        KM_LAUNCH((bonded_kernel<false>), blocks, KM_BONDED_THREADS, 0, stream, *windows,
                  p->position, p->force, p->n_padded, km_cuda_of(p)->state, false, false);
    return KM_OK;
}

static void bonded_destroy(void *object)
{
    km_bonded *self = (km_bonded *)object;
    if (self == NULL)
        return;
    km_bonded_windows_free(&self->windows);
    free(self);
}

static const km_force_ops bonded_ops = {"bonded", NULL, bonded_compute, bonded_destroy};

km_status km_bonded_cuda_create(km_device *device, const void *spec, const km_particles *p,
                                km_force *out)
{
    out->ops = NULL;
    out->self = NULL;
    const km_particles *host = &km_cuda_of(p)->host;
    km_bonded *self;
    km_bonded_terms terms = {};
    KM_NEW(self, 1);
    self->device = device;
    km_status status =
        km_bonded_terms_make((const km_bonded_spec *)spec, host->charge, host->n, &terms);
    if (status == KM_OK)
        status = km_bonded_windows_make(&terms, host->n, &self->windows);
    km_bonded_terms_free(&terms);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        bonded_destroy(self);
        return status;
    }
    out->ops = &bonded_ops;
    out->self = self;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
