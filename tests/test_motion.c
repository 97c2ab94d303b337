/* SPDX-License-Identifier: MIT */
/* The motion that other backends compute beside that of the CPU, and that it does not depend on the
 * order of threads, on who looks, or on whether the steps are recorded. */
#include "tests/small_system.h"

enum { KINDS = 6, EACH = 9, STEPS = 40 };
static const int atoms_of_kind[KINDS] = {1, 2, 3, 4, 5, 3};

static const km_thermostat_kind every_thermostat[] = {
    KM_THERMOSTAT_NONE, KM_THERMOSTAT_RESCALING, KM_THERMOSTAT_NOSE_HOOVER, KM_THERMOSTAT_LANGEVIN};
static const km_barostat_kind every_barostat[] = {KM_BAROSTAT_NONE, KM_BAROSTAT_ISOTROPIC,
                                                  KM_BAROSTAT_SEMI_ISOTROPIC, KM_BAROSTAT_Z_ONLY};

/* Nine each of free atoms, stars of one to four bonds, and triangles, kinds in turn so that none
 * lies together in memory; with `held` the first free atom is held fixed. */
static small_system open_mixture(const km_backend *backend, km_thermostat_kind thermostat,
                                 km_barostat_kind barostat, bool held)
{
    km_constraint_group group[KINDS * EACH];
    double mass[5 * KINDS * EACH];
    int molecule[5 * KINDS * EACH], n = 0, n_groups = 0, n_constraints = 0;
    km_vec3 at[5 * KINDS * EACH];
    for (int m = 0; m < KINDS * EACH; m++) {
        const int kind = m % KINDS;
        const km_vec3 place = km_vec3_make(0.5 * (m % 4), 0.5 * (m / 4 % 4), 0.5 * (m / 16));
        const km_vec3 *shape = kind == 5 ? small_water_shape : small_methane_shape;
        const double *weight = kind == 5 ? small_water_mass : small_methane_mass;
        if (kind > 0)
            group[n_groups++] = kind == 5 ? small_water(n) : small_star(n, kind);
        n_constraints += kind == 5 ? 3 : kind;
        for (int a = 0; a < atoms_of_kind[kind]; a++, n++) {
            mass[n] = weight[a];
            molecule[n] = m;
            at[n] = km_vec3_add(place, shape[a]);
        }
    }
    if (held)
        mass[0] = 0.0;
    km_particles *p = small_particles(n, mass, molecule, km_box_orthorhombic(2.0, 2.0, 2.0));
    for (int i = 0; i < n; i++)
        small_set(p, p->position, i, at[i]);
    const km_integrator_spec spec = {
        .timestep = 0.001,
        .n_groups = n_groups,
        .group = group,
        .degrees_of_freedom = 3 * (n - held) - n_constraints - 3,
        .seed = 77,
        .thermostat = thermostat,
        .temperature = 280.0,
        .temperature_end = 330.0,
        .n_steps = STEPS,
        .thermostat_time = 0.1,
        .friction = 5.0,
        .thermostat_interval = 3,
        .barostat = barostat,
        .pressure = 20.0,
        .barostat_time = 0.5,
        .compressibility = 0.02,
        .barostat_interval = 4,
        .average_from = 20,
        .drift_removal_interval = thermostat == KM_THERMOSTAT_LANGEVIN ? 0 : 5,
    };
    small_system s = small_open(backend, p, spec, 1, (small_forces){.height = 20.0, .width = 0.12});
    assert_ok(small_constrain(&s));
    assert_ok(small_draw(&s, 300.0, 5));
    small_compute(&s);
    return s;
}

static double largest_difference(const km_particles *p, const double *a, const double *b)
{
    double largest = 0.0;
    for (int k = 0; k < 3 * p->n_padded; k++)
        largest = fmax(largest, fabs(a[k] - b[k]));
    return largest;
}

/* Both in double, sums in another order: rounding (1e-16 of about 1 nm and 3 nm/ps), grown by forty
 * steps, lengths that hold to 1e-10 only, and energies in steps of 2.3e-10. */
#define NEAR 1e-9

static void assert_same_measurement(const km_measurement *a, const km_measurement *b)
{
    assert_near(a->kinetic, b->kinetic, 1e-7 * a->kinetic);
    assert_near(a->temperature, b->temperature, 1e-7 * a->temperature);
    assert_near(a->potential, b->potential, 1e-6);
    assert_near(a->conserved, b->conserved, 1e-5);
    assert_near(a->volume, b->volume, NEAR * a->volume);
    assert_near(a->density, b->density, NEAR * a->density);
    assert_near(a->pressure, b->pressure, 1e-5);
    for (int k = 0; k < KM_TENSOR; k++) {
        assert_near(a->kinetic_tensor[k], b->kinetic_tensor[k], 1e-7 * a->kinetic);
        assert_near(a->pressure_tensor[k], b->pressure_tensor[k], 1e-5);
    }
    for (int c = 0; c < 3; c++)
        assert_near(a->momentum[c], b->momentum[c], 1e-8);
    assert_true(b->constraint_residual <= 1e-9);
    assert_near(a->largest_force, b->largest_force, 1e-6 * a->largest_force);
    assert_int_equal(a->largest_force_atom, b->largest_force_atom);
}

static void compare(const km_backend *backend, km_thermostat_kind thermostat,
                    km_barostat_kind barostat, bool held)
{
    small_system cpu = open_mixture(&km_backend_cpu, thermostat, barostat, held);
    small_system other = open_mixture(backend, thermostat, barostat, held);
    const km_particles *p = cpu.p, *q = other.p;
    assert_near(largest_difference(p, p->velocity, q->velocity), 0.0, 1e-12); /* as drawn */
    for (int step = 1; step <= STEPS; step++) {
        small_step(&cpu, step);
        small_step(&other, step);
    }
    const km_measurement a = small_measure(&cpu), b = small_measure(&other);
    assert_same_measurement(&a, &b);
    small_pull(&cpu);
    small_pull(&other);
    assert_int_equal(q->fault, 0);
    assert_near(largest_difference(p, p->position, q->position), 0.0, NEAR);
    assert_near(largest_difference(p, p->velocity, q->velocity), 0.0, 100 * NEAR);
    assert_near(p->box.ax, q->box.ax, NEAR);
    assert_near(p->box.by, q->box.by, NEAR);
    assert_near(p->box.cz, q->box.cz, NEAR);
    assert_true(barostat == KM_BAROSTAT_NONE || fabs(p->box.cz - 2.0) > 1e-3);
    const km_integrator_scalars x = small_scalars(&cpu), y = small_scalars(&other);
    assert_near(x.thermostat_work, y.thermostat_work, 1e-5);
    assert_true(thermostat == KM_THERMOSTAT_NONE || fabs(x.thermostat_work) > 0.1);
    assert_near(x.barostat_work, y.barostat_work, 1e-5);
    for (int k = 0; k < 4; k++) {
        assert_near(x.chain_position[k], y.chain_position[k], NEAR);
        assert_near(x.chain_velocity[k], y.chain_velocity[k], 100 * NEAR);
    }
    assert_true(x.n_averaged == (barostat == KM_BAROSTAT_NONE ? 0.0 : 6.0)); /* 20, 24 ... 40 */
    assert_true(x.n_averaged == y.n_averaged);
    for (int k = 0; k < 7; k++)
        assert_near(x.average_sum[k], y.average_sum[k], 10 * NEAR * fmax(1.0, x.average_sum[k]));
    small_close(&cpu);
    small_close(&other);
}

static void trajectories_agree_with_the_cpu(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 0; t < 4; t++) {
        compare(backend, every_thermostat[t], KM_BAROSTAT_NONE, true);
        compare(backend, every_thermostat[t], KM_BAROSTAT_SEMI_ISOTROPIC, false);
    }
    compare(backend, KM_THERMOSTAT_RESCALING, KM_BAROSTAT_ISOTROPIC, false);
    compare(backend, KM_THERMOSTAT_RESCALING, KM_BAROSTAT_ANISOTROPIC, false);
    compare(backend, KM_THERMOSTAT_RESCALING, KM_BAROSTAT_Z_ONLY, false);
}

static void assert_same_bits(small_system *a, small_system *b)
{
    const size_t size = 3 * (size_t)a->p->n_padded * sizeof(double);
    const km_integrator_scalars x = small_scalars(a), y = small_scalars(b);
    small_pull(a);
    small_pull(b);
    assert_memory_equal(a->p->position, b->p->position, size);
    assert_memory_equal(a->p->velocity, b->p->velocity, size);
    assert_memory_equal(&a->p->box, &b->p->box, sizeof a->p->box);
    assert_memory_equal(&x, &y, sizeof x);
}

/* What a thermostat decides is applied by the next who reads velocities: it must not matter who. */
static void looking_changes_nothing(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int t = 0; t < 4; t++) {
        small_system blind = open_mixture(backend, every_thermostat[t], every_barostat[t], false);
        small_system watched = open_mixture(backend, every_thermostat[t], every_barostat[t], false);
        for (int step = 1; step <= STEPS; step++) {
            small_step(&blind, step);
            small_step(&watched, step);
            if (step % 2 == 0)
                small_measure(&watched);
            if (step % 3 == 0)
                small_pull(&watched);
        }
        assert_same_bits(&blind, &watched);
        small_close(&blind);
        small_close(&watched);
    }
}

static void the_order_of_threads_changes_nothing(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (!backend_is_emulated(backend))
        skip();
    for (int t = 0; t < 4; t++) {
        small_system s[3];
        km_measurement m[3];
        for (int seed = 0; seed < 3; seed++) {
            km_emulator_seed((uint64_t)seed + 11);
            s[seed] = open_mixture(backend, every_thermostat[t], every_barostat[3 - t], false);
            for (int step = 1; step <= STEPS / 2; step++)
                small_step(&s[seed], step);
            m[seed] = small_measure(&s[seed]);
        }
        for (int seed = 1; seed < 3; seed++) {
            assert_same_bits(&s[0], &s[seed]);
            assert_memory_equal(&m[0], &m[seed], sizeof m[0]);
        }
        for (int seed = 0; seed < 3; seed++)
            small_close(&s[seed]);
    }
}

/* Under forces that stay, a recorded step played thirty times is thirty steps. */
static void a_recorded_step_counts_and_couples_like_any_other(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend->record_play == NULL)
        skip();
    for (int t = 0; t < 4; t++) {
        small_system called = open_mixture(backend, every_thermostat[t], KM_BAROSTAT_NONE, false);
        small_system played = open_mixture(backend, every_thermostat[t], KM_BAROSTAT_NONE, false);
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
        assert_ok(backend->record_play(recording, played.on_device, 1, 17));
        assert_ok(backend->record_play(recording, played.on_device, 18, 13));
        assert_same_bits(&called, &played);
        backend->record_destroy(recording);
        small_close(&called);
        small_close(&played);
    }
}

static km_state state_new(int n)
{
    const size_t bytes = 3 * (size_t)n * sizeof(double);
    const km_state state = {
        .n = n, .position = (double *)malloc(bytes), .velocity = (double *)malloc(bytes)};
    assert_non_null(state.position);
    assert_non_null(state.velocity);
    return state;
}

static void state_free(km_state *state)
{
    free(state->position);
    free(state->velocity);
}

/* What a download would have given when it was taken, though the device has gone on since; and
 * taking it waits for nothing. */
static void a_taken_frame_is_of_its_moment(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    if (backend->frame_take == NULL)
        skip();
    for (int t = 0; t < 4; t++) {
        small_system s = open_mixture(backend, every_thermostat[t], every_barostat[t], false);
        const int n = s.p->n;
        km_state want = state_new(n), got = state_new(n);
        for (int step = 1; step <= 12; step++) {
            const bool velocities = step % 2 == 0;
            small_step(&s, step);
            assert_ok(backend->download(s.device, s.on_device, &want));
            const uint64_t waits = km_emulator_count().waits;
            assert_ok(backend->frame_take(s.device, s.on_device, velocities));
            const km_step next = {.index = step + 1};
            assert_ok(backend->first_half(s.integrator, &next, s.on_device));
            assert_true(km_emulator_count().waits == waits);
            assert_ok(backend->frame_collect(s.device, s.on_device, &got));
            assert_memory_equal(got.position, want.position, 3 * (size_t)n * sizeof(double));
            if (velocities)
                assert_memory_equal(got.velocity, want.velocity, 3 * (size_t)n * sizeof(double));
            assert_memory_equal(&got.box, &want.box, sizeof got.box);
            assert_ok(backend->second_half(s.integrator, &next, s.on_device));
        }
        assert_int_equal(backend->frame_collect(s.device, s.on_device, &got), KM_ERROR_INTERNAL);
        assert_ok(backend->frame_take(s.device, s.on_device, true)); /* never collected */
        assert_int_equal(backend->frame_take(s.device, s.on_device, true), KM_ERROR_INTERNAL);
        small_close(&s);
        state_free(&want);
        state_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trajectories_agree_with_the_cpu),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(the_order_of_threads_changes_nothing),
        cmocka_unit_test(a_recorded_step_counts_and_couples_like_any_other),
        cmocka_unit_test(a_taken_frame_is_of_its_moment),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
