/* SPDX-License-Identifier: MIT */
/* Private to the recipe reader: stages from a protocol, production settings and overrides. */
#ifndef KM_RECIPE_PROTOCOL_H
#define KM_RECIPE_PROTOCOL_H

#include "host/input/recipe_schema.h"

/* Fills recipe->stage from the raw recipe. Temperature and pressure of the recipe are set already.
 */
KM_MUST_CHECK km_status km_recipe_make_stages(const km_raw_recipe *raw, km_recipe *recipe);

/* A copy of text that the recipe frees; NULL stays NULL. */
KM_MUST_CHECK km_status km_recipe_copy_text(const char *text, char **out);

#endif
