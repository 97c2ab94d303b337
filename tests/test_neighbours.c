/* SPDX-License-Identifier: MIT */
/* The cluster-pair list against all pairs and images counted one by one. */
#include "kernels/neighbours/cluster_list.h"
#include "tests/cmocka_all.h"
#include "tests/cpu_particles.h"

enum { IMAGES = 5, IMAGES3 = IMAGES * IMAGES * IMAGES };

/* How often the list holds atoms (low, high) with the image of high that many lattice vectors from
 * home: count[(low * n + high) * IMAGES3 + image]. Images count from wrapped positions. */
typedef struct census {
    int n;
    unsigned char *count;
} census;

static void count_pair(census *c, const km_neighbour_list *list, int slot_i, int slot_j, int image)
{
    int i = list->atom[slot_i], j = list->atom[slot_j], m[3];
    assert_true(i >= 0 && j >= 0);
    km_list_image(image, m);
    for (int k = 0; k < 3; k++) /* r_j - r_i + m, of wrapped positions */
        m[k] = -m[k];
    if (i > j) {
        const int swap = i;
        i = j;
        j = swap;
        for (int k = 0; k < 3; k++)
            m[k] = -m[k];
    }
    const int index = (m[0] + 2) * IMAGES * IMAGES + (m[1] + 2) * IMAGES + m[2] + 2;
    c->count[((size_t)i * c->n + j) * IMAGES3 + index]++;
}

/* blocks: as built, or pruned. */
static census take_census(const km_neighbour_list *list, const km_cluster_block *blocks)
{
    census c = {list->n, calloc((size_t)list->n * list->n * IMAGES3, 1)};
    for (int b = 0; b < list->n_blocks; b++) {
        const km_cluster_block *block = blocks + b, *built = list->block + b;
        for (int r = 0; r < block->n_runs; r++) {
            const km_cluster_run *run = block->run + r;
            const int masked = run->masked_end - run->masked_begin;
            const int full = run->full_end - run->full_begin;
            assert_true(masked % KM_CLUSTER_GROUP == 0 && full % KM_CLUSTER_GROUP == 0);
            for (int t = 0; t < masked + full; t++) {
                const km_cluster_entry entry =
                    t < masked ? block->masked[run->masked_begin + t]
                               : (km_cluster_entry){block->full[run->full_begin + t - masked], 255};
                if (entry.j == list->n_j) /* the empty cluster */
                    continue;
                bool touched[2] = {false, false};
                for (int k = 0; k < built->n_touched; k++) {
                    touched[0] = touched[0] || built->touched[k] == entry.j;
                    touched[1] = touched[1] || built->touched[k] == run->slot / KM_CLUSTER_J;
                }
                assert_true(touched[0] && touched[1]);
                for (int bit = 0; bit < KM_CLUSTER_J; bit++)
                    if (entry.mask >> bit & 1)
                        count_pair(&c, list, run->slot, entry.j * KM_CLUSTER_J + bit, run->image);
            }
        }
    }
    return c;
}

static bool excluded(const km_neighbour_spec *spec, int i, int j)
{
    if (spec->excluded_group != NULL && spec->excluded_group[i] && spec->excluded_group[j])
        return true;
    for (int e = spec->exclusion_start ? spec->exclusion_start[i] : 0;
         spec->exclusion_start && e < spec->exclusion_start[i + 1]; e++)
        if (spec->exclusion[e] == j)
            return true;
    return false;
}

/* Every pair and image within the given distance is held once by these blocks, no excluded one,
 * none twice. Wrapped positions are continued from the build through the images the list keeps. */
static void check_blocks(const km_particles *p, const km_neighbour_spec *spec,
                         const km_cluster_block *blocks, double within)
{
    const km_neighbour_list *list = p->neighbours;
    census c = take_census(list, blocks);
    for (int i = 0; i < p->n; i++)
        for (int j = i; j < p->n; j++) {
            km_vec3 x[2];
            for (int end = 0; end < 2; end++) {
                const int atom = end ? j : i, k = list->slot[atom];
                x[end] = km_vec3_sub(particle_position(p, atom),
                                     km_box_image_shift(&p->box, list->image[k],
                                                        list->image[list->n_slots + k],
                                                        list->image[2 * list->n_slots + k]));
            }
            for (int m = 0; m < IMAGES3; m++) {
                const int count = c.count[((size_t)i * c.n + j) * IMAGES3 + m];
                if (i == j) { /* an atom and its own images are farther than the cutoff */
                    assert_true(count <= 1);
                    continue;
                }
                const km_vec3 shift =
                    km_box_image_shift(&p->box, m / 25 - 2, m / 5 % 5 - 2, m % 5 - 2);
                const double r = km_vec3_norm(km_vec3_add(km_vec3_sub(x[1], x[0]), shift));
                const bool wanted = r < within && !excluded(spec, i, j);
                assert_true(count <= 1);
                if (excluded(spec, i, j) && count != 0)
                    fail_msg("excluded atoms %d and %d are in the list", i, j);
                if (wanted && count != 1)
                    fail_msg("atoms %d and %d at %.6f nm, image %d: in the list %d times", i, j, r,
                             m, count);
            }
        }
    free(c.count);
}

/* What the pair loop walks holds the pairs within the cutoff; just pruned, and with atoms at rest,
 * those within the shorter reach; the list as built those within the longer one. */
static void check_cutoff(const km_particles *p, const km_neighbour_spec *spec)
{
    check_blocks(p, spec, p->neighbours->near, spec->cutoff);
}
static void check_new_list(const km_particles *p, const km_neighbour_spec *spec)
{
    const km_neighbour_list *list = p->neighbours;
    const double most = km_box_least_height(&p->box);
    assert_near(list->reach, fmin(spec->cutoff + KM_SKIN_BUILD * spec->skin, most), 1e-12);
    assert_near(list->reach_near, fmin(spec->cutoff + KM_SKIN_NEAR * spec->skin, most), 1e-12);
    check_blocks(p, spec, list->block, list->reach);
    check_blocks(p, spec, list->near, list->reach_near);
}

/* Random exclusions, both directions, ascending; about two per atom. */
static void make_exclusions(int n, uint64_t seed, int *start, int *partner)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        start[i] = total;
        for (int j = 0; j < n; j++) {
            const int low = i < j ? i : j, high = i < j ? j : i;
            if (i != j &&
                (high - low == 1 ? low % 3 != 0 : uniform(seed, low * 1000 + high) < 1.0 / n))
                partner[total++] = j;
        }
    }
    start[n] = total;
}

/* The atoms of a slab, and some scattered ones. */
static void make_group(const km_particles *p, bool *group)
{
    for (int i = 0; i < p->n; i++) {
        const km_vec3 s = km_box_to_fractional(&p->box, particle_position(p, i));
        group[i] = s.z - floor(s.z) < 0.4 || i % 11 == 0;
    }
}

static const km_box boxes[] = {
    {3.0, 0.0, 2.7, 0.0, 0.0, 3.3},   /* orthorhombic                               */
    {2.05, 0.0, 2.05, 0.0, 0.0, 6.0}, /* thin: cutoff + skin beyond half the height */
    {3.1, 1.5, 2.9, -1.4, 1.3, 2.8},  /* strongly triclinic                         */
    {2.4, -1.1, 2.3, 0.9, -1.0, 2.6}, /* triclinic and thin                         */
    {7.0, 0.0, 2.1, 0.0, 1.05, 2.4}};

static void every_pair_within_reach_is_held_once(void **state)
{
    (void)state;
    for (int b = 0; b < (int)(sizeof boxes / sizeof *boxes); b++)
        for (km_instruction_set isa = KM_ISA_BASELINE; isa <= best_isa(); isa++)
            for (int threads = 1; threads <= 3; threads += 2) {
                const int n = 173 + 8 * b;
                km_particles p = particles_by_hand(n, boxes[b]);
                km_device device = device_by_hand(threads, isa);
                int *start = calloc((size_t)n + 1, sizeof *start);
                int *partner = calloc((size_t)n * n, sizeof *partner);
                bool *group = calloc((size_t)n, sizeof *group);
                make_exclusions(n, 7 + b, start, partner);
                scatter_particles(&p, 100 + b);
                make_group(&p, group);
                const double cutoff = fmin(1.0, 0.499 * km_box_least_height(&p.box));
                const km_neighbour_spec spec = {
                    cutoff, 0.2, start, partner, threads > 1 ? group : NULL, 0.0};
                assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
                bool rebuilt = false;
                assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
                assert_true(rebuilt);
                check_new_list(&p, &spec);
                particles_free(&p);
                free(start);
                free(partner);
                free(group);
            }
}

static void few_atoms_are_enough(void **state)
{
    (void)state;
    const int counts[] = {1, 2, 7, 8, 9, 17};
    for (int k = 0; k < 6; k++) {
        km_particles p = particles_by_hand(counts[k], km_box_orthorhombic(2.0, 2.1, 2.2));
        km_device device = device_by_hand(2, best_isa());
        const km_neighbour_spec spec = {0.95, 0.1, NULL, NULL, NULL, 0.0};
        bool rebuilt;
        scatter_particles(&p, 55 + k);
        assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
        assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
        check_new_list(&p, &spec);
        particles_free(&p);
    }
}

/* Atoms on the faces of the cell, on lattice points and on top of each other. */
static void degenerate_positions_are_ordered(void **state)
{
    (void)state;
    const int n = 64;
    km_particles p = particles_by_hand(n, km_box_orthorhombic(2.0, 2.0, 2.0));
    km_device device = device_by_hand(2, best_isa());
    const km_neighbour_spec spec = {0.9, 0.05, NULL, NULL, NULL, 0.0};
    bool rebuilt;
    for (int i = 0; i < n; i++)
        set_position(&p, i, km_vec3_make(i % 4 * 0.5, i / 4 % 4 * 0.5 - 7.0, i / 32 * 1.0));
    assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
    assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
    check_new_list(&p, &spec);
    particles_free(&p);
}

static bool same_bytes(const void *a, const void *b, size_t bytes)
{
    return bytes == 0 || memcmp(a, b, bytes) == 0; /* memcmp takes no null pointers */
}

static bool same_lists(const km_neighbour_list *a, const km_neighbour_list *b)
{
    bool same = memcmp(a->atom, b->atom, (size_t)a->n_slots * sizeof(int)) == 0;
    for (int k = 0; same && k < 2 * a->n_blocks; k++) {
        const km_cluster_block *u = k < a->n_blocks ? a->block + k : a->near + k - a->n_blocks;
        const km_cluster_block *v = k < a->n_blocks ? b->block + k : b->near + k - a->n_blocks;
        same = u->n_runs == v->n_runs && u->n_masked == v->n_masked && u->n_full == v->n_full &&
               u->n_touched == v->n_touched &&
               same_bytes(u->run, v->run, (size_t)u->n_runs * sizeof *u->run) &&
               same_bytes(u->full, v->full, (size_t)u->n_full * sizeof *u->full) &&
               same_bytes(u->masked, v->masked, (size_t)u->n_masked * sizeof *u->masked) &&
               same_bytes(u->touched, v->touched, (size_t)u->n_touched * sizeof *u->touched);
    }
    return same;
}

/* The list is a function of positions and box: not of threads, nor of lists before. */
static void threads_and_history_leave_no_trace(void **state)
{
    (void)state;
    km_neighbour_list *reference = NULL;
    km_particles first = particles_by_hand(500, boxes[2]);
    km_device devices[4];
    for (int k = 0; k < 4; k++) {
        const int threads[] = {1, 2, 3, 5};
        devices[k] = device_by_hand(threads[k], best_isa());
        km_particles p = k == 0 ? first : particles_by_hand(500, boxes[2]);
        const km_neighbour_spec spec = {1.0, 0.15, NULL, NULL, NULL, 0.0};
        bool rebuilt;
        assert_ok(km_neighbours_cpu_create(&devices[k], &spec, &p));
        for (int earlier = 0; earlier < k; earlier++) {
            scatter_particles(&p, 900 + earlier);
            assert_ok(km_neighbours_cpu_update(&devices[k], &p, true, &rebuilt));
        }
        scatter_particles(&p, 12);
        assert_ok(km_neighbours_cpu_update(&devices[k], &p, true, &rebuilt));
        if (k == 0) {
            first = p;
            reference = p.neighbours;
        } else {
            assert_true(same_lists(reference, p.neighbours));
            particles_free(&p);
        }
    }
    particles_free(&first);
}

/* Atoms go their way, jitter, and the box breathes and shears: after every update no pair within
 * the cutoff is missing, and lists live for several steps. Velocities say where the atoms go, or
 * mislead; right ones let the pruned list live longer than none. */
static void no_pair_is_lost_between_builds(void **state)
{
    (void)state;
    int prunings[3];
    for (int told = 0; told < 3; told++) { /* nothing, the truth, the contrary */
        const int n = 150, steps = 60;
        const double tell[] = {0.0, 1.0, -1.0};
        km_particles p = particles_by_hand(n, boxes[3]);
        km_device device = device_by_hand(2, best_isa());
        const km_neighbour_spec spec = {0.9, 0.1, NULL, NULL, NULL, 0.0};
        int builds = 0;
        scatter_particles(&p, 3);
        for (int k = 0; k < 3 * p.n_padded; k++)
            p.velocity[k] = tell[told] * 0.02 * (uniform(7, k) - 0.5); /* nm in a step */
        assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
        for (int step = 0; step < steps; step++) {
            const km_box old = p.box;
            if (step % 5 == 4) { /* a barostat scales box and positions together */
                const double s = 1.0 + 0.01 * (uniform(8, step) - 0.5);
                p.box.ax *= s;
                p.box.bx = s * p.box.bx + 0.004 * (uniform(9, step) - 0.5);
                p.box.by *= s;
                p.box.cz *= s;
            }
            for (int i = 0; i < n; i++) {
                km_vec3 r = km_box_to_cartesian(
                    &p.box, km_box_to_fractional(&old, particle_position(&p, i)));
                for (int c = 0; c < 3; c++) {
                    double *x = c == 0 ? &r.x : (c == 1 ? &r.y : &r.z);
                    *x += 0.02 * (uniform(7, c * p.n_padded + i) - 0.5) +
                          0.01 * (uniform(10 + step, 3 * i + c) - 0.5);
                }
                set_position(&p, i, r);
            }
            bool rebuilt;
            assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
            builds += rebuilt;
            check_cutoff(&p, &spec);
        }
        prunings[told] = p.neighbours->prunings;
        assert_true(builds > 3);
        assert_true(builds < steps / 2);
        particles_free(&p);
    }
    assert_true(prunings[1] < prunings[0]);
    assert_true(prunings[0] <= prunings[2]);
}

/* One atom that moves alone brings on a pruning once it has gone half the shorter skin, a build
 * once it has gone half the longer, and neither before. */
static void half_the_skin_is_the_limit(void **state)
{
    (void)state;
    km_particles p = particles_by_hand(40, boxes[0]);
    km_device device = device_by_hand(1, best_isa());
    const km_neighbour_spec spec = {1.0, 0.2, NULL, NULL, NULL, 0.0};
    const double limit[2] = {0.5 * KM_SKIN_NEAR * spec.skin, 0.5 * KM_SKIN_BUILD * spec.skin};
    bool rebuilt;
    scatter_particles(&p, 77);
    assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
    assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
    const km_vec3 home = particle_position(&p, 13);
    int expected = 1; /* prunings */
    for (int k = 0; k < 4; k++) {
        const double way = limit[k / 2] + (k % 2 == 0 ? -1e-4 : 1e-4);
        const bool as_built = k == 3;
        set_position(&p, 13, km_vec3_add(home, km_vec3_make(0.0, -way, 0.0)));
        assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
        expected += k > 0;
        assert_int_equal(rebuilt, as_built);
        assert_int_equal(p.neighbours->prunings, expected);
        assert_int_equal(p.neighbours->builds, as_built ? 2 : 1);
    }
    assert_ok(km_neighbours_cpu_update(&device, &p, true, &rebuilt));
    assert_true(rebuilt);
    particles_free(&p);
}

static void wrong_input_is_refused_with_a_reason(void **state)
{
    (void)state;
    km_particles p = particles_by_hand(10, km_box_orthorhombic(3.0, 3.0, 1.9));
    km_device device = device_by_hand(1, best_isa());
    const km_neighbour_spec spec = {1.0, 0.2, NULL, NULL, NULL, 0.0},
                            negative = {-1.0, 0.1, NULL, NULL, NULL, 0.0};
    bool rebuilt;
    assert_int_equal(km_neighbours_cpu_create(&device, &negative, &p), KM_ERROR_VALUE);
    scatter_particles(&p, 1);
    assert_ok(km_neighbours_cpu_create(&device, &spec, &p));
    assert_int_equal(km_neighbours_cpu_update(&device, &p, false, &rebuilt), KM_ERROR_VALUE);
    assert_non_null(strstr(km_last_error()->message, "1.9"));
    assert_non_null(strstr(km_last_error()->message, "cutoff is 1 nm"));
    p.box.cz = 2.5;
    assert_ok(km_neighbours_cpu_update(&device, &p, false, &rebuilt));
    p.position[4] = NAN;
    assert_int_equal(km_neighbours_cpu_update(&device, &p, false, &rebuilt), KM_ERROR_PHYSICS);
    particles_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_within_reach_is_held_once),
        cmocka_unit_test(few_atoms_are_enough),
        cmocka_unit_test(degenerate_positions_are_ordered),
        cmocka_unit_test(threads_and_history_leave_no_trace),
        cmocka_unit_test(no_pair_is_lost_between_builds),
        cmocka_unit_test(half_the_skin_is_the_limit),
        cmocka_unit_test(wrong_input_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
