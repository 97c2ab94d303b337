/* SPDX-License-Identifier: MIT */
/* What one result says of another: viscosity of diffusion in a finite box, current of charge. */
#include <math.h>
#include <stdio.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"

void km_results_correct_box_size(const km_results *results, km_species_result *species)
{
    km_diffusion *d = &species->diffusion;
    char *text = species->correction;
    const size_t room = sizeof species->correction;
    if (results->viscosity == 0.0 || !d->available)
        return;
    if (!d->diffusive) {
        snprintf(text, room, "no finite-size correction: the motion is not diffusive");
        return;
    }
    if (!results->cubic) {
        snprintf(text, room,
                 "no finite-size correction: Yeh and Hummer's formula holds for cubic cells only");
        return;
    }
    d->box_shift = km_yeh_hummer_shift(results->temperature, results->viscosity,
                                       results->box_length * KM_NM_PER_ANGSTROM);
    species->corrected = true;
    species->infinite = d->total;
    species->infinite.value += d->box_shift;
    species->infinite.low += d->box_shift;
    species->infinite.high += d->box_shift;
    snprintf(text, room,
             "finite-size correction of Yeh and Hummer: +%.3g m²/s with L = %.2f Å, viscosity of "
             "the model %.4g mPa s, %.2f K; its own uncertainty is not in the interval",
             d->box_shift, results->box_length, results->viscosity * 1e3, results->temperature);
}

/* Both errors as if independent, so that the interval is rather too wide. */
void km_results_compare_current(km_results *results)
{
    const km_estimate *by_current = &results->current.value,
                      *by_charge = &results->transport.conductivity;
    if (!results->transport.available)
        results->current = (km_green_kubo_result){.available = false};
    if (!results->current.available)
        return;
    const double ratio = by_current->value / by_charge->value;
    const double error = fabs(ratio) * hypot(by_current->standard_error / by_current->value,
                                             by_charge->standard_error / by_charge->value);
    const double half = km_t_factor(1000, KM_CONFIDENCE) * error;
    results->current_ratio = (km_estimate){ratio, error, ratio - half, ratio + half};
}
