/* SPDX-License-Identifier: MIT */
/* Rigid molecules over thousands of steps: lengths hold, energy and angular momentum stay. */
#include "tests/small_system.h"

static km_vec3 angular_momentum(const km_particles *p)
{
    km_vec3 sum = {0, 0, 0};
    for (int i = 0; i < p->n; i++)
        sum = km_vec3_add(sum,
                          km_vec3_scale(p->mass[i], km_vec3_cross(small_get(p, p->position, i),
                                                                  small_get(p, p->velocity, i))));
    return sum;
}

/* One free molecule, turning at omega (1/ps). Returns where its second atom is after `time` ps and
 * checks on the way what no step may break. */
static km_vec3 spin(const km_backend *backend, const km_constraint_group *group,
                    const km_vec3 *shape, const double *mass, km_vec3 omega, double timestep,
                    double time, double energy_error)
{
    const int molecule[5] = {0, 0, 0, 0, 0};
    km_particles *p = small_particles(group->n_atoms, mass, molecule, km_box_orthorhombic(2, 2, 2));
    for (int i = 0; i < group->n_atoms; i++) {
        small_set(p, p->position, i, shape[i]);
        small_set(p, p->velocity, i, km_vec3_cross(omega, shape[i]));
    }
    const km_integrator_spec spec = {.timestep = timestep, .n_groups = 1, .group = group};
    small_system s = small_open(backend, p, spec, 1, (small_forces){0});
    assert_ok(small_constrain(&s));
    const double kinetic = small_measure(&s).kinetic;
    small_pull(&s);
    const km_vec3 turning = angular_momentum(p);
    const int n = (int)lround(time / timestep);
    for (int step = 1; step <= n; step++) {
        small_step(&s, step);
        const km_measurement m = small_measure(&s);
        assert_near(m.kinetic, kinetic, energy_error * kinetic);
        assert_true(m.constraint_residual <= 1e-9);
    }
    small_pull(&s);
    /* impulses along the bonds exert no torque: to the tolerance 1e-10 of every solution */
    const km_vec3 change = km_vec3_sub(angular_momentum(p), turning);
    assert_near(km_vec3_norm(change), 0.0, 1e-7 * km_vec3_norm(turning));
    assert_int_equal(p->fault, 0);
    const km_vec3 at = small_get(p, p->position, 1);
    small_close(&s);
    return at;
}

/* The shape moved so that its centre of mass is the origin. */
static void to_centre(const km_vec3 *shape, const double *mass, int n, km_vec3 *out)
{
    km_vec3 sum = {0, 0, 0};
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        sum = km_vec3_add(sum, km_vec3_scale(mass[i], shape[i]));
        total += mass[i];
    }
    for (int i = 0; i < n; i++)
        out[i] = km_vec3_sub(shape[i], km_vec3_scale(1.0 / total, sum));
}

/* Euler's equations of the free top in the space frame. y = three body axes and omega in body
 * components; principal axes are x, y, z of the shape. */
static void top_rate(const double inertia[3], const double y[12], double rate[12])
{
    const double *w = y + 9;
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3, c = (a + 2) % 3;
        rate[9 + a] = (inertia[b] - inertia[c]) * w[b] * w[c] / inertia[a];
        /* axis a turns towards b with w_c and away from c with w_b */
        for (int k = 0; k < 3; k++)
            rate[3 * a + k] = w[c] * y[3 * b + k] - w[b] * y[3 * c + k];
    }
}

/* Where the second atom of a rigid water is after `time`: Euler's equations by the classical
 * Runge-Kutta method with steps of 0.05 fs (error of the order 1e-12). */
static km_vec3 top_at(const km_vec3 *shape, const double *mass, km_vec3 omega, double time)
{
    double inertia[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        const km_vec3 r = shape[i];
        inertia[0] += mass[i] * (r.y * r.y + r.z * r.z);
        inertia[1] += mass[i] * (r.x * r.x + r.z * r.z);
        inertia[2] += mass[i] * (r.x * r.x + r.y * r.y);
    }
    double y[12] = {1, 0, 0, 0, 1, 0, 0, 0, 1, omega.x, omega.y, omega.z};
    const double h = 5e-5;
    for (int step = 0; step < (int)lround(time / h); step++) {
        double k[4][12], at[12];
        top_rate(inertia, y, k[0]);
        for (int stage = 1; stage < 4; stage++) {
            for (int c = 0; c < 12; c++)
                at[c] = y[c] + (stage == 3 ? h : 0.5 * h) * k[stage - 1][c];
            top_rate(inertia, at, k[stage]);
        }
        for (int c = 0; c < 12; c++)
            y[c] += h / 6.0 * (k[0][c] + 2 * k[1][c] + 2 * k[2][c] + k[3][c]);
    }
    const km_vec3 r = shape[1];
    return km_vec3_make(r.x * y[0] + r.y * y[3] + r.z * y[6], r.x * y[1] + r.y * y[4] + r.z * y[7],
                        r.x * y[2] + r.y * y[5] + r.z * y[8]);
}

static void free_water_turns_as_an_asymmetric_top(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const km_constraint_group water = small_water(0);
    const km_vec3 omega = km_vec3_make(17.0, 9.0, -12.0);
    km_vec3 shape[3];
    double error[2];
    to_centre(small_water_shape, small_water_mass, 3, shape);
    const km_vec3 exact = top_at(shape, small_water_mass, omega, 2.0);
    for (int k = 0; k < 2; k++) {
        /* the kinetic energy of a free rigid body is kept to rounding, which we observe */
        const km_vec3 at =
            spin(backend, &water, shape, small_water_mass, omega, 0.001 / (k + 1), 2.0, 1e-8);
        error[k] = km_vec3_norm(km_vec3_sub(at, exact));
    }
    assert_true(error[0] < 0.02 * 0.1); /* nm, after six turns */
    assert_near(error[0] / error[1], 4.0, 0.1);
}

/* Bonds alone do not fix the angles: without forces the star flexes until hydrogens come close,
 * with an energy error of second order. */
static void free_stars_keep_energy_and_angular_momentum(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int n = 1; n <= 4; n++) {
        const km_constraint_group star = small_star(0, n);
        spin(backend, &star, small_methane_shape, small_methane_mass,
             km_vec3_make(17.0, 9.0, -12.0), 0.0005, 0.5, 5e-3);
    }
}

/* Waters that repel each other strongly enough to collide, NVE, the default tolerance. */
static void colliding_waters_keep_lengths_and_energy(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    enum { COUNT = 27 };
    if (backend_is_slow(backend)) /* thousands of steps are slow there: tests/test_motion.c */
        skip();
    km_constraint_group group[COUNT];
    km_particles *p = small_waters(COUNT, 0.5, group);
    const km_integrator_spec spec = {
        .timestep = 0.002, .n_groups = COUNT, .group = group, .degrees_of_freedom = 6 * COUNT - 3};
    small_system s = small_open(backend, p, spec, 1, (small_forces){.height = 20.0, .width = 0.12});
    assert_ok(small_draw(&s, 300.0, 4));
    double residual = 0.0, early = 0.0, late = 0.0;
    for (int step = 1; step <= 4000; step++) {
        small_step(&s, step);
        const km_measurement m = small_measure(&s);
        residual = fmax(residual, m.constraint_residual);
        early += step <= 1000 ? m.conserved / 1000 : 0.0;
        late += step > 3000 ? m.conserved / 1000 : 0.0;
    }
    assert_true(residual <= 1e-9);
    /* drift over 6 ps, against kT per degree of freedom: below 1e-4 kT / ps */
    const double kt = KM_GAS_CONSTANT * 300.0;
    assert_near(late - early, 0.0, 1e-4 * kt * 6.0 * spec.degrees_of_freedom);
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(free_water_turns_as_an_asymmetric_top),
        cmocka_unit_test(free_stars_keep_energy_and_angular_momentum),
        cmocka_unit_test(colliding_waters_keep_lengths_and_energy),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
