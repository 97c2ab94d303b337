/* SPDX-License-Identifier: MIT */
#include "host/output/json_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/output/atomic_file.h"
#include "host/output/number_text.h"

#define MAX_DEPTH 32

struct km_json {
    FILE *stream; /* writes to bytes */
    char *bytes;
    size_t size;
    int depth;
    char closer[MAX_DEPTH]; /* '}' or ']' per level            */
    bool empty[MAX_DEPTH];  /* nothing in this level yet       */
    bool has_value;         /* the outermost value was written */
    const char *misuse;     /* the first mistake of the caller */
};

km_status km_json_create(km_json **out)
{
    *out = NULL;
    km_json *json;
    KM_NEW(json, 1);
    json->stream = open_memstream(&json->bytes, &json->size);
    if (json->stream == NULL) {
        free(json);
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate a JSON document");
    }
    *out = json;
    return KM_OK;
}

void km_json_destroy(km_json *json)
{
    if (json == NULL)
        return;
    if (json->stream != NULL)
        fclose(json->stream);
    free(json->bytes);
    free(json);
}

/* Length of the UTF-8 character at text, 0 when it is malformed (RFC 3629: no surrogates, nothing
 * overlong, nothing above U+10FFFF). */
static int utf8_length(const unsigned char *text)
{
    const unsigned char c = text[0];
    const int length = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    for (int k = 1; k < length; k++)
        if ((text[k] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F) ||
        (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
        return 0;
    return length;
}

static void put_quoted(FILE *stream, const char *text)
{
    fputc('"', stream);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const int length = utf8_length(at);
        if (length == 0)
            fputs("\\ufffd", stream);
        else if (*at == '"' || *at == '\\')
            fprintf(stream, "\\%c", *at);
        else if (*at == '\n')
            fputs("\\n", stream);
        else if (*at == '\t')
            fputs("\\t", stream);
        else if (*at < 0x20)
            fprintf(stream, "\\u%04x", *at);
        else
            fwrite(at, 1, (size_t)length, stream);
        at += length > 0 ? length : 1;
    }
    fputc('"', stream);
}

static void put_number(FILE *stream, double value)
{
    char text[KM_NUMBER_TEXT_LENGTH];
    if (isfinite(value))
        km_number_text(value, text);
    else
        strcpy(text, "null");
    fputs(text, stream);
}

static void new_line(km_json *json)
{
    fprintf(json->stream, "\n%*s", 2 * json->depth, "");
}

/* What stands in front of a value: comma, line break, key. */
static void start_value(km_json *json, const char *key)
{
    const bool in_object = json->depth > 0 && json->closer[json->depth - 1] == '}';
    if (in_object != (key != NULL))
        json->misuse = key != NULL ? "a key outside an object" : "a value without a key";
    if (json->depth == 0) {
        if (json->has_value)
            json->misuse = "two outermost values";
        json->has_value = true;
        return;
    }
    if (!json->empty[json->depth - 1])
        fputc(',', json->stream);
    json->empty[json->depth - 1] = false;
    new_line(json);
    if (key != NULL) {
        put_quoted(json->stream, key);
        fputs(": ", json->stream);
    }
}

static void open_level(km_json *json, const char *key, char opener, char closer)
{
    start_value(json, key);
    fputc(opener, json->stream);
    if (json->depth == MAX_DEPTH) {
        json->misuse = "too many levels";
        return;
    }
    json->closer[json->depth] = closer;
    json->empty[json->depth] = true;
    json->depth++;
}

void km_json_open_object(km_json *json, const char *key)
{
    open_level(json, key, '{', '}');
}

void km_json_open_array(km_json *json, const char *key)
{
    open_level(json, key, '[', ']');
}

void km_json_close(km_json *json)
{
    if (json->depth == 0) {
        json->misuse = "nothing to close";
        return;
    }
    json->depth--;
    if (!json->empty[json->depth])
        new_line(json);
    fputc(json->closer[json->depth], json->stream);
}

void km_json_text(km_json *json, const char *key, const char *text)
{
    start_value(json, key);
    if (text != NULL)
        put_quoted(json->stream, text);
    else
        fputs("null", json->stream);
}

void km_json_number(km_json *json, const char *key, double value)
{
    start_value(json, key);
    put_number(json->stream, value);
}

void km_json_integer(km_json *json, const char *key, int64_t value)
{
    start_value(json, key);
    fprintf(json->stream, "%" PRId64, value);
}

void km_json_boolean(km_json *json, const char *key, bool value)
{
    start_value(json, key);
    fputs(value ? "true" : "false", json->stream);
}

void km_json_null(km_json *json, const char *key)
{
    km_json_text(json, key, NULL);
}

void km_json_numbers(km_json *json, const char *key, int n, const double *values)
{
    start_value(json, key);
    fputc('[', json->stream);
    for (int k = 0; k < n; k++) {
        fputs(k > 0 ? ", " : "", json->stream);
        put_number(json->stream, values[k]);
    }
    fputc(']', json->stream);
}

km_status km_json_write(km_json *json, const char *path)
{
    if (json->depth != 0 || !json->has_value)
        json->misuse = "an unfinished document";
    if (json->misuse != NULL)
        return KM_FAIL(KM_ERROR_INTERNAL, "%s cannot be written: %s", path, json->misuse);
    const bool written = fputc('\n', json->stream) != EOF && fflush(json->stream) == 0;
    if (!written || ferror(json->stream))
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate the content of %s", path);
    return km_atomic_file_write(path, json->bytes, json->size);
}
