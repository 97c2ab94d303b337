/* SPDX-License-Identifier: MIT */
#include "kernels/eam/metal_cpu.h"

#include <omp.h>
#include <stdlib.h>

typedef struct metal {
    km_device *device; /* not owned */
    km_eam_setup setup;
    km_eam_list list;
    km_eam_sums *sums; /* one per thread */
    const km_metal_passes *passes;
} metal;

km_status km_metal_cpu_compute(void *self, const km_step *s, km_particles *p)
{
    metal *m = self;
    KM_TRY(km_eam_list_update(&m->list, p));
    if (p->fault & KM_FAULT_NOT_FINITE)
        return KM_OK; /* there is no list of such positions */
#pragma omp parallel num_threads(m->device->threads)
    {
        km_eam_sums *sums = m->sums + omp_get_thread_num();
        *sums = (km_eam_sums){0};
        for (int k = 0; k < m->passes->n; k++) {
#pragma omp for schedule(dynamic, 4)
            for (int b = 0; b < m->list.n_blocks; b++)
                m->passes->pass[k](&m->list, &m->setup, b, s, p, sums);
        }
    }
    km_eam_sums_hand_over(m->sums, m->device->threads, s, p);
    return KM_OK;
}

void km_metal_cpu_destroy(void *self)
{
    metal *m = self;
    if (m == NULL)
        return;
    km_eam_list_free(&m->list);
    km_eam_setup_free(&m->setup);
    free(m->sums);
    free(m);
}

km_status km_metal_cpu_create(km_device *device, const km_metal_term *term,
                              const km_eam_spec *atoms, km_eam_setup *setup, km_force *out)
{
    metal *m;
    KM_NEW(m, 1);
    m->device = device;
    m->passes = term->passes[device->isa];
    m->setup = *setup;
    *setup = (km_eam_setup){0};
    km_status status = km_allocate((void **)&m->sums, (size_t)device->threads, sizeof *m->sums);
    if (status == KM_OK)
        status = km_eam_list_make(device, atoms, &m->setup, &m->list);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        km_metal_cpu_destroy(m);
        return status;
    }
    out->ops = term->ops;
    out->self = m;
    return KM_OK;
}
