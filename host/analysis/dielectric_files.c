/* SPDX-License-Identifier: MIT */
/* The dielectric constant as a table, and in words. */
#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

km_status km_dielectric_write(const km_results *results, const char *folder)
{
    const km_dielectric_result *r = &results->dielectric;
    km_table t;
    if (!r->available)
        return KM_OK;
    KM_TRY(km_table_open(&t, folder, "dielectric.csv"));
    if (r->n_replicas > 0) {
        km_table_put(&t, "replica,dielectric_constant\n");
        for (int k = 0; k < r->n_replicas; k++) {
            km_table_put(&t, "%d", k + 1);
            km_table_number(&t, r->replica[k]);
            km_table_put(&t, "\n");
        }
        return km_table_close(&t);
    }
    km_table_put(&t,
                 "block,dielectric_constant,mean_dipole_x_eA,mean_dipole_y_eA,mean_dipole_z_eA\n");
    for (int k = 0; k < r->n_blocks; k++) {
        km_table_put(&t, "%d", k + 1);
        km_table_number(&t, r->block[k]);
        for (int c = 0; c < 3; c++)
            km_table_number(&t, r->mean[k][c]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_dielectric_describe(km_results *results)
{
    const km_dielectric_result *r = &results->dielectric;
    if (r->warning[0] != '\0')
        KM_TRY(km_results_add_warning(results, "%s", r->warning));
    if (!r->available)
        return KM_OK;
    KM_TRY(km_results_add_line(results, "dielectric constant = %.3g  [%.3g, %.3g] (95 %%)  %d %s%s",
                               r->epsilon.value, r->epsilon.low, r->epsilon.high,
                               r->n_replicas > 0 ? r->n_replicas : r->n_blocks,
                               r->n_replicas > 0 ? "replicas" : "blocks",
                               r->ions ? "; the neutral molecules' part, without the ions" : ""));
    return km_results_add_line(results,
                               "  about %.3g independent dipoles seen; charges are fixed, so there "
                               "is no electronic part",
                               r->independent);
}
