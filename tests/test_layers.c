/* SPDX-License-Identifier: MIT */
/* Frozen and thermostatted layers: who moves, what the thermostat acts on, and the same motion on
 * every backend, in every order of threads, recorded or called, through a restart. */
#include "kernels/integrate/integrate_check.h"
#include "tests/small_system.h"

enum { STEPS = 40 };

static const km_thermostat_kind every_thermostat[] = {KM_THERMOSTAT_NONE, KM_THERMOSTAT_RESCALING,
                                                      KM_THERMOSTAT_LANGEVIN};
enum { N_THERMOSTATS = 3 };

static unsigned char *mobility_new(int n)
{
    unsigned char *mobility = (unsigned char *)calloc((size_t)n, 1);
    assert_non_null(mobility);
    return mobility;
}

/* From below: a piston, a frozen layer, a thermostatted one, rigid water that is not, and a piston
 * above; 16 atoms or molecules each. */
enum { LAYER = 16, WATER = 3 * LAYER, N = 4 * LAYER + WATER };

static small_system open_layers(const km_backend *backend, km_thermostat_kind thermostat)
{
    static const unsigned char of_layer[5] = {KM_MOBILITY_PISTON, KM_MOBILITY_FROZEN,
                                              KM_MOBILITY_FREE, KM_MOBILITY_UNCOUPLED,
                                              KM_MOBILITY_PISTON + 1};
    km_constraint_group group[LAYER];
    double mass[N];
    int molecule[N], n = 0;
    km_vec3 at[N];
    unsigned char *mobility = mobility_new(N);
    for (int layer = 0; layer < 5; layer++)
        for (int m = 0; m < LAYER; m++) {
            const bool water = layer == 3;
            const km_vec3 place = km_vec3_make(0.5 * (m % 4), 0.5 * (m / 4), 0.3 + 0.3 * layer);
            if (water)
                group[m] = small_water(n);
            for (int a = 0; a < (water ? 3 : 1); a++, n++) {
                mass[n] = water ? small_water_mass[a] : 39.0983;
                molecule[n] = layer * LAYER + m;
                mobility[n] = of_layer[layer];
                at[n] = water ? km_vec3_add(place, small_water_shape[a]) : place;
            }
        }
    km_particles *p = small_particles(n, mass, molecule, km_box_orthorhombic(2.0, 2.0, 4.0));
    p->mobility = mobility;
    for (int i = 0; i < n; i++)
        small_set(p, p->position, i, at[i]);
    const km_integrator_spec spec = {
        .timestep = 0.001,
        .n_groups = LAYER,
        .group = group,
        .degrees_of_freedom = 3 * LAYER + 6 * LAYER + 2,
        .coupled_degrees_of_freedom = 3 * LAYER,
        .seed = 77,
        .thermostat = thermostat,
        .temperature = 280.0,
        .temperature_end = 330.0,
        .n_steps = STEPS,
        .thermostat_time = 0.1,
        .friction = 5.0,
        .thermostat_interval = 3,
        .n_pistons = 2,
        .piston = {{.pressure = 6.0, .direction = 1}, {4.0, -1, 20.0}},
    };
    small_system s = small_open(backend, p, spec, 1, (small_forces){.height = 20.0, .width = 0.16});
    assert_ok(small_constrain(&s));
    assert_ok(small_draw(&s, 300.0, 5));
    small_compute(&s);
    return s;
}

static void run(small_system *s, int from, int to)
{
    for (int step = from; step <= to; step++)
        small_step(s, step);
}

static void assert_same_bits(small_system *a, small_system *b)
{
    const size_t size = 3 * (size_t)a->p->n_padded * sizeof(double);
    const km_integrator_scalars x = small_scalars(a), y = small_scalars(b);
    small_pull(a);
    small_pull(b);
    assert_memory_equal(a->p->position, b->p->position, size);
    assert_memory_equal(a->p->velocity, b->p->velocity, size);
    assert_memory_equal(&x, &y, sizeof x);
}

static void every_layer_moves_as_it_may(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 0; t < N_THERMOSTATS; t++) {
        small_system s = open_layers(backend, every_thermostat[t]);
        const km_measurement start = small_measure(&s);
        assert_near(start.temperature, 300.0, 1e-9 * 300.0); /* as drawn, pistons and all */
        small_pull(&s);
        km_particles *p = s.p;
        const size_t size = 3 * (size_t)p->n_padded * sizeof(double);
        double *before = (double *)malloc(size);
        memcpy(before, p->position, size);
        run(&s, 1, STEPS);
        small_pull(&s);
        assert_int_equal(p->fault, 0);
        const int lower = 0, upper = N - 1;
        for (int i = 0; i < N; i++) {
            const km_vec3 x = small_get(p, before, i), y = small_get(p, p->position, i);
            const km_vec3 v = small_get(p, p->velocity, i);
            const int mobility = p->mobility[i];
            if (mobility == KM_MOBILITY_FROZEN)
                assert_memory_equal(&x, &y, sizeof x);
            else
                assert_true(x.z != y.z);
            if (mobility < KM_MOBILITY_PISTON)
                continue;
            assert_true(x.x == y.x && x.y == y.y && v.x == 0.0 && v.y == 0.0);
            const int first = mobility == KM_MOBILITY_PISTON ? lower : upper;
            assert_true(v.z == small_get(p, p->velocity, first).z);
            /* as one body: rounding only */
            const double moved = small_get(p, p->position, first).z - small_get(p, before, first).z;
            assert_near(y.z - x.z, moved, 1e-14);
        }
        const km_measurement end = small_measure(&s);
        assert_near(end.piston_z[0], small_get(p, p->position, lower).z, 1e-13);
        assert_near(end.piston_z[1], small_get(p, p->position, upper).z, 1e-13);
        assert_near(end.conserved, start.conserved, 2e-2);
        assert_near(end.density, (4 * LAYER * 39.0983 + LAYER * 18.0154) / 16.0, 1e-9 * 200.0);
        free(before);
        small_close(&s);
    }
}

/* Forty steps in double with sums in another order. */
static void trajectories_agree_with_the_cpu(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 0; t < N_THERMOSTATS; t++) {
        small_system cpu = open_layers(&km_backend_cpu, every_thermostat[t]);
        small_system other = open_layers(backend, every_thermostat[t]);
        run(&cpu, 1, STEPS);
        run(&other, 1, STEPS);
        const km_measurement a = small_measure(&cpu), b = small_measure(&other);
        assert_near(a.kinetic, b.kinetic, 1e-7 * a.kinetic);
        assert_near(a.temperature, b.temperature, 1e-7 * a.temperature);
        assert_near(a.conserved, b.conserved, 1e-5);
        for (int k = 0; k < 2; k++) {
            assert_near(a.piston_z[k], b.piston_z[k], 1e-9);
            assert_near(a.piston_pressure[k], b.piston_pressure[k], 1e-5);
        }
        small_pull(&cpu);
        small_pull(&other);
        for (int k = 0; k < 3 * cpu.p->n_padded; k++)
            assert_near(cpu.p->position[k], other.p->position[k], 1e-9);
        small_close(&cpu);
        small_close(&other);
    }
}

static void order_looking_and_restart_change_nothing(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 0; t < N_THERMOSTATS; t++) {
        km_emulator_seed(11);
        small_system plain = open_layers(backend, every_thermostat[t]);
        run(&plain, 1, STEPS);
        km_emulator_seed(12);
        small_system watched = open_layers(backend, every_thermostat[t]);
        for (int step = 1; step <= STEPS; step++) {
            small_step(&watched, step);
            if (step % 2 == 0)
                small_measure(&watched);
            if (step % 3 == 0)
                small_pull(&watched);
        }
        assert_same_bits(&plain, &watched);
        /* positions, velocities and scalars are all there is */
        small_system first = open_layers(backend, every_thermostat[t]);
        run(&first, 1, STEPS / 2);
        small_pull(&first);
        const km_integrator_scalars scalars = small_scalars(&first);
        small_system second = open_layers(backend, every_thermostat[t]);
        const size_t size = 3 * (size_t)first.p->n_padded * sizeof(double);
        memcpy(second.p->position, first.p->position, size);
        memcpy(second.p->velocity, first.p->velocity, size);
        small_push(&second);
        small_compute(&second);
        assert_ok(backend->scalars_set(second.integrator, &scalars));
        run(&second, STEPS / 2 + 1, STEPS);
        assert_same_bits(&plain, &second);
        small_close(&plain);
        small_close(&watched);
        small_close(&first);
        small_close(&second);
    }
}

/* Under forces that stay, a recorded step played thirty times is thirty steps. */
static void a_recorded_step_is_a_step(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend->record_play == NULL)
        skip();
    for (int t = 0; t < N_THERMOSTATS; t++) {
        small_system called = open_layers(backend, every_thermostat[t]);
        small_system played = open_layers(backend, every_thermostat[t]);
        km_recording *recording;
        const km_step recorded = {.index = 1};
        assert_ok(backend->record_begin(played.device, played.on_device));
        assert_ok(backend->first_half(played.integrator, &recorded, played.on_device));
        assert_ok(backend->second_half(played.integrator, &recorded, played.on_device));
        assert_ok(backend->record_end(played.device, &recording));
        for (int step = 1; step <= 30; step++) {
            const km_step now = {.index = step};
            assert_ok(backend->first_half(called.integrator, &now, called.on_device));
            assert_ok(backend->second_half(called.integrator, &now, called.on_device));
        }
        assert_ok(backend->record_play(recording, played.on_device, 1, 30));
        assert_same_bits(&called, &played);
        backend->record_destroy(recording);
        small_close(&called);
        small_close(&played);
    }
}

/* ---- what the thermostat acts on ---- */

enum { HALF = 40 };

/* Two halves without forces at 300 K; the thermostat wants 600 K of the first. */
static small_system open_halves(const km_backend *backend, km_thermostat_kind thermostat)
{
    double mass[2 * HALF];
    for (int i = 0; i < 2 * HALF; i++)
        mass[i] = 20.0;
    km_particles *p = small_particles(2 * HALF, mass, NULL, km_box_orthorhombic(3.0, 3.0, 3.0));
    p->mobility = mobility_new(2 * HALF);
    for (int i = HALF; i < 2 * HALF; i++)
        p->mobility[i] = KM_MOBILITY_UNCOUPLED;
    const km_integrator_spec spec = {
        .timestep = 0.002,
        .degrees_of_freedom = 6 * HALF,
        .coupled_degrees_of_freedom = 3 * HALF,
        .seed = 31,
        .thermostat = thermostat,
        .temperature = 600.0,
        .temperature_end = 600.0,
        .thermostat_time = 0.02,
        .friction = 50.0,
        .thermostat_interval = 5,
    };
    small_system s = small_open(backend, p, spec, 1, (small_forces){.well = NULL});
    assert_ok(small_draw(&s, 300.0, 8));
    return s;
}

static double kinetic_of(const km_particles *p, int from, int end)
{
    double sum = 0.0;
    for (int i = from; i < end; i++) {
        const km_vec3 v = small_get(p, p->velocity, i);
        sum += 0.5 * p->mass[i] * km_vec3_dot(v, v);
    }
    return sum;
}

static void the_thermostat_acts_on_its_layers_alone(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 1; t < N_THERMOSTATS; t++) {
        small_system s = open_halves(backend, every_thermostat[t]);
        km_particles *p = s.p;
        const size_t size = 3 * (size_t)p->n_padded * sizeof(double);
        double *before = (double *)malloc(size);
        memcpy(before, p->velocity, size);
        const double start = small_measure(&s).conserved;
        /* independent after twice the relaxation time of 0.02 ps (K of Langevin: half of it) */
        const int samples = backend_is_slow(backend) ? 12 : 200, apart = 20;
        double mean = 0.0;
        run(&s, 1, 100);
        for (int k = 0; k < samples; k++) {
            run(&s, 101 + apart * k, 100 + apart * (k + 1));
            small_pull(&s);
            mean += kinetic_of(p, 0, HALF) / samples;
        }
        const km_measurement end = small_measure(&s);
        const double expected = 1.5 * HALF * KM_GAS_CONSTANT * 600.0;
        /* K fluctuates by sqrt(2 / degrees of freedom) of itself */
        assert_near(mean, expected, 5.0 * expected * sqrt(2.0 / (3 * HALF) / samples));
        for (int i = HALF; i < 2 * HALF; i++) {
            const km_vec3 v = small_get(p, before, i), w = small_get(p, p->velocity, i);
            assert_memory_equal(&v, &w, sizeof v);
        }
        assert_near(end.temperature,
                    2.0 * kinetic_of(p, 0, 2 * HALF) / (6 * HALF * KM_GAS_CONSTANT), 1e-9 * 600.0);
        assert_near(end.conserved, start, 1e-9 * end.kinetic * (100 + apart * samples));
        free(before);
        small_close(&s);
    }
}

static void wrong_layers_are_refused(void **state)
{
    (void)state;
    small_system s = open_halves(&km_backend_cpu, KM_THERMOSTAT_LANGEVIN);
    km_particles *p = s.p;
    int n_molecules, n_moving;
    int *start = small_molecule_start(p, &n_molecules);
    km_constraint_group star = small_star(HALF - 1, 1);
    const km_integrator_spec good = {.timestep = 0.002,
                                     .degrees_of_freedom = 6 * HALF,
                                     .coupled_degrees_of_freedom = 3 * HALF,
                                     .thermostat = KM_THERMOSTAT_LANGEVIN,
                                     .temperature = 300.0,
                                     .temperature_end = 300.0,
                                     .thermostat_time = 0.1,
                                     .friction = 1.0,
                                     .thermostat_interval = 5,
                                     .n_molecules = n_molecules,
                                     .molecule_start = start,
                                     .piston = {{1.0, 1, 0.0}, {1.0, -1, 0.0}}};
    assert_ok(km_integrator_spec_check(&good, p, &n_moving));
    km_integrator_spec bad;
#define REFUSED(change, text)                                                                      \
    do {                                                                                           \
        bad = good;                                                                                \
        bad.change;                                                                                \
        assert_true(km_integrator_spec_check(&bad, p, &n_moving) != KM_OK);                        \
        if (strstr(km_last_error()->message, text) == NULL)                                        \
            fail_msg("\"%s\" is not in: %s", text, km_last_error()->message);                      \
    } while (0)
    REFUSED(thermostat = KM_THERMOSTAT_NOSE_HOOVER, "only 40 of 80 are to be thermostatted");
    bad = good;
    bad.thermostat = KM_THERMOSTAT_RESCALING;
    assert_ok(km_integrator_spec_check(&bad, p, &n_moving));
    bad.drift_removal_interval = 100;
    assert_true(km_integrator_spec_check(&bad, p, &n_moving) == KM_ERROR_UNSUPPORTED);
    bad = good;
    bad.n_groups = 1;
    REFUSED(group = (bad.n_groups = 1, &star), "atoms 40 and 41");
    REFUSED(n_pistons = 1, "piston 1 has no atom");
    REFUSED(n_pistons = 3, "3 pistons");
    p->mobility[5] = KM_MOBILITY_PISTON + 1;
    REFUSED(n_pistons = 1, "atom 6 is of piston 2 of 1");
    p->mobility[4] = KM_MOBILITY_PISTON;
    bad = good;
    bad.n_pistons = 2;
    assert_ok(km_integrator_spec_check(&bad, p, &n_moving));
    REFUSED(piston[(bad.n_pistons = 2) - 1].direction = 0, "direction 0");
    REFUSED(piston[(bad.n_pistons = 2) - 1].damping = -1.0, "damping -1");
    REFUSED(drift_removal_interval = (bad.n_pistons = 2), "momentum");
    REFUSED(barostat = (bad.n_pistons = 2, KM_BAROSTAT_Z_ONLY), "a barostat beside them");
    for (int i = 0; i < 2 * HALF; i++)
        p->mobility[i] = KM_MOBILITY_UNCOUPLED;
    REFUSED(seed = 1, "none of the 80 moving atoms");
#undef REFUSED
    free(start);
    small_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_moves_as_it_may),
        cmocka_unit_test(trajectories_agree_with_the_cpu),
        cmocka_unit_test(order_looking_and_restart_change_nothing),
        cmocka_unit_test(a_recorded_step_is_a_step),
        cmocka_unit_test(the_thermostat_acts_on_its_layers_alone),
        cmocka_unit_test(wrong_layers_are_refused),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
