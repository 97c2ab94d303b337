/* SPDX-License-Identifier: MIT */
#include "host/report/report_results.h"

#include <stdlib.h>
#include <string.h>

#include "host/report/report_labels.h"

enum { MOST_ROWS = 64, VALUE_LENGTH = 512 };

bool km_report_is_analysis(const km_node *child)
{
    static const char *const others[] = {
        "program",      "id",    "title",   "confidence", "confidence_reason", "analogy",
        "pressure_bar", "seed",  "stages",  "cell",       "temperature_K",     "parameters",
        "warnings",     "notes", "replica", "replicas",   "temperatures",      "temperatures_K",
    };
    if (child->kind != KM_NODE_OBJECT && child->kind != KM_NODE_ARRAY)
        return false;
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
        if (strcmp(child->key, others[k]) == 0)
            return false;
    return km_node_count(child) > 0;
}

/* Words about how a number was found, or what is wrong with it: not in a table. */
static bool is_remark(const km_node *node)
{
    return node->kind == KM_NODE_TEXT && node->key != NULL &&
           (strcmp(node->key, "method") == 0 || strcmp(node->key, "warning") == 0 ||
            strcmp(node->key, "note") == 0 || strcmp(node->key, "finite_size") == 0 ||
            strcmp(node->key, "green_kubo_method") == 0);
}

/* Fits into a cell of a table. */
static bool is_simple(const km_node *node)
{
    if (km_node_is_estimate(node))
        return true;
    return node->kind != KM_NODE_OBJECT && node->kind != KM_NODE_ARRAY && !is_remark(node);
}

static bool is_family(const km_node *node)
{
    return node->kind == KM_NODE_OBJECT && !km_node_is_estimate(node);
}

static km_status put_value(km_page_table *table, const km_node *node)
{
    char text[VALUE_LENGTH];
    km_label_value(node, text, sizeof text);
    return km_table_cell(table, text);
}

/* The members of an array have no keys. */
static km_status put_label(km_page_table *table, const char *key, int ordinal)
{
    char label[KM_LABEL_LENGTH];
    if (key != NULL)
        km_label_of_key(key, label);
    else
        snprintf(label, sizeof label, "%d", ordinal);
    return km_table_cell(table, label);
}

/* Keys of simple children of some objects, each once, in their order. */
typedef struct key_list {
    int n;
    const char *key[MOST_ROWS];
} key_list;

static void add_keys(key_list *list, const km_node *object)
{
    for (const km_node *c = object->first; c != NULL; c = c->next) {
        bool known = !is_simple(c) || list->n == MOST_ROWS;
        for (int k = 0; k < list->n && !known; k++)
            known = strcmp(list->key[k], c->key) == 0;
        if (!known)
            list->key[list->n++] = c->key;
    }
}

/* ---- tables ---- */

/* What an object says of itself: quantity and value; or the numbers of an array. */
static km_status put_own(const km_page *page, const km_node *node)
{
    km_page_table table = {.n_columns = 2};
    KM_TRY(km_table_cell(&table, "quantity"));
    KM_TRY(km_table_cell(&table, "value"));
    int ordinal = 0;
    for (const km_node *c = node->first; c != NULL; c = c->next)
        if (is_simple(c)) {
            KM_TRY(put_label(&table, c->key, ++ordinal));
            KM_TRY(put_value(&table, c));
        }
    km_page_put_table(page, &table);
    return KM_OK;
}

/* A column per object among the children of node, a row per quantity. */
static km_status put_families(const km_page *page, const km_node *node)
{
    key_list keys = {0};
    km_page_table table = {.n_columns = 1};
    KM_TRY(km_table_cell(&table, ""));
    for (const km_node *c = node->first; c != NULL; c = c->next)
        if (is_family(c)) {
            add_keys(&keys, c);
            table.n_columns++;
            KM_TRY(put_label(&table, c->key, 0));
        }
    for (int k = 0; k < keys.n; k++) {
        KM_TRY(put_label(&table, keys.key[k], 0));
        for (const km_node *c = node->first; c != NULL; c = c->next)
            if (is_family(c))
                KM_TRY(put_value(&table, km_node_get(c, keys.key[k])));
    }
    km_page_put_table(page, &table);
    return KM_OK;
}

/* A row per object of an array, a column per quantity. */
static km_status put_array(const km_page *page, const km_node *array)
{
    key_list keys = {0};
    for (const km_node *c = array->first; c != NULL; c = c->next)
        if (c->kind == KM_NODE_OBJECT)
            add_keys(&keys, c);
    km_page_table table = {.n_columns = keys.n};
    for (int k = 0; k < keys.n; k++)
        KM_TRY(put_label(&table, keys.key[k], 0));
    for (const km_node *c = array->first; c != NULL && keys.n > 0; c = c->next)
        for (int k = 0; k < keys.n; k++)
            KM_TRY(put_value(&table, km_node_get(c, keys.key[k])));
    km_page_put_table(page, &table);
    return KM_OK;
}

/* ---- an analysis ---- */

static void put_remark(const km_page *page, const char *of, const km_node *remark)
{
    char *line;
    if (asprintf(&line, "%s%s%s", of, of[0] != '\0' ? ": " : "", remark->text) < 0)
        return;
    km_page_paragraph(page, line);
    free(line);
}

static void put_remarks(const km_page *page, const char *of, const km_node *node)
{
    for (const km_node *c = node->first; c != NULL; c = c->next)
        if (is_remark(c) && strcmp(c->key, "warning") != 0) /* those stand at the top */
            put_remark(page, of, c);
}

static km_status put_heading(const km_page *page, int level, const char *of, const char *key)
{
    char label[KM_LABEL_LENGTH], *line;
    km_label_of_key(key, label);
    if (asprintf(&line, "%s%s%s", of, of[0] != '\0' ? ": " : "", label) < 0)
        return KM_FAIL(KM_ERROR_MEMORY, "no memory for a heading");
    if (level < 3 && line[0] >= 'a' && line[0] <= 'z')
        line[0] = (char)(line[0] - 'a' + 'A');
    km_page_heading(page, level, line);
    free(line);
    return KM_OK;
}

static km_status put_object(const km_page *page, const km_node *node, const char *of);

/* What is nested in a member of a family, which its column has no room for. */
static km_status put_nested(const km_page *page, const km_node *node, const char *of)
{
    for (const km_node *c = node->first; c != NULL; c = c->next) {
        const bool array = c->kind == KM_NODE_ARRAY && c->first != NULL;
        if (array || is_family(c))
            KM_TRY(put_heading(page, 3, of, c->key));
        if (array && c->first->kind == KM_NODE_OBJECT)
            KM_TRY(put_array(page, c));
        else if (array)
            KM_TRY(put_own(page, c));
        else if (is_family(c))
            KM_TRY(put_object(page, c, c->key));
    }
    return KM_OK;
}

static km_status put_object(const km_page *page, const km_node *node, const char *of)
{
    int families = 0, members = 0;
    for (const km_node *c = node->first; c != NULL; c = c->next) {
        families += is_family(c);
        for (const km_node *g = is_family(c) ? c->first : NULL; g != NULL; g = g->next)
            members += is_simple(g);
    }
    KM_TRY(put_own(page, node));
    put_remarks(page, "", node);
    if (families == 0 || members == 0)
        return put_nested(page, node, of);
    KM_TRY(put_families(page, node));
    for (const km_node *c = node->first; c != NULL; c = c->next)
        if (is_family(c)) {
            put_remarks(page, c->key, c);
            KM_TRY(put_nested(page, c, c->key));
        } else if (c->kind == KM_NODE_ARRAY && c->first != NULL &&
                   c->first->kind == KM_NODE_OBJECT) {
            KM_TRY(put_heading(page, 3, of, c->key));
            KM_TRY(put_array(page, c));
        }
    return KM_OK;
}

km_status km_report_analysis(const km_page *page, const km_node *analysis)
{
    KM_TRY(put_heading(page, 2, "", analysis->key));
    if (analysis->kind == KM_NODE_OBJECT)
        return put_object(page, analysis, "");
    KM_TRY(put_array(page, analysis));
    for (const km_node *c = analysis->first; c != NULL; c = c->next)
        if (c->kind == KM_NODE_OBJECT)
            put_remarks(page, km_node_text(c, "species", ""), c);
    return KM_OK;
}
