/* SPDX-License-Identifier: MIT */
/* Labels of a small electrolyte, with names that are hard on file formats. */
#ifndef KM_TEST_LABELS_SAMPLE_H
#define KM_TEST_LABELS_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "host/model/labels.h"
#include "tests/cmocka_all.h"

typedef struct atom {
    const char *name, *type, *element;
    double mass, charge;
    int bonded_to; /* an atom of the molecule, -1 = none */
} atom;

static const atom potassium[] = {{"K", "K_ion", "K", 39.0983, 0.8, -1}};
static const atom imide[] = {
    {"N", "NBT", "N", 14.007, -0.528, -1},      {"S1", "SBT_long_1", "S", 32.06, 0.816, 0},
    {"S2", "SBT_long_2", "S", 32.06, 0.816, 0}, {"O11", "OBT", "O", 15.999, -0.424, 1},
    {"O12", "OBT", "O", 15.999, -0.424, 1},     {"O21", "OBT", "O", 15.999, -0.424, 2},
    {"O22", "OBT", "O", 15.999, -0.424, 2},     {"F1", "F_SO2", "F", 18.998, -0.104, 1},
    {"F2", "F_SO2", "F", 18.998, -0.104, 2}};
static const atom water[] = {{"OW", "2w O", "O", 15.999, -0.82, -1},
                             {"HW1", "2w_H", "H", 1.008, 0.41, 0},
                             {"HW2", "2w_H", "H", 1.008, 0.41, 0}};
static const atom lithium[] = {{"LI", "Li", "Li", 6.94, 0.8, -1}};

typedef struct species {
    const char *name, *residue;
    int formal_charge, n_molecules, n_atoms;
    const atom *atoms;
} species;

static const species sample[] = {{"K+", "K", 1, 3, 1, potassium},
                                 {"FSI-", "FSI", -1, 4, 9, imide},
                                 {"water (model)", "WAT", 0, 5, 3, water},
                                 {"Li+", "LI", 1, 1, 1, lithium}};

static inline void fill_kind(km_labels *l, int k, const species *s, int *molecule)
{
    km_molecule_kind *kind = &l->kind[k];
    *kind = (km_molecule_kind){
        .n_atoms = s->n_atoms, .n_molecules = s->n_molecules, .formal_charge = s->formal_charge};
    strcpy(kind->name, s->name);
    strcpy(kind->residue, s->residue);
    for (int i = 0; i < s->n_atoms; i++) {
        kind->mass += s->atoms[i].mass;
        kind->charge += s->atoms[i].charge;
    }
    for (int m = 0; m < s->n_molecules; m++, ++*molecule) {
        const int start = l->molecule_start[*molecule];
        l->molecule_kind[*molecule] = k;
        l->molecule_start[*molecule + 1] = start + s->n_atoms;
        for (int i = 0; i < s->n_atoms; i++) {
            const atom *a = &s->atoms[i];
            strcpy(l->atom_name[start + i], a->name);
            strcpy(l->type_name[start + i], a->type);
            strcpy(l->element[start + i], a->element);
            l->mass[start + i] = a->mass;
            l->charge[start + i] = a->charge;
            l->molecule[start + i] = *molecule;
            if (a->bonded_to >= 0) {
                l->bond[l->n_bonds][0] = start + a->bonded_to;
                l->bond[l->n_bonds++][1] = start + i;
            }
        }
    }
}

static inline km_labels *labels_make(const species *list, int n)
{
    km_labels *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->n_kinds = n;
    for (int k = 0; k < n; k++) {
        l->n_atoms += list[k].n_atoms * list[k].n_molecules;
        l->n_molecules += list[k].n_molecules;
    }
    const size_t atoms = (size_t)l->n_atoms, molecules = (size_t)l->n_molecules;
    l->atom_name = calloc(atoms, sizeof *l->atom_name);
    l->type_name = calloc(atoms, sizeof *l->type_name);
    l->element = calloc(atoms, sizeof *l->element);
    l->mass = calloc(atoms, sizeof *l->mass);
    l->charge = calloc(atoms, sizeof *l->charge);
    l->molecule = calloc(atoms, sizeof *l->molecule);
    l->bond = calloc(atoms, sizeof *l->bond);
    l->molecule_start = calloc(molecules + 1, sizeof *l->molecule_start);
    l->molecule_kind = calloc(molecules, sizeof *l->molecule_kind);
    l->kind = calloc((size_t)n, sizeof *l->kind);
    int molecule = 0;
    for (int k = 0; k < n; k++)
        fill_kind(l, k, &list[k], &molecule);
    return l;
}

static inline km_labels *sample_labels(void)
{
    return labels_make(sample, sizeof sample / sizeof sample[0]);
}

#endif
