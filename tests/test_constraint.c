/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/constraint.h"
#include "tests/small_system.h"

#define TOLERANCE 1e-10

/* Finds the multipliers and moves the atoms. */
static bool solve(const km_constraint_group *g, const km_box *box, const double *w,
                  const km_vec3 *direction, double tolerance, km_vec3 *x)
{
    double multiplier[KM_CONSTRAINT_BONDS];
    if (!km_constraint_positions(g, box, w, direction, tolerance, x, multiplier))
        return false;
    km_constraint_apply(g->n_bonds, g, w, multiplier, direction, x);
    return true;
}

static void a_matrix_is_inverted(void **state)
{
    (void)state;
    /* positive definite, as are those of a group: diagonally dominant */
    const km_real a[4][4] = {{4, 1, -1, 0.5f}, {1, 5, 2, 1}, {-1, 2, 6, -1}, {0.5f, 1, -1, 3}};
    km_real inverse[4][4];
    memcpy(inverse, a, sizeof a);
    assert_true(km_constraint_invert(4, inverse));
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            double product = 0.0;
            for (int k = 0; k < 4; k++)
                product += (double)inverse[i][k] * (double)a[k][j];
            assert_near(product, i == j ? 1.0 : 0.0, sizeof(km_real) > 4 ? 1e-15 : 3e-7);
        }

    km_real singular[4][4] = {{1, 2, 0, 0}, {2, 4, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}};
    assert_false(km_constraint_invert(2, singular));
}

/* One bond leads to a quadratic equation for the multiplier, which can be solved by hand:
 * |s + g w d|^2 = l^2 with w = 1/m1 + 1/m2 and the root of smaller magnitude. */
static void one_bond_agrees_with_the_quadratic_formula(void **state)
{
    (void)state;
    km_constraint_group g = small_star(0, 1);
    const km_box box = km_box_orthorhombic(5, 5, 5);
    const double w[5] = {1 / 12.011, 1 / 1.008};
    const km_vec3 d = km_vec3_make(0.05, -0.08, sqrt(0.109 * 0.109 - 0.05 * 0.05 - 0.08 * 0.08));
    const km_vec3 direction[4] = {d};
    km_vec3 x[5] = {{1.003, 2.001, 2.998}, {0.948, 2.0840, 2.9473}};
    const km_vec3 before[2] = {x[0], x[1]};
    const km_vec3 s = km_vec3_sub(x[0], x[1]);
    const double k = w[0] + w[1];
    const double qa = k * k * km_vec3_dot(d, d), qb = 2 * k * km_vec3_dot(s, d);
    const double qc = km_vec3_dot(s, s) - 0.109 * 0.109;
    const double root = (-qb + sqrt(qb * qb - 4 * qa * qc)) / (2 * qa);
    assert_true(solve(&g, &box, w, direction, 1e-13, x));
    const km_vec3 e0 = km_vec3_add(before[0], km_vec3_scale(root * w[0], d));
    const km_vec3 e1 = km_vec3_sub(before[1], km_vec3_scale(root * w[1], d));
    assert_near(km_vec3_norm(km_vec3_sub(x[0], e0)), 0.0, 1e-13);
    assert_near(km_vec3_norm(km_vec3_sub(x[1], e1)), 0.0, 1e-13);
}

/* A group displaced at random by up to `amplitude` nm, solved; the laws it must obey. Returns the
 * part of the kinetic energy that the velocity stage took out. */
static double check_displaced(const km_constraint_group *g, const km_vec3 *shape,
                              const double *mass, km_vec3 at, double amplitude, uint64_t seed)
{
    const km_box box = {2.0, 0.5, 2.1, -0.3, 0.4, 1.9};
    km_vec3 reference[5], x[5], start[5], d[4], bond[4], v[5];
    double w[5];
    for (int i = 0; i < g->n_atoms; i++) {
        w[i] = 1.0 / mass[i];
        reference[i] = km_vec3_add(at, shape[i]);
        /* the heavy atom moves less, as it does in a step */
        const double a = 2 * amplitude * (i == 0 ? 0.1 : 1.0);
        start[i] =
            km_vec3_add(reference[i], km_vec3_make(a * (small_uniform(seed, 3 * i) - 0.5),
                                                   a * (small_uniform(seed, 3 * i + 1) - 0.5),
                                                   a * (small_uniform(seed, 3 * i + 2) - 0.5)));
        if (i == 1) /* held as another image: the solver must see through it */
            start[i] = km_vec3_add(start[i], km_box_image_shift(&box, 1, -2, 1));
        if (i == 1)
            reference[i] = km_vec3_add(reference[i], km_box_image_shift(&box, 1, -2, 1));
        x[i] = start[i];
        v[i] = km_vec3_make(small_uniform(seed, 100 + i) - 0.5, small_uniform(seed, 200 + i) - 0.5,
                            small_uniform(seed, 300 + i) - 0.5);
    }
    km_constraint_bonds(g->n_bonds, g, &box, reference, d);
    assert_true(solve(g, &box, w, d, TOLERANCE, x));
    km_constraint_bonds(g->n_bonds, g, &box, x, bond);
    assert_near(km_constraint_residual(g->n_bonds, g, bond), 0.0, 1e-9);

    /* impulses: no net force, no net torque about the reference positions */
    km_vec3 push = {0, 0, 0}, torque = {0, 0, 0};
    for (int i = 0; i < g->n_atoms; i++) {
        const km_vec3 impulse = km_vec3_scale(mass[i], km_vec3_sub(x[i], start[i]));
        push = km_vec3_add(push, impulse);
        torque = km_vec3_add(torque, km_vec3_cross(shape[i], impulse));
    }
    assert_near(km_vec3_norm(push), 0.0, 1e-13);
    assert_near(km_vec3_norm(torque), 0.0, 1e-13);

    /* velocities: nothing left along the bonds, and what was removed is orthogonal in mass */
    km_vec3 u[5];
    memcpy(u, v, sizeof v);
    assert_true(km_constraint_velocities(g, w, bond, u));
    double before = 0, after = 0, removed = 0;
    for (int i = 0; i < g->n_atoms; i++) {
        const km_vec3 gone = km_vec3_sub(v[i], u[i]);
        before += mass[i] * km_vec3_dot(v[i], v[i]);
        after += mass[i] * km_vec3_dot(u[i], u[i]);
        removed += mass[i] * km_vec3_dot(gone, gone);
    }
    for (int b = 0; b < g->n_bonds; b++)
        assert_near(km_vec3_dot(bond[b], km_vec3_sub(u[g->bond[b][0]], u[g->bond[b][1]])), 0.0,
                    1e-15);
    assert_near(after + removed, before, 1e-13 * before);
    return removed / before;
}

static void displaced_groups_return_to_their_shape(void **state)
{
    (void)state;
    double removed = 0.0;
    for (int k = 0; k < 200; k++) {
        const uint64_t seed = 1000 + (uint64_t)k;
        const km_vec3 at = km_vec3_make(1.99, 0.01, 1.85); /* close to the faces of the cell */
        const km_constraint_group water = small_water(0);
        removed += check_displaced(&water, small_water_shape, small_water_mass, at, 0.01, seed);
        for (int n = 1; n <= 4; n++) {
            const km_constraint_group star = small_star(0, n);
            removed +=
                check_displaced(&star, small_methane_shape, small_methane_mass, at, 0.01, seed);
        }
    }
    assert_true(removed / 1000.0 > 0.05); /* of the kinetic energy: the stage does something */
}

static void a_fixed_atom_takes_up_nothing(void **state)
{
    (void)state;
    const km_constraint_group g = small_star(0, 2);
    const km_box box = km_box_orthorhombic(3, 3, 3);
    const double w[5] = {0.0, 1 / 1.008, 1 / 1.008};
    const km_vec3 reference[5] = {{1, 1, 1}, {1.109, 1, 1}, {1, 1.109, 1}};
    km_vec3 x[5] = {{1, 1, 1}, {1.115, 1.01, 1}, {1.003, 1.1, 1.01}}, d[4], bond[4];
    km_constraint_bonds(g.n_bonds, &g, &box, reference, d);
    assert_true(solve(&g, &box, w, d, TOLERANCE, x));
    assert_true(x[0].x == 1.0 && x[0].y == 1.0 && x[0].z == 1.0);
    km_constraint_bonds(g.n_bonds, &g, &box, x, bond);
    assert_near(km_constraint_residual(g.n_bonds, &g, bond), 0.0, 1e-9);
}

/* The three lengths of this triangle violate the triangle inequality. */
static void the_impossible_is_reported(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group g = small_water(0);
    km_particles *p = small_waters(1, 2.0, &g);
    g.length[2] = 0.25;
    km_integrator_spec spec = {.timestep = 1e-3, .n_groups = 1, .group = &g};
    small_system s = small_open(backend, p, spec, 1, (small_forces){0});
    assert_int_equal(small_constrain(&s), KM_ERROR_PHYSICS);
    assert_non_null(strstr(km_last_error()->message, "atom 1 "));
    assert_int_equal(p->fault, 0);
    const km_step step = {.index = 1};
    assert_ok(backend->first_half(s.integrator, &step, s.on_device));
    small_pull(&s);
    assert_int_equal(p->fault, KM_FAULT_CONSTRAINT);
    small_close(&s);
}

static void not_a_number_never_counts_as_converged(void **state)
{
    (void)state;
    const km_constraint_group star = small_star(0, 1);
    const km_box box = km_box_orthorhombic(3, 3, 3);
    const double w[5] = {1, 1};
    const km_vec3 d[4] = {{0.109, 0, 0}};
    km_vec3 x[5] = {{0.109, 0, 0}, {NAN, 0, 0}};
    assert_false(solve(&star, &box, w, d, TOLERANCE, x));
}

/* constrain() mends a rough start, as it comes from a packing program. */
static void a_rough_start_is_mended(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    enum { COUNT = 27 };
    km_constraint_group group[COUNT];
    km_particles *p = small_waters(COUNT, 0.5, group);
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++) {
            p->position[c * p->n_padded + i] += 0.03 * (small_uniform(9, 3 * i + c) - 0.5);
            p->velocity[c * p->n_padded + i] = small_uniform(10, 3 * i + c) - 0.5;
        }
    km_integrator_spec spec = {.timestep = 1e-3, .n_groups = COUNT, .group = group};
    small_system s = small_open(backend, p, spec, 2, (small_forces){0});
    assert_true(small_measure(&s).constraint_residual > 1e-2);
    assert_ok(small_constrain(&s));
    assert_near(small_measure(&s).constraint_residual, 0.0, 1e-9);
    for (int m = 0; m < COUNT; m++)
        for (int b = 0; b < 3; b++) {
            const int i = group[m].atom[group[m].bond[b][0]];
            const int j = group[m].atom[group[m].bond[b][1]];
            const km_vec3 r =
                km_vec3_sub(small_get(p, p->position, i), small_get(p, p->position, j));
            const km_vec3 v =
                km_vec3_sub(small_get(p, p->velocity, i), small_get(p, p->velocity, j));
            assert_near(km_vec3_dot(r, v), 0.0, 1e-15);
        }
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest of_a_group[] = {
        cmocka_unit_test(a_matrix_is_inverted),
        cmocka_unit_test(one_bond_agrees_with_the_quadratic_formula),
        cmocka_unit_test(displaced_groups_return_to_their_shape),
        cmocka_unit_test(a_fixed_atom_takes_up_nothing),
        cmocka_unit_test(not_a_number_never_counts_as_converged),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_impossible_is_reported),
        cmocka_unit_test(a_rough_start_is_mended),
    };
    return cmocka_run_group_tests(of_a_group, NULL, NULL) +
           run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
