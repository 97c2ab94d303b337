/* SPDX-License-Identifier: MIT */
#include "host/analysis/design_effect.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_STEPS = 20, MOST_STEPS = 48, TOTAL = 3, PARTS };

/* Products of the displacements in steps k and l > k, along x, y, z and in space: their sums over
 * particles, and the sums of their squares. */
typedef struct products {
    int steps;
    double sum[PARTS][MOST_STEPS][MOST_STEPS];
    double square[PARTS][MOST_STEPS][MOST_STEPS];
} products;

/* step: 3 x MOST_STEPS displacements of one particle */
static void add_particle(products *p, double step[3][MOST_STEPS])
{
    for (int k = 0; k < p->steps; k++)
        for (int l = k + 2; l < p->steps; l++) {
            double total = 0.0;
            for (int a = 0; a < 3; a++) {
                const double x = step[a][k] * step[a][l];
                p->sum[a][k][l] += x;
                p->square[a][k][l] += x * x;
                total += x;
            }
            p->sum[TOTAL][k][l] += total;
            p->square[TOTAL][k][l] += total * total;
        }
}

/* The variance of the sums over the sum of the squares; pairs of steps equally far apart share a
 * mean. */
static double ratio(const products *p, int part, int n)
{
    double together = 0.0, alone = 0.0;
    for (int apart = 2; apart <= p->steps - 2; apart++) {
        const int pairs = p->steps - apart;
        double sum = 0.0, square = 0.0;
        for (int k = 0; k < pairs; k++) {
            const double x = p->sum[part][k][k + apart];
            sum += x;
            square += x * x;
            alone += p->square[part][k][k + apart];
        }
        together += (square - sum * sum / pairs) * pairs / (pairs - 1.0);
    }
    return alone > 0.0 ? fmin(fmax(together / alone, 1.0), n) : 1.0;
}

km_status km_design_effect_find(const km_displacements *d, const int *molecule, int n, int lag,
                                km_design_effect *out)
{
    *out = (km_design_effect){{1.0, 1.0, 1.0}, 1.0};
    const int longest = (d->n_frames - 1) / LEAST_STEPS, length = lag < longest ? lag : longest;
    if (length < 1 || n < 2)
        return KM_OK;
    products *p;
    double *path;
    const int most = (d->n_frames - 1) / length;
    KM_NEW(p, 1);
    KM_NEW(path, 3 * (size_t)d->n_frames);
    p->steps = most < MOST_STEPS ? most : MOST_STEPS;
    /* spread over the run */
    const double stride = (double)(d->n_frames - 1 - length) / (p->steps - 1);
    for (int i = 0; i < n; i++) {
        double step[3][MOST_STEPS];
        km_displacements_gather(d, molecule[i], path);
        for (int a = 0; a < 3; a++)
            for (int k = 0; k < p->steps; k++) {
                const double *x = path + (size_t)a * d->n_frames + (int)(k * stride);
                step[a][k] = x[length] - x[0];
            }
        add_particle(p, step);
    }
    for (int a = 0; a < 3; a++)
        out->axis[a] = ratio(p, a, n);
    out->total = ratio(p, TOTAL, n);
    free(p);
    free(path);
    return KM_OK;
}
