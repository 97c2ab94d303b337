/* SPDX-License-Identifier: MIT */
/* The pair term against a direct sum in double over all pairs. */
#include "kernels/base/units.h"
#include "kernels/pair/ewald_polynomial.h"
#include "kernels/pair/pair_tail.h"
#include "kernels/pair/vdw_lennard_jones.h"
#include "tests/cmocka_all.h"
#include "tests/cpu_particles.h"

/* Root mean square deviation of forces over their root mean square. Float: each pair is good to a
 * few 1e-7, and coordinates of 1.5 nm are rounded by 6e-8 nm, which steep repulsion turns into 1e-6
 * of the force. Double: fixed point resolves 2e-10 kJ/mol/nm of some 1e3. */
#ifdef KM_DOUBLE
#define FORCE_TOLERANCE 1e-11
#define ENERGY_TOLERANCE 1e-12
#else
#define FORCE_TOLERANCE 3e-6
#define ENERGY_TOLERANCE 2e-6
#endif

enum { N_TYPES = 4 };

/* A system with everything the term needs; pointers in spec and list_spec point into it. */
typedef struct liquid {
    km_particles p;
    km_pair_spec spec;
    km_neighbour_spec list_spec;
    int form[N_TYPES * N_TYPES];
    double parameter[N_TYPES * N_TYPES * KM_VDW_PARAMETERS];
    int *start, *partner;
    bool *group; /* NULL = none */
} liquid;

static const double epsilons[N_TYPES] = {0.5, 0.276, 0.0, 1.2};
static const double sigmas[N_TYPES] = {0.31, 0.35, 0.0, 0.28};

/* Atoms near the points of a lattice of 0.3 nm, in molecules of four that exclude themselves. */
static liquid make_liquid(km_box box, int per_edge, bool geometric, double alpha)
{
    const int n = per_edge * per_edge * per_edge;
    liquid l;
    memset(&l, 0, sizeof l);
    l.p = particles_by_hand(n, box);
    l.start = calloc((size_t)n + 1, sizeof *l.start);
    l.partner = calloc(3 * (size_t)n, sizeof *l.partner);
    int total = 0;
    for (int i = 0; i < n; i++) {
        const km_vec3 s = {(i % per_edge + 0.25 * uniform(1, i)) / per_edge + (i % 7 - 3),
                           (i / per_edge % per_edge + 0.25 * uniform(2, i)) / per_edge - (i % 5),
                           (i / per_edge / per_edge + 0.25 * uniform(3, i)) / per_edge + (i % 3)};
        set_position(&l.p, i, km_box_to_cartesian(&box, s));
        l.p.type[i] = (int)(N_TYPES * uniform(4, i));
        l.p.charge[i] = i % 5 == 0 ? 0.0 : 2.0 * uniform(5, i) - 1.0;
        l.start[i] = total;
        for (int j = i / 4 * 4; j < i / 4 * 4 + 4 && j < n; j++)
            if (j != i)
                l.partner[total++] = j;
    }
    l.start[n] = total;
    for (int a = 0; a < N_TYPES; a++)
        for (int b = 0; b < N_TYPES; b++) {
            double *parameter = l.parameter + (a * N_TYPES + b) * KM_VDW_PARAMETERS;
            parameter[0] = sqrt(epsilons[a] * epsilons[b]);
            parameter[1] = geometric ? sqrt(sigmas[a] * sigmas[b]) : 0.5 * (sigmas[a] + sigmas[b]);
        }
    const double cutoff = fmin(1.1, 0.4999 * km_box_least_height(&box));
    l.spec = (km_pair_spec){.n_types = N_TYPES,
                            .form = l.form,
                            .parameter = l.parameter,
                            .cutoff = cutoff,
                            .ewald_alpha = alpha,
                            .coulomb_constant = KM_COULOMB_CONSTANT,
                            .exclusion_start = l.start,
                            .exclusion = l.partner};
    l.list_spec = (km_neighbour_spec){cutoff, 0.1, l.start, l.partner, NULL, 0.0};
    return l;
}

static void fix_pointers(liquid *l)
{
    l->spec.form = l->form;
    l->spec.parameter = l->parameter;
}

static void free_liquid(liquid *l)
{
    particles_free(&l->p);
    free(l->start);
    free(l->partner);
    free(l->group);
}

/* No two atoms of types 0 and 1 in the lower half of the cell interact. */
static void make_group(liquid *l)
{
    l->group = calloc((size_t)l->p.n, sizeof *l->group);
    for (int i = 0; i < l->p.n; i++) {
        const km_vec3 s = km_box_to_fractional(&l->p.box, particle_position(&l->p, i));
        l->group[i] = l->p.type[i] < 2 && s.z - floor(s.z) < 0.5;
    }
    l->spec.excluded_group = l->list_spec.excluded_group = l->group;
}

/* The answer: forces 3 x n, energies and virial by a double loop. */
typedef struct answer {
    double *force;
    double vdw, coulomb, virial[KM_TENSOR], square;
    int pairs;
} answer;

static answer direct_sum(const liquid *l)
{
    const int n = l->p.n;
    answer out;
    memset(&out, 0, sizeof out);
    out.force = calloc(3 * (size_t)n, sizeof *out.force);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            if (i / 4 == j / 4 || (l->group != NULL && l->group[i] && l->group[j]))
                continue;
            const km_vec3 d = km_box_minimum_image(
                &l->p.box, km_vec3_sub(particle_position(&l->p, i), particle_position(&l->p, j)));
            const double r2 = km_vec3_dot(d, d);
            if (r2 >= l->spec.cutoff * l->spec.cutoff)
                continue;
            const double *parameter =
                l->parameter + (l->p.type[i] * N_TYPES + l->p.type[j]) * KM_VDW_PARAMETERS;
            const km_pair_term vdw = km_lennard_jones(parameter[0], parameter[1], r2);
            double f = vdw.f_over_r;
            out.vdw += vdw.u;
            if (l->spec.shift)
                out.vdw -=
                    km_lennard_jones(parameter[0], parameter[1], l->spec.cutoff * l->spec.cutoff).u;
            if (l->spec.ewald_alpha > 0.0) {
                const double qq = KM_COULOMB_CONSTANT * l->p.charge[i] * l->p.charge[j];
                const km_pair_term coulomb = km_coulomb_screened(qq, l->spec.ewald_alpha, r2);
                f += coulomb.f_over_r;
                out.coulomb += coulomb.u;
            }
            const double x[3] = {d.x, d.y, d.z};
            for (int c = 0; c < 3; c++) {
                out.force[3 * i + c] += f * x[c];
                out.force[3 * j + c] -= f * x[c];
            }
            out.virial[KM_XX] -= 0.5 * f * d.x * d.x;
            out.virial[KM_YY] -= 0.5 * f * d.y * d.y;
            out.virial[KM_ZZ] -= 0.5 * f * d.z * d.z;
            out.virial[KM_XY] -= 0.5 * f * d.x * d.y;
            out.virial[KM_XZ] -= 0.5 * f * d.x * d.z;
            out.virial[KM_YZ] -= 0.5 * f * d.y * d.z;
            out.pairs++;
        }
    for (int k = 0; k < 3 * n; k++)
        out.square += out.force[k] * out.force[k];
    return out;
}

/* One evaluation from an empty list; force and energies land in l->p. */
static void evaluate(liquid *l, int threads, km_instruction_set isa, bool energy, bool virial)
{
    km_device device = device_by_hand(threads, isa);
    km_force force = {NULL, NULL};
    const km_step step = {0, true, energy, virial};
    bool rebuilt;
    fix_pointers(l);
    assert_ok(km_neighbours_cpu_create(&device, &l->list_spec, &l->p));
    assert_ok(km_neighbours_cpu_update(&device, &l->p, false, &rebuilt));
    assert_ok(km_pair_cpu_create(&device, &l->spec, &l->p, &force));
    particles_clear(&l->p);
    assert_ok(km_force_compute(&force, &step, &l->p));
    km_force_destroy(&force);
    km_neighbours_cpu_destroy(l->p.neighbours);
    l->p.neighbours = NULL;
}

static void check_forces(const liquid *l, const answer *want)
{
    double deviation = 0.0;
    for (int i = 0; i < l->p.n; i++)
        for (int c = 0; c < 3; c++) {
            const double d =
                km_fixed_to(l->p.force[c * l->p.n_padded + i]) - want->force[3 * i + c];
            deviation += d * d;
        }
    assert_near(sqrt(deviation / want->square), 0.0, FORCE_TOLERANCE);
    assert_int_equal(l->p.fault, 0);
}

static void check_all(const liquid *l, const answer *want)
{
    check_forces(l, want);
    /* energies are sums with cancellation: relative to a typical pair times sqrt(pairs) */
    const double scale = fabs(want->vdw) + fabs(want->coulomb) + sqrt(want->pairs) * 10.0;
    assert_near(l->p.energy[KM_ENERGY_VDW], want->vdw, ENERGY_TOLERANCE * scale);
    assert_near(l->p.energy[KM_ENERGY_COULOMB_REAL], want->coulomb, ENERGY_TOLERANCE * scale);
    for (int k = 0; k < KM_TENSOR; k++)
        assert_near(l->p.virial[k], want->virial[k],
                    10.0 * ENERGY_TOLERANCE * (scale + fabs(want->virial[k])));
}

static const km_box cells[] = {{2.7, 0.0, 2.7, 0.0, 0.0, 2.7},
                               {2.8, 1.3, 2.7, -1.3, 1.2, 2.9},
                               {2.2, 0.0, 3.0, 1.05, 0.0, 2.5}};

static void forces_energies_and_virial_match_the_direct_sum(void **state)
{
    (void)state;
    for (int b = 0; b < 3; b++)
        for (int kind = 0; kind < 4; kind++) {
            liquid l = make_liquid(cells[b], 9, kind % 2 == 0, kind / 2 == 0 ? 2.6 : 0.0);
            l.spec.shift = kind == 1;
            if (b > 0)
                make_group(&l);
            const answer want = direct_sum(&l);
            for (km_instruction_set isa = KM_ISA_BASELINE; isa <= best_isa(); isa++) {
                evaluate(&l, 2, isa, true, true);
                check_all(&l, &want);
                evaluate(&l, 1, isa, false, false);
                check_forces(&l, &want);
                assert_true(l.p.energy[KM_ENERGY_VDW] == 0.0 && l.p.virial[KM_XX] == 0.0);
            }
            free(want.force);
            free_liquid(&l);
        }
}

/* The long polynomial: a larger alpha * cutoff. */
static void tight_ewald_splitting_matches_the_direct_sum(void **state)
{
    (void)state;
    liquid l = make_liquid(cells[0], 9, true, 3.9);
    const answer want = direct_sum(&l);
    evaluate(&l, 1, best_isa(), true, true);
    check_all(&l, &want);
    free(want.force);
    free_liquid(&l);
}

static void threads_give_the_same_bits(void **state)
{
    (void)state;
    liquid l = make_liquid(cells[1], 11, false, 2.6);
    evaluate(&l, 1, best_isa(), true, true);
    const size_t bytes = 3 * (size_t)l.p.n_padded * sizeof(km_fixed);
    km_fixed *force = malloc(bytes);
    memcpy(force, l.p.force, bytes);
    double energy[KM_ENERGY_COUNT], virial[KM_TENSOR];
    memcpy(energy, l.p.energy, sizeof energy);
    memcpy(virial, l.p.virial, sizeof virial);
    const int threads[] = {1, 2, 3, 5};
    for (int k = 0; k < 4; k++) {
        evaluate(&l, threads[k], best_isa(), true, true);
        assert_memory_equal(force, l.p.force, bytes);
        assert_memory_equal(energy, l.p.energy, sizeof energy);
        assert_memory_equal(virial, l.p.virial, sizeof virial);
        /* steps without energies take another loop with the same forces */
        evaluate(&l, threads[k], best_isa(), false, false);
        assert_memory_equal(force, l.p.force, bytes);
    }
    free(force);
    free_liquid(&l);
}

/* P_f and P_u against erfc in double, over the whole range of distances. */
static void polynomial_is_the_smooth_part_of_the_screened_pair(void **state)
{
    (void)state;
    const double cutoff = 1.2, products[] = {1.0, 2.5, 3.12, 3.6, 4.3};
    for (int k = 0; k < 5; k++) {
        const double alpha = products[k] / cutoff;
        km_ewald_polynomial fit;
        assert_ok(km_ewald_polynomial_fit(alpha, cutoff, &fit));
        /* rounding of the polynomial and half of it for the fit, in units of 1/cutoff^3 */
        const double unit = sizeof(km_real) == 4 ? 1.2e-7 : 1e-14;
        const double tolerance = 4.0 * unit * fmax(1.0, pow(products[k], 3));
        for (int m = 1; m <= 1000; m++) {
            const double r = cutoff * m / 1000.0;
            const km_pair_term want = km_coulomb_screened(1.0, alpha, r * r);
            const km_real t = fit.scale * (km_real)(r * r) - 1;
            km_real p_f, p_u;
            km_ewald_polynomial_values(fit.force, fit.n, &t, 1, &p_f);
            km_ewald_polynomial_values(fit.energy, fit.n, &t, 1, &p_u);
            const double f = (double)p_f, u = (double)p_u;
            /* relative to the bare pair at the cutoff, or where r is small to the pair itself */
            const double r3 = 1.0 / (r * r * r);
            assert_near(r3 - f, want.f_over_r,
                        (tolerance + (r3 > 1.0 ? r3 * 1e-15 : 0.0)) / pow(cutoff, 3) + 1e-15 * r3);
            assert_near(1.0 / r - u, want.u, tolerance / cutoff + 1e-15 / r);
        }
    }
    km_ewald_polynomial fit;
    assert_ok(km_ewald_polynomial_fit(0.0, cutoff, &fit));
    assert_int_equal(fit.n, 0);
    assert_int_equal(km_ewald_polynomial_fit(6.0, cutoff, &fit), KM_ERROR_UNSUPPORTED);
}

/* erf(x)/x and its derivative from their integrals by Simpson's rule: int_0^1 exp(-x^2 s^2) ds. */
static void coulomb_functions_match_their_integrals(void **state)
{
    (void)state;
    for (int k = 0; k <= 60; k++) {
        const double x2 = 0.2 * k;
        double energy = 0.0, force = 0.0;
        const int n = 2000;
        for (int m = 0; m <= n; m++) {
            const double s = (double)m / n, weight = m == 0 || m == n ? 1.0 : 2.0 + 2.0 * (m % 2);
            energy += weight * exp(-x2 * s * s) / (3.0 * n);
            force += weight * 2.0 * s * s * exp(-x2 * s * s) / (3.0 * n);
        }
        assert_near(km_ewald_energy_function(x2), KM_TWO_OVER_SQRT_PI * energy, 1e-13);
        assert_near(km_ewald_force_function(x2), KM_TWO_OVER_SQRT_PI * force, 1e-13);
        if (k == 0)
            continue;
        const double alpha = 2.2, r2 = x2 / (alpha * alpha);
        const km_pair_term plain = km_coulomb_plain(-3.0, r2),
                           excluded = km_coulomb_excluded(-3.0, alpha, r2),
                           screened = km_coulomb_screened(-3.0, alpha, r2);
        assert_near(plain.u + excluded.u, screened.u, 1e-13 * fabs(plain.u));
        assert_near(plain.f_over_r + excluded.f_over_r, screened.f_over_r,
                    1e-13 * fabs(plain.f_over_r));
    }
    assert_near(km_coulomb_excluded(2.0, 3.0, 0.0).u, -2.0 * 3.0 * 2.0 / sqrt(KM_PI), 1e-13);
}

static void forces_are_minus_the_gradient(void **state)
{
    (void)state;
    const double h = 1e-5, r = 0.41, u_step = 1e-9;
    const km_pair_term lj = km_lennard_jones(0.7, 0.33, r * r),
                       screened = km_coulomb_screened(20.0, 2.7, r * r),
                       excluded = km_coulomb_excluded(20.0, 2.7, r * r);
    const double up = (r + h) * (r + h), down = (r - h) * (r - h);
    assert_near(lj.f_over_r * r,
                -(km_lennard_jones(0.7, 0.33, up).u - km_lennard_jones(0.7, 0.33, down).u) /
                    (2.0 * h),
                2e2 * u_step);
    assert_near(screened.f_over_r * r,
                -(km_coulomb_screened(20.0, 2.7, up).u - km_coulomb_screened(20.0, 2.7, down).u) /
                    (2.0 * h),
                2e2 * u_step);
    assert_near(excluded.f_over_r * r,
                -(km_coulomb_excluded(20.0, 2.7, up).u - km_coulomb_excluded(20.0, 2.7, down).u) /
                    (2.0 * h),
                2e2 * u_step);
}

/* Two atoms 1 pm apart, on top of each other, and somewhere sane: the fault word tells. */
static void overlaps_raise_a_fault(void **state)
{
    (void)state;
    const double distance[] = {0.3, 0.02, 0.0};
    for (int k = 0; k < 3; k++) {
        liquid l = make_liquid(cells[0], 2, true, 2.6);
        set_position(&l.p, 7,
                     km_vec3_add(particle_position(&l.p, 0), km_vec3_make(distance[k], 0.0, 0.0)));
        l.p.type[0] = l.p.type[7] = 0;
        evaluate(&l, 2, best_isa(), false, false);
        if (k == 0)
            assert_int_equal(l.p.fault, 0);
        else if (k == 1)
            assert_int_equal(l.p.fault, KM_FAULT_FORCE_LIMIT);
        else
            assert_true((l.p.fault & KM_FAULT_NOT_FINITE) != 0);
        free_liquid(&l);
    }
}

/* The tail is what a uniform fluid has beyond the cutoff: the energy of an ideal gas of points is
 * that of random pairs, whatever the cutoff and with or without shift. */
static void check_tail(bool grouped)
{
    const double cutoffs[] = {0.9, 1.3};
    double total[4], pressure[4];
    for (int k = 0; k < 4; k++) {
        liquid l = make_liquid(km_box_orthorhombic(3.0, 3.0, 3.0), 10, false, 0.0);
        km_pair_tail tail;
        fix_pointers(&l);
        if (grouped)
            make_group(&l);
        l.spec.tail = true;
        l.spec.shift = k / 2 == 1;
        l.spec.cutoff = cutoffs[k % 2];
        assert_ok(km_pair_tail_make(&l.spec, l.p.n, l.p.type, &tail));
        const double volume = km_box_volume(&l.p.box);
        /* exact pairs of a uniform fluid from 0.8 nm on, less the shift of all pairs within */
        double inside = 0.0, virial = 0.0, count = 0.0, atoms[N_TYPES] = {0};
        double inert[N_TYPES] = {0}, all_inert = 0.0; /* of the group */
        for (int i = 0; i < l.p.n; i++) {
            atoms[l.p.type[i]] += 1.0;
            inert[l.p.type[i]] += grouped && l.group[i];
            all_inert += grouped && l.group[i];
        }
        const int steps = 4000;
        for (int i = 0; i < l.p.n; i++)
            for (int e = l.start[i]; e < l.start[i + 1]; e++)
                count -= 0.5;
        count += 0.5 * (l.p.n * (l.p.n - 1.0) - all_inert * (all_inert - 1.0));
        for (int a = 0; a < N_TYPES; a++)
            for (int b = 0; b < N_TYPES; b++) {
                double pairs =
                    0.5 * (atoms[a] * (atoms[b] - (a == b)) - inert[a] * (inert[b] - (a == b)));
                double bound = 0.0;
                for (int i = 0; i < l.p.n; i++)
                    for (int e = l.start[i]; e < l.start[i + 1]; e++)
                        bound += l.p.type[i] == a && l.p.type[l.partner[e]] == b ? 0.5 : 0.0;
                pairs -= bound;
                const double *q = l.parameter + (a * N_TYPES + b) * KM_VDW_PARAMETERS;
                const double rc = l.spec.cutoff;
                const double shift = l.spec.shift ? km_lennard_jones(q[0], q[1], rc * rc).u : 0.0;
                const double weight =
                    0.5 * pairs / count * (l.p.n * (double)l.p.n - all_inert * all_inert) / volume;
                for (int m = 0; m < steps; m++) { /* midpoint rule from 0.8 nm to the cutoff */
                    const double h = (rc - 0.8) / steps, r = 0.8 + (m + 0.5) * h;
                    const km_pair_term term = km_lennard_jones(q[0], q[1], r * r);
                    inside += weight * 4.0 * KM_PI * r * r * h * term.u;
                    virial -= weight * 4.0 * KM_PI * r * r * h * term.f_over_r * r * r / 6.0;
                }
                inside -= weight * 4.0 * KM_PI / 3.0 * rc * rc * rc * shift;
                inside += shift * (bound + 0.5 * (a == b) * (atoms[a] - inert[a]));
            }
        total[k] = inside + tail.energy / volume + tail.constant;
        pressure[k] = virial + tail.virial / volume;
        free_liquid(&l);
    }
    for (int k = 1; k < 4; k++) {
        assert_near(total[k], total[0], 1e-6 * fabs(total[0])); /* the midpoint rule */
        assert_near(pressure[k], pressure[0], 1e-6 * fabs(pressure[0]));
    }
    assert_true(total[0] < -1.0);
}

static void tail_makes_the_cutoff_immaterial(void **state)
{
    (void)state;
    check_tail(false);
    check_tail(true);
}

/* Without the term's list, or with a list of a shorter cutoff, it refuses; so do bad tables. */
static void wrong_input_is_refused_with_a_reason(void **state)
{
    (void)state;
    liquid l = make_liquid(cells[0], 4, true, 2.6);
    km_device device = device_by_hand(1, best_isa());
    km_force force = {NULL, NULL};
    const km_step step = {0, true, false, false};
    bool rebuilt;
    fix_pointers(&l);
    assert_ok(km_pair_cpu_create(&device, &l.spec, &l.p, &force));
    assert_int_equal(km_force_compute(&force, &step, &l.p), KM_ERROR_INTERNAL);
    l.list_spec.cutoff *= 0.9;
    assert_ok(km_neighbours_cpu_create(&device, &l.list_spec, &l.p));
    assert_ok(km_neighbours_cpu_update(&device, &l.p, false, &rebuilt));
    assert_int_equal(km_force_compute(&force, &step, &l.p), KM_ERROR_INTERNAL);
    assert_non_null(strstr(km_last_error()->message, "shorter cutoff"));
    km_force_destroy(&force);
    l.parameter[5] = NAN;
    assert_int_equal(km_pair_cpu_create(&device, &l.spec, &l.p, &force), KM_ERROR_VALUE);
    free_liquid(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forces_energies_and_virial_match_the_direct_sum),
        cmocka_unit_test(tight_ewald_splitting_matches_the_direct_sum),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(polynomial_is_the_smooth_part_of_the_screened_pair),
        cmocka_unit_test(coulomb_functions_match_their_integrals),
        cmocka_unit_test(forces_are_minus_the_gradient),
        cmocka_unit_test(overlaps_raise_a_fault),
        cmocka_unit_test(tail_makes_the_cutoff_immaterial),
        cmocka_unit_test(wrong_input_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
