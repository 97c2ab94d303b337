/* SPDX-License-Identifier: MIT */
#include "host/command/temperature_series.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/run_folder.h"

#define FOLDER_PREFIX "T-"
#define QUANTITIES_MAX 64

/* "T-400" to 400; 0 for any other name. */
static double temperature_of(const char *name)
{
    char *end;
    if (strncmp(name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) != 0)
        return 0.0;
    const char *number = name + strlen(FOLDER_PREFIX);
    const double t = strtod(number, &end);
    return end != number && *end == '\0' && t > 0.0 && isfinite(t) ? t : 0.0;
}

/* Keeps them in order, each once. */
static km_status add(km_temperature_series *series, double t)
{
    int at = 0;
    while (at < series->n && series->temperature[at] < t)
        at++;
    if (at < series->n && series->temperature[at] == t)
        return KM_OK;
    if (series->n == KM_SERIES_MAX)
        return KM_FAIL(KM_ERROR_USAGE, "more than %d temperatures; make two series of them",
                       KM_SERIES_MAX);
    for (int k = series->n++; k > at; k--)
        series->temperature[k] = series->temperature[k - 1];
    series->temperature[at] = t;
    return KM_OK;
}

static km_status look_into(const char *folder, km_temperature_series *series)
{
    DIR *directory = opendir(folder);
    km_status status = KM_OK;
    if (directory == NULL)
        return KM_OK;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL && status == KM_OK;) {
        const double t = temperature_of(entry->d_name);
        if (t > 0.0)
            status = add(series, t);
    }
    closedir(directory);
    return status;
}

bool km_temperature_series_is_in(const char *folder)
{
    km_temperature_series found = {.n = 0};
    return look_into(folder, &found) != KM_OK || found.n > 0;
}

static km_status parse(const char *text, km_temperature_series *series)
{
    for (const char *at = text;; at++) {
        char *end;
        const double t = strtod(at, &end);
        if (end == at || !(t > 0.0) || !isfinite(t) || (*end != ',' && *end != '\0'))
            return KM_FAIL(KM_ERROR_USAGE,
                           "--temperatures %s: give temperatures in K, e.g. 400,500,600", text);
        KM_TRY(add(series, t));
        if (*end == '\0')
            return KM_OK;
        at = end;
    }
}

km_status km_temperature_series_list(const char *folder, const char *text, bool resumes,
                                     km_temperature_series *out)
{
    *out = (km_temperature_series){.folder = folder};
    if (text != NULL)
        KM_TRY(parse(text, out));
    if (resumes)
        KM_TRY(look_into(folder, out));
    for (int k = 0; k < out->n; k++)
        snprintf(out->setting[k], sizeof out->setting[k], "temperature_K=%.10g",
                 out->temperature[k]);
    if (out->n < 2)
        return KM_FAIL(KM_ERROR_USAGE,
                       "a series needs two temperatures or more, e.g. --temperatures 400,500,600");
    return KM_OK;
}

void km_temperature_series_folder(const km_temperature_series *series, int k,
                                  char path[KM_PATH_LENGTH])
{
    snprintf(path, KM_PATH_LENGTH, "%s/" FOLDER_PREFIX "%.10g", series->folder,
             series->temperature[k]);
}

void km_temperature_series_clear(km_temperature_series *series)
{
    free(series->quantity);
    series->quantity = NULL;
    series->n_quantities = 0;
}

/* The one of that name, made when it is new; NULL when there is no room. */
static km_series_quantity *find(km_temperature_series *series, const char *name, const char *label)
{
    for (int q = 0; q < series->n_quantities; q++)
        if (strcmp(series->quantity[q].name, name) == 0)
            return &series->quantity[q];
    if (series->n_quantities == QUANTITIES_MAX)
        return NULL;
    km_series_quantity *new = &series->quantity[series->n_quantities++];
    snprintf(new->name, sizeof new->name, "%s", name);
    snprintf(new->label, sizeof new->label, "%s", label);
    new->unit = "m2_s";
    for (int k = 0; k < series->n; k++) {
        new->value[k] = (km_estimate){NAN, NAN, NAN, NAN};
        new->left_out[k] = "not measured";
    }
    return new;
}

static const char *why_not(const km_estimate *e, bool diffusive)
{
    if (!diffusive)
        return "the motion is not diffusive";
    if (!(e->value > 0.0 && e->standard_error > 0.0))
        return "no value above 0 with an error";
    return e->standard_error > 0.5 * e->value ? "the error is above half of the value" : NULL;
}

static void take_species(km_temperature_series *series, int k, const km_results *results,
                         const km_species_result *s)
{
    char name[64], label[64];
    const km_diffusion *d = &s->diffusion;
    if (!d->available)
        return;
    snprintf(name, sizeof name, "D_%s", s->name);
    snprintf(label, sizeof label, "D of %s", s->name);
    km_series_quantity *total = find(series, name, label);
    if (total != NULL) {
        total->value[k] = s->corrected ? s->infinite : d->total;
        total->left_out[k] = why_not(&total->value[k], d->diffusive);
    }
    for (int a = 0; a < 3 && !results->cubic; a++) {
        const char direction = (char)((s->has_edges ? 'a' : 'x') + a);
        snprintf(name, sizeof name, "D_%c_%s", direction, s->name);
        snprintf(label, sizeof label, "D of %s along %c", s->name, direction);
        km_series_quantity *along = find(series, name, label);
        if (along == NULL)
            return;
        along->aside = true;
        along->value[k] = s->has_edges ? s->edge[a] : d->axis[a];
        along->left_out[k] = why_not(&along->value[k], d->diffusive);
    }
}

static void take_conductivity(km_temperature_series *series, int k, const km_estimate *sigma,
                              bool diffusive, const char *name, const char *label)
{
    km_series_quantity *q = find(series, name, label);
    const double t = series->temperature[k];
    if (q == NULL)
        return;
    q->conductivity = true;
    q->unit = "S_K_m";
    q->value[k] =
        (km_estimate){t * sigma->value, t * sigma->standard_error, t * sigma->low, t * sigma->high};
    q->left_out[k] = why_not(&q->value[k], diffusive);
}

/* Jumps between sites happen, and are counted, whether the motion is diffusive yet or not. */
static void take_jumps(km_temperature_series *series, int k, const km_jumps_result *jumps)
{
    char name[64], label[64];
    snprintf(name, sizeof name, "jump_rate_%s", jumps->species);
    snprintf(label, sizeof label, "jump rate of %s", jumps->species);
    km_series_quantity *rate = find(series, name, label);
    if (rate == NULL)
        return;
    rate->aside = true;
    rate->unit = "per_ps";
    rate->value[k] = jumps->rate;
    rate->left_out[k] = why_not(&jumps->rate, true);
}

km_status km_temperature_series_take(km_temperature_series *series, int k,
                                     const km_results *results)
{
    if (series->quantity == NULL)
        KM_NEW(series->quantity, QUANTITIES_MAX);
    for (int s = 0; s < results->n_species; s++)
        take_species(series, k, results, &results->species[s]);
    const km_transport *t = &results->transport;
    if (results->has_transport && t->available) {
        take_conductivity(series, k, &t->conductivity, t->diffusive, "conductivity_times_T",
                          "conductivity x T");
        take_conductivity(series, k, &t->nernst_einstein, t->diffusive, "nernst_einstein_times_T",
                          "Nernst-Einstein conductivity x T");
    }
    if (results->has_jumps && results->jumps.available)
        take_jumps(series, k, &results->jumps);
    return KM_OK;
}
