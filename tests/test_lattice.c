/* SPDX-License-Identifier: MIT */
/* Crystals and slabs against the geometry of the bcc and fcc lattices: neighbours, spacings,
 * density of layers (Kittel, Introduction to Solid State Physics, chapter 1). */
#include <math.h>
#include <stdlib.h>

#include "host/build/metal_slab.h"
#include "tests/cmocka_all.h"

#define A 0.5326 /* nm */

/* Neighbours of atom i within a shell of the distance r +- 1e-6 a; *least is the nearest distance.
 */
static int neighbours(const double *x, int n, const double box[3], int i, double r, double *least)
{
    int count = 0;
    *least = HUGE_VAL;
    for (int j = 0; j < n; j++) {
        double sum = 0.0;
        for (int c = 0; c < 3; c++) {
            double d = x[3 * j + c] - x[3 * i + c];
            if (box[c] > 0.0)
                d -= box[c] * nearbyint(d / box[c]);
            sum += d * d;
        }
        if (j != i)
            *least = fmin(*least, sqrt(sum));
        count += j != i && fabs(sqrt(sum) - r) < 1e-6 * A;
    }
    return count;
}

static km_recipe_slab slab_of(km_lattice_kind lattice, km_surface surface, int layers)
{
    return (km_recipe_slab){
        .lattice = lattice, .surface = surface, .lattice_constant = A, .layers = layers};
}

/* Planar density of the lattice, atoms per a^2, and distance of its planes in a. */
static const struct {
    km_lattice_kind lattice;
    km_surface surface;
    double density, spacing;
    int period, surface_neighbours; /* nearest neighbours left to an atom of the outermost layer */
} expected[] = {
    {KM_LATTICE_BCC, KM_SURFACE_100, 1.0, 0.5, 2, 4},
    {KM_LATTICE_BCC, KM_SURFACE_110, 1.41421356237, 0.70710678119, 2, 6},
    {KM_LATTICE_BCC, KM_SURFACE_111, 0.57735026919, 0.28867513459, 3, 4},
    {KM_LATTICE_FCC, KM_SURFACE_100, 2.0, 0.5, 2, 8},
    {KM_LATTICE_FCC, KM_SURFACE_110, 1.41421356237, 0.35355339059, 2, 7},
    {KM_LATTICE_FCC, KM_SURFACE_111, 2.30940107676, 0.57735026919, 3, 9},
};
#define N_EXPECTED (int)(sizeof expected / sizeof *expected)

static void layers_have_the_density_and_distance_of_lattice_planes(void **state)
{
    (void)state;
    for (int k = 0; k < N_EXPECTED; k++) {
        const km_surface_cell cell =
            km_lattice_surface(expected[k].lattice, expected[k].surface, A);
        const double volume = expected[k].lattice == KM_LATTICE_BCC ? A * A * A / 2 : A * A * A / 4;
        assert_near(cell.n_atoms / (cell.edge[0] * cell.edge[1]), expected[k].density / (A * A),
                    1e-9);
        assert_near(cell.spacing, expected[k].spacing * A, 1e-11);
        assert_near(cell.edge[0] * cell.edge[1] * cell.spacing / cell.n_atoms, volume, 1e-12);
        assert_int_equal(cell.period, expected[k].period);
        for (int c = 0; c < 2; c++) { /* the stacking repeats after the period, not before */
            const double moved = cell.period * cell.shift[c];
            assert_near(moved, nearbyint(moved), 1e-12);
        }
    }
}

/* Periodic along z after a whole number of periods, each atom has the neighbours of the bulk: 8 at
 * a sqrt(3)/2 and 6 at a (bcc), 12 at a/sqrt(2) and 6 at a (fcc), and none is nearer. */
static void a_slab_inside_is_the_crystal(void **state)
{
    (void)state;
    for (int k = 0; k < N_EXPECTED; k++) {
        const km_recipe_slab slab = slab_of(expected[k].lattice, expected[k].surface, 12);
        const double wanted[2] = {4.0 * A, 4.0 * A};
        const km_slab_plan plan = km_slab_fit(&slab, wanted, false);
        const int n = km_slab_atoms(&plan);
        double *x = calloc(3 * (size_t)n, sizeof *x), least;
        assert_non_null(x);
        km_slab_place(&plan, 0.1, x);
        const double box[3] = {plan.edge[0], plan.edge[1], 12 * plan.cell.spacing};
        const double r = km_lattice_contact(slab.lattice, A);
        for (int i = 0; i < n; i++) {
            const int first = neighbours(x, n, box, i, r, &least);
            assert_int_equal(first, slab.lattice == KM_LATTICE_BCC ? 8 : 12);
            assert_near(least, r, 1e-9);
            assert_int_equal(neighbours(x, n, box, i, A, &least), 6);
        }
        free(x);
    }
}

static void atoms_at_the_surface_lack_the_neighbours_of_the_vacuum(void **state)
{
    (void)state;
    for (int k = 0; k < N_EXPECTED; k++) {
        const km_recipe_slab slab = slab_of(expected[k].lattice, expected[k].surface, 9);
        const double wanted[2] = {4.0 * A, 4.0 * A};
        const km_slab_plan plan = km_slab_fit(&slab, wanted, false);
        const int n = km_slab_atoms(&plan);
        double *x = calloc(3 * (size_t)n, sizeof *x), least;
        assert_non_null(x);
        km_slab_place(&plan, 0.0, x);
        const double box[3] = {plan.edge[0], plan.edge[1], 0.0};
        const double r = km_lattice_contact(slab.lattice, A);
        assert_int_equal(neighbours(x, n, box, 0, r, &least), expected[k].surface_neighbours);
        assert_int_equal(neighbours(x, n, box, n - 1, r, &least), expected[k].surface_neighbours);
        assert_near(x[3 * (n - 1) + 2], km_slab_height(&plan), 1e-12);
        free(x);
    }
}

/* 40 A along [001] of bcc (110) are 7.51 cells of 5.326 A, along [1-10] 5.31 of 7.5321 A. */
static void whole_cells_come_nearest_to_the_area_and_the_rest_is_strain(void **state)
{
    (void)state;
    const km_recipe_slab slab = slab_of(KM_LATTICE_BCC, KM_SURFACE_110, 12);
    const double wanted[2] = {4.0, 4.0};
    const km_slab_plan own = km_slab_fit(&slab, wanted, false);
    assert_int_equal(own.repeats[0], 8);
    assert_int_equal(own.repeats[1], 5);
    assert_near(own.edge[0], 4.2608, 1e-12);
    assert_near(own.edge[1], 3.766050, 1e-6);
    assert_near(own.strain[0], 0.0, 1e-15);
    assert_int_equal(km_slab_atoms(&own), 12 * 80);
    const km_slab_plan held = km_slab_fit(&slab, wanted, true);
    assert_near(held.edge[0], 4.0, 0.0);
    assert_near(held.strain[0], 4.0 / 4.2608 - 1.0, 1e-12);
    assert_near(held.strain[1], 4.0 / 3.766050 - 1.0, 1e-6);
}

static void cubic_cells_have_the_neighbours_of_the_lattice(void **state)
{
    (void)state;
    for (int lattice = 0; lattice < 2; lattice++) {
        double site[4][3], x[3 * 4 * 64], least;
        const int n = km_lattice_sites((km_lattice_kind)lattice, site);
        for (int m = 0; m < 64 * n; m++)
            for (int c = 0; c < 3; c++)
                x[3 * m + c] = A * (site[m % n][c] + (m / n >> 2 * c) % 4);
        const double box[3] = {4.0 * A, 4.0 * A, 4.0 * A};
        const double r = km_lattice_contact((km_lattice_kind)lattice, A);
        for (int i = 0; i < 64 * n; i++) {
            assert_int_equal(neighbours(x, 64 * n, box, i, r, &least), n == 2 ? 8 : 12);
            assert_near(least, r, 1e-9);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_have_the_density_and_distance_of_lattice_planes),
        cmocka_unit_test(a_slab_inside_is_the_crystal),
        cmocka_unit_test(atoms_at_the_surface_lack_the_neighbours_of_the_vacuum),
        cmocka_unit_test(whole_cells_come_nearest_to_the_area_and_the_rest_is_strain),
        cmocka_unit_test(cubic_cells_have_the_neighbours_of_the_lattice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
