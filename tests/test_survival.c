/* SPDX-License-Identifier: MIT */
/* Who stays: counts against plain loops, time constants of a Markov chain. */
#include <math.h>

#include "host/analysis/survival.h"
#include "tests/made_trajectory.h"

static double uniform(uint64_t seed, int step, int particle)
{
    const km_random4 bits =
        km_random_bits(seed, (uint64_t)step, (uint32_t)particle, KM_RANDOM_BUILD);
    return km_random_uniform(bits.v[0]);
}

/* Three states: start, neither, gone; every pair of frames looked at. */
static void counts_are_those_of_plain_loops(void **state)
{
    (void)state;
    enum { N = 80, MOLECULES = 3, LONGEST = 40 };
    km_survival s;
    assert_ok(km_survival_create(MOLECULES, LONGEST, &s));
    double begun[LONGEST + 1] = {0}, alive[LONGEST + 1] = {0}, xx[LONGEST + 1] = {0},
                           yy[LONGEST + 1] = {0}, pp[LONGEST + 1] = {0};
    for (int m = 0; m < MOLECULES; m++) {
        bool start[N], gone[N];
        double x[N], y[N];
        int count[N + 1];
        for (int t = 0; t < N; t++) {
            const double u = uniform(5, t, m);
            start[t] = u < 0.6;
            gone[t] = u > 0.92;
            x[t] = uniform(6, t, m), y[t] = uniform(7, t, m);
        }
        const km_survival_path path = {start, gone, x, y, y, N};
        km_survival_add(&s, m, &path, count);
        for (int lag = 0; lag <= LONGEST; lag++)
            for (int t = 0; t + lag < N; t++) {
                bool there = start[t];
                for (int k = t; k <= t + lag; k++)
                    there = there && !gone[k];
                begun[lag] += start[t];
                alive[lag] += there;
                xx[lag] += there ? pow(x[t + lag] - x[t], 2) : 0.0;
                yy[lag] += there ? pow(y[t + lag] - y[t], 2) : 0.0;
                pp[lag] += there ? y[t] * y[t + lag] : 0.0;
            }
    }
    const double *total = km_survival_total(&s, -1);
    assert_int_equal(s.lag[s.n_lags - 1] <= LONGEST, 1);
    for (int l = 0; l < s.n_lags; l++) {
        assert_near(total[l], begun[s.lag[l]], 1e-12);
        assert_near(total[s.n_lags + l], alive[s.lag[l]], 1e-12);
        assert_near(total[2 * s.n_lags + l], xx[s.lag[l]], 1e-9);
        assert_near(total[3 * s.n_lags + l], yy[s.lag[l]], 1e-9);
        assert_near(total[4 * s.n_lags + l], pp[s.lag[l]], 1e-9);
    }
    km_survival_clear(&s);
}

/* Two states with a planted rate of leaving: fit and integral hold -1/ln(1 - k) in 95 % of 400
 * runs. */
static void a_markov_chain_has_its_residence_time(void **state)
{
    (void)state;
    enum { N = 1200, MOLECULES = 40, SEEDS = 400 };
    const double leave = 1.0 / 30.0, come = 1.0 / 60.0, tau = -1.0 / log(1.0 - leave);
    static bool in[N], out[N];
    static int count[N + 1];
    int held[2] = {0, 0};
    double bias[2] = {0.0, 0.0};
    for (int seed = 0; seed < SEEDS; seed++) {
        km_survival s;
        assert_ok(km_survival_create(MOLECULES, 100, &s));
        for (int m = 0; m < MOLECULES; m++) {
            in[0] = m % 3 == 0;
            for (int t = 1; t < N; t++) {
                const double u = uniform(1000 + (uint64_t)seed, t, m);
                in[t] = in[t - 1] ? u > leave : u < come;
            }
            for (int t = 0; t < N; t++)
                out[t] = !in[t];
            const km_survival_path path = {in, out, NULL, NULL, NULL, N};
            km_survival_add(&s, m, &path, count);
        }
        const km_survival_window w = {.first = 1, .last = s.n_lags - 1};
        km_estimate e[2];
        assert_ok(km_survival_jackknife(&s, km_survival_fit, &w, &e[0]));
        assert_ok(km_survival_jackknife(&s, km_survival_integral, &w, &e[1]));
        for (int k = 0; k < 2; k++) {
            held[k] += e[k].low < tau && tau < e[k].high;
            bias[k] += (e[k].value / tau - 1.0) / SEEDS;
        }
        km_survival_clear(&s);
    }
    print_message("held %d and %d of %d; mean deviation %.4f and %.4f\n", held[0], held[1], SEEDS,
                  bias[0], bias[1]);
    for (int k = 0; k < 2; k++) {
        assert_near(held[k] / (double)SEEDS, 0.95, 4.0 * sqrt(0.95 * 0.05 / SEEDS));
        assert_near(bias[k], 0.0, 0.02);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_plain_loops),
        cmocka_unit_test(a_markov_chain_has_its_residence_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
