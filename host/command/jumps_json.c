/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "host/command/analysis_run.h"

static void json_sites(const km_jumps_result *r, km_json *json)
{
    km_json_open_array(json, "sites");
    for (int k = 0; k < r->n_kinds; k++) {
        km_json_open_object(json, NULL);
        km_json_text(json, "site", r->kind[k].name);
        km_json_integer(json, "in_the_cell", r->kind[k].n);
        km_json_number(json, "occupancy_of_the_recipe", r->kind[k].occupancy);
        km_json_number(json, "occupancy", r->occupancy[k]);
        km_json_close(json);
    }
    km_json_close(json);
}

void km_jumps_json(const km_jumps_result *r, km_json *json)
{
    km_json_open_object(json, "jumps");
    km_json_text(json, "ion", r->species);
    km_json_integer(json, "jumps", r->n_jumps);
    km_json_estimate(json, "rate_per_ion_per_ps", &r->rate);
    km_json_number(json, "mean_length_A", r->mean_length);
    km_json_number(json, "fraction_that_undo_the_one_before", r->returns);
    km_json_number(json, "core_A", r->core);
    km_json_number(json, "fraction_of_time_in_a_core", r->in_core);
    km_json_estimate(json, "D_of_random_walk_m2_s", &r->random_D);
    if (isfinite(r->correlation.value))
        km_json_estimate(json, "correlation_factor", &r->correlation);
    json_sites(r, json);
    km_json_close(json);
}
