/* SPDX-License-Identifier: MIT */
/* The embedded-atom term on the CPU: densities of all atoms, then forces. */
#include <omp.h>
#include <stdlib.h>

#include "kernels/eam/eam_list.h"

typedef struct km_eam {
    km_device *device; /* not owned */
    km_eam_setup setup;
    km_eam_list list;
    km_eam_sums *sums; /* one per thread */
    km_eam_density_function *density;
    km_eam_force_function *force;
} km_eam;

static void choose_loops(km_eam *eam, km_instruction_set isa)
{
    eam->density = km_eam_density_baseline;
    eam->force = km_eam_force_baseline;
#if defined(__x86_64__)
    if (isa == KM_ISA_AVX512) {
        eam->density = km_eam_density_avx512;
        eam->force = km_eam_force_avx512;
    } else if (isa == KM_ISA_AVX2) {
        eam->density = km_eam_density_avx2;
        eam->force = km_eam_force_avx2;
    }
#else
    (void)isa;
#endif
}

static km_status compute(void *self, const km_step *s, km_particles *p)
{
    km_eam *eam = self;
    const bool tally = s->energy || s->virial;
    KM_TRY(km_eam_list_update(&eam->list, p));
    if (p->fault & KM_FAULT_NOT_FINITE)
        return KM_OK; /* there is no list of such positions */
#pragma omp parallel num_threads(eam->device->threads)
    {
        km_eam_sums *sums = eam->sums + omp_get_thread_num();
        *sums = (km_eam_sums){0};
#pragma omp for schedule(dynamic, 4)
        for (int b = 0; b < eam->list.n_blocks; b++)
            eam->density(&eam->list, &eam->setup, b, s->energy, sums);
#pragma omp for schedule(dynamic, 4)
        for (int b = 0; b < eam->list.n_blocks; b++)
            eam->force(&eam->list, &eam->setup, b, tally, p, sums);
    }
    km_eam_sums_hand_over(eam->sums, eam->device->threads, s, p);
    return KM_OK;
}

static void destroy(void *self)
{
    km_eam *eam = self;
    if (eam == NULL)
        return;
    km_eam_list_free(&eam->list);
    km_eam_setup_free(&eam->setup);
    free(eam->sums);
    free(eam);
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eam_ops = {"eam", NULL, compute, destroy};

km_status km_eam_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out)
{
    km_eam *eam;
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_eam_spec_check(spec, p->n));
    KM_NEW(eam, 1);
    eam->device = device;
    choose_loops(eam, device->isa);
    km_status status = km_allocate((void **)&eam->sums, (size_t)device->threads, sizeof *eam->sums);
    if (status == KM_OK)
        status = km_eam_setup_make(spec, &eam->setup);
    if (status == KM_OK)
        status = km_eam_list_make(device, spec, &eam->setup, &eam->list);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        destroy(eam);
        return status;
    }
    out->ops = &eam_ops;
    out->self = eam;
    return KM_OK;
}
