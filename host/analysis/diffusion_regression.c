/* SPDX-License-Identifier: MIT */
/* D by regression with the covariance of the lags, its size from the data: how much the squared
 * displacements of the particles scatter. McCluskey, Coles & Morgan, doi:10.1021/acs.jctc.4c01249,
 * with the covariance of a random walk in place of their approximation to it. */
#include <stdlib.h>
#include <string.h>

#include "host/analysis/diffusion_fit.h"
#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"

/* What independent squared displacements of a Gaussian walk along one axis have. */
#define GAUSSIAN_SCATTER 2.0

/* Adds the squares and fourth powers of the displacements over one lag, for each axis. */
static void add_moments(const double *path, int n_frames, int lag, double square[3],
                        double fourth[3])
{
    for (int a = 0; a < 3; a++) {
        const double *x = path + (size_t)a * n_frames;
        for (int k = 0; k < n_frames - lag; k++) {
            const double s = (x[k + lag] - x[k]) * (x[k + lag] - x[k]);
            square[a] += s;
            fourth[a] += s * s;
        }
    }
}

/* <x^4>/<x^2>^2 - 1 over all particles and origins of one lag, mean of the axes; 2 for a Gaussian
 * walk, more where some particles are faster than others. */
static km_status scatter_of_squares(const km_displacements *d, const int *molecule, int n, int lag,
                                    double *out)
{
    double *path, square[3] = {0.0}, fourth[3] = {0.0};
    KM_NEW(path, 3 * (size_t)d->n_frames);
    for (int i = 0; i < n; i++) {
        km_displacements_gather(d, molecule[i], path);
        add_moments(path, d->n_frames, lag, square, fourth);
    }
    free(path);
    const double samples = (double)n * (d->n_frames - lag);
    *out = 0.0;
    for (int a = 0; a < 3; a++)
        if (square[a] > 0.0)
            *out += (samples * fourth[a] / (square[a] * square[a]) - 1.0) / 3.0;
    return KM_OK;
}

km_status km_diffusion_regression(const km_displacements *d, const int *molecule, int n,
                                  const km_msd *msd, const km_diffusion_fit *f,
                                  const km_design_effect *together, km_diffusion *out)
{
    km_walk_regression r;
    double scatter;
    KM_TRY(km_walk_regression_make(f->lag, f->n, msd->n_lags, &r));
    KM_TRY(scatter_of_squares(d, molecule, n, f->lag[f->n / 2], &scatter));
    const double unit = 0.5 * KM_M2_S_PER_NM2_PS / msd->interval;
    const double freedom = n * r.degrees_of_freedom * GAUSSIAN_SCATTER / scatter;
    double sum = 0.0, square = 0.0;
    for (int a = 0; a < 3; a++) {
        const double slope = unit * km_walk_slope(&r, msd->axis[a]);
        out->regression_axis[a] = km_chi_square_estimate(slope, freedom / together->axis[a]);
        sum += slope;
        square += slope * slope;
    }
    /* Satterthwaite: three axes count three times only where they are alike */
    out->regression =
        km_chi_square_estimate(sum / 3.0, freedom / together->total * sum * sum / square);
    return KM_OK;
}
