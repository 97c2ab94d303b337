/* SPDX-License-Identifier: MIT */
/* Which supercells of a crystal's face and of a metal surface cover each other: a search over
 * rectangular supercells of both with the axes parallel or exchanged. The crystal keeps its size,
 * the metal, which is softer, is strained to it (the rectangular case of the lattice match of Zur
 * and McGill, J. Appl. Phys. 55 (1984) 378, doi:10.1063/1.333084). */
#ifndef KM_COINCIDENCE_H
#define KM_COINCIDENCE_H

#include "host/build/metal_slab.h"

#define KM_COINCIDENCES_MAX 64

typedef struct km_coincidence {
    int repeats[2];   /*      of the crystal's cell along x and y                       */
    bool turned;      /*      x of the metal's surface cell lies along y of the crystal */
    int metal[2];     /*      metal surface cells along x and y of the crystal          */
    double strain[2]; /*      of the metal along x and y: its edge / its own edge - 1   */
    double edge[2];   /* nm   of the common cell                                        */
    int metal_atoms;  /*      in one layer of the common cell                           */
} km_coincidence;

/* face: nm, edges of the crystal's rectangular cell in the plane. Common cells whose edges are at
 * most `longest` (nm) and whose larger strain is at most `strain`, by area; each has a smaller
 * larger strain than all before it. Returns how many there are in `out`, at most
 * KM_COINCIDENCES_MAX. */
int km_coincidence_search(const double face[2], const km_recipe_slab *metal, double longest,
                          double strain, km_coincidence out[KM_COINCIDENCES_MAX]);

/* nm: the cell of a compound in the plane of a and b, a hexagonal one doubled to a, a + 2b.
 * KM_ERROR_INPUT where it is not rectangular, or c does not stand on it. */
KM_MUST_CHECK km_status km_coincidence_face(const km_recipe *recipe, double face[2]);

#endif
