/* SPDX-License-Identifier: MIT */
/* Sections of a topology, molecules and their terms. */
#include "host/input/gromacs_file.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/input/gromacs_reader.h"

#define MOST_MOLECULES 100000000 /* of one row of [ molecules ] */

const km_top_rule km_top_rule_of[KM_TOP_KINDS] = {
    [KM_TOP_BOND] = {"bonds", 2, {[1] = 2}},
    [KM_TOP_ANGLE] = {"angles", 3, {[1] = 2}},
    [KM_TOP_DIHEDRAL] = {"dihedrals", 4, {[1] = 3, [2] = 2, [3] = 6, [4] = 3, [5] = 4, [9] = 3}},
    [KM_TOP_PAIR] = {"pairs", 2, {[1] = 2}},
    [KM_TOP_CONSTRAINT] = {"constraints", 2, {[1] = 1, [2] = 1}},
    [KM_TOP_SETTLE] = {"settles", 1, {[1] = 2}},
    [KM_TOP_EXCLUSION] = {"exclusions", 0, {0}},
};

/* ---- words ---- */

km_status km_top_wrong(km_top_place place, const char *format, ...)
{
    char text[1500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return KM_FAIL(KM_ERROR_INPUT, "%.500s: line %d: %s", place.file, place.line, text);
}

km_status km_top_grow(void **rows, int n, size_t size)
{
    if (n == INT_MAX / 2)
        return KM_FAIL(KM_ERROR_INPUT, "the topology has more than 10^9 rows of one kind");
    if ((n & (n - 1)) != 0)
        return KM_OK;
    void *larger = realloc(*rows, (n > 0 ? 2 * (size_t)n : 1) * size);
    if (larger == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a topology");
    *rows = larger;
    return KM_OK;
}

km_status km_top_keep(km_gromacs_topology *t, const char *text, char **out)
{
    KM_TRY(km_top_grow((void **)&t->text, t->n_texts, sizeof *t->text));
    t->text[t->n_texts] = strdup(text);
    if (t->text[t->n_texts] == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a topology");
    *out = t->text[t->n_texts++];
    return KM_OK;
}

bool km_top_is_whole(const char *word, int *out)
{
    char *end;
    errno = 0;
    const long n = strtol(word, &end, 10);
    *out = (int)n;
    return errno == 0 && end != word && *end == '\0' && n >= INT_MIN && n <= INT_MAX;
}

bool km_top_is_number(const char *word, double *out)
{
    char *end;
    *out = strtod(word, &end);
    return end != word && *end == '\0' && isfinite(*out) && strpbrk(word, "xX") == NULL;
}

km_status km_top_parameters(const km_top_reader *r, int first, int n_parameters, const char *what,
                            double *parameter, int *n)
{
    const int given = r->n - first;
    if (given != 0 && given != n_parameters && given != 2 * n_parameters)
        return km_top_wrong(r->place, "%s: %d numbers are given, this function has %d", what, given,
                            n_parameters);
    for (int k = 0; k < given; k++) {
        double value;
        if (!km_top_is_number(r->word[first + k], &value))
            return km_top_wrong(r->place, "%s: \"%.100s\" is not a number", what,
                                r->word[first + k]);
        if (k < n_parameters)
            parameter[k] = value;
        else if (value != parameter[k - n_parameters])
            return km_top_wrong(r->place,
                                "%s: the second state differs from the first; kalium has "
                                "no free-energy states",
                                what);
    }
    *n = given > 0 ? n_parameters : 0;
    return KM_OK;
}

int km_top_atom_type_of(const km_gromacs_topology *t, const char *name)
{
    for (int k = 0; k < t->n_atom_types; k++)
        if (strcmp(t->atom_type[k].name, name) == 0)
            return k;
    return -1;
}

/* ---- molecules ---- */

static km_top_molecule *last_molecule(const km_top_reader *r)
{
    return r->topology->n_molecules > 0 ? &r->topology->molecule[r->topology->n_molecules - 1]
                                        : NULL;
}

static int find_molecule(const km_gromacs_topology *t, const char *name)
{
    for (int m = 0; m < t->n_molecules; m++)
        if (strcasecmp(t->molecule[m].name, name) == 0) /* as grompp compares them */
            return m;
    return -1;
}

static km_status read_molecule(km_top_reader *r)
{
    km_gromacs_topology *t = r->topology;
    int bonds;
    if (r->n != 2 || !km_top_is_whole(r->word[1], &bonds) || bonds < 0)
        return km_top_wrong(r->place, "[ moleculetype ] wants a name and the number of bonds up to "
                                      "which pairs are excluded");
    if (find_molecule(t, r->word[0]) >= 0)
        return km_top_wrong(r->place, "the molecule %.100s is given twice", r->word[0]);
    KM_TRY(km_top_grow((void **)&t->molecule, t->n_molecules, sizeof *t->molecule));
    km_top_molecule *m = &t->molecule[t->n_molecules];
    *m = (km_top_molecule){.n_excluded_bonds = bonds, .place = r->place};
    t->n_molecules++;
    return km_top_keep(t, r->word[0], &m->name);
}

static km_status read_atom(km_top_reader *r)
{
    km_gromacs_topology *t = r->topology;
    km_top_molecule *m = last_molecule(r);
    int number;
    if (r->n < 6 || r->n > 8)
        return km_top_wrong(r->place, r->n > 8 ? "[ atoms ]: a second state is given; kalium has "
                                                 "no free-energy states"
                                               : "[ atoms ] wants number, type, residue number, "
                                                 "residue, atom, charge group, charge, mass");
    if (!km_top_is_whole(r->word[0], &number) || number != m->n_atoms + 1)
        return km_top_wrong(r->place, "[ atoms ]: the number is %.100s, atom %d is next",
                            r->word[0], m->n_atoms + 1);
    KM_TRY(km_top_grow((void **)&m->atom, m->n_atoms, sizeof *m->atom));
    km_top_atom atom = {.type = km_top_atom_type_of(t, r->word[1]), .place = r->place};
    if (atom.type < 0)
        return km_top_wrong(r->place, "the atom type %.100s is not in [ atomtypes ]", r->word[1]);
    const km_top_atom_type *type = &t->atom_type[atom.type];
    if (type->particle != 'A')
        return km_top_wrong(r->place, "%.100s is a particle of type %c; kalium has atoms only",
                            r->word[1], type->particle);
    atom.charge = type->charge;
    atom.mass = type->mass;
    if ((r->n > 6 && !km_top_is_number(r->word[6], &atom.charge)) ||
        (r->n > 7 && !km_top_is_number(r->word[7], &atom.mass)))
        return km_top_wrong(r->place, "[ atoms ]: charge and mass are numbers");
    if (!(atom.mass > 0.0))
        return km_top_wrong(r->place, "the mass of atom %.100s is %g; it must be above 0",
                            r->word[4], atom.mass);
    KM_TRY(km_top_keep(t, r->word[3], &atom.residue));
    KM_TRY(km_top_keep(t, r->word[4], &atom.name));
    m->atom[m->n_atoms++] = atom;
    return KM_OK;
}

/* Atoms of a term, each in the molecule and none twice. */
static km_status read_indices(const km_top_reader *r, const char *section, int n, int *atom)
{
    const km_top_molecule *m = last_molecule(r);
    for (int k = 0; k < n; k++) {
        if (!km_top_is_whole(r->word[k], &atom[k]) || atom[k] < 1 || atom[k] > m->n_atoms)
            return km_top_wrong(r->place, "[ %s ]: atom %.100s is not one of the %d atoms of %s",
                                section, r->word[k], m->n_atoms, m->name);
        atom[k]--;
        for (int other = 0; other < k; other++)
            if (atom[other] == atom[k])
                return km_top_wrong(r->place, "[ %s ]: atom %d is named twice", section,
                                    atom[k] + 1);
    }
    return KM_OK;
}

static km_status add_term(km_top_molecule *m, km_top_kind kind, const km_top_term *term)
{
    KM_TRY(km_top_grow((void **)&m->term[kind], m->n_terms[kind], sizeof *term));
    m->term[kind][m->n_terms[kind]++] = *term;
    return KM_OK;
}

static km_status read_term(km_top_reader *r, km_top_kind kind)
{
    const km_top_rule *rule = &km_top_rule_of[kind];
    const int n = rule->n_atoms;
    km_top_term term = {.function = 1,
                        .place = r->place}; /* 1 where it is left out, as for grompp */
    if (r->n < n)
        return km_top_wrong(r->place, "[ %s ] wants %d atoms and the function", rule->section, n);
    KM_TRY(read_indices(r, rule->section, n, term.atom));
    if (r->n > n && (!km_top_is_whole(r->word[n], &term.function) || term.function < 1 ||
                     term.function >= KM_TOP_FUNCTIONS || rule->n_parameters[term.function] == 0))
        return km_top_wrong(r->place, "[ %s ]: kalium has no function %.100s", rule->section,
                            r->word[n]);
    if (r->n > n)
        KM_TRY(km_top_parameters(r, n + 1, rule->n_parameters[term.function], rule->section,
                                 term.parameter, &term.n));
    return add_term(last_molecule(r), kind, &term);
}

static km_status read_exclusions(km_top_reader *r)
{
    for (int k = 1; k < r->n; k++) {
        char *pair[2] = {r->word[0], r->word[k]};
        km_top_reader two = *r;
        km_top_term term = {.place = r->place};
        two.word = pair;
        two.n = 2;
        KM_TRY(read_indices(&two, "exclusions", 2, term.atom));
        KM_TRY(add_term(last_molecule(r), KM_TOP_EXCLUSION, &term));
    }
    return KM_OK;
}

/* ---- the system ---- */

static km_status read_title(km_top_reader *r)
{
    char text[400] = "";
    if (r->topology->title != NULL)
        return KM_OK; /* grompp takes the first line, too */
    for (int k = 0; k < r->n; k++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", k > 0 ? " " : "", r->word[k]);
    }
    for (char *c = text; *c != '\0'; c++) /* in whatever encoding it is */
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?';
    return km_top_keep(r->topology, text, &r->topology->title);
}

static km_status read_portion(km_top_reader *r)
{
    km_gromacs_topology *t = r->topology;
    km_top_portion portion;
    if (r->n != 2 || !km_top_is_whole(r->word[1], &portion.count) || portion.count < 0 ||
        portion.count > MOST_MOLECULES)
        return km_top_wrong(r->place, "[ molecules ] wants the name of a molecule and how many");
    portion.molecule = find_molecule(t, r->word[0]);
    if (portion.molecule < 0)
        return km_top_wrong(r->place, "no [ moleculetype ] is named %.100s", r->word[0]);
    if (portion.count == 0)
        return KM_OK;
    KM_TRY(km_top_grow((void **)&t->portion, t->n_portions, sizeof *t->portion));
    t->portion[t->n_portions++] = portion;
    return KM_OK;
}

/* ---- sections ---- */

typedef enum section_place { ANYWHERE, BEFORE_MOLECULES, IN_MOLECULE, AT_END } section_place;

typedef struct section {
    const char *name;
    section_place place;
    km_status (*read)(km_top_reader *r); /* NULL: a table or a term */
    int number;                          /* of that */
} section;

/* Of solvents without atoms, which grompp has left since 2019, and lengths of bonds that mdrun
 * would hold: no energy has them. */
static km_status pass_over(km_top_reader *r)
{
    (void)r;
    return KM_OK;
}

static const section sections[] = {
    {"defaults", ANYWHERE, km_top_read_defaults, 0},
    {"atomtypes", BEFORE_MOLECULES, km_top_read_atom_type, 0},
    {"bondtypes", BEFORE_MOLECULES, NULL, KM_TOP_BOND_TYPES},
    {"angletypes", BEFORE_MOLECULES, NULL, KM_TOP_ANGLE_TYPES},
    {"dihedraltypes", BEFORE_MOLECULES, NULL, KM_TOP_DIHEDRAL_TYPES},
    {"pairtypes", BEFORE_MOLECULES, NULL, KM_TOP_PAIR_TYPES},
    {"nonbond_params", BEFORE_MOLECULES, NULL, KM_TOP_NONBOND},
    {"constrainttypes", BEFORE_MOLECULES, pass_over, 0},
    {"implicit_genborn_params", BEFORE_MOLECULES, pass_over, 0},
    {"implicit_surface_params", BEFORE_MOLECULES, pass_over, 0},
    {"moleculetype", ANYWHERE, read_molecule, 0},
    {"atoms", IN_MOLECULE, read_atom, 0},
    {"bonds", IN_MOLECULE, NULL, KM_TOP_BOND},
    {"angles", IN_MOLECULE, NULL, KM_TOP_ANGLE},
    {"dihedrals", IN_MOLECULE, NULL, KM_TOP_DIHEDRAL},
    {"pairs", IN_MOLECULE, NULL, KM_TOP_PAIR},
    {"constraints", IN_MOLECULE, NULL, KM_TOP_CONSTRAINT},
    {"settles", IN_MOLECULE, NULL, KM_TOP_SETTLE},
    {"exclusions", IN_MOLECULE, read_exclusions, 0},
    {"system", AT_END, read_title, 0},
    {"molecules", AT_END, read_portion, 0},
};

/* "[ bonds ]", however it is cut into words; false: the line is no heading. */
static bool is_heading(const km_top_reader *r, char name[64])
{
    char text[100] = "";
    if (r->word[0][0] != '[')
        return false;
    for (int k = 0; k < r->n; k++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s ", r->word[k]);
    }
    text[strcspn(text, "]")] = '\0';
    const char *from = text + 1 + strspn(text + 1, " ");
    snprintf(name, 64, "%.*s", (int)strcspn(from, " "), from);
    return true;
}

static km_status begin_section(const km_top_reader *r, const char *name, const section **out)
{
    const km_gromacs_topology *t = r->topology;
    *out = NULL;
    for (size_t k = 0; k < sizeof sections / sizeof *sections; k++)
        if (strcasecmp(name, sections[k].name) == 0)
            *out = &sections[k];
    if (*out == NULL)
        return km_top_wrong(r->place,
                            "kalium does not understand [ %s ]; it refuses what it would "
                            "have to leave out",
                            name);
    const section_place place = (*out)->place;
    if (place == IN_MOLECULE && t->n_molecules == 0)
        return km_top_wrong(r->place, "[ %s ] stands before the first [ moleculetype ]", name);
    if (place == BEFORE_MOLECULES && t->n_molecules > 0)
        return km_top_wrong(r->place, "[ %s ] must stand before the first [ moleculetype ]", name);
    if (place != AT_END && t->has_system)
        return km_top_wrong(r->place, "[ %s ] stands behind [ system ]", name);
    return KM_OK;
}

static km_status read_in_section(km_top_reader *r, const section *at)
{
    if (at == NULL && r->word[0][0] == '*') /* titles of force fields; grompp passes over them */
        return KM_OK;
    if (at == NULL)
        return km_top_wrong(r->place, "\"%.100s\" stands before the first [ section ]", r->word[0]);
    if (at->read != NULL)
        return at->read(r);
    return at->place == IN_MOLECULE ? read_term(r, (km_top_kind)at->number)
                                    : km_top_read_row(r, (km_top_table)at->number);
}

static km_status read_lines(km_gromacs_topology *t)
{
    km_top_reader r = {.topology = t};
    const section *at = NULL;
    char name[64];
    for (;;) {
        KM_TRY(km_top_lines_next(t->lines, &r.word, &r.n, &r.place));
        if (r.n == 0)
            return KM_OK;
        if (is_heading(&r, name)) {
            KM_TRY(begin_section(&r, name, &at));
            t->has_system = t->has_system || at->place == AT_END;
        } else {
            KM_TRY(read_in_section(&r, at));
        }
    }
}

static km_status read_all(km_gromacs_topology *t, const char *path, const char *defaults)
{
    KM_TRY(km_top_lines_open(path, &t->lines));
    KM_TRY(read_lines(t));
    if (!t->has_defaults)
        KM_TRY(km_top_take_defaults(t, path, defaults));
    if (t->n_molecules == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: the file has no [ moleculetype ]", path);
    if (t->has_system && t->n_portions == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: [ molecules ] names no molecule", path);
    for (int m = 0; m < t->n_molecules; m++) {
        if (t->molecule[m].n_atoms == 0)
            return km_top_wrong(t->molecule[m].place, "the molecule %s has no atoms",
                                t->molecule[m].name);
        KM_TRY(km_top_look_up(t, &t->molecule[m]));
    }
    return KM_OK;
}

km_status km_gromacs_topology_read(const char *path, const char *defaults,
                                   km_gromacs_topology **out)
{
    km_gromacs_topology *t = NULL;
    *out = NULL;
    KM_NEW(t, 1);
    const km_status status = read_all(t, path, defaults);
    if (status == KM_OK)
        *out = t;
    else
        km_gromacs_topology_destroy(t);
    return status;
}

void km_gromacs_topology_destroy(km_gromacs_topology *t)
{
    if (t == NULL)
        return;
    for (int m = 0; m < t->n_molecules; m++) {
        free(t->molecule[m].atom);
        for (int kind = 0; kind < KM_TOP_KINDS; kind++)
            free(t->molecule[m].term[kind]);
    }
    free(t->molecule);
    free(t->atom_type);
    for (int table = 0; table < KM_TOP_TABLES; table++)
        free(t->row[table]);
    free(t->portion);
    for (int k = 0; k < t->n_texts; k++)
        free(t->text[k]);
    free(t->text);
    km_top_lines_destroy(t->lines);
    free(t);
}
