/* SPDX-License-Identifier: MIT */
/* The embedded-atom term: what it must not depend on, what can be worked out by hand, faults. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/random.h"
#include "tests/metal.h"

#define K_FIT "forcefields/metals/K_refit_FS.eam.fs"

static const int cells[3] = {4, 3, 5};

static metal *crystal(void)
{
    return metal_bcc(K_FIT, cells, 0.53, 0.03, 7);
}

static void assert_same(const metal_result *a, const metal_result *b, int n)
{
    assert_true(a->energy == b->energy);
    assert_memory_equal(a->virial, b->virial, sizeof a->virial);
    assert_memory_equal(a->force, b->force, 3 * (size_t)n * sizeof *a->force);
    assert_int_equal(a->fault, b->fault);
}

/* Threads of the CPU; orders of threads, blocks and atomics on the device. */
static void same_bits_in_any_order(void **state)
{
    metal *m = crystal();
    metal_result first = {0};
    for (int k = 0; k < 4; k++) {
        km_emulator_seed((uint64_t)k + 1);
        metal_open(m, *state, 1 + k, m->n);
        const metal_result r = metal_evaluate(m);
        if (k == 0)
            first = r;
        else {
            assert_same(&r, &first, m->n);
            free(r.force);
        }
        metal_close(m);
    }
    km_emulator_seed(1);
    free(first.force);
    metal_free(m);
}

static void shift_atoms(metal *m, double most, uint64_t seed)
{
    for (int i = 0; i < m->n; i++) {
        const km_random4 random = km_random_bits(seed, (uint64_t)i, 1, KM_RANDOM_BUILD);
        for (int c = 0; c < 3; c++)
            m->position[3 * i + c] += most * (2.0 * km_random_uniform(random.v[c]) - 1.0);
    }
}

/* A list that was built before atoms moved, within its skin and beyond, gives the bits of a new
 * one; so does one from before the cell changed, and atoms moved by lattice vectors. */
static void same_bits_whenever_the_list_was_built(void **state)
{
    metal *m = crystal();
    metal_open(m, *state, 2, m->n);
    free(metal_evaluate(m).force);
    for (int k = 0; k < 6; k++) {
        shift_atoms(m, k == 3 ? 0.08 : 0.012, (uint64_t)k);
        if (k == 2)
            m->box = km_box_orthorhombic(m->box.ax * 1.002, m->box.by * 0.999, m->box.cz);
        if (k == 4)
            m->box.cx = 0.13;
        const metal_result kept = metal_evaluate(m);
        metal *again = crystal();
        again->box = m->box;
        memcpy(again->position, m->position, 3 * (size_t)m->n * sizeof(double));
        metal_open(again, *state, 2, m->n);
        const metal_result fresh = metal_evaluate(again);
        assert_same(&kept, &fresh, m->n);
        free(kept.force);
        free(fresh.force);
        metal_close(again);
        metal_free(again);
    }
    metal_close(m);
    metal_free(m);
}

/* Pairs of one element push each other equally hard, to the bit. */
static void no_net_force(void **state)
{
    metal *m = crystal();
    metal_open(m, *state, 2, m->n);
    const metal_result r = metal_evaluate(m);
    for (int c = 0; c < 3; c++) {
        double sum = 0.0; /* exact: multiples of 2^-32 far below 2^20 */
        for (int i = 0; i < m->n; i++)
            sum += r.force[3 * i + c];
        assert_true(sum == 0.0);
    }
    free(r.force);
    metal_close(m);
    metal_free(m);
}

/* Atoms that are none of the metal are not seen. */
static void others_are_left_alone(void **state)
{
    metal *m = crystal(), *less = crystal();
    const int n = m->n - 17;
    metal_open(m, *state, 2, n);
    const metal_result r = metal_evaluate(m);
    for (int k = 3 * n; k < 3 * m->n; k++)
        assert_true(r.force[k] == 0.0);
    less->n = n;
    metal_open(less, *state, 2, n);
    const metal_result alone = metal_evaluate(less);
    assert_same(&r, &alone, n);
    free(r.force);
    free(alone.force);
    metal_close(less);
    metal_free(less);
    metal_close(m);
    metal_free(m);
}

/* Two atoms at a point of the table, so far from each other that the density is low: 2 F + phi with
 * F = -A sqrt(rho) (Finnis & Sinclair, doi:10.1080/01418618408244210), and the force is the slope
 * of that, here by differences over the points around. */
static void two_atoms_far_apart(void **state)
{
    metal *m = metal_make("forcefields/metals/K_NicholAckland2016_v2.eam.fs", 2,
                          (km_box){2.5, 0.4, 2.4, -0.3, 0.2, 2.6});
    const km_eam_tables *t = m->tables;
    for (int point = 7200; point <= 9900; point += 900) {
        double u[5];
        for (int k = 0; k < 5; k++) {
            const int at = point + k - 2;
            const double rho = t->density[at];
            assert_true(rho < 16.0 * t->step_density);
            u[k] = -2.0 * t->element[0].root * sqrt(rho) + t->pair_term[at] / (at * t->step_r);
        }
        const double r = point * t->step_r;
        m->position[0] = m->position[1] = m->position[2] = 0.1;
        m->position[3] = 0.1 + 0.6 * r + m->box.bx; /* another image */
        m->position[4] = 0.1 + 0.0 * r + m->box.by;
        m->position[5] = 0.1 - 0.8 * r;
        metal_open(m, *state, 1, 2);
        const metal_result result = metal_evaluate(m);
        const double f = (u[0] - 8.0 * u[1] + 8.0 * u[3] - u[4]) / (12.0 * t->step_r);
#ifdef KM_DOUBLE
        const double relative = 1e-7; /* of the difference formula */
#else
        const double relative = 2e-5;
#endif
        assert_near(result.energy, u[2], relative * fabs(u[2]));
        assert_near(result.force[0], 0.6 * f, relative * fabs(f) + 1e-6);
        assert_near(result.force[5], 0.8 * f, relative * fabs(f) + 1e-6);
        assert_near(result.force[4], 0.0, relative * fabs(f) + 1e-6);
        free(result.force);
        metal_close(m);
    }
    metal_free(m);
}

/* An atom alone has the energy F(0), and no force. */
static void one_atom(void **state)
{
    metal *m = metal_make("forcefields/metals/Li_liquid_AlAwad2023.eam.alloy", 1,
                          km_box_orthorhombic(2.0, 2.0, 2.0));
    metal_open(m, *state, 1, 1);
    const metal_result r = metal_evaluate(m);
    assert_near(r.energy, m->tables->embedding[0], 1e-9);
    for (int c = 0; c < 3; c++)
        assert_true(r.force[c] == 0.0);
    free(r.force);
    metal_close(m);
    metal_free(m);
}

static const int large[3] = {4, 4, 5};

/* A crystal of that lattice constant in place of the present one. */
static void squeeze(metal *m, double a)
{
    const double factor = a * large[0] / m->box.ax;
    m->box = km_box_orthorhombic(a * large[0], a * large[1], a * large[2]);
    for (int k = 0; k < 3 * m->n; k++)
        m->position[k] *= factor;
}

/* A device gives a list some memory, and more when that was too little. bcc: 14 neighbours within
 * reach at 0.62 nm, 26 at 0.5 nm, 58 at 0.42 nm. */
static void list_outgrows_its_memory(void **state)
{
    static const double lattice[3] = {0.62, 0.5, 0.42};
    const km_backend *backend = *state;
    const int n_live = km_emulator_live_objects();
    metal *m = metal_bcc(K_FIT, large, lattice[0], 0.0, 1);
    metal_open(m, backend, 1, m->n);
    for (int k = 0; k < 3; k++) {
        km_standstill at = {0};
        squeeze(m, lattice[k]);
        metal_result got = metal_evaluate(m);
        assert_int_equal(got.fault, backend->make_room != NULL && k > 0 ? KM_FAULT_LIST : 0);
        if (got.fault != 0) {
            free(got.force);
            assert_ok(backend->make_room(m->device, m->p, &at));
            assert_true(at.stood && !at.half_way);
            got = metal_evaluate(m);
        }
        metal *again = metal_bcc(K_FIT, large, lattice[k], 0.0, 1);
        memcpy(again->position, m->position, 3 * (size_t)m->n * sizeof(double));
        again->box = m->box;
        metal_open(again, backend, 1, m->n);
        const metal_result want = metal_evaluate(again);
        assert_same(&got, &want, m->n);
        free(got.force);
        free(want.force);
        metal_close(again);
        metal_free(again);
    }
    metal_close(m);
    metal_free(m);
    assert_int_equal(km_emulator_live_objects(), n_live);
}

static void faults(void **state)
{
    metal *m = crystal();
    metal_open(m, *state, 2, m->n);
    for (int c = 0; c < 3; c++) /* one atom on another */
        m->position[c] = m->position[3 * 50 + c];
    metal_result r = metal_evaluate(m);
    assert_true((r.fault & (KM_FAULT_FORCE_LIMIT | KM_FAULT_NOT_FINITE)) != 0);
    free(r.force);
    m->position[4] = NAN;
    const km_state state_of = {m->n, m->box, m->position, NULL};
    assert_int_equal(m->backend->upload(m->device, &state_of, m->p), KM_ERROR_VALUE);
    metal_close(m);
    metal_free(m);
}

static void cell_too_small(void **state)
{
    const km_backend *backend = *state;
    metal *m = crystal();
    m->box.ax = 1.30; /* the cutoff is 0.68 nm */
    const km_particles_spec particles = {m->n, m->mass, m->charge, m->zero, m->number};
    const km_eam_spec spec = {m->tables, m->n, m->number, m->element, 0.0};
    const km_state start = {m->n, m->box, m->position, NULL};
    const km_step step = {0, false, true, true};
    km_status status;
    m->backend = backend;
    assert_ok(backend->open(1, &m->device));
    assert_ok(backend->particles_create(m->device, &particles, &m->p));
    assert_ok(backend->upload(m->device, &start, m->p));
    status = backend->make_force[KM_FORCE_EAM](m->device, &spec, m->p, &m->term);
    if (status == KM_OK)
        status = km_force_compute(&m->term, &step, m->p);
    assert_int_equal(status, KM_ERROR_VALUE);
    assert_non_null(strstr(km_last_error()->message, "1.3 nm"));
    metal_close(m);
    metal_free(m);
}

/* An atom of an element that the file does not have, atoms that are not in order. */
static void wrong_specs(void **state)
{
    const km_backend *backend = *state;
    metal *m = crystal();
    const km_particles_spec particles = {m->n, m->mass, m->charge, m->zero, m->number};
    const km_state start = {m->n, m->box, m->position, NULL};
    km_force force;
    m->backend = backend;
    assert_ok(backend->open(1, &m->device));
    assert_ok(backend->particles_create(m->device, &particles, &m->p));
    assert_ok(backend->upload(m->device, &start, m->p));
    km_eam_spec spec = {m->tables, m->n, m->number, m->element, 0.0};
    m->element[3] = 1;
    assert_int_equal(backend->make_force[KM_FORCE_EAM](m->device, &spec, m->p, &force),
                     KM_ERROR_VALUE);
    m->element[3] = 0;
    m->number[3] = 2;
    assert_int_equal(backend->make_force[KM_FORCE_EAM](m->device, &spec, m->p, &force),
                     KM_ERROR_INTERNAL);
    backend->particles_destroy(m->p);
    backend->close(m->device);
    metal_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_in_any_order),
        cmocka_unit_test(same_bits_whenever_the_list_was_built),
        cmocka_unit_test(no_net_force),
        cmocka_unit_test(others_are_left_alone),
        cmocka_unit_test(two_atoms_far_apart),
        cmocka_unit_test(one_atom),
        cmocka_unit_test(list_outgrows_its_memory),
        cmocka_unit_test(faults),
        cmocka_unit_test(cell_too_small),
        cmocka_unit_test(wrong_specs),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
