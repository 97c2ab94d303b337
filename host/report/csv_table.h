/* SPDX-License-Identifier: MIT */
/* A CSV file of results with the names of its columns in the first line. */
#ifndef KM_CSV_TABLE_H
#define KM_CSV_TABLE_H

#include "kernels/base/error.h"

enum { KM_CSV_COLUMNS = 256 };

typedef struct km_csv_table {
    char *text; /* the file, cut at the ends of its names   */
    int n;      /* columns; those beyond the 256th are left */
    const char *column[KM_CSV_COLUMNS];
    const char *rows; /* what follows the first line */
} km_csv_table;

/* Fails with KM_ERROR_FILE where it cannot be read. */
KM_MUST_CHECK km_status km_csv_table_read(const char *path, km_csv_table *out);
/* The number in a column of a row (the beginning of a line); NAN where there is none. */
double km_csv_number(const char *row, int column);
/* The line after this one; NULL after the last. */
const char *km_csv_next(const char *row);
void km_csv_table_free(km_csv_table *table);

#endif
