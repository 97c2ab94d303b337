/* SPDX-License-Identifier: MIT */
/* Constraints outside of a step: a start is put onto them, and how well they hold is measured. */
#include <limits.h>

#include "kernels/integrate/window_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* The lowest atom whose group failed, whatever the order of threads. */
static __device__ __forceinline__ void report(const km_windows &windows, const km_window_group &g,
                                              int fault, km_motion *motion)
{
    if (fault != 0)
        atomicMin(&motion->failed, windows.atom[blockIdx.x * KM_WINDOW_ATOMS + g.slot.place[0]]);
}

template <int KIND>
static __device__ __forceinline__ void project(const km_window_group &g, const km_windows &windows,
                                               km_shared_atoms *shared, const km_box &box,
                                               km_motion *motion)
{
    int fault = 0;
    km_group_project<KIND>(g, shared, box, &fault);
    report(windows, g, fault, motion);
}

static __global__ void __launch_bounds__(KM_WINDOW_ATOMS)
    project_kernel(km_windows windows, km_particles p, km_cuda_state *state, km_motion *motion)
{
    __shared__ km_shared_atoms shared;
    const km_window_group first = km_group_first<KM_GROUP_STAR_4>(windows);
    const km_window_atom a = km_atom_load(windows, p, km_pending_of(state));
    km_window_share(a, &shared);
    KM_FOR_GROUPS(KM_GROUP_STAR_4, windows, first, project, windows, &shared, state->box, motion)
    if (a.i >= 0)
        km_vec3_store(p.velocity, p.n_padded, a.i,
                      km_vec3_load(shared.v, KM_WINDOW_ATOMS, (int)threadIdx.x));
    if (km_block_is_last(state) && threadIdx.x == 0)
        km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
}

/* Puts the positions onto the constraints, along the bonds they have. */
template <int KIND>
static __device__ __forceinline__ void
constrain(const km_window_group &from, const km_windows &windows, km_shared_atoms *shared,
          const km_box &box, double tolerance, km_motion *motion)
{
    const km_constraint_group g = km_group_of<KIND>(from);
    km_vec3 x[KM_CONSTRAINT_ATOMS], s[KM_CONSTRAINT_BONDS], direction[KM_CONSTRAINT_BONDS];
    double w[KM_CONSTRAINT_ATOMS], multiplier[KM_CONSTRAINT_BONDS];
    km_group_load<KIND>(from, shared->x, x);
    km_group_masses<KIND>(from, shared, w);
    km_constraint_bonds(BONDS_OF<KIND>, &g, &box, x, direction);
    KM_DEVICE_UNROLL
    for (int b = 0; b < BONDS_OF<KIND>; b++)
        s[b] = direction[b];
    if (!km_constraint_newton(BONDS_OF<KIND>, &g, w, direction, tolerance, s, multiplier)) {
        report(windows, from, KM_FAULT_CONSTRAINT, motion);
        return;
    }
    km_constraint_apply(BONDS_OF<KIND>, &g, w, multiplier, direction, x);
    km_group_store<KIND>(from, x, shared->x);
}

static __global__ void __launch_bounds__(KM_WINDOW_ATOMS)
    constrain_kernel(km_windows windows, km_particles p, double tolerance,
                     const km_cuda_state *state, km_motion *motion)
{
    __shared__ km_shared_atoms shared;
    const km_window_group first = km_group_first<KM_GROUP_STAR_4>(windows);
    const km_window_atom a = km_atom_load(windows, p, km_pending_none());
    km_window_share(a, &shared);
    KM_FOR_GROUPS(KM_GROUP_STAR_4, windows, first, constrain, windows, &shared, state->box,
                  tolerance, motion)
    if (a.i >= 0)
        km_vec3_store(p.position, p.n_padded, a.i,
                      km_vec3_load(shared.x, KM_WINDOW_ATOMS, (int)threadIdx.x));
}

static __global__ void forget_kernel(km_motion *motion)
{
    motion->failed = INT_MAX;
    motion->residual = 0;
}

static km_status forget(km_integrator *integrator)
{
    KM_LAUNCH(forget_kernel, 1, 1, 0, integrator->device->stream, integrator->motion);
    return KM_OK;
}

static km_status first_failed(km_integrator *integrator, int *failed)
{
    km_motion motion;
    KM_TRY(km_motion_fetch(integrator, &motion));
    *failed = motion.failed == INT_MAX ? -1 : motion.failed;
    return KM_OK;
}

km_status km_constraints_velocities(km_integrator *integrator, km_particles *p, int *failed)
{
    KM_TRY(forget(integrator));
    KM_LAUNCH(project_kernel, (unsigned)integrator->windows.n, KM_WINDOW_ATOMS, 0,
              integrator->device->stream, integrator->windows, *p, km_cuda_of(p)->state,
              integrator->motion);
    return first_failed(integrator, failed);
}

km_status km_integrator_cuda_constrain(km_integrator *integrator, km_particles *p)
{
    int failed;
    KM_TRY(km_pistons_join(integrator, p));
    KM_TRY(forget(integrator));
    KM_LAUNCH(constrain_kernel, (unsigned)integrator->windows.n, KM_WINDOW_ATOMS, 0,
              integrator->device->stream, integrator->windows, *p,
              integrator->spec.constraint_tolerance, km_cuda_of(p)->state, integrator->motion);
    KM_TRY(first_failed(integrator, &failed));
    if (failed < 0)
        KM_TRY(km_constraints_velocities(integrator, p, &failed));
    return failed < 0 ? KM_OK : km_constraint_fail_positions(failed);
}

template <int KIND>
static __device__ __forceinline__ void deviate(const km_window_group &from,
                                               const km_shared_atoms *shared, const km_box &box,
                                               double *residual)
{
    const km_constraint_group g = km_group_of<KIND>(from);
    km_vec3 x[KM_CONSTRAINT_ATOMS], bond[KM_CONSTRAINT_BONDS];
    km_group_load<KIND>(from, shared->x, x);
    km_constraint_bonds(BONDS_OF<KIND>, &g, &box, x, bond);
    *residual = fmax(*residual, km_constraint_residual(BONDS_OF<KIND>, &g, bond));
}

/* The bits of doubles of 0 or more are ordered like the numbers. */
static __global__ void residual_kernel(km_windows windows, km_particles p,
                                       const km_cuda_state *state, km_motion *motion)
{
    __shared__ km_shared_atoms shared;
    double residual = 0.0;
    const km_window_group first = km_group_first<KM_GROUP_STAR_4>(windows);
    km_window_share(km_atom_load(windows, p, km_pending_none()), &shared);
    KM_FOR_GROUPS(KM_GROUP_STAR_4, windows, first, deviate, &shared, state->box, &residual)
    if (residual > 0.0)
        atomicMax(&motion->residual, (unsigned long long)__double_as_longlong(residual));
}

km_status km_constraints_residual(km_integrator *integrator, const km_particles *p)
{
    KM_TRY(forget(integrator));
    KM_LAUNCH(residual_kernel, (unsigned)integrator->windows.n, KM_WINDOW_ATOMS, 0,
              integrator->device->stream, integrator->windows, *p, km_cuda_of(p)->state,
              integrator->motion);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
