/* SPDX-License-Identifier: MIT */
#include "host/build/stack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/composition.h"
#include "host/build/compound.h"
#include "host/build/crystal.h"
#include "host/build/crystal_slab.h"
#include "host/build/gap.h"
#include "host/build/metal_slab.h"
#include "host/build/recipe_place.h"
#include "kernels/base/units.h"

#define PISTON_DAMPING 1.0 /* 1/ps  lets it settle within a few swings */

/* What becomes of the layers of a recipe. */
typedef struct stacking {
    const km_recipe *recipe;
    const km_recipe_stack *stack;
    const km_forcefield *ff;
    km_slab_plan *plan; /*     per layer; of slabs                                         */
    int (*metal)[2];    /*     per layer; molecules of a slab, the second of rock salt      */
    km_system **part;   /*     per layer; composition of a liquid, crystal with positions   */
    double edge[2];     /* nm  of the cell                                                 */
} stacking;

static void close_stacking(stacking *s)
{
    for (int k = 0; s->part != NULL && k < s->stack->n_layers; k++)
        km_system_destroy(s->part[k]);
    free(s->part);
    free(s->plan);
    free(s->metal);
}

static const km_recipe_slab *slab_of(const stacking *s, int layer)
{
    return s->stack->layer[layer].slab;
}

static km_status check_strain(const stacking *s, int layer)
{
    const km_slab_plan *plan = &s->plan[layer];
    char place[KM_PLACE_LENGTH];
    const double worst = fmax(fabs(plan->strain[0]), fabs(plan->strain[1]));
    const bool crystal = km_recipe_stack_crystal(s->stack) != NULL;
    if (worst <= s->stack->strain_most)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: %d x %d surface cells must be strained by %.2f %% and %.2f %% to match the "
                   "%.4g x %.4g A of the %s, more than %g %%; %s, or raise strain_limit_percent",
                   km_recipe_node(s->recipe, place, "%s", slab_of(s, layer)->node),
                   plan->repeats[0], plan->repeats[1], 100.0 * plan->strain[0],
                   100.0 * plan->strain[1], s->edge[0] / KM_NM_PER_ANGSTROM,
                   s->edge[1] / KM_NM_PER_ANGSTROM, crystal ? "crystal" : "first slab",
                   100.0 * s->stack->strain_most,
                   crystal ? "choose other repeats or axes (`kalium match` finds those that fit)"
                           : "choose another area_A, for which both fit");
}

static km_status fit_slabs(stacking *s)
{
    const km_recipe_compound *crystal = km_recipe_stack_crystal(s->stack);
    bool first = crystal == NULL;
    memcpy(s->edge, s->stack->area, sizeof s->edge);
    if (crystal != NULL)
        km_crystal_slab_face(crystal, s->edge);
    for (int k = 0; crystal != NULL && k < 2; k++)
        s->edge[k] *= crystal->repeats[k];
    for (int k = 0; k < s->stack->n_layers; k++) {
        const km_recipe_slab *slab = slab_of(s, k);
        if (slab == NULL)
            continue;
        KM_TRY(km_find_metal(s->recipe, s->ff, slab->element, slab->node, &s->metal[k][0]));
        if (slab->second != NULL)
            KM_TRY(km_find_metal(s->recipe, s->ff, slab->second, slab->node, &s->metal[k][1]));
        s->plan[k] = km_slab_fit(slab, s->edge, !first);
        if (first)
            memcpy(s->edge, s->plan[k].edge, sizeof s->edge);
        first = false;
        KM_TRY(check_strain(s, k));
    }
    return KM_OK;
}

/* The composition of a liquid of this stack, whose thickness is a volume by now. */
static km_status compose_liquid(stacking *s, int layer)
{
    km_recipe_liquid liquid = *s->stack->layer[layer].liquid;
    km_recipe view = *s->recipe;
    if (liquid.thickness > 0.0)
        liquid.size_edge = cbrt(s->edge[0] * s->edge[1] * liquid.thickness);
    view.liquid = &liquid;
    return km_composition(&view, s->ff, s->part[layer]);
}

/* The crystal of this stack, filled and with positions. */
static km_status compose_crystal(stacking *s, int layer)
{
    km_recipe view = *s->recipe;
    view.compound = s->stack->layer[layer].compound;
    view.stack = NULL;
    return km_compound_system(&view, s->ff, s->part[layer]);
}

static km_status compose_part(stacking *s, int layer)
{
    KM_NEW(s->part[layer], 1);
    return s->stack->layer[layer].compound != NULL ? compose_crystal(s, layer)
                                                   : compose_liquid(s, layer);
}

/* Periodic along z the highest slab continues below the lowest: it ends where the stacking of the
 * lowest starts. */
static km_status join_ends(stacking *s)
{
    const int last = s->stack->n_layers - 1;
    const km_recipe_slab *low = slab_of(s, 0), *high = slab_of(s, last);
    char place[KM_PLACE_LENGTH];
    if (s->stack->vacuum > 0.0 || low == NULL || high == NULL)
        return KM_OK;
    const int period = s->plan[0].cell.period;
    if (last == 0 && low->layers % period != 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: periodic along z (vacuum_A is 0) the stacking of this surface repeats "
                       "after %d layers, and %d are no multiple of it; change layers or give "
                       "vacuum_A",
                       km_recipe_node(s->recipe, place, "%s.layers", low->node), period,
                       low->layers);
    if (strcmp(low->element, high->element) != 0 || low->lattice != high->lattice ||
        low->surface != high->surface || low->exchanged != high->exchanged ||
        low->lattice_constant != high->lattice_constant)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s: periodic along z the highest slab touches the lowest and must be of the "
            "same crystal and surface; give vacuum_A, or a liquid on top",
            km_recipe_node(s->recipe, place, "%s", high->node));
    if (last > 0)
        s->plan[last].first_phase = (period - high->layers % period) % period;
    return KM_OK;
}

static km_status open_stacking(stacking *s)
{
    KM_NEW(s->plan, s->stack->n_layers);
    KM_NEW(s->metal, s->stack->n_layers);
    KM_NEW(s->part, s->stack->n_layers);
    KM_TRY(fit_slabs(s));
    KM_TRY(join_ends(s));
    for (int k = 0; k < s->stack->n_layers; k++)
        if (slab_of(s, k) == NULL)
            KM_TRY(compose_part(s, k));
    return KM_OK;
}

/* nm, between the faces of two neighbours: layers of metal atoms, ions, or the end of a liquid. */
static double gap_between(const stacking *s, int below, int above)
{
    const km_recipe_layer *layer = s->stack->layer;
    const km_recipe_slab *low = slab_of(s, below), *high = slab_of(s, above);
    if (layer[below].compound != NULL || layer[above].compound != NULL) {
        const bool liquid = layer[below].liquid != NULL || layer[above].liquid != NULL;
        return (liquid ? 0.5 : 1.0) * km_recipe_stack_crystal(s->stack)->gap;
    }
    if (low == NULL && high == NULL)
        return 0.0;
    if (low != NULL && high != NULL) /* across the boundary one crystal, elsewhere a film */
        return 0.5 * (s->plan[below].cell.spacing + s->plan[above].cell.spacing);
    const km_ff_molecule *metal = &s->ff->molecule[s->metal[low != NULL ? below : above][0]];
    return 0.5 * pow(2.0, 1.0 / 6.0) * s->ff->atom_type[metal->atom[0].type].sigma;
}

static double height_of(const stacking *s, int layer)
{
    if (slab_of(s, layer) != NULL)
        return km_slab_height(&s->plan[layer]);
    if (s->stack->layer[layer].compound != NULL)
        return s->part[layer]->box.cz;
    return km_box_volume(&s->part[layer]->box) / (s->edge[0] * s->edge[1]);
}

/* e nm */
static double dipole_of(const stacking *s, const km_system *crystal)
{
    double dipole = 0.0;
    for (int i = 0; i < crystal->n_atoms; i++)
        dipole += s->ff->molecule[crystal->molecule[i]].atom[0].charge *
                  (crystal->position[3 * (size_t)i + 2] - 0.5 * crystal->box.cz);
    return dipole;
}

static void describe(const stacking *s, int k, km_system_layer *layer)
{
    layer->slab = slab_of(s, k) != NULL;
    layer->n_atoms = layer->slab ? km_slab_atoms(&s->plan[k]) : s->part[k]->n_atoms;
    if (layer->slab) {
        memcpy(layer->repeats, s->plan[k].repeats, sizeof s->plan[k].repeats);
        memcpy(layer->strain, s->plan[k].strain, sizeof layer->strain);
    } else if (s->stack->layer[k].compound != NULL) {
        memcpy(layer->repeats, s->stack->layer[k].compound->repeats, sizeof layer->repeats);
        layer->dipole = dipole_of(s, s->part[k]);
    } else {
        layer->thickness = s->stack->layer[k].liquid->thickness;
    }
}

static km_status arrange(const stacking *s, km_system *system)
{
    const int n = s->stack->n_layers;
    double z = 0.5 * s->stack->vacuum;
    int64_t atom = 0;
    KM_NEW(system->layer, n);
    system->n_layers = n;
    for (int k = 0; k < n; k++) {
        km_system_layer *layer = &system->layer[k];
        z += k > 0 ? gap_between(s, k - 1, k) : 0.0;
        layer->first_atom = (int)atom;
        layer->low = z;
        z += height_of(s, k);
        layer->high = z;
        describe(s, k, layer);
        atom += layer->n_atoms;
    }
    char place[KM_PLACE_LENGTH];
    KM_TRY(km_system_check_memory(km_recipe_node(s->recipe, place, "cell"), (double)atom));
    system->n_atoms = (int)atom;
    system->vacuum = s->stack->vacuum;
    z += s->stack->vacuum > 0.0 ? 0.5 * s->stack->vacuum : gap_between(s, n - 1, 0);
    system->box = km_box_orthorhombic(s->edge[0], s->edge[1], z);
    return KM_OK;
}

static void add_slab_component(const stacking *s, int layer, km_system *system)
{
    const km_slab_plan *plan = &s->plan[layer];
    const double per_area = plan->cell.n_atoms / (plan->cell.edge[0] * plan->cell.edge[1]);
    const bool crystal = km_recipe_stack_crystal(s->stack) != NULL; /* its area is exact */
    const double *area = crystal ? s->edge : s->stack->area;
    const double asked = plan->layers * per_area * area[0] * area[1];
    const int count = km_slab_atoms(plan) / plan->n_elements;
    for (int k = 0; k < plan->n_elements; k++)
        system->component[system->n_components++] =
            (km_system_component){.molecule = s->metal[layer][k],
                                  .count = count,
                                  .requested = asked / plan->n_elements,
                                  .achieved = count,
                                  .unit = "atoms"};
}

static km_status list_components(const stacking *s, km_system *system)
{
    int most = 0;
    for (int k = 0; k < s->stack->n_layers; k++)
        most += s->part[k] != NULL ? s->part[k]->n_components : s->plan[k].n_elements;
    KM_NEW(system->component, most);
    for (int k = 0; k < s->stack->n_layers; k++) {
        if (s->part[k] == NULL)
            add_slab_component(s, k, system);
        for (int c = 0; s->part[k] != NULL && c < s->part[k]->n_components; c++)
            system->component[system->n_components++] = s->part[k]->component[c];
    }
    int m = 0;
    for (int c = 0; c < system->n_components; c++)
        system->n_molecules += system->component[c].count;
    KM_NEW(system->molecule, system->n_molecules);
    for (int c = 0; c < system->n_components; c++)
        for (int j = 0; j < system->component[c].count; j++)
            system->molecule[m++] = system->component[c].molecule;
    return KM_OK;
}

/* Layers of a slab from its outer side: frozen (or piston), coupled to the thermostat, others. */
static void set_mobility(const stacking *s, int k, km_system *system)
{
    const km_recipe_slab *slab = slab_of(s, k);
    const int per_layer = km_slab_layer_atoms(&s->plan[k]);
    const bool from_top = k > 0 && k == s->stack->n_layers - 1;
    if (slab->piston)
        system->piston[system->n_pistons] = (km_piston){
            .pressure = slab->piston_pressure, .direction = -1, .damping = PISTON_DAMPING};
    for (int layer = 0; layer < slab->layers; layer++) {
        const int depth = from_top ? slab->layers - 1 - layer : layer;
        int mobility = KM_MOBILITY_FREE;
        if (depth < slab->frozen_layers)
            mobility =
                slab->piston ? KM_MOBILITY_PISTON + system->n_pistons : (int)KM_MOBILITY_FROZEN;
        else if (slab->thermostat_layers > 0 &&
                 depth >= slab->frozen_layers + slab->thermostat_layers)
            mobility = KM_MOBILITY_UNCOUPLED;
        memset(&system->mobility[system->layer[k].first_atom + layer * per_layer], mobility,
               (size_t)per_layer);
    }
    system->n_pistons += slab->piston;
}

static km_status set_all_mobility(const stacking *s, km_system *system)
{
    bool special = false;
    for (int k = 0; k < s->stack->n_layers; k++) {
        const km_recipe_slab *slab = slab_of(s, k);
        special |= slab != NULL ? slab->frozen_layers + slab->thermostat_layers > 0
                                : s->part[k]->mobility != NULL;
    }
    if (!special)
        return KM_OK;
    KM_NEW(system->mobility, system->n_atoms);
    for (int k = 0; k < s->stack->n_layers; k++) {
        const km_system_layer *layer = &system->layer[k];
        if (layer->slab)
            set_mobility(s, k, system);
        else if (s->part[k]->mobility != NULL)
            memcpy(&system->mobility[layer->first_atom], s->part[k]->mobility,
                   (size_t)layer->n_atoms);
    }
    return KM_OK;
}

static km_status place_layer(const stacking *s, int k, const char *folder, km_system *system)
{
    const km_system_layer *layer = &system->layer[k];
    double *x = &system->position[3 * (size_t)layer->first_atom];
    if (layer->slab) {
        km_slab_place(&s->plan[k], layer->low, x);
        return KM_OK;
    }
    const double edge[3] = {s->edge[0], s->edge[1], layer->high - layer->low};
    if (s->stack->layer[k].compound != NULL)
        memcpy(x, s->part[k]->position, 3 * (size_t)layer->n_atoms * sizeof *x);
    else
        KM_TRY(km_pack_gap(s->ff, s->part[k], edge, s->recipe->seed + (uint64_t)k, folder, x));
    for (int i = 0; i < layer->n_atoms; i++)
        x[3 * i + 2] += layer->low;
    return KM_OK;
}

static km_status place_all(const stacking *s, const char *folder, km_system *system)
{
    KM_NEW(system->position, 3 * (size_t)system->n_atoms);
    for (int k = 0; k < system->n_layers; k++)
        KM_TRY(place_layer(s, k, folder, system));
    return KM_OK;
}

static km_status compose(stacking *s, km_system *system)
{
    bool packed = false;
    KM_TRY(open_stacking(s));
    KM_TRY(arrange(s, system));
    KM_TRY(list_components(s, system));
    KM_TRY(set_all_mobility(s, system));
    for (int k = 0; k < s->stack->n_layers; k++)
        packed |= s->stack->layer[k].liquid != NULL;
    return packed ? KM_OK : place_all(s, NULL, system);
}

km_status km_stack_compose(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    stacking s = {.recipe = recipe, .stack = recipe->stack, .ff = ff};
    const km_status status = compose(&s, system);
    close_stacking(&s);
    return status;
}

km_status km_stack_place(const km_recipe *recipe, const km_forcefield *ff, const char *folder,
                         km_system *system)
{
    stacking s = {.recipe = recipe, .stack = recipe->stack, .ff = ff};
    km_status status = open_stacking(&s);
    if (status == KM_OK)
        status = place_all(&s, folder, system);
    close_stacking(&s);
    return status;
}
