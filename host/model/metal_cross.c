/* SPDX-License-Identifier: MIT */
/* Metal atoms beside ions that have no Lennard-Jones numbers to mix. */
#include <string.h>

#include "host/model/metal.h"
#include "host/model/mixing.h"

static bool is_metal_type(const km_expansion *e, int type)
{
    for (int k = 0; k < e->n_kinds; k++)
        if (km_is_metal_kind(&e->kind[k]) && e->kind[k].type[0] == type)
            return true;
    return false;
}

const km_ff_metal_cross *km_metal_cross_of(const km_expansion *e, int type)
{
    const km_ff_atom_type *t = &e->ff->atom_type[type];
    if (e->metal_set == NULL || t->lennard_jones)
        return NULL;
    const int row = km_forcefield_metal_cross(e->ff, e->metal_set, t->element);
    return row >= 0 ? &e->ff->metal_cross[row] : NULL;
}

km_status km_mix_beside_metal(const km_expansion *e, int type_a, int type_b, km_vdw_form *form,
                              double *parameter)
{
    const bool a_is_metal = is_metal_type(e, type_a), b_is_metal = is_metal_type(e, type_b);
    const km_ff_atom_type *metal = &e->ff->atom_type[a_is_metal ? type_a : type_b];
    const km_ff_atom_type *other = &e->ff->atom_type[a_is_metal ? type_b : type_a];
    if (a_is_metal == b_is_metal || other->lennard_jones ||
        km_forcefield_pair(e->ff, type_a, type_b) >= 0)
        return km_mix(e->ff, type_a, type_b, form, parameter);
    const km_ff_metal_cross *cross = km_metal_cross_of(e, a_is_metal ? type_b : type_a);
    if (cross == NULL)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s of a metal and %s: the set \"%s\" has no Lennard-Jones numbers of %s; add "
            "a row to pair_types or metal_cross of a force-field file of your own",
            metal->name, other->name, e->metal_set, other->element);
    const double own[2] = {metal->epsilon, metal->sigma}, its[2] = {cross->epsilon, cross->sigma};
    memset(parameter, 0, KM_VDW_PARAMETERS * sizeof *parameter);
    *form = KM_VDW_LENNARD_JONES;
    km_mix_lennard_jones(e->ff->mixing, own, its, parameter);
    return KM_OK;
}
