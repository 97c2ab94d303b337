/* SPDX-License-Identifier: MIT */
/* LAMMPS numbers the kinds of bonds, angles and torsions: equal numbers become one type. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/export/lammps.h"
#include "host/model/mixing.h"
#include "kernels/base/units.h"

const char *const km_lammps_kind_name[KM_LAMMPS_KINDS] = {"bond", "angle", "dihedral", "improper"};
const int km_lammps_kind_atoms[KM_LAMMPS_KINDS] = {2, 3, 4, 4};

/* Of rigid molecules. Any value: fix shake holds them, and only LAMMPS's minimize, which does not
 * know it, leans on this. */
#define BOND_STIFFNESS 4e5  /* kJ/mol/nm^2  */
#define ANGLE_STIFFNESS 400 /* kJ/mol/rad^2 */

#define CVFF_MULTIPLICITY 6 /* the largest of improper_style cvff */

static km_status type_number(km_lammps_terms *terms, const km_lammps_type *wanted, int *number)
{
    for (int t = 0; t < terms->n_types; t++)
        if (memcmp(terms->type[t].number, wanted->number, sizeof wanted->number) == 0 &&
            terms->type[t].style == wanted->style && terms->type[t].held == wanted->held) {
            *number = t;
            return KM_OK;
        }
    if ((terms->n_types & (terms->n_types - 1)) == 0) { /* full at every power of two */
        const size_t room = terms->n_types == 0 ? 1 : 2 * (size_t)terms->n_types;
        km_lammps_type *larger = realloc(terms->type, room * sizeof *larger);
        if (larger == NULL)
            return KM_FAIL(KM_ERROR_MEMORY, "out of memory");
        terms->type = larger;
    }
    *number = terms->n_types;
    terms->type[terms->n_types++] = *wanted;
    return KM_OK;
}

static km_status add(km_lammps_terms *terms, const km_lammps_type *type)
{
    memcpy(terms->atom[terms->n_terms], type->atom, sizeof type->atom);
    return type_number(terms, type, &terms->type_of[terms->n_terms++]);
}

static km_status reserve(km_lammps_terms *terms, int n)
{
    KM_NEW(terms->atom, n);
    KM_NEW(terms->type_of, n);
    return KM_OK;
}

static bool has_hydrogen(const km_labels *labels, const int *bond)
{
    for (int end = 0; end < 2; end++)
        if (strcmp(labels->element[bond[end]], "H") == 0 ||
            strcmp(labels->element[bond[end]], "D") == 0)
            return true;
    return false;
}

/* The length at which a rigid molecule holds a bond, nm; 0 when it is none. group: the first that
 * is not of an earlier molecule, moved on here. */
static double rigid_length(const km_model *model, const int *bond, int *group)
{
    const int molecule = model->molecule[bond[0]];
    while (*group < model->n_groups && model->molecule[model->group[*group].atom[0]] < molecule)
        ++*group;
    for (int g = *group; g < model->n_groups; g++) {
        const km_constraint_group *held = &model->group[g];
        if (model->molecule[held->atom[0]] != molecule)
            break;
        for (int b = 0; b < held->n_bonds; b++) {
            const int p = held->atom[held->bond[b][0]], q = held->atom[held->bond[b][1]];
            if ((p == bond[0] && q == bond[1]) || (p == bond[1] && q == bond[0]))
                return held->length[b];
        }
    }
    return 0.0;
}

/* Every bond, those without energy too: LAMMPS excludes pairs by its list of bonds. */
static km_status add_bonds(km_lammps *l)
{
    const km_model *model = l->e->model;
    const km_labels *labels = model->labels;
    const bool hold = l->stage != NULL && l->stage->constrain_hydrogen;
    int next = 0, group = 0;
    KM_TRY(reserve(&l->terms[KM_LAMMPS_BOND], labels->n_bonds));
    for (int b = 0; b < labels->n_bonds; b++) {
        const int *pair = labels->bond[b];
        const km_bond *bond = &model->bonded.bond[next];
        km_lammps_type type = {.atom = {pair[0], pair[1]}};
        if (next < model->bonded.n_bonds && ((bond->i == pair[0] && bond->j == pair[1]) ||
                                             (bond->i == pair[1] && bond->j == pair[0]))) {
            type.number[0] = bond->r0;
            type.number[1] = bond->k;
            type.held = hold && has_hydrogen(labels, pair);
            next++;
        } else {
            type.number[0] = rigid_length(model, pair, &group);
            type.held = type.number[0] > 0.0;
            type.number[1] = type.held ? BOND_STIFFNESS : 0.0;
        }
        KM_TRY(add(&l->terms[KM_LAMMPS_BOND], &type));
    }
    if (next < model->bonded.n_bonds)
        return KM_FAIL(KM_ERROR_INTERNAL, "the order of bonds is not that of the labels");
    return KM_OK;
}

static km_status add_angles(km_lammps *l)
{
    const km_model *model = l->e->model;
    km_lammps_terms *terms = &l->terms[KM_LAMMPS_ANGLE];
    KM_TRY(reserve(terms, model->bonded.n_angles + model->n_groups));
    for (int a = 0; a < model->bonded.n_angles; a++) {
        const km_angle *angle = &model->bonded.angle[a];
        const km_lammps_type type = {.number = {angle->theta0, angle->k_theta},
                                     .atom = {angle->i, angle->j, angle->k}};
        KM_TRY(add(terms, &type));
    }
    for (int g = 0; g < model->n_groups; g++) { /* rigid triangles */
        const km_constraint_group *held = &model->group[g];
        const km_lammps_type type = {
            .number = {2.0 * asin(0.5 * held->length[2] / held->length[0]), ANGLE_STIFFNESS},
            .held = true,
            .atom = {held->atom[1], held->atom[0], held->atom[2]}};
        KM_TRY(add(terms, &type));
    }
    return KM_OK;
}

/* V1..V4 of a Ryckaert-Bellemans series; false when it is none of four Fourier terms. */
static bool rb_to_fourier(const double c[6], double v[4])
{
    double back[6], size = 0.0;
    v[3] = -0.25 * c[4];
    v[2] = -0.5 * c[3];
    v[1] = 4.0 * v[3] - c[2];
    v[0] = 3.0 * v[2] - 2.0 * c[1];
    km_fourier_to_rb(v, back);
    for (int k = 0; k < 6; k++)
        size = fmax(size, fabs(c[k]));
    for (int k = 0; k < 6; k++)
        if (fabs(back[k] - c[k]) > 1e-12 * size)
            return false;
    return true;
}

/* LAMMPS counts phi as we do, and psi = phi - 180 degrees: odd powers change their sign. */
static void rb_to_powers(const double c[6], double number[6])
{
    for (int n = 0; n < 6; n++)
        number[n] = n % 2 == 0 ? c[n] : -c[n];
}

static km_status add_dihedrals(km_lammps *l)
{
    const km_bonded_spec *bonded = &l->e->model->bonded;
    km_lammps_terms *terms = &l->terms[KM_LAMMPS_DIHEDRAL];
    KM_TRY(reserve(terms, bonded->n_dihedrals_rb + bonded->n_dihedrals_periodic));
    for (int d = 0; d < bonded->n_dihedrals_rb; d++) {
        const km_dihedral_rb *dihedral = &bonded->dihedral_rb[d];
        km_lammps_type type = {.atom = {dihedral->i, dihedral->j, dihedral->k, dihedral->l}};
        if (!rb_to_fourier(dihedral->c, type.number)) {
            type.style = dihedral->c[5] == 0.0 ? KM_LAMMPS_MULTI_HARMONIC : KM_LAMMPS_NHARMONIC;
            rb_to_powers(dihedral->c, type.number);
        }
        KM_TRY(add(terms, &type));
    }
    for (int d = 0; d < bonded->n_dihedrals_periodic; d++) {
        const km_dihedral_periodic *p = &bonded->dihedral_periodic[d];
        const double degrees = p->phi0 * 180.0 / KM_PI;
        const km_lammps_type type = {.style = KM_LAMMPS_CHARMM,
                                     .number = {p->k_phi, p->multiplicity, nearbyint(degrees)},
                                     .atom = {p->i, p->j, p->k, p->l}};
        if (p->improper)
            continue;
        if (fabs(degrees - type.number[2]) > 1e-9)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "the dihedral of atoms %d, %d, %d and %d has its phase at %.10g "
                           "degrees, and LAMMPS's dihedral_style charmm takes whole ones",
                           p->i + 1, p->j + 1, p->k + 1, p->l + 1, degrees);
        KM_TRY(add(terms, &type));
    }
    return KM_OK;
}

static km_status add_impropers(km_lammps *l)
{
    const km_bonded_spec *bonded = &l->e->model->bonded;
    km_lammps_terms *terms = &l->terms[KM_LAMMPS_IMPROPER];
    KM_TRY(reserve(terms, bonded->n_dihedrals_periodic));
    if (bonded->n_impropers > 0)
        return KM_FAIL(KM_ERROR_UNSUPPORTED, "harmonic impropers are not written for LAMMPS: its "
                                             "improper_style harmonic takes another angle");
    for (int d = 0; d < bonded->n_dihedrals_periodic; d++) {
        const km_dihedral_periodic *periodic = &bonded->dihedral_periodic[d];
        const double sign = cos(periodic->phi0);
        if (!periodic->improper)
            continue;
        if (fabs(fabs(sign) - 1.0) > 1e-14 || periodic->multiplicity > CVFF_MULTIPLICITY)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "a periodic improper whose angle is neither 0 nor 180 degrees, or whose "
                           "multiplicity is above %d, is not written for LAMMPS",
                           CVFF_MULTIPLICITY);
        const km_lammps_type type = {
            .number = {periodic->k_phi, sign > 0.0 ? 1.0 : -1.0, periodic->multiplicity},
            .atom = {periodic->i, periodic->j, periodic->k, periodic->l}};
        KM_TRY(add(terms, &type));
    }
    return KM_OK;
}

km_status km_lammps_terms_make(km_lammps *l)
{
    KM_TRY(add_bonds(l));
    KM_TRY(add_angles(l));
    KM_TRY(add_dihedrals(l));
    return add_impropers(l);
}

void km_lammps_terms_free(km_lammps *l)
{
    for (int k = 0; k < KM_LAMMPS_KINDS; k++) {
        free(l->terms[k].type);
        free(l->terms[k].atom);
        free(l->terms[k].type_of);
    }
}
