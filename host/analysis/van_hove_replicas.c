/* SPDX-License-Identifier: MIT */
/* Van Hove functions of replicas: means and the scatter between them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/blocks.h"
#include "host/analysis/van_hove.h"

/* Bins of the smallest cell; no lags where those of the replicas differ. */
static void find_common(const km_van_hove *const *replica, int n, km_van_hove *out)
{
    out->n_replicas = n;
    out->n_lags = replica[0]->n_lags;
    out->n_bins = replica[0]->n_bins;
    out->bin_width = replica[0]->bin_width;
    for (int r = 1; r < n; r++) {
        const km_van_hove *one = replica[r];
        out->n_bins = one->n_bins < out->n_bins ? one->n_bins : out->n_bins;
        bool same = one->n_lags == replica[0]->n_lags && one->n_kinds == replica[0]->n_kinds;
        for (int l = 0; same && l < one->n_lags && one->n_kinds > 0; l++)
            same = fabs(one->kind[0].lag[l].lag / replica[0]->kind[0].lag[l].lag - 1.0) < 1e-9;
        if (!same)
            out->n_lags = 0;
    }
}

static const double *curve_of(const km_van_hove_lag *lag, bool distinct)
{
    return distinct ? lag->distinct : lag->self;
}

/* Nothing where a replica has no such curve. */
static km_status average_curve(const km_van_hove_lag *const *lag, int n, bool distinct, int n_bins,
                               double **mean, double **error)
{
    double *value;
    for (int r = 0; r < n; r++)
        if (curve_of(lag[r], distinct) == NULL)
            return KM_OK;
    KM_NEW(*mean, n_bins);
    KM_NEW(*error, n_bins);
    KM_NEW(value, n);
    for (int b = 0; b < n_bins; b++) {
        for (int r = 0; r < n; r++)
            value[r] = curve_of(lag[r], distinct)[b];
        (*mean)[b] = km_mean(value, n);
        (*error)[b] = km_standard_error(value, n);
    }
    free(value);
    return KM_OK;
}

static km_status average_lag(const km_van_hove_lag *const *lag, int n, int n_bins,
                             km_van_hove_lag *out)
{
    double *alpha2;
    out->lag = lag[0]->lag;
    KM_NEW(alpha2, n);
    for (int r = 0; r < n; r++) {
        out->mean_square += lag[r]->mean_square / n;
        out->beyond += lag[r]->beyond / n;
        alpha2[r] = lag[r]->alpha2.value;
    }
    out->alpha2 = km_blocks_estimate(km_mean(alpha2, n), alpha2, n);
    free(alpha2);
    KM_TRY(average_curve(lag, n, false, n_bins, &out->self, &out->self_error));
    KM_TRY(average_curve(lag, n, true, n_bins, &out->distinct, &out->distinct_error));
    return out->mean_square > 0.0 ? km_van_hove_put_gaussian(out, n_bins) : KM_OK;
}

km_status km_van_hove_of_replicas(const km_van_hove *const *replica, int n, km_van_hove *out)
{
    const km_van_hove_lag **lag;
    memset(out, 0, sizeof *out);
    find_common(replica, n, out);
    if (out->n_lags == 0)
        return KM_OK;
    KM_NEW(out->kind, replica[0]->n_kinds);
    KM_NEW(lag, n);
    km_status status = KM_OK;
    for (int k = 0; k < replica[0]->n_kinds; k++) {
        km_van_hove_kind *kind = &out->kind[out->n_kinds++];
        memcpy(kind->name, replica[0]->kind[k].name, sizeof kind->name);
        kind->n_molecules = replica[0]->kind[k].n_molecules;
        for (int l = 0; l < out->n_lags && status == KM_OK; l++) {
            for (int r = 0; r < n; r++)
                lag[r] = &replica[r]->kind[k].lag[l];
            status = average_lag(lag, n, out->n_bins, &kind->lag[l]);
        }
    }
    free(lag);
    return status;
}
