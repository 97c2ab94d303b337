/* SPDX-License-Identifier: MIT */
#include "host/input/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/input/yaml_document.h"

#define KM_YAML_FILE_LIMIT (256u << 20) /* bytes; no honest input is longer */

typedef struct text_buffer {
    char *text;
    size_t length, capacity;
} text_buffer;

static bool buffer_add(text_buffer *buffer, const void *more, size_t length)
{
    if (buffer->length + length + 1 > buffer->capacity) {
        const size_t capacity = 2 * (buffer->length + length + 1);
        char *grown = realloc(buffer->text, capacity);
        if (grown == NULL)
            return false;
        buffer->text = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->text + buffer->length, more, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
    return true;
}

static km_status read_stream(FILE *file, const char *path, text_buffer *buffer)
{
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, file)) > 0) {
        if (buffer->length + n > KM_YAML_FILE_LIMIT)
            return KM_FAIL(KM_ERROR_INPUT, "%s: longer than %u MiB: not a YAML input", path,
                           KM_YAML_FILE_LIMIT >> 20);
        if (!buffer_add(buffer, block, n))
            return KM_FAIL(KM_ERROR_MEMORY, "%s: out of memory while reading", path);
    }
    if (ferror(file))
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be read: %s", path, strerror(errno));
    return KM_OK;
}

static km_status read_file(const char *path, text_buffer *buffer)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return KM_FAIL(KM_ERROR_FILE, "%s: is a folder, not a YAML file", path);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    const km_status status = read_stream(file, path, buffer);
    fclose(file);
    return status;
}

/* libcyaml's words, kept for the message. */
typedef struct log_text {
    char text[1024];
} log_text;

__attribute__((format(printf, 3, 0))) static void keep_log(cyaml_log_t level, void *self,
                                                           const char *format, va_list arguments)
{
    (void)level;
    log_text *log = self;
    const size_t used = strlen(log->text);
    vsnprintf(log->text + used, sizeof log->text - used, format, arguments);
    for (char *p = log->text + used; *p != '\0'; p++)
        if (*p == '\n')
            *p = ' ';
}

static cyaml_config_t make_config(log_text *log)
{
    return (cyaml_config_t){.log_fn = log != NULL ? keep_log : NULL,
                            .log_ctx = log,
                            .mem_fn = cyaml_mem,
                            .log_level = CYAML_LOG_WARNING,
                            .flags = CYAML_CFG_DEFAULT};
}

static int write_to_buffer(void *self, unsigned char *bytes, size_t size)
{
    return buffer_add(self, bytes, size);
}

/* The edited tree as text again, because libcyaml reads text. */
static km_status tree_to_text(km_yaml_document *document, text_buffer *buffer)
{
    yaml_emitter_t emitter;
    if (!yaml_emitter_initialize(&emitter))
        return KM_FAIL(KM_ERROR_MEMORY, "%s: out of memory while reading", document->name);
    yaml_emitter_set_output(&emitter, write_to_buffer, buffer);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    document->parsed = false; /* the emitter deletes the tree, also when it fails */
    const bool done = yaml_emitter_open(&emitter) && yaml_emitter_dump(&emitter, &document->tree) &&
                      yaml_emitter_close(&emitter);
    yaml_emitter_delete(&emitter);
    return done ? KM_OK
                : KM_FAIL(KM_ERROR_INTERNAL, "%s: settings could not be applied", document->name);
}

static km_status fill_structs(const char *name, const char *text, size_t length,
                              const cyaml_schema_value_t *schema, void **out)
{
    log_text log = {""};
    const cyaml_config_t config = make_config(&log);
    const cyaml_err_t error =
        cyaml_load_data((const uint8_t *)text, length, &config, schema, out, NULL);
    if (error == CYAML_OK)
        return KM_OK;
    *out = NULL;
    return KM_FAIL(error == CYAML_ERR_OOM ? KM_ERROR_MEMORY : KM_ERROR_INPUT, "%s: %s: %s", name,
                   cyaml_strerror(error), log.text);
}

static km_status load_document(km_yaml_document *document, const char *text, size_t length,
                               const cyaml_schema_value_t *schema, const char *const *settings,
                               int n_settings, void **out)
{
    KM_TRY(km_yaml_document_set(document, settings, n_settings));
    KM_TRY(km_yaml_document_check(document, schema));
    if (n_settings == 0)
        return fill_structs(document->name, text, length, schema, out);
    text_buffer edited = {0};
    km_status status = tree_to_text(document, &edited);
    if (status == KM_OK)
        status = fill_structs(document->name, edited.text, edited.length, schema, out);
    free(edited.text);
    return status;
}

km_status km_yaml_load_text(const char *name, const char *text, size_t length,
                            const cyaml_schema_value_t *schema, const char *const *settings,
                            int n_settings, void **out)
{
    *out = NULL;
    km_yaml_document document;
    km_status status = km_yaml_document_parse(&document, name, text, length);
    if (status == KM_OK)
        status = load_document(&document, text, length, schema, settings, n_settings, out);
    km_yaml_document_free(&document);
    return status;
}

km_status km_yaml_load(const char *path, const cyaml_schema_value_t *schema,
                       const char *const *settings, int n_settings, void **out)
{
    *out = NULL;
    text_buffer buffer = {0};
    km_status status = read_file(path, &buffer);
    if (status == KM_OK)
        status = km_yaml_load_text(path, buffer.text != NULL ? buffer.text : "", buffer.length,
                                   schema, settings, n_settings, out);
    free(buffer.text);
    return status;
}

void km_yaml_free(const cyaml_schema_value_t *schema, void *data)
{
    const cyaml_config_t config = make_config(NULL);
    if (data != NULL)
        cyaml_free(&config, schema, data, 0);
}

static int find_line(km_yaml_document *document, const char *node)
{
    int at = 1;
    for (const char *step = node; *step != '\0';) {
        const size_t length = strcspn(step, ".");
        const yaml_node_t *parent = yaml_document_get_node(&document->tree, at);
        int next = 0;
        if (parent->type == YAML_MAPPING_NODE) {
            next = km_yaml_document_value(document, at, step, length);
        } else if (parent->type == YAML_SEQUENCE_NODE) {
            const long index = strtol(step, NULL, 10);
            if (index >= 0 &&
                index < parent->data.sequence.items.top - parent->data.sequence.items.start)
                next = parent->data.sequence.items.start[index];
        }
        if (next == 0)
            return 0;
        at = next;
        step += length + (step[length] == '.');
    }
    return (int)yaml_document_get_node(&document->tree, at)->start_mark.line + 1;
}

int km_yaml_line(const char *path, const char *node)
{
    text_buffer buffer = {0};
    km_yaml_document document = {0};
    int line = 0;
    if (read_file(path, &buffer) == KM_OK && buffer.text != NULL &&
        km_yaml_document_parse(&document, path, buffer.text, buffer.length) == KM_OK)
        line = find_line(&document, node);
    km_yaml_document_free(&document);
    free(buffer.text);
    return line;
}
