/* SPDX-License-Identifier: MIT */
#include "host/analysis/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/base/random.h"

#define LARGEST_DEGREES_OF_FREEDOM 1000

double km_mean(const double *x, int n)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++)
        sum += x[k];
    return sum / n;
}

double km_standard_error(const double *x, int n)
{
    if (n < 2)
        return NAN;
    const double mean = km_mean(x, n);
    double square = 0.0;
    for (int k = 0; k < n; k++)
        square += (x[k] - mean) * (x[k] - mean);
    return sqrt(square / ((double)n * (n - 1)));
}

/* P(|T| < t) */
static double student_probability(double t, int dof)
{
    const double angle = atan(t / sqrt(dof)), s = sin(angle), c = cos(angle);
    double sum = 0.0, term = dof % 2 == 0 ? 1.0 : c;
    for (int k = dof % 2 == 0 ? 2 : 3; k <= dof; k += 2) {
        sum += term;
        term *= c * c * (k - 1) / k;
    }
    return dof % 2 == 0 ? s * sum : 2.0 / KM_PI * (angle + s * sum);
}

double km_t_factor(int degrees_of_freedom, double level)
{
    int dof = degrees_of_freedom < 1 ? 1 : degrees_of_freedom;
    if (dof > LARGEST_DEGREES_OF_FREEDOM)
        dof = LARGEST_DEGREES_OF_FREEDOM;
    double low = 0.0, high = 1.0;
    while (student_probability(high, dof) < level && high < 1e12)
        high *= 2.0;
    for (int k = 0; k < 100; k++) {
        const double middle = 0.5 * (low + high);
        if (student_probability(middle, dof) < level)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

km_status km_block_average(const double *x, int n, int n_blocks, km_estimate *out)
{
    if (n_blocks < 2 || n_blocks > n)
        return KM_FAIL(KM_ERROR_VALUE, "cannot cut %d values into %d blocks", n, n_blocks);
    double *block;
    KM_NEW(block, n_blocks);
    const int length = n / n_blocks;
    for (int b = 0; b < n_blocks; b++)
        block[b] = km_mean(x + (size_t)b * length, length);
    out->value = km_mean(x, n);
    out->standard_error = km_standard_error(block, n_blocks);
    free(block);
    const double half = km_t_factor(n_blocks - 1, KM_CONFIDENCE) * out->standard_error;
    out->low = out->value - half;
    out->high = out->value + half;
    return KM_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double resampled_mean(const double *x, int n, uint64_t seed, uint64_t step)
{
    double sum = 0.0;
    for (int k = 0; k < n; k += 4) {
        const km_random4 bits = km_random_bits(seed, step, (uint32_t)k, KM_RANDOM_ANALYSIS);
        for (int j = 0; j < 4 && k + j < n; j++)
            sum += x[((uint64_t)bits.v[j] * (uint64_t)n) >> 32];
    }
    return sum / n;
}

/* The value below which a fraction of the sorted values lies, linear in between. */
static double quantile(const double *sorted, int n, double fraction)
{
    const double place = fraction * (n - 1);
    const int k = (int)place < n - 1 ? (int)place : n - 2;
    return sorted[k] + (place - k) * (sorted[k + 1] - sorted[k]);
}

void km_draws_summarise(double *draw, int n, km_estimate *out)
{
    const double mean = km_mean(draw, n), tail = 0.5 * (1.0 - KM_CONFIDENCE);
    qsort(draw, (size_t)n, sizeof *draw, compare_doubles);
    double square = 0.0;
    for (int k = 0; k < n; k++)
        square += (draw[k] - mean) * (draw[k] - mean);
    out->standard_error = sqrt(square / (n - 1));
    out->low = quantile(draw, n, tail);
    out->high = quantile(draw, n, 1.0 - tail);
}

km_status km_bootstrap_mean(const double *x, int n, int n_resamples, uint64_t seed, uint32_t stream,
                            km_estimate *out)
{
    if (n_resamples < 2)
        return KM_FAIL(KM_ERROR_VALUE, "a bootstrap needs at least 2 resamples, not %d",
                       n_resamples);
    out->value = n > 0 ? km_mean(x, n) : NAN;
    out->standard_error = out->low = out->high = NAN;
    if (n < 2)
        return KM_OK;
    double *mean;
    KM_NEW(mean, n_resamples);
    for (int k = 0; k < n_resamples; k++)
        mean[k] = resampled_mean(x, n, seed, ((uint64_t)stream << 32) + (uint64_t)k);
    qsort(mean, (size_t)n_resamples, sizeof *mean, compare_doubles);
    const double small = sqrt((double)n / (n - 1)); /* the sample's variance is too small by this */
    const double widen = small * km_t_factor(n - 1, KM_CONFIDENCE) /
                         km_t_factor(LARGEST_DEGREES_OF_FREEDOM, KM_CONFIDENCE);
    const double tail = 0.5 * (1.0 - KM_CONFIDENCE);
    out->low = out->value - widen * (out->value - quantile(mean, n_resamples, tail));
    out->high = out->value + widen * (quantile(mean, n_resamples, 1.0 - tail) - out->value);
    const double average = km_mean(mean, n_resamples);
    double square = 0.0;
    for (int k = 0; k < n_resamples; k++)
        square += (mean[k] - average) * (mean[k] - average);
    out->standard_error = small * sqrt(square / (n_resamples - 1));
    free(mean);
    return KM_OK;
}

/* Weighted centre of x and the sum of weighted squares about it. */
static km_status line_moments(const double *x, const double *weight, int n, double *total,
                              double *centre, double *square)
{
    *total = *centre = *square = 0.0;
    for (int k = 0; k < n; k++) {
        if (!(weight[k] > 0.0))
            return KM_FAIL(KM_ERROR_VALUE, "point %d of a straight-line fit has weight %g", k,
                           weight[k]);
        *total += weight[k];
        *centre += weight[k] * x[k];
    }
    if (n > 0)
        *centre /= *total;
    for (int k = 0; k < n; k++)
        *square += weight[k] * (x[k] - *centre) * (x[k] - *centre);
    if (n < 2 || !(*square > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "a straight line needs two different abscissae");
    return KM_OK;
}

km_status km_line_slope_coefficients(const double *x, const double *weight, int n,
                                     double *coefficient)
{
    double total, centre, square;
    KM_TRY(line_moments(x, weight, n, &total, &centre, &square));
    for (int k = 0; k < n; k++)
        coefficient[k] = weight[k] * (x[k] - centre) / square;
    return KM_OK;
}

km_status km_line_fit(const double *x, const double *y, const double *weight, int n, km_line *out)
{
    double total, centre, square;
    KM_TRY(line_moments(x, weight, n, &total, &centre, &square));
    double slope = 0.0, mean = 0.0;
    for (int k = 0; k < n; k++) {
        slope += weight[k] * (x[k] - centre) * y[k] / square;
        mean += weight[k] * y[k] / total;
    }
    out->slope = slope;
    out->intercept = mean - slope * centre;
    out->slope_error = sqrt(1.0 / square);
    out->intercept_error = sqrt(1.0 / total + centre * centre / square);
    return KM_OK;
}
