/* SPDX-License-Identifier: MIT */
/* What the loops over the metal's list share: a vector of atoms meets rows of neighbours, looks up
 * tables, adds up. Only for units compiled per instruction set.
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
    km_lane slope;
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

/* What the near neighbours of the atoms of a vector sum up to. */
typedef struct share_sum {
    km_lane_fixed sum;
    int rows, end; /* that were added, and after the last with a near pair */
    unsigned large;
} share_sum;

/* Sums the function whose coefficients begin at number `first` of an interval over rows of a group;
 * weighted: times the slope of the neighbour. */
KM_HD share_sum sum_shares(const bool several, const int numbers, const int first,
                           const bool weighted, const constants *c, const own_atoms *own,
                           const km_eam_list *list, const km_eam_setup *setup,
                           const km_eam_site *site, const int *entry, int begin, int end,
                           double scale, double limit)
{
    const km_lane limit2 = km_lane_all((km_real)(limit * limit)),
                  unit = km_lane_all((km_real)scale);
    share_sum out = {{{{0}}}, 0, begin, 0};
    int row = begin, n;
    pairs q[TOGETHER];
    while ((n = gather_rows(several, numbers, c, own, list, setup, site, entry, &row, end, q)) >
           0) {
        out.end = row;
        out.rows += n;
        for (int k = 0; k < n; k++) {
            km_lane record[4];
            km_lane_gather4(setup->knot + first, q[k].interval, record);
            km_lane share = km_lane_keep(q[k].near, km_spline_value(record, q[k].p));
            if (weighted)
                share = km_lane_keep(q[k].near, share * q[k].slope);
            out.large |= km_lane_bits(km_lane_less(limit2, share * share));
            km_lane_fixed_add(&out.sum, share * unit);
        }
    }
    return out;
}

/* ---- forces ---- */

/* Largest force of a pair that the integer sums hold, kJ/mol/nm. */
#define PAIR_LIMIT 0x1p18

/* The sums over the neighbours of the atoms of a vector. */
typedef struct force_sums {
    km_lane_fixed f[3], u, w[KM_TENSOR];
    unsigned large;
} force_sums;

KM_HD void begin_sums(const bool tally, force_sums *sums)
{
    const km_lane_fixed zero = {{{0}}};
    sums->large = 0;
    for (int c = 0; c < 3; c++)
        sums->f[c] = zero;
    for (int t = 0; tally && t < KM_TENSOR; t++)
        sums->w[t] = zero;
    if (tally)
        sums->u = zero;
}

KM_HD void add_pairs(const bool tally, const pairs *q, km_lane f, km_lane u, force_sums *sums)
{
    const km_lane limit = km_lane_all(KM_R(PAIR_LIMIT) * KM_R(PAIR_LIMIT)), f2 = f * f * q->r2;
    /* what is not a number is not below the limit */
    sums->large |=
        ~km_lane_bits(km_lane_less(km_lane_keep(q->near, f2), limit)) & ((1u << KM_LANES) - 1u);
    const km_lane scaled = km_lane_keep(q->near, f * KM_R(KM_FIXED_SCALE));
    const km_lane force[3] = {scaled * q->r[0], scaled * q->r[1], scaled * q->r[2]};
    for (int c = 0; c < 3; c++)
        km_lane_fixed_add(&sums->f[c], force[c]);
    if (!tally)
        return;
    km_lane_fixed_add(&sums->u, km_lane_keep(q->near, u * KM_R(KM_FIXED_SCALE)));
    const km_lane w[KM_TENSOR] = {force[0] * q->r[0], force[1] * q->r[1], force[2] * q->r[2],
                                  force[1] * q->r[0], force[2] * q->r[0], force[2] * q->r[1]};
    for (int t = 0; t < KM_TENSOR; t++)
        km_lane_fixed_add(&sums->w[t], w[t]);
}

/* Hands the forces on the atoms of a vector over, and half the pair energies. */
KM_HD void hand_over(const bool tally, const km_eam_list *list, int first, int rows,
                     const force_sums *from, km_particles *p, km_eam_sums *sums)
{
    for (int k = 0; k < KM_LANES; k++) {
        const int i = list->atom[first + k];
        if (i < 0)
            break;
        for (int c = 0; c < 3; c++)
            p->force[c * p->n_padded + i] += km_lane_fixed_sum(&from->f[c], k, rows);
        if (!tally)
            continue;
        sums->energy += km_lane_fixed_sum(&from->u, k, rows) / 2;
        for (int t = 0; t < KM_TENSOR; t++)
            sums->virial[t] += km_lane_fixed_sum(&from->w[t], k, rows);
    }
}

#endif
