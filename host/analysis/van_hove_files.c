/* SPDX-License-Identifier: MIT */
/* Van Hove functions as a table, and in words. */
#include <math.h>
#include <stdio.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

#define FILE_NAME "vanhove.csv"

static void put_head(km_table *t, const km_van_hove *r)
{
    km_table_put(t, "r_A");
    for (int k = 0; k < r->n_kinds; k++)
        for (int l = 0; l < r->n_lags; l++) {
            const char *name = r->kind[k].name;
            const double lag = r->kind[k].lag[l].lag;
            km_table_put(t, ",\"self %s %.6g ps\",\"gaussian %s %.6g ps\",\"distinct %s %.6g ps\"",
                         name, lag, name, lag, name, lag);
            if (r->n_replicas > 0)
                km_table_put(t, ",\"error of self %s %.6g ps\",\"error of distinct %s %.6g ps\"",
                             name, lag, name, lag);
        }
    km_table_put(t, "\n");
}

static void put_value(km_table *t, const double *curve, int bin)
{
    km_table_number(t, curve != NULL ? curve[bin] : NAN);
}

km_status km_van_hove_write(const km_results *results, const char *folder)
{
    const km_van_hove *r = &results->van_hove;
    if (r->n_lags == 0)
        return KM_OK;
    km_table t;
    KM_TRY(km_table_open(&t, folder, FILE_NAME));
    put_head(&t, r);
    for (int b = 0; b < r->n_bins; b++) {
        km_table_put(&t, "%.6g", (b + 0.5) * r->bin_width);
        for (int k = 0; k < r->n_kinds; k++)
            for (int l = 0; l < r->n_lags; l++) {
                const km_van_hove_lag *lag = &r->kind[k].lag[l];
                put_value(&t, lag->self, b);
                put_value(&t, lag->gaussian, b);
                put_value(&t, lag->distinct, b);
                if (r->n_replicas == 0)
                    continue;
                put_value(&t, lag->self_error, b);
                put_value(&t, lag->distinct_error, b);
            }
        km_table_put(&t, "\n");
    }
    return km_table_close(&t);
}

/* "non-Gaussian parameter of K+: 0.31 ± 0.05 at 2 ps, 0.2 ± 0.1 at 20 ps (0: free diffusion)" */
static km_status describe_kind(km_results *results, const km_van_hove_kind *kind)
{
    char text[600] = "";
    size_t n = 0;
    for (int l = 0; l < results->van_hove.n_lags; l++) {
        const km_van_hove_lag *lag = &kind->lag[l];
        const double half = 0.5 * (lag->alpha2.high - lag->alpha2.low);
        if (!isfinite(lag->alpha2.value))
            return km_results_add_line(results, "van Hove: %s does not move", kind->name);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.2f", l > 0 ? ", " : "",
                              lag->alpha2.value);
        if (isfinite(half))
            n += (size_t)snprintf(text + n, sizeof text - n, " ± %.2f", half);
        n += (size_t)snprintf(text + n, sizeof text - n, " at %.4g ps", lag->lag);
    }
    return km_results_add_line(
        results, "non-Gaussian parameter of %s: %s (0: free diffusion; ± 95 %%)", kind->name, text);
}

km_status km_van_hove_describe(km_results *results)
{
    const km_van_hove *r = &results->van_hove;
    if (r->n_lags == 0)
        return km_results_add_line(results, r->n_replicas > 0
                                                ? "no van Hove functions: the replicas have too "
                                                  "few frames, or not equally many"
                                                : "no van Hove functions: they need 5 frames");
    for (int k = 0; k < r->n_kinds; k++)
        KM_TRY(describe_kind(results, &r->kind[k]));
    if (results->box_changes)
        KM_TRY(km_results_add_line(
            results, "van Hove: no distinct part, the cell changed during the frames"));
    return KM_OK;
}
