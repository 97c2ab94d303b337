/* SPDX-License-Identifier: MIT */
/* The kinetic energy of n degrees of freedom at temperature T has the gamma distribution of shape
 * n/2 and scale kT. Mean, variance and the whole distribution under every thermostat. */
#include "kernels/integrate/thermostat.h"
#include "tests/small_system.h"

#define KT (KM_GAS_CONSTANT * 300.0)
#define WATERS 8
#define SAMPLES 1500

static double samples[20000];

/* Fewer where each step is slow: what is asked of them widens with them. */
static int n_samples(const km_backend *backend)
{
    return backend_is_slow(backend) ? SAMPLES / 15 : SAMPLES;
}

static void gamma_numbers_have_their_distribution(void **state)
{
    (void)state;
    const double shape[] = {0.5, 1.0, 1.5, 4.0, 200.0};
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < 20000; i++)
            samples[i] = km_random_gamma(shape[k], 99, (uint64_t)i, 1, KM_RANDOM_THERMOSTAT);
        small_assert_gamma(samples, 20000, shape[k], 1.0);
    }
}

/* Given K before, eq. A7 makes K' = K alpha^2 = Kt (1-c)/n chi'^2, a non-central chi-square of n
 * degrees and non-centrality c n K / ((1-c) Kt): mean c K + (1-c) Kt, variance
 * 2 (1-c)^2 Kt^2 / n + 4 c (1-c) K Kt / n. With c = 0 it is the canonical distribution itself. */
static void one_rescaling_has_its_published_moments(void **state)
{
    (void)state;
    const int degrees[] = {1, 2, 3, 60};
    const int n = 20000;
    for (int k = 0; k < 4; k++) {
        const double target = 0.5 * degrees[k] * KT, kinetic = 1.7 * target, c = 0.6;
        double mean, variance;
        for (int i = 0; i < n; i++) {
            const double alpha = km_rescaling_factor(kinetic, KT, degrees[k], c, 5, i);
            samples[i] = alpha * alpha * kinetic;
        }
        small_moments(samples, n, &mean, &variance);
        const double expected =
            (2 * (1 - c) * (1 - c) * target * target + 4 * c * (1 - c) * kinetic * target) /
            degrees[k];
        assert_near(mean, c * kinetic + (1 - c) * target, 5 * sqrt(expected / n));
        /* excess kurtosis of a non-central chi-square is at most 12 / n */
        assert_near(variance, expected, 5 * expected * sqrt((2 + 12.0 / degrees[k]) / n));
        for (int i = 0; i < n; i++) {
            const double alpha = km_rescaling_factor(kinetic, KT, degrees[k], 0.0, 6, i);
            samples[i] = alpha * alpha * kinetic;
        }
        small_assert_gamma(samples, n, 0.5 * degrees[k], KT);
    }
}

/* Rigid waters whose oxygens sit in wells of different strength and repel each other: rotation,
 * translation and different frequencies mix. */
static small_system open_waters(const km_backend *backend, km_thermostat_kind kind)
{
    static double well[3 * WATERS], site[9 * WATERS];
    km_constraint_group group[WATERS];
    km_particles *p = small_waters(WATERS, 0.75, group);
    for (int i = 0; i < p->n; i++) {
        const km_vec3 x = small_get(p, p->position, i - i % 3);
        well[i] = i % 3 == 0 ? 1000.0 + 300.0 * i : 0.0;
        site[3 * i] = x.x + 0.01;
        site[3 * i + 1] = x.y;
        site[3 * i + 2] = x.z;
    }
    const km_integrator_spec spec = {
        .timestep = 0.002,
        .n_groups = WATERS,
        .group = group,
        .degrees_of_freedom = 6 * WATERS,
        .seed = 31,
        .thermostat = kind,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .thermostat_time = 0.05,
        .friction = 10.0,
        .thermostat_interval = 5,
    };
    small_system s =
        small_open(backend, p, spec, 1,
                   (small_forces){.well = well, .site = site, .height = 10.0, .width = 0.12});
    assert_ok(small_draw(&s, 300.0, 8));
    return s;
}

static void canonical_with_rigid_molecules(const km_backend *backend, km_thermostat_kind kind,
                                           int interval)
{
    small_system s = open_waters(backend, kind);
    const int n = n_samples(backend);
    const double start = small_measure(&s).conserved;
    int step = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < interval; k++)
            small_step(&s, ++step);
        samples[i] = small_measure(&s).kinetic;
    }
    small_assert_gamma(samples, n, 0.5 * 6 * WATERS, KT);
    /* what the thermostat gave is accounted over the whole run: less than 1 % of kT per degree */
    assert_near(small_measure(&s).conserved, start, 0.01 * 6 * WATERS * KT);
    small_close(&s);
}

static void rescaling_is_canonical(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    canonical_with_rigid_molecules(backend, KM_THERMOSTAT_RESCALING, 60);
}
static void nose_hoover_chain_is_canonical(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    canonical_with_rigid_molecules(backend, KM_THERMOSTAT_NOSE_HOOVER, 100);
}

/* Langevin acts on every atom: the kinetic energy of the centres and that of the rotation are each
 * canonical by themselves, and so is their sum. */
static void langevin_is_canonical_in_translation_and_rotation(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    static double rotation[SAMPLES], total[SAMPLES];
    small_system s = open_waters(backend, KM_THERMOSTAT_LANGEVIN);
    const int n = n_samples(backend);
    const double start = small_measure(&s).conserved;
    int step = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 75; k++)
            small_step(&s, ++step);
        double translation = 0.0;
        small_pull(&s);
        for (int m = 0; m < WATERS; m++) {
            km_vec3 momentum = {0, 0, 0};
            for (int k = 0; k < 3; k++)
                momentum =
                    km_vec3_add(momentum, km_vec3_scale(small_water_mass[k],
                                                        small_get(s.p, s.p->velocity, 3 * m + k)));
            translation += 0.5 * km_vec3_dot(momentum, momentum) / (15.9994 + 2 * 1.008);
        }
        samples[i] = translation;
        total[i] = small_measure(&s).kinetic;
        rotation[i] = total[i] - translation;
    }
    small_assert_gamma(samples, n, 1.5 * WATERS, KT);
    small_assert_gamma(rotation, n, 1.5 * WATERS, KT);
    small_assert_gamma(total, n, 3.0 * WATERS, KT);
    assert_near(small_measure(&s).conserved, start, 0.01 * 6 * WATERS * KT);
    small_close(&s);
}

/* Independent oscillators under Langevin: BAOAB samples positions of a harmonic well exactly at any
 * stable timestep (Leimkuhler & Matthews, doi:10.1093/amrx/abs010, section on the harmonic case),
 * so U has the gamma distribution too, even at omega dt = 1. */
static void langevin_is_exact_for_harmonic_positions(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    enum { N = 10 };
    const int n = backend_is_slow(backend) ? 300 : 5000;
    double mass[N], well[N], site[3 * N] = {0};
    for (int i = 0; i < N; i++) {
        mass[i] = 10.0;
        well[i] = 1000.0; /* omega = 10 / ps */
    }
    km_particles *p = small_particles(N, mass, NULL, km_box_orthorhombic(10, 10, 10));
    const km_integrator_spec spec = {.timestep = 0.1,
                                     .degrees_of_freedom = 3 * N,
                                     .seed = 3,
                                     .thermostat = KM_THERMOSTAT_LANGEVIN,
                                     .temperature = 300.0,
                                     .temperature_end = 300.0,
                                     .friction = 5.0};
    small_system s = small_open(backend, p, spec, 1, (small_forces){.well = well, .site = site});
    for (int step = 1; step <= 100; step++)
        small_step(&s, step);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 15; k++)
            small_step(&s, 101 + 15 * i + k);
        samples[i] = small_measure(&s).potential;
    }
    small_assert_gamma(samples, n, 1.5 * N, KT);
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest of_random_numbers[] = {
        cmocka_unit_test(gamma_numbers_have_their_distribution),
        cmocka_unit_test(one_rescaling_has_its_published_moments),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rescaling_is_canonical),
        cmocka_unit_test(nose_hoover_chain_is_canonical),
        cmocka_unit_test(langevin_is_canonical_in_translation_and_rotation),
        cmocka_unit_test(langevin_is_exact_for_harmonic_positions),
    };
    return cmocka_run_group_tests(of_random_numbers, NULL, NULL) +
           run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
