/* SPDX-License-Identifier: MIT */
/* Pair slots that the CUDA backend's list makes the device compute, over pairs within the cutoff:
 * pair_slots [RECIPE] [--from RUN] [--copies 2x2x1] [--set k=v]. Runs on the emulated device: the
 * list is the same on every device, so this is a count that needs none. One CSV row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/neighbours/cluster_list.cuh"

extern "C" {
#include "bench/bench_box.h"
extern const km_backend km_backend_cuda_emulated;
}

using namespace KM_CUDA_NAMESPACE;

/* Pairs of atoms closer than the cutoff, counted over all images of neighbouring cells. */
static double count_pairs(const bench_box *b)
{
    const km_state *state = b->state;
    const double cutoff = b->model->pair.cutoff;
    double pairs = 0;
#pragma omp parallel for reduction(+ : pairs) schedule(dynamic, 64)
    for (int i = 0; i < state->n; i++)
        for (int j = i + 1; j < state->n; j++) {
            const double *x = state->position + 3 * i, *y = state->position + 3 * j;
            const km_vec3 d = km_box_minimum_image(
                &state->box, km_vec3_make(x[0] - y[0], x[1] - y[1], x[2] - y[2]));
            pairs += km_vec3_dot(d, d) < cutoff * cutoff;
        }
    return pairs;
}

typedef struct list_counts {
    double tiles, entries;
} list_counts;

/* Of the near tiles, which are what the pair term computes. */
static km_status count_entries(const km_neighbour_list *list, list_counts *out)
{
    km_cluster_build build;
    km_cluster_unit *unit = NULL;
    km_cluster_entry *entry = NULL;
    int *count = NULL;
    KM_CUDA(cudaMemcpy(&build, list->build, sizeof build, cudaMemcpyDeviceToHost));
    KM_NEW(unit, build.n_units);
    KM_NEW(count, build.n_units);
    KM_NEW(entry, build.n_entries);
    KM_CUDA(
        cudaMemcpy(unit, list->unit, sizeof *unit * (size_t)build.n_units, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(count, list->near_count, sizeof *count * (size_t)build.n_units,
                       cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(entry, list->near_entry, sizeof *entry * (size_t)build.n_entries,
                       cudaMemcpyDeviceToHost));
    for (int u = 0; u < build.n_units; u++) {
        for (int e = 0; e < count[u]; e++)
            out->tiles += __builtin_popcount(entry[unit[u].begin + e] & 255);
        out->entries += count[u];
    }
    free(unit);
    free(count);
    free(entry);
    return KM_OK;
}

static km_status build_list(const bench_box *b, km_simulation *s, list_counts *out)
{
    bool rebuilt;
    KM_TRY(b->backend->neighbours_update(b->device, s->particles, true, &rebuilt));
    KM_TRY(b->backend->synchronise(b->device, s->particles));
    if (s->particles->fault != 0)
        return KM_FAIL(KM_ERROR_MEMORY, "the list has outgrown its memory");
    return count_entries(s->particles->neighbours, out);
}

static km_status count(bench_box *b)
{
    km_simulation *s;
    list_counts list = {};
    KM_TRY(bench_box_make(b));
    KM_TRY(km_simulation_create(b->backend, b->device, b->model, b->state, NULL, &s));
    const km_status status = build_list(b, s, &list);
    km_simulation_destroy(s);
    KM_TRY(status);
    const double n = b->model->n, volume = km_box_volume(&b->state->box), pairs = count_pairs(b);
    const int *m = b->model->pme.mesh;
    printf("system,atoms,atoms_per_nm3,cutoff_nm,skin_nm,pairs_per_atom,slots_per_pair,"
           "tiles_per_entry,entries_per_atom,mesh_points_per_nm3,spline_order\n");
    printf("%s,%d,%.2f,%.3g,%.4g,%.2f,%.4f,%.3f,%.3f,%.1f,%d\n", b->cell.recipe->id, b->model->n,
           n / volume, b->model->pair.cutoff, b->model->neighbours.skin, pairs / n,
           list.tiles * KM_WARP / pairs, list.tiles / list.entries, list.entries / n,
           (double)m[0] * m[1] * m[2] / volume, b->model->pme.spline_order);
    return KM_OK;
}

int main(int argc, char **argv)
{
    bench_box b = {};
    b.copies[0] = b.copies[1] = b.copies[2] = 1;
    b.backend = &km_backend_cuda_emulated;
    km_status status = bench_box_arguments(&b, &argc, argv);
    if (status == KM_OK)
        status = km_options_parse(argc, argv, "threads set seed", &b.options);
    if (status == KM_OK)
        status = b.backend->open(1, &b.device);
    if (status == KM_OK)
        status = count(&b);
    if (status != KM_OK)
        fprintf(stderr, "pair_slots: %s\n", km_last_error()->message);
    bench_box_destroy(&b);
    return km_status_exit_code(status);
}
