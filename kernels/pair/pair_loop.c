/* SPDX-License-Identifier: MIT */
/* The pair loop, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * A run is one atom against j-clusters of 8 atoms, in lanes. The atom and its force stay in
 * registers; several vectors of j-atoms go through each stage together, since the chain of
 * dependent operations of one is longer than what a processor can look ahead. Forces are summed in
 * km_real over a block of the list and then turned to fixed point. Blocks have a fixed shape and
 * order inside, so the bits do not depend on who computes them. */
#include "kernels/pair/pair_loop.h"
#include "kernels/base/lane.h"
#include "kernels/pair/curve_lane.h"
#include "kernels/pair/vdw_lennard_jones.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

/* Vectors that go through together, and the j-clusters they hold. */
enum { VECTORS = KM_LANES > KM_CLUSTER_J ? 2 : 4, CLUSTERS = VECTORS * KM_LANES / KM_CLUSTER_J };
_Static_assert(KM_CLUSTER_GROUP % CLUSTERS == 0, "runs are filled up to whole groups");

/* Unrolls the loop over the vectors that go together. */
#define KM_EACH_VECTOR _Pragma("GCC unroll 8") for (int m = 0; m < VECTORS; m++)

/* Constants of a loop; coulomb is the number of coefficients, 0 without charges. */
typedef struct variant {
    bool energy, geometric, vdw, curves;
    int coulomb;
} variant;

/* What every pair needs, in lanes. */
typedef struct constants {
    km_lane cutoff2, scale, one, shift_c6, shift_c12;
    km_lane force[KM_EWALD_LONG], energy[KM_EWALD_LONG];
} constants;

/* The atom of a run, and the sums over it. */
typedef struct run_atom {
    km_lane x, y, z, charge, six_c6, twelve_c12;
    const km_real *table_c6, *table_c12;
    const km_real4 *force_curve, *energy_curve; /* rows of its type */
    km_lane fx, fy, fz;
    km_lane vdw, coulomb;
} run_atom;

/* The sums of a block. */
typedef struct block_sums {
    km_pair_force *force;
    km_pair_energy *energy; /* NULL when not wanted */
    double shift_force[KM_LIST_IMAGES][3];
} block_sums;

/* Entries of a row of the table for the atoms of vector m. */
KM_HD km_lane gather(const km_real *table, const int *type, const int *j, int m)
{
    km_lane v;
    for (int k = 0; k < KM_LANES; k++) {
        const int atom = m * KM_LANES + k;
        v[k] = table[type[(size_t)j[atom / KM_CLUSTER_J] * KM_CLUSTER_J + atom % KM_CLUSTER_J]];
    }
    return v;
}

/* Bytes to the curves of the atoms of vector m. */
KM_HD km_lane_int load_curves(const int *curve, const int *j, int m)
{
#if KM_LANES > 8
    km_lane_int v;
    memcpy(&v, curve + (size_t)j[2 * m] * KM_CLUSTER_J, sizeof v / 2);
    memcpy((char *)&v + sizeof v / 2, curve + (size_t)j[2 * m + 1] * KM_CLUSTER_J, sizeof v / 2);
    return v;
#else
    const int first = m * KM_LANES;
    return km_lane_int_load(curve + (size_t)j[first / KM_CLUSTER_J] * KM_CLUSTER_J +
                            first % KM_CLUSTER_J);
#endif
}

/* Where the pairs of a vector lie in the curves: bytes in a row, and the place in the interval. The
 * bytes are written well before they are read, which a processor would else wait for. */
typedef struct curve_places {
    int offset[KM_LANES];
    km_lane place;
} curve_places;

KM_HD void find_curves(const km_pair_parameters *p, const int *j, int m, km_lane r2,
                       curve_places *at)
{
    const km_lane_int interval = km_curve_places(&p->tables.curves.range, r2, &at->place);
    km_lane_int_spill(load_curves(p->curve, j, m) + interval * (int)sizeof(km_real4), at->offset);
}

KM_HD km_lane read_curves(const km_real4 *row, const curve_places *at)
{
    km_lane c[4];
    km_lane_gather4(row, at->offset, c);
    return km_curve_value(c, at->place);
}

_Static_assert(sizeof(km_pair_cluster) == sizeof(km_pair_force), "one offset serves both");

/* An array of the first cluster, seen from the cluster that lies offset bytes behind it. */
KM_HD km_real *at(const km_real *array, size_t offset)
{
    return (km_real *)((uintptr_t)array + offset);
}

/* Vector m of the clusters at these offsets: a vector holds two clusters, one, or part of one. */
KM_HD km_lane load(const km_real *array, const size_t *offset, int m)
{
#if KM_LANES > 8
    return km_lane_load_halves(at(array, offset[2 * m]), at(array, offset[2 * m + 1]));
#else
    const int first = m * KM_LANES;
    return km_lane_load(at(array, offset[first / KM_CLUSTER_J]) + first % KM_CLUSTER_J);
#endif
}

KM_HD void store(km_real *array, const size_t *offset, int m, km_lane v)
{
#if KM_LANES > 8
    km_lane_store_halves(at(array, offset[2 * m]), at(array, offset[2 * m + 1]), v);
#else
    const int first = m * KM_LANES;
    km_lane_store(at(array, offset[first / KM_CLUSTER_J]) + first % KM_CLUSTER_J, v);
#endif
}

/* Mask of vector m from the masks of the clusters. */
KM_HD km_lane_mask mask_of_vector(const uint32_t *mask, int m)
{
#if KM_LANES > 8
    return km_lane_mask_of(mask[2 * m] | mask[2 * m + 1] << KM_CLUSTER_J);
#else
    const int first = m * KM_LANES;
    return km_lane_mask_of(mask[first / KM_CLUSTER_J] >> first % KM_CLUSTER_J);
#endif
}

/* The atom against CLUSTERS j-clusters; mask is NULL where all their atoms interact. */
KM_HD void interact(const variant v, const km_pair_parameters *p, const constants *c,
                    const km_pair_cluster *cluster, km_pair_force *block_force, run_atom *own,
                    const int *j, const uint32_t *mask)
{
    size_t offset[CLUSTERS]; /* bytes, the same in both arrays */
    km_lane_mask near[VECTORS];
    curve_places curve[VECTORS];
    km_lane dx[VECTORS], dy[VECTORS], dz[VECTORS], t[VECTORS], rinv[VECTORS], rinv2[VECTORS],
        smooth_f[VECTORS], smooth_u[VECTORS];
    for (int k = 0; k < CLUSTERS; k++)
        offset[k] = (size_t)j[k] * sizeof *cluster;
    KM_EACH_VECTOR
    {
        dx[m] = own->x - load(cluster->x[0], offset, m);
        dy[m] = own->y - load(cluster->x[1], offset, m);
        dz[m] = own->z - load(cluster->x[2], offset, m);
        const km_lane r2 =
            km_lane_multiply_add(dx[m], dx[m], km_lane_multiply_add(dy[m], dy[m], dz[m] * dz[m]));
        near[m] = km_lane_less(r2, c->cutoff2);
        if (mask != NULL)
            near[m] &= mask_of_vector(mask, m);
        if (v.vdw && v.curves)
            find_curves(p, j, m, r2, &curve[m]);
        km_lane_inverse(r2, &rinv2[m], &rinv[m]);
        t[m] = km_lane_multiply_add(r2, c->scale, -c->one);
    }
    if (v.coulomb > 0)
        km_ewald_polynomial_values(c->force, v.coulomb, t, VECTORS, smooth_f);
    if (v.coulomb > 0 && v.energy)
        km_ewald_polynomial_values(c->energy, v.coulomb, t, VECTORS, smooth_u);
    KM_EACH_VECTOR
    {
        km_lane f = km_lane_all(KM_R(0.0));
        if (v.vdw && v.curves) {
            f = read_curves(own->force_curve, &curve[m]);
            if (v.energy)
                own->vdw += km_lane_keep(near[m], read_curves(own->energy_curve, &curve[m]));
        } else if (v.vdw) {
            const km_lane rinv6 = rinv2[m] * rinv2[m] * rinv2[m];
            const km_lane six_c6 = v.geometric ? own->six_c6 * load(cluster->six_c6, offset, m)
                                               : gather(own->table_c6, p->type, j, m);
            const km_lane twelve_c12 = v.geometric
                                           ? own->twelve_c12 * load(cluster->twelve_c12, offset, m)
                                           : gather(own->table_c12, p->type, j, m);
            f = km_lennard_jones_force(six_c6, twelve_c12, rinv2[m], rinv6);
            if (v.energy)
                own->vdw +=
                    km_lane_keep(near[m], km_lennard_jones_energy(six_c6, twelve_c12, rinv6) -
                                              (twelve_c12 * c->shift_c12 - six_c6 * c->shift_c6));
        }
        if (v.coulomb > 0) {
            const km_lane qq = own->charge * load(cluster->charge, offset, m);
            f = km_lane_multiply_add(qq, km_lane_multiply_sub(rinv[m], rinv2[m], smooth_f[m]), f);
            if (v.energy)
                own->coulomb += km_lane_keep(near[m], qq * (rinv[m] - smooth_u[m]));
        }
        f = km_lane_keep(near[m], f);
        own->fx = km_lane_multiply_add(f, dx[m], own->fx);
        own->fy = km_lane_multiply_add(f, dy[m], own->fy);
        own->fz = km_lane_multiply_add(f, dz[m], own->fz);
        km_real(*to)[KM_CLUSTER_J] = block_force->f;
        store(to[0], offset, m, km_lane_sub_multiply(load(to[0], offset, m), f, dx[m]));
        store(to[1], offset, m, km_lane_sub_multiply(load(to[1], offset, m), f, dy[m]));
        store(to[2], offset, m, km_lane_sub_multiply(load(to[2], offset, m), f, dz[m]));
    }
}

KM_HD void load_constants(const variant v, const km_pair_parameters *p, constants *c)
{
    c->cutoff2 = km_lane_all(p->tables.cutoff2);
    c->scale = km_lane_all(p->tables.ewald.scale);
    c->one = km_lane_all(KM_R(1.0));
    c->shift_c6 = km_lane_all(p->tables.shift_c6);
    c->shift_c12 = km_lane_all(p->tables.shift_c12);
    for (int k = 0; k < v.coulomb; k++) {
        c->force[k] = km_lane_all(p->tables.ewald.force[k]);
        c->energy[k] = km_lane_all(p->tables.ewald.energy[k]);
    }
}

KM_HD run_atom load_atom(const variant v, const km_pair_parameters *p,
                         const km_pair_cluster *cluster, const km_neighbour_list *list,
                         const km_cluster_run *run)
{
    const int b = run->slot % KM_CLUSTER_J;
    const km_real *shift = list->shift[run->image];
    const km_pair_cluster *from = cluster + run->slot / KM_CLUSTER_J;
    const size_t row = (size_t)p->type[run->slot] * p->tables.n_types;
    run_atom own;
    own.x = km_lane_all(from->x[0][b] + shift[0]);
    own.y = km_lane_all(from->x[1][b] + shift[1]);
    own.z = km_lane_all(from->x[2][b] + shift[2]);
    own.charge = km_lane_all(from->charge[b]);
    own.six_c6 = km_lane_all(from->six_c6[b]);
    own.twelve_c12 = km_lane_all(from->twelve_c12[b]);
    own.table_c6 = v.geometric || v.curves ? NULL : p->tables.six_c6 + row;
    own.table_c12 = v.geometric || v.curves ? NULL : p->tables.twelve_c12 + row;
    const size_t curve_row = row * (size_t)p->tables.curves.range.n;
    own.force_curve = v.curves ? p->tables.curves.force + curve_row : NULL;
    own.energy_curve = v.curves ? p->tables.curves.energy + curve_row : NULL;
    own.fx = own.fy = own.fz = own.vdw = own.coulomb = km_lane_all(KM_R(0.0));
    return own;
}

/* One component to fixed point, with the faults it shows. */
KM_HD km_fixed to_fixed(double f, int *fault)
{
    if (!(f <= KM_FIXED_LIMIT && f >= -KM_FIXED_LIMIT))
        *fault |= f - f == 0 ? KM_FAULT_FORCE_LIMIT : KM_FAULT_NOT_FINITE;
    return km_fixed_from(f);
}

typedef double vector4 __attribute__((vector_size(32)));
typedef km_real real4 __attribute__((vector_size(4 * sizeof(km_real))));
typedef int64_t integer4 __attribute__((vector_size(32)));

/* Adds four forces below 2^18 in magnitude: adding 1.5 2^52 to f 2^32 leaves its nearest integer in
 * the low bits. */
KM_HD void add_small(const km_real *from, km_fixed *to)
{
    const vector4 magic = 0x1.8p52 + (vector4){0};
    real4 f;
    integer4 sum;
    memcpy(&f, from, sizeof f);
    memcpy(&sum, to, sizeof sum);
    const vector4 rounded = __builtin_convertvector(f, vector4) * KM_FIXED_SCALE + magic;
    sum += (integer4)rounded - (integer4)magic;
    memcpy(to, &sum, sizeof sum);
}

/* Adds the forces on one cluster to the fixed-point sums and sets them to zero. */
KM_HD void flush_cluster(km_real *from, km_fixed *to, int *fault)
{
    unsigned large = 0;
    for (int k = 0; k < 3 * KM_CLUSTER_J; k++)
        large |= !(from[k] < KM_R(0x1p18)) | !(from[k] > KM_R(-0x1p18));
    if (large == 0)
        for (int k = 0; k < 3 * KM_CLUSTER_J; k += 4)
            add_small(from + k, to + k);
    else
        for (int k = 0; k < 3 * KM_CLUSTER_J; k++)
            to[k] += to_fixed((double)from[k], fault);
    memset(from, 0, 3 * KM_CLUSTER_J * sizeof *from);
}

/* One run; its force goes to the sums of the block. */
KM_HD void run_loop(const variant v, const km_pair_parameters *p, const constants *c,
                    const km_pair_cluster *cluster, const km_neighbour_list *list,
                    const km_cluster_block *block, const km_cluster_run *run, block_sums *sums)
{
    run_atom own = load_atom(v, p, cluster, list, run);
    for (int k = run->masked_begin; k < run->masked_end; k += CLUSTERS) {
        const km_cluster_entry *entry = block->masked + k;
        int j[CLUSTERS];
        uint32_t mask[CLUSTERS];
        for (int m = 0; m < CLUSTERS; m++) {
            j[m] = entry[m].j;
            mask[m] = entry[m].mask;
        }
        interact(v, p, c, cluster, sums->force, &own, j, mask);
    }
    for (int k = run->full_begin; k < run->full_end; k += CLUSTERS)
        interact(v, p, c, cluster, sums->force, &own, block->full + k, NULL);
    const km_real f[3] = {km_lane_sum(own.fx), km_lane_sum(own.fy), km_lane_sum(own.fz)};
    for (int k = 0; k < 3; k++) {
        sums->force[run->slot / KM_CLUSTER_J].f[k][run->slot % KM_CLUSTER_J] += f[k];
        sums->shift_force[run->image][k] += (double)f[k];
    }
    if (v.energy) {
        sums->energy->vdw += (double)km_lane_sum(own.vdw);
        sums->energy->coulomb += (double)km_lane_sum(own.coulomb);
    }
}

/* Atoms without van der Waals parameters, as the hydrogens of water, or without charge, as those of
 * a metal, skip what would be zero; not in the rare steps with energies, which would double what
 * there is to compile. */
KM_HD void block_loop(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                      const km_neighbour_list *list, int block_index, km_pair_sums *sums,
                      km_pair_energy *energy)
{
    const km_cluster_block *block = list->near + block_index, *built = list->block + block_index;
    const variant only_coulomb = {v.energy, v.geometric, false, v.curves, v.coulomb};
    const variant only_vdw = {v.energy, v.geometric, true, v.curves, 0};
    block_sums own = {.force = sums->block_force, .energy = energy};
    constants c;
    load_constants(v, p, &c);
    for (int r = 0; r < block->n_runs; r++) {
        const km_cluster_run *run = block->run + r;
        const int slot = run->slot;
        if (!v.energy && v.coulomb > 0 && !p->tables.has_vdw[p->type[slot]])
            run_loop(only_coulomb, p, &c, cluster, list, block, run, &own);
        else if (!v.energy && v.coulomb > 0 &&
                 cluster[slot / KM_CLUSTER_J].charge[slot % KM_CLUSTER_J] == KM_R(0.0))
            run_loop(only_vdw, p, &c, cluster, list, block, run, &own);
        else
            run_loop(v, p, &c, cluster, list, block, run, &own);
    }
    for (int s = 1; s < KM_LIST_IMAGES; s++)
        for (int k = 0; k < 3; k++)
            sums->shift_force[s][k] += to_fixed(own.shift_force[s][k], &sums->fault);
    for (int t = 0; t < built->n_touched; t++)
        flush_cluster(own.force[built->touched[t]].f[0],
                      sums->force + (size_t)built->touched[t] * 3 * KM_CLUSTER_J, &sums->fault);
}

/* One compiled loop per variant; the arguments are constants after inlining. */
#define KM_PAIR_VARIANT(name, energy_wanted, is_geometric, has_curves, coefficients)               \
    static void name(const km_pair_parameters *p, const km_pair_cluster *cluster,                  \
                     const km_neighbour_list *list, int block, km_pair_sums *sums,                 \
                     km_pair_energy *energy)                                                       \
    {                                                                                              \
        const variant v = {energy_wanted, is_geometric, true, has_curves, coefficients};           \
        block_loop(v, p, cluster, list, block, sums, energy);                                      \
    }
#define KM_PAIR_VARIANTS(suffix, coefficients)                                                     \
    KM_PAIR_VARIANT(force_table_##suffix, false, false, false, coefficients)                       \
    KM_PAIR_VARIANT(force_geometric_##suffix, false, true, false, coefficients)                    \
    KM_PAIR_VARIANT(force_curves_##suffix, false, false, true, coefficients)                       \
    KM_PAIR_VARIANT(energy_table_##suffix, true, false, false, coefficients)                       \
    KM_PAIR_VARIANT(energy_geometric_##suffix, true, true, false, coefficients)                    \
    KM_PAIR_VARIANT(energy_curves_##suffix, true, false, true, coefficients)
KM_PAIR_VARIANTS(neutral, 0)
KM_PAIR_VARIANTS(short, KM_EWALD_SHORT)
KM_PAIR_VARIANTS(long, KM_EWALD_LONG)
#define KM_PAIR_ROW(suffix)                                                                        \
    {                                                                                              \
        {force_table_##suffix, force_geometric_##suffix, force_curves_##suffix},                   \
        {                                                                                          \
            energy_table_##suffix, energy_geometric_##suffix, energy_curves_##suffix               \
        }                                                                                          \
    }

void KM_JOIN(km_pair_block_, KM_ISA_NAME)(const km_pair_parameters *p,
                                          const km_pair_cluster *cluster,
                                          const km_neighbour_list *list, int block,
                                          km_pair_sums *sums, km_pair_energy *energy)
{
    static km_pair_block_function *const loop[3][2][3] = {KM_PAIR_ROW(neutral), KM_PAIR_ROW(short),
                                                          KM_PAIR_ROW(long)};
    const int coulomb = p->tables.ewald.n == 0 ? 0 : (p->tables.ewald.n == KM_EWALD_SHORT ? 1 : 2);
    const int vdw = p->tables.curves.range.n > 0 ? 2 : p->tables.geometric;
    loop[coulomb][energy != NULL][vdw](p, cluster, list, block, sums, energy);
}
