/* SPDX-License-Identifier: MIT */
#include "host/analysis/current.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernels/base/units.h"

#define LONGEST_INTERVAL 0.05 /* ps  a few to the half period of an ion in its cage */

struct km_current {
    km_green_kubo *series;
    double volume; /* nm^3  mean */
};

km_status km_current_create(km_current **out)
{
    KM_NEW(*out, 1);
    return km_green_kubo_create(3, &(*out)->series);
}

void km_current_destroy(km_current *c)
{
    if (c == NULL)
        return;
    km_green_kubo_destroy(c->series);
    free(c);
}

void km_current_add(km_current *c, const double current[3], double volume)
{
    const double value[KM_CORRELATOR_CHANNELS] = {current[0], current[1], current[2]};
    km_green_kubo_add(c->series, value);
    c->volume += (volume - c->volume) / km_green_kubo_count(c->series);
}

void km_current_compute(const km_current *c, double interval, double temperature,
                        km_green_kubo_result *out)
{
    const double e2 = KM_ELEMENTARY_CHARGE * KM_ELEMENTARY_CHARGE;
    const km_green_kubo_spec spec = {
        .name = "conductivity by Green and Kubo",
        .flux = "current",
        .interval = interval,
        .factor = e2 * KM_M2_S_PER_NM2_PS / (c->volume * 1e-27 * KM_BOLTZMANN_SI * temperature),
        .cut = KM_CUT_QUIET_OCTAVE,
    };
    km_green_kubo_compute(c->series, &spec, out);
    if (interval <= LONGEST_INTERVAL || !out->available)
        return;
    out->available = false;
    snprintf(out->warning, sizeof out->warning,
             "no conductivity by Green and Kubo: the current is written every %.4g ps, and changes "
             "within %.4g (production.energy_ps: 0.01)",
             interval, LONGEST_INTERVAL);
}
