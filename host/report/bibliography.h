/* SPDX-License-Identifier: MIT */
/* The references of runs, from their references.bib and what their results name. */
#ifndef KM_BIBLIOGRAPHY_H
#define KM_BIBLIOGRAPHY_H

#include "host/output/references.h"
#include "host/report/result_tree.h"

typedef struct km_bibliography {
    int n, room;
    km_reference *reference; /* its texts belong to it */
} km_bibliography;

/* Adds those of a file, each DOI once; a file that is not there has none. */
KM_MUST_CHECK km_status km_bibliography_read(km_bibliography *b, const char *path);
/* Adds every "doi:10...." in the texts of a tree, each once, with that use; NULL has none. */
KM_MUST_CHECK km_status km_bibliography_cite(km_bibliography *b, const km_node *node,
                                             const char *use);
/* Length of "10.1063/1.464397" in front of what does not belong to it. */
size_t km_doi_length(const char *text);
void km_bibliography_free(km_bibliography *b);

#endif
