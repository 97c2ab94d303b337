/* SPDX-License-Identifier: MIT */
#include "host/build/charge_sum.h"

#include <math.h>

#include "kernels/base/units.h"

#define REACH                                                                                      \
    3.6 /* alpha x cutoff, and half of k / alpha at the largest k: exp(-REACH^2) = 2e-6            \
         */

static double real_space(const km_box *box, int n, const double *x, const double *q, double alpha)
{
    const double cutoff = REACH / alpha;
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            const km_vec3 d = km_box_minimum_image(box, km_vec3_make(x[3 * i] - x[3 * j],
                                                                     x[3 * i + 1] - x[3 * j + 1],
                                                                     x[3 * i + 2] - x[3 * j + 2]));
            const double r = km_vec3_norm(d);
            if (r < cutoff)
                sum += q[i] * q[j] * erfc(alpha * r) / r;
        }
    return sum;
}

static double structure_factor2(int n, const double *x, const double *q, km_vec3 k)
{
    double re = 0.0, im = 0.0;
    for (int i = 0; i < n; i++) {
        const double phase = k.x * x[3 * i] + k.y * x[3 * i + 1] + k.z * x[3 * i + 2];
        re += q[i] * cos(phase);
        im += q[i] * sin(phase);
    }
    return re * re + im * im;
}

/* k = 2 pi (h, k, l) times the inverse of the lower triangular cell; half of them, counted twice.
 */
static double wave_space(const km_box *box, int n, const double *x, const double *q, double alpha)
{
    const double most = 2.0 * REACH * alpha;
    const int limit[3] = {(int)(most * box->ax / (2 * KM_PI)),
                          (int)(most * hypot(box->bx, box->by) / (2 * KM_PI)),
                          (int)(most * hypot(hypot(box->cx, box->cy), box->cz) / (2 * KM_PI))};
    double sum = 0.0;
    for (int h = 0; h <= limit[0]; h++)
        for (int k = -limit[1]; k <= limit[1]; k++)
            for (int l = -limit[2]; l <= limit[2]; l++) {
                if (h == 0 && (k < 0 || (k == 0 && l <= 0)))
                    continue;
                km_vec3 wave = {2 * KM_PI * h / box->ax, 0.0, 0.0};
                wave.y = (2 * KM_PI * k - wave.x * box->bx) / box->by;
                wave.z = (2 * KM_PI * l - wave.x * box->cx - wave.y * box->cy) / box->cz;
                const double k2 = km_vec3_dot(wave, wave);
                if (k2 <= most * most)
                    sum += exp(-k2 / (4 * alpha * alpha)) / k2 * structure_factor2(n, x, q, wave);
            }
    return 4 * KM_PI / km_box_volume(box) * sum;
}

double km_charge_sum(const km_box *box, int n, const double *position, const double *charge)
{
    const km_vec3 height = km_box_heights(box);
    const double alpha = 2.0 * REACH / fmin(height.x, fmin(height.y, height.z));
    double self = 0.0, net = 0.0;
    for (int i = 0; i < n; i++) {
        self += charge[i] * charge[i];
        net += charge[i];
    }
    return KM_COULOMB_CONSTANT *
           (real_space(box, n, position, charge, alpha) +
            wave_space(box, n, position, charge, alpha) - alpha / sqrt(KM_PI) * self -
            KM_PI / (2 * km_box_volume(box) * alpha * alpha) * net * net);
}
