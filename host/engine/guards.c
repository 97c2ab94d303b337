/* SPDX-License-Identifier: MIT */
#include "host/engine/guards.h"

#include <math.h>
#include <stdio.h>

#include "kernels/base/units.h"

bool km_guard_broken(const km_guard *g, const km_measurement *m, double mass,
                     double conserved_change, double time, char *text, size_t room)
{
    const double thermal = KM_GAS_CONSTANT * g->temperature; /* kJ/mol */
    const double jump = mass > 0.0 ? m->largest_force * g->timestep * g->timestep / mass : 0.0;
    const double centre = (m->momentum[0] * m->momentum[0] + m->momentum[1] * m->momentum[1] +
                           m->momentum[2] * m->momentum[2]) /
                          (2.0 * g->total_mass);
    const double hot = g->temperature * (KM_GUARD_HOT + 20.0 * sqrt(2.0 / g->degrees_of_freedom));
    const double drift =
        KM_GUARD_DRIFT * 0.5 * g->degrees_of_freedom * thermal * (1.0 + 1e-3 * time);
    /* written so that what is not a number breaks them */
    if (!isfinite(m->potential) || !isfinite(m->kinetic) || !isfinite(m->pressure) ||
        !isfinite(m->conserved))
        snprintf(text, room, "an energy or the pressure is not a number");
    else if (!(jump <= KM_GUARD_STEP))
        snprintf(text, room,
                 "atoms are too close: the force on one would move it by %.3g nm in a step (limit "
                 "%.3g)",
                 jump, KM_GUARD_STEP);
    else if (!(m->constraint_residual <= KM_GUARD_CONSTRAINT))
        snprintf(text, room, "a constrained bond is off by a part of %.3g (limit %.3g)",
                 m->constraint_residual, KM_GUARD_CONSTRAINT);
    else if (g->thermostatted && !(m->temperature <= hot))
        snprintf(text, room, "the temperature is %.4g K (limit %.4g K, for a thermostat of %.4g K)",
                 m->temperature, hot, g->temperature);
    else if (g->at_rest && !(centre <= KM_GUARD_CENTRE * 1.5 * thermal))
        snprintf(text, room,
                 "the cell moves as a whole with %.3g kJ/mol, though that motion is removed (limit "
                 "%.3g)",
                 centre, KM_GUARD_CENTRE * 1.5 * thermal);
    else if (g->conserves && !(fabs(conserved_change) <= drift))
        snprintf(text, room,
                 "the conserved quantity has moved by %.4g kJ/mol in %.4g ps (limit %.4g)",
                 conserved_change, time, drift);
    else
        return false;
    return true;
}
