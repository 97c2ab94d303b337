/* SPDX-License-Identifier: MIT */
/* Every form of pair potential on every backend: forces, energies and virials of LAMMPS on the same
 * configurations (tests/reference/ions), curves against formulas, tails, and the core of exp-6. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/pair_table_file.h"
#include "kernels/base/units.h"
#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair_curves.h"
#include "kernels/pair/pair_forms.h"
#include "kernels/pair/pair_tail.h"
#include "tests/backends.h"
#include "tests/ewald_oracle.h"

#define FOLDER KM_SOURCE_ROOT "/tests/reference/ions/"

enum { TYPES = 4, ATOMS = 216 };

/* LAMMPS' Coulomb constant in metal units differs from ours by 3e-8, and its erfc comes from a
 * table and a polynomial that are good to some 1e-6 of a pair; mixed precision carries what rounded
 * coordinates make of the repulsion. */
static const double tolerance_force = sizeof(km_real) == 8 ? 1e-6 : 2e-5;
static const double tolerance_force_charged = sizeof(km_real) == 8 ? 5e-6 : 2e-5;
static const double tolerance_vdw = sizeof(km_real) == 8 ? 2e-7 : 1e-6;
static const double tolerance_coulomb = 5e-6;
static const double tolerance_virial = 1e-5;

typedef struct ions {
    char name[40];
    int n, n_types;
    double edge, vdw, coulomb, virial[KM_TENSOR]; /* nm, kJ/mol */
    double position[3 * ATOMS], charge[ATOMS], mass[ATOMS], force[3 * ATOMS];
    int type[ATOMS], form[TYPES * TYPES];
    double parameter[TYPES * TYPES * KM_VDW_PARAMETERS];
    km_vdw_table table;
    km_pair_spec spec;
    km_neighbour_spec list;
} ions;

/* From eV and angstrom: powers of energy and length in each form's parameters. */
static const struct {
    const char *form;
    int energy[KM_VDW_PARAMETERS], length[KM_VDW_PARAMETERS];
} units[] = {
    {"lennard_jones", {1, 0}, {0, 1}},    {"none", {0}, {0}},
    {"buckingham", {1, 0, 1}, {0, 1, 6}}, {"born_mayer_huggins", {1, 0, 0, 1, 1}, {0, 1, 1, 6, 8}},
    {"morse", {1, 0, 0}, {0, -1, 1}},     {"morse_r12", {1, 0, 0, 1}, {0, -1, 1, 12}},
    {"screened_coulomb", {1, 0}, {1, 1}}, {"table", {0}, {0}}};

static void set_pair(ions *s, int a, int b, const char *form, const double *value)
{
    for (int f = 0; f < KM_VDW_COUNT; f++) {
        if (strcmp(units[f].form, form) != 0)
            continue;
        for (int end = 0; end < 2; end++) {
            const int k = end == 0 ? a * s->n_types + b : b * s->n_types + a;
            s->form[k] = f;
            for (int p = 0; p < KM_VDW_PARAMETERS; p++)
                s->parameter[k * KM_VDW_PARAMETERS + p] =
                    value[p] * pow(KM_EV, units[f].energy[p]) *
                    pow(KM_NM_PER_ANGSTROM, units[f].length[p]);
        }
        return;
    }
    fail_msg("%s is no form", form);
}

static void next_line(FILE *file, char *line, int length)
{
    do
        assert_non_null(fgets(line, length, file));
    while (line[0] == '#');
}

/* The case of that name. */
static void read_ions(const char *name, ions *s)
{
    char line[400], form[40];
    FILE *file = fopen(FOLDER "ions.txt", "r");
    assert_non_null(file);
    memset(s, 0, sizeof *s);
    double cutoff = 0.0;
    do
        next_line(file, line, sizeof line);
    while (sscanf(line, "case %39s %d %d %lf", s->name, &s->n, &s->n_types, &cutoff) != 4 ||
           strcmp(s->name, name) != 0);
    for (;;) {
        double v[KM_VDW_PARAMETERS] = {0};
        int a, b;
        next_line(file, line, sizeof line);
        if (sscanf(line, "pair %d %d %39s %lf %lf %lf %lf %lf", &a, &b, form, v, v + 1, v + 2,
                   v + 3, v + 4) < 3)
            break;
        set_pair(s, a - 1, b - 1, form, v);
    }
    double *w = s->virial;
    assert_int_equal(sscanf(line, "cell %lf %lf %lf %lf %lf %lf %lf %lf %lf", &s->edge, &s->vdw,
                            &s->coulomb, w, w + 1, w + 2, w + 3, w + 4, w + 5),
                     9);
    s->edge *= KM_NM_PER_ANGSTROM;
    s->vdw *= KM_EV;
    s->coulomb *= KM_EV;
    for (int k = 0; k < KM_TENSOR; k++)
        w[k] *= -0.5 * KM_EV;
    for (int i = 0; i < s->n; i++) {
        double *x = s->position + 3 * i, *f = s->force + 3 * i;
        next_line(file, line, sizeof line);
        assert_int_equal(sscanf(line, "%d %lf %lf %lf %lf %lf %lf %lf", &s->type[i], &s->charge[i],
                                x, x + 1, x + 2, f, f + 1, f + 2),
                         8);
        s->type[i]--;
        s->mass[i] = 1.0;
        for (int c = 0; c < 3; c++) {
            x[c] *= KM_NM_PER_ANGSTROM;
            f[c] *= KM_EV / KM_NM_PER_ANGSTROM;
        }
    }
    fclose(file);
    assert_ok(km_pair_table_read(FOLDER "ions.table", "K_O", KM_EV, KM_NM_PER_ANGSTROM, &s->table));
    const bool charged = s->coulomb != 0.0;
    s->spec = (km_pair_spec){.n_types = s->n_types,
                             .form = s->form,
                             .parameter = s->parameter,
                             .table = &s->table,
                             .n_tables = 1,
                             .cutoff = cutoff * KM_NM_PER_ANGSTROM,
                             .ewald_alpha = charged ? 4.7 : 0.0,
                             .coulomb_constant = KM_COULOMB_CONSTANT};
    s->list = (km_neighbour_spec){.cutoff = s->spec.cutoff, .skin = 0.04};
}

typedef struct result {
    double force[3 * ATOMS], vdw, coulomb, virial[KM_TENSOR];
    int fault;
} result;

static void evaluate(const km_backend *backend, const ions *s, bool tallies, result *out)
{
    km_device *device;
    km_particles *p;
    km_force force = {NULL, NULL};
    bool rebuilt;
    int molecule[ATOMS];
    for (int i = 0; i < s->n; i++)
        molecule[i] = i;
    const km_particles_spec spec = {s->n, s->mass, s->charge, s->type, molecule, NULL, 0.0};
    const km_state state = {
        s->n, {s->edge, 0.0, s->edge, 0.0, 0.0, s->edge}, (double *)s->position, NULL};
    const km_step step = {0, true, tallies, tallies};
    memset(out, 0, sizeof *out);
    assert_ok(backend->open(2, &device));
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, &state, p));
    assert_ok(backend->neighbours_create(device, &s->list, p));
    assert_ok(backend->make_force[KM_FORCE_PAIR](device, &s->spec, p, &force));
    assert_ok(backend->neighbours_update(device, p, true, &rebuilt));
    assert_ok(backend->clear(device, &step, p));
    assert_ok(km_force_compute(&force, &step, p));
    assert_ok(backend->synchronise(device, p));
    assert_ok(backend->download_forces(device, p, out->force));
    out->fault = p->fault;
    out->vdw = p->energy[KM_ENERGY_VDW];
    out->coulomb = p->energy[KM_ENERGY_COULOMB_REAL];
    memcpy(out->virial, p->virial, sizeof out->virial);
    km_force_destroy(&force);
    backend->particles_destroy(p);
    backend->close(device);
}

static double rms_difference(const double *a, const double *b, int n)
{
    double difference = 0.0, norm = 0.0;
    for (int k = 0; k < 3 * n; k++) {
        difference += (a[k] - b[k]) * (a[k] - b[k]);
        norm += b[k] * b[k];
    }
    return sqrt(difference / norm);
}

static const char *const cases[] = {"kcl", "forms", "bond_valence"};

static void ions_are_those_of_lammps(void **state)
{
    static ions s;
    static result got, forces;
    for (int k = 0; k < 3; k++) {
        double mesh_force[3 * ATOMS] = {0};
        ewald_part mesh = {0.0, {0.0}, mesh_force};
        read_ions(cases[k], &s);
        const km_box box = {s.edge, 0.0, s.edge, 0.0, 0.0, s.edge};
        const charged_system charges = {s.n, box, s.position, s.charge, NULL};
        if (s.spec.ewald_alpha > 0.0)
            ewald_mesh_part(&charges, s.spec.ewald_alpha, &mesh);
        evaluate((const km_backend *)*state, &s, true, &got);
        evaluate((const km_backend *)*state, &s, false, &forces);
        assert_int_equal(got.fault, 0);
        assert_near(rms_difference(forces.force, got.force, s.n), 0.0, 3e-7);
        for (int c = 0; c < 3 * s.n; c++)
            got.force[c] += mesh_force[c];
        print_message("%s: forces %.1e, vdw %.1e, coulomb %.1e\n", s.name,
                      rms_difference(got.force, s.force, s.n), got.vdw / s.vdw - 1.0,
                      (got.coulomb + mesh.energy - s.coulomb) / (fabs(s.coulomb) + 1e-30));
        assert_near(rms_difference(got.force, s.force, s.n), 0.0,
                    s.spec.ewald_alpha > 0.0 ? tolerance_force_charged : tolerance_force);
        assert_near(got.vdw, s.vdw, tolerance_vdw * fabs(s.vdw));
        assert_near(got.coulomb + mesh.energy, s.coulomb, tolerance_coulomb * fabs(s.coulomb));
        for (int c = 0; c < KM_TENSOR; c++)
            assert_near(got.virial[c] + mesh.virial[c], s.virial[c],
                        tolerance_virial * (fabs(s.vdw) + fabs(s.coulomb)));
        km_vdw_table_destroy(&s.table);
    }
}

static void same_bits_again(void **state)
{
    static ions s;
    static result first, again;
    read_ions("forms", &s);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        km_emulator_seed(seed);
        evaluate((const km_backend *)*state, &s, true, seed == 1 ? &first : &again);
        if (seed > 1)
            assert_memory_equal(&first, &again, sizeof first);
    }
    km_vdw_table_destroy(&s.table);
}

/* Two oxide ions where exp-6 attracts: a fault, not a number. */
static void inside_the_core_is_a_fault(void **state)
{
    static ions s;
    static result got;
    read_ions("forms", &s);
    const double oxygen[KM_VDW_PARAMETERS] = {22764.0, 0.149, 27.88};
    for (int a = 0; a < s.n_types; a++)
        for (int b = 0; b < s.n_types; b++)
            set_pair(&s, a, b, "buckingham", oxygen);
    assert_true(km_pair_core(&s.spec, 0) > 0.08 && km_pair_core(&s.spec, 0) < 0.1);
    evaluate((const km_backend *)*state, &s, true, &got);
    assert_int_equal(got.fault, 0);
    for (int c = 0; c < 3; c++)
        s.position[3 * 20 + c] = s.position[3 * 21 + c] + 0.04;
    evaluate((const km_backend *)*state, &s, true, &got);
    assert_true((got.fault & KM_FAULT_FORCE_LIMIT) != 0);
    km_vdw_table_destroy(&s.table);
}

/* The rest needs no backend. */

static double curve_at(const km_pair_curves *curves, const km_real4 *from, int pair, double r2)
{
    km_real p;
    const int m = km_curve_place(&curves->range, (km_real)r2, &p);
    const km_real4 c = from[(size_t)pair * (size_t)curves->range.n + (size_t)m];
    const km_real power[4] = {c.x, c.y, c.z, c.w};
    return (double)km_curve_value(power, p);
}

/* From 0.1 nm, or the core where that is farther out, to the cutoff; relative to the largest part
 * of the pair that cancels there, for which the formula at the distance a little nearer stands. */
static void curves_are_the_formulas(void **state)
{
    (void)state;
    static ions s;
    const double tolerance = sizeof(km_real) == 8 ? 1e-10 : 4e-7;
    for (int k = 0; k < 3; k++) {
        km_pair_curves curves;
        read_ions(cases[k], &s);
        s.spec.shift = k == 1;
        assert_ok(km_pair_curves_make(&s.spec, &curves));
        for (int pair = 0; pair < s.n_types * s.n_types; pair++) {
            const bool table = s.form[pair] == KM_VDW_TABLE;
            const double shift =
                s.spec.shift ? km_vdw_pair(&s.spec, pair, s.spec.cutoff * s.spec.cutoff).u : 0.0;
            for (double r = fmax(table ? 0.15 : 0.1, km_pair_core(&s.spec, pair) + 0.01);
                 r < s.spec.cutoff; r += 0.00123) {
                const double r2 = (double)(km_real)(r * r), scale = 0.81 * r2;
                const km_pair_term want = km_vdw_pair(&s.spec, pair, r2),
                                   near = km_vdw_pair(&s.spec, pair, scale);
                const double f = fabs(want.f_over_r) + fabs(near.f_over_r) + 1e-3;
                const double u = fabs(want.u) + fabs(near.u) + 1e-3;
                /* a table has kinks in its third derivative, where no cubic follows it */
                const double at = table ? 1e-6 : tolerance;
                assert_near(curve_at(&curves, curves.force, pair, r2), want.f_over_r, at * f);
                assert_near(curve_at(&curves, curves.energy, pair, r2), want.u - shift, at * u);
            }
        }
        km_pair_curves_destroy(&curves);
        km_vdw_table_destroy(&s.table);
    }
}

static void forces_are_minus_the_gradient(void **state)
{
    (void)state;
    static ions s;
    for (int k = 0; k < 3; k++) {
        read_ions(cases[k], &s);
        for (int pair = 0; pair < s.n_types * s.n_types; pair++)
            for (double r = 0.16; r < 0.85; r += 0.0131) {
                const double h = 1e-6, up = r + h, down = r - h;
                const double slope = (km_vdw_pair(&s.spec, pair, up * up).u -
                                      km_vdw_pair(&s.spec, pair, down * down).u) /
                                     (2.0 * h);
                const double f = km_vdw_pair(&s.spec, pair, r * r).f_over_r * r;
                /* energies and forces of a table are two splines, 0.05 A apart */
                const double tolerance = s.form[pair] == KM_VDW_TABLE ? 2e-3 : 1e-6;
                assert_near(f, -slope, tolerance * (fabs(f) + 1.0));
            }
        km_vdw_table_destroy(&s.table);
    }
}

/* Integrals of exp and of powers: 4 pi A rho e^(-R/rho) (R^2 + 2 R rho + 2 rho^2), and for r^3 u'.
 */
static void tails_are_the_integrals(void **state)
{
    (void)state;
    const double a = 2e5, rho = 0.05, c = 3e-3, d = 1e-4, cut = 0.9;
    const int form = KM_VDW_BORN_MAYER, n = 10;
    const double parameter[KM_VDW_PARAMETERS] = {a, rho, 0.0, c, d};
    const int type[10] = {0};
    km_pair_tail tail;
    km_pair_spec spec = {.n_types = 1, .form = &form, .parameter = parameter, .cutoff = cut};
    spec.tail = true;
    assert_ok(km_pair_tail_make(&spec, n, type, &tail));
    const double wall = a * exp(-cut / rho), cut3 = cut * cut * cut;
    const double exp2 = wall * rho * (cut * cut + 2.0 * cut * rho + 2.0 * rho * rho);
    const double exp3 =
        wall * rho * (cut3 + 3.0 * rho * cut * cut + 6.0 * rho * rho * cut + 6.0 * rho * rho * rho);
    const double energy = 4.0 * KM_PI * (exp2 - c / (3.0 * cut3) - d / (5.0 * cut3 * cut * cut));
    const double pressure =
        4.0 * KM_PI / 3.0 *
        (exp3 / rho - 6.0 * c / (3.0 * cut3) - 8.0 * d / (5.0 * cut3 * cut * cut));
    assert_near(tail.energy, 0.5 * n * n * energy, 1e-10 * fabs(tail.energy));
    assert_near(tail.virial, -0.25 * n * n * pressure, 1e-10 * fabs(tail.virial));
    assert_true(tail.constant == 0.0);
}

int main(void)
{
    const struct CMUnitTest formulas[] = {
        cmocka_unit_test(curves_are_the_formulas),
        cmocka_unit_test(forces_are_minus_the_gradient),
        cmocka_unit_test(tails_are_the_integrals),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ions_are_those_of_lammps),
        cmocka_unit_test(same_bits_again),
        cmocka_unit_test(inside_the_core_is_a_fault),
    };
    return cmocka_run_group_tests(formulas, NULL, NULL) +
           run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
