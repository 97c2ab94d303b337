/* SPDX-License-Identifier: MIT */
#include "host/output/type_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first 6 characters, blanks replaced, a letter in front: VMD takes the rest for a number. */
static void shorten(const char *full, char brief[7])
{
    const bool needs_letter = !isalpha((unsigned char)full[0]);
    snprintf(brief, 7, "%s%.*s", needs_letter ? "T" : "", needs_letter ? 5 : 6, full);
    for (char *c = brief; *c != '\0'; c++)
        if (!isgraph((unsigned char)*c))
            *c = '_';
}

static int find_brief(const km_type_names *types, int n, const char *brief)
{
    for (int k = 0; k < n; k++)
        if (strcmp(types->name[k].brief, brief) == 0)
            return k;
    return -1;
}

/* Names cut to the same letters get a number at their end. */
static void make_distinct(km_type_names *types)
{
    for (int k = 0; k < types->n; k++) {
        char *brief = types->name[k].brief;
        shorten(types->name[k].full, brief);
        char base[7], text[32];
        memcpy(base, brief, sizeof base);
        for (int number = 2; find_brief(types, k, brief) >= 0; number++) {
            const int kept = number < 10 ? 5 : number < 100 ? 4 : number < 1000 ? 3 : 1;
            snprintf(text, sizeof text, "%.*s%d", kept, base, number);
            snprintf(brief, 7, "%.6s", text);
        }
    }
}

static int find_full(const km_type_names *types, const char *full)
{
    for (int k = 0; k < types->n; k++)
        if (strcmp(types->name[k].full, full) == 0)
            return k;
    return -1;
}

static km_status add(km_type_names *types, const char *full, int *room)
{
    if (types->n == *room) {
        km_type_name *larger;
        KM_NEW(larger, 2 * *room + 16);
        if (types->n > 0)
            memcpy(larger, types->name, (size_t)types->n * sizeof *larger);
        free(types->name);
        types->name = larger;
        *room = 2 * *room + 16;
    }
    snprintf(types->name[types->n++].full, KM_NAME_LENGTH, "%s", full);
    return KM_OK;
}

static km_status collect(const km_labels *labels, km_type_names *types)
{
    int room = 0;
    KM_NEW(types->of_atom, labels->n_atoms);
    for (int i = 0; i < labels->n_atoms; i++) {
        int k = find_full(types, labels->type_name[i]);
        if (k < 0) {
            k = types->n;
            KM_TRY(add(types, labels->type_name[i], &room));
        }
        types->of_atom[i] = k;
    }
    make_distinct(types);
    return KM_OK;
}

km_status km_type_names_make(const km_labels *labels, km_type_names *out)
{
    *out = (km_type_names){0};
    const km_status status = collect(labels, out);
    if (status != KM_OK)
        km_type_names_destroy(out);
    return status;
}

const char *km_type_names_brief(const km_type_names *types, int atom)
{
    return types->name[types->of_atom[atom]].brief;
}

void km_type_names_destroy(km_type_names *types)
{
    free(types->name);
    free(types->of_atom);
    *types = (km_type_names){0};
}
