/* SPDX-License-Identifier: MIT */
/* Spatial order on a GPU: atoms into cells along a snake of columns, 64 consecutive atoms halved
 * across their longest side until 4 are left.
 *
 * Counting and placing use integer atomics, which decide nothing: inside a cell atoms are ranked by
 * their coordinate and index. */
#include "kernels/neighbours/cluster_list.cuh"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 256, SCAN_THREADS = 1024, SCAN_EACH = 4;
constexpr int CLUSTERS_I = KM_SUPERCLUSTER / KM_CLUSTER_I; /* of a supercluster */
constexpr int CLUSTERS_J = KM_SUPERCLUSTER / KM_CLUSTER_J;

/* Beyond any cell, and apart from each other by more than any image or cutoff. */
#define KM_FILLER_PLACE KM_R(1.0e6)
#define KM_FILLER_APART KM_R(1.0e4)

static __device__ __forceinline__ int grid_index(double s, int count)
{
    const int k = (int)floor((s + 0.5) * count);
    return min(max(k, 0), count - 1);
}

/* The lattice vectors in a fractional position; not a number where they do not fit an integer. */
static __device__ __forceinline__ km_vec3 whole_part(km_vec3 s)
{
    const km_vec3 whole = {nearbyint(s.x), nearbyint(s.y), nearbyint(s.z)};
    const bool fits = fabs(whole.x) + fabs(whole.y) + fabs(whole.z) < 1e9;
    return fits ? whole : km_vec3_make(nan(""), nan(""), nan(""));
}

/* Wrapped coordinates, cell, and an ordinal in the cell. */
static __global__ void cell_kernel(const km_neighbour_list list, int n_padded,
                                   const double *position, km_cuda_state *state)
{
    const int i = km_thread_index(), n = list.n;
    if (state->rebuild == 0 || i >= n)
        return;
    const km_cluster_build *build = list.build;
    const km_box box = state->box;
    const km_vec3 at = km_box_to_fractional(&box, km_vec3_load(position, n_padded, i));
    km_vec3 s = km_vec3_sub(at, whole_part(at));
    if (!(fabs(s.x) + fabs(s.y) + fabs(s.z) <= 1.5)) {
        atomicOr(&state->fault, KM_FAULT_NOT_FINITE);
        s = km_vec3_make(0.0, 0.0, 0.0);
    }
    km_vec3_store(list.folded, n, i, s);
    const int columns_b = build->columns[1], layers = build->layers;
    const int a = grid_index(s.x, build->columns[0]), b = grid_index(s.y, columns_b);
    const int column = a * columns_b + (a % 2 == 0 ? b : columns_b - 1 - b);
    const int layer = grid_index(s.z, layers);
    const int cell = column * layers + (column % 2 == 0 ? layer : layers - 1 - layer);
    list.atom_cell[i] = cell;
    list.atom_ordinal[i] = atomicAdd(&list.cell_count[cell], 1);
}

/* Sum over the warp's lanes up to this one. */
static __device__ __forceinline__ int warp_scan(int x)
{
    const int lane = (int)threadIdx.x % KM_WARP;
    for (int offset = 1; offset < KM_WARP; offset *= 2) {
        const int below = __shfl_up_sync(KM_WARP_ALL, x, (unsigned)offset);
        x += lane >= offset ? below : 0;
    }
    return x;
}

/* Where each cell begins; leaves the counts zero for the next build. One block. */
static __global__ void scan_kernel(const km_neighbour_list list, const km_cuda_state *state)
{
    __shared__ int part[KM_WARP];
    if (state->rebuild == 0)
        return;
    const km_cluster_build *build = list.build;
    const int cells = build->columns[0] * build->columns[1] * build->layers;
    const int lane = (int)threadIdx.x % KM_WARP, warp = (int)threadIdx.x / KM_WARP;
    int before = 0; /* atoms in earlier stretches */
    for (int begin = 0; begin < cells; begin += SCAN_THREADS * SCAN_EACH) {
        const int first = begin + (int)threadIdx.x * SCAN_EACH;
        int count[SCAN_EACH], sum = 0;
        for (int m = 0; m < SCAN_EACH; m++) {
            count[m] = first + m < cells ? list.cell_count[first + m] : 0;
            sum += count[m];
        }
        const int upto = warp_scan(sum);
        if (lane == KM_WARP - 1)
            part[warp] = upto;
        __syncthreads();
        if (warp == 0)
            part[lane] = warp_scan(part[lane]);
        __syncthreads();
        int start = before + upto - sum + (warp > 0 ? part[warp - 1] : 0);
        for (int m = 0; m < SCAN_EACH; m++)
            if (first + m < cells) {
                list.cell_start[first + m] = start;
                list.cell_count[first + m] = 0;
                start += count[m];
            }
        before += part[KM_WARP - 1];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        list.cell_start[cells] = list.n;
}

static __global__ void place_kernel(const km_neighbour_list list, const km_cuda_state *state)
{
    const int i = km_thread_index();
    if (state->rebuild == 0 || i >= list.n)
        return;
    list.cell_atom[list.cell_start[list.atom_cell[i]] + list.atom_ordinal[i]] = i;
}

/* Along c inside each cell, against it in every other column; ties by index. */
static __global__ void rank_kernel(const km_neighbour_list list, const km_cuda_state *state)
{
    const int k = km_thread_index();
    if (state->rebuild == 0 || k >= list.n)
        return;
    const double *c = list.folded + 2 * (size_t)list.n;
    const int i = list.cell_atom[k], cell = list.atom_cell[i];
    const bool descending = cell / list.build->layers % 2 != 0;
    const int begin = list.cell_start[cell], end = list.cell_start[cell + 1];
    const double own = c[i];
    int rank = 0;
    for (int m = begin; m < end; m++) {
        const int other = list.cell_atom[m];
        const double key = c[other];
        rank += key == own ? other < i : (descending ? key > own : key < own);
    }
    list.order[begin + rank] = i;
}

/* ---- superclusters: one block of 64 threads each ---- */

/* The 64 atoms under way to their slots. */
typedef struct unsorted {
    km_real x[3][KM_SUPERCLUSTER]; /* nm */
    int atom[KM_SUPERCLUSTER];     /*    -1 = filler */
} unsorted;

/* The direction in which the atoms begin..begin+count-1 spread most. */
static __device__ int longest_side(const unsorted *u, int begin, int count)
{
    int longest = 0;
    km_real most = -1;
    for (int c = 0; c < 3; c++) {
        km_real low = KM_R(1e30), high = KM_R(-1e30);
        for (int k = begin; k < begin + count; k++)
            if (u->atom[k] >= 0) {
                low = min(low, u->x[c][k]);
                high = max(high, u->x[c][k]);
            }
        if (high - low > most) {
            most = high - low;
            longest = c;
        }
    }
    return longest;
}

/* Place of entry k in its stretch of count, sorted along x; fillers last, ties as they stand. */
static __device__ int rank_in(const unsorted *u, const km_real *x, int begin, int count, int k)
{
    int rank = 0;
    for (int m = begin; m < begin + count; m++) {
        const bool filler = u->atom[k] < 0, other = u->atom[m] < 0;
        const bool tie = filler == other && (filler || x[m] == x[k]);
        rank += tie ? m < k : (filler == other ? x[m] < x[k] : filler);
    }
    return rank;
}

/* Stretches of 64, 32, 16 and 8 are sorted along their longest side, each half going on alone. */
static __device__ void halve(unsorted *u)
{
    const int k = (int)threadIdx.x;
    for (int count = KM_SUPERCLUSTER; count > KM_CLUSTER_J; count /= 2) {
        const int begin = k / count * count;
        const int to = begin + rank_in(u, u->x[longest_side(u, begin, count)], begin, count, k);
        const km_real x[3] = {u->x[0][k], u->x[1][k], u->x[2][k]};
        const int atom = u->atom[k];
        __syncthreads();
        for (int c = 0; c < 3; c++)
            u->x[c][to] = x[c];
        u->atom[to] = atom;
        __syncthreads();
    }
}

static __device__ void find_bounds(const unsorted *u, int begin, int count, km_cluster_bounds *out)
{
    for (int c = 0; c < 3; c++) {
        km_real low = KM_R(1e15), high = KM_R(-1e15);
        for (int k = begin; k < begin + count; k++)
            if (u->atom[k] >= 0) {
                low = min(low, u->x[c][k]);
                high = max(high, u->x[c][k]);
            }
        out->low[c] = low;
        out->high[c] = high;
    }
}

/* Everything kept per slot. */
static __device__ void fill_slot(const km_neighbour_list &list, const km_box *box, int k, int i,
                                 int n_padded, const double *position, const double *charge,
                                 const int *type)
{
    const int n = list.n;
    list.atom[k] = i;
    list.type[k] = i >= 0 ? type[i] : 0;
    if (i < 0) {
        const int m = k % KM_SUPERCLUSTER;
        const km_real4 far = {KM_FILLER_PLACE + (km_real)m * KM_FILLER_APART, 0, 0, 0};
        list.xq[k] = far;
        return;
    }
    const km_vec3 r = km_vec3_load(position, n_padded, i);
    const km_vec3 s = km_vec3_load(list.folded, n, i);
    /* from the folded position, so that rounding cannot make the two disagree */
    km_vec3 whole = whole_part(km_vec3_sub(km_box_to_fractional(box, r), s));
    if (isnan(whole.x))
        whole = km_vec3_make(0.0, 0.0, 0.0);
    list.image[i] = (int)whole.x;
    list.image[n + i] = (int)whole.y;
    list.image[2 * n + i] = (int)whole.z;
    list.slot[i] = k;
    km_vec3_store(list.reference, n, i, s);
    const km_vec3 x = km_vec3_sub(r, km_box_image_shift(box, whole.x, whole.y, whole.z));
    list.xq[k] = {(km_real)x.x, (km_real)x.y, (km_real)x.z, (km_real)charge[i]};
}

static __global__ void __launch_bounds__(KM_SUPERCLUSTER, 8)
    arrange_kernel(const km_neighbour_list list, int n_padded, const double *position,
                   const double *charge, const int *type, const km_cuda_state *state)
{
    __shared__ unsorted u;
    __shared__ double low[3][KM_SUPERCLUSTER], high[3][KM_SUPERCLUSTER];
    if (state->rebuild == 0)
        return;
    const int k = (int)threadIdx.x, super = (int)blockIdx.x, n = list.n;
    const km_box box = state->box;
    const int place = super * KM_SUPERCLUSTER + k;
    const int i = place < n ? list.order[place] : -1;
    km_vec3 s = {0.0, 0.0, 0.0};
    if (i >= 0)
        s = km_vec3_load(list.folded, n, i);
    const km_vec3 x = km_box_to_cartesian(&box, s);
    u.x[0][k] = (km_real)x.x;
    u.x[1][k] = (km_real)x.y;
    u.x[2][k] = (km_real)x.z;
    u.atom[k] = i;
    low[0][k] = i >= 0 ? s.x : 1.0;
    low[1][k] = i >= 0 ? s.y : 1.0;
    low[2][k] = i >= 0 ? s.z : 1.0;
    high[0][k] = i >= 0 ? s.x : -1.0;
    high[1][k] = i >= 0 ? s.y : -1.0;
    high[2][k] = i >= 0 ? s.z : -1.0;
    __syncthreads();
    halve(&u);
    fill_slot(list, &box, place, u.atom[k], n_padded, position, charge, type);
    if (k < CLUSTERS_J)
        find_bounds(&u, k * KM_CLUSTER_J, KM_CLUSTER_J, &list.bounds_j[super * CLUSTERS_J + k]);
    else if (k < CLUSTERS_J + CLUSTERS_I)
        find_bounds(&u, (k - CLUSTERS_J) * KM_CLUSTER_I, KM_CLUSTER_I,
                    &list.bounds_i[super * CLUSTERS_I + k - CLUSTERS_J]);
    else if (k < CLUSTERS_J + CLUSTERS_I + 6) {
        const int c = (k - CLUSTERS_J - CLUSTERS_I) % 3;
        const bool upper = k >= CLUSTERS_J + CLUSTERS_I + 3;
        double most = upper ? -1.0 : 1.0;
        for (int m = 0; m < KM_SUPERCLUSTER; m++)
            most = upper ? fmax(most, high[c][m]) : fmin(most, low[c][m]);
        list.fractional_bounds[super * 6 + (upper ? 3 : 0) + c] = most;
    } else if (k == KM_SUPERCLUSTER - 1)
        find_bounds(&u, 0, KM_SUPERCLUSTER, &list.bounds[super]);
}

km_status km_cluster_sort_cuda(km_device *device, const km_neighbour_list *list,
                               const km_particles *p)
{
    const unsigned blocks = km_cuda_blocks((size_t)list->n, THREADS);
    km_cuda_state *state = km_cuda_of(p)->state;
    cudaStream_t stream = device->body;
    KM_LAUNCH(cell_kernel, blocks, THREADS, 0, stream, *list, p->n_padded, p->position, state);
    KM_LAUNCH(scan_kernel, 1, SCAN_THREADS, 0, stream, *list, state);
    KM_LAUNCH(place_kernel, blocks, THREADS, 0, stream, *list, state);
    KM_LAUNCH(rank_kernel, blocks, THREADS, 0, stream, *list, state);
    KM_LAUNCH(arrange_kernel, (unsigned)list->n_superclusters, KM_SUPERCLUSTER, 0, stream, *list,
              p->n_padded, p->position, p->charge, p->type, state);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
