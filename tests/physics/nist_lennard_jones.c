/* SPDX-License-Identifier: MIT */
/* Lennard-Jones fluid reference calculations of the NIST Standard Reference Simulation Website,
 * SRD 173, doi:10.18434/T4M88Q: published energies of published configurations. Reduced units:
 * epsilon = sigma = 1, cut and not shifted. Values and files: tests/reference/nist/README.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/neighbours/neighbour_list.h"
#include "kernels/pair/pair.h"
#include "tests/backends.h"

typedef struct reference {
    const char *file;
    double cutoff;
    double pair, virial, tail; /* U_pair, W_pair = sum over pairs of r . f, U_LRC */
} reference;

static const reference cuboid[] = {
    {"lj_sample_config_periodic1.txt", 3.0, -4.3515E+03, -5.6867E+02, -1.9849E+02},
    {"lj_sample_config_periodic1.txt", 4.0, -4.4675E+03, -1.2639E+03, -8.3769E+01},
    {"lj_sample_config_periodic2.txt", 3.0, -6.9000E+02, -5.6846E+02, -2.4230E+01},
    {"lj_sample_config_periodic2.txt", 4.0, -7.0460E+02, -6.5599E+02, -1.0226E+01},
    {"lj_sample_config_periodic3.txt", 3.0, -1.1467E+03, -1.1649E+03, -4.9622E+01},
    {"lj_sample_config_periodic3.txt", 4.0, -1.1754E+03, -1.3371E+03, -2.0942E+01},
    {"lj_sample_config_periodic4.txt", 3.0, -1.6790E+01, -4.6249E+01, -5.4517E-01},
    {"lj_sample_config_periodic4.txt", 4.0, -1.7060E+01, -4.7869E+01, -2.3008E-01}};

/* One unit in the fifth printed digit: not all values are rounded to the nearest (1164.9508 is
 * printed as 1.1649E+03). */
static double printed(double value)
{
    return pow(10.0, floor(log10(fabs(value))) - 4.0);
}

static FILE *open_reference(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/reference/nist/%s", KM_SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

static km_state read_atoms(FILE *file, int n, km_box box)
{
    km_state at = {.n = n, .box = box, .position = calloc(3 * (size_t)n, sizeof(double))};
    assert_non_null(at.position);
    for (int i = 0; i < n; i++) {
        double *r = &at.position[3 * i];
        int id;
        assert_int_equal(fscanf(file, "%d %lf %lf %lf", &id, &r[0], &r[1], &r[2]), 4);
    }
    fclose(file);
    return at;
}

typedef struct result {
    double pair, tail, virial; /* U_pair, U_LRC, -2 times the trace of the virial with its tail */
} result;

static km_particles *load(const km_backend *backend, km_device *device, const km_state *at)
{
    const size_t n = (size_t)at->n;
    double *mass = calloc(n, sizeof *mass), *charge = calloc(n, sizeof *charge);
    int *type = calloc(n, sizeof *type), *molecule = calloc(n, sizeof *molecule);
    km_particles *p;
    assert_true(mass != NULL && charge != NULL && type != NULL && molecule != NULL);
    for (int i = 0; i < at->n; i++) {
        mass[i] = 1.0;
        molecule[i] = i;
    }
    const km_particles_spec spec = {at->n, mass, charge, type, molecule, NULL, 0.0};
    assert_ok(backend->particles_create(device, &spec, &p));
    assert_ok(backend->upload(device, at, p));
    free(mass);
    free(charge);
    free(type);
    free(molecule);
    return p;
}

static result evaluate(const km_backend *backend, const km_state *at, double cutoff)
{
    static const int form = KM_VDW_LENNARD_JONES;
    static const double parameter[KM_VDW_PARAMETERS] = {1.0, 1.0};
    const km_pair_spec spec = {
        .n_types = 1, .form = &form, .parameter = parameter, .cutoff = cutoff, .tail = true};
    const km_neighbour_spec list_spec = {.cutoff = cutoff, .skin = 0.3};
    const km_step step = {0, true, true, true};
    km_force force = {NULL, NULL};
    km_device *device;
    bool rebuilt;
    assert_ok(backend->open(2, &device));
    km_particles *p = load(backend, device, at);
    assert_ok(backend->neighbours_create(device, &list_spec, p));
    assert_ok(backend->make_force[KM_FORCE_PAIR](device, &spec, p, &force));
    assert_ok(backend->neighbours_update(device, p, false, &rebuilt));
    if (rebuilt)
        assert_ok(km_force_rebuild(&force, p));
    assert_ok(backend->clear(device, &step, p));
    assert_ok(km_force_compute(&force, &step, p));
    assert_ok(backend->synchronise(device, p));
    assert_int_equal(p->fault, 0);
    const result r = {
        .pair = p->energy[KM_ENERGY_VDW],
        .tail = p->energy[KM_ENERGY_VDW_TAIL],
        .virial = -2.0 * (p->virial[KM_XX] + p->virial[KM_YY] + p->virial[KM_ZZ]),
    };
    km_force_destroy(&force);
    backend->particles_destroy(p);
    backend->close(device);
    return r;
}

static void cuboid_cells(void **state)
{
    for (int k = 0; k < (int)(sizeof cuboid / sizeof *cuboid); k++) {
        const reference *want = cuboid + k;
        FILE *file = open_reference(want->file);
        double edge[3];
        int n;
        assert_int_equal(fscanf(file, "%lf %lf %lf %d", &edge[0], &edge[1], &edge[2], &n), 4);
        const km_state at = read_atoms(file, n, km_box_orthorhombic(edge[0], edge[1], edge[2]));
        const result got = evaluate(*state, &at, want->cutoff);
        /* The virial holds the tail too: PV of the tail by the textbook formula,
         * (16 pi/3) (N^2/V) (2/3 rc^-9 - rc^-3) (Allen & Tildesley, equation 2.147). */
        const double rc3 = pow(want->cutoff, 3.0);
        const double tail_pv = 16.0 * 3.14159265358979324 / 3.0 * n * n / km_box_volume(&at.box) *
                               (2.0 / (3.0 * rc3 * rc3 * rc3) - 1.0 / rc3);
        assert_near(got.pair, want->pair, printed(want->pair));
        assert_near(got.virial - 3.0 * tail_pv, want->virial, printed(want->virial));
        assert_near(got.tail, want->tail, printed(want->tail));
        free(at.position);
    }
}

static void triclinic_cell(void **state)
{
    const km_backend *backend = *state;
    FILE *file = open_reference("lj_triclinic_sample_config_periodic3.xyz");
    int n, flag;
    double lx, ly, lz, xy, xz, yz;
    assert_int_equal(
        fscanf(file, "%d %d %lf %lf %lf %lf %lf %lf", &n, &flag, &lx, &ly, &lz, &xy, &xz, &yz), 8);
    const km_box box = {lx, xy, ly, xz, yz, lz};
    const km_state at = read_atoms(file, n, box);
    const result got = evaluate(backend, &at, 3.0);
    /* twelve digits in double; in float 2e-6: 2e4 terms of both signs, each good to 2e-7 */
    const double tolerance = (sizeof(km_real) == 4 ? 1e-3 : 1e-9) + backend_energy_step(backend, n);
    assert_near(got.pair, -505.78567945268367, tolerance);
    assert_near(got.tail, -29.37186430697248, 1e-11 + backend_energy_step(backend, 1));
    free(at.position);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuboid_cells),
        cmocka_unit_test(triclinic_cell),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof tests[0]);
}
