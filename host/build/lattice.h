/* SPDX-License-Identifier: MIT */
/* Crystal lattices of metals: cubic cells, and orthogonal cells of their low-index surfaces.
 *
 * A surface is a stack of equal layers. Each layer holds n_atoms sites per surface cell; the next
 * one is the same layer moved by `shift` along the cell and by `spacing` along the normal, and
 * after `period` layers the stacking repeats. With x and y along the named directions:
 *
 *     bcc (100)  a [010]        x a [001]        1 atom    spacing a/2          period 2
 *     bcc (110)  a [001]        x a sqrt2 [1-10] 2 atoms   spacing a/sqrt2      period 2
 *     bcc (111)  a sqrt2 [1-10] x a sqrt6 [11-2] 2 atoms   spacing a/(2 sqrt3)  period 3
 *     fcc (100)  a/sqrt2 [011]  x a/sqrt2 [01-1] 1 atom    spacing a/2          period 2
 *     fcc (110)  a [001]        x a/sqrt2 [1-10] 1 atom    spacing a/(2 sqrt2)  period 2
 *     fcc (111)  a/sqrt2 [1-10] x a sqrt(3/2) [11-2] 2 atoms spacing a/sqrt3    period 3
 *     rock salt (100)  as fcc (100), with the second element at the centre: 2 atoms
 *
 * They follow from projecting the lattice vectors on the normal and the two directions. */
#ifndef KM_LATTICE_H
#define KM_LATTICE_H

#include "host/input/recipe_file.h"

typedef struct km_surface_cell {
    double edge[2];    /* nm  of the unstrained cell, x and y                                 */
    double spacing;    /* nm  between layers                                                  */
    int n_atoms;       /*     sites of a layer in one cell                                    */
    double site[2][2]; /*     n_atoms x 2, fractions of the edges                             */
    double shift[2];   /*     from a layer to the next, fractions of the edges                */
    int period;        /*     layers after which the stacking repeats                         */
} km_surface_cell;

/* a: nm, the lattice constant. */
km_surface_cell km_lattice_surface(km_lattice_kind lattice, km_surface surface, double a);
/* Sites of the cubic cell of a metal, fractions of the lattice constant; returns how many (2 or 4).
 */
int km_lattice_sites(km_lattice_kind lattice, double site[4][3]);
/* nm, between nearest neighbours. */
double km_lattice_contact(km_lattice_kind lattice, double a);

#endif
