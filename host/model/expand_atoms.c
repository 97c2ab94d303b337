/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/model/metal.h"

static km_status make_kinds(km_labels *labels, const km_expansion *e)
{
    KM_NEW(labels->kind, e->n_kinds);
    labels->n_kinds = e->n_kinds;
    for (int k = 0; k < e->n_kinds; k++) {
        const km_assignment *a = &e->kind[k];
        km_molecule_kind *kind = &labels->kind[k];
        snprintf(kind->name, sizeof kind->name, "%s", a->source->key);
        snprintf(kind->residue, sizeof kind->residue, "%s", a->source->residue);
        kind->n_atoms = a->n_atoms;
        kind->n_molecules = a->count;
        kind->charge = a->net;
        kind->formal_charge = a->source->charge;
        for (int i = 0; i < a->n_atoms; i++)
            kind->mass += e->ff->atom_type[a->type[i]].mass;
    }
    return KM_OK;
}

static km_status allocate(km_model *model, const km_expansion *e)
{
    const size_t n = (size_t)e->system->n_atoms, n_molecules = (size_t)e->system->n_molecules;
    KM_NEW(model->labels, 1);
    km_labels *l = model->labels;
    KM_NEW(l->atom_name, n);
    KM_NEW(l->type_name, n);
    KM_NEW(l->element, n);
    KM_NEW(l->mass, n);
    KM_NEW(l->charge, n);
    KM_NEW(l->molecule, n);
    KM_NEW(l->molecule_start, n_molecules + 1);
    KM_NEW(l->molecule_kind, n_molecules);
    KM_NEW(model->mass, n);
    KM_NEW(model->charge, n);
    KM_NEW(model->type, n);
    KM_NEW(model->molecule, n);
    KM_NEW(model->molecule_start, n_molecules + 1);
    KM_NEW(model->carried, n);
    size_t n_bonds = 0;
    for (int k = 0; k < e->n_kinds; k++)
        n_bonds += (size_t)e->kind[k].count * (size_t)e->kind[k].source->n_bonds;
    KM_NEW(l->bond, n_bonds);
    return KM_OK;
}

static void copy_molecule(km_model *model, const km_expansion *e, int molecule, int first)
{
    km_labels *l = model->labels;
    const int k = e->kind_of[e->system->molecule[molecule]];
    const km_assignment *a = &e->kind[k];
    l->molecule_kind[molecule] = k;
    l->molecule_start[molecule] = model->molecule_start[molecule] = first;
    for (int i = 0; i < a->n_atoms; i++) {
        const km_ff_atom_type *type = &e->ff->atom_type[a->type[i]];
        const int n = first + i;
        snprintf(l->atom_name[n], sizeof l->atom_name[n], "%.7s", a->source->atom[i].name);
        snprintf(l->type_name[n], sizeof l->type_name[n], "%.23s", type->name);
        snprintf(l->element[n], sizeof l->element[n], "%.3s", type->element);
        l->mass[n] = model->mass[n] = type->mass;
        l->charge[n] = model->charge[n] = a->charge[i];
        l->molecule[n] = model->molecule[n] = molecule;
        if (l->kind[k].formal_charge != 0)
            model->carried[n] = l->kind[k].formal_charge * type->mass / l->kind[k].mass;
        model->type[n] = e->type_here[a->type[i]];
        model->has_charges = model->has_charges || a->charge[i] != 0.0;
    }
    for (int b = 0; b < a->source->n_bonds; b++, l->n_bonds++)
        for (int end = 0; end < 2; end++)
            l->bond[l->n_bonds][end] = first + a->source->bond[b][end];
}

km_status km_expand_atoms(km_model *model, const km_expansion *e)
{
    KM_TRY(allocate(model, e));
    km_labels *l = model->labels;
    KM_TRY(make_kinds(l, e));
    model->n = l->n_atoms = e->system->n_atoms;
    l->n_molecules = e->system->n_molecules;
    int first = 0;
    for (int m = 0; m < l->n_molecules; m++) {
        copy_molecule(model, e, m, first);
        first += e->kind[l->molecule_kind[m]].n_atoms;
    }
    l->molecule_start[l->n_molecules] = model->molecule_start[l->n_molecules] = first;
    for (int k = 0; k < e->n_kinds; k++)
        model->total_charge += e->kind[k].count * e->kind[k].net;
    return KM_OK;
}

/* Tabulated pairs, in the order of the force field: the parameter of their form is the index. */
static km_status copy_tables(km_model *model, const km_expansion *e)
{
    km_vdw_table *table = NULL;
    if (e->ff->n_tables == 0)
        return KM_OK;
    KM_NEW(table, e->ff->n_tables);
    model->pair.table = table;
    model->pair.n_tables = e->ff->n_tables;
    for (int t = 0; t < e->ff->n_tables; t++)
        KM_TRY(km_vdw_table_copy(&e->ff->table[t], &table[t]));
    return KM_OK;
}

km_status km_expand_pair_table(km_model *model, const km_expansion *e)
{
    const size_t n = (size_t)e->n_types;
    int *form = NULL;
    double *parameter = NULL;
    KM_NEW(form, n * n);
    model->pair.form = form;
    KM_NEW(parameter, n * n * KM_VDW_PARAMETERS);
    model->pair.parameter = parameter;
    model->pair.n_types = e->n_types;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            km_vdw_form pair_form;
            KM_TRY(km_mix_beside_metal(e, e->type[a], e->type[b], &pair_form,
                                       &parameter[(a * n + b) * KM_VDW_PARAMETERS]));
            form[a * n + b] = (int)pair_form;
        }
    return copy_tables(model, e);
}
