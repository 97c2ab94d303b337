/* SPDX-License-Identifier: MIT */
/* Results as tables for other programs. Each file is written aside and renamed. */
#include <stdio.h>
#include <string.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

static km_status write_text(const km_results *results, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "analysis.txt"));
    for (int k = 0; k < results->n_lines; k++)
        km_table_put(&t, "%s\n", results->line[k]);
    for (int k = 0; k < results->n_species; k++)
        if (results->species[k].diffusion.available)
            km_table_put(&t, "%s: %s\n", results->species[k].name,
                         results->species[k].diffusion.method);
    for (int k = 0; k < results->n_warnings; k++)
        km_table_put(&t, "warning: %s\n", results->warning[k]);
    return km_table_close(&t);
}

static km_status write_msd(const km_results *results, const char *folder)
{
    static const char *const column[4] = {"total", "x", "y", "z"};
    const bool replicas = results->n_replicas > 0;
    km_table t;
    KM_TRY(km_table_open(&t, folder, "msd.csv"));
    km_table_put(&t, "lag_ps");
    int n = 0;
    for (int k = 0; k < results->n_species; k++) {
        n = results->species[k].n_lags;
        for (int c = 0; c < 4; c++)
            km_table_put(&t, ",\"%s %s_A2\"", results->species[k].name, column[c]);
    }
    km_table_put(&t, ",n_origins");
    for (int k = 0; k < results->n_species && replicas; k++)
        km_table_put(&t, ",\"%s standard_error_A2\"", results->species[k].name);
    km_table_put(&t, "\n");
    for (int m = 0; m < n; m++) {
        km_table_put(&t, "%.9g", m * results->interval);
        for (int k = 0; k < results->n_species; k++) {
            km_table_number(&t, results->species[k].msd[m]);
            for (int a = 0; a < 3; a++)
                km_table_number(&t, results->species[k].msd_axis[a][m]);
        }
        km_table_put(&t, ",%d", (n - m) * (replicas ? results->n_replicas : 1));
        for (int k = 0; k < results->n_species && replicas; k++)
            km_table_number(&t, results->species[k].msd_error[m]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_beta(const km_results *results, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "beta.csv"));
    km_table_put(&t, "lag_ps");
    int n = 0;
    for (int k = 0; k < results->n_species; k++) {
        n = results->species[k].n_beta;
        km_table_put(&t, ",\"%s beta\"", results->species[k].name);
    }
    km_table_put(&t, "\n");
    for (int g = 0; g < n; g++) {
        km_table_put(&t, "%.9g", results->species[0].beta_lag[g]);
        for (int k = 0; k < results->n_species; k++)
            km_table_number(&t, results->species[k].beta[g]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static void put_estimate(km_table *t, const km_estimate *e)
{
    km_table_number(t, e->value);
    km_table_number(t, e->low);
    km_table_number(t, e->high);
    km_table_number(t, e->standard_error);
}

static km_status write_diffusion(const km_results *results, const char *folder)
{
    static const char *const what[12] = {"D",
                                         "D_x",
                                         "D_y",
                                         "D_z",
                                         "D_infinite",
                                         "D_regression",
                                         "D_x_regression",
                                         "D_y_regression",
                                         "D_z_regression",
                                         "D_a",
                                         "D_b",
                                         "D_c"};
    km_table t;
    KM_TRY(km_table_open(&t, folder, "diffusion.csv"));
    km_table_put(&t, "species,n_molecules,diffusive,D_cm2_s");
    for (int q = 0; q < 12; q++)
        km_table_put(&t, ",%s_m2_s,%s_low,%s_high,%s_standard_error", what[q], what[q], what[q],
                     what[q]);
    km_table_put(&t,
                 ",beta,beta_error,fit_from_ps,fit_to_ps,msd_from_A2,msd_to_A2,n_blocks,"
                 "block_ps,n_frames,run_ps,box_A,temperature_K,viscosity_Pa_s,method,warning\n");
    for (int k = 0; k < results->n_species; k++) {
        const km_species_result *species = &results->species[k];
        const km_diffusion *d = &species->diffusion;
        if (!d->available)
            continue;
        km_table_text(&t, species->name);
        km_table_put(&t, ",%d,%d", species->n_molecules, d->diffusive);
        km_table_number(&t, d->total.value * 1e4);
        put_estimate(&t, &d->total);
        for (int a = 0; a < 3; a++)
            put_estimate(&t, &d->axis[a]);
        const km_estimate none = {NAN, NAN, NAN, NAN};
        put_estimate(&t, species->corrected ? &species->infinite : &none);
        const bool regression = d->regression.value > 0.0;
        put_estimate(&t, regression ? &d->regression : &none);
        for (int a = 0; a < 3; a++)
            put_estimate(&t, regression ? &d->regression_axis[a] : &none);
        for (int a = 0; a < 3; a++)
            put_estimate(&t, species->has_edges ? &species->edge[a] : &none);
        const double number[] = {d->beta,
                                 d->beta_error,
                                 d->fit_from,
                                 d->fit_to,
                                 d->msd_from,
                                 d->msd_to,
                                 d->n_blocks,
                                 d->block_length,
                                 d->n_frames,
                                 results->time_last - results->time_first,
                                 results->box_length,
                                 results->temperature,
                                 results->viscosity > 0.0 ? results->viscosity : NAN};
        for (size_t j = 0; j < sizeof number / sizeof *number; j++)
            km_table_number(&t, number[j]);
        km_table_put(&t, ",");
        km_table_text(&t, d->method);
        km_table_put(&t, ",");
        km_table_text(&t, d->warning);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

/* r is the middle of a bin; n counts neighbours up to its outer edge. */
static km_status write_rdf(const km_results *results, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "rdf.csv"));
    km_table_put(&t, "r_A,r_outer_A");
    for (int k = 0; k < results->n_rdf; k++) {
        const km_rdf_curve *c = &results->rdf[k];
        km_table_put(&t, ",\"g %s %s-%s %s\",\"n %s %s-%s %s\"", c->centre, c->centre_element,
                     c->partner, c->partner_element, c->centre, c->centre_element, c->partner,
                     c->partner_element);
    }
    km_table_put(&t, "\n");
    for (int b = 0; results->n_rdf > 0 && b < results->rdf[0].n_bins; b++) {
        km_table_put(&t, "%.5g,%.5g", results->rdf[0].r[b],
                     results->rdf[0].r[b] + 0.5 * results->rdf[0].bin_width);
        for (int k = 0; k < results->n_rdf; k++) {
            km_table_number(&t, results->rdf[k].g[b]);
            km_table_number(&t, results->rdf[k].coordination[b]);
        }
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_coordination(const km_results *results, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "coordination.csv"));
    km_table_put(&t, "centre,centre_element,partner,partner_element,peak_A,peak_g,shell_A,shell_g,"
                     "coordination,coordination_minus_0.2_A,coordination_plus_0.2_A,note\n");
    for (int k = 0; k < results->n_rdf; k++) {
        const km_rdf_curve *c = &results->rdf[k];
        km_table_text(&t, c->centre);
        km_table_put(&t, ",%s,", c->centre_element);
        km_table_text(&t, c->partner);
        km_table_put(&t, ",%s", c->partner_element);
        const double number[] = {c->peak_r,
                                 c->peak_g,
                                 c->shell_r,
                                 c->shell_g,
                                 c->coordination_number,
                                 c->coordination_less,
                                 c->coordination_more};
        for (int j = 0; j < 7; j++)
            km_table_number(&t, (j < 2 ? c->has_peak : c->has_shell) ? number[j] : NAN);
        km_table_put(&t, ",");
        km_table_text(&t, c->note);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_results_write(const km_results *results, const char *folder)
{
    KM_TRY(write_text(results, folder));
    if (results->has_msd) {
        KM_TRY(write_msd(results, folder));
        KM_TRY(write_beta(results, folder));
        KM_TRY(write_diffusion(results, folder));
    }
    if (results->has_rdf) {
        KM_TRY(write_rdf(results, folder));
        KM_TRY(write_coordination(results, folder));
    }
    if (results->has_profile)
        KM_TRY(km_profile_write(results, folder));
    if (results->has_layers)
        KM_TRY(km_layers_write(results, folder));
    if (results->has_order)
        KM_TRY(km_order_write(results, folder));
    if (results->has_solvation)
        KM_TRY(km_solvation_write(results, folder));
    if (results->has_viscosity)
        KM_TRY(km_viscosity_write(results, folder));
    if (results->has_transport)
        KM_TRY(km_transport_write(results, folder));
    if (results->has_jumps)
        KM_TRY(km_jumps_write(results, folder));
    if (results->has_occupancy)
        KM_TRY(km_occupancy_write(results, folder));
    if (results->has_van_hove)
        KM_TRY(km_van_hove_write(results, folder));
    if (results->has_dielectric)
        KM_TRY(km_dielectric_write(results, folder));
    return KM_OK;
}
