/* SPDX-License-Identifier: MIT */
/* Initial velocities: Maxwell and Boltzmann, projected, at rest as a whole, scaled exactly. */
#include "kernels/base/random.h"
#include "kernels/integrate/integrate_cpu.h"

static void draw(const km_integrator *integrator, double kt, uint64_t seed, km_particles *p)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++) {
        double xi[4];
        km_random_normal4(km_random_bits(seed, 0, (uint32_t)i, KM_RANDOM_VELOCITY), xi);
        const double width = sqrt(kt * p->inverse_mass[i]);
        km_vec3_store(p->velocity, p->n_padded, i,
                      km_vec3_make(width * xi[0], width * xi[1], width * xi[2]));
    }
}

km_status km_integrator_cpu_draw_velocities(km_integrator *integrator, double temperature,
                                            uint64_t seed, km_particles *p)
{
    const int degrees_of_freedom = integrator->spec.degrees_of_freedom;
    if (!(temperature >= 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "velocities for %g K; it must not be negative", temperature);
    draw(integrator, KM_GAS_CONSTANT * temperature, seed, p);
    if (temperature == 0.0 || integrator->n_moving == 0 || degrees_of_freedom < 1)
        return KM_OK;
    const double work = integrator->scalars.thermostat_work;
    if (integrator->n_moving > 1) /* one atom alone would be left without motion */
        km_momentum_remove(integrator, p);
    integrator->scalars.thermostat_work = work; /* a start, not an exchange of energy */
    const int failed = km_constraints_velocities(integrator, p);
    if (failed >= 0)
        return KM_FAIL(KM_ERROR_PHYSICS,
                       "the velocities of atom %d and its partners cannot be "
                       "made to obey their constraints; look for overlapping atoms",
                       integrator->group[failed].atom[0] + 1);
    const double target = 0.5 * degrees_of_freedom * KM_GAS_CONSTANT * temperature;
    const double kinetic = km_kinetic_energy(integrator, p);
    if (!(kinetic > 0.0))
        return KM_FAIL(KM_ERROR_VALUE,
                       "no motion is left after removing momentum and constrained velocities, "
                       "though %d degrees of freedom are stated",
                       degrees_of_freedom);
    km_velocities_scale(integrator, p, sqrt(target / kinetic));
    return KM_OK;
}
