/* SPDX-License-Identifier: MIT */
/* Pictures: scripts that gnuplot accepts, and what happens where there is no gnuplot. */
#include <math.h>
#include <unistd.h>

#include "host/output/energy_table.h"
#include "host/output/picture.h"
#include "tests/files.h"

static bool gnuplot_is_missing(void)
{
    return system("command -v gnuplot >/dev/null") != 0;
}

static void new_folder(const char *name)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s' && mkdir '%s'", name, name);
    assert_int_equal(system(command), 0);
}

/* Two species: 6 D t with a plateau before, the second without errors. */
static void write_msd(const char *path, int n)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("lag_ps,K_A2,K_error_A2,FSI_A2\n0,0,0,0\n", file);
    for (int k = 0; k < n; k++) {
        const double t = 0.1 * pow(1.1, k), msd = 6e-4 * t + 0.01 * (1 - exp(-t));
        fprintf(file, "%g,%g,%g,%g\n", t, msd, 0.05 * msd * sqrt(t / 100), 3 * msd);
    }
    fclose(file);
}

static const km_picture_curve curves[] = {{"K⁺", 2, 3, 1.04e-10, 0.03e-10, true},
                                          {"it's FSI⁻ {_x}", 4, 0, NAN, NAN, false}};

static km_picture_msd_spec msd_spec(const char *folder)
{
    const km_picture_msd_spec spec = {.folder = folder,
                                      .csv = "msd.csv",
                                      .title = "1 M 'KFSI' in DME_2 {at} \\298 K",
                                      .fit_from = 50,
                                      .fit_to = 500,
                                      .n_curves = 2,
                                      .curve = curves};
    return spec;
}

/* The files begin as their formats ask, and the SVG is closed. */
static void assert_pictures(const char *svg, const char *png)
{
    size_t size;
    char *text = slurp(svg, &size);
    assert_memory_equal(text, "<?xml", 5);
    assert_non_null(strstr(text, "</svg>"));
    free(text);
    text = slurp(png, &size);
    assert_true(size > 10000);
    assert_memory_equal(text, "\x89PNG\r\n\x1a\n", 8);
    free(text);
}

static void msd_is_drawn(void **state)
{
    (void)state;
    bool drawn;
    if (gnuplot_is_missing())
        skip();
    new_folder("pictures");
    write_msd("pictures/msd.csv", 100);
    const km_picture_msd_spec spec = msd_spec("pictures");
    assert_ok(km_picture_msd(&spec, &drawn));
    assert_true(drawn);
    assert_pictures("pictures/msd.svg", "pictures/msd.png");
    char *text = slurp("pictures/msd.svg", NULL);
    assert_non_null(strstr(text, "apparent D = (1.04 ± 0.03) × 10⁻¹⁰ m²/s"));
    assert_non_null(strstr(text, "1 M 'KFSI' in DME_2 {at} \\298 K"));
    assert_non_null(strstr(text, "it's FSI⁻ {_x}"));
    assert_non_null(strstr(text, "fit window"));
    free(text);
    write_msd("pictures/msd.csv", 1); /* a run so short that there is one lag */
    assert_ok(km_picture_msd(&spec, &drawn));
    assert_true(drawn);
}

static void energies_are_drawn(void **state)
{
    (void)state;
    bool drawn;
    km_energy_table *table;
    if (gnuplot_is_missing())
        skip();
    new_folder("traces");
    assert_ok(km_energy_table_create("traces/energies.csv", &table));
    const km_sink sink = km_energy_table_sink(table);
    assert_ok(sink.begin(sink.self, NULL));
    for (int k = 0; k < 1000; k++) {
        const km_energy_row row = {.step = k,
                                   .time = 10.0 * k,
                                   .measured = {.temperature = 298 + sin(k),
                                                .density = 600.0, /* constant volume */
                                                .potential = -1e4 + cos(k)}};
        assert_ok(sink.energies(sink.self, &row));
        if (k == 0) { /* a single row can be drawn as well */
            assert_ok(km_picture_energies("traces", NULL, &drawn));
            assert_true(drawn);
        }
    }
    assert_ok(sink.end(sink.self));
    km_energy_table_destroy(table);
    assert_ok(km_picture_energies("traces", "beta''-alumina, K' NVT", &drawn));
    assert_true(drawn);
    assert_pictures("traces/energies.svg", "traces/energies.png");
    char *text = slurp("traces/energies.svg", NULL);
    assert_non_null(strstr(text, "time (ns)"));
    assert_non_null(strstr(text, "beta″-alumina, K' NVT"));
    free(text);
}

/* Two slabs with layers, a liquid of two species between them, a dipole layer at each surface. */
static void write_profile(double shift)
{
    FILE *density = fopen("profiles/profile.csv", "w"),
         *volt = fopen("profiles/potential.csv", "w");
    assert_non_null(density);
    assert_non_null(volt);
    fputs("z_A,mass,e,charge,e,K0,e,K+,e,DME,e\n", density);
    fputs("# periodic\nz_A,potential_V,standard_error_V\n", volt);
    for (int k = 0; k < 400; k++) {
        const double z = -40 + 0.2 * k + shift, d = 27 - fabs(z);
        const double liquid = d > 0 ? (1 - exp(-d * d)) * (1 + exp(-d / 4) * cos(d * 1.4)) : 0;
        const double metal = d < 0 ? 0.05 * pow(cos(0.83 * (d + 1.9)), 20) : 0;
        fprintf(density, "%g,0,0,0,0,%g,0,%g,%g,%g,%g\n", z, metal, 6e-4 * liquid,
                1e-4 * sqrt(liquid), 5e-3 * liquid, 1e-4);
        fprintf(volt, "%g,%g,%g\n", z - 0.1, -0.4 * tanh(d), 0.02);
    }
    fclose(density);
    fclose(volt);
}

static void profiles_are_drawn(void **state)
{
    (void)state;
    bool drawn;
    if (gnuplot_is_missing())
        skip();
    new_folder("profiles");
    write_profile(0.0);
    const km_picture_profile_curve curve[3] = {
        {"K0", 6, true}, {"K+", 8, false}, {"it's DME_2", 10, false}};
    const double from[2] = {27.0, 27.0}, to[2] = {-27.0, 40.0};
    km_picture_profile_spec spec = {.folder = "profiles",
                                    .title = "K | 1 M 'KFSI' in DME_2 | K",
                                    .from = -40.0,
                                    .to = 40.0,
                                    .boundary = "it's periodic",
                                    .n_curves = 1, /* nothing but metal, no slab */
                                    .curve = curve,
                                    .slab_from = from,
                                    .slab_to = to};
    assert_ok(km_picture_profile(&spec, &drawn));
    assert_true(drawn);
    spec.n_curves = 3;
    spec.n_slabs = 1;
    assert_ok(km_picture_profile(&spec, &drawn));
    assert_true(drawn);
    assert_pictures("profiles/profile.svg", "profiles/profile.png");
    char *text = slurp("profiles/profile.svg", NULL);
    assert_non_null(strstr(text, "it's DME_2"));
    assert_non_null(strstr(text, "it's periodic"));
    assert_non_null(strstr(text, "potential (V)"));
    free(text);
    text = slurp("profiles/profile.gnuplot", NULL); /* a slab over the edge is drawn at both ends */
    assert_non_null(strstr(text, "object 1 rectangle from -40, graph 0 to -27"));
    assert_non_null(strstr(text, "object 2 rectangle from 27, graph 0 to 40"));
    free(text);
}

static void without_gnuplot_the_script_stays(void **state)
{
    (void)state;
    bool drawn;
    char *path = strdup(getenv("PATH"));
    new_folder("no_gnuplot");
    write_msd("no_gnuplot/msd.csv", 100);
    const km_picture_msd_spec spec = msd_spec("no_gnuplot");
    assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
    const km_status status = km_picture_msd(&spec, &drawn);
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
    assert_ok(status);
    assert_false(drawn);
    assert_int_equal(access("no_gnuplot/msd.gnuplot", R_OK), 0);
    const km_picture_msd_spec nowhere = msd_spec("no/such/folder");
    assert_int_equal(km_picture_msd(&nowhere, &drawn), KM_ERROR_FILE);
    assert_message_has("no/such/folder/msd.gnuplot");
}

static void gnuplot_is_quoted_when_it_fails(void **state)
{
    (void)state;
    bool drawn;
    if (gnuplot_is_missing())
        skip();
    new_folder("no_data");
    const km_picture_msd_spec spec = msd_spec("no_data");
    assert_int_equal(km_picture_msd(&spec, &drawn), KM_ERROR_EXTERNAL);
    assert_false(drawn);
    assert_message_has("gnuplot failed on no_data/msd.gnuplot: ");
    assert_message_has("msd.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(msd_is_drawn),
        cmocka_unit_test(energies_are_drawn),
        cmocka_unit_test(profiles_are_drawn),
        cmocka_unit_test(without_gnuplot_the_script_stays),
        cmocka_unit_test(gnuplot_is_quoted_when_it_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
