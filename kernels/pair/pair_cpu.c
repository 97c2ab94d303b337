/* SPDX-License-Identifier: MIT */
/* The pair term on the CPU: parameters in the order of the neighbour list, the loops over blocks,
 * and the sums. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/pair/pair_loop.h"
#include "kernels/pair/pair_tail.h"

enum { SIZE = 3 * KM_CLUSTER_J };

typedef struct km_pair {
    km_device *device; /* not owned */
    int n;
    double coulomb_constant;
    km_pair_parameters parameters;
    km_pair_tail tail;

    int builds; /*          list->builds when cluster was filled      */
    int n_j, n_blocks;
    km_pair_cluster *cluster; /* n_j + 1 */
    km_pair_sums *sums;       /* one per thread */
    km_pair_energy *energy;   /* n_blocks */
    double *virial;           /* n_j x 6: single sums of the clusters */
} km_pair;

static void destroy(void *self)
{
    km_pair *pair = self;
    if (pair == NULL)
        return;
    for (int t = 0; pair->sums != NULL && t < pair->device->threads; t++) {
        free(pair->sums[t].block_force);
        free(pair->sums[t].force);
    }
    free(pair->parameters.type);
    free(pair->parameters.curve);
    km_pair_tables_destroy(&pair->parameters.tables);
    free(pair->cluster);
    free(pair->sums);
    free(pair->energy);
    free(pair->virial);
    free(pair);
}

static km_status allocate_sums(km_pair *pair, const km_particles *p)
{
    pair->n_j = (p->n + KM_CLUSTER_J - 1) / KM_CLUSTER_J;
    pair->n_blocks = (2 * pair->n_j + KM_CLUSTER_BLOCK - 1) / KM_CLUSTER_BLOCK;
    KM_NEW(pair->cluster, pair->n_j + 1);
    KM_NEW(pair->parameters.type, ((size_t)pair->n_j + 1) * KM_CLUSTER_J);
    if (pair->parameters.tables.curves.range.n > 0)
        KM_NEW(pair->parameters.curve, ((size_t)pair->n_j + 1) * KM_CLUSTER_J);
    for (int b = 0; b < KM_CLUSTER_J; b++) /* the empty cluster, beyond any cell */
        pair->cluster[pair->n_j].x[0][b] = KM_R(1e6);
    KM_NEW(pair->energy, pair->n_blocks);
    KM_NEW(pair->virial, (size_t)pair->n_j * KM_TENSOR);
    KM_NEW(pair->sums, pair->device->threads);
    for (int t = 0; t < pair->device->threads; t++) {
        KM_NEW(pair->sums[t].block_force, pair->n_j + 1);
        KM_NEW(pair->sums[t].force, (size_t)pair->n_j * SIZE);
    }
    return KM_OK;
}

/* Brings charges and Lennard-Jones parameters into the order of the list. */
static km_status rebuild(void *self, const km_particles *p)
{
    km_pair *pair = self;
    const km_neighbour_list *list = p->neighbours;
    const double root = sqrt(pair->coulomb_constant);
#pragma omp parallel for num_threads(pair->device->threads) schedule(static)
    for (int j = 0; j < pair->n_j; j++)
        for (int b = 0; b < KM_CLUSTER_J; b++) {
            const int i = list->atom[j * KM_CLUSTER_J + b];
            km_pair_cluster *cluster = pair->cluster + j;
            const int type = i < 0 ? 0 : p->type[i];
            cluster->charge[b] = (km_real)(i < 0 ? 0.0 : root * p->charge[i]);
            cluster->six_c6[b] = (km_real)pair->parameters.tables.type_root[2 * type];
            cluster->twelve_c12[b] = (km_real)pair->parameters.tables.type_root[2 * type + 1];
            pair->parameters.type[j * KM_CLUSTER_J + b] = type;
            if (pair->parameters.curve != NULL)
                pair->parameters.curve[j * KM_CLUSTER_J + b] =
                    type * pair->parameters.tables.curves.range.n * (int)sizeof(km_real4);
        }
    pair->builds = list->builds;
    return KM_OK;
}

static km_pair_block_function *choose_loop(const km_device *device)
{
#if defined(__x86_64__)
    if (device->isa == KM_ISA_AVX512)
        return km_pair_block_avx512;
    if (device->isa == KM_ISA_AVX2)
        return km_pair_block_avx2;
#else
    (void)device;
#endif
    return km_pair_block_baseline;
}

/* All blocks, into the sums of the threads. */
static void run_blocks(km_pair *pair, const km_neighbour_list *list, bool energy)
{
    km_pair_block_function *loop = choose_loop(pair->device);
    for (int t = 0; t < pair->device->threads; t++)
        pair->sums[t].fault = 0;
#pragma omp parallel num_threads(pair->device->threads)
    {
        km_pair_sums *sums = pair->sums + omp_get_thread_num();
        for (size_t k = 0; k < (size_t)pair->n_j * SIZE; k++)
            sums->force[k] = 0;
        for (int s = 0; s < KM_LIST_IMAGES; s++)
            for (int c = 0; c < 3; c++)
                sums->shift_force[s][c] = 0;
#pragma omp for schedule(static)
        for (int j = 0; j < pair->n_j; j++)
            memcpy(pair->cluster[j].x, list->position + (size_t)j * SIZE, SIZE * sizeof(km_real));
#pragma omp for schedule(dynamic, 1)
        for (int b = 0; b < pair->n_blocks; b++) {
            pair->energy[b] = (km_pair_energy){0};
            loop(&pair->parameters, pair->cluster, list, b, sums, energy ? pair->energy + b : NULL);
        }
    }
}

/* Sums one cluster over the threads, hands the forces to the atoms, and with virial the single sum
 * of x (x) F over its atoms to the array of partial virials. */
static void scatter_cluster(km_pair *pair, const km_neighbour_list *list, km_particles *p, int j,
                            bool virial)
{
    double w[KM_TENSOR] = {0};
    for (int b = 0; b < KM_CLUSTER_J && j * KM_CLUSTER_J + b < list->n; b++) {
        const int i = list->atom[j * KM_CLUSTER_J + b];
        double x[3], f[3];
        for (int c = 0; c < 3; c++) {
            const size_t k = (size_t)j * SIZE + c * KM_CLUSTER_J + b;
            km_fixed sum = 0;
            for (int t = 0; t < pair->device->threads; t++)
                sum += pair->sums[t].force[k];
            p->force[c * p->n_padded + i] += sum;
            x[c] = (double)list->position[k];
            f[c] = km_fixed_to(sum);
        }
        w[KM_XX] += x[0] * f[0];
        w[KM_YY] += x[1] * f[1];
        w[KM_ZZ] += x[2] * f[2];
        w[KM_XY] += 0.5 * (x[0] * f[1] + x[1] * f[0]);
        w[KM_XZ] += 0.5 * (x[0] * f[2] + x[2] * f[0]);
        w[KM_YZ] += 0.5 * (x[1] * f[2] + x[2] * f[1]);
    }
    for (int k = 0; virial && k < KM_TENSOR; k++)
        pair->virial[(size_t)j * KM_TENSOR + k] = w[k];
}

/* W = -1/2 sum r (x) F from the force on each atom and the force through each image. */
static void add_virial(const km_pair *pair, const km_neighbour_list *list, km_particles *p)
{
    double w[KM_TENSOR] = {0};
    for (int j = 0; j < pair->n_j; j++)
        for (int k = 0; k < KM_TENSOR; k++)
            w[k] += pair->virial[(size_t)j * KM_TENSOR + k];
    for (int s = 1; s < KM_LIST_IMAGES; s++) {
        double f[3];
        for (int c = 0; c < 3; c++) {
            km_fixed sum = 0;
            for (int t = 0; t < pair->device->threads; t++)
                sum += pair->sums[t].shift_force[s][c];
            f[c] = km_fixed_to(sum);
        }
        const km_real *x = list->shift[s];
        w[KM_XX] += x[0] * f[0];
        w[KM_YY] += x[1] * f[1];
        w[KM_ZZ] += x[2] * f[2];
        w[KM_XY] += 0.5 * (x[0] * f[1] + x[1] * f[0]);
        w[KM_XZ] += 0.5 * (x[0] * f[2] + x[2] * f[0]);
        w[KM_YZ] += 0.5 * (x[1] * f[2] + x[2] * f[1]);
    }
    for (int k = 0; k < KM_TENSOR; k++)
        p->virial[k] -= 0.5 * w[k];
    const double tail = pair->tail.virial / km_box_volume(&p->box);
    p->virial[KM_XX] += tail;
    p->virial[KM_YY] += tail;
    p->virial[KM_ZZ] += tail;
}

static void add_energy(const km_pair *pair, km_particles *p)
{
    double vdw = 0.0, coulomb = 0.0;
    for (int b = 0; b < pair->n_blocks; b++) {
        vdw += pair->energy[b].vdw;
        coulomb += pair->energy[b].coulomb;
    }
    p->energy[KM_ENERGY_VDW] += vdw;
    p->energy[KM_ENERGY_COULOMB_REAL] += coulomb;
    p->energy[KM_ENERGY_VDW_TAIL] +=
        pair->tail.energy / km_box_volume(&p->box) + pair->tail.constant;
}

static km_status compute(void *self, const km_step *s, km_particles *p)
{
    km_pair *pair = self;
    const km_neighbour_list *list = p->neighbours;
    if (list == NULL || list->builds == 0 || list->n_j != pair->n_j)
        return KM_FAIL(KM_ERROR_INTERNAL, "the pair term needs a neighbour list that is built");
    if (list->cutoff * list->cutoff * (1.0 + 1e-6) < (double)pair->parameters.tables.cutoff2)
        return KM_FAIL(
            KM_ERROR_INTERNAL,
            "the neighbour list was made for a shorter cutoff (%g nm) than the pair term",
            list->cutoff);
    if (pair->builds != list->builds)
        KM_TRY(rebuild(pair, p));
    run_blocks(pair, list, s->energy);
#pragma omp parallel for num_threads(pair->device->threads) schedule(static)
    for (int j = 0; j < pair->n_j; j++)
        scatter_cluster(pair, list, p, j, s->virial);
    for (int t = 0; t < pair->device->threads; t++)
        p->fault |= pair->sums[t].fault;
    if (s->virial)
        add_virial(pair, list, p);
    if (s->energy)
        add_energy(pair, p);
    return KM_OK;
}

static const km_force_ops pair_ops = {"pair", rebuild, compute, destroy};

km_status km_pair_cpu_create(km_device *device, const void *spec, const km_particles *p,
                             km_force *out)
{
    const km_pair_spec *pair_spec = spec;
    km_pair *pair;
    KM_TRY(km_pair_spec_check(pair_spec, p->n, p->type));
    KM_NEW(pair, 1);
    pair->device = device;
    pair->n = p->n;
    pair->coulomb_constant = pair_spec->coulomb_constant;
    km_status status = km_pair_tables_make(pair_spec, &pair->parameters.tables);
    if (status == KM_OK)
        status = allocate_sums(pair, p);
    if (status == KM_OK)
        status = km_pair_tail_make(pair_spec, p->n, p->type, &pair->tail);
    if (status != KM_OK) {
        destroy(pair);
        return status;
    }
    out->ops = &pair_ops;
    out->self = pair;
    return KM_OK;
}
