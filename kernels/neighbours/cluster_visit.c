/* SPDX-License-Identifier: MIT */
/* The pairs that the pair loop walks, one by one. */
#include "kernels/neighbours/cluster_list.h"

/* Position of a slot, nm, as the list has wrapped it. */
static km_vec3 wrapped(const km_neighbour_list *list, const km_state *now, int slot)
{
    const double *x = &now->position[3 * (size_t)list->atom[slot]];
    const int *m = list->image + slot;
    return km_vec3_sub(
        km_vec3_make(x[0], x[1], x[2]),
        km_box_image_shift(&now->box, m[0], m[list->n_slots], m[2 * (size_t)list->n_slots]));
}

static void visit_run(const km_neighbour_list *list, const km_cluster_block *near,
                      const km_cluster_run *run, const km_state *now, const bool *wanted,
                      void *self, km_pair_visitor *visitor)
{
    const int masked = run->masked_end - run->masked_begin;
    const int entries = masked + run->full_end - run->full_begin;
    const km_vec3 own =
        km_vec3_add(wrapped(list, now, run->slot), km_list_image_shift(&now->box, run->image));
    for (int e = 0; e < entries; e++) {
        const km_cluster_entry entry =
            e < masked ? near->masked[run->masked_begin + e]
                       : (km_cluster_entry){near->full[run->full_begin + e - masked], 0xff};
        if (entry.j == list->n_j) /* the empty cluster */
            continue;
        for (int b = 0; b < KM_CLUSTER_J; b++) {
            const int slot = entry.j * KM_CLUSTER_J + b;
            if ((entry.mask >> b & 1) != 0 && list->atom[slot] >= 0 &&
                (wanted[list->atom[run->slot]] || wanted[list->atom[slot]]))
                visitor(self, list->atom[run->slot], list->atom[slot],
                        km_vec3_sub(wrapped(list, now, slot), own));
        }
    }
}

km_status km_neighbours_cpu_visit(km_device *device, const km_particles *p, const km_state *now,
                                  const bool *wanted, void *self, km_pair_visitor *visitor)
{
    const km_neighbour_list *list = p->neighbours;
    (void)device;
    for (int b = 0; b < list->n_blocks; b++) {
        const km_cluster_block *near = &list->near[b];
        for (int r = 0; r < near->n_runs; r++)
            visit_run(list, near, &near->run[r], now, wanted, self, visitor);
    }
    return KM_OK;
}
