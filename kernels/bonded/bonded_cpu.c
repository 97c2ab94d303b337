/* SPDX-License-Identifier: MIT */
/* Bonded terms on the CPU.
 *
 * Atoms are cut into blocks of consecutive atoms that no term crosses (whole molecules), about
 * equally dear. A thread takes a block, adds its forces in double in a fixed order, and writes each
 * atom once: no two threads touch the same atom, and neither forces nor the per-block energies
 * depend on the number of threads. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backend_cpu.h"
#include "kernels/bonded/bonded_block.h"

#define KM_BLOCK_COST 3000 /* in units of cost_of[], about 20 microseconds */

/* Time of one term in 6 ns, as measured. */
static const int cost_of[KM_BONDED_KINDS] = {
    [KM_BONDED_BOND] = 1,     [KM_BONDED_ANGLE] = 7,     [KM_BONDED_RB] = 7,
    [KM_BONDED_PERIODIC] = 8, [KM_BONDED_IMPROPER] = 15, [KM_BONDED_PAIR14] = 2,
    [KM_BONDED_EXCLUDED] = 2,
};

typedef struct km_bonded {
    int threads, n_atoms, n_blocks, largest_block;
    int *block_start;            /* n_blocks + 1, first atom of each   */
    bool *begins;                /* n_atoms, no term reaches back over the atom's left */
    km_bonded_terms terms;       /* sorted by block; atoms count from the block's first */
    int *start[KM_BONDED_KINDS]; /* n_blocks + 1, first term of each block */
    block_sum *sum;              /* n_blocks                           */
    km_vec3 *scratch;            /* threads x 2 largest_block          */
    const chunk_loops *loops;
    chunk_set *chunks; /* threads                            */
} km_bonded;

static void angles_baseline(angle_chunk *chunk)
{
    chunk_angles(chunk);
}
static void dihedrals_rb_baseline(rb_chunk *chunk)
{
    chunk_dihedrals_rb(chunk);
}
static void excluded_baseline(excluded_chunk *chunk)
{
    chunk_excluded(chunk);
}
static const chunk_loops loops_baseline = {angles_baseline, dihedrals_rb_baseline,
                                           excluded_baseline};

#ifdef __x86_64__
#define KM_AVX2 __attribute__((target("avx2")))
KM_AVX2 static void angles_avx2(angle_chunk *chunk)
{
    chunk_angles(chunk);
}
KM_AVX2 static void dihedrals_rb_avx2(rb_chunk *chunk)
{
    chunk_dihedrals_rb(chunk);
}
KM_AVX2 static void excluded_avx2(excluded_chunk *chunk)
{
    chunk_excluded(chunk);
}
static const chunk_loops loops_avx2 = {angles_avx2, dihedrals_rb_avx2, excluded_avx2};
#endif

static const chunk_loops *choose_loops(km_instruction_set isa)
{
#ifdef __x86_64__
    if (isa >= KM_ISA_AVX2)
        return &loops_avx2;
#endif
    (void)isa;
    return &loops_baseline;
}

/* Adds the forces of the block to the particles, each atom once; gives fault bits. */
static int store_forces(const work *w, km_particles *p, int first, int end)
{
    int fault = 0;
    for (int i = first; i < end; i++) {
        const km_vec3 force = w->f[i - first];
        const double f[3] = {force.x, force.y, force.z};
        for (int c = 0; c < 3; c++) {
            km_fixed *sum = &p->force[c * p->n_padded + i];
            if (fabs(f[c]) <= KM_FIXED_LIMIT) {
                *sum += (km_fixed)(f[c] * KM_FIXED_SCALE + (f[c] < 0.0 ? -0.5 : 0.5));
            } else {
                *sum += km_fixed_from(f[c]);
                fault |= isfinite(f[c]) ? KM_FAULT_FORCE_LIMIT : KM_FAULT_NOT_FINITE;
            }
        }
    }
    return fault;
}

KM_HD void block_terms(const km_bonded *self, const work *w, int b, bool tally)
{
#define TERMS(kind, type)                                                                          \
    (const type *)self->terms.table[kind].term + self->start[kind][b],                             \
        self->start[kind][b + 1] - self->start[kind][b]
    bonds(w, TERMS(KM_BONDED_BOND, km_bond), tally);
    angles(w, TERMS(KM_BONDED_ANGLE, km_angle_ready), tally);
    dihedrals_rb(w, TERMS(KM_BONDED_RB, km_dihedral_rb), tally);
    dihedrals_periodic(w, TERMS(KM_BONDED_PERIODIC, km_periodic_ready), tally);
    impropers(w, TERMS(KM_BONDED_IMPROPER, km_improper_harmonic), tally);
    pairs14(w, TERMS(KM_BONDED_PAIR14, km_pair14), tally);
    excluded_pairs(w, TERMS(KM_BONDED_EXCLUDED, km_excluded_ready), tally);
#undef TERMS
}

/* Copies the block and clears its forces. Whether nearest images have to be taken: not when every
 * molecule is narrower than half the box, which a whole molecule is. */
static bool load_block(const km_bonded *self, const km_particles *p, int first, int end, km_vec3 *x,
                       km_vec3 *f)
{
    const double half[3] = {0.5 * p->box.ax, 0.5 * p->box.by, 0.5 * p->box.cz};
    double low[3] = {0.0, 0.0, 0.0}, high[3] = {0.0, 0.0, 0.0};
    bool wide = false;
    for (int i = first; i < end; i++) {
        double r[3];
        for (int c = 0; c < 3; c++) {
            r[c] = p->position[c * p->n_padded + i];
            low[c] = self->begins[i] || r[c] < low[c] ? r[c] : low[c];
            high[c] = self->begins[i] || r[c] > high[c] ? r[c] : high[c];
            wide |= !(high[c] - low[c] < half[c]);
        }
        x[i - first] = km_vec3_make(r[0], r[1], r[2]);
        f[i - first] = km_vec3_make(0.0, 0.0, 0.0);
    }
    return wide;
}

static void compute_block(const km_bonded *self, km_particles *p, int b, int thread, bool tally)
{
    const int first = self->block_start[b], end = self->block_start[b + 1];
    km_vec3 *x = self->scratch + 2 * (size_t)thread * (size_t)self->largest_block;
    km_vec3 *f = x + self->largest_block;
    const bool images = load_block(self, p, first, end, x, f);
    block_sum *sum = &self->sum[b];
    memset(sum, 0, sizeof *sum);
    const work w = {images ? &p->box : NULL, x,  f, self->loops, &self->chunks[thread],
                    self->terms.alpha,       sum};
    if (tally)
        block_terms(self, &w, b, true);
    else
        block_terms(self, &w, b, false);
    sum->fault = store_forces(&w, p, first, end);
}

static km_status bonded_compute(void *object, const km_step *s, km_particles *p)
{
    km_bonded *self = object;
    const bool tally = s->energy || s->virial;
#pragma omp parallel for schedule(dynamic, 1) num_threads(self->threads)
    for (int b = 0; b < self->n_blocks; b++)
        compute_block(self, p, b, omp_get_thread_num(), tally);
    for (int b = 0; b < self->n_blocks; b++) {
        const block_sum *sum = &self->sum[b];
        p->fault |= sum->fault;
        for (int t = 0; s->energy && t < KM_ENERGY_COUNT; t++)
            p->energy[t] += sum->energy[t];
        for (int t = 0; s->virial && t < KM_TENSOR; t++)
            p->virial[t] += sum->virial[t];
    }
    return KM_OK;
}

/* Ends a block wherever no term reaches across and enough work is gathered. */
static km_status cut_into_blocks(km_bonded *self)
{
    const int n = self->n_atoms;
    int *reach, *cost; /* last atom of the terms beginning here, and their cost */
    KM_NEW(reach, 2 * (size_t)n);
    cost = reach + n;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        for (int m = 0; m < self->terms.table[kind].n; m++) {
            const int *atom = km_bonded_atoms(&self->terms, kind, m);
            int least = atom[0], greatest = atom[0];
            for (int a = 1; a < km_bonded_kind_of[kind].n_atoms; a++) {
                least = atom[a] < least ? atom[a] : least;
                greatest = atom[a] > greatest ? atom[a] : greatest;
            }
            reach[least] = greatest > reach[least] ? greatest : reach[least];
            cost[least] += cost_of[kind];
        }
    }
    const km_status status = km_allocate((void **)&self->block_start, (size_t)n + 1, sizeof(int));
    int furthest = -1, gathered = 0;
    for (int i = 0; status == KM_OK && i < n; i++) {
        self->begins[i] = furthest < i;
        furthest = reach[i] > furthest ? reach[i] : furthest;
        gathered += cost[i] + 1;
        if ((gathered >= KM_BLOCK_COST && furthest <= i) || i == n - 1) {
            const int length = i + 1 - self->block_start[self->n_blocks];
            self->largest_block = length > self->largest_block ? length : self->largest_block;
            self->block_start[++self->n_blocks] = i + 1;
            gathered = 0;
        }
    }
    free(reach);
    return status;
}

/* Sorts a table by block, keeping the order within each, and counts atoms from the block's first.
 */
static km_status sort_by_block(km_bonded *self, int kind, const int *block_of_atom)
{
    km_bonded_table *table = &self->terms.table[kind];
    const size_t size = km_bonded_kind_of[kind].size;
    int *start;
    KM_NEW(start, (size_t)self->n_blocks + 1);
    self->start[kind] = start;
    char *sorted;
    KM_NEW(sorted, (size_t)table->n * size);
    int *end = start + 1; /* where the next term of each block goes */
    for (int m = 0; m < table->n; m++)
        start[block_of_atom[km_bonded_atoms(&self->terms, kind, m)[0]]]++;
    for (int b = 0, sum = 0; b <= self->n_blocks; b++) {
        const int count = start[b];
        start[b] = sum;
        sum += count;
    }
    memmove(end, start, (size_t)self->n_blocks * sizeof *end);
    for (int m = 0; m < table->n; m++) {
        const int *atom = km_bonded_atoms(&self->terms, kind, m);
        const int b = block_of_atom[atom[0]];
        int *copy = (int *)(sorted + (size_t)end[b]++ * size);
        memcpy(copy, atom, size);
        for (int a = 0; a < km_bonded_kind_of[kind].n_atoms; a++)
            copy[a] -= self->block_start[b];
    }
    free(table->term);
    table->term = sorted;
    return KM_OK;
}

static km_status arrange(km_bonded *self)
{
    KM_NEW(self->begins, self->n_atoms);
    KM_TRY(cut_into_blocks(self));
    KM_NEW(self->sum, self->n_blocks);
    KM_NEW(self->scratch, 2 * (size_t)self->threads * (size_t)self->largest_block);
    KM_NEW(self->chunks, self->threads);
    int *block_of_atom;
    KM_NEW(block_of_atom, self->n_atoms);
    for (int b = 0; b < self->n_blocks; b++)
        for (int i = self->block_start[b]; i < self->block_start[b + 1]; i++)
            block_of_atom[i] = b;
    km_status status = KM_OK;
    for (int kind = 0; status == KM_OK && kind < KM_BONDED_KINDS; kind++)
        status = sort_by_block(self, kind, block_of_atom);
    free(block_of_atom);
    return status;
}

static void bonded_destroy(void *object)
{
    km_bonded *self = object;
    if (self == NULL)
        return;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        free(self->start[kind]);
    km_bonded_terms_free(&self->terms);
    free(self->block_start);
    free(self->begins);
    free(self->sum);
    free(self->scratch);
    free(self->chunks);
    free(self);
}

static const km_force_ops bonded_ops = {"bonded", NULL, bonded_compute, bonded_destroy};

km_status km_bonded_cpu_create(km_device *device, const void *spec, const km_particles *p,
                               km_force *out)
{
    out->ops = NULL;
    out->self = NULL;
    km_bonded *self;
    KM_NEW(self, 1);
    self->threads = device->threads;
    self->n_atoms = p->n;
    self->loops = choose_loops(device->isa);
    km_status status = km_bonded_terms_make(spec, p->charge, p->n, &self->terms);
    if (status == KM_OK)
        status = arrange(self);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        bonded_destroy(self);
        return status;
    }
    out->ops = &bonded_ops;
    out->self = self;
    return KM_OK;
}
