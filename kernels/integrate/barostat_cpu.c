/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/barostat.h"

#include "kernels/base/random.h"
#include "kernels/integrate/integrate_cpu.h"

/* Energy bookkeeping. A rescaling changes the kinetic energy at once, but the new potential energy
 * is known only after the forces have been computed again. Until then the change is pending:
 * barostat_work is completed from p->energy, lazily and exactly. */

double km_barostat_work(const km_integrator *integrator, const km_particles *p)
{
    const km_integrator_scalars *scalars = &integrator->scalars;
    if (scalars->scaling_pending == 0.0)
        return scalars->barostat_work;
    return scalars->barostat_work + (km_potential_energy(p) - scalars->potential_before_scaling);
}

void km_barostat_settle(km_integrator *integrator, const km_particles *p)
{
    integrator->scalars.barostat_work = km_barostat_work(integrator, p);
    integrator->scalars.scaling_pending = 0.0;
    integrator->scalars.potential_before_scaling = 0.0;
}

/* Factors of the three axes for the step's coupling. */
static km_vec3 stretch(const km_integrator *integrator, const km_step *s, double volume,
                       const double pressure[KM_TENSOR])
{
    const km_integrator_spec *spec = &integrator->spec;
    const double kt = KM_GAS_CONSTANT * km_target_temperature(integrator, s->index);
    const double duration = spec->barostat_interval * spec->timestep;
    double normal[4];
    km_random_normal4(km_random_bits(spec->seed, (uint64_t)s->index, 0, KM_RANDOM_BAROSTAT),
                      normal);
    if (spec->barostat == KM_BAROSTAT_SEMI_ISOTROPIC) {
        const double plane = 0.5 * (pressure[KM_XX] + pressure[KM_YY]);
        const double wide =
            km_barostat_volume(volume, plane, spec->pressure, kt, spec->compressibility * 2.0 / 3.0,
                               duration, spec->barostat_time, normal[0]);
        const double high = km_barostat_volume(wide, pressure[KM_ZZ], spec->pressure, kt,
                                               spec->compressibility / 3.0, duration,
                                               spec->barostat_time, normal[1]);
        const double edge = sqrt(wide / volume);
        return km_vec3_make(edge, edge, high / wide);
    }
    const bool z_only = spec->barostat == KM_BAROSTAT_Z_ONLY;
    const double felt =
        z_only ? pressure[KM_ZZ] : (pressure[KM_XX] + pressure[KM_YY] + pressure[KM_ZZ]) / 3.0;
    const double changed =
        km_barostat_volume(volume, felt, spec->pressure, kt, spec->compressibility, duration,
                           spec->barostat_time, normal[0]);
    const double edge = cbrt(changed / volume);
    return z_only ? km_vec3_make(1.0, 1.0, changed / volume) : km_vec3_make(edge, edge, edge);
}

/* Moves every molecule as a whole: its centre of mass with the cell, the velocity of the centre
 * inversely. */
static void scale_molecules(const km_integrator *integrator, km_particles *p, km_vec3 scale)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int m = 0; m < integrator->spec.n_molecules; m++) {
        km_vec3 r, v;
        km_molecule_centre(integrator, p, m, &r, &v);
        const km_vec3 shift =
            km_vec3_make((scale.x - 1.0) * r.x, (scale.y - 1.0) * r.y, (scale.z - 1.0) * r.z);
        const km_vec3 change = km_vec3_make(
            (1.0 / scale.x - 1.0) * v.x, (1.0 / scale.y - 1.0) * v.y, (1.0 / scale.z - 1.0) * v.z);
        for (int i = integrator->molecule_start[m]; i < integrator->molecule_start[m + 1]; i++) {
            const km_vec3 x = km_vec3_load(p->position, p->n_padded, i);
            const km_vec3 u = km_vec3_load(p->velocity, p->n_padded, i);
            km_vec3_store(p->position, p->n_padded, i, km_vec3_add(x, shift));
            km_vec3_store(p->velocity, p->n_padded, i, km_vec3_add(u, change));
        }
    }
}

km_status km_integrator_cpu_couple_pressure(km_integrator *integrator, const km_step *s,
                                            km_particles *p, bool *changed)
{
    const km_integrator_spec *spec = &integrator->spec;
    *changed = false;
    if (spec->barostat == KM_BAROSTAT_NONE || !km_is_due(integrator, s, spec->barostat_interval))
        return KM_OK;
    if (!s->virial || !s->energy)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "the barostat acts at step %lld without energies and virial",
                       (long long)s->index);
    km_barostat_settle(integrator, p);
    double kinetic[KM_TENSOR], pressure[KM_TENSOR];
    km_pressure_tensor(integrator, p, kinetic, pressure);
    const km_vec3 scale = stretch(integrator, s, km_box_volume(&p->box), pressure);
    if (!isfinite(scale.x) || !isfinite(scale.z)) {
        p->fault |= KM_FAULT_NOT_FINITE;
        return KM_OK;
    }
    scale_molecules(integrator, p, scale);
    p->box = km_box_stretch(&p->box, scale);
    integrator->scalars.barostat_work += kinetic[KM_XX] * (1.0 / (scale.x * scale.x) - 1.0) +
                                         kinetic[KM_YY] * (1.0 / (scale.y * scale.y) - 1.0) +
                                         kinetic[KM_ZZ] * (1.0 / (scale.z * scale.z) - 1.0);
    integrator->scalars.potential_before_scaling = km_potential_energy(p);
    integrator->scalars.scaling_pending = 1.0;
    *changed = true;
    return KM_OK;
}
