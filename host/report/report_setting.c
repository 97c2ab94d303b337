/* SPDX-License-Identifier: MIT */
#include "host/report/report_setting.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/report_labels.h"

enum { LINE_LENGTH = 1024 };

__attribute__((format(printf, 2, 3))) static km_status put_cell(km_page_table *table,
                                                                const char *format, ...)
{
    char text[LINE_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return km_table_cell(table, text);
}

/* ---- system ---- */

/* "25 K+ (1.00 mol/L), 25 FSI (1.00 mol/L), 226 DME" */
static km_status put_composition(km_page_table *table, const km_node *results)
{
    char text[LINE_LENGTH] = "";
    size_t n = 0;
    const km_node *composition = km_node_get(km_node_get(results, "cell"), "composition");
    for (const km_node *c = composition != NULL ? composition->first : NULL;
         c != NULL && n < sizeof text - 200; c = c->next) {
        const double achieved = km_node_number(c, "achieved");
        const char *unit = km_node_text(c, "unit", "");
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.40s %.60s", n > 0 ? ", " : "",
                              km_node_text(c, "count", "?"), km_node_text(c, "molecule", "?"));
        if (isfinite(achieved) && strcmp(unit, "mol/L") == 0)
            n += (size_t)snprintf(text + n, sizeof text - n, " (%.3g %.20s)", achieved, unit);
    }
    return km_table_cell(table, n > 0 ? text : "–");
}

typedef struct system_row {
    const char *label;
    const char *object; /* NULL: of the results themselves */
    const char *key;
} system_row;

static const system_row rows[] = {
    {"title", NULL, "title"},
    {"recipe", NULL, "id"},
    {"confidence", NULL, "confidence"},
    {"because", NULL, "confidence_reason"},
    {"by analogy", NULL, "analogy"},
    {"atoms", "cell", "atoms"},
    {"molecules", "cell", "molecules"},
    {"composition", "cell", "composition"},
    {"charges scaled by", "cell", "charge_scale"},
    {"temperature (K)", NULL, "temperature_K"},
    {"pressure (bar)", NULL, "pressure_bar"},
    {"replicas", NULL, "replicas"},
    {"seed", NULL, "seed"},
    {"program", NULL, "program"},
};

static const km_node *value_of(const km_node *results, const system_row *row)
{
    return km_node_get(row->object != NULL ? km_node_get(results, row->object) : results, row->key);
}

static bool is_known(const system_row *row, int n_runs, const km_node *const *results)
{
    bool known = false;
    for (int r = 0; r < n_runs; r++) {
        const km_node *value = value_of(results[r], row);
        known = known || (value != NULL && value->kind != KM_NODE_NULL);
    }
    return known;
}

km_status km_report_system(const km_page *page, int n_runs, const km_node *const *results,
                           const char *const *name)
{
    km_page_table table = {.n_columns = n_runs + 1};
    km_page_heading(page, 2, "System");
    KM_TRY(km_table_cell(&table, "run"));
    for (int r = 0; r < n_runs; r++)
        KM_TRY(km_table_cell(&table, name[r]));
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        if (!is_known(&rows[k], n_runs, results))
            continue;
        KM_TRY(km_table_cell(&table, rows[k].label));
        for (int r = 0; r < n_runs; r++) {
            const km_node *value = value_of(results[r], &rows[k]);
            char text[LINE_LENGTH];
            km_label_value(value, text, sizeof text);
            KM_TRY(strcmp(rows[k].key, "composition") == 0
                       ? put_composition(&table, results[r])
                       : km_table_cell(&table, value != NULL && value->kind == KM_NODE_NUMBER
                                                   ? value->text
                                                   : text));
        }
    }
    km_page_put_table(page, &table);
    return KM_OK;
}

/* ---- protocol ---- */

km_status km_report_protocol(const km_page *page, const km_node *results)
{
    static const char *const heading[] = {"stage",         "steps",      "timestep (fs)",
                                          "time (ps)",     "mean T (K)", "mean p (bar)",
                                          "mean ρ (kg/m³)"};
    const km_node *stages = km_node_get(results, "stages");
    km_page_table table = {.n_columns = 7};
    if (stages == NULL)
        return KM_OK;
    km_page_heading(page, 2, "Protocol");
    for (int k = 0; k < table.n_columns; k++)
        KM_TRY(km_table_cell(&table, heading[k]));
    for (const km_node *s = stages->first; s != NULL; s = s->next) {
        const double steps = km_node_number(s, "steps"), dt = km_node_number(s, "timestep_fs");
        KM_TRY(km_table_cell(&table, km_node_text(s, "name", "?")));
        KM_TRY(put_cell(&table, "%.0f", steps));
        KM_TRY(put_cell(&table, "%g", dt));
        KM_TRY(put_cell(&table, "%g", 1e-3 * steps * dt));
        KM_TRY(put_cell(&table, "%.2f", km_node_number(s, "mean_temperature_K")));
        KM_TRY(put_cell(&table, "%.0f", km_node_number(s, "mean_pressure_bar")));
        KM_TRY(put_cell(&table, "%.1f", km_node_number(s, "mean_density_kg_m3")));
    }
    km_page_put_table(page, &table);
    km_page_paragraph(page, "Every key of the recipe with its value: recipe-resolved.yaml, from "
                            "which kalium repeats the run to the bit.");
    return KM_OK;
}

/* ---- checks ---- */

/* What production should keep to. Narrower than the guards that stop a run (host/engine/guards.h):
 * these are what a careful reader would look at. */
#define GOOD_TEMPERATURE 0.01 /* of the target                       */
#define GOOD_DRIFT 0.01       /* kT per ns and degree of freedom     */
#define GOOD_CONSTRAINT 1e-8  /* relative error of a held length     */

enum { CHECKS = 3 };

static const struct {
    const char *what, *unit;
    double good;
} check[CHECKS] = {
    {"mean temperature beside its target", " %", 100.0 * GOOD_TEMPERATURE},
    {"drift of the conserved quantity", " kT per ns and degree of freedom", GOOD_DRIFT},
    {"largest error of a constrained length", "", GOOD_CONSTRAINT},
};

/* Of the last stage; false where there is none. */
static bool look(const km_node *results, double found[CHECKS])
{
    const km_node *stages = km_node_get(results, "stages"), *last = NULL;
    for (const km_node *s = stages != NULL ? stages->first : NULL; s != NULL; s = s->next)
        last = s;
    if (last == NULL)
        return false;
    const double target = km_node_number(results, "temperature_K");
    found[0] = 100.0 * (km_node_number(last, "mean_temperature_K") / target - 1.0);
    found[1] = km_node_number(last, "conserved_drift_kT_per_ns_per_degree_of_freedom");
    found[2] = km_node_number(last, "largest_constraint_residual");
    return true;
}

static const char *verdict_of(double found, double good)
{
    return !isfinite(found) ? "not known" : fabs(found) <= good ? "good" : "look at the traces";
}

static km_status put_found(km_page_table *table, int k, double found)
{
    char text[LINE_LENGTH];
    km_label_number(found, NAN, text, sizeof text);
    return put_cell(table, "%s%s", text, check[k].unit);
}

static void put_guards(const km_page *page)
{
    km_page_paragraph(page, "Numbers that are none, atoms too close, temperatures far off and a "
                            "moving cell stop a run before it can write a checkpoint.");
}

km_status km_report_checks(const km_page *page, const km_node *results)
{
    static const char *const heading[] = {"check of the last stage", "found", "good", "verdict"};
    double found[CHECKS];
    km_page_table table = {.n_columns = 4};
    if (!look(results, found))
        return KM_OK;
    km_page_heading(page, 2, "Did the run behave?");
    for (int k = 0; k < table.n_columns; k++)
        KM_TRY(km_table_cell(&table, heading[k]));
    for (int k = 0; k < CHECKS; k++) {
        KM_TRY(km_table_cell(&table, check[k].what));
        KM_TRY(put_found(&table, k, found[k]));
        KM_TRY(put_cell(&table, "at most %g%s", check[k].good, check[k].unit));
        KM_TRY(km_table_cell(&table, verdict_of(found[k], check[k].good)));
    }
    km_page_put_table(page, &table);
    put_guards(page);
    return KM_OK;
}

/* The worst of the verdicts on one run. */
static const char *verdict_on(const double found[CHECKS])
{
    const char *verdict = "good";
    for (int k = 0; k < CHECKS; k++)
        if (!(fabs(found[k]) <= check[k].good))
            verdict = verdict_of(found[k], check[k].good);
    return verdict;
}

static km_status put_limits(km_page_table *table)
{
    KM_TRY(km_table_cell(table, "good: at most"));
    for (int k = 0; k < CHECKS; k++)
        KM_TRY(put_cell(table, "%g%s", check[k].good, check[k].unit));
    return km_table_cell(table, "");
}

km_status km_report_checks_of_members(const km_page *page, int n, const km_node *const *results,
                                      const char *const *name)
{
    double found[CHECKS];
    int known = 0, good = 0;
    km_page_table table = {.n_columns = CHECKS + 2};
    KM_TRY(km_table_cell(&table, "last stage of"));
    for (int k = 0; k < CHECKS; k++)
        KM_TRY(km_table_cell(&table, check[k].what));
    KM_TRY(km_table_cell(&table, "verdict"));
    for (int r = 0; r < n; r++) {
        if (!look(results[r], found))
            continue;
        const char *verdict = verdict_on(found);
        known++;
        good += strcmp(verdict, "good") == 0;
        KM_TRY(km_table_cell(&table, name[r]));
        for (int k = 0; k < CHECKS; k++)
            KM_TRY(put_found(&table, k, found[k]));
        KM_TRY(km_table_cell(&table, verdict));
    }
    if (known == 0) {
        km_table_free(&table);
        return KM_OK;
    }
    KM_TRY(put_limits(&table));
    char line[128];
    snprintf(line, sizeof line, "%d of %d runs are good by all of these.", good, known);
    km_page_heading(page, 2, "Did the runs behave?");
    km_page_put_table(page, &table);
    km_page_paragraph(page, line);
    put_guards(page);
    return KM_OK;
}

/* ---- parameters ---- */

km_status km_report_parameters(const km_page *page, const km_node *results)
{
    const km_node *parameters = km_node_get(results, "parameters");
    km_page_table table = {.n_columns = 3};
    if (parameters == NULL)
        return KM_OK;
    km_page_heading(page, 2, "Where every parameter comes from");
    KM_TRY(km_table_cell(&table, "parameter"));
    KM_TRY(km_table_cell(&table, "used"));
    KM_TRY(km_table_cell(&table, "source"));
    for (const km_node *p = parameters->first; p != NULL; p = p->next) {
        KM_TRY(km_table_cell(&table, km_node_text(p, "what", "?")));
        KM_TRY(km_table_cell(&table, km_node_text(p, "count", "")));
        KM_TRY(km_table_cell(&table, km_node_text(p, "source", "")));
    }
    km_page_put_table(page, &table);
    return KM_OK;
}
