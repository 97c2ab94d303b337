/* SPDX-License-Identifier: MIT */
/* From parts, molarities and molalities to whole numbers of molecules. */
#ifndef KM_COMPOSITION_H
#define KM_COMPOSITION_H

#include "host/build/system.h"

/* Atoms that packmol packs in one go; larger cells are periodic copies of a smaller packed one. */
#define KM_LARGEST_PACKED 20000

typedef struct km_amount {
    int molecule;     /* index into forcefield->molecule                      */
    double amount;    /* moles on a common scale                              */
    double requested; /* as the recipe says it                                */
    const char *unit;
    bool ion;
} km_amount;

typedef struct km_amounts {
    int n;
    km_amount *component;
    double salt_moles; /* of all salts, on the common scale                    */
} km_amounts;

/* Fills components, counts and the box (the volumes of the pure components add up; salts without a
 * known density count as 2200 kg/m^3, other molecules as 1000). Molarity is per litre of that
 * volume. *copies: the cell is made of copies^3 equal packed boxes. */
KM_MUST_CHECK km_status km_composition(const km_recipe_liquid *liquid, const km_forcefield *ff,
                                       km_system *system, int *copies);

#endif
