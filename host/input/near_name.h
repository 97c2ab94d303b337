/* SPDX-License-Identifier: MIT */
/* What somebody who mistyped a name may have meant. */
#ifndef KM_NEAR_NAME_H
#define KM_NEAR_NAME_H

#include <stddef.h>

/* The search for one word; start with {.word = ..., .least = KM_NEAR_ENOUGH}. */
#define KM_NEAR_ENOUGH 3 /* edits: from here on the words have nothing in common */
typedef struct km_near_name {
    const char *word;
    int least;           /* edits to the nearest name so far     */
    const char *nearest; /* borrowed; NULL = nothing is near     */
} km_near_name;

/* Looks at one more name. Capitals and small letters count as the same. */
void km_near_name_try(km_near_name *search, const char *name);
/* "did you mean "kfsi-dme"? " from the YAML files of a folder, or "". */
void km_near_yaml_file(const char *folder, const char *word, char *hint, size_t length);

#endif
