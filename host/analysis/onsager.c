/* SPDX-License-Identifier: MIT */
#include "host/analysis/onsager.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/random.h"

#define IONS KM_ONSAGER_IONS

typedef double square[IONS][IONS];

/* Lower triangle g with a = g g'; false where a is not positive definite. */
static bool cholesky(const square a, int n, square g)
{
    memset(g, 0, sizeof(square));
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= g[i][k] * g[j][k];
            if (i == j && !(sum > 1e-9 * a[i][i]))
                return false;
            g[i][j] = i == j ? sqrt(sum) : sum / g[j][j];
        }
    return true;
}

bool km_onsager_drawable(const km_onsager *l)
{
    square g;
    return l->n > 0 && l->degrees_of_freedom > l->n + 1.0 && cholesky(l->matrix, l->n, g);
}

/* Random numbers of one draw, one after the other. */
typedef struct stream {
    uint64_t seed, step;
    uint32_t count;
    double normal[4];
} stream;

static double draw_normal(stream *s)
{
    const uint32_t k = s->count++ % 4;
    if (k == 0)
        km_random_normal4(km_random_bits(s->seed, s->step, s->count, KM_RANDOM_ANALYSIS),
                          s->normal);
    return s->normal[k];
}

/* chi^2 with f >= 2 degrees of freedom: Marsaglia & Tsang, doi:10.1145/358407.358414. */
static double draw_chi_square(stream *s, double f)
{
    const double d = 0.5 * f - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        const double x = draw_normal(s), root = 1.0 + c * x, v = root * root * root;
        const double u = 0.5 * erfc(-draw_normal(s) / sqrt(2.0)); /* uniform */
        if (v > 0.0 && log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return 2.0 * d * v;
    }
}

/* l = f g (a a')^-1 g' with a a' a Wishart matrix about the unit matrix. */
static void draw_matrix(const square g, int n, double f, stream *s, square l)
{
    square a = {{0}}, b = {{0}}; /* b = g a'^-1: columns from the last */
    for (int i = 0; i < n; i++) {
        a[i][i] = sqrt(draw_chi_square(s, f - i));
        for (int j = 0; j < i; j++)
            a[i][j] = draw_normal(s);
    }
    for (int r = 0; r < n; r++) /* a b' = g' */
        for (int i = 0; i < n; i++) {
            b[r][i] = g[r][i];
            for (int k = 0; k < i; k++)
                b[r][i] -= a[i][k] * b[r][k];
            b[r][i] /= a[i][i];
        }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            l[i][j] = 0.0;
            for (int k = 0; k < n; k++)
                l[i][j] += f * b[i][k] * b[j][k];
        }
}

km_status km_onsager_estimate(const km_onsager *l, const km_estimate *other,
                              km_onsager_function function, const void *self, uint64_t seed,
                              uint32_t number, km_estimate *out)
{
    square g;
    double *value;
    *out = (km_estimate){function(l, other != NULL ? other->value : 0.0, self), NAN, NAN, NAN};
    if (l->n == 0 || l->degrees_of_freedom <= l->n + 1.0 || !cholesky(l->matrix, l->n, g))
        return KM_OK;
    KM_NEW(value, KM_ONSAGER_DRAWS);
    km_onsager draw = {.n = l->n, .degrees_of_freedom = l->degrees_of_freedom};
    for (int k = 0; k < KM_ONSAGER_DRAWS; k++) {
        stream s = {.seed = seed, .step = ((uint64_t)number << 32) + (uint64_t)k};
        draw_matrix(g, l->n, l->degrees_of_freedom, &s, draw.matrix);
        const double shift =
            other != NULL ? other->value + draw_normal(&s) * other->standard_error : 0.0;
        value[k] = function(&draw, shift, self);
    }
    km_draws_summarise(value, KM_ONSAGER_DRAWS, out);
    free(value);
    return KM_OK;
}
