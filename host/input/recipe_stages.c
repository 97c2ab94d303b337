/* SPDX-License-Identifier: MIT */
/* What the protocols are made of. */
#include <math.h>

#include "host/input/recipe_stages.h"
#include "kernels/base/units.h"

#define BAR KM_PRESSURE_PER_BAR
#define FS KM_PS_PER_FS
/* of the temperature of the recipe: bulk crystals superheat by up to a third before they melt */
#define MELT_FACTOR 2.0

km_status km_stage_list_add(km_stage_list *list, const char *name, const km_stage *stage)
{
    km_stage *new = &list->stage[list->n];
    *new = *stage;
    new->name = NULL;
    KM_TRY(km_recipe_keep(name, &new->name));
    list->raw_index[list->n++] = -1;
    list->r->recipe->n_stages = list->n;
    return KM_OK;
}

/* A packed box becomes a liquid: bad contacts are minimised away and warmed carefully, the voids of
 * packing are pressed out, the volume finds its mean, production holds it there. */
static km_status add_liquid_stages(km_stage_list *list)
{
    const km_recipe *recipe = list->r->recipe;
    const double timestep = list->production.timestep, cold = fmin(50.0, recipe->temperature);
    km_stage s = list->base;
    s.kind = KM_STAGE_MINIMISE;
    KM_TRY(km_stage_list_add(list, "minimise", &s));

    s = list->base;
    s.constrain_hydrogen = false;
    s.thermostat = KM_THERMOSTAT_LANGEVIN;
    s.friction = 10.0;
    s.temperature_start = s.temperature_end = cold;
    s.time = 1.0;
    s.timestep = fmin(0.5 * FS, timestep);
    s.energy_interval = 0.1;
    KM_TRY(km_stage_list_add(list, "relax", &s));

    s.friction = 5.0;
    s.temperature_end = recipe->temperature;
    s.time = 10.0;
    s.timestep = fmin(1.0 * FS, timestep);
    s.energy_interval = 0.5;
    KM_TRY(km_stage_list_add(list, "heat", &s));

    s = list->base;
    s.thermostat_time = 0.5;
    s.time = 10.0;
    s.timestep = fmin(1.0 * FS, timestep);
    s.barostat = KM_BAROSTAT_ISOTROPIC;
    s.barostat_time = 1.0;
    s.pressure_start = s.pressure_end = 1000.0 * BAR;
    s.energy_interval = 0.5;
    KM_TRY(km_stage_list_add(list, "compress", &s));

    s = list->base;
    s.timestep = timestep;
    s.time = 200.0;
    s.barostat = KM_BAROSTAT_ISOTROPIC;
    s.average_from = 0.5;
    KM_TRY(km_stage_list_add(list, "equilibrate", &s));

    s = list->base;
    s.timestep = timestep;
    s.time = 20.0;
    KM_TRY(km_stage_list_add(list, "settle", &s));
    return km_stage_list_add(list, "produce", &list->production);
}

static km_status add_heating(km_stage_list *list)
{
    const km_recipe *recipe = list->r->recipe;
    km_stage s = list->base;
    s.kind = KM_STAGE_MINIMISE;
    KM_TRY(km_stage_list_add(list, "minimise", &s));

    s = list->base;
    s.constrain_hydrogen = false;
    s.thermostat = KM_THERMOSTAT_LANGEVIN;
    s.friction = 10.0;
    s.temperature_start = s.temperature_end = fmin(50.0, recipe->temperature);
    s.time = 1.0;
    s.timestep = fmin(0.5 * FS, list->production.timestep);
    s.energy_interval = 0.1;
    KM_TRY(km_stage_list_add(list, "relax", &s));

    s.friction = 5.0;
    s.temperature_end = recipe->temperature;
    s.time = 10.0;
    s.timestep = fmin(1.0 * FS, list->production.timestep);
    s.energy_interval = 0.5;
    return km_stage_list_add(list, "heat", &s);
}

/* The cell finds its mean size where it may change, and production holds it. */
static km_status add_equilibration(km_stage_list *list, km_barostat_kind barostat, double time)
{
    km_stage s = list->base;
    s.timestep = list->production.timestep;
    s.time = time;
    s.barostat = barostat;
    s.average_from = barostat != KM_BAROSTAT_NONE ? 0.5 : 0.0;
    KM_TRY(km_stage_list_add(list, "equilibrate", &s));
    s = list->base;
    s.timestep = list->production.timestep;
    s.time = 20.0;
    if (barostat != KM_BAROSTAT_NONE)
        KM_TRY(km_stage_list_add(list, "settle", &s));
    return km_stage_list_add(list, "produce", &list->production);
}

/* A crystal is warmed and finds its lattice constant; a liquid is one that was melted, far enough
 * above the melting point for that to take picoseconds. */
static km_status add_metal_stages(km_stage_list *list)
{
    const km_recipe *recipe = list->r->recipe;
    KM_TRY(add_heating(list));
    if (recipe->crystal != NULL && recipe->crystal->liquid) {
        km_stage s = list->base;
        s.timestep = list->production.timestep;
        s.time = 20.0;
        s.barostat = KM_BAROSTAT_ISOTROPIC;
        s.temperature_start = s.temperature_end = MELT_FACTOR * recipe->temperature;
        KM_TRY(km_stage_list_add(list, "melt", &s));
        s.temperature_end = recipe->temperature;
        KM_TRY(km_stage_list_add(list, "cool", &s));
    }
    const bool whole = recipe->crystal != NULL;
    return add_equilibration(list, whole ? KM_BAROSTAT_ISOTROPIC : KM_BAROSTAT_NONE, 100.0);
}

/* Packed liquid against metal: as protocol liquid, but the area is that of the slab. Along z the
 * cell changes where it is periodic and nothing is held; elsewhere the gap keeps its width, or a
 * piston finds it. */
static km_status add_interface_stages(km_stage_list *list)
{
    const km_recipe_stack *stack = list->r->recipe->stack;
    const bool periodic =
        stack != NULL && !(stack->vacuum > 0.0) && !km_recipe_has_frozen(list->r->recipe);
    KM_TRY(add_heating(list));
    return add_equilibration(list, periodic ? KM_BAROSTAT_Z_ONLY : KM_BAROSTAT_NONE, 200.0);
}

/* A crystal of ions is warmed and finds its cell, unless parts of it are held; a and b change
 * together, c alone. */
static km_status add_crystal_stages(km_stage_list *list)
{
    const bool held = km_recipe_has_frozen(list->r->recipe);
    KM_TRY(add_heating(list));
    return add_equilibration(list, held ? KM_BAROSTAT_NONE : KM_BAROSTAT_SEMI_ISOTROPIC, 50.0);
}

km_status km_stage_list_fill(km_stage_list *list, km_protocol protocol)
{
    switch (protocol) {
    case KM_PROTOCOL_LIQUID:
        return add_liquid_stages(list);
    case KM_PROTOCOL_METAL:
        return add_metal_stages(list);
    case KM_PROTOCOL_INTERFACE:
        return add_interface_stages(list);
    case KM_PROTOCOL_CRYSTAL:
        return add_crystal_stages(list);
    case KM_PROTOCOL_NONE:
        break;
    }
    return KM_OK;
}
