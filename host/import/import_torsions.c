/* SPDX-License-Identifier: MIT */
/* Dihedrals along three bonds become rows of dihedral_types, those of all other sets of four atoms,
 * and what topologies call impropers, rows of improper_types. Functions of the same four atoms add
 * up to one row. */
#include <stdlib.h>
#include <string.h>

#include "host/import/importer.h"
#include "kernels/base/units.h"

#define DEGREE (KM_PI / 180.0)

typedef struct torsion {
    int atom[4];
    bool improper;
    int number;              /* in the order of the topology: sums keep it */
    km_ff_dihedral_type row; /* without classes */
    km_top_place place;      /* file NULL: a path along bonds, without energy of its own */
} torsion;

typedef struct torsion_list {
    int n, room;
    torsion *torsion;
} torsion_list;

static km_status add(torsion_list *list, const torsion *one)
{
    if (list->n == list->room) {
        const int room = list->room > 0 ? 2 * list->room : 64;
        torsion *larger = realloc(list->torsion, (size_t)room * sizeof *larger);
        if (larger == NULL)
            return KM_FAIL(KM_ERROR_MEMORY, "out of memory");
        list->torsion = larger;
        list->room = room;
    }
    list->torsion[list->n] = *one;
    list->torsion[list->n].number = list->n;
    list->n++;
    return KM_OK;
}

/* One of the two directions of a path. */
static void turn(int atom[4])
{
    if (atom[1] < atom[2])
        return;
    for (int k = 0; k < 2; k++) {
        const int swap = atom[k];
        atom[k] = atom[3 - k];
        atom[3 - k] = swap;
    }
}

static km_status add_paths(torsion_list *list, const km_ff_molecule *m,
                           const km_import_bonds *bonds)
{
    for (int b = 0; b < m->n_bonds; b++) {
        const int j = m->bond[b][0], k = m->bond[b][1];
        for (int p = bonds->start[j]; p < bonds->start[j + 1]; p++)
            for (int q = bonds->start[k]; q < bonds->start[k + 1]; q++) {
                torsion path = {.atom = {bonds->partner[p], j, k, bonds->partner[q]}};
                if (path.atom[0] == k || path.atom[3] == j || path.atom[0] == path.atom[3])
                    continue;
                turn(path.atom);
                KM_TRY(add(list, &path));
            }
    }
    return KM_OK;
}

static void fill_row(const km_top_term *term, km_ff_dihedral_type *row)
{
    const double *p = term->parameter;
    if (term->function == 2) {
        row->harmonic_phi0 = p[0] * DEGREE;
        row->harmonic_k = p[1];
    } else if (term->function == 3) {
        memcpy(row->c, p, sizeof row->c);
    } else if (term->function == 5) {
        memcpy(row->v, p, sizeof row->v);
    } else if (p[1] != 0.0) {
        row->n_periodic = 1;
        row->periodic[0] = (km_ff_periodic){(int)p[2], p[0] * DEGREE, p[1]};
    }
}

static km_status add_listed(torsion_list *list, const km_top_molecule *source,
                            const km_import_bonds *bonds)
{
    for (int t = 0; t < source->n_terms[KM_TOP_DIHEDRAL]; t++) {
        const km_top_term *term = &source->term[KM_TOP_DIHEDRAL][t];
        const int *a = term->atom;
        torsion one = {.improper = term->function == 2 || term->function == 4 ||
                                   !km_import_bonded(bonds, a[0], a[1]) ||
                                   !km_import_bonded(bonds, a[1], a[2]) ||
                                   !km_import_bonded(bonds, a[2], a[3]),
                       .place = term->place};
        memcpy(one.atom, a, sizeof one.atom);
        if (!one.improper)
            turn(one.atom);
        fill_row(term, &one.row);
        KM_TRY(add(list, &one));
    }
    return KM_OK;
}

static bool same_atoms(const torsion *a, const torsion *b)
{
    return a->improper == b->improper && memcmp(a->atom, b->atom, sizeof a->atom) == 0;
}

static int compare(const void *x, const void *y)
{
    const torsion *a = x, *b = y;
    if (a->improper != b->improper)
        return a->improper ? 1 : -1;
    for (int k = 0; k < 4; k++)
        if (a->atom[k] != b->atom[k])
            return a->atom[k] < b->atom[k] ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

static km_status add_up(torsion *sum, const torsion *one)
{
    km_ff_dihedral_type *row = &sum->row;
    if (one->place.file != NULL)
        sum->place = one->place;
    for (int n = 0; n < 4; n++)
        row->v[n] += one->row.v[n];
    for (int n = 0; n < 6; n++)
        row->c[n] += one->row.c[n];
    if (row->harmonic_k != 0.0 && one->row.harmonic_k != 0.0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: a second harmonic improper of the same atoms; kalium has one",
                       one->place.file, one->place.line);
    if (one->row.harmonic_k != 0.0) {
        row->harmonic_k = one->row.harmonic_k;
        row->harmonic_phi0 = one->row.harmonic_phi0;
    }
    if (row->n_periodic + one->row.n_periodic > KM_FF_PERIODIC_MAX)
        return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: more than %d periodic terms of the same atoms",
                       one->place.file, one->place.line, KM_FF_PERIODIC_MAX);
    for (int t = 0; t < one->row.n_periodic; t++)
        row->periodic[row->n_periodic++] = one->row.periodic[t];
    return KM_OK;
}

static bool same_numbers(const km_ff_dihedral_type *a, const km_ff_dihedral_type *b)
{
    bool same = a->n_periodic == b->n_periodic && a->harmonic_k == b->harmonic_k &&
                a->harmonic_phi0 == b->harmonic_phi0;
    for (int n = 0; n < 4; n++)
        same = same && a->v[n] == b->v[n];
    for (int n = 0; n < 6; n++)
        same = same && a->c[n] == b->c[n];
    for (int t = 0; same && t < a->n_periodic; t++)
        same = a->periodic[t].multiplicity == b->periodic[t].multiplicity &&
               a->periodic[t].phi0 == b->periodic[t].phi0 && a->periodic[t].k == b->periodic[t].k;
    return same;
}

static km_status add_row(km_importer *im, km_ff_molecule *m, const torsion *t, bool *clash)
{
    km_forcefield *ff = im->ff;
    km_ff_dihedral_type row = t->row;
    for (int k = 0; k < 4; k++)
        row.class_name[k] = ff->atom_type[m->atom[t->atom[k]].type].class_name;
    char **c = row.class_name;
    const int known = t->improper ? km_forcefield_improper(ff, c[0], c[1], c[2], c[3])
                                  : km_forcefield_dihedral(ff, c[0], c[1], c[2], c[3]);
    km_ff_dihedral_type **rows = t->improper ? &ff->improper_type : &ff->dihedral_type;
    int *n = t->improper ? &ff->n_improper_types : &ff->n_dihedral_types;
    if (t->improper) {
        KM_TRY(km_ff_grow((void **)&m->improper, m->n_impropers, 1, sizeof *m->improper));
        memcpy(m->improper[m->n_impropers++], t->atom, sizeof t->atom);
    }
    if (known >= 0) {
        *clash = *clash || !same_numbers(&(*rows)[known], &row);
        return KM_OK;
    }
    KM_TRY(km_ff_grow((void **)rows, *n, 1, sizeof row));
    (*rows)[(*n)++] = row;
    return KM_OK;
}

static km_status add_rows(km_importer *im, km_ff_molecule *m, torsion_list *list, bool *clash)
{
    qsort(list->torsion, (size_t)list->n, sizeof *list->torsion, compare);
    for (int t = 0; t < list->n && !*clash;) {
        torsion *first = &list->torsion[t];
        for (t++; t < list->n && same_atoms(first, &list->torsion[t]); t++)
            KM_TRY(add_up(first, &list->torsion[t]));
        KM_TRY(add_row(im, m, first, clash));
    }
    return KM_OK;
}

km_status km_import_torsions(km_importer *im, const km_top_molecule *source, km_ff_molecule *m,
                             const km_import_bonds *bonds, bool *clash)
{
    torsion_list list = {0};
    km_status status = add_paths(&list, m, bonds);
    if (status == KM_OK)
        status = add_listed(&list, source, bonds);
    if (status == KM_OK && list.n > 0)
        status = add_rows(im, m, &list, clash);
    free(list.torsion);
    return status;
}
