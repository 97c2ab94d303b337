/* SPDX-License-Identifier: MIT */
/* SPC/E water of the NIST Standard Reference Simulation Website, doi:10.18434/T4M88Q: first that
 * the direct sum of the tests gives every published Coulomb part, then that the mesh gives what the
 * direct sum converges to. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "tests/cmocka_all.h"
/* after the above */
#include "kernels/base/units.h"
#include "tests/nist_configuration.h"

#define IN_DOUBLE (sizeof(km_real) == sizeof(double))
#define CUTOFF 1.0 /* nm, of the published real-space parts */

/* Cubic cells: K, alpha = 5.6/L, wave vectors with n^2 < 27. */
static const struct {
    const char *file;
    double real, fourier, self, intra; /* E/kB in K, six digits */
} cuboid[4] = {
    {"spce_sample_config_periodic1.txt", -5.58889e5, 6.27009e3, -2.84469e6, 2.80999e6},
    {"spce_sample_config_periodic2.txt", -1.19295e6, 6.03495e3, -5.68938e6, 5.61998e6},
    {"spce_sample_config_periodic3.txt", -1.96297e6, 5.24461e3, -8.53407e6, 8.42998e6},
    {"spce_sample_config_periodic4.txt", -3.57226e6, 7.58785e3, -1.42235e7, 1.41483e7},
};

/* Skewed cells: kJ/mol, alpha 2.850/nm, |n| <= 7 and k^2 below a limit. The monoclinic E_fourier is
 * that of FEASST (usnistgov/feasst, commit 37849d3a466b) for this set of waves. */
static const struct {
    const char *file;
    double k2_max; /* 1/nm^2 */
    double real, fourier, self, intra, tolerance;
} skewed[2] = {
    {"spce_triclinic_sample_periodic1.xyz", 230.37, -6046.43627, 371.46525, -96297.75579,
     95078.89447, 2e-4},
    {"spce_monoclinic_sample_periodic4.xyz", 199.01, -1425.6143894337906, 185.60955025935957,
     -24074.443366236523, 23769.71831128121, 1e-2},
};

typedef struct parts {
    double real, fourier, self, intra; /* kJ/mol */
} parts;

static parts direct_parts(const charged_system *s, double alpha, double k2_max, int index_max)
{
    ewald_part real = {0.0, {0.0}, NULL}, fourier = real, self = real, intra = real;
    ewald_real(s, alpha, CUTOFF, &real);
    ewald_reciprocal(s, alpha, k2_max, index_max, &fourier);
    ewald_self(s, alpha, &self);
    ewald_excluded(s, alpha, &intra);
    return (parts){real.energy, fourier.energy, self.energy, intra.energy};
}

/* One unit of the sixth digit, in the unit of the published number. */
static double sixth_digit(double published)
{
    return pow(10.0, floor(log10(fabs(published))) - 5.0);
}

#define assert_printed(kelvin, published) assert_near(kelvin, published, sixth_digit(published))

static void direct_sum_gives_the_published_cuboid_parts(void **state)
{
    (void)state;
    for (int m = 0; m < 4; m++) {
        charged_system *s = nist_read(cuboid[m].file);
        const double edge = s->box.ax, wave = 2.0 * KM_PI / edge;
        /* n^2 is a whole number: below 26.5 is below 27 */
        const parts got = direct_parts(s, 5.6 / edge, 26.5 * wave * wave, INT_MAX);
        assert_printed(got.real / KM_GAS_CONSTANT, cuboid[m].real);
        assert_printed(got.fourier / KM_GAS_CONSTANT, cuboid[m].fourier);
        assert_printed(got.self / KM_GAS_CONSTANT, cuboid[m].self);
        assert_printed(got.intra / KM_GAS_CONSTANT, cuboid[m].intra);
        charged_system_free(s);
    }
}

static void direct_sum_gives_the_published_skewed_parts(void **state)
{
    (void)state;
    for (int m = 0; m < 2; m++) {
        charged_system *s = nist_read(skewed[m].file);
        const parts got = direct_parts(s, 2.850, skewed[m].k2_max, 7);
        assert_near(got.real, skewed[m].real, skewed[m].tolerance);
        assert_near(got.fourier, skewed[m].fourier, skewed[m].tolerance);
        assert_near(got.self, skewed[m].self, skewed[m].tolerance);
        assert_near(got.intra, skewed[m].intra, skewed[m].tolerance);
        charged_system_free(s);
    }
}

/* The total Coulomb energy does not depend on alpha once converged, so the direct sum is taken with
 * another one than the mesh. Double: 1e-5 of the total with alpha h = 0.25 and order 6. Float: the
 * mesh and self energies are twenty times the total, each good to some 1e-7; the virial is as good
 * as the self energy. */
static void mesh_gives_the_converged_total(void **state)
{
    const char *const file[3] = {"spce_sample_config_periodic1.txt",
                                 "spce_sample_config_periodic2.txt",
                                 "spce_monoclinic_sample_periodic4.xyz"};
    const int mesh[3] = {28, 28, 50};
    for (int m = 0; m < 3; m++) {
        charged_system *s = nist_read(file[m]);
        ewald_part exact = {0.0, {0.0}, calloc(3 * (size_t)s->n, sizeof(double))};
        ewald_part rest = {0.0, {0.0}, calloc(3 * (size_t)s->n, sizeof(double))};
        ewald_converged(s, 5.0, &exact);
        const km_pme_spec spec = mesh_spec(3.5, mesh[m], mesh[m], mesh[m], 6);
        mesh_result got = mesh_evaluate(*state, s, &spec);
        ewald_real(s, spec.alpha, 5.9 / spec.alpha, &rest);
        ewald_excluded(s, spec.alpha, &rest);
        const double total = got.reciprocal + got.self + rest.energy;
        assert_near(total / exact.energy, 1.0, IN_DOUBLE ? 1e-5 : 2e-5);
        for (int t = 0; t < KM_TENSOR; t++)
            assert_near(got.virial[t] + rest.virial[t], exact.virial[t], 2e-6 * fabs(got.self));
        for (int k = 0; k < 3 * s->n; k++)
            got.force[k] += rest.force[k];
        assert_near(rms_difference(got.force, exact.force, s->n) / rms(exact.force, s->n), 0.0,
                    5e-5);
        free(exact.force);
        free(rest.force);
        mesh_result_free(&got);
        charged_system_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest published[] = {
        cmocka_unit_test(direct_sum_gives_the_published_cuboid_parts),
        cmocka_unit_test(direct_sum_gives_the_published_skewed_parts),
    };
    const struct CMUnitTest mesh[] = {
        cmocka_unit_test(mesh_gives_the_converged_total),
    };
    return cmocka_run_group_tests(published, NULL, NULL) + run_for_each_backend(mesh, 1);
}
