/* SPDX-License-Identifier: MIT */
/* The embedded-atom term on the CPU. */
#include "kernels/eam/metal_cpu.h"

/* No rebuild: the list looks after itself, and nothing depends on when it was built. */
static const km_force_ops eam_ops = {"eam", NULL, km_metal_cpu_compute, km_metal_cpu_destroy};

static const km_metal_term eam_term = {&eam_ops, KM_METAL_PASSES(km_eam)};

km_status km_eam_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out)
{
    km_eam_setup setup;
    *out = (km_force){0};
    KM_TRY(km_eam_spec_check(spec, p->n));
    km_status status = km_eam_setup_make(spec, &setup);
    if (status == KM_OK)
        status = km_metal_cpu_create(device, &eam_term, spec, &setup, out);
    km_eam_setup_free(&setup);
    return status;
}
