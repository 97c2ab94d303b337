/* SPDX-License-Identifier: MIT */
/* Inside of the CPU backend: what its files share. Nothing outside kernels/ includes this. */
#ifndef KM_BACKEND_CPU_H
#define KM_BACKEND_CPU_H

#include "kernels/backend.h"
#include "kernels/bonded/bonded.h"
#include "kernels/eam/eam.h"
#include "kernels/integrate/integrate.h"
#include "kernels/measure/measure.h"
#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair.h"
#include "kernels/pme/pme.h"
#include "kernels/slab/slab.h"

typedef enum km_instruction_set { KM_ISA_BASELINE, KM_ISA_AVX2, KM_ISA_AVX512 } km_instruction_set;

struct km_device {
    int threads;
    km_instruction_set isa; /* best the processor has; KALIUM_ISA=baseline|avx2|avx512 lowers it */
    char description[128];
};

/* kernels/neighbours/neighbours_cpu.c */
km_status km_neighbours_cpu_create(km_device *device, const km_neighbour_spec *spec,
                                   km_particles *p);
km_status km_neighbours_cpu_update(km_device *device, km_particles *p, bool force_rebuild,
                                   bool *rebuilt);
/* kernels/neighbours/cluster_visit.c */
km_status km_neighbours_cpu_visit(km_device *device, const km_particles *p, const km_state *now,
                                  const bool *wanted, void *self, km_pair_visitor *visitor);
void km_neighbours_cpu_destroy(km_neighbour_list *list);

/* one per term */
km_status km_pair_cpu_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out);
km_status km_bonded_cpu_create(km_device *device, const void *spec, const km_particles *p,
                               km_force *out);
km_status km_pme_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out);
km_status km_slab_cpu_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out);
km_status km_eam_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out);
km_status km_eim_cpu_create(km_device *device, const void *spec, const km_particles *p,
                            km_force *out);

/* kernels/integrate/integrate_cpu.c */
km_status km_integrator_cpu_create(km_device *device, const struct km_integrator_spec *spec,
                                   const km_particles *p, km_integrator **out);
void km_integrator_cpu_destroy(km_integrator *integrator);
km_status km_integrator_cpu_first_half(km_integrator *integrator, const km_step *s,
                                       km_particles *p);
km_status km_integrator_cpu_second_half(km_integrator *integrator, const km_step *s,
                                        km_particles *p);
km_status km_integrator_cpu_couple_pressure(km_integrator *integrator, const km_step *s,
                                            km_particles *p, bool *changed);
km_status km_integrator_cpu_scalars_get(const km_integrator *integrator,
                                        struct km_integrator_scalars *out);
km_status km_integrator_cpu_scalars_set(km_integrator *integrator,
                                        const struct km_integrator_scalars *in);
km_status km_integrator_cpu_constrain(km_integrator *integrator, km_particles *p);
km_status km_integrator_cpu_draw_velocities(km_integrator *integrator, double temperature,
                                            uint64_t seed, km_particles *p);
/* kernels/measure/measure_cpu.c */
km_status km_measure_cpu(km_integrator *integrator, km_particles *p, struct km_measurement *out);

#endif
