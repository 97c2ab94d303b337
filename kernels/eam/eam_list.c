/* SPDX-License-Identifier: MIT */
#include "kernels/eam/eam_list.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/neighbours/list_reach.h"

static km_status allocate(km_eam_list *list)
{
    const size_t n = (size_t)list->n, n_slots = (size_t)list->n_slots;
    list->capacity_cells = 2 * list->n + 64;
    KM_NEW(list->metal, n);
    KM_NEW(list->metal_element, n);
    KM_NEW(list->atom, n_slots);
    KM_NEW(list->element, n_slots);
    KM_NEW(list->reference, 3 * n_slots + KM_EAM_GROUP); /* a vector may read beyond */
    KM_NEW(list->site, n_slots);
    KM_NEW(list->embedded, n_slots);
    KM_NEW(list->block, list->n_blocks);
    KM_NEW(list->cell_start, (size_t)list->capacity_cells + 1);
    KM_NEW(list->cell, n);
    KM_NEW(list->sort, 3 * n);
    return KM_OK;
}

km_status km_eam_list_make(km_device *device, const km_eam_spec *spec, const km_eam_setup *setup,
                           km_eam_list *list)
{
    memset(list, 0, sizeof *list);
    list->device = device;
    list->cutoff = setup->cutoff;
    list->skin = setup->skin;
    list->n = spec->n_atoms;
    list->n_groups = (list->n + KM_EAM_GROUP - 1) / KM_EAM_GROUP;
    list->n_slots = list->n_groups * KM_EAM_GROUP;
    list->n_blocks = (list->n_groups + KM_EAM_BLOCK_GROUPS - 1) / KM_EAM_BLOCK_GROUPS;
    if ((size_t)list->n_slots > INT32_MAX / sizeof(km_eam_site))
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "%d metal atoms are too many", list->n);
    KM_TRY(allocate(list));
    memcpy(list->metal, spec->atom, (size_t)list->n * sizeof *list->metal);
    memcpy(list->metal_element, spec->element, (size_t)list->n * sizeof *list->metal_element);
    return KM_OK;
}

void km_eam_list_free(km_eam_list *list)
{
    for (int b = 0; list->block != NULL && b < list->n_blocks; b++)
        free(list->block[b].entry);
    void *arrays[] = {list->metal,      list->metal_element, list->atom,     list->element,
                      list->reference,  list->site,          list->embedded, list->block,
                      list->cell_start, list->cell,          list->sort};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        free(arrays[k]);
}

/* ---- every step ---- */

/* Slots behind the last atom are its copies. */
static void fill_up(const km_eam_list *list)
{
    for (int k = list->n; k < list->n_slots; k++)
        list->site[k] = list->site[list->n - 1];
}

static km_eam_refresh_function *choose_refresh(const km_device *device)
{
#if defined(__x86_64__)
    if (device->isa == KM_ISA_AVX512)
        return km_eam_refresh_avx512;
    if (device->isa == KM_ISA_AVX2)
        return km_eam_refresh_avx2;
#else
    (void)device;
#endif
    return km_eam_refresh_baseline;
}

static bool refresh(const km_eam_list *list, const km_particles *p)
{
    const double allowance =
        km_list_allowance(&list->box_built, &list->box, list->reach, list->cutoff);
    const double allowance2 = allowance > 0.0 ? allowance * allowance : 0.0;
    km_eam_refresh_function *refresh_group = choose_refresh(list->device);
    int moved = allowance <= 0.0;
#pragma omp parallel for num_threads(list->device->threads) schedule(static) reduction(| : moved)
    for (int g = 0; g < list->n_groups; g++)
        moved |= (int)refresh_group(list, p, g, allowance2);
    return moved != 0;
}

/* ---- a build ---- */

/* Cells no lower than the reach, and no more of them than there is room for. */
static void choose_grid(km_eam_list *list)
{
    const km_vec3 heights = km_box_heights(&list->box);
    const double height[3] = {heights.x, heights.y, heights.z};
    double room = list->capacity_cells;
    for (int c = 0; c < 3; c++) {
        list->cells[c] = (int)fmin(fmax(1.0, floor(height[c] / list->reach)), fmin(room, 1e5));
        room = floor(room / list->cells[c]);
    }
}

static int cell_of(const km_eam_list *list, const km_fraction s[3])
{
    int at[3];
    for (int c = 0; c < 3; c++) {
        at[c] = (int)(km_fraction_to(s[c]) * list->cells[c]);
        if (at[c] >= list->cells[c])
            at[c] = list->cells[c] - 1;
    }
    return (at[0] * list->cells[1] + at[1]) * list->cells[2] + at[2];
}

/* Sorts the metal atoms by cell, in their order within each. */
static void sort(km_eam_list *list, const km_particles *p)
{
    const int n_cells = list->cells[0] * list->cells[1] * list->cells[2], n_slots = list->n_slots;
    int *start = list->cell_start;
#pragma omp parallel for num_threads(list->device->threads) schedule(static)
    for (int m = 0; m < list->n; m++) {
        const km_vec3 r = km_vec3_load(p->position, p->n_padded, list->metal[m]);
        const km_vec3 s = km_box_to_fractional(&list->box, r);
        const km_fraction f[3] = {km_fraction_of(s.x), km_fraction_of(s.y), km_fraction_of(s.z)};
        memcpy(list->sort + 3 * (size_t)m, f, sizeof f);
        list->cell[m] = cell_of(list, f);
    }
    memset(start, 0, ((size_t)n_cells + 1) * sizeof *start);
    for (int m = 0; m < list->n; m++)
        start[list->cell[m] + 1]++;
    for (int c = 0; c < n_cells; c++)
        start[c + 1] += start[c];
    for (int m = 0; m < list->n; m++) {
        const int k = start[list->cell[m]]++;
        list->atom[k] = list->metal[m];
        list->element[k] = list->metal_element[m];
        for (int c = 0; c < 3; c++)
            list->site[k].s[c] = list->reference[c * n_slots + k] = list->sort[3 * (size_t)m + c];
    }
    memmove(start + 1, start, (size_t)n_cells * sizeof *start); /* each was moved to its end */
    start[0] = 0;
    fill_up(list);
    for (int k = list->n; k < n_slots; k++) {
        list->atom[k] = -1;
        list->element[k] = list->element[list->n - 1];
        for (int c = 0; c < 3; c++)
            list->reference[c * n_slots + k] = list->site[k].s[c];
    }
}

/* Offsets to the neighbours of a cell among n, each once. */
static int offsets(int n, int out[3])
{
    out[0] = 0;
    out[1] = 1;
    out[2] = -1;
    return n < 3 ? n : 3;
}

void km_eam_list_reach(const km_eam_list *list, int slot, km_eam_reach *out)
{
    const km_fraction s[3] = {list->reference[slot], list->reference[list->n_slots + slot],
                              list->reference[2 * list->n_slots + slot]};
    const int *n = list->cells, cell = cell_of(list, s);
    const int at[3] = {cell / (n[2] * n[1]), cell / n[2] % n[1], cell % n[2]};
    int off_a[3], off_b[3];
    const int n_a = offsets(n[0], off_a), n_b = offsets(n[1], off_b);
    out->n = 0;
    for (int a = 0; a < n_a; a++)
        for (int b = 0; b < n_b; b++) {
            const int column =
                (at[0] + off_a[a] + n[0]) % n[0] * n[1] + (at[1] + off_b[b] + n[1]) % n[1];
            const int *start = list->cell_start + (size_t)column * n[2];
            const int low = n[2] < 3 ? 0 : at[2] - 1, high = n[2] < 3 ? n[2] : at[2] + 2;
            const int range[2][2] = {{low < 0 ? 0 : low, high > n[2] ? n[2] : high},
                                     {low < 0 ? n[2] - 1 : 0, low < 0 ? n[2] : high - n[2]}};
            for (int k = 0; k < 2; k++)
                if (range[k][0] < range[k][1] && start[range[k][0]] < start[range[k][1]]) {
                    out->begin[out->n] = start[range[k][0]];
                    out->end[out->n++] = start[range[k][1]];
                }
        }
}

static km_eam_search_function *choose_search(const km_device *device)
{
#if defined(__x86_64__)
    if (device->isa == KM_ISA_AVX512)
        return km_eam_search_avx512;
    if (device->isa == KM_ISA_AVX2)
        return km_eam_search_avx2;
#else
    (void)device;
#endif
    return km_eam_search_baseline;
}

static km_status build(km_eam_list *list, const km_particles *p)
{
    km_eam_search_function *search = choose_search(list->device);
    KM_TRY(km_list_box_check(&list->box, list->cutoff));
    list->builds++;
    list->box_built = list->box;
    /* within half the least height of the cell two atoms have one image */
    list->reach = fmin(list->cutoff + list->skin, 0.5 * km_box_least_height(&list->box));
    choose_grid(list);
    sort(list, p);
    int failures = 0;
#pragma omp parallel for num_threads(list->device->threads) schedule(dynamic, 1)                   \
    reduction(+ : failures)
    for (int b = 0; b < list->n_blocks; b++)
        failures += !search(list, b);
    if (failures > 0)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while building the metal's list");
    return KM_OK;
}

/* Positions that are no numbers would be cells that are none. */
static bool finite_positions(const km_eam_list *list, const km_particles *p)
{
    for (int m = 0; m < list->n; m++) {
        const km_vec3 r = km_vec3_load(p->position, p->n_padded, list->metal[m]);
        if (!(fabs(r.x) + fabs(r.y) + fabs(r.z) < 1e9))
            return false;
    }
    return true;
}

km_status km_eam_list_update(km_eam_list *list, km_particles *p)
{
    list->box = p->box;
    list->lattice = km_lattice_of(&p->box);
    if (list->builds > 0 && !refresh(list, p))
        return KM_OK;
    if (!finite_positions(list, p)) {
        p->fault |= KM_FAULT_NOT_FINITE;
        return KM_OK;
    }
    return build(list, p);
}

void km_eam_sums_hand_over(const km_eam_sums *sums, int threads, const km_step *s, km_particles *p)
{
    km_eam_sums all = {0};
    for (int t = 0; t < threads; t++) {
        all.energy += sums[t].energy;
        all.fault |= sums[t].fault;
        for (int k = 0; k < KM_TENSOR; k++)
            all.virial[k] += sums[t].virial[k];
    }
    p->fault |= all.fault;
    if (s->energy)
        p->energy[KM_ENERGY_EAM] += km_fixed_to(all.energy);
    for (int k = 0; s->virial && k < KM_TENSOR; k++) /* each pair was met twice */
        p->virial[k] -= 0.25 * km_fixed_to(all.virial[k]);
}
