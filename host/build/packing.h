/* SPDX-License-Identifier: MIT */
/* Random, overlap-free placement of molecules by packmol (doi:10.1002/jcc.21224), repeatable by
 * seed. */
#ifndef KM_PACKING_H
#define KM_PACKING_H

#include "host/build/system.h"

/* Packs system->component into system->box / copies and repeats it; fills molecule[] and
 * position[]. Molecules of a component are consecutive. folder receives packmol's input and log;
 * NULL: a temporary folder that is removed. Fails with KM_ERROR_EXTERNAL when packmol is missing or
 * does not converge. */
KM_MUST_CHECK km_status km_pack(const km_forcefield *ff, uint64_t seed, int copies,
                                const char *folder, km_system *system);

#endif
