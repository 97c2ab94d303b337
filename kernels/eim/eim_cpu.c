/* SPDX-License-Identifier: MIT */
/* The embedded-ion term on the CPU: charges of all atoms, their potentials, then forces. */
#include <omp.h>
#include <stdlib.h>

#include "kernels/eam/eam_list.h"
#include "kernels/eim/eim_loop.h"

typedef struct km_eim {
    km_device *device; /* not owned */
    km_eim_setup setup;
    km_eam_list list;
    km_eam_sums *sums; /* one per thread */
    km_eim_charge_function *charge;
    km_eim_potential_function *potential;
    km_eim_force_function *force;
} km_eim;

static void choose_loops(km_eim *eim, km_instruction_set isa)
{
    eim->charge = km_eim_charge_baseline;
    eim->potential = km_eim_potential_baseline;
    eim->force = km_eim_force_baseline;
#if defined(__x86_64__)
    if (isa == KM_ISA_AVX512) {
        eim->charge = km_eim_charge_avx512;
        eim->potential = km_eim_potential_avx512;
        eim->force = km_eim_force_avx512;
    } else if (isa == KM_ISA_AVX2) {
        eim->charge = km_eim_charge_avx2;
        eim->potential = km_eim_potential_avx2;
        eim->force = km_eim_force_avx2;
    }
#else
    (void)isa;
#endif
}

static km_status compute(void *self, const km_step *s, km_particles *p)
{
    km_eim *eim = self;
    const bool tally = s->energy || s->virial;
    KM_TRY(km_eam_list_update(&eim->list, p));
    if (p->fault & KM_FAULT_NOT_FINITE)
        return KM_OK; /* there is no list of such positions */
#pragma omp parallel num_threads(eim->device->threads)
    {
        km_eam_sums *sums = eim->sums + omp_get_thread_num();
        *sums = (km_eam_sums){0};
#pragma omp for schedule(dynamic, 4)
        for (int b = 0; b < eim->list.n_blocks; b++)
            eim->charge(&eim->list, &eim->setup, b, sums);
#pragma omp for schedule(dynamic, 4)
        for (int b = 0; b < eim->list.n_blocks; b++)
            eim->potential(&eim->list, &eim->setup, b, s->energy, sums);
#pragma omp for schedule(dynamic, 4)
        for (int b = 0; b < eim->list.n_blocks; b++)
            eim->force(&eim->list, &eim->setup, b, tally, p, sums);
    }
    km_eam_sums_hand_over(eim->sums, eim->device->threads, s, p);
    return KM_OK;
}

static void destroy(void *self)
{
    km_eim *eim = self;
    if (eim == NULL)
        return;
    km_eam_list_free(&eim->list);
    km_eim_setup_free(&eim->setup);
    free(eim->sums);
    free(eim);
}

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eim_ops = {"eim", NULL, compute, destroy};

km_status km_eim_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out)
{
    km_eim *eim;
    out->ops = NULL;
    out->self = NULL;
    KM_TRY(km_eim_spec_check(spec, p->n));
    KM_NEW(eim, 1);
    eim->device = device;
    choose_loops(eim, device->isa);
    km_status status = km_allocate((void **)&eim->sums, (size_t)device->threads, sizeof *eim->sums);
    if (status == KM_OK)
        status = km_eim_setup_make(spec, &eim->setup);
    if (status == KM_OK)
        status = km_eam_list_make(device, &eim->setup.atoms, &eim->setup.table, &eim->list);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        destroy(eim);
        return status;
    }
    out->ops = &eim_ops;
    out->self = eim;
    return KM_OK;
}
