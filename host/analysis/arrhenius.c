/* SPDX-License-Identifier: MIT */
#include "host/analysis/arrhenius.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/base/units.h"

#define SURE 1000 /* degrees of freedom of an error that is known */

/* The points that can be used, as a straight line sees them. */
typedef struct line_points {
    int n;
    double *x, *y, *error; /* 1/T (1/K), ln X, standard error of ln X    */
    double *weight, *coefficient, *variance;
    int *freedom; /* degrees of freedom of each error                    */
    double scale; /* of all errors                                       */
    int scale_freedom;
} line_points;

/* Degrees of freedom whose Student factor makes this interval from this error. */
static int freedom_of(const km_estimate *e)
{
    const double factor = 0.5 * (e->high - e->low) / e->standard_error;
    int few = 1, many = SURE;
    if (!(factor > km_t_factor(SURE, KM_CONFIDENCE)))
        return SURE;
    while (many - few > 1) {
        const int middle = (few + many) / 2;
        if (km_t_factor(middle, KM_CONFIDENCE) > factor)
            few = middle;
        else
            many = middle;
    }
    return few;
}

static km_status take_points(const km_arrhenius_point *point, int n, line_points *p)
{
    double *room;
    KM_NEW(room, 6 * (size_t)n + 1);
    double **const part[] = {&p->x, &p->y, &p->error, &p->weight, &p->coefficient, &p->variance};
    for (int k = 0; k < 6; k++)
        *part[k] = room + (size_t)k * (size_t)n;
    KM_NEW(p->freedom, n + 1);
    for (int k = 0; k < n; k++) {
        const km_estimate *e = &point[k].value;
        if (!(e->value > 0.0 && e->standard_error > 0.0 && point[k].temperature > 0.0))
            continue;
        p->x[p->n] = 1.0 / point[k].temperature;
        p->y[p->n] = log(e->value);
        p->error[p->n] = e->standard_error / e->value;
        p->weight[p->n] = 1.0 / (p->error[p->n] * p->error[p->n]);
        p->freedom[p->n++] = freedom_of(e);
    }
    return KM_OK;
}

static bool one_temperature(const line_points *p)
{
    for (int k = 1; k < p->n; k++)
        if (fabs(p->x[k] / p->x[0] - 1.0) > 1e-9)
            return false;
    return true;
}

/* What chi^2 of that many degrees of freedom exceeds with probability KM_ARRHENIUS_IMPROBABLE:
 * Wilson & Hilferty, doi:10.1073/pnas.17.12.684. */
static double improbable_chi_squared(int freedom)
{
    const double normal = km_t_factor(SURE, 1.0 - 2.0 * KM_ARRHENIUS_IMPROBABLE);
    const double part = 2.0 / (9.0 * freedom);
    return freedom * pow(1.0 - part + normal * sqrt(part), 3.0);
}

static void test_straightness(line_points *p, km_arrhenius *out)
{
    p->scale = 1.0;
    for (int k = 0; k < p->n; k++) {
        const double off = p->y[k] - out->intercept - out->slope * p->x[k];
        out->chi_squared += p->weight[k] * off * off;
    }
    const int freedom = p->n - 2;
    if (freedom < 1 || out->chi_squared < improbable_chi_squared(freedom))
        return;
    out->enlarged = true;
    p->scale = sqrt(out->chi_squared / freedom);
    p->scale_freedom = freedom;
    snprintf(out->note, sizeof out->note,
             "the points lie off the straight line by more than their errors allow (chi^2 = %.3g "
             "for %d degrees of freedom): errors enlarged by %.2g; the mechanism may change with "
             "temperature, or the errors be too small",
             out->chi_squared, freedom, p->scale);
}

/* The share of each point in the fit, its leverage, decides how much weights that are only
 * estimated cost. */
static double cost_of_weights(const line_points *p, double total, double centre, double square)
{
    double sum = 0.0;
    for (int k = 0; k < p->n; k++) {
        const double share =
            p->weight[k] / total + p->weight[k] * (p->x[k] - centre) * (p->x[k] - centre) / square;
        sum += share * fmax(0.0, 1.0 - share) / p->freedom[k];
    }
    return 1.0 + 4.0 * sum;
}

/* sum_k c_k ln X_k with its error and interval. */
static km_estimate combine(const line_points *p, double cost)
{
    km_estimate e = {0};
    double variance = 0.0, square = 0.0;
    for (int k = 0; k < p->n; k++) {
        const double part = p->coefficient[k] * p->error[k];
        e.value += p->coefficient[k] * p->y[k];
        variance += part * part;
        square += part * part * part * part / p->freedom[k];
    }
    const int freedom =
        p->scale_freedom > 0 ? p->scale_freedom : (int)(variance * variance / square);
    e.standard_error = p->scale * sqrt(cost * variance);
    const double half = km_t_factor(freedom, KM_CONFIDENCE) * e.standard_error;
    e.low = e.value - half;
    e.high = e.value + half;
    return e;
}

static km_estimate exponential(const km_estimate *logarithm)
{
    const double value = exp(logarithm->value);
    return (km_estimate){.value = value,
                         .standard_error = value * logarithm->standard_error,
                         .low = exp(logarithm->low),
                         .high = exp(logarithm->high)};
}

static km_estimate negative(const km_estimate *e, double factor)
{
    return (km_estimate){.value = -factor * e->value,
                         .standard_error = factor * e->standard_error,
                         .low = -factor * e->high,
                         .high = -factor * e->low};
}

/* The fit at 1/T = x, or its slope where x is NAN. */
static km_status evaluate(line_points *p, double x, km_estimate *out)
{
    double total = 0.0, centre = 0.0, square = 0.0;
    for (int k = 0; k < p->n; k++)
        total += p->weight[k];
    for (int k = 0; k < p->n; k++)
        centre += p->weight[k] * p->x[k] / total;
    for (int k = 0; k < p->n; k++)
        square += p->weight[k] * (p->x[k] - centre) * (p->x[k] - centre);
    KM_TRY(km_line_slope_coefficients(p->x, p->weight, p->n, p->coefficient));
    for (int k = 0; k < p->n && isfinite(x); k++)
        p->coefficient[k] = p->weight[k] / total + (x - centre) * p->coefficient[k];
    *out = combine(p, cost_of_weights(p, total, centre, square));
    return KM_OK;
}

static km_status fit(line_points *p, km_arrhenius *out)
{
    km_line line;
    km_estimate slope, at_infinity, at_temperature;
    KM_TRY(km_line_fit(p->x, p->y, p->weight, p->n, &line));
    out->slope = line.slope;
    out->intercept = line.intercept;
    test_straightness(p, out);
    KM_TRY(evaluate(p, NAN, &slope));
    KM_TRY(evaluate(p, 0.0, &at_infinity));
    KM_TRY(evaluate(p, 1.0 / out->temperature, &at_temperature));
    out->energy = negative(&slope, KM_GAS_CONSTANT);
    out->prefactor = exponential(&at_infinity);
    out->extrapolated = exponential(&at_temperature);
    out->available = true;
    return KM_OK;
}

km_status km_arrhenius_compute(const km_arrhenius_point *point, int n, double temperature,
                               km_arrhenius *out)
{
    line_points p = {0};
    *out = (km_arrhenius){.temperature = temperature};
    km_status status = take_points(point, n, &p);
    out->n_points = p.n;
    if (status == KM_OK && (p.n < 2 || one_temperature(&p)))
        snprintf(out->note, sizeof out->note,
                 "an activation energy needs two temperatures with a value that has an error; "
                 "there %s %d",
                 p.n == 1 ? "is" : "are", p.n);
    else if (status == KM_OK)
        status = fit(&p, out);
    free(p.x);
    free(p.freedom);
    return status;
}
