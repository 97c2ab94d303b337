/* SPDX-License-Identifier: MIT */
#include "host/command/analysis_run.h"

void km_van_hove_json(const km_van_hove *r, km_json *json)
{
    km_json_text(json, "van_hove_method",
                 "self and distinct parts: doi:10.1103/PhysRev.95.249; non-Gaussian parameter: "
                 "doi:10.1103/PhysRev.136.A405");
    km_json_open_array(json, "van_hove");
    for (int k = 0; k < r->n_kinds; k++)
        for (int l = 0; l < r->n_lags; l++) {
            const km_van_hove_lag *lag = &r->kind[k].lag[l];
            km_json_open_object(json, NULL);
            km_json_text(json, "species", r->kind[k].name);
            km_json_number(json, "lag_ps", lag->lag);
            km_json_number(json, "mean_square_A2", lag->mean_square);
            km_json_estimate(json, "non_gaussian_parameter", &lag->alpha2);
            km_json_number(json, "fraction_beyond_the_last_bin", lag->beyond);
            km_json_close(json);
        }
    km_json_close(json);
}
