/* SPDX-License-Identifier: MIT */
/* What the runs of a series say together: fits, table, picture, results.json and lines. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/table.h"
#include "host/command/analysis_run.h"
#include "host/command/run_files.h"
#include "host/command/temperature_series.h"
#include "host/output/picture.h"
#include "host/output/run_folder.h"
#include "kernels/base/units.h"

static km_status fit(const km_temperature_series *series, km_series_quantity *q)
{
    km_arrhenius_point point[KM_SERIES_MAX];
    int n = 0;
    for (int k = 0; k < series->n; k++)
        if (q->left_out[k] == NULL)
            point[n++] = (km_arrhenius_point){series->temperature[k], q->value[k]};
    return km_arrhenius_compute(point, n, KM_SERIES_TEMPERATURE, &q->fit);
}

static km_status write_table(const km_temperature_series *series)
{
    km_table t;
    KM_TRY(km_table_open(&t, series->folder, "arrhenius.csv"));
    km_table_put(&t, "quantity,temperature_K,1000_K_over_T,value,standard_error,low_95,high_95,"
                     "line,unit,left_out\n");
    for (int i = 0; i < series->n_quantities; i++) {
        const km_series_quantity *q = &series->quantity[i];
        for (int k = 0; k < series->n; k++) {
            const km_estimate *e = &q->value[k];
            const double temperature = series->temperature[k];
            km_table_put(&t, "%s,%.10g,%.9g", q->name, temperature, 1000.0 / temperature);
            km_table_number(&t, e->value);
            km_table_number(&t, e->standard_error);
            km_table_number(&t, e->low);
            km_table_number(&t, e->high);
            km_table_number(
                &t, q->fit.available ? exp(q->fit.intercept + q->fit.slope / temperature) : NAN);
            km_table_put(&t, ",%s,%s\n", q->unit, q->left_out[k] != NULL ? q->left_out[k] : "");
        }
    }
    return km_table_close(&t);
}

static km_status draw(const km_temperature_series *series, const char *title, bool *drawn)
{
    km_picture_arrhenius_curve *curve;
    km_picture_arrhenius_spec spec = {
        .folder = series->folder,
        .title = title,
        .from = series->temperature[0],
        .to = series->temperature[series->n - 1],
        .aim = KM_SERIES_TEMPERATURE,
    };
    *drawn = true;
    KM_NEW(curve, series->n_quantities + 1);
    for (int i = 0; i < series->n_quantities; i++) {
        const km_series_quantity *q = &series->quantity[i];
        if (q->fit.available && !q->aside)
            curve[spec.n_curves++] = (km_picture_arrhenius_curve){
                .label = q->label,
                .quantity = q->name,
                .slope = q->fit.slope,
                .intercept = q->fit.intercept,
                .energy = q->fit.energy.value,
                .error = 0.5 * (q->fit.energy.high - q->fit.energy.low),
                .conductivity = q->conductivity,
            };
    }
    spec.curve = curve;
    const km_status status = spec.n_curves > 0 ? km_picture_arrhenius(&spec, drawn) : KM_OK;
    free(curve);
    return status;
}

static void json_fit(km_json *json, const km_series_quantity *q)
{
    const km_arrhenius *f = &q->fit;
    char key[64];
    km_json_open_object(json, q->name);
    km_json_boolean(json, "available", f->available);
    km_json_integer(json, "temperatures", f->n_points);
    if (f->available) {
        km_json_estimate(json, "activation_energy_kJ_mol", &f->energy);
        km_json_number(json, "activation_energy_eV", f->energy.value / KM_EV);
        snprintf(key, sizeof key, "prefactor_%s", q->unit);
        km_json_estimate(json, key, &f->prefactor);
        snprintf(key, sizeof key, "at_%g_K_%s", f->temperature, q->unit);
        km_json_estimate(json, key, &f->extrapolated);
        km_json_number(json, "chi_squared", f->chi_squared);
        km_json_integer(json, "degrees_of_freedom", f->n_points - 2);
        km_json_boolean(json, "errors_enlarged", f->enlarged);
    }
    if (f->note[0] != '\0')
        km_json_text(json, "note", f->note);
    km_json_close(json);
}

static km_status write_results(const km_temperature_series *series, const km_recipe *recipe)
{
    char path[KM_PATH_LENGTH + 32];
    km_json *json;
    KM_TRY(km_json_create(&json));
    km_json_open_object(json, NULL);
    km_run_files_json_recipe(json, recipe);
    km_json_numbers(json, "temperatures_K", series->n, series->temperature);
    km_json_open_object(json, "arrhenius");
    for (int i = 0; i < series->n_quantities; i++)
        json_fit(json, &series->quantity[i]);
    km_json_close(json);
    km_json_close(json);
    snprintf(path, sizeof path, "%s/%s", series->folder, KM_FILE_RESULTS);
    const km_status status = km_json_write(json, path);
    km_json_destroy(json);
    return status;
}

static void print_left_out(const km_temperature_series *series, const km_series_quantity *q,
                           km_terminal *terminal)
{
    for (int k = 0; k < series->n; k++)
        if (q->left_out[k] != NULL)
            km_terminal_format(terminal, "  %g K is left out: %s", series->temperature[k],
                               q->left_out[k]);
}

static void print_fit(const km_temperature_series *series, const km_series_quantity *q,
                      km_terminal *terminal)
{
    const km_arrhenius *f = &q->fit;
    if (!f->available) {
        if (q->aside) /* arrhenius.csv has them */
            return;
        km_terminal_format(terminal, "%s: no activation energy: %s", q->label, f->note);
        print_left_out(series, q, terminal);
        return;
    }
    const double scale = q->conductivity ? 1.0 / f->temperature : 1.0;
    km_terminal_format(terminal,
                       "%s: Ea = %.3g kJ/mol = %.3g eV (95 %%: %.3g to %.3g kJ/mol); at %g K "
                       "%.3g %s (%.3g to %.3g), %d temperatures",
                       q->label, f->energy.value, f->energy.value / KM_EV, f->energy.low,
                       f->energy.high, f->temperature, scale * f->extrapolated.value,
                       q->conductivity                  ? "S/m"
                       : strcmp(q->unit, "per_ps") == 0 ? "1/ps"
                                                        : "m²/s",
                       scale * f->extrapolated.low, scale * f->extrapolated.high, f->n_points);
    print_left_out(series, q, terminal);
    if (f->note[0] != '\0')
        km_terminal_format(terminal, "warning: %s: %s", q->label, f->note);
}

km_status km_temperature_series_finish(km_temperature_series *series, const km_recipe *recipe,
                                       km_terminal *terminal)
{
    bool drawn;
    for (int i = 0; i < series->n_quantities; i++)
        KM_TRY(fit(series, &series->quantity[i]));
    KM_TRY(write_table(series));
    KM_TRY(draw(series, recipe->title, &drawn));
    KM_TRY(write_results(series, recipe));
    km_terminal_line(terminal, "");
    if (series->n_quantities == 0)
        km_terminal_line(terminal, "no activation energies: the recipe's analyse: has no msd");
    for (int i = 0; i < series->n_quantities; i++)
        print_fit(series, &series->quantity[i], terminal);
    if (!drawn)
        km_terminal_format(
            terminal, "no picture: gnuplot is not installed; the script is %s/arrhenius.gnuplot",
            series->folder);
    return KM_OK;
}
