/* SPDX-License-Identifier: MIT */
/* One recipe at several temperatures: DIR/T-400, DIR/T-500 ..., each the whole run (or ensemble of
 * replicas) that `--set temperature_K=400` gives, with the same seed, and in DIR what they say
 * together: arrhenius.csv, arrhenius.svg/.png and results.json. */
#ifndef KM_TEMPERATURE_SERIES_H
#define KM_TEMPERATURE_SERIES_H

#include "host/analysis/analysis.h"
#include "host/analysis/arrhenius.h"
#include "host/command/command.h"
#include "host/command/terminal.h"
#include "host/output/run_folder.h"

#define KM_SERIES_MAX 64            /* temperatures                             */
#define KM_SERIES_TEMPERATURE 300.0 /* K  where the lines are extrapolated to  */

/* One number at every temperature. */
typedef struct km_series_quantity {
    char name[64];                       /* "D_K+"                     */
    char label[64];                      /* "D of K+"                  */
    const char *unit;                    /* "m2_s", "S_K_m", "per_ps" */
    bool conductivity;                   /* times T, S K/m             */
    bool aside;                          /* D along an axis or a rate of jumps: not drawn */
    km_estimate value[KM_SERIES_MAX];    /* NAN: none   */
    const char *left_out[KM_SERIES_MAX]; /* why it is not in the fit; NULL: it is */
    km_arrhenius fit;
} km_series_quantity;

typedef struct km_temperature_series {
    const char *folder;
    int n;
    double temperature[KM_SERIES_MAX]; /* K  rising */
    char setting[KM_SERIES_MAX][40];   /* "temperature_K=400" */
    int n_quantities;
    km_series_quantity *quantity;
} km_temperature_series;

/* Does a folder hold a series? */
bool km_temperature_series_is_in(const char *folder);
/* text: "400,500,600" or NULL; with resumes the temperatures of the folder are added.
 * KM_ERROR_USAGE for what is no list of temperatures, or no series. */
KM_MUST_CHECK km_status km_temperature_series_list(const char *folder, const char *text,
                                                   bool resumes, km_temperature_series *out);
/* The folder of temperature k. */
void km_temperature_series_folder(const km_temperature_series *series, int k,
                                  char path[KM_PATH_LENGTH]);
/* Keeps the coefficients of temperature k. */
KM_MUST_CHECK km_status km_temperature_series_take(km_temperature_series *series, int k,
                                                   const km_results *results);
/* Fits, writes and prints. recipe: of any of the temperatures. */
KM_MUST_CHECK km_status km_temperature_series_finish(km_temperature_series *series,
                                                     const km_recipe *recipe,
                                                     km_terminal *terminal);
void km_temperature_series_clear(km_temperature_series *series);

#endif
