/* SPDX-License-Identifier: MIT */
/* Pair slots that the CUDA backend's list makes the device compute, over pairs within the cutoff:
 * pair_slots RECIPE [--copies 2x2x1] [--set k=v]. Runs on the emulated device: the list is the same
 * on every device, so this is a count that needs none. One CSV row. */
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

static km_status count(bench_box *b)
{
    km_simulation *s;
    KM_TRY(bench_box_make(b));
    const km_backend *device = &km_backend_cuda_emulated;
    km_device *opened;
    km_step step = {};
    KM_TRY(device->open(1, &opened));
    KM_TRY(km_simulation_create(device, opened, b->model, b->state, NULL, &s));
    KM_TRY(device->neighbours_update(opened, s->particles, true, &step.rebuilt));
    KM_TRY(device->synchronise(opened, s->particles));
    if (s->particles->fault != 0)
        return KM_FAIL(KM_ERROR_MEMORY, "the list has outgrown its memory");
    km_cluster_build build;
    KM_CUDA(
        cudaMemcpy(&build, s->particles->neighbours->build, sizeof build, cudaMemcpyDeviceToHost));
    km_cluster_entry *entry;
    KM_NEW(entry, build.n_entries);
    KM_CUDA(cudaMemcpy(entry, s->particles->neighbours->entry,
                       sizeof *entry * (size_t)build.n_entries, cudaMemcpyDeviceToHost));
    double tiles = 0;
    for (int k = 0; k < build.n_entries; k++)
        tiles += __builtin_popcount(entry[k] & 255);
    free(entry);
    const double pairs = count_pairs(b);
    const int *m = b->model->pme.mesh;
    printf("system,atoms,atoms_per_nm3,cutoff_nm,skin_nm,pairs_per_atom,slots_per_pair,"
           "tiles_per_entry,entries_per_atom,mesh_points_per_nm3,spline_order\n");
    printf("%s,%d,%.2f,%.3g,%.4g,%.2f,%.4f,%.3f,%.3f,%.1f,%d\n", b->cell.recipe->id, b->model->n,
           b->model->n / km_box_volume(&b->state->box), b->model->pair.cutoff,
           b->model->neighbours.skin, pairs / b->model->n, tiles * KM_WARP / pairs,
           tiles / build.n_entries, (double)build.n_entries / b->model->n,
           (double)m[0] * m[1] * m[2] / km_box_volume(&b->state->box), b->model->pme.spline_order);
    km_simulation_destroy(s);
    device->close(opened);
    return KM_OK;
}

int main(int argc, char **argv)
{
    bench_box b = {};
    km_status status = KM_OK;
    int kept = 1;
    b.copies[0] = b.copies[1] = b.copies[2] = 1;
    b.backend = &km_backend_cpu;
    for (int k = 1; k < argc; k++) { /* one is ours, the rest is the program's */
        if (strcmp(argv[k], "--copies") == 0 && k + 1 < argc && status == KM_OK)
            status = bench_box_copies(argv[++k], b.copies);
        else
            argv[kept++] = argv[k];
    }
    if (status == KM_OK)
        status = km_options_parse(kept, argv, "threads set seed", &b.options);
    if (status == KM_OK)
        status = b.backend->open(b.options.threads, &b.device);
    if (status == KM_OK)
        status = count(&b);
    if (status != KM_OK)
        fprintf(stderr, "pair_slots: %s\n", km_last_error()->message);
    bench_box_destroy(&b);
    return km_status_exit_code(status);
}
