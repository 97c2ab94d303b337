/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/barostat.h"

#include "kernels/integrate/integrate_cpu.h"

static void stretch_molecules(const km_integrator *integrator, km_particles *p, km_vec3 scale)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int m = 0; m < integrator->spec.n_molecules; m++)
        km_molecule_stretch(p, integrator->molecule_start[m], integrator->molecule_start[m + 1],
                            scale);
}

km_status km_integrator_cpu_couple_pressure(km_integrator *integrator, const km_step *s,
                                            km_particles *p, bool *changed)
{
    const km_integrator_spec *spec = &integrator->spec;
    km_integrator_scalars *scalars = &integrator->scalars;
    *changed = false;
    if (spec->barostat == KM_BAROSTAT_NONE || !km_is_due(spec, s->index, spec->barostat_interval))
        return KM_OK;
    if (!s->virial || !s->energy)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "the barostat acts at step %lld without energies and virial",
                       (long long)s->index);
    const double potential = km_potential_energy(p->energy), volume = km_box_volume(&p->box);
    km_barostat_settle(scalars, potential);
    const km_molecule_sums sums = km_sum_molecules(integrator, p);
    double pressure[KM_TENSOR];
    km_pressure_tensor(&sums, p->virial, volume, pressure);
    const km_vec3 scale = km_barostat_stretch(spec, s->index, volume, pressure);
    if (!isfinite(scale.x) || !isfinite(scale.y) || !isfinite(scale.z)) {
        p->fault |= KM_FAULT_NOT_FINITE;
        return KM_OK;
    }
    stretch_molecules(integrator, p, scale);
    p->box = km_box_stretch(&p->box, scale);
    km_barostat_book(scalars, sums.kinetic, scale, potential);
    km_box_average(spec, scalars, s->index, &p->box);
    *changed = true;
    return KM_OK;
}
