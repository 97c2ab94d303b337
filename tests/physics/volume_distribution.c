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

static double samples[SAMPLES];  /* volumes, nm^3 */
static double edges[SAMPLES][3]; /* and edges, nm */

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
        const km_box *box = &s->p->box; /* pulled after each rescaling */
        samples[i] = km_box_volume(box);
        edges[i][0] = box->ax;
        edges[i][1] = box->by;
        edges[i][2] = box->cz;
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
static void anisotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_atoms(backend, KM_BAROSTAT_ANISOTROPIC, 26, false);
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

/* The sites: energy, forces and virial, to which those of the cell are added. */
static void compute_sites(const km_vec3 *site, km_particles *p)
{
    double energy = 0.0;
    memset(p->force, 0, 3 * (size_t)p->n_padded * sizeof *p->force);
    memset(p->virial, 0, sizeof p->virial); /* off the diagonal not used here */
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
    p->energy[KM_ENERGY_BOND] = energy;
}

static void compute_crystal(const void *self, km_particles *p)
{
    const double volume = km_box_volume(&p->box), stretch = volume - ELASTIC_AT;
    compute_sites((const km_vec3 *)self, p);
    p->energy[KM_ENERGY_BOND] += 0.5 * ELASTIC * stretch * stretch;
    for (int c = 0; c < 3; c++)
        p->virial[c] += 0.5 * volume * ELASTIC * stretch;
}

/* Samples such a crystal. */
static int sample_crystal(const km_backend *backend, km_barostat_kind kind, uint64_t seed,
                          double pressure, double compressibility,
                          void (*forces)(const void *self, km_particles *p))
{
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
    spec.compressibility = compressibility;
    small_system s = small_open(backend, p, spec, 1, (small_forces){.own = forces, .self = site});
    const double start = small_measure(&s).conserved;
    const int n = sample_volumes(&s);
    /* thermostat and barostat account for what they give, over the whole run: 5 % of kT per degree
     * of freedom, of which they exchanged thousands */
    assert_near(small_measure(&s).conserved, start, 0.05 * 5 * N * KT);
    small_close(&s);
    return n;
}

static void check_crystal(const km_backend *backend, km_barostat_kind kind, uint64_t seed)
{
    const double pressure = 15.0, expected = ELASTIC_AT - pressure / ELASTIC;
    const int n =
        sample_crystal(backend, kind, seed, pressure, 1.0 / (ELASTIC * expected), compute_crystal);
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
static void elastic_anisotropic(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_crystal(backend, KM_BAROSTAT_ANISOTROPIC, 27);
}
static void elastic_z_only(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    check_crystal(backend, KM_BAROSTAT_Z_ONLY, 25);
}

/* The same crystal with an energy for every edge, sum_c (a_c/2) (L_c - L0_c)^2, instead of the one
 * for the volume. Its edges have the density
 *     exp(-(sum_c (a_c/2) (L_c - L0_c)^2 + P0 La Lb Lc) / kT)  dLa dLb dLc
 * whose moments are taken by summing it on a grid: no two edges alike, and the pressure couples
 * them. Virial: W_cc = ... + L_c a_c (L_c - L0_c) / 2. */
static const double edge_spring[3] = {80.0, 100.0, 130.0}; /* a   kJ/mol/nm^2 */
static const double edge_at[3] = {3.5, 3.1, 3.3};          /* L0  nm          */
#define EDGE_PRESSURE 5.0                                  /* P0  kJ/mol/nm^3 */

static void compute_edges(const void *self, km_particles *p)
{
    const double edge[3] = {p->box.ax, p->box.by, p->box.cz};
    compute_sites((const km_vec3 *)self, p);
    for (int c = 0; c < 3; c++) {
        const double stretch = edge[c] - edge_at[c];
        p->energy[KM_ENERGY_BOND] += 0.5 * edge_spring[c] * stretch * stretch;
        p->virial[c] += 0.5 * edge[c] * edge_spring[c] * stretch;
    }
}

/* A grid from L0 - 1.5 nm to L0 + 0.7 nm along each edge: the means are 0.3 to 0.5 nm below L0, the
 * widest deviation is 0.18 nm. */
static void edge_moments(double mean[3], double covariance[3][3])
{
    enum { POINTS = 81 };
    double sum = 0.0, first[3] = {0}, second[3][3] = {{0}};
    for (int k = 0; k < POINTS * POINTS * POINTS; k++) {
        const int at[3] = {k % POINTS, k / POINTS % POINTS, k / POINTS / POINTS};
        double d[3], energy = EDGE_PRESSURE; /* d: L - L0 */
        for (int c = 0; c < 3; c++) {
            d[c] = -1.5 + 2.2 * at[c] / (POINTS - 1);
            energy *= edge_at[c] + d[c];
        }
        for (int c = 0; c < 3; c++)
            energy += 0.5 * edge_spring[c] * d[c] * d[c];
        const double weight = exp(-(energy - 145.0) / KT);
        sum += weight;
        for (int c = 0; c < 3; c++) {
            first[c] += weight * d[c];
            for (int e = 0; e < 3; e++)
                second[c][e] += weight * d[c] * d[e];
        }
    }
    for (int c = 0; c < 3; c++) {
        mean[c] = edge_at[c] + first[c] / sum;
        for (int e = 0; e < 3; e++)
            covariance[c][e] = second[c][e] / sum - first[c] / sum * first[e] / sum;
    }
}

/* Every edge apart. The slowest combination of edges forgets a third between samples: half of them
 * are counted. */
static void every_edge_has_its_distribution(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    double mean[3], covariance[3][3];
    edge_moments(mean, covariance);
    const int n =
        sample_crystal(backend, KM_BAROSTAT_ANISOTROPIC, 28, EDGE_PRESSURE, 0.07, compute_edges);
    for (int c = 0; c < 3; c++) {
        double got = 0.0;
        for (int i = 0; i < n; i++)
            got += edges[i][c] / n;
        print_message("edge %d: %.4f nm, exactly %.4f\n", c, got, mean[c]);
        assert_near(got, mean[c], 4.0 * sqrt(covariance[c][c] / (0.5 * n)));
    }
    for (int c = 0; c < 3; c++)
        for (int e = 0; e <= c; e++) {
            double got = 0.0;
            for (int i = 0; i < n; i++)
                got += (edges[i][c] - mean[c]) * (edges[i][e] - mean[e]) / n;
            const double scatter =
                covariance[c][c] * covariance[e][e] + covariance[c][e] * covariance[c][e];
            print_message("covariance %d %d: %.5f nm^2, exactly %.5f\n", c, e, got,
                          covariance[c][e]);
            assert_near(got, covariance[c][e], 4.0 * sqrt(scatter / (0.5 * n)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotropic),
        cmocka_unit_test(semi_isotropic),
        cmocka_unit_test(anisotropic),
        cmocka_unit_test(z_only),
        cmocka_unit_test(without_total_momentum),
        cmocka_unit_test(molecules_count_once),
        cmocka_unit_test(elastic_isotropic),
        cmocka_unit_test(elastic_semi_isotropic),
        cmocka_unit_test(elastic_anisotropic),
        cmocka_unit_test(elastic_z_only),
        cmocka_unit_test(every_edge_has_its_distribution),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
