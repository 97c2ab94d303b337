/* SPDX-License-Identifier: MIT */
#include "host/input/structure_file.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernels/base/units.h"

#define LINE_LENGTH 1024
#define LARGEST_COORDINATE 1e5 /* nm */

typedef struct reader {
    FILE *file;
    const char *path;
    int line_number;
    char line[LINE_LENGTH];
    km_structure *s;
    int room;
} reader;

static bool next_line(reader *r)
{
    if (fgets(r->line, sizeof r->line, r->file) == NULL)
        return false;
    r->line_number++;
    r->line[strcspn(r->line, "\r\n")] = '\0';
    return true;
}

static km_status wrong(const reader *r, const char *what)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s", r->path, r->line_number, what);
}

static km_status reserve(reader *r, int n, bool velocities)
{
    KM_NEW(r->s->position, 3 * (size_t)n);
    KM_NEW(r->s->element, n);
    KM_NEW(r->s->name, n);
    if (velocities)
        KM_NEW(r->s->velocity, 3 * (size_t)n);
    r->room = n;
    return KM_OK;
}

/* The columns from `first` (0-based), `width` wide, as a number. */
static bool column_number(const char *line, size_t first, size_t width, double *out)
{
    char text[64], *end;
    if (strlen(line) < first + 1 || width >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)width, line + first);
    errno = 0;
    *out = strtod(text, &end);
    while (isspace((unsigned char)*end))
        end++;
    return end != text && *end == '\0' && errno == 0 && fabs(*out) < 10.0 * LARGEST_COORDINATE;
}

static void column_text(const char *line, size_t first, size_t width, char *out, size_t room)
{
    size_t n = 0;
    for (size_t k = first; k < first + width && line[k] != '\0' && n + 1 < room; k++)
        if (!isspace((unsigned char)line[k]))
            out[n++] = line[k];
    out[n] = '\0';
}

/* "12", nothing else. */
static bool whole_count(const char *text, int *out)
{
    char *end;
    errno = 0;
    const long n = strtol(text, &end, 10);
    while (isspace((unsigned char)*end))
        end++;
    *out = (int)n;
    return end != text && *end == '\0' && errno == 0 && n > 0 && n < INT_MAX / 8;
}

/* Lines of a file whose atoms are not counted in a header. */
static km_status count_pdb_atoms(reader *r, int *n)
{
    *n = 0;
    while (next_line(r) && strncmp(r->line, "ENDMDL", 6) != 0)
        *n += strncmp(r->line, "ATOM", 4) == 0 || strncmp(r->line, "HETATM", 6) == 0;
    rewind(r->file);
    r->line_number = 0;
    return *n > 0 ? KM_OK
                  : KM_FAIL(KM_ERROR_INPUT, "%s: no ATOM lines; is this a PDB file?", r->path);
}

static km_status read_pdb(reader *r)
{
    int n;
    KM_TRY(count_pdb_atoms(r, &n));
    KM_TRY(reserve(r, n, false));
    while (next_line(r) && strncmp(r->line, "ENDMDL", 6) != 0) {
        if (strncmp(r->line, "CRYST1", 6) == 0) {
            double lengths[3], angles[3];
            for (int c = 0; c < 3; c++)
                if (!column_number(r->line, 6 + 9 * (size_t)c, 9, &lengths[c]) ||
                    !column_number(r->line, 33 + 7 * (size_t)c, 7, &angles[c]))
                    return wrong(r, "CRYST1 needs three lengths and three angles");
            for (int c = 0; c < 3; c++)
                lengths[c] *= KM_NM_PER_ANGSTROM;
            if (lengths[0] > 0.15) { /* 1 A cubes stand for "no cell" */
                KM_TRY(km_box_from_lengths(lengths, angles, &r->s->box));
                r->s->has_box = true;
            }
        }
        if (strncmp(r->line, "ATOM", 4) != 0 && strncmp(r->line, "HETATM", 6) != 0)
            continue;
        const int i = r->s->n++;
        for (int c = 0; c < 3; c++) {
            if (!column_number(r->line, 30 + 8 * (size_t)c, 8, &r->s->position[3 * i + c]))
                return wrong(r, "a coordinate (columns 31 to 54) is not a number");
            r->s->position[3 * i + c] *= KM_NM_PER_ANGSTROM;
        }
        column_text(r->line, 12, 4, r->s->name[i], sizeof r->s->name[i]);
        if (strlen(r->line) > 76)
            column_text(r->line, 76, 2, r->s->element[i], sizeof r->s->element[i]);
    }
    return KM_OK;
}

/* GRO: the width of a number is the distance between decimal points. */
static size_t gro_width(const char *line)
{
    const char *first = strlen(line) > 20 ? strchr(line + 20, '.') : NULL;
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
    return second != NULL ? (size_t)(second - first) : 0;
}

static km_status read_gro_box(reader *r)
{
    double v[9] = {0};
    if (!next_line(r))
        return wrong(r, "the file ends before the line of the cell");
    const int n = sscanf(r->line, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3],
                         &v[4], &v[5], &v[6], &v[7], &v[8]);
    if (n != 3 && n != 9)
        return wrong(r, "the cell needs 3 or 9 numbers");
    if (v[3] != 0.0 || v[4] != 0.0 || v[6] != 0.0)
        return wrong(r,
                     "the cell must have its first vector along x and its second in the xy plane");
    r->s->box = (km_box){v[0], v[5], v[1], v[7], v[8], v[2]};
    r->s->has_box = v[0] > 0.0;
    return KM_OK;
}

static km_status read_gro(reader *r)
{
    int n;
    if (!next_line(r) || !next_line(r) || !whole_count(r->line, &n))
        return wrong(r, "the second line must be the number of atoms");
    for (int i = 0; i < n; i++) {
        if (!next_line(r))
            return KM_FAIL(KM_ERROR_INPUT, "%s: ends after %d of %d atoms: truncated", r->path, i,
                           n);
        const size_t width = gro_width(r->line);
        if (width < 3 || width > 24)
            return wrong(r, "no coordinates in GRO columns");
        if (i == 0)
            KM_TRY(reserve(r, n, strlen(r->line) > 20 + 3 * width + 3));
        for (int c = 0; c < 3; c++) {
            if (!column_number(r->line, 20 + width * (size_t)c, width, &r->s->position[3 * i + c]))
                return wrong(r, "a coordinate is not a number");
            if (r->s->velocity != NULL && !column_number(r->line, 20 + width * (3 + (size_t)c),
                                                         width, &r->s->velocity[3 * i + c]))
                return wrong(r, "a velocity is not a number");
        }
        column_text(r->line, 10, 5, r->s->name[i], sizeof r->s->name[i]);
        r->s->n++;
    }
    return read_gro_box(r);
}

static km_status read_lattice(reader *r)
{
    const char *p = strcasestr(r->line, "Lattice=\"");
    double v[9];
    if (p == NULL)
        return KM_OK;
    if (sscanf(p + 9, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4],
               &v[5], &v[6], &v[7], &v[8]) != 9)
        return wrong(r, "Lattice needs nine numbers");
    if (fabs(v[1]) + fabs(v[2]) + fabs(v[5]) > 1e-9)
        return wrong(r,
                     "Lattice must have its first vector along x and its second in the xy plane");
    const double nm = KM_NM_PER_ANGSTROM;
    r->s->box = (km_box){nm * v[0], nm * v[3], nm * v[4], nm * v[6], nm * v[7], nm * v[8]};
    r->s->has_box = true;
    return KM_OK;
}

static km_status read_xyz(reader *r)
{
    int n;
    if (!next_line(r) || !whole_count(r->line, &n))
        return wrong(r, "the first line must be the number of atoms");
    KM_TRY(reserve(r, n, false));
    if (!next_line(r))
        return wrong(r, "the comment line is missing");
    KM_TRY(read_lattice(r));
    for (int i = 0; i < n; i++) {
        double *x = &r->s->position[3 * i];
        if (!next_line(r))
            return KM_FAIL(KM_ERROR_INPUT, "%s: ends after %d of %d atoms: truncated", r->path, i,
                           n);
        if (sscanf(r->line, "%7s %lf %lf %lf", r->s->name[i], &x[0], &x[1], &x[2]) != 4)
            return wrong(r, "a symbol and three coordinates are asked for");
        snprintf(r->s->element[i], sizeof r->s->element[i], "%.3s", r->s->name[i]);
        for (int c = 0; c < 3; c++)
            x[c] *= KM_NM_PER_ANGSTROM;
        r->s->n++;
    }
    return KM_OK;
}

static km_status check(const km_structure *s, const char *path)
{
    for (int i = 0; i < s->n; i++)
        for (int c = 0; c < 3; c++)
            if (!(fabs(s->position[3 * i + c]) < LARGEST_COORDINATE))
                return KM_FAIL(KM_ERROR_INPUT, "%s: atom %d lies at %g nm", path, i + 1,
                               s->position[3 * i + c]);
    return KM_OK;
}

static km_status read_by_ending(reader *r)
{
    const char *dot = strrchr(r->path, '.');
    const char *ending = dot != NULL ? dot + 1 : "";
    km_status status;
    if (strcasecmp(ending, "pdb") == 0)
        status = read_pdb(r);
    else if (strcasecmp(ending, "gro") == 0)
        status = read_gro(r);
    else if (strcasecmp(ending, "xyz") == 0 || strcasecmp(ending, "extxyz") == 0)
        status = read_xyz(r);
    else
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the ending tells the format; .pdb, .gro, .xyz or .extxyz", r->path);
    KM_TRY(status);
    KM_TRY(check(r->s, r->path));
    if (r->s->has_box && km_box_reduce(&r->s->box) != KM_OK) {
        km_error_prefix("%s: ", r->path);
        return km_last_error()->status;
    }
    return KM_OK;
}

km_status km_structure_read(const char *path, km_structure **out)
{
    reader r = {.path = path};
    *out = NULL;
    r.file = fopen(path, "r");
    if (r.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", path, strerror(errno));
    km_status status = km_allocate((void **)&r.s, 1, sizeof *r.s);
    if (status == KM_OK)
        status = read_by_ending(&r);
    fclose(r.file);
    if (status != KM_OK) {
        km_structure_destroy(r.s);
        return status;
    }
    *out = r.s;
    return KM_OK;
}

void km_structure_destroy(km_structure *s)
{
    if (s == NULL)
        return;
    free(s->position);
    free(s->velocity);
    free(s->element);
    free(s->name);
    free(s);
}

km_status km_box_from_lengths(const double lengths[3], const double angles[3], km_box *out)
{
    const double degree = KM_PI / 180.0;
    double cosine[3];
    for (int c = 0; c < 3; c++) {
        if (!(lengths[c] > 0.0 && angles[c] > 0.0 && angles[c] < 180.0))
            return KM_FAIL(KM_ERROR_INPUT, "a cell of %g x %g x %g nm, %g %g %g degrees cannot be",
                           lengths[0], lengths[1], lengths[2], angles[0], angles[1], angles[2]);
        cosine[c] = angles[c] == 90.0 ? 0.0 : cos(angles[c] * degree);
    }
    const double sine = sqrt(1.0 - cosine[2] * cosine[2]);
    out->ax = lengths[0];
    out->bx = lengths[1] * cosine[2];
    out->by = lengths[1] * sine;
    out->cx = lengths[2] * cosine[1];
    out->cy = lengths[2] * (cosine[0] - cosine[1] * cosine[2]) / sine;
    const double rest = lengths[2] * lengths[2] - out->cx * out->cx - out->cy * out->cy;
    if (!(rest > 0.0))
        return KM_FAIL(KM_ERROR_INPUT, "the angles %g %g %g make no cell", angles[0], angles[1],
                       angles[2]);
    out->cz = sqrt(rest);
    return KM_OK;
}

km_status km_box_reduce(km_box *box)
{
    if (!(box->ax > 0.0 && box->by > 0.0 && box->cz > 0.0))
        return KM_FAIL(KM_ERROR_INPUT, "the cell has no volume (%g, %g, %g nm on its diagonal)",
                       box->ax, box->by, box->cz);
    const double j = nearbyint(box->cy / box->by);
    box->cx -= j * box->bx;
    box->cy -= j * box->by;
    box->cx -= nearbyint(box->cx / box->ax) * box->ax;
    box->bx -= nearbyint(box->bx / box->ax) * box->ax;
    return KM_OK;
}
