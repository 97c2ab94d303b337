/* SPDX-License-Identifier: MIT */
/* Profiles along z of structures that are known exactly. */
#include <math.h>
#include <unistd.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

static km_frame make_frame(const double *x, int n, km_box box, int k)
{
    const km_frame frame = {.step = k, .time = 2.0 * k, .n = n, .box = box, .position = x};
    return frame;
}

static double uniform(uint64_t seed, int step, int particle, int which)
{
    const km_random4 bits =
        km_random_bits(seed, (uint64_t)step, (uint32_t)particle, KM_RANDOM_BUILD);
    return km_random_uniform(bits.v[which]);
}

static const km_profile_column *column(const km_profile_result *r, const char *name)
{
    for (int k = 0; k < r->n_columns; k++)
        if (strcmp(r->column[k].name, name) == 0)
            return &r->column[k];
    fail_msg("no column %s", name);
    return NULL;
}

/* Independent points between two walls: density N/V in every bin; 95 % of the intervals of all bins
 * and seeds hold it, and nothing lies beyond the walls. */
static void an_ideal_gas_between_walls_is_flat(void **state)
{
    (void)state;
    enum { N = 600, FRAMES = 95, SEEDS = 30 };
    const made_kind kind = {"K+", "K", N, 1, 39.1, 1};
    const km_box box = km_box_orthorhombic(2.0, 2.5, 5.0);
    static double x[3 * N];
    int inside = 0, held = 0;
    km_labels *labels = made_labels(&kind, 1);
    for (int seed = 0; seed < SEEDS; seed++) {
        km_profile *profile;
        km_profile_result r;
        assert_ok(km_profile_create(labels, &profile));
        for (int k = 0; k < FRAMES; k++) {
            for (int i = 0; i < N; i++)
                for (int a = 0; a < 3; a++)
                    x[3 * i + a] = a < 2 ? 9.0 * uniform(100 + (uint64_t)seed, k, i, a)
                                         : 1.0 + 3.0 * uniform(100 + (uint64_t)seed, k, i, a);
            const km_frame frame = make_frame(x, N, box, k);
            assert_ok(km_profile_frame(profile, labels, &frame));
        }
        assert_ok(km_profile_compute(profile, 2.0, &r));
        assert_true(r.vacuum && r.n_bins == 250);
        assert_int_equal(r.n_blocks, 11); /* 8 frames each, 7 left over */
        const km_profile_column *c = column(&r, "K+");
        const double density = N / (20.0 * 25.0 * 30.0);
        for (int b = 0; b < r.n_bins; b++) {
            /* the window begins in the middle of the vacuum, at 4.5 nm = -0.5 nm, up to the cells
             * of 0.05 nm in which vacuum is looked for */
            const double z = fmod(r.z[b] + 50.0, 50.0);
            if (z < 10.0 || z > 40.0) {
                assert_true(c->value[b] == 0.0 && c->error[b] == 0.0);
                continue;
            }
            inside++;
            held += fabs(c->value[b] - density) < km_t_factor(10, 0.95) * c->error[b];
        }
        km_profile_result_clear(&r);
        km_profile_destroy(profile);
    }
    assert_int_equal(inside, SEEDS * 150);
    print_message("%d of %d intervals hold the density\n", held, inside);
    /* four standard deviations of 4500 trials */
    assert_near(held / (double)inside, 0.95, 4.0 * sqrt(0.95 * 0.05 / inside));
    km_labels_destroy(labels);
}

/* Two plates of charges: sigma d/eps0 between them with vacuum, and the same less its linear term
 * where the cell is full. Exact, although the plates lie anywhere in their bins. */
static void a_capacitor_has_its_voltage(void **state)
{
    (void)state;
    enum { N = 50 };
    const km_box box = km_box_orthorhombic(3.0, 4.0, 8.0);
    const double low = 2.0037, high = 5.0119, sigma = 0.1 * N / 12.0; /* e/nm^2 */
    const double volt =
        sigma * (high - low) * KM_ELEMENTARY_CHARGE / (KM_VACUUM_PERMITTIVITY * 1e-9);
    static double x[9 * N];
    const made_kind kinds[3] = {
        {"K+", "K", N, 1, 39.1, 1}, {"I-", "I", N, 1, 126.9, -1}, {"Ar", "Ar", N, 1, 39.9, 0}};
    km_labels *labels = made_labels(kinds, 3);
    for (int i = 0; i < 3 * N; i++) {
        labels->charge[i] = i < N ? 0.1 : i < 2 * N ? -0.1 : 0.0;
        x[3 * i] = uniform(1, 0, i, 0), x[3 * i + 1] = uniform(1, 0, i, 1);
    }
    for (int full = 0; full < 2; full++) {
        km_profile *profile;
        km_profile_result r;
        assert_ok(km_profile_create(labels, &profile));
        for (int k = 0; k < 30; k++) {
            for (int i = 0; i < 3 * N; i++) {
                const double filler = 8.0 * (i - 2 * N + 0.5) / N;
                x[3 * i + 2] = i < N ? low : i < 2 * N ? high : full ? filler : 3.0;
                x[3 * i + 2] += 8.0 * (i % 3); /* images far away */
            }
            const km_frame frame = make_frame(x, 3 * N, box, k);
            assert_ok(km_profile_frame(profile, labels, &frame));
        }
        assert_ok(km_profile_compute(profile, 2.0, &r));
        assert_true(r.vacuum == !full);
        assert_non_null(strstr(r.boundary, full ? "periodic" : "vacuum"));
        assert_near(r.charge, 0.0, 1e-12);
        for (int b = 0; b <= r.n_bins; b++) {
            const double z = 0.1 * r.edge[b]; /* the window begins at -0.5 nm or at 0 */
            const double t = fmin(fmax((z - low) / (high - low), 0.0), 1.0);
            const double expected = -volt * t;
            assert_near(r.vacuum_potential[b], expected, 1e-9);
            assert_near(r.periodic_potential[b], expected + volt * (r.edge[b] - r.edge[0]) / 80.0,
                        1e-9);
            assert_near(r.vacuum_error[b], 0.0, 1e-9);
        }
        assert_near(r.drop.value, full ? 0.0 : -volt, 1e-9);
        km_profile_result_clear(&r);
        km_profile_destroy(profile);
    }
    km_labels_destroy(labels);
}

/* Rods with a planted angle to z, broken over the edges of the cell. */
static void dipoles_have_their_orientation(void **state)
{
    (void)state;
    enum { N = 40 };
    const km_box box = {2.0, 0.6, 2.4, -0.5, 0.7, 6.0};
    const made_kind kinds[2] = {{"ACN", "C", N, 2, 20.0, 0}, {"K+", "K", 2, 1, 39.1, 1}};
    km_labels *labels = made_labels(kinds, 2);
    static double x[6 * N + 6];
    km_profile *profile;
    km_profile_result r;
    for (int i = 0; i < 2 * N; i++)
        labels->charge[i] = i % 2 == 0 ? -0.4 : 0.4;
    assert_ok(km_profile_create(labels, &profile));
    for (int k = 0; k < 64; k++) {
        for (int m = 0; m < N; m++) {
            /* below the middle cos = +0.6, above -0.8 on odd frames and 0.2 on even ones */
            const double z = 6.0 * (m + 0.5) / N, turn = 2.0 * KM_PI * uniform(5, k, m, 0);
            const double cosine = z < 3.0 ? 0.6 : k % 2 == 1 ? -0.8 : 0.2;
            const double sine = sqrt(1.0 - cosine * cosine);
            const double d[3] = {0.2 * sine * cos(turn), 0.2 * sine * sin(turn), 0.2 * cosine};
            for (int a = 0; a < 3; a++) {
                const double centre = a == 2 ? z : 2.0 * uniform(5, k, m, a + 1);
                const double image[3] = {box.cx, box.cy, box.cz};
                x[6 * m + a] = centre - 0.5 * d[a];
                x[6 * m + 3 + a] = centre + 0.5 * d[a] + (m % 3) * image[a];
            }
        }
        const km_frame frame = make_frame(x, 2 * N + 2, box, k);
        assert_ok(km_profile_frame(profile, labels, &frame));
    }
    assert_ok(km_profile_compute(profile, 2.0, &r));
    const km_profile_column *cosine = column(&r, "ACN cos"), *p2 = column(&r, "ACN P2");
    int filled = 0;
    for (int b = 0; b < r.n_bins; b++) {
        if (isnan(cosine->value[b]))
            continue;
        filled++;
        assert_near(cosine->value[b], r.z[b] < 30.0 ? 0.6 : -0.3, 1e-12);
        assert_near(p2->value[b], r.z[b] < 30.0 ? 1.5 * 0.36 - 0.5 : 1.5 * 0.34 - 0.5, 1e-12);
        assert_near(cosine->error[b], 0.0, 1e-12); /* blocks of four frames are all alike */
    }
    assert_int_equal(filled, N);
    km_profile_result_clear(&r);
    km_profile_destroy(profile);
    km_labels_destroy(labels);
}

/* A crystal of layers at both ends of the cell with a liquid between. drift: of all of it. */
enum { LAYERS = 4, PER_LAYER = 9, METAL = 2 * LAYERS * PER_LAYER, LIQUID = 60 };

static void make_interface(double *x, int k, double drift, bool vacuum, double length)
{
    for (int i = 0; i < METAL; i++) {
        const int layer = i / PER_LAYER % LAYERS, slab = i / PER_LAYER / LAYERS;
        double normal[4];
        made_normal3(3, k, i, normal);
        const double from = vacuum ? 2.0 : 0.0;
        x[3 * i] = 0.3 * (i % 3), x[3 * i + 1] = 0.3 * (i / 3 % 3);
        x[3 * i + 2] = from + (slab == 0 ? 0.3 * layer : 6.0 - 0.3 * layer) + 0.01 * normal[2];
    }
    for (int i = METAL; i < METAL + LIQUID; i++) {
        x[3 * i] = uniform(3, k, i, 0), x[3 * i + 1] = uniform(3, k, i, 1);
        x[3 * i + 2] = (vacuum ? 2.0 : 0.0) + 1.2 + 3.6 * uniform(3, k, i, 2);
    }
    for (int i = 0; i < METAL + LIQUID; i++) {
        x[3 * i + 2] += drift;
        if (i % 2 == 0) /* every second atom wrapped into the cell */
            x[3 * i + 2] -= length * floor(x[3 * i + 2] / length);
    }
}

static void analyse_interface(double speed, bool vacuum, km_profile_result *r)
{
    static double x[3 * (METAL + LIQUID)];
    const made_kind kinds[2] = {{"K0", "K", METAL, 1, 39.1, 0}, {"K+", "K", LIQUID, 1, 39.1, 1}};
    km_labels *labels = made_labels(kinds, 2);
    const double length = vacuum ? 10.0 : 6.3;
    km_profile *profile;
    assert_ok(km_profile_create(labels, &profile));
    for (int k = 0; k < 80; k++) {
        make_interface(x, k, speed * k, vacuum, length);
        const km_frame frame =
            make_frame(x, METAL + LIQUID, km_box_orthorhombic(0.9, 0.9, length), k);
        assert_ok(km_profile_frame(profile, labels, &frame));
    }
    assert_ok(km_profile_compute(profile, 2.0, r));
    km_profile_destroy(profile);
    km_labels_destroy(labels);
}

/* The same profile whether the slabs stand still or walk through the cell, and surfaces where they
 * are: T/2 = 0.3 sqrt(15)/2 nm from the centre of four layers. */
static void drift_smears_nothing(void **state)
{
    (void)state;
    for (int vacuum = 0; vacuum < 2; vacuum++) {
        km_profile_result still, moving;
        analyse_interface(0.0, vacuum != 0, &still);
        analyse_interface(0.11, vacuum != 0, &moving); /* 8.7 nm in all */
        assert_int_equal(still.n_bins, moving.n_bins);
        assert_true(still.vacuum == (vacuum != 0) && moving.vacuum == still.vacuum);
        int differing = 0;
        for (int c = 0; c < still.n_columns; c++)
            for (int b = 0; b < still.n_bins; b++)
                differing += fabs(still.column[c].value[b] - moving.column[c].value[b]) >
                             1e-6 * fabs(still.column[c].value[b]) + 1e-9;
        assert_true(differing <= 4); /* rounding at the edge of a bin */
        const double half = vacuum ? 5.0 * 0.3 * sqrt(15.0) : 5.0 * 0.3 * sqrt(63.0);
        for (int w = 0; w < 2; w++) {
            const km_profile_result *r = w == 0 ? &still : &moving;
            assert_int_equal(r->n_slabs, vacuum ? 2 : 1);
            for (int s = 0; s < r->n_slabs; s++)
                assert_near(r->slab_drift[s], w == 0 ? 0.0 : 86.9, 0.1);
            if (vacuum) {
                assert_near(r->slab_from[0], -25.5 - half, 0.05);
                assert_near(r->slab_to[0], -25.5 + half, 0.05);
                assert_near(r->slab_from[1], 25.5 - half, 0.05);
            } else { /* one slab through the edge of the cell: its halves at both ends */
                assert_near(r->slab_to[0], -31.5 + half, 0.05);
                assert_near(r->slab_from[0], 31.5 - half, 0.05);
            }
            assert_near(r->middle_from, -0.1 * (r->slab_from[r->n_slabs - 1] - r->slab_to[0]),
                        0.05);
        }
        km_profile_result_clear(&still);
        km_profile_result_clear(&moving);
    }
}

static void names_and_files(void **state)
{
    (void)state;
    const made_kind kinds[2] = {{"K+", "K", 5, 1, 39.1, 1}, {"DME", "O", 5, 3, 16.0, 0}};
    km_labels *labels = made_labels(kinds, 2);
    const double sigma[3] = {0.05, 0.05, 0.05};
    double *x = made_walk(13, 30, labels->n_atoms, sigma);
    const char *const names[1] = {"profile"};
    char folder[] = "profile_XXXXXX", path[256], line[512];
    assert_non_null(mkdtemp(folder));
    for (int n_frames = 0; n_frames <= 30; n_frames += n_frames < 2 ? 1 : 14) {
        km_analysis *analysis;
        assert_ok(km_analysis_create(names, 1, 300.0, 0.0, 1, &analysis));
        const km_sink sink = km_analysis_sink(analysis);
        assert_ok(sink.begin(sink.self, labels));
        for (int k = 0; k < n_frames; k++) {
            const km_frame frame = make_frame(x + 3 * (size_t)k * labels->n_atoms, labels->n_atoms,
                                              km_box_orthorhombic(3, 3, 5), k);
            assert_ok(sink.frame(sink.self, &frame));
        }
        assert_ok(sink.end(sink.self));
        const km_results *results = km_analysis_results(analysis);
        assert_int_equal(results->profile.n_bins, n_frames > 0 ? 250 : 0);
        assert_ok(km_analysis_write(analysis, folder));
        km_analysis_destroy(analysis);
    }
    static const char *const name[3] = {"profile.csv", "potential.csv", "analysis.txt"};
    static const char *const first[3] = {
        "z_A,\"mass kg/m3\",\"mass standard error kg/m3\",\"charge e/A3\"", "# potential_V is",
        "30 frames"};
    for (int f = 0; f < 3; f++) {
        snprintf(path, sizeof path, "%s/%s", folder, name[f]);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        assert_non_null(strstr(line, first[f]));
        fclose(file);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    km_labels_destroy(labels);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ideal_gas_between_walls_is_flat),
        cmocka_unit_test(a_capacitor_has_its_voltage),
        cmocka_unit_test(dipoles_have_their_orientation),
        cmocka_unit_test(drift_smears_nothing),
        cmocka_unit_test(names_and_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
