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
#include "kernels/pair/vdw_lennard_jones.h"

#define KM_JOIN_(a, b) a##b
#define KM_JOIN(a, b) KM_JOIN_(a, b)

enum {
    SIZE = 3 * KM_CLUSTER_J,
    GROUPS = KM_CLUSTER_J / KM_LANES, /* vectors per j-cluster                 */
    CLUSTERS = GROUPS >= 2 ? 1 : 2,   /* j-clusters that go together: 1 or 2   */
    VECTORS = GROUPS * CLUSTERS       /* vectors that go together              */
};

/* Unrolls the loop over the vectors that go together. */
#define KM_EACH_VECTOR _Pragma("GCC unroll 8") for (int m = 0; m < VECTORS; m++)

/* Constants of a loop; coulomb is the number of coefficients, 0 without charges. */
typedef struct variant {
    bool energy, geometric;
    int coulomb;
} variant;

/* The atom of a run, and the sums over it. */
typedef struct run_atom {
    km_lane x, y, z, charge, six_c6, twelve_c12;
    const km_real *table_c6, *table_c12;
    km_lane fx, fy, fz;
    km_lane vdw, coulomb;
} run_atom;

KM_HD km_lane gather(const km_real *table, const int *type)
{
    km_lane v;
    for (int k = 0; k < KM_LANES; k++)
        v[k] = table[type[k]];
    return v;
}

KM_HD km_lane_mask mask_of_group(uint32_t mask, int group)
{
    km_lane_mask bit;
    for (int k = 0; k < KM_LANES; k++)
        bit[k] = (km_lane_element)(1u << (group * KM_LANES + k));
    return (bit & (km_lane_element)mask) != 0;
}

/* P(t) for several t at once: even and odd powers apart, which halves the chain. */
KM_HD void polynomial(const km_real *coefficient, const int n, const km_lane *t, km_lane *out)
{
    km_lane square[VECTORS], odd[VECTORS];
    KM_EACH_VECTOR
    {
        square[m] = t[m] * t[m];
        out[m] = km_lane_all(coefficient[0]);
        odd[m] = km_lane_all(coefficient[1]);
    }
#pragma GCC unroll 64
    for (int k = 2; k < n; k += 2) {
        KM_EACH_VECTOR out[m] =
            km_lane_multiply_add(out[m], square[m], km_lane_all(coefficient[k]));
        if (k + 1 < n)
            KM_EACH_VECTOR odd[m] =
                km_lane_multiply_add(odd[m], square[m], km_lane_all(coefficient[k + 1]));
    }
    KM_EACH_VECTOR out[m] = km_lane_multiply_add(odd[m], t[m], out[m]);
}

/* The atom against CLUSTERS j-clusters; mask is NULL where all their atoms interact. */
KM_HD void interact(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                    const km_real *position, km_real *block_force, run_atom *own, const int *j,
                    const uint32_t *mask)
{
    const km_real *x[VECTORS];
    const km_pair_cluster *other[VECTORS];
    km_lane_mask near[VECTORS];
    km_lane dx[VECTORS], dy[VECTORS], dz[VECTORS], t[VECTORS], f[VECTORS], qq[VECTORS],
        rinv3[VECTORS], rinv[VECTORS], smooth[VECTORS];
    KM_EACH_VECTOR
    {
        const int g = m % GROUPS * KM_LANES;
        x[m] = position + (size_t)j[m / GROUPS] * SIZE + g;
        other[m] = cluster + j[m / GROUPS];
        dx[m] = own->x - km_lane_load(x[m]);
        dy[m] = own->y - km_lane_load(x[m] + KM_CLUSTER_J);
        dz[m] = own->z - km_lane_load(x[m] + 2 * KM_CLUSTER_J);
        const km_lane r2 =
            km_lane_multiply_add(dx[m], dx[m], km_lane_multiply_add(dy[m], dy[m], dz[m] * dz[m]));
        near[m] = km_lane_less(r2, km_lane_all(p->cutoff2));
        if (mask != NULL)
            near[m] &= mask_of_group(mask[m / GROUPS], m % GROUPS);
        t[m] = km_lane_multiply_add(r2, km_lane_all(p->ewald.scale), km_lane_all(KM_R(-1.0)));
        rinv[m] = km_lane_rsqrt(r2);
        const km_lane rinv2 = rinv[m] * rinv[m], rinv6 = rinv2 * rinv2 * rinv2;
        rinv3[m] = rinv[m] * rinv2;
        const km_lane six_c6 = v.geometric ? own->six_c6 * km_lane_load(other[m]->six_c6 + g)
                                           : gather(own->table_c6, other[m]->type + g);
        const km_lane twelve_c12 = v.geometric
                                       ? own->twelve_c12 * km_lane_load(other[m]->twelve_c12 + g)
                                       : gather(own->table_c12, other[m]->type + g);
        qq[m] = own->charge * km_lane_load(other[m]->charge + g);
        f[m] = km_lennard_jones_force(six_c6, twelve_c12, rinv2, rinv6);
        if (v.energy)
            own->vdw +=
                km_lane_keep(near[m], km_lennard_jones_energy(six_c6, twelve_c12, rinv6) -
                                          (twelve_c12 * p->shift_c12 - six_c6 * p->shift_c6));
    }
    if (v.coulomb > 0) {
        polynomial(p->ewald.force, v.coulomb, t, smooth);
        KM_EACH_VECTOR f[m] = km_lane_multiply_add(qq[m], rinv3[m] - smooth[m], f[m]);
        if (v.energy) {
            polynomial(p->ewald.energy, v.coulomb, t, smooth);
            KM_EACH_VECTOR own->coulomb += km_lane_keep(near[m], qq[m] * (rinv[m] - smooth[m]));
        }
    }
    KM_EACH_VECTOR
    {
        km_real *to = block_force + (x[m] - position);
        f[m] = km_lane_keep(near[m], f[m]);
        const km_lane gx = f[m] * dx[m], gy = f[m] * dy[m], gz = f[m] * dz[m];
        own->fx += gx;
        own->fy += gy;
        own->fz += gz;
        km_lane_store(to, km_lane_load(to) - gx);
        km_lane_store(to + KM_CLUSTER_J, km_lane_load(to + KM_CLUSTER_J) - gy);
        km_lane_store(to + 2 * KM_CLUSTER_J, km_lane_load(to + 2 * KM_CLUSTER_J) - gz);
    }
}

KM_HD run_atom load_atom(const variant v, const km_pair_parameters *p,
                         const km_pair_cluster *cluster, const km_neighbour_list *list,
                         const km_cluster_run *run)
{
    const int b = run->slot % KM_CLUSTER_J;
    const km_real *x = list->position + (size_t)(run->slot / KM_CLUSTER_J) * SIZE + b;
    const km_real *shift = list->shift[run->image];
    const km_pair_cluster *from = cluster + run->slot / KM_CLUSTER_J;
    run_atom own;
    own.x = km_lane_all(x[0] + shift[0]);
    own.y = km_lane_all(x[KM_CLUSTER_J] + shift[1]);
    own.z = km_lane_all(x[2 * KM_CLUSTER_J] + shift[2]);
    own.charge = km_lane_all(from->charge[b]);
    own.six_c6 = km_lane_all(from->six_c6[b]);
    own.twelve_c12 = km_lane_all(from->twelve_c12[b]);
    own.table_c6 = v.geometric ? NULL : p->six_c6 + (size_t)from->type[b] * p->n_types;
    own.table_c12 = v.geometric ? NULL : p->twelve_c12 + (size_t)from->type[b] * p->n_types;
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

/* Four at a time, where none is so large that f 2^32 leaves the 51 bits of the addition of 1.5 2^52
 * that rounds it to an integer. */
typedef double vector4 __attribute__((vector_size(32)));
typedef km_real real4 __attribute__((vector_size(4 * sizeof(km_real))));
typedef int64_t integer4 __attribute__((vector_size(32)));

KM_HD bool add_fixed4(const km_real *from, km_fixed *to)
{
    const double limit = 0x1p18, magic = 0x1.8p52;
    real4 f;
    integer4 sum;
    memcpy(&f, from, sizeof f);
    memcpy(&sum, to, sizeof sum);
    const vector4 d = __builtin_convertvector(f, vector4);
    const integer4 small = (d < limit) & (d > -limit);
    const vector4 rounded = d * KM_FIXED_SCALE + magic;
    sum += (integer4)rounded - (integer4)(magic - (vector4){0});
    if (!(small[0] & small[1] & small[2] & small[3]))
        return false;
    memcpy(to, &sum, sizeof sum);
    return true;
}

/* Empties the forces of the block into the fixed-point sums. */
KM_HD void flush_block(const km_cluster_block *block, km_pair_sums *sums)
{
    for (int t = 0; t < block->n_touched; t++) {
        km_real *from = sums->block_force + (size_t)block->touched[t] * SIZE;
        km_fixed *to = sums->force + (size_t)block->touched[t] * SIZE;
        for (int k = 0; k < SIZE; k += 4) {
            if (!add_fixed4(from + k, to + k))
                for (int c = k; c < k + 4; c++)
                    to[c] += to_fixed((double)from[c], &sums->fault);
            for (int c = k; c < k + 4; c++)
                from[c] = 0;
        }
    }
}

KM_HD void block_loop(const variant v, const km_pair_parameters *p, const km_pair_cluster *cluster,
                      const km_neighbour_list *list, int block_index, km_pair_sums *sums,
                      km_pair_energy *energy)
{
    const km_cluster_block *block = list->block + block_index;
    const km_real *position = list->position;
    km_real *block_force = sums->block_force;
    double shift_force[KM_CLUSTER_IMAGES][3] = {{0}};
    for (int r = 0; r < block->n_runs; r++) {
        const km_cluster_run *run = block->run + r;
        run_atom own = load_atom(v, p, cluster, list, run);
        for (int k = run->masked_begin; k < run->masked_end; k += CLUSTERS) {
            const km_cluster_entry *entry = block->masked + k;
            const int j[2] = {entry[0].j, entry[CLUSTERS - 1].j};
            const uint32_t mask[2] = {entry[0].mask, entry[CLUSTERS - 1].mask};
            interact(v, p, cluster, position, block_force, &own, j, mask);
        }
        for (int k = run->full_begin; k < run->full_end; k += CLUSTERS)
            interact(v, p, cluster, position, block_force, &own, block->full + k, NULL);
        const km_real f[3] = {km_lane_sum(own.fx), km_lane_sum(own.fy), km_lane_sum(own.fz)};
        for (int c = 0; c < 3; c++) {
            block_force[(size_t)(run->slot / KM_CLUSTER_J) * SIZE + c * KM_CLUSTER_J +
                        run->slot % KM_CLUSTER_J] += f[c];
            shift_force[run->image][c] += (double)f[c];
        }
        if (v.energy) {
            energy->vdw += (double)km_lane_sum(own.vdw);
            energy->coulomb += (double)km_lane_sum(own.coulomb);
        }
    }
    for (int s = 1; s < KM_CLUSTER_IMAGES; s++)
        for (int c = 0; c < 3; c++)
            sums->shift_force[s][c] += to_fixed(shift_force[s][c], &sums->fault);
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
