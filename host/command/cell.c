/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/build/memory.h"
#include "host/build/packing.h"
#include "host/command/command.h"
#include "host/input/recipe_schema.h"
#include "kernels/base/units.h"

#define MIB 1048576.0
#define BYTES_PER_MESH_POINT 24.0

km_status km_cell_read(const char *recipe, const km_options *options, km_cell *out)
{
    memset(out, 0, sizeof *out);
    if (recipe == NULL)
        return KM_FAIL(KM_ERROR_USAGE,
                       "which recipe? Give an id of `kalium list` or the path of a file");
    KM_TRY(km_recipe_read(recipe, options->settings, options->n_settings, &out->recipe));
    const km_recipe_forcefield *forcefield = &out->recipe->forcefield;
    KM_TRY(km_forcefield_read((const char *const *)forcefield->file, forcefield->n_files,
                              &out->forcefield));
    if (forcefield->mixing_given)
        out->forcefield->mixing = forcefield->mixing;
    return KM_OK;
}

void km_cell_destroy(km_cell *cell)
{
    km_system_destroy(cell->system);
    km_forcefield_destroy(cell->forcefield);
    km_recipe_destroy(cell->recipe);
    memset(cell, 0, sizeof *cell);
}

const char *km_confidence_name(km_confidence confidence)
{
    switch (confidence) {
    case KM_CONFIDENCE_PUBLISHED:
        return "published";
    case KM_CONFIDENCE_ANALOGY:
        return "analogy";
    case KM_CONFIDENCE_EXPLORATORY:
        return "exploratory";
    }
    return "";
}

static void print_liquid(const km_system_layer *layer)
{
    printf("liquid of %d atoms, %.4g A thick", layer->n_atoms, 10.0 * (layer->high - layer->low));
    if (layer->thickness > 0.0)
        printf(" (asked %.4g A)", 10.0 * layer->thickness);
}

/* The potential is that of a dipole layer, 4 pi dipole / area in Gaussian units. */
static void print_crystal(const km_recipe_compound *compound, const km_system_layer *layer,
                          double area)
{
    const double volts = 4.0 * KM_PI * KM_COULOMB_CONSTANT * layer->dipole / area / KM_EV;
    printf("crystal %s (001), %d x %d x %d cells%s from %.4g of c%s, %d atoms, dipole %+.4g e A "
           "(%+.3g V across)",
           compound->space_group, layer->repeats[0], layer->repeats[1], layer->repeats[2],
           compound->orthogonal ? " of a, a + 2b, c" : "", compound->cut,
           compound->split_cut ? ", that plane on both faces" : "", layer->n_atoms,
           layer->dipole / KM_NM_PER_ANGSTROM, volts);
}

static void print_slab(const km_recipe_slab *slab, const km_system_layer *layer)
{
    printf("%s%s %s (%s)%s, %d layers of %d x %d surface cells, %d atoms, strain %+.3f %% %+.3f %%",
           slab->element, slab->second != NULL ? slab->second : "", km_lattice_word(slab->lattice),
           km_surface_word(slab->surface), slab->exchanged ? " axes exchanged" : "", slab->layers,
           layer->repeats[0], layer->repeats[1], layer->n_atoms, 100.0 * layer->strain[0],
           100.0 * layer->strain[1]);
    if (slab->frozen_layers > 0)
        printf(", %d layers %s", slab->frozen_layers, slab->piston ? "are a piston" : "frozen");
    if (slab->thermostat_layers > 0)
        printf(", thermostat on %d", slab->thermostat_layers);
}

/* Layers of a stack: what was asked, what came of it. */
static void print_layers(const km_cell *cell)
{
    const km_system *system = cell->system;
    const km_recipe_stack *stack = cell->recipe->stack;
    if (stack == NULL)
        return;
    if (km_recipe_stack_crystal(stack) != NULL)
        printf("  area of the crystal %.4g x %.4g A", 10.0 * system->box.ax, 10.0 * system->box.by);
    else
        printf("  area asked %.4g x %.4g A, achieved %.4g x %.4g A", 10.0 * stack->area[0],
               10.0 * stack->area[1], 10.0 * system->box.ax, 10.0 * system->box.by);
    if (stack->vacuum > 0.0)
        printf(", vacuum %.4g A\n", 10.0 * stack->vacuum);
    else
        printf(", periodic along z\n");
    for (int k = 0; k < system->n_layers; k++) {
        const km_system_layer *layer = &system->layer[k];
        printf("  z %7.2f to %7.2f A: ", 10.0 * layer->low, 10.0 * layer->high);
        if (stack->layer[k].slab != NULL)
            print_slab(stack->layer[k].slab, layer);
        else if (stack->layer[k].compound != NULL)
            print_crystal(stack->layer[k].compound, layer, system->box.ax * system->box.by);
        else
            print_liquid(layer);
        printf("\n");
    }
}

double km_run_memory(const km_model *model)
{
    const double mesh = (double)model->pme.mesh[0] * model->pme.mesh[1] * model->pme.mesh[2];
    return model->n * KM_BYTES_PER_ATOM + mesh * BYTES_PER_MESH_POINT;
}

static void print_memory(double bytes)
{
    if (bytes < 1024.0 * MIB)
        printf("%.0f MiB", ceil(bytes / MIB));
    else
        printf("%.3g GiB", bytes / (1024.0 * MIB));
}

void km_print_effort(const km_cell *cell, const km_model *model)
{
    const double seconds = km_pack_seconds(cell->recipe, model->n);
    printf("  a run takes about ");
    print_memory(km_run_memory(model));
    printf(" of memory, there are ");
    print_memory(km_memory_there_is());
    if (seconds < 60.0)
        printf("; building takes about %.0f s\n", ceil(seconds));
    else
        printf("; building takes about %.0f min\n", ceil(seconds / 60.0));
    fflush(stdout);
}

void km_print_composition(const km_cell *cell, const km_model *model)
{
    const km_system *system = cell->system;
    const km_box *box = &system->box;
    const km_recipe_liquid *liquid = cell->recipe->liquid;
    const bool sure = system->position != NULL ||
                      (liquid != NULL && (liquid->density > 0.0 || liquid->size_edge > 0.0));
    double mass = 0.0;
    for (int k = 0; k < system->n_components; k++)
        mass += system->component[k].count *
                km_ff_molecule_mass(cell->forcefield, system->component[k].molecule);
    printf("  %-8s %9s  %14s %14s\n", "molecule", "count", "requested", "achieved");
    for (int k = 0; k < system->n_components; k++) {
        const km_system_component *c = &system->component[k];
        printf("  %-8s %9d  %14.5g %14.5g %s\n", cell->forcefield->molecule[c->molecule].key,
               c->count, c->requested, c->achieved, c->unit != NULL ? c->unit : "");
    }
    printf("  %d atoms in %d molecules, cell %.4g x %.4g x %.4g A", system->n_atoms,
           system->n_molecules, 10.0 * box->ax, 10.0 * box->by, 10.0 * box->cz);
    if (cell->recipe->stack == NULL)
        printf(", %s %.4g kg/m3", sure ? "density of the start" : "estimated density",
               mass / km_box_volume(box) * KM_KG_M3_PER_U_NM3);
    if (cell->recipe->compound != NULL && cell->recipe->compound->expected_density > 0.0)
        printf(" (expected %.4g)", cell->recipe->compound->expected_density);
    printf("\n");
    print_layers(cell);
    if (model == NULL)
        return;
    printf("  total charge %.3g e, charges of ions x %.3g\n", model->total_charge,
           cell->recipe->forcefield.charge_scale);
    if (model->has_charges)
        printf(
            "  Ewald: alpha %.4g 1/nm, mesh %d x %d x %d, order %d; estimated relative force error "
            "%.2g (real) %.2g (mesh)\n",
            model->pme.alpha, model->pme.mesh[0], model->pme.mesh[1], model->pme.mesh[2],
            model->pme.spline_order, model->coulomb_error_real, model->coulomb_error);
    for (int k = 0; k < model->n_notes; k++)
        printf("  %s\n", model->note[k]);
}
