/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "host/model/expand.h"
#include "host/model/mixing.h"
#include "kernels/base/units.h"

/* Numbers of terms in the cell. */
typedef struct totals {
    size_t exclusions, bonds, angles, dihedrals, periodic, harmonic, pairs14, groups;
} totals;

static size_t loud(const km_assignment *a, km_term_kind kind)
{
    size_t n = 0;
    for (int t = 0; t < a->n_terms[kind]; t++)
        n += !a->term[kind][t].silent;
    return n;
}

/* What one row of torsions gives each set of four atoms. V1..V4 are a series in powers of the
 * cosine for dihedrals, as many periodic terms for impropers, which are reported by themselves. */
typedef struct torsion {
    bool has_rb, has_harmonic;
    double c[6];
    int n_periodic;
    km_ff_periodic periodic[4 + KM_FF_PERIODIC_MAX];
} torsion;

static torsion split_torsion(const km_ff_dihedral_type *type, bool improper)
{
    torsion t = {.has_harmonic = type->harmonic_k != 0.0};
    if (!improper)
        km_fourier_to_rb(type->v, t.c);
    for (int n = 0; n < 6; n++) {
        if (type->c[n] != 0.0)
            t.c[n] += type->c[n];
        t.has_rb = t.has_rb || t.c[n] != 0.0;
    }
    for (int n = 1; n <= 4 && improper; n++) /* V/2 (1 -+ cos n phi): even ones carry the minus */
        if (type->v[n - 1] != 0.0)
            t.periodic[t.n_periodic++] =
                (km_ff_periodic){n, n % 2 == 0 ? KM_PI : 0.0, 0.5 * type->v[n - 1]};
    for (int k = 0; k < type->n_periodic; k++)
        t.periodic[t.n_periodic++] = type->periodic[k];
    return t;
}

static const km_ff_dihedral_type *torsion_row(const km_forcefield *ff, km_term_kind kind, int row)
{
    return kind == KM_TERM_IMPROPER ? &ff->improper_type[row] : &ff->dihedral_type[row];
}

static void count_torsions(const km_assignment *a, const km_forcefield *ff, km_term_kind kind,
                           totals *sum)
{
    const size_t count = (size_t)a->count;
    for (int k = 0; k < a->n_terms[kind]; k++) {
        if (a->term[kind][k].silent)
            continue;
        const torsion t =
            split_torsion(torsion_row(ff, kind, a->term[kind][k].row), kind == KM_TERM_IMPROPER);
        sum->dihedrals += t.has_rb ? count : 0;
        sum->periodic += count * (size_t)t.n_periodic;
        sum->harmonic += t.has_harmonic ? count : 0;
    }
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
        count_torsions(a, e->ff, KM_TERM_DIHEDRAL, &sum);
        count_torsions(a, e->ff, KM_TERM_IMPROPER, &sum);
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
    km_dihedral_periodic *periodic;
    km_improper_harmonic *harmonic;
    km_pair14 *pair14;
    int *excluded;
} arrays;

static km_status allocate(km_model *model, const totals *n, arrays *out)
{
    if (n->exclusions > INT32_MAX || n->dihedrals > INT32_MAX || n->angles > INT32_MAX ||
        n->periodic > INT32_MAX)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "the cell has more than 2^31 bonded terms");
    km_bonded_spec *spec = &model->bonded;
    KM_NEW(out->bond, n->bonds);
    spec->bond = out->bond;
    KM_NEW(out->angle, n->angles);
    spec->angle = out->angle;
    KM_NEW(out->dihedral, n->dihedrals);
    spec->dihedral_rb = out->dihedral;
    KM_NEW(out->periodic, n->periodic);
    spec->dihedral_periodic = out->periodic;
    KM_NEW(out->harmonic, n->harmonic);
    spec->improper = out->harmonic;
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

static void copy_torsion(km_model *model, const torsion *t, const int atom[4], bool improper,
                         const km_ff_dihedral_type *type, const arrays *out)
{
    km_bonded_spec *spec = &model->bonded;
    if (t->has_rb) {
        km_dihedral_rb *d = &out->dihedral[spec->n_dihedrals_rb++];
        *d = (km_dihedral_rb){.i = atom[0], .j = atom[1], .k = atom[2], .l = atom[3]};
        memcpy(d->c, t->c, sizeof d->c);
    }
    for (int k = 0; k < t->n_periodic; k++)
        out->periodic[spec->n_dihedrals_periodic++] =
            (km_dihedral_periodic){.i = atom[0],
                                   .j = atom[1],
                                   .k = atom[2],
                                   .l = atom[3],
                                   .multiplicity = t->periodic[k].multiplicity,
                                   .phi0 = t->periodic[k].phi0,
                                   .k_phi = t->periodic[k].k,
                                   .improper = improper};
    if (t->has_harmonic)
        out->harmonic[spec->n_impropers++] = (km_improper_harmonic){.i = atom[0],
                                                                    .j = atom[1],
                                                                    .k = atom[2],
                                                                    .l = atom[3],
                                                                    .xi0 = type->harmonic_phi0,
                                                                    .k_xi = type->harmonic_k};
}

static void copy_torsions(km_model *model, const km_assignment *a, const km_forcefield *ff,
                          km_term_kind kind, int first, const arrays *out)
{
    for (int k = 0; k < a->n_terms[kind]; k++) {
        const km_term *term = &a->term[kind][k];
        if (term->silent)
            continue;
        const km_ff_dihedral_type *type = torsion_row(ff, kind, term->row);
        const torsion t = split_torsion(type, kind == KM_TERM_IMPROPER);
        const int atom[4] = {first + term->atom[0], first + term->atom[1], first + term->atom[2],
                             first + term->atom[3]};
        copy_torsion(model, &t, atom, kind == KM_TERM_IMPROPER, type, out);
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
        copy_torsions(model, a, e->ff, KM_TERM_DIHEDRAL, first, &out);
        copy_torsions(model, a, e->ff, KM_TERM_IMPROPER, first, &out);
        model->lists_pairs14 = model->lists_pairs14 || a->source->lists_pairs14;
        copy_pairs(model, a, first, &out);
        copy_exclusions(model, a, first, &out);
        copy_groups(model, a, first);
    }
    return KM_OK;
}
