/* SPDX-License-Identifier: MIT */
/* Regression and Onsager coefficients on random walks whose answers are known: the 95 % intervals
 * must hold the truth in 95 +- 3 % of 1,000 seeds (the scatter of 1,000 trials is 0.7 %). */
#include "host/analysis/transport.h"
#include "host/analysis/walk_regression.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

#define SEEDS 1000
#define FRAMES 400
#define CATIONS 4
#define ANIONS 4
#define SOLVENTS 6

static void assert_covers(const char *what, int hits)
{
    const double share = (double)hits / SEEDS;
    if (share < 0.92 || share > 0.98)
        fail_msg("%s: the truth lies in %.1f %% of the 95 %% intervals", what, 100.0 * share);
}

/* One walker along one axis with jitter: slope, its interval, and its scatter. */
static void single_walkers(double jitter)
{
    int hits = 0, lag[KM_WALK_LAGS];
    double sum = 0.0, square = 0.0, f = 0.0;
    const int n = km_walk_lags(8, 40, lag);
    for (int seed = 0; seed < SEEDS; seed++) {
        static double x[3 * FRAMES];
        double place[3] = {0.0};
        km_walk_regression r;
        km_msd msd;
        for (int k = 0; k < FRAMES; k++)
            for (int a = 0; a < 3; a++) {
                double normal[4];
                made_normal3((uint64_t)seed, k, a, normal);
                place[a] += normal[0];
                x[a * FRAMES + k] = place[a] + sqrt(0.5 * jitter) * normal[1];
            }
        assert_ok(km_msd_of_path(x, FRAMES, 1.0, &msd));
        assert_ok(km_walk_regression_make(lag, n, FRAMES, &r));
        const double slope = km_walk_slope(&r, msd.total); /* truth: 3 */
        const km_estimate e = km_chi_square_estimate(slope, 3.0 * r.degrees_of_freedom);
        hits += e.low <= 3.0 && 3.0 <= e.high;
        sum += slope / SEEDS;
        square += slope * slope / SEEDS;
        f += 3.0 * r.degrees_of_freedom / SEEDS;
        km_msd_clear(&msd);
    }
    const double scatter = sqrt(square - sum * sum), expected = 3.0 * sqrt(2.0 / f);
    printf("jitter %g: mean %.4f, scatter %.4f, said %.4f, covered %.1f %%\n", jitter, sum, scatter,
           expected, 100.0 * hits / SEEDS);
    assert_near(sum, 3.0, 4.0 * scatter / sqrt(SEEDS));
    /* the scatter of 1,000 is good to 2.2 %; without jitter there is less than was counted on */
    assert_true(scatter < 1.09 * expected && scatter > (jitter > 0.0 ? 0.91 : 0.8) * expected);
    assert_covers("slope of one walker", hits);
}

static void slopes_of_single_walkers_lie_in_their_intervals(void **state)
{
    (void)state;
    single_walkers(0.0);
    single_walkers(2.0); /* a quarter of the first lag: what the regression counts on */
}

/* Increments: cations and anions share a push, the solvent has its own; all in nm per frame. */
static const double step[3] = {0.05, 0.04, 0.06}, push[2] = {0.03, 0.02};
static const double mass[3] = {39.1, 180.0, 90.0};
static const int count[3] = {CATIONS, ANIONS, SOLVENTS};

/* Variance per axis and frame of sums in the barycentric frame. Sources: the own noise of the sum
 * of each kind, and the push. */
static void truth(double l[2][2], double own[2])
{
    double c[3][4] = {{0}}, centre[4] = {0.0}, total = 0.0;
    const double variance[4] = {CATIONS * step[0] * step[0], ANIONS * step[1] * step[1],
                                SOLVENTS * step[2] * step[2], 1.0};
    for (int k = 0; k < 3; k++) {
        c[k][k] = 1.0;
        c[k][3] = k < 2 ? count[k] * push[k] : 0.0;
        total += count[k] * mass[k];
    }
    for (int s = 0; s < 4; s++)
        for (int k = 0; k < 3; k++)
            centre[s] += mass[k] * c[k][s] / total;
    for (int i = 0; i < 2; i++) {
        own[i] = step[i] * step[i] * (1.0 - 2.0 * mass[i] / total);
        for (int s = 0; s < 4; s++) {
            const double shared = s == 3 ? push[i] - centre[s] : centre[s];
            own[i] += shared * shared * variance[s];
        }
        for (int j = 0; j < 2; j++) {
            l[i][j] = 0.0;
            for (int s = 0; s < 4; s++)
                l[i][j] += (c[i][s] - count[i] * centre[s]) * (c[j][s] - count[j] * centre[s]) *
                           variance[s];
        }
    }
}

static double *walk(uint64_t seed)
{
    const int n = CATIONS + ANIONS + SOLVENTS;
    double *x;
    assert_ok(km_allocate((void **)&x, (size_t)FRAMES * n * 3, sizeof *x));
    for (int k = 1; k < FRAMES; k++) {
        double together[4];
        made_normal3(seed, k, n, together);
        for (int i = 0; i < n; i++) {
            const int kind = i < CATIONS ? 0 : i < CATIONS + ANIONS ? 1 : 2;
            double normal[4];
            made_normal3(seed, k, i, normal);
            for (int a = 0; a < 3; a++) {
                const size_t at = ((size_t)k * n + i) * 3 + a;
                x[at] = x[at - 3 * (size_t)n] + step[kind] * normal[a] +
                        (kind < 2 ? push[kind] * together[a] : 0.0);
            }
        }
    }
    return x;
}

#define VOLUME 27.0
#define TEMPERATURE 300.0

/* own: true variances, from which the self-diffusion that goes in is made, exact. */
static void transport_of(uint64_t seed, const double own[2], km_transport *out)
{
    const made_kind kinds[3] = {{"K+", "K", CATIONS, 1, mass[0], 1},
                                {"FSI-", "N", ANIONS, 1, mass[1], -1},
                                {"DME", "O", SOLVENTS, 1, mass[2], 0}};
    km_labels *labels = made_labels(kinds, 3);
    double *x = walk(seed);
    km_displacements *d;
    assert_ok(km_displacements_create(0, &d));
    assert_ok(made_feed(d, labels, x, FRAMES, 2.0, km_box_orthorhombic(3, 3, 3)));
    km_diffusion diffusion[3] = {{.available = true, .diffusive = true}};
    km_estimate infinite[3];
    diffusion[0].fit_from = 4.0;
    diffusion[0].fit_to = 80.0;
    diffusion[1] = diffusion[0];
    for (int k = 0; k < 3; k++)
        infinite[k].value = NAN;
    for (int k = 0; k < 2; k++) {
        const double value = own[k] / (2.0 * 2.0) * KM_M2_S_PER_NM2_PS;
        diffusion[k].total = (km_estimate){value, 0.0, value, value};
    }
    assert_ok(km_transport_compute(d, labels, diffusion, infinite, TEMPERATURE, seed + 1, out));
    km_displacements_destroy(d);
    km_labels_destroy(labels);
    free(x);
}

static int holds(const km_estimate *e, double x)
{
    return e->low <= x && x <= e->high;
}

static void correlated_ions_lie_in_their_intervals(void **state)
{
    (void)state;
    double l[2][2], own[2];
    int hit[8] = {0};
    truth(l, own);
    const double unit = KM_M2_S_PER_NM2_PS * 3.0 / 2.0 / /* 3 axes, 2 ps per frame */
                        (6.0 * KM_BOLTZMANN_SI * TEMPERATURE * VOLUME * 1e-27);
    const double per_mol2 = unit / (KM_AVOGADRO * KM_AVOGADRO);
    const double charge = l[0][0] + l[1][1] - 2.0 * l[0][1];
    const double sigma = unit * charge * KM_ELEMENTARY_CHARGE * KM_ELEMENTARY_CHARGE;
    const double t_mass = (l[0][0] - l[0][1]) / charge;
    const double backward =
        (mass[0] * (l[0][0] - l[0][1]) + mass[1] * (l[1][0] - l[1][1])) / (mass[2] * charge);
    const double t_solvent = t_mass + (double)CATIONS / SOLVENTS * backward;
    const double self = CATIONS * own[0] + ANIONS * own[1];
#pragma omp parallel for schedule(dynamic, 8)
    for (int seed = 0; seed < SEEDS; seed++) {
        km_transport t;
        transport_of((uint64_t)seed, own, &t);
        const int one[8] = {holds(&t.conductivity, sigma),
                            holds(&t.coefficient[0][0], l[0][0] * per_mol2),
                            holds(&t.coefficient[1][1], l[1][1] * per_mol2),
                            holds(&t.coefficient[0][1], l[0][1] * per_mol2),
                            holds(&t.ion[0].transference, t_mass),
                            holds(&t.ion[0].solvent_transference, t_solvent),
                            holds(&t.haven, self / charge),
                            holds(&t.ionicity, charge / self)};
        for (int q = 0; q < 8; q++)
#pragma omp atomic
            hit[q] += one[q];
        km_transport_clear(&t);
    }
    static const char *const what[8] = {"conductivity", "L++",     "L--",
                                        "L+-",          "t+",      "t+ of the solvent frame",
                                        "Haven ratio",  "ionicity"};
    for (int q = 0; q < 8; q++)
        printf("%s: %.1f %%\n", what[q], 100.0 * hit[q] / SEEDS);
    for (int q = 0; q < 8; q++)
        assert_covers(what[q], hit[q]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slopes_of_single_walkers_lie_in_their_intervals),
        cmocka_unit_test(correlated_ions_lie_in_their_intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
