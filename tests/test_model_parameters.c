/* SPDX-License-Identifier: MIT */
/* Parameters of a model: mixing, scaled charges, neutrality, what is missing, where each is from.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/model/mixing.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"
#include "tests/made_model.h"

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
    const km_recipe recipe = made_recipe();
    km_model *m = made_model(&recipe, (made_portion[]){{"K", 1}, {"BF4", 1}, {"DME", 2}}, 3, false);
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
    const km_recipe recipe = made_recipe();
    km_model *m =
        made_model(&recipe, (made_portion[]){{"EC", 1}, {"K", 2}, {"EC", 1}, {"FSI", 2}}, 4, false);
    assert_int_equal(m->n, 10 + 2 + 10 + 18);
    assert_int_equal(m->labels->n_kinds, 3);
    assert_int_equal(m->labels->kind[0].n_molecules, 2);
    assert_int_equal(m->molecule_start[3], 12);
    assert_int_equal(m->molecule_start[6], m->n);
    assert_int_equal(m->labels->molecule_kind[3], 0);
    km_model *one = made_one("EC", false);
    const int n = one->bonded.n_angles;
    for (int a = 0; a < n; a++) {
        const km_angle *p = &one->bonded.angle[a], *q = &m->bonded.angle[n + a];
        assert_int_equal(p->i + 12, q->i);
        assert_int_equal(p->k + 12, q->k);
        assert_true(p->k_theta == q->k_theta && p->theta0 == q->theta0);
    }
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < m->n; j++)
            assert_int_equal(made_excludes(m, 12 + i, j),
                             j >= 12 && j < 22 && made_excludes(one, i, j - 12));
    for (int i = 0; i < m->n; i++)
        for (int x = m->exclusion_start[i] + 1; x < m->exclusion_start[i + 1]; x++)
            assert_true(m->exclusion[x - 1] < m->exclusion[x]);
    km_model_destroy(one);
    km_model_destroy(m);
}

static void ions_are_scaled_and_molecules_are_not(void **state)
{
    (void)state;
    km_recipe recipe = made_recipe();
    recipe.forcefield.charge_scale = 0.8;
    const made_portion cell[] = {{"K", 1}, {"FSI", 1}, {"DME", 1}};
    km_model *m = made_model(&recipe, cell, 3, false);
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
    m = made_model(&recipe, cell, 3, false);
    assert_near(m->charge[1], -0.13, 1e-15);
    assert_near(m->total_charge, 0.0, 1e-12);
    km_model_destroy(m);

    recipe.forcefield.charge_set[0].set = "other";
    assert_int_equal(made_try(&recipe, made_ff, cell, 3, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message, "forcefield.charge_sets: FSI has no charge set "
                                                  "\"other\"; it has: chaban_scaled_0.8");
    recipe.forcefield.charge_set[0].molecule = "DEC";
    assert_int_equal(made_try(&recipe, made_ff, cell, 3, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "forcefield.charge_sets: there is no molecule \"DEC\" in the cell");
    free(recipe.forcefield.charge_set);
}

static void the_splitting_is_chosen_or_as_asked(void **state)
{
    (void)state;
    km_recipe recipe = made_recipe();
    const made_portion cell[] = {{"K", 1}, {"FSI", 1}, {"DME", 9}};
    km_model *m = made_model(&recipe, cell, 3, false);
    assert_true(m->pme.alpha > 2.0 && m->pme.alpha < 4.0); /* 1/nm, for 1.2 nm and 1e-4 */
    assert_true(m->coulomb_error > 0.0 && m->coulomb_error_real > 0.0);
    assert_true(hypot(m->coulomb_error, m->coulomb_error_real) <= 1e-4);
    assert_near(m->neighbours.skin, 0.1, 1e-15);
    km_model_destroy(m);
    recipe.nonbonded.ewald_alpha = 3.25;
    recipe.nonbonded.mesh[0] = recipe.nonbonded.mesh[1] = recipe.nonbonded.mesh[2] = 45;
    recipe.nonbonded.spline_order = 5;
    recipe.nonbonded.skin = 0.15;
    m = made_model(&recipe, cell, 3, false);
    assert_true(m->pme.alpha == 3.25 && m->pair.ewald_alpha == 3.25);
    assert_true(m->pme.mesh[0] == 45 && m->pme.mesh[2] == 45 && m->pme.spline_order == 5);
    assert_true(m->pme.coulomb_constant == KM_COULOMB_CONSTANT);
    assert_near(m->neighbours.skin, 0.15, 1e-15);
    km_model_destroy(m);
}

static void types_are_swapped(void **state)
{
    (void)state;
    km_recipe recipe = made_recipe();
    const made_portion cell[] = {{"K", 1}, {"BF4", 1}};
    recipe.forcefield.n_type_swaps = 1;
    recipe.forcefield.type_swap = calloc(1, sizeof *recipe.forcefield.type_swap);
    recipe.forcefield.type_swap[0].from = "K+";
    recipe.forcefield.type_swap[0].to = "K+_JJ";
    km_model *m = made_model(&recipe, cell, 2, false);
    assert_string_equal(m->labels->type_name[0], "K+_JJ");
    assert_near(pair_row(m, 0, 0)[1], 0.517, 1e-15);
    km_model_destroy(m);
    recipe.forcefield.type_swap[0].to = "K+_XX";
    assert_int_equal(made_try(&recipe, made_ff, cell, 2, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(
        km_last_error()->message,
        "forcefield.type_swaps: there is no atom type \"K+_XX\" in the force field");
    recipe.forcefield.type_swap[0].from = "Na+";
    recipe.forcefield.type_swap[0].to = "Na+_JJ";
    assert_int_equal(made_try(&recipe, made_ff, cell, 2, 4.0, false, &m), KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "forcefield.type_swaps: no atom of the cell has the type \"Na+\"");
    free(recipe.forcefield.type_swap);
}

static void charged_and_small_cells_are_refused(void **state)
{
    (void)state;
    km_recipe recipe = made_recipe();
    km_model *m;
    assert_int_equal(made_try(&recipe, made_ff,
                              (made_portion[]){{"K", 36}, {"FSI", 32}, {"DME", 9}}, 3, 4.0, false,
                              &m),
                     KM_ERROR_INPUT);
    assert_null(m);
    assert_string_equal(km_last_error()->message,
                        "the cell is not neutral: it carries +4 e (36 K+ of +1 e, 32 FSI of -1 e); "
                        "remove 4 K+ or add 4 FSI");
    recipe.nonbonded.cutoff = 1.5;
    assert_int_equal(made_try(&recipe, made_ff, &(made_portion){"DME", 9}, 1, 2.5, false, &m),
                     KM_ERROR_INPUT);
    assert_string_equal(km_last_error()->message,
                        "nonbonded.cutoff_A is 15, above half the least height of the cell (12.5 "
                        "A); make the cell larger (cell.liquid.size) or cutoff_A at most 12.50");
    recipe.nonbonded.cutoff = 1.2;
    recipe.forcefield.charge_scale = 0.0;
    assert_int_equal(made_try(&recipe, made_ff, &(made_portion){"DME", 1}, 1, 4.0, false, &m),
                     KM_ERROR_VALUE);
}

static const char *const own_path = "./test_model.tmp.yaml";
static void write_own(const char *improper, const char *rows)
{
    FILE *file = fopen(own_path, "w");
    assert_non_null(file);
    fprintf(file,
            "units: {energy: kcal/mol, length: angstrom, angle: degree}\n"
            "conventions:\n"
            "  {harmonic: \"k*(x-x0)^2\", dihedral: opls_fourier, %s,\n"
            "   mixing_rule: lorentz_berthelot, scale14_lj: 0.5, scale14_coulomb: 0.8333}\n"
            "sources: [{key: ME, text: written for this test}]\n%s",
            improper, rows);
    fclose(file);
}

static km_forcefield *own_forcefield(const char *improper, const char *rows)
{
    km_forcefield *own;
    write_own(improper, rows);
    assert_ok(km_forcefield_read(&own_path, 1, &own));
    unlink(own_path);
    return own;
}

static void own_refused(const char *improper, const char *rows, const char *message)
{
    km_forcefield *own;
    write_own(improper, rows);
    assert_int_equal(km_forcefield_read(&own_path, 1, &own), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, message));
    unlink(own_path);
}

static void small_rings_and_missing_rows(void **state)
{
    (void)state;
    km_forcefield *own = own_forcefield(
        "improper: opls_fourier_central_third",
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
    const km_recipe recipe = made_recipe();
    km_model *m;
    assert_ok(made_try(&recipe, own, &(made_portion){"ring3", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_angles, 3);
    assert_int_equal(m->bonded.n_dihedrals_rb, 0);
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 3);
    assert_false(m->has_charges);
    assert_true(m->pair.ewald_alpha == 0.0 && m->bonded.ewald_alpha == 0.0);
    km_model_destroy(m);
    assert_ok(made_try(&recipe, own, &(made_portion){"ring4", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_dihedrals_rb, 4); /* the ends are bonded, the path is there */
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 6);
    km_model_destroy(m);
    assert_ok(made_try(&recipe, own, &(made_portion){"star", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_dihedrals_periodic, 2); /* V1 and V2 */
    assert_int_equal(m->bonded.dihedral_periodic[0].multiplicity, 1);
    assert_near(m->bonded.dihedral_periodic[0].phi0, 0.0, 1e-15);
    assert_near(m->bonded.dihedral_periodic[1].k_phi, 4.184, 1e-15);
    km_model_destroy(m);
    /* two types with a row of their own; Lorentz-Berthelot would give 0.35 nm */
    assert_ok(
        made_try(&recipe, own, (made_portion[]){{"ring3", 1}, {"lone", 1}}, 2, 4.0, false, &m));
    assert_near(pair_row(m, 0, 3)[0], 0.7 * 4.184, 1e-15);
    assert_near(pair_row(m, 0, 3)[1], 0.33, 1e-15);
    km_model_destroy(m);
    assert_int_equal(made_try(&recipe, own, &(made_portion){"bent", 1}, 1, 4.0, false, &m),
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

/* A chain of four with every form of torsion, and 1-4 pairs by list. */
#define TORSIONS(dihedral, improper, more)                                                         \
    "atom_types:\n"                                                                                \
    "  - {name: a, class: A, element: C, mass: 12, sigma: 3, epsilon: 0.1, source: [ME]}\n"        \
    "bond_types: [{classes: [A, A], r0: 1.5, k: 100, source: [ME]}]\n"                             \
    "angle_types: [{classes: [A, A, A], theta0: 110, k: 50, source: [ME]}]\n"                      \
    "dihedral_types: [{classes: [A, A, A, A], " dihedral ", source: [ME]}]\n"                      \
    "improper_types: [{classes: [A, A, A, A], " improper ", source: [ME]}]\n"                      \
    "molecules:\n"                                                                                 \
    "  - {key: chain, residue: CH, name: c, charge: 0, source: [ME], status: published,\n"         \
    "     atoms: [[C1, a, 0.5, 0, 0, 0], [C2, a, 0, 1.5, 0, 0], [C3, a, 0, 1.5, 1.5, 0],\n"        \
    "             [C4, a, -0.5, 3, 1.5, 0]],\n"                                                    \
    "     bonds: [[0, 1], [1, 2], [2, 3]], impropers: [[0, 1, 2, 3]]" more "}\n"

static void other_torsions_and_listed_pairs(void **state)
{
    (void)state;
    km_forcefield *own = own_forcefield(
        "improper: as_listed",
        TORSIONS("V: [1, 0, 0, 0], C: [0.5, 0, 0, 0, 0, 2], periodic: [{n: 6, phi0: 30, k: 3}]",
                 "harmonic: {phi0: 35, k: 40}, periodic: [{n: 2, phi0: 180, k: 1}]",
                 ", lists_pairs14: true, pairs14: [{atoms: [0, 3], sigma: 2, epsilon: 0.3},\n"
                 "     {atoms: [3, 1]}]"));
    const km_recipe recipe = made_recipe();
    km_model *m;
    assert_ok(made_try(&recipe, own, &(made_portion){"chain", 2}, 1, 4.0, false, &m));
    const km_bonded_spec *b = &m->bonded;
    assert_int_equal(b->n_dihedrals_rb, 2);
    const double c[6] = {0.5 + 0.5, -0.5, 0, 0, 0, 2}; /* V1/2 (1 + cos phi) = V1/2 (1 - cos psi) */
    for (int n = 0; n < 6; n++)
        assert_near(b->dihedral_rb[1].c[n], 4.184 * c[n], 1e-14);
    assert_int_equal(b->n_dihedrals_periodic, 4);
    assert_int_equal(b->dihedral_periodic[0].multiplicity, 6);
    assert_near(b->dihedral_periodic[0].phi0, KM_PI / 6.0, 1e-14);
    assert_near(b->dihedral_periodic[0].k_phi, 3.0 * 4.184, 1e-14);
    assert_false(b->dihedral_periodic[0].improper);
    assert_true(b->dihedral_periodic[1].improper);
    assert_int_equal(b->n_impropers, 2);
    assert_near(b->improper[0].xi0, KM_PI * 35.0 / 180.0, 1e-14);
    assert_near(b->improper[0].k_xi, 2.0 * 40.0 * 4.184, 1e-13); /* k/2 inside */
    assert_int_equal(b->n_pairs14, 4);
    assert_near(b->pair14[0].sigma, 0.2, 1e-15); /* as given */
    assert_near(b->pair14[0].epsilon, 0.3 * 4.184, 1e-15);
    assert_near(b->pair14[0].qq, -0.25 * 0.8333, 1e-15);
    assert_near(b->pair14[1].sigma, 0.3, 1e-15); /* mixed and scaled */
    assert_near(b->pair14[1].epsilon, 0.5 * 0.1 * 4.184, 1e-15);
    assert_true(m->lists_pairs14);
    km_model_destroy(m);
    km_forcefield_destroy(own);
    own = own_forcefield("improper: as_listed", TORSIONS("C: [0, 0, 0, 0, 0, 0]", "V: [0, 0, 0, 0]",
                                                         ", lists_pairs14: true, pairs14: []"));
    assert_ok(made_try(&recipe, own, &(made_portion){"chain", 1}, 1, 4.0, false, &m));
    assert_int_equal(m->bonded.n_pairs14, 0);
    assert_int_equal(m->bonded.n_excluded, 6);
    assert_int_equal(m->bonded.n_dihedrals_rb + m->bonded.n_dihedrals_periodic, 0);
    km_model_destroy(m);
    km_forcefield_destroy(own);
}

static void wrong_torsions_and_pairs(void **state)
{
    (void)state;
#define V0 "V: [0, 0, 0, 0]"
    own_refused(
        "improper: opls_fourier_central_third", TORSIONS(V0, V0, ""),
        "line 16: molecule chain: the third atom of an improper must be bonded to the three "
        "others; C3 is not");
    own_refused("improper: as_listed", TORSIONS("wildcard: X", V0, ""),
                "line 10: V, C, periodic or harmonic is missing");
    own_refused("improper: as_listed", TORSIONS("periodic: [{n: 60, phi0: 0, k: 1}]", V0, ""),
                "line 10: n is 60; it must lie between 0 and 12");
    own_refused("improper: as_listed", TORSIONS(V0, V0, ", pairs14: [{atoms: [0, 3]}]"),
                "line 16: molecule chain: pairs14 stand instead of those three bonds apart; say so "
                "by lists_pairs14: true");
    own_refused(
        "improper: as_listed",
        TORSIONS(V0, V0, ", lists_pairs14: true, pairs14: [{atoms: [0, 3], sigma: 3}]"),
        "line 16: molecule chain: give sigma and epsilon, neither below 0, or neither where "
        "the pair is mixed and scaled");
#undef V0
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
    km_recipe recipe = made_recipe();
    recipe.forcefield.charge_scale = 0.9;
    km_model *m = made_model(
        &recipe, (made_portion[]){{"DME", 3}, {"TFTFE", 2}, {"K", 1}, {"FSI", 1}}, 4, true);
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
        cmocka_unit_test(fourier_series_becomes_powers_of_cosine),
        cmocka_unit_test(types_mix_geometrically_and_only_those_present),
        cmocka_unit_test(molecules_of_a_kind_are_copies),
        cmocka_unit_test(ions_are_scaled_and_molecules_are_not),
        cmocka_unit_test(the_splitting_is_chosen_or_as_asked),
        cmocka_unit_test(types_are_swapped),
        cmocka_unit_test(charged_and_small_cells_are_refused),
        cmocka_unit_test(small_rings_and_missing_rows),
        cmocka_unit_test(other_torsions_and_listed_pairs),
        cmocka_unit_test(wrong_torsions_and_pairs),
        cmocka_unit_test(every_parameter_says_where_it_is_from),
    };
    return cmocka_run_group_tests(tests, made_forcefield, made_forcefield_free);
}
