/* SPDX-License-Identifier: MIT */
/* Pistons have few atoms: one block goes through all of them. Their number is a constant where
 * loops are unrolled, so that what is a kernel's argument needs no copy in local memory. */
#include <stdlib.h>

#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

#define KM_PISTON_THREADS 256

/* Sum over the block, in thread 0; integers, so every order gives the same. */
static __device__ __forceinline__ km_fixed force_of(const km_pistons &pistons,
                                                    const km_particles &p, int piston)
{
    __shared__ unsigned long long total;
    unsigned long long sum = 0;
    if (threadIdx.x == 0)
        total = 0;
    __syncthreads();
    for (int m = pistons.start[piston] + (int)threadIdx.x; m < pistons.start[piston + 1];
         m += (int)blockDim.x)
        sum += (unsigned long long)p.force[2 * p.n_padded + pistons.atom[m]];
    atomicAdd(&total, sum);
    __syncthreads();
    const km_fixed force = (km_fixed)total;
    __syncthreads(); /* before the next piston begins with 0 */
    return force;
}

/* Mean of a component-major array's z, weighted with the masses; in thread 0. */
static __device__ __forceinline__ double mean_z(const km_pistons &pistons, const km_particles &p,
                                                const double *array, int piston)
{
    double sum = 0.0;
    for (int m = pistons.start[piston] + (int)threadIdx.x; m < pistons.start[piston + 1];
         m += (int)blockDim.x)
        sum += p.mass[pistons.atom[m]] * array[2 * p.n_padded + pistons.atom[m]];
    return km_block_sum(sum) / pistons.mass[piston];
}

static __global__ void half_kernel(km_pistons pistons, km_particles p, km_integrator_spec spec,
                                   bool first, const km_cuda_state *state, km_motion *motion)
{
    if (km_stands_still(state))
        return;
    const double area = km_box_area(&state->box);
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_PISTONS; k++) {
        if (k >= spec.n_pistons)
            break;
        const double force = km_fixed_to(force_of(pistons, p, k));
        if (threadIdx.x == 0)
            motion->piston_velocity[k] = km_piston_half(
                &spec.piston[k], p.velocity[2 * p.n_padded + pistons.atom[pistons.start[k]]], force,
                pistons.mass[k], area, 0.5 * spec.timestep, first,
                &motion->scalars.thermostat_work);
    }
}

km_status km_pistons_half(km_integrator *integrator, const km_particles *p, bool first)
{
    if (integrator->spec.n_pistons > 0)
        KM_LAUNCH(half_kernel, 1, KM_PISTON_THREADS, 0, integrator->device->stream,
                  integrator->pistons, *p, integrator->spec, first, km_cuda_of(p)->state,
                  integrator->motion);
    return KM_OK;
}

static __global__ void join_kernel(km_pistons pistons, km_particles p, int n_pistons)
{
    __shared__ double mean;
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_PISTONS; k++) {
        if (k >= n_pistons)
            break;
        const double v = mean_z(pistons, p, p.velocity, k);
        if (threadIdx.x == 0)
            mean = v;
        __syncthreads();
        for (int m = pistons.start[k] + (int)threadIdx.x; m < pistons.start[k + 1];
             m += (int)blockDim.x)
            km_vec3_store(p.velocity, p.n_padded, pistons.atom[m], km_vec3_make(0.0, 0.0, mean));
        __syncthreads();
    }
}

km_status km_pistons_join(km_integrator *integrator, km_particles *p)
{
    if (integrator->spec.n_pistons == 0)
        return KM_OK;
    KM_TRY(km_velocities_settle(integrator->device, p));
    KM_LAUNCH(join_kernel, 1, KM_PISTON_THREADS, 0, integrator->device->stream, integrator->pistons,
              *p, integrator->spec.n_pistons);
    return KM_OK;
}

static __global__ void sum_kernel(km_pistons pistons, km_particles p, int n_pistons,
                                  km_motion *motion)
{
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_PISTONS; k++) {
        if (k >= n_pistons)
            break;
        const double force = km_fixed_to(force_of(pistons, p, k));
        const double height = mean_z(pistons, p, p.position, k);
        if (threadIdx.x == 0) {
            motion->pistons.force[k] = force;
            motion->pistons.height[k] = height;
        }
    }
}

km_status km_pistons_sum(km_integrator *integrator, const km_particles *p)
{
    if (integrator->spec.n_pistons > 0)
        KM_LAUNCH(sum_kernel, 1, KM_PISTON_THREADS, 0, integrator->device->stream,
                  integrator->pistons, *p, integrator->spec.n_pistons, integrator->motion);
    return KM_OK;
}

km_status km_pistons_create(const km_particles *host, km_pistons *out)
{
    int *atom, n = 0;
    KM_NEW(atom, host->n);
    for (int k = 0; k < KM_PISTONS; k++) {
        out->start[k] = n;
        out->mass[k] = 0.0;
        for (int i = 0; i < host->n; i++)
            if (km_piston_of(host, i) == k) {
                atom[n++] = i;
                out->mass[k] += host->mass[i];
            }
    }
    out->start[KM_PISTONS] = n;
    const km_status status = km_cuda_copy_of(&out->atom, atom, (size_t)n);
    free(atom);
    return status;
}

} // namespace KM_CUDA_NAMESPACE
