/* SPDX-License-Identifier: MIT */
/* What km_ewald_choose promises against what is measured: forces with its choice minus forces of
 * the converged direct sum. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
/* after the above */
#include "host/model/ewald_choice.h"
#include "kernels/base/units.h"
#include "tests/nist_configuration.h"

/* kJ/mol/nm, root mean square over atoms */
typedef struct measured {
    double reference; /* km_ewald_reference_force     */
    double coulomb;   /* the Coulomb force itself     */
    double real, mesh, total;
} measured;

static measured measure(const km_backend *backend, const charged_system *s, double cutoff,
                        const km_pme_spec *spec)
{
    ewald_part part[3];
    for (int m = 0; m < 3; m++)
        part[m] = (ewald_part){0.0, {0.0}, calloc(3 * (size_t)s->n, sizeof(double))};
    double *cut = part[0].force, *full = part[1].force, *waves = part[2].force;
    ewald_real(s, spec->alpha, cutoff, &part[0]);
    ewald_real(s, spec->alpha, 5.9 / spec->alpha, &part[1]);
    ewald_mesh_part(s, spec->alpha, &part[2]);
    mesh_result got = mesh_evaluate(backend, s, spec);
    measured m;
    m.reference = km_ewald_reference_force(&s->box, s->n, s->charge, spec->coulomb_constant);
    m.real = rms_difference(cut, full, s->n);
    m.mesh = rms_difference(got.force, waves, s->n);
    for (int k = 0; k < 3 * s->n; k++) {
        got.force[k] += cut[k];
        waves[k] += full[k];
    }
    m.total = rms_difference(got.force, waves, s->n);
    part[2].energy = 0.0;
    ewald_excluded(s, spec->alpha, &part[2]);
    m.coulomb = rms(waves, s->n);
    for (int k = 0; k < 3; k++)
        free(part[k].force);
    mesh_result_free(&got);
    return m;
}

/* Ions at random obey the statistics of the estimates: real space and mesh agree to 20 %, for every
 * order, in a cubic and a triclinic cell, with uneven requested meshes. In float the smallest error
 * asked here, 1e-4 of the reference, is still above rounding. */
static void estimates_hold_for_random_ions(void **state)
{
    const km_box cubic = km_box_orthorhombic(2.4, 2.4, 2.4);
    const km_box skew = {2.5, 0.8, 2.2, -0.9, 0.7, 3.5};
    for (int m = 0; m < 2; m++) {
        charged_system *s = charged_system_random(400, m == 0 ? cubic : skew, 0.1, 77);
        for (int order = 4; order <= 6; order++) {
            const double wanted = order == 4 ? 1e-3 : 1e-4;
            const km_pme_spec requested = {0.0, {0, m == 0 ? 45 : 0, 0}, order, 0.0};
            km_pme_spec spec;
            double real, mesh;
            assert_ok(km_ewald_choose(&s->box, 0.9, wanted, s->n, s->charge, &requested, &spec,
                                      &real, &mesh));
            const measured got = measure(*state, s, 0.9, &spec);
            assert_near(got.real / got.reference / real, 1.0, 0.2);
            assert_near(got.mesh / got.reference / mesh, 1.0, 0.2);
        }
        charged_system_free(s);
    }
}

/* A force a particle exerts on itself, alone in its cell, is estimated as well: with one charge the
 * pair part of the estimate stands for the images, so the sum is an upper bound that is not idle.
 */
static void wanted_error_is_kept_in_water_and_salt(void **state)
{
    (void)state;
    charged_system *system[3] = {
        nist_read("spce_sample_config_periodic2.txt"),
        nist_read("spce_sample_config_periodic3.txt"),
        charged_system_random(1000, km_box_orthorhombic(3.1, 3.1, 3.1), 0.22, 5)};
    const double cutoff[3] = {0.9, 1.0, 1.0}, wanted = 1e-4;
    for (int m = 0; m < 3; m++) {
        const km_pme_spec requested = {0.0, {0, 0, 0}, 0, 0.0};
        km_pme_spec spec;
        double real, mesh;
        charged_system *s = system[m];
        assert_ok(km_ewald_choose(&s->box, cutoff[m], wanted, s->n, s->charge, &requested, &spec,
                                  &real, &mesh));
        const measured got = measure(&km_backend_cpu, s, cutoff[m], &spec);
        /* relative to what the header names, and to the true force */
        assert_true(got.total <= 1.1 * wanted * got.reference);
        assert_true(got.total <= wanted * got.coulomb);
        assert_true(got.total >= wanted * got.coulomb / 4.5);
        charged_system_free(s);
    }
}

/* A slab in a cell that is mostly vacuum. The estimates know the mean density of the cell, 1/f of
 * that of the slab: errors in real space are sqrt(f) of what is told, but the reference force is
 * f^(-2/3) of the slab's, so over the true force the wanted error is kept. Mesh points stand as
 * densely along z as in the plane. */
static void estimates_hold_in_a_cell_with_vacuum(void **state)
{
    (void)state;
    const double vacuum[3] = {0.0, 4.8, 12.0};
    for (int m = 0; m < 3; m++) {
        charged_system *s = charged_system_random(400, km_box_orthorhombic(2.4, 2.4, 2.4), 0.1, 77);
        s->box.cz += vacuum[m];
        const double wanted = 1e-4;
        const km_pme_spec requested = {0.0, {0, 0, 0}, 0, 0.0};
        km_pme_spec spec;
        double real, mesh;
        assert_ok(km_ewald_choose(&s->box, 0.9, wanted, s->n, s->charge, &requested, &spec, &real,
                                  &mesh));
        const measured got = measure(&km_backend_cpu, s, 0.9, &spec);
        const double f = s->box.cz / 2.4;
        assert_near(got.real / got.reference / real, sqrt(f), 0.2 * sqrt(f));
        assert_near(spec.mesh[2] / (spec.mesh[0] * f), 1.0, 0.2);
        print_message(
            "vacuum %.1f nm: alpha %.3f, mesh %d %d %d; real %.2e for %.2e, mesh %.2e for "
            "%.2e, total over the true force %.2e\n",
            vacuum[m], spec.alpha, spec.mesh[0], spec.mesh[1], spec.mesh[2],
            got.real / got.reference, real, got.mesh / got.reference, mesh,
            got.total / got.coulomb);
        assert_true(got.total <= wanted * got.coulomb);
        charged_system_free(s);
    }
}

static void requests_are_kept(void **state)
{
    (void)state;
    const km_box box = km_box_orthorhombic(3.0, 4.0, 5.0);
    charged_system *s = charged_system_random(50, box, 0.0, 3);
    const km_pme_spec requested = {3.3, {0, 45, 0}, 5, 100.0},
                      free_choice = {0.0, {0, 0, 0}, 0, 0.0};
    km_pme_spec spec;
    double real, mesh;
    assert_ok(km_ewald_choose(&box, 1.0, 1e-3, s->n, s->charge, &requested, &spec, &real, &mesh));
    assert_near(spec.alpha, 3.3, 0.0);
    assert_int_equal(spec.mesh[1], 45);
    assert_int_equal(spec.spline_order, 5);
    assert_near(spec.coulomb_constant, 100.0, 0.0);
    assert_true(spec.mesh[0] >= 8 && spec.mesh[2] > spec.mesh[0]);
    /* a mesh that is settled is never refused, and its error is told */
    const km_pme_spec coarse = {0.0, {10, 10, 10}, 0, 0.0};
    assert_ok(km_ewald_choose(&box, 1.0, 1e-5, s->n, s->charge, &coarse, &spec, &real, &mesh));
    assert_int_equal(spec.mesh[2], 10);
    assert_true(mesh > 1e-3);
    const km_pme_spec coarse_along_y = {0.0, {0, 10, 0}, 0, 0.0};
    assert_ok(
        km_ewald_choose(&box, 1.0, 1e-5, s->n, s->charge, &coarse_along_y, &spec, &real, &mesh));
    assert_true(spec.mesh[0] < 200 && mesh > 1e-4);
    assert_ok(km_ewald_choose(&box, 1.0, 1e-3, s->n, s->charge, &free_choice, &spec, &real, &mesh));
    assert_near(spec.coulomb_constant, KM_COULOMB_CONSTANT, 0.0);
    assert_true(real <= 1e-3 && mesh <= 1e-3 && real > 1e-4 && mesh > 1e-5);
    charged_system_free(s);
}

/* Where one order of spline keeps the error on a mesh that fits, those that would need more points
 * than are allowed are no reason to refuse. */
static void a_large_cell_needs_no_low_order(void **state)
{
    (void)state;
    const km_box box = km_box_orthorhombic(52.0, 52.0, 52.0);
    const km_pme_spec free_choice = {0};
    const int n = 1000000;
    double *charge, real, mesh;
    km_pme_spec spec;
    assert_ok(km_allocate((void **)&charge, (size_t)n, sizeof *charge));
    for (int i = 0; i < n; i++)
        charge[i] = i % 2 == 0 ? 0.5 : -0.5;
    assert_ok(km_ewald_choose(&box, 1.2, 1e-4, n, charge, &free_choice, &spec, &real, &mesh));
    assert_true(hypot(real, mesh) <= 1e-4);
    assert_int_equal(spec.spline_order, 6);
    free(charge);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    const km_box box = km_box_orthorhombic(3.0, 4.0, 5.0);
    const double charge[2] = {1.0, -1.0}, none[2] = {0.0, 0.0};
    const km_pme_spec free_choice = {0.0, {0, 0, 0}, 0, 0.0}, order7 = {0.0, {0, 0, 0}, 7, 0.0};
    const struct {
        double cutoff, error;
        const double *charge;
        const km_pme_spec *requested;
        const char *text;
    } wrong[5] = {{0.0, 1e-4, charge, &free_choice, "cutoff"},
                  {1.0, 0.0, charge, &free_choice, "relative error"},
                  {1.0, 1e-4, none, &free_choice, "no atom carries a charge"},
                  {1.0, 1e-4, charge, &order7, "order of the mesh is 7"},
                  {0.01, 1e-6, charge, &free_choice, "would be needed"}};
    for (int m = 0; m < 5; m++) {
        km_pme_spec spec;
        double real, mesh;
        assert_int_equal(km_ewald_choose(&box, wrong[m].cutoff, wrong[m].error, 2, wrong[m].charge,
                                         wrong[m].requested, &spec, &real, &mesh),
                         KM_ERROR_VALUE);
        assert_non_null(strstr(km_last_error()->message, wrong[m].text));
    }
}

int main(void)
{
    const struct CMUnitTest meshes[] = {
        cmocka_unit_test(estimates_hold_for_random_ions),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wanted_error_is_kept_in_water_and_salt),
        cmocka_unit_test(estimates_hold_in_a_cell_with_vacuum),
        cmocka_unit_test(requests_are_kept),
        cmocka_unit_test(a_large_cell_needs_no_low_order),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) + run_for_each_backend(meshes, 1);
}
