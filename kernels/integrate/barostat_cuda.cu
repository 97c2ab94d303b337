/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/barostat.h"

#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* A thread per molecule; true in the last block, where the sums are valid in thread 0. */
static __device__ __forceinline__ bool sum_molecules(const km_particles &p,
                                                     const km_integrator_spec &spec,
                                                     double *partial, km_cuda_state *state,
                                                     km_molecule_sums *out)
{
    const int m = km_thread_index();
    km_molecule_sums sums = {{0.0}, {0.0}};
    double row[KM_MOLECULE_SUMMED];
    if (m < spec.n_molecules)
        km_molecule_add(&p, spec.molecule_start[m], spec.molecule_start[m + 1], &sums);
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_TENSOR; k++) {
        row[k] = sums.kinetic[k];
        row[KM_TENSOR + k] = sums.correction[k];
    }
    const bool last = km_grid_sum<KM_MOLECULE_SUMMED>(row, partial, state);
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_TENSOR; k++) {
        out->kinetic[k] = row[k];
        out->correction[k] = row[KM_TENSOR + k];
    }
    return last;
}

static __global__ void sum_molecules_kernel(km_particles p, km_integrator_spec spec,
                                            km_cuda_state *state, km_motion *motion,
                                            double *partial)
{
    km_molecule_sums sums;
    if (sum_molecules(p, spec, partial, state, &sums) && threadIdx.x == 0)
        motion->molecules = sums;
}

km_status km_sum_molecules(km_integrator *integrator, const km_particles *p)
{
    KM_LAUNCH(sum_molecules_kernel,
              km_cuda_blocks((size_t)integrator->spec.n_molecules, KM_WINDOW_ATOMS),
              KM_WINDOW_ATOMS, 0, integrator->device->stream, *p, integrator->spec,
              km_cuda_of(p)->state, integrator->motion, integrator->partial);
    return KM_OK;
}

/* The new cell from the sums over molecules; motion->stretch stays 1 where it is not finite. */
static __device__ void rescale(const km_integrator_spec &spec, const km_molecule_sums &sums,
                               km_cuda_state *state, km_motion *motion)
{
    const double potential = km_state_potential(state), volume = km_box_volume(&state->box);
    double virial[KM_TENSOR], pressure[KM_TENSOR];
    for (int k = 0; k < KM_TENSOR; k++)
        virial[k] = km_fixed_to(state->virial[k]);
    km_barostat_settle(&motion->scalars, potential);
    km_pressure_tensor(&sums, virial, volume, pressure);
    const km_vec3 stretch = km_barostat_stretch(&spec, state->step, volume, pressure);
    motion->stretch = km_vec3_make(1.0, 1.0, 1.0);
    if (!isfinite(stretch.x) || !isfinite(stretch.y) || !isfinite(stretch.z)) {
        atomicOr(&state->fault, KM_FAULT_NOT_FINITE);
        return;
    }
    motion->stretch = stretch;
    state->box = km_box_stretch(&state->box, stretch);
    km_barostat_book(&motion->scalars, sums.kinetic, stretch, potential);
    km_box_average(&spec, &motion->scalars, state->step, &state->box);
}

static __global__ void rescale_kernel(km_particles p, km_integrator_spec spec, km_cuda_state *state,
                                      km_motion *motion, double *partial)
{
    km_molecule_sums sums;
    if (km_stands_still(state))
        return;
    if (sum_molecules(p, spec, partial, state, &sums) && threadIdx.x == 0)
        rescale(spec, sums, state, motion);
}

static __global__ void stretch_kernel(km_particles p, km_integrator_spec spec,
                                      const km_cuda_state *state, const km_motion *motion)
{
    const int m = km_thread_index();
    if (m < spec.n_molecules && !km_stands_still(state))
        km_molecule_stretch(&p, spec.molecule_start[m], spec.molecule_start[m + 1],
                            motion->stretch);
}

km_status km_integrator_cuda_couple_pressure(km_integrator *integrator, const km_step *s,
                                             km_particles *p, bool *changed)
{
    const km_integrator_spec *spec = &integrator->spec;
    km_device *device = integrator->device;
    const unsigned blocks = km_cuda_blocks((size_t)spec->n_molecules, KM_WINDOW_ATOMS);
    *changed = false;
    if (spec->barostat == KM_BAROSTAT_NONE || !km_is_due(spec, s->index, spec->barostat_interval))
        return KM_OK;
    if (!s->virial || !s->energy)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "the barostat acts at step %lld without energies and virial",
                       (long long)s->index);
    KM_TRY(km_cuda_join(device));
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_velocities_settle(device, p));
    KM_LAUNCH(rescale_kernel, blocks, KM_WINDOW_ATOMS, 0, device->stream, *p, *spec,
              km_cuda_of(p)->state, integrator->motion, integrator->partial);
    KM_LAUNCH(stretch_kernel, blocks, KM_WINDOW_ATOMS, 0, device->stream, *p, *spec,
              km_cuda_of(p)->state, integrator->motion);
    *changed = true;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
