/* SPDX-License-Identifier: MIT */
#include "kernels/integrate/integrate_check.h"
#include "kernels/integrate/thermostat.h"
#include "tests/small_system.h"

#define WATERS 27
#define KT (KM_GAS_CONSTANT * 300.0)

static const km_thermostat_kind every_thermostat[] = {
    KM_THERMOSTAT_NONE, KM_THERMOSTAT_RESCALING, KM_THERMOSTAT_NOSE_HOOVER, KM_THERMOSTAT_LANGEVIN};

/* Soft repulsion, and wells strong enough to give the oxygens a frequency of about 18 / ps. */
static const small_forces soft_pairs = {.height = 20.0, .width = 0.12};

static km_integrator_spec spec_at_300(double timestep, km_thermostat_kind thermostat)
{
    const km_integrator_spec spec = {
        .timestep = timestep,
        .constraint_tolerance = 1e-12,
        .seed = 2024,
        .thermostat = thermostat,
        .temperature = 300.0,
        .temperature_end = 300.0,
        .n_steps = 1,
        .thermostat_time = 0.2,
        .friction = 5.0,
        .thermostat_interval = 2,
    };
    return spec;
}

/* 27 rigid waters that repel each other; momentum removed at the start. */
static small_system open_waters(const km_backend *backend, km_integrator_spec spec, int threads)
{
    km_constraint_group group[WATERS];
    km_particles *p = small_waters(WATERS, 0.5, group);
    spec.n_groups = WATERS;
    spec.group = group;
    if (spec.degrees_of_freedom == 0)
        spec.degrees_of_freedom = 6 * WATERS - (spec.thermostat == KM_THERMOSTAT_LANGEVIN ? 0 : 3);
    small_system s = small_open(backend, p, spec, threads, soft_pairs);
    assert_ok(small_draw(&s, 300.0, 77));
    return s;
}

/* Largest |conserved - start| over 1 ps, a quarter of it where each step is slow. */
static double largest_error(small_system *s, double timestep)
{
    const double time = backend_is_slow(s->backend) ? 0.25 : 1.0;
    const double start = small_measure(s).conserved;
    double largest = 0.0;
    const int n = (int)lround(time / timestep);
    for (int step = 1; step <= n; step++) {
        small_step(s, step);
        largest = fmax(largest, fabs(small_measure(s).conserved - start));
    }
    return largest;
}

static void energy_error_falls_with_the_square_of_the_timestep(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    double error[3];
    for (int k = 0; k < 3; k++) {
        const double timestep = 0.002 / (1 << k);
        small_system s = open_waters(backend, spec_at_300(timestep, KM_THERMOSTAT_NONE), 1);
        error[k] = largest_error(&s, timestep);
        small_close(&s);
    }
    /* 4 in the limit; the next order adds a few per cent */
    assert_near(error[0] / error[1], 4.0, 0.4);
    assert_near(error[1] / error[2], 4.0, 0.4);
    assert_true(error[0] < 1e-2 * 0.5 * 6 * WATERS * KT);
}

/* Friction and noise aside, every thermostat must account for what it gives: the rest is the error
 * of velocity Verlet and falls like it. The noise is drawn per step, so runs of different timestep
 * differ; the bound is that of the plain run, doubled. */
static void what_thermostats_give_is_accounted(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    small_system plain = open_waters(backend, spec_at_300(0.001, KM_THERMOSTAT_NONE), 1);
    const double bound = 2.0 * largest_error(&plain, 0.001);
    small_close(&plain);
    for (int k = 1; k < 4; k++) {
        small_system s = open_waters(backend, spec_at_300(0.001, every_thermostat[k]), 1);
        const double error = largest_error(&s, 0.001);
        const km_integrator_scalars scalars = small_scalars(&s);
        assert_near(error, 0.0, bound);
        /* and it must have given something worth accounting */
        assert_true(fabs(scalars.thermostat_work) > 5.0 * bound);
        small_close(&s);
    }
}

/* The extended Hamiltonian of the chain, written out from its published form. What the full step
 * hides of the kinetic energy counts for the first link, whose target is the lower by it: it turns
 * the term n kT eta into an integral, known here to the change of the mean within a step. */
static void the_chain_conserves_its_extended_energy(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    small_system s = open_waters(backend, spec_at_300(0.001, KM_THERMOSTAT_NOSE_HOOVER), 1);
    const int n = 6 * WATERS - 3;
    const double tau = 0.2, start = small_measure(&s).conserved;
    double largest = 0.0, hidden = 0.0, slack = 1e-9;
    km_integrator_scalars last = small_scalars(&s);
    for (int step = 1; step <= 500; step++) {
        small_step(&s, step);
        const km_integrator_scalars x = small_scalars(&s);
        const double turned = x.chain_position[0] - last.chain_position[0];
        hidden += (x.hidden_mean + last.hidden_mean) * turned;
        slack += fabs((x.hidden_mean - last.hidden_mean) * turned);
        last = x;
        double chain = n * KT * x.chain_position[0] - hidden;
        for (int k = 0; k < 4; k++) {
            const double mass = (k == 0 ? n : 1) * KT * tau * tau;
            chain += 0.5 * mass * x.chain_velocity[k] * x.chain_velocity[k];
            chain += k > 0 ? KT * x.chain_position[k] : 0.0;
        }
        const km_measurement m = small_measure(&s);
        assert_near(m.conserved, m.kinetic + m.potential + chain, 1e-9 * fabs(chain) + slack);
        largest = fmax(largest, fabs(m.conserved - start));
    }
    assert_true(largest < 1e-3 * 0.5 * n * KT);
    small_close(&s);
}

static void motion_is_reversible(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    small_system s = open_waters(backend, spec_at_300(0.001, KM_THERMOSTAT_NONE), 1);
    km_particles *p = s.p;
    const size_t size = 3 * (size_t)p->n_padded;
    double *start = (double *)malloc(size * sizeof(double));
    memcpy(start, p->position, size * sizeof(double));
    for (int step = 1; step <= 300; step++)
        small_step(&s, step);
    double travelled = 0.0, missed = 0.0;
    small_pull(&s);
    for (size_t k = 0; k < size; k++) {
        travelled = fmax(travelled, fabs(p->position[k] - start[k]));
        p->velocity[k] = -p->velocity[k];
    }
    small_push(&s);
    for (int step = 301; step <= 600; step++)
        small_step(&s, step);
    for (size_t k = 0; k < size; k++)
        missed = fmax(missed, fabs(p->position[k] - start[k]));
    assert_true(travelled > 0.05);
    /* forces are rounded to 2e-10 kJ/mol/nm and lengths to 1e-12; the motion amplifies both */
    assert_near(missed, 0.0, 1e-8);
    free(start);
    small_close(&s);
}

/* Two free atoms at a fixed distance turn about their centre of mass at omega = v / r. */
static void a_rotor_turns_as_it_must(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    const double mass[2] = {3.0, 1.0}, omega = 20.0, length = 0.109;
    const int molecule[2] = {0, 0};
    double error[2];
    for (int k = 0; k < 2; k++) {
        km_particles *p = small_particles(2, mass, molecule, km_box_orthorhombic(3.0, 3.0, 3.0));
        small_set(p, p->position, 0, km_vec3_make(-0.25 * length, 0, 0));
        small_set(p, p->position, 1, km_vec3_make(0.75 * length, 0, 0));
        small_set(p, p->velocity, 0, km_vec3_make(0, -0.25 * length * omega, 0.7));
        small_set(p, p->velocity, 1, km_vec3_make(0, 0.75 * length * omega, 0.7));
        const km_constraint_group group = small_star(0, 1);
        km_integrator_spec spec = spec_at_300(0.002 / (k + 1), KM_THERMOSTAT_NONE);
        spec.n_groups = 1;
        spec.group = &group;
        small_system s = small_open(backend, p, spec, 1, (small_forces){0});
        const double kinetic = small_measure(&s).kinetic;
        for (int step = 1; step <= 500 * (k + 1); step++)
            small_step(&s, step);
        small_pull(&s);
        const km_vec3 r = km_vec3_sub(small_get(p, p->position, 1), small_get(p, p->position, 0));
        const double angle = omega * 1.0;
        const km_vec3 exact = km_vec3_make(length * cos(angle), length * sin(angle), 0);
        error[k] = km_vec3_norm(km_vec3_sub(r, exact));
        /* no forces: the rigid rotor of RATTLE keeps its energy to rounding */
        assert_near(small_measure(&s).kinetic, kinetic, 1e-9 * kinetic);
        assert_near(small_get(p, p->position, 0).z, 0.7, 1e-10);
        small_close(&s);
    }
    assert_true(error[0] < 0.01 * length);
    assert_near(error[0] / error[1], 4.0, 0.1);
}

static void momentum_stays_and_is_removed(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    small_system s = open_waters(backend, spec_at_300(0.001, KM_THERMOSTAT_RESCALING), 2);
    for (int step = 1; step <= 200; step++)
        small_step(&s, step);
    km_measurement m = small_measure(&s);
    /* sum of forces rounded to 2e-10 kJ/mol/nm each, over 0.2 ps */
    for (int c = 0; c < 3; c++)
        assert_near(m.momentum[c], 0.0, 1e-8);
    small_close(&s);

    km_integrator_spec spec = spec_at_300(0.001, KM_THERMOSTAT_NONE);
    spec.drift_removal_interval = 3;
    spec.first_step = 100; /* intervals count from the start of the stage */
    s = open_waters(backend, spec, 2);
    for (int i = 0; i < s.p->n; i++)
        s.p->velocity[i] += 0.1;
    small_push(&s);
    const double mass = WATERS * (15.9994 + 2 * 1.008);
    const double conserved = small_measure(&s).conserved;
    for (int step = 101; step <= 103; step++) {
        assert_near(small_measure(&s).momentum[0], 0.1 * mass, 1e-9 * mass);
        small_step(&s, step);
    }
    m = small_measure(&s);
    assert_near(m.momentum[0], 0.0, 1e-10 * mass);
    assert_near(m.conserved, conserved, 0.1);
    small_close(&s);
}

static void drawn_velocities_have_exactly_the_temperature(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_integrator_spec spec = spec_at_300(0.001, KM_THERMOSTAT_NONE);
    spec.degrees_of_freedom = 6 * WATERS - 3;
    small_system s = open_waters(backend, spec, 1);
    km_particles *p = s.p;
    const km_measurement m = small_measure(&s);
    assert_near(m.temperature, 300.0, 1e-9);
    for (int c = 0; c < 3; c++)
        assert_near(m.momentum[c], 0.0, 1e-10);
    double *first = (double *)malloc(3 * (size_t)p->n_padded * sizeof(double));
    memcpy(first, p->velocity, 3 * (size_t)p->n_padded * sizeof(double));
    assert_ok(small_constrain(&s));
    for (int k = 0; k < 3 * p->n_padded; k++)
        assert_near(p->velocity[k], first[k], 1e-9); /* nothing was left along the bonds */
    assert_ok(small_draw(&s, 300.0, 77));
    assert_memory_equal(p->velocity, first, 3 * (size_t)p->n_padded * sizeof(double));
    assert_ok(small_draw(&s, 300.0, 78));
    assert_true(fabs(p->velocity[0] - first[0]) > 1e-6);
    assert_ok(small_draw(&s, 0.0, 78));
    assert_true(small_measure(&s).kinetic == 0.0);
    assert_int_equal(small_draw(&s, -1.0, 78), KM_ERROR_VALUE);
    free(first);
    small_close(&s);
}

static void fixed_atoms_do_not_move(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    enum { N = 64 };
    for (int k = 0; k < 4; k++) {
        double mass[N];
        for (int i = 0; i < N; i++)
            mass[i] = i % 3 == 0 ? 0.0 : 39.1;
        km_particles *p = small_particles(N, mass, NULL, km_box_orthorhombic(1.6, 1.6, 1.6));
        for (int i = 0; i < N; i++)
            small_set(p, p->position, i,
                      km_vec3_make(0.4 * (i % 4), 0.4 * (i / 4 % 4), 0.4 * (i / 16)));
        km_integrator_spec spec = spec_at_300(0.002, every_thermostat[k]);
        spec.degrees_of_freedom = 3 * (N - 22);
        spec.drift_removal_interval = 10;
        small_system s = small_open(backend, p, spec, 2, soft_pairs);
        assert_ok(small_draw(&s, 300.0, 3));
        assert_near(small_measure(&s).temperature, 300.0, 1e-9);
        for (int i = 0; i < N; i += 3) {
            const km_vec3 v = small_get(p, p->velocity, i);
            assert_true(v.x == 0.0 && v.y == 0.0 && v.z == 0.0);
        }
        p->velocity[0] = 1.0; /* even one that came with a velocity */
        small_push(&s);
        double *start = (double *)malloc(3 * (size_t)p->n_padded * sizeof(double));
        memcpy(start, p->position, 3 * (size_t)p->n_padded * sizeof(double));
        for (int step = 1; step <= 50; step++)
            small_step(&s, step);
        small_pull(&s);
        for (int i = 0; i < N; i++)
            for (int c = 0; c < 3; c++) {
                const int at = c * p->n_padded + i;
                if (i % 3 == 0)
                    assert_true(p->position[at] == start[at]);
                else
                    assert_true(p->position[at] != start[at]);
            }
        free(start);
        small_close(&s);
    }
}

static km_integrator_spec spec_with_barostat(km_thermostat_kind thermostat)
{
    km_integrator_spec spec = spec_at_300(0.002, thermostat);
    spec.temperature_end = 330.0;
    spec.n_steps = 80;
    spec.drift_removal_interval = 10;
    spec.degrees_of_freedom = 6 * WATERS - 3;
    spec.barostat = thermostat == KM_THERMOSTAT_NOSE_HOOVER ? KM_BAROSTAT_SEMI_ISOTROPIC
                                                            : KM_BAROSTAT_ANISOTROPIC;
    spec.pressure = 20.0;
    spec.barostat_time = 0.5;
    spec.compressibility = 0.02;
    spec.barostat_interval = 3;
    return spec;
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

static void threads_give_the_same_bits(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int k = 0; k < 4; k++) {
        small_system s[3];
        for (int t = 0; t < 3; t++) {
            s[t] = open_waters(backend, spec_with_barostat(every_thermostat[k]), t + 1);
            for (int step = 1; step <= 40; step++)
                small_step(&s[t], step);
        }
        const km_measurement m = small_measure(&s[0]);
        for (int t = 1; t < 3; t++) {
            const km_measurement other = small_measure(&s[t]);
            assert_same_bits(&s[0], &s[t]);
            assert_memory_equal(&m, &other, sizeof m);
        }
        for (int t = 0; t < 3; t++)
            small_close(&s[t]);
    }
}

/* Stopped after any step and taken up by another integrator, the run goes on with the same bits:
 * steps 29, 30, 31 include one right after a rescaling of the cell. */
static void restart_gives_the_same_bits(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    for (int k = 0; k < 4; k++)
        for (int stop = 29; stop <= 31; stop++) {
            const km_integrator_spec spec = spec_with_barostat(every_thermostat[k]);
            small_system whole = open_waters(backend, spec, 1),
                         part = open_waters(backend, spec, 1);
            small_system rest = open_waters(backend, spec, 1);
            for (int step = 1; step <= 60; step++)
                small_step(&whole, step);
            for (int step = 1; step <= stop; step++)
                small_step(&part, step);
            const km_integrator_scalars scalars = small_scalars(&part);
            const size_t size = 3 * (size_t)part.p->n_padded * sizeof(double);
            small_pull(&part);
            memcpy(rest.p->position, part.p->position, size);
            memcpy(rest.p->velocity, part.p->velocity, size);
            rest.p->box = part.p->box;
            small_push(&rest);
            assert_ok(backend->scalars_set(rest.integrator, &scalars));
            small_compute(&rest);
            for (int step = stop + 1; step <= 60; step++)
                small_step(&rest, step);
            assert_same_bits(&whole, &rest);
            small_close(&whole);
            small_close(&part);
            small_close(&rest);
        }
}

/* A chain or a rescaling thermostat under a ramp drags the temperature along. */
static void temperature_follows_the_ramp(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    assert_near(km_temperature_ramp(10, 300, 1000, 500, 900), 10.0, 0.0);
    assert_near(km_temperature_ramp(10, 300, 1000, 500, 1250), 155.0, 1e-12);
    assert_near(km_temperature_ramp(10, 300, 1000, 500, 9999), 300.0, 0.0);
    assert_near(km_temperature_ramp(10, 300, 1000, 0, 1000), 10.0, 0.0);

    if (backend_is_emulated(backend)) /* thousands of steps are slow there: tests/test_motion.c */
        skip();
    km_integrator_spec spec = spec_at_300(0.002, KM_THERMOSTAT_RESCALING);
    spec.temperature_end = 600.0;
    spec.n_steps = 2000;
    spec.thermostat_time = 0.02;
    small_system s = open_waters(backend, spec, 1);
    const double start = small_measure(&s).conserved;
    double late = 0.0;
    for (int step = 1; step <= 2000; step++) {
        small_step(&s, step);
        late += step > 1500 ? small_measure(&s).temperature / 500.0 : 0.0;
    }
    /* mean target of the last quarter: 562.5 K; 159 degrees of freedom fluctuate by 11 %, the lag
     * of 0.02 ps is 1.5 K, and 1 ps is some 25 independent samples */
    assert_near(late, 562.5, 60.0);
    assert_near(small_measure(&s).conserved, start, 1e-2 * 0.5 * 159 * KT);
    small_close(&s);
}

static void wrong_specs_are_refused(void **state)
{
    const km_backend *backend = (const km_backend *)*state;
    km_constraint_group group[WATERS];
    km_particles *p = small_waters(WATERS, 0.5, group);
    int start[WATERS + 1];
    for (int m = 0; m <= WATERS; m++)
        start[m] = 3 * m;
    int n_moving;
    km_integrator_spec good = spec_with_barostat(KM_THERMOSTAT_RESCALING), bad;
    good.n_molecules = WATERS;
    good.molecule_start = start;
    good.n_groups = WATERS;
    good.group = group;
#define REFUSED(change, status, text)                                                              \
    do {                                                                                           \
        bad = good;                                                                                \
        bad.change;                                                                                \
        assert_int_equal(km_integrator_spec_check(&bad, p, &n_moving), status);                    \
        assert_non_null(strstr(km_last_error()->message, text));                                   \
    } while (0)
    REFUSED(timestep = 0.0, KM_ERROR_VALUE, "timestep");
    REFUSED(thermostat_time = 0.0, KM_ERROR_VALUE, "thermostat time");
    REFUSED(thermostat_interval = 0, KM_ERROR_VALUE, "interval");
    REFUSED(temperature = -1.0, KM_ERROR_VALUE, "temperatures");
    REFUSED(degrees_of_freedom = 0, KM_ERROR_VALUE, "degrees of freedom");
    REFUSED(compressibility = 0.0, KM_ERROR_VALUE, "compressibility");
    p->box.bx = 0.1;
    REFUSED(barostat = KM_BAROSTAT_ANISOTROPIC, KM_ERROR_UNSUPPORTED, "right angles");
    p->box.bx = 0.0;
    REFUSED(drift_removal_interval = -1, KM_ERROR_VALUE, "drift removal");
    REFUSED(n_molecules = 2, KM_ERROR_INTERNAL, "81 atoms");
    group[1].atom[0] = 2;
    REFUSED(seed = 1, KM_ERROR_UNSUPPORTED, "atom 3 is in two constraint groups");
    group[1].atom[0] = 3;
    group[1].length[0] = 0.0;
    REFUSED(seed = 1, KM_ERROR_VALUE, "atoms 4 and 5");
    group[1].length[0] = 0.1;
    group[1].n_bonds = 5;
    REFUSED(seed = 1, KM_ERROR_UNSUPPORTED, "constraint group 2");
    group[1].n_bonds = 3;
    group[1].bond[1][0] = 2;
    group[1].bond[1][1] = 0;
    REFUSED(seed = 1, KM_ERROR_UNSUPPORTED, "neither a star");
    group[1].bond[1][0] = 0;
    group[1].bond[1][1] = 2;
    p->inverse_mass[4] = 0.0;
    REFUSED(seed = 1, KM_ERROR_UNSUPPORTED, "fixed atoms");
    p->inverse_mass[3] = 0.0;
    REFUSED(barostat = KM_BAROSTAT_NONE, KM_ERROR_VALUE, "both held fixed");
#undef REFUSED
    /* and every backend asks */
    km_device *device;
    km_particles *on_device;
    km_integrator *out;
    small_create_particles(backend, 1, p, &device, &on_device);
    bad = good;
    bad.timestep = 0.0;
    assert_int_equal(backend->integrator_create(device, &bad, on_device, &out), KM_ERROR_VALUE);
    assert_null(out);
    backend->integrator_destroy(NULL);
    backend->particles_destroy(on_device);
    backend->close(device);
    small_particles_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energy_error_falls_with_the_square_of_the_timestep),
        cmocka_unit_test(what_thermostats_give_is_accounted),
        cmocka_unit_test(the_chain_conserves_its_extended_energy),
        cmocka_unit_test(motion_is_reversible),
        cmocka_unit_test(a_rotor_turns_as_it_must),
        cmocka_unit_test(momentum_stays_and_is_removed),
        cmocka_unit_test(drawn_velocities_have_exactly_the_temperature),
        cmocka_unit_test(fixed_atoms_do_not_move),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(restart_gives_the_same_bits),
        cmocka_unit_test(temperature_follows_the_ramp),
        cmocka_unit_test(wrong_specs_are_refused),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
