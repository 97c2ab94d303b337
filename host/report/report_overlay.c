/* SPDX-License-Identifier: MIT */
#include "host/report/report_overlay.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/output/gnuplot.h"
#include "host/output/picture_script.h"
#include "host/output/run_folder.h"
#include "host/report/csv_table.h"

enum { MOST_PANELS = 6, PANEL_NAME = 96 };

/* What is laid over each other: columns of one file whose names lie between prefix and suffix. */
typedef struct overlay {
    const char *picture, *csv, *prefix, *suffix, *axes, *using;
    bool logarithmic; /* with a guide of slope 1; points of less distance than 2 % are left out */
} overlay;

static const overlay msd = {
    .picture = "compare-msd",
    .csv = "msd.csv",
    .prefix = "",
    .suffix = " total_A2",
    .axes = "set logscale xy\nset format xy '10^{%L}'\nset key left top Left reverse\n"
            "x_title = 'time lag (ps)'\ny_title = 'mean squared displacement (Å²)'\n",
    .using = "1:2",
    .logarithmic = true,
};
static const overlay rdf = {
    .picture = "compare-rdf",
    .csv = "rdf.csv",
    .prefix = "g ",
    .suffix = "",
    .axes = "set xrange [0:9]\nset yrange [0:*]\nset key right top\n"
            "x_title = 'r (Å)'\ny_title = 'g(r)'\n",
    .using = "(0.05 * (floor($1 / 0.05) + 0.5)):2 smooth unique",
};

typedef struct panels {
    int n;
    char name[MOST_PANELS][PANEL_NAME];
    double level[MOST_PANELS]; /* largest of the runs' least y/x: the guide lies above */
} panels;

/* The part of a column's name that names its panel; false for other columns. */
static bool panel_name(const overlay *o, const char *column, char name[PANEL_NAME])
{
    const size_t before = strlen(o->prefix), after = strlen(o->suffix), all = strlen(column);
    if (all <= before + after || strncmp(column, o->prefix, before) != 0 ||
        strcmp(column + all - after, o->suffix) != 0)
        return false;
    snprintf(name, PANEL_NAME, "%.*s", (int)(all - before - after), column + before);
    return true;
}

/* The panel of this name, a new one where there is room; -1: none. */
static int find_panel(panels *p, const char *name)
{
    for (int k = 0; k < p->n; k++)
        if (strcmp(p->name[k], name) == 0)
            return k;
    if (p->n == MOST_PANELS)
        return -1;
    snprintf(p->name[p->n], PANEL_NAME, "%s", name);
    return p->n++;
}

/* A block of "x,y" rows. Gives the least y/x of its positive numbers, 0 where there are none. */
static double put_block(FILE *out, const overlay *o, const km_csv_table *table, int column)
{
    double last = 0.0, least = INFINITY;
    for (const char *row = table->rows; row != NULL; row = km_csv_next(row)) {
        const double x = km_csv_number(row, 0), y = km_csv_number(row, column);
        if (!isfinite(x) || !isfinite(y) ||
            (o->logarithmic && (x <= 1.02 * last || x <= 0.0 || y <= 0.0)))
            continue;
        fprintf(out, "%.6g,%.6g\n", x, y);
        last = x;
        if (x > 0.0 && y > 0.0)
            least = fmin(least, y / x);
    }
    return isfinite(least) ? least : 0.0;
}

/* The blocks $pPANELrRUN of one run; have is told which there are. */
static km_status put_run(FILE *out, const overlay *o, const char *folder, int run, panels *p,
                         bool *have)
{
    char path[KM_PATH_LENGTH], name[PANEL_NAME];
    snprintf(path, sizeof path, "%s/%s", folder, o->csv);
    if (access(path, R_OK) != 0)
        return KM_OK;
    km_csv_table table;
    KM_TRY(km_csv_table_read(path, &table));
    for (int c = 1; c < table.n; c++) {
        const int k = panel_name(o, table.column[c], name) ? find_panel(p, name) : -1;
        if (k < 0)
            continue;
        fprintf(out, "$p%dr%d << END\n", k, run);
        const double level = put_block(out, o, &table, c);
        fputs("END\n", out);
        p->level[k] = fmax(p->level[k], level);
        have[k] = level > 0.0;
    }
    km_csv_table_free(&table);
    return KM_OK;
}

static void put_panel(FILE *out, const overlay *o, const panels *p, int k, int n_runs,
                      const char *const *name, const bool *have)
{
    bool first = true;
    fputs("set title ", out);
    km_script_quoted(out, p->name[k]);
    fputs(" noenhanced\nplot ", out);
    if (o->logarithmic) {
        fprintf(out,
                "%.6g * x with lines linewidth 1.4 dashtype 2 linecolor rgb '#999999' title "
                "'slope 1'",
                2.2 * p->level[k]);
        first = false;
    }
    for (int r = 0; r < n_runs; r++) {
        if (!have[r * MOST_PANELS + k])
            continue;
        fprintf(out, "%s$p%dr%d using %s with lines linewidth 1.9 linecolor rgb '%s' title ",
                first ? "" : ", \\\n    ", k, r, o->using, km_script_colour(r));
        km_script_quoted(out, name[r]);
        fputs(" noenhanced", out);
        first = false;
    }
    fputs("\n", out);
}

static void put_panels(FILE *out, const overlay *o, const panels *p, int n_runs,
                       const char *const *name, const bool *have)
{
    const int columns = p->n > 1 ? 2 : 1, rows = (p->n + columns - 1) / columns;
    km_script_passes(out, o->picture, columns > 1 ? 1100 : 700, 60 + 340 * rows);
    fprintf(out,
            "%sset key samplen 1.6 spacing 1.15 font ',13'\n"
            "set multiplot layout %d,%d\n"
            "set xlabel x_title\nset ylabel y_title\n",
            o->axes, rows, columns);
    for (int k = 0; k < p->n; k++)
        if (p->level[k] > 0.0)
            put_panel(out, o, p, k, n_runs, name, have);
    fputs("unset multiplot\n", out);
    km_script_tail(out);
}

static km_status draw(const overlay *o, const char *folder_out, int n_runs,
                      const char *const *folder, const char *const *name, bool *have)
{
    panels p = {0};
    km_atomic_stream file;
    bool any = false, drawn;
    KM_TRY(km_gnuplot_open(&file, folder_out, o->picture));
    km_script_head(file.stream, o->picture);
    km_status status = KM_OK;
    for (int r = 0; r < n_runs && status == KM_OK; r++)
        status = put_run(file.stream, o, folder[r], r, &p, have + r * MOST_PANELS);
    for (int k = 0; k < p.n; k++)
        any |= p.level[k] > 0.0;
    if (status != KM_OK || !any) {
        km_atomic_stream_abandon(&file);
        return status;
    }
    put_panels(file.stream, o, &p, n_runs, name, have);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(folder_out, o->picture, &drawn);
}

km_status km_report_draw_overlays(const char *out, int n_runs, const char *const *folder,
                                  const char *const *name)
{
    const overlay *const all[] = {&msd, &rdf};
    km_status status = KM_OK;
    for (int k = 0; k < 2 && status == KM_OK; k++) {
        bool *have;
        KM_NEW(have, n_runs * MOST_PANELS);
        status = draw(all[k], out, n_runs, folder, name, have);
        free(have);
    }
    return status;
}
