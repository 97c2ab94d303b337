/* SPDX-License-Identifier: MIT */
#include "host/analysis/layer_kind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define LEAST_SURVIVAL 0.05 /*     of the longest lag of a fit                   */
#define LEAST_LAGS 3        /*     of a fit                                      */
#define BETA_TOLERANCE 0.1
#define OUT 0.05     /* nm  behind the minimum: gone, by stable states     */
#define PSI_FROM 0.8 /*     of its first value: from there on <psi psi> is fitted */
#define PSI_TO 0.1
#define WALL_SHIFT 0.5826 /* zeta(1/2)/sqrt(2 pi)                                  */
#define FLATNESS 0.05     /* of all molecules: the halves differ by a tenth         */
#define A_PER_NM (1.0 / KM_NM_PER_ANGSTROM)

/* Everything one kind needs; released in one place. */
typedef struct work {
    double *distance, *x, *y;       /* nm  n_frames */
    double *psi;                    /*     n_frames */
    double half[KM_LAYERS_MOST][2]; /* frames in the lower and upper half of a layer */
    bool *start, *gone;             /*     n_frames */
    int *count;                     /*     n_frames + 1 */
    km_survival layer[KM_LAYERS_MOST], stay[2];
} work;

static void clear(work *w)
{
    free(w->distance);
    free(w->x);
    free(w->y);
    free(w->psi);
    free(w->start);
    free(w->gone);
    free(w->count);
    for (int k = 0; k < KM_LAYERS_MOST; k++)
        km_survival_clear(&w->layer[k]);
    for (int k = 0; k < 2; k++)
        km_survival_clear(&w->stay[k]);
}

static km_status allocate(const km_layer_kind *job, work *w)
{
    const int n = job->paths->n_frames;
    KM_NEW(w->distance, n);
    KM_NEW(w->x, n);
    KM_NEW(w->y, n);
    KM_NEW(w->psi, n);
    KM_NEW(w->start, n);
    KM_NEW(w->gone, n);
    KM_NEW(w->count, n + 1);
    for (int k = 0; k < job->n_layers; k++)
        KM_TRY(km_survival_create(job->n, n / 5, &w->layer[k]));
    for (int k = 0; k < 2; k++)
        KM_TRY(km_survival_create(job->n, n / 2, &w->stay[k]));
    return KM_OK;
}

/* Absences of at most so many frames are forgiven. */
static void forgive(bool *in, int n, int frames)
{
    int last = -1;
    for (int t = 0; t < n; t++) {
        if (!in[t])
            continue;
        for (int k = last + 1; last >= 0 && t - last - 1 <= frames && k < t; k++)
            in[k] = true;
        last = t;
    }
}

static void add_molecule(const km_layer_kind *job, int i, bool residence, work *w)
{
    const int n = job->paths->n_frames;
    km_surface_paths_gather(job->paths, job->molecule[i], w->distance, w->x, w->y);
    km_survival_path path = {w->start, w->gone, w->x, w->y, w->psi, n};
    for (int k = 0; k < job->n_layers; k++) {
        const double low = job->edge[k], width = job->edge[k + 1] - low;
        path.psi = isfinite(width) ? w->psi : NULL;
        for (int t = 0; t < n; t++) {
            const double place = (w->distance[t] - low) / width;
            w->start[t] = w->distance[t] >= low && w->distance[t] < job->edge[k + 1];
            w->gone[t] = !w->start[t];
            w->psi[t] = w->start[t] && path.psi != NULL ? sin(KM_PI * place) : 0.0;
            w->half[k][place > 0.5] += w->start[t];
        }
        km_survival_add(&w->layer[k], i, &path, w->count);
    }
    if (!residence)
        return;
    const double in = job->bounds.found ? job->bounds.peak : job->bounds.minimum;
    for (int t = 0; t < n; t++) {
        w->start[t] = w->distance[t] <= in;
        w->gone[t] = w->distance[t] > job->bounds.minimum + OUT;
    }
    path.x = path.y = path.psi = NULL;
    km_survival_add(&w->stay[0], i, &path, w->count);
    for (int t = 0; t < n; t++)
        w->start[t] = w->distance[t] < job->bounds.minimum;
    forgive(w->start, n, (int)(KM_LAYERS_TOLERANCE / job->paths->interval + 1e-6));
    for (int t = 0; t < n; t++)
        w->gone[t] = !w->start[t];
    km_survival_add(&w->stay[1], i, &path, w->count);
}

/* ---- diffusion ---- */

static double mean_square(const km_survival *s, const double *total, int l)
{
    const double alive = total[s->n_lags + l];
    return alive > 0.0 ? 0.5 * (total[2 * s->n_lags + l] + total[3 * s->n_lags + l]) / alive : NAN;
}

static km_status keep_survival(const km_survival *s, double interval, km_layer_result *out)
{
    const double *total = km_survival_total(s, -1);
    KM_NEW(out->lag, s->n_lags);
    KM_NEW(out->alive, s->n_lags);
    KM_NEW(out->msd, s->n_lags);
    out->n_lags = s->n_lags;
    for (int l = 0; l < s->n_lags; l++) {
        out->lag[l] = s->lag[l] * interval;
        out->alive[l] = km_survival_left(s, total, l);
        out->msd[l] = mean_square(s, total, l) * A_PER_NM * A_PER_NM;
    }
    return KM_OK;
}

static km_status fit_layer(const km_survival *s, double interval, km_layer_result *out)
{
    const double *total = km_survival_total(s, -1);
    km_survival_window w = {.first = 1, .last = 0};
    while (w.last + 1 < s->n_lags && km_survival_left(s, total, w.last + 1) >= LEAST_SURVIVAL)
        w.last++;
    while (w.first < w.last && 4 * s->lag[w.first] < s->lag[w.last])
        w.first++;
    if (w.last - w.first + 1 < LEAST_LAGS) {
        snprintf(out->note, sizeof out->note,
                 out->molecules > 0.0
                     ? "too few stay for more than %d frames: a thin layer, or frames too far apart"
                     : "no molecules",
                 s->lag[w.last]);
        return KM_OK;
    }
    out->fit_from = s->lag[w.first] * interval;
    out->fit_to = s->lag[w.last] * interval;
    out->survival = km_survival_left(s, total, w.last);
    km_estimate beta;
    KM_TRY(km_survival_jackknife(s, km_survival_exponent, &w, &beta));
    out->beta = beta.value;
    out->beta_error = beta.standard_error;
    out->diffusive =
        !(fabs(beta.value - 1.0) > BETA_TOLERANCE && (beta.low > 1.0 || beta.high < 1.0));
    if (!out->diffusive)
        snprintf(out->note, sizeof out->note, "apparent: not diffusive, beta is %.2f ± %.2f",
                 beta.value, beta.standard_error);
    for (int axis = 0; axis < 3; axis++) {
        km_estimate *d = &out->diffusion[w.axis = axis];
        KM_TRY(km_survival_jackknife(s, km_survival_diffusion, &w, d));
        const double unit = KM_M2_S_PER_NM2_PS / interval;
        *d =
            (km_estimate){d->value * unit, d->standard_error * unit, d->low * unit, d->high * unit};
    }
    out->available = isfinite(out->diffusion[2].value);
    return KM_OK;
}

/* ---- perpendicular diffusion ---- */

/* The D in nm^2 per frame whose decay over a width is the rate, walls seen at frames only. */
static double decay_to_diffusion(double rate, double width)
{
    double d = rate * width * width / (KM_PI * KM_PI);
    for (int k = 0; k < 100 && d > 0.0; k++) {
        const double effective = width + 2.0 * WALL_SHIFT * sqrt(2.0 * d);
        d = rate * effective * effective / (KM_PI * KM_PI);
        if (!(effective < 2.0 * width)) /* frames too far apart to see a molecule cross */
            return NAN;
    }
    return d;
}

static km_status fit_perpendicular(const km_survival *s, double width, const double half[2],
                                   double interval, km_layer_result *out)
{
    const double *total = km_survival_total(s, -1), *pp = total + 4 * s->n_lags;
    km_survival_window w = {.first = 1};
    if (!isfinite(width) || !(pp[0] > 0.0))
        return KM_OK;
    const double begun = pp[0] / total[0];
    while (w.last + 1 < s->n_lags && pp[w.last + 1] / total[w.last + 1] >= PSI_TO * begun)
        w.last++;
    while (w.first < w.last && pp[w.first] / total[w.first] > PSI_FROM * begun)
        w.first++;
    if (w.last - w.first + 1 < LEAST_LAGS)
        return KM_OK;
    km_estimate e;
    KM_TRY(km_survival_jackknife(s, km_survival_decay, &w, &e));
    const double unit = KM_M2_S_PER_NM2_PS / interval;
    const double d = decay_to_diffusion(e.value, width);
    out->perpendicular = (km_estimate){d * unit, d / e.value * e.standard_error * unit,
                                       e.low > 0.0 ? decay_to_diffusion(e.low, width) * unit : 0.0,
                                       decay_to_diffusion(e.high, width) * unit};
    out->perpendicular_available = isfinite(d);
    out->flat = fabs(half[1] - half[0]) < FLATNESS * (half[0] + half[1]);
    return KM_OK;
}

/* ---- residence ---- */

static km_status fit_residence(const km_survival *s, double interval, int which,
                               km_residence_result *out)
{
    const double *total = km_survival_total(s, -1);
    for (int l = 0; l < s->n_lags; l++)
        out->correlation[which][l] = km_survival_left(s, total, l);
    km_survival_time time;
    KM_TRY(km_survival_times(s, interval, &time));
    out->available[which] = time.available;
    out->integral[which] = time.integral;
    out->fit[which] = time.fit;
    out->fit_from[which] = time.fit_from;
    out->fit_to[which] = time.fit_to;
    out->left[which] = time.left;
    return KM_OK;
}

static km_status read_residence(const km_layer_kind *job, const work *w, km_residence_result *out)
{
    const km_survival *s = &w->stay[0];
    const double interval = job->paths->interval;
    out->n_lags = s->n_lags;
    out->peak = (job->bounds.found ? job->bounds.peak : job->bounds.minimum) * A_PER_NM;
    out->minimum = job->bounds.minimum * A_PER_NM;
    out->out = (job->bounds.minimum + OUT) * A_PER_NM;
    KM_NEW(out->lag, s->n_lags);
    for (int l = 0; l < s->n_lags; l++)
        out->lag[l] = s->lag[l] * interval;
    for (int which = 0; which < 2; which++) {
        KM_NEW(out->correlation[which], s->n_lags);
        KM_TRY(fit_residence(&w->stay[which], interval, which, out));
    }
    if (!out->available[0] || !out->available[1])
        snprintf(out->note, sizeof out->note,
                 out->molecules > 0.0 ? "no time: too few leave within half the run, or all do "
                                        "between frames"
                                      : "no molecules in the layer");
    else if (out->left[0] > 0.5)
        snprintf(out->note, sizeof out->note,
                 "%.0f %% are still there after half the run: the time is extrapolated",
                 100.0 * out->left[0]);
    return KM_OK;
}

static km_status analyse(const km_layer_kind *job, work *w, km_layer_result *layer,
                         km_residence_result *residence)
{
    const double frames = job->paths->n_frames, interval = job->paths->interval;
    KM_TRY(allocate(job, w));
    for (int i = 0; i < job->n; i++)
        add_molecule(job, i, residence != NULL, w);
    for (int k = 0; k < job->n_layers; k++) {
        layer[k].from = job->edge[k] * A_PER_NM;
        layer[k].to = job->edge[k + 1] * A_PER_NM;
        layer[k].molecules = km_survival_total(&w->layer[k], -1)[0] / frames;
        KM_TRY(keep_survival(&w->layer[k], interval, &layer[k]));
        KM_TRY(fit_layer(&w->layer[k], interval, &layer[k]));
        KM_TRY(fit_perpendicular(&w->layer[k], job->edge[k + 1] - job->edge[k], w->half[k],
                                 interval, &layer[k]));
    }
    if (residence == NULL)
        return KM_OK;
    residence->molecules = layer[0].molecules;
    return read_residence(job, w, residence);
}

km_status km_layer_kind_analyse(const km_layer_kind *job, km_layer_result *layer,
                                km_residence_result *residence)
{
    work w = {0};
    const km_status status = analyse(job, &w, layer, residence);
    clear(&w);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}
