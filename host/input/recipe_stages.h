/* SPDX-License-Identifier: MIT */
/* Private to the recipe reader: the list of stages while it is made. */
#ifndef KM_RECIPE_STAGES_H
#define KM_RECIPE_STAGES_H

#include "host/input/recipe_reader.h"

typedef struct km_stage_list {
    km_recipe_reader *r;
    km_stage base;       /* what every stage starts from                                 */
    km_stage production; /* base with the block `production:` on top                     */
    int n;
    km_stage *stage;
    int *raw_index;     /* entry of `stages:` that speaks of it, or -1              */
    bool *draws_chosen; /* draw_velocities was given                                */
} km_stage_list;

KM_MUST_CHECK km_status km_stage_list_add(km_stage_list *list, const char *name,
                                          const km_stage *stage);
/* All stages of a protocol, in order. */
KM_MUST_CHECK km_status km_stage_list_fill(km_stage_list *list, km_protocol protocol);

#endif
