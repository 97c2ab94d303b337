/* SPDX-License-Identifier: MIT */
/* Formulas of bonded terms against hand arithmetic and closed forms. */
#include <math.h>

#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "tests/cmocka_all.h"

static void bond_by_hand(void **state)
{
    (void)state;
    km_vec3 force;
    /* 0.15 nm long, 0.05 nm too long: 1000/2 * 0.0025 and 1000 * 0.05 */
    const double u = km_bond_harmonic(km_vec3_make(0.09, 0.0, 0.12), 0.10, 1000.0, &force);
    assert_near(u, 1.25, 1e-14);
    assert_near(force.x, -50.0 * 0.6, 1e-12);
    assert_near(force.y, 0.0, 0.0);
    assert_near(force.z, -50.0 * 0.8, 1e-12);
}

static void angle_by_hand(void **state)
{
    (void)state;
    /* a right angle that wants 60 degrees, legs 0.1 and 0.2 nm: forces k (pi/6)/leg close it */
    const km_angle_result r =
        km_angle_harmonic(km_vec3_make(0.1, 0.0, 0.0), km_vec3_make(0.0, 0.2, 0.0),
                          cos(KM_PI / 3.0), sin(KM_PI / 3.0), 300.0, false);
    assert_near(r.u, 150.0 * KM_PI * KM_PI / 36.0, 1e-12);
    assert_near(r.force_i.x, 0.0, 1e-12);
    assert_near(r.force_i.y, 300.0 * KM_PI / 6.0 / 0.1, 1e-9);
    assert_near(r.force_k.x, 300.0 * KM_PI / 6.0 / 0.2, 1e-9);
    assert_near(r.force_k.y, 0.0, 1e-12);
}

/* Every angle against every other as the wanted one: series, arc tangent and both ends. */
static void angle_is_measured_exactly(void **state)
{
    (void)state;
    for (int degree = 0; degree <= 180; degree++) {
        for (int degree0 = 0; degree0 <= 180; degree0 += 5) {
            const double theta = degree * KM_PI / 180.0, theta0 = degree0 * KM_PI / 180.0;
            const km_angle_result r =
                km_angle_harmonic(km_vec3_make(0.11, 0.0, 0.0),
                                  km_vec3_make(0.15 * cos(theta), 0.0, 0.15 * sin(theta)),
                                  cos(theta0), sin(theta0), 2.0, false);
            /* rounding, which counts more as b nears half a turn */
            const double half = cos(0.5 * (theta - theta0));
            assert_near(sqrt(r.u), fabs(theta - theta0), 4e-15 / fmax(half * half, 1e-3));
        }
    }
    for (double t = -0.25; t <= 0.25; t += 0.001)
        assert_near(km_angle_twice_arctangent(t), 2.0 * atan(t), 2e-16);
}

/* Four atoms with a dihedral of phi: i above the axis, l turned clockwise seen along j-k (+z). */
static km_dihedral_angle dihedral_with(double phi)
{
    const km_vec3 i = {0.1, 0.0, -0.03}, j = {0.0, 0.0, 0.0}, k = {0.0, 0.0, 0.15},
                  l = {0.12 * cos(phi), 0.12 * sin(phi), 0.2};
    return km_dihedral_of(km_vec3_sub(i, j), km_vec3_sub(j, k), km_vec3_sub(l, k));
}

/* Looking along +z the x axis turns into the y axis clockwise: the IUPAC sign. */
static void dihedral_angle_has_the_iupac_sign(void **state)
{
    (void)state;
    for (int degree = -170; degree <= 180; degree += 10) {
        const double phi = degree * KM_PI / 180.0;
        const km_dihedral_angle d = dihedral_with(phi);
        assert_near(d.cosine, cos(phi), 1e-14);
        assert_near(d.sine, sin(phi), 1e-14);
    }
}

/* OPLS Fourier series against Ryckaert-Bellemans with the coefficients that follow from
 * cos 2x = 2 cos^2 x - 1, cos 3x = 4 cos^3 x - 3 cos x, cos 4x = 8 cos^4 x - 8 cos^2 x + 1. */
static void ryckaert_bellemans_equals_the_fourier_series(void **state)
{
    (void)state;
    const double v1 = 7.1, v2 = -2.3, v3 = 3.3, v4 = 1.7;
    const double c[6] = {
        v2 + 0.5 * (v1 + v3), 0.5 * (3.0 * v3 - v1), -v2 + 4.0 * v4, -2.0 * v3, -4.0 * v4, 0.0};
    for (int degree = -170; degree <= 180; degree += 10) {
        const double phi = degree * KM_PI / 180.0;
        const km_dihedral_term term = km_dihedral_rb_term(cos(phi), sin(phi), c, 1);
        assert_near(term.u,
                    0.5 * (v1 * (1 + cos(phi)) + v2 * (1 - cos(2 * phi)) + v3 * (1 + cos(3 * phi)) +
                           v4 * (1 - cos(4 * phi))),
                    1e-13);
        assert_near(term.slope,
                    0.5 * (-v1 * sin(phi) + 2 * v2 * sin(2 * phi) - 3 * v3 * sin(3 * phi) +
                           4 * v4 * sin(4 * phi)),
                    1e-13);
    }
}

/* With a fifth power, which no Fourier series of four terms has; psi = phi - 180 degrees. */
static void ryckaert_bellemans_is_a_power_series_in_cos_psi(void **state)
{
    (void)state;
    const double c[6] = {9.28, 12.16, -13.12, -3.06, 26.24, -31.5}, phi = 1.1;
    const double x = cos(phi - KM_PI), y = sin(phi - KM_PI);
    double u = 0.0, slope = 0.0;
    for (int n = 0; n < 6; n++) {
        u += c[n] * pow(x, n);
        slope -= n > 0 ? n * c[n] * pow(x, n - 1) * y : 0.0;
    }
    const km_dihedral_term term = km_dihedral_rb_term(cos(phi), sin(phi), c, 1);
    assert_near(term.u, u, 1e-13);
    assert_near(term.slope, slope, 1e-12);
}

static void periodic_dihedral_against_libm(void **state)
{
    (void)state;
    const double k = 4.5, phi0 = 0.7;
    for (int n = 0; n <= 6; n++) {
        for (int degree = -170; degree <= 180; degree += 35) {
            const double phi = degree * KM_PI / 180.0;
            const km_dihedral_term term =
                km_dihedral_periodic_term(cos(phi), sin(phi), n, k, cos(phi0), sin(phi0));
            assert_near(term.u, k * (1.0 + cos(n * phi - phi0)), 1e-13);
            assert_near(term.slope, -k * n * sin(n * phi - phi0), 1e-12);
        }
    }
}

static void improper_takes_the_short_way_round(void **state)
{
    (void)state;
    const double degree = KM_PI / 180.0;
    /* xi = -175, xi0 = 170: 15 degrees apart across the cut, not 345 */
    const km_dihedral_term term =
        km_improper_harmonic_term(cos(-175 * degree), sin(-175 * degree), 170 * degree, 100.0);
    assert_near(term.u, 50.0 * 15 * 15 * degree * degree, 1e-12);
    assert_near(term.slope, 100.0 * 15 * degree, 1e-11);
}

/* The polynomial against libm, energy and force, over its whole range and beyond. */
static void excluded_pair_equals_the_closed_form(void **state)
{
    (void)state;
    const double alpha = 3.123, qq = -17.0;
    for (int m = 0; m <= 3000; m++) {
        const double x2 = 0.002 * m, r2 = x2 / (alpha * alpha);
        const km_pair_term got = km_excluded_pair(qq, alpha, r2);
        const km_pair_term expected = km_coulomb_excluded(qq, alpha, r2);
        /* rounding of some twenty operations */
        assert_near(got.u, expected.u, 2e-15 * fabs(expected.u));
        assert_near(got.f_over_r, expected.f_over_r, 2e-14 * fabs(expected.f_over_r));
    }
    /* r -> 0: -qq 2 alpha/sqrt(pi), and -qq 4 alpha^3/(3 sqrt(pi)) */
    const km_pair_term zero = km_excluded_pair(qq, alpha, 0.0);
    assert_near(zero.u, -qq * 2.0 * alpha / sqrt(KM_PI), 1e-13);
    assert_near(zero.f_over_r, -qq * 4.0 * pow(alpha, 3) / (3.0 * sqrt(KM_PI)), 1e-11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bond_by_hand),
        cmocka_unit_test(angle_by_hand),
        cmocka_unit_test(angle_is_measured_exactly),
        cmocka_unit_test(dihedral_angle_has_the_iupac_sign),
        cmocka_unit_test(ryckaert_bellemans_equals_the_fourier_series),
        cmocka_unit_test(ryckaert_bellemans_is_a_power_series_in_cos_psi),
        cmocka_unit_test(periodic_dihedral_against_libm),
        cmocka_unit_test(improper_takes_the_short_way_round),
        cmocka_unit_test(excluded_pair_equals_the_closed_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
