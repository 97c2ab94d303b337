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

#define KM_BLOCK_COST 3000 /* in units of cost[], about 20 microseconds */

typedef enum term_kind { BOND, ANGLE, RB, PERIODIC, IMPROPER, PAIR14, EXCLUDED, N_KINDS } term_kind;

static const struct {
    const char *name;
    size_t size;
    int n_atoms; /* how many indices a term begins with     */
    int cost;    /* time of one term in 6 ns, as measured   */
} kind_of[N_KINDS] = {
    [BOND] = {"bond", sizeof(km_bond), 2, 1},
    [ANGLE] = {"angle", sizeof(angle_term), 3, 7},
    [RB] = {"Ryckaert-Bellemans dihedral", sizeof(km_dihedral_rb), 4, 7},
    [PERIODIC] = {"periodic dihedral", sizeof(periodic_term), 4, 8},
    [IMPROPER] = {"improper dihedral", sizeof(km_improper_harmonic), 4, 15},
    [PAIR14] = {"1-4 pair", sizeof(km_pair14), 2, 2},
    [EXCLUDED] = {"excluded pair", sizeof(excluded_term), 2, 2},
};

typedef struct term_table {
    int n;
    void *term; /* n terms, sorted by block; atoms count from the block's first */
    int *start; /* n_blocks + 1             */
} term_table;

typedef struct km_bonded {
    int threads, n_atoms, n_blocks, largest_block;
    int *block_start; /* n_blocks + 1, first atom of each   */
    bool *begins;     /* n_atoms, no term reaches back over the atom's left */
    term_table table[N_KINDS];
    block_sum *sum;   /* n_blocks                           */
    km_vec3 *scratch; /* threads x 2 largest_block          */
    double alpha;     /* 1/nm                               */
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
    (const type *)self->table[kind].term + self->table[kind].start[b],                             \
        self->table[kind].start[b + 1] - self->table[kind].start[b]
    bonds(w, TERMS(BOND, km_bond), tally);
    angles(w, TERMS(ANGLE, angle_term), tally);
    dihedrals_rb(w, TERMS(RB, km_dihedral_rb), tally);
    dihedrals_periodic(w, TERMS(PERIODIC, periodic_term), tally);
    impropers(w, TERMS(IMPROPER, km_improper_harmonic), tally);
    pairs14(w, TERMS(PAIR14, km_pair14), tally);
    excluded_pairs(w, TERMS(EXCLUDED, excluded_term), tally);
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
    const work w = {images ? &p->box : NULL, x,           f,  self->loops,
                    &self->chunks[thread],   self->alpha, sum};
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

static const int *atoms_of(const term_table *table, term_kind kind, int m)
{
    return (const int *)((const char *)table->term + (size_t)m * kind_of[kind].size);
}

static km_status check_term(term_kind kind, int m, const int *atom, const double *parameter,
                            int n_parameters, int n)
{
    for (int a = 0; a < kind_of[kind].n_atoms; a++) {
        if (atom[a] < 0 || atom[a] >= n)
            return KM_FAIL(KM_ERROR_VALUE, "%s %d names atom %d; there are %d atoms, from 0",
                           kind_of[kind].name, m, atom[a], n);
        for (int b = 0; b < a; b++)
            if (atom[a] == atom[b])
                return KM_FAIL(KM_ERROR_VALUE, "%s %d names atom %d twice", kind_of[kind].name, m,
                               atom[a]);
    }
    for (int k = 0; k < n_parameters; k++)
        if (!isfinite(parameter[k]))
            return KM_FAIL(KM_ERROR_VALUE,
                           "%s %d, whose first atom is %d, has a parameter that is "
                           "not a number",
                           kind_of[kind].name, m, atom[0]);
    return KM_OK;
}

static km_status copy_angles(const km_bonded_spec *spec, int n, term_table *table)
{
    angle_term *out;
    KM_NEW(out, spec->n_angles);
    table->term = out;
    table->n = spec->n_angles;
    for (int m = 0; m < table->n; m++) {
        const km_angle *t = &spec->angle[m];
        const double parameter[2] = {t->theta0, t->k_theta};
        KM_TRY(check_term(ANGLE, m, &t->i, parameter, 2, n));
        out[m] = (angle_term){t->i, t->j, t->k, t->k_theta, cos(t->theta0), sin(t->theta0)};
    }
    return KM_OK;
}

static km_status copy_periodic(const km_bonded_spec *spec, int n, term_table *table)
{
    periodic_term *out;
    KM_NEW(out, spec->n_dihedrals_periodic);
    table->term = out;
    table->n = spec->n_dihedrals_periodic;
    for (int m = 0; m < table->n; m++) {
        const km_dihedral_periodic *t = &spec->dihedral_periodic[m];
        const double parameter[2] = {t->phi0, t->k_phi};
        KM_TRY(check_term(PERIODIC, m, &t->i, parameter, 2, n));
        if (t->multiplicity < 0)
            return KM_FAIL(KM_ERROR_VALUE,
                           "periodic dihedral %d has multiplicity %d; it must be 0 "
                           "or more",
                           m, t->multiplicity);
        memcpy(out[m].atom, &t->i, sizeof out[m].atom);
        out[m].multiplicity = t->multiplicity;
        out[m].energy_term = t->improper ? KM_ENERGY_IMPROPER : KM_ENERGY_DIHEDRAL;
        out[m].k_phi = t->k_phi;
        out[m].cosine0 = cos(t->phi0);
        out[m].sine0 = sin(t->phi0);
    }
    return KM_OK;
}

/* Pairs without charge, and all pairs when there is no mesh, need no correction. */
static km_status copy_excluded(const km_bonded_spec *spec, const km_particles *p, term_table *table)
{
    const int n = spec->ewald_alpha > 0.0 ? spec->n_excluded : 0;
    excluded_term *out;
    KM_NEW(out, n);
    table->term = out;
    for (int m = 0; m < n; m++) {
        const int *atom = &spec->excluded[2 * m];
        KM_TRY(check_term(EXCLUDED, m, atom, NULL, 0, p->n));
        const double qq = spec->coulomb_constant * p->charge[atom[0]] * p->charge[atom[1]];
        if (qq != 0.0)
            out[table->n++] = (excluded_term){atom[0], atom[1], qq};
    }
    return KM_OK;
}

/* A table whose terms are stored as given. offset: where the n_parameters doubles begin. */
static km_status copy_terms(term_kind kind, const void *term, int n_terms, size_t offset,
                            int n_parameters, int n, term_table *table)
{
    char *out;
    KM_NEW(out, (size_t)n_terms * kind_of[kind].size);
    table->term = out;
    table->n = n_terms;
    if (n_terms > 0)
        memcpy(out, term, (size_t)n_terms * kind_of[kind].size);
    for (int m = 0; m < n_terms; m++) {
        const char *at = out + (size_t)m * kind_of[kind].size;
        KM_TRY(
            check_term(kind, m, (const int *)at, (const double *)(at + offset), n_parameters, n));
    }
    return KM_OK;
}

static km_status copy_spec(const km_bonded_spec *spec, const km_particles *p, km_bonded *self)
{
    term_table *table = self->table;
    const int n = p->n;
    KM_TRY(copy_terms(BOND, spec->bond, spec->n_bonds, offsetof(km_bond, r0), 2, n, &table[BOND]));
    KM_TRY(copy_angles(spec, n, &table[ANGLE]));
    KM_TRY(copy_terms(RB, spec->dihedral_rb, spec->n_dihedrals_rb, offsetof(km_dihedral_rb, c), 6,
                      n, &table[RB]));
    KM_TRY(copy_periodic(spec, n, &table[PERIODIC]));
    KM_TRY(copy_terms(IMPROPER, spec->improper, spec->n_impropers,
                      offsetof(km_improper_harmonic, xi0), 2, n, &table[IMPROPER]));
    KM_TRY(copy_terms(PAIR14, spec->pair14, spec->n_pairs14, offsetof(km_pair14, epsilon), 3, n,
                      &table[PAIR14]));
    km_pair14 *pair14 = table[PAIR14].term;
    for (int m = 0; m < table[PAIR14].n; m++)
        pair14[m].qq *= spec->coulomb_constant;
    return copy_excluded(spec, p, &table[EXCLUDED]);
}

/* Ends a block wherever no term reaches across and enough work is gathered. */
static km_status cut_into_blocks(km_bonded *self)
{
    const int n = self->n_atoms;
    int *reach, *cost; /* last atom of the terms beginning here, and their cost */
    KM_NEW(reach, 2 * (size_t)n);
    cost = reach + n;
    for (term_kind kind = 0; kind < N_KINDS; kind++) {
        for (int m = 0; m < self->table[kind].n; m++) {
            const int *atom = atoms_of(&self->table[kind], kind, m);
            int least = atom[0], greatest = atom[0];
            for (int a = 1; a < kind_of[kind].n_atoms; a++) {
                least = atom[a] < least ? atom[a] : least;
                greatest = atom[a] > greatest ? atom[a] : greatest;
            }
            reach[least] = greatest > reach[least] ? greatest : reach[least];
            cost[least] += kind_of[kind].cost;
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
static km_status sort_by_block(km_bonded *self, term_kind kind, const int *block_of_atom)
{
    term_table *table = &self->table[kind];
    const size_t size = kind_of[kind].size;
    KM_NEW(table->start, (size_t)self->n_blocks + 1);
    char *sorted;
    KM_NEW(sorted, (size_t)table->n * size);
    int *end = table->start + 1; /* where the next term of each block goes */
    for (int m = 0; m < table->n; m++)
        table->start[block_of_atom[atoms_of(table, kind, m)[0]]]++;
    for (int b = 0, sum = 0; b <= self->n_blocks; b++) {
        const int count = table->start[b];
        table->start[b] = sum;
        sum += count;
    }
    memmove(end, table->start, (size_t)self->n_blocks * sizeof *end);
    for (int m = 0; m < table->n; m++) {
        const int *atom = atoms_of(table, kind, m);
        const int b = block_of_atom[atom[0]];
        int *copy = (int *)(sorted + (size_t)end[b]++ * size);
        memcpy(copy, atom, size);
        for (int a = 0; a < kind_of[kind].n_atoms; a++)
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
    for (term_kind kind = 0; status == KM_OK && kind < N_KINDS; kind++)
        status = sort_by_block(self, kind, block_of_atom);
    free(block_of_atom);
    return status;
}

static void bonded_destroy(void *object)
{
    km_bonded *self = object;
    if (self == NULL)
        return;
    for (term_kind kind = 0; kind < N_KINDS; kind++) {
        free(self->table[kind].term);
        free(self->table[kind].start);
    }
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
    self->alpha = ((const km_bonded_spec *)spec)->ewald_alpha;
    km_status status = copy_spec(spec, p, self);
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
