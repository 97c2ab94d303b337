/* SPDX-License-Identifier: MIT */
/* The embedded-ion term on the CPU. */
#include "kernels/eam/metal_cpu.h"
#include "kernels/eim/eim_setup.h"

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eim_ops = {"eim", NULL, km_metal_cpu_compute, km_metal_cpu_destroy};

static const km_metal_term eim_term = {&eim_ops, KM_METAL_PASSES(km_eim)};

km_status km_eim_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out)
{
    km_eim_setup setup;
    *out = (km_force){0};
    KM_TRY(km_eim_spec_check(spec, p->n));
    km_status status = km_eim_setup_make(spec, &setup);
    if (status == KM_OK)
        status = km_metal_cpu_create(device, &eim_term, &setup.atoms, &setup.table, out);
    km_eim_setup_free(&setup);
    return status;
}
