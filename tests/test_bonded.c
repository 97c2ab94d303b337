/* SPDX-License-Identifier: MIT */
/* The loops over bonded terms: virial, threads, order, degeneracy. The formulas:
 * test_bonded_formulas.c. */
#include <math.h>
#include <string.h>

#include "tests/backends.h"
#include "tests/chain_molecule.h"

static const km_box test_box = {4.0, 0.3, 4.1, -0.2, 0.4, 4.2};

typedef struct result {
    double energy[KM_ENERGY_COUNT], virial[KM_TENSOR];
    double *force; /* kJ/mol/nm  3 x n, atom-major; the very numbers of the fixed-point sums */
    int fault;
} result;

/* The term on some backend. */
typedef struct fixture {
    const km_backend *backend;
    km_device *device;
    km_particles *p;
    km_force force;
} fixture;

static void open_particles(const km_backend *backend, const chain_liquid *s, int threads,
                           fixture *f)
{
    f->backend = backend;
    assert_ok(backend->open(threads, &f->device));
    const km_particles_spec spec = {s->n, s->mass, s->charge, s->type, s->molecule, NULL, 0.0};
    assert_ok(backend->particles_create(f->device, &spec, &f->p));
    const km_state start = {s->n, s->box, (double *)(uintptr_t)s->position, NULL};
    assert_ok(backend->upload(f->device, &start, f->p));
}

static void open_term(const km_backend *backend, const chain_liquid *s, int threads, fixture *f)
{
    open_particles(backend, s, threads, f);
    assert_ok(backend->make_force[KM_FORCE_BONDED](f->device, &s->spec, f->p, &f->force));
    assert_string_equal(f->force.ops->name, "bonded");
}

static void close_term(fixture *f)
{
    km_force_destroy(&f->force);
    f->backend->particles_destroy(f->p);
    f->backend->close(f->device);
}

/* Clears, computes and reads back. */
static result evaluate(fixture *f)
{
    const km_step step = {0, false, true, true};
    result r;
    assert_ok(f->backend->clear(f->device, &step, f->p));
    assert_ok(km_force_compute(&f->force, &step, f->p));
    assert_ok(f->backend->synchronise(f->device, f->p));
    memcpy(r.energy, f->p->energy, sizeof r.energy);
    memcpy(r.virial, f->p->virial, sizeof r.virial);
    r.fault = f->p->fault;
    r.force = malloc(3 * (size_t)f->p->n * sizeof *r.force);
    assert_non_null(r.force);
    assert_ok(f->backend->download_forces(f->device, f->p, r.force));
    return r;
}

static result compute_with(const km_backend *backend, const chain_liquid *s, int threads)
{
    fixture f = {0};
    open_term(backend, s, threads, &f);
    const result r = evaluate(&f);
    close_term(&f);
    return r;
}

/* state: of the test, which holds the backend. */
static result compute(void **state, const chain_liquid *s)
{
    return compute_with(*state, s, 2);
}

static double total(const result *r)
{
    double sum = 0.0;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        sum += r->energy[t];
    return sum;
}

static double force_of(const result *r, int i, int c)
{
    return r->force[3 * i + c];
}

static double energy_of(void **state, const chain_liquid *s)
{
    const result r = compute(state, s);
    free(r.force);
    return total(&r);
}

/* Every term is there and in its own drawer: switching one list off empties one energy. */
static void each_list_feeds_its_own_energy(void **state)
{
    chain_liquid *s = chain_liquid_make(3, test_box);
    result r = compute(state, s);
    free(r.force);
    const km_energy_term drawer[] = {
        KM_ENERGY_BOND,   KM_ENERGY_ANGLE,      KM_ENERGY_DIHEDRAL,        KM_ENERGY_IMPROPER,
        KM_ENERGY_VDW_14, KM_ENERGY_COULOMB_14, KM_ENERGY_COULOMB_EXCLUDED};
    for (size_t k = 0; k < sizeof drawer / sizeof drawer[0]; k++)
        assert_true(fabs(r.energy[drawer[k]]) > 1e-3);
    const double others = r.energy[KM_ENERGY_VDW] + r.energy[KM_ENERGY_VDW_TAIL] +
                          r.energy[KM_ENERGY_COULOMB_REAL] + r.energy[KM_ENERGY_COULOMB_SELF] +
                          r.energy[KM_ENERGY_COULOMB_RECIPROCAL];
    assert_near(others, 0.0, 0.0);
    /* the periodic improper and the harmonic one share a drawer; without them it is empty */
    for (int m = 0; m < 3; m++) {
        s->improper[m].k_xi = 0.0;
        s->periodic[2 * m + 1].k_phi = 0.0;
    }
    r = compute(state, s);
    free(r.force);
    assert_near(r.energy[KM_ENERGY_IMPROPER], 0.0, 0.0);
    assert_true(fabs(r.energy[KM_ENERGY_DIHEDRAL]) > 1e-3);
    free(s);
}

/* Lennard-Jones at its minimum is -epsilon without force; what is left is C qq / r. */
static void pair14_by_hand(void **state)
{
    chain_liquid *s = chain_liquid_make(1, test_box);
    const km_bonded_spec only = {
        .n_pairs14 = 1, .pair14 = s->pair14, .coulomb_constant = KM_COULOMB_CONSTANT};
    s->spec = only;
    s->pair14[0] = (km_pair14){0, 3, 0.7, 0.3, -0.06};
    const double r = 0.3 * pow(2.0, 1.0 / 6.0);
    for (int c = 0; c < 3; c++)
        s->position[9 + c] = s->position[c] + (c == 1 ? r : 0.0);
    result got = compute(state, s);
    const double step = backend_energy_step(*state, 1);
    assert_near(got.energy[KM_ENERGY_VDW_14], -0.7, 1e-14 + step);
    assert_near(got.energy[KM_ENERGY_COULOMB_14], -0.06 * KM_COULOMB_CONSTANT / r, 1e-12 + step);
    /* atom 0 is drawn towards atom 3, up along y; 1e-9: steps of the fixed-point sum */
    assert_near(force_of(&got, 0, 1), 0.06 * KM_COULOMB_CONSTANT / (r * r), 1e-9);
    assert_near(force_of(&got, 3, 1), -0.06 * KM_COULOMB_CONSTANT / (r * r), 1e-9);
    free(got.force);
    free(s);
}

static void no_net_force_and_no_net_torque(void **state)
{
    chain_liquid *s = chain_liquid_make(2, test_box);
    result r = compute(state, s);
    for (int m = 0; m < 2; m++) {
        km_vec3 sum = {0, 0, 0}, torque = {0, 0, 0};
        for (int i = m * CHAIN_ATOMS; i < (m + 1) * CHAIN_ATOMS; i++) {
            const km_vec3 f = {force_of(&r, i, 0), force_of(&r, i, 1), force_of(&r, i, 2)};
            const km_vec3 x = {s->position[3 * i], s->position[3 * i + 1], s->position[3 * i + 2]};
            sum = km_vec3_add(sum, f);
            torque = km_vec3_add(torque, km_vec3_cross(x, f));
        }
        /* 8 atoms, each rounded to 1.2e-10; positions up to 4 nm; forces up to 1e4 in double */
        assert_near(km_vec3_norm(sum), 0.0, 3e-9);
        assert_near(km_vec3_norm(torque), 0.0, 2e-8);
    }
    free(r.force);
    free(s);
}

/* W_ab = 1/2 dU/d(strain_ab), the molecules strained with the box; five-point formula. */
static void virial_is_the_response_to_strain(void **state)
{
    chain_liquid *s = chain_liquid_make(4, test_box), *strained = malloc(sizeof *strained);
    assert_non_null(strained);
    result r = compute(state, s);
    free(r.force);
    const int pair[KM_TENSOR][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    const double at[4] = {-2.0, -1.0, 1.0, 2.0}, h = 5e-4;
    for (int t = 0; t < KM_TENSOR; t++) {
        double u[4];
        for (int m = 0; m < 4; m++) {
            *strained = *s;
            for (int i = 0; i < s->n; i++)
                strained->position[3 * i + pair[t][0]] +=
                    at[m] * h * s->position[3 * i + pair[t][1]];
            strained->spec = s->spec;
            u[m] = energy_of(state, strained);
        }
        /* h^4/30 of the fifth derivative; eight energies, in steps, over h */
        assert_near(2.0 * r.virial[t], (u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h),
                    1e-6 + 18.0 / 12.0 * backend_energy_step(*state, 8) / h);
    }
    free(strained);
    free(s);
}

/* Atoms put into other periodic images: nothing changes. */
static void wrapped_molecules_are_the_same(void **state)
{
    chain_liquid *s = chain_liquid_make(5, test_box);
    result whole = compute(state, s);
    for (int i = 0; i < s->n; i++) {
        const km_vec3 shift = km_box_image_shift(&s->box, i % 3 - 1, i % 4 - 2, i % 5 - 2);
        s->position[3 * i] += shift.x;
        s->position[3 * i + 1] += shift.y;
        s->position[3 * i + 2] += shift.z;
    }
    result wrapped = compute(state, s);
    /* rounding of positions, 1e-15 nm, times force constants of 3e5 */
    for (int i = 0; i < s->n; i++)
        for (int c = 0; c < 3; c++)
            assert_near(force_of(&wrapped, i, c), force_of(&whole, i, c), 2e-8);
    assert_near(total(&wrapped), total(&whole), 1e-9);
    for (int t = 0; t < KM_TENSOR; t++)
        assert_near(wrapped.virial[t], whole.virial[t], 1e-8);
    free(whole.force);
    free(wrapped.force);
    free(s);
}

static void assert_same_bits(const result *a, const result *b, const chain_liquid *s)
{
    assert_memory_equal(a->force, b->force, 3 * (size_t)s->n * sizeof *a->force);
    assert_memory_equal(a->energy, b->energy, sizeof a->energy);
    assert_memory_equal(a->virial, b->virial, sizeof a->virial);
}

/* Nor the order in which a device takes blocks and threads. */
static void threads_do_not_change_a_bit(void **state)
{
    const km_backend *backend = *state;
    chain_liquid *s = chain_liquid_make(backend_is_emulated(backend) ? 30 : CHAIN_MAX, test_box);
    result one = compute_with(backend, s, 1);
    for (int threads = 2; threads <= 7; threads++) {
        km_emulator_seed((uint64_t)threads);
        result many = compute_with(backend, s, threads);
        assert_same_bits(&many, &one, s);
        free(many.force);
    }
    free(one.force);
    free(s);
}

static result compute_with_isa(const chain_liquid *s, km_instruction_set isa)
{
    fixture f = {0};
    open_particles(&km_backend_cpu, s, 1, &f);
    km_device device = {1, isa, ""};
    assert_ok(km_bonded_cpu_create(&device, &s->spec, f.p, &f.force));
    const result r = evaluate(&f);
    close_term(&f);
    return r;
}

/* The vector loops do the same operations one by one. */
static void instruction_sets_do_not_change_a_bit(void **state)
{
    (void)state;
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2"))
        skip();
    chain_liquid *s = chain_liquid_make(50, test_box);
    result baseline = compute_with_isa(s, KM_ISA_BASELINE);
    result avx2 = compute_with_isa(s, KM_ISA_AVX2);
    assert_same_bits(&avx2, &baseline, s);
    free(baseline.force);
    free(avx2.force);
    free(s);
#else
    skip();
#endif
}

/* The CPU loops are the oracle: the same formulas in double, other sums. A component of a force is
 * a sum of some twenty terms, each in steps of 2.3e-10 kJ/mol/nm; compilers may contract products
 * and sums, worth 1e-15 of terms up to 1e5. */
static void agrees_with_the_cpu(void **state)
{
    const km_backend *backend = *state;
    const km_box boxes[2] = {test_box, {3.0, 0.0, 3.1, 0.0, 0.0, 3.2}};
    for (int b = 0; b < 2; b++) {
        chain_liquid *s = chain_liquid_make(37, boxes[b]);
        const double length[3] = {boxes[b].ax, boxes[b].by, boxes[b].cz};
        for (int k = 0; b == 1 && k < 3 * s->n; k++) /* every third atom in another image */
            s->position[k] += k / 3 % 3 == 0 ? length[k % 3] : 0.0;
        const result expected = compute_with(&km_backend_cpu, s, 1);
        const result got = compute_with(backend, s, 1);
        for (int k = 0; k < 3 * s->n; k++)
            assert_near(got.force[k], expected.force[k], 5e-9);
        for (int t = 0; t < KM_ENERGY_COUNT; t++)
            assert_near(got.energy[t], expected.energy[t],
                        1e-12 * fabs(expected.energy[t]) + backend_energy_step(backend, 10));
        for (int t = 0; t < KM_TENSOR; t++)
            assert_near(got.virial[t], expected.virial[t],
                        1e-12 * fabs(total(&expected)) + backend_energy_step(backend, 40));
        free(expected.force);
        free(got.force);
        free(s);
    }
}

/* Forces know nothing of the place of a molecule in the arrays: equal to the last bit. */
static void order_of_molecules_does_not_matter(void **state)
{
    const int n = backend_is_emulated(*state) ? 29 : 97; /* molecules */
    chain_liquid *s = chain_liquid_make(n, test_box);
    result straight = compute(state, s);
    for (int m = 0; m < n; m++)
        chain_place(s, (m * 31 + 5) % n, m);
    result permuted = compute(state, s);
    for (int m = 0; m < n; m++)
        for (int a = 0; a < CHAIN_ATOMS; a++)
            for (int c = 0; c < 3; c++)
                assert_true(force_of(&permuted, (m * 31 + 5) % n * CHAIN_ATOMS + a, c) ==
                            force_of(&straight, m * CHAIN_ATOMS + a, c));
    assert_near(total(&permuted), total(&straight),
                1e-13 * fabs(total(&straight)) + backend_energy_step(*state, 100));
    free(straight.force);
    free(permuted.force);
    free(s);
}

static void compute_adds_and_tallies_only_on_request(void **state)
{
    chain_liquid *s = chain_liquid_make(2, test_box);
    fixture f = {0};
    open_term(*state, s, 2, &f);
    const result once = evaluate(&f);
    const km_step silent = {0, false, false, false}, energy = {0, false, true, false};
    double *force = malloc(3 * (size_t)s->n * sizeof *force);
    assert_non_null(force);
    assert_ok(km_force_compute(&f.force, &silent, f.p));
    assert_ok(f.backend->synchronise(f.device, f.p));
    assert_memory_equal(f.p->energy, once.energy, sizeof once.energy);
    assert_memory_equal(f.p->virial, once.virial, sizeof once.virial);
    assert_ok(km_force_compute(&f.force, &energy, f.p));
    assert_ok(f.backend->synchronise(f.device, f.p));
    assert_true(f.p->energy[KM_ENERGY_BOND] == 2.0 * once.energy[KM_ENERGY_BOND]);
    assert_memory_equal(f.p->virial, once.virial, sizeof once.virial);
    assert_ok(f.backend->download_forces(f.device, f.p, force));
    for (int k = 0; k < 3 * s->n; k++)
        assert_true(once.force[k] != 0.0 && force[k] == 3.0 * once.force[k]);
    close_term(&f);
    free(force);
    free(once.force);
    free(s);
}

/* Straight angles, atoms in line, atoms on top of each other: finite, and no fault where the
 * physics is finite. */
static void degenerate_geometry_gives_no_nan(void **state)
{
    chain_liquid *s = chain_liquid_make(1, test_box);
    s->spec.n_pairs14 = 0;
    const double bend[] = {0.0, 1e-13, 1e-9, 1e-7};
    for (int k = 0; k < 4; k++) {
        for (int a = 0; a < CHAIN_ATOMS; a++) {
            s->position[3 * a] = 1.0 + 0.125 * a;
            s->position[3 * a + 1] = 1.0 + (a % 3 == 0 ? bend[k] : 0.0);
            s->position[3 * a + 2] = 1.0;
        }
        result r = compute(state, s);
        assert_int_equal(r.fault, 0);
        assert_true(isfinite(total(&r)));
        free(r.force);
    }
    for (int k = 0; k < 3 * CHAIN_ATOMS; k++)
        s->position[k] = 1.0;
    result r = compute(state, s);
    assert_int_equal(r.fault, 0);
    assert_true(isfinite(total(&r)));
    for (int k = 0; k < KM_TENSOR; k++)
        assert_true(isfinite(r.virial[k]));
    free(r.force);
    free(s);
}

static void overlap_raises_the_fault_and_is_clamped(void **state)
{
    chain_liquid *s = chain_liquid_make(1, test_box);
    const km_bonded_spec only = {.n_pairs14 = s->spec.n_pairs14,
                                 .pair14 = s->pair14,
                                 .coulomb_constant = KM_COULOMB_CONSTANT};
    s->spec = only;
    for (int c = 0; c < 3; c++) /* 1-4 partners 0.01 nm apart */
        s->position[9 + c] = s->position[c] + (c == 0 ? 0.01 : 0.0);
    result r = compute(state, s);
    assert_int_equal(r.fault, KM_FAULT_FORCE_LIMIT);
    assert_near(force_of(&r, 0, 0), -KM_FIXED_LIMIT, 0.0);
    free(r.force);
    s->position[9] = s->position[0]; /* and on top of each other */
    r = compute(state, s);
    assert_true((r.fault & KM_FAULT_NOT_FINITE) != 0);
    free(r.force);
    free(s);
}

#define assert_refused(text)                                                                       \
    do {                                                                                           \
        assert_int_equal(                                                                          \
            f.backend->make_force[KM_FORCE_BONDED](f.device, &s->spec, f.p, &f.force),             \
            KM_ERROR_VALUE);                                                                       \
        if (strstr(km_last_error()->message, text) == NULL)                                        \
            fail_msg("\"%s\" does not say \"%s\"", km_last_error()->message, text);                \
        assert_null(f.force.ops);                                                                  \
        km_force_destroy(&f.force);                                                                \
    } while (0)

static void wrong_terms_are_named(void **state)
{
    chain_liquid *s = chain_liquid_make(2, test_box);
    fixture f = {0};
    open_particles(*state, s, 1, &f);
    s->bond[3].j = 16;
    assert_refused("bond 3 names atom 16");
    s->bond[3].j = 4;
    s->angle[2].k = s->angle[2].i;
    assert_refused("angle 2 names atom 2 twice");
    s->angle[2].k = 4;
    s->rb[1].c[5] = NAN;
    assert_refused("dihedral 1");
    s->rb[1].c[5] = 0.0;
    s->periodic[0].multiplicity = -1;
    assert_refused("multiplicity -1");
    s->periodic[0].multiplicity = 1;
    s->excluded[5] = -3;
    assert_refused("excluded pair 2 names atom -3");
    close_term(&f);
    free(s);
}

int main(void)
{
    const struct CMUnitTest vector_loops[] = {
        cmocka_unit_test(instruction_sets_do_not_change_a_bit),
    };
    const struct CMUnitTest loops[] = {
        cmocka_unit_test(each_list_feeds_its_own_energy),
        cmocka_unit_test(pair14_by_hand),
        cmocka_unit_test(no_net_force_and_no_net_torque),
        cmocka_unit_test(virial_is_the_response_to_strain),
        cmocka_unit_test(wrapped_molecules_are_the_same),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(agrees_with_the_cpu),
        cmocka_unit_test(order_of_molecules_does_not_matter),
        cmocka_unit_test(compute_adds_and_tallies_only_on_request),
        cmocka_unit_test(degenerate_geometry_gives_no_nan),
        cmocka_unit_test(overlap_raises_the_fault_and_is_clamped),
        cmocka_unit_test(wrong_terms_are_named),
    };
    return cmocka_run_group_tests(vector_loops, NULL, NULL) +
           run_for_each_backend(loops, sizeof loops / sizeof loops[0]);
}
