/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "host/command/analysis_run.h"

static void put(km_json *json, const char *key, const km_estimate *e)
{
    if (!isnan(e->value))
        km_json_estimate(json, key, e);
}

static void put_motion(const km_transport *t, int i, km_json *json)
{
    const km_transport_ion *ion = &t->ion[i];
    put(json, "transference_number", &ion->transference);
    put(json, "transference_number_solvent_frame", &ion->solvent_transference);
    put(json, "apparent_transference_number", &ion->apparent_transference);
    km_json_number(json, "onsager_self_mol2_J_m_s", ion->self);
    km_json_open_object(json, "onsager_mol2_J_m_s");
    for (int j = 0; j < t->n_ions; j++)
        put(json, t->ion[j].name, &t->coefficient[i][j]);
    km_json_close(json);
}

static void put_ion(const km_transport *t, int i, km_json *json)
{
    const km_transport_ion *ion = &t->ion[i];
    km_json_open_object(json, ion->name);
    km_json_integer(json, "charge", ion->charge);
    km_json_integer(json, "molecules", ion->n_molecules);
    if (!t->ions_only)
        put_motion(t, i, json);
    km_json_close(json);
}

static void put_current(const km_results *results, km_json *json)
{
    const km_green_kubo_result *current = &results->current;
    if (!current->available)
        return;
    km_json_estimate(json, "conductivity_by_green_kubo_S_m", &current->value);
    put(json, "green_kubo_over_einstein", &results->current_ratio);
    km_json_number(json, "green_kubo_integral_up_to_ps", current->cut);
    km_json_text(json, "green_kubo_method",
                 "integral of the correlation of the current up to an octave without signal; "
                 "error from blocks or between replicas: doi:10.1063/1.457480");
}

void km_transport_json(const km_results *results, km_json *json)
{
    const km_transport *t = &results->transport;
    km_json_open_object(json, "conductivity");
    km_json_boolean(json, "available", t->available);
    if (t->available) {
        km_json_boolean(json, "diffusive", t->diffusive);
        put(json, "conductivity_S_m", &t->conductivity);
        put(json, "nernst_einstein_S_m", &t->nernst_einstein);
        put_current(results, json);
        put(json, "haven_ratio", &t->haven);
        put(json, "ionicity", &t->ionicity);
        km_json_text(json, "frame", t->drift_removed ? "barycentric" : "cell");
        km_json_number(json, "beta", t->beta);
        km_json_number(json, "fit_from_ps", t->fit_from);
        km_json_number(json, "fit_to_ps", t->fit_to);
        km_json_number(json, "degrees_of_freedom", t->slope.degrees_of_freedom);
        km_json_number(json, "more_time_for_10_percent_ps", t->more_time);
        km_json_open_object(json, "ions");
        for (int i = 0; i < t->n_ions; i++)
            put_ion(t, i, json);
        km_json_close(json);
    }
    if (t->warning[0] != '\0')
        km_json_text(json, "warning", t->warning);
    km_json_close(json);
}
