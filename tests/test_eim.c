/* SPDX-License-Identifier: MIT */
/* The embedded-ion term: what it must not depend on, crystals at 0 K, its file. Energies, forces
 * and virials against LAMMPS: physics/eam_references.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/lattice.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "tests/metal.h"

#define FILE_OF_ALL "forcefields/metals/Zhou2011_LiNaKRbCs_FClBrI.eim"

static void assert_same(const metal_result *a, const metal_result *b, int n)
{
    assert_true(a->energy == b->energy);
    assert_memory_equal(a->virial, b->virial, sizeof a->virial);
    assert_memory_equal(a->force, b->force, 3 * (size_t)n * sizeof *a->force);
    assert_int_equal(a->fault, b->fault);
}

/* Threads of the CPU; orders of threads, blocks and atomics on the device. */
static void same_bits_in_any_order(void **state)
{
    metal *m = metal_read("nak-bcc");
    metal_result first = {0};
    for (int k = 0; k < 4; k++) {
        km_emulator_seed((uint64_t)k + 1);
        metal_open(m, *state, 1 + k, m->n);
        const metal_result r = metal_evaluate(m);
        if (k == 0)
            first = r;
        else {
            assert_same(&r, &first, m->n);
            free(r.force);
        }
        metal_close(m);
    }
    km_emulator_seed(1);
    free(first.force);
    metal_free(m);
}

/* A list from before atoms moved, within its skin and beyond, gives the bits of a new one. */
static void same_bits_whenever_the_list_was_built(void **state)
{
    metal *m = metal_read("nak-liquid");
    metal_open(m, *state, 2, m->n);
    free(metal_evaluate(m).force);
    for (int k = 0; k < 4; k++) {
        const double most = k == 2 ? 0.06 : 0.012;
        for (int i = 0; i < m->n; i++) {
            const km_random4 random = km_random_bits((uint64_t)k, (uint64_t)i, 1, KM_RANDOM_BUILD);
            for (int c = 0; c < 3; c++)
                m->position[3 * i + c] += most * (2.0 * km_random_uniform(random.v[c]) - 1.0);
        }
        const metal_result kept = metal_evaluate(m);
        metal *again = metal_read("nak-liquid");
        memcpy(again->position, m->position, 3 * (size_t)m->n * sizeof(double));
        metal_open(again, *state, 2, m->n);
        const metal_result fresh = metal_evaluate(again);
        assert_same(&kept, &fresh, m->n);
        free(kept.force);
        free(fresh.force);
        metal_close(again);
        metal_free(again);
    }
    metal_close(m);
    metal_free(m);
}

/* Pairs push each other equally hard, to the bit. */
static void no_net_force(void **state)
{
    metal *m = metal_read("kf");
    metal_open(m, *state, 2, m->n);
    const metal_result r = metal_evaluate(m);
    for (int c = 0; c < 3; c++) {
        double sum = 0.0; /* exact: multiples of 2^-32 far below 2^20 */
        for (int i = 0; i < m->n; i++)
            sum += r.force[3 * i + c];
        assert_true(sum == 0.0);
    }
    free(r.force);
    metal_close(m);
    metal_free(m);
}

/* All atoms move along a direction of each its own, by h: dU/dh = -sum F d. The functions have
 * kinks at their cutoffs (of the erfc, at 1.645), which the differences see as noise. */
static void force_is_minus_gradient(void **state)
{
    metal *m = metal_read("kcl");
    metal_open(m, *state, 2, m->n);
    const metal_result here = metal_evaluate(m);
    const double h = 2e-4; /* nm */
    double u[2], expected = 0.0, *d = calloc(3 * (size_t)m->n, sizeof *d);
    assert_non_null(d);
    for (int k = 0; k < 3 * m->n; k++) {
        const km_random4 random = km_random_bits(3, (uint64_t)k, 2, KM_RANDOM_BUILD);
        d[k] = copysign(km_random_uniform(random.v[0]), here.force[k]); /* downhill */
        expected -= here.force[k] * d[k];
    }
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < 3 * m->n; k++)
            m->position[k] += (side == 0 ? -h : 2.0 * h) * d[k];
        const metal_result r = metal_evaluate(m);
        u[side] = r.energy;
        free(r.force);
    }
    const double difference = (u[1] - u[0]) / (2.0 * h);
    print_message("dU/dh %.8g, from forces %.8g\n", difference, expected);
    assert_near(difference / expected, 1.0, 1e-4);
    free(d);
    free(here.force);
    metal_close(m);
    metal_free(m);
}

/* Crystals at 0 K: a (angstrom) and energy per formula (eV) of the minimum. K and Na as LAMMPS
 * (20220106) computed them with this file; KCl and KF: LAMMPS 29 Sep 2021, fix box/relax. */
typedef struct known_crystal {
    const char *second; /* on the other sublattice of rock salt; NULL: bcc of the first */
    const char *first;
    double a, energy;
} known_crystal;

static const known_crystal known[] = {{NULL, "K", 5.09939, -0.93773},
                                      {NULL, "Na", 4.37328, -1.13280},
                                      {"Cl", "K", 6.27989165, -6.67901113},
                                      {"F", "K", 5.32450093, -7.66062246}};

static metal *crystal_of(const known_crystal *k, double a)
{
    enum { CELLS = 4 };
    double site[4][3];
    const int n_sites = km_lattice_sites(k->second != NULL ? KM_LATTICE_FCC : KM_LATTICE_BCC, site);
    const int sublattices = k->second != NULL ? 2 : 1;
    const double edge = CELLS * a;
    metal *m = metal_make(FILE_OF_ALL, CELLS * CELLS * CELLS * n_sites * sublattices,
                          km_box_orthorhombic(edge, edge, edge));
    for (int i = 0; i < m->n; i++) {
        const int half = i % sublattices, s = i / sublattices % n_sites,
                  cell = i / sublattices / n_sites;
        const int at[3] = {cell / CELLS / CELLS, cell / CELLS % CELLS, cell % CELLS};
        for (int c = 0; c < 3; c++)
            m->position[3 * i + c] = a * (at[c] + site[s][c] + 0.5 * half);
        m->element[i] = km_eim_element_find(m->ions, half == 0 ? k->first : k->second);
    }
    return m;
}

/* eV per formula; *slope: trace of the virial per formula, kJ/mol. */
static double energy_at(const km_backend *backend, const known_crystal *k, double a, double *slope)
{
    metal *m = crystal_of(k, a);
    metal_open(m, backend, 2, m->n);
    const metal_result r = metal_evaluate(m);
    const double formulas = k->second != NULL ? 0.5 * m->n : m->n;
    assert_int_equal(r.fault, 0);
    *slope = (r.virial[0] + r.virial[1] + r.virial[2]) / formulas;
    free(r.force);
    metal_close(m);
    metal_free(m);
    return r.energy / formulas / KM_EV;
}

static void crystals_at_zero_temperature(void **state)
{
    for (size_t c = 0; c < sizeof known / sizeof *known; c++) {
        const known_crystal *k = &known[c];
        double low = 0.0995 * k->a, high = 0.1005 * k->a, slope, energy = 0.0;
        for (int step = 0; step < 20; step++) { /* the virial rises through 0 with a */
            const double middle = 0.5 * (low + high);
            energy = energy_at(*state, k, middle, &slope);
            if (slope < 0.0)
                low = middle;
            else
                high = middle;
        }
        print_message("%s%s: a %.5f A, energy %.5f eV\n", k->first,
                      k->second != NULL ? k->second : "", 10.0 * low, energy);
        assert_near(10.0 * low, k->a, 2e-4);
        assert_near(energy, k->energy, 2e-5);
    }
}

/* ---- the file ---- */

#define HEAD "global: 2.0 -1.645 1.645\nelement: K 19 39.1 0.82 1.6 1.6 -0.9 0.0\n"
#define PAIR                                                                                       \
    "pair: K K 7.0 7.0 -0.15 4.6 9.1 &\n 4.8 0.0 0.02 2.0 7.8 &\n 0.3 0.6 2.0 1.0 # comment\n"

static km_status read_text(const char *text)
{
    char path[] = "/tmp/kalium-eim-XXXXXX";
    km_eim_parameters *p = NULL;
    const int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    const km_status status = km_eim_file_read(path, &p);
    remove(path);
    assert_true((status == KM_OK) == (p != NULL));
    km_eim_parameters_destroy(p);
    return status;
}

static void refused(const char *text, const char *part)
{
    assert_int_equal(read_text(text), KM_ERROR_INPUT);
    if (strstr(km_last_error()->message, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", km_last_error()->message, part);
}

static void malformed_files(void **state)
{
    (void)state;
    assert_ok(read_text(HEAD PAIR));
    refused(HEAD PAIR PAIR, "line 8: this pair is given twice");
    refused(HEAD, "without pair: K K");
    refused(PAIR, "\"K\" is no element");
    refused("element: K 19 39.1 0.82 1.6 1.6 -0.9 0.0\n" PAIR, "no line global:");
    refused("global: 2.0 -1.645\n", "line 1: global: wants 3 numbers, and there are fewer");
    refused("global: 2.0 1.645 1.645\n", "must be -x and x");
    refused(HEAD "element: K 19 39.1 0.82 1.6 1.6 -0.9 0.0\n", "line 3: K is named twice");
    refused("global: 2 -1 1\nelement: K 19 x 0.82 1.6 1.6 -0.9 0.0\n", "\"x\" is not a number");
    refused("global: 2 -1 1\nelement: K 19 39 0.82 1.6 1.6 -0.9 1.0\n", "lone atoms");
    refused(HEAD "pair: K K 7.0 7.0 -0.15 4.6 9.1 &\n", "after a line that goes on");
    refused(HEAD "pair: K K 7 7 -0.15 4.6 9 9 0 0.02 2 7.8 0.3 0.6 2 1\n", "alpha and beta");
    refused(HEAD "pair: K K 7 4 -0.15 4.6 9 5 0 0.02 2 7.8 0.3 0.6 2 1\n", "below both cutoffs");
    refused(HEAD "pair: K K 7 7 -0.15 4.6 9 5 0 0.02 2 7.8 0.3 0.6 2 3\n", "must be 1 or 2");
    refused("potassium\n", "not \"potassium\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_in_any_order),
        cmocka_unit_test(same_bits_whenever_the_list_was_built),
        cmocka_unit_test(no_net_force),
        cmocka_unit_test(force_is_minus_gradient),
        cmocka_unit_test(crystals_at_zero_temperature),
        cmocka_unit_test(malformed_files),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
