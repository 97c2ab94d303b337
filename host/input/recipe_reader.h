/* SPDX-License-Identifier: MIT */
/* Private to the recipe reader: the second pass, in which values get their internal units and
 * their sense is checked. */
#ifndef KM_RECIPE_READER_H
#define KM_RECIPE_READER_H

#include "host/input/recipe_schema.h"

typedef struct km_recipe_reader {
    const char *path;
    const char *const *settings;
    int n_settings;
    const km_raw_recipe *raw;
    km_recipe *recipe;
    char place[4600];
} km_recipe_reader;

/* A number with its key: the same row reads, checks and writes it. Internal value = value in the
 * file x unit. */
typedef struct km_recipe_number {
    const char *key;
    size_t raw, out;      /* offsets of a double * in the raw struct and of a double        */
    double least, most;   /* in the unit of the key                                         */
    double unit;          /* internal units per unit of the key                             */
    const char *sentence; /* what it is, for the message                                    */
} km_recipe_number;

typedef struct km_recipe_numbers {
    int n;
    const km_recipe_number *row;
} km_recipe_numbers;

extern const km_recipe_numbers km_recipe_state_numbers; /* temperature, pressure, viscosity */
extern const km_recipe_numbers km_recipe_salt_numbers, km_recipe_solvent_numbers,
    km_recipe_size_numbers, km_recipe_liquid_numbers, km_recipe_forcefield_numbers,
    km_recipe_nonbonded_numbers, km_recipe_crystal_numbers, km_recipe_alloy_numbers,
    km_recipe_slab_numbers, km_recipe_piston_numbers, km_recipe_stack_numbers,
    km_recipe_layer_crystal_numbers;
extern const km_recipe_numbers km_recipe_stage_numbers;      /* km_raw_stage -> km_stage      */
extern const km_recipe_numbers km_recipe_production_numbers; /* km_raw_production -> km_stage */

/* "FILE: line 7: cell.size.atoms", or "FILE: --set cell.size.atoms=-1" when a setting said so, for
 * the start of a message. node: keys and indices joined by dots; path relative to node, or "". */
const char *km_recipe_place(km_recipe_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* True when a setting wrote this node or something above or below it. */
bool km_recipe_is_set(const km_recipe_reader *r, const char *node);
/* Numbers that are present replace those in out. node: where the mapping is, "" for the top. */
KM_MUST_CHECK km_status km_recipe_read_numbers(km_recipe_reader *r, const char *node,
                                               const km_recipe_numbers *numbers, const void *raw,
                                               void *out);
/* A whole number that is present replaces *out; sentence says what it is. */
KM_MUST_CHECK km_status km_recipe_read_whole(km_recipe_reader *r, const char *node, const int *raw,
                                             int least, int most, const char *sentence, int *out);
/* A copy to be freed; NULL stays NULL. */
KM_MUST_CHECK km_status km_recipe_keep(const char *text, char **copy);
/* Makes a path of the recipe absolute: relative ones start at the folder of the recipe, those of
 * settings at the working folder. */
KM_MUST_CHECK km_status km_recipe_resolve_file(km_recipe_reader *r, const char *node,
                                               const char *file, char **out);

KM_MUST_CHECK km_status km_recipe_read_cell(km_recipe_reader *r);
/* node: "cell.liquid" or a layer of a stack. */
KM_MUST_CHECK km_status km_recipe_read_liquid(km_recipe_reader *r, const char *node, bool in_stack,
                                              const km_raw_liquid *raw, km_recipe_liquid **out);
/* recipe_stack.c: cell.crystal, cell.slab, cell.stack. */
KM_MUST_CHECK km_status km_recipe_read_metal(km_recipe_reader *r);
/* recipe_compound.c: cell.compound or, with slab, a layer of a stack; a CIF file becomes sites. */
KM_MUST_CHECK km_status km_recipe_read_compound(km_recipe_reader *r, const char *node, bool slab,
                                                const km_raw_compound *raw,
                                                km_recipe_compound **out);
KM_MUST_CHECK km_status km_recipe_read_interactions(km_recipe_reader *r);
KM_MUST_CHECK km_status km_recipe_read_stages(km_recipe_reader *r);

#endif
