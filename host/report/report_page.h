/* SPDX-License-Identifier: MIT */
/* A page written twice as it grows: HTML in one file with its pictures inside, and plain text. */
#ifndef KM_REPORT_PAGE_H
#define KM_REPORT_PAGE_H

#include <stdio.h>

#include "kernels/base/error.h"

typedef struct km_page {
    FILE *html, *text;
} km_page;

/* Rows of cells; the first row is the heading. */
typedef struct km_page_table {
    int n_columns, n_cells, room;
    char **cell;
} km_page_table;

void km_page_begin(const km_page *page, const char *title);
void km_page_end(const km_page *page);
/* level 1 to 3 */
void km_page_heading(const km_page *page, int level, const char *text);
/* In HTML "doi:10.…" becomes a link. */
void km_page_paragraph(const km_page *page, const char *text);
/* A paragraph to be seen: what limits the results. */
void km_page_warning(const km_page *page, const char *text);
/* Lines as they are. */
void km_page_lines(const km_page *page, const char *text);
/* Puts an SVG or PNG file into the page. */
KM_MUST_CHECK km_status km_page_picture(const km_page *page, const char *path, const char *caption);

KM_MUST_CHECK km_status km_table_cell(km_page_table *table, const char *text);
/* Writes the table, if it has a row below its heading, and frees it. */
void km_page_put_table(const km_page *page, km_page_table *table);
void km_table_free(km_page_table *table);

#endif
