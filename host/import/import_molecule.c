/* SPDX-License-Identifier: MIT */
/* Types and classes. A type of the topology becomes one of ours with the residue before its name,
 * as such names mean something else in the next file; its class is itself. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/import/importer.h"
#include "host/output/element_guess.h"
#include "kernels/base/units.h"

#define DEGREE (KM_PI / 180.0)
#define NAME_LENGTH 24        /* of types in force-field files, with the zero */
#define SPREAD_CHARGE 1e-3    /* e  the sum of printed charges may miss a whole number by so much */
#define UNNOTICED_CHARGE 1e-6 /* e  and by this without a word */

/* ---- names ---- */

/* At most four letters and digits that no other molecule has. */
static void choose_residue(const km_forcefield *ff, const char *wanted, char residue[5])
{
    char base[5] = "";
    size_t n = 0;
    for (const char *c = wanted; *c != '\0' && n < 4; c++)
        if (isalnum((unsigned char)*c) && (unsigned char)*c < 128)
            base[n++] = *c;
    if (n == 0)
        strcpy(base, "MOL");
    snprintf(residue, 5, "%s", base);
    for (unsigned number = 1; number < 1000; number++) {
        bool taken = false;
        char text[16];
        for (int m = 0; m < ff->n_molecules; m++)
            taken = taken || strcmp(ff->molecule[m].residue, residue) == 0;
        if (!taken)
            return;
        const int digits = number < 10 ? 1 : number < 100 ? 2 : 3;
        snprintf(text, sizeof text, "%.*s%u", 4 - digits, base, number);
        snprintf(residue, 5, "%.4s", text);
    }
}

static bool has_name(const km_ff_molecule *m, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(m->atom[i].name, name) == 0)
            return true;
    return false;
}

/* Its own name where that fits and is free, else a letter of the element and a number. */
static km_status choose_atom_name(km_importer *im, km_ff_molecule *m, int i, const char *own,
                                  const char *element)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[8];
    snprintf(name, sizeof name, "%.5s", own);
    if (strlen(own) <= 4 && !has_name(m, i, own))
        return km_ff_keep(im->ff, own, &m->atom[i].name);
    for (int k = i; k < i + 36 * 36 * 36; k++) {
        const int a = k / 1296 % 36, b = k / 36 % 36, c = k % 36;
        snprintf(name, sizeof name, "%.1s%c%c%c", element, digits[a], digits[b], digits[c]);
        if (!has_name(m, i, name))
            return km_ff_keep(im->ff, name, &m->atom[i].name);
    }
    return KM_FAIL(KM_ERROR_INPUT, "the molecule %s has more atoms than names of four letters",
                   m->key);
}

/* ---- atoms ---- */

static km_status add_type(km_importer *im, const char *name, const km_top_atom *atom,
                          const char *element, int *out)
{
    km_forcefield *ff = im->ff;
    const km_top_atom_type *source = &im->in->topology->atom_type[atom->type];
    KM_TRY(km_ff_grow((void **)&ff->atom_type, ff->n_atom_types, 1, sizeof *ff->atom_type));
    KM_TRY(km_ff_grow((void **)&im->origin, ff->n_atom_types, 1, sizeof *im->origin));
    km_ff_atom_type *type = &ff->atom_type[ff->n_atom_types];
    *type = (km_ff_atom_type){.mass = atom->mass,
                              .sigma = source->sigma,
                              .epsilon = source->epsilon,
                              .lennard_jones = true};
    KM_TRY(km_ff_keep(ff, name, &type->name));
    KM_TRY(km_ff_keep(ff, name, &type->class_name));
    KM_TRY(km_ff_keep(ff, element, &type->element));
    char reference[600];
    snprintf(reference, sizeof reference, "%.80s, line %d of %.400s", source->name,
             source->place.line, source->place.file);
    KM_TRY(km_ff_keep(ff, reference, &type->reference));
    im->origin[ff->n_atom_types] = atom->type;
    *out = ff->n_atom_types++;
    return KM_OK;
}

/* The type of an atom, added where it is new. */
static km_status choose_type(km_importer *im, const km_ff_molecule *m, const km_top_atom *atom,
                             int i, const char *element, bool per_atom, int *out, bool *clash)
{
    const char *own = im->in->topology->atom_type[atom->type].name;
    char name[NAME_LENGTH + 100];
    if (per_atom)
        snprintf(name, sizeof name, "%s.%d", m->residue, i + 1);
    else
        snprintf(name, sizeof name, "%s.%.100s", m->residue, own);
    *out = km_forcefield_atom_type(im->ff, name);
    *clash = *clash || strlen(name) >= NAME_LENGTH;
    if (*out < 0)
        return add_type(im, name, atom, element, out);
    const km_ff_atom_type *known = &im->ff->atom_type[*out];
    *clash = *clash || known->mass != atom->mass || strcmp(known->element, element) != 0;
    return KM_OK;
}

/* Printed charges miss a whole number by their rounding: every atom gets its share of that. */
static void settle_charges(km_ff_molecule *m)
{
    double sum = 0.0;
    for (int i = 0; i < m->n_atoms; i++)
        sum += m->atom[i].charge;
    m->charge = (int)lround(sum);
    m->net = m->charge;
    const double rest = sum - m->charge;
    if (fabs(rest) <= UNNOTICED_CHARGE)
        return;
    if (fabs(rest) > SPREAD_CHARGE) {
        m->net = sum;
        return;
    }
    for (int i = 0; i < m->n_atoms; i++)
        m->atom[i].charge -= rest / m->n_atoms;
}

static km_status add_atoms(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                           const double *position, bool per_atom, bool *clash)
{
    KM_NEW(m->atom, source->n_atoms);
    for (int i = 0; i < source->n_atoms; i++, m->n_atoms++) {
        const km_top_atom *atom = &source->atom[i];
        char element[4];
        km_element_guess(atom->name, atom->mass, element);
        KM_TRY(choose_atom_name(im, m, i, atom->name, element));
        KM_TRY(choose_type(im, m, atom, i, element, per_atom, &m->atom[i].type, clash));
        m->atom[i].charge = atom->charge;
        for (int c = 0; c < 3; c++)
            m->atom[i].position[c] = position[3 * (size_t)i + c] - position[c];
    }
    settle_charges(m);
    return KM_OK;
}

/* ---- bonds ---- */

static km_status add_bond(km_importer *im, km_ff_molecule *m, const int atom[2], double length,
                          double k, km_top_place place, bool *clash)
{
    km_forcefield *ff = im->ff;
    const int i = atom[0] < atom[1] ? atom[0] : atom[1], j = atom[0] < atom[1] ? atom[1] : atom[0];
    char *const class_i = ff->atom_type[m->atom[i].type].class_name;
    char *const class_j = ff->atom_type[m->atom[j].type].class_name;
    for (int b = 0; b < m->n_bonds; b++)
        if (m->bond[b][0] == i && m->bond[b][1] == j)
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: atoms %d and %d of %s are bonded twice",
                           place.file, place.line, i + 1, j + 1, m->key);
    m->bond[m->n_bonds][0] = i;
    m->bond[m->n_bonds++][1] = j;
    const int known = km_forcefield_bond(ff, class_i, class_j);
    if (known >= 0) {
        *clash = *clash || ff->bond_type[known].r0 != length || ff->bond_type[known].k != k;
        return KM_OK;
    }
    KM_TRY(km_ff_grow((void **)&ff->bond_type, ff->n_bond_types, 1, sizeof *ff->bond_type));
    ff->bond_type[ff->n_bond_types++] =
        (km_ff_bond_type){.class_name = {class_i, class_j}, .r0 = length, .k = k};
    return KM_OK;
}

/* Three atoms whose bonds GROMACS holds, the first in the middle. */
static km_status add_rigid(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                           double side, double across, km_top_place place, bool *clash)
{
    if (source->n_atoms != 3 || source->n_terms[KM_TOP_BOND] + source->n_terms[KM_TOP_ANGLE] > 0 ||
        !(across < 2.0 * side))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: line %d: %s: kalium holds bonds of a molecule of three atoms, without "
                       "[ bonds ] and [ angles ], as a triangle of two equal sides; bonds to "
                       "hydrogen are held by the recipe (constraints: hydrogen)",
                       place.file, place.line, source->name);
    m->rigid = true;
    m->rigid_length = side;
    m->rigid_angle = 2.0 * asin(0.5 * across / side);
    for (int k = 1; k < 3; k++)
        KM_TRY(add_bond(im, m, (const int[]){0, k}, side, 0.0, place, clash));
    return KM_OK;
}

/* [ constraints ] of a triangle: the length between two atoms, 0 where there is none. */
static double held_length(const km_top_molecule *source, int i, int j)
{
    for (int c = 0; c < source->n_terms[KM_TOP_CONSTRAINT]; c++) {
        const km_top_term *term = &source->term[KM_TOP_CONSTRAINT][c];
        if ((term->atom[0] == i && term->atom[1] == j) ||
            (term->atom[0] == j && term->atom[1] == i))
            return term->parameter[0];
    }
    return 0.0;
}

static km_status add_constraints(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                                 bool *clash)
{
    const int n_settles = source->n_terms[KM_TOP_SETTLE],
              n_constraints = source->n_terms[KM_TOP_CONSTRAINT];
    if (n_settles == 0 && n_constraints == 0)
        return KM_OK;
    const km_top_term *term =
        n_settles > 0 ? &source->term[KM_TOP_SETTLE][0] : &source->term[KM_TOP_CONSTRAINT][0];
    double side = term->parameter[0], across = term->parameter[1];
    bool understood = n_settles == 1 && n_constraints == 0 && term->atom[0] == 0;
    if (n_settles == 0 && n_constraints == 3 && source->n_atoms == 3) {
        side = held_length(source, 0, 1);
        across = held_length(source, 1, 2);
        understood = side > 0.0 && across > 0.0 && held_length(source, 0, 2) == side;
    }
    return add_rigid(im, m, source, side, understood ? across : INFINITY, term->place, clash);
}

static km_status add_bonds(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                           bool *clash)
{
    KM_NEW(m->bond, source->n_terms[KM_TOP_BOND] + 2);
    for (int b = 0; b < source->n_terms[KM_TOP_BOND]; b++) {
        const km_top_term *term = &source->term[KM_TOP_BOND][b];
        KM_TRY(add_bond(im, m, term->atom, term->parameter[0], term->parameter[1], term->place,
                        clash));
    }
    return add_constraints(im, m, source, clash);
}

static km_status list_partners(const km_ff_molecule *m, km_import_bonds *out)
{
    KM_NEW(out->start, m->n_atoms + 1);
    KM_NEW(out->partner, 2 * (size_t)m->n_bonds);
    for (int i = 0, n = 0; i < m->n_atoms; i++) {
        for (int b = 0; b < m->n_bonds; b++)
            if (m->bond[b][0] == i || m->bond[b][1] == i)
                out->partner[n++] = m->bond[b][m->bond[b][0] == i];
        out->start[i + 1] = n;
    }
    return KM_OK;
}

bool km_import_bonded(const km_import_bonds *bonds, int i, int j)
{
    for (int p = bonds->start[i]; p < bonds->start[i + 1]; p++)
        if (bonds->partner[p] == j)
            return true;
    return false;
}

/* A molecule of one piece: others have no whole image in a periodic cell. */
static km_status check_connected(const km_ff_molecule *m, const km_import_bonds *bonds,
                                 km_top_place place)
{
    int *queue = NULL, n = 1;
    KM_NEW(queue, 2 * (size_t)m->n_atoms);
    int *seen = queue + m->n_atoms;
    seen[0] = 1;
    for (int next = 0; next < n; next++)
        for (int p = bonds->start[queue[next]]; p < bonds->start[queue[next] + 1]; p++)
            if (!seen[bonds->partner[p]]) {
                seen[bonds->partner[p]] = 1;
                queue[n++] = bonds->partner[p];
            }
    free(queue);
    if (n == m->n_atoms)
        return KM_OK;
    return KM_FAIL(
        KM_ERROR_INPUT,
        "%s: line %d: the molecule %s is in pieces: bonds lead from its first atom to %d "
        "of %d; give each piece a [ moleculetype ]",
        place.file, place.line, m->key, n, m->n_atoms);
}

/* ---- angles ---- */

static km_status add_angle(km_importer *im, const km_ff_molecule *m, const km_top_term *term,
                           bool *clash)
{
    km_forcefield *ff = im->ff;
    char *class_name[3];
    const double theta0 = term->parameter[0] * DEGREE, k = term->parameter[1];
    for (int a = 0; a < 3; a++)
        class_name[a] = ff->atom_type[m->atom[term->atom[a]].type].class_name;
    const int known = km_forcefield_angle(ff, class_name[0], class_name[1], class_name[2]);
    if (known >= 0) {
        *clash = *clash || ff->angle_type[known].theta0 != theta0 || ff->angle_type[known].k != k;
        return KM_OK;
    }
    KM_TRY(km_ff_grow((void **)&ff->angle_type, ff->n_angle_types, 1, sizeof *ff->angle_type));
    ff->angle_type[ff->n_angle_types++] = (km_ff_angle_type){
        .class_name = {class_name[0], class_name[1], class_name[2]}, .theta0 = theta0, .k = k};
    return KM_OK;
}

typedef struct corner {
    int atom[3]; /* the vertex, the lower and the higher of the others */
    km_top_place place;
} corner;

static corner corner_of(int i, int j, int k, km_top_place place)
{
    return (corner){{j, i < k ? i : k, i < k ? k : i}, place};
}

static int compare_corners(const void *a, const void *b)
{
    const int *p = ((const corner *)a)->atom, *q = ((const corner *)b)->atom;
    for (int k = 0; k < 3; k++)
        if (p[k] != q[k])
            return p[k] < q[k] ? -1 : 1;
    return 0;
}

/* Listed angles lie along two bonds, each once. */
static km_status check_corners(const km_ff_molecule *m, const km_import_bonds *bonds,
                               const corner *listed, int n)
{
    for (int t = 0; t < n; t++) {
        const int *a = listed[t].atom;
        if (!km_import_bonded(bonds, a[0], a[1]) || !km_import_bonded(bonds, a[0], a[2]))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: line %d: %s: atom %d is not bonded to both others; kalium has "
                           "angles along bonds only",
                           listed[t].place.file, listed[t].place.line, m->key, a[0] + 1);
        if (t > 0 && compare_corners(&listed[t - 1], &listed[t]) == 0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: line %d: %s: the angle %d-%d-%d is given twice",
                           listed[t].place.file, listed[t].place.line, m->key, a[1] + 1, a[0] + 1,
                           a[2] + 1);
    }
    return KM_OK;
}

/* Angles of the bonds that are not listed carry no term. */
static km_status skip_others(km_ff_molecule *m, const km_import_bonds *bonds, const corner *listed,
                             int n)
{
    for (int j = 0; j < m->n_atoms; j++)
        for (int p = bonds->start[j]; p < bonds->start[j + 1]; p++)
            for (int q = p + 1; q < bonds->start[j + 1]; q++) {
                const corner here =
                    corner_of(bonds->partner[p], j, bonds->partner[q], (km_top_place){NULL, 0});
                if (n > 0 && bsearch(&here, listed, (size_t)n, sizeof here, compare_corners))
                    continue;
                KM_TRY(km_ff_grow((void **)&m->skip_angle, m->n_skip_angles, 1,
                                  sizeof *m->skip_angle));
                int *skipped = m->skip_angle[m->n_skip_angles++];
                skipped[0] = bonds->partner[p];
                skipped[1] = j;
                skipped[2] = bonds->partner[q];
            }
    return KM_OK;
}

static km_status add_angles(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                            const km_import_bonds *bonds, bool *clash)
{
    const int n = source->n_terms[KM_TOP_ANGLE];
    corner *listed = NULL;
    KM_NEW(listed, n);
    km_status status = KM_OK;
    for (int t = 0; t < n && status == KM_OK; t++) {
        const km_top_term *term = &source->term[KM_TOP_ANGLE][t];
        listed[t] = corner_of(term->atom[0], term->atom[1], term->atom[2], term->place);
        status = add_angle(im, m, term, clash);
    }
    qsort(listed, (size_t)n, sizeof *listed, compare_corners);
    if (status == KM_OK)
        status = check_corners(m, bonds, listed, n);
    if (status == KM_OK)
        status = skip_others(m, bonds, listed, n);
    free(listed);
    return status;
}

/* ---- the molecule ---- */

static km_status fill(km_importer *im, km_ff_molecule *m, const km_top_molecule *source,
                      const double *position, bool per_atom, bool *clash)
{
    km_import_bonds bonds = {0};
    char residue[5];
    const char *name = im->in->name != NULL ? im->in->name : source->name;
    choose_residue(im->ff, im->in->name != NULL ? name : source->atom[0].residue, residue);
    KM_TRY(km_ff_keep(im->ff, name, &m->key));
    KM_TRY(km_ff_keep(im->ff, name, &m->name));
    KM_TRY(km_ff_keep(im->ff, residue, &m->residue));
    KM_TRY(add_atoms(im, m, source, position, per_atom, clash));
    if (*clash)
        return KM_OK;
    KM_TRY(add_bonds(im, m, source, clash));
    km_status status = list_partners(m, &bonds);
    if (status == KM_OK)
        status = check_connected(m, &bonds, source->place);
    if (status == KM_OK)
        status = add_angles(im, m, source, &bonds, clash);
    if (status == KM_OK)
        status = km_import_torsions(im, source, m, &bonds, clash);
    free(bonds.start);
    free(bonds.partner);
    return status;
}

/* What is not as the topology has it. */
static void report(const km_importer *im, const km_ff_molecule *m, const km_top_molecule *source)
{
    int renamed = 0;
    for (int i = 0; i < m->n_atoms; i++)
        renamed += strcmp(m->atom[i].name, source->atom[i].name) != 0;
    const double share = m->atom[0].charge - source->atom[0].charge;
    if (renamed > 0)
        fprintf(im->in->report,
                "  %s: %d atoms have new names; ours have at most 4 characters, each its own\n",
                m->key, renamed);
    if (share != 0.0)
        fprintf(
            im->in->report,
            "  %s: the charges sum to %+.6g e; each atom gets %+.3g e, so that the sum is %d e\n",
            m->key, m->charge - share * m->n_atoms, share, m->charge);
}

km_status km_import_molecule(km_importer *im, const km_top_molecule *source, const double *position,
                             bool per_atom, bool *clash)
{
    km_forcefield *ff = im->ff;
    const km_forcefield before = *ff;
    km_ff_molecule m = {0};
    *clash = false;
    km_status status = fill(im, &m, source, position, per_atom, clash);
    if (status == KM_OK && !*clash)
        status = km_ff_grow((void **)&ff->molecule, ff->n_molecules, 1, sizeof *ff->molecule);
    if (status == KM_OK && !*clash) {
        ff->molecule[ff->n_molecules++] = m;
        report(im, &m, source);
        return KM_OK;
    }
    km_ff_molecule_free(&m);
    ff->n_atom_types = before.n_atom_types;
    ff->n_bond_types = before.n_bond_types;
    ff->n_angle_types = before.n_angle_types;
    ff->n_dihedral_types = before.n_dihedral_types;
    ff->n_improper_types = before.n_improper_types;
    return status;
}
