/* SPDX-License-Identifier: MIT */
#include "host/input/recipe_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/input/near_name.h"
#include "host/input/recipe_reader.h"
#include "host/input/without_potential.h"
#include "kernels/base/units.h"

#define PATH_LENGTH 4096

km_status km_recipe_keep(const char *text, char **copy)
{
    *copy = NULL;
    if (text == NULL)
        return KM_OK;
    *copy = strdup(text);
    return *copy != NULL ? KM_OK : KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a recipe");
}

static bool is_file(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

km_status km_recipe_resolve_file(km_recipe_reader *r, const char *node, const char *file,
                                 char **out)
{
    char path[2 * PATH_LENGTH], real[PATH_MAX];
    const char *slash = strrchr(r->path, '/');
    if (file[0] == '/' || slash == NULL || km_recipe_is_set(r, node))
        snprintf(path, sizeof path, "%s", file);
    else
        snprintf(path, sizeof path, "%.*s/%s", (int)(slash - r->path), r->path, file);
    if (!is_file(path) && is_file(file))
        snprintf(path, sizeof path, "%s", file);
    if (!is_file(path) || realpath(path, real) == NULL)
        return KM_FAIL(KM_ERROR_FILE,
                       "%s: there is no file %s; give a path that starts with / or one relative to "
                       "the folder of the recipe",
                       km_recipe_place(r, "%s", node), path);
    return km_recipe_keep(real, out);
}

/* "systems/kfsi-dme.yaml" gives "kfsi-dme". */
static km_status keep_id(const char *path, char **id)
{
    const char *slash = strrchr(path, '/');
    KM_TRY(km_recipe_keep(slash != NULL ? slash + 1 : path, id));
    char *dot = strrchr(*id, '.');
    if (dot != NULL && dot != *id)
        *dot = '\0';
    return KM_OK;
}

static km_status read_texts(km_recipe_reader *r)
{
    const km_raw_recipe *raw = r->raw;
    km_recipe *recipe = r->recipe;
    KM_TRY(km_recipe_keep(r->path, &recipe->path));
    if (raw->id != NULL)
        KM_TRY(km_recipe_keep(raw->id, &recipe->id));
    else
        KM_TRY(keep_id(r->path, &recipe->id));
    KM_TRY(km_recipe_keep(raw->title, &recipe->title));
    KM_TRY(km_recipe_keep(raw->confidence_reason, &recipe->confidence_reason));
    KM_NEW(recipe->reference, raw->n_references);
    for (uint32_t k = 0; k < raw->n_references; k++) {
        KM_TRY(km_recipe_keep(raw->reference[k], &recipe->reference[k]));
        recipe->n_references++;
    }
    KM_NEW(recipe->analyse, raw->n_analyses);
    for (uint32_t k = 0; k < raw->n_analyses; k++) {
        for (uint32_t j = 0; j < k; j++)
            if (raw->analyse[j] == raw->analyse[k])
                return KM_FAIL(KM_ERROR_INPUT, "%s: %s is listed twice; remove one",
                               km_recipe_place(r, "analyse.%u", k),
                               km_analysis_word(raw->analyse[k]));
        KM_TRY(km_recipe_keep(km_analysis_word(raw->analyse[k]), &recipe->analyse[k]));
        recipe->n_analyses++;
    }
    return KM_OK;
}

static km_status convert(km_recipe_reader *r)
{
    const km_raw_recipe *raw = r->raw;
    km_recipe *recipe = r->recipe;
    KM_TRY(read_texts(r));
    recipe->confidence = raw->confidence != NULL ? *raw->confidence : KM_CONFIDENCE_EXPLORATORY;
    recipe->pressure = 1.0 * KM_PRESSURE_PER_BAR;
    recipe->seed = raw->seed != NULL ? *raw->seed : 1;
    recipe->replicas = 1;
    KM_TRY(km_recipe_read_whole(r, "replicas", raw->replicas, 1, KM_REPLICAS_MAX,
                                "how many independent copies are run", &recipe->replicas));
    KM_TRY(km_recipe_read_numbers(r, "", &km_recipe_state_numbers, raw, recipe));
    KM_TRY(km_recipe_read_cell(r));
    KM_TRY(km_recipe_read_interactions(r));
    return km_recipe_read_stages(r);
}

static bool looks_like_path(const char *text)
{
    const size_t n = strlen(text);
    return strchr(text, '/') != NULL || (n > 5 && strcmp(text + n - 5, ".yaml") == 0) ||
           (n > 4 && strcmp(text + n - 4, ".yml") == 0);
}

static km_status find_recipe(const char *path_or_id, char *path, size_t length)
{
    if (looks_like_path(path_or_id)) {
        snprintf(path, length, "%s", path_or_id);
        return KM_OK;
    }
    char folder[PATH_LENGTH];
    KM_TRY(km_data_folder("systems", folder, sizeof folder));
    snprintf(path, length, "%s/%s.yaml", folder, path_or_id);
    if (is_file(path))
        return KM_OK;
    if (is_file(path_or_id)) {
        snprintf(path, length, "%s", path_or_id);
        return KM_OK;
    }
    KM_TRY(km_unmodelled_refuse(path_or_id));
    char hint[300];
    km_near_yaml_file(folder, path_or_id, hint, sizeof hint);
    return KM_FAIL(
        KM_ERROR_INPUT,
        "the catalogue has no system \"%s\"; %s`kalium list` shows all ids, and a recipe "
        "of your own is given by its path, ending in .yaml",
        path_or_id, hint);
}

km_status km_recipe_read(const char *path_or_id, const char *const *settings, int n_settings,
                         km_recipe **out)
{
    *out = NULL;
    char path[2 * PATH_LENGTH];
    KM_TRY(find_recipe(path_or_id, path, sizeof path));
    void *raw = NULL;
    km_recipe_reader r = {.path = path, .settings = settings, .n_settings = n_settings};
    KM_TRY(km_yaml_load(path, &km_recipe_schema, settings, n_settings, &raw));
    r.raw = raw;
    km_status status = km_allocate((void **)&r.recipe, 1, sizeof *r.recipe);
    if (status == KM_OK)
        status = convert(&r);
    km_yaml_free(&km_recipe_schema, raw);
    if (status != KM_OK) {
        km_recipe_destroy(r.recipe);
        return status;
    }
    *out = r.recipe;
    return KM_OK;
}

static void free_liquid(km_recipe_liquid *liquid)
{
    if (liquid == NULL)
        return;
    for (int k = 0; k < liquid->n_salts; k++) {
        free(liquid->salt[k].cation);
        free(liquid->salt[k].anion);
    }
    for (int k = 0; k < liquid->n_solvents; k++)
        free(liquid->solvent[k].molecule);
    free(liquid->salt);
    free(liquid->solvent);
    free(liquid);
}

static void free_structure(km_recipe_structure *structure)
{
    if (structure == NULL)
        return;
    for (int k = 0; k < structure->n_molecules; k++)
        free(structure->molecule[k].molecule);
    free(structure->molecule);
    free(structure->file);
    free(structure);
}

static void free_compound(km_recipe_compound *compound)
{
    if (compound != NULL)
        free(compound->site);
    free(compound);
}

static void free_stack(km_recipe_stack *stack)
{
    if (stack == NULL)
        return;
    for (int k = 0; k < stack->n_layers; k++) {
        if (stack->layer[k].slab != NULL)
            free(stack->layer[k].slab->element);
        if (stack->layer[k].slab != NULL)
            free(stack->layer[k].slab->second);
        free(stack->layer[k].slab);
        free_compound(stack->layer[k].compound);
        free_liquid(stack->layer[k].liquid);
    }
    free(stack->layer);
    free(stack);
}

static void free_forcefield(km_recipe_forcefield *forcefield)
{
    for (int k = 0; k < forcefield->n_files; k++)
        free(forcefield->file[k]);
    for (int k = 0; k < forcefield->n_charge_sets; k++) {
        free(forcefield->charge_set[k].molecule);
        free(forcefield->charge_set[k].set);
    }
    for (int k = 0; k < forcefield->n_type_swaps; k++) {
        free(forcefield->type_swap[k].from);
        free(forcefield->type_swap[k].to);
    }
    free(forcefield->metal);
    free(forcefield->metal_cross);
    free(forcefield->file);
    free(forcefield->charge_set);
    free(forcefield->type_swap);
}

static void free_crystal(km_recipe_crystal *crystal)
{
    for (int k = 0; crystal != NULL && k < crystal->n_parts; k++)
        free(crystal->part[k].element);
    if (crystal != NULL) {
        free(crystal->part);
        free(crystal->element);
    }
    free(crystal);
}

void km_recipe_destroy(km_recipe *recipe)
{
    if (recipe == NULL)
        return;
    free_liquid(recipe->liquid);
    free_structure(recipe->structure);
    free_crystal(recipe->crystal);
    free_compound(recipe->compound);
    free_stack(recipe->stack);
    free_forcefield(&recipe->forcefield);
    for (int k = 0; k < recipe->n_stages; k++)
        free(recipe->stage[k].name);
    for (int k = 0; k < recipe->n_analyses; k++)
        free(recipe->analyse[k]);
    for (int k = 0; k < recipe->n_references; k++)
        free(recipe->reference[k]);
    free(recipe->stage);
    free(recipe->analyse);
    free(recipe->reference);
    free(recipe->path);
    free(recipe->id);
    free(recipe->title);
    free(recipe->confidence_reason);
    free(recipe->protocol);
    free(recipe);
}
