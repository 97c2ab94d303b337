/* SPDX-License-Identifier: MIT */
/* Atom type names short enough for every reader of PSF files. */
#ifndef KM_TYPE_NAMES_H
#define KM_TYPE_NAMES_H

#include "host/model/labels.h"

typedef struct km_type_name {
    char full[KM_NAME_LENGTH];
    char brief[7]; /* at most 6 characters, begins with a letter, distinct */
} km_type_name;

typedef struct km_type_names {
    int n;
    km_type_name *name; /* n        in order of appearance        */
    int *of_atom;       /* n_atoms  index into name               */
} km_type_names;

/* Collects and shortens the type names of all atoms. */
KM_MUST_CHECK km_status km_type_names_make(const km_labels *labels, km_type_names *out);
const char *km_type_names_brief(const km_type_names *types, int atom);
void km_type_names_destroy(km_type_names *types);

#endif
