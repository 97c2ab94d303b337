/* SPDX-License-Identifier: MIT */
/* The viscosity as a table and as lines to read. */
#include <stdio.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"
#include "kernels/base/units.h"

km_status km_viscosity_write(const km_results *results, const char *folder)
{
    const km_green_kubo_result *r = &results->green_kubo;
    km_table t;
    if (r->n_replicas > 0)
        return KM_OK;
    KM_TRY(km_table_open(&t, folder, "viscosity.csv"));
    km_table_put(&t, "lag_ps,correlation_bar2,standard_error_bar2,integral_mPas\n");
    for (int k = 0; k < r->n_lags; k++) {
        km_table_put(&t, "%.9g", r->lag[k]);
        km_table_number(&t, r->correlation[k]);
        km_table_number(&t, r->error[k]);
        km_table_number(&t, r->integral[k] * 1e3);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_viscosity_describe(km_results *results)
{
    const km_green_kubo_result *r = &results->green_kubo;
    if (r->warning[0] != '\0')
        KM_TRY(km_results_add_warning(results, "viscosity: %s", r->warning));
    if (!r->available)
        return KM_OK;
    char how[64];
    if (r->n_replicas > 0)
        snprintf(how, sizeof how, "mean of %d replicas", r->n_replicas);
    else
        snprintf(how, sizeof how, "%d blocks of %.4g ps", r->n_blocks, r->block_time);
    KM_TRY(km_results_add_line(results,
                               "viscosity = %.3g mPa s  [%.3g, %.3g] (95 %%)  Green-Kubo up to "
                               "%.3g ps, %s",
                               r->value.value * 1e3, r->value.low * 1e3, r->value.high * 1e3,
                               r->cut, how));
    if (r->more_time > 0.0)
        KM_TRY(km_results_add_line(results, "  the viscosity needs about %.2g ns more for ±10 %%",
                                   r->more_time / KM_PS_PER_NS));
    return KM_OK;
}
