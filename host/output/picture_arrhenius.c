/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "host/output/gnuplot.h"
#include "host/output/picture.h"
#include "host/output/picture_script.h"

static void put_axes(FILE *out, const km_picture_arrhenius_spec *spec)
{
    bool left = false, right = false;
    for (int k = 0; k < spec->n_curves; k++) {
        left |= !spec->curve[k].conductivity;
        right |= spec->curve[k].conductivity;
    }
    const double cold = fmin(spec->from, spec->aim), hot = fmax(spec->to, spec->aim);
    fprintf(out,
            "set xrange [%.10g:%.10g]\n"
            "set xlabel '1000 K / T'\n"
            "set logscale y\n"
            "set format y '10^{%%L}'\n"
            "set key left bottom Left reverse samplen 1.8 spacing 1.25 width 1\n",
            1000.0 / hot - 0.1, 1000.0 / cold + 0.1);
    if (left)
        fputs("set ylabel 'diffusion coefficient (m²/s)'\n", out);
    if (right)
        fprintf(out, "set logscale y2\nset format y2 '10^{%%L}'\nset y2tics\n"
                     "set y2label 'conductivity × T (S K/m)'\nset border 11\n");
    if (!left)
        fputs("unset ytics\n", out);
    km_script_title(out, spec->title);
}

static void put_curve(FILE *out, const km_picture_arrhenius_curve *c, int k, bool last)
{
    const char *axes = c->conductivity ? "x1y2" : "x1y1";
    const bool line = isfinite(c->slope);
    char label[200];
    snprintf(label, sizeof label, line ? "%.100s   Ea = %.1f ± %.1f kJ/mol" : "%.100s", c->label,
             c->energy, c->error);
    const char *name = c->quantity;
    fprintf(
        out,
        "    data using (mine('%s', $3)):(mine('%s', $4)):(mine('%s', $4 > $5 ? $4 - $5 : 0.1 * "
        "$4)):(mine('%s', $4 + $5)) skip 1 axes %s with yerrorbars pointtype 7 linewidth 1.6 "
        "linecolor rgb '%s' title ",
        name, name, name, name, axes, km_script_colour(k));
    km_script_quoted(out, label);
    fputs(" noenhanced", out);
    if (line)
        fprintf(out,
                ", \\\n    exp(%.10g + %.10g * x / 1000) axes %s with lines linewidth 1.6 "
                "dashtype 2 linecolor rgb '%s' notitle",
                c->intercept, c->slope, axes, km_script_colour(k));
    fputs(last ? "\n" : ", \\\n", out);
}

km_status km_picture_arrhenius(const km_picture_arrhenius_spec *spec, bool *drawn)
{
    *drawn = false;
    km_atomic_stream file;
    KM_TRY(km_gnuplot_open(&file, spec->folder, "arrhenius"));
    FILE *out = file.stream;
    km_script_head(out, "arrhenius");
    fputs("data = 'arrhenius.csv'\n"
          "mine(name, x) = strcol(1) eq name && column(4) > 0 ? x : NaN\n",
          out);
    km_script_passes(out, "arrhenius", 900, 620);
    put_axes(out, spec);
    fputs("plot \\\n", out);
    for (int k = 0; k < spec->n_curves; k++)
        put_curve(out, &spec->curve[k], k, k + 1 == spec->n_curves);
    km_script_tail(out);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(spec->folder, "arrhenius", drawn);
}
