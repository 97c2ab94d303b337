/* SPDX-License-Identifier: MIT */
#include "tests/ewald_oracle.h"

#include <complex.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "kernels/base/units.h"

#define C_COULOMB KM_COULOMB_CONSTANT
#define CONVERGED 5.9 /* exp(-5.9^2) = 8e-16 */

static km_vec3 position_of(const charged_system *s, int i)
{
    return km_vec3_make(s->position[3 * i], s->position[3 * i + 1], s->position[3 * i + 2]);
}

static bool excluded(const charged_system *s, int i, int j)
{
    return s->molecule != NULL && s->molecule[i] == s->molecule[j];
}

/* Nearest image by trying all neighbours of the rounded one. */
static km_vec3 nearest(const km_box *box, km_vec3 d)
{
    const km_vec3 first = km_box_minimum_image(box, d);
    km_vec3 best = first;
    for (int m = 0; m < 27; m++) {
        const km_vec3 shift = km_box_image_shift(box, m % 3 - 1, m / 3 % 3 - 1, m / 9 - 1);
        const km_vec3 other = km_vec3_add(first, shift);
        if (km_vec3_dot(other, other) < km_vec3_dot(best, best))
            best = other;
    }
    return best;
}

/* Adds a pair at r_i - r_j = d: energy u, force on i = f_over_r d, both times weight. */
static void add_pair(ewald_part *part, int i, int j, km_vec3 d, double u, double f_over_r,
                     double weight)
{
    const double x[3] = {d.x, d.y, d.z};
    const int a[KM_TENSOR] = {0, 1, 2, 0, 0, 1}, b[KM_TENSOR] = {0, 1, 2, 1, 2, 2};
    part->energy += weight * u;
    for (int t = 0; t < KM_TENSOR; t++)
        part->virial[t] -= 0.5 * weight * f_over_r * x[a[t]] * x[b[t]];
    for (int c = 0; part->force != NULL && c < 3; c++) {
        part->force[3 * i + c] += weight * f_over_r * x[c];
        part->force[3 * j + c] -= weight * f_over_r * x[c];
    }
}

static void real_pair(const charged_system *s, double alpha, double cutoff, int i, int j,
                      ewald_part *part)
{
    const km_vec3 h = km_box_heights(&s->box);
    const km_vec3 d = nearest(&s->box, km_vec3_sub(position_of(s, i), position_of(s, j)));
    const km_vec3 f = km_box_to_fractional(&s->box, d);
    const int range[3] = {(int)(cutoff / h.x + fabs(f.x)), (int)(cutoff / h.y + fabs(f.y)),
                          (int)(cutoff / h.z + fabs(f.z))};
    const double qq = C_COULOMB * s->charge[i] * s->charge[j];
    for (int u = -range[0]; u <= range[0]; u++)
        for (int v = -range[1]; v <= range[1]; v++)
            for (int w = -range[2]; w <= range[2]; w++) {
                const bool home = u == 0 && v == 0 && w == 0;
                if (home && (i == j || excluded(s, i, j)))
                    continue;
                const km_vec3 e = km_vec3_add(d, km_box_image_shift(&s->box, u, v, w));
                const double r = km_vec3_norm(e);
                if (r >= cutoff)
                    continue;
                const double energy = qq * erfc(alpha * r) / r;
                const double gauss = qq * 2.0 * alpha / sqrt(KM_PI) * exp(-alpha * alpha * r * r);
                add_pair(part, i, j, e, energy, (energy + gauss) / (r * r), i == j ? 0.5 : 1.0);
            }
}

void ewald_real(const charged_system *s, double alpha, double cutoff, ewald_part *part)
{
    for (int i = 0; i < s->n; i++)
        for (int j = i; j < s->n; j++)
            real_pair(s, alpha, cutoff, i, j, part);
}

void ewald_excluded(const charged_system *s, double alpha, ewald_part *part)
{
    for (int i = 0; i < s->n; i++)
        for (int j = i + 1; j < s->n; j++) {
            if (!excluded(s, i, j))
                continue;
            const km_vec3 d = nearest(&s->box, km_vec3_sub(position_of(s, i), position_of(s, j)));
            const double r = km_vec3_norm(d), qq = -C_COULOMB * s->charge[i] * s->charge[j];
            const double energy = qq * erf(alpha * r) / r;
            const double gauss = qq * 2.0 * alpha / sqrt(KM_PI) * exp(-alpha * alpha * r * r);
            add_pair(part, i, j, d, energy, (energy - gauss) / (r * r), 1.0);
        }
}

/* exp(2 pi i m s) for m = -most ... most and every fractional coordinate s of one axis. */
typedef struct wave_table {
    int most;
    double complex *wave; /* (2 most + 1) x n */
} wave_table;

static wave_table wave_table_of(const charged_system *s, int axis, int most)
{
    wave_table t = {most, malloc((size_t)(2 * most + 1) * (size_t)s->n * sizeof *t.wave)};
    for (int i = 0; t.wave != NULL && i < s->n; i++) {
        const km_vec3 f = km_box_to_fractional(&s->box, position_of(s, i));
        const double at[3] = {f.x, f.y, f.z};
        for (int m = -most; m <= most; m++)
            t.wave[(m + most) * s->n + i] = cexp(2.0 * KM_PI * I * m * at[axis]);
    }
    return t;
}

static const double complex *waves_of(const wave_table *t, int m, int n)
{
    return t->wave + (size_t)(m + t->most) * (size_t)n;
}

/* q exp(i k r) of all atoms for one wave vector, and its sum. */
static double complex structure_factor(const charged_system *s, const wave_table table[3], int u,
                                       int v, int w, double complex *phase)
{
    const double complex *x = waves_of(&table[0], u, s->n), *y = waves_of(&table[1], v, s->n),
                         *z = waves_of(&table[2], w, s->n);
    double complex sum = 0.0;
    for (int i = 0; i < s->n; i++) {
        phase[i] = s->charge[i] * (x[i] * y[i] * z[i]);
        sum += phase[i];
    }
    return sum;
}

/* Adds k and -k, whose structure factor is sum. */
static void add_wave(const charged_system *s, double alpha, km_vec3 k, double complex sum,
                     const double complex *phase, ewald_part *part)
{
    const double k2 = km_vec3_dot(k, k), decay = 1.0 / (4.0 * alpha * alpha);
    const double g = 4.0 * KM_PI * C_COULOMB / km_box_volume(&s->box) * exp(-k2 * decay) / k2;
    const double energy = g * (creal(sum) * creal(sum) + cimag(sum) * cimag(sum));
    const double x[3] = {k.x, k.y, k.z};
    const int a[KM_TENSOR] = {0, 1, 2, 0, 0, 1}, b[KM_TENSOR] = {0, 1, 2, 1, 2, 2};
    part->energy += energy;
    for (int t = 0; t < KM_TENSOR; t++)
        part->virial[t] -=
            0.5 * energy * ((t < 3 ? 1.0 : 0.0) - 2.0 * (1.0 / k2 + decay) * x[a[t]] * x[b[t]]);
    for (int i = 0; part->force != NULL && i < s->n; i++) {
        const double strength = 2.0 * g * cimag(phase[i] * conj(sum));
        for (int c = 0; c < 3; c++)
            part->force[3 * i + c] += strength * x[c];
    }
}

/* Largest index along a lattice vector of a wave vector below k_max. */
static int largest_index(double lattice_vector_length, double k_max, int index_max)
{
    const int range = (int)ceil(k_max * lattice_vector_length / (2.0 * KM_PI));
    return range < index_max ? range : index_max;
}

void ewald_reciprocal(const charged_system *s, double alpha, double k2_max, int index_max,
                      ewald_part *part)
{
    const km_box *h = &s->box;
    const double k_max = sqrt(k2_max), two_pi = 2.0 * KM_PI;
    const int mu = largest_index(h->ax, k_max, index_max);
    const int mv = largest_index(hypot(h->bx, h->by), k_max, index_max);
    const int mw =
        largest_index(sqrt(h->cx * h->cx + h->cy * h->cy + h->cz * h->cz), k_max, index_max);
    wave_table table[3] = {wave_table_of(s, 0, mu), wave_table_of(s, 1, mv),
                           wave_table_of(s, 2, mw)};
    double complex *phase = malloc((size_t)s->n * sizeof *phase);
    if (phase == NULL || table[0].wave == NULL || table[1].wave == NULL || table[2].wave == NULL)
        abort();
    for (int u = 0; u <= mu; u++)
        for (int v = u > 0 ? -mv : 0; v <= mv; v++)
            for (int w = u > 0 || v > 0 ? -mw : 1; w <= mw; w++) {
                /* k . a = 2 pi u, k . b = 2 pi v, k . c = 2 pi w, solved from above */
                km_vec3 k;
                k.x = two_pi * u / h->ax;
                k.y = (two_pi * v - k.x * h->bx) / h->by;
                k.z = (two_pi * w - k.x * h->cx - k.y * h->cy) / h->cz;
                if (km_vec3_dot(k, k) < k2_max)
                    add_wave(s, alpha, k, structure_factor(s, table, u, v, w, phase), phase, part);
            }
    free(phase);
    for (int axis = 0; axis < 3; axis++)
        free(table[axis].wave);
}

void ewald_self(const charged_system *s, double alpha, ewald_part *part)
{
    for (int i = 0; i < s->n; i++)
        part->energy -= C_COULOMB * alpha / sqrt(KM_PI) * s->charge[i] * s->charge[i];
}

void ewald_background(const charged_system *s, double alpha, ewald_part *part)
{
    double total = 0.0;
    for (int i = 0; i < s->n; i++)
        total += s->charge[i];
    const double energy =
        -KM_PI * C_COULOMB * total * total / (2.0 * km_box_volume(&s->box) * alpha * alpha);
    part->energy += energy;
    for (int t = 0; t < 3; t++)
        part->virial[t] -= 0.5 * energy; /* the energy goes as 1/V */
}

void ewald_mesh_part(const charged_system *s, double alpha, ewald_part *part)
{
    const double k_max = 2.0 * alpha * CONVERGED;
    ewald_reciprocal(s, alpha, k_max * k_max, INT_MAX, part);
    ewald_self(s, alpha, part);
    ewald_background(s, alpha, part);
}

void ewald_converged(const charged_system *s, double alpha, ewald_part *part)
{
    ewald_real(s, alpha, CONVERGED / alpha, part);
    ewald_excluded(s, alpha, part);
    ewald_mesh_part(s, alpha, part);
}
