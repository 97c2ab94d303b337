/* SPDX-License-Identifier: MIT */
/* The CPU backend by itself: opening, particle arrays, what it refuses. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backend_cpu.h"
#include "tests/cmocka_all.h"

#define N 130 /* more than one block of padding */

typedef struct fixture {
    km_device *device;
    km_particles *p;
    double mass[N], charge[N], position[3 * N], velocity[3 * N];
    int type[N], molecule[N];
} fixture;

static km_particles_spec spec_of(const fixture *f)
{
    const km_particles_spec spec = {N, f->mass, f->charge, f->type, f->molecule, NULL, 0.0};
    return spec;
}

static km_state state_of(fixture *f)
{
    const km_state state = {N, {3.0, 0.5, 3.1, -0.2, 0.4, 3.2}, f->position, f->velocity};
    return state;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    for (int i = 0; i < N; i++) {
        f->mass[i] = i == 7 ? 0.0 : 1.0 + i;
        f->charge[i] = 0.01 * i - 0.5;
        f->type[i] = i % 5;
        f->molecule[i] = i / 10;
        for (int c = 0; c < 3; c++) {
            f->position[3 * i + c] = 0.1 * i + 1000.0 * c;
            f->velocity[3 * i + c] = -0.3 * i + c;
        }
    }
    assert_ok(km_backend_cpu.open(2, &f->device));
    const km_particles_spec spec = spec_of(f);
    assert_ok(km_backend_cpu.particles_create(f->device, &spec, &f->p));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    km_backend_cpu.particles_destroy(f->p);
    km_backend_cpu.close(f->device);
    free(f);
    return 0;
}

static void every_slot_of_the_table_is_filled(void **state)
{
    (void)state;
    /* the last are optional: a device by its number, growth of the list, frames beside the run,
     * recording */
    void *slot[offsetof(km_backend, open_number) / sizeof(void *)];
    assert_int_equal(sizeof slot + 8 * sizeof(void *), sizeof km_backend_cpu);
    memcpy(slot, &km_backend_cpu, sizeof slot);
    for (size_t k = 0; k < sizeof slot / sizeof slot[0]; k++)
        assert_non_null(slot[k]);
}

static void arrays_are_padded_and_padding_is_inert(void **state)
{
    fixture *f = *state;
    const km_state given = state_of(f);
    assert_ok(km_backend_cpu.upload(f->device, &given, f->p));
    const km_particles *p = f->p;
    assert_int_equal(p->n, N);
    assert_int_equal(p->n_padded, 256);
    assert_near(p->inverse_mass[7], 0.0, 0.0);
    assert_near(p->inverse_mass[3], 0.25, 0.0);
    assert_int_equal(p->type[12], 2);
    assert_int_equal(p->molecule[129], 12);
    for (int i = N; i < p->n_padded; i++) {
        assert_true(p->mass[i] == 0.0 && p->inverse_mass[i] == 0.0 && p->charge[i] == 0.0);
        for (int c = 0; c < 3; c++) {
            const int k = c * p->n_padded + i;
            assert_true(p->position[k] == 0.0 && p->velocity[k] == 0.0 && p->force[k] == 0);
        }
    }
}

static void what_goes_up_comes_down(void **state)
{
    fixture *f = *state;
    const km_state given = state_of(f);
    assert_ok(km_backend_cpu.upload(f->device, &given, f->p));
    assert_near(f->p->position[2 * f->p->n_padded + 11], f->position[3 * 11 + 2], 0.0);
    double position[3 * N], velocity[3 * N];
    km_state got = {N, {0, 0, 0, 0, 0, 0}, position, velocity};
    assert_ok(km_backend_cpu.download(f->device, f->p, &got));
    assert_memory_equal(position, f->position, sizeof position);
    assert_memory_equal(velocity, f->velocity, sizeof velocity);
    assert_memory_equal(&got.box, &given.box, sizeof got.box);
    /* without velocities the atoms are at rest, and either array may be left out */
    km_state still = given;
    still.velocity = NULL;
    assert_ok(km_backend_cpu.upload(f->device, &still, f->p));
    km_state partial = {N, {0, 0, 0, 0, 0, 0}, NULL, velocity};
    assert_ok(km_backend_cpu.download(f->device, f->p, &partial));
    for (int k = 0; k < 3 * N; k++)
        assert_near(velocity[k], 0.0, 0.0);
}

static void forces_come_down_atom_major(void **state)
{
    fixture *f = *state;
    f->p->force[0 * f->p->n_padded + 5] = km_fixed_from(1.5);
    f->p->force[2 * f->p->n_padded + 5] = km_fixed_from(-2.25);
    double force[3 * N];
    assert_ok(km_backend_cpu.download_forces(f->device, f->p, force));
    assert_near(force[15], 1.5, 0.0);
    assert_near(force[16], 0.0, 0.0);
    assert_near(force[17], -2.25, 0.0);
}

static void clear_zeroes_what_the_step_asks(void **state)
{
    fixture *f = *state;
    for (int k = 0; k < 3 * f->p->n_padded; k++)
        f->p->force[k] = k + 1;
    f->p->energy[KM_ENERGY_BOND] = 3.0;
    f->p->virial[KM_YZ] = 4.0;
    km_step s = {1, false, false, false};
    assert_ok(km_backend_cpu.clear(f->device, &s, f->p));
    for (int k = 0; k < 3 * f->p->n_padded; k++)
        assert_true(f->p->force[k] == 0);
    assert_near(f->p->energy[KM_ENERGY_BOND], 3.0, 0.0);
    assert_near(f->p->virial[KM_YZ], 4.0, 0.0);
    s.energy = true;
    assert_ok(km_backend_cpu.clear(f->device, &s, f->p));
    assert_near(f->p->energy[KM_ENERGY_BOND], 0.0, 0.0);
    assert_near(f->p->virial[KM_YZ], 4.0, 0.0);
    s.virial = true;
    assert_ok(km_backend_cpu.clear(f->device, &s, f->p));
    assert_near(f->p->virial[KM_YZ], 0.0, 0.0);
}

#define assert_refused(call, text)                                                                 \
    do {                                                                                           \
        assert_int_equal(call, KM_ERROR_VALUE);                                                    \
        if (strstr(km_last_error()->message, text) == NULL)                                        \
            fail_msg("\"%s\" does not say \"%s\"", km_last_error()->message, text);                \
    } while (0)

static void upload_refuses_what_is_not_a_configuration(void **state)
{
    fixture *f = *state;
    km_state given = state_of(f);
    assert_ok(km_backend_cpu.upload(f->device, &given, f->p));
    f->position[3 * 42 + 1] = NAN;
    f->position[0] = 77.0;
    assert_refused(km_backend_cpu.upload(f->device, &given, f->p), "position of atom 42");
    assert_near(f->p->position[0], 0.0, 0.0); /* nothing was taken over */
    f->position[3 * 42 + 1] = INFINITY;
    assert_refused(km_backend_cpu.upload(f->device, &given, f->p), "position of atom 42");
    f->position[3 * 42 + 1] = 1.0;
    f->velocity[3 * 9] = NAN;
    assert_refused(km_backend_cpu.upload(f->device, &given, f->p), "velocity of atom 9");
    f->velocity[3 * 9] = 0.0;
    given.box.by = 0.0;
    assert_refused(km_backend_cpu.upload(f->device, &given, f->p), "box");
    given.box.by = 3.0;
    given.n = N - 1;
    assert_refused(km_backend_cpu.upload(f->device, &given, f->p), "129 atoms");
}

static void particles_refuse_nonsense_and_name_the_atom(void **state)
{
    fixture *f = *state;
    km_particles *p = NULL;
    km_particles_spec spec = spec_of(f);
    f->mass[3] = -1.0;
    assert_refused(km_backend_cpu.particles_create(f->device, &spec, &p), "mass of atom 3");
    f->mass[3] = 1.0;
    f->charge[4] = NAN;
    assert_refused(km_backend_cpu.particles_create(f->device, &spec, &p), "charge of atom 4");
    f->charge[4] = 0.0;
    f->type[5] = -1;
    assert_refused(km_backend_cpu.particles_create(f->device, &spec, &p), "type of atom 5");
    f->type[5] = 0;
    spec.n = 0;
    assert_refused(km_backend_cpu.particles_create(f->device, &spec, &p), "at least one");
    assert_null(p);
}

static void the_instruction_set_can_be_lowered_only(void **state)
{
    (void)state;
    km_device *device = NULL;
    assert_int_equal(setenv("KALIUM_ISA", "baseline", 1), 0);
    assert_ok(km_backend_cpu.open(3, &device));
    assert_int_equal(device->isa, KM_ISA_BASELINE);
    assert_non_null(strstr(km_backend_cpu.describe(device), "cpu, 3 threads, baseline"));
    km_backend_cpu.close(device);
    assert_int_equal(unsetenv("KALIUM_ISA"), 0);
    assert_ok(km_backend_cpu.open(1, &device));
    const km_instruction_set best = device->isa;
    km_backend_cpu.close(device);
    assert_int_equal(setenv("KALIUM_ISA", "avx512", 1), 0);
    assert_ok(km_backend_cpu.open(1, &device));
    assert_int_equal(device->isa, best);
    km_backend_cpu.close(device);
    assert_int_equal(setenv("KALIUM_ISA", "sse9", 1), 0);
    assert_refused(km_backend_cpu.open(1, &device), "sse9");
    assert_null(device);
    assert_int_equal(unsetenv("KALIUM_ISA"), 0);
}

static void zero_threads_means_all(void **state)
{
    (void)state;
    km_device *device = NULL;
    assert_ok(km_backend_cpu.open(0, &device));
    assert_int_equal(device->threads, omp_get_num_procs());
    km_backend_cpu.close(device);
    assert_refused(km_backend_cpu.open(-1, &device), "-1 threads");
    assert_refused(km_backend_cpu.open(100000, &device), "100000 threads");
}

static void destroying_nothing_is_safe(void **state)
{
    (void)state;
    km_backend_cpu.particles_destroy(NULL);
    km_backend_cpu.integrator_destroy(NULL);
    km_backend_cpu.close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_of_the_table_is_filled),
        cmocka_unit_test_setup_teardown(arrays_are_padded_and_padding_is_inert, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_goes_up_comes_down, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forces_come_down_atom_major, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clear_zeroes_what_the_step_asks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(upload_refuses_what_is_not_a_configuration, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(particles_refuse_nonsense_and_name_the_atom, set_up,
                                        tear_down),
        cmocka_unit_test(the_instruction_set_can_be_lowered_only),
        cmocka_unit_test(zero_threads_means_all),
        cmocka_unit_test(destroying_nothing_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
