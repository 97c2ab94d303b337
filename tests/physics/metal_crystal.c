/* SPDX-License-Identifier: MIT */
/* Crystals of embedded-atom metals at 0 K: lattice constant, cohesive energy, elastic constants,
 * vacancy and surfaces, against what LAMMPS computed with the same files, and for copper and
 * aluminium what the publications of the potentials say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/lattice.h"
#include "host/input/eam_file.h"
#include "kernels/base/units.h"
#include "kernels/eam/eam.h"
#include "tests/backends.h"

#define GPA 1.66053906660e-3 /* of 1 kJ/mol/nm^3 */
#define MJ_M2 1.66053906660  /* of 1 kJ/mol/nm^2 */

/* LAMMPS 29 Sep 2021, eam/fs and eam/alloy; Cu and Al equal the publications,
 * doi:10.1103/PhysRevB.63.224106 and doi:10.1103/PhysRevB.59.3393. */
typedef struct metal {
    const char *file;
    km_lattice_kind lattice;
    double a0, energy;    /* angstrom, eV                                  */
    double c11, c12, c44; /* GPa, finite strain                            */
    double vacancy;       /* eV, relaxed at fixed cell                     */
    double surface[3];    /* mJ/m^2, relaxed: 100, 110, 111                */
} metal;

static const metal metals[] = {
    {"K_refit_FS.eam.fs",
     KM_LATTICE_BCC,
     5.24204,
     -0.93401,
     4.161,
     3.414,
     2.862,
     0.2955,
     {100.0, 87.4, 111.7}},
    {"K_NicholAckland2016_v2.eam.fs",
     KM_LATTICE_BCC,
     5.32800,
     -0.92300,
     3.814,
     2.069,
     1.555,
     0.3306,
     {89.5, 83.0, 107.3}},
    {"Na_Wilson2015.eam.fs",
     KM_LATTICE_BCC,
     4.22787,
     -1.11102,
     8.261,
     6.829,
     5.842,
     0.3658,
     {199.1, 182.6, 220.3}},
    {"Cu_Mishin2001.eam.alloy",
     KM_LATTICE_FCC,
     3.61500,
     -3.54000,
     169.9,
     122.7,
     76.2,
     1.2725,
     {1345.3, 1475.4, 1239.5}},
    {"Al_Mishin1999.eam.alloy",
     KM_LATTICE_FCC,
     4.05000,
     -3.36000,
     113.8,
     61.4,
     31.6,
     0.6756,
     {943.6, 1006.0, 870.5}},
};
enum { N_METALS = sizeof metals / sizeof *metals };

typedef struct cell {
    const km_backend *backend;
    km_device *device;
    km_eam_tables *tables;
    km_particles *p;
    km_force eam;
    int n;
    km_box box;
    double *x, *force; /* nm, kJ/mol/nm  3 n */
    double energy, virial[KM_TENSOR];
} cell;

static void cell_open(cell *c, const km_backend *backend, const char *file)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/forcefields/metals/%s", KM_SOURCE_ROOT, file);
    *c = (cell){.backend = backend};
    assert_ok(backend->open(2, &c->device));
    assert_ok(km_eam_file_read(path, &c->tables));
}

static void cell_empty(cell *c)
{
    km_force_destroy(&c->eam);
    c->backend->particles_destroy(c->p);
    c->p = NULL;
    free(c->x);
    free(c->force);
    c->x = c->force = NULL;
}

static void cell_close(cell *c)
{
    cell_empty(c);
    km_eam_tables_destroy(c->tables);
    c->backend->close(c->device);
}

/* n atoms of the first element; positions to be filled in. */
static void cell_fill(cell *c, int n, km_box box)
{
    cell_empty(c);
    double *mass = calloc((size_t)n, sizeof *mass), *charge = calloc((size_t)n, sizeof *charge);
    int *zero = calloc((size_t)n, sizeof *zero), *each = calloc((size_t)n, sizeof *each);
    for (int i = 0; i < n; i++) {
        mass[i] = 1.0;
        each[i] = i;
    }
    const km_particles_spec spec = {
        .n = n, .mass = mass, .charge = charge, .type = zero, .molecule = each};
    const km_eam_spec eam = {.tables = c->tables, .n_atoms = n, .atom = each, .element = zero};
    assert_ok(c->backend->particles_create(c->device, &spec, &c->p));
    c->n = n;
    c->box = box;
    c->x = calloc(3 * (size_t)n, sizeof *c->x);
    c->force = calloc(3 * (size_t)n, sizeof *c->force);
    const km_state state = {n, box, c->x, NULL};
    assert_ok(c->backend->upload(c->device, &state, c->p));
    assert_ok(c->backend->make_force[KM_FORCE_EAM](c->device, &eam, c->p, &c->eam));
    free(mass);
    free(charge);
    free(zero);
    free(each);
}

static void evaluate(cell *c)
{
    const km_state state = {c->n, c->box, c->x, NULL};
    const km_step step = {0, true, true, true};
    assert_ok(c->backend->upload(c->device, &state, c->p));
    assert_ok(km_force_rebuild(&c->eam, c->p));
    assert_ok(c->backend->clear(c->device, &step, c->p));
    assert_ok(km_force_compute(&c->eam, &step, c->p));
    assert_ok(c->backend->synchronise(c->device, c->p));
    assert_int_equal(c->p->fault, 0);
    assert_ok(c->backend->download_forces(c->device, c->p, c->force));
    c->energy = c->p->energy[KM_ENERGY_EAM];
    memcpy(c->virial, c->p->virial, sizeof c->virial);
}

static void set_bulk(cell *c, km_lattice_kind lattice, int repeats, double a)
{
    double site[4][3];
    const int n_sites = km_lattice_sites(lattice, site);
    const double edge = repeats * a;
    cell_fill(c, n_sites * repeats * repeats * repeats, km_box_orthorhombic(edge, edge, edge));
    for (int i = 0; i < c->n; i++) {
        const int k = i / n_sites;
        const int whole[3] = {k % repeats, k / repeats % repeats, k / repeats / repeats};
        for (int d = 0; d < 3; d++)
            c->x[3 * i + d] = a * (whole[d] + site[i % n_sites][d]);
    }
}

/* The deformed cell and positions: x -> (1 + strain) x, strain upper triangular as the box. */
static void deform(cell *c, double xx, double yy, double xy)
{
    for (int i = 0; i < c->n; i++) {
        double *r = c->x + 3 * i;
        r[0] = (1.0 + xx) * r[0] + xy * r[1];
        r[1] = (1.0 + yy) * r[1];
    }
    c->box.ax *= 1.0 + xx;
    c->box.by *= 1.0 + yy;
    c->box.bx += xy * c->box.by;
}

/* Component of the stress (GPa) of the crystal at lattice constant a and that strain. */
static double stress(cell *c, km_lattice_kind lattice, int repeats, double a,
                     const double strain[3], km_tensor_component component)
{
    set_bulk(c, lattice, repeats, a);
    deform(c, strain[0], strain[1], strain[2]);
    evaluate(c);
    return 2.0 * c->virial[component] / km_box_volume(&c->box) * GPA;
}

static double stiffness(cell *c, const metal *m, int repeats, double a, int direction,
                        km_tensor_component component)
{
    const double h = 1e-3;
    double up[3] = {0}, down[3] = {0};
    up[direction] = h;
    down[direction] = -h;
    return (stress(c, m->lattice, repeats, a, up, component) -
            stress(c, m->lattice, repeats, a, down, component)) /
           (2.0 * h);
}

/* Where the pressure vanishes: secants from two guesses around that of LAMMPS. */
static double find_lattice_constant(cell *c, const metal *m, int repeats)
{
    const double rest[3] = {0.0, 0.0, 0.0};
    double a[2] = {0.1 * m->a0 * 1.004, 0.1 * m->a0 * 0.997};
    double s[2] = {stress(c, m->lattice, repeats, a[0], rest, KM_XX),
                   stress(c, m->lattice, repeats, a[1], rest, KM_XX)};
    for (int k = 0; k < 8 && fabs(a[1] - a[0]) > 1e-9; k++) {
        const double next = a[1] - s[1] * (a[1] - a[0]) / (s[1] - s[0]);
        a[0] = a[1];
        s[0] = s[1];
        a[1] = next;
        s[1] = stress(c, m->lattice, repeats, next, rest, KM_XX);
    }
    return a[1];
}

static int repeats_of(const metal *m)
{
    return m->lattice == KM_LATTICE_BCC ? 6 : 5;
}

static void lattice_constant_and_elasticity(void **state)
{
    const km_backend *backend = *state;
    for (int k = 0; k < N_METALS; k++) {
        const metal *m = &metals[k];
        const int repeats = repeats_of(m);
        cell c;
        if (backend_is_emulated(backend) && k != 0)
            continue;
        cell_open(&c, backend, m->file);
        const double a = find_lattice_constant(&c, m, repeats);
        assert_near(10.0 * a, m->a0, 2e-5); /* the digits of the reference are 1e-5 */
        set_bulk(&c, m->lattice, repeats, a);
        evaluate(&c);
        assert_near(c.energy / c.n / KM_EV, m->energy, 1.1e-5);
        /* the references are differences at larger strains: two of them differ by 0.3 % */
        assert_near(stiffness(&c, m, repeats, a, 0, KM_XX), m->c11, 5e-3 * m->c11);
        assert_near(stiffness(&c, m, repeats, a, 0, KM_YY), m->c12, 5e-3 * m->c12);
        assert_near(stiffness(&c, m, repeats, a, 2, KM_XY), m->c44, 5e-3 * m->c44);
        cell_close(&c);
    }
}

/* Follows the forces downhill (kJ/mol/nm) with inertia that is lost when it goes uphill. */
static void relax(cell *c)
{
    double *v = calloc(3 * (size_t)c->n, sizeof *v), step = 2e-3;
    for (int k = 0; k < 2000; k++) {
        double power = 0.0, largest = 0.0;
        evaluate(c);
        for (int i = 0; i < 3 * c->n; i++) {
            power += v[i] * c->force[i];
            largest = fmax(largest, fabs(c->force[i]));
        }
        if (largest < 1e-2)
            break;
        if (power < 0.0) {
            memset(v, 0, 3 * (size_t)c->n * sizeof *v);
            step *= 0.7;
        } else {
            step = fmin(1.05 * step, 8e-3);
        }
        for (int i = 0; i < 3 * c->n; i++) {
            v[i] += step * c->force[i] * 0.1;
            c->x[i] += step * v[i];
        }
    }
    free(v);
}

static void vacancies(void **state)
{
    const km_backend *backend = *state;
    if (backend_is_emulated(backend))
        skip(); /* hundreds of evaluations of what the test above evaluates there */
    for (int k = 0; k < N_METALS; k++) {
        const metal *m = &metals[k];
        cell c;
        cell_open(&c, backend, m->file);
        set_bulk(&c, m->lattice, repeats_of(m), 0.1 * m->a0);
        evaluate(&c);
        const double each = c.energy / c.n;
        const int n = c.n - 1;
        const km_box box = c.box;
        double *x = malloc(3 * (size_t)n * sizeof *x);
        memcpy(x, c.x, 3 * (size_t)n * sizeof *x);
        cell_fill(&c, n, box);
        memcpy(c.x, x, 3 * (size_t)n * sizeof *x);
        free(x);
        relax(&c);
        assert_near((c.energy - n * each) / KM_EV, m->vacancy, 2e-3);
        cell_close(&c);
    }
}

/* mJ/m^2 of a relaxed slab of at least 1.6 nm between vacua. */
static double surface_energy(cell *c, const metal *m, km_surface surface, double each)
{
    const km_surface_cell s = km_lattice_surface(m->lattice, surface, 0.1 * m->a0);
    const int layers = (int)ceil(3.0 / s.spacing);
    const int repeats[2] = {(int)ceil(1.7 / s.edge[0]), (int)ceil(1.7 / s.edge[1])};
    const int per_layer = s.n_atoms * repeats[0] * repeats[1];
    const double edge[2] = {repeats[0] * s.edge[0], repeats[1] * s.edge[1]};
    cell_fill(c, per_layer * layers,
              km_box_orthorhombic(edge[0], edge[1], layers * s.spacing + 2.0));
    for (int i = 0; i < c->n; i++) {
        const int layer = i / per_layer, k = i % per_layer / s.n_atoms;
        const int whole[2] = {k % repeats[0], k / repeats[0]};
        for (int d = 0; d < 2; d++)
            c->x[3 * i + d] =
                s.edge[d] * (whole[d] + s.site[i % s.n_atoms][d] + layer * s.shift[d]);
        c->x[3 * i + 2] = layer * s.spacing;
    }
    relax(c);
    return (c->energy - c->n * each) / (2.0 * edge[0] * edge[1]) * MJ_M2;
}

static void surfaces(void **state)
{
    static const km_surface names[3] = {KM_SURFACE_100, KM_SURFACE_110, KM_SURFACE_111};
    const km_backend *backend = *state;
    if (backend_is_emulated(backend))
        skip();
    for (int k = 0; k < N_METALS; k++) {
        const metal *m = &metals[k];
        cell c;
        cell_open(&c, backend, m->file);
        set_bulk(&c, m->lattice, repeats_of(m), 0.1 * m->a0);
        evaluate(&c);
        const double each = c.energy / c.n;
        for (int s = 0; s < 3; s++)
            assert_near(surface_energy(&c, m, names[s], each), m->surface[s], 5e-3 * m->surface[s]);
        cell_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lattice_constant_and_elasticity),
        cmocka_unit_test(vacancies),
        cmocka_unit_test(surfaces),
    };
    return run_for_each_backend(tests, sizeof tests / sizeof *tests);
}
