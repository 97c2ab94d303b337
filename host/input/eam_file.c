/* SPDX-License-Identifier: MIT */
#include "host/input/eam_file.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define MOST_POINTS 10000000 /* of one table: more is a misread number */
#define LARGEST_NUMBER 1e30
/* A table of -A sqrt(rho) in sixteen digits, or in the twelve that some programs print. */
#define ROOT_DIGITS 1e-11

/* The file in memory; line counts from 1. */
typedef struct reader {
    const char *path;
    char *text, *at;
    int line;
    km_eam_tables *t;
} reader;

static km_status wrong(const reader *r, const char *what)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s", r->path, r->line, what);
}

static km_status load_text(reader *r)
{
    FILE *file = fopen(r->path, "rb");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read: %s", r->path, strerror(errno));
    size_t n = 0, capacity = 1 << 16;
    char *text = malloc(capacity);
    for (size_t got = 1; text != NULL && got > 0; n += got) {
        if (capacity - n < 2) {
            capacity *= 2;
            char *more = realloc(text, capacity);
            if (more == NULL)
                free(text);
            text = more;
        }
        got = text != NULL ? fread(text + n, 1, capacity - n - 1, file) : 0;
    }
    const bool failed = ferror(file) != 0;
    fclose(file);
    r->text = r->at = text;
    if (text == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading %s", r->path);
    text[n] = '\0';
    if (failed)
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read", r->path);
    if (strlen(text) != n)
        return KM_FAIL(KM_ERROR_INPUT, "%s is not a text file", r->path);
    return KM_OK;
}

/* The rest of the present line, and goes to the next one. */
static bool next_line(reader *r, char *out, size_t room)
{
    if (*r->at == '\0')
        return false;
    const size_t n = strcspn(r->at, "\n");
    snprintf(out, room, "%.*s", (int)(n < room ? n : room - 1), r->at);
    out[strcspn(out, "\r")] = '\0';
    r->at += n + (r->at[n] == '\n');
    r->line++;
    return true;
}

/* The next word, on whatever line; false at the end. Lines are counted on the way. */
static bool next_word(reader *r, char *out, size_t room)
{
    while (isspace((unsigned char)*r->at))
        r->line += *r->at++ == '\n';
    size_t n = 0;
    while (r->at[n] != '\0' && !isspace((unsigned char)r->at[n]))
        n++;
    snprintf(out, room, "%.*s", (int)(n < room ? n : room - 1), r->at);
    r->at += n;
    return n > 0;
}

static bool number_of(char *word, double *out)
{
    char *end;
    for (char *c = word; *c != '\0'; c++)
        if (*c == 'D' || *c == 'd')
            *c = 'E'; /* Fortran's double precision */
    *out = strtod(word, &end);
    return end != word && *end == '\0' && fabs(*out) < LARGEST_NUMBER; /* false for NaN */
}

/* n numbers; what they are is for the message. */
static km_status read_numbers(reader *r, const char *what, int n, double factor, double *out)
{
    char word[64];
    for (int k = 0; k < n; k++) {
        if (!next_word(r, word, sizeof word))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: the file ends after %d of %d numbers of %s; a number is "
                           "missing or the counts in line 5 are wrong",
                           r->path, r->line, k, n, what);
        if (!number_of(word, &out[k]))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: \"%s\" is not a number (number %d of %d of %s)", r->path,
                           r->line, word, k + 1, n, what);
        out[k] *= factor;
    }
    return KM_OK;
}

static km_status copy_text(const char *from, char **out)
{
    while (isspace((unsigned char)*from))
        from++;
    size_t n = strlen(from);
    while (n > 0 && isspace((unsigned char)from[n - 1]))
        n--;
    KM_TRY(km_allocate((void **)out, n + 1, 1));
    memcpy(*out, from, n);
    return KM_OK;
}

static km_status read_elements(reader *r)
{
    char line[512], *end;
    km_eam_tables *t = r->t;
    if (!next_line(r, line, sizeof line))
        return wrong(r, "the file ends before the line of elements");
    const long n = strtol(line, &end, 10);
    if (end == line || !isspace((unsigned char)*end) || n < 1 || n > KM_EAM_MOST_ELEMENTS)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s: line %d: the number of elements (1 to %d) and their names are expected, "
            "not \"%s\"",
            r->path, r->line, KM_EAM_MOST_ELEMENTS, line);
    t->n_elements = (int)n;
    KM_NEW(t->element, n);
    const char *at = end;
    for (int e = 0; e < t->n_elements; e++) {
        char name[16];
        int length = 0;
        if (sscanf(at, "%15s%n", name, &length) != 1)
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %d elements are announced and %d named",
                           r->path, r->line, t->n_elements, e);
        if (strlen(name) > 3 || km_eam_element_find(t, name) >= 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: \"%s\" is %s", r->path, r->line, name,
                           strlen(name) > 3 ? "not an element" : "named twice");
        snprintf(t->element[e].name, sizeof t->element[e].name, "%.3s", name);
        at += length;
    }
    char rest[2];
    if (sscanf(at, "%1s", rest) == 1)
        return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %d elements are announced and more are named",
                       r->path, r->line, t->n_elements);
    return KM_OK;
}

static km_status read_grids(reader *r)
{
    char line[512], count[2][32], word[3][64];
    double points[2], step[3];
    km_eam_tables *t = r->t;
    if (!next_line(r, line, sizeof line))
        return wrong(r, "the file ends before the line with points, steps and cutoff");
    bool fine = sscanf(line, "%31s %63s %31s %63s %63s", count[0], word[0], count[1], word[1],
                       word[2]) == 5;
    for (int k = 0; fine && k < 3; k++)
        fine = number_of(word[k], &step[k]) && (k == 2 || number_of(count[k], &points[k]));
    if (!fine)
        return wrong(r, "five numbers are expected: points and step of the density, points and "
                        "step of the distance, cutoff");
    for (int k = 0; k < 2; k++) {
        const char *of = k == 0 ? "density" : "distance";
        if (!(points[k] >= 5.0 && points[k] <= MOST_POINTS) || points[k] != floor(points[k]))
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s points of the %s; 5 to %d can be used",
                           r->path, r->line, count[k], of, MOST_POINTS);
        if (!(step[k] > 0.0))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: the step of the %s is %s; it must be above 0", r->path,
                           r->line, of, word[k]);
    }
    /* some files end one step before the cutoff */
    if (!(step[2] > 0.0) || step[2] > points[1] * step[1] * (1.0 + 1e-9))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: the cutoff is %g A; it must be above 0 and within the table, "
                       "which ends at %g A",
                       r->path, r->line, step[2], (points[1] - 1.0) * step[1]);
    t->n_density = (int)points[0];
    t->step_density = step[0];
    t->n_r = (int)points[1];
    t->step_r = step[1] * KM_NM_PER_ANGSTROM;
    t->cutoff = step[2] * KM_NM_PER_ANGSTROM;
    return KM_OK;
}

/* How many numbers stand in the rest of the file, if element lines have one word at their end. */
static int64_t count_words(const reader *r)
{
    reader ahead = *r;
    char word[64];
    int64_t n = 0;
    while (next_word(&ahead, word, sizeof word))
        n++;
    return n;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static km_status choose_kind(reader *r)
{
    km_eam_tables *t = r->t;
    const int64_t n = t->n_elements, n_density = t->n_density, n_r = t->n_r;
    const int64_t alloy = n * (4 + n_density + n_r) + n * (n + 1) / 2 * n_r;
    const int64_t finnis_sinclair = n * (4 + n_density + n * n_r) + n * (n + 1) / 2 * n_r;
    const int64_t there = count_words(r);
    const bool named_alloy = ends_with(r->path, ".alloy"), named_fs = ends_with(r->path, ".fs");
    t->finnis_sinclair = named_fs || (!named_alloy && there == finnis_sinclair && n > 1);
    const int64_t expected = t->finnis_sinclair ? finnis_sinclair : alloy;
    if (there == expected)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: line %d: %lld numbers and words follow, and an eam.%s file of %d element%s "
                   "with %d and %d points has %lld; a number is missing or too many, or the counts "
                   "in this line are wrong",
                   r->path, r->line, (long long)there, t->finnis_sinclair ? "fs" : "alloy",
                   t->n_elements, t->n_elements == 1 ? "" : "s", t->n_density, t->n_r,
                   (long long)expected);
}

static km_status read_element_line(reader *r, km_eam_element *e)
{
    double number[3];
    char what[64], word[32];
    snprintf(what, sizeof what, "the line of %s", e->name);
    KM_TRY(read_numbers(r, what, 3, 1.0, number));
    if (!(number[0] >= 0.0 && number[0] < 200.0) || !(number[1] > 0.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: atomic number %g and mass %g of %s; a table before this line "
                       "may be longer or shorter than line 5 says",
                       r->path, r->line, number[0], number[1], e->name);
    e->atomic_number = (int)number[0];
    e->mass = number[1];
    e->lattice = number[2] * KM_NM_PER_ANGSTROM;
    if (!next_word(r, word, sizeof word))
        return wrong(r, "the file ends in the line of an element");
    snprintf(e->structure, sizeof e->structure, "%.7s", word);
    return KM_OK;
}

/* A of -A sqrt(rho), or 0. */
static double find_root(const double *embedding, int n, double step)
{
    const double a = -embedding[n - 1] / sqrt((n - 1) * step);
    for (int k = 0; k < n; k++) {
        const double f = -a * sqrt(k * step);
        if (!(fabs(embedding[k] - f) <= ROOT_DIGITS * fabs(f)))
            return 0.0;
    }
    return a > 0.0 ? a : 0.0;
}

static km_status read_element(reader *r, int a)
{
    km_eam_tables *t = r->t;
    km_eam_element *e = &t->element[a];
    char what[64];
    double *embedding = t->embedding + (size_t)a * t->n_density;
    KM_TRY(read_element_line(r, e));
    snprintf(what, sizeof what, "the embedding function of %s", e->name);
    KM_TRY(read_numbers(r, what, t->n_density, KM_EV, embedding));
    e->root = find_root(embedding, t->n_density, t->step_density);
    double *row = t->density + (size_t)a * t->n_elements * t->n_r;
    for (int b = 0; b < t->n_elements; b++, row += t->n_r) {
        snprintf(what, sizeof what, "the density of %s at %s", e->name, t->element[b].name);
        if (b > 0 && !t->finnis_sinclair)
            memcpy(row, row - t->n_r, (size_t)t->n_r * sizeof *row);
        else
            KM_TRY(read_numbers(r, what, t->n_r, 1.0, row));
    }
    return KM_OK;
}

static km_status read_tables(reader *r)
{
    km_eam_tables *t = r->t;
    char line[1024], what[64];
    for (int k = 0; k < 3; k++) {
        if (!next_line(r, line, sizeof line))
            return wrong(r, "the file ends within its three lines of comment");
        KM_TRY(copy_text(line, &t->comment[k]));
    }
    KM_TRY(read_elements(r));
    KM_TRY(read_grids(r));
    KM_TRY(choose_kind(r));
    r->line++; /* the line that the next word stands in */
    const size_t n = (size_t)t->n_elements;
    KM_NEW(t->embedding, n * (size_t)t->n_density);
    KM_NEW(t->density, n * n * (size_t)t->n_r);
    KM_NEW(t->pair_term, n * (n + 1) / 2 * (size_t)t->n_r);
    for (int a = 0; a < t->n_elements; a++)
        KM_TRY(read_element(r, a));
    double *row = t->pair_term;
    for (int a = 0; a < t->n_elements; a++)
        for (int b = 0; b <= a; b++, row += t->n_r) {
            snprintf(what, sizeof what, "the pair term of %s and %s", t->element[a].name,
                     t->element[b].name);
            KM_TRY(read_numbers(r, what, t->n_r, KM_EV * KM_NM_PER_ANGSTROM, row));
        }
    return KM_OK;
}

km_status km_eam_file_read(const char *path, km_eam_tables **out)
{
    *out = NULL;
    reader r = {.path = path};
    KM_NEW(r.t, 1);
    km_status status = copy_text(path, &r.t->path);
    if (status == KM_OK)
        status = load_text(&r);
    if (status == KM_OK)
        status = read_tables(&r);
    free(r.text);
    if (status != KM_OK) {
        km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);
        km_eam_tables_destroy(r.t);
        return status;
    }
    *out = r.t;
    return KM_OK;
}

void km_eam_tables_destroy(km_eam_tables *t)
{
    if (t == NULL)
        return;
    free(t->path);
    for (int k = 0; k < 3; k++)
        free(t->comment[k]);
    free(t->element);
    free(t->embedding);
    free(t->density);
    free(t->pair_term);
    free(t);
}

int km_eam_element_find(const km_eam_tables *t, const char *name)
{
    for (int e = 0; e < t->n_elements; e++)
        if (strcmp(t->element[e].name, name) == 0)
            return e;
    return -1;
}
