/* SPDX-License-Identifier: MIT */
#include "host/analysis/walk_regression.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define JITTER 0.25 /* c / s, in first lags */
#define NORMAL_975 1.959963984540054

int km_walk_lags(int from, int to, int lag[KM_WALK_LAGS])
{
    int n = 0;
    for (int k = 0; k < KM_WALK_LAGS; k++) {
        const int m = (int)(from * pow((double)to / from, k / (KM_WALK_LAGS - 1.0)) + 0.5);
        if (n == 0 || m > lag[n - 1])
            lag[n++] = m;
    }
    return n;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

static int greater(int a, int b)
{
    return a > b ? a : b;
}

/* Covariance of MSD(m) and MSD(n), both over all origins of n_frames, for unit s. */
static double covariance(int m, int n, int n_frames, double jitter)
{
    const double a = 0.5 * jitter;
    double sum = 0.0;
    for (int d = -n; d <= m; d++) { /* the second displacement starts d frames after the first */
        double shared = greater(0, lesser(m, d + n) - greater(0, d));
        shared += a * ((d == 0) + (d == m - n) - (d == m) - (d == -n));
        const int pairs = lesser(n_frames - m, n_frames - n - d) - greater(0, -d);
        if (pairs > 0)
            sum += pairs * shared * shared;
    }
    return 2.0 * sum / ((double)(n_frames - m) * (n_frames - n));
}

/* C = L L' in place (lower triangle); false where C is not positive definite. */
static bool factorise(double c[KM_WALK_LAGS][KM_WALK_LAGS], int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = c[i][j];
            for (int k = 0; k < j; k++)
                sum -= c[i][k] * c[j][k];
            if (i == j && !(sum > 1e-12 * c[i][i]))
                return false;
            c[i][j] = i == j ? sqrt(sum) : sum / c[j][j];
        }
    return true;
}

/* x = C^-1 b */
static void solve(double c[KM_WALK_LAGS][KM_WALK_LAGS], int n, const double *b, double *x)
{
    for (int i = 0; i < n; i++) {
        x[i] = b[i];
        for (int k = 0; k < i; k++)
            x[i] -= c[i][k] * x[k];
        x[i] /= c[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= c[k][i] * x[k];
        x[i] /= c[i][i];
    }
}

static double dot(const double *a, const double *b, int n)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

km_status km_walk_regression_make(const int *lag, int n, int n_frames, km_walk_regression *out)
{
    double c[KM_WALK_LAGS][KM_WALK_LAGS], one[KM_WALK_LAGS], x[KM_WALK_LAGS];
    double by_one[KM_WALK_LAGS], by_x[KM_WALK_LAGS];
    memset(out, 0, sizeof *out);
    const double jitter = JITTER * lag[0];
    if (n < 2 || n > KM_WALK_LAGS || lag[0] < 1 || lag[n - 1] >= n_frames)
        return KM_FAIL(KM_ERROR_VALUE, "a line through %d lags of %d frames cannot be fitted", n,
                       n_frames);
    for (int i = 0; i < n; i++) {
        one[i] = 1.0;
        x[i] = lag[i];
        for (int j = 0; j <= i; j++)
            c[i][j] = covariance(lag[i], lag[j], n_frames, jitter);
    }
    if (!factorise(c, n))
        return KM_FAIL(KM_ERROR_VALUE, "the lags of a fit are not independent");
    solve(c, n, one, by_one);
    solve(c, n, x, by_x);
    const double s11 = dot(one, by_one, n), s12 = dot(one, by_x, n), s22 = dot(x, by_x, n);
    const double determinant = s11 * s22 - s12 * s12;
    out->n = n;
    memcpy(out->lag, lag, (size_t)n * sizeof *lag);
    for (int k = 0; k < n; k++)
        out->weight[k] = (s11 * by_x[k] - s12 * by_one[k]) / determinant;
    out->degrees_of_freedom = 2.0 * determinant / s11; /* 2 / var(slope), slope = 1 */
    return KM_OK;
}

double km_walk_freedom(const int *lag, const double *weight, int n, int n_frames)
{
    double variance = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            variance += (i == j ? 1.0 : 2.0) * weight[i] * weight[j] *
                        covariance(lag[i], lag[j], n_frames, JITTER * lag[0]);
    return 2.0 / variance;
}

double km_walk_slope(const km_walk_regression *r, const double *msd)
{
    double sum = 0.0;
    for (int k = 0; k < r->n; k++)
        sum += r->weight[k] * msd[r->lag[k]];
    return sum;
}

static double chi_square(double f, double normal)
{
    const double h = 2.0 / (9.0 * f), root = 1.0 - h + normal * sqrt(h);
    return f * root * root * root;
}

km_estimate km_chi_square_estimate(double value, double f)
{
    km_estimate out = {value, NAN, NAN, NAN};
    if (!(f > 0.0) || !(value > 0.0))
        return out;
    out.standard_error = value * sqrt(2.0 / f);
    const double least = chi_square(f, -NORMAL_975);
    out.low = value * f / chi_square(f, NORMAL_975);
    out.high = least > 0.0 ? value * f / least : INFINITY;
    return out;
}
