/* SPDX-License-Identifier: MIT */
/* Velocities as a whole: settled, summed, scaled, set at rest. */
#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* The velocity of an atom, stored as what it means. */
static __device__ __forceinline__ km_vec3 settle(const km_particles &p, int i, km_pending pending)
{
    const km_vec3 v = km_velocity_now(km_vec3_load(p.velocity, p.n_padded, i), pending,
                                      p.inverse_mass[i], km_is_coupled(&p, i));
    km_vec3_store(p.velocity, p.n_padded, i, v);
    return v;
}

static __global__ void settle_kernel(km_particles p, km_cuda_state *state)
{
    const int i = km_thread_index();
    if (i < p.n)
        settle(p, i, km_pending_of(state));
    if (km_block_is_last(state) && threadIdx.x == 0)
        km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
}

km_status km_velocities_settle(km_device *device, const km_particles *p)
{
    KM_LAUNCH(settle_kernel, km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS), KM_WINDOW_ATOMS, 0,
              device->stream, *p, km_cuda_of(p)->state);
    return KM_OK;
}

static __global__ void chain_kernel(km_particles p, km_integrator_spec spec, km_cuda_state *state,
                                    km_motion *motion, double *partial, bool recorded,
                                    int64_t index)
{
    const int i = km_thread_index();
    double kinetic[1] = {0.0};
    if (km_stands_still(state))
        return;
    if (i < p.n)
        kinetic[0] = km_atom_kinetic(&p, i, settle(p, i, km_pending_of(state)));
    if (!km_grid_sum<1>(kinetic, partial, state) || threadIdx.x != 0)
        return;
    const double factor = km_chain_couple(&spec, &motion->scalars,
                                          km_step_number(state, recorded, index), kinetic[0]);
    km_pending_set(state, factor, km_vec3_make(0.0, 0.0, 0.0));
}

km_status km_thermostat_chain(km_integrator *integrator, const km_step *s, km_particles *p)
{
    km_device *device = integrator->device;
    KM_LAUNCH(chain_kernel, km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS), KM_WINDOW_ATOMS, 0,
              device->stream, *p, integrator->spec, km_cuda_of(p)->state, integrator->motion,
              integrator->partial, device->recording, s->index);
    return KM_OK;
}

static __global__ void rest_kernel(km_particles p, double moving_mass, km_cuda_state *state,
                                   double *partial)
{
    const int i = km_thread_index();
    double momentum[3] = {0.0, 0.0, 0.0};
    if (i < p.n) {
        const km_vec3 v = settle(p, i, km_pending_of(state));
        const double mass = p.inverse_mass[i] > 0.0 ? p.mass[i] : 0.0;
        momentum[0] = mass * v.x;
        momentum[1] = mass * v.y;
        momentum[2] = mass * v.z;
    }
    if (!km_grid_sum<3>(momentum, partial, state) || threadIdx.x != 0)
        return;
    km_integrator_scalars unbooked; /* a start, not an exchange of energy */
    unbooked.thermostat_work = 0.0;
    km_pending_set(state, 1.0,
                   km_momentum_take(&unbooked, km_vec3_make(momentum[0], momentum[1], momentum[2]),
                                    moving_mass));
}

km_status km_momentum_remove(km_integrator *integrator, km_particles *p)
{
    KM_LAUNCH(rest_kernel, km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS), KM_WINDOW_ATOMS, 0,
              integrator->device->stream, *p, integrator->moving_mass, km_cuda_of(p)->state,
              integrator->partial);
    return KM_OK;
}

static __global__ void sum_kinetic_kernel(km_particles p, km_cuda_state *state, km_motion *motion,
                                          double *partial)
{
    const int i = km_thread_index();
    double kinetic[1] = {0.0};
    if (i < p.n)
        kinetic[0] = km_atom_kinetic(&p, i, settle(p, i, km_pending_of(state)));
    if (!km_grid_sum<1>(kinetic, partial, state) || threadIdx.x != 0)
        return;
    motion->kinetic = kinetic[0];
    km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
}

static __global__ void scale_kernel(km_particles p, double target, const km_motion *motion)
{
    const int i = km_thread_index();
    const double factor = motion->kinetic > 0.0 ? sqrt(target / motion->kinetic) : 1.0;
    if (i < p.n)
        km_vec3_store(p.velocity, p.n_padded, i,
                      km_vec3_scale(factor, km_vec3_load(p.velocity, p.n_padded, i)));
}

km_status km_velocities_scale_to(km_integrator *integrator, km_particles *p, double target)
{
    const unsigned blocks = km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS);
    const cudaStream_t stream = integrator->device->stream;
    KM_LAUNCH(sum_kinetic_kernel, blocks, KM_WINDOW_ATOMS, 0, stream, *p, km_cuda_of(p)->state,
              integrator->motion, integrator->partial);
    KM_LAUNCH(scale_kernel, blocks, KM_WINDOW_ATOMS, 0, stream, *p, target, integrator->motion);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
