/* SPDX-License-Identifier: MIT */
/* JSON is YAML, so that the reader of recipes reads it too. */
#include "host/report/result_tree.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/yaml_document.h"

km_status km_bytes_read(const char *path, char **out, size_t *size)
{
    *out = NULL;
    *size = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    char *text = NULL;
    size_t n = 0, room = 0;
    for (size_t got = 1; got > 0; n += got) {
        if (room - n < 2) {
            room = 2 * room + 65536;
            char *larger = realloc(text, room);
            if (larger == NULL) {
                free(text);
                fclose(file);
                return KM_FAIL(KM_ERROR_MEMORY, "%s: no memory for %zu bytes", path, room);
            }
            text = larger;
        }
        got = fread(text + n, 1, room - n - 1, file);
    }
    const bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) {
        free(text);
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read", path);
    }
    text[n] = '\0';
    *out = text;
    *size = n;
    return KM_OK;
}

static void set_scalar(km_node *node, const yaml_node_t *from)
{
    if (from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        node->kind = KM_NODE_TEXT;
        return;
    }
    char *end;
    node->number = strtod(node->text, &end);
    if (end != node->text && *end == '\0')
        node->kind = KM_NODE_NUMBER;
    else if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0)
        node->kind = KM_NODE_BOOLEAN;
    else
        node->kind = KM_NODE_NULL;
    if (node->kind != KM_NODE_NUMBER)
        node->number = NAN;
}

static km_status make_node(yaml_document_t *tree, int index, int depth, km_node **out);

static km_status text_of(const yaml_node_t *from, char **out)
{
    const bool scalar = from->type == YAML_SCALAR_NODE;
    *out = strdup(scalar ? (const char *)from->data.scalar.value : "");
    return *out != NULL ? KM_OK : KM_FAIL(KM_ERROR_MEMORY, "no memory for a text");
}

static km_status add_child(yaml_document_t *tree, int key, int value, int depth, km_node ***end)
{
    KM_TRY(make_node(tree, value, depth + 1, *end));
    km_node *child = **end;
    *end = &child->next;
    return key > 0 ? text_of(yaml_document_get_node(tree, key), &child->key) : KM_OK;
}

static km_status add_children(yaml_document_t *tree, const yaml_node_t *from, int depth,
                              km_node *node)
{
    km_node **end = &node->first;
    if (from->type == YAML_MAPPING_NODE) {
        node->kind = KM_NODE_OBJECT;
        for (const yaml_node_pair_t *p = from->data.mapping.pairs.start;
             p < from->data.mapping.pairs.top; p++)
            KM_TRY(add_child(tree, p->key, p->value, depth, &end));
    } else if (from->type == YAML_SEQUENCE_NODE) {
        node->kind = KM_NODE_ARRAY;
        for (const yaml_node_item_t *i = from->data.sequence.items.start;
             i < from->data.sequence.items.top; i++)
            KM_TRY(add_child(tree, 0, *i, depth, &end));
    } else {
        set_scalar(node, from);
    }
    return KM_OK;
}

static km_status make_node(yaml_document_t *tree, int index, int depth, km_node **out)
{
    const yaml_node_t *from = yaml_document_get_node(tree, index);
    if (from == NULL || depth > KM_YAML_DEPTH)
        return KM_FAIL(KM_ERROR_INPUT, "nested more than %d deep", KM_YAML_DEPTH);
    KM_NEW(*out, 1);
    (*out)->number = NAN;
    KM_TRY(text_of(from, &(*out)->text));
    return add_children(tree, from, depth, *out);
}

km_status km_result_tree_read(const char *path, km_node **out)
{
    *out = NULL;
    char *text;
    size_t size;
    km_yaml_document document;
    memset(&document, 0, sizeof document);
    KM_TRY(km_bytes_read(path, &text, &size));
    km_status status = km_yaml_document_parse(&document, path, text, size);
    if (status == KM_OK)
        status = make_node(&document.tree, 1, 0, out);
    if (status == KM_OK && (*out)->kind != KM_NODE_OBJECT)
        status = KM_FAIL(KM_ERROR_INPUT, "%s: an object {...} is expected", path);
    km_yaml_document_free(&document);
    free(text);
    if (status != KM_OK) {
        km_result_tree_destroy(*out);
        *out = NULL;
    }
    return status;
}

void km_result_tree_destroy(km_node *node)
{
    while (node != NULL) {
        km_node *next = node->next;
        km_result_tree_destroy(node->first);
        free(node->key);
        free(node->text);
        free(node);
        node = next;
    }
}

/* The link that points to the child of that key, or the empty link behind the last. */
static km_node **link_of(km_node *object, const char *key)
{
    km_node **link = &object->first;
    while (*link != NULL && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

void km_result_tree_merge(km_node *into, km_node *from)
{
    while (from->first != NULL) {
        km_node *child = from->first, **link = link_of(into, child->key), *old = *link;
        from->first = child->next;
        child->next = old != NULL ? old->next : NULL;
        *link = child;
        if (old != NULL) {
            old->next = NULL;
            km_result_tree_destroy(old);
        }
    }
}

void km_result_tree_lend(km_node *to, km_node *from, const char *key)
{
    km_node **end = link_of(to, key), **link = link_of(from, key), *child = *link;
    if (*end != NULL || child == NULL)
        return;
    *link = child->next;
    child->next = NULL;
    *end = child;
}

const km_node *km_node_get(const km_node *node, const char *key)
{
    if (node == NULL || node->kind != KM_NODE_OBJECT)
        return NULL;
    for (const km_node *child = node->first; child != NULL; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const char *km_node_text(const km_node *node, const char *key, const char *otherwise)
{
    const km_node *child = km_node_get(node, key);
    return child != NULL && child->text[0] != '\0' && child->kind != KM_NODE_NULL ? child->text
                                                                                  : otherwise;
}

double km_node_number(const km_node *node, const char *key)
{
    const km_node *child = km_node_get(node, key);
    return child != NULL ? child->number : NAN;
}

int km_node_count(const km_node *node)
{
    int n = 0;
    for (const km_node *child = node != NULL ? node->first : NULL; child != NULL;
         child = child->next)
        n++;
    return n;
}

bool km_node_is_estimate(const km_node *node)
{
    return km_node_get(node, "value") != NULL;
}
