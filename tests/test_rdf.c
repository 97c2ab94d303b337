/* SPDX-License-Identifier: MIT */
/* Radial distributions of structures that are known exactly, and the whole chain of an analysis
 * from frames to files. */
#include <omp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

static km_frame make_frame(const double *x, int n, km_box box, int k)
{
    const km_frame frame = {.step = k, .time = k, .n = n, .box = box, .position = x};
    return frame;
}

/* Independent points in the cell of a box, from three random numbers each. */
static void scatter(double *x, int n, km_box box, uint64_t seed, int step)
{
    for (int i = 0; i < n; i++) {
        const km_random4 bits = km_random_bits(seed, (uint64_t)step, (uint32_t)i, KM_RANDOM_BUILD);
        const km_vec3 s = {km_random_uniform(bits.v[0]), km_random_uniform(bits.v[1]),
                           km_random_uniform(bits.v[2])};
        const km_vec3 r = km_box_to_cartesian(&box, s);
        x[3 * i] = r.x, x[3 * i + 1] = r.y, x[3 * i + 2] = r.z;
    }
}

/* g = 1 between like and unlike points of an ideal gas, in a skew cell up to half its least height,
 * within five Poisson errors of each bin (counts of pairs are very nearly independent). */
static void an_ideal_gas_has_g_one(void **state)
{
    (void)state;
    enum { N = 150, FRAMES = 120 };
    const made_kind kinds[2] = {{"K+", "K", N / 3, 1, 39.1, 1}, {"DME", "O", 2 * N / 3, 1, 16, 0}};
    km_labels *labels = made_labels(kinds, 2);
    const km_box box = {2.0, 0.9, 1.9, -0.7, 0.8, 1.8};
    double x[3 * N];
    km_rdf *rdf;
    assert_ok(km_rdf_create(&rdf));
    assert_ok(km_rdf_add(rdf, labels, 0, "K", 1, "O"));
    assert_ok(km_rdf_add(rdf, labels, 1, "O", 1, "O"));
    for (int k = 0; k < FRAMES; k++) {
        scatter(x, N, box, 17, k);
        const km_frame frame = make_frame(x, N, box, k);
        assert_ok(km_rdf_frame(rdf, labels, &frame));
    }
    for (int which = 0; which < 2; which++) {
        km_rdf_curve c;
        assert_ok(km_rdf_curve_compute(rdf, which, &c));
        const double pairs = which == 0 ? 50.0 * 100.0 : 100.0 * 99.0;
        /* the last bin ends within one width below half the least height */
        const double half = 0.5 * km_box_least_height(&box) / KM_NM_PER_ANGSTROM;
        assert_true(c.n_bins * c.bin_width <= half && (c.n_bins + 1) * c.bin_width > half);
        double sum = 0.0;
        for (int b = 0; b < c.n_bins; b++) {
            const double outer = (b + 1) * c.bin_width, inner = b * c.bin_width;
            const double expected = FRAMES * pairs * 4.0 / 3.0 * KM_PI *
                                    (pow(outer, 3) - pow(inner, 3)) / (km_box_volume(&box) * 1e3);
            /* like pairs are counted from both ends: twice the variance */
            const double error = sqrt((which + 1) / expected);
            if (expected > 30.0)
                assert_near(c.g[b], 1.0, 5.0 * error);
            sum += c.g[b] * expected;
        }
        const double reach = c.n_bins * c.bin_width;
        const double all =
            FRAMES * pairs * 4.0 / 3.0 * KM_PI * pow(reach, 3) / (km_box_volume(&box) * 1e3);
        assert_near(sum / all, 1.0, 5.0 * sqrt((which + 1) / all));
        assert_near(c.coordination[c.n_bins - 1],
                    (which == 0 ? 100 : 99) * 4.0 / 3.0 * KM_PI * pow(reach, 3) /
                        (km_box_volume(&box) * 1e3),
                    5.0 * sqrt((which + 1) * all) / (FRAMES * c.n_centres));
        assert_false(c.has_peak);
        assert_non_null(strstr(c.note, "no first peak"));
        km_rdf_curve_clear(&c);
    }
    km_rdf_destroy(rdf);
    km_labels_destroy(labels);
}

/* fcc: 12, 6, 24, 12, 24 neighbours at sqrt(1/2, 1, 3/2, 2, 5/2) lattice constants. */
static void fcc_has_its_shells(void **state)
{
    (void)state;
    enum { CELLS = 4, N = 4 * CELLS * CELLS * CELLS };
    const double a = 0.533, base[4][3] = {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
    const made_kind kind = {"K+", "K", N, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    double x[3 * N];
    for (int i = 0; i < N; i++) {
        const int cell = i / 4;
        const int at[3] = {cell % CELLS, cell / CELLS % CELLS, cell / CELLS / CELLS};
        for (int c = 0; c < 3; c++) /* with an offset and images far away */
            x[3 * i + c] = a * (at[c] + base[i % 4][c] + 0.1 + CELLS * (i % 5 - 2));
    }
    km_rdf *rdf;
    km_rdf_curve c;
    assert_ok(km_rdf_create(&rdf));
    assert_ok(km_rdf_add(rdf, labels, 0, "K", 0, "K"));
    const km_frame frame =
        make_frame(x, N, km_box_orthorhombic(CELLS * a, CELLS * a, CELLS * a), 0);
    assert_ok(km_rdf_frame(rdf, labels, &frame));
    assert_ok(km_rdf_curve_compute(rdf, 0, &c));
    const double square[5] = {0.5, 1.0, 1.5, 2.0, 2.5};
    const int neighbours[5] = {12, 6, 24, 12, 24};
    int within = 0;
    for (int s = 0; s < 5; s++) {
        const double r = sqrt(square[s]) * a / KM_NM_PER_ANGSTROM;
        const int below = (int)((r - 0.05) / c.bin_width), above = (int)((r + 0.05) / c.bin_width);
        assert_near(c.coordination[below], within, 1e-12);
        within += neighbours[s];
        assert_near(c.coordination[above], within, 1e-12);
    }
    assert_true(c.has_shell);
    assert_near(c.peak_r, sqrt(0.5) * 5.33, 0.02); /* one bin */
    assert_near(c.coordination_number, 12.0, 1e-12);
    assert_near(c.coordination_less, 12.0, 1e-12);
    assert_near(c.coordination_more, 12.0, 1e-12);
    /* the middle of the empty stretch, up to what smoothing does to both ends */
    assert_near(c.shell_r, 0.5 * (sqrt(0.5) + 1.0) * 5.33, 0.05);
    km_rdf_curve_clear(&c);
    km_rdf_destroy(rdf);
    km_labels_destroy(labels);
}

/* The same points in a hexagonal cell and in the orthorhombic cell twice as large. */
static void a_triclinic_cell_equals_its_orthorhombic_supercell(void **state)
{
    (void)state;
    enum { N = 80 };
    const double edge = 2.0, height = 2.2;
    const km_box hexagonal = {edge, -0.5 * edge, 0.5 * sqrt(3.0) * edge, 0.0, 0.0, height};
    const km_box wide = km_box_orthorhombic(edge, sqrt(3.0) * edge, height);
    const made_kind few = {"K+", "K", N, 1, 39.1, 1}, many = {"K+", "K", 2 * N, 1, 39.1, 1};
    double x[6 * N];
    scatter(x, N, hexagonal, 3, 0);
    for (int i = 0; i < N; i++) { /* the second copy, along b */
        x[3 * (N + i)] = x[3 * i] + hexagonal.bx;
        x[3 * (N + i) + 1] = x[3 * i + 1] + hexagonal.by;
        x[3 * (N + i) + 2] = x[3 * i + 2];
    }
    km_rdf_curve curve[2];
    for (int which = 0; which < 2; which++) {
        km_labels *labels = made_labels(which == 0 ? &few : &many, 1);
        km_rdf *rdf;
        assert_ok(km_rdf_create(&rdf));
        assert_ok(km_rdf_add(rdf, labels, 0, "K", 0, "K"));
        const km_frame frame = make_frame(x, (which + 1) * N, which == 0 ? hexagonal : wide, 0);
        assert_ok(km_rdf_frame(rdf, labels, &frame));
        assert_ok(km_rdf_curve_compute(rdf, 0, &curve[which]));
        km_rdf_destroy(rdf);
        km_labels_destroy(labels);
    }
    const double half = 0.5 * km_box_least_height(&hexagonal) / KM_NM_PER_ANGSTROM;
    assert_near(half, 0.25 * sqrt(3.0) * 20.0, 1e-12);
    assert_true(curve[0].n_bins == (int)(half / curve[0].bin_width));
    for (int b = 0; b < curve[0].n_bins; b++) {
        /* the same neighbours; rounding may move a pair across the edge of a bin: one of 80 */
        assert_near(curve[0].coordination[b], curve[1].coordination[b], 2.0 / N);
        /* g differs by the normalisation N - 1 against 2 N - 1 of the same density */
        const double ratio = (N - 1.0) * 2.0 / (2.0 * N - 1.0);
        assert_near(curve[0].g[b] * ratio, curve[1].g[b], 0.02 * curve[1].g[b] + 1e-12);
    }
    assert_near(curve[0].coordination[curve[0].n_bins - 1],
                curve[1].coordination[curve[0].n_bins - 1], 1.0 / N);
    km_rdf_curve_clear(&curve[0]);
    km_rdf_curve_clear(&curve[1]);
}

/* Two O in one molecule do not see each other, those of others they do. */
static void pairs_inside_a_molecule_are_left_out(void **state)
{
    (void)state;
    const made_kind kind = {"DME", "O", 2, 2, 16.0, 0};
    km_labels *labels = made_labels(&kind, 1);
    const double x[12] = {0, 0, 0, 0.1, 0, 0, 0, 0.3, 0, 0.1, 0.3, 0};
    km_rdf *rdf;
    km_rdf_curve c;
    assert_ok(km_rdf_create(&rdf));
    assert_ok(km_rdf_add(rdf, labels, 0, "O", 0, "O"));
    const km_frame frame = make_frame(x, 4, km_box_orthorhombic(2, 2, 2), 0);
    assert_ok(km_rdf_frame(rdf, labels, &frame));
    assert_ok(km_rdf_curve_compute(rdf, 0, &c));
    const int at = (int)(2.0 / c.bin_width);
    assert_near(c.coordination[at], 0.0, 1e-12);           /* not the 1 A inside      */
    assert_near(c.coordination[c.n_bins - 1], 2.0, 1e-12); /* 3 A and sqrt(10) A      */
    /* 8 ordered pairs of different molecules fill the volume: sum of g x shell = V */
    double sum = 0.0;
    for (int b = 0; b < c.n_bins; b++)
        sum += c.g[b] * 4.0 / 3.0 * KM_PI * (pow(b + 1, 3) - pow(b, 3)) * pow(c.bin_width, 3);
    assert_near(sum, 8000.0, 1e-6);
    km_rdf_curve_clear(&c);
    assert_int_equal(km_rdf_add(rdf, labels, 0, "N", 0, "O"), KM_ERROR_INTERNAL);
    km_rdf_destroy(rdf);
    assert_ok(km_rdf_create(&rdf));
    assert_int_equal(km_rdf_add(rdf, labels, 0, "N", 0, "O"), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "no atom N in DME"));
    km_rdf_destroy(rdf);
    km_labels_destroy(labels);
}

/* A made curve: a sharp first peak at 2.8 A, a broad minimum of 0.3 at 3.6 A, a second shell; with
 * the Poisson noise of few samples. The minimum is found, whatever the noise. */
static void the_first_minimum_is_found_in_noise(void **state)
{
    (void)state;
    enum { BINS = 500 };
    double r[BINS], g[BINS], n[BINS];
    const double samples[3] = {1e9, 300.0, 60.0}; /* pairs per bin and A^3 where g = 1 */
    const double tolerance[3] = {0.02, 0.10, 0.25};
    for (int which = 0; which < 3; which++) {
        km_rdf_curve c = {.n_bins = BINS, .bin_width = 0.02, .r = r, .g = g, .coordination = n};
        double within = 0.0;
        for (int b = 0; b < BINS; b++) {
            r[b] = (b + 0.5) * 0.02;
            const double d = r[b] - 3.6, rise = 1.0 / (1.0 + exp(-(r[b] - 2.5) / 0.03));
            const double first = 9.0 * exp(-0.5 * pow((r[b] - 2.8) / 0.18, 2));
            const double far = 0.3 + 0.9 * (1.0 - exp(-d * d / 0.5)) * (r[b] > 3.6);
            g[b] = rise * (first + far);
            double normal[4];
            made_normal3(77 + (uint64_t)which, b, 0, normal);
            const double expected = samples[which] * 4.0 * KM_PI * r[b] * r[b] * 0.02;
            g[b] = fmax(0.0, g[b] + normal[0] * sqrt(g[b] / expected));
            within += 0.01 * 4.0 * KM_PI * r[b] * r[b] * 0.02 * g[b];
            n[b] = within;
        }
        c.samples = samples[which];
        assert_ok(km_rdf_find_shell(&c));
        assert_true(c.has_peak && c.has_shell);
        assert_near(c.peak_r, 2.8, 0.08);
        /* without noise the sum of the first peak's tail and the flat 0.3 has its least at 3.6 */
        assert_near(c.shell_r, 3.6, 0.02 + tolerance[which]);
        assert_true(c.coordination_less < c.coordination_number &&
                    c.coordination_number < c.coordination_more);
    }
}

static void counts_do_not_depend_on_threads(void **state)
{
    (void)state;
    enum { N = 700 };
    const made_kind kind = {"K+", "K", N, 1, 39.1, 1};
    km_labels *labels = made_labels(&kind, 1);
    const km_box box = km_box_orthorhombic(3, 3, 3);
    double x[3 * N];
    km_rdf_curve curve[2];
    const int before = omp_get_max_threads();
    for (int which = 0; which < 2; which++) {
        omp_set_num_threads(which == 0 ? 1 : 3);
        km_rdf *rdf;
        assert_ok(km_rdf_create(&rdf));
        assert_ok(km_rdf_add(rdf, labels, 0, "K", 0, "K"));
        for (int k = 0; k < 3; k++) {
            scatter(x, N, box, 5, k);
            const km_frame frame = make_frame(x, N, box, k);
            assert_ok(km_rdf_frame(rdf, labels, &frame));
        }
        assert_ok(km_rdf_curve_compute(rdf, 0, &curve[which]));
        km_rdf_destroy(rdf);
    }
    omp_set_num_threads(before);
    assert_memory_equal(curve[0].g, curve[1].g, sizeof(double) * (size_t)curve[0].n_bins);
    km_rdf_curve_clear(&curve[0]);
    km_rdf_curve_clear(&curve[1]);
    km_labels_destroy(labels);
}

/* ---- the chain: names, sink, results, files ---- */

static km_status run_chain(km_analysis *analysis, const km_labels *labels, const double *x,
                           int n_frames, km_box box)
{
    const km_sink sink = km_analysis_sink(analysis);
    KM_TRY(sink.begin(sink.self, labels));
    for (int k = 0; k < n_frames; k++) {
        const km_frame frame =
            make_frame(x + 3 * (size_t)k * labels->n_atoms, labels->n_atoms, box, k);
        KM_TRY(sink.frame(sink.self, &frame));
    }
    return sink.end(sink.self);
}

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
    return n;
}

static void remove_folder(const char *folder)
{
    static const char *const name[] = {"analysis.txt",  "msd.csv", "beta.csv",
                                       "diffusion.csv", "rdf.csv", "coordination.csv"};
    char path[256];
    for (size_t k = 0; k < sizeof name / sizeof *name; k++) {
        snprintf(path, sizeof path, "%s/%s", folder, name[k]);
        assert_int_equal(remove(path), 0);
    }
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
}

static void frames_become_results_and_files(void **state)
{
    (void)state;
    const made_kind kinds[3] = {
        {"K+", "K", 20, 1, 39.1, 1}, {"DME", "O", 30, 2, 16.0, 0}, {"I-", "I", 20, 1, 126.9, -1}};
    km_labels *labels = made_labels(kinds, 3);
    const double sigma[3] = {0.07, 0.07, 0.07};
    const int n_frames = 500;
    double *x = made_walk(13, n_frames, labels->n_atoms, sigma);
    const char *const names[2] = {"msd", "rdf"};
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 2, 298.15, 0.455e-3, 7, &analysis));
    assert_null(km_analysis_results(analysis));
    assert_ok(run_chain(analysis, labels, x, n_frames, km_box_orthorhombic(4, 4, 4)));
    const km_results *results = km_analysis_results(analysis);
    assert_int_equal(results->n_species, 3);
    assert_int_equal(results->n_rdf, 2); /* K-O of DME and K-I */
    assert_string_equal(results->rdf[0].partner, "DME");
    assert_string_equal(results->rdf[1].partner_element, "I");
    assert_near(results->box_length, 40.0, 1e-9);
    const km_species_result *potassium = &results->species[0];
    assert_string_equal(potassium->name, "K+");
    assert_true(potassium->diffusion.diffusive);
    /* sigma^2/2 nm^2/ps = 2.45e-9 m^2/s */
    assert_near(potassium->diffusion.total.value, 2.45e-9,
                4.0 * potassium->diffusion.total.standard_error);
    assert_true(potassium->corrected);
    assert_near(potassium->infinite.value - potassium->diffusion.total.value, 3.40e-10, 0.005e-10);
    assert_near(potassium->msd[1], 3 * 0.49, 0.05);
    assert_true(results->n_lines >= 2 + 2 * 3 + 2);
    bool found = false;
    for (int k = 0; k < results->n_lines; k++)
        found = found || strncmp(results->line[k], "D(K+) = 2.", 10) == 0;
    assert_true(found);
    char folder[] = "analysis_XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_ok(km_analysis_write(analysis, folder));
    assert_int_equal(count_lines(folder, "msd.csv", "\"K+ total_A2\""), n_frames + 1);
    assert_int_equal(count_lines(folder, "diffusion.csv", "D_m2_s"), 4);
    count_lines(folder, "beta.csv", "lag_ps,\"K+ beta\"");
    count_lines(folder, "analysis.txt", "(95 %)");
    assert_int_equal(count_lines(folder, "coordination.csv", "\"DME\",O"), 3);
    /* half of 4 nm in bins of 0.02 A; the quotient may round down */
    assert_in_range(count_lines(folder, "rdf.csv", "r_A,r_outer_A,\"g K+ K-DME O\""), 1000, 1001);
    remove_folder(folder);
    assert_int_equal(km_analysis_write(analysis, "no/such/folder"), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message, "no/such/folder/analysis.txt"));
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
    free(x);
}

static void short_runs_give_sentences(void **state)
{
    (void)state;
    const made_kind kinds[2] = {{"K+", "K", 3, 1, 39.1, 1}, {"FSI-", "F", 3, 2, 19.0, -1}};
    km_labels *labels = made_labels(kinds, 2);
    const double sigma[3] = {0.05, 0.05, 0.05};
    double *x = made_walk(13, 30, labels->n_atoms, sigma);
    const char *const names[2] = {"rdf", "msd"};
    char folder[] = "analysis_XXXXXX";
    assert_non_null(mkdtemp(folder));
    for (int n_frames = 0; n_frames < 30; n_frames += n_frames < 3 ? 1 : 9) {
        km_analysis *analysis;
        assert_ok(km_analysis_create(names, 2, 298.15, 0.0, 7, &analysis));
        assert_int_equal(km_analysis_write(analysis, folder), KM_ERROR_INTERNAL);
        assert_ok(run_chain(analysis, labels, x, n_frames, km_box_orthorhombic(4, 4, 5)));
        const km_results *results = km_analysis_results(analysis);
        assert_int_equal(results->n_frames, n_frames);
        assert_int_equal(results->n_species, 2);
        assert_true(n_frames >= KM_DIFFUSION_LEAST_FRAMES || results->n_warnings == 2);
        assert_ok(km_analysis_write(analysis, folder));
        km_analysis_destroy(analysis);
    }
    remove_folder(folder);
    /* a cell that is no cube gets no correction; an unknown name is refused */
    km_analysis *analysis;
    assert_ok(km_analysis_create(names, 2, 298.15, 1e-3, 7, &analysis));
    assert_ok(run_chain(analysis, labels, x, 30, km_box_orthorhombic(4, 4, 5)));
    const km_results *results = km_analysis_results(analysis);
    for (int k = 0; k < 2; k++) {
        const km_species_result *species = &results->species[k];
        assert_false(species->corrected);
        assert_non_null(strstr(species->correction, "no finite-size correction"));
    }
    km_analysis_destroy(analysis);
    const char *const wrong[1] = {"rdff"};
    assert_int_equal(km_analysis_create(wrong, 1, 300, 0, 1, &analysis), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "\"rdff\""));
    km_analysis_destroy(analysis);
    km_labels_destroy(labels);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ideal_gas_has_g_one),
        cmocka_unit_test(fcc_has_its_shells),
        cmocka_unit_test(a_triclinic_cell_equals_its_orthorhombic_supercell),
        cmocka_unit_test(pairs_inside_a_molecule_are_left_out),
        cmocka_unit_test(the_first_minimum_is_found_in_noise),
        cmocka_unit_test(counts_do_not_depend_on_threads),
        cmocka_unit_test(frames_become_results_and_files),
        cmocka_unit_test(short_runs_give_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
