/* SPDX-License-Identifier: MIT */
/* What the passes over the metal's list go through: a vector of atoms meets rows of neighbours, and
 * finds its place in the tables. Only for units compiled per instruction set.
 *
 * A vector holds atoms of a group, each lane with a neighbour of its own: positions and tables are
 * read as records of four numbers, and turned into vectors. */
#ifndef KM_EAM_ROWS_H
#define KM_EAM_ROWS_H

#include "kernels/eam/eam_lane.h"
#include "kernels/eam/eam_list.h"
#include "kernels/eam/eam_pair.h"

/* Bytes: neighbours and places in the tables are kept as offsets. */
enum { SITE = sizeof(km_eam_site) };

/* What is the same for all pairs. */
typedef struct constants {
    km_lattice_lanes lattice;
    km_lane cutoff2, inverse_step, last, one; /* last interval of the tables */
} constants;

/* Atoms of a group, one per lane. */
typedef struct own_atoms {
    int first;        /* slot of lane 0           */
    km_lane_int slot; /* as neighbours have it */
    km_lane_fraction s[3];
    km_lane slope;     /* beside the coordinates */
    km_lane potential; /* in force passes: beside those of list->site */
    int row[KM_LANES]; /* of the tables of the atom's element, in intervals */
    int n_intervals;
} own_atoms;

/* The pairs of a row with the atoms of a vector, and where they stand in the tables. */
typedef struct pairs {
    km_lane r[3], r2; /* nm, from the neighbour to the atom */
    km_lane_mask near;
    const int *neighbour;
    km_lane slope; /* of the neighbour's embedding */
    km_lane inverse_r, p;
    int interval[KM_LANES], back[KM_LANES]; /* bytes, of the pair of elements, and swapped */
} pairs;

/* Rows go through each stage together: the chain of dependent operations of one is longer than what
 * a processor can look ahead. */
enum { TOGETHER = 8 };

KM_HD constants constants_of(const km_eam_list *list, const km_eam_setup *setup)
{
    return (constants){km_lattice_lanes_of(&list->lattice),
                       km_lane_all((km_real)(setup->cutoff * setup->cutoff)),
                       km_lane_all((km_real)setup->inverse_step),
                       km_lane_all((km_real)(setup->n_intervals - 1)), km_lane_all(KM_R(1.0))};
}

KM_HD own_atoms load_own(const km_eam_list *list, const km_eam_setup *setup,
                         const km_eam_site *site, int first)
{
    own_atoms own;
    int slot[KM_LANES] = {0};
    km_lane record[4];
    own.first = first;
    own.n_intervals = setup->n_intervals;
    for (int k = 0; k < KM_LANES; k++) {
        slot[k] = (first + k) * SITE;
        own.row[k] = list->element[first + k] * setup->n_elements * setup->n_intervals;
    }
    own.slot = km_lane_int_load(slot);
    km_lane_gather4(site, slot, record);
    for (int c = 0; c < 3; c++)
        own.s[c] = (km_lane_fraction)record[c];
    own.slope = record[3];
    return own;
}

/* Which pairs of a row are near. */
KM_HD unsigned meet(const constants *c, const own_atoms *own, const km_eam_site *site,
                    const int *neighbour, pairs *q)
{
    km_lane record[4], d[3];
    km_lane_gather4(site, neighbour, record);
    for (int k = 0; k < 3; k++)
        d[k] = km_lane_fraction_difference(own->s[k], (km_lane_fraction)record[k]);
    q->r2 = km_lattice_vector(&c->lattice, d, q->r);
    q->near =
        km_lane_less(q->r2, c->cutoff2) & km_lane_differ(km_lane_int_load(neighbour), own->slot);
    q->slope = record[3];
    q->neighbour = neighbour;
    return km_lane_bits(q->near);
}

/* several: of elements, and numbers of an interval: constants after inlining. */
KM_HD void place(const bool several, const int numbers, const constants *c, const own_atoms *own,
                 const km_eam_list *list, const km_eam_setup *setup, const int *neighbour, pairs *q)
{
    const int bytes = numbers * (int)sizeof(km_real);
    km_lane inverse2;
    km_lane_inverse(q->r2, &inverse2, &q->inverse_r);
    const km_lane x = q->r2 * q->inverse_r * c->inverse_step;
    const km_lane_int m = km_lane_whole(km_lane_min(x, c->last));
    q->p = km_lane_min(x - km_lane_of_whole(m), c->one);
    km_lane_int_spill(m * bytes, q->interval);
    for (int k = 0; several && k < KM_LANES; k++) {
        const int b = list->element[neighbour[k] / SITE], a = list->element[own->first + k];
        q->back[k] = q->interval[k] + (b * setup->n_elements + a) * own->n_intervals * bytes;
        q->interval[k] += (own->row[k] + b * own->n_intervals) * bytes;
    }
}

/* Meets rows from *row on until as many as go together have near pairs, or the rows end; how many.
 */
KM_HD int gather_rows(const bool several, const int numbers, const constants *c,
                      const own_atoms *own, const km_eam_list *list, const km_eam_setup *setup,
                      const km_eam_site *site, const int *entry, int *row, int end, pairs *q)
{
    int n = 0;
    for (; *row < end && n < TOGETHER; ++*row) {
        const int *neighbour = entry + (ptrdiff_t)*row * KM_EAM_GROUP;
        if (meet(c, own, site, neighbour, &q[n]) != 0)
            place(several, numbers, c, own, list, setup, neighbour, &q[n++]);
    }
    return n;
}

#endif
