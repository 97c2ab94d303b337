/* SPDX-License-Identifier: MIT */
#include "host/input/eim_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"

#define LINE_LENGTH 1024
#define LARGEST_NUMBER 1e30
enum { PAIR_NUMBERS = 14, ELEMENT_NUMBERS = 7, MOST_PAIRS = 136 };

typedef struct reader {
    const char *path;
    FILE *file;
    char *rest; /* of the entry */
    int line;   /* of the end of what was read last     */
    bool given; /* the line `global:`                   */
    bool pair[MOST_PAIRS];
    km_eim_parameters *p;
} reader;

static km_status wrong(const reader *r, const char *what)
{
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s", r->path, r->line, what);
}

/* A line, with those it goes on in; *found false at the end of the file. */
static km_status next_entry(reader *r, char out[LINE_LENGTH], bool *found)
{
    size_t n = 0;
    bool more = true;
    *found = false;
    while (more && fgets(out + n, (int)(LINE_LENGTH - n), r->file) != NULL) {
        *found = true;
        r->line++;
        if (strchr(out + n, '\n') == NULL && !feof(r->file))
            return wrong(r, "is longer than a line of such a file can be");
        out[n + strcspn(out + n, "#\r\n")] = '\0';
        char *end = strchr(out + n, '&');
        more = end != NULL;
        n = more ? (size_t)(end - out) : n + strlen(out + n);
    }
    if (ferror(r->file))
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read: %s", r->path, strerror(errno));
    if (*found && more)
        return wrong(r, "the file ends after a line that goes on");
    return KM_OK;
}

/* n numbers and nothing after them. */
static km_status read_numbers(reader *r, const char *what, int n, double *out)
{
    for (int k = 0; k <= n; k++) {
        const char *word = strtok_r(NULL, " \t", &r->rest);
        char *end;
        if ((word == NULL) != (k == n))
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s wants %d numbers, and there are %s",
                           r->path, r->line, what, n, k == n ? "more" : "fewer");
        if (k == n)
            break;
        out[k] = strtod(word, &end);
        if (end == word || *end != '\0' || !(fabs(out[k]) < LARGEST_NUMBER))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: \"%s\" is not a number (number %d of %d of %s)", r->path,
                           r->line, word, k + 1, n, what);
    }
    return KM_OK;
}

static km_status read_global(reader *r)
{
    double x[3];
    KM_TRY(read_numbers(r, "global:", 3, x));
    if (r->given)
        return wrong(r, "a second line global:");
    if (!(erfc(x[1]) > erfc(x[2])) || x[1] != -x[2])
        return wrong(r, "the last two numbers of global: must be -x and x, x above 0");
    r->given = true;
    r->p->near = x[1];
    r->p->far = x[2];
    return KM_OK;
}

static km_status read_element(reader *r)
{
    km_eim_parameters *p = r->p;
    const char *name = strtok_r(NULL, " \t", &r->rest);
    double x[ELEMENT_NUMBERS];
    if (name == NULL || strlen(name) > 3)
        return wrong(r, "the name of an element is expected");
    if (km_eim_element_find(p, name) >= 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s is named twice", r->path, r->line, name);
    if (p->n_elements == KM_EIM_MOST_ELEMENTS)
        return wrong(r, "more elements than there is room for");
    km_eim_element *e = &p->element[p->n_elements];
    snprintf(e->name, sizeof e->name, "%.3s", name);
    KM_TRY(read_numbers(r, "element:", ELEMENT_NUMBERS, x));
    if (!(x[0] >= 1.0 && x[0] <= 118.0) || x[0] != floor(x[0]) || !(x[1] > 0.0))
        return wrong(r, "the atomic number must be from 1 to 118, and the mass above 0");
    if (x[6] != 0.0)
        return wrong(r, "charges of lone atoms (the last number) are not supported");
    e->atomic_number = (int)x[0];
    e->mass = x[1];
    e->electronegativity = x[2];
    p->n_elements++;
    return KM_OK;
}

static km_status check_pair(const reader *r, const double x[PAIR_NUMBERS])
{
    if (!(x[3] > 0.0) || !(x[0] > x[3]) || !(x[1] > x[3]))
        return wrong(r, "r_e (number 4) must be above 0 and below both cutoffs of phi (1 and 2)");
    if (!(x[4] > 0.0 && x[5] > 0.0) || x[4] == x[5])
        return wrong(r, "alpha and beta (numbers 5 and 6) must be above 0 and differ");
    if (!(x[6] == 0.0 || x[6] > x[8]) || !(x[9] == 0.0 || x[9] > x[12]))
        return wrong(r, "the cutoff functions of eta and psi must begin (numbers 9 and 13) before "
                        "they end (7 and 10)");
    if (x[13] != KM_EIM_EXPONENTIAL && x[13] != KM_EIM_POWER)
        return wrong(r, "the form of phi (number 14) must be 1 or 2");
    return KM_OK;
}

static km_status read_pair(reader *r)
{
    double x[PAIR_NUMBERS];
    int e[2];
    for (int k = 0; k < 2; k++) {
        const char *name = strtok_r(NULL, " \t", &r->rest);
        e[k] = name != NULL ? km_eim_element_find(r->p, name) : -1;
        if (e[k] < 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: \"%s\" is no element of the lines above",
                           r->path, r->line, name != NULL ? name : "");
    }
    km_eim_pair *pair = (km_eim_pair *)km_eim_pair_of(r->p, e[0], e[1]);
    KM_TRY(read_numbers(r, "pair:", PAIR_NUMBERS, x));
    if (r->pair[pair - r->p->pair])
        return wrong(r, "this pair is given twice");
    KM_TRY(check_pair(r, x));
    r->pair[pair - r->p->pair] = true;
    const double nm = KM_NM_PER_ANGSTROM;
    *pair = (km_eim_pair){.cutoff_attraction = x[0] * nm,
                          .cutoff_repulsion = x[1] * nm,
                          .energy = x[2] * KM_EV,
                          .distance = x[3] * nm,
                          .alpha = x[4],
                          .beta = x[5],
                          .cutoff_charge = x[6] * nm,
                          .charge = x[7],
                          .start_charge = x[8] * nm,
                          .cutoff_potential = x[9] * nm,
                          .potential = x[10] * KM_EV,
                          .decay = x[11] / nm,
                          .start_potential = x[12] * nm,
                          .form = x[13] == KM_EIM_POWER ? KM_EIM_POWER : KM_EIM_EXPONENTIAL};
    return KM_OK;
}

static km_status check_complete(const reader *r)
{
    const km_eim_parameters *p = r->p;
    if (!r->given)
        return KM_FAIL(KM_ERROR_INPUT, "%s: there is no line global:", r->path);
    if (p->n_elements == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: there is no line element:", r->path);
    for (int a = 0; a < p->n_elements; a++)
        for (int b = 0; b <= a; b++)
            if (!r->pair[km_eim_pair_of(p, a, b) - p->pair])
                return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: the file ends without pair: %s %s",
                               r->path, r->line, p->element[b].name, p->element[a].name);
    return KM_OK;
}

static km_status read_all(reader *r)
{
    char line[LINE_LENGTH];
    bool found;
    KM_TRY(next_entry(r, line, &found));
    for (; found;) {
        const char *word = strtok_r(line, " \t", &r->rest);
        if (word != NULL && strcmp(word, "global:") == 0)
            KM_TRY(read_global(r));
        else if (word != NULL && strcmp(word, "element:") == 0)
            KM_TRY(read_element(r));
        else if (word != NULL && strcmp(word, "pair:") == 0)
            KM_TRY(read_pair(r));
        else if (word != NULL)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: global:, element: or pair: is expected, not \"%.40s\"",
                           r->path, r->line, word);
        KM_TRY(next_entry(r, line, &found));
    }
    return check_complete(r);
}

static km_status make(const char *path, km_eim_parameters **out)
{
    km_eim_parameters *p;
    KM_NEW(p, 1);
    *out = p;
    KM_NEW(p->element, KM_EIM_MOST_ELEMENTS);
    KM_NEW(p->pair, MOST_PAIRS);
    KM_NEW(p->path, strlen(path) + 1);
    memcpy(p->path, path, strlen(path));
    return KM_OK;
}

km_status km_eim_file_read(const char *path, km_eim_parameters **out)
{
    *out = NULL;
    reader r = {.path = path, .file = fopen(path, "r")};
    if (r.file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s cannot be read: %s", path, strerror(errno));
    km_status status = make(path, &r.p);
    if (status == KM_OK)
        status = read_all(&r);
    fclose(r.file);
    if (status != KM_OK) {
        km_eim_parameters_destroy(r.p);
        return status;
    }
    *out = r.p;
    return KM_OK;
}

void km_eim_parameters_destroy(km_eim_parameters *parameters)
{
    if (parameters == NULL)
        return;
    free(parameters->path);
    free(parameters->element);
    free(parameters->pair);
    free(parameters);
}

int km_eim_element_find(const km_eim_parameters *parameters, const char *name)
{
    for (int e = 0; e < parameters->n_elements; e++)
        if (strcmp(parameters->element[e].name, name) == 0)
            return e;
    return -1;
}
