/* SPDX-License-Identifier: MIT */
/* Viscosity from a made pressure tensor whose parts are Ornstein-Uhlenbeck series: with variance
 * s^2 and correlation time tau, eta = V s^2 tau/(kB T). The 95 % interval must hold it in 95 +- 3 %
 * of 1,000 seeds; the correlator must agree with a direct sum. */
#include "host/analysis/viscosity.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

#define SEEDS 1000
#define VALUES 20000
#define INTERVAL 0.01 /* ps  */
#define TAU 0.1       /* ps  */
#define SPREAD 400.0  /* bar */
#define VOLUME 27.0   /* nm^3 */

/* One more value of the five independent parts, and the tensor they make. */
static void next_tensor(uint64_t seed, int k, double part[5], double tensor[KM_TENSOR])
{
    const double keep = exp(-INTERVAL / TAU), noise = k == 0 ? 1.0 : sqrt(1.0 - keep * keep);
    double normal[8];
    made_normal3(seed, k, 0, normal);
    made_normal3(seed, k, 1, normal + 4);
    for (int a = 0; a < 5; a++)
        part[a] = (k == 0 ? 0.0 : keep * part[a]) + noise * SPREAD * normal[a];
    const double d = part[3], e = part[4] / sqrt(3.0); /* any mean pressure drops out */
    tensor[0] = 1000.0 + d + e;
    tensor[1] = 1000.0 - d + e;
    tensor[2] = 1000.0 - 2.0 * e;
    for (int a = 0; a < 3; a++)
        tensor[3 + a] = part[a];
}

static void intervals_hold_the_viscosity(void **state)
{
    (void)state;
    /* the trapezium rule on a series of this interval: coth instead of 1/x, 0.08 % */
    const double truth =
        VOLUME * 1e-27 * SPREAD * SPREAD * 1e10 * TAU * 1e-12 / (KM_BOLTZMANN_SI * 300.0);
    int hits = 0;
    double sum = 0.0, width = 0.0;
#pragma omp parallel for schedule(dynamic, 8) reduction(+ : hits, sum, width)
    for (int seed = 0; seed < SEEDS; seed++) {
        double part[5] = {0.0}, tensor[KM_TENSOR];
        km_viscosity *v;
        km_green_kubo_result r;
        assert_ok(km_viscosity_create(&v));
        for (int k = 0; k < VALUES; k++) {
            next_tensor((uint64_t)seed, k, part, tensor);
            km_viscosity_add(v, tensor, VOLUME);
        }
        km_viscosity_compute(v, INTERVAL, 300.0, &r);
        assert_true(r.available);
        hits += r.value.low <= truth && truth <= r.value.high;
        sum += r.value.value / truth / SEEDS;
        width += 0.5 * (r.value.high - r.value.low) / truth / SEEDS;
        km_viscosity_destroy(v);
    }
    printf("covered %.1f %%, mean %.4f, half width %.3f\n", 100.0 * hits / SEEDS, sum, width);
    assert_in_range(hits, 920, 980);
    assert_near(sum, 1.0, 0.01);
}

static void the_correlator_is_the_direct_sum(void **state)
{
    (void)state;
    enum { N = 3000 };
    static double x[N];
    double sum[KM_CORRELATOR_LAGS] = {0.0}, count[KM_CORRELATOR_LAGS] = {0.0};
    static km_correlator c = {.n_channels = 1};
    for (int k = 0; k < N; k++) {
        double normal[4];
        made_normal3(3, k, 0, normal);
        x[k] = (k > 0 ? 0.99 * x[k - 1] : 0.0) + normal[0];
        const double value[KM_CORRELATOR_CHANNELS] = {x[k]};
        km_correlator_add(&c, value, sum, count);
    }
    for (int k = 0; k < 80; k++) {
        const int lag = (int)km_correlator_lag(k);
        int width = 1;
        while (lag / width >= KM_CORRELATOR_WINDOW)
            width *= 2;
        double direct = 0.0;
        int n = 0;
        for (int i = 0; (i + 1) * width + lag <= N; i++, n++) { /* means over width values */
            double a = 0.0, b = 0.0;
            for (int j = 0; j < width; j++) {
                a += x[i * width + j] / width;
                b += x[i * width + j + lag] / width;
            }
            direct += a * b;
        }
        assert_near(count[k], n, 0.0);
        assert_near(sum[k], direct, 1e-9 * fabs(direct) + 1e-9);
        assert_true(k == 0 || km_correlator_lag(k) > km_correlator_lag(k - 1));
    }
}

static void what_is_too_short_is_refused(void **state)
{
    (void)state;
    double part[5] = {0.0}, tensor[KM_TENSOR];
    km_viscosity *v;
    km_green_kubo_result r;
    assert_ok(km_viscosity_create(&v));
    km_viscosity_compute(v, INTERVAL, 300.0, &r);
    assert_false(r.available);
    assert_non_null(strstr(r.warning, "no viscosity: 0 values of the pressure"));
    for (int k = 0; k < 1200; k++) {
        next_tensor(1, k, part, tensor);
        for (int a = 3; a < KM_TENSOR; a++)
            tensor[a] = 500.0; /* never forgotten */
        tensor[0] = tensor[1] = tensor[2] = 0.0;
        km_viscosity_add(v, tensor, VOLUME);
    }
    km_viscosity_compute(v, INTERVAL, 300.0, &r);
    assert_false(r.available);
    assert_non_null(strstr(r.warning, "still correlated"));
    km_viscosity_destroy(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_correlator_is_the_direct_sum),
        cmocka_unit_test(intervals_hold_the_viscosity),
        cmocka_unit_test(what_is_too_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
