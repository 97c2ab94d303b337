/* SPDX-License-Identifier: MIT */
#include "host/output/references.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/output/atomic_file.h"

/* Equal DOIs by address, that is in the order given: qsort alone is not stable. */
static int compare(const void *a, const void *b)
{
    const km_reference *const *x = a, *const *y = b;
    const int order = strcasecmp((*x)->doi, (*y)->doi);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* The characters TeX reads as commands are written as themselves. */
static void put_tex(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("&%$#_{}", *text) != NULL)
            fputc('\\', out);
        fputs(*text == '\\' ? "\\textbackslash{}" : *text == '~' ? "\\textasciitilde{}" : "", out);
        if (*text != '\\' && *text != '~')
            fputc(*text, out);
    }
}

static void put_entry(FILE *out, const km_reference *reference)
{
    fputs("@misc{", out);
    for (const char *c = reference->doi; *c != '\0'; c++)
        fputc(isalnum((unsigned char)*c) || *c == '.' ? *c : '-', out);
    fprintf(out, ",\n  doi = {%s},\n  url = {https://doi.org/%s}", reference->doi, reference->doi);
    if (reference->use != NULL) {
        fputs(",\n  note = {", out);
        put_tex(out, reference->use);
        fputc('}', out);
    }
    fputs("\n}\n\n", out);
}

static km_status write_sorted(const char *path, int n, const km_reference **sorted)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    if (out == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate the content of %s", path);
    for (int k = 0; k < n; k++)
        if (k == 0 || strcasecmp(sorted[k]->doi, sorted[k - 1]->doi) != 0)
            put_entry(out, sorted[k]);
    const bool whole = fclose(out) == 0;
    const km_status status =
        whole ? km_atomic_file_write(path, bytes, size)
              : KM_FAIL(KM_ERROR_MEMORY, "cannot allocate the content of %s", path);
    free(bytes);
    return status;
}

km_status km_references_write(const char *path, int n, const km_reference *reference)
{
    const km_reference **sorted;
    KM_NEW(sorted, n);
    for (int k = 0; k < n; k++)
        sorted[k] = &reference[k];
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    const km_status status = write_sorted(path, n, sorted);
    free(sorted);
    return status;
}
