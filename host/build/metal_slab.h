/* SPDX-License-Identifier: MIT */
/* A metal slab: whole surface cells side by side, layers from bottom to top. */
#ifndef KM_METAL_SLAB_H
#define KM_METAL_SLAB_H

#include "host/build/lattice.h"

typedef struct km_slab_plan {
    int n_elements; /*     2 of rock salt: one site each                                    */
    km_surface_cell cell;
    int repeats[2];
    int layers;
    int first_phase;  /*     place of the lowest layer in the stacking                          */
    double edge[2];   /* nm  of the slab                                                        */
    double strain[2]; /*     edge / (repeats x cell edge) - 1                                   */
} km_slab_plan;

/* As many whole surface cells as come nearest to edge (nm), at least one each way. The slab keeps
 * its own size with fixed = false; with true it takes the edges and the strain follows. */
km_slab_plan km_slab_fit(const km_recipe_slab *slab, const double edge[2], bool fixed);
int km_slab_layer_atoms(const km_slab_plan *plan);
int km_slab_atoms(const km_slab_plan *plan);
/* nm, from the lowest to the highest layer of atoms. */
double km_slab_height(const km_slab_plan *plan);
/* position: nm, 3 x km_slab_atoms, layer after layer, of rock salt all of the first element before
 * all of the second; the lowest layer lies at z. The spacing of layers stays that of the unstrained
 * crystal. */
void km_slab_place(const km_slab_plan *plan, double z, double *position);

#endif
