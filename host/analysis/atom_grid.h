/* SPDX-License-Identifier: MIT */
/* Atoms of a frame sorted into cells, to find who is near whom in time proportional to their
 * number. */
#ifndef KM_ATOM_GRID_H
#define KM_ATOM_GRID_H

#include "kernels/base/error.h"
#include "kernels/base/vec.h"
#include "kernels/measure/frame.h"

typedef struct km_atom_grid {
    const km_frame *frame;
    int n;           /*     atoms                                                         */
    const int *atom; /*     n  indices into the frame                                     */
    double reach;    /* nm                                                                */
    int cells[3];    /*     each at least as wide as reach; 1 where fewer than 3 fit      */
    int *cell;       /*     n  of each atom                                               */
    int *start;      /*     cells + 1  into member                                        */
    int *member;     /*     n  numbers of atoms (0 .. n - 1) in order of their cells      */
} km_atom_grid;

/* frame and atom must live as long as the grid. reach (nm) up to half the least height of the
 * cell. Positions must be finite. */
KM_MUST_CHECK km_status km_atom_grid_create(const km_frame *frame, const int *atom, int n,
                                            double reach, km_atom_grid *out);
void km_atom_grid_clear(km_atom_grid *grid);

/* A neighbour of an atom of the grid. */
typedef struct km_grid_neighbour {
    int k;     /*     its number, 0 .. n - 1           */
    km_vec3 d; /* nm  from the atom to its nearest image */
} km_grid_neighbour;

/* The first `most` neighbours of atom number k within reach; gives how many there are. */
int km_atom_grid_neighbours(const km_atom_grid *grid, int k, km_grid_neighbour *out, int most);

#endif
