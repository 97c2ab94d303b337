/* SPDX-License-Identifier: MIT */
/* The search for near cluster pairs, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * For each i-cluster and image: the columns within reach, in them the j-clusters whose bounding box
 * is within reach, of those the rows (one atom against a j-cluster) with a pair of atoms within
 * reach. Cost is linear in the number of atoms. */
#include <stdlib.h>

#include "kernels/base/lane.h"
#include "kernels/neighbours/cluster_list.h"
#include "kernels/neighbours/list_reach.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

/* A vector holds one j-cluster for two rows, or for one, or a part of one. */
enum {
    ROWS = KM_LANES > KM_CLUSTER_J ? KM_LANES / KM_CLUSTER_J : 1,
    PARTS = KM_LANES > KM_CLUSTER_J ? 1 : KM_CLUSTER_J / KM_LANES
};

static bool reserve(void **array, int *capacity, int needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    const int wanted = needed + needed / 2 + 64;
    void *grown = realloc(*array, (size_t)wanted * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

/* One i-cluster in one image. */
typedef struct query {
    const km_neighbour_list *list;
    int i;
    km_lane x[KM_CLUSTER_I / ROWS][3]; /* shifted, one atom in each ROWS-th part */
    km_real low[3], high[3];           /* shifted */
    km_real reach2;
    km_cluster_tile *tile;
    int *place; /* of the last tile found with each j-cluster */
    int n_tiles;
} query;

/* Part g of an array of a j-cluster, once for each row. */
KM_HD km_lane load_part(const km_real *array, int g)
{
    return ROWS == 2 ? km_lane_load_halves(array, array) : km_lane_load(array + g * KM_LANES);
}

/* Which of the 32 pairs may interact: all of a row that has an atom within reach, none of others.
 */
KM_HD uint32_t rows_within_reach(const query *q, int j)
{
    const km_real *y = q->list->position + (size_t)j * 3 * KM_CLUSTER_J;
    const km_lane reach2 = km_lane_all(q->reach2);
    uint32_t near = 0;
    for (int g = 0; g < PARTS; g++) {
        const km_lane yx = load_part(y, g), yy = load_part(y + KM_CLUSTER_J, g),
                      yz = load_part(y + 2 * KM_CLUSTER_J, g);
        for (int a = 0; a < KM_CLUSTER_I / ROWS; a++) {
            const km_lane dx = q->x[a][0] - yx, dy = q->x[a][1] - yy, dz = q->x[a][2] - yz;
            const km_lane r2 = km_lane_multiply_add(dx, dx, km_lane_multiply_add(dy, dy, dz * dz));
            near |= (uint32_t)km_lane_bits(km_lane_less(r2, reach2)) << (ROWS * KM_CLUSTER_J * a);
        }
    }
    /* bytes that are not zero become 0xff */
    const uint32_t row = (((near & 0x7f7f7f7fu) + 0x7f7f7f7fu) | near) >> 7 & 0x01010101u;
    return row * 0xffu;
}

KM_HD km_lane gap(km_real low, km_real high, const km_real *other_low, const km_real *other_high)
{
    const km_lane zero = km_lane_all(KM_R(0.0));
    const km_lane below = km_lane_load(other_low) - high, above = low - km_lane_load(other_high);
    const km_lane d = km_lane_keep(km_lane_less(zero, below), below);
    return d + km_lane_keep(km_lane_less(zero, above), above);
}

/* Appends the tiles with j-clusters first..last. */
KM_HD void scan_clusters(query *q, int first, int last)
{
    const int stride = q->list->n_j + KM_CLUSTER_PADDING;
    const km_real *bounds = q->list->bounds_j;
    for (int j = first; j <= last; j += KM_LANES) {
        km_lane d2 = km_lane_all(KM_R(0.0));
        for (int c = 0; c < 3; c++) {
            const km_lane d =
                gap(q->low[c], q->high[c], bounds + c * stride + j, bounds + (3 + c) * stride + j);
            d2 += d * d;
        }
        unsigned near = km_lane_bits(km_lane_less(d2, km_lane_all(q->reach2)));
        if (last - j + 1 < KM_LANES)
            near &= (1u << (last - j + 1)) - 1;
        for (; near != 0; near &= near - 1) {
            const int candidate = j + __builtin_ctz(near);
            const uint32_t mask = rows_within_reach(q, candidate);
            q->tile[q->n_tiles].j = candidate;
            q->tile[q->n_tiles].mask = mask;
            q->place[candidate] = q->n_tiles;
            q->n_tiles += mask != 0;
        }
    }
}

KM_HD bool column_within_reach(const query *q, int column)
{
    const km_real *box = q->list->column_box + (size_t)column * 6;
    km_real d2 = 0;
    for (int c = 0; c < 3; c++) {
        const km_real below = box[c] - q->high[c], above = q->low[c] - box[3 + c];
        const km_real d = below > 0 ? below : (above > 0 ? above : KM_R(0.0));
        d2 += d * d;
    }
    return d2 < q->reach2;
}

/* Columns first..last along one lattice direction that a fractional interval touches. */
static bool column_range(double low, double high, int columns, int *first, int *last)
{
    if (high < -0.5 || low > 0.5)
        return false;
    *first = (int)floor((low + 0.5) * columns);
    *last = (int)floor((high + 0.5) * columns);
    *first = *first < 0 ? 0 : *first;
    *last = *last >= columns ? columns - 1 : *last;
    return *first <= *last;
}

static void shift_cluster(query *q, int image)
{
    const km_neighbour_list *list = q->list;
    const km_real *x =
        list->position + (size_t)(q->i / 2) * 3 * KM_CLUSTER_J + q->i % 2 * KM_CLUSTER_I;
    for (int c = 0; c < 3; c++) {
        const km_real shift = list->shift[image][c];
        q->low[c] = list->bounds_i[(size_t)q->i * 6 + c] + shift;
        q->high[c] = list->bounds_i[(size_t)q->i * 6 + 3 + c] + shift;
        for (int a = 0; a < KM_CLUSTER_I / ROWS; a++) {
            q->x[a][c] = km_lane_all(KM_R(0.0));
            for (int r = 0; r < ROWS; r++) {
                const km_lane_mask own =
                    km_lane_mask_of(((1u << KM_LANES / ROWS) - 1) << (r * KM_LANES / ROWS));
                const km_real atom = x[c * KM_CLUSTER_J + ROWS * a + r] + shift;
                q->x[a][c] += km_lane_keep(own, km_lane_all(atom));
            }
        }
    }
}

/* Finds the tiles of one i-cluster in one image, in ascending order of j. low and high: fractional
 * bounds of the shifted i-cluster, widened by the reach. */
static void search_image(query *q, int image, const double low[3], const double high[3])
{
    const km_neighbour_list *list = q->list;
    int a0, a1, b0, b1;
    q->n_tiles = 0;
    if (high[2] < -0.5 || low[2] > 0.5 ||
        !column_range(low[0], high[0], list->columns[0], &a0, &a1) ||
        !column_range(low[1], high[1], list->columns[1], &b0, &b1))
        return;
    shift_cluster(q, image);
    const int columns_b = list->columns[1];
    int next = image == 0 ? q->i / 2 : 0;
    for (int a = a0; a <= a1; a++) {
        const int begin = a * columns_b + (a % 2 == 0 ? b0 : columns_b - 1 - b1);
        for (int column = begin; column <= begin + b1 - b0; column++) {
            const int start = list->column_start[column], end = list->column_start[column + 1];
            if (start == end)
                continue;
            const int first = start / KM_CLUSTER_J, last = (end - 1) / KM_CLUSTER_J;
            if (last < next || !column_within_reach(q, column))
                continue;
            scan_clusters(q, first > next ? first : next, last);
            next = last + 1; /* a cluster on the border of two columns is seen once */
        }
    }
}

/* The exclusions of an i-cluster as 4 x slot + row; returns their number, -1 without memory. */
static int collect_exclusions(const km_neighbour_list *list, int i, km_cluster_scratch *scratch)
{
    int n = 0;
    if (list->exclusion_start == NULL)
        return 0;
    for (int a = 0; a < KM_CLUSTER_I; a++) {
        const int atom = list->atom[i * KM_CLUSTER_I + a];
        if (atom < 0)
            continue;
        const int begin = list->exclusion_start[atom], end = list->exclusion_start[atom + 1];
        if (!reserve((void **)&scratch->excluded, &scratch->capacity_excluded, n + end - begin,
                     sizeof *scratch->excluded))
            return -1;
        for (int e = begin; e < end; e++)
            scratch->excluded[n++] =
                (uint32_t)list->slot[list->exclusion[e]] * KM_CLUSTER_I + (uint32_t)a;
    }
    return n;
}

/* The tile with a j-cluster, if there is one: a place left by an earlier query does not fit. */
static km_cluster_tile *find_tile(const query *q, int j)
{
    const int place = q->place[j];
    return place < q->n_tiles && q->tile[place].j == j ? q->tile + place : NULL;
}

/* Leaves out the pairs within the excluded group, and tiles that hold no other pair. */
static void mask_group(query *q)
{
    const uint8_t *grouped = q->list->grouped;
    const unsigned own = (unsigned)grouped[q->i / 2] >> (q->i % 2 * KM_CLUSTER_I);
    uint32_t rows = 0;
    for (int a = 0; a < KM_CLUSTER_I; a++)
        rows |= (own >> a & 1u) * (0xffu << (8 * a));
    if (rows == 0)
        return;
    int kept = 0;
    for (int t = 0; t < q->n_tiles; t++) {
        km_cluster_tile tile = q->tile[t];
        tile.mask &= ~(rows & grouped[tile.j] * 0x01010101u);
        q->tile[kept] = tile;
        q->place[tile.j] = kept;
        kept += tile.mask != 0;
    }
    q->n_tiles = kept;
}

static void mask_run(const query *q, bool home, const uint32_t *excluded, int n_excluded)
{
    const km_neighbour_list *list = q->list;
    for (int e = 0; e < n_excluded; e++) {
        const int slot = (int)(excluded[e] / KM_CLUSTER_I), row = (int)(excluded[e] % KM_CLUSTER_I);
        km_cluster_tile *tile = find_tile(q, slot / KM_CLUSTER_J);
        if (tile != NULL)
            tile->mask &= ~(1u << (8 * row + slot % KM_CLUSTER_J));
    }
    if (home && q->tile[0].j == q->i / 2)
        for (int a = 0; a < KM_CLUSTER_I; a++) {
            const int self = q->i % 2 * KM_CLUSTER_I + a; /* lane of the atom itself */
            q->tile[0].mask &= ~(((2u << self) - 1) << (8 * a));
        }
    /* fillers */
    const int real_j = list->n - (list->n_j - 1) * KM_CLUSTER_J,
              real_i = list->n - q->i * KM_CLUSTER_I;
    if (q->tile[q->n_tiles - 1].j == list->n_j - 1)
        q->tile[q->n_tiles - 1].mask &= ((1u << real_j) - 1) * 0x01010101u;
    if (real_i < KM_CLUSTER_I)
        for (int t = 0; t < q->n_tiles; t++)
            q->tile[t].mask &= (1u << (8 * (real_i > 0 ? real_i : 0))) - 1;
}

static void touch(km_cluster_block *block, int block_index, km_cluster_scratch *scratch, int j)
{
    if (scratch->stamp[j] != block_index) {
        scratch->stamp[j] = block_index;
        block->touched[block->n_touched++] = j;
    }
}

/* Appends the run of row a of the query's tiles; room is reserved. Odd rows go backwards, so that a
 * row begins with the clusters that are still in the cache from the row before. */
static void store_run(const query *q, int a, int image, km_cluster_block *block)
{
    const int empty = q->list->n_j;
    km_cluster_run run = {q->i * KM_CLUSTER_I + a, image, block->n_masked, 0, block->n_full, 0};
    int *full = block->full + block->n_full;
    km_cluster_entry *masked = block->masked + block->n_masked;
    int n_full = 0, n_masked = 0;
    for (int k = 0; k < q->n_tiles; k++) {
        const km_cluster_tile tile = q->tile[a % 2 == 0 ? k : q->n_tiles - 1 - k];
        const uint32_t mask = tile.mask >> (8 * a) & 0xff;
        full[n_full] = tile.j;
        n_full += mask == 0xff;
        if (__builtin_expect(mask - 1 < 0xfe, 0)) /* some of its atoms, rare */
            masked[n_masked++] = (km_cluster_entry){tile.j, mask};
    }
    while (n_full % KM_CLUSTER_GROUP != 0)
        full[n_full++] = empty;
    while (n_masked % KM_CLUSTER_GROUP != 0)
        masked[n_masked++] = (km_cluster_entry){empty, 0};
    block->n_full += n_full;
    block->n_masked += n_masked;
    run.masked_end = block->n_masked;
    run.full_end = block->n_full;
    if (n_masked > 0 || n_full > 0)
        block->run[block->n_runs++] = run;
}

/* Appends the tiles of a query to the block, row by row. */
static bool store_rows(const query *q, int image, km_cluster_block *block, int block_index,
                       km_cluster_scratch *scratch)
{
    const int room = KM_CLUSTER_I * (q->n_tiles + KM_CLUSTER_GROUP);
    if (!reserve((void **)&block->run, &block->capacity_runs, block->n_runs + KM_CLUSTER_I,
                 sizeof *block->run) ||
        !reserve((void **)&block->masked, &block->capacity_masked, block->n_masked + room,
                 sizeof *block->masked) ||
        !reserve((void **)&block->full, &block->capacity_full, block->n_full + room,
                 sizeof *block->full) ||
        !reserve((void **)&block->touched, &block->capacity_touched,
                 block->n_touched + q->n_tiles + 1, sizeof *block->touched))
        return false;
    for (int a = 0; a < KM_CLUSTER_I; a++)
        store_run(q, a, image, block);
    touch(block, block_index, scratch, q->i / 2);
    for (int t = 0; t < q->n_tiles; t++)
        touch(block, block_index, scratch, q->tile[t].j);
    return true;
}

/* Fractional bounds of an i-cluster, widened by the reach. */
static void fractional_bounds(const km_neighbour_list *list, int i, double low[3], double high[3])
{
    const km_vec3 heights = km_box_heights(&list->box);
    const double height[3] = {heights.x, heights.y, heights.z};
    for (int c = 0; c < 3; c++) {
        const double *s = list->reference + (size_t)c * list->n_slots + (size_t)i * KM_CLUSTER_I;
        const double width = list->reach * (1.0 + KM_REACH_MARGIN) / height[c];
        low[c] = fmin(fmin(s[0], s[1]), fmin(s[2], s[3])) - width;
        high[c] = fmax(fmax(s[0], s[1]), fmax(s[2], s[3])) + width;
    }
}

bool KM_JOIN(km_cluster_search_, KM_ISA_NAME)(const km_neighbour_list *list, int block_index,
                                              km_cluster_scratch *scratch)
{
    km_cluster_block *block = list->block + block_index;
    block->n_runs = block->n_masked = block->n_full = block->n_touched = 0;
    const int begin = block_index * KM_CLUSTER_BLOCK;
    const int end = begin + KM_CLUSTER_BLOCK < list->n_i ? begin + KM_CLUSTER_BLOCK : list->n_i;
    const double reach = list->reach * (1.0 + KM_REACH_MARGIN);
    query q = {.list = list,
               .reach2 = KM_R(reach * reach),
               .tile = scratch->tile,
               .place = scratch->place};
    for (q.i = begin; q.i < end; q.i++) {
        double low[3], high[3];
        fractional_bounds(list, q.i, low, high);
        const int n_excluded = collect_exclusions(list, q.i, scratch);
        if (n_excluded < 0)
            return false;
        for (int image = 0; image < KM_LIST_IMAGES; image++) {
            int lattice[3];
            double shifted_low[3], shifted_high[3];
            km_list_image(image, lattice);
            for (int c = 0; c < 3; c++) {
                shifted_low[c] = low[c] + lattice[c];
                shifted_high[c] = high[c] + lattice[c];
            }
            search_image(&q, image, shifted_low, shifted_high);
            if (list->excluded_group != NULL)
                mask_group(&q);
            if (q.n_tiles == 0)
                continue;
            mask_run(&q, image == 0, scratch->excluded, n_excluded);
            if (!store_rows(&q, image, block, block_index, scratch))
                return false;
        }
    }
    return true;
}
