/* SPDX-License-Identifier: MIT */
/* The references of runs, from their references.bib. */
#ifndef KM_BIBLIOGRAPHY_H
#define KM_BIBLIOGRAPHY_H

#include "host/output/references.h"

typedef struct km_bibliography {
    int n, room;
    km_reference *reference; /* its texts belong to it */
} km_bibliography;

/* Adds those of a file, each DOI once; a file that is not there has none. */
KM_MUST_CHECK km_status km_bibliography_read(km_bibliography *b, const char *path);
void km_bibliography_free(km_bibliography *b);

#endif
