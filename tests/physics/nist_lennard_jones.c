/* SPDX-License-Identifier: MIT */
/* Lennard-Jones fluid reference calculations of the NIST Standard Reference Simulation Website,
 * SRD 173, doi:10.18434/T4M88Q: published energies of published configurations. Reduced units:
 * epsilon = sigma = 1, cut and not shifted. Values and files: tests/reference/nist/README.md. */
#include <stdio.h>

#include "tests/cmocka_all.h"
#include "tests/cpu_particles.h"

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

static km_particles read_atoms(FILE *file, int n, km_box box)
{
    km_particles p = particles_by_hand(n, box);
    for (int i = 0; i < n; i++) {
        int id;
        km_vec3 r;
        assert_int_equal(fscanf(file, "%d %lf %lf %lf", &id, &r.x, &r.y, &r.z), 4);
        set_position(&p, i, r);
    }
    fclose(file);
    return p;
}

static void evaluate(km_device *device, km_particles *p, double cutoff)
{
    static const int form = KM_VDW_LENNARD_JONES;
    static const double parameter[KM_VDW_PARAMETERS] = {1.0, 1.0};
    const km_pair_spec spec = {
        .n_types = 1, .form = &form, .parameter = parameter, .cutoff = cutoff, .tail = true};
    const km_neighbour_spec list_spec = {cutoff, 0.3, NULL, NULL};
    const km_step step = {0, true, true, true};
    km_force force = {NULL, NULL};
    bool rebuilt;
    assert_ok(km_neighbours_cpu_create(device, &list_spec, p));
    assert_ok(km_neighbours_cpu_update(device, p, false, &rebuilt));
    assert_ok(km_pair_cpu_create(device, &spec, p, &force));
    assert_ok(km_force_compute(&force, &step, p));
    km_force_destroy(&force);
}

static void cuboid_cells(void **state)
{
    km_device device = device_by_hand(2, best_isa()); /* outlives the list */
    (void)state;
    for (int k = 0; k < (int)(sizeof cuboid / sizeof *cuboid); k++) {
        const reference *want = cuboid + k;
        FILE *file = open_reference(want->file);
        double edge[3];
        int n;
        assert_int_equal(fscanf(file, "%lf %lf %lf %d", &edge[0], &edge[1], &edge[2], &n), 4);
        km_particles p = read_atoms(file, n, km_box_orthorhombic(edge[0], edge[1], edge[2]));
        evaluate(&device, &p, want->cutoff);
        const double tail = p.energy[KM_ENERGY_VDW_TAIL];
        /* The virial holds the tail too: PV of the tail by the textbook formula,
         * (16 pi/3) (N^2/V) (2/3 rc^-9 - rc^-3) (Allen & Tildesley, equation 2.147). */
        const double rc3 = pow(want->cutoff, 3.0);
        const double tail_pv = 16.0 * 3.14159265358979324 / 3.0 * n * n / km_box_volume(&p.box) *
                               (2.0 / (3.0 * rc3 * rc3 * rc3) - 1.0 / rc3);
        const double virial =
            -2.0 * (p.virial[KM_XX] + p.virial[KM_YY] + p.virial[KM_ZZ]) - 3.0 * tail_pv;
        assert_near(p.energy[KM_ENERGY_VDW], want->pair, printed(want->pair));
        assert_near(virial, want->virial, printed(want->virial));
        assert_near(tail, want->tail, printed(want->tail));
        particles_free(&p);
    }
}

static void triclinic_cell(void **state)
{
    km_device device = device_by_hand(2, best_isa());
    (void)state;
    FILE *file = open_reference("lj_triclinic_sample_config_periodic3.xyz");
    int n, flag;
    double lx, ly, lz, xy, xz, yz;
    assert_int_equal(
        fscanf(file, "%d %d %lf %lf %lf %lf %lf %lf", &n, &flag, &lx, &ly, &lz, &xy, &xz, &yz), 8);
    const km_box box = {lx, xy, ly, xz, yz, lz};
    km_particles p = read_atoms(file, n, box);
    evaluate(&device, &p, 3.0);
    /* twelve digits in double; in float 2e-6: 2e4 terms of both signs, each good to 2e-7 */
    const double tolerance = sizeof(km_real) == 4 ? 1e-3 : 1e-9;
    assert_near(p.energy[KM_ENERGY_VDW], -505.78567945268367, tolerance);
    assert_near(p.energy[KM_ENERGY_VDW_TAIL], -29.37186430697248, 1e-11);
    particles_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuboid_cells),
        cmocka_unit_test(triclinic_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
