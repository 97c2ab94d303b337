/* SPDX-License-Identifier: MIT */
/* Initial velocities: Maxwell and Boltzmann, projected, at rest as a whole, scaled exactly. */
#include "kernels/integrate/integrate_check.h"
#include "kernels/integrate/integrate_cpu.h"
#include "kernels/integrate/langevin.h"

static void draw(const km_integrator *integrator, double kt, uint64_t seed, km_particles *p)
{
#pragma omp parallel for num_threads(integrator->threads) schedule(static)
    for (int i = 0; i < p->n; i++)
        km_vec3_store(p->velocity, p->n_padded, i,
                      km_velocity_draw(p->inverse_mass[i], kt, seed, i));
}

km_status km_integrator_cpu_draw_velocities(km_integrator *integrator, double temperature,
                                            uint64_t seed, km_particles *p)
{
    const int degrees_of_freedom = integrator->spec.degrees_of_freedom;
    KM_TRY(km_velocities_check(temperature));
    draw(integrator, KM_GAS_CONSTANT * temperature, seed, p);
    if (temperature == 0.0 || integrator->n_moving == 0 || degrees_of_freedom < 1)
        return KM_OK;
    const double work = integrator->scalars.thermostat_work;
    if (integrator->n_moving > 1) /* one atom alone would be left without motion */
        km_momentum_remove(integrator, p);
    km_pistons_join(integrator, p);
    integrator->scalars.thermostat_work = work; /* a start, not an exchange of energy */
    const int failed = km_constraints_velocities(integrator, p);
    if (failed >= 0)
        return km_velocities_fail_constraints(integrator->group[failed].atom[0]);
    const double target = 0.5 * degrees_of_freedom * KM_GAS_CONSTANT * temperature;
    const double kinetic = km_kinetic_energy(integrator, p, false);
    if (!(kinetic > 0.0))
        return km_velocities_fail_motion(degrees_of_freedom);
    km_velocities_scale(integrator, p, sqrt(target / kinetic), false);
    return KM_OK;
}
