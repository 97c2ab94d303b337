/* SPDX-License-Identifier: MIT */
/* Jumps that were planted: independent ions on the sites of a triclinic lattice, that swing about
 * their sites, now and then look over the saddle and return, in a framework that drifts and
 * breathes. Rate, lengths and D of the walk are known; a walk that turns back with probability b
 * has the correlation factor (1 - b)/(1 + b). */
#include <math.h>

#include "host/analysis/analysis.h"
#include "kernels/base/units.h"
#include "tests/made_trajectory.h"

enum { SIDE = 4, SITES = SIDE * SIDE * SIDE, IONS = 300, FRAMES = 4000, ATOMS = IONS + SITES };
#define JUMP 0.02    /* probability per frame     */
#define LOOK 0.10    /* of an excursion per frame */
#define INTERVAL 0.5 /* ps                        */
#define EDGE 1.6     /* nm                        */

static double uniform(uint64_t step, int particle, int which)
{
    return km_random_uniform(
        km_random_bits(11, step, (uint32_t)particle, KM_RANDOM_BUILD).v[which]);
}

/* Along the edges of a cell with b and c aslant: steps a, b and c have different lengths. */
static km_box cell_at(int frame)
{
    const double size = EDGE * (1.0 + 0.01 * sin(0.01 * frame));
    return (km_box){size, 0.3 * size, 0.9 * size, -0.2 * size, 0.25 * size, 1.1 * size};
}

static void make_sites(km_site_set *set)
{
    snprintf(set->species, sizeof set->species, "K+");
    set->n_kinds = 2;
    assert_ok(km_allocate((void **)&set->fraction, 3 * SITES, sizeof *set->fraction));
    assert_ok(km_allocate((void **)&set->framework, 3 * SITES, sizeof *set->framework));
    assert_ok(km_allocate((void **)&set->kind_of, SITES, sizeof *set->kind_of));
    set->n = set->n_framework = SITES;
    for (int s = 0; s < SITES; s++) {
        const int at[3] = {s / SIDE / SIDE, s / SIDE % SIDE, s % SIDE};
        for (int c = 0; c < 3; c++) {
            set->fraction[3 * s + c] = (double)at[c] / SIDE;
            set->framework[3 * s + c] = (at[c] + 0.5) / SIDE;
        }
        set->kind_of[s] = at[0] % 2;
        set->kind[at[0] % 2].n++;
    }
    for (int k = 0; k < 2; k++) {
        snprintf(set->kind[k].name, sizeof set->kind[k].name, "K+ %d", k);
        set->kind[k].occupancy = (double)IONS / SITES;
    }
}

typedef struct walker {
    int at[3]; /* not folded into the cell */
    int axis, sign;
    bool has_jumped;
} walker;

typedef struct planted {
    int jumps, returns, along[3];
    double square; /* sum of a^2, A^2                             */
    double way;    /* sum over the ions of the squared way, nm^2 */
} planted;

/* Length of a step along an edge of the mean cell, nm. */
static double step_length(int axis)
{
    const km_box box = cell_at(0);
    return km_vec3_norm(km_box_image_shift(&box, axis == 0, axis == 1, axis == 2)) / SIDE;
}

static void jump(walker *w, int ion, int frame, double back, planted *count)
{
    const uint64_t step = 1000000 + (uint64_t)frame;
    if (w->has_jumped && uniform(step, ion, 0) < back) {
        w->sign = -w->sign;
        count->returns++;
    } else {
        /* of the other five where it remembers, so that turning back has probability b alone */
        int pick = 0;
        for (int k = 0; k < 100; k++) {
            pick = (int)(uniform(step + 100000 * (uint64_t)k, ion, 1) * 6);
            if (back == 0.0 || !w->has_jumped || pick / 2 != w->axis)
                break;
        }
        if (w->has_jumped && pick / 2 == w->axis && (pick % 2 ? 1 : -1) == -w->sign)
            count->returns++;
        w->axis = pick / 2;
        w->sign = pick % 2 ? 1 : -1;
    }
    w->has_jumped = true;
    w->at[w->axis] += w->sign;
    count->jumps++;
    count->along[w->axis]++;
    count->square += pow(step_length(w->axis) / KM_NM_PER_ANGSTROM, 2.0);
}

/* Fraction along one edge: the site, its swing, half a step and a bit more when it looks over. */
static void place_ion(const walker *w, int ion, int frame, const km_box *box, km_vec3 drift,
                      double *x)
{
    double normal[4];
    made_normal3(5, frame, ion, normal);
    km_vec3 s =
        km_vec3_make((double)w->at[0] / SIDE, (double)w->at[1] / SIDE, (double)w->at[2] / SIDE);
    if (uniform((uint64_t)frame, ion, 2) < LOOK)
        s.x += 0.55 / SIDE; /* beyond the middle, outside the core */
    const km_vec3 r = km_vec3_add(km_box_to_cartesian(box, s), drift);
    x[0] = r.x + 0.012 * normal[0];
    x[1] = r.y + 0.012 * normal[1];
    x[2] = r.z + 0.012 * normal[2];
}

static void place_frame(const walker *w, const km_site_set *set, int frame, const km_box *box,
                        double *x)
{
    const km_vec3 drift = km_vec3_make(0.03 + 2e-4 * frame, -0.04, 1e-4 * frame);
    for (int i = 0; i < IONS; i++)
        place_ion(&w[i], i, frame, box, drift, x + 3 * i);
    for (int k = 0; k < SITES; k++) {
        double normal[4];
        const double *s = set->framework + 3 * k;
        made_normal3(6, frame, k, normal);
        const km_vec3 r =
            km_vec3_add(km_box_to_cartesian(box, km_vec3_make(s[0], s[1], s[2])), drift);
        x[3 * (IONS + k)] = r.x + 0.012 * normal[0];
        x[3 * (IONS + k) + 1] = r.y + 0.02 * normal[1];
        x[3 * (IONS + k) + 2] = r.z + 0.02 * normal[2];
    }
}

/* D by the ways of the ions themselves, m^2/s, with the error of their scatter. */
static km_estimate diffusion_of(const walker *w, const walker *start)
{
    const km_box box = cell_at(0);
    double d[IONS];
    for (int i = 0; i < IONS; i++) {
        const km_vec3 way =
            km_box_to_cartesian(&box, km_vec3_make((double)(w[i].at[0] - start[i].at[0]) / SIDE,
                                                   (double)(w[i].at[1] - start[i].at[1]) / SIDE,
                                                   (double)(w[i].at[2] - start[i].at[2]) / SIDE));
        d[i] = km_vec3_dot(way, way) * KM_M2_S_PER_NM2_PS / (6.0 * INTERVAL * (FRAMES - 1));
    }
    km_estimate e = {.value = km_mean(d, IONS), .standard_error = km_standard_error(d, IONS)};
    const double half = km_t_factor(IONS - 1, KM_CONFIDENCE) * e.standard_error;
    e.low = e.value - half;
    e.high = e.value + half;
    return e;
}

static void run(double back, planted *count, km_jumps_result *result)
{
    const made_kind kinds[] = {{"K+", "K", IONS, 1, 39.0983, 1}, {"O2-", "O", SITES, 1, 16.0, -2}};
    km_labels *labels = made_labels(kinds, 2);
    km_site_set set = {.n = 0};
    km_jumps *jumps;
    walker w[IONS] = {0}, first[IONS];
    static double x[3 * ATOMS];
    make_sites(&set);
    assert_ok(km_jumps_create(labels, &set, &jumps));
    for (int i = 0; i < IONS; i++)
        for (int c = 0; c < 3; c++)
            w[i].at[c] = (int)(uniform(77, i, c) * SIDE);
    memcpy(first, w, sizeof first);
    for (int frame = 0; frame < FRAMES; frame++) {
        const km_box box = cell_at(frame);
        for (int i = 0; i < IONS && frame > 0; i++)
            if (uniform((uint64_t)frame, i, 3) < JUMP)
                jump(&w[i], i, frame, back, count);
        place_frame(w, &set, frame, &box, x);
        const km_frame f = {
            .step = frame, .time = 3.0 + frame * INTERVAL, .n = ATOMS, .box = box, .position = x};
        assert_ok(km_jumps_frame(jumps, &f));
    }
    const km_estimate tracer = diffusion_of(w, first);
    assert_ok(km_jumps_finish(jumps, &tracer, result));
    assert_true(result->available);
    km_jumps_destroy(jumps);
    km_site_set_clear(&set);
    km_labels_destroy(labels);
}

/* An ion that jumps while it looks over the saddle, or before it was ever in a core, is seen some
 * frames later, and two jumps in between as one: of the order LOOK * JUMP. */
static void planted_jumps_are_found(void **state)
{
    (void)state;
    planted count = {0};
    km_jumps_result r = {0};
    run(0.0, &count, &r);
    print_message("planted %d jumps, found %d; rate %.5g (%.5g) per ps; f %.3f (%.3f to %.3f)\n",
                  count.jumps, r.n_jumps, r.rate.value, JUMP / INTERVAL, r.correlation.value,
                  r.correlation.low, r.correlation.high);
    assert_true(fabs((double)r.n_jumps / count.jumps - 1.0) < 0.01);
    assert_true(r.rate.low < JUMP / INTERVAL && JUMP / INTERVAL < r.rate.high);
    assert_true(fabs(r.mean_square / (count.square / count.jumps) - 1.0) < 0.01);
    assert_true(fabs(r.returns - 1.0 / 6.0) < 0.01);
    assert_true(r.correlation.low < 1.0 && 1.0 < r.correlation.high);
    assert_true(fabs(r.in_core - (1.0 - LOOK)) < 0.02);
    /* equal sites are filled equally; the kinds differ along a only */
    assert_true(fabs(r.occupancy[0] + r.occupancy[1] - 2.0 * IONS / SITES) < 0.01);
    double between = 0.0, inside = 0.0;
    for (int k = 0; k < r.n_rows; k++)
        *(r.row[k].from != r.row[k].to ? &between : &inside) += r.row[k].count;
    assert_true(fabs(between / count.along[0] - 1.0) < 0.02);
    assert_true(fabs(inside / (count.along[1] + count.along[2]) - 1.0) < 0.02);
    km_results results = {.jumps = r};
    assert_ok(km_jumps_describe(&results));
    assert_int_equal(results.n_warnings, 0);
    results.jumps.interval = 10.0 * INTERVAL;
    assert_ok(km_jumps_describe(&results));
    assert_non_null(strstr(results.warning[0], "lower production.frame_ps"));
    free(results.line);
    free(results.warning);
    km_jumps_result_clear(&r);
}

static void turning_back_correlates(void **state)
{
    (void)state;
    const double back = 0.5, expected = (1.0 - back) / (1.0 + back);
    planted count = {0};
    km_jumps_result r = {0};
    run(back, &count, &r);
    print_message("f %.3f (%.3f to %.3f), expected %.3f\n", r.correlation.value, r.correlation.low,
                  r.correlation.high, expected);
    assert_true(r.correlation.low < expected && expected < r.correlation.high);
    assert_true(r.correlation.high < 0.6); /* says something */
    assert_true(fabs(r.returns - back) < 0.02);
    km_jumps_result_clear(&r);
}

static void without_sites(void **state)
{
    (void)state;
    const made_kind kinds[] = {{"K+", "K", 2, 1, 39.0983, 1}, {"O2-", "O", 2, 1, 16.0, -2}};
    km_labels *labels = made_labels(kinds, 2);
    km_jumps *jumps;
    km_jumps_result r = {0};
    const km_estimate none = {NAN, NAN, NAN, NAN};
    const double x[12] = {0};
    const km_frame frame = {.n = 4, .box = km_box_orthorhombic(1, 1, 1), .position = x};
    assert_ok(km_jumps_create(labels, NULL, &jumps));
    assert_ok(km_jumps_frame(jumps, &frame));
    assert_ok(km_jumps_finish(jumps, &none, &r));
    assert_false(r.available);
    assert_non_null(strstr(r.note, "cell.compound"));
    km_jumps_destroy(jumps);
    km_labels_destroy(labels);
}

/* Rates 0.02 and 0.03 per ps: mean 0.025, error 0.005, Student's t of one degree 12.706. */
static void replicas_together(void **state)
{
    (void)state;
    km_jump_row row_a[2] = {{0, 1, 3.00, 30, 0.03}, {1, 0, 3.00, 10, 0.05}};
    km_jump_row row_b[2] = {{0, 1, 3.02, 50, 0.05}, {0, 0, 5.00, 20, 0.02}};
    km_jumps_result a = {.available = true, .n_ions = 10, .n_kinds = 2, .n_jumps = 40, .time = 100};
    a.kind[0] = (km_site_kind){.name = "K+ 1", .n = 10};
    a.kind[1] = (km_site_kind){.name = "K+ 2", .n = 5};
    km_jumps_result b = a, out;
    a.row = row_a, b.row = row_b, a.n_rows = b.n_rows = 2;
    a.rate.value = 0.02, b.rate.value = 0.03, b.n_jumps = 70;
    a.occupancy[0] = 0.8, b.occupancy[0] = 0.6;
    a.mean_length = 3.0, b.mean_length = 3.6, a.mean_square = 9.0, b.mean_square = 14.0;
    a.returns = 0.5, b.returns = 0.25;
    const km_jumps_result *const replica[2] = {&a, &b};
    const double square = (40 * 9.0 + 70 * 14.0) / 110;
    const double random = 0.025 * square / 6.0 * 1e-8;
    const km_estimate tracer = {0.5 * random, 0.0, 0.5 * random, 0.5 * random};
    assert_ok(km_jumps_of_replicas(replica, 2, &tracer, &out));
    assert_true(out.available);
    assert_int_equal(out.n_jumps, 110);
    assert_near(out.time, 200.0, 1e-12);
    assert_near(out.rate.value, 0.025, 1e-15);
    assert_near(out.rate.standard_error, 0.005, 1e-12);
    assert_near(out.rate.high - out.rate.value, 12.706 * 0.005, 1e-5);
    assert_near(out.occupancy[0], 0.7, 1e-12);
    assert_near(out.returns, (40 * 0.5 + 70 * 0.25) / 110, 1e-12);
    assert_near(out.random_D.value / random, 1.0, 1e-9);
    assert_near(out.correlation.value, 0.5, 1e-9);
    assert_int_equal(out.n_rows, 3);
    assert_int_equal(out.row[0].count, 80);
    assert_near(out.row[0].rate, 0.04, 1e-12);
    assert_near(out.row[1].rate, 0.025, 1e-12); /* the other replica has none of these */
    km_jumps_result_clear(&out);
    b.kind[1].name[0] = 'X';
    assert_ok(km_jumps_of_replicas(replica, 2, &tracer, &out));
    assert_false(out.available);
    assert_non_null(strstr(out.note, "replica 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_jumps_are_found),
        cmocka_unit_test(turning_back_correlates),
        cmocka_unit_test(without_sites),
        cmocka_unit_test(replicas_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
