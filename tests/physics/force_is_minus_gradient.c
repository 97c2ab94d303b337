/* SPDX-License-Identifier: MIT */
/* F = -dU/dx, by differences of the energy, for every term, through the table of the backend. */
#include <math.h>
#include <string.h>

#include "host/input/eam_file.h"
#include "kernels/slab/slab.h"
#include "tests/backends.h"
#include "tests/chain_molecule.h"

enum { N_MOLECULES = 4, N = N_MOLECULES * CHAIN_ATOMS, N_TYPES = 3 };

typedef struct fixture {
    const km_backend *backend;
    chain_liquid *liquid;
    km_device *device;
    km_particles *p;
    bool needs_list; /* the term under test */
    int form[N_TYPES * N_TYPES];
    double parameter[N_TYPES * N_TYPES * KM_VDW_PARAMETERS];
    int exclusion_start[N + 1], exclusion[N * 6]; /* three partners on either side */
    km_pair_spec pair;
    km_pme_spec pme;
} fixture;

/* Partners up to three bonds along the chain. */
static void fill_exclusions(fixture *f)
{
    int total = 0;
    for (int i = 0; i < N; i++) {
        f->exclusion_start[i] = total;
        const int first = i / CHAIN_ATOMS * CHAIN_ATOMS;
        for (int j = first; j < first + CHAIN_ATOMS; j++)
            if (j != i && abs(j - i) <= 3)
                f->exclusion[total++] = j;
    }
    f->exclusion_start[N] = total;
}

/* The splitting is so sharp that the screened energy vanishes (1e-14) where pairs cross the cutoff,
 * and the van der Waals energy is shifted: differences see no step. */
static void fill_specs(fixture *f)
{
    for (int a = 0; a < N_TYPES; a++)
        for (int b = 0; b < N_TYPES; b++) {
            double *parameter = f->parameter + (a * N_TYPES + b) * KM_VDW_PARAMETERS;
            f->form[a * N_TYPES + b] = KM_VDW_LENNARD_JONES;
            parameter[0] = 0.3 + 0.1 * (a + b);
            parameter[1] = 0.28 + 0.01 * (a + b);
        }
    f->pair = (km_pair_spec){.n_types = N_TYPES,
                             .form = f->form,
                             .parameter = f->parameter,
                             .cutoff = 1.1,
                             .shift = true,
                             .ewald_alpha = 5.0,
                             .coulomb_constant = KM_COULOMB_CONSTANT,
                             .exclusion_start = f->exclusion_start,
                             .exclusion = f->exclusion};
    f->pme = (km_pme_spec){.alpha = 5.0,
                           .mesh = {20, 21, 24},
                           .spline_order = 6,
                           .coulomb_constant = KM_COULOMB_CONSTANT};
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->backend = *state; /* of run_for_each_backend */
    f->liquid = chain_liquid_make(N_MOLECULES, (km_box){2.6, 0.3, 2.5, -0.2, 0.4, 2.7});
    fill_exclusions(f);
    fill_specs(f);
    assert_ok(f->backend->open(2, &f->device));
    const chain_liquid *s = f->liquid;
    const km_particles_spec spec = {N, s->mass, s->charge, s->type, s->molecule, NULL, 0.0};
    assert_ok(f->backend->particles_create(f->device, &spec, &f->p));
    const km_state start = {N, s->box, f->liquid->position, NULL};
    assert_ok(f->backend->upload(f->device, &start, f->p));
    const km_neighbour_spec neighbours = {1.1, 0.05, f->exclusion_start, f->exclusion, NULL, 0.0};
    assert_ok(f->backend->neighbours_create(f->device, &neighbours, f->p));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    f->backend->particles_destroy(f->p);
    f->backend->close(f->device);
    free(f->liquid);
    free(f);
    return 0;
}

/* Energy of the present positions; forces too when asked, atom-major. */
static double evaluate(fixture *f, km_force *force, double *out)
{
    const km_state now = {N, f->liquid->box, f->liquid->position, NULL};
    const km_step step = {0, true, out == NULL, false};
    bool rebuilt;
    assert_ok(f->backend->upload(f->device, &now, f->p));
    if (f->needs_list)
        assert_ok(f->backend->neighbours_update(f->device, f->p, true, &rebuilt));
    assert_ok(km_force_rebuild(force, f->p));
    assert_ok(f->backend->clear(f->device, &step, f->p));
    assert_ok(km_force_compute(force, &step, f->p));
    assert_ok(f->backend->synchronise(f->device, f->p));
    assert_int_equal(f->p->fault, 0);
    if (out != NULL)
        assert_ok(f->backend->download_forces(f->device, f->p, out));
    double sum = 0.0;
    for (int t = 0; out == NULL && t < KM_ENERGY_COUNT; t++)
        sum += f->p->energy[t];
    return sum;
}

/* -dU/dx by the five-point formula, exact for quartics. */
static double minus_slope(fixture *f, km_force *force, int k, double h)
{
    double *x = &f->liquid->position[k];
    const double here = *x;
    double u[4];
    const double at[4] = {-2.0, -1.0, 1.0, 2.0};
    for (int m = 0; m < 4; m++) {
        *x = here + at[m] * h;
        u[m] = evaluate(f, force, NULL);
    }
    *x = here;
    return -(u[0] - 8.0 * u[1] + 8.0 * u[2] - u[3]) / (12.0 * h);
}

/* Every force component against the slope of the energy, in units of the largest force; energies of
 * a device are in steps, and each of its blocks rounds once. */
static void check_gradient(fixture *f, km_force_kind kind, const void *spec, double h,
                           double tolerance)
{
    km_force force;
    f->needs_list = kind == KM_FORCE_PAIR || kind == KM_FORCE_PME;
    assert_ok(f->backend->make_force[kind](f->device, spec, f->p, &force));
    double computed[3 * N], largest = 0.0, worst = 0.0;
    evaluate(f, &force, computed);
    for (int k = 0; k < 3 * N; k++)
        largest = fmax(largest, fabs(computed[k]));
    assert_true(largest > 1.0); /* the term does something */
    /* each evaluation builds a list, which is slow on the emulated device */
    const int stride = kind != KM_FORCE_BONDED && backend_is_emulated(f->backend) ? 7 : 1;
    for (int k = 0; k < 3 * N; k += stride)
        worst = fmax(worst, fabs(computed[k] - minus_slope(f, &force, k, h)));
    const int blocks = kind == KM_FORCE_BONDED ? 2 : 64;
    assert_near(worst, 0.0,
                tolerance * largest + 18.0 / 12.0 * backend_energy_step(f->backend, blocks) / h);
    km_force_destroy(&force);
}

/* h^4/30 of the fifth derivative, and rounding of U (1e-13 of it) over h; 7e-11 is seen. Arithmetic
 * is double in every build. */
static void check_bonded(fixture *f, const km_bonded_spec *spec)
{
    check_gradient(f, KM_FORCE_BONDED, spec, 1e-4, 1e-9);
}

static void bond(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_bonds = all->n_bonds, .bond = all->bond};
    check_bonded(f, &spec);
}

static void angle(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_angles = all->n_angles, .angle = all->angle};
    check_bonded(f, &spec);
}

static void dihedral_rb(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_dihedrals_rb = all->n_dihedrals_rb,
                                 .dihedral_rb = all->dihedral_rb};
    check_bonded(f, &spec);
}

static void dihedral_periodic(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_dihedrals_periodic = all->n_dihedrals_periodic,
                                 .dihedral_periodic = all->dihedral_periodic};
    check_bonded(f, &spec);
}

static void improper_harmonic(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_impropers = all->n_impropers, .improper = all->improper};
    check_bonded(f, &spec);
}

static void pair14(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    const km_bonded_spec spec = {.n_pairs14 = all->n_pairs14,
                                 .pair14 = all->pair14,
                                 .coulomb_constant = all->coulomb_constant};
    check_bonded(f, &spec);
}

/* With the splitting of a usual cutoff, and with one so sharp that the closed form is used. */
static void excluded_pair(void **state)
{
    fixture *f = *state;
    const km_bonded_spec *all = &f->liquid->spec;
    km_bonded_spec spec = {.n_excluded = all->n_excluded,
                           .excluded = all->excluded,
                           .ewald_alpha = 3.1,
                           .coulomb_constant = all->coulomb_constant};
    check_bonded(f, &spec);
    spec.ewald_alpha = 12.0;
    check_bonded(f, &spec);
}

/* In double h is limited by the fifth derivative, else by the energies in float: 1e-7 of a few
 * hundred kJ/mol over h. Seen: 3e-4 mixed, 1e-10 double. */
#ifdef KM_DOUBLE
#define STEP 2e-4
#define TOLERANCE 2e-9
#define TOLERANCE_TABLES 1e-6
#else
#define STEP 1e-3
#define TOLERANCE 1e-3
#define TOLERANCE_TABLES 1e-3
#endif

static void lennard_jones(void **state)
{
    fixture *f = *state;
    f->pair.ewald_alpha = 0.0;
    check_gradient(f, KM_FORCE_PAIR, &f->pair, STEP, TOLERANCE);
}

static void lennard_jones_and_screened_coulomb(void **state)
{
    fixture *f = *state;
    check_gradient(f, KM_FORCE_PAIR, &f->pair, STEP, TOLERANCE);
}

/* The mesh is coarse: its forces are the gradient of its energy whatever the error of both. */
static void mesh(void **state)
{
    fixture *f = *state;
    check_gradient(f, KM_FORCE_PME, &f->pme, STEP, TOLERANCE);
}

/* Quadratic in the heights: the five-point formula has no error, only rounding of U over h. */
static void slab(void **state)
{
    fixture *f = *state;
    const km_slab_spec spec = {KM_COULOMB_CONSTANT};
    check_gradient(f, KM_FORCE_SLAB, &spec, 1e-2, 1e-9);
}

/* Two made-up elements in turns. The tables are cubics with a second derivative that jumps at their
 * points, every 0.0034 nm, which the difference formula sees in some places: 1e-7 in double. */
static void embedded_atom(void **state)
{
    fixture *f = *state;
    km_eam_tables *tables;
    int atom[N], element[N];
    for (int i = 0; i < N; i++) {
        atom[i] = i;
        element[i] = i % 2;
    }
    assert_ok(
        km_eam_file_read(KM_SOURCE_ROOT "/tests/reference/metals/two-elements.eam.fs", &tables));
    const km_eam_spec spec = {tables, N, atom, element, 0.0};
    check_gradient(f, KM_FORCE_EAM, &spec, STEP, TOLERANCE_TABLES);
    km_eam_tables_destroy(tables);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bond),
        TEST(angle),
        TEST(dihedral_rb),
        TEST(dihedral_periodic),
        TEST(improper_harmonic),
        TEST(pair14),
        TEST(excluded_pair),
        TEST(lennard_jones),
        TEST(lennard_jones_and_screened_coulomb),
        TEST(mesh),
        TEST(slab),
        TEST(embedded_atom),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
