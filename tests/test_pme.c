/* SPDX-License-Identifier: MIT */
/* The mesh term stage by stage on odd meshes in a triclinic cell, each stage against a direct sum
 * written here. */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
/* after the above */
#include "kernels/pme/pme_cpu.h"
#include "tests/charged_system.h"

#ifdef KM_DOUBLE
#define IN_DOUBLE 1
#define ROUNDING 1e-14
#else
#define IN_DOUBLE 0
#define ROUNDING 4e-7 /* a few units of the last place of a float */
#endif

/* M_p(u) in closed form: truncated powers, Schoenberg's formula. */
static double spline_closed_form(int p, double u)
{
    double sum = 0.0, binomial = 1.0, factorial = 1.0;
    for (int k = 0; k <= p; k++) {
        const double v = u - k;
        if (v > 0.0)
            sum += (k % 2 == 0 ? 1.0 : -1.0) * binomial * pow(v, p - 1);
        binomial *= (double)(p - k) / (k + 1);
    }
    for (int k = 2; k < p; k++)
        factorial *= k;
    return u <= 0.0 || u >= p ? 0.0 : sum / factorial;
}

/* truncated powers cancel: 6^5 / 5! x 1e-16 */
#define CLOSED_FORM 1e-13

static void splines_agree_with_closed_form(void **state)
{
    (void)state;
    for (int p = KM_SPLINE_ORDER_MIN; p <= KM_SPLINE_ORDER_MAX; p++) {
        for (int m = 0; m <= 20; m++) {
            const double f = m / 20.0;
            km_lane weight[KM_SPLINE_ORDER_MAX], slope[KM_SPLINE_ORDER_MAX];
            km_bspline(p, KM_R(f), weight, slope);
            const double f_rounded = (double)KM_R(f);
            for (int j = 0; j < p; j++) {
                const double u = f_rounded + p - 1 - j;
                assert_near((double)weight[j], spline_closed_form(p, u), CLOSED_FORM + ROUNDING);
                assert_near((double)slope[j],
                            spline_closed_form(p - 1, u) - spline_closed_form(p - 1, u - 1.0),
                            CLOSED_FORM + ROUNDING);
            }
        }
        for (int j = 0; j < p - 1; j++)
            assert_near(km_bspline_at_integer(p, j), spline_closed_form(p, j + 1.0), CLOSED_FORM);
    }
}

/* The transform of M_p is sinc^p; its aliases sum to the discrete transform of its values at the
 * integers (Poisson), up to a phase. */
static double modulus_by_aliases(int p, int m, int points)
{
    if (m == 0)
        return 1.0;
    const double s = sin(KM_PI * m / points);
    double sum = 0.0;
    for (int j = -2000; j <= 2000; j++)
        sum += pow(s / (KM_PI * (m / (double)points + j)), p);
    return 1.0 / (sum * sum);
}

static void moduli_agree_with_alias_sums(void **state)
{
    (void)state;
    for (int p = KM_SPLINE_ORDER_MIN; p <= KM_SPLINE_ORDER_MAX; p++)
        for (int points = 7; points <= 10; points++)
            for (int m = 0; m < points; m++) {
                if (p % 2 == 1 && 2 * m == points) {
                    assert_near(km_bspline_modulus(p, m, points), 0.0, 0.0);
                    continue;
                }
                const double expected = modulus_by_aliases(p, m, points);
                /* the tail beyond 2000 aliases is below 1e-10 for p = 4 */
                assert_near(km_bspline_modulus(p, m, points) / expected, 1.0, 1e-9);
            }
}

static void wave_vectors_are_dual_to_the_cell(void **state)
{
    (void)state;
    const km_reciprocal_cell r = km_reciprocal_cell_of(&charged_system_cell);
    const km_vec3 lattice[3] = {km_box_image_shift(&charged_system_cell, 1, 0, 0),
                                km_box_image_shift(&charged_system_cell, 0, 1, 0),
                                km_box_image_shift(&charged_system_cell, 0, 0, 1)};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            const km_vec3 k = km_reciprocal_vector(&r, a == 0, a == 1, a == 2);
            assert_near(km_vec3_dot(k, lattice[b]), a == b ? 1.0 : 0.0, 1e-15);
        }
    assert_int_equal(km_signed_frequency(3, 6), 3);
    assert_int_equal(km_signed_frequency(4, 6), -2);
    assert_int_equal(km_signed_frequency(3, 7), 3);
    assert_int_equal(km_signed_frequency(4, 7), -3);
}

/* Weight of one charge at one mesh point, over all images. */
static double direct_weight(double t, int order, int point, int points)
{
    double sum = 0.0;
    const double first = floor(t);
    for (int j = 0; j < order; j++) {
        const double k = first + j;
        if (((int)fmod(k, points) + points) % points == point)
            sum += spline_closed_form(order, t - k + order - 1);
    }
    return sum;
}

static double direct_charge(const charged_system *s, const km_pme_spec *spec, int x, int y, int z)
{
    double sum = 0.0;
    for (int i = 0; i < s->n; i++) {
        const double *r = s->position + 3 * i;
        const km_vec3 u = km_box_to_fractional(&s->box, km_vec3_make(r[0], r[1], r[2]));
        sum += s->charge[i] *
               direct_weight(u.x * spec->mesh[0], spec->spline_order, x, spec->mesh[0]) *
               direct_weight(u.y * spec->mesh[1], spec->spline_order, y, spec->mesh[1]) *
               direct_weight(u.z * spec->mesh[2], spec->spline_order, z, spec->mesh[2]);
    }
    return sum;
}

/* Every mesh point of every plane, ghosts aside; order 6 needs more points than 5. */
static void spreading_equals_the_direct_sum(void **state)
{
    (void)state;
    for (int order = 4; order <= 6; order++) {
        const km_pme_spec spec =
            order < 6 ? mesh_spec(3.0, 5, 7, 9, order) : mesh_spec(3.0, 6, 7, 9, 6);
        mesh_fixture f = mesh_open(&km_backend_cpu, charged_system_awkward(), &spec, 2);
        (void)mesh_energy(&f); /* sorts the sites */
        const km_pme *self = f.force.self;
        km_real *plane;
        assert_ok(km_allocate((void **)&plane, self->layout.plane, sizeof *plane));
        for (int x = 0; x < spec.mesh[0]; x++) {
            km_pme_spread_plane(self, x, plane);
            for (int y = 0; y < spec.mesh[1]; y++)
                for (int z = 0; z < spec.mesh[2]; z++)
                    /* the fraction carries the rounding of a coordinate 41 cells away: 1e-14 x
                     * points; in float that of the spline */
                    assert_near((double)plane[y * self->layout.row + z],
                                direct_charge(f.s, &spec, x, y, z), 2e-12 + ROUNDING);
        }
        free(plane);
        mesh_close(&f);
    }
}

/* S(m), by the definition. */
static double complex direct_transform(const double *charge, const int *n, int u, int v, int w)
{
    double complex sum = 0.0;
    for (int x = 0; x < n[0]; x++)
        for (int y = 0; y < n[1]; y++)
            for (int z = 0; z < n[2]; z++) {
                const double turn =
                    (double)(u * x) / n[0] + (double)(v * y) / n[1] + (double)(w * z) / n[2];
                sum += charge[(x * n[1] + y) * n[2] + z] * cexp(-2.0 * KM_PI * I * turn);
            }
    return sum;
}

/* Transform along z and y, then x, and back, on meshes even and odd. */
static void transforms_agree_with_the_definition(void **state)
{
    (void)state;
    const int meshes[3][3] = {{5, 7, 9}, {6, 5, 8}, {7, 6, 10}};
    for (int m = 0; m < 3; m++) {
        const int *n = meshes[m];
        const km_pme_spec spec = mesh_spec(3.0, n[0], n[1], n[2], 4);
        mesh_fixture f = mesh_open(&km_backend_cpu,
                                   charged_system_random(8, charged_system_cell, 0.0, 3), &spec, 1);
        const km_pme *self = f.force.self;
        const km_pme_layout *l = &self->layout;
        double charge[700];
        km_real *plane = self->scratch, *work = plane + l->plane,
                *pencil = work + 2 * l->plane_half;
        for (int x = 0; x < n[0]; x++) {
            for (int y = 0; y < n[1]; y++)
                for (int z = 0; z < n[2]; z++)
                    plane[y * l->row + z] = KM_R(charge[(x * n[1] + y) * n[2] + z] =
                                                     sin(1.0 + 37.0 * x + 11.0 * y * y + 5.0 * z));
            km_pme_fft_plane_forward(self->fft, plane, work,
                                     self->transformed + 2 * (size_t)x * l->plane_half);
        }
        for (int y = 0; y < n[1]; y++) {
            km_pme_fft_pencil_forward(self->fft, y, self->transformed, pencil);
            for (int x = 0; x < n[0]; x++)
                for (int z = 0; z < l->half; z++) {
                    const double complex expected = direct_transform(charge, n, x, y, z);
                    const km_real *got = pencil + 2 * (x * l->half_padded + z);
                    /* sums of some hundred numbers of order 1 */
                    assert_near((double)got[0], creal(expected), 100.0 * ROUNDING);
                    assert_near((double)got[1], cimag(expected), 100.0 * ROUNDING);
                }
            km_pme_fft_pencil_backward(self->fft, y, pencil, self->transformed);
        }
        const double points = n[0] * n[1] * n[2];
        for (int x = 0; x < n[0]; x++) {
            km_pme_fft_plane_backward(self->fft, self->transformed + 2 * (size_t)x * l->plane_half,
                                      work, plane);
            for (int y = 0; y < n[1]; y++)
                for (int z = 0; z < n[2]; z++)
                    assert_near((double)plane[y * l->row + z] / points,
                                charge[(x * n[1] + y) * n[2] + z], 10.0 * ROUNDING);
        }
        mesh_close(&f);
    }
}

/* E = 1/2 sum G |S|^2 and the virial, term by term from the directly spread charges, with B from
 * alias sums and k from the dual of the cell. */
static void energy_equals_the_direct_sum_over_waves(void **state)
{
    for (int order = 4; order <= 5; order++) {
        charged_system *s = charged_system_awkward();
        const km_pme_spec spec = mesh_spec(2.5, 5, 7, 9, order);
        const int *n = spec.mesh;
        double charge[5 * 7 * 9];
        for (int k = 0; k < 5 * 7 * 9; k++)
            charge[k] = direct_charge(s, &spec, k / 63, k / 9 % 7, k % 9);
        double energy = 0.0, trace = 0.0;
        const double decay = 0.25 / (spec.alpha * spec.alpha);
        for (int m = 1; m < 5 * 7 * 9; m++) {
            const int u = m / 63, v = m / 9 % 7, w = m % 9;
            const int su = u > 2 ? u - 5 : u, sv = v > 3 ? v - 7 : v, sw = w > 4 ? w - 9 : w;
            const double kx = 2.0 * KM_PI * su / charged_system_cell.ax;
            const double ky =
                (2.0 * KM_PI * sv - kx * charged_system_cell.bx) / charged_system_cell.by;
            const double kz =
                (2.0 * KM_PI * sw - kx * charged_system_cell.cx - ky * charged_system_cell.cy) /
                charged_system_cell.cz;
            const double k2 = kx * kx + ky * ky + kz * kz;
            const double b = modulus_by_aliases(order, u, n[0]) *
                             modulus_by_aliases(order, v, n[1]) *
                             modulus_by_aliases(order, w, n[2]);
            const double amplitude = cabs(direct_transform(charge, n, u, v, w));
            const double term = 2.0 * KM_PI * KM_COULOMB_CONSTANT /
                                km_box_volume(&charged_system_cell) * b * exp(-k2 * decay) / k2 *
                                amplitude * amplitude;
            energy += term;
            trace -= 0.5 * term * (3.0 - 2.0 * (1.0 + k2 * decay));
        }
        mesh_result got = mesh_evaluate(*state, s, &spec);
        /* 1e-9: the alias sums; float: the spread charges carry 1e-7 each */
        assert_near(got.reciprocal / energy, 1.0, IN_DOUBLE ? 3e-9 : 1e-6);
        assert_near((got.virial[KM_XX] + got.virial[KM_YY] + got.virial[KM_ZZ]) / trace, 1.0,
                    IN_DOUBLE ? 3e-9 : 2e-6);
        mesh_result_free(&got);
        charged_system_free(s);
    }
}

static void atoms_without_charge_are_left_alone(void **state)
{
    charged_system *s = charged_system_random(30, charged_system_cell, 0.0, 2);
    for (int i = 0; i < s->n; i += 2)
        s->charge[i] = 0.0;
    const km_pme_spec spec = mesh_spec(3.0, 10, 10, 10, 4);
    mesh_result got = mesh_evaluate(*state, s, &spec);
    for (int i = 0; i < s->n; i++)
        assert_true((got.force[3 * i] == 0.0) == (i % 2 == 0));
    mesh_result_free(&got);
    memset(s->charge, 0, (size_t)s->n * sizeof *s->charge);
    got = mesh_evaluate(*state, s, &spec);
    assert_near(got.reciprocal, 0.0, 0.0);
    assert_near(got.self, 0.0, 0.0);
    mesh_result_free(&got);
    charged_system_free(s);
}

/* compute adds; without being asked it leaves energy and virial; a new box is noticed. */
static void compute_adds_what_is_asked(void **state)
{
    const km_backend *backend = *state;
    const km_pme_spec spec = mesh_spec(3.0, 10, 12, 14, 4);
    charged_system *s = charged_system_random(30, charged_system_cell, 0.0, 9);
    mesh_fixture f = mesh_open(backend, s, &spec, 2);
    mesh_result once = mesh_compute(&f);
    const km_step silent = {1, false, false, false}, both = {2, false, true, true};
    double force[3 * 30];
    assert_ok(km_force_compute(&f.force, &silent, f.p));
    assert_ok(backend->synchronise(f.device, f.p));
    assert_near(f.p->energy[KM_ENERGY_COULOMB_RECIPROCAL], once.reciprocal, 0.0);
    assert_near(f.p->virial[KM_XX], once.virial[KM_XX], 0.0);
    assert_ok(km_force_compute(&f.force, &both, f.p));
    assert_ok(backend->synchronise(f.device, f.p));
    assert_near(f.p->energy[KM_ENERGY_COULOMB_RECIPROCAL], 2.0 * once.reciprocal, 0.0);
    assert_near(f.p->virial[KM_XZ], 2.0 * once.virial[KM_XZ], 0.0);
    assert_ok(backend->download_forces(f.device, f.p, force));
    for (int k = 0; k < 3 * s->n; k++)
        assert_true(once.force[k] != 0.0 && force[k] == 3.0 * once.force[k]);
    s->box.cz *= 1.1;
    mesh_result other = mesh_compute(&f), fresh = mesh_evaluate(backend, s, &spec);
    assert_true(other.reciprocal != once.reciprocal);
    assert_memory_equal(other.force, fresh.force, sizeof force);
    assert_near(other.reciprocal, fresh.reciprocal, 0.0);
    mesh_result_free(&once);
    mesh_result_free(&other);
    mesh_result_free(&fresh);
    mesh_close(&f);
}

/* The CPU is the oracle of the loops: the same formulas, other sums and another transform. In
 * float the device reads positions rounded to 1e-7 of the cell, and FFTW's order of additions is
 * not cuFFT's. */
static void agrees_with_the_cpu(void **state)
{
    const int meshes[3][3] = {{6, 7, 9}, {12, 11, 10}, {8, 15, 7}};
    const km_box boxes[2] = {charged_system_cell, {2.0, 0.0, 2.2, 0.0, 0.0, 1.9}};
    for (int m = 0; m < 3; m++)
        for (int order = 4; order <= 6; order++) {
            const int *n = meshes[m];
            const km_pme_spec spec = mesh_spec(3.0, n[0], n[1], n[2], order);
            charged_system *s = m == 0 ? charged_system_awkward()
                                       : charged_system_random(130, boxes[m % 2], 0.05, 4 + m);
            s->charge[7] += m == 2 ? 1.5 : 0.0; /* a background */
            mesh_result expected = mesh_evaluate(&km_backend_cpu, s, &spec);
            mesh_result got = mesh_evaluate(*state, s, &spec);
            assert_int_equal(got.fault, 0);
            assert_near(rms_difference(got.force, expected.force, s->n) / rms(expected.force, s->n),
                        0.0, IN_DOUBLE ? 1e-9 : 2e-5);
            assert_near(got.reciprocal / expected.reciprocal, 1.0, IN_DOUBLE ? 1e-9 : 1e-6);
            assert_near(got.self / expected.self, 1.0, 1e-12);
            for (int t = 0; t < KM_TENSOR; t++)
                assert_near(got.virial[t], expected.virial[t],
                            (IN_DOUBLE ? 1e-9 : 1e-6) * fabs(expected.reciprocal));
            mesh_result_free(&expected);
            mesh_result_free(&got);
            charged_system_free(s);
        }
}

/* Uploading refuses them; a run that has gone wrong makes them. */
static void positions_that_are_not_numbers_raise_the_fault(void **state)
{
    (void)state;
    const km_pme_spec spec = mesh_spec(3.0, 10, 10, 10, 4);
    const km_step step = {0, false, false, false};
    const double wrong[2] = {NAN, INFINITY};
    for (int m = 0; m < 2; m++) {
        mesh_fixture f = mesh_open(
            &km_backend_cpu, charged_system_random(30, charged_system_cell, 0.0, 9), &spec, 2);
        assert_ok(km_force_compute(&f.force, &step, f.p));
        assert_int_equal(f.p->fault, 0);
        f.p->position[f.p->n_padded + 12] = wrong[m];
        assert_ok(km_force_compute(&f.force, &step, f.p));
        assert_true(f.p->fault & KM_FAULT_NOT_FINITE);
        mesh_close(&f);
    }
}

static void nonsense_is_refused(void **state)
{
    const km_backend *backend = *state;
    const km_pme_spec right = mesh_spec(3.0, 10, 10, 10, 4);
    mesh_fixture f =
        mesh_open(backend, charged_system_random(4, charged_system_cell, 0.0, 1), &right, 1);
    const km_pme_spec wrong[6] = {mesh_spec(0.0, 10, 10, 10, 4), mesh_spec(NAN, 10, 10, 10, 4),
                                  mesh_spec(3.0, 10, 3, 10, 4),  mesh_spec(3.0, 10, 10, 10, 3),
                                  mesh_spec(3.0, 10, 10, 10, 7), mesh_spec(3.0, 10, 10, 5000, 4)};
    const char *text[6] = {"splitting",
                           "splitting",
                           "axis 1",
                           "order of the mesh is 3",
                           "order of the mesh is 7",
                           "5000 points along axis 2"};
    for (int m = 0; m < 6; m++) {
        km_force force;
        assert_int_equal(backend->make_force[KM_FORCE_PME](f.device, &wrong[m], f.p, &force),
                         KM_ERROR_VALUE);
        assert_non_null(strstr(km_last_error()->message, text[m]));
        assert_null(force.ops);
        km_force_destroy(&force);
    }
    mesh_close(&f);
}

int main(void)
{
    const struct CMUnitTest stages[] = {
        cmocka_unit_test(splines_agree_with_closed_form),
        cmocka_unit_test(moduli_agree_with_alias_sums),
        cmocka_unit_test(wave_vectors_are_dual_to_the_cell),
        cmocka_unit_test(spreading_equals_the_direct_sum),
        cmocka_unit_test(transforms_agree_with_the_definition),
        cmocka_unit_test(positions_that_are_not_numbers_raise_the_fault),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_equals_the_direct_sum_over_waves),
        cmocka_unit_test(atoms_without_charge_are_left_alone),
        cmocka_unit_test(compute_adds_what_is_asked),
        cmocka_unit_test(agrees_with_the_cpu),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(stages, NULL, NULL) +
           run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
