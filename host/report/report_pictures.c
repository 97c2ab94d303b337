/* SPDX-License-Identifier: MIT */
#include "host/report/report_pictures.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "host/output/gnuplot.h"
#include "host/output/picture_script.h"
#include "host/output/run_folder.h"
#include "host/report/csv_table.h"
#include "host/report/report_van_hove.h"

enum { MOST_CURVES = 7 };

static bool file_is_there(const char *folder, const char *name, char *path)
{
    snprintf(path, KM_PATH_LENGTH, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

static km_status begin(const char *folder, const char *name, int width, int height,
                       km_atomic_stream *file)
{
    KM_TRY(km_gnuplot_open(file, folder, name));
    km_script_head(file->stream, name);
    km_script_passes(file->stream, name, width, height);
    return KM_OK;
}

static km_status finish(const char *folder, const char *name, km_atomic_stream *file, bool *drawn)
{
    km_script_tail(file->stream);
    KM_TRY(km_atomic_stream_commit(file));
    return km_gnuplot_run(folder, name, drawn);
}

/* ---- radial distribution functions ---- */

/* The curves of columns that begin with "g " or "n ". */
static void put_rdf_curves(FILE *out, const km_csv_table *h, const char *kind)
{
    int n = 0;
    fputs("plot ", out);
    for (int c = 0; c < h->n; c++) {
        if (strncmp(h->column[c], kind, 2) != 0 || n == MOST_CURVES)
            continue;
        if (kind[0] == 'g') { /* means over 0.05 A: bins of the file are finer than the eye wants */
            fprintf(out,
                    "%s'rdf.csv' using (0.05 * (floor($1 / 0.05) + 0.5)):%d skip 1 smooth unique "
                    "with lines linewidth 1.8 linecolor rgb '%s' title ",
                    n > 0 ? ", \\\n    " : "", c + 1, km_script_colour(n));
            km_script_quoted(out, h->column[c] + 2);
            fputs(" noenhanced", out);
        } else {
            fprintf(out,
                    "%s'rdf.csv' using 1:%d skip 1 with lines linewidth 1.8 linecolor rgb '%s' "
                    "notitle",
                    n > 0 ? ", \\\n    " : "", c + 1, km_script_colour(n));
        }
        n++;
    }
    fputc('\n', out);
}

static km_status draw_rdf(const char *folder, const km_csv_table *h)
{
    km_atomic_stream file;
    bool drawn;
    KM_TRY(begin(folder, "rdf", 900, 780, &file));
    FILE *out = file.stream;
    fputs("stats 'rdf.csv' using 1 skip 1 nooutput name 'R'\n"
          "set xrange [0:R_max < 9 ? R_max : 9]\n"
          "set lmargin at screen 0.105\nset rmargin at screen 0.965\n"
          "set multiplot\n"
          "set tmargin at screen 0.965\nset bmargin at screen 0.53\n"
          "set ylabel 'g(r)'\nset format x ''\nunset xlabel\n"
          "set key right top samplen 1.8 spacing 1.2\nset yrange [0:*]\n",
          out);
    put_rdf_curves(out, h, "g ");
    fputs("set tmargin at screen 0.50\nset bmargin at screen 0.11\n"
          "set ylabel 'coordination number n(r)'\nset format x\nset xlabel 'r (Å)'\n"
          "unset key\nset yrange [0:8]\n",
          out);
    put_rdf_curves(out, h, "n ");
    fputs("unset multiplot\n", out);
    return finish(folder, "rdf", &file, &drawn);
}

/* ---- local slopes ---- */

static km_status draw_beta(const char *folder, const km_csv_table *h)
{
    km_atomic_stream file;
    bool drawn;
    KM_TRY(begin(folder, "beta", 900, 460, &file));
    FILE *out = file.stream;
    fputs("set logscale x\nset yrange [0:2]\n"
          "set xlabel 'time lag (ps)'\nset ylabel 'slope β of log MSD against log t'\n"
          "set key right bottom samplen 1.8 spacing 1.2\n"
          "set label 1 'diffusive: β = 1' at graph 0.015, first 1.06 left textcolor '#777777' "
          "font ',13'\n"
          "plot 1 with lines linewidth 1.4 dashtype 2 linecolor rgb '#999999' notitle",
          out);
    for (int c = 1; c < h->n && c <= MOST_CURVES; c++) {
        fprintf(out,
                ", \\\n    'beta.csv' using 1:%d skip 1 with lines linewidth 2 linecolor rgb '%s' "
                "title ",
                c + 1, km_script_colour(c - 1));
        char label[64]; /* "K+ beta" */
        snprintf(label, sizeof label, "%.*s", (int)strcspn(h->column[c], " "), h->column[c]);
        km_script_quoted(out, label);
        fputs(" noenhanced", out);
    }
    fputc('\n', out);
    return finish(folder, "beta", &file, &drawn);
}

/* ---- fractions of the ions ---- */

/* Rows "label value low high" of the estimates of an object. */
static int put_fractions(FILE *out, const km_node *fractions)
{
    int n = 0;
    for (const km_node *f = fractions != NULL ? fractions->first : NULL; f != NULL; f = f->next)
        if (km_node_is_estimate(f) && isfinite(km_node_number(f, "value"))) {
            const double value = km_node_number(f, "value"), low = km_node_number(f, "low_95"),
                         high = km_node_number(f, "high_95");
            fprintf(out, "\"%.60s\" %.6g %.6g %.6g\n", f->key, value, isfinite(low) ? low : value,
                    isfinite(high) ? high : value);
            n++;
        }
    return n;
}

static km_status draw_speciation(const char *folder, const km_node *solvation)
{
    static const char *const group[] = {"fractions_of_anions", "fractions_of_cations"};
    km_atomic_stream file;
    bool drawn;
    const km_node *fractions = km_node_get(solvation, group[0]);
    const char *of = "anions";
    if (fractions == NULL) {
        fractions = km_node_get(solvation, group[1]);
        of = "cations";
    }
    if (fractions == NULL)
        return KM_OK;
    KM_TRY(km_gnuplot_open(&file, folder, "speciation"));
    FILE *out = file.stream;
    km_script_head(out, "speciation");
    fputs("$fractions << END\n", out);
    const int n = put_fractions(out, fractions);
    fputs("END\nset datafile separator whitespace\n", out);
    if (n == 0) {
        km_atomic_stream_abandon(&file);
        return KM_OK;
    }
    km_script_passes(out, "speciation", 700, 420);
    fprintf(out,
            "unset key\nset style fill solid 0.75 noborder\nset boxwidth 0.6\nset yrange [0:1]\n"
            "set xrange [-0.6:%d.6]\nset ylabel 'fraction of the %s'\n"
            "plot $fractions using 0:2:xtic(1) with boxes linecolor rgb '%s', \\\n"
            "    '' using 0:2:3:4 with yerrorbars linecolor rgb '#222222' linewidth 1.6 "
            "pointtype 0\n",
            n - 1, of, km_script_colour(2));
    return finish(folder, "speciation", &file, &drawn);
}

km_status km_report_draw(const char *folder, const km_node *results)
{
    static const struct {
        const char *csv;
        km_status (*draw)(const char *folder, const km_csv_table *h);
    } curves[] = {
        {"rdf.csv", draw_rdf}, {"beta.csv", draw_beta}, {"vanhove.csv", km_report_draw_van_hove}};
    char path[KM_PATH_LENGTH];
    for (size_t k = 0; k < sizeof curves / sizeof curves[0]; k++) {
        if (!file_is_there(folder, curves[k].csv, path))
            continue;
        km_csv_table h;
        KM_TRY(km_csv_table_read(path, &h));
        const km_status status = h.n > 1 ? curves[k].draw(folder, &h) : KM_OK;
        km_csv_table_free(&h);
        KM_TRY(status);
    }
    return draw_speciation(folder, km_node_get(results, "solvation"));
}

/* ---- several runs ---- */

/* Has any of the runs a D of this species? */
static const km_node *diffusion_of(const km_node *results, const char *species)
{
    const km_node *d =
        km_node_get(km_node_get(km_node_get(results, "diffusion"), species), "D_m2_s");
    return isfinite(km_node_number(d, "value")) ? d : NULL;
}

/* Species of all runs, each once. */
static int list_species(int n_runs, const km_node *const *results, const char **species)
{
    int n = 0;
    for (int r = 0; r < n_runs; r++) {
        const km_node *diffusion = km_node_get(results[r], "diffusion");
        for (const km_node *s = diffusion != NULL ? diffusion->first : NULL; s != NULL;
             s = s->next) {
            bool known = n == MOST_CURVES || diffusion_of(results[r], s->key) == NULL;
            for (int k = 0; k < n && !known; k++)
                known = strcmp(species[k], s->key) == 0;
            if (!known)
                species[n++] = s->key;
        }
    }
    return n;
}

static void put_comparison(FILE *out, int n_runs, const char *const *name, int n_species,
                           const char **species)
{
    fprintf(out,
            "set logscale y\nset format y '10^{%%L}'\nset xrange [-0.6:%d.6]\n"
            "set ylabel 'D (m²/s)'\nset key outside right top\nset pointsize 1.2\nset xtics (",
            n_species - 1);
    for (int k = 0; k < n_species; k++) {
        fputs(k > 0 ? ", " : "", out);
        km_script_quoted(out, species[k]);
        fprintf(out, " %d", k);
    }
    fputs(") noenhanced\nplot ", out);
    for (int r = 0; r < n_runs; r++) {
        fprintf(out,
                "%s$run%d using 1:2:3:4 with yerrorbars pointtype 7 linewidth 1.8 linecolor rgb "
                "'%s' title ",
                r > 0 ? ", \\\n    " : "", r, km_script_colour(r));
        km_script_quoted(out, name[r]);
        fputs(" noenhanced", out);
    }
    fputc('\n', out);
}

km_status km_report_draw_comparison(const char *folder, int n_runs, const km_node *const *results,
                                    const char *const *name, bool *drawn)
{
    const char *species[MOST_CURVES];
    km_atomic_stream file;
    const int n_species = list_species(n_runs, results, species);
    *drawn = false;
    if (n_species == 0)
        return KM_OK;
    KM_TRY(km_gnuplot_open(&file, folder, "compare"));
    km_script_head(file.stream, "compare");
    for (int r = 0; r < n_runs; r++) {
        fprintf(file.stream, "$run%d << END\n", r);
        for (int k = 0; k < n_species; k++) {
            const km_node *d = diffusion_of(results[r], species[k]);
            const double value = km_node_number(d, "value"), low = km_node_number(d, "low_95"),
                         high = km_node_number(d, "high_95");
            const double shift = n_runs > 1 ? 0.5 * ((r + 0.5) / n_runs - 0.5) : 0.0;
            if (value > 0.0)
                fprintf(file.stream, "%g,%.6g,%.6g,%.6g\n", k + shift, value,
                        low > 0.0 ? low : 0.01 * value, high > 0.0 ? high : value);
        }
        fputs("END\n", file.stream);
    }
    km_script_passes(file.stream, "compare", 900, 460);
    put_comparison(file.stream, n_runs, name, n_species, species);
    return finish(folder, "compare", &file, drawn);
}

/* ---- on the page ---- */

km_status km_report_pictures(const km_page *page, const char *folder)
{
    static const struct {
        const char *name, *caption;
    } pictures[] = {
        {"snapshot.png", "The last frame, seen along y."},
        {"msd.svg", "Mean squared displacements with their standard errors; shaded: the window of "
                    "the fit; dashed: slope 1, free diffusion."},
        {"beta.svg", "Local slope β of the mean squared displacements: a D needs β = 1."},
        {"rdf.svg", "Radial distribution functions and running coordination numbers."},
        {"speciation.svg",
         "Fractions of the ions: free, in solvent-separated and contact pairs, in "
         "aggregates."},
        {"vanhove.svg",
         "Van Hove functions. Left: how far molecules have gone after each time, times r, "
         "so that equal areas are equal fractions; dotted: the Gaussian of free diffusion. "
         "Right: where the others then are."},
        {"profile.svg", "Number densities and electrostatic potential along z."},
        {"arrhenius.svg", "Logarithms against 1000/T, with their lines of least squares."},
        {"compare.svg", "D with 95 % intervals, run beside run."},
        {"compare-msd.svg", "Mean squared displacements of the runs; dashed: slope 1, free "
                            "diffusion."},
        {"compare-rdf.svg", "Radial distribution functions of the runs."},
        {"energies.svg", "Temperature, density and potential energy over the whole run."},
    };
    bool headed = false;
    for (size_t k = 0; k < sizeof pictures / sizeof pictures[0]; k++) {
        char path[KM_PATH_LENGTH];
        if (!file_is_there(folder, pictures[k].name, path))
            continue;
        if (!headed)
            km_page_heading(page, 2, "Pictures");
        headed = true;
        KM_TRY(km_page_picture(page, path, pictures[k].caption));
    }
    return KM_OK;
}
