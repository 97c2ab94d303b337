/* SPDX-License-Identifier: MIT */
#include "host/command/analysis_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/netcdf_reader.h"
#include "host/output/picture.h"

static km_status stream(km_netcdf_reader *reader, const km_labels *labels, km_sink *sink)
{
    const int64_t n = km_netcdf_reader_n_frames(reader);
    KM_TRY(sink->begin(sink->self, labels));
    for (int64_t k = 0; k < n; k++) {
        km_frame frame;
        KM_TRY(km_netcdf_reader_read(reader, k, &frame));
        KM_TRY(sink->frame(sink->self, &frame));
    }
    return sink->end(sink->self);
}

km_status km_analysis_run(const char *trajectory, const km_labels *labels,
                          const km_analysis_request *request, km_analysis **out)
{
    km_netcdf_reader *reader = NULL;
    *out = NULL;
    KM_TRY(km_netcdf_reader_open(trajectory, labels->n_atoms, &reader));
    km_status status = km_analysis_create(request->name, request->n, request->temperature,
                                          request->viscosity, request->seed, out);
    if (status == KM_OK && (km_analysis_wants_viscosity(*out) || km_analysis_wants_current(*out)))
        status = km_energy_series_read(trajectory, *out);
    if (status == KM_OK && km_analysis_wants_sites(*out)) {
        km_site_set sites;
        status = km_site_set_make(request->recipe, labels, &sites);
        if (status == KM_OK)
            km_analysis_take_sites(*out, &sites);
    }
    if (status == KM_OK) {
        km_sink sink = km_analysis_sink(*out);
        status = stream(reader, labels, &sink);
    }
    km_netcdf_reader_destroy(reader);
    if (status != KM_OK) {
        km_analysis_destroy(*out);
        *out = NULL;
    }
    return status;
}

/* The columns of msd.csv: the lag, then per species total, x, y, z. */
static km_status draw_msd(const km_results *results, const char *folder, const char *title,
                          bool *drawn)
{
    km_picture_curve *curve;
    km_picture_msd_spec spec = {.folder = folder, .csv = "msd.csv", .title = title};
    KM_NEW(curve, results->n_species);
    for (int k = 0; k < results->n_species; k++) {
        const km_species_result *s = &results->species[k];
        const km_diffusion *d = &s->diffusion;
        if (s->n_lags < 3)
            continue;
        curve[spec.n_curves++] = (km_picture_curve){
            .label = s->name,
            .column = 2 + 4 * k,
            .error_column = results->n_replicas > 0 ? 3 + 4 * results->n_species + k : 0,
            .diffusion = d->available ? d->total.value : 0.0,
            .apparent = d->available && !d->diffusive,
            .error = d->available ? 0.5 * (d->total.high - d->total.low) : 0.0,
        };
        if (spec.n_curves == 1 && d->available) {
            spec.fit_from = d->fit_from;
            spec.fit_to = d->fit_to;
        }
    }
    spec.curve = curve;
    const km_status status = spec.n_curves > 0 ? km_picture_msd(&spec, drawn) : KM_OK;
    free(curve);
    return status;
}

/* The columns of profile.csv: z, then every column with its error. */
static km_status draw_profile(const km_profile_result *p, const char *folder, const char *title,
                              bool *drawn)
{
    km_picture_profile_curve *curve;
    if (p->n_bins == 0)
        return KM_OK;
    km_picture_profile_spec spec = {
        .folder = folder,
        .title = title,
        .from = p->edge[0],
        .to = p->edge[p->n_bins],
        .boundary = !p->charged ? "no atom has a charge"
                    : p->vacuum ? "no field in the vacuum on the left"
                                : "periodic",
        .n_slabs = p->n_slabs,
        .slab_from = p->slab_from,
        .slab_to = p->slab_to,
    };
    KM_NEW(curve, p->n_columns);
    for (int k = 0; k < p->n_columns; k++)
        if (p->column[k].molecules)
            curve[spec.n_curves++] = (km_picture_profile_curve){
                .label = p->column[k].name, .column = 2 + 2 * k, .metal = p->column[k].metal};
    spec.curve = curve;
    const km_status status = spec.n_curves > 0 ? km_picture_profile(&spec, drawn) : KM_OK;
    free(curve);
    return status;
}

km_status km_results_show(const km_results *results, const char *folder, const char *title,
                          km_terminal *terminal)
{
    bool drawn = true, profile_drawn = true;
    KM_TRY(km_results_write(results, folder));
    if (results->has_msd)
        KM_TRY(draw_msd(results, folder, title, &drawn));
    if (results->has_profile)
        KM_TRY(draw_profile(&results->profile, folder, title, &profile_drawn));
    km_terminal_line(terminal, "");
    for (int k = 0; k < results->n_lines; k++)
        km_terminal_line(terminal, results->line[k]);
    for (int k = 0; k < results->n_warnings; k++)
        km_terminal_format(terminal, "warning: %s", results->warning[k]);
    if (!drawn)
        km_terminal_format(terminal,
                           "no pictures: gnuplot is not installed; the script is %s/msd.gnuplot",
                           folder);
    else if (!profile_drawn)
        km_terminal_format(
            terminal, "no pictures: gnuplot is not installed; the script is %s/profile.gnuplot",
            folder);
    return KM_OK;
}

void km_json_estimate(km_json *json, const char *key, const km_estimate *e)
{
    km_json_open_object(json, key);
    km_json_number(json, "value", e->value);
    km_json_number(json, "standard_error", e->standard_error);
    km_json_number(json, "low_95", e->low);
    km_json_number(json, "high_95", e->high);
    km_json_close(json);
}

static void json_regression(const km_diffusion *d, km_json *json)
{
    km_json_estimate(json, "D_by_regression_m2_s", &d->regression);
    km_json_estimate(json, "D_x_by_regression_m2_s", &d->regression_axis[0]);
    km_json_estimate(json, "D_y_by_regression_m2_s", &d->regression_axis[1]);
    km_json_estimate(json, "D_z_by_regression_m2_s", &d->regression_axis[2]);
}

static void json_species(const km_species_result *s, km_json *json)
{
    const km_diffusion *d = &s->diffusion;
    km_json_open_object(json, s->name);
    km_json_integer(json, "molecules", s->n_molecules);
    km_json_integer(json, "frames", d->n_frames);
    km_json_boolean(json, "available", d->available);
    if (d->available) {
        km_json_boolean(json, "diffusive", d->diffusive);
        km_json_estimate(json, "D_m2_s", &d->total);
        km_json_estimate(json, "D_x_m2_s", &d->axis[0]);
        km_json_estimate(json, "D_y_m2_s", &d->axis[1]);
        km_json_estimate(json, "D_z_m2_s", &d->axis[2]);
        if (s->has_edges) {
            km_json_estimate(json, "D_a_m2_s", &s->edge[0]);
            km_json_estimate(json, "D_b_m2_s", &s->edge[1]);
            km_json_estimate(json, "D_c_m2_s", &s->edge[2]);
        }
        if (d->regression.value > 0.0) {
            json_regression(d, json);
            km_json_number(json, "count_like_independent_particles", d->independent);
        }
        km_json_number(json, "beta", d->beta);
        km_json_number(json, "beta_error", d->beta_error);
        km_json_number(json, "fit_from_ps", d->fit_from);
        km_json_number(json, "fit_to_ps", d->fit_to);
        km_json_text(json, "method", d->method);
    }
    if (d->n_replicas > 0) {
        km_json_integer(json, "replicas", d->n_replicas);
        km_json_numbers(json, "D_of_replicas_m2_s", d->n_replicas, s->replica_D);
        km_json_number(json, "standard_error_between_replicas_m2_s", d->total.standard_error);
        km_json_number(json, "standard_error_within_replicas_m2_s", d->pooled_error);
    }
    if (s->corrected)
        km_json_estimate(json, "D_infinite_box_m2_s", &s->infinite);
    if (s->correction[0] != '\0')
        km_json_text(json, "finite_size", s->correction);
    if (d->warning[0] != '\0')
        km_json_text(json, "warning", d->warning);
    km_json_close(json);
}

static void json_shells(const km_results *results, km_json *json)
{
    km_json_open_array(json, "coordination");
    for (int k = 0; k < results->n_rdf; k++) {
        const km_rdf_curve *c = &results->rdf[k];
        if (!c->has_shell)
            continue;
        km_json_open_object(json, NULL);
        km_json_text(json, "centre", c->centre);
        km_json_text(json, "partner", c->partner);
        km_json_text(json, "element", c->partner_element);
        km_json_number(json, "peak_A", c->peak_r);
        km_json_number(json, "shell_A", c->shell_r);
        km_json_number(json, "coordination_number", c->coordination_number);
        if (results->n_replicas > 0)
            km_json_number(json, "standard_error", c->coordination_error);
        km_json_number(json, "with_shell_0.2_A_smaller", c->coordination_less);
        km_json_number(json, "with_shell_0.2_A_larger", c->coordination_more);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_profile(const km_profile_result *p, km_json *json)
{
    km_json_open_object(json, "profile");
    km_json_text(json, "boundary", p->boundary);
    km_json_integer(json, "blocks", p->n_blocks);
    km_json_number(json, "block_ps", p->block_length);
    if (p->vacuum)
        km_json_estimate(json, "potential_across_the_cell_V", &p->drop);
    if (p->middle_to > p->middle_from)
        km_json_estimate(json, "potential_in_the_middle_of_the_liquid_V", &p->middle);
    km_json_open_array(json, "slabs");
    for (int k = 0; k < p->n_slabs; k++) {
        km_json_open_object(json, NULL);
        km_json_text(json, "metal", p->slab_name[k]);
        km_json_integer(json, "atoms", p->slab_atoms[k]);
        km_json_number(json, "surface_from_A", p->slab_from[k]);
        km_json_number(json, "surface_to_A", p->slab_to[k]);
        km_json_number(json, "drift_A", p->slab_drift[k]);
        km_json_close(json);
    }
    km_json_close(json);
    km_json_close(json);
}

static void json_layers(const km_layers_result *r, km_json *json)
{
    km_json_open_array(json, "layers");
    for (int k = 0; k < r->n_layers; k++) {
        const km_layer_result *l = &r->layer[k];
        km_json_open_object(json, NULL);
        km_json_text(json, "species", l->kind);
        km_json_integer(json, "layer", l->number);
        if (l->number > 1)
            km_json_number(json, "from_A", l->from);
        if (isfinite(l->to))
            km_json_number(json, "to_A", l->to);
        km_json_number(json, "molecules", l->molecules);
        if (l->available) {
            km_json_boolean(json, "diffusive", l->diffusive);
            km_json_estimate(json, "D_xx_m2_s", &l->diffusion[0]);
            km_json_estimate(json, "D_yy_m2_s", &l->diffusion[1]);
            km_json_estimate(json, "D_parallel_m2_s", &l->diffusion[2]);
            if (l->perpendicular_available) {
                km_json_estimate(json, "D_zz_m2_s", &l->perpendicular);
                km_json_boolean(json, "density_is_flat", l->flat);
            }
            km_json_number(json, "beta", l->beta);
            km_json_number(json, "beta_error", l->beta_error);
        }
        if (l->note[0] != '\0')
            km_json_text(json, "note", l->note);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_residences(const km_layers_result *r, km_json *json)
{
    static const char *const name[2][2] = {{"stable_states_integral_ps", "stable_states_fit_ps"},
                                           {"continuous_integral_ps", "continuous_fit_ps"}};
    km_json_open_array(json, "residence_at_the_surface");
    for (int k = 0; k < r->n_residences; k++) {
        const km_residence_result *s = &r->residence[k];
        km_json_open_object(json, NULL);
        km_json_text(json, "species", s->kind);
        km_json_number(json, "molecules", s->molecules);
        km_json_number(json, "first_minimum_A", s->minimum);
        for (int w = 0; w < 2; w++) {
            if (!s->available[w])
                continue;
            km_json_estimate(json, name[w][0], &s->integral[w]);
            km_json_estimate(json, name[w][1], &s->fit[w]);
        }
        if (s->note[0] != '\0')
            km_json_text(json, "note", s->note);
        km_json_close(json);
    }
    km_json_close(json);
}

/* Fractions of the last frame and of the worst one. */
static void json_order(const km_order_result *r, km_json *json)
{
    static const char *const name[2] = {"inside", "at_the_surface"};
    km_json_open_object(json, "order_of_the_metal");
    km_json_number(json, "crystalline_above_Q6", KM_ORDER_CRYSTAL);
    for (int w = 0; w < 2; w++) {
        const km_order_frame *last = &r->frame[r->n_frames - 1];
        if (last->atoms[w] == 0)
            continue;
        double least = 1.0;
        for (int k = 0; k < r->n_frames; k++)
            if (r->frame[k].atoms[w] > 0)
                least = fmin(least, (double)r->frame[k].crystalline[w] / r->frame[k].atoms[w]);
        km_json_open_object(json, name[w]);
        km_json_number(json, "Q6_at_the_end", last->order[w]);
        km_json_number(json, "crystalline_at_the_end",
                       (double)last->crystalline[w] / last->atoms[w]);
        km_json_number(json, "crystalline_least", least);
        km_json_close(json);
    }
    km_json_close(json);
}

static void json_shell(const km_solvation_shell *s, km_json *json)
{
    km_json_open_object(json, NULL);
    km_json_text(json, "cation", s->centre);
    km_json_text(json, "partner", s->partner);
    km_json_text(json, "donor", s->donor);
    if (s->cutoff > 0.0) {
        km_json_number(json, "cutoff_A", s->cutoff);
        km_json_estimate(json, "donor_atoms", &s->atoms);
        km_json_estimate(json, "molecules", &s->molecules);
        km_json_estimate(json, "coordinated_fraction", &s->coordinated);
        km_json_open_array(json, "denticity");
        for (int d = 0; d < KM_SOLVATION_DENTATE; d++)
            km_json_number(json, NULL, s->dentate[d].value);
        km_json_close(json);
        if (s->residence.available) {
            km_json_estimate(json, "residence_integral_ps", &s->residence.integral);
            km_json_estimate(json, "residence_fit_ps", &s->residence.fit);
        }
    }
    if (s->note[0] != '\0')
        km_json_text(json, "note", s->note);
    km_json_close(json);
}

static void json_solvation(const km_solvation_result *r, km_json *json)
{
    static const char *const species[3] = {"SSIP", "CIP", "AGG"};
    km_json_open_object(json, "solvation");
    km_json_open_array(json, "shells");
    for (int s = 0; s < r->n_shells; s++)
        json_shell(&r->shell[s], json);
    km_json_close(json);
    if (r->n_anions > 0) {
        km_json_open_object(json, "fractions_of_anions");
        for (int k = 0; k < 3; k++)
            km_json_estimate(json, species[k], &r->anion[k]);
        km_json_close(json);
        km_json_open_object(json, "fractions_of_cations");
        for (int k = 0; k < 3; k++)
            km_json_estimate(json, species[k], &r->cation[k]);
        km_json_close(json);
        km_json_estimate(json, "ions_in_the_largest_cluster", &r->largest);
    }
    km_json_close(json);
}

void km_results_json(const km_results *results, km_json *json)
{
    if (results->has_msd) {
        km_json_open_object(json, "diffusion");
        for (int k = 0; k < results->n_species; k++)
            json_species(&results->species[k], json);
        km_json_close(json);
    }
    if (results->has_rdf)
        json_shells(results, json);
    if (results->has_profile && results->profile.n_bins > 0)
        json_profile(&results->profile, json);
    if (results->has_layers && results->layers.available) {
        json_layers(&results->layers, json);
        json_residences(&results->layers, json);
    }
    if (results->has_order && results->order.available)
        json_order(&results->order, json);
    if (results->has_solvation && results->solvation.available)
        json_solvation(&results->solvation, json);
    if (results->has_viscosity && results->green_kubo.available) {
        km_json_estimate(json, "viscosity_Pa_s", &results->green_kubo.value);
        km_json_number(json, "viscosity_integral_up_to_ps", results->green_kubo.cut);
    }
    if (results->has_jumps && results->jumps.available)
        km_jumps_json(&results->jumps, json);
    if (results->has_van_hove && results->van_hove.n_lags > 0)
        km_van_hove_json(&results->van_hove, json);
    if (results->has_dielectric && results->dielectric.available)
        km_dielectric_json(&results->dielectric, json);
    if (results->has_transport)
        km_transport_json(results, json);
    km_json_open_array(json, "warnings");
    for (int k = 0; k < results->n_warnings; k++)
        km_json_text(json, NULL, results->warning[k]);
    km_json_close(json);
}
