/* SPDX-License-Identifier: MIT */
/* Solvation of planted structures: every number known; residence of a Markov chain. */
#include <math.h>

#include "host/analysis/solvation.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

#define BOX 20.0
#define NEAR 0.28 /* nm  in contact                               */
#define FAR 0.50  /* nm  seen, beyond the shell and what is gone  */

/* Four cations, four anions and three solvents of two O each; a spectator without donors. */
enum { CATIONS = 4, ANIONS = 4, SOLVENTS = 3, ATOMS = CATIONS + 2 * (ANIONS + SOLVENTS) + 1 };
static const made_kind electrolyte[4] = {{"K+", "K", CATIONS, 1, 39.0983, 1},
                                         {"A", "O", ANIONS, 2, 16.0, -1},
                                         {"S", "O", SOLVENTS, 2, 16.0, 0},
                                         {"X", "C", 1, 1, 12.0, 0}};

static km_rdf_curve curve_of(const char *partner)
{
    km_rdf_curve curve = {.has_peak = true, .has_shell = true, .peak_r = 3.0, .shell_r = 3.5};
    snprintf(curve.centre, sizeof curve.centre, "K+");
    snprintf(curve.partner, sizeof curve.partner, "%s", partner);
    snprintf(curve.partner_element, sizeof curve.partner_element, "O");
    return curve;
}

static void put(double *x, int atom, int cation, double distance, int direction)
{
    const double sign = direction % 2 == 0 ? 1.0 : -1.0;
    for (int a = 0; a < 3; a++)
        x[3 * atom + a] = 1.0 + 4.0 * cation + (a == direction / 2 % 3 ? sign * distance : 0.0);
}

/* Who touches whom: K0 A0(2) S0(1); K1 A0(1) A1(1); K2 A2(2); K3 S1(1). A0 lies between K0 and K1,
 * which are close to each other for it. Everything in some image. */
static void plant(double *x)
{
    const int anion = CATIONS, solvent = CATIONS + 2 * ANIONS;
    for (int k = 0; k < CATIONS; k++)
        put(x, k, k, 0.0, 0);
    for (int a = 0; a < 3; a++)
        x[3 + a] = x[a] + (a == 0 ? 2 * NEAR : 0.0); /* K1 */
    put(x, anion, 0, NEAR, 0);                       /* A0: both atoms at K0, the first at K1 */
    put(x, anion + 1, 0, NEAR, 2);
    put(x, anion + 2, 0, 3 * NEAR, 0); /* A1: one atom at K1 */
    put(x, anion + 3, 0, 2 * NEAR + FAR, 0);
    put(x, anion + 4, 2, NEAR, 0); /* A2 */
    put(x, anion + 5, 2, NEAR, 1);
    put(x, anion + 6, 3, 2.0, 4); /* A3: alone */
    put(x, anion + 7, 3, 2.1, 4);
    put(x, solvent, 0, NEAR, 1); /* S0 */
    put(x, solvent + 1, 0, FAR, 1);
    put(x, solvent + 2, 3, NEAR, 3); /* S1 */
    put(x, solvent + 3, 3, FAR, 3);
    put(x, solvent + 4, 3, 3.0, 1); /* S2: alone */
    put(x, solvent + 5, 3, 3.1, 1);
    put(x, solvent + 6, 2, NEAR, 5); /* the spectator touches K2 and does not count */
    for (int i = 0; i < ATOMS; i++)
        for (int a = 0; a < 3; a++)
            x[3 * i + a] += BOX * ((i + a) % 3 - 1);
}

static void analyse(const double *x, int n_frames, size_t memory, km_solvation_result *out)
{
    km_labels *labels = made_labels(electrolyte, 4);
    const km_rdf_curve curve[2] = {curve_of("A"), curve_of("S")};
    km_contacts *contacts;
    assert_ok(km_contacts_create(labels, memory, &contacts));
    for (int t = 0; t < n_frames; t++) {
        const km_frame frame = {.step = t,
                                .time = 2.0 * t,
                                .n = ATOMS,
                                .box = km_box_orthorhombic(BOX, BOX, BOX),
                                .position = x};
        assert_ok(km_contacts_frame(contacts, &frame));
    }
    km_contacts_end(contacts);
    assert_ok(km_solvation_compute(contacts, curve, 2, out));
    km_contacts_destroy(contacts);
    km_labels_destroy(labels);
}

static void check_planted(const km_solvation_result *r)
{
    assert_true(r->available);
    assert_int_equal(r->n_shells, 2);
    const km_solvation_shell *anion = &r->shell[0], *solvent = &r->shell[1];
    assert_true(anion->anion && !solvent->anion);
    assert_near(anion->atoms.value, 6.0 / 4, 1e-12);
    assert_near(anion->molecules.value, 4.0 / 4, 1e-12);
    assert_near(anion->coordinated.value, 3.0 / 4, 1e-12);
    assert_near(anion->dentate[0].value, 0.5, 1e-12);
    assert_near(anion->dentate[1].value, 0.5, 1e-12);
    assert_near(solvent->molecules.value, 2.0 / 4, 1e-12);
    assert_near(solvent->coordinated.value, 2.0 / 3, 1e-12);
    assert_near(solvent->dentate[0].value, 1.0, 1e-12);
    const double by_anions[3] = {0.25, 0.5, 0.25}, by_cations[3] = {0.25, 0.25, 0.5};
    for (int k = 0; k < 3; k++) {
        assert_near(r->anion[k].value, by_anions[k], 1e-12);
        assert_near(r->cation[k].value, by_cations[k], 1e-12);
        assert_near(r->paired[k].value, by_anions[k], 1e-12);
    }
    const double cluster[4] = {2.0 / 8, 2.0 / 8, 0.0, 4.0 / 8};
    for (int k = 0; k < 4; k++)
        assert_near(r->cluster[k].value, cluster[k], 1e-12);
    assert_near(r->largest.value, 0.5, 1e-12);
    assert_int_equal(r->n_compositions, 4);
    bool found = false;
    for (int k = 0; k < 4; k++) {
        assert_near(r->composition[k].fraction, 0.25, 1e-12);
        found = found || strcmp(r->composition[k].text, "K+: 1 A 1 S") == 0;
    }
    assert_true(found);
}

static void a_planted_structure_is_read_back(void **state)
{
    (void)state;
    double x[3 * ATOMS];
    km_solvation_result r;
    plant(x);
    analyse(x, 30, 0, &r);
    assert_int_equal(r.n_frames, 30);
    check_planted(&r);
    km_solvation_result_clear(&r);
}

/* A limit of 60 contacts: frames are dropped, means are not. */
static void memory_is_bounded(void **state)
{
    (void)state;
    double x[3 * ATOMS];
    km_solvation_result r;
    plant(x);
    analyse(x, 101, 60 * sizeof(km_contact), &r);
    assert_true(r.n_frames < 16 && r.n_frames > 2);
    assert_near(fmod(log2(r.interval), 1.0), 0.0, 1e-12); /* 2 ps times a power of two */
    assert_true(r.interval > 10.0);
    check_planted(&r);
    km_solvation_result_clear(&r);
}

/* Without a first minimum of its own a kind takes another's, and says so; without any, none. */
static void a_missing_minimum_is_said(void **state)
{
    (void)state;
    km_labels *labels = made_labels(electrolyte, 4);
    double x[3 * ATOMS];
    plant(x);
    for (int known = 0; known < 2; known++) {
        const km_rdf_curve curve = curve_of("S");
        km_contacts *contacts;
        km_solvation_result r;
        const km_frame frame = {
            .n = ATOMS, .box = km_box_orthorhombic(BOX, BOX, BOX), .position = x};
        assert_ok(km_contacts_create(labels, 0, &contacts));
        assert_ok(km_contacts_frame(contacts, &frame));
        km_contacts_end(contacts);
        assert_ok(km_solvation_compute(contacts, &curve, known, &r));
        assert_true(r.shell[0].borrowed == (known == 1));
        assert_non_null(strstr(r.shell[0].note, known == 1 ? "that of S" : "nothing counts"));
        assert_near(r.shell[0].molecules.value, known, 1e-12);
        km_solvation_result_clear(&r);
        km_contacts_destroy(contacts);
    }
    km_labels_destroy(labels);
}

/* One molecule at every cation that leaves with probability p per frame and comes back with q:
 * by stable states C(t) = (1 - p)^t. Excursions that do not reach the outside do not count. */
static void residence_is_that_of_the_chain(void **state)
{
    (void)state;
    enum { N = 60, FRAMES = 3000 };
    const made_kind kind[2] = {{"K+", "K", N, 1, 39.0983, 1}, {"S", "O", N, 2, 16.0, 0}};
    km_labels *labels = made_labels(kind, 2);
    const km_rdf_curve curve = curve_of("S");
    const double p = 0.04, q = 0.1;
    static double x[3 * 3 * N];
    static int where[N]; /* 0 in, 1 between, 2 out */
    km_contacts *contacts;
    km_solvation_result r;
    assert_ok(km_contacts_create(labels, 0, &contacts));
    for (int t = 0; t < FRAMES; t++) {
        for (int k = 0; k < N; k++) {
            const km_random4 bits = km_random_bits(11, (uint64_t)t, (uint32_t)k, KM_RANDOM_BUILD);
            const double u = km_random_uniform(bits.v[0]);
            if (where[k] == 2)
                where[k] = u < q ? 0 : 2;
            else
                where[k] = u < p ? 2 : u < 0.3 ? 1 : 0;
            const double distance[3] = {NEAR, 0.37, FAR};
            const double place[3] = {2.0 * (k % 8), 2.0 * (k / 8 % 8), 2.0};
            for (int a = 0; a < 3; a++)
                for (int atom = 0; atom < 3; atom++)
                    x[3 * (atom == 0 ? k : N + 2 * k + atom - 1) + a] = place[a];
            x[3 * (N + 2 * k) + 2] += distance[where[k]];
            x[3 * (N + 2 * k + 1) + 2] += 0.7;
        }
        const km_frame frame = {
            .time = 0.5 * t, .n = 3 * N, .box = km_box_orthorhombic(BOX, BOX, BOX), .position = x};
        assert_ok(km_contacts_frame(contacts, &frame));
    }
    km_contacts_end(contacts);
    assert_ok(km_solvation_compute(contacts, &curve, 1, &r));
    const km_survival_time *time = &r.shell[0].residence;
    const double tau = -0.5 / log(1.0 - p);
    assert_true(time->available);
    assert_near(time->fit.value, tau, 3.0 * time->fit.standard_error);
    assert_near(time->integral.value, tau, 3.0 * time->integral.standard_error);
    assert_true(time->fit.standard_error < 0.05 * tau);
    km_solvation_result_clear(&r);
    km_contacts_destroy(contacts);
    km_labels_destroy(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_structure_is_read_back),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(a_missing_minimum_is_said),
        cmocka_unit_test(residence_is_that_of_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
