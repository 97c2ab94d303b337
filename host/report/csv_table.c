/* SPDX-License-Identifier: MIT */
#include "host/report/csv_table.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/report/result_tree.h"

/* Splits at commas outside of quotes, which are taken off. */
static void split_header(km_csv_table *table)
{
    char *end_of_line = table->text + strcspn(table->text, "\r\n");
    table->rows = end_of_line + strspn(end_of_line, "\r\n");
    *end_of_line = '\0';
    for (char *p = table->text; p != NULL && table->n < KM_CSV_COLUMNS;) {
        const bool quoted = *p == '"';
        char *end = quoted ? strchr(p + 1, '"') : NULL;
        char *comma = strchr(end != NULL ? end : p, ',');
        table->column[table->n++] = quoted ? p + 1 : p;
        if (end != NULL)
            *end = '\0';
        if (comma != NULL)
            *comma = '\0';
        p = comma != NULL ? comma + 1 : NULL;
    }
}

km_status km_csv_table_read(const char *path, km_csv_table *out)
{
    size_t size;
    *out = (km_csv_table){0};
    KM_TRY(km_bytes_read(path, &out->text, &size));
    split_header(out);
    return KM_OK;
}

double km_csv_number(const char *row, int column)
{
    for (; column > 0; column--) {
        row += strcspn(row, ",\n");
        if (*row != ',')
            return NAN;
        row++;
    }
    if (isspace((unsigned char)*row)) /* strtod would go on to the next line */
        return NAN;
    char *end;
    const double value = strtod(row, &end);
    return end == row ? NAN : value;
}

const char *km_csv_next(const char *row)
{
    row += strcspn(row, "\n");
    return *row != '\0' && row[1] != '\0' ? row + 1 : NULL;
}

void km_csv_table_free(km_csv_table *table)
{
    free(table->text);
    *table = (km_csv_table){0};
}
