/* SPDX-License-Identifier: MIT */
#include "host/report/report_van_hove.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/output/gnuplot.h"
#include "host/output/picture_script.h"

enum { MOST_KINDS = 3, NAME = 96 };

/* "self K+ 0.1 ps" to "K+" and "0.1 ps"; false for other columns. */
static bool split_column(const char *column, const char *part, char name[NAME], const char **lag)
{
    const size_t before = strlen(part);
    if (strncmp(column, part, before) != 0 || column[before] != ' ')
        return false;
    const char *begin = column + before + 1, *unit = strrchr(begin, ' '), *end = unit;
    while (end != NULL && end > begin && *--end != ' ')
        ;
    if (end == NULL || end == begin)
        return false;
    snprintf(name, NAME, "%.*s", (int)(end - begin), begin);
    *lag = end + 1;
    return true;
}

static int list_kinds(const km_csv_table *h, char kind[MOST_KINDS][NAME])
{
    int n = 0;
    char name[NAME];
    const char *lag;
    for (int c = 1; c < h->n && n < MOST_KINDS; c++)
        if (split_column(h->column[c], "self", name, &lag) &&
            (n == 0 || strcmp(kind[n - 1], name) != 0))
            memcpy(kind[n++], name, NAME);
    return n;
}

/* Curves of one part; `format` ends before the number of the column, `style` follows the colour. */
static void put_curves(FILE *out, const km_csv_table *h, const char *part, const char *kind,
                       const char *format, const char *style, bool titled, bool continued)
{
    int n = 0;
    char name[NAME];
    const char *lag;
    for (int c = 1; c < h->n; c++) {
        if (!split_column(h->column[c], part, name, &lag) || strcmp(name, kind) != 0)
            continue;
        fprintf(out, "%s'vanhove.csv' using %s%d)%s skip 1 %s with lines linecolor rgb '%s' %s ",
                continued || n > 0 ? ", \\\n    " : "plot ", format, c + 1,
                strcmp(part, "distinct") == 0 ? ")" : " * $1)",
                strcmp(part, "distinct") == 0 ? "smooth unique" : "", km_script_colour(n), style);
        if (titled) {
            fputs("title ", out);
            km_script_quoted(out, lag);
            fputs(" noenhanced", out);
        } else {
            fputs("notitle", out);
        }
        n++;
    }
}

/* A cell that changes, or a single molecule, has no distinct part; gnuplot fails on no points. */
static bool has_part(const km_csv_table *h, const char *part, const char *kind)
{
    char name[NAME];
    const char *lag;
    for (int c = 1; c < h->n; c++)
        if (split_column(h->column[c], part, name, &lag) && strcmp(name, kind) == 0)
            return isfinite(km_csv_number(h->rows, c));
    return false;
}

static void put_kind(FILE *out, const km_csv_table *h, const char *kind)
{
    fputs("set title ", out);
    km_script_quoted(out, kind);
    fputs(" noenhanced\nset logscale x\nset xrange [0.1:*]\nset yrange [0:*]\n"
          "set ylabel 'r · 4πr²G_s(r, t)'\nset offsets 0, 0, graph 0.25, 0\nset key center top "
          "horizontal\n",
          out);
    put_curves(out, h, "self", kind, "1:(column(", "linewidth 1.9", true, false);
    if (has_part(h, "gaussian", kind))
        put_curves(out, h, "gaussian", kind, "1:(column(", "linewidth 1.2 dashtype 3", false, true);
    if (!has_part(h, "distinct", kind)) {
        fputs("\nset multiplot next\n", out);
        return;
    }
    fputs("\nunset logscale x\nset xrange [0:*]\n"
          "set ylabel 'G_d(r, t) / ρ'\nunset offsets\nunset key\n",
          out);
    put_curves(out, h, "distinct", kind, "(0.2 * (floor($1 / 0.2) + 0.5)):(column(",
               "linewidth 1.9", false, false);
    fputs("\n", out);
}

km_status km_report_draw_van_hove(const char *folder, const km_csv_table *header)
{
    char kind[MOST_KINDS][NAME];
    const int n = list_kinds(header, kind);
    km_atomic_stream file;
    bool drawn;
    if (n == 0)
        return KM_OK;
    KM_TRY(km_gnuplot_open(&file, folder, "vanhove"));
    FILE *out = file.stream;
    km_script_head(out, "vanhove");
    km_script_passes(out, "vanhove", 1100, 60 + 340 * n);
    fprintf(out,
            "set multiplot layout %d,2\nset xlabel 'r (Å)'\n"
            "set key samplen 1.6 spacing 1.15 font ',13'\n",
            n);
    for (int k = 0; k < n; k++)
        put_kind(out, header, kind[k]);
    fputs("unset multiplot\n", out);
    km_script_tail(out);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(folder, "vanhove", &drawn);
}
