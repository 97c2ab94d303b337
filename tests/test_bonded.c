/* SPDX-License-Identifier: MIT */
/* Bonded terms: hand arithmetic for each, then the loops: virial, threads, order, degeneracy. */
#include <math.h>
#include <string.h>

#include "kernels/bonded/angle.h"
#include "kernels/bonded/bond.h"
#include "kernels/bonded/excluded.h"
#include "kernels/bonded/improper.h"
#include "tests/chain_molecule.h"

static const km_box test_box = {4.0, 0.3, 4.1, -0.2, 0.4, 4.2};

/* --- each formula ------------------------------------------------------------------------------
 */

static void bond_by_hand(void **state)
{
    (void)state;
    km_vec3 force;
    /* 0.15 nm long, 0.05 nm too long: 1000/2 * 0.0025 and 1000 * 0.05 */
    const double u = km_bond_harmonic(km_vec3_make(0.09, 0.0, 0.12), 0.10, 1000.0, &force);
    assert_near(u, 1.25, 1e-14);
    assert_near(force.x, -50.0 * 0.6, 1e-12);
    assert_near(force.y, 0.0, 0.0);
    assert_near(force.z, -50.0 * 0.8, 1e-12);
}

static void angle_by_hand(void **state)
{
    (void)state;
    /* a right angle that wants 60 degrees, legs 0.1 and 0.2 nm: forces k (pi/6)/leg close it */
    const km_angle_result r =
        km_angle_harmonic(km_vec3_make(0.1, 0.0, 0.0), km_vec3_make(0.0, 0.2, 0.0),
                          cos(KM_PI / 3.0), sin(KM_PI / 3.0), 300.0, false);
    assert_near(r.u, 150.0 * KM_PI * KM_PI / 36.0, 1e-12);
    assert_near(r.force_i.x, 0.0, 1e-12);
    assert_near(r.force_i.y, 300.0 * KM_PI / 6.0 / 0.1, 1e-9);
    assert_near(r.force_k.x, 300.0 * KM_PI / 6.0 / 0.2, 1e-9);
    assert_near(r.force_k.y, 0.0, 1e-12);
}

/* Every angle against every other as the wanted one: series, arc tangent and both ends. */
static void angle_is_measured_exactly(void **state)
{
    (void)state;
    for (int degree = 0; degree <= 180; degree++) {
        for (int degree0 = 0; degree0 <= 180; degree0 += 5) {
            const double theta = degree * KM_PI / 180.0, theta0 = degree0 * KM_PI / 180.0;
            const km_angle_result r =
                km_angle_harmonic(km_vec3_make(0.11, 0.0, 0.0),
                                  km_vec3_make(0.15 * cos(theta), 0.0, 0.15 * sin(theta)),
                                  cos(theta0), sin(theta0), 2.0, false);
            /* rounding, which counts more as b nears half a turn */
            const double half = cos(0.5 * (theta - theta0));
            assert_near(sqrt(r.u), fabs(theta - theta0), 4e-15 / fmax(half * half, 1e-3));
        }
    }
    for (double t = -0.25; t <= 0.25; t += 0.001)
        assert_near(km_angle_twice_arctangent(t), 2.0 * atan(t), 2e-16);
}

/* Four atoms with a dihedral of phi: i above the axis, l turned clockwise seen along j-k (+z). */
static km_dihedral_angle dihedral_with(double phi)
{
    const km_vec3 i = {0.1, 0.0, -0.03}, j = {0.0, 0.0, 0.0}, k = {0.0, 0.0, 0.15},
                  l = {0.12 * cos(phi), 0.12 * sin(phi), 0.2};
    return km_dihedral_of(km_vec3_sub(i, j), km_vec3_sub(j, k), km_vec3_sub(l, k));
}

/* Looking along +z the x axis turns into the y axis clockwise: the IUPAC sign. */
static void dihedral_angle_has_the_iupac_sign(void **state)
{
    (void)state;
    for (int degree = -170; degree <= 180; degree += 10) {
        const double phi = degree * KM_PI / 180.0;
        const km_dihedral_angle d = dihedral_with(phi);
        assert_near(d.cosine, cos(phi), 1e-14);
        assert_near(d.sine, sin(phi), 1e-14);
    }
}

/* OPLS Fourier series against Ryckaert-Bellemans with the coefficients that follow from
 * cos 2x = 2 cos^2 x - 1, cos 3x = 4 cos^3 x - 3 cos x, cos 4x = 8 cos^4 x - 8 cos^2 x + 1. */
static void ryckaert_bellemans_equals_the_fourier_series(void **state)
{
    (void)state;
    const double v1 = 7.1, v2 = -2.3, v3 = 3.3, v4 = 1.7;
    const double c[6] = {
        v2 + 0.5 * (v1 + v3), 0.5 * (3.0 * v3 - v1), -v2 + 4.0 * v4, -2.0 * v3, -4.0 * v4, 0.0};
    for (int degree = -170; degree <= 180; degree += 10) {
        const double phi = degree * KM_PI / 180.0;
        const km_dihedral_term term = km_dihedral_rb_term(cos(phi), sin(phi), c, 1);
        assert_near(term.u,
                    0.5 * (v1 * (1 + cos(phi)) + v2 * (1 - cos(2 * phi)) + v3 * (1 + cos(3 * phi)) +
                           v4 * (1 - cos(4 * phi))),
                    1e-13);
        assert_near(term.slope,
                    0.5 * (-v1 * sin(phi) + 2 * v2 * sin(2 * phi) - 3 * v3 * sin(3 * phi) +
                           4 * v4 * sin(4 * phi)),
                    1e-13);
    }
}

/* With a fifth power, which no Fourier series of four terms has; psi = phi - 180 degrees. */
static void ryckaert_bellemans_is_a_power_series_in_cos_psi(void **state)
{
    (void)state;
    const double c[6] = {9.28, 12.16, -13.12, -3.06, 26.24, -31.5}, phi = 1.1;
    const double x = cos(phi - KM_PI), y = sin(phi - KM_PI);
    double u = 0.0, slope = 0.0;
    for (int n = 0; n < 6; n++) {
        u += c[n] * pow(x, n);
        slope -= n > 0 ? n * c[n] * pow(x, n - 1) * y : 0.0;
    }
    const km_dihedral_term term = km_dihedral_rb_term(cos(phi), sin(phi), c, 1);
    assert_near(term.u, u, 1e-13);
    assert_near(term.slope, slope, 1e-12);
}

static void periodic_dihedral_against_libm(void **state)
{
    (void)state;
    const double k = 4.5, phi0 = 0.7;
    for (int n = 0; n <= 6; n++) {
        for (int degree = -170; degree <= 180; degree += 35) {
            const double phi = degree * KM_PI / 180.0;
            const km_dihedral_term term =
                km_dihedral_periodic_term(cos(phi), sin(phi), n, k, cos(phi0), sin(phi0));
            assert_near(term.u, k * (1.0 + cos(n * phi - phi0)), 1e-13);
            assert_near(term.slope, -k * n * sin(n * phi - phi0), 1e-12);
        }
    }
}

static void improper_takes_the_short_way_round(void **state)
{
    (void)state;
    const double degree = KM_PI / 180.0;
    /* xi = -175, xi0 = 170: 15 degrees apart across the cut, not 345 */
    const km_dihedral_term term =
        km_improper_harmonic_term(cos(-175 * degree), sin(-175 * degree), 170 * degree, 100.0);
    assert_near(term.u, 50.0 * 15 * 15 * degree * degree, 1e-12);
    assert_near(term.slope, 100.0 * 15 * degree, 1e-11);
}

/* The polynomial against libm, energy and force, over its whole range and beyond. */
static void excluded_pair_equals_the_closed_form(void **state)
{
    (void)state;
    const double alpha = 3.123, qq = -17.0;
    for (int m = 0; m <= 3000; m++) {
        const double x2 = 0.002 * m, r2 = x2 / (alpha * alpha);
        const km_pair_term got = km_excluded_pair(qq, alpha, r2);
        const km_pair_term expected = km_coulomb_excluded(qq, alpha, r2);
        /* rounding of some twenty operations */
        assert_near(got.u, expected.u, 2e-15 * fabs(expected.u));
        assert_near(got.f_over_r, expected.f_over_r, 2e-14 * fabs(expected.f_over_r));
    }
    /* r -> 0: -qq 2 alpha/sqrt(pi), and -qq 4 alpha^3/(3 sqrt(pi)) */
    const km_pair_term zero = km_excluded_pair(qq, alpha, 0.0);
    assert_near(zero.u, -qq * 2.0 * alpha / sqrt(KM_PI), 1e-13);
    assert_near(zero.f_over_r, -qq * 4.0 * pow(alpha, 3) / (3.0 * sqrt(KM_PI)), 1e-11);
}

/* --- the loops ---------------------------------------------------------------------------------
 */

typedef struct result {
    double energy[KM_ENERGY_COUNT], virial[KM_TENSOR];
    km_fixed *force; /* component-major, n_padded stride */
    int fault;
} result;

static km_particles particles_of(const chain_liquid *s)
{
    km_particles p;
    memset(&p, 0, sizeof p);
    p.n = s->n;
    p.n_padded = (s->n + 127) / 128 * 128;
    p.box = s->box;
    assert_ok(km_allocate((void **)&p.position, 3 * (size_t)p.n_padded, sizeof(double)));
    assert_ok(km_allocate((void **)&p.force, 3 * (size_t)p.n_padded, sizeof(km_fixed)));
    assert_ok(km_allocate((void **)&p.charge, (size_t)p.n_padded, sizeof(double)));
    for (int i = 0; i < s->n; i++) {
        p.charge[i] = s->charge[i];
        for (int c = 0; c < 3; c++)
            p.position[c * p.n_padded + i] = s->position[3 * i + c];
    }
    return p;
}

static result compute_with(const chain_liquid *s, int threads, km_instruction_set isa)
{
    km_device device = {threads, isa, ""};
    km_particles p = particles_of(s);
    km_force force;
    assert_ok(km_bonded_cpu_create(&device, &s->spec, &p, &force));
    assert_string_equal(force.ops->name, "bonded");
    const km_step step = {0, false, true, true};
    assert_ok(km_force_compute(&force, &step, &p));
    km_force_destroy(&force);
    result r;
    memcpy(r.energy, p.energy, sizeof r.energy);
    memcpy(r.virial, p.virial, sizeof r.virial);
    r.force = p.force;
    r.fault = p.fault;
    free(p.position);
    free(p.charge);
    return r;
}

static result compute(const chain_liquid *s, int threads)
{
    return compute_with(s, threads, KM_ISA_BASELINE);
}

static double total(const result *r)
{
    double sum = 0.0;
    for (int t = 0; t < KM_ENERGY_COUNT; t++)
        sum += r->energy[t];
    return sum;
}

static double force_of(const result *r, const chain_liquid *s, int i, int c)
{
    return km_fixed_to(r->force[c * ((s->n + 127) / 128 * 128) + i]);
}

static double energy_of(const chain_liquid *s)
{
    result r = compute(s, 1);
    free(r.force);
    return total(&r);
}

/* Every term is there and in its own drawer: switching one list off empties one energy. */
static void each_list_feeds_its_own_energy(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(3, test_box);
    result r = compute(s, 1);
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
    r = compute(s, 1);
    free(r.force);
    assert_near(r.energy[KM_ENERGY_IMPROPER], 0.0, 0.0);
    assert_true(fabs(r.energy[KM_ENERGY_DIHEDRAL]) > 1e-3);
    free(s);
}

/* Lennard-Jones at its minimum is -epsilon without force; what is left is C qq / r. */
static void pair14_by_hand(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(1, test_box);
    const km_bonded_spec only = {
        .n_pairs14 = 1, .pair14 = s->pair14, .coulomb_constant = KM_COULOMB_CONSTANT};
    s->spec = only;
    s->pair14[0] = (km_pair14){0, 3, 0.7, 0.3, -0.06};
    const double r = 0.3 * pow(2.0, 1.0 / 6.0);
    for (int c = 0; c < 3; c++)
        s->position[9 + c] = s->position[c] + (c == 1 ? r : 0.0);
    result got = compute(s, 1);
    assert_near(got.energy[KM_ENERGY_VDW_14], -0.7, 1e-14);
    assert_near(got.energy[KM_ENERGY_COULOMB_14], -0.06 * KM_COULOMB_CONSTANT / r, 1e-12);
    /* atom 0 is drawn towards atom 3, up along y; 1e-9: steps of the fixed-point sum */
    assert_near(force_of(&got, s, 0, 1), 0.06 * KM_COULOMB_CONSTANT / (r * r), 1e-9);
    assert_near(force_of(&got, s, 3, 1), -0.06 * KM_COULOMB_CONSTANT / (r * r), 1e-9);
    free(got.force);
    free(s);
}

static void no_net_force_and_no_net_torque(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(2, test_box);
    result r = compute(s, 1);
    for (int m = 0; m < 2; m++) {
        km_vec3 sum = {0, 0, 0}, torque = {0, 0, 0};
        for (int i = m * CHAIN_ATOMS; i < (m + 1) * CHAIN_ATOMS; i++) {
            const km_vec3 f = {force_of(&r, s, i, 0), force_of(&r, s, i, 1), force_of(&r, s, i, 2)};
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

/* W_ab = 1/2 dU/d(strain_ab), the molecules strained with the box; central differences. */
static void virial_is_the_response_to_strain(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(4, test_box);
    result r = compute(s, 1);
    free(r.force);
    const int pair[KM_TENSOR][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
    const double h = 1e-5;
    for (int t = 0; t < KM_TENSOR; t++) {
        double u[2];
        for (int side = 0; side < 2; side++) {
            chain_liquid *strained = malloc(sizeof *strained);
            assert_non_null(strained);
            *strained = *s;
            for (int i = 0; i < s->n; i++)
                strained->position[3 * i + pair[t][0]] +=
                    (side == 0 ? h : -h) * s->position[3 * i + pair[t][1]];
            u[side] = energy_of(strained);
            free(strained);
        }
        /* h^2/6 of the third derivative plus rounding of U / h: 2e-7 seen */
        assert_near(r.virial[t], 0.5 * (u[0] - u[1]) / (2.0 * h), 1e-6);
    }
    free(s);
}

/* Atoms put into other periodic images: nothing changes. */
static void wrapped_molecules_are_the_same(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(5, test_box);
    result whole = compute(s, 1);
    for (int i = 0; i < s->n; i++) {
        const km_vec3 shift = km_box_image_shift(&s->box, i % 3 - 1, i % 4 - 2, i % 5 - 2);
        s->position[3 * i] += shift.x;
        s->position[3 * i + 1] += shift.y;
        s->position[3 * i + 2] += shift.z;
    }
    result wrapped = compute(s, 1);
    /* rounding of positions, 1e-15 nm, times force constants of 3e5 */
    for (int i = 0; i < s->n; i++)
        for (int c = 0; c < 3; c++)
            assert_near(force_of(&wrapped, s, i, c), force_of(&whole, s, i, c), 2e-8);
    assert_near(total(&wrapped), total(&whole), 1e-9);
    for (int t = 0; t < KM_TENSOR; t++)
        assert_near(wrapped.virial[t], whole.virial[t], 1e-8);
    free(whole.force);
    free(wrapped.force);
    free(s);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(CHAIN_MAX, test_box);
    result one = compute(s, 1);
    const size_t bytes = 3 * (size_t)((s->n + 127) / 128 * 128) * sizeof(km_fixed);
    for (int threads = 2; threads <= 7; threads += 1) {
        result many = compute(s, threads);
        assert_memory_equal(many.force, one.force, bytes);
        assert_memory_equal(many.energy, one.energy, sizeof one.energy);
        assert_memory_equal(many.virial, one.virial, sizeof one.virial);
        free(many.force);
    }
    free(one.force);
    free(s);
}

/* The vector loop of the excluded pairs does the same operations one by one. */
static void instruction_sets_do_not_change_a_bit(void **state)
{
    (void)state;
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2"))
        skip();
    chain_liquid *s = chain_liquid_make(50, test_box);
    result baseline = compute_with(s, 1, KM_ISA_BASELINE);
    result avx2 = compute_with(s, 1, KM_ISA_AVX2);
    const size_t bytes = 3 * (size_t)((s->n + 127) / 128 * 128) * sizeof(km_fixed);
    assert_memory_equal(avx2.force, baseline.force, bytes);
    assert_memory_equal(avx2.energy, baseline.energy, sizeof baseline.energy);
    free(baseline.force);
    free(avx2.force);
    free(s);
#else
    skip();
#endif
}

/* Forces know nothing of the place of a molecule in the arrays: equal to the last bit. */
static void order_of_molecules_does_not_matter(void **state)
{
    (void)state;
    const int n = 97; /* molecules */
    chain_liquid *s = chain_liquid_make(n, test_box);
    result straight = compute(s, 2);
    for (int m = 0; m < n; m++)
        chain_place(s, (m * 31 + 5) % n, m);
    result permuted = compute(s, 2);
    for (int m = 0; m < n; m++)
        for (int a = 0; a < CHAIN_ATOMS; a++)
            for (int c = 0; c < 3; c++)
                assert_true(force_of(&permuted, s, (m * 31 + 5) % n * CHAIN_ATOMS + a, c) ==
                            force_of(&straight, s, m * CHAIN_ATOMS + a, c));
    assert_near(total(&permuted), total(&straight), 1e-13 * fabs(total(&straight)));
    free(straight.force);
    free(permuted.force);
    free(s);
}

static void compute_adds_and_tallies_only_on_request(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(2, test_box);
    km_device device = {2, KM_ISA_BASELINE, ""};
    km_particles p = particles_of(s);
    km_force force;
    assert_ok(km_bonded_cpu_create(&device, &s->spec, &p, &force));
    km_step step = {0, false, false, false};
    p.energy[KM_ENERGY_BOND] = 5.0;
    p.virial[KM_XX] = 6.0;
    assert_ok(km_force_compute(&force, &step, &p));
    const km_fixed once = p.force[3];
    assert_near(p.energy[KM_ENERGY_BOND], 5.0, 0.0);
    assert_near(p.virial[KM_XX], 6.0, 0.0);
    step.energy = true;
    assert_ok(km_force_compute(&force, &step, &p));
    assert_true(once != 0 && p.force[3] == 2 * once);
    assert_true(p.energy[KM_ENERGY_BOND] > 5.0);
    assert_near(p.virial[KM_XX], 6.0, 0.0);
    km_force_destroy(&force);
    free(p.position);
    free(p.charge);
    free(p.force);
    free(s);
}

/* Straight angles, atoms in line, atoms on top of each other: finite, and no fault where the
 * physics is finite. */
static void degenerate_geometry_gives_no_nan(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(1, test_box);
    s->spec.n_pairs14 = 0;
    const double bend[] = {0.0, 1e-13, 1e-9, 1e-7};
    for (int k = 0; k < 4; k++) {
        for (int a = 0; a < CHAIN_ATOMS; a++) {
            s->position[3 * a] = 1.0 + 0.125 * a;
            s->position[3 * a + 1] = 1.0 + (a % 3 == 0 ? bend[k] : 0.0);
            s->position[3 * a + 2] = 1.0;
        }
        result r = compute(s, 1);
        assert_int_equal(r.fault, 0);
        assert_true(isfinite(total(&r)));
        free(r.force);
    }
    for (int k = 0; k < 3 * CHAIN_ATOMS; k++)
        s->position[k] = 1.0;
    result r = compute(s, 1);
    assert_int_equal(r.fault, 0);
    assert_true(isfinite(total(&r)));
    for (int k = 0; k < KM_TENSOR; k++)
        assert_true(isfinite(r.virial[k]));
    free(r.force);
    free(s);
}

static void overlap_raises_the_fault_and_is_clamped(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(1, test_box);
    for (int c = 0; c < 3; c++) /* 1-4 partners 0.01 nm apart */
        s->position[9 + c] = s->position[c] + (c == 0 ? 0.01 : 0.0);
    result r = compute(s, 1);
    assert_int_equal(r.fault, KM_FAULT_FORCE_LIMIT);
    assert_near(force_of(&r, s, 0, 0), -KM_FIXED_LIMIT, 0.0);
    free(r.force);
    s->position[9] = s->position[0]; /* and on top of each other */
    r = compute(s, 1);
    assert_true((r.fault & KM_FAULT_NOT_FINITE) != 0);
    free(r.force);
    free(s);
}

#define assert_refused(text)                                                                       \
    do {                                                                                           \
        assert_int_equal(km_bonded_cpu_create(&device, &s->spec, &p, &force), KM_ERROR_VALUE);     \
        if (strstr(km_last_error()->message, text) == NULL)                                        \
            fail_msg("\"%s\" does not say \"%s\"", km_last_error()->message, text);                \
        assert_null(force.ops);                                                                    \
        km_force_destroy(&force);                                                                  \
    } while (0)

static void wrong_terms_are_named(void **state)
{
    (void)state;
    chain_liquid *s = chain_liquid_make(2, test_box);
    km_device device = {1, KM_ISA_BASELINE, ""};
    km_particles p = particles_of(s);
    km_force force;
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
    free(p.position);
    free(p.charge);
    free(p.force);
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bond_by_hand),
        cmocka_unit_test(angle_by_hand),
        cmocka_unit_test(angle_is_measured_exactly),
        cmocka_unit_test(dihedral_angle_has_the_iupac_sign),
        cmocka_unit_test(ryckaert_bellemans_equals_the_fourier_series),
        cmocka_unit_test(ryckaert_bellemans_is_a_power_series_in_cos_psi),
        cmocka_unit_test(periodic_dihedral_against_libm),
        cmocka_unit_test(improper_takes_the_short_way_round),
        cmocka_unit_test(excluded_pair_equals_the_closed_form),
        cmocka_unit_test(each_list_feeds_its_own_energy),
        cmocka_unit_test(pair14_by_hand),
        cmocka_unit_test(no_net_force_and_no_net_torque),
        cmocka_unit_test(virial_is_the_response_to_strain),
        cmocka_unit_test(wrapped_molecules_are_the_same),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(instruction_sets_do_not_change_a_bit),
        cmocka_unit_test(order_of_molecules_does_not_matter),
        cmocka_unit_test(compute_adds_and_tallies_only_on_request),
        cmocka_unit_test(degenerate_geometry_gives_no_nan),
        cmocka_unit_test(overlap_raises_the_fault_and_is_clamped),
        cmocka_unit_test(wrong_terms_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
