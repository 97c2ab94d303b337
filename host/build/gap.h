/* SPDX-License-Identifier: MIT */
/* A liquid into the gap of a stack: a box that is periodic along x and y and has faces along z.
 *
 * packmol places the molecules in a box of the size of the gap, or in a higher one where it finds
 * no arrangement, and knows no periodicity: half the tolerance stays free at every face. Then the
 * molecules are moved together, each kept rigid, until the box is the gap. Boxes of more than
 * KM_LARGEST_PACKED atoms are k x k tiles of one packed tile, every other of them turned by half a
 * turn about z. */
#ifndef KM_GAP_H
#define KM_GAP_H

#include "host/build/system.h"

/* liquid: components of a composed system, whose molecules follow each other component by
 * component; edge: nm, of the gap. position: nm, 3 x liquid->n_atoms, z from 0 to edge[2].
 * Fails as km_pack does. */
KM_MUST_CHECK km_status km_pack_gap(const km_forcefield *ff, const km_system *liquid,
                                    const double edge[3], uint64_t seed, const char *folder,
                                    double *position);

#endif
