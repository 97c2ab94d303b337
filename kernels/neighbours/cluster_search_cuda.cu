/* SPDX-License-Identifier: MIT */
/* The search for near cluster pairs on a GPU: one block per supercluster.
 *
 * For each image: the superclusters in the cells within reach, in ascending order; of those the
 * tiles (8 atoms against 4) whose bounding boxes are within reach; of those the ones with a pair of
 * atoms within reach. The j-clusters with an excluded pair come first, then the others. Memory is
 * taken by atomic counters, which decide where things lie and nothing else. Cost is linear in the
 * number of atoms. */
#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/neighbours/list_reach.h"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 256, WARPS = THREADS / KM_WARP;
constexpr int CLUSTERS_I = KM_SUPERCLUSTER / KM_CLUSTER_I; /* of a supercluster */
constexpr int CLUSTERS_J = KM_SUPERCLUSTER / KM_CLUSTER_J;
constexpr unsigned GROUPED_I = (1u << KM_CLUSTER_I) - 1, GROUPED_J = (1u << KM_CLUSTER_J) - 1;
constexpr int EACH = THREADS / KM_SUPERCLUSTER; /* threads per atom of the supercluster */

/* The supercluster in one image. */
typedef struct query {
    int super;
    bool home;
    km_real shift[3];         /* nm */
    km_cluster_bounds bounds; /* nm  shifted */
    double low[3], high[3];   /*     fractional, shifted and widened by the reach */
    km_real reach2;           /* nm^2 */
} query;

/* What a block shares: one supercluster, its candidates in one image, and their tiles. */
typedef struct search {
    query q[KM_LIST_IMAGES];
    km_real4 x[KM_SUPERCLUSTER];            /* nm  in the home image                             */
    km_cluster_bounds bounds_i[CLUSTERS_I]; /*     in the home image                             */
    int column_first[THREADS];         /*     first supercluster of a column                    */
    int column_start[THREADS];         /*     superclusters in the columns before               */
    int candidate[THREADS];            /*     superclusters within reach, ascending             */
    uint8_t mask[THREADS][CLUSTERS_J]; /* bit c: i-cluster c is within reach of the j-cluster     */
    unsigned excluded[THREADS];        /*     bit per j-cluster: holds an excluded pair         */
    unsigned grouped[CLUSTERS_I];      /*     bit per atom: is of the excluded group            */
    int place[THREADS];                /*     entries before: low half masked, high half full   */
    km_real4 other[WARPS][KM_SUPERCLUSTER]; /* nm  a candidate of each warp, in our image        */
    int part[WARPS];
    int entry, exclusion, unit; /* first of each that the block may fill; entry -1 = no room */
} search;

/* Exclusive sum over the block, or with `greatest` the largest of -1 and the earlier ones; *total
 * is that of all. */
static __device__ int block_scan(int x, bool greatest, int *part, int *total)
{
    const int lane = (int)threadIdx.x % KM_WARP, warp = (int)threadIdx.x / KM_WARP;
    const int neutral = greatest ? -1 : 0;
    int upto = x;
    for (int offset = 1; offset < KM_WARP; offset *= 2) {
        const int below = __shfl_up_sync(KM_WARP_ALL, upto, (unsigned)offset);
        if (lane >= offset)
            upto = greatest ? max(upto, below) : upto + below;
    }
    __syncthreads(); /* an earlier scan may still be read */
    if (lane == KM_WARP - 1)
        part[warp] = upto;
    __syncthreads();
    int before = neutral, all = neutral;
    for (int w = 0; w < WARPS; w++) {
        before = w < warp ? (greatest ? max(before, part[w]) : before + part[w]) : before;
        all = greatest ? max(all, part[w]) : all + part[w];
    }
    const int below = __shfl_up_sync(KM_WARP_ALL, upto, 1u);
    const int in_warp = lane > 0 ? below : neutral;
    *total = all;
    return greatest ? max(before, in_warp) : before + in_warp;
}

static __device__ bool near(const km_cluster_bounds *a, const km_cluster_bounds *b, km_real reach2)
{
    km_real d2 = 0;
    for (int c = 0; c < 3; c++) {
        const km_real d = max(max(b->low[c] - a->high[c], a->low[c] - b->high[c]), KM_R(0.0));
        d2 += d * d;
    }
    return d2 < reach2;
}

/* Cells first..last along one lattice direction that a fractional interval touches. */
static __device__ bool cell_range(double low, double high, int cells, int *first, int *last)
{
    if (high < -0.5 || low > 0.5)
        return false;
    *first = max((int)floor((low + 0.5) * cells), 0);
    *last = min((int)floor((high + 0.5) * cells), cells - 1);
    return *first <= *last;
}

static __device__ void make_query(const km_neighbour_list *list, const km_box *box, int super,
                                  int image, query *out)
{
    int lattice[3];
    km_list_image(image, lattice);
    const km_vec3 v = km_list_image_shift(box, image), h = km_box_heights(box);
    const double shift[3] = {v.x, v.y, v.z}, height[3] = {h.x, h.y, h.z};
    const double reach = list->build->reach * (1.0 + KM_REACH_MARGIN);
    query q;
    q.super = super;
    q.home = image == 0;
    q.bounds = list->bounds[super];
    for (int c = 0; c < 3; c++) {
        q.shift[c] = (km_real)shift[c];
        q.bounds.low[c] += q.shift[c];
        q.bounds.high[c] += q.shift[c];
        q.low[c] = list->fractional_bounds[super * 6 + c] + lattice[c] - reach / height[c];
        q.high[c] = list->fractional_bounds[super * 6 + 3 + c] + lattice[c] + reach / height[c];
    }
    q.reach2 = (km_real)(reach * reach);
    *out = q;
}

/* Superclusters first..last with atoms in column number k of the rectangle of columns. */
static __device__ void column_range(const km_neighbour_list *list, const int a[2], const int b[2],
                                    const int layer[2], int k, int *first, int *last)
{
    const int columns_b = list->build->columns[1], layers = list->build->layers;
    const int width = b[1] - b[0] + 1, row = a[0] + k / width;
    const int column = row * columns_b + (row % 2 == 0 ? b[0] : columns_b - 1 - b[1]) + k % width;
    const bool up = column % 2 == 0;
    const int *start = list->cell_start + (size_t)column * layers;
    const int begin = start[up ? layer[0] : layers - 1 - layer[1]];
    const int end = start[(up ? layer[1] : layers - 1 - layer[0]) + 1];
    *first = begin / KM_SUPERCLUSTER;
    *last = begin < end ? (end - 1) / KM_SUPERCLUSTER : -1;
}

/* The superclusters number `begin` and on of those in the columns that are within reach, at most
 * THREADS; returns how many. */
static __device__ int find_candidates(const km_neighbour_list *list, const query *q, search *s,
                                      int begin, int total)
{
    const int k = begin + (int)threadIdx.x;
    int candidate = -1, n;
    if (k < total) {
        int low = 0, high = THREADS - 1; /* the last column that starts at or before k */
        while (low < high) {
            const int middle = (low + high + 1) / 2;
            if (s->column_start[middle] <= k)
                low = middle;
            else
                high = middle - 1;
        }
        candidate = s->column_first[low] + k - s->column_start[low];
        if (!near(&q->bounds, &list->bounds[candidate], q->reach2))
            candidate = -1;
    }
    const int place = block_scan(candidate >= 0, false, s->part, &n);
    if (candidate >= 0)
        s->candidate[place] = candidate;
    __syncthreads();
    return n;
}

/* Bit c of the result: atom row c x 8 of the supercluster is within reach of the lane's atom of
 * j-cluster j, for the bits in `wanted`; the same in all lanes. */
static __device__ unsigned tiles_within_reach(const query *q, const search *s,
                                              const km_real4 *other, int j, unsigned wanted)
{
    const int lane = (int)threadIdx.x % KM_WARP;
    const km_real4 y = other[j * KM_CLUSTER_J + lane / KM_CLUSTER_I];
    unsigned tiles = 0;
    for (int c = 0; c < CLUSTERS_I; c++)
        if (wanted >> c & 1) {
            const km_real4 x = s->x[c * KM_CLUSTER_I + lane % KM_CLUSTER_I];
            const km_real dx = x.x - y.x, dy = x.y - y.y, dz = x.z - y.z;
            const bool hit = dx * dx + dy * dy + dz * dz < q->reach2;
            tiles |= (__any_sync(KM_WARP_ALL, hit) != 0 ? 1u : 0u) << c;
        }
    return tiles;
}

/* Bit per atom of a j-cluster: is of the excluded group, or nobody. */
static __device__ unsigned grouped_j(const km_neighbour_list *list, int cluster)
{
    unsigned bits = 0;
    for (int b = 0; b < KM_CLUSTER_J; b++) {
        const int atom = list->atom[cluster * KM_CLUSTER_J + b];
        bits |= (atom < 0 || list->excluded_group[atom] ? 1u : 0u) << b;
    }
    return bits;
}

/* The tiles of one candidate, by one warp. */
static __device__ void find_tiles(const km_neighbour_list *list, const query *q, search *s, int m)
{
    const int lane = (int)threadIdx.x % KM_WARP, candidate = s->candidate[m];
    km_real4 *other = s->other[threadIdx.x / KM_WARP];
    for (int k = lane; k < KM_SUPERCLUSTER; k += KM_WARP) {
        km_real4 y = list->xq[candidate * KM_SUPERCLUSTER + k];
        y.x -= q->shift[0];
        y.y -= q->shift[1];
        y.z -= q->shift[2];
        other[k] = y;
    }
    const int j = lane % CLUSTERS_J, half = lane / CLUSTERS_J * (CLUSTERS_I / 2);
    km_cluster_bounds bounds = list->bounds_j[candidate * CLUSTERS_J + j];
    for (int c = 0; c < 3; c++) {
        bounds.low[c] -= q->shift[c];
        bounds.high[c] -= q->shift[c];
    }
    unsigned wanted = 0, tiles = 0;
    for (int c = half; c < half + CLUSTERS_I / 2; c++)
        wanted |= (near(&s->bounds_i[c], &bounds, q->reach2) ? 1u : 0u) << c;
    wanted |= __shfl_xor_sync(KM_WARP_ALL, wanted, CLUSTERS_J);
    if (list->excluded_group != NULL && grouped_j(list, candidate * CLUSTERS_J + j) == GROUPED_J)
        for (int c = 0; c < CLUSTERS_I; c++)
            wanted &= ~((s->grouped[c] == GROUPED_I ? 1u : 0u) << c);
    if (q->home && candidate == q->super) /* below the diagonal j < i */
        wanted &= (2u << (j * KM_CLUSTER_J / KM_CLUSTER_I)) - 1;
    __syncwarp();
    unsigned left = __ballot_sync(KM_WARP_ALL, wanted != 0) & ((1u << CLUSTERS_J) - 1);
    for (; left != 0; left &= left - 1) {
        const int next = __ffs((int)left) - 1;
        const unsigned found =
            tiles_within_reach(q, s, other, next, __shfl_sync(KM_WARP_ALL, wanted, next));
        tiles = j == next ? found : tiles;
    }
    if (lane < CLUSTERS_J)
        s->mask[m][j] = (uint8_t)tiles;
    __syncwarp(); /* before `other` is filled again */
}

static __device__ int find_candidate(const search *s, int n, int super)
{
    int low = 0, high = n;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (s->candidate[middle] < super)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && s->candidate[low] == super ? low : -1;
}

/* A pair that must not interact: where its tile is, and the lane in it. */
typedef struct excluded_pair {
    int m, j, c, lane; /* candidate, j-cluster in it, i-cluster, lane; m < 0 = not here */
} excluded_pair;

static __device__ excluded_pair locate(const search *s, int n, int own, int slot)
{
    excluded_pair e;
    e.m = find_candidate(s, n, slot / KM_SUPERCLUSTER);
    e.j = slot % KM_SUPERCLUSTER / KM_CLUSTER_J;
    e.c = own / KM_CLUSTER_I;
    e.lane = slot % KM_CLUSTER_J * KM_CLUSTER_I + own % KM_CLUSTER_I;
    if (e.m >= 0 && (s->mask[e.m][e.j] >> e.c & 1) == 0)
        e.m = -1;
    return e;
}

/* Clears the pair's bit in its row; the j-clusters with exclusions come first in the entries. */
static __device__ void exclude(const km_neighbour_list *list, const search *s, excluded_pair e)
{
    int row = s->exclusion + (s->place[e.m] & 0xffff);
    for (int j = 0; j < e.j; j++)
        row += s->mask[e.m][j] != 0 && (s->excluded[e.m] >> j & 1) != 0;
    uint32_t *four = (uint32_t *)list->exclusion_mask + (size_t)row * (KM_WARP / 4) + e.lane / 4;
    atomicAnd(four, ~(1u << (e.lane % 4 * 8 + e.c)));
}

/* The same for the pairs within the excluded group, in tiles that hold others too. */
static __device__ void each_grouped(const km_neighbour_list *list, search *s, int n, bool write)
{
    for (int k = (int)threadIdx.x; k < n * CLUSTERS_J; k += THREADS) {
        const int m = k / CLUSTERS_J, j = k % CLUSTERS_J;
        const unsigned others = grouped_j(list, s->candidate[m] * CLUSTERS_J + j);
        for (int c = 0; c < CLUSTERS_I; c++) {
            if ((s->mask[m][j] >> c & 1) == 0 || others == 0 || s->grouped[c] == 0)
                continue;
            if (!write)
                atomicOr(&s->excluded[m], 1u << j);
            for (int lane = 0; write && lane < KM_WARP; lane++)
                if ((s->grouped[c] >> lane % KM_CLUSTER_I & others >> lane / KM_CLUSTER_I & 1) != 0)
                    exclude(list, s, {m, j, c, lane});
        }
    }
}

/* Every excluded pair of the supercluster with the candidates: marks its j-cluster, or with `write`
 * clears its bit. */
static __device__ void each_exclusion(const km_neighbour_list *list, const query *q, search *s,
                                      int n, bool write)
{
    const int own = (int)threadIdx.x % KM_SUPERCLUSTER, own_slot = q->super * KM_SUPERCLUSTER + own;
    const int atom = list->exclusion_start != NULL ? list->atom[own_slot] : -1;
    if (atom >= 0)
        for (int e = list->exclusion_start[atom] + (int)threadIdx.x / KM_SUPERCLUSTER;
             e < list->exclusion_start[atom + 1]; e += THREADS / KM_SUPERCLUSTER) {
            const excluded_pair pair = locate(s, n, own, list->slot[list->exclusion[e]]);
            if (pair.m >= 0 && write)
                exclude(list, s, pair);
            else if (pair.m >= 0)
                atomicOr(&s->excluded[pair.m], 1u << pair.j);
        }
    if (list->excluded_group != NULL)
        each_grouped(list, s, n, write);
    if (!q->home)
        return;
    /* the atom itself and those before it */
    for (int other = (int)threadIdx.x / KM_SUPERCLUSTER; other <= own; other += EACH) {
        const excluded_pair pair = locate(s, n, own, q->super * KM_SUPERCLUSTER + other);
        if (pair.m >= 0 && write)
            exclude(list, s, pair);
        else if (pair.m >= 0)
            atomicOr(&s->excluded[pair.m], 1u << pair.j);
    }
}

/* Takes memory for n entries, of which `masked` have exclusions; s->entry is negative when there is
 * not enough. */
static __device__ void take_memory(const km_neighbour_list *list, search *s, int masked, int n,
                                   int units, km_cuda_state *state)
{
    km_cluster_build *build = list->build;
    const int entry = atomicAdd(&build->n_entries, n);
    const int exclusion = atomicAdd(&build->n_exclusions, masked);
    const int unit = atomicAdd(&build->n_units, units);
    const bool fits = entry <= list->capacity_entries - n &&
                      exclusion <= list->capacity_exclusions - masked &&
                      unit <= list->capacity_units - units;
    s->entry = fits ? entry : -1;
    s->exclusion = exclusion;
    s->unit = unit;
    if (!fits)
        atomicOr(&state->fault, KM_FAULT_LIST);
}

/* The units of n entries, of which the first `masked` have exclusions; empty without memory. */
static __device__ void write_units(const km_neighbour_list *list, const query *q, const search *s,
                                   int image, int masked, int n, int units)
{
    for (int u = (int)threadIdx.x; u < units && s->unit + u < list->capacity_units; u += THREADS) {
        km_cluster_unit unit = {q->super, image, 0, 0, 0, 0};
        if (s->entry >= 0) {
            const int begin = n * u / units, end = n * (u + 1) / units;
            unit.begin = s->entry + begin;
            unit.n = end - begin;
            unit.n_masked = min(max(masked - begin, 0), unit.n);
            unit.exclusion = s->exclusion + begin;
        }
        list->unit[s->unit + u] = unit;
    }
}

/* The entries of the candidate of this thread, and all pairs of its share of the rows allowed. */
static __device__ void write_entries(const km_neighbour_list *list, const search *s,
                                     unsigned present, int masked)
{
    const int m = (int)threadIdx.x;
    int masked_entry = s->entry + (s->place[m] & 0xffff);
    int full_entry = s->entry + masked + (s->place[m] >> 16);
    for (unsigned left = present; left != 0; left &= left - 1) {
        const int j = __ffs((int)left) - 1;
        const bool full = (s->excluded[m] >> j & 1) == 0;
        list->entry[full ? full_entry : masked_entry] =
            (uint32_t)(s->candidate[m] * CLUSTERS_J + j) << 8 | s->mask[m][j];
        full_entry += full;
        masked_entry += !full;
    }
    uint32_t *row = (uint32_t *)list->exclusion_mask + (size_t)s->exclusion * (KM_WARP / 4);
    for (int k = m; k < masked * (KM_WARP / 4); k += THREADS)
        row[k] = 0xffffffffu;
}

/* Appends the tiles of n candidates to the list. */
static __device__ void store_tiles(const km_neighbour_list *list, const query *q, search *s,
                                   int image, int n, km_cuda_state *state)
{
    const int m = (int)threadIdx.x;
    unsigned present = 0;
    for (int j = 0; m < n && j < CLUSTERS_J; j++)
        present |= (s->mask[m][j] != 0 ? 1u : 0u) << j;
    s->excluded[m] = 0;
    __syncthreads();
    each_exclusion(list, q, s, n, false);
    __syncthreads();
    const int own_masked = __popc(present & s->excluded[m]);
    const int own_full = __popc(present & ~s->excluded[m]);
    int total;
    s->place[m] = block_scan(own_full << 16 | own_masked, false, s->part, &total);
    const int masked = total & 0xffff, entries = masked + (total >> 16);
    const int units = (entries + list->unit_entries - 1) / list->unit_entries;
    if (entries == 0) /* the same in all threads */
        return;
    if (m == 0)
        take_memory(list, s, masked, entries, units, state);
    __syncthreads();
    write_units(list, q, s, image, masked, entries, units);
    if (s->entry >= 0) {
        write_entries(list, s, present, masked);
        __syncthreads();
        each_exclusion(list, q, s, n, true);
    }
    __syncthreads(); /* before the tiles of the next candidates */
}

/* All candidates of one image, as many columns at a time as there are threads. */
static __device__ void search_image(const km_neighbour_list *list, const query *q, search *s,
                                    int image, km_cuda_state *state)
{
    int a[2], b[2], layer[2];
    const km_cluster_build *build = list->build;
    if (!cell_range(q->low[0], q->high[0], build->columns[0], &a[0], &a[1]) ||
        !cell_range(q->low[1], q->high[1], build->columns[1], &b[0], &b[1]) ||
        !cell_range(q->low[2], q->high[2], build->layers, &layer[0], &layer[1]))
        return;
    const int columns = (a[1] - a[0] + 1) * (b[1] - b[0] + 1);
    int next = q->home ? q->super : 0; /* a supercluster on a border of columns is seen once */
    for (int begin = 0; begin < columns; begin += THREADS) {
        int first = 0, last = -1, greatest, total;
        if (begin + (int)threadIdx.x < columns)
            column_range(list, a, b, layer, begin + (int)threadIdx.x, &first, &last);
        const int before = block_scan(last, true, s->part, &greatest);
        first = max(first, max(next, before + 1));
        next = max(next, greatest + 1);
        const int start = block_scan(max(last - first + 1, 0), false, s->part, &total);
        s->column_first[threadIdx.x] = first;
        s->column_start[threadIdx.x] = start;
        __syncthreads();
        for (int k = 0; k < total; k += THREADS) {
            const int n = find_candidates(list, q, s, k, total);
            for (int m = (int)threadIdx.x / KM_WARP; m < n; m += WARPS)
                find_tiles(list, q, s, m);
            __syncthreads();
            store_tiles(list, q, s, image, n, state);
        }
    }
}

static __global__ void __launch_bounds__(THREADS, 2)
    search_kernel(const km_neighbour_list list, km_cuda_state *state)
{
    __shared__ search s;
    if (state->rebuild == 0)
        return;
    const int super = (int)blockIdx.x, k = (int)threadIdx.x;
    const km_box box = state->box;
    if (k < KM_SUPERCLUSTER)
        s.x[k] = list.xq[super * KM_SUPERCLUSTER + k];
    else if (k < KM_SUPERCLUSTER + CLUSTERS_I)
        s.bounds_i[k - KM_SUPERCLUSTER] = list.bounds_i[super * CLUSTERS_I + k - KM_SUPERCLUSTER];
    if (list.excluded_group != NULL && k < CLUSTERS_I) {
        unsigned bits = 0;
        for (int j = 0; j < KM_CLUSTER_I / KM_CLUSTER_J; j++)
            bits |= grouped_j(&list, super * CLUSTERS_J + k * (KM_CLUSTER_I / KM_CLUSTER_J) + j)
                    << (j * KM_CLUSTER_J);
        s.grouped[k] = bits;
    }
    if (k < KM_LIST_IMAGES)
        make_query(&list, &box, super, k, &s.q[k]);
    __syncthreads();
    for (int image = 0; image < KM_LIST_IMAGES; image++)
        search_image(&list, &s.q[image], &s, image, state);
}

km_status km_cluster_search_cuda(km_device *device, const km_neighbour_list *list,
                                 const km_particles *p)
{
    KM_LAUNCH(search_kernel, (unsigned)list->n_superclusters, THREADS, 0, device->body, *list,
              km_cuda_of(p)->state);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
