/* SPDX-License-Identifier: MIT */
/* What thermostat and barostat decide, and the book of the energy they give: from sums over atoms
 * to one factor, in the scalars of the integrator. The backends supply the sums and apply the
 * factor.
 *
 * A rescaling of the cell changes the kinetic energy at once, but the new potential energy is known
 * only after the forces have been computed again. Until then the change is pending: barostat_work
 * is completed from the energies, lazily and exactly. */
#ifndef KM_COUPLING_H
#define KM_COUPLING_H

#include "kernels/integrate/barostat.h"
#include "kernels/integrate/integrate.h"
#include "kernels/integrate/thermostat.h"

/* Whether something with this interval (0 = never) acts at the step. */
KM_HD bool km_is_due(const km_integrator_spec *spec, int64_t step, int interval)
{
    return interval > 0 && (step - spec->first_step) % interval == 0;
}

/* Whether a thermostat that acts through the kinetic energy does so at the end of the step. */
KM_HD bool km_thermostat_is_due(const km_integrator_spec *spec, int64_t step)
{
    return spec->thermostat == KM_THERMOSTAT_NOSE_HOOVER ||
           (spec->thermostat == KM_THERMOSTAT_RESCALING &&
            km_is_due(spec, step, spec->thermostat_interval));
}

/* kJ/mol */
KM_HD double km_target_kt(const km_integrator_spec *spec, int64_t step)
{
    return KM_GAS_CONSTANT * km_temperature_ramp(spec->temperature, spec->temperature_end,
                                                 spec->first_step, spec->n_steps, step);
}

/* Whether the thermostat acts on an atom, should it move. */
KM_HD bool km_is_coupled(const km_particles *p, int i)
{
    return km_mobility_of(p, i) == KM_MOBILITY_FREE;
}

/* Degrees of freedom of the atoms the thermostat acts on. */
KM_HD int km_coupled_degrees(const km_integrator_spec *spec)
{
    return spec->coupled_degrees_of_freedom > 0 ? spec->coupled_degrees_of_freedom
                                                : spec->degrees_of_freedom;
}

/* ---- temperature ----
 *
 * Velocity Verlet with step dt samples exp(-H'/kT) of a Hamiltonian H' that differs from H by
 * terms of dt^2. In a vibration of angular frequency w, with a = (w dt / 2)^2, the mean kinetic
 * energy of the velocities of the full step is (1 - 2a/3) kT/2, that of the half step, before and
 * after it, (1 + a/3) kT/2: a thermostat that holds the first heats the slow motions, one that
 * holds the second cools them. Free of the error of this order is
 *
 *     K = (1/3) K_full + (2/3) K_half = K_full + (1/3) sum m |d|^2
 *
 * with d the change of velocity (nm/ps) by the kick and the constraints that end the step, and
 * K_half the mean of sum m |v -+ d|^2 / 2. Source: Jung, Kobayashi, Sugita,
 * doi:10.1021/acs.jctc.8b00874. The BAOAB splitting samples positions and half-step velocities
 * without an error of this order (doi:10.1093/amrx/abs010): K = K_half there. */

/* Share of sum m |d|^2 that the full step hides of the kinetic energy. */
KM_HD double km_hidden_share(const km_integrator_spec *spec)
{
    return spec->thermostat == KM_THERMOSTAT_LANGEVIN ? 0.5 : 1.0 / 3.0;
}

/* m |d|^2 of an atom, kJ/mol; before and after in nm/ps. */
KM_HD double km_kick_square(double mass, km_vec3 before, km_vec3 after)
{
    const km_vec3 d = km_vec3_sub(after, before);
    return mass * km_vec3_dot(d, d);
}

/* Takes the sums of km_kick_square over the moving atoms and over those the thermostat acts on.
 * coupled: it does so at this step; it sees the mean over its own time, as only the mean carries
 * the correction. */
KM_HD void km_hidden_take(const km_integrator_spec *spec, km_integrator_scalars *scalars,
                          double squares, double squares_coupled, bool coupled)
{
    scalars->hidden_kinetic = km_hidden_share(spec) * squares;
    if (!coupled)
        return;
    const double hidden = km_hidden_share(spec) * squares_coupled;
    const int steps = spec->thermostat == KM_THERMOSTAT_RESCALING ? spec->thermostat_interval : 1;
    const double weight = scalars->hidden_mean > 0.0
                              ? 1.0 - exp(-steps * spec->timestep / spec->thermostat_time)
                              : 1.0;
    scalars->hidden_mean += weight * (hidden - scalars->hidden_mean);
}

/* kT (kJ/mol) to which the velocities of the full step are to be held. Forces of a bad start hide
 * more than there is: at least half of kT stays. */
KM_HD double km_full_step_kt(const km_integrator_spec *spec, const km_integrator_scalars *scalars,
                             double kt)
{
    return fmax(0.5 * kt, kt - 2.0 * scalars->hidden_mean / km_coupled_degrees(spec));
}

/* ---- thermostats ---- */

/* Half a timestep of the Nose-Hoover chain, from the kinetic energy (kJ/mol) of the atoms, all of
 * which it acts on; returns the factor for all velocities. */
KM_HD double km_chain_couple(const km_integrator_spec *spec, km_integrator_scalars *scalars,
                             int64_t step, double kinetic)
{
    km_chain chain;
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_CHAIN_LENGTH; k++) {
        chain.position[k] = scalars->chain_position[k];
        chain.velocity[k] = scalars->chain_velocity[k];
    }
    const double kt = km_target_kt(spec, step);
    km_chain_set(&chain, kt, km_full_step_kt(spec, scalars, kt), spec->degrees_of_freedom,
                 spec->thermostat_time);
    const double before = km_chain_energy(&chain);
    const double factor = km_chain_advance(&chain, kinetic, 0.5 * spec->timestep);
    /* what the chain loses the atoms receive: the targets are the same before and after */
    scalars->thermostat_work += before - km_chain_energy(&chain);
    KM_DEVICE_UNROLL
    for (int k = 0; k < KM_CHAIN_LENGTH; k++) {
        scalars->chain_position[k] = chain.position[k];
        scalars->chain_velocity[k] = chain.velocity[k];
    }
    return factor;
}

/* The same of one stochastic rescaling, which is due at this step, for the atoms it acts on. */
KM_HD double km_rescaling_couple(const km_integrator_spec *spec, km_integrator_scalars *scalars,
                                 int64_t step, double kinetic)
{
    if (!(kinetic > 0.0))
        return 1.0;
    const double decay = exp(-spec->thermostat_interval * spec->timestep / spec->thermostat_time);
    const double kt = km_full_step_kt(spec, scalars, km_target_kt(spec, step));
    const double factor =
        km_rescaling_factor(kinetic, kt, km_coupled_degrees(spec), decay, spec->seed, step);
    scalars->thermostat_work += (factor * factor - 1.0) * kinetic;
    return factor;
}

/* The velocity (nm/ps) to take from every moving atom so that the total momentum (u nm/ps) of this
 * mass (u) is gone. */
KM_HD km_vec3 km_momentum_take(km_integrator_scalars *scalars, km_vec3 momentum, double mass)
{
    if (!(mass > 0.0))
        return km_vec3_make(0.0, 0.0, 0.0);
    /* energy taken out: that of the motion of the centre of mass */
    scalars->thermostat_work -= 0.5 * km_vec3_dot(momentum, momentum) / mass;
    return km_vec3_scale(1.0 / mass, momentum);
}

/* ---- barostat ---- */

/* Factor of one edge, the others held; volume in nm^3, kt in kJ/mol, and the pressure
 * along the edge in kJ/mol/nm^3. */
KM_HD double km_barostat_edge(const km_integrator_spec *spec, double volume, double pressure,
                              double kt, double normal)
{
    const double duration = spec->barostat_interval * spec->timestep;
    return km_barostat_volume(volume, pressure, spec->pressure, kt, spec->compressibility / 3.0,
                              duration, spec->barostat_time, normal) /
           volume;
}

/* Factors of the three axes at this step; pressure in kJ/mol/nm^3. */
KM_HD km_vec3 km_barostat_stretch(const km_integrator_spec *spec, int64_t step, double volume,
                                  const double pressure[KM_TENSOR])
{
    const double kt = km_target_kt(spec, step);
    const double duration = spec->barostat_interval * spec->timestep;
    double normal[4];
    km_random_normal4(km_random_bits(spec->seed, (uint64_t)step, 0, KM_RANDOM_BAROSTAT), normal);
    if (spec->barostat == KM_BAROSTAT_SEMI_ISOTROPIC) {
        const double plane = 0.5 * (pressure[KM_XX] + pressure[KM_YY]);
        const double wide =
            km_barostat_volume(volume, plane, spec->pressure, kt, spec->compressibility * 2.0 / 3.0,
                               duration, spec->barostat_time, normal[0]);
        const double edge = sqrt(wide / volume);
        return km_vec3_make(edge, edge,
                            km_barostat_edge(spec, wide, pressure[KM_ZZ], kt, normal[1]));
    }
    if (spec->barostat == KM_BAROSTAT_ANISOTROPIC) {
        const double x = km_barostat_edge(spec, volume, pressure[KM_XX], kt, normal[0]);
        const double y = km_barostat_edge(spec, x * volume, pressure[KM_YY], kt, normal[1]);
        const double z = km_barostat_edge(spec, x * y * volume, pressure[KM_ZZ], kt, normal[2]);
        return km_vec3_make(x, y, z);
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

/* kJ/mol, barostat_work and what is not yet settled of it; potential is that of the present
 * configuration. */
KM_HD double km_barostat_work(const km_integrator_scalars *scalars, double potential)
{
    if (scalars->scaling_pending == 0.0)
        return scalars->barostat_work;
    return scalars->barostat_work + (potential - scalars->potential_before_scaling);
}

/* Adds to barostat_work what the last rescaling did to the potential energy, once the energies of
 * the scaled configuration are there. */
KM_HD void km_barostat_settle(km_integrator_scalars *scalars, double potential)
{
    scalars->barostat_work = km_barostat_work(scalars, potential);
    scalars->scaling_pending = 0.0;
    scalars->potential_before_scaling = 0.0;
}

/* Books a rescaling: kinetic is the tensor of the centres of mass before it, kJ/mol. */
KM_HD void km_barostat_book(km_integrator_scalars *scalars, const double kinetic[KM_TENSOR],
                            km_vec3 scale, double potential)
{
    scalars->barostat_work += kinetic[KM_XX] * (1.0 / (scale.x * scale.x) - 1.0) +
                              kinetic[KM_YY] * (1.0 / (scale.y * scale.y) - 1.0) +
                              kinetic[KM_ZZ] * (1.0 / (scale.z * scale.z) - 1.0);
    scalars->potential_before_scaling = potential;
    scalars->scaling_pending = 1.0;
}

/* Adds the cell after a rescaling to its average, from the step on that the spec names. */
KM_HD void km_box_average(const km_integrator_spec *spec, km_integrator_scalars *scalars,
                          int64_t step, const km_box *box)
{
    if (spec->average_from <= 0 || step < spec->average_from)
        return;
    scalars->average_sum[0] += km_box_volume(box);
    scalars->average_sum[1] += box->ax;
    scalars->average_sum[2] += box->bx;
    scalars->average_sum[3] += box->by;
    scalars->average_sum[4] += box->cx;
    scalars->average_sum[5] += box->cy;
    scalars->average_sum[6] += box->cz;
    scalars->n_averaged += 1.0;
}

#endif
