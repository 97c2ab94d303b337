/* SPDX-License-Identifier: MIT */
/* Results in the words of a modeller. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/analysis.h"

static km_status add(char (**list)[KM_RESULTS_TEXT], int *n, const char *format, va_list arguments)
{
    char(*grown)[KM_RESULTS_TEXT];
    KM_NEW(grown, *n + 1);
    if (*n > 0)
        memcpy(grown, *list, (size_t)*n * sizeof *grown);
    free(*list);
    *list = grown;
    vsnprintf(grown[(*n)++], KM_RESULTS_TEXT, format, arguments);
    return KM_OK;
}

km_status km_results_add_line(km_results *results, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const km_status status = add(&results->line, &results->n_lines, format, arguments);
    va_end(arguments);
    return status;
}

km_status km_results_add_warning(km_results *results, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const km_status status = add(&results->warning, &results->n_warnings, format, arguments);
    va_end(arguments);
    return status;
}

/* "3.21e-10 m²/s  [2.9, 3.5]e-10 (95 %)" with the digits the standard error supports. */
static void estimate_text(const km_estimate *e, char *text, size_t room)
{
    const double size = fmax(fabs(e->value), 1e-30);
    const int exponent = (int)floor(log10(size));
    const double unit = pow(10.0, exponent);
    int digits = 2;
    if (e->standard_error > 0.0) {
        digits = exponent - (int)floor(log10(e->standard_error)) + 1;
        digits = digits < 1 ? 1 : digits > 4 ? 4 : digits;
    }
    const int used = snprintf(text, room, "%.*fe%d m²/s", digits, e->value / unit, exponent);
    if (isnan(e->low) || used < 0 || (size_t)used >= room)
        return;
    snprintf(text + used, room - (size_t)used, "  [%.*f, %.*f]e%d (95 %%)", digits, e->low / unit,
             digits, e->high / unit, exponent);
}

/* Where not all directions are alike. */
static km_status describe_directions(km_results *results, const km_species_result *species)
{
    const km_estimate *e = species->has_edges ? species->edge : species->diffusion.axis;
    char number[3][128];
    for (int a = 0; a < 3; a++)
        estimate_text(&e[a], number[a], sizeof number[a]);
    return km_results_add_line(results, "  %s along %s: %s, %s, %s", species->name,
                               species->has_edges ? "a, b, c" : "x, y, z", number[0], number[1],
                               number[2]);
}

static km_status describe_species(km_results *results, const km_species_result *species)
{
    const km_diffusion *d = &species->diffusion;
    char number[128];
    if (d->available) {
        estimate_text(&d->total, number, sizeof number);
        KM_TRY(km_results_add_line(results, "D(%s) = %s  fit %.4g-%.4g ps, beta %.2f%s",
                                   species->name, number, d->fit_from, d->fit_to, d->beta,
                                   d->diffusive ? "" : "  APPARENT: not diffusive"));
    }
    if (d->available && !results->cubic)
        KM_TRY(describe_directions(results, species));
    if (d->available && d->regression.value > 0.0) {
        estimate_text(&d->regression, number, sizeof number);
        KM_TRY(km_results_add_line(results, "  %s by regression: %s", species->name, number));
    }
    if (species->corrected) {
        estimate_text(&species->infinite, number, sizeof number);
        KM_TRY(km_results_add_line(results, "D(%s, infinite box) = %s", species->name, number));
    }
    if (species->correction[0] != '\0')
        KM_TRY(km_results_add_line(results, "  %s: %s", species->name, species->correction));
    if (d->warning[0] != '\0')
        KM_TRY(km_results_add_warning(results, "%s: %s", species->name, d->warning));
    return KM_OK;
}

static km_status describe_curve(km_results *results, const km_rdf_curve *c)
{
    char error[64] = "";
    if (!c->has_shell)
        return km_results_add_line(results, "n(%s-%s of %s): %s", c->centre, c->partner_element,
                                   c->partner, c->note);
    if (results->n_replicas > 0)
        snprintf(error, sizeof error, " ± %.2g (standard error)", c->coordination_error);
    return km_results_add_line(
        results,
        "n(%s-%s of %s) = %.2f%s within %.2f Å (%.2f to %.2f for ±0.2 Å)  peak g(%.2f Å) = %.3g",
        c->centre, c->partner_element, c->partner, c->coordination_number, error, c->shell_r,
        c->coordination_less, c->coordination_more, c->peak_r, c->peak_g);
}

static km_status describe_conditions(km_results *results)
{
    char replicas[64] = "";
    if (results->n_replicas > 0)
        snprintf(replicas, sizeof replicas, "%d replicas, each with ", results->n_replicas);
    KM_TRY(km_results_add_line(results, "%s%d frames from %.6g to %.6g ps, %.2f K, box %.2f Å (%s)",
                               replicas, results->n_frames, results->time_first, results->time_last,
                               results->temperature, results->box_length,
                               results->cubic ? "cube" : "cube root of the volume"));
    if (!results->has_msd)
        return KM_OK;
    if (results->n_frames_stored < results->n_frames)
        KM_TRY(km_results_add_warning(results,
                                      "mean square displacements use %d frames, %.4g ps apart, of "
                                      "%d: more do not fit into memory",
                                      results->n_frames_stored, results->interval,
                                      results->n_frames));
    if (results->box_changes)
        KM_TRY(km_results_add_warning(
            results, "the cell changed during the frames: displacements are corrected for it, but "
                     "diffusion is better measured at constant volume"));
    if (results->n_frames > 1)
        KM_TRY(km_results_add_line(results, "drift of the whole system %.3g Å, %s",
                                   results->drift_length,
                                   results->drift_removed ? "removed" : "not removed"));
    if (results->slide_length > 0.0)
        KM_TRY(km_results_add_line(
            results,
            "everything but the metal went %.3g Å against it as one body, %s (it would not in a "
            "cell of large area)",
            results->slide_length, results->drift_removed ? "removed" : "not removed"));
    return KM_OK;
}

km_status km_results_describe(km_results *results)
{
    KM_TRY(describe_conditions(results));
    for (int k = 0; k < results->n_species; k++)
        KM_TRY(describe_species(results, &results->species[k]));
    if (results->has_viscosity)
        KM_TRY(km_viscosity_describe(results));
    if (results->has_transport)
        KM_TRY(km_transport_describe(results));
    for (int k = 0; k < results->n_rdf; k++)
        KM_TRY(describe_curve(results, &results->rdf[k]));
    if (results->has_rdf && results->n_rdf == 0)
        KM_TRY(km_results_add_line(results, "no radial distributions: no monatomic cation with "
                                            "partners that carry O, F or N"));
    if (results->has_profile)
        KM_TRY(km_profile_describe(results));
    if (results->has_layers)
        KM_TRY(km_layers_describe(results));
    if (results->has_order)
        KM_TRY(km_order_describe(results));
    if (results->has_solvation)
        KM_TRY(km_solvation_describe(results));
    if (results->has_jumps)
        KM_TRY(km_jumps_describe(results));
    if (results->has_occupancy)
        KM_TRY(km_occupancy_describe(results));
    if (results->has_van_hove)
        KM_TRY(km_van_hove_describe(results));
    if (results->has_dielectric)
        KM_TRY(km_dielectric_describe(results));
    return KM_OK;
}
