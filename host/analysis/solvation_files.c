/* SPDX-License-Identifier: MIT */
/* Solvation in files and in words. */
#include <math.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

#define COMPOSITIONS_SHOWN 3

static void put_estimate(km_table *t, const km_estimate *e, bool available)
{
    km_table_number(t, available ? e->value : NAN);
    km_table_number(t, available ? e->low : NAN);
    km_table_number(t, available ? e->high : NAN);
}

static km_status write_shells(const km_solvation_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "solvation.csv"));
    km_table_put(&t, "cation,partner,donor,peak_A,cutoff_A,atoms,atoms_low,atoms_high,molecules,"
                     "molecules_low,molecules_high,coordinated,coordinated_low,coordinated_high,"
                     "monodentate,bidentate,tridentate,four_and_more,residence_integral_ps,"
                     "integral_low,integral_high,residence_fit_ps,fit_low,fit_high,note\n");
    for (int k = 0; k < r->n_shells; k++) {
        const km_solvation_shell *s = &r->shell[k];
        const bool counted = s->cutoff > 0.0;
        km_table_text(&t, s->centre);
        km_table_put(&t, ",");
        km_table_text(&t, s->partner);
        km_table_put(&t, ",%s", s->donor);
        km_table_number(&t, counted ? s->peak : NAN);
        km_table_number(&t, counted ? s->cutoff : NAN);
        put_estimate(&t, &s->atoms, counted);
        put_estimate(&t, &s->molecules, counted);
        put_estimate(&t, &s->coordinated, counted);
        for (int d = 0; d < KM_SOLVATION_DENTATE; d++)
            km_table_number(&t, counted ? s->dentate[d].value : NAN);
        put_estimate(&t, &s->residence.integral, s->residence.available);
        put_estimate(&t, &s->residence.fit, s->residence.available);
        km_table_put(&t, ",");
        km_table_text(&t, s->note);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static void put_fraction(km_table *t, const char *what, const char *which, const km_estimate *e)
{
    km_table_put(t, "%s,%s", what, which);
    put_estimate(t, e, true);
    km_table_put(t, "\n");
}

static km_status write_speciation(const km_solvation_result *r, const char *folder)
{
    static const char *const species[3] = {"SSIP", "CIP", "AGG"};
    char which[16];
    km_table t;
    KM_TRY(km_table_open(&t, folder, "speciation.csv"));
    km_table_put(&t, "fraction_of,in,value,low,high\n");
    for (int k = 0; k < 3; k++)
        put_fraction(&t, "anions", species[k], &r->anion[k]);
    for (int k = 0; k < 3; k++)
        put_fraction(&t, "cations", species[k], &r->cation[k]);
    for (int k = 0; k < KM_SOLVATION_PAIRED; k++) {
        snprintf(which, sizeof which, k < KM_SOLVATION_PAIRED - 1 ? "%d" : ">=%d", k);
        put_fraction(&t, "anions with so many cations", which, &r->paired[k]);
    }
    for (int k = 0; k < KM_SOLVATION_SIZES; k++) {
        snprintf(which, sizeof which, k < KM_SOLVATION_SIZES - 1 ? "%d" : ">=%d", k + 1);
        put_fraction(&t, "ions in clusters of so many ions", which, &r->cluster[k]);
    }
    put_fraction(&t, "ions", "largest cluster", &r->largest);
    return km_table_close(&t);
}

static km_status write_compositions(const km_solvation_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "shells.csv"));
    km_table_put(&t, "shell,fraction_of_cations\n");
    for (int k = 0; k < r->n_compositions; k++) {
        km_table_text(&t, r->composition[k].text);
        km_table_number(&t, r->composition[k].fraction);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

static km_status write_correlation(const km_solvation_result *r, const char *folder)
{
    km_table t;
    KM_TRY(km_table_open(&t, folder, "solvation-residence.csv"));
    km_table_put(&t, "lag_ps");
    for (int s = 0; s < r->n_shells; s++)
        km_table_put(&t, ",\"%s %s\"", r->shell[s].centre, r->shell[s].partner);
    km_table_put(&t, "\n");
    for (int l = 0; r->n_shells > 0 && l < r->shell[0].n_lags; l++) {
        km_table_put(&t, "%.9g", r->shell[0].lag[l]);
        for (int s = 0; s < r->n_shells; s++)
            km_table_number(&t, r->shell[s].correlation[l]);
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

km_status km_solvation_write(const km_results *results, const char *folder)
{
    const km_solvation_result *r = &results->solvation;
    KM_TRY(write_shells(r, folder));
    KM_TRY(write_speciation(r, folder));
    KM_TRY(write_compositions(r, folder));
    return write_correlation(r, folder);
}

static km_status describe_shell(km_results *results, const km_solvation_shell *s)
{
    char residence[128] = "";
    if (s->cutoff == 0.0)
        return km_results_add_line(results, "shell of %s, %s: %s", s->centre, s->partner, s->note);
    if (s->residence.available)
        snprintf(residence, sizeof residence, "; stays %.3g [%.3g, %.3g] ps",
                 s->residence.integral.value, s->residence.integral.low,
                 s->residence.integral.high);
    return km_results_add_line(
        results,
        "shell of %s: %.2f %s of %.2f %s within %.2f Å (mono-, bi-, tridentate %.0f, %.0f, %.0f "
        "%%), which is %.1f %% of all %s%s%s%s%s",
        s->centre, s->atoms.value, s->donor, s->molecules.value, s->partner, s->cutoff,
        100.0 * s->dentate[0].value, 100.0 * s->dentate[1].value, 100.0 * s->dentate[2].value,
        100.0 * s->coordinated.value, s->partner, residence, s->note[0] != '\0' ? " (" : "",
        s->note, s->note[0] != '\0' ? ")" : "");
}

static km_status describe_species(km_results *results, const char *what, const km_estimate e[3])
{
    return km_results_add_line(results,
                               "of the %s: free or SSIP %.1f %% [%.1f, %.1f], CIP %.1f %% [%.1f, "
                               "%.1f], AGG %.1f %% [%.1f, "
                               "%.1f]",
                               what, 100.0 * e[0].value, 100.0 * e[0].low, 100.0 * e[0].high,
                               100.0 * e[1].value, 100.0 * e[1].low, 100.0 * e[1].high,
                               100.0 * e[2].value, 100.0 * e[2].low, 100.0 * e[2].high);
}

km_status km_solvation_describe(km_results *results)
{
    const km_solvation_result *r = &results->solvation;
    if (!r->available)
        return km_results_add_line(results, "no solvation: %s", r->note);
    if (r->n_frames < results->n_frames)
        KM_TRY(km_results_add_warning(results,
                                      "solvation uses %d frames, %.4g ps apart, of %d: more do not "
                                      "fit into memory",
                                      r->n_frames, r->interval, results->n_frames));
    for (int s = 0; s < r->n_shells; s++)
        KM_TRY(describe_shell(results, &r->shell[s]));
    if (r->n_anions > 0) {
        KM_TRY(describe_species(results, "anions (by their cations)", r->anion));
        KM_TRY(describe_species(results, "cations (by their anions)", r->cation));
        KM_TRY(km_results_add_line(results, "largest cluster: %.1f %% of the ions",
                                   100.0 * r->largest.value));
    }
    for (int k = 0; k < r->n_compositions && k < COMPOSITIONS_SHOWN; k++)
        KM_TRY(km_results_add_line(results, "shells: %.1f %% %s",
                                   100.0 * r->composition[k].fraction, r->composition[k].text));
    return KM_OK;
}
