/* SPDX-License-Identifier: MIT */
#include "host/input/metal_catalogue.h"

#include <stdio.h>
#include <string.h>

#include "host/input/recipe_file.h"
#include "host/input/yaml.h"

#define FOLDER_LENGTH 3072
#define CATALOGUE "metals/potentials.yaml"

static const cyaml_strval_t states[] = {{"published", KM_POTENTIAL_PUBLISHED},
                                        {"fitted_here", KM_POTENTIAL_FITTED_HERE}};
static const cyaml_schema_value_t symbol = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 3)};

#define TEXT(key, member, longest)                                                                 \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, km_metal_potential, member, 1, longest)
#define SYMBOLS(key, member, count)                                                                \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER, km_metal_potential, member, count,         \
                               &symbol, 0, 100)
static const cyaml_schema_field_t potential_fields[] = {
    TEXT("name", name, 60),
    TEXT("file", file, 200),
    SYMBOLS("elements", element, n_elements),
    SYMBOLS("usual_for", usual_for, n_usual),
    CYAML_FIELD_ENUM("status", 0, km_metal_potential, status, states, 2),
    TEXT("source", source, 1000),
    TEXT("known", known, 2000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t potential_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, km_metal_potential, potential_fields)};
static const cyaml_schema_field_t catalogue_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("potentials", CYAML_FLAG_POINTER, km_metal_catalogue, potential, n,
                               &potential_value, 1, 1000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t catalogue_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, km_metal_catalogue, catalogue_fields)};

km_status km_metal_catalogue_read(km_metal_catalogue **out)
{
    char folder[FOLDER_LENGTH], path[FOLDER_LENGTH + 40];
    void *raw = NULL;
    *out = NULL;
    KM_TRY(km_data_folder("forcefields", folder, sizeof folder));
    snprintf(path, sizeof path, "%s/" CATALOGUE, folder);
    KM_TRY(km_yaml_load(path, &catalogue_schema, NULL, 0, &raw));
    *out = raw;
    return KM_OK;
}

void km_metal_catalogue_destroy(km_metal_catalogue *catalogue)
{
    if (catalogue != NULL)
        km_yaml_free(&catalogue_schema, catalogue);
}

const km_metal_potential *km_metal_potential_named(const km_metal_catalogue *catalogue,
                                                   const char *name)
{
    for (uint32_t k = 0; k < catalogue->n; k++)
        if (strcmp(catalogue->potential[k].name, name) == 0)
            return &catalogue->potential[k];
    return NULL;
}

static bool lists(char *const *word, uint32_t n, const char *element)
{
    for (uint32_t k = 0; k < n; k++)
        if (strcmp(word[k], element) == 0)
            return true;
    return false;
}

const km_metal_potential *km_metal_potential_usual(const km_metal_catalogue *catalogue,
                                                   const char *element)
{
    for (uint32_t k = 0; k < catalogue->n; k++)
        if (lists(catalogue->potential[k].usual_for, catalogue->potential[k].n_usual, element))
            return &catalogue->potential[k];
    return NULL;
}

bool km_metal_potential_has(const km_metal_potential *potential, const char *element)
{
    return lists(potential->element, potential->n_elements, element);
}

km_status km_metal_potential_path(const km_metal_potential *potential, char *path, size_t length)
{
    char folder[FOLDER_LENGTH];
    KM_TRY(km_data_folder("forcefields", folder, sizeof folder));
    snprintf(path, length, "%s/metals/%s", folder, potential->file);
    return KM_OK;
}
