/* SPDX-License-Identifier: MIT */
/* The map of occupancy of a few atoms placed by hand, in a triclinic cell that drifts and breathes:
 * voxels, density, and the OpenDX file against the format as VMD's dxplugin reads it. */
#include <math.h>
#include <unistd.h>

#include "host/analysis/analysis.h"
#include "tests/made_trajectory.h"

static const made_kind kinds[] = {{"K+", "K", 2, 1, 39.0983, 1}, {"O2-", "O", 2, 1, 16.0, -2}};

/* Two ions: one always at (0.06, 0.5, 0.95) of the cell, one at (0.36, 0.25, 0.75) in even frames
 * and at (-0.36, 1.25, 0.75), the place (0.64, 0.25, 0.75), in odd ones. */
static void place(int k, const km_box *box, double x[12])
{
    const double s[4][3] = {{0.06, 0.5, 0.95},
                            {k % 2 ? -0.36 : 0.36, k % 2 ? 1.25 : 0.25, 0.75},
                            {0.2, 0.3, 0.4},
                            {0.7, 0.8, 0.9}};
    const double drift = 0.21 * k;
    for (int i = 0; i < 4; i++) {
        const km_vec3 r = km_box_to_cartesian(
            box, km_vec3_make(s[i][0] + drift, s[i][1] - drift, s[i][2] + 2.0 * drift));
        x[3 * i] = r.x;
        x[3 * i + 1] = r.y;
        x[3 * i + 2] = r.z;
    }
}

static void run(km_analysis **out)
{
    const char *const names[] = {"occupancy"};
    km_labels *labels = made_labels(kinds, 2);
    double x[12];
    assert_ok(km_analysis_create(names, 1, 300.0, 0.0, 1, out));
    km_sink sink = km_analysis_sink(*out);
    assert_ok(sink.begin(sink.self, labels));
    for (int k = 0; k < 4; k++) {
        /* mean cell: a 1.2, b (0.3, 1.0, 0), c (-0.2, 0.1, 0.9) nm */
        const double size = k % 2 ? 1.01 : 0.99;
        const km_box box = {1.2 * size,  0.3 * size, 1.0 * size,
                            -0.2 * size, 0.1 * size, 0.9 * size};
        place(k, &box, x);
        const km_frame frame = {.time = k, .n = 4, .box = box, .position = x};
        assert_ok(sink.frame(sink.self, &frame));
    }
    assert_ok(sink.end(sink.self));
    km_labels_destroy(labels);
}

static void voxels_by_hand(void **state)
{
    (void)state;
    km_analysis *analysis;
    run(&analysis);
    const km_occupancy_result *r = &km_analysis_results(analysis)->occupancy;
    assert_true(r->available);
    assert_int_equal(r->n_ions, 2);
    /* edges of the first cell, 1.188, 1.0336 and 0.9181 nm, in pieces of at most 0.03 nm */
    const int n[3] = {40, 35, 31};
    assert_memory_equal(r->n, n, sizeof n);
    assert_near(r->step[0][0], 12.0 / 40, 1e-9);
    assert_near(r->step[1][0], 3.0 / 35, 1e-9);
    assert_near(r->step[2][1], 1.0 / 31, 1e-9);
    const double volume = 12.0 * 10.0 * 9.0 / (40.0 * 35.0 * 31.0);
    double sum = 0.0;
    for (int k = 0; k < 40 * 35 * 31; k++)
        sum += r->density[k] * volume;
    assert_near(sum, 2.0, 1e-9);
    /* the ions' places less the middle of the framework's way, voxel = floor(fraction x n) */
#define AT(a, b, c) r->density[((a)*35 + (b)) * 31 + (c)] * volume
    assert_near(AT(2, 17, 29), 1.0, 1e-9);
    assert_near(AT(14, 8, 23), 0.5, 1e-9);
    assert_near(AT(25, 8, 23), 0.5, 1e-9);
#undef AT
    km_analysis_destroy(analysis);
}

/* gridpositions, origin, three deltas, gridconnections, array: the order the plugin asks for. */
static void file_is_open_dx(void **state)
{
    (void)state;
    km_analysis *analysis;
    int n[3], items;
    double origin[3], delta[3][3], sum = 0.0, value;
    run(&analysis);
    char folder[] = "occupancy_XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    assert_ok(km_analysis_write(analysis, folder));
    km_analysis_destroy(analysis);
    snprintf(path, sizeof path, "%s/occupancy.dx", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "#%*[^\n]\nobject 1 class gridpositions counts %d %d %d\n", &n[0],
                            &n[1], &n[2]),
                     3);
    assert_int_equal(fscanf(file, "origin %lf %lf %lf\n", &origin[0], &origin[1], &origin[2]), 3);
    for (int e = 0; e < 3; e++)
        assert_int_equal(
            fscanf(file, "delta %lf %lf %lf\n", &delta[e][0], &delta[e][1], &delta[e][2]), 3);
    assert_int_equal(fscanf(file,
                            "object 2 class gridconnections counts %*d %*d %*d\n"
                            "object 3 class array type double rank 0 items %d data follows\n",
                            &items),
                     1);
    assert_int_equal(items, n[0] * n[1] * n[2]);
    for (int k = 0; k < items; k++) {
        assert_int_equal(fscanf(file, "%lf", &value), 1);
        sum += value;
    }
    const double volume = delta[0][0] * delta[1][1] * delta[2][2];
    assert_near(sum * volume, 2.0, 1e-4);
    assert_near(origin[0], 0.5 * (delta[0][0] + delta[1][0] + delta[2][0]), 1e-7);
    assert_near(delta[1][0] * n[1], 3.0, 1e-6);
    assert_near(delta[2][0] * n[2], -2.0, 1e-6);
    fclose(file);
    assert_int_equal(remove(path), 0);
    snprintf(path, sizeof path, "%s/analysis.txt", folder);
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
}

static void replicas_together(void **state)
{
    (void)state;
    double density_a[4] = {1.0, 0.0, 2.0, 0.0}, density_b[4] = {0.0, 0.0, 1.0, 3.0};
    const double mean[4] = {0.5, 0.0, 1.5, 1.5};
    km_occupancy_result a = {.available = true, .n_ions = 2, .n_frames = 10, .n = {2, 2, 1}}, b = a;
    a.density = density_a, b.density = density_b;
    a.step[1][0] = 0.2, b.step[1][0] = 0.4;
    const km_occupancy_result *const replica[2] = {&a, &b};
    km_occupancy_result out;
    assert_ok(km_occupancy_of_replicas(replica, 2, &out));
    assert_true(out.available);
    assert_int_equal(out.n_frames, 20);
    assert_near(out.step[1][0], 0.3, 1e-12);
    for (int k = 0; k < 4; k++)
        assert_near(out.density[k], mean[k], 1e-12);
    km_occupancy_result_clear(&out);
    b.n[2] = 2;
    assert_ok(km_occupancy_of_replicas(replica, 2, &out));
    assert_false(out.available);
    assert_non_null(strstr(out.note, "replica 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voxels_by_hand),
        cmocka_unit_test(file_is_open_dx),
        cmocka_unit_test(replicas_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
