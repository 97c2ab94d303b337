/* SPDX-License-Identifier: MIT */
/* From molecules to index lists: terms, exclusions, constraints, by hand-checked molecules and by
 * counts from another program. Parameters: test_model_parameters.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/units.h"
#include "tests/cmocka_all.h"
#include "tests/made_model.h"

/* Counted by a separate program from the original tables: paths in the bond graph as sets of
 * tuples, distances by breadth-first search. */
static const struct counts {
    const char *molecule;
    int atoms, bonds, angles, paths, dihedrals, impropers, pairs14, excluded, bonds_to_hydrogen;
} counts[] = {
    {"DME", 16, 15, 26, 21, 21, 0, 21, 62, 10},
    {"EC", 10, 10, 17, 19, 19, 1, 14, 41, 4},
    {"DEC", 18, 17, 29, 28, 28, 1, 28, 74, 10},
    {"PC", 13, 13, 23, 28, 28, 1, 23, 59, 6},
    {"DMC", 12, 11, 17, 10, 10, 1, 10, 38, 6},
    {"G2", 23, 22, 39, 36, 36, 0, 36, 97, 14},
    {"TEGDME", 37, 36, 65, 66, 66, 0, 66, 167, 22},
    {"TTE", 18, 17, 31, 33, 33, 0, 33, 81, 4},
    {"TMP", 17, 16, 27, 18, 18, 0, 18, 61, 9},
    {"TEP", 26, 25, 45, 45, 45, 0, 45, 115, 15},
    {"13DX", 14, 14, 26, 30, 30, 0, 27, 67, 8},
    {"DBE", 34, 33, 62, 75, 75, 0, 75, 170, 22},
    {"DPGDME", 29, 28, 51, 54, 54, 0, 54, 133, 18},
    {"DiDBE", 41, 40, 75, 90, 90, 0, 90, 205, 26},
    {"TFTFE", 15, 14, 25, 24, 24, 0, 24, 63, 3},
    {"OTE", 24, 23, 43, 51, 51, 0, 51, 117, 4},
    {"FMHFIP", 15, 14, 25, 24, 24, 0, 24, 63, 3},
    {"TFB", 12, 12, 18, 24, 24, 6, 21, 51, 3},
    {"VC", 8, 8, 11, 12, 12, 1, 7, 26, 2},
    {"THF", 13, 13, 25, 33, 33, 0, 28, 66, 8},
    {"DMSO2", 11, 10, 18, 18, 18, 0, 18, 46, 6},
    {"DMA", 15, 14, 24, 22, 4, 2, 22, 60, 9},
    {"ADN", 16, 15, 26, 33, 27, 0, 33, 74, 8},
    {"DTD", 11, 11, 20, 21, 21, 0, 16, 47, 4},
    {"UREA", 8, 7, 9, 8, 8, 3, 8, 24, 4},
    {"IMID", 9, 9, 13, 16, 16, 0, 11, 33, 4},
    {"PEO10", 79, 78, 143, 156, 156, 0, 156, 377, 46},
    {"PVDFHFP", 29, 28, 54, 72, 72, 0, 72, 154, 7},
    {"SPCE", 3, 2, 1, 0, 0, 0, 0, 3, 2},
    {"TIP3P", 3, 2, 1, 0, 0, 0, 0, 3, 2},
    {"K+", 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Na+", 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"Li+", 1, 0, 0, 0, 0, 0, 0, 0, 0},
    {"FSI", 9, 8, 13, 6, 6, 0, 6, 27, 0},
    {"TFSI", 15, 14, 25, 24, 24, 0, 24, 63, 0},
    {"PF6", 7, 6, 12, 0, 0, 0, 0, 21, 0},
    {"BF4", 5, 4, 6, 0, 0, 0, 0, 10, 0},
    {"NO3", 4, 3, 3, 0, 0, 3, 0, 6, 0},
    {"HFDF", 16, 16, 31, 42, 42, 0, 39, 86, 0},
    {"PYR13", 27, 27, 54, 81, 81, 0, 76, 157, 18},
};
enum { N_MOLECULES = sizeof counts / sizeof *counts };

static void every_molecule_has_the_counted_terms(void **state)
{
    (void)state;
    assert_int_equal(N_MOLECULES, made_ff->n_molecules);
    const km_recipe recipe = made_recipe();
    for (int k = 0; k < N_MOLECULES; k++) {
        const struct counts *c = &counts[k], *b = NULL;
        const km_ff_molecule *m = &made_ff->molecule[km_forcefield_molecule(made_ff, c->molecule)];
        const made_portion portions[2] = {{c->molecule, 1}, {m->charge < 0 ? "K+" : "BF4", 1}};
        for (int l = 0; l < N_MOLECULES; l++)
            if (m->charge > 0 && strcmp(counts[l].molecule, "BF4") == 0)
                b = &counts[l];
        const struct counts none = {0};
        if (b == NULL)
            b = &none;
        km_model *model = made_model(&recipe, portions, m->charge == 0 ? 1 : 2, false);
        assert_int_equal(model->bonded.n_bonds, m->rigid ? 0 : c->bonds + b->bonds);
        assert_int_equal(model->bonded.n_angles, m->rigid ? 0 : c->angles + b->angles);
        assert_int_equal(model->bonded.n_dihedrals_rb, c->dihedrals);
        assert_int_equal(model->bonded.n_dihedrals_periodic, c->impropers);
        assert_int_equal(model->bonded.n_pairs14, c->pairs14);
        assert_int_equal(model->bonded.n_excluded, c->excluded + b->excluded);
        assert_int_equal(model->exclusion_start[model->n], 2 * (c->excluded + b->excluded));
        assert_int_equal(model->labels->n_bonds, c->bonds + b->bonds);
        assert_int_equal(model->n_constraints, m->rigid ? 3 : 0);
        assert_near(model->total_charge, 0.0, 1e-12);
        km_model_destroy(model);

        model = made_model(&recipe, portions, m->charge == 0 ? 1 : 2, true);
        assert_int_equal(model->n_constraints, m->rigid ? 3 : c->bonds_to_hydrogen);
        if (!m->rigid)
            assert_int_equal(model->bonded.n_bonds, c->bonds + b->bonds - c->bonds_to_hydrogen);
        km_model_destroy(model);
    }
}

static const km_pair14 *pair14(const km_model *m, int i, int j)
{
    for (int p = 0; p < m->bonded.n_pairs14; p++)
        if (m->bonded.pair14[p].i == i && m->bonded.pair14[p].j == j)
            return &m->bonded.pair14[p];
    return NULL;
}

/* C1-O1-C2-C3-O2-C4, checked by hand. */
static void dimethoxyethane_is_right(void **state)
{
    (void)state;
    km_model *m = made_one("DME", false);
    assert_string_equal(m->labels->atom_name[4], "O2");
    assert_string_equal(m->labels->type_name[4], "OS_ether");
    assert_string_equal(m->labels->element[4], "O");
    assert_string_equal(m->labels->kind[0].residue, "DME");
    assert_near(m->charge[4], -0.4, 1e-15);
    assert_near(m->mass[6], 1.008, 1e-15);
    const int far[][2] = {{0, 4}, {0, 5}, {1, 5}, {6, 5}, {7, 3}, {6, 9}};
    for (size_t k = 0; k < sizeof far / sizeof *far; k++)
        assert_false(made_excludes(m, far[k][0], far[k][1]));
    const int near[][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {6, 2}, {6, 7}, {1, 11}, {9, 12}};
    for (size_t k = 0; k < sizeof near / sizeof *near; k++) {
        assert_true(made_excludes(m, near[k][0], near[k][1]));
        assert_true(made_excludes(m, near[k][1], near[k][0]));
    }
    const km_pair14 *oxygens = pair14(m, 1, 4);
    assert_non_null(oxygens);
    assert_near(oxygens->epsilon, 0.5 * 0.14 * 4.184, 1e-15);
    assert_near(oxygens->sigma, 0.29, 1e-15);
    assert_near(oxygens->qq, 0.5 * 0.16, 1e-15);
    assert_null(pair14(m, 0, 2));
    /* OS-CT-CT-OS has V1 = -0.55 kcal/mol alone: U = V1/2 (1 - cos psi) */
    int found = 0;
    for (int d = 0; d < m->bonded.n_dihedrals_rb; d++) {
        const km_dihedral_rb *t = &m->bonded.dihedral_rb[d];
        if (t->i + t->l != 5 || t->j + t->k != 5 || (t->i != 1 && t->i != 4))
            continue;
        assert_near(t->c[0], -0.275 * 4.184, 1e-14);
        assert_near(t->c[1], 0.275 * 4.184, 1e-14);
        assert_near(fabs(t->c[2]) + fabs(t->c[3]) + fabs(t->c[4]) + fabs(t->c[5]), 0.0, 1e-15);
        found++;
    }
    assert_int_equal(found, 1);
    assert_true(m->has_charges);
    assert_true(m->pme.alpha > 0 && m->pair.ewald_alpha == m->pme.alpha &&
                m->bonded.ewald_alpha == m->pme.alpha);
    km_model_destroy(m);
}

/* In a ring of five every pair is at most two bonds apart, whatever the way round. */
static void ring_pairs_are_excluded_by_the_shorter_way(void **state)
{
    (void)state;
    km_model *m = made_one("EC", false);
    const int ring[] = {0, 1, 2, 3, 5}; /* C1 C2 O1 C3 O3 */
    for (int a = 0; a < 5; a++)
        for (int b = a + 1; b < 5; b++) {
            assert_true(made_excludes(m, ring[a], ring[b]));
            assert_null(pair14(m, ring[a], ring[b]));
        }
    assert_non_null(pair14(m, 0, 4)); /* C1 ... O=C */
    assert_non_null(pair14(m, 1, 4));
    assert_non_null(pair14(m, 3, 6)); /* C3 and a hydrogen of C1 */
    assert_null(pair14(m, 2, 4));
    assert_int_equal(m->bonded.n_dihedrals_periodic, 1);
    const km_dihedral_periodic *t = &m->bonded.dihedral_periodic[0];
    assert_true(t->improper);
    assert_int_equal(t->k, 3); /* the carbonyl carbon */
    assert_int_equal(t->multiplicity, 2);
    assert_near(t->phi0, KM_PI, 1e-15);
    assert_near(t->k_phi, 10.5 * 4.184, 1e-12); /* V2/2 of 21 kcal/mol */
    km_model_destroy(m);
}

static void hexafluorophosphate_has_twelve_right_angles(void **state)
{
    (void)state;
    const km_recipe recipe = made_recipe();
    km_model *m = made_model(&recipe, (made_portion[]){{"PF6", 1}, {"K", 1}}, 2, false);
    assert_int_equal(m->bonded.n_angles, 12);
    for (int a = 0; a < 12; a++) {
        assert_int_equal(m->bonded.angle[a].j, 1);
        assert_near(m->bonded.angle[a].theta0, 0.5 * KM_PI, 1e-15);
        const int pair[2] = {m->bonded.angle[a].i, m->bonded.angle[a].k};
        assert_false(pair[0] == 0 && pair[1] == 2); /* the linear ones */
        assert_false(pair[0] == 3 && pair[1] == 4);
        assert_false(pair[0] == 5 && pair[1] == 6);
    }
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 21);
    km_model_destroy(m);
}

static void imide_anion_is_right(void **state)
{
    (void)state;
    const km_recipe recipe = made_recipe();
    km_model *m = made_model(&recipe, (made_portion[]){{"K", 1}, {"FSI", 1}}, 2, false);
    /* F2 and the two O of each S see the other S across N: 2 x 3 torsions, no path F-S-N-S-F */
    assert_int_equal(m->bonded.n_dihedrals_rb, 6);
    assert_int_equal(m->bonded.n_pairs14, 6);
    assert_int_equal(m->exclusion_start[1], 0); /* the potassium ion has no partner */
    assert_int_equal(m->labels->molecule[1], 1);
    assert_int_equal(m->labels->kind[1].formal_charge, -1);
    km_model_destroy(m);
}

static void water_is_a_triangle(void **state)
{
    (void)state;
    for (int constrain = 0; constrain < 2; constrain++) {
        const km_recipe recipe = made_recipe();
        km_model *m = made_model(&recipe, &(made_portion){"SPCE", 5}, 1, constrain != 0);
        assert_int_equal(m->n_groups, 5);
        assert_int_equal(m->n_constraints, 15);
        assert_int_equal(m->bonded.n_bonds + m->bonded.n_angles, 0);
        const km_constraint_group *g = &m->group[3];
        assert_int_equal(g->n_atoms, 3);
        assert_int_equal(g->n_bonds, 3);
        assert_string_equal(m->labels->element[g->atom[0]], "O");
        assert_int_equal(m->labels->molecule[g->atom[2]], 3);
        assert_near(g->length[0], 0.1, 1e-15);
        /* H-H of SPC/E: 1.633 A, doi:10.1021/j100308a038; the table gives four digits */
        assert_near(g->length[2], 0.1633, 5e-6);
        assert_int_equal(g->bond[2][0] + g->bond[2][1], 3);
        km_model_destroy(m);
    }
}

static void bonds_to_hydrogen_are_stars(void **state)
{
    (void)state;
    km_model *m = made_one("DME", true);
    assert_int_equal(m->n_groups, 4);
    assert_int_equal(m->n_constraints, 10);
    assert_int_equal(m->bonded.n_bonds, 5);
    assert_int_equal(m->bonded.n_angles, 26);
    int seen[16] = {0};
    for (int g = 0; g < m->n_groups; g++) {
        assert_string_equal(m->labels->element[m->group[g].atom[0]], "C");
        assert_int_equal(m->group[g].n_bonds, m->group[g].n_atoms - 1);
        for (int b = 0; b < m->group[g].n_bonds; b++) {
            assert_near(m->group[g].length[b], 0.109, 1e-15);
            assert_int_equal(m->group[g].bond[b][0], 0);
            assert_int_equal(m->group[g].bond[b][1], b + 1);
        }
        for (int a = 0; a < m->group[g].n_atoms; a++)
            assert_int_equal(seen[m->group[g].atom[a]]++, 0);
    }
    km_model_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_molecule_has_the_counted_terms),
        cmocka_unit_test(dimethoxyethane_is_right),
        cmocka_unit_test(ring_pairs_are_excluded_by_the_shorter_way),
        cmocka_unit_test(hexafluorophosphate_has_twelve_right_angles),
        cmocka_unit_test(imide_anion_is_right),
        cmocka_unit_test(water_is_a_triangle),
        cmocka_unit_test(bonds_to_hydrogen_are_stars),
    };
    return cmocka_run_group_tests(tests, made_forcefield, made_forcefield_free);
}
