/* SPDX-License-Identifier: MIT */
/* Parameters that the terms of a molecule leave to the tables, found as grompp finds them: by the
 * bonded names of the atoms' types, in either direction; of dihedrals the row with the fewest X,
 * the first of those; of other terms the last row. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/gromacs_reader.h"

static const km_top_table table_of[] = {
    [KM_TOP_BOND] = KM_TOP_BOND_TYPES,
    [KM_TOP_ANGLE] = KM_TOP_ANGLE_TYPES,
    [KM_TOP_DIHEDRAL] = KM_TOP_DIHEDRAL_TYPES,
    [KM_TOP_PAIR] = KM_TOP_PAIR_TYPES,
};

static const km_top_atom_type *type_of(const km_gromacs_topology *t, const km_top_molecule *m,
                                       int atom)
{
    return &t->atom_type[m->atom[atom].type];
}

/* Names that are the same in one direction, X fitting any; -1 when they are not. */
static int match(const km_top_row *row, const char *const *name, int n, bool backward)
{
    int same = 0;
    for (int k = 0; k < n; k++) {
        const char *wanted = row->name[backward ? n - 1 - k : k];
        if (strcmp(wanted, name[k]) == 0)
            same++;
        else if (strcmp(wanted, "X") != 0)
            return -1;
    }
    return same;
}

/* To grompp functions 1 and 9 are one kind of dihedral. */
static bool same_function(int a, int b)
{
    return a == b || ((a == 1 || a == 9) && (b == 1 || b == 9));
}

static int find_row(const km_gromacs_topology *t, km_top_table table, int function,
                    const char *const *name, int n)
{
    const bool dihedral = table == KM_TOP_DIHEDRAL_TYPES;
    int best = -1, most = -1;
    for (int k = 0; k < t->n_rows[table]; k++) {
        const km_top_row *row = &t->row[table][k];
        if (!same_function(row->function, function))
            continue;
        const int forward = match(row, name, n, false), backward = match(row, name, n, true);
        const int same = forward > backward ? forward : backward;
        if (same < 0 || (!dihedral && same < n))
            continue;
        if (dihedral ? same > most : same >= most) {
            best = k;
            most = same;
        }
    }
    return best;
}

static km_status missing(const km_top_molecule *m, const km_top_term *term, km_top_kind kind,
                         const char *const *name, int n)
{
    char types[300] = "";
    for (int k = 0; k < n; k++) {
        const size_t used = strlen(types);
        snprintf(types + used, sizeof types - used, "%s%.60s", k > 0 ? " " : "", name[k]);
    }
    return km_top_wrong(
        term->place,
        "%s, [ %s ]: no numbers are given, and there is no row for the types %s and "
        "function %d",
        m->name, km_top_rule_of[kind].section, types, term->function);
}

/* sigma and epsilon of a 1-4 pair: those of other pairs of the two types, epsilon scaled. */
static void generate_pair(const km_gromacs_topology *t, const km_top_molecule *m, km_top_term *term)
{
    const km_top_atom_type *a = type_of(t, m, term->atom[0]), *b = type_of(t, m, term->atom[1]);
    const int row = find_row(t, KM_TOP_NONBOND, 1, (const char *[]){a->name, b->name}, 2);
    const double *own = row >= 0 ? t->row[KM_TOP_NONBOND][row].parameter : NULL;
    const double mixed =
        t->combination == 3 ? sqrt(a->sigma * b->sigma) : 0.5 * (a->sigma + b->sigma);
    term->parameter[0] = own != NULL ? own[0] : mixed;
    term->parameter[1] = t->fudge_lj * (own != NULL ? own[1] : sqrt(a->epsilon * b->epsilon));
    term->n = 2;
}

/* Rows behind the one that was found with the same names belong to it: a sum of periodic terms. */
static km_status add_series(km_gromacs_topology *t, km_top_molecule *m, km_top_term term, int first)
{
    const km_top_row *rows = t->row[KM_TOP_DIHEDRAL_TYPES];
    for (int k = first + 1; k < t->n_rows[KM_TOP_DIHEDRAL_TYPES]; k++) {
        bool same = same_function(rows[k].function, rows[first].function);
        for (int name = 0; name < 4; name++)
            same = same && strcmp(rows[k].name[name], rows[first].name[name]) == 0;
        if (!same)
            return KM_OK;
        memcpy(term.parameter, rows[k].parameter, sizeof term.parameter);
        KM_TRY(km_top_grow((void **)&m->term[KM_TOP_DIHEDRAL], m->n_terms[KM_TOP_DIHEDRAL],
                           sizeof term));
        m->term[KM_TOP_DIHEDRAL][m->n_terms[KM_TOP_DIHEDRAL]++] = term;
    }
    return KM_OK;
}

static km_status look_up_term(km_gromacs_topology *t, km_top_molecule *m, km_top_kind kind, int k)
{
    const int n = km_top_rule_of[kind].n_atoms;
    km_top_term *term = &m->term[kind][k];
    const char *name[4];
    for (int a = 0; a < n; a++) {
        const km_top_atom_type *type = type_of(t, m, term->atom[a]);
        name[a] = kind == KM_TOP_PAIR ? type->name : type->bonded;
    }
    const int row = find_row(t, table_of[kind], term->function, name, n);
    if (row < 0 && kind == KM_TOP_PAIR && t->generates_pairs) {
        generate_pair(t, m, term);
        return KM_OK;
    }
    if (row < 0)
        return missing(m, term, kind, name, n);
    memcpy(term->parameter, t->row[table_of[kind]][row].parameter, sizeof term->parameter);
    term->n = t->row[table_of[kind]][row].n;
    return kind == KM_TOP_DIHEDRAL && term->function == 9 ? add_series(t, m, *term, row) : KM_OK;
}

static km_status check_values(const km_top_molecule *m, km_top_kind kind, const km_top_term *term)
{
    const double *p = term->parameter;
    const char *what = NULL;
    if (kind == KM_TOP_BOND && !(p[0] > 0.0 && p[1] >= 0.0))
        what = "the length must be above 0, k not below 0";
    else if (kind == KM_TOP_ANGLE && !(p[0] > 0.0 && p[0] <= 180.0 && p[1] >= 0.0))
        what = "the angle must be above 0 and at most 180 degrees, k not below 0";
    else if (kind == KM_TOP_PAIR && !(p[0] >= 0.0 && p[1] >= 0.0))
        what = "sigma and epsilon may not be below 0";
    else if (kind == KM_TOP_DIHEDRAL &&
             (term->function == 1 || term->function == 4 || term->function == 9) &&
             !(p[2] >= 0.0 && p[2] <= KM_TOP_MULTIPLICITY && p[2] == floor(p[2])))
        what = "the multiplicity must be a whole number from 0 to 12";
    else if ((kind == KM_TOP_CONSTRAINT || kind == KM_TOP_SETTLE) && !(p[0] > 0.0))
        what = "the length must be above 0";
    return what == NULL ? KM_OK
                        : km_top_wrong(term->place, "%s, [ %s ]: %s", m->name,
                                       km_top_rule_of[kind].section, what);
}

km_status km_top_look_up(km_gromacs_topology *t, km_top_molecule *m)
{
    for (int kind = 0; kind < KM_TOP_EXCLUSION; kind++) {
        const int n = m->n_terms[kind]; /* a series adds terms that are complete */
        for (int k = 0; k < n; k++) {
            const km_top_term *term = &m->term[kind][k];
            if (term->n == 0 && (kind == KM_TOP_CONSTRAINT || kind == KM_TOP_SETTLE))
                return km_top_wrong(term->place, "%s, [ %s ]: the length is not given", m->name,
                                    km_top_rule_of[kind].section);
            if (term->n == 0)
                KM_TRY(look_up_term(t, m, (km_top_kind)kind, k));
        }
        for (int k = 0; k < m->n_terms[kind]; k++)
            KM_TRY(check_values(m, (km_top_kind)kind, &m->term[kind][k]));
    }
    return KM_OK;
}
