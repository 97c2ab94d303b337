/* SPDX-License-Identifier: MIT */
#include "host/analysis/ensemble.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define SQUARE_NM_PER_A (KM_NM_PER_ANGSTROM * KM_NM_PER_ANGSTROM)
#define SAME_INTERVAL 1e-6 /* relative */

static km_status check(const km_results *const *replica, int n)
{
    const km_results *first = replica[0];
    if (n < 2)
        return KM_FAIL(KM_ERROR_VALUE, "%d replicas have no scatter; 2 are the least", n);
    for (int r = 1; r < n; r++) {
        const km_results *other = replica[r];
        bool same = other->n_species == first->n_species && other->n_rdf == first->n_rdf;
        for (int k = 0; same && k < first->n_species; k++)
            same = strcmp(other->species[k].name, first->species[k].name) == 0 &&
                   other->species[k].n_molecules == first->species[k].n_molecules;
        if (!same)
            return KM_FAIL(KM_ERROR_INPUT, "replica %d is not of the same system as replica 1",
                           r + 1);
        if (fabs(other->interval - first->interval) > SAME_INTERVAL * first->interval)
            return KM_FAIL(KM_ERROR_INPUT,
                           "the frames of replica %d are %g ps apart, those of replica 1 %g ps",
                           r + 1, other->interval, first->interval);
    }
    return KM_OK;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* What belongs to all species. */
static void reduce_conditions(const km_results *const *replica, int n, km_results *out)
{
    const km_results *first = replica[0];
    out->has_msd = first->has_msd;
    out->has_rdf = first->has_rdf;
    out->has_transport = first->has_transport;
    out->has_viscosity = first->has_viscosity;
    out->has_dielectric = first->has_dielectric;
    out->has_van_hove = first->has_van_hove;
    out->has_jumps = first->has_jumps;
    out->has_occupancy = first->has_occupancy;
    out->n_replicas = n;
    out->n_frames = first->n_frames;
    out->n_frames_stored = first->n_frames_stored;
    out->time_first = first->time_first;
    out->time_last = first->time_last;
    out->interval = first->interval;
    out->temperature = first->temperature;
    out->cubic = out->drift_removed = true;
    for (int r = 0; r < n; r++) {
        const km_results *one = replica[r];
        out->n_frames = least(out->n_frames, one->n_frames);
        out->n_frames_stored = least(out->n_frames_stored, one->n_frames_stored);
        out->time_last = fmin(out->time_last, one->time_last);
        out->volume += one->volume / n;
        out->viscosity += one->viscosity / n; /* given, or each one's own */
        out->cubic &= one->cubic;
        out->box_changes |= one->box_changes;
        out->drift_removed &= one->drift_removed;
        out->drift_length = fmax(out->drift_length, one->drift_length);
        out->slide_length = fmax(out->slide_length, one->slide_length);
    }
    out->box_length = cbrt(out->volume);
}

/* ---- mean square displacements ---- */

/* The msd of a replica in nm^2, borrowed numbers apart. */
static km_status copy_msd(const km_species_result *species, int n_lags, double interval,
                          km_msd *out)
{
    out->n_particles = species->n_molecules;
    out->interval = interval;
    out->n_lags = n_lags;
    KM_NEW(out->total, n_lags);
    for (int a = 0; a < 3; a++)
        KM_NEW(out->axis[a], n_lags);
    for (int m = 0; m < n_lags; m++) {
        out->total[m] = species->msd[m] * SQUARE_NM_PER_A;
        for (int a = 0; a < 3; a++)
            out->axis[a][m] = species->msd_axis[a][m] * SQUARE_NM_PER_A;
    }
    return KM_OK;
}

/* Mean of the replicas' msd (nm^2) into mean (nm^2) and out (A^2), with the error of the total. */
static km_status average_msd(const km_msd *replica, int n, km_msd *mean, km_species_result *out)
{
    double *value;
    const int n_lags = out->n_lags = replica[0].n_lags;
    *mean = (km_msd){
        .n_particles = replica[0].n_particles, .n_lags = n_lags, .interval = replica[0].interval};
    KM_NEW(mean->total, n_lags);
    KM_NEW(out->msd, n_lags);
    KM_NEW(out->msd_error, n_lags);
    for (int a = 0; a < 3; a++) {
        KM_NEW(mean->axis[a], n_lags);
        KM_NEW(out->msd_axis[a], n_lags);
    }
    KM_NEW(value, n);
    for (int m = 0; m < n_lags; m++) {
        for (int a = 0; a < 3; a++) {
            for (int r = 0; r < n; r++)
                mean->axis[a][m] += replica[r].axis[a][m] / n;
            mean->total[m] += mean->axis[a][m];
            out->msd_axis[a][m] = mean->axis[a][m] / SQUARE_NM_PER_A;
        }
        for (int r = 0; r < n; r++)
            value[r] = replica[r].total[m] / SQUARE_NM_PER_A;
        out->msd[m] = mean->total[m] / SQUARE_NM_PER_A;
        out->msd_error[m] = km_standard_error(value, n);
    }
    free(value);
    return KM_OK;
}

static km_status keep_exponent(const km_exponent *exponent, double interval, km_species_result *out)
{
    KM_NEW(out->beta_lag, exponent->n);
    KM_NEW(out->beta, exponent->n);
    out->n_beta = exponent->n;
    for (int k = 0; k < exponent->n; k++) {
        out->beta_lag[k] = exponent->lag[k] * interval;
        out->beta[k] = exponent->beta[k];
    }
    return KM_OK;
}

/* What reducing one species needs besides; released in one place. */
typedef struct species_work {
    km_msd *msd, mean; /* nm^2  of each replica, of all */
    km_exponent exponent;
    double *own_error; /* m^2/s  of each replica */
} species_work;

static void clear_work(species_work *w, int n)
{
    for (int r = 0; r < n && w->msd != NULL; r++)
        km_msd_clear(&w->msd[r]);
    km_msd_clear(&w->mean);
    km_exponent_clear(&w->exponent);
    free(w->msd);
    free(w->own_error);
}

static km_status reduce_motion(const km_results *const *replica, int n, int k, species_work *w,
                               km_species_result *out)
{
    const km_results *first = replica[0];
    int n_lags = first->species[k].n_lags;
    KM_NEW(w->msd, n);
    KM_NEW(w->own_error, n);
    KM_NEW(out->replica_D, n);
    for (int r = 1; r < n; r++)
        n_lags = least(n_lags, replica[r]->species[k].n_lags);
    for (int r = 0; r < n; r++) {
        const km_diffusion *d = &replica[r]->species[k].diffusion;
        KM_TRY(copy_msd(&replica[r]->species[k], n_lags, first->interval, &w->msd[r]));
        w->own_error[r] = d->available ? d->total.standard_error : NAN;
    }
    KM_TRY(average_msd(w->msd, n, &w->mean, out));
    KM_TRY(km_exponent_compute(&w->mean, &w->exponent));
    KM_TRY(keep_exponent(&w->exponent, first->interval, out));
    return km_diffusion_of_replicas(w->msd, w->own_error, n, &w->mean, &w->exponent, out->replica_D,
                                    &out->diffusion);
}

/* D along the edges of an oblique cell: means, with Student's t of the scatter between replicas. */
static km_status reduce_edges(const km_results *const *replica, int n, int k,
                              km_species_result *out)
{
    double *value;
    for (int r = 0; r < n; r++)
        if (!replica[r]->species[k].has_edges)
            return KM_OK;
    KM_NEW(value, n);
    for (int a = 0; a < 3; a++) {
        for (int r = 0; r < n; r++)
            value[r] = replica[r]->species[k].edge[a].value;
        km_estimate *e = &out->edge[a];
        e->value = km_mean(value, n);
        e->standard_error = km_standard_error(value, n);
        const double half = km_t_factor(n - 1, KM_CONFIDENCE) * e->standard_error;
        e->low = e->value - half;
        e->high = e->value + half;
    }
    out->has_edges = true;
    free(value);
    return KM_OK;
}

static km_status reduce_species(const km_results *const *replica, int n, km_results *out)
{
    const km_results *first = replica[0];
    KM_NEW(out->species, first->n_species);
    for (int k = 0; k < first->n_species; k++) {
        species_work work = {0};
        km_species_result *species = &out->species[out->n_species++];
        memcpy(species->name, first->species[k].name, sizeof species->name);
        species->n_molecules = first->species[k].n_molecules;
        const km_status status = reduce_motion(replica, n, k, &work, species);
        clear_work(&work, n);
        KM_TRY(status);
        KM_TRY(reduce_edges(replica, n, k, species));
        km_results_correct_box_size(out, species);
    }
    return KM_OK;
}

/* ---- conductivity ---- */

/* Slopes of replicas are averaged, their degrees of freedom add up; window and exponent are means.
 * D of the ions are those of the ensemble. */
static km_status reduce_transport(const km_results *const *replica, int n, uint64_t seed,
                                  km_results *out)
{
    km_transport *t = &out->transport;
    *t = replica[0]->transport;
    t->n_lags = 0; /* curves stay with the replicas */
    t->charge_msd = NULL;
    memset(t->product, 0, sizeof t->product);
    memset(&t->slope.matrix, 0, sizeof t->slope.matrix);
    t->slope.degrees_of_freedom = t->run_time = t->beta = t->fit_from = t->fit_to = 0.0;
    t->warning[0] = '\0';
    for (int r = 0; r < n; r++) {
        const km_transport *one = &replica[r]->transport;
        if (!one->available) {
            t->available = false;
            snprintf(t->warning, sizeof t->warning, "no conductivity: that of replica %d failed",
                     r + 1);
            return KM_OK;
        }
        for (int i = 0; i < t->n_ions; i++)
            for (int j = 0; j < t->n_ions; j++)
                t->slope.matrix[i][j] += one->slope.matrix[i][j] / n;
        t->slope.degrees_of_freedom += one->slope.degrees_of_freedom;
        t->run_time += one->run_time;
        t->beta += one->beta / n;
        t->fit_from += one->fit_from / n;
        t->fit_to += one->fit_to / n;
        t->drift_removed &= one->drift_removed;
    }
    t->beta_error = replica[0]->transport.beta_error / sqrt(n);
    t->diffusive = true;
    for (int i = 0; i < t->n_ions; i++)
        for (int k = 0; k < out->n_species; k++)
            if (strcmp(out->species[k].name, t->ion[i].name) == 0) {
                const km_species_result *s = &out->species[k];
                t->ion[i].diffusion = s->corrected ? s->infinite : s->diffusion.total;
                t->diffusive &= s->diffusion.diffusive;
            }
    return km_transport_derive(t, out->temperature,
                               out->volume * SQUARE_NM_PER_A * KM_NM_PER_ANGSTROM, seed);
}

/* ---- radial distributions ---- */

/* Mean curve; its shell, and the scatter of the neighbours within that shell. */
static km_status reduce_curve(const km_results *const *replica, int n, int k, km_rdf_curve *out)
{
    const km_rdf_curve *first = &replica[0]->rdf[k];
    *out = *first;
    out->r = out->g = out->coordination = NULL;
    out->samples = 0.0;
    for (int r = 0; r < n; r++) {
        out->n_bins = least(out->n_bins, replica[r]->rdf[k].n_bins);
        out->samples += replica[r]->rdf[k].samples;
    }
    KM_NEW(out->r, out->n_bins);
    KM_NEW(out->g, out->n_bins);
    KM_NEW(out->coordination, out->n_bins);
    for (int b = 0; b < out->n_bins; b++) {
        out->r[b] = first->r[b];
        for (int r = 0; r < n; r++) {
            out->g[b] += replica[r]->rdf[k].g[b] / n;
            out->coordination[b] += replica[r]->rdf[k].coordination[b] / n;
        }
    }
    if (out->n_bins == 0)
        return KM_OK;
    out->note[0] = '\0';
    KM_TRY(km_rdf_find_shell(out));
    if (!out->has_shell)
        return KM_OK;
    double *value;
    KM_NEW(value, n);
    for (int r = 0; r < n; r++)
        value[r] = km_rdf_neighbours(&replica[r]->rdf[k], out->shell_r);
    out->coordination_error = km_standard_error(value, n);
    free(value);
    return KM_OK;
}

static km_status reduce_curves(const km_results *const *replica, int n, km_results *out)
{
    KM_NEW(out->rdf, replica[0]->n_rdf);
    for (int k = 0; k < replica[0]->n_rdf; k++) {
        out->n_rdf++;
        KM_TRY(reduce_curve(replica, n, k, &out->rdf[k]));
    }
    return KM_OK;
}

/* ---- Green and Kubo ---- */

static km_status reduce_green_kubo(const km_results *const *replica, int n, bool current,
                                   km_green_kubo_result *out)
{
    const km_green_kubo_result **each;
    KM_NEW(each, n);
    for (int r = 0; r < n; r++)
        each[r] = current ? &replica[r]->current : &replica[r]->green_kubo;
    const km_status status = km_green_kubo_of_replicas(each, n, out);
    free(each);
    return status;
}

/* ---- dipoles and van Hove functions ---- */

static km_status reduce_dielectric(const km_results *const *replica, int n, km_results *out)
{
    const km_dielectric_result **each;
    KM_NEW(each, n);
    for (int r = 0; r < n; r++)
        each[r] = &replica[r]->dielectric;
    const km_status status = km_dielectric_of_replicas(each, n, &out->dielectric);
    free(each);
    return status;
}

static km_status reduce_van_hove(const km_results *const *replica, int n, km_results *out)
{
    const km_van_hove **each;
    KM_NEW(each, n);
    for (int r = 0; r < n; r++)
        each[r] = &replica[r]->van_hove;
    const km_status status = km_van_hove_of_replicas(each, n, &out->van_hove);
    free(each);
    return status;
}

/* ---- crystals ---- */

static km_status reduce_jumps(const km_results *const *replica, int n, km_results *out)
{
    const km_jumps_result **each;
    km_estimate tracer = {NAN, NAN, NAN, NAN};
    for (int k = 0; k < out->n_species; k++)
        if (strcmp(out->species[k].name, replica[0]->jumps.species) == 0 &&
            out->species[k].diffusion.available && out->species[k].diffusion.diffusive)
            tracer = out->species[k].diffusion.total;
    KM_NEW(each, n);
    for (int r = 0; r < n; r++)
        each[r] = &replica[r]->jumps;
    const km_status status = km_jumps_of_replicas(each, n, &tracer, &out->jumps);
    free(each);
    return status;
}

static km_status reduce_occupancy(const km_results *const *replica, int n, km_results *out)
{
    const km_occupancy_result **each;
    KM_NEW(each, n);
    for (int r = 0; r < n; r++)
        each[r] = &replica[r]->occupancy;
    const km_status status = km_occupancy_of_replicas(each, n, &out->occupancy);
    free(each);
    return status;
}

km_status km_ensemble_reduce(const km_results *const *replica, int n, km_results *out)
{
    memset(out, 0, sizeof *out);
    KM_TRY(check(replica, n));
    reduce_conditions(replica, n, out);
    KM_TRY(reduce_species(replica, n, out));
    if (out->has_transport) {
        KM_TRY(reduce_transport(replica, n, 1, out));
        KM_TRY(reduce_green_kubo(replica, n, true, &out->current));
        km_results_compare_current(out);
    }
    if (out->has_viscosity)
        KM_TRY(reduce_green_kubo(replica, n, false, &out->green_kubo));
    KM_TRY(reduce_curves(replica, n, out));
    if (out->has_dielectric)
        KM_TRY(reduce_dielectric(replica, n, out));
    if (out->has_van_hove)
        KM_TRY(reduce_van_hove(replica, n, out));
    if (out->has_jumps)
        KM_TRY(reduce_jumps(replica, n, out));
    if (out->has_occupancy)
        KM_TRY(reduce_occupancy(replica, n, out));
    KM_TRY(km_results_describe(out));
    if (replica[0]->has_profile || replica[0]->has_layers)
        KM_TRY(km_results_add_line(
            out, "profiles and layers are not averaged over replicas: each has its own "
                 "(kalium analyse DIR/replica-1 --only profile)"));
    if (out->has_msd && n < 4)
        KM_TRY(km_results_add_warning(out,
                                      "with %d replicas Student's t is %.3g: the intervals are "
                                      "wide; five replicas have 2.78",
                                      n, km_t_factor(n - 1, KM_CONFIDENCE)));
    return KM_OK;
}
