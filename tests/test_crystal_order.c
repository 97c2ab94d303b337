/* SPDX-License-Identifier: MIT */
/* Bond-orientational order of perfect crystals against published values, and of disorder. */
#include <math.h>

#include "host/analysis/atom_grid.h"
#include "host/analysis/crystal_order.h"
#include "tests/made_trajectory.h"

static double uniform(int particle, int which)
{
    const km_random4 bits = km_random_bits(3, 0, (uint32_t)particle, KM_RANDOM_BUILD);
    return km_random_uniform(bits.v[which]);
}

enum { REPEATS = 5, MOST = 4 * REPEATS * REPEATS * REPEATS };
static const double bcc[][3] = {{0, 0, 0}, {0.5, 0.5, 0.5}};
static const double fcc[][3] = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};

static int make_crystal(const double (*site)[3], int n_sites, double a, double *x)
{
    int n = 0;
    for (int c = 0; c < REPEATS * REPEATS * REPEATS; c++)
        for (int s = 0; s < n_sites; s++, n++) {
            x[3 * n] = a * (c % REPEATS + site[s][0]);
            x[3 * n + 1] = a * (c / REPEATS % REPEATS + site[s][1]);
            x[3 * n + 2] = a * (c / REPEATS / REPEATS + site[s][2]);
        }
    return n;
}

static km_order_frame order_of(const double *x, int n, km_box box)
{
    const made_kind kind = {"K0", "K", n, 1, 39.0983, 0};
    km_labels *labels = made_labels(&kind, 1);
    km_crystal_order *order;
    km_order_result result;
    const km_frame frame = {.n = n, .box = box, .position = x};
    assert_ok(km_crystal_order_create(labels, &order));
    assert_ok(km_crystal_order_frame(order, labels, &frame));
    km_crystal_order_finish(order, &result);
    assert_true(result.available);
    const km_order_frame out = result.frame[0];
    km_order_result_clear(&result);
    km_crystal_order_destroy(order);
    km_labels_destroy(labels);
    return out;
}

/* Mickel et al., doi:10.1063/1.4774084, table I: bcc with 14 neighbours 0.511, fcc 0.575; digits
 * from the closed forms of the two stars. */
static void perfect_crystals_have_the_published_order(void **state)
{
    (void)state;
    double x[3 * MOST];
    int n = make_crystal(bcc, 2, 0.5326, x);
    km_order_frame f =
        order_of(x, n, km_box_orthorhombic(REPEATS * 0.5326, REPEATS * 0.5326, REPEATS * 0.5326));
    assert_near(f.order[0], 0.5106882, 1e-6);
    assert_int_equal(f.crystalline[0], n);
    n = make_crystal(fcc, 4, 0.3615, x);
    f = order_of(x, n, km_box_orthorhombic(REPEATS * 0.3615, REPEATS * 0.3615, REPEATS * 0.3615));
    assert_near(f.order[0], 0.5745243, 1e-6);
    assert_int_equal(f.crystalline[0], n);
    assert_int_equal(f.atoms[1], 0);
}

/* Images, and a slab: the atoms at its two surfaces are counted by themselves. */
static void surfaces_are_counted_by_themselves(void **state)
{
    (void)state;
    const double a = 0.5326, edge = REPEATS * a;
    double x[3 * MOST];
    const int n = make_crystal(bcc, 2, a, x);
    for (int i = 0; i < n; i++)
        x[3 * i] += edge * (i % 3 - 1);
    const km_order_frame f = order_of(x, n, km_box_orthorhombic(edge, edge, edge + 2.0));
    /* layers a/2 apart, T = a/2 sqrt(99): within 0.5 nm of the surfaces two of ten each */
    assert_int_equal(f.atoms[1], 4 * n / 10);
    assert_int_equal(f.atoms[0], 6 * n / 10);
    assert_near(f.order[0], 0.5106882, 0.02);
    assert_true(f.order[1] < f.order[0]);
}

static void disorder_is_no_crystal(void **state)
{
    (void)state;
    double x[3 * MOST];
    const int n = make_crystal(bcc, 2, 0.5326, x);
    for (int i = 0; i < n; i++)
        for (int axis = 0; axis < 3; axis++)
            x[3 * i + axis] = REPEATS * 0.5326 * uniform(i, axis);
    const km_order_frame f =
        order_of(x, n, km_box_orthorhombic(REPEATS * 0.5326, REPEATS * 0.5326, REPEATS * 0.5326));
    assert_true(f.crystalline[0] <= n / 20);
}

/* Every neighbour of a plain double loop, in a tilted cell with atoms in far images. */
static void the_grid_finds_every_neighbour(void **state)
{
    (void)state;
    enum { N = 300 };
    const km_box box = {.ax = 3.1, .bx = 0.7, .by = 2.9, .cx = -0.4, .cy = 0.9, .cz = 3.3};
    double x[3 * N];
    int atom[N];
    for (int i = 0; i < N; i++) {
        for (int axis = 0; axis < 3; axis++)
            x[3 * i + axis] = 9.0 * uniform(i, axis) - 3.0;
        atom[i] = N - 1 - i;
    }
    const km_frame frame = {.n = N, .box = box, .position = x};
    for (double reach = 0.4; reach < 1.3; reach += 0.4) {
        km_atom_grid grid;
        km_grid_neighbour near[N];
        assert_ok(km_atom_grid_create(&frame, atom, N, reach, &grid));
        for (int k = 0; k < N; k++) {
            int expected = 0;
            const double *a = x + 3 * atom[k];
            for (int j = 0; j < N; j++) {
                const double *b = x + 3 * atom[j];
                const km_vec3 d =
                    km_box_minimum_image(&box, km_vec3_make(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
                expected += j != k && km_vec3_norm(d) <= reach;
            }
            const int found = km_atom_grid_neighbours(&grid, k, near, N);
            assert_int_equal(found, expected);
            for (int m = 0; m < found; m++)
                assert_true(near[m].k != k && km_vec3_norm(near[m].d) <= reach);
        }
        km_atom_grid_clear(&grid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(perfect_crystals_have_the_published_order),
        cmocka_unit_test(surfaces_are_counted_by_themselves),
        cmocka_unit_test(disorder_is_no_crystal),
        cmocka_unit_test(the_grid_finds_every_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
