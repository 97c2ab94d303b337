/* SPDX-License-Identifier: MIT */
/* Jumps between lattice sites, in files and in words. */
#include <math.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

static km_status write_jumps(const km_jumps_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "jumps.csv"));
    km_table_put(&t, "from,to,length_A,jumps,rate_per_ion_on_such_a_site_per_ps\n");
    for (int k = 0; k < r->n_rows; k++) {
        const km_jump_row *row = &r->row[k];
        km_table_text(&t, r->kind[row->from].name);
        km_table_put(&t, ",");
        km_table_text(&t, r->kind[row->to].name);
        km_table_put(&t, ",%.5g,%d", row->length, row->count);
        km_table_number(&t, row->rate);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_sites(const km_jumps_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "sites.csv"));
    km_table_put(&t, "site,sites_in_cell,occupancy_of_the_recipe,occupancy_found\n");
    for (int k = 0; k < r->n_kinds; k++) {
        km_table_text(&t, r->kind[k].name);
        km_table_put(&t, ",%d", r->kind[k].n);
        km_table_number(&t, r->kind[k].occupancy);
        km_table_number(&t, r->occupancy[k]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_jumps_write(const km_results *results, const char *folder)
{
    const km_jumps_result *r = &results->jumps;
    if (!r->available)
        return KM_OK;
    KM_TRY(write_jumps(r, folder));
    return write_sites(r, folder);
}

km_status km_jumps_describe(km_results *results)
{
    const km_jumps_result *r = &results->jumps;
    if (!r->available)
        return km_results_add_line(results, "no jumps between sites: %s", r->note);
    KM_TRY(km_results_add_line(
        results,
        "%s: %d jumps between sites, %.3g per ion and ns (95 %%: %.3g to %.3g), mean length %.3g "
        "Å, %.0f %% undo the one before; %.0f %% of the time within %.2f Å of a site",
        r->species, r->n_jumps, 1e3 * r->rate.value, 1e3 * r->rate.low, 1e3 * r->rate.high,
        r->mean_length, 100.0 * r->returns, 100.0 * r->in_core, r->core));
    for (int k = 0; k < r->n_kinds; k++)
        KM_TRY(km_results_add_line(results, "site %s: %d in the cell, %.3f filled (recipe %.3f)",
                                   r->kind[k].name, r->kind[k].n, r->occupancy[k],
                                   r->kind[k].occupancy));
    if (r->n_jumps > 0)
        KM_TRY(km_results_add_line(results, "%s: D of a random walk with these jumps %.3g m²/s",
                                   r->species, r->random_D.value));
    if (isfinite(r->correlation.value))
        KM_TRY(km_results_add_line(results, "%s: correlation factor %.2f (95 %%: %.2f to %.2f)",
                                   r->species, r->correlation.value, r->correlation.low,
                                   r->correlation.high));
    if (r->rate.value * r->interval > KM_JUMP_OFTEN)
        KM_TRY(km_results_add_warning(
            results,
            "%s jump about every %.3g ps and frames are %.3g ps apart: jumps are missed; lower "
            "production.frame_ps",
            r->species, 1.0 / r->rate.value, r->interval));
    return r->in_core < 0.3
               ? km_results_add_warning(results,
                                        "%s are within a core of their sites for only %.0f %% of "
                                        "the time: the recipe's sites may not be theirs",
                                        r->species, 100.0 * r->in_core)
               : KM_OK;
}
