/* SPDX-License-Identifier: MIT */
/* Conductivity and what belongs to it as tables and as lines to read. */
#include <math.h>
#include <stdio.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"
#include "kernels/base/units.h"

static void put_row(km_table *t, const char *quantity, const char *of, const char *unit,
                    const km_estimate *e)
{
    if (isnan(e->value))
        return;
    km_table_put(t, "%s,", quantity);
    km_table_text(t, of);
    km_table_put(t, ",%s", unit);
    km_table_number(t, e->value);
    km_table_number(t, e->low);
    km_table_number(t, e->high);
    km_table_number(t, e->standard_error);
    km_table_put(t, "\n");
}

static void put_ions(km_table *t, const km_transport *transport)
{
    static const char *const unit = "mol2/(J m s)";
    for (int i = 0; i < transport->n_ions; i++) {
        const km_transport_ion *ion = &transport->ion[i];
        const km_estimate self = {ion->self, NAN, NAN, NAN};
        put_row(t, "transference_number", ion->name, "1", &ion->transference);
        put_row(t, "transference_number_solvent_frame", ion->name, "1", &ion->solvent_transference);
        put_row(t, "apparent_transference_number", ion->name, "1", &ion->apparent_transference);
        put_row(t, "onsager_self", ion->name, unit, &self);
        for (int j = 0; j <= i; j++) {
            char pair[2 * KM_NAME_LENGTH + 2];
            snprintf(pair, sizeof pair, "%s %s", transport->ion[j].name, ion->name);
            put_row(t, "onsager", pair, unit, &transport->coefficient[i][j]);
        }
    }
}

static km_status write_numbers(const km_results *results, const char *folder)
{
    const km_transport *transport = &results->transport;
    km_table t;
    KM_TRY(km_table_open(&t, folder, "conductivity.csv"));
    km_table_put(&t, "quantity,of,unit,value,low_95,high_95,standard_error\n");
    if (transport->available) {
        put_row(&t, "conductivity", "", "S/m", &transport->conductivity);
        put_row(&t, "nernst_einstein_conductivity", "", "S/m", &transport->nernst_einstein);
        if (results->current.available) {
            put_row(&t, "green_kubo_conductivity", "", "S/m", &results->current.value);
            put_row(&t, "green_kubo_over_einstein", "", "1", &results->current_ratio);
        }
        put_row(&t, "haven_ratio", "", "1", &transport->haven);
        put_row(&t, "ionicity", "", "1", &transport->ionicity);
        if (!transport->ions_only)
            put_ions(&t, transport);
    }
    return km_table_close(&t);
}

static km_status write_curves(const km_transport *transport, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "collective_msd.csv"));
    km_table_put(&t, "lag_ps,charge_e2_A2");
    for (int i = 0; i < transport->n_ions; i++)
        for (int j = 0; j <= i; j++)
            km_table_put(&t, ",\"%s %s_A2\"", transport->ion[j].name, transport->ion[i].name);
    km_table_put(&t, "\n");
    const int n_pairs = transport->n_ions * (transport->n_ions + 1) / 2;
    for (int m = 0; m < transport->n_lags; m++) {
        km_table_put(&t, "%.9g", m * transport->interval);
        km_table_number(&t, transport->charge_msd[m]);
        for (int p = 0; p < n_pairs; p++)
            km_table_number(&t, transport->product[p][m]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_current(const km_green_kubo_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "current.csv"));
    km_table_put(&t, "lag_ps,correlation_e2_nm2_ps2,standard_error_e2_nm2_ps2,integral_S_m\n");
    for (int k = 0; k < r->n_lags; k++) {
        km_table_put(&t, "%.9g", r->lag[k]);
        km_table_number(&t, r->correlation[k]);
        km_table_number(&t, r->error[k]);
        km_table_number(&t, r->integral[k]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_transport_write(const km_results *results, const char *folder)
{
    KM_TRY(write_numbers(results, folder));
    if (results->current.n_lags > 0)
        KM_TRY(write_current(&results->current, folder));
    return results->transport.n_lags > 0 ? write_curves(&results->transport, folder) : KM_OK;
}

static km_status add_estimate(km_results *results, const char *what, const km_estimate *e,
                              const char *unit)
{
    if (isnan(e->low))
        return km_results_add_line(results, "%s = %.3g%s", what, e->value, unit);
    return km_results_add_line(results, "%s = %.3g%s  [%.3g, %.3g] (95 %%)", what, e->value, unit,
                               e->low, e->high);
}

/* Where the current was not written often enough a line says so, no warning: few runs need it. */
static km_status describe_current(km_results *results)
{
    const km_green_kubo_result *r = &results->current;
    if (!r->available)
        return r->warning[0] != '\0' ? km_results_add_line(results, "%s", r->warning) : KM_OK;
    if (r->warning[0] != '\0')
        KM_TRY(km_results_add_warning(results, "conductivity by Green and Kubo: %s", r->warning));
    KM_TRY(add_estimate(results, "conductivity by Green and Kubo", &r->value, " S/m"));
    if (r->n_replicas > 0)
        KM_TRY(km_results_add_line(results, "  mean of %d replicas, up to %.3g ps", r->n_replicas,
                                   r->cut));
    else
        KM_TRY(km_results_add_line(results, "  up to %.3g ps, %d blocks of %.4g ps", r->cut,
                                   r->n_blocks, r->block_time));
    return add_estimate(results, "  ratio to that of the displacements", &results->current_ratio,
                        "");
}

static km_status describe_ion(km_results *results, const km_transport *t, int i)
{
    char what[3 * KM_NAME_LENGTH];
    const km_transport_ion *ion = &t->ion[i];
    snprintf(what, sizeof what, "t(%s, %s)", ion->name,
             t->drift_removed ? "barycentric" : "frame of the cell");
    KM_TRY(add_estimate(results, what, &ion->transference, ""));
    if (!isnan(ion->solvent_transference.value)) {
        snprintf(what, sizeof what, "t(%s, frame of the solvent)", ion->name);
        KM_TRY(add_estimate(results, what, &ion->solvent_transference, ""));
    }
    if (!isnan(ion->apparent_transference.value)) {
        snprintf(what, sizeof what, "t(%s, apparent, from self-diffusion)", ion->name);
        KM_TRY(add_estimate(results, what, &ion->apparent_transference, ""));
    }
    for (int j = 0; j <= i; j++) {
        snprintf(what, sizeof what, "L(%s, %s)", t->ion[j].name, ion->name);
        KM_TRY(add_estimate(results, what, &t->coefficient[i][j], " mol²/(J m s)"));
    }
    return KM_OK;
}

km_status km_transport_describe(km_results *results)
{
    const km_transport *t = &results->transport;
    if (t->warning[0] != '\0')
        KM_TRY(km_results_add_warning(results, "%s", t->warning));
    if (!t->available)
        return KM_OK;
    KM_TRY(add_estimate(results, t->diffusive ? "conductivity" : "APPARENT conductivity",
                        &t->conductivity, " S/m"));
    KM_TRY(km_results_add_line(results, "  fit %.4g-%.4g ps, beta %.2f ± %.2f; formal charges",
                               t->fit_from, t->fit_to, t->beta, t->beta_error));
    if (t->more_time > 0.0)
        KM_TRY(km_results_add_line(results,
                                   "  the conductivity needs about %.2g ns more for ±%.0f %%",
                                   t->more_time / KM_PS_PER_NS, 100.0 * KM_TRANSPORT_PRECISION));
    KM_TRY(describe_current(results));
    if (!isnan(t->nernst_einstein.value)) {
        KM_TRY(add_estimate(results, "conductivity of Nernst and Einstein", &t->nernst_einstein,
                            " S/m"));
        KM_TRY(add_estimate(results, "Haven ratio", &t->haven, ""));
        KM_TRY(add_estimate(results, "ionicity", &t->ionicity, ""));
    }
    if (t->ions_only)
        return km_results_add_line(results,
                                   "no transference numbers: there are ions alone, whose masses "
                                   "fix them in the frame of all momentum");
    for (int i = 0; i < t->n_ions && t->n_ions > 1; i++)
        KM_TRY(describe_ion(results, t, i));
    return KM_OK;
}
