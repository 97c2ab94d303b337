/* SPDX-License-Identifier: MIT */
/* The mesh term as physics: forces and virial are derivatives of its energy, a fine mesh approaches
 * Ewald's sum, nothing depends on where the origin is or how many threads there are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
/* after the above */
#include "kernels/base/units.h"
#include "tests/charged_system.h"

#define IN_DOUBLE (sizeof(km_real) == sizeof(double))

/* -dU/dx by the five-point formula, h in the unit of *x. */
static double minus_slope(mesh_fixture *f, double *x, double h)
{
    const double at[4] = {-2.0, -1.0, 1.0, 2.0}, x0 = *x;
    double u[4];
    for (int m = 0; m < 4; m++) {
        *x = x0 + at[m] * h;
        u[m] = mesh_energy(f);
    }
    *x = x0;
    return -(u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h);
}

/* The force is the gradient of the energy on the mesh, however coarse the mesh. In double: splines
 * of order 4 have a jump in their third derivative, worth h^2 where a step crosses a mesh point. In
 * float: the energy of some 1e4 kJ/mol is good to 1e-7, so a slope over 0.05 nm to 0.05. */
static void force_is_the_gradient_of_the_mesh_energy(void **state)
{
    for (int order = 4; order <= 6; order++) {
        const km_pme_spec spec = mesh_spec(2.5, 8, 7, 9, order);
        mesh_fixture f = mesh_open(*state, charged_system_awkward(), &spec, 2);
        mesh_result at = mesh_compute(&f);
        const double scale = rms(at.force, f.s->n);
        const double tolerance = IN_DOUBLE ? 1e-6 * scale : 2e-3 * scale;
        for (int i = 0; i < f.s->n; i += 3)
            for (int c = 0; c < 3; c++)
                assert_near(at.force[3 * i + c],
                            minus_slope(&f, &f.s->position[3 * i + c], IN_DOUBLE ? 1e-4 : 1e-2),
                            tolerance);
        mesh_result_free(&at);
        mesh_close(&f);
    }
}

/* 2 W_ab = dE / d strain_ab: the box and all positions are strained alike. The mesh energy depends
 * on fractional coordinates and the box, so this is exact on any mesh. */
static double strained_energy(mesh_fixture *f, const charged_system *s, int a, int b, double strain)
{
    const km_box *h = &s->box;
    double lattice[3][3] = {{h->ax, 0, 0}, {h->bx, h->by, 0}, {h->cx, h->cy, h->cz}};
    for (int v = 0; v < 3; v++)
        lattice[v][a] += strain * lattice[v][b];
    f->s->box = (km_box){lattice[0][0], lattice[1][0], lattice[1][1],
                         lattice[2][0], lattice[2][1], lattice[2][2]};
    for (int i = 0; i < s->n; i++) {
        const double *r = s->position + 3 * i;
        for (int c = 0; c < 3; c++)
            f->s->position[3 * i + c] = r[c] + (c == a ? strain * r[b] : 0.0);
    }
    return mesh_energy(f);
}

static void virial_is_the_strain_derivative(void **state)
{
    const int a[KM_TENSOR] = {0, 1, 2, 0, 0, 1}, b[KM_TENSOR] = {0, 1, 2, 1, 2, 2};
    for (int charged = 0; charged < 2; charged++) {
        const km_pme_spec spec = mesh_spec(2.5, 9, 10, 12, 5);
        charged_system *s = charged_system_random(23, charged_system_cell, 0.0, 7);
        charged_system *strained = charged_system_random(23, charged_system_cell, 0.0, 7);
        if (charged)
            strained->charge[4] = s->charge[4] += 2.0;
        mesh_fixture f = mesh_open(*state, strained, &spec, 2);
        mesh_result at = mesh_evaluate(*state, s, &spec);
        const double h = IN_DOUBLE ? 1e-4 : 1e-2, energy = fabs(at.reciprocal);
        for (int t = 0; t < KM_TENSOR; t++) {
            double u[4];
            for (int m = 0; m < 4; m++)
                u[m] = strained_energy(&f, s, a[t], b[t], (m < 2 ? m - 2 : m - 1) * h);
            const double slope = (u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h);
            /* h^4 and rounding over h, of the sums of some eight blocks on a device; in float
             * 1e-7 / 1e-2 of the energy */
            assert_near(2.0 * at.virial[t], slope,
                        (IN_DOUBLE ? 1e-9 : 1e-4) * energy +
                            18.0 / 12.0 * backend_energy_step(*state, 8) / h);
        }
        mesh_result_free(&at);
        charged_system_free(s);
        mesh_close(&f);
    }
}

/* Energy, forces and virial of a fine mesh against the sum without a mesh, also with a net charge
 * and in a charged_system_cell cell. alpha times mesh spacing is 0.25 in double, at order 6 an
 * error near 1e-6; in float the rounding of the mesh, about 1e-6 of the potential, comes first. */
static void fine_mesh_approaches_ewald(void **state)
{
    for (int charged = 0; charged < 2; charged++) {
        charged_system *s = charged_system_random(40, charged_system_cell, 0.2, 5);
        if (charged)
            s->charge[0] += 3.0;
        const km_pme_spec spec = mesh_spec(3.0, 24, 27, 30, 6);
        ewald_part exact = {0.0, {0.0}, calloc(3 * (size_t)s->n, sizeof(double))};
        ewald_mesh_part(s, spec.alpha, &exact);
        mesh_result got = mesh_evaluate(*state, s, &spec);
        ewald_part self = {0.0, {0.0}, NULL};
        ewald_self(s, spec.alpha, &self);
        assert_near(got.reciprocal + got.self, exact.energy, 2e-6 * fabs(self.energy));
        for (int t = 0; t < KM_TENSOR; t++)
            assert_near(got.virial[t], exact.virial[t], 4e-6 * fabs(self.energy));
        const double error = rms_difference(got.force, exact.force, s->n);
        assert_near(error / rms(exact.force, s->n), 0.0, 2e-5);
        free(exact.force);
        mesh_result_free(&got);
        charged_system_free(s);
    }
}

static void assert_same_bits(const mesh_result *a, const mesh_result *b, int n)
{
    assert_memory_equal(a->force, b->force, 3 * (size_t)n * sizeof *a->force);
    assert_memory_equal(&a->reciprocal, &b->reciprocal, sizeof a->reciprocal);
    assert_memory_equal(a->virial, b->virial, sizeof a->virial);
}

/* 300 atoms on 24 planes. */
static void bits_do_not_depend_on_threads_or_instructions(void **state)
{
    (void)state;
    const int threads[4] = {1, 2, 3, 5};
    charged_system *s = charged_system_random(300, charged_system_cell, 0.05, 21);
    for (int order = 4; order <= 6; order++) {
        const km_pme_spec spec = mesh_spec(3.0, 20, 21, 24, order);
        mesh_result first = mesh_evaluate_cpu(s, &spec, 1, best_instruction_set());
        for (int t = 0; t < 4; t++) {
            for (int isa = 0; isa <= (int)best_instruction_set(); isa++) {
                mesh_result other =
                    mesh_evaluate_cpu(s, &spec, threads[t], (km_instruction_set)isa);
                assert_same_bits(&other, &first, s->n);
                mesh_result_free(&other);
            }
        }
        mesh_result_free(&first);
    }
    charged_system_free(s);
}

/* A device takes blocks and threads, and lists atoms, in whatever order. */
static void bits_do_not_depend_on_the_order_of_work(void **state)
{
    charged_system *s = charged_system_random(150, charged_system_cell, 0.05, 21);
    for (int order = 4; order <= 6; order++) {
        const km_pme_spec spec = mesh_spec(3.0, 10, 11, 12, order);
        km_emulator_seed(1);
        mesh_result first = mesh_evaluate(*state, s, &spec);
        for (uint64_t seed = 2; seed <= 4; seed++) {
            km_emulator_seed(seed);
            mesh_result other = mesh_evaluate(*state, s, &spec);
            assert_same_bits(&other, &first, s->n);
            mesh_result_free(&other);
        }
        mesh_result_free(&first);
    }
    charged_system_free(s);
}

/* A shift by whole mesh cells changes rounding only; any shift changes the energy within the error
 * of the mesh; a shift by lattice vectors changes nothing but the last bits of the coordinates. */
static void translation_leaves_the_energy(void **state)
{
    charged_system *s = charged_system_random(60, charged_system_cell, 0.1, 33);
    const km_pme_spec spec = mesh_spec(3.0, 20, 21, 24, 5);
    mesh_result at = mesh_evaluate(*state, s, &spec);
    const double shifts[3][3] = {
        {3.0 / 20, 5.0 / 21, -7.0 / 24}, {-4.0, 7.0, 2.0}, {0.123, 0.271, -0.377}};
    for (int m = 0; m < 3; m++) {
        const km_vec3 d =
            km_box_to_cartesian(&s->box, km_vec3_make(shifts[m][0], shifts[m][1], shifts[m][2]));
        for (int i = 0; i < s->n; i++) {
            s->position[3 * i] += d.x;
            s->position[3 * i + 1] += d.y;
            s->position[3 * i + 2] += d.z;
        }
        mesh_result moved = mesh_evaluate(*state, s, &spec);
        const double same = IN_DOUBLE ? 1e-12 : 1e-6, mesh_error = 1e-4;
        assert_near(moved.reciprocal / at.reciprocal, 1.0, m < 2 ? same : mesh_error);
        assert_near(rms_difference(moved.force, at.force, s->n) / rms(at.force, s->n), 0.0,
                    m < 2 ? (IN_DOUBLE ? 1e-11 : 2e-5) : 2e-3);
        mesh_result_free(&moved);
    }
    mesh_result_free(&at);
    charged_system_free(s);
}

/* Momentum is conserved to the error of the mesh: the mean force on an atom is small against that
 * error, and shrinks with it. */
static void net_force_is_within_the_mesh_error(void **state)
{
    charged_system *s = charged_system_random(200, charged_system_cell, 0.1, 44);
    double error[2], net[2];
    for (int m = 0; m < 2; m++) {
        const km_pme_spec spec =
            m == 0 ? mesh_spec(3.0, 15, 16, 18, 4) : mesh_spec(3.0, 24, 25, 27, 5);
        ewald_part exact = {0.0, {0.0}, calloc(3 * (size_t)s->n, sizeof(double))};
        ewald_mesh_part(s, spec.alpha, &exact);
        mesh_result got = mesh_evaluate(*state, s, &spec);
        error[m] = rms_difference(got.force, exact.force, s->n);
        km_vec3 sum = {0.0, 0.0, 0.0};
        for (int i = 0; i < s->n; i++)
            sum = km_vec3_add(
                sum, km_vec3_make(got.force[3 * i], got.force[3 * i + 1], got.force[3 * i + 2]));
        net[m] = km_vec3_norm(sum);
        /* 200 independent errors add up to sqrt(200) of one */
        assert_true(net[m] < 3.0 * sqrt(200.0) * error[m]);
        free(exact.force);
        mesh_result_free(&got);
    }
    assert_true(error[1] < 0.2 * error[0]);
    charged_system_free(s);
}

/* Self energies of millions of atoms lie beyond what one force may be: -alpha C sum q^2 / sqrt(pi)
 * of 64 ions of 100 e is that of a million waters. */
static void self_energies_of_large_systems_fit(void **state)
{
    const double basis[8][3] = {{0, 0, 0},   {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0},
                                {0.5, 0, 0}, {0, 0.5, 0},   {0, 0, 0.5},   {0.5, 0.5, 0.5}};
    const double charge[8] = {100, 100, 100, 100, -100, -100, -100, -100};
    charged_system *s = charged_system_crystal(2, 0.564, 8, basis, charge);
    const km_pme_spec spec = mesh_spec(3.0, 24, 24, 24, 6);
    mesh_result got = mesh_evaluate(*state, s, &spec);
    const double expected = -3.0 * KM_COULOMB_CONSTANT * 64.0 * 1e4 / 1.7724538509055160;
    assert_true(fabs(expected) > KM_FIXED_LIMIT);
    assert_int_equal(got.fault, 0);
    assert_near(got.self / expected, 1.0, 1e-12);
    mesh_result_free(&got);
    charged_system_free(s);
}

int main(void)
{
    const struct CMUnitTest of_cpu[] = {
        cmocka_unit_test(bits_do_not_depend_on_threads_or_instructions),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(force_is_the_gradient_of_the_mesh_energy),
        cmocka_unit_test(virial_is_the_strain_derivative),
        cmocka_unit_test(fine_mesh_approaches_ewald),
        cmocka_unit_test(bits_do_not_depend_on_the_order_of_work),
        cmocka_unit_test(translation_leaves_the_energy),
        cmocka_unit_test(net_force_is_within_the_mesh_error),
        cmocka_unit_test(self_energies_of_large_systems_fit),
    };
    return cmocka_run_group_tests(of_cpu, NULL, NULL) +
           run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
