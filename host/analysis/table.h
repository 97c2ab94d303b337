/* SPDX-License-Identifier: MIT */
/* A CSV file, whole or not at all: written aside and renamed. */
#ifndef KM_TABLE_H
#define KM_TABLE_H

#include <stdio.h>

#include "kernels/base/error.h"

#define KM_TABLE_PATH 4096

typedef struct km_table {
    FILE *file;
    char path[KM_TABLE_PATH], aside[KM_TABLE_PATH + 8];
    int error; /* errno of the first failure, 0 = none */
} km_table;

/* KM_ERROR_FILE names file and reason. */
KM_MUST_CHECK km_status km_table_open(km_table *t, const char *folder, const char *name);
void km_table_put(km_table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A field that may hold commas: quoted, quotes doubled (RFC 4180). */
void km_table_text(km_table *t, const char *text);
/* A comma and a number, or nothing behind it where there is none. */
void km_table_number(km_table *t, double x);
KM_MUST_CHECK km_status km_table_close(km_table *t);

#endif
