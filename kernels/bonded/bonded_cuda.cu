/* SPDX-License-Identifier: MIT */
/* Bonded terms on the GPU: one kernel, a thread per term.
 *
 * Each term has a slot: its atoms and up to six parameters, in rows, so that a warp reads whole
 * lines. A kind begins at a new block: no block holds two kinds, and none diverges. Atoms are read
 * by their input order, where those of a molecule are neighbours; positions and arithmetic are
 * double as on the CPU. Forces go to fixed point, so the order of the terms does not matter. */
#include <stdlib.h>

#include "kernels/backend_cuda.cuh"
#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/bonded_terms.h"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "kernels/virial.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_BONDED_THREADS 128
#define KM_BONDED_ROWS 3 /* pairs of parameters per slot */

typedef struct __attribute__((aligned(16))) slot_atoms {
    int i, j, k, l; /* i = -1: nothing here; k and l only where the kind has them */
} slot_atoms;

typedef struct __attribute__((aligned(16))) slot_pair {
    double a, b;
} slot_pair;

/* Passed to the kernel by value. */
typedef struct bonded_slots {
    int n;                            /*       slots: a multiple of KM_BONDED_THREADS         */
    int first_block[KM_BONDED_KINDS]; /*       of each kind                                   */
    slot_atoms *atoms;                /*       n                                              */
    slot_pair *parameter;             /*       KM_BONDED_ROWS x n                             */
    double alpha;                     /* 1/nm                                                 */
} bonded_slots;

typedef struct km_bonded {
    km_device *device;
    bonded_slots slots;
} km_bonded;

/* What a thread adds to, and up. */
typedef struct sums {
    const double *position; /* nm         */
    km_fixed *force;        /* kJ/mol/nm  */
    int n_padded;
    km_box box;
    double u, u_other;        /* kJ/mol  of the kind; the kinds of two energies have another */
    double virial[KM_TENSOR]; /* kJ/mol                                                      */
    int fault;
} sums;

/* r_i - r_j, nearest image: as it is unless a molecule is wider than half the box. */
static __device__ __forceinline__ km_vec3 difference(const sums *s, km_vec3 i, km_vec3 j)
{
    const km_vec3 d = km_vec3_sub(i, j);
    const bool near = fabs(d.x) <= 0.5 * s->box.ax && fabs(d.y) <= 0.5 * s->box.by &&
                      fabs(d.z) <= 0.5 * s->box.cz;
    return near ? d : km_box_minimum_image(&s->box, d);
}

static __device__ __forceinline__ km_vec3 load(const sums *s, int i)
{
    return km_vec3_load(s->position, s->n_padded, i);
}

static __device__ __forceinline__ void add(sums *s, int i, km_vec3 f)
{
    km_fixed_add(&s->force[i], km_fixed_of(f.x, &s->fault));
    km_fixed_add(&s->force[s->n_padded + i], km_fixed_of(f.y, &s->fault));
    km_fixed_add(&s->force[2 * s->n_padded + i], km_fixed_of(f.z, &s->fault));
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

/* One term; kind is the same in the whole block. */
template <bool TALLY>
static __device__ __forceinline__ void term(sums *s, slot_atoms a, const slot_pair *parameter,
                                            const bonded_slots &slots, int kind)
{
    switch (kind) {
    case KM_BONDED_BOND:
        bond<TALLY>(s, a, parameter);
        break;
    case KM_BONDED_PAIR14:
        pair14<TALLY>(s, a, parameter, slots.n);
        break;
    case KM_BONDED_EXCLUDED:
        excluded<TALLY>(s, a, parameter, slots.alpha);
        break;
    case KM_BONDED_ANGLE:
        angle<TALLY>(s, a, parameter, slots.n);
        break;
    default:
        dihedral<TALLY>(s, a, parameter, slots.n, kind);
    }
}

template <bool TALLY>
static __global__ void __launch_bounds__(KM_BONDED_THREADS)
    bonded_kernel(bonded_slots slots, const double *KM_RESTRICT position, km_fixed *force,
                  int n_padded, km_cuda_state *state, bool energy, bool virial)
{
    const int slot = km_thread_index();
    int kind = 0;
#pragma unroll
    for (int k = 1; k < KM_BONDED_KINDS; k++)
        kind = (int)blockIdx.x >= slots.first_block[k] ? k : kind;
    sums s = {position, force, n_padded, state->box, 0.0, 0.0, {0.0}, 0};
    const slot_atoms atoms = slots.atoms[slot];
    if (atoms.i >= 0)
        term<TALLY>(&s, atoms, slots.parameter + slot, slots, kind);
    if (TALLY && energy) {
        km_block_add(&state->energy[energy_of(kind, false)], s.u, &s.fault);
        if (kind == KM_BONDED_PAIR14 || kind == KM_BONDED_PERIODIC)
            km_block_add(&state->energy[energy_of(kind, true)], s.u_other, &s.fault);
    }
    if (TALLY && virial)
        for (int t = 0; t < KM_TENSOR; t++)
            km_block_add(&state->virial[t], s.virial[t], &s.fault);
    if (s.fault != 0)
        atomicOr(&state->fault, s.fault);
}

static km_status bonded_compute(void *object, const km_step *s, km_particles *p)
{
    const km_bonded *self = (const km_bonded *)object;
    const bonded_slots *slots = &self->slots;
    const unsigned blocks = (unsigned)slots->n / KM_BONDED_THREADS;
    cudaStream_t stream;
    if (blocks == 0)
        return KM_OK;
    KM_TRY(km_cuda_lane_open(self->device, KM_LANE_BONDED, &stream));
    KM_TRY(km_cuda_lane_adds(self->device, KM_LANE_BONDED));
    if (s->energy || s->virial)
        KM_LAUNCH((bonded_kernel<true>), blocks, KM_BONDED_THREADS, 0, stream, *slots, p->position,
                  p->force, p->n_padded, km_cuda_of(p)->state, s->energy, s->virial);
    else
        KM_LAUNCH((bonded_kernel<false>), blocks, KM_BONDED_THREADS, 0, stream, *slots, p->position,
                  p->force, p->n_padded, km_cuda_of(p)->state, false, false);
    return KM_OK;
}

/* ---- arranging the terms, on the host ---- */

/* The parameters of a term as the kernel reads them. */
static void fill_parameters(int kind, const void *term, double out[2 * KM_BONDED_ROWS])
{
    if (kind == KM_BONDED_BOND) {
        const km_bond *t = (const km_bond *)term;
        out[0] = t->r0;
        out[1] = t->k;
    } else if (kind == KM_BONDED_ANGLE) {
        const km_angle_ready *t = (const km_angle_ready *)term;
        out[0] = t->k_theta;
        out[1] = t->cosine0;
        out[2] = t->sine0;
    } else if (kind == KM_BONDED_RB) {
        for (int n = 0; n < 6; n++)
            out[n] = ((const km_dihedral_rb *)term)->c[n];
    } else if (kind == KM_BONDED_PERIODIC) {
        const km_periodic_ready *t = (const km_periodic_ready *)term;
        out[0] = t->k_phi;
        out[1] = t->cosine0;
        out[2] = t->sine0;
        out[3] = t->multiplicity;
        out[4] = t->energy_term == KM_ENERGY_IMPROPER ? 1.0 : 0.0;
    } else if (kind == KM_BONDED_IMPROPER) {
        const km_improper_harmonic *t = (const km_improper_harmonic *)term;
        out[0] = t->xi0;
        out[1] = t->k_xi;
    } else if (kind == KM_BONDED_PAIR14) {
        const km_pair14 *t = (const km_pair14 *)term;
        out[0] = t->epsilon;
        out[1] = t->sigma;
        out[2] = t->qq;
    } else {
        out[0] = ((const km_excluded_ready *)term)->qq;
    }
}

/* Places of the kinds, each in whole blocks. */
static km_status count_slots(const km_bonded_terms *terms, bonded_slots *slots)
{
    int64_t blocks = 0;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        slots->first_block[kind] = (int)blocks;
        blocks += (terms->table[kind].n + KM_BONDED_THREADS - 1) / KM_BONDED_THREADS;
    }
    if (blocks * KM_BONDED_THREADS * KM_BONDED_ROWS > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "more than %d bonded terms",
                       INT32_MAX / KM_BONDED_ROWS);
    slots->n = (int)blocks * KM_BONDED_THREADS;
    slots->alpha = terms->alpha;
    return KM_OK;
}

static void fill_slots(const km_bonded_terms *terms, const bonded_slots *slots, slot_atoms *atoms,
                       slot_pair *parameter)
{
    for (int slot = 0; slot < slots->n; slot++)
        atoms[slot].i = -1;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        for (int m = 0; m < terms->table[kind].n; m++) {
            const int slot = slots->first_block[kind] * KM_BONDED_THREADS + m;
            const int *atom = km_bonded_atoms(terms, kind, m);
            const int n_atoms = km_bonded_kind_of[kind].n_atoms;
            double value[2 * KM_BONDED_ROWS] = {0.0};
            fill_parameters(kind, atom, value); /* a term begins with its atoms */
            atoms[slot] = {atom[0], atom[1], n_atoms > 2 ? atom[2] : 0, n_atoms > 3 ? atom[3] : 0};
            for (int row = 0; row < KM_BONDED_ROWS; row++)
                parameter[row * slots->n + slot] = {value[2 * row], value[2 * row + 1]};
        }
    }
}

static km_status make_slots(const km_bonded_terms *terms, bonded_slots *slots)
{
    KM_TRY(count_slots(terms, slots));
    slot_atoms *atoms = NULL;
    slot_pair *parameter = NULL;
    km_status status = km_allocate((void **)&atoms, slots->n, sizeof *atoms);
    if (status == KM_OK)
        status =
            km_allocate((void **)&parameter, KM_BONDED_ROWS * (size_t)slots->n, sizeof *parameter);
    if (status == KM_OK) {
        fill_slots(terms, slots, atoms, parameter);
        status = km_cuda_copy_of(&slots->atoms, atoms, slots->n);
    }
    if (status == KM_OK)
        status = km_cuda_copy_of(&slots->parameter, parameter, KM_BONDED_ROWS * (size_t)slots->n);
    free(atoms);
    free(parameter);
    return status;
}

static void bonded_destroy(void *object)
{
    km_bonded *self = (km_bonded *)object;
    if (self == NULL)
        return;
    km_cuda_delete(self->slots.atoms);
    km_cuda_delete(self->slots.parameter);
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
        status = make_slots(&terms, &self->slots);
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
