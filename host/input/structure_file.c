/* SPDX-License-Identifier: MIT */
#include "host/input/structure_file.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "host/input/structure_reader.h"
#include "kernels/base/units.h"

#define SHORTEST_LINE 4    /* bytes: no format says an atom in fewer */
#define LARGEST_NUMBER 1e7 /* in the unit of the file: a millimetre */

bool km_structure_next_line(km_structure_reader *r)
{
    const ssize_t n = getline(&r->line, &r->capacity, r->file);
    if (n < 0)
        return false;
    r->line_number++;
    r->line[strcspn(r->line, "\r\n")] = '\0';
    return true;
}

void km_structure_rewind(km_structure_reader *r)
{
    rewind(r->file);
    r->line_number = 0;
}

km_status km_structure_wrong(const km_structure_reader *r, const char *what)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s", r->path, r->line_number, what);
}

km_status km_structure_truncated(const km_structure_reader *r, int read, int n)
{
    return KM_FAIL(
        KM_ERROR_INPUT,
        "%s: line %d: the file ends after %d of %d atoms; it is truncated, write it again", r->path,
        r->line_number, read, n);
}

km_status km_structure_reserve(km_structure_reader *r, int n)
{
    struct stat about;
    if (fstat(fileno(r->file), &about) == 0 && S_ISREG(about.st_mode) &&
        n > about.st_size / SHORTEST_LINE)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: %d atoms are announced, but the file has only %lld bytes; it "
                       "is truncated, write it again",
                       r->path, r->line_number, n, (long long)about.st_size);
    KM_NEW(r->s->position, 3 * (size_t)n);
    KM_NEW(r->s->element, n);
    KM_NEW(r->s->name, n);
    KM_NEW(r->s->line, n);
    return KM_OK;
}

bool km_structure_whole_number(const char *text, int *out)
{
    char *end;
    errno = 0;
    const long n = strtol(text, &end, 10);
    while (isspace((unsigned char)*end))
        end++;
    *out = (int)n;
    return end != text && *end == '\0' && errno == 0 && n > 0 && n < INT_MAX / 8;
}

bool km_structure_number(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && fabs(*out) < LARGEST_NUMBER; /* false for NaN */
}

bool km_structure_column_number(const char *line, size_t first, size_t width, double *out)
{
    char text[64];
    if (strlen(line) <= first || width >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)width, line + first);
    for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--)
        text[n - 1] = '\0';
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && fabs(*out) < LARGEST_NUMBER && !strpbrk(text, "xX");
}

void km_structure_column_text(const char *line, size_t first, size_t width, char *out, size_t room)
{
    const size_t length = strlen(line);
    size_t n = 0;
    for (size_t k = first; k < first + width && k < length && n + 1 < room; k++)
        if (!isspace((unsigned char)line[k]))
            out[n++] = line[k];
    out[n] = '\0';
}

static km_vec3 row(const double vector[9], int k)
{
    return km_vec3_make(vector[3 * k], vector[3 * k + 1], vector[3 * k + 2]);
}

/* x along a, z normal to a and b: the coordinates of a vector in this frame. */
km_status km_structure_turn(km_structure_reader *r, const double vector[9])
{
    const km_vec3 a = row(vector, 0), b = row(vector, 1), c = row(vector, 2);
    const km_vec3 normal = km_vec3_cross(a, b);
    const double volume = km_vec3_dot(normal, c);
    if (!(km_vec3_norm(a) > 0.0) || !(km_vec3_norm(normal) > 0.0) || volume == 0.0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: the vectors of the cell span no volume; correct them",
                       r->path);
    if (volume < 0.0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the vectors of the cell are left-handed; swap two of them", r->path);
    const km_vec3 x = km_vec3_scale(1.0 / km_vec3_norm(a), a),
                  z = km_vec3_scale(1.0 / km_vec3_norm(normal), normal), y = km_vec3_cross(z, x);
    r->s->box = (km_box){km_vec3_norm(a),   km_vec3_dot(b, x), km_vec3_dot(b, y),
                         km_vec3_dot(c, x), km_vec3_dot(c, y), km_vec3_dot(c, z)};
    r->s->has_box = true;
    if (vector[1] == 0.0 && vector[2] == 0.0 && vector[5] == 0.0 && vector[0] > 0.0 &&
        vector[4] > 0.0) { /* in place already: not a digit changes */
        r->s->box = (km_box){vector[0], vector[3], vector[4], vector[6], vector[7], vector[8]};
        return KM_OK;
    }
    double *arrays[] = {r->s->position, r->s->velocity};
    for (int k = 0; k < 2; k++)
        for (int i = 0; arrays[k] != NULL && i < r->s->n; i++) {
            double *p = &arrays[k][3 * (size_t)i];
            const km_vec3 v = km_vec3_make(p[0], p[1], p[2]);
            p[0] = km_vec3_dot(v, x);
            p[1] = km_vec3_dot(v, y);
            p[2] = km_vec3_dot(v, z);
        }
    return KM_OK;
}

static km_status read_by_ending(km_structure_reader *r)
{
    const char *dot = strrchr(r->path, '.');
    const char *ending = dot != NULL ? dot + 1 : "";
    if (strcasecmp(ending, "pdb") == 0 || strcasecmp(ending, "ent") == 0)
        KM_TRY(km_structure_read_pdb(r));
    else if (strcasecmp(ending, "gro") == 0)
        KM_TRY(km_structure_read_gro(r));
    else if (strcasecmp(ending, "xyz") == 0 || strcasecmp(ending, "extxyz") == 0)
        KM_TRY(km_structure_read_xyz(r));
    else
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the ending tells the format; name the file .pdb, .gro, .xyz or .extxyz",
                       r->path);
    if (r->s->has_box && km_box_reduce(&r->s->box) != KM_OK) {
        km_error_prefix("%s: ", r->path);
        return km_last_error()->status;
    }
    return KM_OK;
}

km_status km_structure_read(const char *path, km_structure **out)
{
    km_structure_reader r = {.path = path};
    *out = NULL;
    r.file = fopen(path, "r");
    if (r.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", path, strerror(errno));
    km_status status = km_allocate((void **)&r.s, 1, sizeof *r.s);
    if (status == KM_OK)
        status = read_by_ending(&r);
    fclose(r.file);
    free(r.line);
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
    free(s->line);
    free(s);
}

km_status km_box_from_lengths(const double lengths[3], const double angles[3], km_box *out)
{
    double cosine[3];
    for (int c = 0; c < 3; c++) {
        if (!(lengths[c] > 0.0 && angles[c] > 0.0 && angles[c] < 180.0))
            return KM_FAIL(KM_ERROR_INPUT, "a cell of %g x %g x %g nm, %g %g %g degrees cannot be",
                           lengths[0], lengths[1], lengths[2], angles[0], angles[1], angles[2]);
        cosine[c] = angles[c] == 90.0 ? 0.0 : cos(angles[c] * (KM_PI / 180.0));
    }
    const double sine = sqrt(1.0 - cosine[2] * cosine[2]);
    out->ax = lengths[0];
    out->bx = lengths[1] * cosine[2];
    out->by = lengths[1] * sine;
    out->cx = lengths[2] * cosine[1];
    out->cy = lengths[2] * (cosine[0] - cosine[1] * cosine[2]) / sine;
    const double rest = lengths[2] * lengths[2] - out->cx * out->cx - out->cy * out->cy;
    if (!(rest > 0.0))
        return KM_FAIL(KM_ERROR_INPUT, "the angles %g %g %g degrees make no cell", angles[0],
                       angles[1], angles[2]);
    out->cz = sqrt(rest);
    return KM_OK;
}

/* How often edge fits into shift; half an edge and its rounding stay. */
static double excess(double shift, double edge)
{
    return fabs(shift) <= 0.5 * edge * (1.0 + 1e-9) ? 0.0 : nearbyint(shift / edge);
}

km_status km_box_reduce(km_box *box)
{
    if (!(box->ax > 0.0 && box->by > 0.0 && box->cz > 0.0))
        return KM_FAIL(KM_ERROR_INPUT, "the cell has no volume (%g, %g, %g nm on its diagonal)",
                       box->ax, box->by, box->cz);
    const double j = excess(box->cy, box->by);
    box->cx -= j * box->bx;
    box->cy -= j * box->by;
    box->cx -= excess(box->cx, box->ax) * box->ax;
    box->bx -= excess(box->bx, box->ax) * box->ax;
    return KM_OK;
}
