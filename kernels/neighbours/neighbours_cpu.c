/* SPDX-License-Identifier: MIT */
/* The neighbour list on the CPU: when to build, and the sorted coordinates of each step. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/neighbours/cluster_list.h"
#include "kernels/neighbours/list_reach.h"

static km_status allocate_list(km_neighbour_list *list, const km_neighbour_spec *spec)
{
    const int n = list->n, n_j = (n + KM_CLUSTER_J - 1) / KM_CLUSTER_J;
    list->n_j = n_j;
    list->n_i = 2 * n_j;
    list->n_slots = n_j * KM_CLUSTER_J;
    list->n_blocks = (list->n_i + KM_CLUSTER_BLOCK - 1) / KM_CLUSTER_BLOCK;
    if (spec->exclusion_start != NULL) {
        const int n_exclusions = spec->exclusion_start[n];
        KM_NEW(list->exclusion_start, n + 1);
        KM_NEW(list->exclusion, n_exclusions);
        memcpy(list->exclusion_start, spec->exclusion_start, ((size_t)n + 1) * sizeof(int));
        memcpy(list->exclusion, spec->exclusion, (size_t)n_exclusions * sizeof(int));
    }
    if (spec->excluded_group != NULL) {
        KM_NEW(list->excluded_group, n);
        memcpy(list->excluded_group, spec->excluded_group, (size_t)n * sizeof(bool));
        KM_NEW(list->grouped, n_j);
    }
    KM_NEW(list->atom, list->n_slots);
    KM_NEW(list->slot, n);
    KM_NEW(list->image, 3 * (size_t)list->n_slots);
    KM_NEW(list->reference, 3 * (size_t)list->n_slots);
    KM_NEW(list->pruned, 3 * (size_t)list->n_slots);
    KM_NEW(list->position, 3 * ((size_t)list->n_slots + KM_CLUSTER_J));
    KM_NEW(list->ahead, 3 * ((size_t)list->n_slots + KM_CLUSTER_J));
    for (int k = 0; k < 3 * KM_CLUSTER_J; k++) { /* the empty cluster, beyond any cell */
        list->position[3 * (size_t)list->n_slots + k] = KM_R(1e6);
        list->ahead[3 * (size_t)list->n_slots + k] = KM_R(1e6);
    }
    KM_NEW(list->block, list->n_blocks);
    KM_NEW(list->near, list->n_blocks);
    KM_NEW(list->bounds_i, 6 * (size_t)list->n_i);
    KM_NEW(list->bounds_j, 6 * ((size_t)n_j + KM_CLUSTER_PADDING));
    KM_NEW(list->sort_key, 3 * (size_t)n);
    KM_NEW(list->sort_column, n);
    KM_NEW(list->sort_atom, 2 * (size_t)n);
    KM_NEW(list->scratch, list->device->threads);
    for (int t = 0; t < list->device->threads; t++) {
        KM_NEW(list->scratch[t].tile, n_j + 1);
        KM_NEW(list->scratch[t].place, n_j);
        KM_NEW(list->scratch[t].stamp, n_j);
    }
    return KM_OK;
}

km_status km_neighbours_cpu_create(km_device *device, const km_neighbour_spec *spec,
                                   km_particles *p)
{
    km_neighbour_list *list;
    KM_TRY(km_neighbour_spec_check(spec, p->n));
    KM_NEW(list, 1);
    list->device = device;
    list->cutoff = spec->cutoff;
    list->skin = spec->skin;
    list->lateness = km_neighbour_lateness(spec);
    list->n = p->n;
    const km_status status = allocate_list(list, spec);
    if (status != KM_OK) {
        km_neighbours_cpu_destroy(list);
        return status;
    }
    p->neighbours = list;
    return KM_OK;
}

static void free_blocks(km_cluster_block *block, int n)
{
    for (int b = 0; block != NULL && b < n; b++) {
        free(block[b].run);
        free(block[b].masked);
        free(block[b].full);
        free(block[b].touched);
    }
    free(block);
}

void km_neighbours_cpu_destroy(km_neighbour_list *list)
{
    if (list == NULL)
        return;
    free_blocks(list->block, list->n_blocks);
    free_blocks(list->near, list->n_blocks);
    for (int t = 0; list->scratch != NULL && t < list->device->threads; t++) {
        free(list->scratch[t].tile);
        free(list->scratch[t].place);
        free(list->scratch[t].stamp);
        free(list->scratch[t].excluded);
    }
    void *arrays[] = {
        list->exclusion_start, list->exclusion,      list->atom,        list->slot,
        list->image,           list->reference,      list->pruned,      list->position,
        list->ahead,           list->column_start,   list->column_box,  list->bounds_i,
        list->bounds_j,        list->sort_key,       list->sort_column, list->sort_atom,
        list->scratch,         list->excluded_group, list->grouped};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        free(arrays[k]);
    free(list);
}

static void set_shifts(km_neighbour_list *list)
{
    for (int s = 0; s < KM_LIST_IMAGES; s++) {
        const km_vec3 shift = km_list_image_shift(&list->box, s);
        list->shift[s][0] = (km_real)shift.x;
        list->shift[s][1] = (km_real)shift.y;
        list->shift[s][2] = (km_real)shift.z;
    }
}

static km_cluster_search_function *choose_search(const km_device *device)
{
#if defined(__x86_64__)
    if (device->isa == KM_ISA_AVX512)
        return km_cluster_search_avx512;
    if (device->isa == KM_ISA_AVX2)
        return km_cluster_search_avx2;
#else
    (void)device;
#endif
    return km_cluster_search_baseline;
}

static km_cluster_prune_function *choose_prune(const km_device *device)
{
#if defined(__x86_64__)
    if (device->isa == KM_ISA_AVX512)
        return km_cluster_prune_avx512;
    if (device->isa == KM_ISA_AVX2)
        return km_cluster_prune_avx2;
#else
    (void)device;
#endif
    return km_cluster_prune_baseline;
}

/* The time (ps) until which the list is pruned ahead: by then no atom, going on as now, has moved
 * farther than part of the allowance. */
static double time_ahead(const km_neighbour_list *list, const km_particles *p, double allowance)
{
    const double *v = p->velocity;
    const int n = list->n, n_padded = p->n_padded;
    double fastest = 0.0; /* squared */
#pragma omp parallel for num_threads(list->device->threads) schedule(static) reduction(max         \
                                                                                       : fastest)
    for (int i = 0; i < n; i++) {
        const km_vec3 u = km_vec3_load(v, n_padded, i);
        fastest = fmax(fastest, km_vec3_dot(u, u));
    }
    return fastest > 0.0 && isfinite(fastest) ? KM_AHEAD * allowance / sqrt(fastest) : 0.0;
}

/* Where the atoms of the list will be at that time. */
static void look_ahead(const km_neighbour_list *list, const km_particles *p, double time)
{
    const int n_slots = list->n_slots;
#pragma omp parallel for num_threads(list->device->threads) schedule(static)
    for (int k = 0; k < n_slots; k++) {
        const int i = list->atom[k < list->n ? k : list->n - 1];
        const size_t at = (size_t)(k / KM_CLUSTER_J) * 3 * KM_CLUSTER_J + k % KM_CLUSTER_J;
        const km_real *x = list->position + at;
        const km_vec3 v = km_vec3_load(p->velocity, p->n_padded, i);
        const km_vec3 r = {(double)x[0] + time * v.x, (double)x[KM_CLUSTER_J] + time * v.y,
                           (double)x[2 * KM_CLUSTER_J] + time * v.z};
        const km_vec3 s = km_box_to_fractional(&list->box, r);
        list->pruned[k] = s.x;
        list->pruned[n_slots + k] = s.y;
        list->pruned[2 * (size_t)n_slots + k] = s.z;
        list->ahead[at] = (km_real)r.x;
        list->ahead[at + KM_CLUSTER_J] = (km_real)r.y;
        list->ahead[at + 2 * KM_CLUSTER_J] = (km_real)r.z;
    }
}

/* Takes what will be near out of the list as built. */
static km_status prune(km_neighbour_list *list, const km_particles *p)
{
    km_cluster_prune_function *prune_block = choose_prune(list->device);
    int failures = 0;
    list->prunings++;
    list->box_pruned = list->box;
    list->reach_near =
        fmin(list->reach, km_list_reach(&list->box, list->cutoff, KM_SKIN_NEAR * list->skin));
    look_ahead(list, p, time_ahead(list, p, 0.5 * (list->reach_near - list->cutoff)));
#pragma omp parallel for num_threads(list->device->threads) schedule(dynamic, 1)                   \
    reduction(+ : failures)
    for (int b = 0; b < list->n_blocks; b++)
        failures += !prune_block(list, b);
    if (failures > 0)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while pruning the neighbour list");
    return KM_OK;
}

static km_status build(km_neighbour_list *list, const km_particles *p)
{
    list->builds++;
    list->box_built = list->box;
    KM_TRY(km_list_box_check(&list->box, list->cutoff));
    list->reach = km_list_reach(&list->box, list->cutoff, KM_SKIN_BUILD * list->skin);
    KM_TRY(km_cluster_sort(list, p));
    km_cluster_search_function *search = choose_search(list->device);
    int failures = 0;
#pragma omp parallel num_threads(list->device->threads) reduction(+ : failures)
    {
        km_cluster_scratch *scratch = list->scratch + omp_get_thread_num();
        for (int j = 0; j < list->n_j; j++)
            scratch->stamp[j] = -1;
#pragma omp for schedule(dynamic, 1)
        for (int b = 0; b < list->n_blocks; b++)
            failures += !search(list, b, scratch);
    }
    if (failures > 0)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while building the neighbour list");
    return prune(list, p);
}

/* Squared distance of x from where slot k was, carried along with the box: of a number that is
 * none, infinity. */
static double moved(const km_neighbour_list *list, const double *was, int k, km_vec3 x)
{
    const size_t n_slots = (size_t)list->n_slots;
    const km_vec3 origin = km_box_to_cartesian(
        &list->box, km_vec3_make(was[k], was[n_slots + k], was[2 * n_slots + k]));
    const km_vec3 d = km_vec3_sub(x, origin);
    const double d2 = km_vec3_dot(d, d);
    return d2 == d2 ? d2 : HUGE_VAL;
}

/* Refreshes the sorted coordinates of one cluster and raises the largest squared displacements
 * since the build and since the pruning. */
static void refresh_cluster(const km_neighbour_list *list, const km_particles *p, int j,
                            double *built, double *pruned)
{
    const int n_slots = list->n_slots, n_padded = p->n_padded;
    const int *m = list->image;
    for (int b = 0; b < KM_CLUSTER_J; b++) {
        const int k = j * KM_CLUSTER_J + b;
        const int i = list->atom[k < list->n ? k : list->n - 1];
        const km_vec3 shift =
            km_box_image_shift(&list->box, m[k], m[n_slots + k], m[2 * n_slots + k]);
        const km_vec3 x = {p->position[i] - shift.x, p->position[n_padded + i] - shift.y,
                           p->position[2 * n_padded + i] - shift.z};
        *built = fmax(*built, moved(list, list->reference, k, x));
        *pruned = fmax(*pruned, moved(list, list->pruned, k, x));
        km_real *out = list->position + (size_t)j * 3 * KM_CLUSTER_J + b;
        out[0] = (km_real)x.x;
        out[KM_CLUSTER_J] = (km_real)x.y;
        out[2 * KM_CLUSTER_J] = (km_real)x.z;
    }
}

/* Whether every pair within the cutoff is still in the list as built, and in what is near. */
static void still_valid(const km_neighbour_list *list, const km_particles *p, bool *built,
                        bool *near)
{
    double since_build = 0.0, since_pruning = 0.0;
#pragma omp parallel for num_threads(list->device->threads) schedule(static)                       \
    reduction(max                                                                                  \
              : since_build, since_pruning)
    for (int j = 0; j < list->n_j; j++)
        refresh_cluster(list, p, j, &since_build, &since_pruning);
    *built = sqrt(since_build) <= list->lateness * km_list_allowance(&list->box_built, &list->box,
                                                                     list->reach, list->cutoff);
    *near =
        sqrt(since_pruning) <= list->lateness * km_list_allowance(&list->box_pruned, &list->box,
                                                                  list->reach_near, list->cutoff);
}

km_status km_neighbours_cpu_update(km_device *device, km_particles *p, bool force_rebuild,
                                   bool *rebuilt)
{
    km_neighbour_list *list = p->neighbours;
    (void)device;
    *rebuilt = false;
    if (list == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "the neighbour list was not created");
    list->box = p->box;
    set_shifts(list);
    if (!force_rebuild && list->builds > 0) {
        bool built, near;
        still_valid(list, p, &built, &near);
        if (built)
            return near ? KM_OK : prune(list, p);
    }
    *rebuilt = true;
    return build(list, p);
}
