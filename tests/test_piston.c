/* SPDX-License-Identifier: MIT */
/* A piston against what is known: on a spring, with friction, and upon an ideal gas. */
#include "kernels/integrate/integrate_check.h"
#include "tests/small_system.h"

enum { ATOMS = 5 };

static const double atom_mass[ATOMS] = {39.0983, 39.0983, 22.99, 39.0983, 6.94};
static const double spring[ATOMS] = {500.0, 900.0, 100.0, 300.0, 700.0}; /* kJ/mol/nm^2 */

#define PRESSURE 30.0 /* kJ/mol/nm^3: 500 bar */
#define AREA 4.0
#define DISPLACED 0.03

/* Atoms of a piston on springs of their own to sites in the plane z = 1 nm, displaced along z. */
static small_system open_spring(const km_backend *backend, double timestep, int direction,
                                double damping, double sites[3 * ATOMS])
{
    km_particles *p =
        small_particles(ATOMS, atom_mass, NULL, km_box_orthorhombic(2.0, AREA / 2.0, 6.0));
    p->mobility = (unsigned char *)malloc(ATOMS);
    for (int i = 0; i < ATOMS; i++) {
        p->mobility[i] = KM_MOBILITY_PISTON;
        sites[3 * i] = 0.3 * i;
        sites[3 * i + 1] = 0.1 * i;
        sites[3 * i + 2] = 1.0;
        /* also beside their sites: forces in the plane do nothing */
        small_set(p, p->position, i, km_vec3_make(0.3 * i + 0.05, 0.1 * i, 1.0 + DISPLACED));
    }
    const km_integrator_spec spec = {
        .timestep = timestep,
        .degrees_of_freedom = 1,
        .n_pistons = 1,
        .piston = {{.pressure = PRESSURE, .direction = direction, .damping = damping}},
    };
    return small_open(backend, p, spec, 1, (small_forces){.well = spring, .site = sites});
}

static void totals(double *mass, double *stiffness)
{
    *mass = *stiffness = 0.0;
    for (int i = 0; i < ATOMS; i++) {
        *mass += atom_mass[i];
        *stiffness += spring[i];
    }
}

/* Velocity Verlet solves the oscillator exactly, with the angle per step cos(a) = 1 - (w dt)^2 / 2.
 */
static void on_a_spring_it_swings(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const double timestep = 0.004;
    double mass, stiffness, sites[3 * ATOMS];
    totals(&mass, &stiffness);
    for (int direction = -1; direction <= 1; direction += 2) {
        small_system s = open_spring(backend, timestep, direction, 0.0, sites);
        const double square = stiffness / mass * timestep * timestep;
        const double angle = acos(1.0 - 0.5 * square);
        const double rest = 1.0 + direction * PRESSURE * AREA / stiffness;
        const double amplitude = 1.0 + DISPLACED - rest;
        const double energy = 0.5 * stiffness * amplitude * amplitude;
        const double start = small_measure(&s).conserved;
        double worst = 0.0, least = INFINITY, most = -INFINITY;
        for (int step = 1; step <= 500; step++) {
            small_step(&s, step);
            const km_measurement m = small_measure(&s);
            worst = fmax(worst, fabs(m.piston_z[0] - rest - amplitude * cos(angle * step)));
            least = fmin(least, m.conserved - start);
            most = fmax(most, m.conserved - start);
        }
        assert_near(worst, 0.0, 1e-9); /* forces come in steps of 2.3e-10 kJ/mol/nm */
        /* H wavers by (w dt)^2 / 4 of itself, and stays */
        assert_true(most - least > 0.1 * square * energy && most - least < 0.26 * square * energy);
        small_pull(&s);
        for (int i = 0; i < ATOMS; i++) {
            const km_vec3 x = small_get(s.p, s.p->position, i);
            assert_true(x.x == 0.3 * i + 0.05 && x.y == 0.1 * i);
        }
        /* the pressure that holds the spring where it is */
        const km_measurement m = small_measure(&s);
        assert_near(m.piston_pressure[0], direction * stiffness * (m.piston_z[0] - 1.0) / AREA,
                    1e-8);
        small_close(&s);
    }
}

/* z'' = -w^2 z - g z': exp(-g t / 2) cos(w' t) and what starts it at rest; with an error of the
 * second order. */
static double damped_error(const km_backend *backend, double timestep, double damping)
{
    double mass, stiffness, sites[3 * ATOMS], worst = 0.0;
    totals(&mass, &stiffness);
    small_system s = open_spring(backend, timestep, 1, damping, sites);
    const double rest = 1.0 + PRESSURE * AREA / stiffness, amplitude = 1.0 + DISPLACED - rest;
    const double w = sqrt(stiffness / mass - 0.25 * damping * damping);
    const double start = small_measure(&s).conserved;
    const int steps = (int)lround(1.0 / timestep);
    for (int step = 1; step <= steps; step++) {
        const double t = step * timestep;
        small_step(&s, step);
        const double expected = rest + amplitude * exp(-0.5 * damping * t) *
                                           (cos(w * t) + 0.5 * damping / w * sin(w * t));
        worst = fmax(worst, fabs(small_measure(&s).piston_z[0] - expected));
    }
    /* what friction takes is booked */
    const km_measurement end = small_measure(&s);
    const double energy = 0.5 * stiffness * amplitude * amplitude;
    assert_near(end.conserved, start, stiffness / mass * timestep * timestep * energy);
    assert_near(small_scalars(&s).thermostat_work, -energy, 0.05 * energy);
    small_close(&s);
    return worst;
}

static void friction_damps_it(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const double coarse = damped_error(backend, 0.004, 4.0);
    const double fine = damped_error(backend, 0.002, 4.0);
    assert_true(coarse < 1e-4);
    assert_near(coarse / fine, 4.0, 0.3);
}

/* ---- an ideal gas ---- */

enum { GAS = 24, PISTON = 4 };

/* Between a floor at 0 and the piston, both soft: U = k/2 depth^2, for the piston with the depth
 * beyond its height less CLEARANCE. */
#define STIFF 4000.0
#define CLEARANCE 0.3

static void gas_forces(const void *self, km_particles *p)
{
    (void)self;
    double energy = 0.0, push = 0.0;
    const double *z = p->position + 2 * p->n_padded;
    memset(p->force, 0, 3 * (size_t)p->n_padded * sizeof *p->force);
    memset(p->energy, 0, sizeof p->energy);
    memset(p->virial, 0, sizeof p->virial);
    for (int i = PISTON; i < p->n; i++) {
        const double below = fmax(0.0, -z[i]), above = fmax(0.0, z[i] - (z[0] - CLEARANCE));
        energy += 0.5 * STIFF * (below * below + above * above);
        p->force[2 * p->n_padded + i] = km_fixed_from(STIFF * (below - above));
        push += STIFF * above;
    }
    for (int i = 0; i < PISTON; i++)
        p->force[2 * p->n_padded + i] = km_fixed_from(push / PISTON);
    p->energy[KM_ENERGY_VDW] = energy;
}

/* The piston has z^N exp(-P A z / kT), z measured from where the soft walls end: each is worth
 * sqrt(pi kT / 2 k). So <z> = (N + 1) kT / P A, and the gas presses with P on average. */
static void upon_a_gas_it_finds_the_volume(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend_is_slow(backend)) /* the same numbers, one by one: tests/test_layers.c */
        skip();
    const double area = 4.0, pressure = 8.0, kt = KM_GAS_CONSTANT * 300.0;
    double mass[PISTON + GAS];
    for (int i = 0; i < PISTON + GAS; i++)
        mass[i] = i < PISTON ? 10.0 : 4.0;
    km_particles *p =
        small_particles(PISTON + GAS, mass, NULL, km_box_orthorhombic(2.0, 2.0, 40.0));
    p->mobility = (unsigned char *)calloc(PISTON + GAS, 1);
    const double expected =
        CLEARANCE - sqrt(2.0 * KM_PI * kt / STIFF) + (GAS + 1) * kt / (pressure * area);
    for (int i = 0; i < PISTON + GAS; i++) {
        if (i < PISTON)
            p->mobility[i] = KM_MOBILITY_PISTON;
        small_set(p, p->position, i,
                  km_vec3_make(0.1 * i, 0.0, i < PISTON ? expected : 0.06 * (i - PISTON)));
    }
    const km_integrator_spec spec = {
        .timestep = 0.004,
        .degrees_of_freedom = 3 * GAS + 1,
        .coupled_degrees_of_freedom = 3 * GAS,
        .seed = 9,
        .thermostat = KM_THERMOSTAT_LANGEVIN,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .friction = 2.0,
        .n_pistons = 1,
        .piston = {{.pressure = pressure, .direction = -1}},
    };
    small_system s = small_open(backend, p, spec, 1, (small_forces){.own = gas_forces});
    assert_ok(small_draw(&s, 300.0, 5));
    enum { BLOCKS = 40, STEPS = 5000 };
    double height[BLOCKS] = {0}, felt[BLOCKS] = {0}, kinetic[BLOCKS] = {0};
    const double start = small_measure(&s).conserved;
    int step = 0;
    for (; step < 5000;)
        small_step(&s, ++step);
    for (int b = 0; b < BLOCKS; b++)
        for (int k = 0; k < STEPS; k++) {
            small_step(&s, ++step);
            const km_measurement m = small_measure(&s);
            height[b] += m.piston_z[0] / STEPS;
            felt[b] += m.piston_pressure[0] / STEPS;
            kinetic[b] += m.temperature / STEPS;
        }
    double mean, variance;
    small_moments(height, BLOCKS, &mean, &variance);
    print_message("height %.4f +- %.4f nm, expected %.4f\n", mean, sqrt(variance / BLOCKS),
                  expected);
    assert_near(mean, expected, 4.0 * sqrt(variance / BLOCKS));
    assert_true(sqrt(variance / BLOCKS) < 0.02 * expected);
    small_moments(felt, BLOCKS, &mean, &variance);
    print_message("pressure %.4f +- %.4f, expected %.4f kJ/mol/nm^3\n", mean,
                  sqrt(variance / BLOCKS), pressure);
    assert_near(mean, pressure, 4.0 * sqrt(variance / BLOCKS));
    assert_true(sqrt(variance / BLOCKS) < 0.02 * pressure);
    small_moments(kinetic, BLOCKS, &mean, &variance);
    assert_near(mean, 300.0, 4.0 * sqrt(variance / BLOCKS));
    assert_near(small_measure(&s).conserved, start, 0.02 * GAS * kt);
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_spring_it_swings),
        cmocka_unit_test(friction_damps_it),
        cmocka_unit_test(upon_a_gas_it_finds_the_volume),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
