/* SPDX-License-Identifier: MIT */
/* A many-body term of a metal on the CPU: passes over the metal's list, one after the other, each
 * over all its blocks. Tables and passes are what one term differs by from another. */
#ifndef KM_METAL_CPU_H
#define KM_METAL_CPU_H

#include "kernels/eam/eam_list.h"

/* Of the atoms of a block: sums over their neighbours, which the next pass reads from the sites, or
 * forces. Adds energy and virial to sums where the step asks for them. */
typedef void km_metal_pass(const km_eam_list *list, const km_eam_setup *setup, int block,
                           const km_step *s, km_particles *p, km_eam_sums *sums);

/* The passes of a term in their order, compiled for one instruction set. */
typedef struct km_metal_passes {
    int n;
    km_metal_pass *pass[3];
} km_metal_passes;

extern const km_metal_passes km_eam_baseline, km_eam_avx2, km_eam_avx512;
extern const km_metal_passes km_eim_baseline, km_eim_avx2, km_eim_avx512;

/* One term: its compute and destroy are those of below, its passes by km_instruction_set. */
typedef struct km_metal_term {
    const km_force_ops *ops;
    const km_metal_passes *passes[KM_ISA_AVX512 + 1];
} km_metal_term;

#if defined(__x86_64__)
#define KM_METAL_PASSES(term)                                                                      \
    {                                                                                              \
        &term##_baseline, &term##_avx2, &term##_avx512                                             \
    }
#else
#define KM_METAL_PASSES(term)                                                                      \
    {                                                                                              \
        &term##_baseline, &term##_baseline, &term##_baseline                                       \
    }
#endif

km_status km_metal_cpu_compute(void *self, const km_step *s, km_particles *p);
void km_metal_cpu_destroy(void *self);
/* The term of the atoms of a checked spec. Takes over what setup owns, and leaves it empty. */
km_status km_metal_cpu_create(km_device *device, const km_metal_term *term,
                              const km_eam_spec *atoms, km_eam_setup *setup, km_force *out);

#endif
