/* SPDX-License-Identifier: MIT */
/* Does the neighbour list hold every pair within the cutoff? Found anew by a search of its own. */
#ifndef KM_LIST_CENSUS_H
#define KM_LIST_CENSUS_H

#include "host/engine/simulation.h"

/* Atoms that one census looks at: number k takes those after number k - 1, around the cell. */
#define KM_CENSUS_ATOMS 256

/* Counts the pairs of so many atoms within the cutoff in a grid of cells as wide, which knows
 * nothing of the list, and strikes out those that the pair terms were handed in this step, by atoms
 * and image. Adds to s->census_pairs. KM_ERROR_INTERNAL where any is left: step, atoms, distance
 * (nm). number: 1 or more. Waits for the device; changes nothing of the run. */
KM_MUST_CHECK km_status km_list_census(km_simulation *s, const km_step *step, int64_t number);

#endif
