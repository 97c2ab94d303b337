/* SPDX-License-Identifier: MIT */
/* Constraints outside of a step: a start is put onto them, and how well they hold is measured. */
#include <limits.h>

#include "kernels/integrate/unit_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* The lowest number of a failed group, whatever the order of threads. */
static __device__ __forceinline__ void report(const km_units &units, int fault, km_motion *motion)
{
    if (fault != 0)
        atomicMin(&motion->failed, units.group[km_thread_index()]);
}

template <int KIND>
static __device__ __forceinline__ void project(const km_units &units, const km_particles &p,
                                               const km_box &box, km_pending pending,
                                               km_motion *motion)
{
    km_unit<KIND> u;
    if (!km_unit_load(u, units, p, pending))
        return;
    report(units, km_unit_velocities(u, box), motion);
    km_unit_store(u, p.velocity, p.n_padded, u.v);
}

static __global__ void __launch_bounds__(KM_UNIT_THREADS)
    project_kernel(km_units units, km_particles p, km_cuda_state *state, km_motion *motion)
{
    KM_UNIT_CALL(units.kind[blockIdx.x], project, units, p, state->box, km_pending_of(state),
                 motion)
    if (km_block_is_last(state) && threadIdx.x == 0)
        km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
}

template <int KIND>
static __device__ __forceinline__ void constrain(const km_units &units, const km_particles &p,
                                                 const km_box &box, double tolerance,
                                                 km_motion *motion)
{
    km_unit<KIND> u;
    if (!km_unit_load(u, units, p, km_pending_none()))
        return;
    const int fault = km_unit_drift(u, box, tolerance, 0.0);
    report(units, fault, motion);
    if (fault == 0)
        km_unit_store(u, p.position, p.n_padded, u.x);
}

static __global__ void __launch_bounds__(KM_UNIT_THREADS, 1)
    constrain_kernel(km_units units, km_particles p, double tolerance, const km_cuda_state *state,
                     km_motion *motion)
{
    KM_UNIT_CALL(units.kind[blockIdx.x], constrain, units, p, state->box, tolerance, motion)
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
    KM_LAUNCH(project_kernel, km_units_blocks(&integrator->units), KM_UNIT_THREADS, 0,
              integrator->device->stream, integrator->units, *p, km_cuda_of(p)->state,
              integrator->motion);
    return first_failed(integrator, failed);
}

km_status km_integrator_cuda_constrain(km_integrator *integrator, km_particles *p)
{
    int failed;
    KM_TRY(km_pistons_join(integrator, p));
    KM_TRY(forget(integrator));
    KM_LAUNCH(constrain_kernel, km_units_blocks(&integrator->units), KM_UNIT_THREADS, 0,
              integrator->device->stream, integrator->units, *p,
              integrator->spec.constraint_tolerance, km_cuda_of(p)->state, integrator->motion);
    KM_TRY(first_failed(integrator, &failed));
    if (failed < 0)
        KM_TRY(km_constraints_velocities(integrator, p, &failed));
    return failed < 0 ? KM_OK : km_constraint_fail_positions(integrator->first_atom[failed]);
}

template <int KIND>
static __device__ __forceinline__ void deviate(const km_units &units, const km_particles &p,
                                               const km_box &box, double &residual)
{
    km_unit<KIND> u;
    if (!km_unit_load(u, units, p, km_pending_none()))
        return;
    if constexpr (km_unit<KIND>::BONDS > 0) {
        km_vec3 bond[KM_CONSTRAINT_BONDS];
        const km_constraint_group g = km_unit_group(u);
        km_unit_bonds(u, box, bond);
        residual = km_constraint_residual(u.BONDS, &g, bond);
    }
}

/* The bits of doubles of 0 or more are ordered like the numbers. */
static __global__ void residual_kernel(km_units units, km_particles p, const km_cuda_state *state,
                                       km_motion *motion)
{
    double residual = 0.0;
    KM_UNIT_CALL(units.kind[blockIdx.x], deviate, units, p, state->box, residual)
    if (residual > 0.0)
        atomicMax(&motion->residual, (unsigned long long)__double_as_longlong(residual));
}

km_status km_constraints_residual(km_integrator *integrator, const km_particles *p)
{
    KM_TRY(forget(integrator));
    KM_LAUNCH(residual_kernel, km_units_blocks(&integrator->units), KM_UNIT_THREADS, 0,
              integrator->device->stream, integrator->units, *p, km_cuda_of(p)->state,
              integrator->motion);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
