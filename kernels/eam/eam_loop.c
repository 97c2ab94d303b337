/* SPDX-License-Identifier: MIT */
/* The loops of the metal, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * A vector holds atoms of a group, each lane with a neighbour of its own: positions and tables are
 * read as records of four numbers, and turned into vectors. */
#include <stdlib.h>

#include "kernels/eam/eam_lane.h"
#include "kernels/eam/eam_list.h"
#include "kernels/eam/eam_pair.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

/* What is the same for all pairs. */
typedef struct constants {
    km_lattice_lanes lattice;
    km_lane cutoff2, inverse_step, last, one; /* last interval of the tables */
} constants;

/* Atoms of a group, one per lane. */
typedef struct own_atoms {
    int first; /* slot of lane 0 */
    km_lane_int slot;
    km_lane_fraction s[3];
    km_lane slope;
    int row[KM_LANES]; /* of the tables of the atom's element, in intervals */
    int n_intervals;
} own_atoms;

/* The pairs of a vector. */
typedef struct pairs {
    km_lane r[3], r2; /* nm, from the neighbour to the atom */
    km_lane_mask near;
    km_lane slope; /* of the neighbour's embedding */
} pairs;

/* Where pairs stand in the tables. */
typedef struct places {
    km_lane r, p;
    int interval[KM_LANES], back[KM_LANES]; /* of the pair of elements, and with them swapped */
} places;

static constants constants_of(const km_eam_list *list, const km_eam_setup *setup)
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
    int slot[KM_LANES];
    km_lane record[4];
    own.first = first;
    own.n_intervals = setup->n_intervals;
    for (int k = 0; k < KM_LANES; k++) {
        slot[k] = first + k;
        own.row[k] = list->element[first + k] * setup->n_elements * setup->n_intervals;
    }
    own.slot = km_lane_int_load(slot);
    km_lane_gather4(site, slot, record);
    for (int c = 0; c < 3; c++)
        own.s[c] = (km_lane_fraction)record[c];
    own.slope = record[3];
    return own;
}

KM_HD pairs meet(const constants *c, const own_atoms *own, const km_eam_site *site,
                 const int *neighbour)
{
    pairs q;
    km_lane record[4], d[3];
    km_lane_gather4(site, neighbour, record);
    for (int k = 0; k < 3; k++)
        d[k] = km_lane_fraction_difference(own->s[k], (km_lane_fraction)record[k]);
    q.r2 = km_lattice_vector(&c->lattice, d, q.r);
    q.near =
        km_lane_less(q.r2, c->cutoff2) & km_lane_differ(km_lane_int_load(neighbour), own->slot);
    q.slope = record[3];
    return q;
}

/* several: of elements, a constant after inlining. */
KM_HD places place(const bool several, const constants *c, const own_atoms *own,
                   const km_eam_list *list, const km_eam_setup *setup, const int *neighbour,
                   km_lane r2)
{
    places at;
    at.r = km_lane_sqrt(r2);
    const km_lane x = at.r * c->inverse_step;
    const km_lane_int m = km_lane_whole(km_lane_min(x, c->last));
    at.p = km_lane_min(x - km_lane_of_whole(m), c->one);
    memcpy(at.interval, &m, sizeof m);
    for (int k = 0; several && k < KM_LANES; k++) {
        const int b = list->element[neighbour[k]], a = list->element[own->first + k];
        at.back[k] = at.interval[k] + (b * setup->n_elements + a) * own->n_intervals;
        at.interval[k] += own->row[k] + b * own->n_intervals;
    }
    for (int k = 0; k < KM_LANES; k++) /* to halves of intervals */
        at.interval[k] *= 2;
    return at;
}

/* ---- first pass: densities ---- */

/* Densities of the atoms of a vector become slopes and, fixed, embedding energies. */
KM_HD void embed(const km_eam_list *list, const km_eam_setup *setup, int first, int rows,
                 const km_lane_fixed *sum, km_eam_sums *sums)
{
    for (int k = 0; k < KM_LANES; k++) {
        const int slot = first + k;
        const km_embedding e = km_eam_setup_embedding(setup, list->element[slot]);
        const double rho = (double)km_lane_fixed_sum(sum, k, rows) / setup->density_scale;
        double slope;
        const double u = km_embedding_value(&e, rho, &slope);
        list->embedded[slot] = list->site[slot];
        list->embedded[slot].slope = (km_real)slope;
        if (list->atom[slot] >= 0)
            sums->energy += km_fixed_from(u);
    }
}

KM_HD void density_loop(const bool several, const km_eam_list *list, const km_eam_setup *setup,
                        int block, km_eam_sums *sums)
{
    const km_eam_block *b = list->block + block;
    const constants c = constants_of(list, setup);
    const km_lane limit = km_lane_all((km_real)(setup->density_limit * setup->density_limit));
    for (int g = 0; g < KM_EAM_BLOCK_GROUPS; g++)
        for (int v = 0; v < KM_EAM_GROUP && g + block * KM_EAM_BLOCK_GROUPS < list->n_groups;
             v += KM_LANES) {
            const int first = (block * KM_EAM_BLOCK_GROUPS + g) * KM_EAM_GROUP + v;
            const own_atoms own = load_own(list, setup, list->site, first);
            km_lane_fixed sum = {{{0}}};
            unsigned large = 0;
            for (int row = b->begin[g]; row < b->begin[g + 1]; row++) {
                const int *neighbour = b->entry + (ptrdiff_t)row * KM_EAM_GROUP + v;
                const pairs q = meet(&c, &own, list->site, neighbour);
                const places at = place(several, &c, &own, list, setup, neighbour, q.r2);
                km_lane record[4];
                km_lane_gather4(setup->knot, at.interval, record);
                const km_lane share = km_lane_keep(q.near, km_spline_value(record, at.p));
                large |= km_lane_bits(km_lane_less(limit, share * share));
                km_lane_fixed_add(&sum, share, setup->density_scale);
            }
            if (large != 0)
                sums->fault |= KM_FAULT_FORCE_LIMIT;
            embed(list, setup, first, b->begin[g + 1] - b->begin[g], &sum, sums);
        }
}

void KM_JOIN(km_eam_density_, KM_ISA_NAME)(const km_eam_list *list, const km_eam_setup *setup,
                                           int block, km_eam_sums *sums)
{
    if (setup->n_elements > 1)
        density_loop(true, list, setup, block, sums);
    else
        density_loop(false, list, setup, block, sums);
}

/* ---- second pass: forces ---- */

/* Largest force of a pair that the integer sums hold, kJ/mol/nm. */
#define PAIR_LIMIT 0x1p18

/* The sums over the neighbours of the atoms of a vector. */
typedef struct force_sums {
    km_lane_fixed f[3], u, w[KM_TENSOR];
    unsigned large;
} force_sums;

/* -U'/r of the pairs; their pair energy in *u. */
KM_HD km_lane pair_force(const bool several, const km_eam_setup *setup, const own_atoms *own,
                         const pairs *q, places *at, km_lane *u)
{
    km_lane density[4], pair[4];
    km_lane_gather4(setup->knot, at->interval, density);
    km_lane_gather4(setup->knot + 4, at->interval, pair);
    const km_lane step = km_lane_all((km_real)setup->inverse_step), inverse = KM_R(1.0) / at->r;
    km_lane slope;
    if (several) {
        km_lane back[4];
        for (int k = 0; k < KM_LANES; k++)
            at->back[k] *= 2;
        km_lane_gather4(setup->knot, at->back, back);
        slope =
            own->slope * km_spline_slope(density, at->p) + q->slope * km_spline_slope(back, at->p);
    } else {
        slope = (own->slope + q->slope) * km_spline_slope(density, at->p);
    }
    return km_eam_pair_force(slope, km_spline_value(pair, at->p), km_spline_slope(pair, at->p),
                             step, inverse, u);
}

KM_HD void add_pairs(const bool tally, const pairs *q, km_lane f, km_lane u, force_sums *sums)
{
    const km_lane force[3] = {f * q->r[0], f * q->r[1], f * q->r[2]};
    const km_lane limit = km_lane_all(KM_R(PAIR_LIMIT) * KM_R(PAIR_LIMIT));
    const km_lane f2 = f * f * q->r2;
    /* what is not a number is not below the limit */
    sums->large |=
        ~km_lane_bits(km_lane_less(km_lane_keep(q->near, f2), limit)) & ((1u << KM_LANES) - 1u);
    for (int c = 0; c < 3; c++)
        km_lane_fixed_add(&sums->f[c], km_lane_keep(q->near, force[c]), KM_FIXED_SCALE);
    if (!tally)
        return;
    km_lane_fixed_add(&sums->u, km_lane_keep(q->near, u), KM_FIXED_SCALE);
    const km_lane w[KM_TENSOR] = {force[0] * q->r[0], force[1] * q->r[1], force[2] * q->r[2],
                                  force[1] * q->r[0], force[2] * q->r[0], force[2] * q->r[1]};
    for (int t = 0; t < KM_TENSOR; t++)
        km_lane_fixed_add(&sums->w[t], km_lane_keep(q->near, w[t]), KM_FIXED_SCALE);
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

KM_HD void force_loop(const bool several, const bool tally, const km_eam_list *list,
                      const km_eam_setup *setup, int block, km_particles *p, km_eam_sums *sums)
{
    const km_eam_block *b = list->block + block;
    const constants c = constants_of(list, setup);
    for (int g = 0; g < KM_EAM_BLOCK_GROUPS; g++)
        for (int v = 0; v < KM_EAM_GROUP && g + block * KM_EAM_BLOCK_GROUPS < list->n_groups;
             v += KM_LANES) {
            const int first = (block * KM_EAM_BLOCK_GROUPS + g) * KM_EAM_GROUP + v;
            const own_atoms own = load_own(list, setup, list->embedded, first);
            force_sums sum = {{{{{0}}}}, {{{0}}}, {{{{0}}}}, 0};
            for (int row = b->begin[g]; row < b->begin[g + 1]; row++) {
                const int *neighbour = b->entry + (ptrdiff_t)row * KM_EAM_GROUP + v;
                const pairs q = meet(&c, &own, list->embedded, neighbour);
                places at = place(several, &c, &own, list, setup, neighbour, q.r2);
                km_lane u;
                const km_lane f = pair_force(several, setup, &own, &q, &at, &u);
                add_pairs(tally, &q, f, u, &sum);
            }
            if (sum.large != 0)
                sums->fault |= KM_FAULT_FORCE_LIMIT;
            hand_over(tally, list, first, b->begin[g + 1] - b->begin[g], &sum, p, sums);
        }
}

void KM_JOIN(km_eam_force_, KM_ISA_NAME)(const km_eam_list *list, const km_eam_setup *setup,
                                         int block, bool tally, km_particles *p, km_eam_sums *sums)
{
    if (setup->n_elements > 1) {
        if (tally)
            force_loop(true, true, list, setup, block, p, sums);
        else
            force_loop(true, false, list, setup, block, p, sums);
    } else if (tally) {
        force_loop(false, true, list, setup, block, p, sums);
    } else {
        force_loop(false, false, list, setup, block, p, sums);
    }
}

/* ---- the list ---- */

/* Neighbours of one atom, in the order of slots within each range. */
KM_HD int search_atom(const km_eam_list *list, const km_lattice_lanes *lattice, km_lane reach2,
                      int slot, int *out)
{
    const km_fraction *s = list->reference;
    const size_t n_slots = (size_t)list->n_slots;
    km_eam_reach where;
    km_lane_fraction own[3];
    int found = 0;
    km_eam_list_reach(list, slot, &where);
    for (int k = 0; k < 3; k++)
        own[k] = s[(size_t)k * n_slots + (size_t)slot] + (km_lane_fraction){0};
    for (int range = 0; range < where.n; range++)
        for (int j = where.begin[range]; j < where.end[range]; j += KM_LANES) {
            km_lane d[3];
            for (int k = 0; k < 3; k++) {
                km_lane_fraction other;
                memcpy(&other, s + (size_t)k * n_slots + (size_t)j, sizeof other);
                d[k] = km_lane_fraction_difference(own[k], other);
            }
            km_lane r[3];
            unsigned bits = km_lane_bits(km_lane_less(km_lattice_vector(lattice, d, r), reach2));
            const int left = where.end[range] - j;
            if (left < KM_LANES)
                bits &= (1u << left) - 1u;
            for (; bits != 0; bits &= bits - 1u) {
                const int other = j + __builtin_ctz(bits);
                out[found] = other;
                found += other != slot;
            }
        }
    return found;
}

/* Room for that many rows. */
static bool make_room(km_eam_block *b, int rows)
{
    if (rows <= b->capacity)
        return true;
    const int capacity = rows + rows / 2;
    int *more = realloc(b->entry, (size_t)capacity * KM_EAM_GROUP * sizeof *more);
    if (more == NULL)
        return false;
    b->entry = more;
    b->capacity = capacity;
    return true;
}

/* Most neighbours that one search can find: atoms in the cells around. */
static int most_found(const km_eam_list *list, int slot)
{
    km_eam_reach where;
    int n = 0;
    km_eam_list_reach(list, slot, &where);
    for (int range = 0; range < where.n; range++)
        n += where.end[range] - where.begin[range];
    return n + 1;
}

bool KM_JOIN(km_eam_search_, KM_ISA_NAME)(const km_eam_list *list, int block)
{
    km_eam_block *b = list->block + block;
    const km_lattice_lanes lattice = km_lattice_lanes_of(&list->lattice);
    const double reach = list->reach + 1e-6; /* rounding loses no pair */
    const km_lane reach2 = km_lane_all((km_real)(reach * reach));
    int *found[KM_EAM_GROUP] = {NULL}, n[KM_EAM_GROUP], room = 0;
    bool fine = true;
    b->begin[0] = 0;
    for (int g = 0; g < KM_EAM_BLOCK_GROUPS; g++) {
        const int first = (block * KM_EAM_BLOCK_GROUPS + g) * KM_EAM_GROUP;
        int rows = 0;
        for (int k = 0; fine && k < KM_EAM_GROUP && first < list->n_slots; k++) {
            n[k] = 0;
            if (list->atom[first + k] < 0)
                continue;
            const int most = most_found(list, first + k);
            if (most > room) {
                room = 2 * most;
                for (int m = 0; fine && m < KM_EAM_GROUP; m++) {
                    int *more = realloc(found[m], (size_t)room * sizeof *more);
                    fine = more != NULL;
                    found[m] = fine ? more : found[m];
                }
                if (!fine)
                    break;
            }
            n[k] = search_atom(list, &lattice, reach2, first + k, found[k]);
            rows = n[k] > rows ? n[k] : rows;
        }
        b->begin[g + 1] = b->begin[g] + rows;
        fine = fine && make_room(b, b->begin[g + 1]);
        for (int row = 0; fine && row < rows; row++)
            for (int k = 0; k < KM_EAM_GROUP; k++)
                b->entry[((ptrdiff_t)b->begin[g] + row) * KM_EAM_GROUP + k] =
                    row < n[k] ? found[k][row] : first + k;
    }
    for (int k = 0; k < KM_EAM_GROUP; k++)
        free(found[k]);
    return fine;
}
