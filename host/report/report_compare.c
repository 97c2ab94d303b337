/* SPDX-License-Identifier: MIT */
/* The same quantities of several runs, found by where they stand in results.json. */
#include <stdlib.h>
#include <string.h>

#include "host/model/growing_array.h"
#include "host/report/report_labels.h"
#include "host/report/report_results.h"

enum { VALUE_LENGTH = 512 };

typedef struct quantity {
    char *path; /* "diffusion: K+: D (m²/s)" */
    const km_node *value;
} quantity;

typedef struct quantities {
    int n, room;
    quantity *item;
} quantities;

static void free_quantities(quantities *q)
{
    for (int k = 0; k < q->n; k++)
        free(q->item[k].path);
    free(q->item);
}

static km_status add(quantities *q, const char *path, const km_node *value)
{
    KM_TRY(km_array_make_room((void **)&q->item, q->n, &q->room, sizeof *q->item, "quantities"));
    q->item[q->n] = (quantity){strdup(path), value};
    return q->item[q->n++].path != NULL ? KM_OK : KM_FAIL(KM_ERROR_MEMORY, "no memory for a path");
}

/* Directions and the details of fits would make the table unreadable. */
static bool is_compared(const km_node *c)
{
    static const char *const details[] = {"_x_",  "_y_", "_z_",  "_xx_", "_yy_",
                                          "_zz_", "D_a", "D_b_", "D_c_"};
    if (!km_node_is_estimate(c))
        return strcmp(c->key, "coordination_number") == 0 || strcmp(c->key, "beta") == 0;
    for (size_t k = 0; k < sizeof details / sizeof details[0]; k++)
        if (strstr(c->key, details[k]) != NULL)
            return false;
    return true;
}

/* What tells an object of an array from the others: its words. */
static void name_of_item(const km_node *object, char *text, size_t room)
{
    text[0] = '\0';
    for (const km_node *c = object->first; c != NULL; c = c->next) {
        const size_t n = strlen(text);
        if (c->kind == KM_NODE_TEXT && strcmp(c->key, "note") != 0 &&
            strcmp(c->key, "warning") != 0 && n + strlen(c->text) + 2 < room) {
            strcpy(text + n, n > 0 ? " " : "");
            strcat(text, c->text);
        }
    }
}

static km_status collect(const km_node *node, const char *path, quantities *q)
{
    for (const km_node *c = node->first; c != NULL; c = c->next) {
        char label[KM_LABEL_LENGTH], longer[4 * KM_LABEL_LENGTH];
        if (node->kind == KM_NODE_ARRAY)
            name_of_item(c, label, sizeof label);
        else
            km_label_of_key(c->key, label);
        snprintf(longer, sizeof longer, "%.700s%s%s", path, path[0] != '\0' ? ": " : "", label);
        const bool leaf = km_node_is_estimate(c) || c->kind == KM_NODE_NUMBER;
        if (leaf && node->kind == KM_NODE_OBJECT && is_compared(c))
            KM_TRY(add(q, longer, c));
        else if (!leaf && (c->kind == KM_NODE_OBJECT || c->kind == KM_NODE_ARRAY))
            KM_TRY(collect(c, longer, q));
    }
    return KM_OK;
}

static const km_node *find(const quantities *q, const char *path)
{
    for (int k = 0; k < q->n; k++)
        if (strcmp(q->item[k].path, path) == 0)
            return q->item[k].value;
    return NULL;
}

static km_status put_row(km_page_table *table, int n_runs, const quantities *q, const char *path)
{
    KM_TRY(km_table_cell(table, path));
    for (int r = 0; r < n_runs; r++) {
        char text[VALUE_LENGTH];
        km_label_value(find(&q[r], path), text, sizeof text);
        KM_TRY(km_table_cell(table, text));
    }
    return KM_OK;
}

/* Rows in the order of the first run that has them. */
static km_status put_rows(km_page_table *table, int n_runs, const quantities *q)
{
    for (int r = 0; r < n_runs; r++)
        for (int k = 0; k < q[r].n; k++) {
            bool known = false;
            for (int before = 0; before < r && !known; before++)
                known = find(&q[before], q[r].item[k].path) != NULL;
            if (!known)
                KM_TRY(put_row(table, n_runs, q, q[r].item[k].path));
        }
    return KM_OK;
}

km_status km_report_side_by_side(const km_page *page, int n_runs, const km_node *const *results,
                                 const char *const *name)
{
    quantities *q;
    km_page_table table = {.n_columns = n_runs + 1};
    KM_NEW(q, n_runs);
    km_status status = km_table_cell(&table, "95 % intervals in brackets");
    for (int r = 0; r < n_runs && status == KM_OK; r++)
        status = km_table_cell(&table, name[r]);
    for (int r = 0; r < n_runs && status == KM_OK; r++)
        for (const km_node *c = results[r]->first; c != NULL && status == KM_OK; c = c->next) {
            char label[KM_LABEL_LENGTH];
            km_label_of_key(c->key, label);
            if (km_report_is_analysis(c))
                status = collect(c, label, &q[r]);
        }
    if (status == KM_OK)
        status = put_rows(&table, n_runs, q);
    if (status == KM_OK)
        km_page_put_table(page, &table);
    km_table_free(&table);
    for (int r = 0; r < n_runs; r++)
        free_quantities(&q[r]);
    free(q);
    return status;
}
