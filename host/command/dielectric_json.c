/* SPDX-License-Identifier: MIT */
#include "host/command/analysis_run.h"

void km_dielectric_json(const km_dielectric_result *r, km_json *json)
{
    km_json_open_object(json, "dielectric");
    km_json_estimate(json, "dielectric_constant", &r->epsilon);
    km_json_number(json, "independent_dipoles", r->independent);
    km_json_number(json, "root_mean_square_dipole_eA", r->dipole);
    km_json_boolean(json, "ions_left_out", r->ions);
    km_json_integer(json, "molecules", r->n_molecules);
    if (r->n_replicas > 0) {
        km_json_integer(json, "replicas", r->n_replicas);
        km_json_numbers(json, "dielectric_constant_of_replicas", r->n_replicas, r->replica);
    } else {
        km_json_integer(json, "blocks", r->n_blocks);
    }
    km_json_text(json, "method",
                 r->n_replicas > 0
                     ? "fluctuation of the dipole of all neutral molecules under a conducting "
                       "boundary: doi:10.1080/00268978300102721; error between replicas"
                     : "fluctuation of the dipole of all neutral molecules under a conducting "
                       "boundary: doi:10.1080/00268978300102721; error from blocks");
    if (r->warning[0] != '\0')
        km_json_text(json, "warning", r->warning);
    km_json_close(json);
}
