/* SPDX-License-Identifier: MIT */
#include "tests/slab_oracle.h"

#include <math.h>

#include "kernels/base/units.h"

#define CONVERGED 6.0 /* erfc(6) = 2e-17 */

/* Images in the plane closer than CONVERGED / alpha. */
static double real_pair(const charged_system *s, double alpha, int i, int j)
{
    const double *x = &s->position[3 * i], *y = &s->position[3 * j];
    const km_box *h = &s->box;
    const double cutoff = CONVERGED / alpha;
    const double height = h->ax * h->by / hypot(h->bx, h->by);
    const int range_b = (int)(cutoff / h->by) + 2;
    const int range_a = (int)(cutoff / height + fabs(h->bx) / h->ax * range_b) + 2;
    double sum = 0.0;
    for (int u = -range_a; u <= range_a; u++)
        for (int v = -range_b; v <= range_b; v++) {
            if (i == j && u == 0 && v == 0)
                continue;
            /* the start may lie several cells away from the other: taken to the first cell */
            const double dy = x[1] - y[1], wrap_b = round(dy / h->by);
            const double dx = x[0] - y[0] - wrap_b * h->bx, wrap_a = round(dx / h->ax);
            const double ex = dx + (u - wrap_a) * h->ax + v * h->bx;
            const double ey = dy + (v - wrap_b) * h->by, ez = x[2] - y[2];
            const double r = sqrt(ex * ex + ey * ey + ez * ez);
            if (r < cutoff)
                sum += erfc(alpha * r) / r;
        }
    return sum;
}

/* exp(k z) erfc(k / (2 alpha) + alpha z) without overflow where z is large. */
static double folded(double k, double alpha, double z)
{
    const double argument = 0.5 * k / alpha + alpha * z;
    if (argument > 0.0 && k * z > 500.0)
        return 0.0;
    return exp(k * z) * erfc(argument);
}

/* Waves of the plane; also the one of length zero. */
static double wave_pair(const charged_system *s, double alpha, int i, int j)
{
    const double *x = &s->position[3 * i], *y = &s->position[3 * j];
    const km_box *h = &s->box;
    const double dx = x[0] - y[0], dy = x[1] - y[1], z = x[2] - y[2];
    const double largest = 2.0 * alpha * CONVERGED, area = h->ax * h->by;
    const int range_a = (int)(largest * h->ax / (2.0 * KM_PI)) + 1;
    const int range_b = (int)(largest * hypot(h->bx, h->by) / (2.0 * KM_PI)) + 1;
    double sum = 0.0;
    for (int u = -range_a; u <= range_a; u++)
        for (int v = -range_b; v <= range_b; v++) {
            const double kx = 2.0 * KM_PI * u / h->ax;
            const double ky = (2.0 * KM_PI * v - kx * h->bx) / h->by;
            const double k = hypot(kx, ky);
            if ((u == 0 && v == 0) || k > largest)
                continue;
            sum += cos(kx * dx + ky * dy) / k * (folded(k, alpha, z) + folded(k, alpha, -z));
        }
    const double flat = z * erf(alpha * z) + exp(-alpha * alpha * z * z) / (alpha * sqrt(KM_PI));
    return KM_PI / area * (sum - 2.0 * flat);
}

double slab_energy_2d(const charged_system *s, double alpha)
{
    double energy = 0.0;
    for (int i = 0; i < s->n; i++) {
        energy -= alpha / sqrt(KM_PI) * s->charge[i] * s->charge[i];
        for (int j = 0; j <= i; j++)
            energy += (i == j ? 0.5 : 1.0) * s->charge[i] * s->charge[j] *
                      (real_pair(s, alpha, i, j) + wave_pair(s, alpha, i, j));
    }
    return KM_COULOMB_CONSTANT * energy;
}

/* What depends on one atom, by the five-point formula. */
km_vec3 slab_force_2d(charged_system *s, double alpha, int atom)
{
    const double h = 2e-4, at[4] = {-2.0, -1.0, 1.0, 2.0};
    double force[3];
    for (int c = 0; c < 3; c++) {
        double *x = &s->position[3 * atom + c], u[4];
        const double here = *x;
        for (int m = 0; m < 4; m++) {
            *x = here + at[m] * h;
            u[m] = 0.0;
            for (int j = 0; j < s->n; j++)
                if (j != atom)
                    u[m] += s->charge[atom] * s->charge[j] *
                            (real_pair(s, alpha, atom, j) + wave_pair(s, alpha, atom, j));
        }
        *x = here;
        force[c] = -KM_COULOMB_CONSTANT * (u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h);
    }
    return km_vec3_make(force[0], force[1], force[2]);
}
