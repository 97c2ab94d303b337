/* SPDX-License-Identifier: MIT */
/* Pairs of types with numbers of their own, excluded pairs, and 1-4 pairs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/import/importer.h"
#include "host/model/assign.h"
#include "host/model/mixing.h"

#define SAME_NUMBER 1e-9 /* relative: numbers of a file against what the rules give */

/* ---- [ nonbond_params ] ---- */

static km_status add_pair_type(km_importer *im, int a, int b, const km_top_row *row)
{
    km_forcefield *ff = im->ff;
    int known = km_forcefield_pair(ff, a, b); /* the last row counts, as for grompp */
    if (known < 0) {
        KM_TRY(km_ff_grow((void **)&ff->pair_type, ff->n_pair_types, 1, sizeof *ff->pair_type));
        known = ff->n_pair_types++;
    }
    ff->pair_type[known] = (km_ff_pair_type){.type = {a, b},
                                             .form = KM_VDW_LENNARD_JONES,
                                             .parameter = {row->parameter[1], row->parameter[0]}};
    return KM_OK;
}

km_status km_import_pair_types(km_importer *im)
{
    const km_gromacs_topology *t = im->in->topology;
    for (int k = 0; k < t->n_rows[KM_TOP_NONBOND]; k++) {
        const km_top_row *row = &t->row[KM_TOP_NONBOND][k];
        for (int a = 0; a < im->ff->n_atom_types; a++)
            for (int b = 0; b < im->ff->n_atom_types; b++)
                if (strcmp(t->atom_type[im->origin[a]].name, row->name[0]) == 0 &&
                    strcmp(t->atom_type[im->origin[b]].name, row->name[1]) == 0)
                    KM_TRY(add_pair_type(im, a, b, row));
    }
    return KM_OK;
}

/* ---- exclusions ---- */

static int compare_pairs(const void *a, const void *b)
{
    const int *p = a, *q = b;
    if (p[0] != q[0])
        return p[0] < q[0] ? -1 : 1;
    return (p[1] > q[1]) - (p[1] < q[1]);
}

/* The pairs of [ exclusions ], lower atom first, sorted. */
static km_status sort_exclusions(const km_top_molecule *source, int (**out)[2])
{
    const int n = source->n_terms[KM_TOP_EXCLUSION];
    KM_NEW(*out, n);
    for (int x = 0; x < n; x++) {
        const int *a = source->term[KM_TOP_EXCLUSION][x].atom;
        (*out)[x][0] = a[0] < a[1] ? a[0] : a[1];
        (*out)[x][1] = a[0] < a[1] ? a[1] : a[0];
    }
    qsort(*out, (size_t)n, sizeof **out, compare_pairs);
    return KM_OK;
}

static bool is_partner(const km_assignment *a, int i, int j)
{
    for (int p = a->partner_start[i]; p < a->partner_start[i + 1]; p++)
        if (a->partner[p] == j)
            return true;
    return false;
}

/* Bonds between two atoms that are at most three apart. */
static int distance(const km_assignment *a, int i, int j)
{
    if (is_partner(a, i, j))
        return 1;
    for (int p = a->partner_start[i]; p < a->partner_start[i + 1]; p++)
        if (is_partner(a, a->partner[p], j))
            return 2;
    return 3;
}

static bool is_excluded(const km_assignment *a, int i, int j)
{
    for (int x = a->exclusion_start[i]; x < a->exclusion_start[i + 1]; x++)
        if (a->exclusion[x] == j)
            return true;
    return false;
}

/* Every pair that kalium excludes must be excluded in the topology. */
static km_status check_excluded(const km_top_molecule *source, const km_assignment *a,
                                int (*listed)[2])
{
    for (int i = 0; i < a->n_atoms; i++)
        for (int x = a->exclusion_start[i]; x < a->exclusion_start[i + 1]; x++) {
            const int pair[2] = {i, a->exclusion[x]};
            if (pair[1] < i || distance(a, i, pair[1]) <= source->n_excluded_bonds ||
                bsearch(pair, listed, (size_t)source->n_terms[KM_TOP_EXCLUSION], sizeof *listed,
                        compare_pairs) != NULL)
                continue;
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: %s: atoms %d and %d interact in full (nrexcl %d); kalium "
                           "excludes pairs up to three bonds apart",
                           source->place.file, source->place.line, source->name, i + 1, pair[1] + 1,
                           source->n_excluded_bonds);
        }
    return KM_OK;
}

/* And no other pair may be. */
static km_status check_others(const km_top_molecule *source, const km_assignment *a)
{
    for (int x = 0; x < source->n_terms[KM_TOP_EXCLUSION]; x++) {
        const km_top_term *term = &source->term[KM_TOP_EXCLUSION][x];
        if (!is_excluded(a, term->atom[0], term->atom[1]))
            return KM_FAIL(
                KM_ERROR_INPUT,
                "%s: line %d: %s: the excluded atoms %d and %d are more than three bonds "
                "apart, where kalium excludes no pairs",
                term->place.file, term->place.line, source->name, term->atom[0] + 1,
                term->atom[1] + 1);
    }
    for (int i = 0; i < a->n_atoms && source->n_excluded_bonds > 3; i++)
        if (a->exclusion_start[i + 1] - a->exclusion_start[i] < a->n_atoms - 1)
            return KM_FAIL(
                KM_ERROR_INPUT,
                "%s: line %d: %s excludes pairs up to %d bonds apart, kalium up to three",
                source->place.file, source->place.line, source->name, source->n_excluded_bonds);
    return KM_OK;
}

static km_status check_exclusions(const km_top_molecule *source, const km_assignment *a)
{
    int(*listed)[2] = NULL;
    KM_TRY(sort_exclusions(source, &listed));
    km_status status = check_excluded(source, a, listed);
    if (status == KM_OK)
        status = check_others(source, a);
    free(listed);
    return status;
}

/* ---- 1-4 pairs ---- */

static bool same_interaction(const km_pair14 *ours, const km_top_term *theirs)
{
    const double sigma = theirs->parameter[0], epsilon = theirs->parameter[1];
    const bool none = ours->epsilon * ours->sigma == 0.0 && epsilon * sigma == 0.0;
    return none || (fabs(ours->sigma - sigma) <= SAME_NUMBER * sigma &&
                    fabs(ours->epsilon - epsilon) <= SAME_NUMBER * epsilon);
}

static int compare_terms(const void *a, const void *b)
{
    return compare_pairs(((const km_top_term *)a)->atom, ((const km_top_term *)b)->atom);
}

/* [ pairs ], lower atom first, in the order in which kalium finds its own. */
static km_status sort_pairs(const km_top_molecule *source, km_top_term **out)
{
    const int n = source->n_terms[KM_TOP_PAIR];
    KM_NEW(*out, n);
    for (int p = 0; p < n; p++) {
        km_top_term *term = &(*out)[p];
        *term = source->term[KM_TOP_PAIR][p];
        if (term->atom[0] > term->atom[1]) {
            const int swap = term->atom[0];
            term->atom[0] = term->atom[1];
            term->atom[1] = swap;
        }
    }
    qsort(*out, (size_t)n, sizeof **out, compare_terms);
    return KM_OK;
}

/* The list in the molecule, as it differs from what kalium would find. */
static km_status list_pairs(km_ff_molecule *m, const km_top_term *pair, int n)
{
    m->lists_pairs14 = true;
    KM_NEW(m->pair14, n);
    for (int p = 0; p < n; p++)
        m->pair14[m->n_pairs14++] = (km_ff_pair14){.atom = {pair[p].atom[0], pair[p].atom[1]},
                                                   .sigma = pair[p].parameter[0],
                                                   .epsilon = pair[p].parameter[1]};
    return KM_OK;
}

static km_status compare_lists(const km_importer *im, const km_assignment *a, km_ff_molecule *m,
                               const km_top_term *pair, int n)
{
    bool same_pairs = n == a->n_pairs14, same = same_pairs;
    for (int p = 0; p < n; p++) {
        if (!is_excluded(a, pair[p].atom[0], pair[p].atom[1]))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: %s, [ pairs ]: atoms %d and %d are more than three bonds "
                           "apart and interact in full, too",
                           pair[p].place.file, pair[p].place.line, m->key, pair[p].atom[0] + 1,
                           pair[p].atom[1] + 1);
        same_pairs =
            same_pairs && pair[p].atom[0] == a->pair14[p].i && pair[p].atom[1] == a->pair14[p].j;
        same = same && same_pairs && same_interaction(&a->pair14[p], &pair[p]);
    }
    if (same)
        return KM_OK;
    if (!same_pairs)
        fprintf(im->in->report,
                "  %s: [ pairs ] has %d pairs, %d are three bonds apart; the list is kept as it "
                "is\n",
                m->key, n, a->n_pairs14);
    return list_pairs(m, pair, n);
}

static km_status assign(const km_importer *im, int molecule, km_assignment *a)
{
    const km_recipe_forcefield plain = {.charge_scale = 1.0};
    a->molecule = molecule;
    a->count = 1;
    KM_TRY(km_assign_molecule(a, &plain, im->ff));
    KM_TRY(km_assign_exclusions(a));
    return km_mix_pairs14(im->ff, a);
}

km_status km_import_pairs14(km_importer *im, const km_top_molecule *source, int molecule)
{
    km_assignment a = {0};
    km_top_term *pair = NULL;
    km_status status = assign(im, molecule, &a);
    if (status == KM_OK)
        status = check_exclusions(source, &a);
    if (status == KM_OK)
        status = sort_pairs(source, &pair);
    if (status == KM_OK)
        status =
            compare_lists(im, &a, &im->ff->molecule[molecule], pair, source->n_terms[KM_TOP_PAIR]);
    free(pair);
    km_assignment_free(&a);
    return status;
}
