/* SPDX-License-Identifier: MIT */
/* Cells from a few lines of a recipe. */
#ifndef KM_BUILT_CELL_H
#define KM_BUILT_CELL_H

#include "host/build/system.h"

#define BUILT_RECIPE "built_cell.yaml" /* where the recipe is written to */

typedef struct built_cell {
    km_recipe *recipe;
    km_forcefield *ff;
    km_system *system;
} built_cell;

/* For cmocka: where the data of the source tree lies. */
int built_find_data(void **state);
void built_write(const char *name, const char *text);
/* A recipe with this block `cell`, read and with its force field. */
void built_open(const char *cell_block, built_cell *c);
/* The same with counts and box. */
void built_compose(const char *cell_block, built_cell *c);
const km_system_component *built_component(const built_cell *c, const char *key);
/* u, of all molecules */
double built_mass(const built_cell *c);
void built_close(built_cell *c);

#define KFSI_DME(amount, size)                                                                     \
    "{liquid: {salts: [{cation: K, anion: FSI, " amount "}], "                                     \
    "solvents: [{molecule: DME, volume_parts: 1}], size: {" size "}}}"

#endif
