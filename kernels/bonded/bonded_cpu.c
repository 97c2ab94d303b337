/* SPDX-License-Identifier: MIT */
/* Bonded terms on the CPU.
 *
 * Atoms are cut into molecules, which no term crosses, and molecules alike that follow each other
 * are computed together (bonded_loop.h). A thread takes a set of them, adds its forces in double in
 * a fixed order, and writes each atom once: no two threads touch the same atom, and neither forces
 * nor the energies of a set depend on the number of threads. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/backend_cpu.h"
#include "kernels/bonded/bonded_loop.h"

/* What one set adds up. */
typedef struct set_sum {
    double energy[KM_ENERGY_COUNT]; /* kJ/mol */
    double virial[KM_TENSOR];       /* kJ/mol */
    int fault;
} set_sum;

typedef struct km_bonded {
    int threads, n_atoms, n_molecules, n_sets, largest_molecule;
    int *molecule_start; /* n_molecules + 1, first atom of each */
    km_bonded_molecules molecules;
    km_bonded_set *set;   /* n_sets  */
    set_sum *sum;         /* n_sets  */
    km_bonded_work *work; /* threads */
    km_bonded_set_function *compute_set;
} km_bonded;

static km_bonded_set_function *choose_loop(km_instruction_set isa)
{
#if defined(__x86_64__)
    if (isa == KM_ISA_AVX512)
        return km_bonded_set_avx512;
    if (isa == KM_ISA_AVX2)
        return km_bonded_set_avx2;
#else
    (void)isa;
#endif
    return km_bonded_set_baseline;
}

/* Lanes are summed in their order. */
static void collect(const km_bonded_set *set, const km_bonded_work *work, set_sum *sum)
{
    for (int t = 0; t < KM_ENERGY_COUNT; t++) {
        sum->energy[t] = 0.0;
        for (int k = 0; k < set->n; k++)
            sum->energy[t] += work->energy[t][k];
    }
    for (int c = 0; c < KM_TENSOR; c++) {
        sum->virial[c] = 0.0;
        for (int k = 0; k < set->n; k++)
            sum->virial[c] += work->virial[c][k];
    }
}

static km_status bonded_compute(void *object, const km_step *s, km_particles *p)
{
    km_bonded *self = object;
    const bool tally = s->energy || s->virial;
    const int together = 1 + self->n_sets / (16 * self->threads); /* sets are small */
#pragma omp parallel for schedule(dynamic, together) num_threads(self->threads)
    for (int b = 0; b < self->n_sets; b++) {
        km_bonded_work *work = &self->work[omp_get_thread_num()];
        self->sum[b].fault = self->compute_set(&self->molecules, &self->set[b], tally, work, p);
        if (tally)
            collect(&self->set[b], work, &self->sum[b]);
    }
    for (int b = 0; b < self->n_sets; b++) {
        const set_sum *sum = &self->sum[b];
        p->fault |= sum->fault;
        for (int t = 0; s->energy && t < KM_ENERGY_COUNT; t++)
            p->energy[t] += sum->energy[t];
        for (int t = 0; s->virial && t < KM_TENSOR; t++)
            p->virial[t] += sum->virial[t];
    }
    return KM_OK;
}

/* Ends a molecule wherever no term reaches across. */
static km_status cut_into_molecules(km_bonded *self)
{
    const int n = self->n_atoms;
    int *reach; /* last atom of the terms beginning here */
    KM_NEW(reach, n);
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        for (int m = 0; m < self->molecules.terms.table[kind].n; m++) {
            const int *atom = km_bonded_atoms(&self->molecules.terms, kind, m);
            int least = atom[0], greatest = atom[0];
            for (int a = 1; a < km_bonded_kind_of[kind].n_atoms; a++) {
                least = atom[a] < least ? atom[a] : least;
                greatest = atom[a] > greatest ? atom[a] : greatest;
            }
            reach[least] = greatest > reach[least] ? greatest : reach[least];
        }
    }
    const km_status status =
        km_allocate((void **)&self->molecule_start, (size_t)n + 1, sizeof(int));
    int furthest = 0;
    for (int i = 0; status == KM_OK && i < n; i++) {
        furthest = reach[i] > furthest ? reach[i] : furthest;
        if (furthest <= i)
            self->molecule_start[++self->n_molecules] = i + 1;
    }
    free(reach);
    return status;
}

/* Sorts a table by molecule, keeping the order within each, and counts atoms from the molecule's
 * first. */
static km_status sort_by_molecule(km_bonded *self, int kind, const int *molecule_of)
{
    km_bonded_table *table = &self->molecules.terms.table[kind];
    const size_t size = km_bonded_kind_of[kind].size;
    int *start;
    KM_NEW(start, (size_t)self->n_molecules + 1);
    self->molecules.start[kind] = start;
    char *sorted;
    KM_NEW(sorted, (size_t)table->n * size);
    int *end = start + 1; /* where the next term of each molecule goes */
    for (int m = 0; m < table->n; m++)
        start[molecule_of[km_bonded_atoms(&self->molecules.terms, kind, m)[0]]]++;
    for (int b = 0, sum = 0; b <= self->n_molecules; b++) {
        const int count = start[b];
        start[b] = sum;
        sum += count;
    }
    memmove(end, start, (size_t)self->n_molecules * sizeof *end);
    for (int m = 0; m < table->n; m++) {
        const int *atom = km_bonded_atoms(&self->molecules.terms, kind, m);
        const int b = molecule_of[atom[0]];
        int *copy = (int *)(sorted + (size_t)end[b]++ * size);
        memcpy(copy, atom, size);
        for (int a = 0; a < km_bonded_kind_of[kind].n_atoms; a++)
            copy[a] -= self->molecule_start[b];
    }
    free(table->term);
    table->term = sorted;
    return KM_OK;
}

/* Whether two terms of a kind are the same: atoms, then what follows at the next eight bytes. */
static bool same_term(int kind, const char *a, const char *b)
{
    const size_t atoms = (size_t)km_bonded_kind_of[kind].n_atoms * sizeof(int);
    const size_t rest = (atoms + 7) / 8 * 8;
    return memcmp(a, b, atoms) == 0 &&
           memcmp(a + rest, b + rest, km_bonded_kind_of[kind].size - rest) == 0;
}

static bool alike(const km_bonded *self, int a, int b)
{
    const int *start = self->molecule_start;
    if (start[a + 1] - start[a] != start[b + 1] - start[b])
        return false;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++) {
        const int *first = self->molecules.start[kind];
        const int n = first[a + 1] - first[a];
        const size_t size = km_bonded_kind_of[kind].size;
        const char *term = self->molecules.terms.table[kind].term;
        if (n != first[b + 1] - first[b])
            return false;
        for (int m = 0; m < n; m++)
            if (!same_term(kind, term + (size_t)(first[a] + m) * size,
                           term + (size_t)(first[b] + m) * size))
                return false;
    }
    return true;
}

static bool has_terms(const km_bonded *self, int molecule)
{
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        if (self->molecules.start[kind][molecule + 1] > self->molecules.start[kind][molecule])
            return true;
    return false;
}

/* Gathers molecules alike; those without terms are left out. */
static km_status gather_sets(km_bonded *self)
{
    KM_NEW(self->set, self->n_molecules);
    km_bonded_set *last = NULL;
    for (int m = 0; m < self->n_molecules; m++) {
        const int first = self->molecule_start[m], n_atoms = self->molecule_start[m + 1] - first;
        if (!has_terms(self, m))
            continue;
        const bool same = last != NULL && alike(self, last->molecule, m);
        if (same && last->n < KM_BONDED_LANES && last->first + last->n * n_atoms == first) {
            last->n++;
            continue;
        }
        const int molecule = same ? last->molecule : m;
        last = &self->set[self->n_sets++];
        *last = (km_bonded_set){first, n_atoms, 1, molecule};
        self->largest_molecule =
            n_atoms > self->largest_molecule ? n_atoms : self->largest_molecule;
    }
    return KM_OK;
}

static km_status arrange(km_bonded *self)
{
    KM_TRY(cut_into_molecules(self));
    int *molecule_of;
    KM_NEW(molecule_of, self->n_atoms);
    for (int b = 0; b < self->n_molecules; b++)
        for (int i = self->molecule_start[b]; i < self->molecule_start[b + 1]; i++)
            molecule_of[i] = b;
    km_status status = KM_OK;
    for (int kind = 0; status == KM_OK && kind < KM_BONDED_KINDS; kind++)
        status = sort_by_molecule(self, kind, molecule_of);
    free(molecule_of);
    KM_TRY(status);
    KM_TRY(gather_sets(self));
    KM_NEW(self->sum, self->n_sets);
    KM_NEW(self->work, self->threads);
    for (int t = 0; t < self->threads; t++) {
        KM_NEW(self->work[t].x, self->largest_molecule);
        KM_NEW(self->work[t].f, self->largest_molecule);
    }
    return KM_OK;
}

static void bonded_destroy(void *object)
{
    km_bonded *self = object;
    if (self == NULL)
        return;
    for (int kind = 0; kind < KM_BONDED_KINDS; kind++)
        free(self->molecules.start[kind]);
    km_bonded_terms_free(&self->molecules.terms);
    for (int t = 0; self->work != NULL && t < self->threads; t++) {
        free(self->work[t].x);
        free(self->work[t].f);
    }
    free(self->work);
    free(self->molecule_start);
    free(self->set);
    free(self->sum);
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
    self->compute_set = choose_loop(device->isa);
    km_status status = km_bonded_terms_make(spec, p->charge, p->n, &self->molecules.terms);
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
