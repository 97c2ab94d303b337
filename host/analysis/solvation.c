/* SPDX-License-Identifier: MIT */
#include "host/analysis/solvation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/analysis/blocks.h"
#include "host/analysis/solvation_shells.h"
#include "host/model/growing_array.h"

enum { OF_SHELL = 3 + KM_SOLVATION_DENTATE }; /* atoms, molecules, coordinated, dentate */

/* Where the sums of a frame stand in its row. */
typedef struct columns {
    int anion, cation, paired, cluster, largest, shell, n;
} columns;

/* A shell by the molecules of every kind, and how often it was seen. */
typedef struct composition {
    int cation_kind;
    int *molecules; /* n_kinds */
    double count;
} composition;

typedef struct work {
    const km_contacts *contacts;
    const km_labels *labels;
    km_solvation_result *out;
    columns at;
    km_blocks blocks;
    int *shell_of;  /* n_kinds^2                                              */
    int *n_cations; /* n_molecules  in contact with a molecule, in this frame */
    int *parent;    /* n_molecules  of the graph of ions                      */
    int *size;      /* n_molecules                                            */
    int *n_anions;  /* cations      in contact with a cation                  */
    int *partner;   /* cations      the last of these, a molecule             */
    int *shell;     /* n_kinds      molecules in the shell of one cation      */
    bool *met;      /* n_molecules x n_kinds of cations: in contact           */
    composition *composition;
    int n_compositions, room;
} work;

static int kind_of(const km_labels *labels, int atom)
{
    return labels->molecule_kind[labels->molecule[atom]];
}

static bool is_anion(const km_labels *labels, int molecule)
{
    return km_kind_charge(&labels->kind[labels->molecule_kind[molecule]]) < 0;
}

/* ---- the graph of ions ---- */

static int root(const work *w, int molecule)
{
    while (w->parent[molecule] != molecule)
        molecule = w->parent[molecule] = w->parent[w->parent[molecule]];
    return molecule;
}

static void join(const work *w, int a, int b)
{
    a = root(w, a);
    b = root(w, b);
    w->parent[a > b ? a : b] = a < b ? a : b;
}

static void count_clusters(const work *w, double *row)
{
    const km_labels *labels = w->labels;
    const km_contacts *c = w->contacts;
    int largest = 0;
    memset(w->size, 0, (size_t)labels->n_molecules * sizeof *w->size);
    for (int k = 0; k < c->n_cations; k++)
        w->size[root(w, labels->molecule[c->atom[k]])]++;
    for (int m = 0; m < labels->n_molecules; m++)
        if (is_anion(labels, m))
            w->size[root(w, m)]++;
    for (int m = 0; m < labels->n_molecules; m++) {
        const int size = w->size[m];
        if (size == 0)
            continue;
        const int bin = size < KM_SOLVATION_SIZES ? size : KM_SOLVATION_SIZES;
        row[w->at.cluster + bin - 1] += size;
        largest = size > largest ? size : largest;
    }
    row[w->at.largest] += largest;
}

/* ---- the shell of one cation ---- */

static km_status count_composition(work *w, int cation_kind)
{
    const size_t bytes = (size_t)w->labels->n_kinds * sizeof *w->shell;
    for (int k = 0; k < w->n_compositions; k++)
        if (w->composition[k].cation_kind == cation_kind &&
            memcmp(w->composition[k].molecules, w->shell, bytes) == 0) {
            w->composition[k].count += 1.0;
            return KM_OK;
        }
    KM_TRY(km_array_make_room((void **)&w->composition, w->n_compositions, &w->room,
                              sizeof *w->composition, "kinds of shells"));
    composition *new = &w->composition[w->n_compositions];
    *new = (composition){.cation_kind = cation_kind, .count = 1.0};
    KM_NEW(new->molecules, w->labels->n_kinds);
    memcpy(new->molecules, w->shell, bytes);
    w->n_compositions++;
    return KM_OK;
}

/* A molecule with so many donor atoms in contact with cation number k. */
static void add_molecule(work *w, int k, int molecule, int dentate, double *row)
{
    const km_labels *labels = w->labels;
    const int cation = labels->molecule[w->contacts->atom[k]], n = labels->n_kinds;
    const int kind = labels->molecule_kind[molecule];
    const int cation_kind = labels->molecule_kind[cation];
    const int s = w->shell_of[cation_kind * n + kind];
    double *of_shell = row + w->at.shell + s * OF_SHELL;
    bool *met = &w->met[(size_t)molecule * (size_t)n + (size_t)cation_kind];
    of_shell[0] += dentate;
    of_shell[1] += 1.0;
    of_shell[2] += *met ? 0.0 : 1.0;
    of_shell[2 + (dentate < KM_SOLVATION_DENTATE ? dentate : KM_SOLVATION_DENTATE)] += 1.0;
    *met = true;
    w->n_cations[molecule]++;
    w->shell[kind]++;
    if (w->out->shell[s].anion) {
        w->n_anions[k]++;
        w->partner[k] = molecule;
        join(w, cation, molecule);
    }
}

/* Contacts of a frame from *i on that belong to cation number k. */
static km_status add_cation(work *w, int k, size_t *i, size_t end, double *row)
{
    const km_labels *labels = w->labels;
    const km_contact *contact = w->contacts->contact;
    const int cation_kind = kind_of(labels, w->contacts->atom[k]);
    memset(w->shell, 0, (size_t)labels->n_kinds * sizeof *w->shell);
    while (*i < end && contact[*i].cation == k) {
        const int molecule = labels->molecule[contact[*i].atom];
        const int s = w->shell_of[cation_kind * labels->n_kinds + labels->molecule_kind[molecule]];
        int dentate = 0;
        for (;
             *i < end && contact[*i].cation == k && labels->molecule[contact[*i].atom] == molecule;
             (*i)++)
            dentate += s >= 0 && 10.0 * contact[*i].r <= w->out->shell[s].cutoff;
        if (dentate > 0)
            add_molecule(w, k, molecule, dentate, row);
    }
    return count_composition(w, cation_kind);
}

/* ---- one frame ---- */

static void begin_frame(work *w)
{
    const size_t n = (size_t)w->labels->n_molecules;
    memset(w->n_cations, 0, n * sizeof *w->n_cations);
    memset(w->met, 0, n * (size_t)w->labels->n_kinds * sizeof *w->met);
    memset(w->n_anions, 0, (size_t)w->contacts->n_cations * sizeof *w->n_anions);
    for (size_t m = 0; m < n; m++)
        w->parent[m] = (int)m;
}

static void speciate(const work *w, double *row)
{
    const km_contacts *c = w->contacts;
    for (int m = 0; m < w->labels->n_molecules; m++) {
        if (!is_anion(w->labels, m))
            continue;
        const int n = w->n_cations[m];
        row[w->at.anion + (n < 2 ? n : 2)] += 1.0;
        row[w->at.paired + (n < KM_SOLVATION_PAIRED ? n : KM_SOLVATION_PAIRED - 1)] += 1.0;
    }
    for (int k = 0; k < c->n_cations; k++) {
        const int n = w->n_anions[k];
        const bool pair = n == 1 && w->n_cations[w->partner[k]] == 1;
        row[w->at.cation + (n == 0 ? 0 : pair ? 1 : 2)] += 1.0;
    }
}

static km_status add_frame(work *w, int t)
{
    const km_contacts *c = w->contacts;
    double *row = km_blocks_now(&w->blocks);
    size_t i = c->start[t];
    begin_frame(w);
    for (int k = 0; k < c->n_cations; k++)
        KM_TRY(add_cation(w, k, &i, c->start[t + 1], row));
    speciate(w, row);
    count_clusters(w, row);
    km_blocks_next(&w->blocks);
    return KM_OK;
}

/* ---- results ---- */

static void read_shell(const work *w, int cation_kind, int partner_kind)
{
    const km_labels *labels = w->labels;
    const int s = w->shell_of[cation_kind * labels->n_kinds + partner_kind];
    if (s < 0)
        return;
    km_solvation_shell *shell = &w->out->shell[s];
    const size_t at = (size_t)(w->at.shell + s * OF_SHELL);
    const double cations = labels->kind[cation_kind].n_molecules;
    shell->atoms = km_blocks_mean(&w->blocks, at, 1.0 / cations);
    shell->molecules = km_blocks_mean(&w->blocks, at + 1, 1.0 / cations);
    shell->coordinated =
        km_blocks_mean(&w->blocks, at + 2, 1.0 / labels->kind[partner_kind].n_molecules);
    for (size_t d = 0; d < KM_SOLVATION_DENTATE; d++)
        shell->dentate[d] = km_blocks_ratio(&w->blocks, at + 3 + d, at + 1);
}

static void read_means(const work *w, int from, int n, double scale, km_estimate *out)
{
    for (int k = 0; k < n; k++)
        out[k] = km_blocks_mean(&w->blocks, (size_t)(from + k), scale);
}

static int compare_compositions(const void *a, const void *b)
{
    const composition *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : 0;
}

static km_status read_compositions(work *w)
{
    km_solvation_result *out = w->out;
    const double all = (double)w->contacts->n_cations * w->contacts->n_frames;
    qsort(w->composition, (size_t)w->n_compositions, sizeof *w->composition, compare_compositions);
    KM_NEW(out->composition, w->n_compositions);
    for (int k = 0; k < w->n_compositions; k++) {
        const composition *from = &w->composition[k];
        km_solvation_composition *to = &out->composition[out->n_compositions++];
        size_t used = (size_t)snprintf(to->text, sizeof to->text,
                                       "%s:", w->labels->kind[from->cation_kind].name);
        for (int b = 0; b < w->labels->n_kinds && used < sizeof to->text; b++)
            if (from->molecules[b] > 0)
                used += (size_t)snprintf(to->text + used, sizeof to->text - used, " %d %s",
                                         from->molecules[b], w->labels->kind[b].name);
        if (strchr(to->text, ' ') == NULL)
            snprintf(to->text + used, sizeof to->text - used, " bare");
        to->fraction = from->count / all;
    }
    return KM_OK;
}

static columns lay_out(int n_shells)
{
    columns at = {0};
    at.cation = at.anion + 3;
    at.paired = at.cation + 3;
    at.cluster = at.paired + KM_SOLVATION_PAIRED;
    at.largest = at.cluster + KM_SOLVATION_SIZES;
    at.shell = at.largest + 1;
    at.n = at.shell + n_shells * OF_SHELL;
    return at;
}

static km_status allocate(work *w)
{
    const int n = w->labels->n_molecules, n_cations = w->contacts->n_cations;
    w->at = lay_out(w->out->n_shells);
    KM_TRY(km_blocks_create(&w->blocks, (size_t)w->at.n));
    KM_NEW(w->n_cations, n);
    KM_NEW(w->parent, n);
    KM_NEW(w->size, n);
    KM_NEW(w->met, (size_t)n * (size_t)w->labels->n_kinds);
    KM_NEW(w->n_anions, n_cations);
    KM_NEW(w->partner, n_cations);
    KM_NEW(w->shell, w->labels->n_kinds);
    return KM_OK;
}

static km_status compute(work *w, const km_rdf_curve *curve, int n_curves)
{
    const km_labels *labels = w->labels;
    km_solvation_result *out = w->out;
    KM_NEW(w->shell_of, labels->n_kinds * labels->n_kinds);
    KM_TRY(km_solvation_find_shells(labels, curve, n_curves, out, w->shell_of));
    KM_TRY(allocate(w));
    for (int m = 0; m < labels->n_molecules; m++)
        out->n_anions += is_anion(labels, m);
    for (int t = 0; t < w->contacts->n_frames; t++)
        KM_TRY(add_frame(w, t));
    for (int a = 0; a < labels->n_kinds; a++)
        for (int b = 0; b < labels->n_kinds; b++)
            read_shell(w, a, b);
    read_means(w, w->at.anion, 3, 1.0 / out->n_anions, out->anion);
    read_means(w, w->at.paired, KM_SOLVATION_PAIRED, 1.0 / out->n_anions, out->paired);
    read_means(w, w->at.cation, 3, 1.0 / out->n_cations, out->cation);
    const double ions = out->n_anions + out->n_cations;
    read_means(w, w->at.cluster, KM_SOLVATION_SIZES, 1.0 / ions, out->cluster);
    read_means(w, w->at.largest, 1, 1.0 / ions, &out->largest);
    KM_TRY(read_compositions(w));
    return km_solvation_residence(w->contacts, w->shell_of, out);
}

static void clear(work *w)
{
    for (int k = 0; k < w->n_compositions; k++)
        free(w->composition[k].molecules);
    free(w->composition);
    km_blocks_clear(&w->blocks);
    free(w->shell_of);
    free(w->n_cations);
    free(w->parent);
    free(w->size);
    free(w->met);
    free(w->n_anions);
    free(w->partner);
    free(w->shell);
}

km_status km_solvation_compute(const km_contacts *contacts, const km_rdf_curve *curve, int n_curves,
                               km_solvation_result *out)
{
    memset(out, 0, sizeof *out);
    out->n_frames = contacts->n_frames;
    out->interval = contacts->interval;
    out->n_cations = contacts->n_cations;
    if (contacts->n_frames == 0 || contacts->n_cations == 0 || contacts->n_donors == 0) {
        snprintf(out->note, sizeof out->note, "%s",
                 contacts->n_frames == 0 ? "no frames"
                                         : "no monatomic cation with molecules that carry O, N "
                                           "or F, and no monatomic anion");
        return KM_OK;
    }
    out->available = true;
    work w = {.contacts = contacts, .labels = contacts->labels, .out = out};
    const km_status status = compute(&w, curve, n_curves);
    clear(&w);
    if (status != KM_OK)
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
    return status;
}

void km_solvation_result_clear(km_solvation_result *result)
{
    for (int s = 0; s < result->n_shells; s++) {
        free(result->shell[s].lag);
        free(result->shell[s].correlation);
    }
    free(result->shell);
    free(result->composition);
    memset(result, 0, sizeof *result);
}
