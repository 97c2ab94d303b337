/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259): results.json, progress.json.
 *
 *     km_json *json;
 *     KM_TRY(km_json_create(&json));
 *     km_json_open_object(json, NULL);
 *     km_json_number(json, "temperature_K", 298.15);
 *     km_json_open_array(json, "species");
 *     km_json_text(json, NULL, "K+");
 *     km_json_close(json);
 *     km_json_close(json);
 *     KM_TRY(km_json_write(json, "results.json"));
 *
 * The calls in between cannot fail; what went wrong is told by km_json_write. key: the name inside
 * an object, NULL inside an array and for the outermost value. */
#ifndef KM_JSON_WRITER_H
#define KM_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/error.h"

typedef struct km_json km_json;

KM_MUST_CHECK km_status km_json_create(km_json **out);
void km_json_open_object(km_json *json, const char *key);
void km_json_open_array(km_json *json, const char *key);
/* Ends the innermost object or array. */
void km_json_close(km_json *json);
/* UTF-8; bytes that are none become U+FFFD. NULL gives null. */
void km_json_text(km_json *json, const char *key, const char *text);
/* Reads back to the same bits; NaN and infinity, which JSON lacks, give null. */
void km_json_number(km_json *json, const char *key, double value);
void km_json_integer(km_json *json, const char *key, int64_t value);
void km_json_boolean(km_json *json, const char *key, bool value);
void km_json_null(km_json *json, const char *key);
/* An array of n numbers on one line. */
void km_json_numbers(km_json *json, const char *key, int n, const double *values);
/* Writes the finished document to path, whole or not at all. KM_ERROR_INTERNAL when objects are
 * left open or keys misplaced. */
KM_MUST_CHECK km_status km_json_write(km_json *json, const char *path);
void km_json_destroy(km_json *json);

#endif
