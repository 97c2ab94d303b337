/* SPDX-License-Identifier: MIT */
#include "host/analysis/viscosity.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/units.h"

#define PASCAL_PER_BAR 1e5

struct km_viscosity {
    km_green_kubo *series;
    double volume; /* nm^3  mean */
};

km_status km_viscosity_create(km_viscosity **out)
{
    KM_NEW(*out, 1);
    return km_green_kubo_create(KM_CORRELATOR_CHANNELS, &(*out)->series);
}

void km_viscosity_destroy(km_viscosity *v)
{
    if (v == NULL)
        return;
    km_green_kubo_destroy(v->series);
    free(v);
}

void km_viscosity_add(km_viscosity *v, const double p[KM_TENSOR], double volume)
{
    const double part[KM_CORRELATOR_CHANNELS] = {p[3], p[4], p[5], 0.5 * (p[0] - p[1]),
                                                 (p[0] + p[1] - 2.0 * p[2]) / (2.0 * sqrt(3.0))};
    km_green_kubo_add(v->series, part);
    v->volume += (volume - v->volume) / km_green_kubo_count(v->series);
}

void km_viscosity_compute(const km_viscosity *v, double interval, double temperature,
                          km_green_kubo_result *out)
{
    const km_green_kubo_spec spec = {
        .name = "viscosity",
        .flux = "pressure",
        .interval = interval,
        .factor = v->volume * 1e-27 * PASCAL_PER_BAR * PASCAL_PER_BAR * 1e-12 /
                  (KM_BOLTZMANN_SI * temperature),
        .cut = KM_CUT_FIRST_NOISE,
    };
    km_green_kubo_compute(v->series, &spec, out);
}
