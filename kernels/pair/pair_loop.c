/* SPDX-License-Identifier: MIT */
/* The pair loop, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * A tile is 4 i-atoms (rows, broadcast) against 8 j-atoms (lanes). Forces on i stay in lanes over a
 * run; forces on j are summed in km_real over a block and then turned to fixed point. Blocks have a
 * fixed shape and order inside, so the bits do not depend on who computes them. */
#include "kernels/pair/pair_loop.h"
#include "kernels/base/lane.h"
#include "kernels/pair/vdw_lennard_jones.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

enum { GROUPS = KM_CLUSTER_J / KM_LANES, SIZE = 3 * KM_CLUSTER_J };

/* One i-cluster: broadcast atoms, and the sums over its run. */
typedef struct row_block {
    km_lane x[KM_CLUSTER_I][3], charge[KM_CLUSTER_I], six_c6[KM_CLUSTER_I],
        twelve_c12[KM_CLUSTER_I];
    const km_real *table_c6[KM_CLUSTER_I], *table_c12[KM_CLUSTER_I];
    km_lane force[KM_CLUSTER_I][3];
    km_lane vdw, coulomb;
} row_block;

/* Constants of a loop; coulomb is the number of coefficients, 0 without charges. */
typedef struct variant {
    bool energy, geometric;
    int coulomb;
} variant;

KM_HD km_lane gather(const km_real *table, const int *type)
{
    km_lane v;
    for (int k = 0; k < KM_LANES; k++)
        v[k] = table[type[k]];
    return v;
}

KM_HD km_lane_mask mask_of_row(uint32_t mask, int row, int group)
{
    km_lane_mask bit;
    for (int k = 0; k < KM_LANES; k++)
        bit[k] = (km_lane_element)(1u << (8 * row + group * KM_LANES + k));
    return (bit & (km_lane_element)mask) != 0;
}

KM_HD void tile(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                const km_neighbour_list *list, row_block *rows, km_real *force_j, int j,
                const bool masked, uint32_t mask)
{
    const km_lane cutoff2 = km_lane_all(p->cutoff2);
#pragma GCC unroll 8
    for (int g = 0; g < GROUPS; g++) {
        const km_real *xj = list->position + (size_t)j * SIZE + g * KM_LANES;
        const km_lane x = km_lane_load(xj), y = km_lane_load(xj + KM_CLUSTER_J),
                      z = km_lane_load(xj + 2 * KM_CLUSTER_J);
        const km_pair_cluster *other = cluster + j;
        const km_lane charge = km_lane_load(other->charge + g * KM_LANES);
        const km_lane root_c6 = km_lane_load(other->six_c6 + g * KM_LANES);
        const km_lane root_c12 = km_lane_load(other->twelve_c12 + g * KM_LANES);
        km_real *fj = force_j + (size_t)j * SIZE + g * KM_LANES;
        km_lane fx = km_lane_load(fj), fy = km_lane_load(fj + KM_CLUSTER_J),
                fz = km_lane_load(fj + 2 * KM_CLUSTER_J);
#pragma GCC unroll 4
        for (int a = 0; a < KM_CLUSTER_I; a++) {
            const km_lane dx = rows->x[a][0] - x, dy = rows->x[a][1] - y, dz = rows->x[a][2] - z;
            const km_lane r2 = km_lane_multiply_add(dx, dx, km_lane_multiply_add(dy, dy, dz * dz));
            km_lane_mask near = km_lane_less(r2, cutoff2);
            if (masked)
                near &= mask_of_row(mask, a, g);
            const km_lane rinv = km_lane_rsqrt(r2), rinv2 = rinv * rinv,
                          rinv6 = rinv2 * rinv2 * rinv2;
            const km_lane six_c6 = v.geometric
                                       ? rows->six_c6[a] * root_c6
                                       : gather(rows->table_c6[a], other->type + g * KM_LANES);
            const km_lane twelve_c12 = v.geometric
                                           ? rows->twelve_c12[a] * root_c12
                                           : gather(rows->table_c12[a], other->type + g * KM_LANES);
            km_lane f = km_lennard_jones_force(six_c6, twelve_c12, rinv2, rinv6);
            if (v.energy)
                rows->vdw +=
                    km_lane_keep(near, km_lennard_jones_energy(six_c6, twelve_c12, rinv6) -
                                           (twelve_c12 * p->shift_c12 - six_c6 * p->shift_c6));
            if (v.coulomb > 0) {
                const km_lane qq = rows->charge[a] * charge;
                const km_lane t =
                    km_lane_multiply_add(r2, km_lane_all(p->ewald.scale), km_lane_all(KM_R(-1.0)));
                const km_lane smooth = km_ewald_polynomial_value(p->ewald.force, v.coulomb, t);
                f = km_lane_multiply_add(qq, rinv * rinv2 - smooth, f);
                if (v.energy)
                    rows->coulomb += km_lane_keep(
                        near,
                        qq * (rinv - km_ewald_polynomial_value(p->ewald.energy, v.coulomb, t)));
            }
            f = km_lane_keep(near, f);
            const km_lane gx = f * dx, gy = f * dy, gz = f * dz;
            rows->force[a][0] += gx;
            rows->force[a][1] += gy;
            rows->force[a][2] += gz;
            fx -= gx;
            fy -= gy;
            fz -= gz;
        }
        km_lane_store(fj, fx);
        km_lane_store(fj + KM_CLUSTER_J, fy);
        km_lane_store(fj + 2 * KM_CLUSTER_J, fz);
    }
}

KM_HD void load_rows(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                     const km_neighbour_list *list, const km_cluster_run *run, row_block *rows)
{
    const km_lane zero = km_lane_all(KM_R(0.0));
    const int offset = run->i % 2 * KM_CLUSTER_I;
    const km_real *x = list->position + (size_t)(run->i / 2) * SIZE + offset;
    const km_pair_cluster *own = cluster + run->i / 2;
    for (int a = 0; a < KM_CLUSTER_I; a++) {
        for (int c = 0; c < 3; c++) {
            rows->x[a][c] = km_lane_all(x[c * KM_CLUSTER_J + a] + list->shift[run->image][c]);
            rows->force[a][c] = zero;
        }
        rows->charge[a] = km_lane_all(own->charge[offset + a]);
        rows->six_c6[a] = km_lane_all(own->six_c6[offset + a]);
        rows->twelve_c12[a] = km_lane_all(own->twelve_c12[offset + a]);
        if (!v.geometric) {
            rows->table_c6[a] = p->six_c6 + (size_t)own->type[offset + a] * p->n_types;
            rows->table_c12[a] = p->twelve_c12 + (size_t)own->type[offset + a] * p->n_types;
        }
    }
    rows->vdw = rows->coulomb = zero;
}

/* One force component to fixed point, with the faults it shows. */
KM_HD km_fixed to_fixed(km_real f, int *fault)
{
    if (!(f <= KM_R(KM_FIXED_LIMIT) && f >= -KM_R(KM_FIXED_LIMIT)))
        *fault |= f - f == 0 ? KM_FAULT_FORCE_LIMIT : KM_FAULT_NOT_FINITE;
    return km_fixed_from((double)f);
}

KM_HD void add_rows(const row_block *rows, const km_cluster_run *run, km_pair_sums *sums)
{
    km_fixed *f = sums->force + (size_t)(run->i / 2) * SIZE + run->i % 2 * KM_CLUSTER_I;
    for (int a = 0; a < KM_CLUSTER_I; a++)
        for (int c = 0; c < 3; c++) {
            const km_fixed term = to_fixed(km_lane_sum(rows->force[a][c]), &sums->fault);
            f[c * KM_CLUSTER_J + a] += term;
            sums->shift_force[run->image][c] += term;
        }
}

/* Empties force_j of the block's j-clusters into the fixed-point sums. */
KM_HD void flush_block(const km_cluster_block *block, km_pair_sums *sums)
{
    for (int t = 0; t < block->n_touched; t++) {
        km_real *from = sums->force_j + (size_t)block->touched[t] * SIZE;
        km_fixed *to = sums->force + (size_t)block->touched[t] * SIZE;
        for (int k = 0; k < SIZE; k++) {
            to[k] += to_fixed(from[k], &sums->fault);
            from[k] = 0;
        }
    }
}

KM_HD void block_loop(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                      const km_neighbour_list *list, int block_index, km_pair_sums *sums,
                      km_pair_energy *energy)
{
    const km_cluster_block *block = list->block + block_index;
    row_block rows;
    for (int r = 0; r < block->n_runs; r++) {
        const km_cluster_run *run = block->run + r;
        load_rows(v, p, cluster, list, run, &rows);
        for (int t = run->masked_begin; t < run->masked_end; t++)
            tile(v, p, cluster, list, &rows, sums->force_j, block->masked[t].j, true,
                 block->masked[t].mask);
        for (int t = run->full_begin; t < run->full_end; t++)
            tile(v, p, cluster, list, &rows, sums->force_j, block->full[t], false, 0);
        add_rows(&rows, run, sums);
        if (v.energy) {
            energy->vdw += (double)km_lane_sum(rows.vdw);
            energy->coulomb += (double)km_lane_sum(rows.coulomb);
        }
    }
    flush_block(block, sums);
}

/* One compiled loop per variant; the arguments are constants after inlining. */
#define KM_PAIR_VARIANT(name, energy_wanted, is_geometric, coefficients)                           \
    static void name(const km_pair_parameters *p, const km_pair_cluster *cluster,                  \
                     const km_neighbour_list *list, int block, km_pair_sums *sums,                 \
                     km_pair_energy *energy)                                                       \
    {                                                                                              \
        const variant v = {energy_wanted, is_geometric, coefficients};                             \
        block_loop(v, p, cluster, list, block, sums, energy);                                      \
    }
#define KM_PAIR_VARIANTS(suffix, coefficients)                                                     \
    KM_PAIR_VARIANT(force_table_##suffix, false, false, coefficients)                              \
    KM_PAIR_VARIANT(force_geometric_##suffix, false, true, coefficients)                           \
    KM_PAIR_VARIANT(energy_table_##suffix, true, false, coefficients)                              \
    KM_PAIR_VARIANT(energy_geometric_##suffix, true, true, coefficients)
KM_PAIR_VARIANTS(neutral, 0)
KM_PAIR_VARIANTS(short, KM_EWALD_SHORT)
KM_PAIR_VARIANTS(long, KM_EWALD_LONG)
#define KM_PAIR_ROW(suffix)                                                                        \
    {                                                                                              \
        force_table_##suffix, force_geometric_##suffix, energy_table_##suffix,                     \
            energy_geometric_##suffix                                                              \
    }

void KM_JOIN(km_pair_block_, KM_ISA_NAME)(const km_pair_parameters *p,
                                          const km_pair_cluster *cluster,
                                          const km_neighbour_list *list, int block,
                                          km_pair_sums *sums, km_pair_energy *energy)
{
    static km_pair_block_function *const loop[3][4] = {KM_PAIR_ROW(neutral), KM_PAIR_ROW(short),
                                                       KM_PAIR_ROW(long)};
    const int coulomb = p->ewald.n == 0 ? 0 : (p->ewald.n == KM_EWALD_SHORT ? 1 : 2);
    loop[coulomb][2 * (energy != NULL) + p->geometric](p, cluster, list, block, sums, energy);
}
