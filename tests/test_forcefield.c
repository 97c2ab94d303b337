/* SPDX-License-Identifier: MIT */
/* Force-field files: the shipped one, conversion of units, merging, and every mistake by name. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/forcefield_file.h"
#include "kernels/base/random.h"
#include "kernels/base/units.h"
#include "tests/cmocka_all.h"

static const char *const shipped[] = {"opls-electrolytes"};

static int find_data(void **state)
{
    (void)state;
    return setenv("KALIUM_DATA", KM_SOURCE_ROOT, 1);
}

static km_forcefield *read_shipped(void)
{
    km_forcefield *ff;
    assert_ok(km_forcefield_read(shipped, 1, &ff));
    return ff;
}

static double sum_of(const double *charge, const km_ff_atom *atom, int n)
{
    double sum = 0.0;
    for (int a = 0; a < n; a++)
        sum += charge != NULL ? charge[a] : atom[a].charge;
    return sum;
}

static bool has_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* The shipped file. */

static void shipped_file_is_complete(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    assert_int_equal(ff->n_molecules, 40);
    assert_int_equal(ff->n_atom_types, 109);
    assert_int_equal(ff->n_bond_types, 59);
    assert_int_equal(ff->n_angle_types, 105);
    assert_int_equal(ff->n_dihedral_types, 116);
    assert_int_equal(ff->n_improper_types, 9);
    assert_int_equal(ff->mixing, KM_MIXING_GEOMETRIC);
    assert_true(ff->scale14_lj == 0.5 && ff->scale14_coulomb == 0.5);
    assert_int_equal(ff->n_overrides, 0);
    km_forcefield_destroy(ff);
}

static void every_molecule_has_its_net_charge(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    for (int k = 0; k < ff->n_molecules; k++) {
        const km_ff_molecule *m = &ff->molecule[k];
        assert_near(sum_of(NULL, m->atom, m->n_atoms), m->charge, 1e-9); /* 4 printed digits */
        for (int s = 0; s < m->n_charge_sets; s++)
            assert_near(sum_of(m->charge_set[s].charge, NULL, m->n_atoms), m->charge_set[s].net,
                        1e-9);
    }
    km_forcefield_destroy(ff);
}

static void every_parameter_has_a_source(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    for (int s = 0; s < ff->n_sources; s++)
        assert_true(strlen(ff->source[s].text) > 10);
    for (int t = 0; t < ff->n_atom_types; t++) {
        assert_true(has_text(ff->atom_type[t].source) && has_text(ff->atom_type[t].reference));
        assert_int_equal(ff->atom_type[t].status,
                         ff->atom_type[t].analogy != NULL ? KM_ANALOGY : KM_PUBLISHED);
    }
    for (int t = 0; t < ff->n_bond_types; t++)
        assert_true(has_text(ff->bond_type[t].source));
    for (int t = 0; t < ff->n_angle_types; t++)
        assert_true(has_text(ff->angle_type[t].source));
    for (int t = 0; t < ff->n_dihedral_types; t++)
        assert_true(has_text(ff->dihedral_type[t].source));
    for (int t = 0; t < ff->n_improper_types; t++)
        assert_true(has_text(ff->improper_type[t].source));
    int analogies = 0;
    for (int m = 0; m < ff->n_molecules; m++) {
        assert_true(has_text(ff->molecule[m].source));
        analogies += ff->molecule[m].status == KM_ANALOGY;
    }
    assert_int_equal(analogies, 9);
    km_forcefield_destroy(ff);
}

/* Each bond, and each angle and dihedral that follows from the bonds, finds its row. */
static void every_term_of_every_molecule_resolves(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    for (int k = 0; k < ff->n_molecules; k++) {
        const km_ff_molecule *m = &ff->molecule[k];
#define CLASS(a) ff->atom_type[m->atom[a].type].class_name
        for (int b = 0; b < m->n_bonds; b++) {
            const int i = m->bond[b][0], j = m->bond[b][1];
            assert_true(km_forcefield_bond(ff, CLASS(i), CLASS(j)) >= 0);
            assert_int_equal(km_forcefield_bond(ff, CLASS(i), CLASS(j)),
                             km_forcefield_bond(ff, CLASS(j), CLASS(i)));
        }
        for (int t = 0; t < m->n_impropers; t++) {
            const int *q = m->improper[t];
            assert_true(km_forcefield_improper(ff, CLASS(q[0]), CLASS(q[1]), CLASS(q[2]),
                                               CLASS(q[3])) >= 0);
        }
#undef CLASS
    }
    km_forcefield_destroy(ff);
}

static void numbers_arrive_in_internal_units(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    const km_ff_atom_type *k = &ff->atom_type[km_forcefield_atom_type(ff, "K+")];
    assert_near(k->sigma, 0.493463, 1e-15);
    assert_near(k->epsilon, 0.000328 * 4.184, 1e-18);
    /* OPLS-AA: CT-OS 320 kcal/mol/A^2 without the factor 1/2 is 267776 kJ/mol/nm^2 with it, the
     * number in GROMACS' oplsaa.ff */
    const km_ff_bond_type *bond = &ff->bond_type[km_forcefield_bond(ff, "OS", "CT")];
    assert_near(bond->k, 267776.0, 1e-9);
    assert_near(bond->r0, 0.1410, 1e-15);
    /* CT-OS-CT: 60 kcal/mol/rad^2 is 502.08 there, 109.5 degrees */
    const km_ff_angle_type *angle = &ff->angle_type[km_forcefield_angle(ff, "CT", "OS", "CT")];
    assert_near(angle->k, 502.08, 1e-11);
    assert_near(angle->theta0, 109.5 * KM_PI / 180.0, 1e-15);
    const km_ff_dihedral_type *d =
        &ff->dihedral_type[km_forcefield_dihedral(ff, "OS", "CT", "CT", "OS")];
    assert_near(d->v[0], -0.55 * 4.184, 1e-15);
    const km_ff_molecule *water = &ff->molecule[km_forcefield_molecule(ff, "SPCE")];
    assert_true(water->rigid);
    assert_near(water->rigid_length, 0.1, 1e-15);
    assert_near(water->rigid_angle, 109.47 * KM_PI / 180.0, 1e-15);
    assert_near(water->density, 997.0, 1e-12);
    const km_ff_molecule *dme = &ff->molecule[km_forcefield_molecule(ff, "DME")];
    assert_near(dme->atom[0].position[0], -0.29683, 1e-15);
    assert_near(dme->density_temperature, 298.15, 1e-12);
    /* C4H10O2 from the masses of the atom types */
    assert_near(km_ff_molecule_mass(ff, km_forcefield_molecule(ff, "DME")),
                4 * 12.011 + 10 * 1.008 + 2 * 15.999, 1e-12);
    km_forcefield_destroy(ff);
}

static void molecules_are_found_by_careless_names(void **state)
{
    (void)state;
    km_forcefield *ff = read_shipped();
    const int k = km_forcefield_molecule(ff, "K+");
    assert_true(k >= 0);
    assert_int_equal(km_forcefield_molecule(ff, "K"), k);
    assert_int_equal(km_forcefield_molecule(ff, "k"), k);
    const int pf6 = km_forcefield_molecule(ff, "PF6");
    assert_true(pf6 >= 0);
    assert_int_equal(km_forcefield_molecule(ff, "PF6-"), pf6);
    assert_int_equal(km_forcefield_molecule(ff, "pf6"), pf6);
    assert_int_equal(km_forcefield_molecule(ff, "dibde"), -1);
    assert_true(km_forcefield_molecule(ff, "didbe") >= 0);
    assert_int_equal(km_forcefield_molecule(ff, ""), -1);
    assert_int_equal(km_forcefield_atom_type(ff, "K+_JJ") >= 0, 1);
    assert_int_equal(km_forcefield_atom_type(ff, "K"), -1);
    km_forcefield_destroy(ff);
}

/* Small files. */

static const char *const small =
    "units: {energy: kJ/mol, length: nm, angle: radian}\n"
    "conventions:\n"
    "  harmonic: \"k/2*(x-x0)^2\"\n"
    "  dihedral: opls_fourier\n"
    "  improper: opls_fourier_central_third\n"
    "  mixing_rule: geometric\n"
    "  scale14_lj: 0.5\n"
    "  scale14_coulomb: 0.5\n"
    "sources:\n"
    "  - {key: S1, text: \"somebody 2020 doi:10.1/x\"}\n"
    "atom_types:\n"
    "  - {name: A, class: A, element: Ar, mass: 40, sigma: 0.3, epsilon: 1, source: [S1]}\n"
    "  - {name: B, class: B, element: Ne, mass: 20, sigma: 0.2, epsilon: 0, source: [S1]}\n"
    "bond_types:\n"
    "  - {classes: [A, B], r0: 0.15, k: 1000, source: [S1]}\n"
    "angle_types:\n"
    "  - {classes: [A, B, A], theta0: 2, k: 100, source: [S1]}\n"
    "pair_types:\n"
    "  - {types: [A, B], form: lennard_jones, parameters: [0.7, 0.25], source: [S1]}\n"
    "molecules:\n"
    "  - key: ABA\n"
    "    residue: ABA\n"
    "    name: test\n"
    "    charge: -1\n"
    "    source: [S1]\n"
    "    status: published\n"
    "    atoms:\n"
    "      - [A1, A, -0.3, 0.15, 0, 0]\n"
    "      - [B1, B, -0.4, 0, 0, 0]\n"
    "      - [A2, A, -0.3, 0, 0.15, 0]\n"
    "    bonds: [[1, 0], [1, 2]]\n"
    "    charge_sets:\n"
    "      - {name: half, net: -0.5, source: [S1], charges: [-0.15, -0.2, -0.15]}\n";

/* text with the first `from` replaced by `to`, in a file. */
static void write_changed(const char *path, const char *from, const char *to)
{
    const char *at = strstr(small, from);
    assert_non_null(at);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(small, 1, (size_t)(at - small), file);
    fputs(to, file);
    fputs(at + strlen(from), file);
    fclose(file);
}

static const char *const path = "./test_forcefield.tmp.yaml";
static const char *const second_path = "./test_forcefield_second.tmp.yaml";

static void refused(const char *from, const char *to, const char *message)
{
    write_changed(path, from, to);
    km_forcefield *ff;
    assert_int_equal(km_forcefield_read(&path, 1, &ff), KM_ERROR_INPUT);
    assert_null(ff);
    const char *got = km_last_error()->message;
    assert_int_equal(strncmp(got, path, strlen(path)), 0);
    assert_string_equal(got + strlen(path), message);
    unlink(path);
}

static void other_units_and_conventions_are_read(void **state)
{
    (void)state;
    write_changed(path, "units", "units");
    km_forcefield *ff;
    assert_ok(km_forcefield_read(&path, 1, &ff));
    assert_near(ff->bond_type[0].k, 1000.0, 1e-12);
    assert_near(ff->bond_type[0].r0, 0.15, 1e-15);
    assert_near(ff->angle_type[0].theta0, 2.0, 1e-15);
    assert_near(ff->angle_type[0].k, 100.0, 1e-13);
    assert_int_equal(km_forcefield_pair(ff, 1, 0), 0);
    assert_int_equal(km_forcefield_pair(ff, 0, 0), -1);
    assert_near(ff->pair_type[0].parameter[0], 0.7, 1e-15);
    assert_near(ff->pair_type[0].parameter[1], 0.25, 1e-15);
    km_forcefield_destroy(ff);
    write_changed(path, "{energy: kJ/mol, length: nm, angle: radian}",
                  "{energy: eV, length: angstrom, angle: degree}");
    assert_int_equal(km_forcefield_read(&path, 1, &ff), KM_ERROR_INPUT); /* atoms overlap */
    assert_non_null(strstr(km_last_error()->message, "start 0.015 nm apart"));
    unlink(path);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    refused("sigma: 0.3", "sigma: -0.3",
            ": line 12: type A: sigma -0.3 and epsilon 1; neither may be below 0");
    refused("mass: 40", "mass: 0", ": line 12: type A: mass is 0; it must be above 0");
    refused("name: B,", "name: A,", ": line 13: the atom type \"A\" is given twice");
    refused("k: 1000, source: [S1]", "k: 1000, source: [S2]",
            ": line 15: unknown source \"S2\"; add it to `sources:` of this file");
    refused("k: 1000, source: [S1]", "k: 1000, source: []",
            ": line 15, column 50: bond_types[0].source: 0 entries are given, at least 1 are "
            "needed");
    refused("k: 1000, source: [S1]", "k: 1000",
            ": line 15, column 5: bond_types[0]: the key \"source\" is missing");
    refused("  - {classes: [A, B], r0",
            "  - {classes: [B, A], r0: 0.1, k: 1, source: [S1]}\n  - {classes: [A, B], r0",
            ": line 16: bond_types A-B is given twice");
    refused("theta0: 2,", "theta0: 109.5,",
            ": line 17: theta0 must be above 0 and at most 180 degrees, k not below 0");
    refused("[A, B, A]", "[A, B]",
            ": line 17, column 15: angle_types[0].classes: 2 entries are given, 3 are needed");
    refused("types: [A, B]", "types: [A, C]", ": line 19: unknown atom type \"C\"");
    refused("[0.7, 0.25]", "[0.7]",
            ": line 19: 1 parameters are given; the form needs: epsilon sigma");
    refused("form: lennard_jones, parameters: [0.7, 0.25]",
            "form: morse, parameters: [0.7, -2, 0.3]", ": line 19: a is -2; it must be above 0");
    refused("form: lennard_jones", "form: none",
            ": line 19: 2 parameters are given; the form needs: none");
    refused("form: lennard_jones, parameters: [0.7, 0.25]", "form: table",
            ": line 19: `table: {file: ..., section: ...}` is missing");
    refused("charge: -1", "charge: 0",
            ": line 24: molecule ABA: the atomic charges sum to -1 e, but charge is 0");
    refused("residue: ABA", "residue: ABABA",
            ": line 22, column 14: molecules[0].residue: \"ABABA\" has 5 characters; 1 to 4 are "
            "allowed");
    refused("[B1, B,", "[B1, C,",
            ": line 29: molecule ABA, atom B1: unknown atom type \"C\"; it is neither in this file "
            "nor in one before it");
    refused("[B1, B, -0.4,", "[B1, B, nan,",
            ": line 29: molecule ABA, atom B1: charge \"nan\" is not a number");
    refused("A2, A", "A1, A", ": line 30: molecule ABA: two atoms are named A1");
    refused("[1, 2]", "[1, 3]",
            ": line 31: molecule ABA: bonds: atom 3 does not exist; atoms are counted from 0 to 2");
    refused("[1, 2]", "[2, 2]", ": line 31: molecule ABA: bonds: atom 2 appears twice");
    refused("[1, 2]", "[0, 1]", ": line 31: molecule ABA: the bond 0-1 is given twice");
    refused("[[1, 0], [1, 2]]", "[[1, 0]]",
            ": line 31: molecule ABA: atom A2 is not connected to atom A1 by bonds; give two "
            "molecules");
    refused("    charge_sets", "    impropers: [[0, 1, 2, 4]]\n    charge_sets",
            ": line 32: molecule ABA: impropers: atom 4 does not exist; atoms are counted from 0 "
            "to 2");
    refused("    charge_sets", "    skip_angles: [[1, 0, 2]]\n    charge_sets",
            ": line 32: molecule ABA: 1-0-2 is not an angle");
    refused("    charge_sets", "    rigid: {bond_A: 1, angle_deg: 190}\n    charge_sets",
            ": line 32: molecule ABA: bond_A must be above 0 and angle_deg between 0 and 180");
    refused("net: -0.5", "net: -0.8",
            ": line 33: molecule ABA: the charge set half sums to -0.5 e, but net is -0.8");
    refused("charges: [-0.15,", "charges: [-0.15, 0,",
            ": line 33: molecule ABA: the charge set half has 4 charges for 3 atoms");
    refused("  mixing_rule: geometric\n", "",
            ": line 3: the first force-field file must give mixing_rule, scale14_lj and "
            "scale14_coulomb");
    refused(
        "geometric", "arithmetic",
        ": line 6, column 16: conventions.mixing_rule: \"arithmetic\" is not one of: geometric, "
        "lorentz_berthelot");
}

static void later_files_add_and_override(void **state)
{
    (void)state;
    FILE *file = fopen(second_path, "w");
    assert_non_null(file);
    fputs("units: {energy: kcal/mol, length: angstrom, angle: degree}\n"
          "conventions: {harmonic: \"k*(x-x0)^2\", dihedral: opls_fourier,\n"
          "              improper: opls_fourier_central_third}\n"
          "sources:\n"
          "  - {key: S2, text: \"me 2024\"}\n"
          "atom_types:\n"
          "  - {name: \"K+\", class: \"K+\", element: K, mass: 39.0983, sigma: 4.0, epsilon: 0.1,\n"
          "     source: [S2, T08]}\n"
          "molecules:\n"
          "  - {key: KX, residue: KX, name: another potassium, charge: 1, source: [S2],\n"
          "     status: analogy, atoms: [[K, \"K+\", 1, 0, 0, 0]]}\n"
          "  - {key: Ca2+, residue: CA, name: calcium, charge: 2, source: [S2],\n"
          "     status: analogy, atoms: [[K, \"K+\", 2, 0, 0, 0]]}\n"
          "  - {key: SO4, residue: SO4, name: not a sulphate, charge: -2, source: [S2],\n"
          "     status: analogy, atoms: [[K, \"K+\", -2, 0, 0, 0]]}\n",
          file);
    fclose(file);
    km_forcefield *ff;
    const char *files[] = {"opls-electrolytes", second_path, second_path};
    assert_ok(km_forcefield_read(files, 2, &ff));
    assert_int_equal(ff->n_atom_types, 109);
    assert_int_equal(ff->n_molecules, 43);
    const km_ff_atom_type *k = &ff->atom_type[km_forcefield_atom_type(ff, "K+")];
    assert_near(k->sigma, 0.4, 1e-15);
    assert_string_equal(k->source, "S2, T08");
    assert_string_equal(k->file, second_path);
    assert_int_equal(ff->n_overrides, 1);
    assert_non_null(strstr(ff->override[0], "atom type K+ of "));
    assert_int_equal(ff->molecule[km_forcefield_molecule(ff, "KX")].atom[0].type,
                     km_forcefield_atom_type(ff, "K+"));
    for (const char *const *name = (const char *[]){"Ca", "Ca2+", "Ca++", "ca2+", NULL}; *name;
         name++)
        assert_int_equal(km_forcefield_molecule(ff, *name), 41);
    for (const char *const *name = (const char *[]){"SO4", "SO42-", "so4--", NULL}; *name; name++)
        assert_int_equal(km_forcefield_molecule(ff, *name), 42);
    assert_int_equal(km_forcefield_molecule(ff, "Ca2"), -1);
    km_forcefield_destroy(ff);
    assert_int_equal(km_forcefield_read(files, 3, &ff), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "is listed twice"));
    unlink(second_path);

    write_changed(path, "mixing_rule: geometric", "mixing_rule: lorentz_berthelot");
    const char *mixed[] = {"opls-electrolytes", path};
    assert_int_equal(km_forcefield_read(mixed, 2, &ff), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "mixing_rule differs from that of "));
    unlink(path);
}

/* Random damage to a good file: any answer but a crash (the sanitizer build watches memory). */
static void damaged_files_do_not_crash(void **state)
{
    (void)state;
    const size_t length = strlen(small);
    int accepted = 0;
    const int n = 600;
    for (int k = 0; k < n; k++) {
        char *text = strdup(small);
        for (uint32_t d = 0; d < 1 + (uint32_t)k % 2; d++) {
            const km_random4 bits = km_random_bits(7, (uint64_t)k, d, KM_RANDOM_BUILD);
            static const char letters[] = "0123456789-.,[]{}ABS: \n";
            text[bits.v[0] % length] = letters[bits.v[1] % (sizeof letters - 1)];
        }
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
        free(text);
        km_forcefield *ff;
        if (km_forcefield_read(&path, 1, &ff) == KM_OK)
            accepted++;
        else
            assert_true(ff == NULL && strlen(km_last_error()->message) > strlen(path));
        km_forcefield_destroy(ff);
    }
    unlink(path);
    assert_true(accepted > n / 50 && accepted < n - n / 50); /* both answers were given */
}

static void missing_files_are_named(void **state)
{
    (void)state;
    km_forcefield *ff;
    const char *name = "no-such-forcefield";
    assert_int_equal(km_forcefield_read(&name, 1, &ff), KM_ERROR_FILE);
    assert_non_null(strstr(km_last_error()->message, "forcefields/no-such-forcefield.yaml"));
    assert_null(ff);
    assert_int_equal(km_forcefield_read(NULL, 0, &ff), KM_ERROR_INPUT);
    km_forcefield_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_file_is_complete),
        cmocka_unit_test(every_molecule_has_its_net_charge),
        cmocka_unit_test(every_parameter_has_a_source),
        cmocka_unit_test(every_term_of_every_molecule_resolves),
        cmocka_unit_test(numbers_arrive_in_internal_units),
        cmocka_unit_test(molecules_are_found_by_careless_names),
        cmocka_unit_test(other_units_and_conventions_are_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(later_files_add_and_override),
        cmocka_unit_test(damaged_files_do_not_crash),
        cmocka_unit_test(missing_files_are_named),
    };
    return cmocka_run_group_tests(tests, find_data, NULL);
}
