/* SPDX-License-Identifier: MIT */
/* From molecules to index lists: terms, exclusions, mixing, constraints, neutrality, by
 * hand-checked molecules and by counts from another program. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/model/mixing.h"
#include "host/model/model.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static km_forcefield *ff;

static int read_forcefield(void **state)
{
    (void)state;
    setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
    const char *file = "opls-electrolytes";
    return km_forcefield_read(&file, 1, &ff);
}

static int free_forcefield(void **state)
{
    (void)state;
    km_forcefield_destroy(ff);
    return 0;
}

static km_recipe plain_recipe(void)
{
    return (km_recipe){.forcefield = {.charge_scale = 1.0},
                       .nonbonded = {.cutoff = 1.2,
                                     .relative_force_error = 1e-4,
                                     .tail = true,
                                     .shift = true,
                                     .coulomb_constant = KM_COULOMB_CONSTANT}};
}

typedef struct portion {
    const char *molecule;
    int count;
} portion;

/* A cubic box of molecules in order; positions do not matter to the model. */
static km_system *make_system(const km_forcefield *field, const portion *portions, int n,
                              double edge)
{
    km_system *s = calloc(1, sizeof *s);
    s->box = km_box_orthorhombic(edge, edge, edge);
    for (int p = 0; p < n; p++)
        s->n_molecules += portions[p].count;
    s->molecule = calloc((size_t)s->n_molecules, sizeof *s->molecule);
    int at = 0;
    for (int p = 0; p < n; p++)
        for (int k = 0; k < portions[p].count; k++) {
            const int m = km_forcefield_molecule(field, portions[p].molecule);
            assert_true(m >= 0);
            s->molecule[at++] = m;
            s->n_atoms += field->molecule[m].n_atoms;
        }
    return s;
}

static void free_system(km_system *s)
{
    free(s->molecule);
    free(s);
}

static km_status try_model(const km_recipe *recipe, const km_forcefield *field,
                           const portion *portions, int n, double edge, bool constrain,
                           km_model **model)
{
    km_system *s = make_system(field, portions, n, edge);
    const km_status status = km_model_create(recipe, field, s, constrain, model);
    free_system(s);
    return status;
}

static km_model *make_model(const km_recipe *recipe, const portion *portions, int n, bool constrain)
{
    km_model *model;
    assert_ok(try_model(recipe, ff, portions, n, 4.0, constrain, &model));
    return model;
}

static km_model *make_one(const char *molecule, bool constrain)
{
    const km_recipe recipe = plain_recipe();
    return make_model(&recipe, &(portion){molecule, 1}, 1, constrain);
}

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
    assert_int_equal(N_MOLECULES, ff->n_molecules);
    const km_recipe recipe = plain_recipe();
    for (int k = 0; k < N_MOLECULES; k++) {
        const struct counts *c = &counts[k], *b = NULL;
        const km_ff_molecule *m = &ff->molecule[km_forcefield_molecule(ff, c->molecule)];
        const portion portions[2] = {{c->molecule, 1}, {m->charge < 0 ? "K+" : "BF4", 1}};
        for (int l = 0; l < N_MOLECULES; l++)
            if (m->charge > 0 && strcmp(counts[l].molecule, "BF4") == 0)
                b = &counts[l];
        const struct counts none = {0};
        if (b == NULL)
            b = &none;
        km_model *model = make_model(&recipe, portions, m->charge == 0 ? 1 : 2, false);
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

        model = make_model(&recipe, portions, m->charge == 0 ? 1 : 2, true);
        assert_int_equal(model->n_constraints, m->rigid ? 3 : c->bonds_to_hydrogen);
        if (!m->rigid)
            assert_int_equal(model->bonded.n_bonds, c->bonds + b->bonds - c->bonds_to_hydrogen);
        km_model_destroy(model);
    }
}

static bool excluded(const km_model *m, int i, int j)
{
    for (int x = m->exclusion_start[i]; x < m->exclusion_start[i + 1]; x++)
        if (m->exclusion[x] == j)
            return true;
    return false;
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
    km_model *m = make_one("DME", false);
    assert_string_equal(m->labels->atom_name[4], "O2");
    assert_string_equal(m->labels->type_name[4], "OS_ether");
    assert_string_equal(m->labels->element[4], "O");
    assert_string_equal(m->labels->kind[0].residue, "DME");
    assert_near(m->charge[4], -0.4, 1e-15);
    assert_near(m->mass[6], 1.008, 1e-15);
    const int far[][2] = {{0, 4}, {0, 5}, {1, 5}, {6, 5}, {7, 3}, {6, 9}};
    for (size_t k = 0; k < sizeof far / sizeof *far; k++)
        assert_false(excluded(m, far[k][0], far[k][1]));
    const int near[][2] = {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {6, 2}, {6, 7}, {1, 11}, {9, 12}};
    for (size_t k = 0; k < sizeof near / sizeof *near; k++) {
        assert_true(excluded(m, near[k][0], near[k][1]));
        assert_true(excluded(m, near[k][1], near[k][0]));
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
    km_model *m = make_one("EC", false);
    const int ring[] = {0, 1, 2, 3, 5}; /* C1 C2 O1 C3 O3 */
    for (int a = 0; a < 5; a++)
        for (int b = a + 1; b < 5; b++) {
            assert_true(excluded(m, ring[a], ring[b]));
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
    const km_recipe recipe = plain_recipe();
    km_model *m = make_model(&recipe, (portion[]){{"PF6", 1}, {"K", 1}}, 2, false);
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
    const km_recipe recipe = plain_recipe();
    km_model *m = make_model(&recipe, (portion[]){{"K", 1}, {"FSI", 1}}, 2, false);
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
        const km_recipe recipe = plain_recipe();
        km_model *m = make_model(&recipe, &(portion){"SPCE", 5}, 1, constrain != 0);
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
    km_model *m = make_one("DME", true);
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

static void fourier_series_becomes_powers_of_cosine(void **state)
{
    (void)state;
    const double v[4] = {1.7, -2.3, 0.9, 0.4};
    double c[6];
    km_fourier_to_rb(v, c);
    for (int degree = -180; degree <= 180; degree += 7) {
        const double phi = degree * KM_PI / 180.0, x = cos(phi - KM_PI);
        const double fourier = 0.5 * (v[0] * (1 + cos(phi)) + v[1] * (1 - cos(2 * phi)) +
                                      v[2] * (1 + cos(3 * phi)) + v[3] * (1 - cos(4 * phi)));
        const double powers = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))));
        assert_near(powers, fourier, 1e-14);
    }
}

static const double *pair_row(const km_model *m, int i, int j)
{
    return &m->pair.parameter[(m->type[i] * m->pair.n_types + m->type[j]) * KM_VDW_PARAMETERS];
}

static void types_mix_geometrically_and_only_those_present(void **state)
{
    (void)state;
    const km_recipe recipe = plain_recipe();
    km_model *m = make_model(&recipe, (portion[]){{"K", 1}, {"BF4", 1}, {"DME", 2}}, 3, false);
    assert_int_equal(m->pair.n_types, 7); /* K+, B, F, CT_OCH3, CT_OCH2, OS, HC */
    const int oxygen = 6 + 1;
    assert_string_equal(m->labels->type_name[oxygen], "OS_ether");
    assert_near(pair_row(m, 0, oxygen)[0], sqrt(0.000328 * 0.14) * 4.184, 1e-15);
    assert_near(pair_row(m, 0, oxygen)[1], sqrt(4.93463 * 2.9) * 0.1, 1e-15);
    assert_near(pair_row(m, oxygen, 0)[1], pair_row(m, 0, oxygen)[1], 0.0);
    assert_near(pair_row(m, oxygen, oxygen)[1], 0.29, 1e-15);
    assert_true(m->pair.form[0] == KM_VDW_LENNARD_JONES);
    km_model_destroy(m);
}

static void molecules_of_a_kind_are_copies(void **state)
{
    (void)state;
    const km_recipe recipe = plain_recipe();
    km_model *m =
        make_model(&recipe, (portion[]){{"EC", 1}, {"K", 2}, {"EC", 1}, {"FSI", 2}}, 4, false);
    assert_int_equal(m->n, 10 + 2 + 10 + 18);
    assert_int_equal(m->labels->n_kinds, 3);
    assert_int_equal(m->labels->kind[0].n_molecules, 2);
    assert_int_equal(m->molecule_start[3], 12);
    assert_int_equal(m->molecule_start[6], m->n);
    assert_int_equal(m->labels->molecule_kind[3], 0);
    km_model *one = make_one("EC", false);
    const int n = one->bonded.n_angles;
    for (int a = 0; a < n; a++) {
        const km_angle *p = &one->bonded.angle[a], *q = &m->bonded.angle[n + a];
        assert_int_equal(p->i + 12, q->i);
        assert_int_equal(p->k + 12, q->k);
        assert_true(p->k_theta == q->k_theta && p->theta0 == q->theta0);
    }
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < m->n; j++)
            assert_int_equal(excluded(m, 12 + i, j), j >= 12 && j < 22 && excluded(one, i, j - 12));
    for (int i = 0; i < m->n; i++)
        for (int x = m->exclusion_start[i] + 1; x < m->exclusion_start[i + 1]; x++)
            assert_true(m->exclusion[x - 1] < m->exclusion[x]);
    km_model_destroy(one);
    km_model_destroy(m);
}

static void ions_are_scaled_and_molecules_are_not(void **state)
{
    (void)state;
    km_recipe recipe = plain_recipe();
    recipe.forcefield.charge_scale = 0.8;
    const portion cell[] = {{"K", 1}, {"FSI", 1}, {"DME", 1}};
    km_model *m = make_model(&recipe, cell, 3, false);
    assert_near(m->charge[0], 0.8, 1e-15);
    assert_near(m->labels->kind[1].charge, -0.8, 1e-12);
    assert_int_equal(m->labels->kind[1].formal_charge, -1);
    assert_near(m->charge[10 + 1], -0.4, 1e-15);
    km_model_destroy(m);

    /* a set that its authors scaled is left as it is */
    recipe.forcefield.n_charge_sets = 1;
    recipe.forcefield.charge_set = calloc(1, sizeof *recipe.forcefield.charge_set);
    recipe.forcefield.charge_set[0].molecule = "FSI";
    recipe.forcefield.charge_set[0].set = "chaban_scaled_0.8";
    m = make_model(&recipe, cell, 3, false);
    assert_near(m->charge[1], -0.13, 1e-15);
    assert_near(m->total_charge, 0.0, 1e-12);
    km_model_destroy(m);

    recipe.forcefield.charge_set[0].set = "other";
    assert_int_equal(try_model(&recipe, ff, cell, 3, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message, "forcefield.charge_sets: FSI has no charge set "
                                                  "\"other\"; it has: chaban_scaled_0.8");
    recipe.forcefield.charge_set[0].molecule = "DEC";
    assert_int_equal(try_model(&recipe, ff, cell, 3, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "forcefield.charge_sets: there is no molecule \"DEC\" in the cell");
    free(recipe.forcefield.charge_set);
}

static void the_splitting_is_chosen_or_as_asked(void **state)
{
    (void)state;
    km_recipe recipe = plain_recipe();
    const portion cell[] = {{"K", 1}, {"FSI", 1}, {"DME", 9}};
    km_model *m = make_model(&recipe, cell, 3, false);
    assert_true(m->pme.alpha > 2.0 && m->pme.alpha < 4.0); /* 1/nm, for 1.2 nm and 1e-4 */
    assert_true(m->coulomb_error > 0.0 && m->coulomb_error_real > 0.0);
    assert_true(hypot(m->coulomb_error, m->coulomb_error_real) <= 1e-4);
    assert_near(m->neighbours.skin, 0.1, 1e-15);
    km_model_destroy(m);
    recipe.nonbonded.ewald_alpha = 3.25;
    recipe.nonbonded.mesh[0] = recipe.nonbonded.mesh[1] = recipe.nonbonded.mesh[2] = 45;
    recipe.nonbonded.spline_order = 5;
    recipe.nonbonded.skin = 0.15;
    m = make_model(&recipe, cell, 3, false);
    assert_true(m->pme.alpha == 3.25 && m->pair.ewald_alpha == 3.25);
    assert_true(m->pme.mesh[0] == 45 && m->pme.mesh[2] == 45 && m->pme.spline_order == 5);
    assert_true(m->pme.coulomb_constant == KM_COULOMB_CONSTANT);
    assert_near(m->neighbours.skin, 0.15, 1e-15);
    km_model_destroy(m);
}

static void types_are_swapped(void **state)
{
    (void)state;
    km_recipe recipe = plain_recipe();
    const portion cell[] = {{"K", 1}, {"BF4", 1}};
    recipe.forcefield.n_type_swaps = 1;
    recipe.forcefield.type_swap = calloc(1, sizeof *recipe.forcefield.type_swap);
    recipe.forcefield.type_swap[0].from = "K+";
    recipe.forcefield.type_swap[0].to = "K+_JJ";
    km_model *m = make_model(&recipe, cell, 2, false);
    assert_string_equal(m->labels->type_name[0], "K+_JJ");
    assert_near(pair_row(m, 0, 0)[1], 0.517, 1e-15);
    km_model_destroy(m);
    recipe.forcefield.type_swap[0].to = "K+_XX";
    assert_int_equal(try_model(&recipe, ff, cell, 2, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(
        km_last_error()->message,
        "forcefield.type_swaps: there is no atom type \"K+_XX\" in the force field");
    recipe.forcefield.type_swap[0].from = "Na+";
    recipe.forcefield.type_swap[0].to = "Na+_JJ";
    assert_int_equal(try_model(&recipe, ff, cell, 2, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "forcefield.type_swaps: no atom of the cell has the type \"Na+\"");
    free(recipe.forcefield.type_swap);
}

static void charged_and_small_cells_are_refused(void **state)
{
    (void)state;
    km_recipe recipe = plain_recipe();
    km_model *m;
    assert_int_equal(
        try_model(&recipe, ff, (portion[]){{"K", 36}, {"FSI", 32}, {"DME", 9}}, 3, 4.0, false, &m),
        KM_ERROR_INPUT);
    assert_null(m);
    assert_string_equal(km_last_error()->message,
                        "the cell is not neutral: it carries +4 e (36 K+ of +1 e, 32 FSI of -1 e); "
                        "remove 4 K+ or add 4 FSI");
    recipe.nonbonded.cutoff = 1.5;
    assert_int_equal(try_model(&recipe, ff, &(portion){"DME", 9}, 1, 2.5, false, &m),
                     KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "nonbonded.cutoff_A is 15, above half the least height of the cell (12.5 "
                        "A); make the cell larger (cell.liquid.size) or cutoff_A at most 12.50");
    recipe.nonbonded.cutoff = 1.2;
    recipe.forcefield.charge_scale = 0.0;
    assert_int_equal(try_model(&recipe, ff, &(portion){"DME", 1}, 1, 4.0, false, &m),
                     KM_ERROR_VALUE);
}

static const char *const own_path = "./test_model.tmp.yaml";
static const char *const own_header =
    "units: {energy: kcal/mol, length: angstrom, angle: degree}\n"
    "conventions:\n"
    "  {harmonic: \"k*(x-x0)^2\", dihedral: opls_fourier, improper: opls_fourier_central_third,\n"
    "   mixing_rule: lorentz_berthelot, scale14_lj: 0.5, scale14_coulomb: 0.8333}\n"
    "sources: [{key: ME, text: written for this test}]\n";

static km_forcefield *own_forcefield(const char *rows)
{
    FILE *file = fopen(own_path, "w");
    assert_non_null(file);
    fputs(own_header, file);
    fputs(rows, file);
    fclose(file);
    km_forcefield *own;
    assert_ok(km_forcefield_read(&own_path, 1, &own));
    unlink(own_path);
    return own;
}

static void small_rings_and_missing_rows(void **state)
{
    (void)state;
    km_forcefield *own = own_forcefield(
        "atom_types:\n"
        "  - {name: a, class: A, element: C, mass: 12, sigma: 3, epsilon: 0.1, source: [ME]}\n"
        "  - {name: b, class: B, element: N, mass: 14, sigma: 4, epsilon: 0.4, source: [ME]}\n"
        "bond_types: [{classes: [A, A], r0: 1.5, k: 100, source: [ME]},\n"
        "             {classes: [A, B], r0: 1.5, k: 100, source: [ME]}]\n"
        "angle_types: [{classes: [A, A, A], theta0: 60, k: 50, source: [ME]}]\n"
        "dihedral_types: [{classes: [A, A, A, A], V: [0, 1, 0, 0], source: [ME]}]\n"
        "improper_types: [{classes: [A, A, A, A], V: [1, 2, 0, 0], source: [ME], analogy: x}]\n"
        "pair_types: [{types: [b, a], form: lennard_jones, parameters: [0.7, 3.3], source: [ME]}]\n"
        "molecules:\n"
        "  - {key: ring3, residue: R3, name: r, charge: 0, source: [ME], status: published,\n"
        "     atoms: [[C1, a, 0, 0, 0, 0], [C2, a, 0, 1.5, 0, 0], [C3, a, 0, 0, 1.5, 0]],\n"
        "     bonds: [[0, 1], [1, 2], [0, 2]]}\n"
        "  - {key: ring4, residue: R4, name: r, charge: 0, source: [ME], status: published,\n"
        "     atoms: [[C1, a, 0, 0, 0, 0], [C2, a, 0, 1.5, 0, 0], [C3, a, 0, 1.5, 1.5, 0],\n"
        "             [C4, a, 0, 0, 1.5, 0]],\n"
        "     bonds: [[0, 1], [1, 2], [2, 3], [0, 3]]}\n"
        "  - {key: star, residue: ST, name: s, charge: 0, source: [ME], status: published,\n"
        "     atoms: [[C1, a, 0, 0, 0, 0], [C2, a, 0, 1.5, 0, 0], [C3, a, 0, 0, 1.5, 0],\n"
        "             [C4, a, 0, -1, -1, 0]],\n"
        "     bonds: [[0, 1], [0, 2], [0, 3]], impropers: [[1, 2, 0, 3]]}\n"
        "  - {key: bent, residue: BE, name: b, charge: 0, source: [ME], status: published,\n"
        "     atoms: [[C1, a, 0, 0, 0, 0], [N1, b, 0, 1.5, 0, 0], [C2, a, 0, 3, 0, 0]],\n"
        "     bonds: [[0, 1], [1, 2]]}\n"
        "  - {key: lone, residue: LO, name: l, charge: 0, source: [ME], status: published,\n"
        "     atoms: [[N1, b, 0, 0, 0, 0]]}\n");
    const km_recipe recipe = plain_recipe();
    km_model *m;
    assert_ok(try_model(&recipe, own, &(portion){"ring3", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_angles, 3);
    assert_int_equal(m->bonded.n_dihedrals_rb, 0);
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 3);
    assert_false(m->has_charges);
    assert_true(m->pair.ewald_alpha == 0.0 && m->bonded.ewald_alpha == 0.0);
    km_model_destroy(m);
    assert_ok(try_model(&recipe, own, &(portion){"ring4", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_dihedrals_rb, 4); /* the ends are bonded, the path is there */
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 6);
    km_model_destroy(m);
    assert_ok(try_model(&recipe, own, &(portion){"star", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_dihedrals_periodic, 2); /* V1 and V2 */
    assert_int_equal(m->bonded.dihedral_periodic[0].multiplicity, 1);
    assert_near(m->bonded.dihedral_periodic[0].phi0, 0.0, 1e-15);
    assert_near(m->bonded.dihedral_periodic[1].k_phi, 4.184, 1e-15);
    km_model_destroy(m);
    /* two types with a row of their own; Lorentz-Berthelot would give 0.35 nm */
    assert_ok(try_model(&recipe, own, (portion[]){{"ring3", 1}, {"lone", 1}}, 2, 4.0, false, &m));
    assert_near(pair_row(m, 0, 3)[0], 0.7 * 4.184, 1e-15);
    assert_near(pair_row(m, 0, 3)[1], 0.33, 1e-15);
    km_model_destroy(m);
    assert_int_equal(try_model(&recipe, own, &(portion){"bent", 1}, 1, 4.0, false, &m),
                     KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "molecule bent: no angle parameters for atoms C1-N1-C2, classes [A, B, A]; "
                        "looked in ./test_model.tmp.yaml; add a row to angle_types of a "
                        "force-field file of your own");
    own->n_pair_types = 0;
    km_vdw_form form;
    double parameter[KM_VDW_PARAMETERS];
    assert_ok(km_mix(own, 0, 1, &form, parameter));
    assert_near(parameter[0], 0.2 * 4.184, 1e-15);
    assert_near(parameter[1], 0.35, 1e-15);
    km_forcefield_destroy(own);
}

static const km_parameter_use *find_use(const km_model *m, const char *start)
{
    for (int u = 0; u < m->n_uses; u++)
        if (strncmp(m->use[u].what, start, strlen(start)) == 0)
            return &m->use[u];
    fail_msg("no parameter use begins with %s", start);
    return NULL;
}

static void every_parameter_says_where_it_is_from(void **state)
{
    (void)state;
    km_recipe recipe = plain_recipe();
    recipe.forcefield.charge_scale = 0.9;
    km_model *m =
        make_model(&recipe, (portion[]){{"DME", 3}, {"TFTFE", 2}, {"K", 1}, {"FSI", 1}}, 4, true);
    const km_parameter_use *use = find_use(m, "bond CT-OS");
    assert_int_equal(use->count, 3 * 4 + 2 * 1); /* O-CH2CF3 is CT-OS too */
    assert_string_equal(use->what, "bond CT-OS: r0 1.41 A, k 320 kcal/mol/A^2 in k (r - r0)^2");
    assert_int_equal(strncmp(use->source, "T08: TinkerTools", 16), 0);
    assert_null(use->analogy);
    use = find_use(m, "atom type OS_ether: sigma 2.9 A, epsilon 0.14 kcal/mol; type 122");
    assert_int_equal(use->count, 8);
    assert_non_null(find_use(m, "charges of TFTFE: net +0 e")->analogy);
    assert_null(find_use(m, "charges of DME")->analogy);
    find_use(m, "charges of K+: net +0.9 e, scaled by charge_scale");
    use = find_use(m, "angle CF-OS-CT");
    assert_string_equal(use->analogy, "CT-OS-CT");
    for (int u = 0; u < m->n_uses; u++) {
        assert_true(m->use[u].count > 0);
        assert_true(strlen(m->use[u].source) > 10);
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
        cmocka_unit_test(fourier_series_becomes_powers_of_cosine),
        cmocka_unit_test(types_mix_geometrically_and_only_those_present),
        cmocka_unit_test(molecules_of_a_kind_are_copies),
        cmocka_unit_test(ions_are_scaled_and_molecules_are_not),
        cmocka_unit_test(the_splitting_is_chosen_or_as_asked),
        cmocka_unit_test(types_are_swapped),
        cmocka_unit_test(charged_and_small_cells_are_refused),
        cmocka_unit_test(small_rings_and_missing_rows),
        cmocka_unit_test(every_parameter_says_where_it_is_from),
    };
    return cmocka_run_group_tests(tests, read_forcefield, free_forcefield);
}
