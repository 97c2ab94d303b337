/* SPDX-License-Identifier: MIT */
/* Systems that a modeller may ask for and no classical potential describes. */
#ifndef KM_WITHOUT_POTENTIAL_H
#define KM_WITHOUT_POTENTIAL_H

#include <stdint.h>

#include "kernels/base/error.h"

typedef struct km_unmodelled {
    char *id, *title;
    char *missing; /* a paragraph: what is missing, what would be needed */
} km_unmodelled;

typedef struct km_unmodelled_list {
    km_unmodelled *system;
    uint32_t n;
} km_unmodelled_list;

/* Reads systems/without-potential/catalogue.yaml. */
KM_MUST_CHECK km_status km_unmodelled_read(km_unmodelled_list **out);
void km_unmodelled_destroy(km_unmodelled_list *list);
/* Fails with KM_ERROR_UNSUPPORTED and the paragraph where the id is one of them. */
KM_MUST_CHECK km_status km_unmodelled_refuse(const char *id);

#endif
