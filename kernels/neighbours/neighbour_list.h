/* SPDX-License-Identifier: MIT */
/* The cluster-pair list: which groups of atoms are near each other.
 *
 * Atoms are sorted along a snake through a grid of columns and cut into clusters; the list holds
 * pairs of clusters (4 x 8 on the CPU, 8 x 8 on the GPU) whose atoms come within cutoff + skin,
 * each pair of atoms once. Idea: Pall & Hess, doi:10.1016/j.cpc.2013.06.003. Excluded pairs are
 * masked out. */
#ifndef KM_NEIGHBOUR_LIST_H
#define KM_NEIGHBOUR_LIST_H

#include "kernels/particles.h"

/* What a list must hold; plain host data. */
typedef struct km_neighbour_spec {
    double cutoff; /* nm  largest cutoff of any pair term                              */
    double skin;   /* nm  a rebuild is due when an atom has moved skin/2               */
    const int
        *exclusion_start; /*     n + 1 offsets into exclusion; NULL when nothing is excluded  */
    const int *exclusion; /*     excluded partners of each atom, both directions, ascending   */
    const bool *excluded_group; /*     n: no two atoms of the group are a pair, as those of a metal
                                       that another term holds together; NULL = no group       */
    double lateness; /*        atoms may move so many times what is safe before the list is made
                               anew; 0 = 1. More loses pairs: for tests of what notices them   */
} km_neighbour_spec;

typedef struct km_neighbour_list km_neighbour_list;

static inline double km_neighbour_lateness(const km_neighbour_spec *spec)
{
    return spec->lateness > 0.0 ? spec->lateness : 1.0;
}

#endif
