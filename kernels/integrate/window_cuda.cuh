/* SPDX-License-Identifier: MIT */
/* A window of atoms in motion: a thread of a block has one of them, all lie in shared memory.
 *
 * What belongs to one atom (to load, kick, drift, store) its thread does, and neighbouring threads
 * read neighbouring words. What belongs to a constraint group one thread does, from shared memory:
 * a warp takes 32 groups of one kind, which is a template argument, so that every index into its
 * arrays is a constant. Constraints change velocities alone: a position that drifts with the
 * velocity they leave comes to lie on them. */
#ifndef KM_WINDOW_CUDA_CUH
#define KM_WINDOW_CUDA_CUH

#include "kernels/integrate/constraint.h"
#include "kernels/integrate/integrate_cuda.cuh"
#include "kernels/integrate/langevin.h"
#include "kernels/integrate/verlet.h"

namespace KM_CUDA_NAMESPACE
{

/* The atom of a thread. */
typedef struct km_window_atom {
    int i;        /*              number of the atom; -1: none */
    double w;     /* 1/u   inverse mass   */
    km_vec3 x, v; /* nm, nm/ps           */
} km_window_atom;

typedef struct km_shared_atoms {
    double x[3 * KM_WINDOW_ATOMS], v[3 * KM_WINDOW_ATOMS]; /* nm, nm/ps */
    double w[KM_WINDOW_ATOMS];                             /* 1/u       */
} km_shared_atoms;

/* A group of the block, of those a thread works on; the first is read before it is needed. */
typedef struct km_window_group {
    int at, end; /* stretch, and the end of those of the window */
    int kind;
    km_group_slot slot;
    double length[KM_CONSTRAINT_BONDS]; /* nm */
} km_window_group;

/* ---- atoms ---- */

static __device__ __forceinline__ km_window_atom km_atom_load(const km_windows &windows,
                                                              const km_particles &p,
                                                              km_pending pending)
{
    const km_vec3 zero = {0.0, 0.0, 0.0};
    km_window_atom a = {windows.atom[km_thread_index()], 0.0, zero, zero};
    if (a.i < 0)
        return a;
    a.w = p.inverse_mass[a.i];
    a.x = km_vec3_load(p.position, p.n_padded, a.i);
    a.v = km_velocity_now(km_vec3_load(p.velocity, p.n_padded, a.i), pending, a.w,
                          km_is_coupled(&p, a.i));
    return a;
}

/* An atom of a piston has a velocity that is known already. */
static __device__ __forceinline__ void km_atom_kick(km_window_atom *a, const km_particles &p,
                                                    km_vec3 force, double half_timestep,
                                                    const km_motion *motion)
{
    const int piston = km_piston_of(&p, a->i);
    if (piston >= 0) {
        a->v = km_vec3_make(0.0, 0.0, motion->piston_velocity[piston]);
        return;
    }
    a->v.x = km_verlet_kick(a->v.x, force.x, a->w, half_timestep);
    a->v.y = km_verlet_kick(a->v.y, force.y, a->w, half_timestep);
    a->v.z = km_verlet_kick(a->v.z, force.z, a->w, half_timestep);
}

static __device__ __forceinline__ km_vec3 km_drift(km_vec3 x, km_vec3 v, double w, double duration)
{
    return km_vec3_make(km_verlet_drift(x.x, v.x, w, duration),
                        km_verlet_drift(x.y, v.y, w, duration),
                        km_verlet_drift(x.z, v.z, w, duration));
}

/* ---- groups ---- */

static __device__ __forceinline__ void km_group_read(const km_windows &windows, km_window_group *g)
{
    if (g->at >= g->end)
        return;
    g->kind = windows.kind[g->at];
    g->slot = windows.group[g->at * KM_WARP + (int)threadIdx.x % KM_WARP];
    const km_group_shape *shape = &windows.shape[g->slot.shape];
    KM_DEVICE_UNROLL
    for (int b = 0; b < KM_CONSTRAINT_BONDS; b++)
        g->length[b] = shape->length[b];
}

/* The first group of the thread. */
template <int WIDEST>
static __device__ __forceinline__ km_window_group km_group_first(const km_windows &windows)
{
    km_window_group g = {};
    if (WIDEST == 0)
        return g;
    g.at = windows.stretch[blockIdx.x] + (int)threadIdx.x / KM_WARP;
    g.end = windows.stretch[blockIdx.x + 1];
    km_group_read(windows, &g);
    return g;
}

/* Calls function<KIND>(group, arguments...) for each group of the window, once in the block,
 * between two barriers; `first` is what km_group_first has read. WIDEST, a constant:
 * km_windows.widest or more, for which the kernel is compiled. */
#define KM_FOR_GROUPS(WIDEST, windows, first, function, ...)                                       \
    if constexpr (WIDEST > 0) {                                                                    \
        __syncthreads();                                                                           \
        for (km_window_group km_g_ = first; km_g_.at < km_g_.end;) {                               \
            if (km_g_.slot.used)                                                                   \
                switch (km_g_.kind) {                                                              \
                case 1:                                                                            \
                    function<1>(km_g_, __VA_ARGS__);                                               \
                    break;                                                                         \
                case 2:                                                                            \
                    function<2>(km_g_, __VA_ARGS__);                                               \
                    break;                                                                         \
                case 3:                                                                            \
                    function<3>(km_g_, __VA_ARGS__);                                               \
                    break;                                                                         \
                case KM_GROUP_STAR_4:                                                              \
                    if constexpr (WIDEST == KM_GROUP_STAR_4)                                       \
                        function<KM_GROUP_STAR_4>(km_g_, __VA_ARGS__);                             \
                    break;                                                                         \
                default:                                                                           \
                    function<KM_GROUP_TRIANGLE>(km_g_, __VA_ARGS__);                               \
                }                                                                                  \
            km_g_.at += KM_WINDOW_ATOMS / KM_WARP;                                                 \
            km_group_read(windows, &km_g_);                                                        \
        }                                                                                          \
        __syncthreads();                                                                           \
    }

template <int KIND> constexpr int ATOMS_OF = KIND == KM_GROUP_TRIANGLE ? 3 : KIND + 1;
template <int KIND> constexpr int BONDS_OF = KIND == KM_GROUP_TRIANGLE ? 3 : KIND;

/* The bonds as constraint.h wants them, made where they are used: so the compiler sees constants.
 */
template <int KIND>
static __device__ __forceinline__ km_constraint_group km_group_of(const km_window_group &from)
{
    km_constraint_group g;
    g.n_atoms = ATOMS_OF<KIND>;
    g.n_bonds = BONDS_OF<KIND>;
    KM_DEVICE_UNROLL
    for (int b = 0; b < BONDS_OF<KIND>; b++) {
        g.bond[b][0] = KIND == KM_GROUP_TRIANGLE && b == 2 ? 1 : 0;
        g.bond[b][1] = KIND == KM_GROUP_TRIANGLE && b > 0 ? 2 : b + 1;
        g.length[b] = from.length[b];
    }
    return g;
}

template <int KIND>
static __device__ __forceinline__ void km_group_load(const km_window_group &g, const double *shared,
                                                     km_vec3 out[KM_CONSTRAINT_ATOMS])
{
    KM_DEVICE_UNROLL
    for (int a = 0; a < ATOMS_OF<KIND>; a++)
        out[a] = km_vec3_load(shared, KM_WINDOW_ATOMS, g.slot.place[a]);
}

template <int KIND>
static __device__ __forceinline__ void km_group_store(const km_window_group &g,
                                                      const km_vec3 *value, double *shared)
{
    KM_DEVICE_UNROLL
    for (int a = 0; a < ATOMS_OF<KIND>; a++)
        km_vec3_store(shared, KM_WINDOW_ATOMS, g.slot.place[a], value[a]);
}

template <int KIND>
static __device__ __forceinline__ void km_group_masses(const km_window_group &g,
                                                       const km_shared_atoms *shared, double *w)
{
    KM_DEVICE_UNROLL
    for (int a = 0; a < ATOMS_OF<KIND>; a++)
        w[a] = shared->w[g.slot.place[a]];
}

/* Changes the velocities so that a drift for the duration (ps) ends on the constraints. */
template <int KIND>
static __device__ __forceinline__ void km_group_drift(const km_window_group &from,
                                                      km_shared_atoms *shared, const km_box &box,
                                                      double tolerance, double duration, int *fault)
{
    const km_constraint_group g = km_group_of<KIND>(from);
    km_vec3 x[KM_CONSTRAINT_ATOMS], v[KM_CONSTRAINT_ATOMS];
    km_vec3 direction[KM_CONSTRAINT_BONDS], s[KM_CONSTRAINT_BONDS];
    double w[KM_CONSTRAINT_ATOMS], multiplier[KM_CONSTRAINT_BONDS];
    km_group_load<KIND>(from, shared->x, x);
    km_group_load<KIND>(from, shared->v, v);
    km_group_masses<KIND>(from, shared, w);
    km_constraint_bonds(BONDS_OF<KIND>, &g, &box, x, direction);
    KM_DEVICE_UNROLL
    for (int a = 0; a < ATOMS_OF<KIND>; a++)
        x[a] = km_drift(x[a], v[a], w[a], duration);
    km_constraint_bonds(BONDS_OF<KIND>, &g, &box, x, s);
    if (!km_constraint_newton(BONDS_OF<KIND>, &g, w, direction, tolerance, s, multiplier)) {
        *fault |= KM_FAULT_CONSTRAINT;
        return;
    }
    KM_DEVICE_UNROLL
    for (int b = 0; b < BONDS_OF<KIND>; b++)
        multiplier[b] /= duration;
    km_constraint_apply(BONDS_OF<KIND>, &g, w, multiplier, direction, v);
    km_group_store<KIND>(from, v, shared->v);
}

/* Removes velocity components along the bonds. */
template <int KIND>
static __device__ __forceinline__ void km_group_project(const km_window_group &from,
                                                        km_shared_atoms *shared, const km_box &box,
                                                        int *fault)
{
    const km_constraint_group g = km_group_of<KIND>(from);
    km_vec3 x[KM_CONSTRAINT_ATOMS], v[KM_CONSTRAINT_ATOMS], bond[KM_CONSTRAINT_BONDS];
    double w[KM_CONSTRAINT_ATOMS];
    km_group_load<KIND>(from, shared->x, x);
    km_group_load<KIND>(from, shared->v, v);
    km_group_masses<KIND>(from, shared, w);
    km_constraint_bonds(BONDS_OF<KIND>, &g, &box, x, bond);
    if (!km_constraint_project(BONDS_OF<KIND>, &g, w, bond, v))
        *fault |= KM_FAULT_CONSTRAINT;
    km_group_store<KIND>(from, v, shared->v);
}

/* ---- windows ---- */

/* Puts the atom of the thread where the groups find it; a barrier has to follow. */
static __device__ __forceinline__ void km_window_share(const km_window_atom &a,
                                                       km_shared_atoms *shared)
{
    const int place = (int)threadIdx.x;
    km_vec3_store(shared->x, KM_WINDOW_ATOMS, place, a.x);
    km_vec3_store(shared->v, KM_WINDOW_ATOMS, place, a.v);
    shared->w[place] = a.w;
}

/* The atom of the thread as the groups have left it. */
static __device__ __forceinline__ void km_window_fetch(km_window_atom *a,
                                                       const km_shared_atoms &shared)
{
    const int place = (int)threadIdx.x;
    a->x = km_vec3_load(shared.x, KM_WINDOW_ATOMS, place);
    a->v = km_vec3_load(shared.v, KM_WINDOW_ATOMS, place);
    a->w = shared.w[place];
}

/* Moves the atoms for the duration (ps); velocities follow the constraints. All threads call. */
template <int WIDEST>
static __device__ __forceinline__ void
km_window_drift(const km_windows &windows, const km_window_group &first, const km_box &box,
                double tolerance, double duration, km_window_atom *a, km_shared_atoms *shared,
                int *fault)
{
    if (WIDEST > 0)
        km_window_share(*a, shared);
    KM_FOR_GROUPS(WIDEST, windows, first, km_group_drift, shared, box, tolerance, duration, fault)
    if (WIDEST > 0)
        km_window_fetch(a, *shared);
    a->x = km_drift(a->x, a->v, a->w, duration);
    if (!isfinite(a->x.x) || !isfinite(a->x.y) || !isfinite(a->x.z))
        *fault |= KM_FAULT_NOT_FINITE;
}

/* Takes velocity components along the bonds from the atoms. All threads call. */
template <int WIDEST>
static __device__ __forceinline__ void
km_window_project(const km_windows &windows, const km_window_group &first, const km_box &box,
                  km_window_atom *a, km_shared_atoms *shared, int *fault)
{
    if (WIDEST > 0)
        km_window_share(*a, shared);
    KM_FOR_GROUPS(WIDEST, windows, first, km_group_project, shared, box, fault)
    if (WIDEST > 0)
        km_window_fetch(a, *shared);
}

static __device__ __forceinline__ void km_fault_raise(km_cuda_state *state, int fault)
{
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

} // namespace KM_CUDA_NAMESPACE

#endif
