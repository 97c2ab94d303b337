/* SPDX-License-Identifier: MIT */
/* libcyaml with our errors: a message that names file, line and key. */
#ifndef KM_YAML_H
#define KM_YAML_H

#include <cyaml/cyaml.h>

#include "kernels/base/error.h"

/* Loads a YAML file by a schema. settings: n texts "a.b.c=value" that replace or add keys before
 * the schema is applied (sequences by index: "stages.0.time_ps=5"). */
KM_MUST_CHECK km_status km_yaml_load(const char *path, const cyaml_schema_value_t *schema,
                                     const char *const *settings, int n_settings, void **out);
void km_yaml_free(const cyaml_schema_value_t *schema, void *data);

#endif
