/* SPDX-License-Identifier: MIT */
/* What temperature velocity Verlet samples at a long timestep, by the oscillator, where all is
 * known.
 *
 * With w the angular frequency and a = (w dt / 2)^2 a step is an exact rotation that conserves
 *
 *     E = c (K + (1 - a) U),    c = arcsin(sqrt a) / sqrt(a (1 - a)),
 *
 * the energy of an oscillator of the frequency that is observed, 2 arcsin(sqrt a) / dt: E is what
 * thermal equilibrium distributes, kT in the mean. Plain K is too low by 2a/3. */
#include "kernels/integrate/coupling.h"
#include "tests/small_system.h"

#define ATOMS 27
#define KT (KM_GAS_CONSTANT * 300.0)
#define TIMESTEP 0.002
#define SAMPLES 2500

typedef struct oscillators {
    double well[ATOMS], site[3 * ATOMS], a[ATOMS];
    small_system s;
} oscillators;

/* w dt from 0.36 to 0.46 in the three directions of each atom; every atom starts off its site. */
static void open_oscillators(const km_backend *backend, km_thermostat_kind thermostat,
                             oscillators *o)
{
    double mass[ATOMS];
    for (int i = 0; i < ATOMS; i++) {
        mass[i] = 1.0 + i % 5;
        o->a[i] = 0.032 + 0.02 * i / (ATOMS - 1);
        o->well[i] = mass[i] * 4.0 * o->a[i] / (TIMESTEP * TIMESTEP);
    }
    km_particles *p = small_particles(ATOMS, mass, NULL, km_box_orthorhombic(4.0, 4.0, 4.0));
    for (int i = 0; i < ATOMS; i++)
        for (int c = 0; c < 3; c++) {
            o->site[3 * i + c] = 1.0;
            p->position[c * p->n_padded + i] =
                1.0 + (small_uniform(3, 3 * i + c) - 0.5) * sqrt(6.0 * KT / o->well[i]);
        }
    const km_integrator_spec spec = {
        .timestep = TIMESTEP,
        .degrees_of_freedom = 3 * ATOMS,
        .seed = 17,
        .thermostat = thermostat,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .thermostat_time = 0.05,
        .friction = 20.0,
        .thermostat_interval = 5,
    };
    o->s = small_open(backend, p, spec, 1, (small_forces){.well = o->well, .site = o->site});
    assert_ok(small_draw(&o->s, 300.0, 8));
}

/* Sum of E over all oscillators, and of U alone, kJ/mol. */
static double sampled_energy(oscillators *o, double *potential)
{
    const km_particles *p = o->s.p;
    double sum = 0.0;
    *potential = 0.0;
    small_pull(&o->s);
    for (int i = 0; i < ATOMS; i++) {
        const double root = sqrt(o->a[i]);
        const double c = asin(root) / (root * sqrt(1.0 - o->a[i]));
        const km_vec3 x = km_vec3_sub(small_get(p, p->position, i), km_vec3_make(1.0, 1.0, 1.0));
        const km_vec3 v = small_get(p, p->velocity, i);
        const double u = 0.5 * o->well[i] * km_vec3_dot(x, x);
        sum += c * (0.5 * p->mass[i] * km_vec3_dot(v, v) + (1.0 - o->a[i]) * u);
        *potential += u;
    }
    return sum;
}

/* Half of E is kinetic in the mean: what is left are terms of a^2, (2/15) a^2 of the series, and
 * the end of the window. */
static void reported_temperature_is_that_of_the_sampled_energy(void **state)
{
    oscillators o;
    double potential, sum = 0.0, plain = 0.0;
    open_oscillators((const km_backend *)*state, KM_THERMOSTAT_NONE, &o);
    const double energy = sampled_energy(&o, &potential);
    const int n = backend_is_slow(o.s.backend) ? 2000 : 20000;
    for (int step = 1; step <= n; step++) {
        small_step(&o.s, step);
        const km_measurement m = small_measure(&o.s);
        sum += m.temperature;
        plain += m.kinetic;
    }
    const double exact = energy / (3 * ATOMS * KM_GAS_CONSTANT);
    assert_near(sampled_energy(&o, &potential), energy, 1e-9 * energy);
    assert_near(sum / n, exact, 1e-3 * exact);
    assert_true(plain / n < 0.98 * 0.5 * energy); /* which the plain one would not be */
    small_close(&o.s);
}

/* Means over samples 0.1 ps apart, two relaxation times: independent enough for a bound of five
 * standard errors of 81 oscillators. */
static void thermostat_holds_the_sampled_energy(const km_backend *backend,
                                                km_thermostat_kind thermostat)
{
    oscillators o;
    double potential, energy = 0.0, temperature = 0.0;
    open_oscillators(backend, thermostat, &o);
    for (int step = 1; step <= 50 * SAMPLES; step++) {
        small_step(&o.s, step);
        if (step % 50 != 0)
            continue;
        energy += sampled_energy(&o, &potential) / SAMPLES;
        temperature += small_measure(&o.s).temperature / SAMPLES;
    }
    const double error = 1.0 / sqrt(3.0 * ATOMS * SAMPLES);
    assert_near(energy, 3 * ATOMS * KT, 5.0 * error * 3 * ATOMS * KT);
    assert_near(temperature, 300.0, 5.0 * error * 300.0);
    small_close(&o.s);
}

static void rescaling_holds_the_sampled_energy(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend_is_slow(backend))
        skip(); /* test_motion compares the thermostats step by step */
    thermostat_holds_the_sampled_energy(backend, KM_THERMOSTAT_RESCALING);
}

/* BAOAB samples the positions themselves: U in the mean is kT/2, whatever the timestep. */
static void langevin_reports_the_temperature_of_the_positions(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend_is_slow(backend))
        skip();
    oscillators o;
    double sum = 0.0, temperature = 0.0, potential;
    open_oscillators(backend, KM_THERMOSTAT_LANGEVIN, &o);
    for (int step = 1; step <= 50 * SAMPLES; step++) {
        small_step(&o.s, step);
        if (step % 50 != 0)
            continue;
        sampled_energy(&o, &potential);
        sum += potential / SAMPLES;
        temperature += small_measure(&o.s).temperature / SAMPLES;
    }
    const double error = sqrt(2.0 / (3.0 * ATOMS * SAMPLES));
    assert_near(sum, 1.5 * ATOMS * KT, 5.0 * error * 1.5 * ATOMS * KT);
    assert_near(temperature, 300.0, 5.0 * error * 300.0);
    small_close(&o.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reported_temperature_is_that_of_the_sampled_energy),
        cmocka_unit_test(rescaling_holds_the_sampled_energy),
        cmocka_unit_test(langevin_reports_the_temperature_of_the_positions),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
