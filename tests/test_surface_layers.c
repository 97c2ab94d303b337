/* SPDX-License-Identifier: MIT */
/* Layers beside a metal surface with planted diffusion, residence and coordination. */
#include <math.h>
#include <unistd.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

/* Two slabs of four layers, vacuum behind them; their surfaces look at each other over GAP. */
enum { PER_LAYER = 4, LAYERS = 4, METAL = 2 * LAYERS * PER_LAYER };
#define SPACING 0.3
#define GAP 4.0
#define BOX 9.0
static const double thickness = SPACING * 3.872983346207417; /* sqrt(4^2 - 1) */

static double uniform(uint64_t seed, int step, int particle, int which)
{
    const km_random4 bits =
        km_random_bits(seed, (uint64_t)step, (uint32_t)particle, KM_RANDOM_BUILD);
    return km_random_uniform(bits.v[which]);
}

/* The metal, and the z of the surface of the lower slab, from which the gap begins. */
static double make_metal(double *x)
{
    const double low = 0.2 + 1.5 * SPACING, high = low + thickness + GAP;
    for (int i = 0; i < METAL; i++) {
        const int layer = i / PER_LAYER % LAYERS, slab = i / PER_LAYER / LAYERS;
        x[3 * i] = 0.5 * (i % 2), x[3 * i + 1] = 0.5 * (i / 2 % 2);
        x[3 * i + 2] = (slab == 0 ? low : high) + (layer - 1.5) * SPACING;
    }
    return low + 0.5 * thickness;
}

/* Everything drifts, and every third atom is wrapped into the cell. */
static void drift_and_wrap(double *x, int n, int k, double speed)
{
    const double edge[3] = {5.0, 5.0, BOX};
    for (int i = 0; i < n; i++)
        for (int a = 0; a < 3; a++) {
            x[3 * i + a] += speed * (a + 1) * k;
            if (i % 3 == 0)
                x[3 * i + a] -= edge[a] * floor(x[3 * i + a] / edge[a]);
        }
}

static km_status hand_over(const km_sink *sink, const double *x, int n, int k, double interval)
{
    const km_frame frame = {.step = k,
                            .time = k * interval,
                            .n = n,
                            .box = km_box_orthorhombic(5.0, 5.0, BOX),
                            .position = x};
    return sink->frame(sink->self, &frame);
}

static double reflect(double z)
{
    z = fabs(z);
    return z > GAP ? 2.0 * GAP - z : z;
}

static const char *const layers_name[1] = {"layers"};

/* ---- diffusion ---- */

enum { WALKERS = 200, WALK_FRAMES = 500 };
#define INTERVAL 2.0
#define Z_STEP 0.04 /* nm per frame */
#define SLIDE 0.1   /* nm per frame  of the liquid as a whole */

/* m^2/s  of the layers up to 0.5, 1.0, 1.5 nm and beyond, along x and y */
static const double planted[4][2] = {
    {0.2e-9, 0.3e-9}, {0.6e-9, 0.5e-9}, {1.0e-9, 1.2e-9}, {1.5e-9, 1.4e-9}};

static int layer_at(double z)
{
    const double distance = fmin(z, GAP - z);
    return distance < 0.5 ? 0 : distance < 1.0 ? 1 : distance < 1.5 ? 2 : 3;
}

static km_analysis *walk_beside_metal(uint64_t seed, double speed, km_labels *labels)
{
    static double place[3 * WALKERS], x[3 * (METAL + WALKERS)];
    km_analysis *analysis;
    assert_ok(km_analysis_create(layers_name, 1, 300.0, 0.0, 1, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < WALK_FRAMES; k++) {
        const double from = make_metal(x);
        for (int i = 0; i < WALKERS; i++) {
            double normal[4], *r = place + 3 * i;
            made_normal3(seed, k, i, normal);
            if (k == 0) {
                r[0] = r[1] = 0.0;
                r[2] = GAP * uniform(seed, k, i, 2);
            } else { /* as fast as the layer is in which the step begins */
                const double *d = planted[layer_at(r[2])];
                for (int a = 0; a < 2; a++)
                    r[a] += sqrt(2.0 * d[a] / KM_M2_S_PER_NM2_PS * INTERVAL) * normal[a];
                r[2] = reflect(r[2] + Z_STEP * normal[2]);
            }
            for (int a = 0; a < 3; a++)
                x[3 * (METAL + i) + a] = r[a] + (a == 2 ? from : SLIDE * k);
        }
        drift_and_wrap(x, METAL + WALKERS, k, speed);
        assert_ok(hand_over(&sink, x, METAL + WALKERS, k, INTERVAL));
    }
    assert_ok(sink.end(sink.self));
    return analysis;
}

/* 95 % of the intervals of 40 runs hold what was planted, with no bias, while all of it drifts and
 * the liquid slides. */
static void brownian_layers_have_their_diffusion(void **state)
{
    (void)state;
    enum { SEEDS = 40 };
    const made_kind kinds[2] = {{"K0", "K", METAL, 1, 39.1, 0}, {"Ar", "Ar", WALKERS, 1, 39.9, 0}};
    km_labels *labels = made_labels(kinds, 2);
    int held = 0, all = 0, held_z = 0;
    double deviation[4] = {0.0, 0.0, 0.0, 0.0}, deviation_z = 0.0;
    const double planted_z = 0.5 * Z_STEP * Z_STEP / INTERVAL * KM_M2_S_PER_NM2_PS;
    for (int seed = 0; seed < SEEDS; seed++) {
        km_analysis *analysis = walk_beside_metal(500 + (uint64_t)seed, 0.03, labels);
        const km_layers_result *r = &km_analysis_results(analysis)->layers;
        assert_true(r->available);
        assert_int_equal(r->n_layers, 4);
        assert_int_equal(r->n_residences, 0); /* no first minimum in a flat density */
        assert_near(r->layer[0].to, 5.0, 1e-9);
        double molecules = 0.0;
        for (int l = 0; l < 4; l++) {
            const km_layer_result *layer = &r->layer[l];
            assert_true(layer->available);
            molecules += layer->molecules;
            for (int a = 0; a < 2; a++) {
                const km_estimate *d = &layer->diffusion[a];
                held += d->low < planted[l][a] && planted[l][a] < d->high;
                deviation[l] += (d->value / planted[l][a] - 1.0) / (2.0 * SEEDS);
                all++;
            }
            const km_estimate *z = &layer->perpendicular;
            assert_true(layer->perpendicular_available == (l == 1 || l == 2)); /* two edges */
            held_z += layer->perpendicular_available && z->low < planted_z && planted_z < z->high;
            if (layer->perpendicular_available)
                deviation_z += (z->value / planted_z - 1.0) / (2.0 * SEEDS);
            assert_near(layer->diffusion[2].value,
                        0.5 * (layer->diffusion[0].value + layer->diffusion[1].value), 1e-15);
            assert_near(layer->msd[1], (planted[l][0] + planted[l][1]) / 1e-8 * INTERVAL, /* A^2 */
                        0.1 * (planted[l][0] + planted[l][1]) / 1e-8 * INTERVAL);
        }
        assert_near(molecules, WALKERS, 1e-9);
        km_analysis_destroy(analysis);
    }
    print_message("%d of %d intervals hold D; mean deviations %.3f %.3f %.3f %.3f\n", held, all,
                  deviation[0], deviation[1], deviation[2], deviation[3]);
    print_message("%d of %d hold D_zz, mean deviation %.3f\n", held_z, 2 * SEEDS, deviation_z);
    assert_near(held_z / (2.0 * SEEDS), 0.95, 4.0 * sqrt(0.95 * 0.05 / (2.0 * SEEDS)));
    assert_near(deviation_z, 0.0, 0.03);
    assert_near(held / (double)all, 0.95, 4.0 * sqrt(0.95 * 0.05 / all));
    for (int l = 0; l < 4; l++)
        assert_near(deviation[l], 0.0, 0.04);
    km_labels_destroy(labels);
}

/* ---- residence ---- */

/* Molecules are at the surface (2.7 to 3.3 A) or anywhere from 7 A on: a Markov chain. 95 % of the
 * intervals of 40 runs hold its time, by both methods. */
static void adsorbed_molecules_have_their_residence(void **state)
{
    (void)state;
    enum { SEEDS = 40, N = 60, FRAMES = 600 };
    const double leave = 1.0 / 25.0, come = 1.0 / 100.0, interval = 4.0; /* ps, beyond t* */
    const double tau = -interval / log(1.0 - leave);
    const made_kind kinds[2] = {{"K0", "K", METAL, 1, 39.1, 0}, {"ACN", "C", N, 1, 41.0, 0}};
    km_labels *labels = made_labels(kinds, 2);
    static double x[3 * (METAL + N)];
    static bool in[N];
    int held = 0;
    double deviation = 0.0;
    for (int seed = 0; seed < SEEDS; seed++) {
        km_analysis *analysis;
        assert_ok(km_analysis_create(layers_name, 1, 300.0, 0.0, 1, &analysis));
        const km_sink sink = km_analysis_sink(analysis);
        assert_ok(sink.begin(sink.self, labels));
        for (int k = 0; k < FRAMES; k++) {
            const double from = make_metal(x);
            for (int i = 0; i < N; i++) {
                const double u = uniform((uint64_t)seed, k, i, 0),
                             v = uniform((uint64_t)seed, k, i, 1);
                in[i] = k == 0 ? i % 5 == 0 : in[i] ? u > leave : u < come;
                const double z = in[i] ? 0.27 + 0.06 * v : 0.7 + (GAP - 1.4) * v;
                x[3 * (METAL + i)] = x[3 * (METAL + i) + 1] = 0.0;
                x[3 * (METAL + i) + 2] = from + (in[i] && i % 2 == 1 ? GAP - z : z);
            }
            assert_ok(hand_over(&sink, x, METAL + N, k, interval));
        }
        assert_ok(sink.end(sink.self));
        const km_layers_result *r = &km_analysis_results(analysis)->layers;
        assert_int_equal(r->n_residences, 1);
        const km_residence_result *s = &r->residence[0];
        assert_true(s->peak > 2.6 && s->peak < 3.4);
        assert_near(s->minimum, 5.15, 0.5); /* the middle of nothing, up to smoothing */
        assert_near(s->out, s->minimum + 0.5, 1e-9);
        for (int w = 0; w < 2; w++) {
            assert_true(s->available[w]);
            held += s->integral[w].low < tau && tau < s->integral[w].high;
            held += s->fit[w].low < tau && tau < s->fit[w].high;
            deviation += (s->integral[w].value / tau - 1.0) / (2.0 * SEEDS);
        }
        km_analysis_destroy(analysis);
    }
    print_message("%d of %d intervals hold the residence time; mean deviation %.3f\n", held,
                  4 * SEEDS, deviation);
    /* the four of one run are not independent: 40 runs, four standard deviations */
    assert_near(held / (4.0 * SEEDS), 0.95, 4.0 * sqrt(0.95 * 0.05 / SEEDS));
    assert_near(deviation, 0.0, 0.04);
    km_labels_destroy(labels);
}

/* ---- coordination ---- */

/* Cations with 4 neighbours near the surface, 6 farther away, and a second shell. */
static void cations_have_their_neighbours(void **state)
{
    (void)state;
    enum { CATIONS = 8, SHELL = 12, N = METAL + CATIONS + CATIONS * SHELL };
    const made_kind kinds[3] = {{"K0", "K", METAL, 1, 39.1, 0},
                                {"K+", "K", CATIONS, 1, 39.1, 1},
                                {"ether", "O", CATIONS * SHELL, 1, 16.0, 0}};
    km_labels *labels = made_labels(kinds, 3);
    static double x[3 * N];
    km_analysis *analysis;
    assert_ok(km_analysis_create(layers_name, 1, 300.0, 0.0, 1, &analysis));
    const km_sink sink = km_analysis_sink(analysis);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < 60; k++) {
        const double from = make_metal(x);
        for (int c = 0; c < CATIONS; c++) {
            double *ion = x + 3 * (METAL + c);
            /* 2.5 nm apart in x and y, four at 0.35 nm from either surface and four in the middle
             */
            ion[0] = 1.0 + 2.5 * (c % 2), ion[1] = 1.0 + 2.5 * (c / 2 % 2);
            ion[2] = from + (c >= 4 ? 2.0 : c % 2 == 0 ? 0.35 : GAP - 0.35);
            const int near = c >= 4 ? 6 : 4;
            for (int j = 0; j < SHELL; j++) {
                double normal[4], *o = x + 3 * (METAL + CATIONS + c * SHELL + j);
                made_normal3(11, k, c * SHELL + j, normal);
                const double norm =
                    sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
                const double r = (j < near ? 0.28 : 0.62) + 0.01 * normal[3];
                for (int a = 0; a < 3; a++)
                    o[a] = ion[a] + r * normal[a] / norm;
            }
        }
        drift_and_wrap(x, N, k, 0.05);
        assert_ok(hand_over(&sink, x, N, k, 1.0));
    }
    assert_ok(sink.end(sink.self));
    const km_layers_result *r = &km_analysis_results(analysis)->layers;
    assert_int_equal(r->n_shells, 1);
    const km_surface_shell *s = &r->shell[0];
    assert_string_equal(s->centre, "K+");
    assert_string_equal(s->partner, "ether");
    assert_true(s->has_shell && s->shell_r > 3.2 && s->shell_r < 5.8);
    assert_near(s->from[0], 3.0, 1e-9);
    assert_near(s->number[0].value, 4.0, 1e-9);
    assert_near(s->cations[0], 4.0, 1e-9);
    assert_near(s->number[0].standard_error, 0.0, 1e-9);
    double far = 0.0;
    for (int b = 1; b < s->n_bins; b++)
        if (s->cations[b] > 0.0) {
            assert_near(s->number[b].value, 6.0, 1e-9);
            assert_true(s->from[b] >= 19.0 - 1e-9); /* 20 A, rounding */
            far += s->cations[b];
        } else {
            assert_true(isnan(s->number[b].value));
        }
    assert_near(far, 4.0, 1e-9);
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
}

/* ---- files and sentences ---- */

static int count_lines(const char *folder, const char *name, const char *must_have)
{
    char path[256], line[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    int n = 0;
    bool found = false;
    while (fgets(line, sizeof line, file) != NULL) {
        found = found || strstr(line, must_have) != NULL;
        n++;
    }
    fclose(file);
    if (!found)
        fail_msg("\"%s\" is not in %s", must_have, path);
    assert_int_equal(remove(path), 0);
    return n;
}

static void layers_become_files(void **state)
{
    (void)state;
    const made_kind kinds[2] = {{"K0", "K", METAL, 1, 39.1, 0}, {"Ar", "Ar", WALKERS, 1, 39.9, 0}};
    km_labels *labels = made_labels(kinds, 2);
    km_analysis *analysis = walk_beside_metal(1, 0.0, labels);
    char folder[] = "layers_XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_ok(km_analysis_write(analysis, folder));
    count_lines(folder, "analysis.txt", "D parallel(Ar, within 5.00 Å of the surface) = ");
    assert_int_equal(count_lines(folder, "layers.csv", "no first minimum"), 5);
    assert_true(count_lines(folder, "layers-survival.csv", "\"P Ar 4\"") > 30);
    assert_int_equal(count_lines(folder, "residence.csv", "integral_ps"), 1);
    assert_int_equal(count_lines(folder, "residence-correlation.csv", "lag_ps"), 1);
    assert_int_equal(count_lines(folder, "surface_coordination.csv", "shell_A"), 1);
    assert_int_equal(rmdir(folder), 0);
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
}

/* No metal, a bulk of metal, too few frames, uneven frames: each is said. */
static void what_cannot_be_is_said(void **state)
{
    (void)state;
    const made_kind salt[2] = {{"K+", "K", 2, 1, 39.1, 1}, {"I-", "I", 2, 1, 126.9, -1}};
    const made_kind metal[2] = {{"K0", "K", METAL, 1, 39.1, 0}, {"Ar", "Ar", 4, 1, 39.9, 0}};
    static double x[3 * (METAL + 4)];
    static const char *const sentence[3] = {"no metal surface", "no metal surface", "too few"};
    for (int which = 0; which < 3; which++) {
        km_labels *labels = made_labels(which == 0 ? salt : metal, 2);
        km_analysis *analysis;
        assert_ok(km_analysis_create(layers_name, 1, 300.0, 0.0, 1, &analysis));
        const km_sink sink = km_analysis_sink(analysis);
        assert_ok(sink.begin(sink.self, labels));
        for (int k = 0; k < 5; k++) {
            make_metal(x);
            for (int i = 0; which == 1 && i < METAL; i++)
                x[3 * i + 2] = BOX * i / METAL;
            assert_ok(hand_over(&sink, x, labels->n_atoms, k, 1.0));
        }
        if (which == 2) {
            assert_int_equal(hand_over(&sink, x, labels->n_atoms, 7, 1.0), KM_ERROR_INPUT);
            assert_non_null(strstr(km_last_error()->message, "not equally spaced"));
        }
        assert_ok(sink.end(sink.self));
        const km_results *results = km_analysis_results(analysis);
        assert_false(results->layers.available);
        assert_non_null(strstr(results->layers.note, sentence[which]));
        bool said = false;
        for (int k = 0; k < results->n_lines; k++)
            said = said || strstr(results->line[k], sentence[which]) != NULL;
        assert_true(said);
        km_analysis_destroy(analysis);
        km_labels_destroy(labels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brownian_layers_have_their_diffusion),
        cmocka_unit_test(adsorbed_molecules_have_their_residence),
        cmocka_unit_test(cations_have_their_neighbours),
        cmocka_unit_test(layers_become_files),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
