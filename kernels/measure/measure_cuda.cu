/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "kernels/integrate/integrate_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

/* The largest force of a block and who feels it, the first of equals; in thread 0. */
static __device__ __forceinline__ void largest_of_block(double &square, double &atom)
{
    __shared__ double squares[KM_WINDOW_ATOMS], atoms[KM_WINDOW_ATOMS];
    squares[threadIdx.x] = square;
    atoms[threadIdx.x] = atom;
    __syncthreads();
    if (threadIdx.x == 0)
        for (unsigned k = 1; k < blockDim.x; k++)
            if (squares[k] > square) {
                square = squares[k];
                atom = atoms[k];
            }
}

static __global__ void sum_atoms_kernel(km_particles p, const double *carried, km_cuda_state *state,
                                        km_motion *motion, double *partial, double *largest)
{
    const int i = km_thread_index();
    km_atom_sums sums = {{0.0}, {0.0}, {0.0}, 0.0, 0.0, 0.0};
    double row[KM_ATOM_SUMMED];
    if (i < p.n)
        km_atom_add(&p, carried, i, &sums);
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_TENSOR; k++)
        row[k] = sums.kinetic[k];
    KM_DEVICE_UNROLL
    for (int c = 0; c < 3; c++) {
        row[KM_TENSOR + c] = sums.momentum[c];
        row[KM_TENSOR + 3 + c] = sums.current[c];
    }
    row[KM_TENSOR + 6] = sums.mass;
    largest_of_block(sums.largest_square, sums.largest_atom);
    if (threadIdx.x == 0) {
        largest[2 * blockIdx.x] = sums.largest_square;
        largest[2 * blockIdx.x + 1] = sums.largest_atom;
    }
    if (!km_grid_sum<KM_ATOM_SUMMED>(row, partial, state) || threadIdx.x != 0)
        return;
    for (unsigned block = 0; block < gridDim.x; block++)
        if (largest[2 * block] > sums.largest_square ||
            (largest[2 * block] == sums.largest_square &&
             largest[2 * block + 1] < sums.largest_atom)) {
            sums.largest_square = largest[2 * block];
            sums.largest_atom = largest[2 * block + 1];
        }
    for (int k = 0; k < KM_TENSOR; k++)
        sums.kinetic[k] = row[k];
    for (int c = 0; c < 3; c++) {
        sums.momentum[c] = row[KM_TENSOR + c];
        sums.current[c] = row[KM_TENSOR + 3 + c];
    }
    sums.mass = row[KM_TENSOR + 6];
    motion->atoms = sums;
}

km_status km_measure_cuda(km_integrator *integrator, km_particles *p, km_measurement *out)
{
    km_device *device = integrator->device;
    const km_cuda_particles *c = km_cuda_of(p);
    const unsigned blocks = km_cuda_blocks((size_t)p->n, KM_WINDOW_ATOMS);
    KM_TRY(km_cuda_join(device));
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_velocities_settle(device, p));
    KM_LAUNCH(sum_atoms_kernel, blocks, KM_WINDOW_ATOMS, 0, device->stream, *p, integrator->carried,
              c->state, integrator->motion, integrator->partial, integrator->largest);
    KM_TRY(km_sum_molecules(integrator, p));
    KM_TRY(km_constraints_residual(integrator, p));
    KM_TRY(km_pistons_sum(integrator, p));
    km_motion motion;
    KM_TRY(km_motion_fetch(integrator, &motion));
    km_particles now = *p;
    KM_TRY(km_cuda_tallies(device, c, &now));
    double residual;
    memcpy(&residual, &motion.residual, sizeof residual);
    km_measurement_fill(&integrator->spec, &motion.scalars, &now, &motion.atoms, &motion.molecules,
                        &motion.pistons, residual, out);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
