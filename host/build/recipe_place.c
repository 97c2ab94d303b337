/* SPDX-License-Identifier: MIT */
#include "host/build/recipe_place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/input/near_name.h"
#include "host/input/yaml.h"

static const char *describe(const km_recipe *recipe, char place[KM_PLACE_LENGTH], const char *node)
{
    const int line = km_yaml_line(recipe->path, node);
    if (line > 0)
        snprintf(place, KM_PLACE_LENGTH, "%s: line %d: %s", recipe->path, line, node);
    else
        snprintf(place, KM_PLACE_LENGTH, "%s: %s", recipe->path, node);
    return place;
}

const char *km_recipe_node(const km_recipe *recipe, char place[KM_PLACE_LENGTH], const char *format,
                           ...)
{
    char node[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(node, sizeof node, format, arguments);
    va_end(arguments);
    return describe(recipe, place, node);
}

km_status km_find_molecule(const km_recipe *recipe, const km_forcefield *ff, const char *key,
                           int *molecule, const char *format, ...)
{
    *molecule = km_forcefield_molecule(ff, key);
    if (*molecule >= 0)
        return KM_OK;
    char node[200], place[KM_PLACE_LENGTH], known[600] = "", hint[60] = "";
    km_near_name search = {.word = key, .least = KM_NEAR_ENOUGH};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(node, sizeof node, format, arguments);
    va_end(arguments);
    for (int m = 0; m < ff->n_molecules; m++) {
        const size_t used = strlen(known);
        km_near_name_try(&search, ff->molecule[m].key);
        snprintf(known + used, sizeof known - used, "%s%s", m > 0 ? ", " : "", ff->molecule[m].key);
    }
    if (search.nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean \"%s\"? ", search.nearest);
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: the force field has no molecule \"%s\"; %schoose one of %s, or add a "
                   "force-field file of your own",
                   describe(recipe, place, node), key, hint, known);
}
