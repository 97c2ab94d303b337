/* SPDX-License-Identifier: MIT */
/* A stored trajectory through the analyses: tables, pictures, JSON and lines to read. */
#ifndef KM_ANALYSIS_RUN_H
#define KM_ANALYSIS_RUN_H

#include "host/analysis/analysis.h"
#include "host/command/terminal.h"
#include "host/input/recipe_file.h"
#include "host/output/json_writer.h"

typedef struct km_analysis_request {
    const char *const
        *name; /*      n names: "msd", "rdf", "profile", "layers", "conductivity", "viscosity" */
    int n;
    double temperature; /* K                                                */
    double viscosity;   /* Pa s 0 = not given                               */
    uint64_t seed;
    const km_recipe *recipe; /* with the sites of a crystal; NULL = not known     */
} km_analysis_request;

/* Streams the trajectory, frame by frame. *out is released with km_analysis_destroy. */
KM_MUST_CHECK km_status km_analysis_run(const char *trajectory, const km_labels *labels,
                                        const km_analysis_request *request, km_analysis **out);
/* The lattice sites of the recipe's crystal; none where it is no cell.compound. Released with
 * km_site_set_clear. */
KM_MUST_CHECK km_status km_site_set_make(const km_recipe *recipe, const km_labels *labels,
                                         km_site_set *out);
/* Tables and pictures in folder; lines and warnings on the terminal. */
KM_MUST_CHECK km_status km_results_show(const km_results *results, const char *folder,
                                        const char *title, km_terminal *terminal);
/* "diffusion", "coordination", "profile", "layers" and "residence_at_the_surface" in the open JSON
 * object. */
void km_results_json(const km_results *results, km_json *json);
/* Pressures and currents from the energies.csv beside the trajectory, for viscosity and
 * conductivity; without that file there is no current. */
KM_MUST_CHECK km_status km_energy_series_read(const char *trajectory, km_analysis *analysis);
/* "conductivity" in it: see transport.h and current.h. */
void km_transport_json(const km_results *results, km_json *json);
/* "jumps" in it: see jumps.h. */
void km_jumps_json(const km_jumps_result *jumps, km_json *json);
/* "dielectric" in it: see dielectric.h. */
void km_dielectric_json(const km_dielectric_result *dielectric, km_json *json);
/* "van_hove" in it: see van_hove.h. */
void km_van_hove_json(const km_van_hove *van_hove, km_json *json);
/* value, standard_error, low_95 and high_95 under that key. */
void km_json_estimate(km_json *json, const char *key, const km_estimate *e);

#endif
