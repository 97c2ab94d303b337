/* SPDX-License-Identifier: MIT */
/* Bonds that are held: rigid molecules as triangles, and, when asked, bonds to hydrogen as stars
 * around the heavy atom. */
#include <math.h>
#include <string.h>

#include "host/model/assign.h"

static bool is_hydrogen(const km_assignment *a, const km_forcefield *ff, int atom)
{
    const char *element = ff->atom_type[a->type[atom]].element;
    return strcmp(element, "H") == 0 || strcmp(element, "D") == 0;
}

static void silence(km_assignment *a, km_term_kind kind)
{
    for (int t = 0; t < a->n_terms[kind]; t++)
        a->term[kind][t].silent = true;
}

/* The middle atom and its two partners: two sides of the given length and the one across. */
static km_status add_triangle(km_assignment *a)
{
    KM_NEW(a->group, 1);
    a->n_groups = 1;
    a->n_constraints = 3;
    int middle = 0;
    while (a->partner_start[middle + 1] - a->partner_start[middle] != 2)
        middle++;
    const double side = a->source->rigid_length;
    km_constraint_group *g = &a->group[0];
    g->n_atoms = 3;
    g->n_bonds = 3;
    g->atom[0] = middle;
    g->atom[1] = a->partner[a->partner_start[middle]];
    g->atom[2] = a->partner[a->partner_start[middle] + 1];
    static const int bonds[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    memcpy(g->bond, bonds, sizeof bonds);
    g->length[0] = g->length[1] = side;
    g->length[2] = 2.0 * side * sin(0.5 * a->source->rigid_angle);
    silence(a, KM_TERM_BOND);
    silence(a, KM_TERM_ANGLE);
    return KM_OK;
}

/* The group around atom centre, begun when it is not there yet. */
static km_constraint_group *group_of(km_assignment *a, int centre)
{
    for (int g = 0; g < a->n_groups; g++)
        if (a->group[g].atom[0] == centre)
            return &a->group[g];
    km_constraint_group *group = &a->group[a->n_groups++];
    group->n_atoms = 1;
    group->atom[0] = centre;
    return group;
}

static km_status add_stars(km_assignment *a, const km_forcefield *ff)
{
    KM_NEW(a->group, a->n_atoms);
    for (int b = 0; b < a->n_terms[KM_TERM_BOND]; b++) {
        km_term *term = &a->term[KM_TERM_BOND][b];
        int centre = term->atom[0], partner = term->atom[1];
        if (!is_hydrogen(a, ff, partner)) {
            centre = term->atom[1];
            partner = term->atom[0];
        }
        if (!is_hydrogen(a, ff, partner))
            continue;
        if (a->partner_start[partner + 1] - a->partner_start[partner] != 1)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "molecule %s: the hydrogen %s has more than one bond and cannot be held "
                           "by a constraint; set constraints: none and a shorter timestep_fs",
                           a->source->key, a->source->atom[partner].name);
        km_constraint_group *group = group_of(a, centre);
        if (group->n_bonds == KM_CONSTRAINT_BONDS)
            return KM_FAIL(KM_ERROR_UNSUPPORTED,
                           "molecule %s: atom %s has more than %d hydrogens, too many for one "
                           "constraint group; set constrain_hydrogen: false",
                           a->source->key, a->source->atom[centre].name, KM_CONSTRAINT_BONDS);
        group->bond[group->n_bonds][0] = 0;
        group->bond[group->n_bonds][1] = group->n_atoms;
        group->length[group->n_bonds++] = ff->bond_type[term->row].r0;
        group->atom[group->n_atoms++] = partner;
        a->n_constraints++;
        term->silent = true;
    }
    return KM_OK;
}

km_status km_assign_constraints(km_assignment *a, const km_forcefield *ff, bool constrain_hydrogen)
{
    if (a->source->rigid)
        return add_triangle(a);
    return constrain_hydrogen ? add_stars(a, ff) : KM_OK;
}
