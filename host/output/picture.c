/* SPDX-License-Identifier: MIT */
#include "host/output/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/atomic_file.h"
#include "host/output/gnuplot.h"
#include "host/output/picture_script.h"
#include "host/output/run_folder.h"

/* ---- mean squared displacements ---- */

/* "K+   D = (2.1 +- 0.2) x 10^-10 m^2/s", the superscripts in UTF-8. */
static void put_curve_title(FILE *out, const km_picture_curve *curve)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char text[256];
    int n = snprintf(text, sizeof text, "%.100s", curve->label);
    if (isfinite(curve->diffusion) && curve->diffusion > 0.0) {
        const int power = (int)floor(log10(curve->diffusion));
        const double unit = pow(10.0, power);
        n += snprintf(text + n, sizeof text - (size_t)n, "   %s = (%.2f ± %.2f) × 10%s",
                      curve->apparent ? "apparent D" : "D", curve->diffusion / unit,
                      curve->error / unit, power < 0 ? "⁻" : "");
        char exponent[16];
        snprintf(exponent, sizeof exponent, "%d", abs(power));
        for (const char *c = exponent; *c != '\0'; c++)
            n += snprintf(text + n, sizeof text - (size_t)n, "%s", digits[*c - '0']);
        snprintf(text + n, sizeof text - (size_t)n, " m²/s");
    }
    km_script_quoted(out, text);
}

/* The guide of slope 1 lies a little above the highest curve; the label follows its angle, which
 * depends on the ranges, so both are set by hand from the data. */
static void put_msd_ranges(FILE *out, const km_picture_msd_spec *spec)
{
    fputs("low = 1e300\nhigh = -1e300\nfirst = 1e300\nlast = -1e300\nlevel = -1e300\n", out);
    for (int k = 0; k < spec->n_curves; k++) {
        const int column = spec->curve[k].column;
        fprintf(out,
                "stats data using ($1 > 0 && $%d > 0 ? $1 : NaN):($1 > 0 && $%d > 0 ? $%d : NaN) "
                "skip 1 nooutput name 'S'\n"
                "low = S_min_y < low ? S_min_y : low\n"
                "high = S_max_y > high ? S_max_y : high\n"
                "first = S_min_x < first ? S_min_x : first\n"
                "last = S_max_x > last ? S_max_x : last\n",
                column, column, column);
        fprintf(out,
                "stats data using ($1 > 0 && $%d > 0 ? $%d / $1 : NaN) skip 1 nooutput name 'L'\n"
                "level = L_min > level ? L_min : level\n",
                column, column);
    }
    fputs("left = 10**(log10(first) - 0.08)\n"
          "right = 10**(log10(last) + 0.08)\n"
          "bottom = 10**(log10(low) - 0.15)\n"
          "top = 10**(log10(high) + 0.75)\n"
          "set xrange [left:right]\n"
          "set yrange [bottom:top]\n"
          "slope_one(t) = 2.2 * level * t\n"
          "guide(t) = log10(t / left) > 0.4 * log10(right / left) ? slope_one(t) : NaN\n"
          "angle = 180 / pi * atan2((0.90 - 0.145) * 620 / log10(top / bottom), "
          "(0.965 - 0.115) * 900 / log10(right / left))\n\n",
          out);
}

static void put_msd_axes(FILE *out, const km_picture_msd_spec *spec)
{
    fputs("set logscale xy\n"
          "set format xy '10^{%L}'\n"
          /* short axes: plain numbers, and more of them than powers of ten */
          "if (log10(right / left) < 2.2) {\n"
          "    set format x '%g'\n"
          "    do for [p = floor(log10(left)):floor(log10(right))] {\n"
          "        set xtics add (sprintf('%g', 2 * 10.0**p) 2 * 10.0**p, "
          "sprintf('%g', 5 * 10.0**p) 5 * 10.0**p)\n"
          "    }\n"
          "}\n"
          "if (log10(top / bottom) < 2.6) {\n"
          "    set format y '%g'\n"
          "    do for [p = floor(log10(bottom)):floor(log10(top))] {\n"
          "        set ytics add (sprintf('%g', 2 * 10.0**p) 2 * 10.0**p, "
          "sprintf('%g', 5 * 10.0**p) 5 * 10.0**p)\n"
          "    }\n"
          "}\n"
          "set lmargin at screen 0.115\n"
          "set rmargin at screen 0.965\n"
          "set bmargin at screen 0.145\n"
          "set tmargin at screen 0.90\n"
          "set xlabel 'time lag (ps)' offset 0,0.2\n"
          "set ylabel 'mean squared displacement (Å²)' offset 0.5,0\n"
          "set key left top Left reverse samplen 1.8 spacing 1.25 width 1\n",
          out);
    km_script_title(out, spec->title);
    if (spec->fit_to > spec->fit_from)
        fprintf(out,
                "set object 1 rectangle from %.10g, graph 0 to %.10g, graph 1 behind fillcolor "
                "'#F3EFE4' fillstyle solid 1.0 noborder\n"
                "set label 1 'fit window' at sqrt(%.10g * %.10g), graph 0.035 center textcolor "
                "'#8A7B52' font ',13'\n",
                spec->fit_from, spec->fit_to, spec->fit_from, spec->fit_to);
    fputs("where = 10**(log10(left) + 0.62 * log10(right / left))\n"
          "set label 2 'slope 1' at where, (top / bottom)**0.045 * slope_one(where) center rotate "
          "by angle "
          "textcolor '#777777' font ',13'\n\n",
          out);
}

static void put_msd_curves(FILE *out, const km_picture_msd_spec *spec)
{
    fputs("plot \\\n", out);
    for (int k = 0; k < spec->n_curves; k++) {
        const int c = spec->curve[k].column, e = spec->curve[k].error_column;
        if (e > 0)
            fprintf(out,
                    "    data using 1:($%d > $%d ? $%d - $%d : 1e-30):($%d + $%d) skip 1 with "
                    "filledcurves linecolor rgb '%s' notitle, \\\n",
                    c, e, c, e, c, e, km_script_colour(k));
    }
    for (int k = 0; k < spec->n_curves; k++) {
        fprintf(out,
                "    data using 1:%d skip 1 with lines linewidth 2.2 linecolor rgb '%s' title ",
                spec->curve[k].column, km_script_colour(k));
        put_curve_title(out, &spec->curve[k]);
        fputs(" noenhanced, \\\n", out);
    }
    fputs("    guide(x) with lines linewidth 1.4 dashtype 2 linecolor rgb '#999999' notitle\n",
          out);
}

km_status km_picture_msd(const km_picture_msd_spec *spec, bool *drawn)
{
    *drawn = false;
    km_atomic_stream file;
    KM_TRY(km_gnuplot_open(&file, spec->folder, "msd"));
    FILE *out = file.stream;
    km_script_head(out, "msd");
    fputs("data = ", out);
    km_script_quoted(out, spec->csv);
    fputc('\n', out);
    put_msd_ranges(out, spec);
    km_script_passes(out, "msd", 900, 620);
    put_msd_axes(out, spec);
    put_msd_curves(out, spec);
    km_script_tail(out);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(spec->folder, "msd", drawn);
}

/* ---- energies ---- */

/* One of three panels. Range and tics (about five) are set by hand: gnuplot alone sets as many tics
 * as fit, and none that helps on a constant density. */
static void put_trace(FILE *out, int place, const char *column, const char *label,
                      const char *strong, const char *pale)
{
    const double top = 0.93 - 0.285 * place;
    fprintf(out,
            "set tmargin at screen %.3f\n"
            "set bmargin at screen %.3f\n"
            "set ylabel '%s'\n"
            "set yrange [*:*]\n"
            "stats data using (column('%s')) nooutput name 'Y'\n"
            "even = 0.05 * abs(Y_max) + 1e-3\n"
            "span = Y_max - Y_min > 1e-6 * even ? 0.55 * (Y_max - Y_min) : even\n"
            "set yrange [0.5 * (Y_max + Y_min) - span:0.5 * (Y_max + Y_min) + span]\n"
            "set ytics step(span / 2)\n",
            top, top - 0.25, label, column);
    if (place == 2)
        fputs("set format x\nset xlabel unit\n", out);
    fprintf(
        out,
        "plot data using (fine * (floor(column('time_ps') / scale / fine) + 0.5))"
        ":(column('%s')) smooth unique with lines linewidth 0.6 linecolor rgb '%s' notitle, \\\n"
        "    data using (block * (floor(column('time_ps') / scale / block) + 0.5))"
        ":(column('%s')) smooth unique with lines linewidth 2.4 linecolor rgb '%s' notitle\n",
        column, pale, column, strong);
}

km_status km_picture_energies(const char *folder, const char *title, bool *drawn)
{
    *drawn = false;
    km_atomic_stream file;
    KM_TRY(km_gnuplot_open(&file, folder, "energies"));
    FILE *out = file.stream;
    km_script_head(out, "energies");
    fputs("data = '" KM_FILE_ENERGIES "'\n"
          "stats data using 2 skip 1 nooutput name 'T'\n"
          "scale = T_max > 5000 ? 1000.0 : 1.0\n"
          "unit = T_max > 5000 ? 'time (ns)' : 'time (ps)'\n"
          "nice(m) = m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10\n"
          "step(d) = nice(d / 10**floor(log10(d))) * 10**floor(log10(d))\n"
          "block = T_max > T_min ? (T_max - T_min) / scale / 100 : 1.0\n"
          "fine = block / 20 # rows closer together are drawn as their mean\n",
          out);
    km_script_passes(out, "energies", 900, 780);
    fputs("set xrange [T_min / scale:(T_max > T_min ? T_max : T_min + 1) / scale]\n"
          "set lmargin at screen 0.150\n"
          "set rmargin at screen 0.965\n"
          "unset key\n"
          "set format x ''\n"
          "unset xlabel\n"
          "set multiplot\n",
          out);
    km_script_title(out, title);
    put_trace(out, 0, "temperature_K", "temperature (K)", km_script_colour(3), "#EBC3AC");
    fputs("unset title\n", out);
    put_trace(out, 1, "density_kg_m3", "density (kg/m³)", km_script_colour(2), "#B9D5E8");
    put_trace(out, 2, "potential_kJ_mol", "potential energy (kJ/mol)", km_script_colour(1),
              "#B5DDD1");
    fputs("unset multiplot\n", out);
    km_script_tail(out);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(folder, "energies", drawn);
}

/* ---- profiles along z ---- */

static void put_slabs(FILE *out, const km_picture_profile_spec *spec)
{
    int n = 0;
    for (int k = 0; k < spec->n_slabs; k++) {
        const double from = spec->slab_from[k], to = spec->slab_to[k];
        const double edge[2][2] = {{from > to ? spec->from : from, to}, {from, spec->to}};
        for (int half = 0; half < (from > to ? 2 : 1); half++)
            fprintf(out,
                    "set object %d rectangle from %.10g, graph 0 to %.10g, graph 1 behind "
                    "fillcolor '#F0EDE6' fillstyle solid 1.0 noborder\n",
                    ++n, edge[half][0], edge[half][1]);
    }
}

/* The axis is made for what is not metal: a crystal's layers would hide the liquid. */
static void put_density_range(FILE *out, const km_picture_profile_spec *spec)
{
    int others = 0;
    fputs("top = 1e-9\n", out);
    for (int k = 0; k < spec->n_curves; k++)
        others += !spec->curve[k].metal;
    for (int k = 0; k < spec->n_curves; k++)
        if (others == 0 || !spec->curve[k].metal)
            fprintf(out,
                    "stats densities using (1000 * $%d) skip 1 nooutput name 'D'\n"
                    "top = D_max > top ? D_max : top\n",
                    spec->curve[k].column);
}

static void put_densities(FILE *out, const km_picture_profile_spec *spec)
{
    int other = 0;
    fputs("set key center top horizontal samplen 1.8 width 2\n"
          "set yrange [0:1.25 * top]\n"
          "set ylabel 'number density (nm⁻³)'\n"
          "set format x ''\n"
          "plot \\\n",
          out);
    for (int k = 0; k < spec->n_curves; k++) {
        const km_picture_profile_curve *c = &spec->curve[k];
        const char *colour = c->metal ? "#9A9A9A" : km_script_colour(other++);
        if (!c->metal)
            fprintf(out,
                    "    densities using 1:(1000 * ($%d - $%d)):(1000 * ($%d + $%d)) skip 1 with "
                    "filledcurves linecolor rgb '%s' notitle, \\\n",
                    c->column, c->column + 1, c->column, c->column + 1, colour);
        fprintf(out,
                "    densities using 1:(1000 * $%d) skip 1 with lines linewidth %s linecolor rgb "
                "'%s' title ",
                c->column, c->metal ? "1.0" : "1.8", colour);
        km_script_quoted(out, c->label);
        fprintf(out, " noenhanced%s\n", k + 1 < spec->n_curves ? ", \\" : "");
    }
}

static void put_potential(FILE *out, const km_picture_profile_spec *spec)
{
    fputs("unset title\n"
          "unset key\n"
          "set tmargin at screen 0.50\n"
          "set bmargin at screen 0.11\n"
          "set autoscale y\n"
          "set offsets 0, 0, graph 0.08, graph 0.08\n"
          "set format x\n"
          "set xlabel 'z (Å)'\n"
          "set ylabel 'potential (V)'\n",
          out);
    fputs("set label 9 ", out);
    km_script_quoted(out, spec->boundary);
    fprintf(out,
            " at graph 0.015, graph 0.06 left textcolor '#777777' font ',12' noenhanced\n"
            "plot potential using 1:($2 - $3):($2 + $3) skip 2 with filledcurves linecolor rgb "
            "'%s' notitle, \\\n"
            "    potential using 1:2 skip 2 with lines linewidth 1.8 linecolor rgb '%s' notitle\n",
            km_script_colour(2), km_script_colour(2));
}

km_status km_picture_profile(const km_picture_profile_spec *spec, bool *drawn)
{
    *drawn = false;
    km_atomic_stream file;
    KM_TRY(km_gnuplot_open(&file, spec->folder, "profile"));
    FILE *out = file.stream;
    km_script_head(out, "profile");
    fputs("densities = 'profile.csv'\npotential = 'potential.csv'\n", out);
    put_density_range(out, spec);
    km_script_passes(out, "profile", 900, 780);
    fprintf(out,
            "set xrange [%.10g:%.10g]\n"
            "set lmargin at screen 0.125\n"
            "set rmargin at screen 0.965\n"
            "set tmargin at screen 0.93\n"
            "set bmargin at screen 0.53\n"
            "unset xlabel\n"
            "unset label\n"
            "unset offsets\n"
            "set multiplot\n",
            spec->from, spec->to);
    put_slabs(out, spec);
    km_script_title(out, spec->title);
    put_densities(out, spec);
    put_potential(out, spec);
    fputs("unset multiplot\n", out);
    km_script_tail(out);
    KM_TRY(km_atomic_stream_commit(&file));
    return km_gnuplot_run(spec->folder, "profile", drawn);
}
