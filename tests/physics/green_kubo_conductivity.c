/* SPDX-License-Identifier: MIT */
/* Conductivity by Green and Kubo where it is known.
 *
 * Currents that decay (Ornstein and Uhlenbeck: s^2 exp(-t/tau), integral s^2 tau) and currents that
 * come back from below 0 (s^2 exp(-t/tau) cos(w t), integral s^2 tau/(1 + w^2 tau^2)): the 95 %
 * interval must hold the truth in 95 +- 3 % of 1,000 seeds. Ions with friction, of which cation and
 * anion of a pair share a part of their velocity: sigma = n e^2 (D+ + D- - 2 D shared)/kT, by the
 * current and by the displacements of one and the same run. */
#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

#define INTERVAL 0.01 /* ps  */
#define TEMPERATURE 300.0

/* S/m of an integral of <J_a J_a> in e^2 nm^2/ps */
static double conductivity_of(double integral, double volume)
{
    return integral * KM_ELEMENTARY_CHARGE * KM_ELEMENTARY_CHARGE * 1e-6 /
           (volume * 1e-27 * KM_BOLTZMANN_SI * TEMPERATURE);
}

/* ---- currents ---- */

#define SEEDS 1000
#define VALUES 20000
#define TAU 0.1    /* ps     */
#define SPREAD 3.0 /* e nm/ps */
#define VOLUME 27.0

/* One more value along each axis; turns: angular frequency, 1/ps. state: real and imaginary parts.
 */
static void next_current(uint64_t seed, int k, double turns, double state[6], double current[3])
{
    const double keep = exp(-INTERVAL / TAU), angle = turns * INTERVAL;
    const double noise = SPREAD * (k == 0 ? 1.0 : sqrt(1.0 - keep * keep));
    for (int a = 0; a < 3; a++) {
        double normal[4], *z = state + 2 * a;
        made_normal3(seed, k, a, normal);
        const double re = k == 0 ? 0.0 : keep * (cos(angle) * z[0] - sin(angle) * z[1]);
        const double im = k == 0 ? 0.0 : keep * (sin(angle) * z[0] + cos(angle) * z[1]);
        z[0] = re + noise * normal[0];
        z[1] = im + noise * normal[1];
        current[a] = z[0];
    }
}

/* The trapezium rule at this interval on exp(-t/tau) cos(turns t), ps. */
static double integral(double turns)
{
    const double q = exp(-INTERVAL / TAU), c = cos(turns * INTERVAL);
    return INTERVAL * ((1.0 - q * c) / (1.0 - 2.0 * q * c + q * q) - 0.5);
}

static void intervals_hold_it(const char *what, double turns)
{
    const double truth = conductivity_of(SPREAD * SPREAD * integral(turns), VOLUME);
    /* what is written above, but for the 0.3 % of the trapezium rule */
    assert_near(integral(turns), TAU / (1.0 + turns * turns * TAU * TAU), 0.003 * TAU);
    int hits = 0;
    double sum = 0.0, width = 0.0;
#pragma omp parallel for schedule(dynamic, 8) reduction(+ : hits, sum, width)
    for (int seed = 0; seed < SEEDS; seed++) {
        double state[6], current[3];
        km_current *c;
        km_green_kubo_result r;
        assert_ok(km_current_create(&c));
        for (int k = 0; k < VALUES; k++) {
            next_current((uint64_t)seed, k, turns, state, current);
            km_current_add(c, current, VOLUME);
        }
        km_current_compute(c, INTERVAL, TEMPERATURE, &r);
        assert_true(r.available);
        hits += r.value.low <= truth && truth <= r.value.high;
        sum += r.value.value / truth / SEEDS;
        width += 0.5 * (r.value.high - r.value.low) / truth / SEEDS;
        km_current_destroy(c);
    }
    printf("%s: covered %.1f %%, mean %.4f, half width %.3f\n", what, 100.0 * hits / SEEDS, sum,
           width);
    assert_in_range(hits, 920, 980);
    assert_near(sum, 1.0, 0.02);
}

static void intervals_hold_the_conductivity(void **state)
{
    (void)state;
    intervals_hold_it("decaying", 0.0);
    intervals_hold_it("coming back", 2.0 / TAU); /* a fifth of the first lobe's order remains */
}

static void what_cannot_be_said_is_not_said(void **state)
{
    (void)state;
    double z[6], current[3];
    km_current *c;
    km_green_kubo_result r;
    assert_ok(km_current_create(&c));
    km_current_compute(c, INTERVAL, TEMPERATURE, &r);
    assert_false(r.available);
    assert_non_null(strstr(r.warning, "no conductivity by Green and Kubo: 0 values"));
    for (int k = 0; k < 3000; k++) {
        next_current(1, k, 0.0, z, current);
        km_current_add(c, current, VOLUME);
    }
    km_current_compute(c, 1.0, TEMPERATURE, &r);
    assert_false(r.available);
    assert_non_null(strstr(r.warning, "written every 1 ps"));
    km_current_destroy(c);
}

/* ---- ions ---- */

enum { PAIRS = 24, STEPS = 150000, STEPS_OF_A_FRAME = 50 };
#define EDGE 2.5 /* nm */
/* Velocities (nm/ps) and times (ps): of cations, of anions, and what a pair shares. */
static const double speed[3] = {0.25, 0.12, 0.15}, memory[3] = {0.15, 0.2, 0.3};

typedef struct ions {
    double velocity[3][PAIRS][3];
    double *position; /* nm  2 PAIRS x 3 */
} ions;

/* Velocities of the next step, positions moved by them; the current. */
static void step_ions(ions *s, int k, double current[3])
{
    for (int a = 0; a < 3; a++)
        current[a] = 0.0;
    for (int part = 0; part < 3; part++) {
        const double keep = exp(-INTERVAL / memory[part]);
        const double noise = speed[part] * (k == 0 ? 1.0 : sqrt(1.0 - keep * keep));
        for (int i = 0; i < PAIRS; i++) {
            double normal[4];
            made_normal3(77, k, part * PAIRS + i, normal);
            for (int a = 0; a < 3; a++)
                s->velocity[part][i][a] =
                    (k == 0 ? 0.0 : keep * s->velocity[part][i][a]) + noise * normal[a];
        }
    }
    for (int i = 0; i < 2 * PAIRS; i++)
        for (int a = 0; a < 3; a++) {
            const int kind = i / PAIRS, pair = i % PAIRS;
            const double v = s->velocity[kind][pair][a] + s->velocity[2][pair][a];
            s->position[3 * i + a] += v * INTERVAL;
            current[a] += kind == 0 ? v : -v;
        }
}

static bool holds(const km_estimate *e, double x)
{
    return e->low <= x && x <= e->high;
}

static void both_ways_agree(void **state)
{
    (void)state;
    static const char *const name[] = {"conductivity"};
    const made_kind kinds[3] = {
        {"K+", "K", PAIRS, 1, 39.1, 1}, {"X-", "X", PAIRS, 1, 39.1, -1}, {"W", "W", 1, 1, 1e12, 0}};
    km_labels *labels = made_labels(kinds, 3);
    const double volume = EDGE * EDGE * EDGE;
    ions s;
    km_current *c;
    km_analysis *analysis;
    assert_ok(km_allocate((void **)&s.position, 3 * (size_t)labels->n_atoms, sizeof(double)));
    assert_ok(km_current_create(&c));
    assert_ok(km_analysis_create(name, 1, TEMPERATURE, 0.0, 1, &analysis));
    assert_true(km_analysis_wants_current(analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < STEPS; k++) {
        double current[3];
        step_ions(&s, k, current);
        km_current_add(c, current, volume);
        s.position[6 * PAIRS] = 1e-9 * (k % 2);
        const km_frame frame = {.step = k,
                                .time = k * INTERVAL,
                                .n = labels->n_atoms,
                                .box = km_box_orthorhombic(EDGE, EDGE, EDGE),
                                .position = s.position};
        if (k % STEPS_OF_A_FRAME == 0)
            assert_ok(sink.frame(sink.self, &frame));
    }
    km_analysis_take_current(analysis, c, INTERVAL);
    assert_ok(sink.end(sink.self));
    const km_results *r = km_analysis_results(analysis);
    const double plus = speed[0] * speed[0] * memory[0], minus = speed[1] * speed[1] * memory[1],
                 shared = speed[2] * speed[2] * memory[2];
    const double truth = conductivity_of(PAIRS * (plus + minus), volume);
    const double apart = conductivity_of(PAIRS * (plus + minus + 2.0 * shared), volume);
    const km_estimate *by_current = &r->current.value, *by_charge = &r->transport.conductivity;
    printf("true %.4g S/m; current %.4g [%.4g, %.4g]; charge %.4g [%.4g, %.4g]; ratio %.3f\n",
           truth, by_current->value, by_current->low, by_current->high, by_charge->value,
           by_charge->low, by_charge->high, r->current_ratio.value);
    assert_true(r->current.available && r->transport.available);
    assert_true(holds(by_current, truth) && holds(by_charge, truth));
    assert_true(by_current->high - by_current->low < 0.3 * truth);
    assert_true(holds(&r->current_ratio, 1.0));
    assert_true(by_current->high < apart); /* what the pairs share carries no charge */
    assert_near(r->transport.nernst_einstein.value, apart, 0.1 * apart);
    km_analysis_destroy(analysis);
    km_current_destroy(c);
    km_labels_destroy(labels);
    free(s.position);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_conductivity),
        cmocka_unit_test(what_cannot_be_said_is_not_said),
        cmocka_unit_test(both_ways_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
