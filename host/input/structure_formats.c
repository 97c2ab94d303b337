/* SPDX-License-Identifier: MIT */
/* The three formats of coordinates. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/input/structure_reader.h"
#include "kernels/base/units.h"

static bool is_atom(const char *line)
{
    return strncmp(line, "ATOM", 4) == 0 || strncmp(line, "HETATM", 6) == 0;
}

/* Some programs write END after every frame, without MODEL. */
static bool ends_frame(const char *line)
{
    return strncmp(line, "ENDMDL", 6) == 0 ||
           (strncmp(line, "END", 3) == 0 && line[3 + strspn(line + 3, " ")] == '\0');
}

static km_status read_cryst1(km_structure_reader *r)
{
    double lengths[3], angles[3];
    for (int c = 0; c < 3; c++) {
        if (!km_structure_column_number(r->line, 6 + 9 * (size_t)c, 9, &lengths[c]) ||
            !km_structure_column_number(r->line, 33 + 7 * (size_t)c, 7, &angles[c]))
            return km_structure_wrong(r, "CRYST1 needs three edges (columns 7 to 33) and three "
                                         "angles (columns 34 to 54)");
        lengths[c] *= KM_NM_PER_ANGSTROM;
    }
    if (lengths[0] < 0.15) /* a cube of 1 A, or of nothing, stands for "no cell" */
        return KM_OK;
    if (km_box_from_lengths(lengths, angles, &r->s->box) != KM_OK) {
        km_error_prefix("%s: line %d: ", r->path, r->line_number);
        return km_last_error()->status;
    }
    r->s->has_box = true;
    return KM_OK;
}

static km_status read_pdb_atom(km_structure_reader *r)
{
    const int i = r->s->n;
    for (int c = 0; c < 3; c++) {
        double *x = &r->s->position[3 * (size_t)i + c];
        if (!km_structure_column_number(r->line, 30 + 8 * (size_t)c, 8, x))
            return km_structure_wrong(r,
                                      "a coordinate (columns 31 to 54) is not a number; the line "
                                      "is cut off or not in PDB columns");
        *x *= KM_NM_PER_ANGSTROM;
    }
    km_structure_column_text(r->line, 12, 4, r->s->name[i], sizeof r->s->name[i]);
    km_structure_column_text(r->line, 76, 2, r->s->element[i], sizeof r->s->element[i]);
    r->s->line[i] = r->line_number;
    r->s->n++;
    return KM_OK;
}

km_status km_structure_read_pdb(km_structure_reader *r)
{
    int n = 0;
    while (km_structure_next_line(r) && !ends_frame(r->line))
        n += is_atom(r->line);
    if (n == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: no ATOM or HETATM lines; is this a PDB file?", r->path);
    KM_TRY(km_structure_reserve(r, n));
    km_structure_rewind(r);
    while (km_structure_next_line(r) && !ends_frame(r->line)) {
        if (strncmp(r->line, "CRYST1", 6) == 0)
            KM_TRY(read_cryst1(r));
        if (is_atom(r->line))
            KM_TRY(read_pdb_atom(r));
    }
    return KM_OK;
}

/* The width of a number is the distance between decimal points. */
static size_t gro_width(const char *line)
{
    const char *first = strlen(line) > 20 ? strchr(line + 20, '.') : NULL;
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
    return second != NULL ? (size_t)(second - first) : 0;
}

static km_status read_gro_atom(km_structure_reader *r, size_t width)
{
    const int i = r->s->n;
    for (int c = 0; c < 3; c++) {
        const size_t at = 3 * (size_t)i + c;
        if (!km_structure_column_number(r->line, 20 + width * (size_t)c, width,
                                        &r->s->position[at]))
            return km_structure_wrong(r, "a coordinate is not a number; the line is cut off or not "
                                         "in GRO columns");
        if (r->s->velocity != NULL &&
            !km_structure_column_number(r->line, 20 + width * (3 + (size_t)c), width,
                                        &r->s->velocity[at]))
            return km_structure_wrong(r, "a velocity is not a number, but the first atom has some");
    }
    km_structure_column_text(r->line, 10, 5, r->s->name[i], sizeof r->s->name[i]);
    r->s->line[i] = r->line_number;
    r->s->n++;
    return KM_OK;
}

/* "v1x v2y v3z v1y v1z v2x v2z v3x v3y", the last six only if the cell is skewed. */
static km_status read_gro_box(km_structure_reader *r)
{
    double v[9] = {0};
    int n = 0;
    if (!km_structure_next_line(r))
        return km_structure_wrong(r, "the file ends before the line of the cell; it is truncated");
    for (char *save, *word = strtok_r(r->line, " \t", &save); word != NULL;
         word = strtok_r(NULL, " \t", &save), n++)
        if (n == 9 || !km_structure_number(word, &v[n]))
            return km_structure_wrong(r, "the cell needs 3 or 9 numbers");
    if (n != 3 && n != 9)
        return km_structure_wrong(r, "the cell needs 3 or 9 numbers");
    if (v[0] == 0.0 && v[1] == 0.0 && v[2] == 0.0)
        return KM_OK; /* "no cell" */
    const double vector[9] = {v[0], v[3], v[4], v[5], v[1], v[6], v[7], v[8], v[2]};
    return km_structure_turn(r, vector);
}

km_status km_structure_read_gro(km_structure_reader *r)
{
    int n;
    const bool title = km_structure_next_line(r);
    if (!title || !km_structure_next_line(r) || !km_structure_whole_number(r->line, &n))
        return km_structure_wrong(r, "the second line of a GRO file is the number of atoms");
    KM_TRY(km_structure_reserve(r, n));
    for (int i = 0; i < n; i++) {
        if (!km_structure_next_line(r))
            return km_structure_truncated(r, i, n);
        const size_t width = gro_width(r->line);
        if (width < 3 || width > 24)
            return km_structure_wrong(r, "there are no coordinates in GRO columns; does the file "
                                         "hold fewer atoms than its second line says?");
        if (i == 0 && strlen(r->line) > 20 + 4 * width)
            KM_NEW(r->s->velocity, 3 * (size_t)n);
        KM_TRY(read_gro_atom(r, width));
    }
    return read_gro_box(r);
}

/* Columns of an extended XYZ line. */
typedef struct xyz_columns {
    int species, position; /* first column of each */
} xyz_columns;

/* Properties=species:S:1:pos:R:3:... says what the columns are. */
static km_status read_properties(km_structure_reader *r, xyz_columns *columns)
{
    *columns = (xyz_columns){0, 1};
    const char *at = strcasestr(r->line, "Properties=");
    if (at == NULL)
        return KM_OK;
    *columns = (xyz_columns){-1, -1};
    int column = 0;
    at += strlen("Properties=");
    at += *at == '"';
    char name[64], kind;
    for (int count, used; sscanf(at, "%63[^: \"]:%c:%9d%n", name, &kind, &count, &used) == 3;
         at += used + (at[used] == ':')) {
        if (strcasecmp(name, "species") == 0 && kind == 'S' && count == 1)
            columns->species = column;
        if (strcasecmp(name, "pos") == 0 && kind == 'R' && count == 3)
            columns->position = column;
        column += count;
    }
    return columns->species >= 0 && columns->position >= 0
               ? KM_OK
               : km_structure_wrong(r, "Properties must hold species:S:1 and pos:R:3");
}

static km_status read_lattice(km_structure_reader *r, double vector[9], bool *given)
{
    const char *at = strcasestr(r->line, "Lattice=\"");
    *given = at != NULL;
    if (!*given)
        return KM_OK;
    at += strlen("Lattice=\"");
    for (int k = 0; k < 9; k++) {
        char *end;
        vector[k] = strtod(at, &end) * KM_NM_PER_ANGSTROM;
        if (end == at || !isfinite(vector[k]))
            return km_structure_wrong(r, "Lattice needs nine numbers, vector after vector");
        at = end;
    }
    return KM_OK;
}

static km_status read_xyz_atom(km_structure_reader *r, const xyz_columns *columns)
{
    const int i = r->s->n;
    int column = 0, found = 0;
    for (char *save, *word = strtok_r(r->line, " \t", &save); word != NULL;
         word = strtok_r(NULL, " \t", &save), column++) {
        const int c = column - columns->position;
        if (column == columns->species) {
            if (isdigit((unsigned char)word[0]) || strlen(word) >= sizeof r->s->name[i])
                return km_structure_wrong(r, "an element symbol is asked for, not a type number");
            snprintf(r->s->name[i], sizeof r->s->name[i], "%s", word);
            snprintf(r->s->element[i], sizeof r->s->element[i], "%.3s", word);
            found++;
        } else if (c >= 0 && c < 3) {
            double *x = &r->s->position[3 * (size_t)i + c];
            if (!km_structure_number(word, x))
                return km_structure_wrong(r, "a coordinate is not a number");
            *x *= KM_NM_PER_ANGSTROM;
            found++;
        }
    }
    if (found != 4)
        return km_structure_wrong(r, "an element symbol and three coordinates are asked for");
    r->s->line[i] = r->line_number;
    r->s->n++;
    return KM_OK;
}

km_status km_structure_read_xyz(km_structure_reader *r)
{
    int n;
    xyz_columns columns;
    double vector[9];
    bool has_lattice;
    if (!km_structure_next_line(r) || !km_structure_whole_number(r->line, &n))
        return km_structure_wrong(r, "the first line of an XYZ file is the number of atoms");
    KM_TRY(km_structure_reserve(r, n));
    if (!km_structure_next_line(r))
        return km_structure_truncated(r, 0, n);
    KM_TRY(read_lattice(r, vector, &has_lattice));
    KM_TRY(read_properties(r, &columns));
    for (int i = 0; i < n; i++) {
        if (!km_structure_next_line(r))
            return km_structure_truncated(r, i, n);
        KM_TRY(read_xyz_atom(r, &columns));
    }
    int next;
    if (km_structure_next_line(r) && r->line[strspn(r->line, " \t")] != '\0' &&
        !km_structure_whole_number(r->line, &next))
        return km_structure_wrong(r, "there are more atoms than the first line says");
    return has_lattice ? km_structure_turn(r, vector) : KM_OK;
}
