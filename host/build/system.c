/* SPDX-License-Identifier: MIT */
#include "host/build/system.h"

#include <math.h>
#include <stdlib.h>

#include "host/build/composition.h"
#include "host/build/compound.h"
#include "host/build/crystal.h"
#include "host/build/memory.h"
#include "host/build/packing.h"
#include "host/build/stack.h"
#include "host/build/structure.h"

#define GIB 1073741824.0
#define MOST_ATOMS 5e8 /* so that three coordinates of each are counted in 32 bits */

static km_status list_molecules(km_system *s)
{
    int m = 0;
    KM_NEW(s->molecule, s->n_molecules);
    for (int k = 0; k < s->n_components; k++)
        for (int j = 0; j < s->component[k].count; j++)
            s->molecule[m++] = s->component[k].molecule;
    return KM_OK;
}

/* Cells whose sites are known. */
static km_status compose_sites(const km_recipe *recipe, const km_forcefield *ff, km_system *s)
{
    if (recipe->compound != NULL)
        KM_TRY(km_compound_system(recipe, ff, s));
    else if (recipe->crystal != NULL)
        KM_TRY(km_crystal_system(recipe, ff, s));
    else
        KM_TRY(km_stack_compose(recipe, ff, s));
    if (recipe->structure == NULL)
        return KM_OK;
    free(s->position);
    s->position = NULL;
    return km_structure_place(recipe, ff, s);
}

/* Counts and box; with a structure file positions too. */
static km_status compose(const km_recipe *recipe, const km_forcefield *ff, km_system *s)
{
    if (recipe->compound != NULL || recipe->crystal != NULL || recipe->stack != NULL)
        return compose_sites(recipe, ff, s);
    if (recipe->liquid == NULL)
        return km_structure_system(recipe, ff, s);
    KM_TRY(km_composition(recipe, ff, s));
    KM_TRY(list_molecules(s));
    return recipe->structure == NULL ? KM_OK : km_structure_place(recipe, ff, s);
}

km_status km_system_compose(const km_recipe *recipe, const km_forcefield *ff, km_system **out)
{
    km_system *s;
    *out = NULL;
    KM_NEW(s, 1);
    const km_status status = compose(recipe, ff, s);
    if (status != KM_OK) {
        km_system_destroy(s);
        return status;
    }
    *out = s;
    return KM_OK;
}

km_status km_system_build(const km_recipe *recipe, const km_forcefield *ff, const char *work_folder,
                          km_system **out)
{
    km_system *s;
    *out = NULL;
    KM_NEW(s, 1);
    km_status status = compose(recipe, ff, s);
    if (status == KM_OK && s->position == NULL && recipe->stack != NULL)
        status = km_stack_place(recipe, ff, work_folder, s);
    else if (status == KM_OK && s->position == NULL)
        status = km_pack(recipe, ff, work_folder, s);
    if (status != KM_OK) {
        km_system_destroy(s);
        return status;
    }
    *out = s;
    return KM_OK;
}

km_status km_system_check_memory(const char *place, double atoms)
{
    const double needed = atoms * KM_BYTES_PER_ATOM / GIB, there = km_memory_there_is() / GIB;
    if (needed <= there && atoms < MOST_ATOMS)
        return KM_OK;
    return KM_FAIL(
        KM_ERROR_INPUT,
        "%s: %.3g atoms need about %.3g GiB of memory and this machine has %.3g to give; at most "
        "%.3g atoms fit",
        place, atoms, needed, there, fmin(there * GIB / KM_BYTES_PER_ATOM, MOST_ATOMS));
}

void km_system_destroy(km_system *system)
{
    if (system == NULL)
        return;
    free(system->component);
    free(system->molecule);
    free(system->position);
    free(system->velocity);
    free(system->mobility);
    free(system->layer);
    free(system);
}
