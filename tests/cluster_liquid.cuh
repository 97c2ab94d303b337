/* SPDX-License-Identifier: MIT */
/* A liquid on the emulated device and its cluster-pair list, against all pairs and images counted
 * one by one. */
#ifndef KM_TESTS_CLUSTER_LIQUID_CUH
#define KM_TESTS_CLUSTER_LIQUID_CUH
#include <map>
#include <tuple>
#include <vector>

#include "kernels/base/random.h"
#include "kernels/neighbours/cluster_list.cuh"
#include "tests/cmocka_all.h"
#include "tests/emulator/emulator.h"

extern "C" const km_backend km_backend_cuda_emulated;

using namespace KM_CUDA_NAMESPACE;

namespace
{

const km_backend *const backend = &km_backend_cuda_emulated;

template <typename T> std::vector<T> fetch(const T *device, size_t n)
{
    std::vector<T> host(n);
    assert_int_equal(cudaMemcpy(host.data(), device, n * sizeof(T), cudaMemcpyDeviceToHost),
                     cudaSuccess);
    return host;
}

double uniform(uint64_t seed, int k)
{
    return km_random_uniform(km_random_bits(seed, (uint64_t)k, 0, KM_RANDOM_BUILD).v[0]);
}

/* Atoms on the emulated device and their list. */
struct liquid {
    int n;
    km_box box;
    std::vector<double> x, v; /* 3 n */
    std::vector<int> exclusion_start, exclusion;
    std::vector<char> group; /* is in the excluded group; empty = there is none */
    km_neighbour_spec spec;
    km_device *device;
    km_particles *p;
};

void upload(liquid *l)
{
    const km_state state = {l->n, l->box, l->x.data(), l->v.data()};
    assert_ok(backend->upload(l->device, &state, l->p));
}

/* Fills positions by fractional coordinates of the cell [-1/2, 1/2], then moves each atom by whole
 * lattice vectors: unwrapped as in a long run. */
template <typename F> void place(liquid *l, uint64_t seed, F fractional)
{
    for (int i = 0; i < l->n; i++) {
        km_vec3 s =
            fractional(uniform(seed, 6 * i), uniform(seed, 6 * i + 1), uniform(seed, 6 * i + 2));
        s.x += floor(5.0 * uniform(seed, 6 * i + 3)) - 2.0;
        s.y += floor(5.0 * uniform(seed, 6 * i + 4)) - 3.0;
        s.z += floor(3.0 * uniform(seed, 6 * i + 5)) - 1.0;
        const km_vec3 r = km_box_to_cartesian(&l->box, s);
        l->x[3 * i] = r.x;
        l->x[3 * i + 1] = r.y;
        l->x[3 * i + 2] = r.z;
    }
}
km_vec3 anywhere(double u, double v, double w)
{
    return km_vec3_make(u - 0.5, v - 0.5, w - 0.5);
}

/* Random exclusions, both directions, ascending; about two per atom. */
void make_exclusions(liquid *l, uint64_t seed)
{
    const int n = l->n;
    for (int i = 0; i <= n; i++) {
        l->exclusion_start.push_back((int)l->exclusion.size());
        for (int j = 0; i < n && j < n; j++) {
            const int low = i < j ? i : j, high = i < j ? j : i;
            if (i != j &&
                (high - low == 1 ? low % 3 != 0 : uniform(seed, low * 1000 + high) < 1.0 / n))
                l->exclusion.push_back(j);
        }
    }
}

liquid make_liquid(int n, km_box box)
{
    liquid l = {};
    l.n = n;
    l.box = box;
    l.x.resize(3 * (size_t)n);
    l.v.resize(3 * (size_t)n);
    const std::vector<double> mass((size_t)n, 1.0);
    std::vector<double> charge((size_t)n);
    std::vector<int> type((size_t)n), molecule((size_t)n);
    for (int i = 0; i < n; i++) {
        charge[i] = 0.01 * i;
        type[i] = i % 5;
        molecule[i] = i;
    }
    const km_particles_spec spec = {n, mass.data(), charge.data(), type.data(), molecule.data()};
    assert_ok(backend->open(1, &l.device));
    assert_ok(backend->particles_create(l.device, &spec, &l.p));
    return l;
}

void make_list(liquid *l, double cutoff, double skin)
{
    const bool any = !l->exclusion_start.empty();
    l->spec = {cutoff,
               skin,
               any ? l->exclusion_start.data() : NULL,
               l->exclusion.data(),
               l->group.empty() ? NULL : (const bool *)l->group.data(),
               0.0};
    upload(l);
    assert_ok(backend->neighbours_create(l->device, &l->spec, l->p));
}

/* Positions as they are, and the list brought up to date; true when it was built. */
bool update(liquid *l, bool force)
{
    bool rebuilt;
    km_standstill at;
    upload(l);
    do {
        assert_ok(backend->neighbours_update(l->device, l->p, force, &rebuilt));
        assert_false(rebuilt);
        assert_ok(backend->synchronise(l->device, l->p));
        assert_ok(backend->make_room(l->device, l->p, &at));
    } while (at.stood);
    assert_int_equal(l->p->fault, 0);
    return fetch(km_cuda_of(l->p)->state, 1)[0].rebuild != 0;
}

void destroy(liquid *l)
{
    backend->particles_destroy(l->p);
    backend->close(l->device);
    assert_int_equal(km_emulator_live_objects(), 0);
}

/* (low, high atom; lattice coordinates of the image of high): how often the list holds it. */
typedef std::map<std::tuple<int, int, int, int, int>, int> census;

/* Of the list as built, or of its near tiles. */
census take_census(const liquid *l, bool near)
{
    const km_neighbour_list *list = l->p->neighbours;
    const km_cluster_build build = fetch(list->build, 1)[0];
    const auto unit = fetch(list->unit, (size_t)build.n_units);
    const auto entry = fetch(near ? list->near_entry : list->entry, (size_t)build.n_entries);
    const auto near_count = fetch(list->near_count, (size_t)build.n_units);
    const auto mask = fetch(list->exclusion_mask, 32 * (size_t)build.n_exclusions);
    const auto atom = fetch(list->atom, (size_t)list->n_slots);
    std::vector<int> used((size_t)build.n_entries), used_row((size_t)build.n_exclusions);
    census c;
    for (size_t k = 0; k < unit.size(); k++) {
        const km_cluster_unit &u = unit[k];
        const int n = near ? near_count[k] : u.n;
        assert_true(u.n > 0 && u.n <= list->unit_entries && u.n <= KM_UNIT_ENTRIES);
        assert_true(u.n_masked >= 0 && u.n_masked <= n && n <= u.n);
        for (int e = 0; e < n; e++) {
            const km_cluster_entry tiles = entry[(size_t)(u.begin + e)];
            used[(size_t)(u.begin + e)]++;
            if (e < u.n_masked)
                used_row[(size_t)(u.exclusion + e)]++;
            assert_true((tiles & 0xff) != 0 || (near && e < u.n_masked));
            for (int bit = 0; bit < 8 * 32; bit++) { /* i-cluster, lane */
                const int cluster = bit / 32, lane = bit % 32;
                if ((tiles >> cluster & 1) == 0)
                    continue;
                if (e < u.n_masked &&
                    (mask[(size_t)(u.exclusion + e) * 32 + lane] >> cluster & 1) == 0)
                    continue;
                const int si = u.supercluster * 64 + cluster * 8 + lane % 8;
                const int sj = (int)(tiles >> 8) * 4 + lane / 8;
                int i = atom[(size_t)si], j = atom[(size_t)sj], m[3];
                if (i < 0 || j < 0) /* fillers stand far away */
                    continue;
                km_list_image(u.image, m); /* i + m against j: j - m against i */
                const int sign = i < j ? -1 : 1;
                c[{i < j ? i : j, i < j ? j : i, sign * m[0], sign * m[1], sign * m[2]}]++;
            }
        }
    }
    for (int times : used)
        assert_true(times == 1 || (near && times == 0));
    for (int times : used_row)
        assert_int_equal(times, 1);
    return c;
}

bool excluded(const liquid *l, int i, int j)
{
    if (!l->group.empty() && l->group[(size_t)i] != 0 && l->group[(size_t)j] != 0)
        return true;
    for (int e = l->spec.exclusion_start ? l->spec.exclusion_start[i] : 0;
         l->spec.exclusion_start && e < l->spec.exclusion_start[i + 1]; e++)
        if (l->spec.exclusion[e] == j)
            return true;
    return false;
}

/* Positions as the list has wrapped them: those of the sorted copy, to rounding. */
std::vector<km_vec3> wrapped(const liquid *l)
{
    const km_neighbour_list *list = l->p->neighbours;
    const size_t n = (size_t)l->n, n_slots = (size_t)list->n_slots;
    const auto slot = fetch(list->slot, (size_t)l->n);
    const auto atom = fetch(list->atom, n_slots);
    const auto image = fetch(list->image, 3 * n);
    const auto xq = fetch(list->xq, n_slots);
    const auto type = fetch(list->type, n_slots);
    std::vector<km_vec3> x;
    for (int i = 0; i < l->n; i++) {
        const size_t k = (size_t)slot[i], a = (size_t)i;
        const km_vec3 shift = km_box_image_shift(&l->box, image[a], image[n + a], image[2 * n + a]);
        x.push_back({l->x[3 * i] - shift.x, l->x[3 * i + 1] - shift.y, l->x[3 * i + 2] - shift.z});
        assert_int_equal(atom[k], i);
        assert_int_equal(type[k], i % 5);
        assert_near(xq[k].x, x[(size_t)i].x, 1e-6);
        assert_near(xq[k].y, x[(size_t)i].y, 1e-6);
        assert_near(xq[k].z, x[(size_t)i].z, 1e-6);
        assert_near(xq[k].w, 0.01 * i, 1e-6);
    }
    int fillers = 0;
    for (size_t k = 0; k < n_slots; k++)
        if (atom[k] < 0) {
            fillers++;
            assert_true(xq[k].w == 0 && xq[k].x > 1e5);
        }
    assert_int_equal(fillers, list->n_slots - l->n);
    return x;
}

void check_census(const liquid *l, const census &held, double within)
{
    const auto x = wrapped(l);
    for (const auto &entry : held) {
        const auto [i, j, a, b, c] = entry.first;
        if (entry.second != 1 || excluded(l, i, j))
            fail_msg("atoms %d and %d, image %d %d %d: in the list %d times, excluded: %d", i, j, a,
                     b, c, entry.second, excluded(l, i, j));
    }
    for (int i = 0; i < l->n; i++)
        for (int j = i + 1; j < l->n; j++)
            for (int m = 0; m < 125; m++) {
                const int a = m / 25 - 2, b = m / 5 % 5 - 2, c = m % 5 - 2;
                const km_vec3 d = km_vec3_add(km_vec3_sub(x[(size_t)j], x[(size_t)i]),
                                              km_box_image_shift(&l->box, a, b, c));
                if (km_vec3_norm(d) < within && !excluded(l, i, j) &&
                    held.find({i, j, a, b, c}) == held.end())
                    fail_msg("atoms %d and %d at %.6f nm, image %d %d %d: not in the list", i, j,
                             km_vec3_norm(d), a, b, c);
            }
}

/* Every pair and image within the given distance is held once, no excluded one, none twice, by the
 * list and by its near tiles. */
void check_list(const liquid *l, double within)
{
    check_census(l, take_census(l, false), within);
    check_census(l, take_census(l, true), within);
}

const km_box boxes[] = {
    {3.0, 0.0, 2.7, 0.0, 0.0, 3.3},   /* orthorhombic                               */
    {2.05, 0.0, 2.05, 0.0, 0.0, 6.0}, /* thin: cutoff + skin beyond half the height */
    {3.1, 1.5, 2.9, -1.4, 1.3, 2.8},  /* strongly triclinic                         */
    {2.4, -1.1, 2.3, 0.9, -1.0, 2.6}, /* triclinic and thin                         */
    {7.0, 0.0, 2.1, 0.0, 1.05, 2.4}};

} // namespace

#endif
