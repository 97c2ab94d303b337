/* SPDX-License-Identifier: MIT */
/* The cluster-pair list of the CUDA backend holds every pair once, in every cell and as atoms move.
 */
#include "tests/cluster_liquid.cuh"

namespace
{

void every_pair_within_reach_is_held_once(void **)
{
    for (int b = 0; b < 5; b++) {
        liquid l = make_liquid(173 + 37 * b, boxes[b]);
        make_exclusions(&l, 7 + b);
        place(&l, 100 + b, anywhere);
        const double cutoff = fmin(1.0, 0.499 * km_box_least_height(&l.box));
        make_list(&l, cutoff, 0.2);
        assert_true(update(&l, false));
        check_list(&l, cutoff + 0.2);
        assert_false(update(&l, false)); /* nothing has moved */
        destroy(&l);
    }
}

/* The atoms of a slab, and some scattered ones. */
void make_group(liquid *l)
{
    for (int i = 0; i < l->n; i++) {
        const km_vec3 s = km_box_to_fractional(
            &l->box, km_vec3_make(l->x[3 * i], l->x[3 * i + 1], l->x[3 * i + 2]));
        l->group.push_back(s.z - floor(s.z) < 0.4 || i % 11 == 0);
    }
}

void a_group_has_no_pairs_within(void **)
{
    for (int b = 0; b < 5; b++) {
        liquid l = make_liquid(410, boxes[b]);
        make_exclusions(&l, 17 + b);
        place(&l, 200 + b, anywhere);
        make_group(&l);
        const double cutoff = fmin(1.0, 0.499 * km_box_least_height(&l.box));
        make_list(&l, cutoff, 0.1);
        assert_true(update(&l, false));
        check_list(&l, cutoff + 0.1);
        destroy(&l);
    }
}

void few_atoms_are_enough(void **)
{
    const int counts[] = {1, 2, 7, 63, 64, 65, 129};
    for (int n : counts) {
        liquid l = make_liquid(n, km_box_orthorhombic(2.0, 2.1, 2.2));
        place(&l, 55 + n, anywhere);
        make_list(&l, 0.95, 0.1);
        assert_true(update(&l, false));
        check_list(&l, 1.05);
        destroy(&l);
    }
}

/* A slab with vacuum above it, a droplet, and all atoms in one point. */
void uneven_density(void **)
{
    liquid l = make_liquid(260, km_box_orthorhombic(2.2, 2.3, 9.0));
    place(&l, 3, [](double u, double v, double w) {
        return km_vec3_make(u - 0.5, v - 0.5, 0.2 * w - 0.35);
    });
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, true));
    check_list(&l, 1.1);
    place(&l, 4,
          [](double u, double v, double w) { return km_vec3_make(0.3 * u, 0.3 * v, 0.08 * w); });
    assert_true(update(&l, false));
    check_list(&l, 1.1);
    place(&l, 5, [](double, double, double) { return km_vec3_make(0.5, -0.5, 0.25); });
    assert_true(update(&l, false));
    check_list(&l, 1.1);
    destroy(&l);
}

/* Atoms wander and the cell breathes: whenever the list is kept, every pair within the cutoff is
 * still in it; it is kept for more than one step, and for longer than its near tiles. */
void never_a_lost_pair(void **)
{
    liquid l = make_liquid(210, (km_box){3.1, 0.6, 2.9, -0.5, 0.7, 2.8});
    make_exclusions(&l, 11);
    place(&l, 6, anywhere);
    make_list(&l, 1.2, 0.15);
    int builds = 0, picks = 0;
    const int steps = 60;
    for (int s = 0; s < steps; s++) {
        builds += update(&l, false);
        picks += fetch(l.p->neighbours->build, 1)[0].pick;
        check_list(&l, 1.2);
        for (size_t k = 0; k < l.x.size(); k++)
            l.x[k] += 0.075 * (uniform(1000 + s, (int)k) - 0.5);
        if (s % 4 == 0) { /* every length and the tilt, positions with it or not */
            const double grow = 1.0 + 0.02 * (uniform(77, s) - 0.5);
            const km_box old = l.box;
            l.box.ax *= grow;
            l.box.cx *= 1.0 + 0.04 * (uniform(78, s) - 0.5);
            for (int i = 0; s % 8 == 0 && i < l.n; i++) {
                const km_vec3 r = km_box_to_cartesian(
                    &l.box, km_box_to_fractional(
                                &old, km_vec3_make(l.x[3 * i], l.x[3 * i + 1], l.x[3 * i + 2])));
                l.x[3 * i] = r.x;
                l.x[3 * i + 1] = r.y;
                l.x[3 * i + 2] = r.z;
            }
        }
    }

    assert_true(builds > 1 && picks > builds && picks < 2 * steps / 3);
    destroy(&l);
}

/* The same entries in the same order in every unit, whatever the order of threads: compared by what
 * each supercluster and image holds. */
void same_list_for_every_order_of_threads(void **)
{
    typedef std::map<std::pair<int, int>, std::vector<std::vector<uint32_t>>> contents;
    contents first;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        km_emulator_seed(seed);
        liquid l = make_liquid(300, boxes[3]);
        make_exclusions(&l, 5);
        place(&l, 9, anywhere);
        make_list(&l, 1.0, 0.1);
        assert_true(update(&l, false));
        const km_neighbour_list *list = l.p->neighbours;
        const km_cluster_build build = fetch(list->build, 1)[0];
        const auto entry = fetch(list->entry, (size_t)build.n_entries);
        const auto mask = fetch(list->exclusion_mask, 32 * (size_t)build.n_exclusions);
        contents now;
        std::vector<uint32_t> atoms;
        for (int a : fetch(list->atom, (size_t)list->n_slots))
            atoms.push_back((uint32_t)a);
        now[{-1, 0}].push_back(atoms);
        for (const km_cluster_unit &u : fetch(list->unit, (size_t)build.n_units)) {
            std::vector<uint32_t> what = {(uint32_t)u.n_masked};
            const auto from = entry.begin() + u.begin;
            const auto row = mask.begin() + 32 * (ptrdiff_t)u.exclusion;
            what.insert(what.end(), from, from + u.n);
            if (u.n_masked > 0)
                what.insert(what.end(), row, row + 32 * u.n_masked);
            now[{u.supercluster, u.image}].push_back(what);
        }
        for (auto &entry : now)
            std::sort(entry.second.begin(), entry.second.end());
        if (seed == 1)
            first = now;
        assert_true(now == first);
        destroy(&l);
    }
}
} // namespace

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_within_reach_is_held_once),
        cmocka_unit_test(a_group_has_no_pairs_within),
        cmocka_unit_test(few_atoms_are_enough),
        cmocka_unit_test(uneven_density),
        cmocka_unit_test(never_a_lost_pair),
        cmocka_unit_test(same_list_for_every_order_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
