/* SPDX-License-Identifier: MIT */
#include "host/input/pair_table_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POINTS 1000000
/* A force that is not the slope of the energy, as a share of the largest that lies on both sides.
 */
#define SLOPE_TOLERANCE 0.5

typedef struct table_reader {
    FILE *file;
    const char *path;
    int line_number;
    char line[1000];
} table_reader;

/* The next line that says something, without its comment. */
static bool next_line(table_reader *r)
{
    while (fgets(r->line, sizeof r->line, r->file) != NULL) {
        r->line_number++;
        r->line[strcspn(r->line, "#\r\n")] = '\0';
        if (r->line[strspn(r->line, " \t")] != '\0')
            return true;
    }
    return false;
}

static bool find_section(table_reader *r, const char *section)
{
    while (next_line(r)) {
        char word[200] = "";
        int end = 0;
        if (sscanf(r->line, " %199s %n", word, &end) == 1 && r->line[end] == '\0' &&
            strcmp(word, section) == 0)
            return true;
    }
    return false;
}

static km_status read_points(table_reader *r, double energy, double length, km_vdw_table *out)
{
    int n = 0;
    if (!next_line(r) || sscanf(r->line, " N %d", &n) != 1 || n < 4 || n > MOST_POINTS)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: behind the keyword there must be \"N\" and the number of "
                       "points, 4 or more",
                       r->path, r->line_number);
    KM_TRY(km_vdw_table_allocate(n, out));
    for (int m = 0; m < n; m++) {
        int index;
        double x, u, f;
        if (!next_line(r))
            return KM_FAIL(KM_ERROR_INPUT, "%s: the file ends after %d of %d points", r->path, m,
                           n);
        if (sscanf(r->line, " %d %lf %lf %lf", &index, &x, &u, &f) != 4 || index != m + 1)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: expected \"%d r E F\", four numbers in one line", r->path,
                           r->line_number, m + 1);
        out->r[m] = x * length;
        out->u[m] = u * energy;
        out->f[m] = f * energy / length;
    }
    return KM_OK;
}

/* Forces of the wrong sign, or in another unit, are no slope of the energies. */
static km_status check_slopes(const table_reader *r, const km_vdw_table *t)
{
    double difference = 0.0, size = 0.0;
    for (int m = 1; m < t->n; m++) {
        const double h = t->r[m] - t->r[m - 1];
        const double drop = t->u[m - 1] - t->u[m], work = 0.5 * (t->f[m] + t->f[m - 1]) * h;
        difference += (drop - work) * (drop - work) / (h * h);
        size += (drop * drop + work * work) / (h * h);
    }
    if (difference > SLOPE_TOLERANCE * SLOPE_TOLERANCE * size)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the last column is not -dE/dr of the one before; are sign and order of "
                       "the columns \"index r E F\"?",
                       r->path);
    return KM_OK;
}

km_status km_pair_table_read(const char *path, const char *section, double energy, double length,
                             km_vdw_table *out)
{
    table_reader r = {.path = path, .file = fopen(path, "r")};
    *out = (km_vdw_table){0};
    if (r.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read: %s", path, strerror(errno));
    km_status status = KM_OK;
    if (!find_section(&r, section))
        status = KM_FAIL(KM_ERROR_INPUT, "%s: there is no section \"%s\"", path, section);
    if (status == KM_OK)
        status = read_points(&r, energy, length, out);
    fclose(r.file);
    if (status == KM_OK) {
        status = km_vdw_table_finish(out);
        if (status != KM_OK)
            km_error_prefix("%s: section %s: ", path, section);
    }
    if (status == KM_OK)
        status = check_slopes(&r, out);
    if (status != KM_OK)
        km_vdw_table_destroy(out);
    return status;
}
