/* SPDX-License-Identifier: MIT */
#include "host/report/report_page.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/growing_array.h"
#include "host/report/bibliography.h"
#include "host/report/result_tree.h"

static const char style[] =
    "body{font:16px/1.5 system-ui,Helvetica,Arial,sans-serif;color:#222;max-width:62rem;"
    "margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.7rem;margin-bottom:.3rem}h2{font-size:1.25rem;margin-top:2.2rem;"
    "border-bottom:1px solid #ddd;padding-bottom:.2rem}h3{font-size:1.05rem;margin-bottom:.3rem}\n"
    "table{border-collapse:collapse;margin:.6rem 0 1rem;font-size:.92rem;display:block;"
    "overflow-x:auto}\n"
    "th,td{padding:.25rem .8rem .25rem 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #eee}th{border-bottom:1px solid #999;font-weight:600}\n"
    "pre{background:#F6F6F4;padding:.6rem .8rem;overflow-x:auto;font-size:.85rem;"
    "line-height:1.45}td+td{font-variant-numeric:tabular-nums}p.warning{border-left:4px solid "
    "#D55E00;"
    "background:#FCF3ED;padding:.5rem .8rem}\n"
    "figure{margin:1.2rem 0}figure img{max-width:100%;height:auto}figcaption{color:#666;"
    "font-size:.9rem}a{color:#0072B2}\n";

/* ---- HTML ---- */

static void put_character(FILE *out, char c)
{
    if (c == '&')
        fputs("&amp;", out);
    else if (c == '<')
        fputs("&lt;", out);
    else if (c == '>')
        fputs("&gt;", out);
    else if (c == '"')
        fputs("&quot;", out);
    else
        fputc(c, out);
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strncmp(text, "doi:10.", 7) != 0) {
            put_character(out, *text);
            continue;
        }
        const int n = (int)km_doi_length(text + 4);
        fprintf(out, "<a href=\"https://doi.org/%.*s\">doi:%.*s</a>", n, text + 4, n, text + 4);
        text += 4 + n - 1;
    }
}

static void put_element(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out);
    put_escaped(out, text);
    fputs(close, out);
    fputc('\n', out);
}

static void put_base64(FILE *out, const unsigned char *bytes, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t k = 0; k < n; k += 3) {
        const size_t left = n - k;
        const uint32_t three = (uint32_t)bytes[k] << 16 |
                               (left > 1 ? (uint32_t)bytes[k + 1] << 8 : 0u) |
                               (left > 2 ? (uint32_t)bytes[k + 2] : 0u);
        fputc(letters[three >> 18 & 63], out);
        fputc(letters[three >> 12 & 63], out);
        fputc(left > 1 ? letters[three >> 6 & 63] : '=', out);
        fputc(left > 2 ? letters[three & 63] : '=', out);
    }
}

/* ---- both ---- */

void km_page_begin(const km_page *page, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          page->html);
    put_escaped(page->html, title);
    fprintf(page->html, "</title>\n<style>\n%s</style></head><body>\n", style);
    km_page_heading(page, 1, title);
}

void km_page_end(const km_page *page)
{
    fputs("</body></html>\n", page->html);
}

/* Characters of UTF-8. */
static int width_of(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

void km_page_heading(const km_page *page, int level, const char *text)
{
    fprintf(page->html, "<h%d>", level);
    put_escaped(page->html, text);
    fprintf(page->html, "</h%d>\n", level);
    fprintf(page->text, "%s%s\n", level > 1 ? "\n" : "", text);
    for (int k = width_of(text); level < 3 && k > 0; k--)
        fputc(level == 1 ? '=' : '-', page->text);
    fputs(level < 3 ? "\n" : "", page->text);
}

void km_page_paragraph(const km_page *page, const char *text)
{
    put_element(page->html, "<p>", text, "</p>");
    fprintf(page->text, "%s\n", text);
}

void km_page_warning(const km_page *page, const char *text)
{
    put_element(page->html, "<p class=\"warning\">", text, "</p>");
    fprintf(page->text, "! %s\n", text);
}

void km_page_lines(const km_page *page, const char *text)
{
    put_element(page->html, "<pre>", text, "</pre>");
    fputs(text, page->text);
}

km_status km_page_picture(const km_page *page, const char *path, const char *caption)
{
    char *bytes;
    size_t n;
    KM_TRY(km_bytes_read(path, &bytes, &n));
    const size_t length = strlen(path);
    const bool svg = length > 4 && strcmp(path + length - 4, ".svg") == 0;
    fprintf(page->html, "<figure><img src=\"data:image/%s;base64,", svg ? "svg+xml" : "png");
    put_base64(page->html, (const unsigned char *)bytes, n);
    fputs("\" alt=\"", page->html);
    put_escaped(page->html, caption);
    put_element(page->html, "\"><figcaption>", caption, "</figcaption></figure>");
    const char *name = strrchr(path, '/');
    fprintf(page->text, "[%s: %s]\n", name != NULL ? name + 1 : path, caption);
    free(bytes);
    return KM_OK;
}

/* ---- tables ---- */

km_status km_table_cell(km_page_table *table, const char *text)
{
    KM_TRY(km_array_make_room((void **)&table->cell, table->n_cells, &table->room,
                              sizeof *table->cell, "cells of a table"));
    char *copy = strdup(text);
    if (copy == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for a cell of a table");
    table->cell[table->n_cells++] = copy;
    return KM_OK;
}

static void put_text_table(FILE *out, const km_page_table *table)
{
    for (int k = 0; k < table->n_cells; k++) {
        const int column = k % table->n_columns;
        int widest = 0;
        for (int row = column; row < table->n_cells; row += table->n_columns) {
            const int width = width_of(table->cell[row]);
            widest = width > widest ? width : widest;
        }
        fprintf(out, "%s%s", column == 0 ? "  " : "   ", table->cell[k]);
        if (column + 1 == table->n_columns)
            fputc('\n', out);
        else
            fprintf(out, "%*s", widest - width_of(table->cell[k]), "");
    }
}

void km_page_put_table(const km_page *page, km_page_table *table)
{
    if (table->n_cells > table->n_columns) {
        fputs("<table>\n", page->html);
        for (int k = 0; k < table->n_cells; k++) {
            const bool heading = k < table->n_columns;
            if (k % table->n_columns == 0)
                fputs("<tr>", page->html);
            fputs(heading ? "<th>" : "<td>", page->html);
            put_escaped(page->html, table->cell[k]);
            fputs(heading ? "</th>" : "</td>", page->html);
            if ((k + 1) % table->n_columns == 0)
                fputs("</tr>\n", page->html);
        }
        fputs("</table>\n", page->html);
        put_text_table(page->text, table);
    }
    km_table_free(table);
}

void km_table_free(km_page_table *table)
{
    for (int k = 0; k < table->n_cells; k++)
        free(table->cell[k]);
    free(table->cell);
    table->cell = NULL;
    table->n_cells = table->room = 0;
}
