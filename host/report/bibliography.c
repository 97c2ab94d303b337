/* SPDX-License-Identifier: MIT */
#include "host/report/bibliography.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "host/model/growing_array.h"

/* The value of "  key = {value}" in the entry, without TeX's backslashes; NULL where there is none.
 * The caller frees it. */
static char *field(const char *entry, const char *end, const char *key)
{
    const char *at = strstr(entry, key);
    if (at == NULL || at >= end)
        return NULL;
    at += strlen(key);
    char *value = malloc((size_t)(end - at) + 1);
    size_t n = 0;
    for (int depth = 1; value != NULL && at < end && depth > 0; at++) {
        if (at[0] == '\\' && at + 1 < end && strchr("&%$#_{}", at[1]) != NULL) {
            value[n++] = *++at;
            continue;
        }
        depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
        if (depth > 0)
            value[n++] = *at;
    }
    if (value != NULL)
        value[n] = '\0';
    return value;
}

static bool is_known(const km_bibliography *b, const char *doi)
{
    for (int k = 0; k < b->n; k++)
        if (strcasecmp(b->reference[k].doi, doi) == 0)
            return true;
    return false;
}

static km_status add(km_bibliography *b, char *doi, char *use)
{
    KM_TRY(km_array_make_room((void **)&b->reference, b->n, &b->room, sizeof *b->reference,
                              "references"));
    b->reference[b->n++] = (km_reference){doi, use};
    return KM_OK;
}

static km_status add_entry(km_bibliography *b, const char *entry, const char *end)
{
    char *doi = field(entry, end, "doi = {"), *use = field(entry, end, "note = {");
    km_status status = KM_OK;
    const bool wanted = doi != NULL && !is_known(b, doi);
    if (wanted)
        status = add(b, doi, use);
    if (!wanted || status != KM_OK) {
        free(doi);
        free(use);
    }
    return status;
}

km_status km_bibliography_read(km_bibliography *b, const char *path)
{
    char *text;
    size_t size;
    if (access(path, F_OK) != 0)
        return KM_OK;
    KM_TRY(km_bytes_read(path, &text, &size));
    km_status status = KM_OK;
    for (const char *entry = strchr(text, '@'); entry != NULL && status == KM_OK;) {
        const char *next = strstr(entry, "\n@");
        status = add_entry(b, entry, next != NULL ? next : text + size);
        entry = next != NULL ? next + 1 : NULL;
    }
    free(text);
    return status;
}

size_t km_doi_length(const char *text)
{
    size_t n = strcspn(text, " ,;<>\"\t\n");
    while (n > 0 && strchr(".)]", text[n - 1]) != NULL)
        n--;
    return n;
}

static km_status cite(km_bibliography *b, const char *text, size_t n, const char *use)
{
    char *doi = strndup(text, n), *note = strdup(use);
    km_status status = KM_OK;
    if (doi == NULL || note == NULL)
        status = KM_FAIL(KM_ERROR_MEMORY, "no memory for a reference");
    const bool wanted = status == KM_OK && !is_known(b, doi);
    if (wanted)
        status = add(b, doi, note);
    if (!wanted || status != KM_OK) {
        free(doi);
        free(note);
    }
    return status;
}

km_status km_bibliography_cite(km_bibliography *b, const km_node *node, const char *use)
{
    if (node == NULL)
        return KM_OK;
    if (node->kind == KM_NODE_TEXT)
        for (const char *at = strstr(node->text, "doi:10."); at != NULL;
             at = strstr(at + 4, "doi:10."))
            KM_TRY(cite(b, at + 4, km_doi_length(at + 4), use));
    for (const km_node *child = node->first; child != NULL; child = child->next)
        KM_TRY(km_bibliography_cite(b, child, use));
    return KM_OK;
}

void km_bibliography_free(km_bibliography *b)
{
    for (int k = 0; k < b->n; k++) {
        free((char *)(size_t)b->reference[k].doi);
        free((char *)(size_t)b->reference[k].use);
    }
    free(b->reference);
    *b = (km_bibliography){0};
}
