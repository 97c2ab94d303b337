/* SPDX-License-Identifier: MIT */
/* results.json as a tree, as the report reads it: whatever analyses there are. */
#ifndef KM_RESULT_TREE_H
#define KM_RESULT_TREE_H

#include <stdbool.h>

#include "kernels/base/error.h"

typedef enum km_node_kind {
    KM_NODE_NULL,
    KM_NODE_BOOLEAN, /* text is "true" or "false" */
    KM_NODE_NUMBER,
    KM_NODE_TEXT,
    KM_NODE_ARRAY,
    KM_NODE_OBJECT
} km_node_kind;

typedef struct km_node km_node;
struct km_node {
    km_node_kind kind;
    char *key;             /* NULL in an array and for the outermost                 */
    char *text;            /* of a number, as it stands in the file; "" of the others */
    double number;         /* NAN where it is none                                   */
    km_node *first, *next; /* child, sibling                                        */
};

/* Reads a JSON file. Fails with KM_ERROR_FILE where it cannot be read, KM_ERROR_INPUT with the line
 * where it is no JSON. */
KM_MUST_CHECK km_status km_result_tree_read(const char *path, km_node **out);
/* Accepts NULL. */
void km_result_tree_destroy(km_node *node);

/* Moves the children of an object into another one, in the place of what has their key there. */
void km_result_tree_merge(km_node *into, km_node *from);

/* Moves the child of that key into an object that lacks it. */
void km_result_tree_lend(km_node *to, km_node *from, const char *key);

/* The value of a key; NULL where there is none, and where node is NULL or no object. */
const km_node *km_node_get(const km_node *node, const char *key);
/* Its text, or `otherwise`. */
const char *km_node_text(const km_node *node, const char *key, const char *otherwise);
/* Its number, or NAN. */
double km_node_number(const km_node *node, const char *key);
int km_node_count(const km_node *node);
/* Is it an object with a "value": a quantity with its error? */
bool km_node_is_estimate(const km_node *node);

/* Reads a file of any content; a zero byte follows. The caller frees *out. */
KM_MUST_CHECK km_status km_bytes_read(const char *path, char **out, size_t *size);

#endif
