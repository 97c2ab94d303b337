/* SPDX-License-Identifier: MIT */
/* The loops of the embedded-ion term, compiled once per instruction set (KM_ISA_NAME names it). */
#include "kernels/eim/eim_loop.h"

#include "kernels/eam/eam_rows.h"
#include "kernels/eim/eim_pair.h"

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

void KM_JOIN(km_eim_charge_, KM_ISA_NAME)(const km_eam_list *list, const km_eim_setup *setup,
                                          int block, km_eam_sums *sums)
{
    const km_eam_setup *t = &setup->table;
    km_eam_block *b = list->block + block;
    const constants c = constants_of(list, t);
    vector_at v;
    for (int index = 0; vector_of(list, block, index, &v); index += KM_LANES) {
        const own_atoms own = load_own(list, t, list->site, v.first);
        const share_sum s = sum_shares(true, KM_EIM_KNOT, KM_EIM_ETA, false, &c, &own, list, t,
                                       list->site, v.entry, b->begin[v.group],
                                       b->begin[v.group + 1], t->density_scale, t->density_limit);
        b->end[v.index] = s.end;
        if (s.large != 0)
            sums->fault |= KM_FAULT_FORCE_LIMIT;
        for (int k = 0; k < KM_LANES; k++) {
            km_eam_site site = list->site[v.first + k];
            site.slope = (km_real)((double)km_lane_fixed_sum(&s.sum, k, s.rows) / t->density_scale);
            list->embedded[v.first + k] = site;
        }
    }
}

void KM_JOIN(km_eim_potential_, KM_ISA_NAME)(const km_eam_list *list, const km_eim_setup *setup,
                                             int block, bool energy, km_eam_sums *sums)
{
    const km_eam_setup *t = &setup->table;
    const km_eam_block *b = list->block + block;
    const constants c = constants_of(list, t);
    vector_at v;
    for (int index = 0; vector_of(list, block, index, &v); index += KM_LANES) {
        const own_atoms own = load_own(list, t, list->embedded, v.first);
        const share_sum s = sum_shares(true, KM_EIM_KNOT, KM_EIM_PSI, true, &c, &own, list, t,
                                       list->embedded, v.entry, b->begin[v.group], b->end[v.index],
                                       setup->potential_scale, setup->potential_limit);
        if (s.large != 0)
            sums->fault |= KM_FAULT_FORCE_LIMIT;
        for (int k = 0; k < KM_LANES; k++) {
            const double at = (double)km_lane_fixed_sum(&s.sum, k, s.rows) / setup->potential_scale;
            list->site[v.first + k].slope = (km_real)at;
            if (energy && list->atom[v.first + k] >= 0)
                sums->energy += km_fixed_from(0.5 * (double)own.slope[k] * at);
        }
    }
}

/* -U'/r of the pairs; phi in *u. own.slope and q->slope are charges. */
KM_HD km_lane ion_force(const km_eam_list *list, const km_eam_setup *t, const own_atoms *own,
                        km_lane potential, const pairs *q, km_lane *u)
{
    km_lane eta[4], phi[4], psi[4], other[4];
    km_lane_gather4(t->knot + KM_EIM_ETA, q->interval, eta);
    km_lane_gather4(t->knot + KM_EIM_PHI, q->interval, phi);
    km_lane_gather4(t->knot + KM_EIM_PSI, q->interval, psi);
    km_lane_gather4(list->site, q->neighbour, other);
    *u = km_spline_value(phi, q->p);
    return km_eim_pair_force(km_spline_slope(phi, q->p), km_spline_slope(psi, q->p),
                             km_spline_slope(eta, q->p), own->slope * q->slope,
                             potential - other[3], km_lane_all((km_real)t->inverse_step),
                             q->inverse_r);
}

KM_HD void ion_force_loop(const bool tally, const km_eam_list *list, const km_eam_setup *t,
                          int block, km_particles *p, km_eam_sums *sums)
{
    const km_eam_block *b = list->block + block;
    const constants c = constants_of(list, t);
    vector_at v;
    for (int index = 0; vector_of(list, block, index, &v); index += KM_LANES) {
        const own_atoms own = load_own(list, t, list->embedded, v.first);
        const km_lane potential = load_own(list, t, list->site, v.first).slope;
        const int end = b->end[v.index];
        force_sums sum;
        int rows = 0, row = b->begin[v.group], n;
        pairs q[TOGETHER];
        begin_sums(tally, &sum);
        while ((n = gather_rows(true, KM_EIM_KNOT, &c, &own, list, t, list->embedded, v.entry, &row,
                                end, q)) > 0) {
            rows += n;
            for (int k = 0; k < n; k++) {
                km_lane u;
                const km_lane f = ion_force(list, t, &own, potential, &q[k], &u);
                add_pairs(tally, &q[k], f, u, &sum);
            }
        }
        if (sum.large != 0)
            sums->fault |= KM_FAULT_FORCE_LIMIT;
        hand_over(tally, list, v.first, rows, &sum, p, sums);
    }
}

void KM_JOIN(km_eim_force_, KM_ISA_NAME)(const km_eam_list *list, const km_eim_setup *setup,
                                         int block, bool tally, km_particles *p, km_eam_sums *sums)
{
    if (tally)
        ion_force_loop(true, list, &setup->table, block, p, sums);
    else
        ion_force_loop(false, list, &setup->table, block, p, sums);
}
