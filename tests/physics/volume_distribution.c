/* SPDX-License-Identifier: MIT */
/* At constant pressure and temperature N molecules without forces have P(V) ~ V^N exp(-P V / kT):
 * the gamma distribution of shape N + 1 and scale kT / P, mean (N + 1) kT / P. With the total
 * momentum held at zero one power of V is missing. Mean, variance and the whole distribution. */
#include "tests/small_system.h"

#define KT (KM_GAS_CONSTANT * 300.0)
#define N 12
#define PRESSURE ((N + 1) * KT / 27.0) /* so that they have 27 nm^3 on average */
#define SAMPLES 600
/* Steps between samples: two relaxation times of the volume, so that neighbours are correlated by
 * 0.14 and 600 count as 450. dt / tau = 0.02 shifts the mean by about 1 %, a fifth of what is
 * allowed; one molecule more or less shifts it by 8 %. */
#define EVERY 100

static double samples[SAMPLES];

/* Fewer where each step is slow: what is asked of them widens with them. */
static int n_samples(const km_backend *backend)
{
    return backend_is_slow(backend) ? SAMPLES / 30 : SAMPLES;
}

static km_integrator_spec spec_at(km_barostat_kind kind, uint64_t seed)
{
    const km_integrator_spec spec = {
        .timestep = 0.01,
        .seed = seed,
        .thermostat = KM_THERMOSTAT_LANGEVIN,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .friction = 20.0,
        .barostat = kind,
        .pressure = PRESSURE,
        .barostat_time = 0.5,
        .compressibility = 1.0 / PRESSURE, /* of the ideal gas: tau is the relaxation time */
        .barostat_interval = 1,
    };
    return spec;
}

/* Returns how many. */
static int sample_volumes(small_system *s)
{
    const int n = n_samples(s->backend);
    int step = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < EVERY; k++)
            small_step(s, ++step);
        samples[i] = km_box_volume(&s->p->box); /* pulled after each rescaling */
    }
    return n;
}

static void check_atoms(const km_backend *backend, km_barostat_kind kind, uint64_t seed,
                        bool at_rest)
{
    double mass[N];
    for (int i = 0; i < N; i++)
        mass[i] = 10.0 + i;
    km_particles *p = small_particles(N, mass, NULL, km_box_orthorhombic(3, 3, 3));
    for (int i = 0; i < N; i++)
        small_set(p, p->position, i, km_vec3_make(0.3 * i, 0.2 * i, 3.0 - 0.1 * i));
    km_integrator_spec spec = spec_at(kind, seed);
    spec.degrees_of_freedom = 3 * N - (at_rest ? 3 : 0);
    spec.drift_removal_interval = at_rest ? 1 : 0;
    small_system s = small_open(backend, p, spec, 1, (small_forces){0});
    const int n = sample_volumes(&s);
    if (kind == KM_BAROSTAT_Z_ONLY)
        assert_true(p->box.ax == 3.0 && p->box.by == 3.0);
    small_close(&s);
    small_assert_gamma(samples, n, at_rest ? N : N + 1, KT / PRESSURE);
}

static void isotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_atoms(backend, KM_BAROSTAT_ISOTROPIC, 18, false);
}
static void semi_isotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_atoms(backend, KM_BAROSTAT_SEMI_ISOTROPIC, 19, false);
}
static void z_only(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_atoms(backend, KM_BAROSTAT_Z_ONLY, 20, false);
}
static void without_total_momentum(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_atoms(backend, KM_BAROSTAT_ISOTROPIC, 21, true);
}

/* N rigid diatomics in a cell of 27 nm^3. */
static km_particles *diatomics(km_constraint_group group[N])
{
    double mass[2 * N];
    int molecule[2 * N];
    for (int i = 0; i < 2 * N; i++) {
        mass[i] = i % 2 == 0 ? 12.0 : 4.0;
        molecule[i] = i / 2;
    }
    km_particles *p = small_particles(2 * N, mass, molecule, km_box_orthorhombic(3, 3, 3));
    for (int m = 0; m < N; m++) {
        const km_vec3 r = km_vec3_make(0.1 * m, 1.0 + 0.05 * m, 2.0 - 0.07 * m);
        group[m] = small_star(2 * m, 1);
        small_set(p, p->position, 2 * m, r);
        small_set(p, p->position, 2 * m + 1, km_vec3_add(r, km_vec3_make(0, 0.109, 0)));
    }
    return p;
}

/* Each counts once: rotation and shape must not enter. */
static void molecules_count_once(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group group[N];
    km_particles *p = diatomics(group);
    km_integrator_spec spec = spec_at(KM_BAROSTAT_ISOTROPIC, 22);
    spec.degrees_of_freedom = 5 * N;
    spec.n_groups = N;
    spec.group = group;
    small_system s = small_open(backend, p, spec, 1, (small_forces){0});
    const int n = sample_volumes(&s);
    assert_true(small_measure(&s).constraint_residual <= 1e-9);
    assert_int_equal(p->fault, 0);
    small_close(&s);
    small_assert_gamma(samples, n, N + 1, KT / PRESSURE);
}

/* A crystal whose sites move with the cell, in a cell with an elastic energy of its own:
 *     U = sum_m (k/2) |x_m - L s_m|^2 + (a/2) (V - V0)^2
 * where x_m is the first atom of molecule m. The integrals over centres and momenta do not depend
 * on V, so V is Gaussian: mean V0 - P0 / a, variance kT / a. Kinetic and virial part of the
 * pressure cancel only when both are right. Virial: W_cc = sum k (x - L s)_c^2 / 2 + V a (V - V0)
 * / 2. */
#define ELASTIC 10.0     /* a   kJ/mol/nm^6  */
#define ELASTIC_AT 30.0  /* V0  nm^3         */
#define ELASTIC_K 1500.0 /* k   kJ/mol/nm^2  */

static void compute_crystal(const void *self, km_particles *p)
{
    const km_vec3 *site = (const km_vec3 *)self;
    const double volume = km_box_volume(&p->box), stretch = volume - ELASTIC_AT;
    double energy = 0.5 * ELASTIC * stretch * stretch;
    memset(p->force, 0, 3 * (size_t)p->n_padded * sizeof *p->force);
    memset(p->virial, 0, sizeof p->virial);
    for (int c = 0; c < 3; c++)
        p->virial[c] = 0.5 * volume * ELASTIC * stretch;
    for (int m = 0; m < p->n / 2; m++) {
        const km_vec3 at = km_box_to_cartesian(&p->box, site[m]);
        const km_vec3 d = km_vec3_sub(small_get(p, p->position, 2 * m), at);
        const double part[3] = {d.x, d.y, d.z};
        for (int c = 0; c < 3; c++) {
            energy += 0.5 * ELASTIC_K * part[c] * part[c];
            p->virial[c] += 0.5 * ELASTIC_K * part[c] * part[c];
            p->force[c * p->n_padded + 2 * m] = km_fixed_from(-ELASTIC_K * part[c]);
        }
    }
    p->virial[KM_XY] = p->virial[KM_XZ] = p->virial[KM_YZ] = 0.0; /* not used here */
    p->energy[KM_ENERGY_BOND] = energy;
}

static void check_crystal(const km_backend *backend, km_barostat_kind kind, uint64_t seed)
{
    const double pressure = 15.0, expected = ELASTIC_AT - pressure / ELASTIC;
    km_constraint_group group[N];
    km_vec3 site[N];
    km_particles *p = diatomics(group);
    for (int m = 0; m < N; m++)
        site[m] = km_box_to_fractional(&p->box, small_get(p, p->position, 2 * m));
    km_integrator_spec spec = spec_at(kind, seed);
    spec.timestep = 0.005; /* omega is about 11 / ps */
    spec.degrees_of_freedom = 5 * N;
    spec.n_groups = N;
    spec.group = group;
    spec.pressure = pressure;
    spec.barostat_time = 0.25;
    spec.compressibility = 1.0 / (ELASTIC * expected);
    small_system s =
        small_open(backend, p, spec, 1, (small_forces){.own = compute_crystal, .self = site});
    const double start = small_measure(&s).conserved;
    const int n = sample_volumes(&s);
    /* thermostat and barostat account for what they give, over the whole run: 5 % of kT per degree
     * of freedom, of which they exchanged thousands */
    assert_near(small_measure(&s).conserved, start, 0.05 * 5 * N * KT);
    small_close(&s);

    double mean, variance, largest = 0.0;
    const double deviation = sqrt(KT / ELASTIC);
    small_moments(samples, n, &mean, &variance);
    assert_near(mean, expected, 5.0 * deviation / sqrt(n));
    assert_near(variance, KT / ELASTIC, 5.0 * KT / ELASTIC * sqrt(2.0 / n));
    qsort(samples, n, sizeof *samples, small_compare);
    for (int i = 0; i < n; i++) {
        const double f = 0.5 * erfc(-(samples[i] - expected) / (deviation * sqrt(2.0)));
        largest = fmax(largest, fmax(f - (double)i / n, (i + 1.0) / n - f));
    }
    assert_near(largest * sqrt(n), 0.0, SMALL_KS_LIMIT);
}

static void elastic_isotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_crystal(backend, KM_BAROSTAT_ISOTROPIC, 23);
}
static void elastic_semi_isotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_crystal(backend, KM_BAROSTAT_SEMI_ISOTROPIC, 24);
}
static void elastic_z_only(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_crystal(backend, KM_BAROSTAT_Z_ONLY, 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotropic),
        cmocka_unit_test(semi_isotropic),
        cmocka_unit_test(z_only),
        cmocka_unit_test(without_total_momentum),
        cmocka_unit_test(molecules_count_once),
        cmocka_unit_test(elastic_isotropic),
        cmocka_unit_test(elastic_semi_isotropic),
        cmocka_unit_test(elastic_z_only),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
