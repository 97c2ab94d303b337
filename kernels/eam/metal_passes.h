/* SPDX-License-Identifier: MIT */
/* The passes that the terms of a metal are made of: a sum over the neighbours of every atom, then
 * forces. A term gives its formulas as functions and what is known of it as constants; both are
 * inlined. Only for units compiled per instruction set. */
#ifndef KM_METAL_PASSES_H
#define KM_METAL_PASSES_H

#include "kernels/eam/eam_rows.h"
#include "kernels/eam/metal_cpu.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

/* A vector of atoms of a block: which, and their part of its list. */
typedef struct vector_at {
    int first, index; /* slot of lane 0, within the block */
    int group;        /* within the block                 */
    const int *entry;
} vector_at;

/* The vectors of a block one by one, from index 0 on; false after the last. */
KM_HD bool vector_of(const km_eam_list *list, int block, int index, vector_at *v)
{
    const int first = block * KM_EAM_BLOCK_GROUPS * KM_EAM_GROUP + index;
    *v = (vector_at){first, index, index / KM_EAM_GROUP,
                     list->block[block].entry + index % KM_EAM_GROUP};
    return index < KM_EAM_BLOCK_GROUPS * KM_EAM_GROUP && first < list->n_slots;
}

/* ---- sums ---- */

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
                           km_eam_whole whole)
{
    const km_lane limit2 = km_lane_all((km_real)(whole.limit * whole.limit)),
                  unit = km_lane_all((km_real)whole.scale);
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

/* What becomes of the sums of the atoms of a vector: a number beside the coordinates of their
 * sites, and energies when asked for. */
typedef void receive_function(const bool several, const km_eam_list *list,
                              const km_eam_setup *setup, int first, const double sum[KM_LANES],
                              bool energy, km_eam_sums *sums);

/* Pass `pass` of a term, over the neighbours in list->site; a later one is weighted, with what the
 * pass before left in list->embedded. The first pass notes where the near neighbours end. */
KM_HD void sum_pass(const bool several, const int numbers, const int first, const int pass,
                    receive_function *receive, const km_eam_list *list, const km_eam_setup *setup,
                    int block, bool energy, km_eam_sums *sums)
{
    const bool weighted = pass > 0;
    const km_eam_site *site = weighted ? list->embedded : list->site;
    const km_eam_whole whole = setup->whole[pass];
    const double unit = 1.0 / whole.scale;
    km_eam_block *b = list->block + block;
    const constants c = constants_of(list, setup);
    vector_at v;
    for (int index = 0; vector_of(list, block, index, &v); index += KM_LANES) {
        const own_atoms own = load_own(list, setup, site, v.first);
        const int end = weighted ? b->end[v.index] : b->begin[v.group + 1];
        const share_sum s = sum_shares(several, numbers, first, weighted, &c, &own, list, setup,
                                       site, v.entry, b->begin[v.group], end, whole);
        double sum[KM_LANES];
        b->end[v.index] = s.end;
        if (s.large != 0)
            sums->fault |= KM_FAULT_FORCE_LIMIT;
        for (int k = 0; k < KM_LANES; k++)
            sum[k] = (double)km_lane_fixed_sum(&s.sum, k, s.rows) * unit;
        receive(several, list, setup, v.first, sum, energy, sums);
    }
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

/* -U'/r of the pairs of a row; their pair energy in *u. */
typedef km_lane pair_function(const bool several, const km_eam_list *list,
                              const km_eam_setup *setup, const own_atoms *own, const pairs *q,
                              km_lane *u);

/* The last pass of a term: forces, from what the passes before left in list->embedded. */
KM_HD void force_pass(const bool several, const int numbers, const bool tally, pair_function *pair,
                      const km_eam_list *list, const km_eam_setup *setup, int block,
                      km_particles *p, km_eam_sums *sums)
{
    const km_eam_block *b = list->block + block;
    const constants c = constants_of(list, setup);
    vector_at v;
    for (int index = 0; vector_of(list, block, index, &v); index += KM_LANES) {
        own_atoms own = load_own(list, setup, list->embedded, v.first);
        own.potential = load_own(list, setup, list->site, v.first).slope;
        const int end = b->end[v.index];
        force_sums sum;
        int rows = 0, row = b->begin[v.group], n;
        pairs q[TOGETHER];
        begin_sums(tally, &sum);
        while ((n = gather_rows(several, numbers, &c, &own, list, setup, list->embedded, v.entry,
                                &row, end, q)) > 0) {
            rows += n;
            for (int k = 0; k < n; k++) {
                km_lane u;
                const km_lane f = pair(several, list, setup, &own, &q[k], &u);
                add_pairs(tally, &q[k], f, u, &sum);
            }
        }
        if (sum.large != 0)
            sums->fault |= KM_FAULT_FORCE_LIMIT;
        hand_over(tally, list, v.first, rows, &sum, p, sums);
    }
}

#endif
