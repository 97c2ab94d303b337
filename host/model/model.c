/* SPDX-License-Identifier: MIT */
#include "host/model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/model/ewald_choice.h"
#include "host/model/expand.h"
#include "host/model/metal.h"
#include "host/model/mixing.h"
#include "host/model/neutrality.h"
#include "host/model/pair_barrier.h"
#include "kernels/base/units.h"

#define KM_SKIN                                                                                    \
    0.1 /* nm  unless the recipe says: rebuilds every 10 to 20 steps of 2 fs in a liquid */

/* Kinds of molecules in the order of their first molecule. */
static km_status find_kinds(km_expansion *e)
{
    const km_system *system = e->system;
    KM_NEW(e->kind_of, e->ff->n_molecules);
    KM_NEW(e->kind, e->ff->n_molecules);
    for (int k = 0; k < e->ff->n_molecules; k++)
        e->kind_of[k] = -1;
    int64_t n_atoms = 0;
    for (int m = 0; m < system->n_molecules; m++) {
        const int molecule = system->molecule[m];
        if (molecule < 0 || molecule >= e->ff->n_molecules)
            return KM_FAIL(KM_ERROR_INTERNAL, "molecule %d of the cell is not in the force field",
                           m);
        if (e->kind_of[molecule] < 0) {
            e->kind_of[molecule] = e->n_kinds;
            e->kind[e->n_kinds++].molecule = molecule;
        }
        e->kind[e->kind_of[molecule]].count++;
        n_atoms += e->ff->molecule[molecule].n_atoms;
    }
    if (n_atoms != system->n_atoms || n_atoms == 0)
        return KM_FAIL(KM_ERROR_INTERNAL, "the cell says %d atoms, its molecules have %lld",
                       system->n_atoms, (long long)n_atoms);
    return KM_OK;
}

/* Swaps and charge sets that name what is not there would be silent mistakes. */
static km_status check_replacements(const km_recipe_forcefield *recipe, const km_expansion *e)
{
    if (!(recipe->charge_scale > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "forcefield.charge_scale is %g; it must be above 0",
                       recipe->charge_scale);
    for (int c = 0; c < recipe->n_charge_sets; c++) {
        const int m = km_forcefield_molecule(e->ff, recipe->charge_set[c].molecule);
        if (m < 0 || e->kind_of[m] < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "forcefield.charge_sets: there is no molecule \"%s\" in %s",
                           recipe->charge_set[c].molecule, m < 0 ? "the force field" : "the cell");
    }
    for (int s = 0; s < recipe->n_type_swaps; s++) {
        const char *const name[2] = {recipe->type_swap[s].from, recipe->type_swap[s].to};
        for (int end = 0; end < 2; end++)
            if (km_forcefield_atom_type(e->ff, name[end]) < 0)
                return KM_FAIL(KM_ERROR_INPUT,
                               "forcefield.type_swaps: there is no atom type \"%s\" in the force "
                               "field",
                               name[end]);
        bool used = false;
        for (int k = 0; k < e->n_kinds; k++) {
            const km_ff_molecule *m = &e->ff->molecule[e->kind[k].molecule];
            for (int i = 0; i < m->n_atoms; i++)
                used = used || strcmp(e->ff->atom_type[m->atom[i].type].name, name[0]) == 0;
        }
        if (!used)
            return KM_FAIL(KM_ERROR_INPUT,
                           "forcefield.type_swaps: no atom of the cell has the type \"%s\"",
                           name[0]);
    }
    return KM_OK;
}

static km_status assign(km_expansion *e, const km_recipe *recipe, bool constrain_hydrogen)
{
    for (int k = 0; k < e->n_kinds; k++) {
        km_assignment *a = &e->kind[k];
        KM_TRY(km_assign_molecule(a, &recipe->forcefield, e->ff));
        KM_TRY(km_assign_exclusions(a));
        KM_TRY(km_mix_pairs14(e->ff, a));
        KM_TRY(km_assign_constraints(a, e->ff, constrain_hydrogen));
    }
    return KM_OK;
}

/* A short list of the types that occur, so that the pair table is small. */
static km_status find_types(km_expansion *e)
{
    const int n = e->ff->n_atom_types;
    KM_NEW(e->type_here, n);
    KM_NEW(e->type, n);
    for (int t = 0; t < n; t++)
        e->type_here[t] = -1;
    for (int k = 0; k < e->n_kinds; k++)
        for (int i = 0; i < e->kind[k].n_atoms; i++)
            e->type_here[e->kind[k].type[i]] = 0;
    for (int t = 0; t < n; t++)
        if (e->type_here[t] == 0) {
            e->type_here[t] = e->n_types;
            e->type[e->n_types++] = t;
        }
    return KM_OK;
}

static void free_expansion(km_expansion *e)
{
    for (int k = 0; k < e->n_kinds; k++)
        km_assignment_free(&e->kind[k]);
    free(e->kind);
    free(e->kind_of);
    free(e->type);
    free(e->type_here);
}

/* Of the metal's potential, and where nothing else acts the only one. */
static km_status check_metal_cutoff(const km_recipe *recipe, const km_model *model,
                                    const km_box *box)
{
    const double height = km_box_least_height(box);
    if (model->metal_cutoff <= 0.5 * height)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s%sthe potential of the metal reaches %.4g A, above half the least height of "
                   "the cell (%.4g A); make the cell larger",
                   recipe->path != NULL ? recipe->path : "", recipe->path != NULL ? ": " : "",
                   model->metal_cutoff / KM_NM_PER_ANGSTROM, 0.5 * height / KM_NM_PER_ANGSTROM);
}

static km_status check_cutoff(const km_recipe *recipe, const km_box *box)
{
    const km_recipe_nonbonded *nonbonded = &recipe->nonbonded;
    const double height = km_box_least_height(box), cutoff = nonbonded->cutoff;
    if (!(cutoff > 0.0))
        return KM_FAIL(KM_ERROR_VALUE, "nonbonded.cutoff is %g nm; it must be above 0", cutoff);
    if (nonbonded->skin < 0.0)
        return KM_FAIL(KM_ERROR_VALUE, "nonbonded.skin is %g nm; it must not be below 0",
                       nonbonded->skin);
    if (cutoff > 0.5 * height)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s%snonbonded.cutoff_A is %.6g, above half the least height of the cell (%.4g "
            "A); make the cell larger (cell.liquid.size) or cutoff_A at most %.2f",
            recipe->path != NULL ? recipe->path : "", recipe->path != NULL ? ": " : "",
            cutoff / KM_NM_PER_ANGSTROM, 0.5 * height / KM_NM_PER_ANGSTROM,
            floor(50.0 * height / KM_NM_PER_ANGSTROM) / 100.0);
    return KM_OK;
}

/* No stage may change what only a cell with right angles can change. */
static km_status check_shape(const km_recipe *recipe, const km_box *box)
{
    for (int k = 0; k < recipe->n_stages; k++)
        if (recipe->stage[k].kind == KM_STAGE_DYNAMICS &&
            recipe->stage[k].barostat == KM_BAROSTAT_ANISOTROPIC && !km_box_is_orthorhombic(box))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s%sstage %s: barostat: anisotropic is for cells with right angles, "
                           "and this cell is triclinic; choose semi_isotropic or isotropic, or "
                           "build a hexagonal crystal with cell.compound.orthogonal: true",
                           recipe->path != NULL ? recipe->path : "",
                           recipe->path != NULL ? ": " : "", recipe->stage[k].name);
    return KM_OK;
}

static km_status choose_ewald(km_model *model, const km_recipe_nonbonded *nonbonded,
                              const km_box *box)
{
    const km_pme_spec requested = {
        .alpha = nonbonded->ewald_alpha,
        .mesh = {nonbonded->mesh[0], nonbonded->mesh[1], nonbonded->mesh[2]},
        .spline_order = nonbonded->spline_order,
        .coulomb_constant = nonbonded->coulomb_constant};
    return km_ewald_choose(box, nonbonded->cutoff, nonbonded->relative_force_error, model->n,
                           model->charge, &requested, &model->pme, &model->coulomb_error_real,
                           &model->coulomb_error);
}

static km_status set_nonbonded(km_model *model, const km_recipe *recipe, const km_box *box)
{
    const km_recipe_nonbonded *nonbonded = &recipe->nonbonded;
    KM_TRY(check_metal_cutoff(recipe, model, box));
    if (!model->only_metal) {
        KM_TRY(check_cutoff(recipe, box));
        model->neighbours =
            (km_neighbour_spec){.cutoff = nonbonded->cutoff,
                                .skin = nonbonded->skin > 0 ? nonbonded->skin : KM_SKIN,
                                .exclusion_start = model->exclusion_start,
                                .exclusion = model->exclusion,
                                .excluded_group = model->excluded_group};
    }
    if (model->has_charges)
        KM_TRY(choose_ewald(model, nonbonded, box));
    model->pme.coulomb_constant = nonbonded->coulomb_constant;
    model->pair.cutoff = nonbonded->cutoff;
    model->pair.shift = nonbonded->shift;
    model->pair.tail = nonbonded->tail && !(model->metal_cutoff > 0.0) && recipe->stack == NULL;
    model->pair.ewald_alpha = model->bonded.ewald_alpha = model->pme.alpha;
    model->pair.coulomb_constant = model->bonded.coulomb_constant = nonbonded->coulomb_constant;
    model->pair.exclusion_start = model->exclusion_start;
    model->pair.exclusion = model->exclusion;
    model->pair.excluded_group = model->excluded_group;
    return KM_OK;
}

static km_status fill(km_model *model, km_expansion *e, const km_recipe *recipe,
                      bool constrain_hydrogen)
{
    KM_TRY(check_shape(recipe, &e->system->box));
    KM_TRY(find_kinds(e));
    KM_TRY(check_replacements(&recipe->forcefield, e));
    KM_TRY(assign(e, recipe, constrain_hydrogen));
    KM_TRY(km_check_neutral(e));
    KM_TRY(km_assign_metal_cross(e, recipe));
    KM_TRY(find_types(e));
    KM_TRY(km_expand_atoms(model, e));
    KM_TRY(km_expand_pair_table(model, e));
    KM_TRY(km_exclude_metal_pairs(model, e));
    KM_TRY(km_expand_topology(model, e));
    KM_TRY(km_expand_metal(model, e, recipe));
    KM_TRY(set_nonbonded(model, recipe, &e->system->box));
    KM_TRY(km_check_barriers(model, e, recipe));
    return km_model_list_uses(model, e);
}

km_status km_model_create(const km_recipe *recipe, const km_forcefield *ff, const km_system *system,
                          bool constrain_hydrogen, km_model **out)
{
    *out = NULL;
    km_model *model = NULL;
    KM_NEW(model, 1);
    km_expansion e = {.ff = ff, .system = system};
    const km_status status = fill(model, &e, recipe, constrain_hydrogen);
    free_expansion(&e);
    if (status != KM_OK) {
        km_model_destroy(model);
        return status;
    }
    *out = model;
    return KM_OK;
}

/* The specs see the arrays of the model as const. */
static void free_const(const void *array)
{
    free((void *)array);
}

void km_model_destroy(km_model *model)
{
    if (model == NULL)
        return;
    km_labels_destroy(model->labels);
    free(model->mass);
    free(model->charge);
    free(model->type);
    free(model->molecule);
    free(model->molecule_start);
    free(model->carried);
    free(model->mobility);
    free(model->exclusion_start);
    free(model->exclusion);
    free(model->excluded_group);
    km_eam_tables_destroy(model->eam_tables);
    km_eim_parameters_destroy(model->eim_parameters);
    free_const(model->eam.atom);
    free_const(model->eam.element);
    free(model->metal_use.what);
    free(model->metal_use.source);
    free(model->metal_use.analogy);
    for (int k = 0; k < model->n_notes; k++)
        free(model->note[k]);
    free_const(model->pair.form);
    free_const(model->pair.parameter);
    for (int t = 0; t < model->pair.n_tables; t++)
        km_vdw_table_destroy((km_vdw_table *)&model->pair.table[t]);
    free_const(model->pair.table);
    free_const(model->bonded.bond);
    free_const(model->bonded.angle);
    free_const(model->bonded.dihedral_rb);
    free_const(model->bonded.dihedral_periodic);
    free_const(model->bonded.improper);
    free_const(model->bonded.pair14);
    free_const(model->bonded.excluded);
    free(model->group);
    for (int u = 0; u < model->n_uses; u++) {
        free(model->use[u].what);
        free(model->use[u].source);
        free(model->use[u].analogy);
    }
    free(model->use);
    free(model);
}
