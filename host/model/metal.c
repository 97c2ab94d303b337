/* SPDX-License-Identifier: MIT */
#include "host/model/metal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/eam_file.h"
#include "host/input/metal_catalogue.h"
#include "host/model/slab_choice.h"
#include "kernels/eim/eim_setup.h"

bool km_is_metal_kind(const km_assignment *kind)
{
    return km_ff_is_metal(kind->source);
}

bool km_has_metal(const km_expansion *e)
{
    for (int k = 0; k < e->n_kinds; k++)
        if (km_is_metal_kind(&e->kind[k]))
            return true;
    return false;
}

bool km_has_others(const km_expansion *e)
{
    for (int k = 0; k < e->n_kinds; k++)
        if (!km_is_metal_kind(&e->kind[k]))
            return true;
    return false;
}

km_status km_model_note(km_model *model, const char *format, ...)
{
    char text[1200];
    va_list arguments;
    if (model->n_notes == KM_MODEL_NOTES)
        return KM_FAIL(KM_ERROR_INTERNAL, "more notes than there is room for");
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    model->note[model->n_notes] = strdup(text);
    if (model->note[model->n_notes] == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory");
    model->n_notes++;
    return KM_OK;
}

/* The element of a metal kind. */
static const char *element_of(const km_expansion *e, const km_assignment *kind)
{
    return e->ff->atom_type[kind->type[0]].element;
}

km_status km_assign_metal_cross(km_expansion *e, const km_recipe *recipe)
{
    const char *set = recipe->forcefield.metal_cross;
    if (!km_has_metal(e)) {
        if (set == NULL && recipe->forcefield.metal == NULL)
            return KM_OK;
        return KM_FAIL(KM_ERROR_INPUT,
                       "forcefield.%s is given, but the cell holds no metal; remove the key",
                       set != NULL ? "metal_cross" : "metal");
    }
    e->metal_set = set != NULL ? set : "uff";
    if (strcmp(e->metal_set, "uff") == 0)
        return KM_OK;
    for (int k = 0; k < e->n_kinds; k++) {
        km_assignment *a = &e->kind[k];
        char name[100];
        if (!km_is_metal_kind(a))
            continue;
        snprintf(name, sizeof name, "%.20s_%.60s", a->source->key, set);
        const int type = km_forcefield_atom_type(e->ff, name);
        if (type < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "forcefield.metal_cross is \"%s\", but the force field has no such "
                           "Lennard-Jones set of %s (an atom type %s); uff is there for all metals",
                           set, element_of(e, a), name);
        a->type[0] = type;
    }
    return KM_OK;
}

/* A row of pair_types for two metals would be ignored. */
static km_status check_metal_pairs(const km_expansion *e)
{
    for (int a = 0; a < e->n_kinds; a++)
        for (int b = 0; b <= a; b++) {
            const int type[2] = {e->kind[a].type[0], e->kind[b].type[0]};
            if (km_is_metal_kind(&e->kind[a]) && km_is_metal_kind(&e->kind[b]) &&
                km_forcefield_pair(e->ff, type[0], type[1]) >= 0)
                return KM_FAIL(KM_ERROR_INPUT,
                               "pair_types gives parameters for two metal atoms, %s and %s; only "
                               "the potential of the metal acts between them: remove the row",
                               e->ff->atom_type[type[0]].name, e->ff->atom_type[type[1]].name);
        }
    return KM_OK;
}

km_status km_exclude_metal_pairs(km_model *model, const km_expansion *e)
{
    model->only_metal = !km_has_others(e);
    if (!km_has_metal(e))
        return KM_OK;
    KM_TRY(check_metal_pairs(e));
    KM_NEW(model->excluded_group, model->n);
    for (int i = 0; i < model->n; i++) {
        const int kind = model->labels->molecule_kind[model->molecule[i]];
        model->excluded_group[i] = km_is_metal_kind(&e->kind[kind]);
    }
    return KM_OK;
}

/* The one potential that all metals of the cell share. */
static km_status choose_potential(const km_expansion *e, const km_recipe *recipe,
                                  const km_metal_catalogue *catalogue,
                                  const km_metal_potential **out)
{
    const char *asked = recipe->forcefield.metal;
    char known[600] = "";
    *out = asked != NULL ? km_metal_potential_named(catalogue, asked) : NULL;
    for (uint32_t k = 0; k < catalogue->n; k++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", k > 0 ? ", " : "",
                 catalogue->potential[k].name);
    }
    if (asked != NULL && *out == NULL)
        return KM_FAIL(KM_ERROR_INPUT,
                       "forcefield.metal is \"%s\", which is no potential of the catalogue; choose "
                       "one of %s",
                       asked, known);
    for (int k = 0; k < e->n_kinds; k++) {
        if (!km_is_metal_kind(&e->kind[k]))
            continue;
        const char *element = element_of(e, &e->kind[k]);
        if (*out == NULL)
            *out = km_metal_potential_usual(catalogue, element);
        if (*out == NULL)
            return KM_FAIL(KM_ERROR_INPUT,
                           "no potential of the catalogue is the usual one of %s; name one by "
                           "forcefield.metal: %s",
                           element, known);
        if (!km_metal_potential_has(*out, element))
            return KM_FAIL(KM_ERROR_INPUT,
                           "the potential %s is not for %s; all metals of a cell must be in one "
                           "potential (forcefield.metal: one of %s)",
                           (*out)->name, element, known);
    }
    return KM_OK;
}

/* Index of an element in the file of the potential; -1 when it is not there. */
static int element_in_file(const km_model *model, const char *element)
{
    return model->eim_parameters != NULL ? km_eim_element_find(model->eim_parameters, element)
                                         : km_eam_element_find(model->eam_tables, element);
}

static km_status list_metal_atoms(km_model *model, const km_expansion *e, const char *path)
{
    int *atom = NULL, *element = NULL, n = 0;
    for (int k = 0; k < e->n_kinds; k++)
        n += km_is_metal_kind(&e->kind[k]) ? e->kind[k].count : 0;
    KM_NEW(atom, n);
    model->eam.atom = atom;
    KM_NEW(element, n);
    model->eam.element = element;
    for (int i = 0; i < model->n; i++) {
        const int kind = model->labels->molecule_kind[model->labels->molecule[i]];
        if (!km_is_metal_kind(&e->kind[kind]))
            continue;
        const int found = element_in_file(model, element_of(e, &e->kind[kind]));
        if (found < 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s does not hold %s, as the catalogue says", path,
                           element_of(e, &e->kind[kind]));
        atom[model->eam.n_atoms] = i;
        element[model->eam.n_atoms++] = found;
    }
    return KM_OK;
}

/* The spec of the term that the file is for. */
static void choose_term(km_model *model, const km_recipe *recipe)
{
    km_eam_spec *eam = &model->eam;
    eam->tables = model->eam_tables;
    eam->skin = recipe->nonbonded.skin;
    if (model->eim_parameters == NULL) {
        model->metal_cutoff = model->eam_tables->cutoff;
        return;
    }
    model->eim =
        (km_eim_spec){model->eim_parameters, eam->n_atoms, eam->atom, eam->element, eam->skin};
    model->metal_cutoff = km_eim_spec_cutoff(&model->eim);
    eam->n_atoms = 0; /* its arrays stay, for eim */
}

static bool is_embedded_ion_file(const char *path)
{
    const size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".eim") == 0;
}

static km_status note_potential(km_model *model, const km_metal_potential *p)
{
    km_parameter_use *use = &model->metal_use;
    char text[200];
    snprintf(text, sizeof text, "%s potential %.60s",
             model->eim_parameters != NULL ? "embedded-ion" : "embedded-atom", p->name);
    use->what = strdup(text);
    use->source = strdup(p->source);
    use->analogy = p->status == KM_POTENTIAL_FITTED_HERE
                       ? strdup("a fit of this project, not a published parameter set")
                       : NULL;
    use->count = model->eam.n_atoms;
    if (use->what == NULL || use->source == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "out of memory");
    return km_model_note(
        model, "metal: %s%s; %s", p->name,
        p->status == KM_POTENTIAL_FITTED_HERE ? ", fitted for this project and not published" : "",
        p->known);
}

static km_status read_potential(km_model *model, const km_expansion *e, const km_recipe *recipe)
{
    km_metal_catalogue *catalogue = NULL;
    const km_metal_potential *potential = NULL;
    char path[4096];
    KM_TRY(km_metal_catalogue_read(&catalogue));
    km_status status = choose_potential(e, recipe, catalogue, &potential);
    if (status != KM_OK && recipe->path != NULL)
        km_error_prefix("%s: ", recipe->path);
    if (status == KM_OK)
        status = km_metal_potential_path(potential, path, sizeof path);
    if (status == KM_OK)
        status = is_embedded_ion_file(path) ? km_eim_file_read(path, &model->eim_parameters)
                                            : km_eam_file_read(path, &model->eam_tables);
    if (status == KM_OK)
        status = list_metal_atoms(model, e, path);
    if (status == KM_OK)
        status = note_potential(model, potential);
    if (status == KM_OK)
        choose_term(model, recipe);
    km_metal_catalogue_destroy(catalogue);
    return status;
}

static km_status add_mobility(km_model *model, const km_system *system)
{
    if (system->mobility == NULL)
        return KM_OK;
    KM_NEW(model->mobility, model->n);
    memcpy(model->mobility, system->mobility, (size_t)model->n);
    model->n_pistons = system->n_pistons;
    memcpy(model->piston, system->piston, sizeof model->piston);
    return KM_OK;
}

/* The term for a vacuum along z; before there are positions the outermost layers stand for them. */
static km_status add_slab_term(km_model *model, const km_recipe *recipe, const km_system *system)
{
    if (!(system->vacuum > 0.0) || !model->has_charges)
        return KM_OK;
    double ends[6] = {0.0};
    if (system->n_layers > 0) {
        ends[2] = system->layer[0].low;
        ends[5] = system->layer[system->n_layers - 1].high;
    }
    const double neutral[2] = {0.0, 0.0};
    km_slab_report report;
    const bool placed = system->position != NULL;
    if (km_slab_check(&system->box, placed ? model->n : 2, placed ? system->position : ends,
                      placed ? model->charge : neutral, recipe->nonbonded.cutoff,
                      &report) != KM_OK) {
        km_error_prefix("%s: cell.stack.vacuum_A: ", recipe->path != NULL ? recipe->path : "");
        return km_last_error()->status;
    }
    model->has_slab = true;
    model->slab.coulomb_constant = recipe->nonbonded.coulomb_constant;
    KM_TRY(km_model_note(model, "electrostatics: the vacuum along z is corrected for by the dipole "
                                "term of Yeh and Berkowitz, doi:10.1063/1.479595"));
    return report.warning[0] != '\0' ? km_model_note(model, "%s", report.warning) : KM_OK;
}

km_status km_expand_metal(km_model *model, const km_expansion *e, const km_recipe *recipe)
{
    KM_TRY(add_mobility(model, e->system));
    if (km_has_metal(e))
        KM_TRY(read_potential(model, e, recipe));
    if (km_has_others(e) && recipe->nonbonded.tail && (km_has_metal(e) || recipe->stack != NULL))
        KM_TRY(km_model_note(model, "pairs have no tail correction here: the mean field beyond the "
                                    "cutoff is that of a uniform cell, and this one is none"));
    return add_slab_term(model, recipe, e->system);
}
