/* SPDX-License-Identifier: MIT */
/* Initial velocities: Maxwell and Boltzmann, projected, at rest as a whole, scaled exactly. */
#include "kernels/integrate/integrate_cuda.cuh"
#include "kernels/integrate/langevin.h"

namespace KM_CUDA_NAMESPACE
{

static __global__ void draw_kernel(km_particles p, double kt, uint64_t seed, km_cuda_state *state)
{
    const int i = km_thread_index();
    if (i == 0)
        km_pending_set(state, 1.0, km_vec3_make(0.0, 0.0, 0.0));
    if (i >= p.n)
        return;
    km_vec3_store(p.velocity, p.n_padded, i, km_velocity_draw(p.inverse_mass[i], kt, seed, i));
}

km_status km_integrator_cuda_draw_velocities(km_integrator *integrator, double temperature,
                                             uint64_t seed, km_particles *p)
{
    const int degrees_of_freedom = integrator->spec.degrees_of_freedom;
    const double kt = KM_GAS_CONSTANT * temperature;
    KM_TRY(km_velocities_check(temperature));
    KM_LAUNCH(draw_kernel, km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS), KM_WINDOW_ATOMS, 0,
              integrator->device->stream, *p, kt, seed, km_cuda_of(p)->state);
    if (temperature == 0.0 || integrator->n_moving == 0 || degrees_of_freedom < 1)
        return KM_OK;
    if (integrator->n_moving > 1) /* one atom alone would be left without motion */
        KM_TRY(km_momentum_remove(integrator, p));
    KM_TRY(km_pistons_join(integrator, p));
    int failed;
    km_motion motion;
    KM_TRY(km_constraints_velocities(integrator, p, &failed));
    if (failed >= 0)
        return km_velocities_fail_constraints(failed);
    KM_TRY(km_velocities_scale_to(integrator, p, 0.5 * degrees_of_freedom * kt));
    KM_TRY(km_motion_fetch(integrator, &motion));
    return motion.kinetic > 0.0 ? KM_OK : km_velocities_fail_motion(degrees_of_freedom);
}

} // namespace KM_CUDA_NAMESPACE
