/* SPDX-License-Identifier: MIT */
/* [ defaults ], [ atomtypes ] and the tables of parameters. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/gromacs_reader.h"

/* ---- defaults ---- */

static km_status check_defaults(const km_top_reader *r, const km_gromacs_topology *wanted)
{
    if (wanted->combination != 2 && wanted->combination != 3)
        return km_top_wrong(r->place,
                            "[ defaults ]: combination rule %d; kalium has 2 (Lorentz-Berthelot) "
                            "and 3 (geometric), with sigma and epsilon",
                            wanted->combination);
    if (!(wanted->fudge_lj >= 0.0 && wanted->fudge_lj <= 1.0 && wanted->fudge_qq >= 0.0 &&
          wanted->fudge_qq <= 1.0))
        return km_top_wrong(r->place, "[ defaults ]: fudgeLJ and fudgeQQ lie between 0 and 1");
    return KM_OK;
}

km_status km_top_read_defaults(km_top_reader *r)
{
    km_gromacs_topology *t = r->topology;
    km_gromacs_topology got = {.combination = 1, .fudge_lj = 1.0, .fudge_qq = 1.0};
    int function;
    if (r->n < 2 || r->n > 5 || !km_top_is_whole(r->word[0], &function) ||
        !km_top_is_whole(r->word[1], &got.combination) ||
        (r->n > 3 && !km_top_is_number(r->word[3], &got.fudge_lj)) ||
        (r->n > 4 && !km_top_is_number(r->word[4], &got.fudge_qq)))
        return km_top_wrong(r->place, "[ defaults ] wants function, combination rule, gen-pairs, "
                                      "fudgeLJ and fudgeQQ, e.g. 1 3 yes 0.5 0.5");
    if (function != 1)
        return km_top_wrong(r->place,
                            "[ defaults ]: non-bonded function %d; kalium reads "
                            "Lennard-Jones, 1",
                            function);
    got.generates_pairs = r->n > 2 && (r->word[2][0] == 'y' || r->word[2][0] == 'Y');
    KM_TRY(check_defaults(r, &got));
    if (t->has_defaults &&
        (t->combination != got.combination || t->generates_pairs != got.generates_pairs ||
         t->fudge_lj != got.fudge_lj || t->fudge_qq != got.fudge_qq))
        return km_top_wrong(r->place, "[ defaults ] differ from those given before");
    t->has_defaults = true;
    t->combination = got.combination;
    t->generates_pairs = got.generates_pairs;
    t->fudge_lj = got.fudge_lj;
    t->fudge_qq = got.fudge_qq;
    return KM_OK;
}

km_status km_top_take_defaults(km_gromacs_topology *t, const char *path, const char *defaults)
{
    char text[200], *word[6], *rest = NULL;
    km_top_reader r = {.topology = t, .word = word, .place = {"--defaults", 1}};
    if (defaults == NULL)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s: there is no [ defaults ]; give its line by --defaults. For OPLS-AA, and "
            "so for LigParGen, it is --defaults \"1 3 yes 0.5 0.5\"",
            path);
    snprintf(text, sizeof text, "%s", defaults);
    for (char *w = strtok_r(text, " \t", &rest); w != NULL && r.n < 6;
         w = strtok_r(NULL, " \t", &rest))
        word[r.n++] = w;
    return km_top_read_defaults(&r);
}

/* ---- atom types ---- */

static bool is_letter(const char *word)
{
    return isalpha((unsigned char)word[0]) && word[1] == '\0';
}

/* name [bonded name] [atomic number] mass charge particle sigma epsilon: the particle, one letter,
 * tells how many of the optional ones are there, and with one of them a letter tells which, as in
 * grompp. *first: of the mass. */
static bool find_columns(const km_top_reader *r, int *first, bool *bonded, bool *number)
{
    const int letter = r->n >= 8 && is_letter(r->word[5])   ? 5
                       : r->n >= 6 && is_letter(r->word[3]) ? 3
                       : r->n >= 7 && is_letter(r->word[4]) ? 4
                                                            : 0;
    *first = letter - 2;
    *bonded = letter == 5 || (letter == 4 && isalpha((unsigned char)r->word[1][0]));
    *number = letter == 5 || (letter == 4 && !*bonded);
    return letter > 0 && r->n == letter + 3;
}

static km_status add_atom_type(km_top_reader *r, const km_top_atom_type *type, const char *bonded)
{
    km_gromacs_topology *t = r->topology;
    const int known = km_top_atom_type_of(t, r->word[0]);
    if (known >= 0) {
        const km_top_atom_type *k = &t->atom_type[known];
        if (k->sigma == type->sigma && k->epsilon == type->epsilon && k->mass == type->mass &&
            k->charge == type->charge && strcmp(k->bonded, bonded) == 0)
            return KM_OK;
        return km_top_wrong(r->place,
                            "the atom type %.100s stands with other numbers in line %d of %.300s; "
                            "import such molecules one by one",
                            r->word[0], k->place.line, k->place.file);
    }
    KM_TRY(km_top_grow((void **)&t->atom_type, t->n_atom_types, sizeof *t->atom_type));
    km_top_atom_type *row = &t->atom_type[t->n_atom_types];
    *row = *type;
    KM_TRY(km_top_keep(t, r->word[0], &row->name));
    KM_TRY(km_top_keep(t, bonded, &row->bonded));
    t->n_atom_types++;
    return KM_OK;
}

km_status km_top_read_atom_type(km_top_reader *r)
{
    km_top_atom_type type = {.place = r->place};
    int first, element;
    bool bonded, number;
    if (!find_columns(r, &first, &bonded, &number))
        return km_top_wrong(r->place,
                            "[ atomtypes ] wants name, [bonded name,] [atomic number,] mass, "
                            "charge, particle (one letter), sigma, epsilon");
    if ((number && !km_top_is_whole(r->word[first - 1], &element)) ||
        !km_top_is_number(r->word[first], &type.mass) ||
        !km_top_is_number(r->word[first + 1], &type.charge) ||
        !km_top_is_number(r->word[first + 3], &type.sigma) ||
        !km_top_is_number(r->word[first + 4], &type.epsilon))
        return km_top_wrong(r->place, "[ atomtypes ]: a number is expected, as in: name 12.011 0.0 "
                                      "A 0.35 0.27");
    type.particle = (char)toupper((unsigned char)r->word[first + 2][0]);
    if (type.sigma < 0.0 || type.epsilon < 0.0)
        return km_top_wrong(r->place,
                            "[ atomtypes ]: sigma %g and epsilon %g; neither may be "
                            "below 0",
                            type.sigma, type.epsilon);
    return add_atom_type(r, &type, bonded ? r->word[1] : r->word[0]);
}

/* ---- tables ---- */

/* The kind of term that a table is for. */
static const km_top_kind kind_of[KM_TOP_TABLES] = {
    [KM_TOP_BOND_TYPES] = KM_TOP_BOND,
    [KM_TOP_ANGLE_TYPES] = KM_TOP_ANGLE,
    [KM_TOP_DIHEDRAL_TYPES] = KM_TOP_DIHEDRAL,
    [KM_TOP_PAIR_TYPES] = KM_TOP_PAIR,
    [KM_TOP_NONBOND] = KM_TOP_PAIR,
};

static bool is_digit(const char *word)
{
    return isdigit((unsigned char)word[0]) && word[1] == '\0';
}

/* The names of a row. Dihedrals may give two: of the middle atoms, or of the outer ones for
 * function 2, the others being any. *used: words that were names. */
static km_status read_names(km_top_reader *r, km_top_table table, km_top_row *row, int *used)
{
    const int n = km_top_rule_of[kind_of[table]].n_atoms;
    const bool two = table == KM_TOP_DIHEDRAL_TYPES && r->n > 2 && is_digit(r->word[2]);
    const bool outer = two && r->word[2][0] == '2';
    const int at[2] = {outer ? 0 : 1, outer ? 3 : 2};
    *used = two ? 2 : n;
    if (r->n <= *used)
        return km_top_wrong(r->place, "the row wants %d types and the function", n);
    for (int k = 0; k < n; k++) {
        const char *name = two ? "X" : r->word[k];
        if (two && (k == at[0] || k == at[1]))
            name = r->word[k == at[1]];
        KM_TRY(km_top_keep(r->topology, name, &row->name[k]));
    }
    return KM_OK;
}

km_status km_top_read_row(km_top_reader *r, km_top_table table)
{
    km_gromacs_topology *t = r->topology;
    const km_top_rule *rule = &km_top_rule_of[kind_of[table]];
    km_top_row row = {.place = r->place};
    int used;
    KM_TRY(read_names(r, table, &row, &used));
    if (!km_top_is_whole(r->word[used], &row.function) || row.function < 1)
        return km_top_wrong(r->place, "\"%.100s\" is not the number of a function", r->word[used]);
    const int n = row.function < KM_TOP_FUNCTIONS ? rule->n_parameters[row.function] : 0;
    if (n > 0)
        KM_TRY(km_top_parameters(r, used + 1, n, "the row", row.parameter, &row.n));
    if (n > 0 && row.n == 0)
        return km_top_wrong(r->place, "the row has no numbers");
    if (table == KM_TOP_NONBOND && (n == 0 || row.parameter[0] < 0.0 || row.parameter[1] < 0.0))
        return km_top_wrong(r->place, "[ nonbond_params ]: kalium reads function 1 with sigma and "
                                      "epsilon, neither below 0");
    /* other functions: refused by the term that wants them */
    KM_TRY(km_top_grow((void **)&t->row[table], t->n_rows[table], sizeof row));
    t->row[table][t->n_rows[table]++] = row;
    return KM_OK;
}
