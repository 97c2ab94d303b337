/* SPDX-License-Identifier: MIT */
#include "host/analysis/survival.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DENSE 16        /* lags that are all there   */
#define GROWTH 1.1      /* from one to the next then */
#define LEAST_LEFT 0.05 /* of the longest lag of a fit */
#define LEAST_LAGS 3    /* of a fit                    */

km_status km_survival_create(int n_molecules, int longest, km_survival *s)
{
    memset(s, 0, sizeof *s);
    s->n_groups = n_molecules < KM_SURVIVAL_GROUPS ? n_molecules : KM_SURVIVAL_GROUPS;
    KM_NEW(s->lag, longest + 1);
    for (int lag = 0; lag <= longest;) {
        s->lag[s->n_lags++] = lag;
        const int next = (int)(lag * GROWTH);
        lag = lag < DENSE || next == lag ? lag + 1 : next;
    }
    const size_t n = (size_t)s->n_groups * (size_t)s->n_lags;
    KM_NEW(s->begun, n);
    KM_NEW(s->alive, n);
    KM_NEW(s->xx, n);
    KM_NEW(s->yy, n);
    KM_NEW(s->pp, n);
    KM_NEW(s->total, 5 * (size_t)s->n_lags);
    return KM_OK;
}

void km_survival_clear(km_survival *s)
{
    free(s->lag);
    free(s->begun);
    free(s->alive);
    free(s->xx);
    free(s->yy);
    free(s->pp);
    free(s->total);
    memset(s, 0, sizeof *s);
}

/* Origins from `from` on that survive until the last frame before `until`. */
static void add_episode(km_survival *s, size_t at, const km_survival_path *p, const int *count,
                        int from, int until)
{
    for (int l = 0; l < s->n_lags && s->lag[l] < until - from; l++) {
        const int m = s->lag[l];
        double xx = 0.0, yy = 0.0, pp = 0.0;
        s->alive[at + (size_t)l] += count[until - m] - count[from];
        for (int t = from; t + m < until && p->x != NULL; t++) {
            if (!p->start[t])
                continue;
            xx += (p->x[t + m] - p->x[t]) * (p->x[t + m] - p->x[t]);
            yy += (p->y[t + m] - p->y[t]) * (p->y[t + m] - p->y[t]);
        }
        for (int t = from; t + m < until && p->psi != NULL; t++)
            pp += p->start[t] ? p->psi[t] * p->psi[t + m] : 0.0;
        s->xx[at + (size_t)l] += xx;
        s->yy[at + (size_t)l] += yy;
        s->pp[at + (size_t)l] += pp;
    }
}

void km_survival_add(km_survival *s, int molecule, const km_survival_path *p, int *count)
{
    const size_t at = (size_t)(molecule % s->n_groups) * (size_t)s->n_lags;
    count[0] = 0;
    for (int t = 0; t < p->n; t++)
        count[t + 1] = count[t] + p->start[t];
    for (int l = 0; l < s->n_lags && s->lag[l] < p->n; l++)
        s->begun[at + (size_t)l] += count[p->n - s->lag[l]];
    for (int from = 0; from < p->n;) {
        if (!p->start[from]) {
            from++;
            continue;
        }
        int until = from + 1;
        while (until < p->n && !p->gone[until])
            until++;
        add_episode(s, at, p, count, from, until);
        from = until;
    }
}

const double *km_survival_total(const km_survival *s, int without)
{
    const double *part[5] = {s->begun, s->alive, s->xx, s->yy, s->pp};
    memset(s->total, 0, 5 * (size_t)s->n_lags * sizeof *s->total);
    for (int q = 0; q < 5; q++)
        for (int g = 0; g < s->n_groups; g++)
            for (int l = 0; l < s->n_lags && g != without; l++)
                s->total[q * s->n_lags + l] += part[q][(size_t)g * (size_t)s->n_lags + (size_t)l];
    return s->total;
}

/* Standard error from the values without one group each. */
static double spread(const double *value, int n)
{
    const double mean = km_mean(value, n);
    double square = 0.0;
    for (int g = 0; g < n; g++)
        square += (value[g] - mean) * (value[g] - mean);
    return sqrt(square * (n - 1) / n);
}

km_status km_survival_jackknife(const km_survival *s, km_survival_estimator *f, const void *self,
                                km_estimate *out)
{
    double value[KM_SURVIVAL_GROUPS], logarithm[KM_SURVIVAL_GROUPS];
    const int n = s->n_groups;
    *out = (km_estimate){f(s, km_survival_total(s, -1), self), NAN, NAN, NAN};
    bool positive = out->value > 0.0;
    for (int g = 0; g < n && n > 1; g++) {
        value[g] = f(s, km_survival_total(s, g), self);
        positive = positive && value[g] > 0.0;
        logarithm[g] = positive ? log(value[g]) : 0.0;
    }
    if (n < 2)
        return KM_OK;
    out->standard_error = spread(value, n);
    const double t = km_t_factor(n - 1, KM_CONFIDENCE);
    const double factor = positive ? exp(t * spread(logarithm, n)) : 1.0;
    const double half = positive ? 0.0 : t * out->standard_error;
    out->low = out->value / factor - half;
    out->high = out->value * factor + half;
    return KM_OK;
}

/* Slope and intercept at the mean of a weighted straight line through what `ordinate` gives. */
typedef struct sums {
    double weight, x, y, xx, xy;
} sums;

static void add_point(sums *a, double x, double y, double weight)
{
    a->weight += weight;
    a->x += weight * x;
    a->y += weight * y;
    a->xx += weight * x * x;
    a->xy += weight * x * y;
}

static double slope(const sums *a)
{
    return (a->weight * a->xy - a->x * a->y) / (a->weight * a->xx - a->x * a->x);
}

double km_survival_diffusion(const km_survival *s, const double *total, const void *self)
{
    const km_survival_window *w = self;
    const double *alive = total + s->n_lags, *xx = total + 2 * s->n_lags,
                 *yy = total + 3 * s->n_lags;
    sums a = {0};
    for (int l = w->first; l <= w->last; l++) {
        const double square = w->axis == 0 ? xx[l] : w->axis == 1 ? yy[l] : 0.5 * (xx[l] + yy[l]);
        const double m = s->lag[l];
        /* the variance of a mean square grows with its square and falls with the observations that
         * do not overlap, about alive/m */
        if (alive[l] > 0.0)
            add_point(&a, m, square / alive[l], alive[l] / (m * m * m));
    }
    return 0.5 * slope(&a);
}

double km_survival_exponent(const km_survival *s, const double *total, const void *self)
{
    const km_survival_window *w = self;
    const double *alive = total + s->n_lags, *xx = total + 2 * s->n_lags,
                 *yy = total + 3 * s->n_lags;
    sums a = {0};
    for (int l = w->first; l <= w->last; l++)
        if (alive[l] > 0.0 && xx[l] + yy[l] > 0.0)
            add_point(&a, log(s->lag[l]), log((xx[l] + yy[l]) / alive[l]), alive[l] / s->lag[l]);
    return slope(&a);
}

double km_survival_fit(const km_survival *s, const double *total, const void *self)
{
    const km_survival_window *w = self;
    const double *begun = total, *alive = total + s->n_lags;
    sums a = {0};
    for (int l = w->first; l <= w->last; l++)
        if (alive[l] > 0.0 && alive[l] < begun[l])
            add_point(&a, s->lag[l], log(alive[l] / begun[l]), alive[l] / (begun[l] - alive[l]));
    return -1.0 / slope(&a);
}

double km_survival_decay(const km_survival *s, const double *total, const void *self)
{
    const km_survival_window *w = self;
    const double *begun = total, *alive = total + s->n_lags, *pp = total + 4 * s->n_lags;
    sums a = {0};
    for (int l = w->first; l <= w->last; l++)
        if (pp[l] > 0.0)
            add_point(&a, s->lag[l], log(pp[l] / begun[l]), alive[l]);
    return -slope(&a);
}

double km_survival_integral(const km_survival *s, const double *total, const void *self)
{
    const km_survival_window *w = self;
    const double *begun = total, *alive = total + s->n_lags;
    double sum = 0.0, before = 1.0;
    for (int l = 1; l <= w->last; l++) {
        const double now = begun[l] > 0.0 ? alive[l] / begun[l] : 0.0;
        const double step = s->lag[l] - s->lag[l - 1];
        /* exponential in between: exact for a single time constant, whatever the lags */
        sum += now > 0.0 && now < before ? step * (before - now) / log(before / now)
                                         : 0.5 * step * (before + now);
        before = now;
    }
    return sum + before * km_survival_fit(s, total, self);
}

double km_survival_left(const km_survival *s, const double *total, int l)
{
    return total[l] > 0.0 ? total[s->n_lags + l] / total[l] : 0.0;
}

static km_estimate scaled(km_estimate e, double unit)
{
    return (km_estimate){e.value * unit, e.standard_error * unit, e.low * unit, e.high * unit};
}

km_status km_survival_times(const km_survival *s, double interval, km_survival_time *out)
{
    const double *total = km_survival_total(s, -1);
    km_survival_window w = {.first = 1};
    memset(out, 0, sizeof *out);
    while (w.last + 1 < s->n_lags && km_survival_left(s, total, w.last + 1) >= LEAST_LEFT)
        w.last++;
    const double low = km_survival_left(s, total, w.last);
    const double high = low < 0.25 ? 0.5 : sqrt(low);
    while (w.first < w.last && km_survival_left(s, total, w.first) > high)
        w.first++;
    out->left = low;
    if (total[0] == 0.0 || low >= 1.0 || w.last - w.first + 1 < LEAST_LAGS)
        return KM_OK;
    out->fit_from = s->lag[w.first] * interval;
    out->fit_to = s->lag[w.last] * interval;
    KM_TRY(km_survival_jackknife(s, km_survival_integral, &w, &out->integral));
    KM_TRY(km_survival_jackknife(s, km_survival_fit, &w, &out->fit));
    out->available =
        isfinite(out->integral.value) && isfinite(out->fit.value) && out->fit.value > 0.0;
    out->integral = scaled(out->integral, interval);
    out->fit = scaled(out->fit, interval);
    return KM_OK;
}
