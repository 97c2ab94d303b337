/* SPDX-License-Identifier: MIT */
/* Two passes over the atoms: their dipole moment, then the force of its field. */
#include <stdlib.h>

#include "kernels/backend_cuda.cuh"
#include "kernels/slab/slab_dipole.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_SLAB_THREADS 128

typedef struct km_slab {
    km_device *device;          /* not owned */
    double coulomb_constant;    /* kJ nm/mol/e^2 */
    unsigned long long *moment; /* km_slab_moment of this step, in device memory */
} km_slab;

static __global__ void moment_kernel(km_particles p, unsigned long long *moment)
{
    const int i = km_thread_index();
    const double charge = i < p.n ? p.charge[i] : 0.0;
    unsigned long long sum =
        charge != 0.0 ? km_slab_moment_of(charge, p.position[2 * p.n_padded + i]) : 0;
    for (int lane = KM_WARP / 2; lane > 0; lane /= 2)
        sum += __shfl_xor_sync(KM_WARP_ALL, sum, lane);
    if (threadIdx.x % KM_WARP == 0 && sum != 0)
        atomicAdd(moment, sum);
}

static __global__ void field_kernel(km_particles p, double coulomb_constant,
                                    const unsigned long long *moment, bool energy, bool virial,
                                    km_cuda_state *state)
{
    const int i = km_thread_index();
    const double volume = km_box_volume(&state->box), m = km_slab_moment_to(*moment);
    const double charge = i < p.n ? p.charge[i] : 0.0;
    int fault = 0;
    if (charge != 0.0)
        km_fixed_add(&p.force[2 * p.n_padded + i],
                     km_fixed_of(charge * km_slab_field(coulomb_constant, volume, m), &fault));
    if (i == 0) {
        const double u = km_slab_energy(coulomb_constant, volume, m);
        if (energy)
            km_fixed_add(&state->energy[KM_ENERGY_COULOMB_SLAB], km_fixed_of_total(u, &fault));
        for (int k = KM_XX; k <= KM_ZZ && virial; k++)
            km_fixed_add(&state->virial[k],
                         km_fixed_of_total(k == KM_ZZ ? 0.5 * u : -0.5 * u, &fault));
    }
    if (fault != 0)
        atomicOr(&state->fault, fault);
}

static km_status slab_compute(void *object, const km_step *s, km_particles *p)
{
    const km_slab *self = (const km_slab *)object;
    const cudaStream_t stream = self->device->stream;
    const unsigned blocks = km_cuda_blocks((size_t)p->n, KM_SLAB_THREADS);
    KM_CUDA(cudaMemsetAsync(self->moment, 0, sizeof *self->moment, stream));
    KM_LAUNCH(moment_kernel, blocks, KM_SLAB_THREADS, 0, stream, *p, self->moment);
    KM_LAUNCH(field_kernel, blocks, KM_SLAB_THREADS, 0, stream, *p, self->coulomb_constant,
              self->moment, s->energy, s->virial, km_cuda_of(p)->state);
    return KM_OK;
}

static void slab_destroy(void *object)
{
    km_slab *self = (km_slab *)object;
    if (self == NULL)
        return;
    km_cuda_delete(self->moment);
    free(self);
}

static const km_force_ops slab_ops = {"slab", NULL, slab_compute, slab_destroy};

km_status km_slab_cuda_create(km_device *device, const void *spec, const km_particles *p,
                              km_force *out)
{
    (void)p;
    out->ops = NULL;
    out->self = NULL;
    km_slab *self;
    KM_NEW(self, 1);
    self->device = device;
    self->coulomb_constant = ((const km_slab_spec *)spec)->coulomb_constant;
    const km_status status = km_cuda_new(&self->moment, 1);
    if (status != KM_OK) {
        slab_destroy(self);
        return status;
    }
    out->ops = &slab_ops;
    out->self = self;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
