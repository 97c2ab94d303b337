/* SPDX-License-Identifier: MIT */
#include "host/analysis/layer_bounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/statistics.h"

#define BIN 0.01         /* nm                                       */
#define SMOOTHING 0.02   /* nm  standard deviation of the Gaussian   */
#define GROUPS 10        /*     of molecules                         */
#define REACH 0.5        /* nm  from the first molecule to the peak, from there to the minimum */
#define LEAST_CHANGE 0.2 /*     of the density far from the surface  */
#define NOISE 4.0        /*     standard errors                      */

/* Density over distance: smoothed, in molecules per frame and bin. */
typedef struct curve {
    int n;
    double start;         /* nm  lower edge of bin 0  */
    double *group;        /*     GROUPS x n           */
    double *mean, *error; /*     n                    */
    double far;           /*     mean beyond half the largest distance */
} curve;

static void clear(curve *c)
{
    free(c->group);
    free(c->mean);
    free(c->error);
}

static void smooth(double *x, int n, double *room)
{
    const int reach = (int)(4.0 * SMOOTHING / BIN);
    memcpy(room, x, (size_t)n * sizeof *x);
    for (int k = 0; k < n; k++) {
        double sum = 0.0, total = 0.0;
        for (int j = -reach; j <= reach; j++) {
            const double weight = exp(-0.5 * pow(j * BIN / SMOOTHING, 2));
            total += weight; /* nothing lies outside */
            sum += k + j >= 0 && k + j < n ? weight * room[k + j] : 0.0;
        }
        x[k] = sum / total;
    }
}

static void read_means(curve *c)
{
    int far = 0;
    for (int k = 0; k < c->n; k++) {
        double value[GROUPS];
        for (int b = 0; b < GROUPS; b++)
            value[b] = c->group[(size_t)b * (size_t)c->n + (size_t)k];
        c->mean[k] = km_mean(value, GROUPS);
        c->error[k] = km_standard_error(value, GROUPS);
        const double distance = c->start + (k + 0.5) * BIN;
        if (distance > 0.5 * (c->start + c->n * BIN)) {
            c->far += c->mean[k];
            far++;
        }
    }
    c->far /= far > 0 ? far : 1;
    /* variances go with the density; their ratio over all bins is less noisy than that of ten
     * groups */
    double square = 0.0, total = 0.0;
    for (int k = 0; k < c->n; k++) {
        square += c->error[k] * c->error[k];
        total += c->mean[k];
    }
    for (int k = 0; k < c->n && total > 0.0; k++)
        c->error[k] = sqrt(square / total * c->mean[k]);
}

static km_status fill(const km_surface_paths *paths, const int *molecule, int n, double *distance,
                      km_layer_bounds *bounds, curve *c)
{
    bounds->nearest = INFINITY;
    bounds->farthest = -INFINITY;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < n; i++) {
            km_surface_paths_gather(paths, molecule[i], distance, NULL, NULL);
            for (int t = 0; t < paths->n_frames && pass == 0; t++) {
                bounds->nearest = fmin(bounds->nearest, distance[t]);
                bounds->farthest = fmax(bounds->farthest, distance[t]);
            }
            for (int t = 0; t < paths->n_frames && pass == 1; t++) {
                const int k = (int)((distance[t] - c->start) / BIN);
                c->group[(size_t)(i % GROUPS) * (size_t)c->n + (size_t)k] += 1.0 / paths->n_frames;
            }
        }
        if (pass == 1)
            break;
        c->start = bounds->nearest - 4.0 * SMOOTHING;
        c->n = (int)((bounds->farthest - c->start) / BIN) + 1;
        KM_NEW(c->group, GROUPS * (size_t)c->n);
        KM_NEW(c->mean, c->n);
        KM_NEW(c->error, c->n);
    }
    return KM_OK;
}

/* The highest place within reach of the first molecule, if it is a peak; -1 = none. */
static int find_peak(const curve *c, int first)
{
    const int reach = (int)(REACH / BIN);
    int top = first;
    for (int k = first; k < c->n && k <= first + reach; k++)
        if (c->mean[k] > c->mean[top])
            top = k;
    const double least = fmax(LEAST_CHANGE * c->far, NOISE * c->error[top]);
    return c->mean[top] > c->far + least ? top : -1;
}

/* From the surface outwards. */
static void look(const curve *c, km_layer_bounds *bounds)
{
    const int reach = (int)(REACH / BIN);
    const int top = find_peak(c, (int)((bounds->nearest - c->start) / BIN));
    if (top < 0)
        return;
    const double fall = fmax(LEAST_CHANGE * c->far, NOISE * c->error[top]);
    int low = top;
    for (int k = top; k < c->n && low <= top + reach; k++) {
        if (c->mean[k] < c->mean[low])
            low = k;
        const double rise = fmax(LEAST_CHANGE * c->far, NOISE * c->error[low]);
        if (c->mean[low] > c->mean[top] - fall || c->mean[k] < c->mean[low] + rise)
            continue;
        int last = low; /* the middle of a stretch without molecules */
        while (last + 1 < k && c->mean[last + 1] <= c->mean[low])
            last++;
        bounds->found = true;
        bounds->peak = c->start + (top + 0.5) * BIN;
        bounds->minimum = c->start + (0.5 * (low + last) + 0.5) * BIN;
        return;
    }
}

km_status km_layer_bounds_find(const km_surface_paths *paths, const int *molecule, int n,
                               km_layer_bounds *out)
{
    double *distance, *room = NULL;
    curve c = {0};
    memset(out, 0, sizeof *out);
    if (n < GROUPS)
        return KM_OK;
    KM_NEW(distance, paths->n_frames);
    km_status status = fill(paths, molecule, n, distance, out, &c);
    if (status == KM_OK)
        status = km_allocate((void **)&room, (size_t)c.n, sizeof *room);
    if (status == KM_OK) {
        for (int b = 0; b < GROUPS; b++)
            smooth(c.group + (size_t)b * (size_t)c.n, c.n, room);
        read_means(&c);
        look(&c, out);
    }
    free(room);
    free(distance);
    clear(&c);
    return status;
}
