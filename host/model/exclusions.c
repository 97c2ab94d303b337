/* SPDX-License-Identifier: MIT */
/* Which pairs of one molecule do not interact: those up to three bonds apart, by the shortest path,
 * so that in a ring a pair that is both 1-3 and 1-4 is 1-3. Pairs exactly three bonds apart come
 * back, scaled, as 1-4 pairs, unless the molecule lists its own. */
#include <stdlib.h>

#include "host/model/assign.h"

/* Bonds from atom i to each atom, up to three; -1 beyond. reached lists the atoms found, near ones
 * first, and distance is put back to -1 by the caller for these. */
static int spread(const km_assignment *a, int i, int *distance, int *reached)
{
    int n = 0;
    distance[i] = 0;
    reached[n++] = i;
    for (int next = 0; next < n; next++) {
        const int j = reached[next];
        if (distance[j] == 3)
            break;
        for (int p = a->partner_start[j]; p < a->partner_start[j + 1]; p++) {
            const int k = a->partner[p];
            if (distance[k] >= 0)
                continue;
            distance[k] = distance[j] + 1;
            reached[n++] = k;
        }
    }
    return n;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Two passes over the atoms: count, then store. */
static void walk(km_assignment *a, bool store, int *distance, int *reached, int *n_excluded)
{
    *n_excluded = 0;
    a->n_pairs14 = 0;
    for (int i = 0; i < a->n_atoms; i++) {
        const int n = spread(a, i, distance, reached);
        qsort(reached, (size_t)n, sizeof *reached, ascending);
        for (int r = 0; r < n; r++) {
            const int j = reached[r];
            if (j != i) {
                if (store)
                    a->exclusion[*n_excluded] = j;
                ++*n_excluded;
            }
            if (distance[j] == 3 && i < j) {
                if (store) {
                    a->pair14[a->n_pairs14].i = i;
                    a->pair14[a->n_pairs14].j = j;
                }
                a->n_pairs14++;
            }
            distance[j] = -1;
        }
        a->exclusion_start[i + 1] = *n_excluded;
    }
}

static bool is_excluded(const km_assignment *a, const int *pair)
{
    for (int x = a->exclusion_start[pair[0]]; x < a->exclusion_start[pair[0] + 1]; x++)
        if (a->exclusion[x] == pair[1])
            return true;
    return false;
}

static km_status take_listed_pairs(km_assignment *a)
{
    const km_ff_molecule *m = a->source;
    free(a->pair14);
    a->pair14 = NULL;
    a->n_pairs14 = 0;
    KM_NEW(a->pair14, m->n_pairs14);
    for (int p = 0; p < m->n_pairs14; p++) {
        const int *pair = m->pair14[p].atom;
        if (!is_excluded(a, pair))
            return KM_FAIL(KM_ERROR_INPUT,
                           "molecule %s: pairs14: atoms %s and %s are more than three bonds apart "
                           "and interact in full; they cannot be a 1-4 pair as well",
                           m->key, m->atom[pair[0]].name, m->atom[pair[1]].name);
        a->pair14[a->n_pairs14].i = pair[0];
        a->pair14[a->n_pairs14++].j = pair[1];
    }
    return KM_OK;
}

km_status km_assign_exclusions(km_assignment *a)
{
    int *scratch = NULL;
    KM_NEW(a->exclusion_start, a->n_atoms + 1);
    KM_NEW(scratch, 2 * (size_t)a->n_atoms);
    int *distance = scratch, *reached = scratch + a->n_atoms, n_excluded;
    for (int i = 0; i < a->n_atoms; i++)
        distance[i] = -1;
    walk(a, false, distance, reached, &n_excluded);
    km_status status = km_allocate((void **)&a->exclusion, (size_t)n_excluded, sizeof(int));
    if (status == KM_OK)
        status = km_allocate((void **)&a->pair14, (size_t)a->n_pairs14, sizeof *a->pair14);
    if (status == KM_OK)
        walk(a, true, distance, reached, &n_excluded);
    free(scratch);
    if (status == KM_OK && a->source->lists_pairs14)
        status = take_listed_pairs(a);
    return status;
}
