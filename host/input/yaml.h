/* SPDX-License-Identifier: MIT */
/* libcyaml with our errors: a message that names file, line, column and key.
 *
 * The document is checked against the schema before libcyaml fills the structs, more strictly than
 * libcyaml does: numbers must be whole ("12abc", "0x10" and NaN are refused), booleans are true,
 * false, yes or no, enumerations are given by name, no key appears twice. Numbers read with
 * CYAML_FIELD_FLOAT into double keep all their digits. */
#ifndef KM_YAML_H
#define KM_YAML_H

#include <cyaml/cyaml.h>

#include "kernels/base/error.h"

/* Loads a YAML file by a schema. settings: n texts "a.b.c=value" that replace or add keys before
 * the schema is applied (sequences by index: "stages.0.time_ps=5"; the value is YAML too, "[1, 2]";
 * an index equal to the length appends). *out is released with km_yaml_free; NULL on failure.
 * KM_ERROR_FILE when the file cannot be read, KM_ERROR_USAGE for a malformed setting,
 * KM_ERROR_INPUT for anything wrong in the file. */
KM_MUST_CHECK km_status km_yaml_load(const char *path, const cyaml_schema_value_t *schema,
                                     const char *const *settings, int n_settings, void **out);
/* As km_yaml_load, from text in memory; name stands for the path in messages. */
KM_MUST_CHECK km_status km_yaml_load_text(const char *name, const char *text, size_t length,
                                          const cyaml_schema_value_t *schema,
                                          const char *const *settings, int n_settings, void **out);
void km_yaml_free(const cyaml_schema_value_t *schema, void *data);

/* The line (from 1) of the node at "molecules.3.atoms.5" in a file, for messages about its sense;
 * 0 when it cannot be found. Reads the file again: for failures only. */
int km_yaml_line(const char *path, const char *node);

#endif
