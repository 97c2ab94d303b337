/* SPDX-License-Identifier: MIT */
/* The cells with layers or metal of a recipe: crystal, slab, stack. */
#include <stdio.h>
#include <string.h>

#include "host/input/recipe_reader.h"
#include "kernels/base/units.h"

#define MOST_LAYERS 100000
#define STRAIN_MOST 0.05 /* of a slab, unless the recipe says */

/* The elements of an alloy, each once. */
static km_status read_alloy(km_recipe_reader *r, const km_raw_crystal *raw,
                            km_recipe_crystal *crystal)
{
    KM_NEW(crystal->part, raw->n_parts);
    for (uint32_t k = 0; k < raw->n_parts; k++) {
        km_recipe_alloy_part *part = &crystal->part[k];
        char node[48];
        crystal->n_parts++;
        snprintf(node, sizeof node, "cell.crystal.elements.%u", k);
        KM_TRY(km_recipe_keep(raw->part[k].element, &part->element));
        KM_TRY(km_recipe_read_numbers(r, node, &km_recipe_alloy_numbers, &raw->part[k], part));
        if (!(part->mole_parts > 0.0))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: mole_parts of %s is missing; give parts by amount "
                           "of substance, above 0",
                           km_recipe_place(r, "%s", node), part->element);
        for (uint32_t b = 0; b < k; b++)
            if (strcmp(part->element, crystal->part[b].element) == 0)
                return KM_FAIL(KM_ERROR_INPUT, "%s: %s is named twice",
                               km_recipe_place(r, "%s", node), part->element);
    }
    return KM_OK;
}

/* Rock salt has two elements and is built as a film of (100) layers, all of them free. */
static km_status check_rock_salt(km_recipe_reader *r, const km_recipe_slab *slab)
{
    const bool salt = slab->lattice == KM_LATTICE_ROCK_SALT;
    if (salt != (slab->second != NULL))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: second_element and lattice: rock_salt belong together; give both, or "
                       "neither for a metal",
                       km_recipe_place(r, "%s", slab->node));
    if (!salt)
        return KM_OK;
    if (strcmp(slab->element, slab->second) == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: rock salt has two elements, and both are %s",
                       km_recipe_place(r, "%s.second_element", slab->node), slab->element);
    if (slab->surface != KM_SURFACE_100)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: rock salt is built with its neutral (100) surface only; give \"100\"",
                       km_recipe_place(r, "%s.surface", slab->node));
    if (slab->frozen_layers + slab->thermostat_layers > 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: frozen_layers and thermostat_layers are for slabs of one element; "
                       "hold the metal below the film",
                       km_recipe_place(r, "%s", slab->node));
    return KM_OK;
}

static km_status read_crystal(km_recipe_reader *r, const km_raw_crystal *raw)
{
    KM_NEW(r->recipe->crystal, 1);
    km_recipe_crystal *crystal = r->recipe->crystal;
    KM_TRY(km_recipe_keep(raw->element, &crystal->element));
    if ((raw->element != NULL) == (raw->n_parts > 0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: give exactly one of element and elements: [{element: ..., mole_parts: "
                       "...}, ...]",
                       km_recipe_place(r, "cell.crystal"));
    KM_TRY(read_alloy(r, raw, crystal));
    crystal->lattice = raw->lattice;
    if (raw->lattice == KM_LATTICE_ROCK_SALT)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: rock_salt is for a slab; a crystal of ions is given by cell.compound",
                       km_recipe_place(r, "cell.crystal.lattice"));
    crystal->liquid = raw->state != NULL && *raw->state == KM_CRYSTAL_LIQUID;
    KM_TRY(km_recipe_read_numbers(r, "cell.crystal", &km_recipe_crystal_numbers, raw, crystal));
    KM_TRY(km_recipe_read_whole(r, "cell.crystal.size.atoms", raw->size.atoms, 2, 100000000,
                                "about how many atoms the cell holds", &crystal->size_atoms));
    for (uint32_t k = 0; k < raw->n_repeats; k++) {
        char node[40];
        snprintf(node, sizeof node, "cell.crystal.repeats.%u", k);
        KM_TRY(km_recipe_read_whole(r, node, &raw->repeats[k], 1, 1000,
                                    "cubic cells along one edge", &crystal->repeats[k]));
    }
    if ((raw->n_repeats > 0) == (crystal->size_atoms > 0))
        return KM_FAIL(KM_ERROR_INPUT, "%s: give exactly one of repeats and size: {atoms: ...}",
                       km_recipe_place(r, "cell.crystal"));
    return KM_OK;
}

static km_status read_area(km_recipe_reader *r, const char *node, const double *raw,
                           km_recipe_stack *stack)
{
    if (raw == NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: area_A is missing; give the edges along x and y",
                       km_recipe_place(r, "%s", node));
    for (int k = 0; k < 2; k++) {
        if (!(raw[k] >= 3.0 && raw[k] <= 5000.0))
            return KM_FAIL(KM_ERROR_INPUT, "%s is %g; an edge in angstrom lies between 3 and 5000",
                           km_recipe_place(r, "%s.area_A.%d", node, k), raw[k]);
        stack->area[k] = raw[k] * KM_NM_PER_ANGSTROM;
    }
    return KM_OK;
}

static km_status read_slab(km_recipe_reader *r, const char *node, const km_raw_slab *raw,
                           km_recipe_slab **out)
{
    char key[3][80];
    static const char *const name[] = {"layers", "frozen_layers", "thermostat_layers"};
    for (int k = 0; k < 3; k++)
        snprintf(key[k], sizeof key[k], "%s.%s", node, name[k]);
    KM_NEW(*out, 1);
    km_recipe_slab *slab = *out;
    snprintf(slab->node, sizeof slab->node, "%s", node);
    KM_TRY(km_recipe_keep(raw->element, &slab->element));
    if (raw->second != NULL)
        KM_TRY(km_recipe_keep(raw->second, &slab->second));
    slab->lattice = raw->lattice;
    slab->surface = raw->surface;
    slab->exchanged = raw->axes != NULL && *raw->axes == KM_AXES_EXCHANGED;
    KM_TRY(km_recipe_read_numbers(r, node, &km_recipe_slab_numbers, raw, slab));
    KM_TRY(km_recipe_read_whole(r, key[0], &raw->layers, 1, MOST_LAYERS,
                                "layers of atoms in the slab", &slab->layers));
    KM_TRY(km_recipe_read_whole(r, key[1], raw->frozen_layers, 0, slab->layers,
                                "layers that are held, at most those of the slab",
                                &slab->frozen_layers));
    KM_TRY(km_recipe_read_whole(
        r, key[2], raw->thermostat_layers, 0, slab->layers - slab->frozen_layers,
        "layers with a thermostat, at most those that move", &slab->thermostat_layers));
    KM_TRY(check_rock_salt(r, slab));
    if (raw->piston == NULL)
        return KM_OK;
    slab->piston = true;
    slab->piston_pressure = 1.0 * KM_PRESSURE_PER_BAR;
    snprintf(key[0], sizeof key[0], "%s.piston", node);
    return km_recipe_read_numbers(r, key[0], &km_recipe_piston_numbers, raw->piston, slab);
}

static km_status check_outer(km_recipe_reader *r, const km_recipe_stack *stack, int k)
{
    const km_recipe_slab *slab = stack->layer[k].slab;
    const bool outer = k == 0 || k == stack->n_layers - 1;
    if (slab == NULL)
        return KM_OK;
    if (!outer && slab->frozen_layers + slab->thermostat_layers > 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: this slab lies between others and has no outer side; frozen_layers and "
                       "thermostat_layers are for the lowest and the highest slab",
                       km_recipe_place(r, "%s", slab->node));
    if (!slab->piston)
        return KM_OK;
    if (k == 0 || k != stack->n_layers - 1)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: only the highest layer of a stack can be a piston; move the key there",
                       km_recipe_place(r, "%s.piston", slab->node));
    if (slab->frozen_layers == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the piston is made of the frozen layers of its slab; give "
                       "frozen_layers of at least 1",
                       km_recipe_place(r, "%s.piston", slab->node));
    const km_recipe_slab *lowest = stack->layer[0].slab;
    if (lowest == NULL || lowest->frozen_layers == 0 || !(stack->vacuum > 0.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: a piston needs vacuum_A above it and a lowest slab with frozen_layers "
                       "to press against",
                       km_recipe_place(r, "%s.piston", slab->node));
    return KM_OK;
}

static km_status check_stack(km_recipe_reader *r, const char *node, const km_recipe_stack *stack)
{
    int slabs = 0, crystals = 0;
    for (int k = 0; k < stack->n_layers; k++) {
        const km_recipe_slab *below = k > 0 ? stack->layer[k - 1].slab : NULL;
        const km_recipe_slab *slab = stack->layer[k].slab;
        slabs += slab != NULL;
        crystals += stack->layer[k].compound != NULL;
        if (below != NULL && slab != NULL && below->lattice == slab->lattice)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: two slabs of one lattice lie on each other; put a liquid between "
                           "them or make them one slab of more layers",
                           km_recipe_place(r, "%s.layers.%d", node, k));
        KM_TRY(check_outer(r, stack, k));
    }
    if (crystals > 1)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s holds %d crystals of compounds; the area is that of one, give one",
                       km_recipe_place(r, "%s.layers", node), crystals);
    if (slabs + crystals == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s holds no slab; a liquid alone is given by cell.liquid",
                       km_recipe_place(r, "%s.layers", node));
    if (stack->n_layers == 1 && crystals == 1 && !(stack->vacuum > 0.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: a crystal alone without vacuum_A has no faces; give vacuum_A, or use "
                       "cell.compound",
                       km_recipe_place(r, "%s.layers", node));
    return KM_OK;
}

/* A slab alone is a stack of one layer. */
static km_status read_single(km_recipe_reader *r, const km_raw_slab *raw)
{
    KM_NEW(r->recipe->stack, 1);
    km_recipe_stack *stack = r->recipe->stack;
    const km_raw_stack about = {.vacuum = raw->vacuum};
    if (raw->vacuum == NULL)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: vacuum_A is missing; give the empty height above the slab (0 = "
                       "periodic along z)",
                       km_recipe_place(r, "cell.slab"));
    KM_TRY(read_area(r, "cell.slab", raw->area, stack));
    KM_TRY(km_recipe_read_numbers(r, "cell.slab", &km_recipe_stack_numbers, &about, stack));
    KM_NEW(stack->layer, 1);
    stack->strain_most = STRAIN_MOST;
    stack->n_layers = 1;
    KM_TRY(read_slab(r, "cell.slab", raw, &stack->layer[0].slab));
    return check_stack(r, "cell.slab", stack);
}

static km_status read_layer(km_recipe_reader *r, uint32_t k, const km_raw_layer *raw,
                            km_recipe_layer *layer)
{
    char node[48];
    if ((raw->slab != NULL) + (raw->compound != NULL) + (raw->liquid != NULL) != 1)
        return KM_FAIL(KM_ERROR_INPUT, "%s: a layer is either a slab, a compound or a liquid",
                       km_recipe_place(r, "cell.stack.layers.%u", k));
    snprintf(node, sizeof node, "cell.stack.layers.%u.%s", k,
             raw->slab != NULL       ? "slab"
             : raw->compound != NULL ? "compound"
                                     : "liquid");
    if (raw->slab != NULL)
        return read_slab(r, node, raw->slab, &layer->slab);
    if (raw->compound != NULL)
        return km_recipe_read_compound(r, node, true, raw->compound, &layer->compound);
    return km_recipe_read_liquid(r, node, true, raw->liquid, &layer->liquid);
}

/* A crystal keeps its size and gives the cell its edges. */
static km_status read_edges(km_recipe_reader *r, const km_raw_stack *raw, km_recipe_stack *stack)
{
    if (km_recipe_stack_crystal(stack) == NULL)
        return read_area(r, "cell.stack", raw->area, stack);
    if (raw->area != NULL)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the area is that of the crystal, its edges by its repeats; remove the "
                       "key",
                       km_recipe_place(r, "cell.stack.area_A"));
    return KM_OK;
}

static km_status read_stack(km_recipe_reader *r, const km_raw_stack *raw)
{
    KM_NEW(r->recipe->stack, 1);
    km_recipe_stack *stack = r->recipe->stack;
    stack->strain_most = STRAIN_MOST;
    KM_TRY(km_recipe_read_numbers(r, "cell.stack", &km_recipe_stack_numbers, raw, stack));
    if (raw->n_layers == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: layers is missing; list slabs, crystals and liquids from bottom to top",
                       km_recipe_place(r, "cell.stack"));
    KM_NEW(stack->layer, raw->n_layers);
    for (uint32_t k = 0; k < raw->n_layers; k++) {
        stack->n_layers++;
        KM_TRY(read_layer(r, k, &raw->layer[k], &stack->layer[k]));
    }
    KM_TRY(read_edges(r, raw, stack));
    return check_stack(r, "cell.stack", stack);
}

km_status km_recipe_read_metal(km_recipe_reader *r)
{
    const km_raw_recipe_cell *raw = &r->raw->cell;
    if (raw->crystal != NULL)
        return read_crystal(r, raw->crystal);
    return raw->slab != NULL ? read_single(r, raw->slab) : read_stack(r, raw->stack);
}

const km_recipe_compound *km_recipe_stack_crystal(const km_recipe_stack *stack)
{
    for (int k = 0; stack != NULL && k < stack->n_layers; k++)
        if (stack->layer[k].compound != NULL)
            return stack->layer[k].compound;
    return NULL;
}

static bool has_frozen_site(const km_recipe_compound *compound)
{
    for (int k = 0; compound != NULL && k < compound->n_sites; k++)
        if (compound->site[k].frozen)
            return true;
    return false;
}

bool km_recipe_has_frozen(const km_recipe *recipe)
{
    for (int k = 0; recipe->stack != NULL && k < recipe->stack->n_layers; k++)
        if (recipe->stack->layer[k].slab != NULL && recipe->stack->layer[k].slab->frozen_layers > 0)
            return true;
    return has_frozen_site(recipe->compound) ||
           has_frozen_site(km_recipe_stack_crystal(recipe->stack));
}
