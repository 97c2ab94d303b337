/* SPDX-License-Identifier: MIT */
#include "host/output/psf_reader.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/output/element_guess.h"

#define MAX_FIELDS 9

/* A remark that kalium left: a short word and what it stands for. */
typedef struct note {
    char brief[8], text[KM_NAME_LENGTH];
    int formal_charge;
} note;

typedef struct psf_reader {
    const char *path;
    FILE *file;
    char *line; /* the line last read */
    size_t room;
    int number;   /* of that line, from 1 */
    int64_t size; /* bytes in the file */
    bool is_ours; /* written by kalium    */
    km_labels *labels;
    char (*segment)[8], (*residue)[8]; /* n_atoms */
    int *residue_number;               /* n_atoms */
    int n_kind_notes, n_type_notes;
    note *kind_note, *type_note;
} psf_reader;

static km_status wrong(const psf_reader *r, const char *what)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s:%d: %s", r->path, r->number, what);
}

/* The next line; false at the end of the file. */
static bool next_line(psf_reader *r)
{
    if (getline(&r->line, &r->room, r->file) < 0)
        return false;
    r->number++;
    return true;
}

/* Reads on to the head line of a section ("  32 !NATOM") and gives its count. */
static km_status find_section(psf_reader *r, const char *mark, int *count)
{
    while (next_line(r)) {
        const char *found = strstr(r->line, mark);
        const char after = found != NULL ? found[strlen(mark)] : 'x';
        if (isalnum((unsigned char)after))
            continue;
        char *end;
        const long value = strtol(r->line, &end, 10);
        if (end == r->line || value < 0 || value > r->size || value > INT32_MAX / 4)
            return wrong(r, "a section begins with a count that cannot be read");
        *count = (int)value;
        return KM_OK;
    }
    return KM_FAIL(KM_ERROR_INPUT, "%s has no section %s", r->path, mark + 1);
}

/* ---- the title ---- */

static km_status add_note(note **notes, int *n, note added)
{
    note *larger;
    KM_NEW(larger, *n + 1);
    if (*n > 0)
        memcpy(larger, *notes, (size_t)*n * sizeof *larger);
    larger[(*n)++] = added;
    free(*notes);
    *notes = larger;
    return KM_OK;
}

static km_status read_remark(psf_reader *r)
{
    note found = {0};
    r->is_ours |= strncmp(r->line, " REMARKS written by kalium;", 27) == 0;
    if (sscanf(r->line, " REMARKS kalium kind %7s %9d %23[^\n]", found.brief, &found.formal_charge,
               found.text) == 3)
        return add_note(&r->kind_note, &r->n_kind_notes, found);
    if (sscanf(r->line, " REMARKS kalium type %7s %23[^\n]", found.brief, found.text) == 2)
        return add_note(&r->type_note, &r->n_type_notes, found);
    return KM_OK;
}

static const note *find_note(const note *notes, int n, const char *brief)
{
    for (int k = 0; k < n; k++)
        if (strcmp(notes[k].brief, brief) == 0)
            return &notes[k];
    return NULL;
}

static km_status read_title(psf_reader *r)
{
    int count;
    if (!next_line(r) || strncmp(r->line, "PSF", 3) != 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s is not a PSF file: its first line does not begin with "
                       "PSF",
                       r->path);
    KM_TRY(find_section(r, "!NTITLE", &count));
    for (int k = 0; k < count && next_line(r); k++)
        KM_TRY(read_remark(r));
    return KM_OK;
}

/* ---- atoms ---- */

static int split(char *line, char *field[MAX_FIELDS])
{
    int n = 0;
    char *rest = line;
    for (char *word; n < MAX_FIELDS && (word = strsep(&rest, " \t\r\n")) != NULL;)
        if (*word != '\0')
            field[n++] = word;
    return n;
}

static bool parse_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

/* id segment residue-number residue name type charge mass ...; the segment may be blank. */
static km_status read_atom(psf_reader *r, int i)
{
    km_labels *labels = r->labels;
    char *fields[MAX_FIELDS + 1] = {NULL}, **f = fields;
    int n = split(r->line, fields);
    if (n >= 7 && !isdigit((unsigned char)fields[2][0]) && fields[2][0] != '-') {
        memmove(fields + 2, fields + 1, (size_t)(n - 1) * sizeof *fields);
        fields[1] = "";
        n++;
    }
    if (n < 8)
        return wrong(r, "an atom needs number, segment, residue number, residue, name, type, "
                        "charge and mass");
    char *end;
    const double id = strtod(f[0], NULL);
    r->residue_number[i] = (int)strtol(f[2], &end, 10); /* "12A": insertion codes are let pass */
    if (id != i + 1 || end == f[2] || !parse_number(f[6], &labels->charge[i]) ||
        !parse_number(f[7], &labels->mass[i]) || labels->mass[i] < 0.0)
        return wrong(r, "the number, charge or mass of this atom cannot be right");
    if (strlen(f[1]) > 7 || strlen(f[3]) > 7 || strlen(f[4]) > 7)
        return wrong(r, "names of segments, residues and atoms may have at most 7 characters");
    snprintf(r->segment[i], sizeof r->segment[i], "%s", f[1]);
    snprintf(r->residue[i], sizeof r->residue[i], "%s", f[3]);
    snprintf(labels->atom_name[i], sizeof labels->atom_name[i], "%s", f[4]);
    const note *type = find_note(r->type_note, r->n_type_notes, f[5]);
    snprintf(labels->type_name[i], KM_NAME_LENGTH, "%s", type != NULL ? type->text : f[5]);
    km_element_guess(labels->atom_name[i], labels->mass[i], labels->element[i]);
    return KM_OK;
}

static km_status read_atoms(psf_reader *r)
{
    int n;
    KM_TRY(find_section(r, "!NATOM", &n));
    if (n == 0)
        return wrong(r, "there are no atoms");
    km_labels *labels = r->labels;
    labels->n_atoms = n;
    KM_NEW(labels->atom_name, n);
    KM_NEW(labels->type_name, n);
    KM_NEW(labels->element, n);
    KM_NEW(labels->mass, n);
    KM_NEW(labels->charge, n);
    KM_NEW(labels->molecule, n);
    KM_NEW(r->segment, n);
    KM_NEW(r->residue, n);
    KM_NEW(r->residue_number, n);
    for (int i = 0; i < n; i++) {
        if (!next_line(r))
            return wrong(r, "the file ends within the atoms");
        KM_TRY(read_atom(r, i));
    }
    return KM_OK;
}

/* ---- bonds ---- */

/* Atom numbers run on from line to line. */
static km_status read_bonds(psf_reader *r)
{
    int n;
    KM_TRY(find_section(r, "!NBOND", &n));
    KM_NEW(r->labels->bond, n);
    r->labels->n_bonds = n;
    char *at = NULL;
    for (int k = 0; k < 2 * n;) {
        char *end = at;
        const long atom = at != NULL ? strtol(at, &end, 10) : 0;
        if (end == at) {
            if (at != NULL && at[strspn(at, " \t\r\n")] != '\0')
                return wrong(r, "a bond needs two atom numbers");
            if (!next_line(r))
                return wrong(r, "the file ends within the bonds");
            at = r->line;
            continue;
        }
        if (atom < 1 || atom > r->labels->n_atoms)
            return wrong(r, "a bond refers to an atom that does not exist");
        r->labels->bond[k / 2][k % 2] = (int)atom - 1;
        at = end;
        k++;
    }
    for (int b = 0; b < n; b++) {
        int *pair = r->labels->bond[b];
        if (pair[0] == pair[1])
            return KM_FAIL(KM_ERROR_INPUT, "%s: atom %d is bonded to itself", r->path, pair[0] + 1);
        if (pair[0] > pair[1]) {
            const int larger = pair[0];
            pair[0] = pair[1];
            pair[1] = larger;
        }
    }
    return KM_OK;
}

/* ---- molecules ---- */

/* The lowest atom connected to i; paths are shortened on the way. */
static int root_of(int *parent, int i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* parent[i]: an atom of the same molecule with a lower or the same number. */
static void connect_by_bonds(const psf_reader *r, int *parent)
{
    for (int i = 0; i < r->labels->n_atoms; i++)
        parent[i] = i;
    for (int b = 0; b < r->labels->n_bonds; b++) {
        const int x = root_of(parent, r->labels->bond[b][0]);
        const int y = root_of(parent, r->labels->bond[b][1]);
        parent[x > y ? x : y] = x > y ? y : x;
    }
}

static void connect_by_residue(const psf_reader *r, int *parent)
{
    for (int i = 0; i < r->labels->n_atoms; i++) {
        const bool same = i > 0 && r->residue_number[i] == r->residue_number[i - 1] &&
                          strcmp(r->segment[i], r->segment[i - 1]) == 0 &&
                          strcmp(r->residue[i], r->residue[i - 1]) == 0;
        parent[i] = same ? parent[i - 1] : i;
    }
}

static km_status number_molecules(psf_reader *r, int *parent)
{
    km_labels *labels = r->labels;
    KM_NEW(labels->molecule_start, labels->n_atoms + 1);
    for (int i = 0; i < labels->n_atoms; i++) {
        const int root = root_of(parent, i);
        if (root == i)
            labels->molecule_start[labels->n_molecules++] = i;
        else if (root != root_of(parent, i - 1))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the atoms of one molecule must follow one another, but atoms %d "
                           "and %d are connected across atom %d",
                           r->path, root + 1, i + 1, i);
        labels->molecule[i] = labels->n_molecules - 1;
    }
    labels->molecule_start[labels->n_molecules] = labels->n_atoms;
    return KM_OK;
}

static km_status find_molecules(psf_reader *r)
{
    int *parent;
    KM_NEW(parent, r->labels->n_atoms);
    if (r->is_ours || r->labels->n_bonds == 0)
        connect_by_residue(r, parent);
    else
        connect_by_bonds(r, parent);
    const km_status status = number_molecules(r, parent);
    free(parent);
    return status;
}

/* ---- kinds ---- */

static bool same_kind(const psf_reader *r, int molecule, int other)
{
    const km_labels *l = r->labels;
    const int a = l->molecule_start[molecule], b = l->molecule_start[other];
    const int n = l->molecule_start[molecule + 1] - a;
    if (l->molecule_start[other + 1] - b != n ||
        (r->is_ours && strcmp(r->segment[a], r->segment[b]) != 0))
        return false;
    for (int i = 0; i < n; i++)
        if (strcmp(l->atom_name[a + i], l->atom_name[b + i]) != 0 ||
            strcmp(l->type_name[a + i], l->type_name[b + i]) != 0 ||
            strcmp(r->residue[a + i], r->residue[b + i]) != 0 || l->mass[a + i] != l->mass[b + i] ||
            l->charge[a + i] != l->charge[b + i])
            return false;
    return true;
}

static void describe_kind(const psf_reader *r, int molecule, km_molecule_kind *kind)
{
    const km_labels *labels = r->labels;
    const int start = labels->molecule_start[molecule];
    *kind = (km_molecule_kind){.n_atoms = labels->molecule_start[molecule + 1] - start};
    for (int i = start; i < start + kind->n_atoms; i++) {
        kind->charge += labels->charge[i];
        kind->mass += labels->mass[i];
    }
    const note *noted = find_note(r->kind_note, r->n_kind_notes, r->segment[start]);
    kind->formal_charge = noted != NULL ? noted->formal_charge : (int)lround(kind->charge);
    snprintf(kind->residue, sizeof kind->residue, "%s", r->residue[start]);
    snprintf(kind->name, sizeof kind->name, "%s", noted != NULL ? noted->text : kind->residue);
}

static km_status find_kinds(psf_reader *r)
{
    km_labels *labels = r->labels;
    int *example; /* a molecule of each kind */
    KM_NEW(labels->molecule_kind, labels->n_molecules);
    KM_NEW(example, labels->n_molecules);
    for (int m = 0; m < labels->n_molecules; m++) {
        int k = 0;
        while (k < labels->n_kinds && !same_kind(r, m, example[k]))
            k++;
        if (k == labels->n_kinds)
            example[labels->n_kinds++] = m;
        labels->molecule_kind[m] = k;
    }
    const km_status status =
        km_allocate((void **)&labels->kind, (size_t)labels->n_kinds, sizeof *labels->kind);
    for (int k = 0; status == KM_OK && k < labels->n_kinds; k++)
        describe_kind(r, example[k], &labels->kind[k]);
    free(example);
    KM_TRY(status);
    for (int m = 0; m < labels->n_molecules; m++)
        labels->kind[labels->molecule_kind[m]].n_molecules++;
    return KM_OK;
}

static km_status read_all(psf_reader *r)
{
    KM_NEW(r->labels, 1);
    KM_TRY(read_title(r));
    KM_TRY(read_atoms(r));
    KM_TRY(read_bonds(r));
    KM_TRY(find_molecules(r));
    return find_kinds(r);
}

km_status km_labels_read_psf(const char *path, km_labels **out)
{
    *out = NULL;
    psf_reader r = {.path = path, .file = fopen(path, "re")};
    if (r.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
    struct stat status_of_file = {0};
    fstat(fileno(r.file), &status_of_file);
    r.size = status_of_file.st_size;
    const km_status status = read_all(&r);
    fclose(r.file);
    free(r.line);
    free(r.segment);
    free(r.residue);
    free(r.residue_number);
    free(r.kind_note);
    free(r.type_note);
    if (status == KM_OK)
        *out = r.labels;
    else
        km_labels_destroy(r.labels);
    return status;
}
