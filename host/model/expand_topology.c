/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "host/model/expand.h"
#include "host/model/mixing.h"
#include "kernels/base/units.h"

/* Numbers of terms in the cell. */
typedef struct totals {
    size_t exclusions, bonds, angles, dihedrals, impropers, pairs14, groups;
} totals;

static size_t loud(const km_assignment *a, km_term_kind kind)
{
    size_t n = 0;
    for (int t = 0; t < a->n_terms[kind]; t++)
        n += !a->term[kind][t].silent;
    return n;
}

/* An improper with several of V1..V4 becomes as many periodic terms. */
static size_t count_impropers(const km_assignment *a, const km_forcefield *ff)
{
    size_t n = 0;
    for (int t = 0; t < a->n_terms[KM_TERM_IMPROPER]; t++)
        for (int v = 0; v < 4; v++)
            n += ff->improper_type[a->term[KM_TERM_IMPROPER][t].row].v[v] != 0.0;
    return n;
}

static totals count_terms(const km_expansion *e)
{
    totals sum = {0};
    for (int k = 0; k < e->n_kinds; k++) {
        const km_assignment *a = &e->kind[k];
        const size_t count = (size_t)a->count;
        sum.exclusions += count * (size_t)a->exclusion_start[a->n_atoms];
        sum.bonds += count * loud(a, KM_TERM_BOND);
        sum.angles += count * loud(a, KM_TERM_ANGLE);
        sum.dihedrals += count * loud(a, KM_TERM_DIHEDRAL);
        sum.impropers += count * count_impropers(a, e->ff);
        sum.pairs14 += count * (size_t)a->n_pairs14;
        sum.groups += count * (size_t)a->n_groups;
    }
    return sum;
}

/* The arrays being filled; the specs of the model see them as const. */
typedef struct arrays {
    km_bond *bond;
    km_angle *angle;
    km_dihedral_rb *dihedral;
    km_dihedral_periodic *improper;
    km_pair14 *pair14;
    int *excluded;
} arrays;

static km_status allocate(km_model *model, const totals *n, arrays *out)
{
    if (n->exclusions > INT32_MAX || n->dihedrals > INT32_MAX || n->angles > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "the cell has more than 2^31 bonded terms");
    km_bonded_spec *spec = &model->bonded;
    KM_NEW(out->bond, n->bonds);
    spec->bond = out->bond;
    KM_NEW(out->angle, n->angles);
    spec->angle = out->angle;
    KM_NEW(out->dihedral, n->dihedrals);
    spec->dihedral_rb = out->dihedral;
    KM_NEW(out->improper, n->impropers);
    spec->dihedral_periodic = out->improper;
    KM_NEW(out->pair14, n->pairs14);
    spec->pair14 = out->pair14;
    KM_NEW(out->excluded, n->exclusions); /* half as many pairs, two indices each */
    spec->excluded = out->excluded;
    KM_NEW(model->exclusion_start, model->n + 1);
    KM_NEW(model->exclusion, n->exclusions);
    KM_NEW(model->group, n->groups);
    return KM_OK;
}

static void copy_bonds(km_model *model, const km_assignment *a, const km_forcefield *ff, int first,
                       const arrays *out)
{
    for (int t = 0; t < a->n_terms[KM_TERM_BOND]; t++) {
        const km_term *term = &a->term[KM_TERM_BOND][t];
        if (term->silent)
            continue;
        const km_ff_bond_type *type = &ff->bond_type[term->row];
        out->bond[model->bonded.n_bonds++] =
            (km_bond){first + term->atom[0], first + term->atom[1], type->r0, type->k};
    }
    for (int t = 0; t < a->n_terms[KM_TERM_ANGLE]; t++) {
        const km_term *term = &a->term[KM_TERM_ANGLE][t];
        if (term->silent)
            continue;
        const km_ff_angle_type *type = &ff->angle_type[term->row];
        out->angle[model->bonded.n_angles++] =
            (km_angle){first + term->atom[0], first + term->atom[1], first + term->atom[2],
                       type->theta0, type->k};
    }
}

static void copy_torsions(km_model *model, const km_assignment *a, const km_forcefield *ff,
                          int first, const arrays *out)
{
    for (int t = 0; t < a->n_terms[KM_TERM_DIHEDRAL]; t++) {
        const km_term *term = &a->term[KM_TERM_DIHEDRAL][t];
        if (term->silent)
            continue;
        km_dihedral_rb *d = &out->dihedral[model->bonded.n_dihedrals_rb++];
        *d = (km_dihedral_rb){first + term->atom[0],
                              first + term->atom[1],
                              first + term->atom[2],
                              first + term->atom[3],
                              {0}};
        km_fourier_to_rb(ff->dihedral_type[term->row].v, d->c);
    }
    for (int t = 0; t < a->n_terms[KM_TERM_IMPROPER]; t++) {
        const km_term *term = &a->term[KM_TERM_IMPROPER][t];
        for (int n = 1; n <= 4; n++) {
            const double v = ff->improper_type[term->row].v[n - 1];
            if (v == 0.0)
                continue;
            /* V/2 (1 -+ cos n phi): the even members carry the minus sign */
            out->improper[model->bonded.n_dihedrals_periodic++] =
                (km_dihedral_periodic){.i = first + term->atom[0],
                                       .j = first + term->atom[1],
                                       .k = first + term->atom[2],
                                       .l = first + term->atom[3],
                                       .multiplicity = n,
                                       .phi0 = n % 2 == 0 ? KM_PI : 0.0,
                                       .k_phi = 0.5 * v,
                                       .improper = true};
        }
    }
}

static void copy_pairs(km_model *model, const km_assignment *a, int first, const arrays *out)
{
    for (int p = 0; p < a->n_pairs14; p++) {
        km_pair14 *pair = &out->pair14[model->bonded.n_pairs14++];
        *pair = a->pair14[p];
        pair->i += first;
        pair->j += first;
    }
}

static void copy_exclusions(km_model *model, const km_assignment *a, int first, const arrays *out)
{
    int n = model->exclusion_start[first];
    for (int i = 0; i < a->n_atoms; i++) {
        for (int x = a->exclusion_start[i]; x < a->exclusion_start[i + 1]; x++) {
            const int j = a->exclusion[x];
            model->exclusion[n++] = first + j;
            if (i > j)
                continue;
            out->excluded[2 * model->bonded.n_excluded] = first + i;
            out->excluded[2 * model->bonded.n_excluded + 1] = first + j;
            model->bonded.n_excluded++;
        }
        model->exclusion_start[first + i + 1] = n;
    }
}

static void copy_groups(km_model *model, const km_assignment *a, int first)
{
    for (int g = 0; g < a->n_groups; g++) {
        km_constraint_group *group = &model->group[model->n_groups++];
        *group = a->group[g];
        for (int i = 0; i < group->n_atoms; i++)
            group->atom[i] += first;
    }
    model->n_constraints += a->n_constraints;
}

km_status km_expand_topology(km_model *model, const km_expansion *e)
{
    const totals n = count_terms(e);
    arrays out = {0};
    KM_TRY(allocate(model, &n, &out));
    for (int m = 0; m < e->system->n_molecules; m++) {
        const km_assignment *a = &e->kind[model->labels->molecule_kind[m]];
        const int first = model->molecule_start[m];
        copy_bonds(model, a, e->ff, first, &out);
        copy_torsions(model, a, e->ff, first, &out);
        copy_pairs(model, a, first, &out);
        copy_exclusions(model, a, first, &out);
        copy_groups(model, a, first);
    }
    return KM_OK;
}
