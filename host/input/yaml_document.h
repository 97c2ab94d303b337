/* SPDX-License-Identifier: MIT */
/* Private to the YAML reader: the node tree of libyaml, edited by settings and checked by schema.
 */
#ifndef KM_YAML_DOCUMENT_H
#define KM_YAML_DOCUMENT_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <yaml.h>

#include "kernels/base/error.h"

#define KM_YAML_DEPTH 32 /* deepest nesting that is read */

typedef struct km_yaml_document {
    const char *name; /* path, for messages                                           */
    yaml_document_t tree;
    bool parsed; /* tree holds something to delete                               */
    const char *const *settings;
    int n_settings;
    int *first_node; /* n_settings + 1: nodes first_node[s] .. first_node[s+1] - 1
                        were made by setting s                                       */
} km_yaml_document;

/* Parses text; refuses empty text and more than one document. */
KM_MUST_CHECK km_status km_yaml_document_parse(km_yaml_document *document, const char *name,
                                               const char *text, size_t length);
void km_yaml_document_free(km_yaml_document *document);
/* Puts settings "a.b.c=value" into the tree. */
KM_MUST_CHECK km_status km_yaml_document_set(km_yaml_document *document,
                                             const char *const *settings, int n_settings);
/* Checks the tree against the schema; the first mistake is the message. */
KM_MUST_CHECK km_status km_yaml_document_check(km_yaml_document *document,
                                               const cyaml_schema_value_t *schema);
/* "x.yaml: line 7, column 3", or "x.yaml: --set a.b=5" for a node made by a setting. */
void km_yaml_document_place(km_yaml_document *document, int node, char *text, size_t length);
/* Index in the tree of the value of key in a mapping; 0 when absent. */
int km_yaml_document_value(km_yaml_document *document, int mapping, const char *key, size_t length);

#endif
