/* SPDX-License-Identifier: MIT */
#include "host/build/alloy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/build/crystal.h"
#include "host/build/recipe_place.h"
#include "kernels/base/random.h"

/* Purpose of the random numbers beside those of packing: another step. */
#define STEP 1

/* Deals the sites out: Fisher & Yates. */
static void shuffle_sites(uint64_t seed, int n, double *position)
{
    for (int i = n - 1; i > 0; i--) {
        const km_random4 random = km_random_bits(seed, STEP, (uint32_t)i, KM_RANDOM_BUILD);
        const int j = (int)(((uint64_t)random.v[0] * (uint64_t)(i + 1)) >> 32);
        double *a = position + 3 * (size_t)i, *b = position + 3 * (size_t)j, kept[3];
        memcpy(kept, a, sizeof kept);
        memmove(a, b, sizeof kept);
        memcpy(b, kept, sizeof kept);
    }
}

km_status km_alloy_occupy(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    const km_recipe_crystal *crystal = recipe->crystal;
    const int n = system->n_atoms;
    double all = 0.0, before = 0.0;
    int first = 0;
    for (int k = 0; k < crystal->n_parts; k++)
        all += crystal->part[k].mole_parts;
    KM_NEW(system->component, crystal->n_parts);
    for (int k = 0; k < crystal->n_parts; k++) {
        char node[48], place[KM_PLACE_LENGTH];
        km_system_component *component = &system->component[system->n_components++];
        snprintf(node, sizeof node, "cell.crystal.elements.%d", k);
        before += crystal->part[k].mole_parts;
        const int end = k == crystal->n_parts - 1 ? n : (int)nearbyint(n * before / all);
        KM_TRY(km_find_metal(recipe, ff, crystal->part[k].element, node, &component->molecule));
        component->count = end - first;
        if (component->count < 1)
            return KM_FAIL(KM_ERROR_INPUT, "%s: of %d atoms none is %s; make the cell larger",
                           km_recipe_node(recipe, place, "%s", node), n, crystal->part[k].element);
        component->requested = crystal->part[k].mole_parts;
        component->achieved = all * component->count / n;
        component->unit = "mole parts";
        for (; first < end; first++)
            system->molecule[first] = component->molecule;
    }
    shuffle_sites(recipe->seed, n, system->position);
    return KM_OK;
}
