/* SPDX-License-Identifier: MIT */
/* Crystals of embedded-atom metals at 0 K: lattice constant, cohesive energy, elastic constants,
 * vacancy and surfaces, against what LAMMPS computed with the same files, and for copper and
 * aluminium what the publications of the potentials say. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/build/lattice.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "tests/metal.h"

#define GPA 1.66053906660e-3 /* of 1 kJ/mol/nm^3 */
#define MJ_M2 1.66053906660  /* of 1 kJ/mol/nm^2 */

/* LAMMPS 29 Sep 2021, eam/fs and eam/alloy; Cu and Al equal the publications,
 * doi:10.1103/PhysRevB.63.224106 and doi:10.1103/PhysRevB.59.3393. */
typedef struct reference {
    const char *file;
    km_lattice_kind lattice;
    double a0, energy;    /* angstrom, eV                                  */
    double c11, c12, c44; /* GPa, finite strain                            */
    double vacancy;       /* eV, relaxed at fixed cell                     */
    double surface[3];    /* mJ/m^2, relaxed: 100, 110, 111; 0 = not compared:
                           its surfaces have many minima, as this crystal is hardly stable */
} reference;

static const reference references[] = {
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
     {0.0, 0.0, 0.0}},
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
enum { N_REFERENCES = sizeof references / sizeof *references };

/* A crystal on a device, with what it said last. */
typedef struct crystal {
    metal *m;
    metal_result now;
} crystal;

static void evaluate(crystal *c)
{
    free(c->now.force);
    c->now = metal_evaluate(c->m);
    assert_int_equal(c->now.fault, 0);
}

static crystal start(const km_backend *backend, const char *file, int n, km_box box)
{
    char potential[256];
    snprintf(potential, sizeof potential, "forcefields/metals/%s", file);
    crystal c = {.m = metal_make(potential, n, box)};
    metal_open(c.m, backend, 2, n);
    return c;
}

static void end(crystal *c)
{
    metal_close(c->m);
    metal_free(c->m);
    free(c->now.force);
}

/* As many cubic cells along each edge as the cutoffs of all these potentials allow with room. */
static int repeats_of(const reference *r)
{
    return r->lattice == KM_LATTICE_BCC ? 6 : 5;
}

static int bulk_atoms(const reference *r)
{
    double site[4][3];
    const int repeats = repeats_of(r);
    return km_lattice_sites(r->lattice, site) * repeats * repeats * repeats;
}

static km_box bulk_box(const reference *r, double a)
{
    return km_box_orthorhombic(repeats_of(r) * a, repeats_of(r) * a, repeats_of(r) * a);
}

/* The first n atoms of the crystal with lattice constant a (nm). */
static void place(crystal *c, const reference *r, double a)
{
    double site[4][3];
    const int n_sites = km_lattice_sites(r->lattice, site), repeats = repeats_of(r);
    c->m->box = bulk_box(r, a);
    for (int i = 0; i < c->m->n; i++) {
        const int k = i / n_sites;
        const int whole[3] = {k % repeats, k / repeats % repeats, k / repeats / repeats};
        for (int d = 0; d < 3; d++)
            c->m->position[3 * i + d] = a * (whole[d] + site[i % n_sites][d]);
    }
}

/* x -> (1 + strain) x; strain = xx, yy, xy, upper triangular as the box. */
static void deform(metal *m, const double strain[3])
{
    for (int i = 0; i < m->n; i++) {
        double *x = m->position + 3 * i;
        x[0] = (1.0 + strain[0]) * x[0] + strain[2] * x[1];
        x[1] = (1.0 + strain[1]) * x[1];
    }
    m->box.ax *= 1.0 + strain[0];
    m->box.bx += strain[2] * m->box.by;
    m->box.by *= 1.0 + strain[1];
}

/* Component of the stress (GPa) of the crystal with lattice constant a at that strain. */
static double stress(crystal *c, const reference *r, double a, const double strain[3],
                     km_tensor_component component)
{
    place(c, r, a);
    deform(c->m, strain);
    evaluate(c);
    return 2.0 * c->now.virial[component] / km_box_volume(&c->m->box) * GPA;
}

static double stiffness(crystal *c, const reference *r, double a, int direction,
                        km_tensor_component component)
{
    const double h = 1e-3;
    double up[3] = {0}, down[3] = {0};
    up[direction] = h;
    down[direction] = -h;
    return (stress(c, r, a, up, component) - stress(c, r, a, down, component)) / (2.0 * h);
}

/* Where the stress vanishes, nm: secants from two guesses around that of the reference. */
static double find_lattice_constant(crystal *c, const reference *r)
{
    const double rest[3] = {0.0, 0.0, 0.0};
    double a[2] = {0.1 * r->a0 * 1.004, 0.1 * r->a0 * 0.997};
    double s[2] = {stress(c, r, a[0], rest, KM_XX), stress(c, r, a[1], rest, KM_XX)};
    for (int k = 0; k < 8 && fabs(a[1] - a[0]) > 1e-8; k++) {
        const double next = a[1] - s[1] * (a[1] - a[0]) / (s[1] - s[0]);
        a[0] = a[1];
        s[0] = s[1];
        a[1] = next;
        s[1] = stress(c, r, next, rest, KM_XX);
    }
    return a[1];
}

static void lattice_constant_and_elasticity(void **state)
{
    const km_backend *backend = *state;
    for (int k = 0; k < N_REFERENCES; k++) {
        const reference *r = &references[k];
        if (backend_is_emulated(backend) && k != 0)
            continue;
        crystal c = start(backend, r->file, bulk_atoms(r), bulk_box(r, 0.1 * r->a0));
        const double a = find_lattice_constant(&c, r);
        assert_near(10.0 * a, r->a0, 2e-5); /* the digits of the reference are 1e-5 */
        place(&c, r, a);
        evaluate(&c);
        assert_near(c.now.energy / c.m->n / KM_EV, r->energy, 1.1e-5);
        /* the references are differences at larger strains: two of them differ by 0.3 % */
        assert_near(stiffness(&c, r, a, 0, KM_XX), r->c11, 5e-3 * r->c11);
        assert_near(stiffness(&c, r, a, 0, KM_YY), r->c12, 5e-3 * r->c12);
        assert_near(stiffness(&c, r, a, 2, KM_XY), r->c44, 5e-3 * r->c44);
        end(&c);
    }
}

/* Downhill with inertia (FIRE, doi:10.1103/PhysRevLett.97.170201), until no force is above
 * 0.01 kJ/mol/nm. */
static void relax(crystal *c)
{
    const int n = 3 * c->m->n;
    double *v = calloc((size_t)n, sizeof *v), step = 5e-3, largest = INFINITY;
    for (int k = 0; k < 3000 && largest > 1e-2; k++) {
        double power = 0.0;
        largest = 0.0;
        evaluate(c);
        for (int i = 0; i < n; i++) {
            power += v[i] * c->now.force[i];
            largest = fmax(largest, fabs(c->now.force[i]));
        }
        step = power < 0.0 ? 0.5 * step : fmin(1.1 * step, 0.02);
        for (int i = 0; i < n; i++) {
            v[i] = (power < 0.0 ? 0.0 : v[i]) + step * c->now.force[i] / 40.0;
            c->m->position[i] += step * v[i];
        }
    }
    assert_true(largest <= 1e-2);
    free(v);
}

/* kJ/mol of an atom in the crystal. */
static double energy_of_atom(const km_backend *backend, const reference *r)
{
    crystal c = start(backend, r->file, bulk_atoms(r), bulk_box(r, 0.1 * r->a0));
    place(&c, r, 0.1 * r->a0);
    evaluate(&c);
    const double energy = c.now.energy / c.m->n;
    end(&c);
    return energy;
}

static void vacancies(void **state)
{
    const km_backend *backend = *state;
    if (backend_is_emulated(backend))
        skip(); /* hundreds of evaluations of what the test above evaluates there */
    for (int k = 0; k < N_REFERENCES; k++) {
        const reference *r = &references[k];
        const double each = energy_of_atom(backend, r);
        crystal c = start(backend, r->file, bulk_atoms(r) - 1, bulk_box(r, 0.1 * r->a0));
        place(&c, r, 0.1 * r->a0);
        relax(&c);
        assert_near((c.now.energy - c.m->n * each) / KM_EV, r->vacancy, 2e-3);
        end(&c);
    }
}

/* mJ/m^2 of a relaxed slab 3 nm thick, with a vacuum of 2 nm. */
static double surface_energy(const km_backend *backend, const reference *r, km_surface surface,
                             double each)
{
    const km_surface_cell s = km_lattice_surface(r->lattice, surface, 0.1 * r->a0);
    const int layers = (int)ceil(3.0 / s.spacing);
    const int repeats[2] = {(int)ceil(1.9 / s.edge[0]), (int)ceil(1.9 / s.edge[1])};
    const int per_layer = s.n_atoms * repeats[0] * repeats[1];
    const double edge[2] = {repeats[0] * s.edge[0], repeats[1] * s.edge[1]};
    crystal c = start(backend, r->file, per_layer * layers,
                      km_box_orthorhombic(edge[0], edge[1], layers * s.spacing + 2.0));
    for (int i = 0; i < c.m->n; i++) {
        const int layer = i / per_layer, k = i % per_layer / s.n_atoms;
        const int whole[2] = {k % repeats[0], k / repeats[0]};
        const km_random4 random = km_random_bits(1, (uint32_t)i, 0, KM_RANDOM_BUILD);
        double *x = c.m->position + 3 * i;
        for (int d = 0; d < 2; d++)
            x[d] = s.edge[d] * (whole[d] + s.site[i % s.n_atoms][d] + layer * s.shift[d]);
        x[2] = layer * s.spacing;
        for (int d = 0; d < 3; d++) /* off the symmetric place, which may be a saddle */
            x[d] += 0.01 * (km_random_uniform(random.v[d]) - 0.5);
    }
    relax(&c);
    const double gamma = (c.now.energy - c.m->n * each) / (2.0 * edge[0] * edge[1]) * MJ_M2;
    end(&c);
    return gamma;
}

static void surfaces(void **state)
{
    static const km_surface names[3] = {KM_SURFACE_100, KM_SURFACE_110, KM_SURFACE_111};
    const km_backend *backend = *state;
    if (backend_is_emulated(backend))
        skip();
    for (int k = 0; k < N_REFERENCES; k++) {
        const reference *r = &references[k];
        const double each = energy_of_atom(backend, r);
        for (int s = 0; s < 3 && r->surface[s] > 0.0; s++)
            assert_near(surface_energy(backend, r, names[s], each), r->surface[s],
                        5e-3 * r->surface[s]);
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
