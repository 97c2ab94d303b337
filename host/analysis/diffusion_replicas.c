/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "host/analysis/diffusion_fit.h"
#include "kernels/base/units.h"

#define CLEARLY_LARGER 3.0 /* ratio of standard errors that chance gives once in thousands */

/* The coefficient along the axes first..last of one replica, m^2/s. */
static double coefficient(const km_diffusion_fit *f, const km_msd *msd, int first, int last)
{
    double slope = 0.0;
    for (int k = 0; k < f->n; k++)
        for (int a = first; a <= last; a++)
            slope += f->slope[k] * msd->axis[a][f->lag[k]];
    return 0.5 * slope / (last - first + 1) * KM_M2_S_PER_NM2_PS;
}

static km_estimate from_scatter(const double *value, int n)
{
    const double error = km_standard_error(value, n), mean = km_mean(value, n);
    const double half = error * km_t_factor(n - 1, KM_CONFIDENCE);
    const km_estimate estimate = {mean, error, mean - half, mean + half};
    return estimate;
}

/* Standard error of the mean from those of the replicas, NAN when none has one. */
static double pool(const double *error, int n)
{
    double square = 0.0;
    int used = 0;
    for (int r = 0; r < n; r++)
        if (isfinite(error[r])) {
            square += error[r] * error[r];
            used++;
        }
    return used > 0 ? sqrt(square / used / n) : NAN;
}

static void describe(km_diffusion *out)
{
    const double error = out->total.standard_error;
    km_diffusion_add_text(
        out->method,
        "95 %% interval from the scatter of %d replicas (Student's t of %d degrees of freedom: "
        "%.3g); this scatter gives a standard error of %.2g m^2/s",
        out->n_replicas, out->n_replicas - 1, km_t_factor(out->n_replicas - 1, KM_CONFIDENCE),
        error);
    if (!isfinite(out->pooled_error))
        return;
    km_diffusion_add_text(out->method, ", the replicas' own errors pooled %.2g m^2/s",
                          out->pooled_error);
    if (error > CLEARLY_LARGER * out->pooled_error)
        km_diffusion_add_text(out->warning,
                              "the replicas differ %.1f times as much as their own errors explain: "
                              "they have not forgotten how they were made, or are too short; ",
                              error / out->pooled_error);
}

km_status km_diffusion_of_replicas(const km_msd *replica, const double *own_error, int n,
                                   const km_msd *mean, const km_exponent *exponent, double *value,
                                   km_diffusion *out)
{
    km_diffusion_fit f;
    KM_TRY(km_diffusion_fit_choose(mean, exponent, &f, out));
    if (!out->available)
        return KM_OK;
    for (int q = 0; q < 4; q++) { /* x, y, z, total */
        for (int r = 0; r < n; r++)
            value[r] = coefficient(&f, &replica[r], q < 3 ? q : 0, q < 3 ? q : 2);
        *(q < 3 ? &out->axis[q] : &out->total) = from_scatter(value, n);
    }
    double *beta;
    KM_NEW(beta, n);
    for (int r = 0; r < n; r++)
        for (int k = 0; k < f.n; k++)
            beta[r] += f.exponent[k] * replica[r].total[f.lag[k]];
    out->beta_error = km_standard_error(beta, n);
    free(beta);
    out->n_replicas = n;
    out->n_blocks = 0;
    out->block_length = 0.0;
    out->pooled_error = pool(own_error, n);
    describe(out);
    km_diffusion_describe_window(out, (mean->n_lags - 1) * mean->interval);
    return KM_OK;
}
