/* SPDX-License-Identifier: MIT */
/* Layers, residence times and coordination beside a surface, in files and in words. */
#include <math.h>
#include <string.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

static void put_estimate(km_table *t, const km_estimate *e, bool available)
{
    km_table_number(t, available ? e->value : NAN);
    km_table_number(t, available ? e->low : NAN);
    km_table_number(t, available ? e->high : NAN);
    km_table_number(t, available ? e->standard_error : NAN);
}

static km_status write_layers(const km_layers_result *r, const char *folder)
{
    static const char *const what[3] = {"D_xx", "D_yy", "D_parallel"};
    km_table t;
    KM_TRY(km_table_open(&t, folder, "layers.csv"));
    km_table_put(&t, "species,layer,from_A,to_A,molecules,diffusive");
    for (int a = 0; a < 3; a++)
        km_table_put(&t, ",%s_m2_s,%s_low,%s_high,%s_standard_error", what[a], what[a], what[a],
                     what[a]);
    km_table_put(&t, ",D_zz_m2_s,D_zz_low,D_zz_high,D_zz_standard_error,flat");
    km_table_put(&t, ",beta,beta_error,fit_from_ps,fit_to_ps,survival_at_fit_to,note\n");
    for (int k = 0; k < r->n_layers; k++) {
        const km_layer_result *l = &r->layer[k];
        km_table_text(&t, l->kind);
        km_table_put(&t, ",%d", l->number);
        km_table_number(&t, l->from);
        km_table_number(&t, l->to);
        km_table_number(&t, l->molecules);
        km_table_put(&t, ",%d", l->available && l->diffusive);
        for (int a = 0; a < 3; a++)
            put_estimate(&t, &l->diffusion[a], l->available);
        put_estimate(&t, &l->perpendicular, l->perpendicular_available);
        km_table_put(&t, l->perpendicular_available ? ",%d" : ",", l->flat);
        const double number[5] = {l->beta, l->beta_error, l->fit_from, l->fit_to, l->survival};
        for (int j = 0; j < 5; j++)
            km_table_number(&t, l->available ? number[j] : NAN);
        km_table_put(&t, ",");
        km_table_text(&t, l->note);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

/* P and the mean square displacement along x or y of the survivors, of every layer. */
static km_status write_survival(const km_layers_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "layers-survival.csv"));
    km_table_put(&t, "lag_ps");
    for (int k = 0; k < r->n_layers; k++)
        km_table_put(&t, ",\"P %s %d\",\"MSD %s %d_A2\"", r->layer[k].kind, r->layer[k].number,
                     r->layer[k].kind, r->layer[k].number);
    km_table_put(&t, "\n");
    for (int l = 0; r->n_layers > 0 && l < r->layer[0].n_lags; l++) {
        km_table_put(&t, "%.9g", r->layer[0].lag[l]);
        for (int k = 0; k < r->n_layers; k++) {
            km_table_number(&t, r->layer[k].alive[l]);
            km_table_number(&t, r->layer[k].msd[l]);
        }
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_residence(const km_layers_result *r, const char *folder)
{
    static const char *const way[2] = {"stable states", "continuous, absences forgiven"};
    km_table t;
    KM_TRY(km_table_open(&t, folder, "residence.csv"));
    km_table_put(&t, "species,method,in_A,out_A,forgiven_ps,molecules,integral_ps,integral_low,"
                     "integral_high,integral_standard_error,fit_ps,fit_low,fit_high,"
                     "fit_standard_error,fit_from_ps,fit_to_ps,left_at_fit_to,note\n");
    for (int k = 0; k < r->n_residences; k++) {
        const km_residence_result *s = &r->residence[k];
        for (int w = 0; w < 2; w++) {
            km_table_text(&t, s->kind);
            km_table_put(&t, ",\"%s\"", way[w]);
            km_table_number(&t, w == 0 ? s->peak : s->minimum);
            km_table_number(&t, w == 0 ? s->out : s->minimum);
            km_table_number(&t, w == 0 ? NAN : KM_LAYERS_TOLERANCE);
            km_table_number(&t, s->molecules);
            put_estimate(&t, &s->integral[w], s->available[w]);
            put_estimate(&t, &s->fit[w], s->available[w]);
            const double number[3] = {s->fit_from[w], s->fit_to[w], s->left[w]};
            for (int j = 0; j < 3; j++)
                km_table_number(&t, s->available[w] ? number[j] : NAN);
            km_table_put(&t, ",");
            km_table_text(&t, s->note);
            km_table_put(&t, "\n");
        }
    }
    return km_table_close(&t);
}

static km_status write_correlation(const km_layers_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "residence-correlation.csv"));
    km_table_put(&t, "lag_ps");
    for (int k = 0; k < r->n_residences; k++)
        km_table_put(&t, ",\"%s stable states\",\"%s continuous\"", r->residence[k].kind,
                     r->residence[k].kind);
    km_table_put(&t, "\n");
    for (int l = 0; r->n_residences > 0 && l < r->residence[0].n_lags; l++) {
        km_table_put(&t, "%.9g", r->residence[0].lag[l]);
        for (int k = 0; k < r->n_residences; k++)
            for (int w = 0; w < 2; w++)
                km_table_number(&t, r->residence[k].correlation[w][l]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_shells(const km_layers_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "surface_coordination.csv"));
    km_table_put(&t, "centre,partner,partner_element,shell_A,distance_from_A,distance_to_A,"
                     "centres,coordination,low,high,standard_error,note\n");
    for (int k = 0; k < r->n_shells; k++) {
        const km_surface_shell *s = &r->shell[k];
        for (int b = 0; b < (s->has_shell ? s->n_bins : 1); b++) {
            km_table_text(&t, s->centre);
            km_table_put(&t, ",");
            km_table_text(&t, s->partner);
            km_table_put(&t, ",%s", s->partner_element);
            const km_estimate none = {NAN, NAN, NAN, NAN};
            km_table_number(&t, s->shell_r > 0.0 ? s->shell_r : NAN);
            km_table_number(&t, s->has_shell ? s->from[b] : NAN);
            km_table_number(&t, s->has_shell ? s->from[b] + 1.0 : NAN);
            km_table_number(&t, s->has_shell ? s->cations[b] : NAN);
            put_estimate(&t, s->has_shell ? &s->number[b] : &none, s->has_shell);
            km_table_put(&t, ",");
            km_table_text(&t, s->note);
            km_table_put(&t, "\n");
        }
    }
    return km_table_close(&t);
}

km_status km_layers_write(const km_results *results, const char *folder)
{
    const km_layers_result *r = &results->layers;
    KM_TRY(write_layers(r, folder));
    KM_TRY(write_survival(r, folder));
    KM_TRY(write_residence(r, folder));
    KM_TRY(write_correlation(r, folder));
    return write_shells(r, folder);
}

/* "3.1e-10 ± 2e-11", or without an error where there is none. */
static void number_text(const km_estimate *e, char *text, size_t room)
{
    if (isfinite(e->standard_error))
        snprintf(text, room, "%.3g ± %.2g", e->value, e->standard_error);
    else
        snprintf(text, room, "%.3g (no error)", e->value);
}

static km_status describe_layer(km_results *results, const km_layer_result *l)
{
    char place[64];
    if (l->number == 1)
        snprintf(place, sizeof place, "within %.2f Å of the surface", l->to);
    else if (isinf(l->to))
        snprintf(place, sizeof place, "beyond %.2f Å", l->from);
    else
        snprintf(place, sizeof place, "%.2f to %.2f Å", l->from, l->to);
    const char *gap = l->note[0] != '\0' ? "; " : "";
    if (!l->available)
        return km_results_add_line(results, "D parallel(%s, %s): none%s%s", l->kind, place, gap,
                                   l->note);
    char number[64];
    number_text(&l->diffusion[2], number, sizeof number);
    return km_results_add_line(
        results,
        "D parallel(%s, %s) = %s m²/s (standard error)  %.3g molecules, fit %.4g-%.4g "
        "ps, beta %.2f, %.0f %% stay that long%s%s",
        l->kind, place, number, l->molecules, l->fit_from, l->fit_to, l->beta, 100.0 * l->survival,
        gap, l->note);
}

static km_status describe_residence(km_results *results, const km_residence_result *s)
{
    const char *gap = s->note[0] != '\0' ? "; " : "";
    if (!s->available[0] || !s->available[1])
        return km_results_add_line(results, "residence of %s at the surface: none%s%s", s->kind,
                                   gap, s->note);
    char number[4][64];
    for (int w = 0; w < 2; w++) {
        number_text(&s->integral[w], number[2 * w], sizeof number[0]);
        number_text(&s->fit[w], number[2 * w + 1], sizeof number[0]);
    }
    return km_results_add_line(results,
                               "residence of %s at the surface = %s ps (stable states, in %.2f Å, "
                               "out %.2f Å; fit %s ps), %s ps (within %.2f Å, absences of %d ps "
                               "forgiven; fit %s ps)%s%s",
                               s->kind, number[0], s->peak, s->out, number[1], number[2],
                               s->minimum, KM_LAYERS_TOLERANCE, number[3], gap, s->note);
}

/* The first bin with cations and the one farthest from the surface. */
static km_status describe_shell(km_results *results, const km_surface_shell *s)
{
    if (!s->has_shell || s->n_bins == 0)
        return KM_OK;
    const int last = s->n_bins - 1;
    return km_results_add_line(
        results, "n(%s-%s%s%s) = %.2f at %.0f to %.0f Å from the surface, %.2f at %.0f to %.0f Å",
        s->centre, s->partner_element, s->partner_element[0] != '\0' ? " of " : "", s->partner,
        s->number[0].value, s->from[0], s->from[0] + 1.0, s->number[last].value, s->from[last],
        s->from[last] + 1.0);
}

km_status km_layers_describe(km_results *results)
{
    const km_layers_result *r = &results->layers;
    if (r->note[0] != '\0')
        KM_TRY(km_results_add_line(results, "no layers: %s", r->note));
    if (r->available && r->n_frames < results->n_frames)
        KM_TRY(km_results_add_warning(
            results, "layers use %d frames, %.4g ps apart, of %d: more do not fit into memory",
            r->n_frames, r->interval, results->n_frames));
    if (r->available && results->n_frames > 1)
        KM_TRY(km_results_add_line(results, "layers by distance from the equimolar plane of the "
                                            "metal; errors between groups of molecules"));
    for (int k = 0; k < r->n_layers; k++)
        KM_TRY(describe_layer(results, &r->layer[k]));
    for (int k = 0; k < r->n_residences; k++)
        KM_TRY(describe_residence(results, &r->residence[k]));
    for (int k = 0; k < r->n_shells; k++)
        KM_TRY(describe_shell(results, &r->shell[k]));
    return KM_OK;
}
