/* SPDX-License-Identifier: MIT */
/* Does a document fit its schema? Said before libcyaml looks, in words for the person who wrote the
 * file. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/near_name.h"
#include "host/input/yaml_document.h"

#define KM_YAML_NODES 5000000 /* visits; more come from aliases that multiply */

typedef struct check {
    km_yaml_document *document;
    long visits;
    char where[256]; /* "forcefield.type_swaps[0]", empty at the top level */
} check;

static km_status check_value(check *c, const cyaml_schema_value_t *schema, int node, int depth);

static km_status wrong(check *c, int node, const char *problem)
{
    char place[512];
    km_yaml_document_place(c->document, node, place, sizeof place);
    return KM_FAIL(KM_ERROR_INPUT, "%s: %s%s%s", place, c->where, c->where[0] != '\0' ? ": " : "",
                   problem);
}

static void append(char *text, size_t size, const char *more)
{
    const size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

static km_status unknown_key(check *c, const cyaml_schema_field_t *fields, int key_node,
                             const char *key)
{
    km_near_name search = {.word = key, .least = KM_NEAR_ENOUGH};
    char known[1024] = "";
    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
        km_near_name_try(&search, f->key);
        append(known, sizeof known, f == fields ? "" : ", ");
        append(known, sizeof known, f->key);
    }
    char place[512], hint[128] = "";
    km_yaml_document_place(c->document, key_node, place, sizeof place);
    if (search.nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean \"%s\"? ", search.nearest);
    return KM_FAIL(KM_ERROR_INPUT, "%s: unknown key \"%s\" (in %s); %sknown keys: %s", place, key,
                   c->where[0] != '\0' ? c->where : "the top level", hint, known);
}

static const cyaml_schema_field_t *find_field(const cyaml_schema_field_t *fields, const char *key)
{
    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++)
        if (strcmp(f->key, key) == 0)
            return f;
    return NULL;
}

static km_status check_mapping(check *c, const cyaml_schema_field_t *fields, int node, int depth)
{
    yaml_document_t *tree = &c->document->tree;
    const yaml_node_t *mapping = yaml_document_get_node(tree, node);
    if (mapping->type != YAML_MAPPING_NODE)
        return wrong(c, node, "keys and values are expected here (\"key: value\")");
    const yaml_node_pair_t *first = mapping->data.mapping.pairs.start,
                           *end = mapping->data.mapping.pairs.top;
    const size_t here = strlen(c->where);
    for (const yaml_node_pair_t *pair = first; pair < end; pair++) {
        const yaml_node_t *key = yaml_document_get_node(tree, pair->key);
        if (key->type != YAML_SCALAR_NODE)
            return wrong(c, pair->key, "a key must be a single word");
        const char *name = (const char *)key->data.scalar.value;
        const cyaml_schema_field_t *field = find_field(fields, name);
        if (field == NULL)
            return unknown_key(c, fields, pair->key, name);
        for (const yaml_node_pair_t *other = first; other < pair; other++) {
            const yaml_node_t *k = yaml_document_get_node(tree, other->key);
            if (strcmp((const char *)k->data.scalar.value, name) == 0) {
                char problem[128];
                snprintf(problem, sizeof problem, "the key \"%.80s\" is given twice", name);
                return wrong(c, pair->key, problem);
            }
        }
        append(c->where, sizeof c->where, here > 0 ? "." : "");
        append(c->where, sizeof c->where, name);
        KM_TRY(check_value(c, &field->value, pair->value, depth + 1));
        c->where[here] = '\0';
    }
    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
        if ((f->value.flags & CYAML_FLAG_OPTIONAL) != 0 ||
            km_yaml_document_value(c->document, node, f->key, strlen(f->key)) != 0)
            continue;
        char problem[128];
        snprintf(problem, sizeof problem, "the key \"%.80s\" is missing", f->key);
        return wrong(c, node, problem);
    }
    return KM_OK;
}

static km_status check_sequence(check *c, const cyaml_schema_value_t *schema, int node, int depth)
{
    const yaml_node_t *sequence = yaml_document_get_node(&c->document->tree, node);
    if (sequence->type != YAML_SEQUENCE_NODE)
        return wrong(c, node, "a list is expected here (\"[a, b]\" or lines with \"- \")");
    const long n = sequence->data.sequence.items.top - sequence->data.sequence.items.start;
    const uint32_t min = schema->sequence.min, max = schema->sequence.max;
    if (n < (long)min || (unsigned long)n > max) {
        char problem[128];
        if (min == max)
            snprintf(problem, sizeof problem, "%ld entries are given, %u are needed", n, min);
        else if (n < (long)min)
            snprintf(problem, sizeof problem, "%ld entries are given, at least %u are needed", n,
                     min);
        else
            snprintf(problem, sizeof problem, "%ld entries are given, at most %u may be", n, max);
        return wrong(c, node, problem);
    }
    const size_t here = strlen(c->where);
    for (long k = 0; k < n; k++) {
        char index[32];
        snprintf(index, sizeof index, "[%ld]", k);
        append(c->where, sizeof c->where, index);
        KM_TRY(check_value(c, schema->sequence.entry, sequence->data.sequence.items.start[k],
                           depth + 1));
        c->where[here] = '\0';
    }
    return KM_OK;
}

static bool is_float(const char *text)
{
    char *end;
    const double value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(value) && strpbrk(text, "xX \t") == NULL;
}

static bool is_integer(const char *text, const cyaml_schema_value_t *schema)
{
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0' ||
        (digits[0] == '0' && digits[1] != '\0')) /* libcyaml would read 010 as octal */
        return false;
    const unsigned bits = 8 * schema->data_size;
    errno = 0;
    if (schema->type == CYAML_UINT) {
        const unsigned long long value = strtoull(text, NULL, 10);
        return text[0] != '-' && errno == 0 && (bits >= 64 || value >> bits == 0);
    }
    const long long value = strtoll(text, NULL, 10);
    return errno == 0 && (bits >= 64 || (value >= -(1LL << (bits - 1)) && //
                                         value <= (1LL << (bits - 1)) - 1));
}

static bool is_boolean(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcmp(text, words[k]) == 0)
            return true;
    return false;
}

static km_status check_enumeration(check *c, const cyaml_schema_value_t *schema, int node,
                                   const char *text)
{
    char problem[1024];
    snprintf(problem, sizeof problem, "\"%.80s\" is not one of: ", text);
    for (uint32_t k = 0; k < schema->enumeration.count; k++) {
        if (strcmp(schema->enumeration.strings[k].str, text) == 0)
            return KM_OK;
        append(problem, sizeof problem, k > 0 ? ", " : "");
        append(problem, sizeof problem, schema->enumeration.strings[k].str);
    }
    return wrong(c, node, problem);
}

/* What YAML cannot hold as it is, though an escape ("\e") can make it: it could not be written
 * again. Bytes are UTF-8. */
static bool has_control_character(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if ((*p < 0x20 && *p != '\t' && *p != '\n') || *p == 0x7f ||
            (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f) ||
            (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe) ||
            (p[0] == 0xed && p[1] >= 0xa0)) /* half of a surrogate pair */
            return true;
    return false;
}

static km_status check_scalar(check *c, const cyaml_schema_value_t *schema, int node)
{
    const yaml_node_t *scalar = yaml_document_get_node(&c->document->tree, node);
    if (scalar->type != YAML_SCALAR_NODE)
        return wrong(c, node, "a single value is expected here");
    const char *text = (const char *)scalar->data.scalar.value;
    const size_t length = scalar->data.scalar.length;
    if (strlen(text) != length)
        return wrong(c, node, "the value holds a zero byte");
    if (has_control_character(text))
        return wrong(c, node, "the value holds a control character");
    if (length == 0 && (schema->flags & CYAML_FLAG_POINTER_NULL) == CYAML_FLAG_POINTER_NULL)
        return KM_OK;
    char problem[160];
    switch (schema->type) {
    case CYAML_INT:
    case CYAML_UINT:
        if (is_integer(text, schema))
            return KM_OK;
        snprintf(problem, sizeof problem, "\"%.60s\" is not a whole number%s", text,
                 schema->type == CYAML_UINT ? " from 0 up" : "");
        return wrong(c, node, problem);
    case CYAML_FLOAT:
        if (is_float(text))
            return KM_OK;
        snprintf(problem, sizeof problem, "\"%.60s\" is not a number (write 0.5 or 1e-4)", text);
        return wrong(c, node, problem);
    case CYAML_BOOL:
        if (is_boolean(text))
            return KM_OK;
        snprintf(problem, sizeof problem, "\"%.60s\" is neither true nor false", text);
        return wrong(c, node, problem);
    case CYAML_ENUM:
        return check_enumeration(c, schema, node, text);
    case CYAML_STRING:
        if (length >= schema->string.min && length <= schema->string.max)
            return KM_OK;
        snprintf(problem, sizeof problem, "\"%.40s\" has %zu characters; %u to %u are allowed",
                 text, length, schema->string.min, schema->string.max);
        return wrong(c, node, problem);
    default:
        return KM_OK; /* flags and bit fields are left to libcyaml */
    }
}

static km_status check_value(check *c, const cyaml_schema_value_t *schema, int node, int depth)
{
    if (depth > KM_YAML_DEPTH || ++c->visits > KM_YAML_NODES)
        return wrong(c, node, "nested too deeply, or aliases that grow without end");
    const yaml_node_t *value = yaml_document_get_node(&c->document->tree, node);
    const bool empty = value->type == YAML_SCALAR_NODE && value->data.scalar.length == 0;
    const bool nullable = (schema->flags & CYAML_FLAG_POINTER_NULL) == CYAML_FLAG_POINTER_NULL;
    switch (schema->type) {
    case CYAML_IGNORE:
        return KM_OK;
    case CYAML_MAPPING:
        return empty && nullable ? KM_OK : check_mapping(c, schema->mapping.fields, node, depth);
    case CYAML_SEQUENCE:
    case CYAML_SEQUENCE_FIXED:
        return empty && nullable ? KM_OK : check_sequence(c, schema, node, depth);
    case CYAML_FLAGS:
    case CYAML_BITFIELD:
        return KM_OK;
    default:
        return check_scalar(c, schema, node);
    }
}

km_status km_yaml_document_check(km_yaml_document *document, const cyaml_schema_value_t *schema)
{
    check c = {.document = document};
    return check_value(&c, schema, 1, 0);
}
