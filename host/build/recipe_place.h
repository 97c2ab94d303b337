/* SPDX-License-Identifier: MIT */
/* Where in its file a recipe says something, for messages of the build room. */
#ifndef KM_RECIPE_PLACE_H
#define KM_RECIPE_PLACE_H

#include "host/input/forcefield_file.h"
#include "host/input/recipe_file.h"

#define KM_PLACE_LENGTH 4500

/* "FILE: line 7: cell.liquid.salts.0.cation"; the line is left out when a setting made the node.
 * Returns place. */
const char *km_recipe_node(const km_recipe *recipe, char place[KM_PLACE_LENGTH], const char *format,
                           ...) __attribute__((format(printf, 3, 4)));
/* The molecule of that key; KM_ERROR_INPUT names the node and all molecules there are. */
KM_MUST_CHECK km_status km_find_molecule(const km_recipe *recipe, const km_forcefield *ff,
                                         const char *key, int *molecule, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
