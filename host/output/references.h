/* SPDX-License-Identifier: MIT */
/* references.bib: what to cite for a run. */
#ifndef KM_REFERENCES_H
#define KM_REFERENCES_H

#include "kernels/base/error.h"

typedef struct km_reference {
    const char *doi; /* "10.1063/1.464397"                                     */
    const char *use; /* NULL or what it stands for: "particle-mesh Ewald"      */
} km_reference;

/* Writes n references to path as BibTeX, each DOI once (case does not matter, the first use is
 * kept), in the order of the DOIs. */
KM_MUST_CHECK km_status km_references_write(const char *path, int n, const km_reference *reference);

#endif
