/* SPDX-License-Identifier: MIT */
#include "host/model/assign.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *class_of(const km_assignment *a, const km_forcefield *ff, int atom)
{
    return ff->atom_type[a->type[atom]].class_name;
}

static km_status assign_types(km_assignment *a, const km_recipe_forcefield *recipe,
                              const km_forcefield *ff)
{
    KM_NEW(a->type, a->n_atoms);
    for (int i = 0; i < a->n_atoms; i++) {
        a->type[i] = a->source->atom[i].type;
        for (int s = 0; s < recipe->n_type_swaps; s++)
            if (strcmp(ff->atom_type[a->source->atom[i].type].name, recipe->type_swap[s].from) == 0)
                a->type[i] = km_forcefield_atom_type(ff, recipe->type_swap[s].to);
        if (a->type[i] < 0)
            return KM_FAIL(KM_ERROR_INPUT, "molecule %s, atom %s: its atom type is unknown",
                           a->source->key, a->source->atom[i].name);
    }
    return KM_OK;
}

static km_status find_charge_set(km_assignment *a, const km_recipe_forcefield *recipe,
                                 const km_forcefield *ff)
{
    for (int c = 0; c < recipe->n_charge_sets; c++) {
        if (km_forcefield_molecule(ff, recipe->charge_set[c].molecule) != a->molecule)
            continue;
        char known[512] = "";
        a->charge_set = NULL;
        for (int s = 0; s < a->source->n_charge_sets; s++) {
            const km_ff_charge_set *set = &a->source->charge_set[s];
            if (strcmp(set->name, recipe->charge_set[c].set) == 0)
                a->charge_set = set;
            const size_t used = strlen(known);
            snprintf(known + used, sizeof known - used, "%s%s", s > 0 ? ", " : "", set->name);
        }
        if (a->charge_set == NULL)
            return KM_FAIL(KM_ERROR_INPUT,
                           "forcefield.charge_sets: %s has no charge set \"%s\"; it has: %s",
                           a->source->key, recipe->charge_set[c].set,
                           known[0] != '\0' ? known : "none but its own charges");
    }
    return KM_OK;
}

/* Ions with their full charges are scaled; a set whose net charge is not the formal one has been
 * scaled by its authors. */
static km_status assign_charges(km_assignment *a, const km_recipe_forcefield *recipe,
                                const km_forcefield *ff)
{
    KM_TRY(find_charge_set(a, recipe, ff));
    KM_NEW(a->charge, a->n_atoms);
    const double formal = a->source->charge;
    const double net = a->charge_set != NULL ? a->charge_set->net : a->source->net;
    a->scaled = formal != 0.0 && net - formal < 1e-6 && formal - net < 1e-6;
    for (int i = 0; i < a->n_atoms; i++) {
        a->charge[i] = a->charge_set != NULL ? a->charge_set->charge[i] : a->source->atom[i].charge;
        if (a->scaled)
            a->charge[i] *= recipe->charge_scale;
        a->net += a->charge[i];
    }
    a->net = nearbyint(a->net * 1e9) * 1e-9 + 0.0; /* 0 is 0 and not -0; files are held to 1e-6 */
    return KM_OK;
}

static km_status list_partners(km_assignment *a)
{
    const km_ff_molecule *m = a->source;
    KM_NEW(a->partner_start, a->n_atoms + 1);
    KM_NEW(a->partner, 2 * m->n_bonds);
    for (int b = 0; b < m->n_bonds; b++)
        for (int e = 0; e < 2; e++)
            a->partner_start[m->bond[b][e] + 1]++;
    for (int i = 0; i < a->n_atoms; i++)
        a->partner_start[i + 1] += a->partner_start[i];
    int *used = NULL;
    KM_NEW(used, a->n_atoms);
    for (int b = 0; b < m->n_bonds; b++)
        for (int e = 0; e < 2; e++) {
            const int i = m->bond[b][e];
            a->partner[a->partner_start[i] + used[i]++] = m->bond[b][1 - e];
        }
    free(used);
    for (int i = 0; i < a->n_atoms; i++) /* few partners: insertion sort */
        for (int p = a->partner_start[i] + 1; p < a->partner_start[i + 1]; p++)
            for (int q = p; q > a->partner_start[i] && a->partner[q] < a->partner[q - 1]; q--) {
                const int t = a->partner[q];
                a->partner[q] = a->partner[q - 1];
                a->partner[q - 1] = t;
            }
    return KM_OK;
}

static int find_row(const km_assignment *a, const km_forcefield *ff, km_term_kind kind,
                    const int *atom)
{
    const char *c[4] = {0};
    for (int k = 0; k < (kind == KM_TERM_BOND ? 2 : kind == KM_TERM_ANGLE ? 3 : 4); k++)
        c[k] = class_of(a, ff, atom[k]);
    switch (kind) {
    case KM_TERM_BOND:
        return km_forcefield_bond(ff, c[0], c[1]);
    case KM_TERM_ANGLE:
        return km_forcefield_angle(ff, c[0], c[1], c[2]);
    case KM_TERM_DIHEDRAL:
        return km_forcefield_dihedral(ff, c[0], c[1], c[2], c[3]);
    default:
        return km_forcefield_improper(ff, c[0], c[1], c[2], c[3]);
    }
}

static km_status missing_row(const km_assignment *a, const km_forcefield *ff, km_term_kind kind,
                             const int *atom)
{
    static const char *const names[] = {"bond", "angle", "dihedral", "improper"};
    static const char *const lists[] = {"bond_types", "angle_types", "dihedral_types",
                                        "improper_types"};
    const int n = kind == KM_TERM_BOND ? 2 : kind == KM_TERM_ANGLE ? 3 : 4;
    char atoms[64] = "", classes[128] = "", files[512] = "";
    for (int k = 0; k < n; k++) {
        snprintf(atoms + strlen(atoms), sizeof atoms - strlen(atoms), "%s%s", k > 0 ? "-" : "",
                 a->source->atom[atom[k]].name);
        snprintf(classes + strlen(classes), sizeof classes - strlen(classes), "%s%s",
                 k > 0 ? ", " : "", class_of(a, ff, atom[k]));
    }
    for (int f = 0; f < ff->n_files; f++)
        snprintf(files + strlen(files), sizeof files - strlen(files), "%s%s", f > 0 ? ", " : "",
                 ff->file[f]);
    return KM_FAIL(KM_ERROR_INPUT,
                   "molecule %s: no %s parameters for atoms %s, classes [%s]; looked in %s; add a "
                   "row to %s of a force-field file of your own",
                   a->source->key, names[kind], atoms, classes, files, lists[kind]);
}

static km_status add_term(km_assignment *a, const km_forcefield *ff, km_term_kind kind,
                          const int *atom, int n)
{
    km_term *term = &a->term[kind][a->n_terms[kind]];
    memcpy(term->atom, atom, (size_t)n * sizeof *atom);
    term->row = find_row(a, ff, kind, atom);
    if (term->row < 0)
        return missing_row(a, ff, kind, atom);
    a->n_terms[kind]++;
    return KM_OK;
}

static km_status add_bonds(km_assignment *a, const km_forcefield *ff)
{
    KM_NEW(a->term[KM_TERM_BOND], a->source->n_bonds);
    for (int b = 0; b < a->source->n_bonds; b++)
        KM_TRY(add_term(a, ff, KM_TERM_BOND, a->source->bond[b], 2));
    return KM_OK;
}

static bool is_skipped(const km_ff_molecule *m, int i, int j, int k)
{
    for (int s = 0; s < m->n_skip_angles; s++) {
        const int *t = m->skip_angle[s];
        if (t[1] == j && ((t[0] == i && t[2] == k) || (t[0] == k && t[2] == i)))
            return true;
    }
    return false;
}

static int degree(const km_assignment *a, int i)
{
    return a->partner_start[i + 1] - a->partner_start[i];
}

/* Every pair of partners of an atom, less the angles the molecule leaves out. */
static km_status add_angles(km_assignment *a, const km_forcefield *ff)
{
    int most = 0;
    for (int j = 0; j < a->n_atoms; j++)
        most += degree(a, j) * (degree(a, j) - 1) / 2;
    KM_NEW(a->term[KM_TERM_ANGLE], most);
    for (int j = 0; j < a->n_atoms; j++)
        for (int p = a->partner_start[j]; p < a->partner_start[j + 1]; p++)
            for (int q = p + 1; q < a->partner_start[j + 1]; q++) {
                const int atom[3] = {a->partner[p], j, a->partner[q]};
                if (!is_skipped(a->source, atom[0], j, atom[2]))
                    KM_TRY(add_term(a, ff, KM_TERM_ANGLE, atom, 3));
            }
    return KM_OK;
}

static bool all_zero(const km_ff_dihedral_type *type)
{
    bool zero = type->n_periodic == 0 && type->harmonic_k == 0.0;
    for (int n = 0; n < 4; n++)
        zero = zero && type->v[n] == 0.0;
    for (int n = 0; n < 6; n++)
        zero = zero && type->c[n] == 0.0;
    return zero;
}

/* Every path i-j-k-l of three bonds; in a three-membered ring the one with i = l is none. */
static km_status add_dihedrals(km_assignment *a, const km_forcefield *ff)
{
    int most = 0;
    for (int b = 0; b < a->source->n_bonds; b++)
        most += (degree(a, a->source->bond[b][0]) - 1) * (degree(a, a->source->bond[b][1]) - 1);
    KM_NEW(a->term[KM_TERM_DIHEDRAL], most);
    for (int b = 0; b < a->source->n_bonds; b++) {
        const int j = a->source->bond[b][0], k = a->source->bond[b][1];
        for (int p = a->partner_start[j]; p < a->partner_start[j + 1]; p++)
            for (int q = a->partner_start[k]; q < a->partner_start[k + 1]; q++) {
                const int atom[4] = {a->partner[p], j, k, a->partner[q]};
                if (atom[0] == k || atom[3] == j || atom[0] == atom[3])
                    continue;
                KM_TRY(add_term(a, ff, KM_TERM_DIHEDRAL, atom, 4));
                km_term *term = &a->term[KM_TERM_DIHEDRAL][a->n_terms[KM_TERM_DIHEDRAL] - 1];
                term->silent = all_zero(&ff->dihedral_type[term->row]);
            }
    }
    return KM_OK;
}

static km_status add_impropers(km_assignment *a, const km_forcefield *ff)
{
    KM_NEW(a->term[KM_TERM_IMPROPER], a->source->n_impropers);
    for (int t = 0; t < a->source->n_impropers; t++)
        KM_TRY(add_term(a, ff, KM_TERM_IMPROPER, a->source->improper[t], 4));
    return KM_OK;
}

km_status km_assign_molecule(km_assignment *a, const km_recipe_forcefield *recipe,
                             const km_forcefield *ff)
{
    a->source = &ff->molecule[a->molecule];
    a->n_atoms = a->source->n_atoms;
    KM_TRY(assign_types(a, recipe, ff));
    KM_TRY(assign_charges(a, recipe, ff));
    KM_TRY(list_partners(a));
    KM_TRY(add_bonds(a, ff));
    KM_TRY(add_angles(a, ff));
    KM_TRY(add_dihedrals(a, ff));
    return add_impropers(a, ff);
}

void km_assignment_free(km_assignment *a)
{
    free(a->type);
    free(a->charge);
    free(a->partner_start);
    free(a->partner);
    for (int kind = 0; kind < KM_TERM_KINDS; kind++)
        free(a->term[kind]);
    free(a->exclusion_start);
    free(a->exclusion);
    free(a->pair14);
    free(a->group);
    memset(a, 0, sizeof *a);
}
