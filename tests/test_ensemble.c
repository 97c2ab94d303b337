/* SPDX-License-Identifier: MIT */
/* Replicas reduced to one result: means, scatter, Student's t, and what is refused. */
#include <math.h>
#include <stdio.h>

#include "host/analysis/ensemble.h"
#include "tests/cmocka_all.h"
#include "tests/files.h"

#define N_LAGS 400
#define LARGEST 5

/* Results of one species with MSD_a = offset + 2 D_a t exactly: D in A^2/ps (1e-8 m^2/s). */
static void make(km_results *one, int n_lags, const double D[3], double own_error)
{
    *one = (km_results){.has_msd = true,
                        .n_frames = n_lags,
                        .n_frames_stored = n_lags,
                        .interval = 2.0,
                        .time_last = 2.0 * (n_lags - 1),
                        .temperature = 300.0,
                        .volume = 8000.0,
                        .cubic = true,
                        .n_species = 1};
    assert_ok(km_allocate((void **)&one->species, 1, sizeof *one->species));
    km_species_result *s = one->species;
    snprintf(s->name, sizeof s->name, "K+");
    s->n_molecules = 7;
    s->n_lags = n_lags;
    assert_ok(km_allocate((void **)&s->msd, (size_t)n_lags, sizeof(double)));
    for (int a = 0; a < 3; a++)
        assert_ok(km_allocate((void **)&s->msd_axis[a], (size_t)n_lags, sizeof(double)));
    for (int m = 1; m < n_lags; m++)
        for (int a = 0; a < 3; a++) {
            s->msd_axis[a][m] = 0.1 + 2.0 * D[a] * 2.0 * m;
            s->msd[m] += s->msd_axis[a][m];
        }
    s->diffusion.available = true;
    s->diffusion.total.standard_error = own_error;
}

static void reduce(km_results *one, int n, km_results *out)
{
    const km_results *each[LARGEST];
    for (int r = 0; r < n; r++)
        each[r] = &one[r];
    assert_ok(km_ensemble_reduce(each, n, out));
}

static void clear(km_results *one, int n, km_results *out)
{
    for (int r = 0; r < n; r++)
        km_results_clear(&one[r]);
    km_results_clear(out);
}

/* Student's t of 95 % for 1, 2 and 4 degrees of freedom: NIST handbook, table 1.3.6.7.2. */
static void interval_is_that_of_students_t(void **state)
{
    (void)state;
    static const struct {
        int n;
        double t;
    } table[] = {{2, 12.706}, {3, 4.303}, {5, 2.776}};
    for (int k = 0; k < 3; k++) {
        km_results one[LARGEST], out;
        const int n = table[k].n;
        double mean = 0.0, square = 0.0;
        for (int r = 0; r < n; r++) {
            const double D = 0.10 + 0.01 * r * r, axes[3] = {0.5 * D, D, 1.5 * D};
            make(&one[r], N_LAGS, axes, 1e-10 * (1 + r));
            mean += D / n;
        }
        for (int r = 0; r < n; r++)
            square += pow(0.10 + 0.01 * r * r - mean, 2);
        reduce(one, n, &out);
        const km_diffusion *d = &out.species[0].diffusion;
        const double error = 1e-8 * sqrt(square / (n - 1.0) / n);
        assert_true(d->available && d->diffusive);
        assert_int_equal(d->n_replicas, n);
        assert_near(d->total.value, 1e-8 * mean, 1e-19);
        assert_near(d->axis[0].value, 0.5e-8 * mean, 1e-19);
        assert_near(d->axis[2].value, 1.5e-8 * mean, 1e-19);
        assert_near(d->total.standard_error, error, 1e-19);
        assert_near(d->total.high - d->total.value, table[k].t * error, 5e-4 * error);
        assert_near(d->total.value - d->total.low, table[k].t * error, 5e-4 * error);
        for (int r = 0; r < n; r++)
            assert_near(out.species[0].replica_D[r], 1e-8 * (0.10 + 0.01 * r * r), 1e-19);
        /* sqrt(1 + 4 + 9 ...) / n */
        assert_near(d->pooled_error, 1e-10 * sqrt(n * (n + 1.0) * (2.0 * n + 1.0) / 6.0) / n,
                    1e-20);
        assert_int_equal(out.n_warnings, (n < 4) + (d->warning[0] != '\0'));
        clear(one, n, &out);
    }
}

static void curves_are_means_with_their_scatter(void **state)
{
    (void)state;
    km_results one[3], out;
    const double D[3][3] = {{0.1, 0.1, 0.1}, {0.2, 0.2, 0.2}, {0.3, 0.3, 0.3}};
    for (int r = 0; r < 3; r++)
        make(&one[r], N_LAGS - 10 * r, D[r], NAN);
    one[1].volume = 8600.0;
    one[2].cubic = false;
    reduce(one, 3, &out);
    const km_species_result *s = &out.species[0];
    assert_int_equal(s->n_lags, N_LAGS - 20);
    assert_int_equal(out.n_frames, N_LAGS - 20);
    assert_near(out.volume, 8200.0, 1e-9);
    assert_false(out.cubic);
    for (int m = 1; m < s->n_lags; m += 37) {
        const double step = 6.0 * 0.1 * 2.0 * m; /* between one replica and the next */
        assert_near(s->msd[m], one[1].species[0].msd[m], 1e-9);
        assert_near(s->msd_axis[1][m], one[1].species[0].msd_axis[1][m], 1e-9);
        assert_near(s->msd_error[m], step / sqrt(3.0), 1e-9);
    }
    assert_true(isnan(s->diffusion.pooled_error));
    assert_non_null(strstr(s->diffusion.method, "scatter of 3 replicas"));
    clear(one, 3, &out);
}

static void written_tables_have_the_scatter(void **state)
{
    (void)state;
    km_results one[2], out;
    const double D[3] = {0.1, 0.1, 0.1}, E[3] = {0.3, 0.3, 0.3};
    make(&one[0], N_LAGS, D, 1e-10);
    make(&one[1], N_LAGS, E, 1e-10);
    reduce(one, 2, &out);
    const char *warning = out.species[0].diffusion.warning;
    assert_non_null(strstr(warning, "times as much as their own errors explain"));
    assert_ok(km_results_write(&out, "."));
    char *text = slurp("msd.csv", NULL);
    assert_non_null(strstr(text, "n_origins,\"K+ standard_error_A2\"\n"));
    assert_non_null(strstr(text, "\n2,2.7,0.9,0.9,0.9,798,1.2\n")); /* (1.5 + 3.9)/2, half of 2.4 */
    free(text);
    clear(one, 2, &out);
}

static void what_does_not_belong_together_is_refused(void **state)
{
    (void)state;
    km_results one[2], out;
    const km_results *each[2] = {&one[0], &one[1]};
    const double D[3] = {0.1, 0.1, 0.1};
    make(&one[0], N_LAGS, D, 1e-10);
    make(&one[1], N_LAGS, D, 1e-10);
    assert_int_equal(km_ensemble_reduce(each, 1, &out), KM_ERROR_VALUE);
    one[1].interval = 1.0;
    assert_int_equal(km_ensemble_reduce(each, 2, &out), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "1 ps apart, those of replica 1 2 ps"));
    one[1].interval = 2.0;
    one[1].species[0].n_molecules = 8;
    assert_int_equal(km_ensemble_reduce(each, 2, &out), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "replica 2 is not of the same system"));
    clear(one, 2, &out);
}

/* A peak at 3 A whose height differs between replicas; the shorter curve decides the length. */
static void make_rdf(km_results *one, int n_bins, double height)
{
    *one = (km_results){.has_rdf = true, .n_frames = 10, .n_rdf = 1, .cubic = true};
    assert_ok(km_allocate((void **)&one->rdf, 1, sizeof *one->rdf));
    km_rdf_curve *c = one->rdf;
    snprintf(c->centre, sizeof c->centre, "K+");
    snprintf(c->partner, sizeof c->partner, "DME");
    c->n_bins = n_bins;
    c->bin_width = 0.02;
    c->samples = 1e4;
    assert_ok(km_allocate((void **)&c->r, (size_t)n_bins, sizeof(double)));
    assert_ok(km_allocate((void **)&c->g, (size_t)n_bins, sizeof(double)));
    assert_ok(km_allocate((void **)&c->coordination, (size_t)n_bins, sizeof(double)));
    for (int b = 0; b < n_bins; b++) {
        c->r[b] = (b + 0.5) * 0.02;
        c->g[b] = height * exp(-10.0 * pow(c->r[b] - 3.0, 2)) + (c->r[b] > 4.0 ? 1.0 : 0.0);
        c->coordination[b] = height * 0.01 * b;
    }
}

static void radial_distributions_are_averaged(void **state)
{
    (void)state;
    km_results one[2], out;
    make_rdf(&one[0], 400, 4.0);
    make_rdf(&one[1], 380, 6.0);
    reduce(one, 2, &out);
    const km_rdf_curve *c = &out.rdf[0];
    assert_int_equal(c->n_bins, 380);
    assert_near(c->g[150], 0.5 * (one[0].rdf[0].g[150] + one[1].rdf[0].g[150]), 1e-12);
    assert_near(c->samples, 2e4, 1e-9);
    assert_true(c->has_shell);
    assert_true(c->shell_r > 3.2 && c->shell_r < 4.1);
    const double low = km_rdf_neighbours(&one[0].rdf[0], c->shell_r);
    const double high = km_rdf_neighbours(&one[1].rdf[0], c->shell_r);
    assert_near(c->coordination_number, 0.5 * (low + high), 1e-9);
    assert_near(c->coordination_error, 0.5 * (high - low), 1e-9);
    clear(one, 2, &out);
}

/* ---- dielectric constant ---- */

/* <M^2> of 4, 6 and 8, <M> along x of -1, 0.5 and 2, 1/(3 eps0 V kT) of 2: with the <M> of all,
 * 0.5, the constants are 1 + 2 (<M^2> - 0.25) = 8.5, 12.5 and 16.5. */
static void dipoles_of_replicas_share_their_mean(void **state)
{
    (void)state;
    km_results one[3], out;
    const double D[3] = {0.1, 0.1, 0.1}, average[3] = {-1.0, 0.5, 2.0};
    for (int r = 0; r < 3; r++) {
        make(&one[r], N_LAGS, D, 1e-10);
        one[r].has_dielectric = true;
        one[r].dielectric = (km_dielectric_result){.available = true,
                                                   .dipole = sqrt(4.0 + 2.0 * r),
                                                   .average = {average[r], 0.0, 0.0},
                                                   .per_square = 2.0,
                                                   .n_molecules = 9};
    }
    reduce(one, 3, &out);
    const km_dielectric_result *d = &out.dielectric;
    assert_true(out.has_dielectric && d->available);
    assert_int_equal(d->n_replicas, 3);
    for (int r = 0; r < 3; r++)
        assert_near(d->replica[r], 8.5 + 4.0 * r, 1e-12);
    assert_near(d->epsilon.value, 12.5, 1e-12);
    assert_near(d->epsilon.standard_error, 4.0 / sqrt(3.0), 1e-12);
    assert_near(d->epsilon.high - 12.5, 4.303 * 4.0 / sqrt(3.0), 1e-3); /* Student's t, as above */
    assert_near(d->independent, 6.0 / 0.25, 1e-9);
    assert_ok(km_results_write(&out, "."));
    char *text = slurp("dielectric.csv", NULL);
    assert_string_equal(text, "replica,dielectric_constant\n1,8.5\n2,12.5\n3,16.5\n");
    free(text);
    km_results_clear(&out);
    one[1].dielectric.available = false;
    snprintf(one[1].dielectric.warning, sizeof one[1].dielectric.warning, "no number: too short");
    reduce(one, 3, &out);
    assert_false(out.dielectric.available);
    assert_string_equal(out.dielectric.warning, "no number: too short");
    clear(one, 3, &out);
}

/* ---- van Hove functions ---- */

static void make_van_hove(km_results *one, int n_bins, double height, double lag)
{
    const double D[3] = {0.1, 0.1, 0.1};
    make(one, N_LAGS, D, 1e-10);
    one->has_van_hove = true;
    km_van_hove *v = &one->van_hove;
    *v = (km_van_hove){.n_lags = 1, .n_bins = n_bins, .bin_width = 0.1, .n_kinds = 1};
    assert_ok(km_allocate((void **)&v->kind, 1, sizeof *v->kind));
    snprintf(v->kind->name, sizeof v->kind->name, "K+");
    v->kind->n_molecules = 7;
    km_van_hove_lag *l = v->kind->lag;
    l->lag = lag;
    l->mean_square = 3.0 * height;
    l->alpha2 = (km_estimate){0.1 * height, NAN, NAN, NAN};
    assert_ok(km_allocate((void **)&l->self, (size_t)n_bins, sizeof(double)));
    assert_ok(km_allocate((void **)&l->distinct, (size_t)n_bins, sizeof(double)));
    for (int b = 0; b < n_bins; b++) {
        l->self[b] = height * exp(-0.1 * b);
        l->distinct[b] = 1.0 - 0.1 * height;
    }
}

static void van_hove_functions_are_averaged(void **state)
{
    (void)state;
    km_results one[2], out;
    make_van_hove(&one[0], 50, 1.0, 4.0);
    make_van_hove(&one[1], 40, 3.0, 4.0);
    reduce(one, 2, &out);
    const km_van_hove *v = &out.van_hove;
    const km_van_hove_lag *l = v->kind->lag;
    assert_int_equal(v->n_bins, 40);
    assert_int_equal(v->n_replicas, 2);
    for (int b = 0; b < 40; b += 13) {
        assert_near(l->self[b], 2.0 * exp(-0.1 * b), 1e-12);
        assert_near(l->self_error[b], exp(-0.1 * b), 1e-12);
        assert_near(l->distinct[b], 0.8, 1e-12);
        assert_near(l->distinct_error[b], 0.1, 1e-12);
    }
    assert_near(l->mean_square, 6.0, 1e-12);
    /* Maxwell's distribution of r with <r^2> = 6 A^2 at the middle of a bin of 0.1 A */
    assert_near(l->gaussian[15],
                4.0 * 3.14159265 * 1.55 * 1.55 * pow(2.0 * 3.14159265 * 2.0, -1.5) *
                    exp(-1.55 * 1.55 / 4.0),
                1e-3);
    assert_near(l->alpha2.value, 0.2, 1e-12);
    assert_near(l->alpha2.high - 0.2, 12.706 * 0.1, 1e-4);
    assert_ok(km_results_write(&out, "."));
    char *text = slurp("vanhove.csv", NULL);
    assert_non_null(strstr(text, ",\"distinct K+ 4 ps\",\"error of self K+ 4 ps\","
                                 "\"error of distinct K+ 4 ps\"\n0.05,2,"));
    free(text);
    clear(one, 2, &out);
    make_van_hove(&one[0], 50, 1.0, 4.0);
    make_van_hove(&one[1], 50, 1.0, 5.0); /* a shorter run: other lags */
    reduce(one, 2, &out);
    assert_int_equal(out.van_hove.n_lags, 0);
    clear(one, 2, &out);
}

/* ---- Green and Kubo ---- */

static void integrals_are_averaged(void **state)
{
    (void)state;
    km_results one[3], out;
    const double D[3] = {0.1, 0.1, 0.1};
    for (int r = 0; r < 3; r++) {
        make(&one[r], N_LAGS, D, 1e-10);
        one[r].has_viscosity = true;
        one[r].green_kubo = (km_green_kubo_result){
            .available = true, .value = {1.0 + r, 9.0, 9.0, 9.0}, .cut = 5.0 - r, .run_time = 10.0};
    }
    reduce(one, 3, &out);
    assert_true(out.has_viscosity && out.green_kubo.available);
    assert_near(out.green_kubo.value.value, 2.0, 1e-12);
    assert_near(out.green_kubo.value.standard_error, 1.0 / sqrt(3.0), 1e-12);
    assert_near(out.green_kubo.value.high - 2.0, 4.303 / sqrt(3.0), 1e-3);
    assert_near(out.green_kubo.cut, 5.0, 0.0);
    clear(one, 3, &out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_is_that_of_students_t),
        cmocka_unit_test(curves_are_means_with_their_scatter),
        cmocka_unit_test(written_tables_have_the_scatter),
        cmocka_unit_test(what_does_not_belong_together_is_refused),
        cmocka_unit_test(radial_distributions_are_averaged),
        cmocka_unit_test(dipoles_of_replicas_share_their_mean),
        cmocka_unit_test(van_hove_functions_are_averaged),
        cmocka_unit_test(integrals_are_averaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
