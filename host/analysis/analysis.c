/* SPDX-License-Identifier: MIT */
#include "host/analysis/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define ANGSTROM_PER_NM (1.0 / KM_NM_PER_ANGSTROM)
#define CUBE_TOLERANCE 1e-3 /* relative difference of edges that are called equal */

struct km_analysis {
    bool msd, rdf, profile, layers, order, solvation, conductivity, viscosity, jumps, occupancy,
        van_hove, dielectric;
    uint64_t seed;
    const km_labels *labels; /* between begin and end */
    km_displacements *displacements;
    km_rdf *radial;
    km_profile *along_z;
    km_layers *beside;
    km_crystal_order *crystal;
    km_contacts *contacts;
    km_site_set sites;
    km_jumps *hops;
    km_occupancy *density;
    km_dielectric *dipoles;
    bool finished;
    km_results results;
};

km_status km_analysis_create(const char *const *names, int n_names, double temperature,
                             double viscosity, uint64_t seed, km_analysis **out)
{
    *out = NULL;
    bool msd = false, rdf = false, profile = false, layers = false, order = false,
         solvation = false, conductivity = false, viscous = false, jumps = false, occupancy = false,
         van_hove = false, dielectric = false;
    for (int k = 0; k < n_names; k++) {
        if (strcmp(names[k], "msd") == 0)
            msd = true;
        else if (strcmp(names[k], "rdf") == 0)
            rdf = true;
        else if (strcmp(names[k], "profile") == 0)
            profile = true;
        else if (strcmp(names[k], "layers") == 0)
            layers = true;
        else if (strcmp(names[k], "order") == 0)
            order = true;
        else if (strcmp(names[k], "solvation") == 0)
            rdf = solvation = true;
        else if (strcmp(names[k], "conductivity") == 0)
            conductivity = msd = true;
        else if (strcmp(names[k], "viscosity") == 0)
            viscous = true;
        else if (strcmp(names[k], "jumps") == 0)
            jumps = msd = true;
        else if (strcmp(names[k], "occupancy") == 0)
            occupancy = true;
        else if (strcmp(names[k], "vanhove") == 0)
            van_hove = msd = true;
        else if (strcmp(names[k], "dielectric") == 0)
            dielectric = true;
        else
            return KM_FAIL(KM_ERROR_INPUT,
                           "there is no analysis \"%s\"; there are: msd, rdf, profile, layers, "
                           "order, solvation, conductivity, viscosity, jumps, occupancy, vanhove, "
                           "dielectric",
                           names[k]);
    }
    if (viscosity < 0.0 || !isfinite(viscosity))
        return KM_FAIL(KM_ERROR_VALUE, "the viscosity is %g Pa s; it must be above 0", viscosity);
    KM_NEW(*out, 1);
    (*out)->msd = (*out)->results.has_msd = msd;
    (*out)->rdf = (*out)->results.has_rdf = rdf;
    (*out)->profile = (*out)->results.has_profile = profile;
    (*out)->layers = (*out)->results.has_layers = layers;
    (*out)->order = (*out)->results.has_order = order;
    (*out)->solvation = (*out)->results.has_solvation = solvation;
    (*out)->conductivity = (*out)->results.has_transport = conductivity;
    (*out)->viscosity = (*out)->results.has_viscosity = viscous;
    (*out)->jumps = (*out)->results.has_jumps = jumps;
    (*out)->occupancy = (*out)->results.has_occupancy = occupancy;
    (*out)->van_hove = (*out)->results.has_van_hove = van_hove;
    (*out)->dielectric = (*out)->results.has_dielectric = dielectric;
    (*out)->seed = seed;
    (*out)->results.temperature = temperature;
    (*out)->results.viscosity = viscosity;
    return KM_OK;
}

void km_results_clear(km_results *results)
{
    for (int k = 0; k < results->n_species; k++) {
        km_species_result *species = &results->species[k];
        free(species->msd);
        for (int a = 0; a < 3; a++)
            free(species->msd_axis[a]);
        free(species->msd_error);
        free(species->replica_D);
        free(species->beta_lag);
        free(species->beta);
    }
    free(results->species);
    for (int k = 0; k < results->n_rdf; k++)
        km_rdf_curve_clear(&results->rdf[k]);
    free(results->rdf);
    km_profile_result_clear(&results->profile);
    km_layers_result_clear(&results->layers);
    km_order_result_clear(&results->order);
    km_solvation_result_clear(&results->solvation);
    km_transport_clear(&results->transport);
    km_jumps_result_clear(&results->jumps);
    km_occupancy_result_clear(&results->occupancy);
    km_van_hove_clear(&results->van_hove);
    km_dielectric_clear(&results->dielectric);
    free(results->line);
    free(results->warning);
    memset(results, 0, sizeof *results);
}

void km_analysis_destroy(km_analysis *analysis)
{
    if (analysis == NULL)
        return;
    km_displacements_destroy(analysis->displacements);
    km_rdf_destroy(analysis->radial);
    km_profile_destroy(analysis->along_z);
    km_layers_destroy(analysis->beside);
    km_crystal_order_destroy(analysis->crystal);
    km_contacts_destroy(analysis->contacts);
    km_jumps_destroy(analysis->hops);
    km_occupancy_destroy(analysis->density);
    km_dielectric_destroy(analysis->dipoles);
    km_site_set_clear(&analysis->sites);
    km_results_clear(&analysis->results);
    free(analysis);
}

const km_results *km_analysis_results(const km_analysis *analysis)
{
    return analysis->finished ? &analysis->results : NULL;
}

bool km_analysis_wants_viscosity(const km_analysis *analysis)
{
    return analysis->viscosity;
}

void km_analysis_take_viscosity(km_analysis *analysis, const km_viscosity *viscosity,
                                double interval)
{
    km_results *results = &analysis->results;
    km_viscosity_compute(viscosity, interval, results->temperature, &results->green_kubo);
    /* a viscosity that is too small makes the correction of D too large */
    if (results->viscosity == 0.0 && results->green_kubo.available &&
        results->green_kubo.warning[0] == '\0')
        results->viscosity = results->green_kubo.value.value;
}

bool km_analysis_wants_current(const km_analysis *analysis)
{
    return analysis->conductivity;
}

void km_analysis_take_current(km_analysis *analysis, const km_current *current, double interval)
{
    km_results *results = &analysis->results;
    km_current_compute(current, interval, results->temperature, &results->current);
}

bool km_analysis_wants_sites(const km_analysis *analysis)
{
    return analysis->jumps;
}

void km_analysis_take_sites(km_analysis *analysis, km_site_set *sites)
{
    km_site_set_clear(&analysis->sites);
    analysis->sites = *sites;
    *sites = (km_site_set){.n = 0};
}

static km_status begin(void *self, const km_labels *labels)
{
    km_analysis *analysis = (km_analysis *)self;
    if (analysis->labels != NULL || analysis->finished)
        return KM_FAIL(KM_ERROR_INTERNAL, "an analysis was begun twice");
    analysis->labels = labels;
    if (analysis->msd) {
        KM_TRY(km_displacements_create(0, &analysis->displacements));
        KM_TRY(km_displacements_begin(analysis->displacements, labels));
    }
    if (analysis->rdf) {
        KM_TRY(km_rdf_create(&analysis->radial));
        KM_TRY(km_rdf_add_solvation(analysis->radial, labels));
    }
    if (analysis->profile)
        KM_TRY(km_profile_create(labels, &analysis->along_z));
    if (analysis->layers)
        KM_TRY(km_layers_create(labels, &analysis->beside));
    if (analysis->order)
        KM_TRY(km_crystal_order_create(labels, &analysis->crystal));
    if (analysis->solvation)
        KM_TRY(km_contacts_create(labels, 0, &analysis->contacts));
    if (analysis->jumps)
        KM_TRY(km_jumps_create(labels, analysis->sites.n > 0 ? &analysis->sites : NULL,
                               &analysis->hops));
    if (analysis->occupancy)
        KM_TRY(km_occupancy_create(labels, &analysis->density));
    if (analysis->dielectric)
        KM_TRY(km_dielectric_create(labels, &analysis->dipoles));
    return KM_OK;
}

static bool is_cube(const km_box *box)
{
    return km_box_is_orthorhombic(box) && fabs(box->by / box->ax - 1.0) < CUBE_TOLERANCE &&
           fabs(box->cz / box->ax - 1.0) < CUBE_TOLERANCE;
}

static km_status frame(void *self, const km_frame *frame)
{
    km_analysis *analysis = (km_analysis *)self;
    km_results *results = &analysis->results;
    if (analysis->labels == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "a frame reached an analysis that is not running");
    if (results->n_frames == 0)
        results->time_first = frame->time;
    results->cubic = (results->n_frames == 0 || results->cubic) && is_cube(&frame->box);
    if (analysis->msd)
        KM_TRY(km_displacements_frame(analysis->displacements, frame));
    if (analysis->rdf)
        KM_TRY(km_rdf_frame(analysis->radial, analysis->labels, frame));
    if (analysis->profile)
        KM_TRY(km_profile_frame(analysis->along_z, analysis->labels, frame));
    if (analysis->layers)
        KM_TRY(km_layers_frame(analysis->beside, analysis->labels, frame));
    if (analysis->order)
        KM_TRY(km_crystal_order_frame(analysis->crystal, analysis->labels, frame));
    if (analysis->solvation)
        KM_TRY(km_contacts_frame(analysis->contacts, frame));
    if (analysis->jumps)
        KM_TRY(km_jumps_frame(analysis->hops, frame));
    if (analysis->occupancy)
        KM_TRY(km_occupancy_frame(analysis->density, frame));
    if (analysis->dielectric)
        km_dielectric_frame(analysis->dipoles, frame);
    results->time_last = frame->time;
    results->n_frames++;
    results->volume += (km_box_volume(&frame->box) * 1e3 - results->volume) / results->n_frames;
    return KM_OK;
}

/* MSD and exponent in units of the results. */
static km_status keep_curves(const km_msd *msd, const km_exponent *exponent, km_species_result *out)
{
    out->n_lags = msd->n_lags;
    KM_NEW(out->msd, msd->n_lags);
    for (int a = 0; a < 3; a++)
        KM_NEW(out->msd_axis[a], msd->n_lags);
    for (int k = 0; k < msd->n_lags; k++) {
        out->msd[k] = msd->total[k] * ANGSTROM_PER_NM * ANGSTROM_PER_NM;
        for (int a = 0; a < 3; a++)
            out->msd_axis[a][k] = msd->axis[a][k] * ANGSTROM_PER_NM * ANGSTROM_PER_NM;
    }
    KM_NEW(out->beta_lag, exponent->n);
    KM_NEW(out->beta, exponent->n);
    out->n_beta = exponent->n;
    for (int k = 0; k < exponent->n; k++) {
        out->beta_lag[k] = exponent->lag[k] * msd->interval;
        out->beta[k] = exponent->beta[k];
    }
    return KM_OK;
}

/* D along a direction e is the slope of <(u . e)^2>/2, whatever the other directions do. */
static km_status analyse_edges(km_analysis *analysis, const int *molecule, int n, uint32_t stream,
                               km_species_result *out)
{
    km_msd msd = {0};
    km_exponent exponent = {0};
    km_diffusion along = {0};
    km_displacements *d = analysis->displacements;
    if (!out->diffusion.available || km_box_is_orthorhombic(&d->mean_box))
        return KM_OK;
    d->along_edges = true;
    km_status status = km_msd_compute(d, molecule, n, &msd);
    if (status == KM_OK)
        status = km_exponent_compute(&msd, &exponent);
    if (status == KM_OK)
        status =
            km_diffusion_compute(d, molecule, n, &msd, &exponent, analysis->seed, stream, &along);
    d->along_edges = false;
    km_msd_clear(&msd);
    km_exponent_clear(&exponent);
    out->has_edges = status == KM_OK && along.available;
    memcpy(out->edge, along.axis, sizeof out->edge);
    return status;
}

static km_status analyse_kind(km_analysis *analysis, const int *molecule, int n, uint32_t stream,
                              km_species_result *out)
{
    km_msd msd = {0};
    km_exponent exponent = {0};
    const km_displacements *d = analysis->displacements;
    km_status status = km_msd_compute(d, molecule, n, &msd);
    if (status == KM_OK)
        status = km_exponent_compute(&msd, &exponent);
    if (status == KM_OK)
        status = km_diffusion_compute(d, molecule, n, &msd, &exponent, analysis->seed, stream,
                                      &out->diffusion);
    if (status == KM_OK)
        status = keep_curves(&msd, &exponent, out);
    if (status == KM_OK)
        status = analyse_edges(analysis, molecule, n, stream, out);
    km_msd_clear(&msd);
    km_exponent_clear(&exponent);
    if (status != KM_OK)
        return status;
    km_results_correct_box_size(&analysis->results, out);
    return KM_OK;
}

static km_status analyse_motion(km_analysis *analysis)
{
    const km_labels *labels = analysis->labels;
    km_results *results = &analysis->results;
    km_displacements *d = analysis->displacements;
    km_displacements_end(d);
    results->n_frames_stored = d->n_frames;
    results->interval = d->interval;
    results->box_changes = d->box_changes;
    results->drift_removed = d->drift_removed;
    results->drift_length = d->drift_length * ANGSTROM_PER_NM;
    results->slide_length = d->slide_length * ANGSTROM_PER_NM;
    int *molecule;
    KM_NEW(results->species, labels->n_kinds);
    KM_NEW(molecule, labels->n_molecules);
    km_status status = KM_OK;
    for (int kind = 0; kind < labels->n_kinds && status == KM_OK; kind++) {
        int n = 0;
        for (int m = 0; m < labels->n_molecules; m++)
            if (labels->molecule_kind[m] == kind)
                molecule[n++] = m;
        if (n == 0)
            continue;
        km_species_result *species = &results->species[results->n_species++];
        memcpy(species->name, labels->kind[kind].name, sizeof species->name);
        species->n_molecules = n;
        status = analyse_kind(analysis, molecule, n, (uint32_t)kind, species);
    }
    free(molecule);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}

/* After analyse_motion: the window is that of the ions' own diffusion. */
static km_status analyse_conductivity(km_analysis *analysis)
{
    const km_labels *labels = analysis->labels;
    km_results *results = &analysis->results;
    km_diffusion *diffusion;
    km_estimate *infinite;
    KM_NEW(diffusion, labels->n_kinds);
    KM_NEW(infinite, labels->n_kinds);
    for (int kind = 0; kind < labels->n_kinds; kind++) {
        infinite[kind].value = NAN;
        for (int k = 0; k < results->n_species; k++) {
            const km_species_result *species = &results->species[k];
            if (strcmp(species->name, labels->kind[kind].name) != 0)
                continue;
            diffusion[kind] = species->diffusion;
            if (species->corrected)
                infinite[kind] = species->infinite;
        }
    }
    const km_status status =
        km_transport_compute(analysis->displacements, labels, diffusion, infinite,
                             results->temperature, analysis->seed, &results->transport);
    free(diffusion);
    free(infinite);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}

static km_status analyse_structure(km_analysis *analysis)
{
    km_results *results = &analysis->results;
    const int n = km_rdf_count(analysis->radial);
    KM_NEW(results->rdf, n);
    for (int k = 0; k < n; k++) {
        results->n_rdf++;
        KM_TRY(km_rdf_curve_compute(analysis->radial, k, &results->rdf[k]));
    }
    return KM_OK;
}

/* After analyse_motion: the correlation factor wants their diffusion coefficient. */
static km_status analyse_jumps(km_analysis *analysis)
{
    const km_results *results = &analysis->results;
    const int kind = km_jumps_kind(analysis->hops);
    km_estimate tracer = {NAN, NAN, NAN, NAN};
    for (int k = 0; k < results->n_species && kind >= 0; k++) {
        const km_species_result *species = &results->species[k];
        if (strcmp(species->name, analysis->labels->kind[kind].name) == 0 &&
            species->diffusion.available && species->diffusion.diffusive)
            tracer = species->diffusion.total;
    }
    return km_jumps_finish(analysis->hops, &tracer, &analysis->results.jumps);
}

static double mean_interval(const km_results *results)
{
    return results->n_frames > 1
               ? (results->time_last - results->time_first) / (results->n_frames - 1)
               : 0.0;
}

static km_status end(void *self)
{
    km_analysis *analysis = (km_analysis *)self;
    if (analysis->labels == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "an analysis ended that is not running");
    analysis->results.box_length = cbrt(analysis->results.volume);
    if (analysis->msd)
        KM_TRY(analyse_motion(analysis));
    if (analysis->conductivity) {
        KM_TRY(analyse_conductivity(analysis));
        km_results_compare_current(&analysis->results);
    }
    if (analysis->van_hove)
        KM_TRY(km_van_hove_compute(analysis->displacements, &analysis->results.van_hove));
    if (analysis->rdf)
        KM_TRY(analyse_structure(analysis));
    if (analysis->profile)
        KM_TRY(km_profile_compute(analysis->along_z, mean_interval(&analysis->results),
                                  &analysis->results.profile));
    if (analysis->layers)
        KM_TRY(km_layers_compute(analysis->beside, &analysis->results.layers));
    if (analysis->order)
        km_crystal_order_finish(analysis->crystal, &analysis->results.order);
    if (analysis->solvation) {
        km_contacts_end(analysis->contacts);
        KM_TRY(km_solvation_compute(analysis->contacts, analysis->results.rdf,
                                    analysis->results.n_rdf, &analysis->results.solvation));
    }
    if (analysis->jumps)
        KM_TRY(analyse_jumps(analysis));
    if (analysis->occupancy)
        km_occupancy_finish(analysis->density, &analysis->results.occupancy);
    if (analysis->dielectric)
        km_dielectric_finish(analysis->dipoles, analysis->results.temperature,
                             &analysis->results.dielectric);
    KM_TRY(km_results_describe(&analysis->results));
    km_displacements_destroy(analysis->displacements); /* up to a gigabyte */
    analysis->displacements = NULL;
    km_contacts_destroy(analysis->contacts);
    analysis->contacts = NULL;
    analysis->labels = NULL;
    analysis->finished = true;
    return KM_OK;
}

km_sink km_analysis_sink(km_analysis *analysis)
{
    const km_sink sink = {.self = analysis, .begin = begin, .frame = frame, .end = end};
    return sink;
}

km_status km_analysis_write(const km_analysis *analysis, const char *folder)
{
    if (!analysis->finished)
        return KM_FAIL(KM_ERROR_INTERNAL, "results are written before the analysis has ended");
    return km_results_write(&analysis->results, folder);
}
