/* SPDX-License-Identifier: MIT */
#include "host/input/yaml_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static km_status parser_failure(const yaml_parser_t *parser, const char *name)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return KM_FAIL(KM_ERROR_MEMORY, "%s: out of memory while reading", name);
    const char *problem = parser->problem != NULL ? parser->problem : "not valid YAML";
    if (parser->error == YAML_READER_ERROR)
        return KM_FAIL(KM_ERROR_INPUT, "%s: not a text file: %s at byte %zu", name, problem,
                       parser->problem_offset);
    return KM_FAIL(KM_ERROR_INPUT, "%s: line %zu, column %zu: %s%s%s", name,
                   parser->problem_mark.line + 1, parser->problem_mark.column + 1, problem,
                   parser->context != NULL ? " " : "",
                   parser->context != NULL ? parser->context : "");
}

static km_status parse_one(yaml_parser_t *parser, km_yaml_document *document)
{
    if (!yaml_parser_load(parser, &document->tree))
        return parser_failure(parser, document->name);
    document->parsed = true;
    if (yaml_document_get_root_node(&document->tree) == NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: the file is empty", document->name);
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return parser_failure(parser, document->name);
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    const size_t line = root != NULL ? root->start_mark.line + 1 : 0;
    yaml_document_delete(&second);
    if (root != NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: line %zu: a second document begins here; give one",
                       document->name, line);
    return KM_OK;
}

km_status km_yaml_document_parse(km_yaml_document *document, const char *name, const char *text,
                                 size_t length)
{
    memset(document, 0, sizeof *document);
    document->name = name;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return KM_FAIL(KM_ERROR_MEMORY, "%s: out of memory while reading", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    const km_status status = parse_one(&parser, document);
    yaml_parser_delete(&parser);
    return status;
}

void km_yaml_document_free(km_yaml_document *document)
{
    if (document->parsed)
        yaml_document_delete(&document->tree);
    free(document->first_node);
    memset(document, 0, sizeof *document);
}

void km_yaml_document_place(km_yaml_document *document, int node, char *text, size_t length)
{
    for (int s = 0; s < document->n_settings; s++)
        if (node >= document->first_node[s] && node < document->first_node[s + 1]) {
            snprintf(text, length, "%s: --set %s", document->name, document->settings[s]);
            return;
        }
    const yaml_node_t *n = yaml_document_get_node(&document->tree, node);
    snprintf(text, length, "%s: line %zu, column %zu", document->name, n->start_mark.line + 1,
             n->start_mark.column + 1);
}

int km_yaml_document_value(km_yaml_document *document, int mapping, const char *key, size_t length)
{
    const yaml_node_t *node = yaml_document_get_node(&document->tree, mapping);
    for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *k = yaml_document_get_node(&document->tree, pair->key);
        if (k->type == YAML_SCALAR_NODE && k->data.scalar.length == length &&
            memcmp(k->data.scalar.value, key, length) == 0)
            return pair->value;
    }
    return 0;
}

/* Settings. */

static int next_node(const km_yaml_document *document)
{
    return (int)(document->tree.nodes.top - document->tree.nodes.start) + 1;
}

static km_status out_of_memory(const km_yaml_document *document)
{
    return KM_FAIL(KM_ERROR_MEMORY, "%s: out of memory while applying --set", document->name);
}

/* Copies a node and all below it from one tree to another. */
static km_status copy_node(km_yaml_document *to, yaml_document_t *from, int node, int depth,
                           int *copy)
{
    if (depth > KM_YAML_DEPTH)
        return KM_FAIL(KM_ERROR_INPUT, "--set: the value is nested more than %d deep",
                       KM_YAML_DEPTH);
    const yaml_node_t *source = yaml_document_get_node(from, node);
    if (source->type == YAML_SCALAR_NODE) {
        *copy =
            yaml_document_add_scalar(&to->tree, source->tag, source->data.scalar.value,
                                     (int)source->data.scalar.length, source->data.scalar.style);
        return *copy != 0 ? KM_OK : out_of_memory(to);
    }
    if (source->type == YAML_SEQUENCE_NODE) {
        *copy = yaml_document_add_sequence(&to->tree, source->tag, YAML_FLOW_SEQUENCE_STYLE);
        if (*copy == 0)
            return out_of_memory(to);
        for (const yaml_node_item_t *item = source->data.sequence.items.start;
             item < source->data.sequence.items.top; item++) {
            int entry = 0;
            KM_TRY(copy_node(to, from, *item, depth + 1, &entry));
            if (!yaml_document_append_sequence_item(&to->tree, *copy, entry))
                return out_of_memory(to);
        }
        return KM_OK;
    }
    *copy = yaml_document_add_mapping(&to->tree, source->tag, YAML_FLOW_MAPPING_STYLE);
    if (*copy == 0)
        return out_of_memory(to);
    for (const yaml_node_pair_t *pair = source->data.mapping.pairs.start;
         pair < source->data.mapping.pairs.top; pair++) {
        int key = 0, value = 0;
        KM_TRY(copy_node(to, from, pair->key, depth + 1, &key));
        KM_TRY(copy_node(to, from, pair->value, depth + 1, &value));
        if (!yaml_document_append_mapping_pair(&to->tree, *copy, key, value))
            return out_of_memory(to);
    }
    return KM_OK;
}

/* The value of a setting as nodes of the tree; no text at all is an empty value. */
static km_status add_value(km_yaml_document *document, const char *text, int *node)
{
    if (text[strspn(text, " \t")] == '\0') {
        *node = yaml_document_add_scalar(&document->tree, NULL, (const yaml_char_t *)"", 0,
                                         YAML_PLAIN_SCALAR_STYLE);
        return *node != 0 ? KM_OK : out_of_memory(document);
    }
    km_yaml_document value;
    km_status status = km_yaml_document_parse(&value, "--set", text, strlen(text));
    if (status == KM_OK)
        status = copy_node(document, &value.tree, 1, 0, node);
    km_yaml_document_free(&value);
    return status;
}

/* Where in the tree a step of a path leads. */
typedef struct slot {
    int parent;       /* mapping or sequence                      */
    const char *step; /* key or index                             */
    size_t length;
    int value; /* node found there, 0 when there is none   */
} slot;

static bool is_container(km_yaml_document *document, int node)
{
    return yaml_document_get_node(&document->tree, node)->type != YAML_SCALAR_NODE;
}

static km_status find_slot(km_yaml_document *document, const char *setting, slot *s)
{
    const yaml_node_t *parent = yaml_document_get_node(&document->tree, s->parent);
    if (parent->type == YAML_MAPPING_NODE) {
        s->value = km_yaml_document_value(document, s->parent, s->step, s->length);
        return KM_OK;
    }
    const long n = parent->data.sequence.items.top - parent->data.sequence.items.start;
    char *end;
    const long index = strtol(s->step, &end, 10);
    if (s->step[0] < '0' || s->step[0] > '9' || end != s->step + s->length || index > n)
        return KM_FAIL(KM_ERROR_USAGE,
                       "--set %s: \"%.*s\" must be an index from 0 to %ld (%ld appends): a list "
                       "is there in %s",
                       setting, (int)s->length, s->step, n, n, document->name);
    s->value = index < n ? parent->data.sequence.items.start[index] : 0;
    return KM_OK;
}

static km_status fill_slot(km_yaml_document *document, const slot *s, int value)
{
    yaml_node_t *parent = yaml_document_get_node(&document->tree, s->parent);
    if (parent->type == YAML_SEQUENCE_NODE) {
        if (s->value == 0)
            return yaml_document_append_sequence_item(&document->tree, s->parent, value)
                       ? KM_OK
                       : out_of_memory(document);
        parent->data.sequence.items.start[strtol(s->step, NULL, 10)] = value;
        return KM_OK;
    }
    if (s->value == 0) {
        const int key =
            yaml_document_add_scalar(&document->tree, NULL, (const yaml_char_t *)s->step,
                                     (int)s->length, YAML_PLAIN_SCALAR_STYLE);
        if (key == 0 || !yaml_document_append_mapping_pair(&document->tree, s->parent, key, value))
            return out_of_memory(document);
        return KM_OK;
    }
    for (yaml_node_pair_t *pair = parent->data.mapping.pairs.start;
         pair < parent->data.mapping.pairs.top; pair++)
        if (pair->value == s->value) {
            const yaml_node_t *key = yaml_document_get_node(&document->tree, pair->key);
            if (key->type == YAML_SCALAR_NODE && key->data.scalar.length == s->length &&
                memcmp(key->data.scalar.value, s->step, s->length) == 0)
                pair->value = value;
        }
    return KM_OK;
}

static km_status apply_setting(km_yaml_document *document, const char *setting)
{
    const char *equals = strchr(setting, '=');
    if (equals == NULL || equals == setting)
        return KM_FAIL(KM_ERROR_USAGE,
                       "--set %s: give it as key=value, for example "
                       "temperature_K=350 or stages.0.time_ps=5",
                       setting);
    slot s = {.parent = 1, .step = setting};
    for (int depth = 0;; depth++) {
        const char *end = s.step;
        while (end < equals && *end != '.')
            end++;
        s.length = (size_t)(end - s.step);
        if (s.length == 0 || depth >= KM_YAML_DEPTH)
            return KM_FAIL(KM_ERROR_USAGE, "--set %s: %s", setting,
                           s.length == 0 ? "the path has an empty key" : "the path is too deep");
        KM_TRY(find_slot(document, setting, &s));
        if (end == equals)
            break;
        if (s.value == 0 || !is_container(document, s.value)) {
            if (s.value != 0 &&
                yaml_document_get_node(&document->tree, s.value)->data.scalar.length > 0)
                return KM_FAIL(KM_ERROR_USAGE,
                               "--set %s: \"%.*s\" is a single value in %s, nothing lies below it",
                               setting, (int)(end - setting), setting, document->name);
            const int below =
                yaml_document_add_mapping(&document->tree, NULL, YAML_BLOCK_MAPPING_STYLE);
            if (below == 0)
                return out_of_memory(document);
            KM_TRY(fill_slot(document, &s, below));
            s.value = below;
        }
        s.parent = s.value;
        s.step = end + 1;
    }
    int value = 0;
    KM_TRY(add_value(document, equals + 1, &value));
    return fill_slot(document, &s, value);
}

km_status km_yaml_document_set(km_yaml_document *document, const char *const *settings,
                               int n_settings)
{
    if (n_settings > 0 && !is_container(document, 1))
        return KM_FAIL(KM_ERROR_INPUT, "%s: the file must hold keys and values", document->name);
    KM_NEW(document->first_node, n_settings + 1);
    document->settings = settings;
    for (int s = 0; s < n_settings; s++) {
        document->first_node[s] = next_node(document);
        KM_TRY(apply_setting(document, settings[s]));
        document->n_settings = s + 1;
        document->first_node[s + 1] = next_node(document);
    }
    return KM_OK;
}
