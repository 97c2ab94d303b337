/* SPDX-License-Identifier: MIT */
/* The pair term on a GPU: a warp computes one unit of the list, a pair per lane and tile.
 *
 * Lane = 8 j + i of a tile of 8 x 4. The 64 atoms of the supercluster lie in shared memory, the
 * forces on them in registers over the whole unit; those on a j-cluster are summed over its tiles,
 * then over the lanes. Sums leave in fixed point. What a unit adds does not depend on which warp
 * does it, so neither do the bits. */
#include <limits.h>
#include <stdlib.h>

#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/pair/pair_vdw.cuh"

namespace KM_CUDA_NAMESPACE
{

constexpr int THREADS = 128, WARPS = THREADS / KM_WARP;
constexpr int CLUSTERS_I = KM_SUPERCLUSTER / KM_CLUSTER_I; /* of a supercluster */
constexpr int TALLIES = 2 + KM_TENSOR; /* energies of van der Waals and Coulomb, virial */

/* Blocks that a multiprocessor holds at once, which bounds the registers: the most that need no
 * spill. */
constexpr int least_blocks(bool tally)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
    const int most = 7;
#else
    const int most = 8;
#endif
    return sizeof(km_real) > 4 ? 2 : (tally ? 3 : most);
}

/* Where the results go. */
typedef struct pair_results {
    km_cuda_state *state;
    bool energy, virial; /* wanted in this step */
    km_when picked;      /* does it work when near tiles have been picked in this step? */
} pair_results;

/* A lane's sums over a unit. */
template <bool TALLY> struct lane_sums {
    km_real fx[CLUSTERS_I], fy[CLUSTERS_I], fz[CLUSTERS_I];
    km_real tally[TALLY ? TALLIES : 1];
};

static __device__ __forceinline__ km_real inverse_root(km_real x)
{
#if defined(KM_DOUBLE)
    return rsqrt(x);
#elif defined(KM_EMULATED)
    return rsqrtf(x);
#else
    float y; /* two units in the last place, and no care for denormal numbers */
    asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#endif
}

/* The same in every lane, and known to the compiler as such: branches on it do not diverge, and
 * what is computed from it needs one register for the warp. */
static __device__ __forceinline__ int uniform(int x)
{
    return __shfl_sync(KM_WARP_ALL, x, 0);
}

/* Constants which an instruction wants beside another constant, and so in registers: what comes
 * from shared memory stays there. */
struct lane_constants {
    km_real scale, highest;
};

template <vdw_source VDW>
static __device__ __forceinline__ void
load_own(const km_neighbour_list &list, const pair_constants &p, const km_cluster_unit &unit,
         const km_cuda_state *state, own_atoms<VDW> *own)
{
    const km_box box = state->box;
    const km_vec3 shift = km_list_image_shift(&box, unit.image);
    const int lane = (int)threadIdx.x % KM_WARP;
    __syncwarp(); /* the unit before may still be read */
    for (int k = lane; k < KM_SUPERCLUSTER; k += KM_WARP) {
        const int slot = unit.supercluster * KM_SUPERCLUSTER + k, type = list.type[slot];
        km_real4 x = list.xq[slot];
        x.x += (km_real)shift.x;
        x.y += (km_real)shift.y;
        x.z += (km_real)shift.z;
        x.w *= p.coulomb_constant;
        own->x[k] = x;
        if (VDW == GEOMETRIC)
            own->root[k] = p.table[type];
        else
            own->row[k] = type * p.n_types * (VDW == CURVES ? p.range.n : 1);
    }
    __syncwarp();
}

/* One pair: i-atom of cluster c, j-atom of the lane; `interacts` is false for an excluded pair. */
template <int COEFFICIENTS, vdw_source VDW, bool TALLY>
static __device__ __forceinline__ void
interact(const pair_constants &p, const lane_constants &k, const own_atoms<VDW> *own, const int c,
         bool interacts, other_atom *other, lane_sums<TALLY> *sum)
{
    const int i = c * KM_CLUSTER_I + (int)(threadIdx.x % KM_CLUSTER_I);
    const km_real4 x = own->x[i];
    const km_real dx = x.x - other->x, dy = x.y - other->y, dz = x.z - other->z;
    const km_real r2 = km_lane_multiply_add(dx, dx, km_lane_multiply_add(dy, dy, dz * dz));
    const bool near = interacts && r2 < p.cutoff2;
    const km_real rinv = inverse_root(r2), rinv2 = rinv * rinv, rinv6 = rinv2 * rinv2 * rinv2;
    pair_vdw pair;
    km_real f = vdw_force<VDW>(p, own, i, other, r2, rinv2, rinv6, &pair);
    const km_real qq = x.w * other->charge;
    const km_real t = km_lane_multiply_add(r2, k.scale, KM_R(-1.0));
    if (COEFFICIENTS > 0) {
        km_real smooth = k.highest;
        km_ewald_polynomial_continue(p.ewald.force, COEFFICIENTS, &t, 1, &smooth);
        f = km_lane_multiply_add(qq, km_lane_multiply_sub(rinv, rinv2, smooth), f);
    }
    if (near) { /* predicates, not a branch, where there is little to do */
        sum->fx[c] = km_lane_multiply_add(f, dx, sum->fx[c]);
        sum->fy[c] = km_lane_multiply_add(f, dy, sum->fy[c]);
        sum->fz[c] = km_lane_multiply_add(f, dz, sum->fz[c]);
        other->fx = km_lane_multiply_add(f, dx, other->fx);
        other->fy = km_lane_multiply_add(f, dy, other->fy);
        other->fz = km_lane_multiply_add(f, dz, other->fz);
    }
    if (TALLY && near) {
        km_real *tally = sum->tally;
        tally[0] += vdw_energy<VDW>(p, pair, rinv6);
        if (COEFFICIENTS > 0) {
            km_real smooth;
            km_ewald_polynomial_values(p.ewald.energy, COEFFICIENTS, &t, 1, &smooth);
            tally[1] += qq * (rinv - smooth);
        }
        tally[2 + KM_XX] += f * dx * dx;
        tally[2 + KM_YY] += f * dy * dy;
        tally[2 + KM_ZZ] += f * dz * dz;
        tally[2 + KM_XY] += f * dx * dy;
        tally[2 + KM_XZ] += f * dx * dz;
        tally[2 + KM_YZ] += f * dy * dz;
    }
}

/* Sums the force over the eight lanes of each j-atom, as a tree of fixed shape; lanes 0, 1, 2 of
 * the eight take x, y, z and hand it in at `place`, which is negative in
 * the other lanes. A filler feels nothing. */
static __device__ __forceinline__ void add_other(const other_atom &other, int place,
                                                 km_fixed *force, int *largest)
{
    const bool odd = (threadIdx.x & 1) != 0, upper = (threadIdx.x & 2) != 0;
    km_real a = odd ? other.fy : other.fx, z = other.fz;
    a += __shfl_xor_sync(KM_WARP_ALL, odd ? other.fx : other.fy, 1);
    z += __shfl_xor_sync(KM_WARP_ALL, z, 1);
    km_real f = upper ? z : a;
    f += __shfl_xor_sync(KM_WARP_ALL, upper ? a : z, 2);
    f += __shfl_xor_sync(KM_WARP_ALL, f, 4);
    if (place >= 0)
        km_fixed_add(force + place, km_fixed_watched(-f, largest));
}

/* Entries begin..end of a unit, which lie in the lanes of the warp. */
template <int COEFFICIENTS, vdw_source VDW, bool TALLY, bool MASKED>
static __device__ __forceinline__ void
run_entries(const km_neighbour_list &list, const pair_constants &p, const lane_constants &k,
            const own_atoms<VDW> *own, int entries, int begin, int end, const uint8_t *mask,
            lane_sums<TALLY> *sum, int *largest)
{
    const int lane = (int)(threadIdx.x % KM_WARP), component = (int)(threadIdx.x % KM_CLUSTER_I);
    const int own_j = (int)(threadIdx.x % KM_WARP / KM_CLUSTER_I);
    const int row = component < 3 ? component * list.n_slots : INT_MIN / 2;
    for (int e = begin; e < end; e++) {
        const km_cluster_entry entry = (km_cluster_entry)__shfl_sync(KM_WARP_ALL, entries, e);
        /* a reduction is known to be the same in every lane: the branches below do not diverge */
        const unsigned tiles = __reduce_or_sync(KM_WARP_ALL, entry & 0xffu);
        const unsigned allowed = MASKED ? mask[e * KM_WARP + lane] : 0xffu;
        const int slot = (int)(entry >> 8) * KM_CLUSTER_J + own_j;
        const km_real4 x = list.xq[slot];
        other_atom other = {x.x, x.y, x.z, x.w, {0, 0}, list.type[slot], 0, 0, 0};
        if (VDW == GEOMETRIC)
            other.root = p.table[other.type];
        if (VDW == CURVES)
            other.type *= p.range.n;
#pragma unroll
        for (int c = 0; c < CLUSTERS_I; c++)
            if ((tiles >> c & 1) != 0)
                interact<COEFFICIENTS, VDW, TALLY>(p, k, own, c, !MASKED || (allowed >> c & 1) != 0,
                                                   &other, sum);
        add_other(other, row + slot, list.force, largest);
    }
}

/* Sums the forces on the supercluster over the four j of the lanes, as a tree of fixed shape; each
 * lane is left with two of the atoms. */
static __device__ __forceinline__ void add_own(int supercluster, const km_real *f, km_fixed *force,
                                               int *largest)
{
    const int lane = (int)threadIdx.x % KM_WARP;
    const bool upper = (lane & 16) != 0, odd = (lane & 8) != 0;
    km_real half[CLUSTERS_I / 2];
#pragma unroll
    for (int c = 0; c < CLUSTERS_I / 2; c++) {
        const km_real low = f[c], high = f[c + CLUSTERS_I / 2];
        half[c] = (upper ? high : low) + __shfl_xor_sync(KM_WARP_ALL, upper ? low : high, 16);
    }
#pragma unroll
    for (int c = 0; c < CLUSTERS_I / 4; c++) {
        const km_real low = half[c], high = half[c + CLUSTERS_I / 4];
        const km_real sum = (odd ? high : low) + __shfl_xor_sync(KM_WARP_ALL, odd ? low : high, 8);
        const int cluster = (upper ? CLUSTERS_I / 2 : 0) + (odd ? CLUSTERS_I / 4 : 0) + c;
        km_fixed_add(force + supercluster * KM_SUPERCLUSTER + cluster * KM_CLUSTER_I +
                         lane % KM_CLUSTER_I,
                     km_fixed_watched(sum, largest));
    }
}

/* Adds a unit's tallies to those of the thread: energies, and W = -1/2 sum r (x) F. Every unit by
 * itself becomes fixed point, so that it does not matter which units a warp has done. */
static __device__ __forceinline__ void add_tallies(const km_real *tally, km_fixed *total,
                                                   int *fault)
{
#pragma unroll
    for (int k = 0; k < TALLIES; k++)
        total[k] += km_fixed_of((k < 2 ? 1.0 : -0.5) * km_warp_sum((double)tally[k]), fault);
}

/* Hands in the sums of the warp, and once the correction beyond the cutoff. */
static __device__ void store_tallies(const pair_constants &p, const pair_results &to,
                                     const km_fixed *total, int *fault)
{
    km_cuda_state *state = to.state;
    if (threadIdx.x % KM_WARP == 0) {
        if (to.energy) {
            km_fixed_add(&state->energy[KM_ENERGY_VDW], total[0]);
            km_fixed_add(&state->energy[KM_ENERGY_COULOMB_REAL], total[1]);
        }
        for (int k = 0; to.virial && k < KM_TENSOR; k++)
            km_fixed_add(&state->virial[k], total[2 + k]);
    }
    if (blockIdx.x != 0 || threadIdx.x != 0)
        return;
    const km_box box = state->box;
    const double volume = km_box_volume(&box);
    if (to.energy)
        km_fixed_add(&state->energy[KM_ENERGY_VDW_TAIL],
                     km_fixed_of_total(p.tail.energy / volume + p.tail.constant, fault));
    for (int k = KM_XX; to.virial && k <= KM_ZZ; k++)
        km_fixed_add(&state->virial[k], km_fixed_of(p.tail.virial / volume, fault));
}

template <int COEFFICIENTS, vdw_source VDW, bool TALLY>
static __global__ void __launch_bounds__(THREADS, least_blocks(TALLY))
    pair_kernel(const km_neighbour_list list, const pair_constants p, const pair_results to)
{
    __shared__ own_atoms<VDW> own_of_warp[WARPS];
    __shared__ lane_constants constants_of_warp[WARPS];
    const int warp = uniform((int)threadIdx.x / KM_WARP), lane = (int)threadIdx.x % KM_WARP;
    if (!km_is_wanted(to.picked, list.build->pick))
        return;
    own_atoms<VDW> *own = own_of_warp + warp;
    const int n_units = uniform(min(list.build->n_units, list.capacity_units));
    if (lane == 0)
        constants_of_warp[warp] = {p.ewald.scale, p.ewald.force[0]};
    __syncwarp();
    const lane_constants k = constants_of_warp[warp];
    int largest = 0, fault = 0;
    km_fixed total[TALLY ? TALLIES : 1] = {0};
    for (int u = (int)blockIdx.x * WARPS + warp; u < n_units; u += (int)gridDim.x * WARPS) {
        const km_cluster_unit unit = list.unit[u];
        const int n = uniform(list.near_count[u]), n_masked = uniform(unit.n_masked);
        const int entries = lane < n ? (int)list.near_entry[unit.begin + lane] : 0;
        const uint8_t *mask = list.exclusion_mask + (size_t)unit.exclusion * KM_WARP;
        lane_sums<TALLY> sum = {};
        load_own(list, p, unit, to.state, own);
        run_entries<COEFFICIENTS, VDW, TALLY, true>(list, p, k, own, entries, 0, n_masked, mask,
                                                    &sum, &largest);
        run_entries<COEFFICIENTS, VDW, TALLY, false>(list, p, k, own, entries, n_masked, n, mask,
                                                     &sum, &largest);
        add_own(unit.supercluster, sum.fx, list.force, &largest);
        add_own(unit.supercluster, sum.fy, list.force + list.n_slots, &largest);
        add_own(unit.supercluster, sum.fz, list.force + 2 * list.n_slots, &largest);
        if (TALLY)
            add_tallies(sum.tally, total, &fault);
    }
    if (TALLY)
        store_tallies(p, to, total, &fault);
    fault |= km_fault_of_largest(largest);
    if (fault != 0)
        atomicOr(&to.state->fault, fault);
}

/* ---- the term ---- */

typedef struct km_pair {
    km_device *device; /* not owned */
    double cutoff;     /* nm        */
    bool geometric;
    lennard_jones *table;
    km_real4 *force_curve, *energy_curve;
    pair_constants constants;
} km_pair;

static void destroy(void *self)
{
    km_pair *pair = (km_pair *)self;
    if (pair == NULL)
        return;
    km_cuda_delete(pair->table);
    km_cuda_delete(pair->force_curve);
    km_cuda_delete(pair->energy_curve);
    free(pair);
}

/* Takes the time in which the other lanes put their blocks onto the device: those of the pairs
 * would leave no room for a while. */
static __global__ void let_others_begin_kernel(const km_cuda_state *) {}

template <int COEFFICIENTS, vdw_source VDW, bool TALLY>
static km_status launch(const km_pair *pair, const km_neighbour_list *list, pair_results to)
{
    const km_device *device = pair->device;
    const unsigned blocks = km_cuda_blocks((size_t)list->launch_units, WARPS);
    const bool either = device->list_stage == KM_LIST_PICKING;
    to.picked = either ? KM_UNLESS : KM_ALWAYS;
    if (either)
        KM_LAUNCH(let_others_begin_kernel, 1, 1, 0, device->stream, to.state);
    KM_LAUNCH((pair_kernel<COEFFICIENTS, VDW, TALLY>), blocks, THREADS, 0, device->stream, *list,
              pair->constants, to);
    to.picked = KM_ONLY_IF;
    if (either)
        KM_LAUNCH((pair_kernel<COEFFICIENTS, VDW, TALLY>), blocks, THREADS, 0, device->body, *list,
                  pair->constants, to);
    return KM_OK;
}

template <int COEFFICIENTS>
static km_status choose(const km_pair *pair, const km_neighbour_list *list, pair_results to)
{
    const bool tally = to.energy || to.virial;
    if (pair->constants.range.n > 0)
        return tally ? launch<COEFFICIENTS, CURVES, true>(pair, list, to)
                     : launch<COEFFICIENTS, CURVES, false>(pair, list, to);
    if (pair->geometric)
        return tally ? launch<COEFFICIENTS, GEOMETRIC, true>(pair, list, to)
                     : launch<COEFFICIENTS, GEOMETRIC, false>(pair, list, to);
    return tally ? launch<COEFFICIENTS, TABLE, true>(pair, list, to)
                 : launch<COEFFICIENTS, TABLE, false>(pair, list, to);
}

static km_status compute(void *self, const km_step *s, km_particles *p)
{
    const km_pair *pair = (const km_pair *)self;
    const km_neighbour_list *list = p->neighbours;
    if (list == NULL || list->cutoff * (1.0 + 1e-6) < pair->cutoff)
        return KM_FAIL(KM_ERROR_INTERNAL,
                       "the pair term needs a neighbour list of at least its cutoff (%g nm)",
                       pair->cutoff);
    const pair_results to = {km_cuda_of(p)->state, s->energy, s->virial, KM_ALWAYS};
    KM_TRY(km_neighbours_cuda_pick(pair->device));
    km_cuda_of(p)->collected = false;
    switch (pair->constants.ewald.n) {
    case 0:
        return choose<0>(pair, list, to);
    case KM_EWALD_SHORT:
        return choose<KM_EWALD_SHORT>(pair, list, to);
    default:
        return choose<KM_EWALD_LONG>(pair, list, to);
    }
}

static km_status make_table(km_pair *pair, const km_pair_tables *tables)
{
    const int n = tables->n_types, size = tables->geometric ? n : n * n;
    lennard_jones *table;
    KM_NEW(table, size);
    for (int k = 0; k < size; k++) {
        table[k].six_c6 = tables->geometric ? (km_real)tables->type_root[2 * k] : tables->six_c6[k];
        table[k].twelve_c12 =
            tables->geometric ? (km_real)tables->type_root[2 * k + 1] : tables->twelve_c12[k];
    }
    const km_status status = km_cuda_copy_of(&pair->table, table, (size_t)size);
    free(table);
    return status;
}

static km_status copy_curves(km_pair *pair, const km_pair_tables *tables)
{
    const km_pair_curves *curves = &tables->curves;
    const size_t size = (size_t)tables->n_types * tables->n_types * curves->range.n;
    if (size == 0)
        return KM_OK;
    KM_TRY(km_cuda_copy_of(&pair->force_curve, curves->force, size));
    return km_cuda_copy_of(&pair->energy_curve, curves->energy, size);
}

static km_status prepare(km_pair *pair, const km_pair_spec *spec, const km_particles *p)
{
    km_pair_tables tables;
    pair_constants *c = &pair->constants;
    KM_TRY(km_pair_tables_make(spec, &tables));
    pair->geometric = tables.geometric;
    c->cutoff2 = tables.cutoff2;
    c->coulomb_constant = (km_real)spec->coulomb_constant;
    c->shift_c6 = tables.shift_c6;
    c->shift_c12 = tables.shift_c12;
    c->n_types = tables.n_types;
    c->ewald = tables.ewald;
    km_status status = make_table(pair, &tables);
    if (status == KM_OK)
        status = copy_curves(pair, &tables);
    c->table = pair->table;
    c->range = tables.curves.range;
    c->force_curve = pair->force_curve;
    c->energy_curve = pair->energy_curve;
    km_pair_tables_destroy(&tables);
    if (status == KM_OK)
        status = km_pair_tail_make(spec, p->n, km_cuda_of(p)->host.type, &c->tail);
    return status;
}

km_status km_pair_cuda_create(km_device *device, const void *spec, const km_particles *p,
                              km_force *out)
{
    static const km_force_ops ops = {"pair", NULL, compute, destroy};
    const km_pair_spec *pair_spec = (const km_pair_spec *)spec;
    km_pair *pair;
    KM_TRY(km_pair_spec_check(pair_spec, p->n, km_cuda_of(p)->host.type));
    if (p->neighbours == NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "the pair term needs a neighbour list");
    KM_NEW(pair, 1);
    pair->device = device;
    pair->cutoff = pair_spec->cutoff;
    const km_status status = prepare(pair, pair_spec, p);
    if (status != KM_OK) {
        destroy(pair);
        return status;
    }
    out->ops = &ops;
    out->self = pair;
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
