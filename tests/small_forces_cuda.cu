/* SPDX-License-Identifier: MIT */
/* Forces, energies and virial made by a test, into the memory of a CUDA device. */
#include "kernels/backend_cuda.cuh"

using namespace KM_CUDA_NAMESPACE;

extern "C" km_status KM_SMALL_FORCES(km_device *device, const km_particles *from, km_particles *to)
{
    const km_cuda_particles *c = km_cuda_of(to);
    km_cuda_state state;
    KM_TRY(km_cuda_wait(device));
    KM_CUDA(cudaMemcpy(&state, c->state, sizeof state, cudaMemcpyDeviceToHost));
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        state.energy[k] = km_fixed_from(from->energy[k]);
    for (int k = 0; k < KM_TENSOR; k++)
        state.virial[k] = km_fixed_from(from->virial[k]);
    KM_CUDA(cudaMemcpy(c->state, &state, sizeof state, cudaMemcpyHostToDevice));
    KM_CUDA(cudaMemcpy(to->force, from->force, 3 * (size_t)to->n_padded * sizeof *to->force,
                       cudaMemcpyHostToDevice));
    KM_CUDA(cudaDeviceSynchronize()); /* from pageable memory it may still be under way */
    return KM_OK;
}
