/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "kernels/backend_cpu.h"
#include "kernels/slab/slab_dipole.h"

typedef struct km_slab {
    int threads;
    double coulomb_constant; /* kJ nm/mol/e^2 */
} km_slab;

static km_status slab_compute(void *object, const km_step *s, km_particles *p)
{
    const km_slab *self = object;
    const double *z = p->position + 2 * (size_t)p->n_padded;
    km_fixed *force = p->force + 2 * (size_t)p->n_padded;
    const double volume = km_box_volume(&p->box);
    km_slab_moment sum = 0;
#pragma omp parallel for num_threads(self->threads) schedule(static) reduction(+ : sum)
    for (int i = 0; i < p->n; i++)
        sum += km_slab_moment_of(p->charge[i], z[i]);
    const double moment = km_slab_moment_to(sum);
    const double field = km_slab_field(self->coulomb_constant, volume, moment);
#pragma omp parallel for num_threads(self->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        force[i] += km_fixed_from(p->charge[i] * field);
    const double energy = km_slab_energy(self->coulomb_constant, volume, moment);
    if (s->energy)
        p->energy[KM_ENERGY_COULOMB_SLAB] += energy;
    if (s->virial) {
        p->virial[KM_XX] -= 0.5 * energy;
        p->virial[KM_YY] -= 0.5 * energy;
        p->virial[KM_ZZ] += 0.5 * energy;
    }
    return KM_OK;
}

static const km_force_ops slab_ops = {"slab", NULL, slab_compute, free};

km_status km_slab_cpu_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    (void)p;
    out->ops = NULL;
    out->self = NULL;
    km_slab *self;
    KM_NEW(self, 1);
    self->threads = device->threads;
    self->coulomb_constant = ((const km_slab_spec *)spec)->coulomb_constant;
    out->ops = &slab_ops;
    out->self = self;
    return KM_OK;
}
