/* SPDX-License-Identifier: MIT */
/* Pruning of the pair list, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * A build is dear, so it reaches far; the pair loop wants few pairs, so it walks what pruning has
 * left: the j-clusters of which an atom is within the shorter reach of the run's atom, now. Idea:
 * the dual list of Pall & Hess, doi:10.1063/5.0018516. */
#include <stdlib.h>

#include "kernels/base/lane.h"
#include "kernels/neighbours/cluster_list.h"
#include "kernels/neighbours/list_reach.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

/* j-clusters looked at together: as many as a vector holds. */
enum { TOGETHER = KM_LANES > KM_CLUSTER_J ? KM_LANES / KM_CLUSTER_J : 1 };
_Static_assert(KM_CLUSTER_GROUP % TOGETHER == 0, "runs are filled up to whole groups");

/* The atom of a run. */
typedef struct probe {
    const km_real *position;
    km_lane x, y, z, reach2;
} probe;

static bool reserve(void **array, int *capacity, int needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    void *grown = realloc(*array, (size_t)needed * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = needed;
    return true;
}

KM_HD unsigned bits_near(const probe *q, km_lane x, km_lane y, km_lane z)
{
    const km_lane dx = q->x - x, dy = q->y - y, dz = q->z - z;
    const km_lane r2 = km_lane_multiply_add(dx, dx, km_lane_multiply_add(dy, dy, dz * dz));
    return km_lane_bits(km_lane_less(r2, q->reach2));
}

/* Which atoms of the TOGETHER j-clusters are within reach: 8 bits for each cluster. */
KM_HD unsigned atoms_near(const probe *q, const int *j)
{
    const km_real *x = q->position + (size_t)j[0] * 3 * KM_CLUSTER_J;
    const km_real *y = x + KM_CLUSTER_J, *z = y + KM_CLUSTER_J;
#if KM_LANES > 8
    const km_real *x1 = q->position + (size_t)j[1] * 3 * KM_CLUSTER_J;
    const km_real *y1 = x1 + KM_CLUSTER_J, *z1 = y1 + KM_CLUSTER_J;
    return bits_near(q, km_lane_load_halves(x, x1), km_lane_load_halves(y, y1),
                     km_lane_load_halves(z, z1));
#else
    unsigned near = 0;
    for (int g = 0; g < KM_CLUSTER_J; g += KM_LANES)
        near |= bits_near(q, km_lane_load(x + g), km_lane_load(y + g), km_lane_load(z + g)) << g;
    return near;
#endif
}

/* Copies what is near of the full j-clusters of a run; returns their number. */
KM_HD int prune_full(const probe *q, const int *from, int n, int *to)
{
    int kept = 0;
    for (int k = 0; k < n; k += TOGETHER) {
        const unsigned near = atoms_near(q, from + k);
        for (int m = 0; m < TOGETHER; m++) {
            to[kept] = from[k + m];
            kept += (near >> (KM_CLUSTER_J * m) & 0xff) != 0;
        }
    }
    return kept;
}

KM_HD int prune_masked(const probe *q, const km_cluster_entry *from, int n, km_cluster_entry *to)
{
    int kept = 0;
    for (int k = 0; k < n; k += TOGETHER) {
        int j[TOGETHER];
        for (int m = 0; m < TOGETHER; m++)
            j[m] = from[k + m].j;
        const unsigned near = atoms_near(q, j);
        for (int m = 0; m < TOGETHER; m++) {
            to[kept] = from[k + m];
            kept += (near >> (KM_CLUSTER_J * m) & from[k + m].mask) != 0;
        }
    }
    return kept;
}

KM_HD probe probe_of(const km_neighbour_list *list, const km_cluster_run *run, double reach)
{
    const km_real *x = list->ahead + (size_t)(run->slot / KM_CLUSTER_J) * 3 * KM_CLUSTER_J +
                       run->slot % KM_CLUSTER_J;
    const km_real *shift = list->shift[run->image];
    return (probe){list->ahead, km_lane_all(x[0] + shift[0]),
                   km_lane_all(x[KM_CLUSTER_J] + shift[1]),
                   km_lane_all(x[2 * KM_CLUSTER_J] + shift[2]), km_lane_all(KM_R(reach * reach))};
}

bool KM_JOIN(km_cluster_prune_, KM_ISA_NAME)(const km_neighbour_list *list, int block_index)
{
    const km_cluster_block *block = list->block + block_index;
    km_cluster_block *near = list->near + block_index;
    const double reach = list->reach_near * (1.0 + KM_REACH_MARGIN);
    const km_cluster_entry nothing = {list->n_j, 0};
    near->n_runs = near->n_masked = near->n_full = 0;
    if (!reserve((void **)&near->run, &near->capacity_runs, block->n_runs, sizeof *near->run) ||
        !reserve((void **)&near->masked, &near->capacity_masked, block->n_masked,
                 sizeof *near->masked) ||
        !reserve((void **)&near->full, &near->capacity_full, block->n_full, sizeof *near->full))
        return false;
    for (int r = 0; r < block->n_runs; r++) {
        const km_cluster_run *from = block->run + r;
        const probe q = probe_of(list, from, reach);
        km_cluster_run run = {from->slot, from->image, near->n_masked, 0, near->n_full, 0};
        near->n_masked +=
            prune_masked(&q, block->masked + from->masked_begin,
                         from->masked_end - from->masked_begin, near->masked + near->n_masked);
        while ((near->n_masked - run.masked_begin) % KM_CLUSTER_GROUP != 0)
            near->masked[near->n_masked++] = nothing;
        near->n_full += prune_full(&q, block->full + from->full_begin,
                                   from->full_end - from->full_begin, near->full + near->n_full);
        while ((near->n_full - run.full_begin) % KM_CLUSTER_GROUP != 0)
            near->full[near->n_full++] = list->n_j;
        run.masked_end = near->n_masked;
        run.full_end = near->n_full;
        if (run.masked_end > run.masked_begin || run.full_end > run.full_begin)
            near->run[near->n_runs++] = run;
    }
    return true;
}
