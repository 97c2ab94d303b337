/* SPDX-License-Identifier: MIT */
/* The loops of the metal, compiled once per instruction set (KM_ISA_NAME names it). */
#include <stdlib.h>

#include "kernels/eam/metal_passes.h"

/* ---- coordinates ---- */

/* Sites of one group; true when an atom has moved so far that the list must be built. In arrays, so
 * that the compiler makes vectors of it. */
bool KM_JOIN(km_eam_refresh_, KM_ISA_NAME)(const km_eam_list *list, const km_particles *p,
                                           int group, double allowance2)
{
    const int first = group * KM_EAM_GROUP, n_slots = list->n_slots;
    const km_box box = list->box;
    const double u = KM_FRACTION_UNIT;
    double x[3][KM_EAM_GROUP];
    km_fraction s[3][KM_EAM_GROUP];
    int moved = 0;
    for (int k = 0; k < KM_EAM_GROUP; k++) { /* fillers are copies of the last atom */
        const int i = list->atom[first + k < list->n ? first + k : list->n - 1];
        for (int c = 0; c < 3; c++)
            x[c][k] = p->position[c * p->n_padded + i];
    }
    for (int k = 0; k < KM_EAM_GROUP; k++) {
        const km_vec3 at = km_box_to_fractional(&box, km_vec3_make(x[0][k], x[1][k], x[2][k]));
        s[0][k] = km_fraction_of(at.x);
        s[1][k] = km_fraction_of(at.y);
        s[2][k] = km_fraction_of(at.z);
        moved |= !(fabs(at.x) + fabs(at.y) + fabs(at.z) < 1e9);
    }
    const km_fraction *was = list->reference + first;
    for (int k = 0; k < KM_EAM_GROUP; k++) {
        const km_vec3 d = km_box_to_cartesian(
            &box, km_vec3_make(u * (double)km_fraction_difference(s[0][k], was[k]),
                               u * (double)km_fraction_difference(s[1][k], was[n_slots + k]),
                               u * (double)km_fraction_difference(
                                       s[2][k], was[2 * (ptrdiff_t)n_slots + k])));
        moved |= !(km_vec3_dot(d, d) <= allowance2);
    }
    for (int k = 0; k < KM_EAM_GROUP; k++)
        for (int c = 0; c < 3; c++)
            list->site[first + k].s[c] = s[c][k];
    return moved != 0;
}

/* ---- first pass: densities ---- */

/* Densities become slopes and, when asked for, embedding energies. */
KM_HD void embed(const bool several, const km_eam_list *list, const km_eam_setup *setup, int first,
                 const double rho[KM_LANES], bool energy, km_eam_sums *sums)
{
    km_embedding e = km_eam_setup_embedding(setup, 0);
    double slope[KM_LANES], u[KM_LANES];
    for (int k = 0; k < KM_LANES; k++) {
        if (several)
            e = km_eam_setup_embedding(setup, list->element[first + k]);
        u[k] = km_embedding_value(&e, rho[k], &slope[k]);
    }
    for (int k = 0; k < KM_LANES; k++) {
        km_eam_site site = list->site[first + k];
        site.slope = (km_real)slope[k];
        list->embedded[first + k] = site;
    }
    for (int k = 0; energy && k < KM_LANES; k++)
        if (list->atom[first + k] >= 0)
            sums->energy += km_fixed_from(u[k]);
}

static void density(const km_eam_list *list, const km_eam_setup *setup, int block, const km_step *s,
                    km_particles *p, km_eam_sums *sums)
{
    (void)p;
    if (setup->n_elements > 1)
        sum_pass(true, KM_EAM_KNOT, KM_EAM_DENSITY, 0, embed, list, setup, block, s->energy, sums);
    else
        sum_pass(false, KM_EAM_KNOT, KM_EAM_DENSITY, 0, embed, list, setup, block, s->energy, sums);
}

/* ---- second pass: forces ---- */

KM_HD km_lane pair_force(const bool several, const km_eam_list *list, const km_eam_setup *setup,
                         const own_atoms *own, const pairs *q, km_lane *u)
{
    km_lane density[4], pair[4];
    (void)list;
    km_lane_gather4(setup->knot + KM_EAM_DENSITY, q->interval, density);
    km_lane_gather4(setup->knot + KM_EAM_PAIR, q->interval, pair);
    const km_lane step = km_lane_all((km_real)setup->inverse_step);
    km_lane slope;
    if (several) {
        km_lane back[4];
        km_lane_gather4(setup->knot + KM_EAM_DENSITY, q->back, back);
        slope =
            own->slope * km_spline_slope(density, q->p) + q->slope * km_spline_slope(back, q->p);
    } else {
        slope = (own->slope + q->slope) * km_spline_slope(density, q->p);
    }
    return km_eam_pair_force(slope, km_spline_value(pair, q->p), km_spline_slope(pair, q->p), step,
                             q->inverse_r, u);
}

static void force(const km_eam_list *list, const km_eam_setup *setup, int block, const km_step *s,
                  km_particles *p, km_eam_sums *sums)
{
    const bool tally = s->energy || s->virial;
    if (setup->n_elements > 1) {
        if (tally)
            force_pass(true, KM_EAM_KNOT, true, pair_force, list, setup, block, p, sums);
        else
            force_pass(true, KM_EAM_KNOT, false, pair_force, list, setup, block, p, sums);
    } else if (tally) {
        force_pass(false, KM_EAM_KNOT, true, pair_force, list, setup, block, p, sums);
    } else {
        force_pass(false, KM_EAM_KNOT, false, pair_force, list, setup, block, p, sums);
    }
}

const km_metal_passes KM_JOIN(km_eam_, KM_ISA_NAME) = {2, {density, force}};

/* ---- the list ---- */

/* Work space for the neighbours of one atom. */
typedef struct scratch {
    int room;
    int *sorted, *slot, *ring; /* room */
} scratch;

/* Rings of equal area that neighbours are sorted into. */
enum { RINGS = 32 };

/* Nearer rings first: then the rows of a group are full at the beginning and out of the cutoff at
 * the end, where the loops pass them over. */
static void sort_by_ring(scratch *w, int n)
{
    int start[RINGS + 1] = {0};
    for (int k = 0; k < n; k++)
        start[w->ring[k] + 1]++;
    for (int ring = 0; ring < RINGS; ring++)
        start[ring + 1] += start[ring];
    for (int k = 0; k < n; k++)
        w->sorted[start[w->ring[k]]++] = w->slot[k];
}

/* Neighbours of one atom. */
static int search_atom(const km_eam_list *list, const km_lattice_lanes *lattice, km_real reach2,
                       int slot, const km_eam_reach *where, scratch *w)
{
    const km_fraction *s = list->reference;
    const size_t n_slots = (size_t)list->n_slots;
    const km_real scale = KM_R(RINGS) / reach2;
    km_lane_fraction own[3];
    int found = 0;
    for (int k = 0; k < 3; k++)
        own[k] = s[(size_t)k * n_slots + (size_t)slot] + (km_lane_fraction){0};
    for (int range = 0; range < where->n; range++)
        for (int j = where->begin[range]; j < where->end[range]; j += KM_LANES) {
            km_lane d[3], r[3];
            for (int k = 0; k < 3; k++) {
                km_lane_fraction other;
                memcpy(&other, s + (size_t)k * n_slots + (size_t)j, sizeof other);
                d[k] = km_lane_fraction_difference(own[k], other);
            }
            const km_lane r2 = km_lattice_vector(lattice, d, r);
            const km_lane_int ring = km_lane_whole(r2 * scale);
            unsigned bits = km_lane_bits(km_lane_less(r2, km_lane_all(reach2)));
            const int left = where->end[range] - j;
            if (left < KM_LANES)
                bits &= (1u << left) - 1u;
            for (; bits != 0; bits &= bits - 1u) {
                const int lane = __builtin_ctz(bits);
                w->slot[found] = j + lane;
                w->ring[found] = ring[lane] < RINGS ? ring[lane] : RINGS - 1;
                found += j + lane != slot;
            }
        }
    sort_by_ring(w, found);
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

/* Work space for as many atoms as there are in these ranges. */
static bool make_scratch(scratch *w, const km_eam_reach *where)
{
    int n = 1;
    for (int range = 0; range < where->n; range++)
        n += where->end[range] - where->begin[range];
    if (w->sorted != NULL && n <= w->room)
        return true;
    free(w->sorted);
    w->room = 2 * n;
    w->sorted = malloc(3 * (size_t)w->room * sizeof *w->sorted);
    if (w->sorted == NULL)
        return false;
    w->slot = w->sorted + w->room;
    w->ring = w->slot + w->room;
    return true;
}

/* Writes the rows of one group behind those of the groups before. */
static bool search_group(const km_eam_list *list, km_eam_block *b, int g, int first,
                         const km_lattice_lanes *lattice, scratch *w)
{
    const double reach = list->reach + 1e-6; /* rounding loses no pair */
    int rows = 0;
    for (int k = 0; k < KM_EAM_GROUP; k++) {
        int n = 0;
        if (list->atom[first + k] >= 0) {
            km_eam_reach where;
            km_eam_list_reach(list, first + k, &where);
            if (!make_scratch(w, &where))
                return false;
            n = search_atom(list, lattice, (km_real)(reach * reach), first + k, &where, w);
        }
        if (n > rows) {
            if (!make_room(b, b->begin[g] + n))
                return false;
            for (int row = rows; row < n; row++) /* until told otherwise they end before it */
                for (int m = 0; m < KM_EAM_GROUP; m++)
                    b->entry[((ptrdiff_t)b->begin[g] + row) * KM_EAM_GROUP + m] =
                        (first + m) * SITE;
            rows = n;
        }
        for (int row = 0; row < n; row++)
            b->entry[((ptrdiff_t)b->begin[g] + row) * KM_EAM_GROUP + k] = w->sorted[row] * SITE;
    }
    b->begin[g + 1] = b->begin[g] + rows;
    return true;
}

bool KM_JOIN(km_eam_search_, KM_ISA_NAME)(const km_eam_list *list, int block)
{
    km_eam_block *b = list->block + block;
    const km_lattice_lanes lattice = km_lattice_lanes_of(&list->lattice);
    scratch w = {0};
    bool fine = true;
    for (int g = 0; g < KM_EAM_BLOCK_GROUPS; g++) {
        const int first = (block * KM_EAM_BLOCK_GROUPS + g) * KM_EAM_GROUP;
        b->begin[g + 1] = b->begin[g];
        if (first < list->n_slots && fine)
            fine = search_group(list, b, g, first, &lattice, &w);
    }
    free(w.sorted);
    return fine;
}
