/* SPDX-License-Identifier: MIT */
#include "host/input/without_potential.h"

#include <stdio.h>
#include <string.h>

#include "host/input/recipe_file.h"
#include "host/input/yaml.h"

#define FOLDER_LENGTH 3072
#define CATALOGUE "without-potential/catalogue.yaml"

#define TEXT(key, longest)                                                                         \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER, km_unmodelled, key, 1, longest)
static const cyaml_schema_field_t system_fields[] = {TEXT(id, 60), TEXT(title, 200),
                                                     TEXT(missing, 1500), CYAML_FIELD_END};
static const cyaml_schema_value_t system_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_unmodelled, system_fields)};
static const cyaml_schema_field_t list_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("systems", CYAML_FLAG_POINTER, km_unmodelled_list, system, n,
                               &system_value, 1, 1000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t list_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, km_unmodelled_list, list_fields)};

km_status km_unmodelled_read(km_unmodelled_list **out)
{
    char folder[FOLDER_LENGTH], path[FOLDER_LENGTH + sizeof CATALOGUE + 1];
    void *raw = NULL;
    *out = NULL;
    KM_TRY(km_data_folder("systems", folder, sizeof folder));
    snprintf(path, sizeof path, "%s/" CATALOGUE, folder);
    KM_TRY(km_yaml_load(path, &list_schema, NULL, 0, &raw));
    *out = raw;
    return KM_OK;
}

void km_unmodelled_destroy(km_unmodelled_list *list)
{
    if (list != NULL)
        km_yaml_free(&list_schema, list);
}

km_status km_unmodelled_refuse(const char *id)
{
    km_unmodelled_list *list;
    km_status status = KM_OK;
    KM_TRY(km_unmodelled_read(&list));
    for (uint32_t k = 0; k < list->n && status == KM_OK; k++)
        if (strcmp(list->system[k].id, id) == 0)
            status = KM_FAIL(KM_ERROR_UNSUPPORTED, "%s (%s) cannot be run. %s", id,
                             list->system[k].title, list->system[k].missing);
    km_unmodelled_destroy(list);
    return status;
}
