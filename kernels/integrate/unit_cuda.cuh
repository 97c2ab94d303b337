/* SPDX-License-Identifier: MIT */
/* One unit in the registers of one thread. Its kind is a template argument, so that every index
 * into its arrays is a constant. */
#ifndef KM_UNIT_CUDA_CUH
#define KM_UNIT_CUDA_CUH

#include "kernels/integrate/constraint.h"
#include "kernels/integrate/integrate_cuda.cuh"
#include "kernels/integrate/langevin.h"
#include "kernels/integrate/verlet.h"

namespace KM_CUDA_NAMESPACE
{

/* Calls function<KIND>(arguments...) for the kind of the unit's block. */
#define KM_UNIT_CALL(kind, function, ...)                                                          \
    switch (kind) {                                                                                \
    case KM_UNIT_FREE:                                                                             \
        function<KM_UNIT_FREE>(__VA_ARGS__);                                                       \
        break;                                                                                     \
    case 1:                                                                                        \
        function<1>(__VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 2:                                                                                        \
        function<2>(__VA_ARGS__);                                                                  \
        break;                                                                                     \
    case 3:                                                                                        \
        function<3>(__VA_ARGS__);                                                                  \
        break;                                                                                     \
    case KM_UNIT_STAR_4:                                                                           \
        function<KM_UNIT_STAR_4>(__VA_ARGS__);                                                     \
        break;                                                                                     \
    default:                                                                                       \
        function<KM_UNIT_TRIANGLE>(__VA_ARGS__);                                                   \
    }

template <int KIND> struct km_unit {
    static constexpr int ATOMS = KIND == KM_UNIT_TRIANGLE ? 3 : KIND + 1;
    static constexpr int BONDS = KIND == KM_UNIT_TRIANGLE ? 3 : KIND;
    int atom[ATOMS];
    double w[ATOMS];                    /* 1/u, inverse mass */
    km_vec3 x[ATOMS], v[ATOMS];         /* nm, nm/ps */
    double length[KM_CONSTRAINT_BONDS]; /* nm */
};

/* The bonds as constraint.h wants them, made where they are used: so the compiler sees constants.
 */
template <int KIND>
static __device__ __forceinline__ km_constraint_group km_unit_group(const km_unit<KIND> &u)
{
    km_constraint_group g;
    g.n_atoms = u.ATOMS;
    g.n_bonds = u.BONDS;
    KM_DEVICE_UNROLL
    for (int b = 0; b < u.BONDS; b++) {
        g.bond[b][0] = KIND == KM_UNIT_TRIANGLE && b == 2 ? 1 : 0;
        g.bond[b][1] = KIND == KM_UNIT_TRIANGLE && b > 0 ? 2 : b + 1;
        g.length[b] = u.length[b];
    }
    return g;
}

/* Loads atoms, bonds, positions and velocities; false for a filler. */
template <int KIND>
static __device__ __forceinline__ bool km_unit_load(km_unit<KIND> &u, const km_units &units,
                                                    const km_particles &p, km_pending pending)
{
    const int k = km_thread_index();
    if (units.atom[k] < 0)
        return false;
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++) {
        u.atom[a] = units.atom[a * units.n + k];
        u.w[a] = p.inverse_mass[u.atom[a]];
        u.x[a] = km_vec3_load(p.position, p.n_padded, u.atom[a]);
        u.v[a] = km_velocity_now(km_vec3_load(p.velocity, p.n_padded, u.atom[a]), pending, u.w[a],
                                 km_is_coupled(&p, u.atom[a]));
    }
    KM_DEVICE_UNROLL
    for (int b = 0; b < u.BONDS; b++)
        u.length[b] = units.length[b * units.n + k];
    return true;
}

template <int KIND>
static __device__ __forceinline__ void km_unit_store(const km_unit<KIND> &u, double *array,
                                                     int n_padded, const km_vec3 *value)
{
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        km_vec3_store(array, n_padded, u.atom[a], value[a]);
}

/* Forces in the order of the neighbour list; force is NULL where there are none. */
typedef struct km_sorted_forces {
    km_fixed *force; /* 3 x n_slots */
    const int *slot; /* of an atom  */
    int n_slots;
} km_sorted_forces;

/* Adds what the list's terms have found to the other forces on the unit, leaving zero there. */
template <int KIND>
static __device__ __forceinline__ void
km_unit_collect(const km_unit<KIND> &u, const km_particles &p, const km_sorted_forces &sorted)
{
    if (sorted.force == NULL)
        return;
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++) {
        km_fixed *from = sorted.force + sorted.slot[u.atom[a]];
        for (int c = 0; c < 3; c++, from += sorted.n_slots) {
            p.force[c * p.n_padded + u.atom[a]] += *from;
            *from = 0;
        }
    }
}

/* Leaves zero for those who add the next forces. */
template <int KIND>
static __device__ __forceinline__ void km_unit_take(const km_unit<KIND> &u, const km_particles &p)
{
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        for (int c = 0; c < 3; c++)
            p.force[c * p.n_padded + u.atom[a]] = 0;
}

/* A free atom may be of a piston, whose velocity is known already. */
template <int KIND>
static __device__ __forceinline__ void km_unit_kick(km_unit<KIND> &u, const km_particles &p,
                                                    double half_timestep, const km_motion *motion)
{
    if constexpr (KIND == KM_UNIT_FREE) {
        const int piston = km_piston_of(&p, u.atom[0]);
        if (piston >= 0) {
            u.v[0] = km_vec3_make(0.0, 0.0, motion->piston_velocity[piston]);
            return;
        }
    }
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++) {
        const km_vec3 f = km_force_load(p.force, p.n_padded, u.atom[a]);
        u.v[a].x = km_verlet_kick(u.v[a].x, f.x, u.w[a], half_timestep);
        u.v[a].y = km_verlet_kick(u.v[a].y, f.y, u.w[a], half_timestep);
        u.v[a].z = km_verlet_kick(u.v[a].z, f.z, u.w[a], half_timestep);
    }
}

/* The bond vectors of the present positions, nm. */
template <int KIND>
static __device__ __forceinline__ void km_unit_bonds(const km_unit<KIND> &u, const km_box &box,
                                                     km_vec3 bond[KM_CONSTRAINT_BONDS])
{
    const km_constraint_group g = km_unit_group(u);
    km_constraint_bonds(u.BONDS, &g, &box, u.x, bond);
}

/* Puts the positions back onto the constraints along the directions (nm). With duration > 0 (ps)
 * the velocities take up displacement / duration. Returns bits of km_fault. */
template <int KIND>
static __device__ __forceinline__ int
km_unit_positions(km_unit<KIND> &u, const km_box &box, double tolerance, double duration,
                  const km_vec3 direction[KM_CONSTRAINT_BONDS])
{
    const km_constraint_group g = km_unit_group(u);
    km_vec3 s[KM_CONSTRAINT_BONDS];
    double multiplier[KM_CONSTRAINT_BONDS];
    km_constraint_bonds(u.BONDS, &g, &box, u.x, s);
    if (!km_constraint_newton(u.BONDS, &g, u.w, direction, tolerance, s, multiplier))
        return KM_FAULT_CONSTRAINT;
    km_constraint_apply(u.BONDS, &g, u.w, multiplier, direction, u.x);
    if (!(duration > 0.0))
        return 0;
    KM_DEVICE_UNROLL
    for (int b = 0; b < u.BONDS; b++)
        multiplier[b] /= duration;
    km_constraint_apply(u.BONDS, &g, u.w, multiplier, direction, u.v);
    return 0;
}

/* Removes velocity components along the bonds. Returns bits of km_fault. */
template <int KIND>
static __device__ __forceinline__ int km_unit_velocities(km_unit<KIND> &u, const km_box &box)
{
    if constexpr (km_unit<KIND>::BONDS > 0) {
        const km_constraint_group g = km_unit_group(u);
        km_vec3 bond[KM_CONSTRAINT_BONDS];
        km_constraint_bonds(u.BONDS, &g, &box, u.x, bond);
        if (!km_constraint_project(u.BONDS, &g, u.w, bond, u.v))
            return KM_FAULT_CONSTRAINT;
    }
    return 0;
}

/* Moves the unit for the duration (ps); velocities follow the constraints. Returns bits of
 * km_fault. */
template <int KIND>
static __device__ __forceinline__ int km_unit_drift(km_unit<KIND> &u, const km_box &box,
                                                    double tolerance, double duration)
{
    km_vec3 direction[KM_CONSTRAINT_BONDS];
    int fault = 0;
    if constexpr (km_unit<KIND>::BONDS > 0)
        km_unit_bonds(u, box, direction);
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++) {
        u.x[a].x = km_verlet_drift(u.x[a].x, u.v[a].x, u.w[a], duration);
        u.x[a].y = km_verlet_drift(u.x[a].y, u.v[a].y, u.w[a], duration);
        u.x[a].z = km_verlet_drift(u.x[a].z, u.v[a].z, u.w[a], duration);
        if (!isfinite(u.x[a].x) || !isfinite(u.x[a].y) || !isfinite(u.x[a].z))
            fault = KM_FAULT_NOT_FINITE;
    }
    if constexpr (km_unit<KIND>::BONDS > 0)
        fault |= km_unit_positions(u, box, tolerance, duration, direction);
    return fault;
}

/* kJ/mol, of the moving atoms */
template <int KIND>
static __device__ __forceinline__ double km_unit_kinetic(const km_unit<KIND> &u,
                                                         const km_particles &p)
{
    double sum = 0.0;
    KM_DEVICE_UNROLL
    for (int a = 0; a < u.ATOMS; a++)
        sum += km_atom_kinetic(&p, u.atom[a], u.v[a]);
    return sum;
}

static __device__ __forceinline__ void km_fault_raise(km_cuda_state *state, int fault)
{
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

} // namespace KM_CUDA_NAMESPACE

#endif
