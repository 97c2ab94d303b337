/* SPDX-License-Identifier: MIT */
/* Crystals by space group: multiplicities of Wyckoff positions against the International Tables for
 * Crystallography A, occupancies, the CIF way in, the Coulomb sum against Madelung's constant of
 * rock salt (1.747565, Sakamoto, J. Chem. Phys. 28, 164 (1958)), refusals. */
#include "tests/cmocka_all.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/charge_sum.h"
#include "host/build/compound.h"
#include "kernels/base/units.h"

static km_status expand(km_recipe_compound compound, km_compound_sites **sites)
{
    const km_recipe recipe = {.compound = &compound, .path = (char *)"test.yaml", .seed = 1};
    return km_compound_expand(&recipe, sites);
}

static int multiplicity(const char *group, const double cell[6], double x, double y, double z)
{
    km_compound_site site = {"K+", {x, y, z}, 1.0, false};
    km_recipe_compound compound = {.n_sites = 1, .site = &site, .repeats = {1, 1, 1}, .tries = 1};
    km_compound_sites *sites;
    snprintf(compound.space_group, sizeof compound.space_group, "%s", group);
    memcpy(compound.cell, cell, sizeof compound.cell);
    assert_int_equal(expand(compound, &sites), KM_OK);
    const int n = sites->n;
    km_compound_sites_destroy(sites);
    return n;
}

static void wyckoff_multiplicities(void **state)
{
    (void)state;
    const double cubic[] = {0.6, 0.6, 0.6, 90, 90, 90},
                 hexagonal[] = {0.56, 0.56, 2.2, 90, 90, 120},
                 monoclinic[] = {0.6, 0.7, 0.8, 90, 105, 90};
    assert_int_equal(multiplicity("Fm-3m", cubic, 0, 0, 0), 4);                        /* 4a   */
    assert_int_equal(multiplicity("Fm-3m", cubic, 0.25, 0.25, 0.25), 8);               /* 8c   */
    assert_int_equal(multiplicity("Fm-3m", cubic, 0.11, 0.23, 0.31), 192);             /* 192l */
    assert_int_equal(multiplicity("Pm-3m", cubic, 0.5, 0.5, 0), 3);                    /* 3c   */
    assert_int_equal(multiplicity("P6_3/mmc", hexagonal, 0, 0, 0), 2);                 /* 2a   */
    assert_int_equal(multiplicity("P6_3/mmc", hexagonal, 0.33333, 0.66667, 0.022), 4); /* 4f */
    assert_int_equal(multiplicity("P6_3/mmc", hexagonal, 0.16667, 0.33333, 0.05), 12); /* 12k */
    assert_int_equal(multiplicity("R-3m", hexagonal, 0, 0, 0.8305), 6);                /* 6c   */
    assert_int_equal(multiplicity("R-3m", hexagonal, 0.1675, 0.8325, 0.9284), 18);     /* 18h */
    assert_int_equal(multiplicity("P-31m", hexagonal, 0.3468, 0, 0.1599), 6);          /* 6k */
    assert_int_equal(multiplicity("P2_1/n", monoclinic, 0.1, 0.2, 0.3), 4);            /* 4e   */
}

static double rock_salt_energy(bool triclinic)
{
    km_compound_site site[] = {{"K+", {0, 0, 0}, 1.0, false}, {"Cl-", {0.5, 0.5, 0.5}, 1.0, false}};
    /* the same crystal in its primitive rhombohedral cell, R-3m with angles of 60 degrees */
    const double a = 0.6, p = a / sqrt(2.0);
    km_recipe_compound compound = {.space_group = "Fm-3m",
                                   .cell = {a, a, a, 90, 90, 90},
                                   .n_sites = 2,
                                   .site = site,
                                   .repeats = {2, 2, 2},
                                   .tries = 1};
    if (triclinic) {
        snprintf(compound.space_group, sizeof compound.space_group, "P1");
        const double primitive[] = {p, p, p, 60, 60, 60};
        memcpy(compound.cell, primitive, sizeof primitive);
        for (int c = 0; c < 3; c++)
            compound.repeats[c] = 3;
    }
    km_compound_sites *sites;
    double charge[64];
    assert_int_equal(expand(compound, &sites), KM_OK);
    for (int i = 0; i < sites->n; i++)
        charge[i] = i < sites->n / 2 ? 1.0 : -1.0;
    const double energy =
        km_charge_sum(&sites->box, sites->n, sites->site, charge) / (sites->n / 2.0);
    km_compound_sites_destroy(sites);
    return -energy * (a / 2) / KM_COULOMB_CONSTANT;
}

static void madelung_constant_in_both_cells(void **state)
{
    (void)state;
    assert_true(fabs(rock_salt_energy(false) - 1.747565) < 2e-5);
    assert_true(fabs(rock_salt_energy(true) - 1.747565) < 2e-5);
}

static void refusals(void **state)
{
    (void)state;
    km_compound_site site[] = {{"K+", {0, 0, 0}, 0.7, false}, {"Na+", {0, 0, 0}, 0.6, false}};
    km_recipe_compound compound = {.space_group = "Fm-4m",
                                   .cell = {0.6, 0.6, 0.6, 90, 90, 90},
                                   .n_sites = 2,
                                   .site = site,
                                   .repeats = {1, 1, 1},
                                   .tries = 1};
    km_compound_sites *sites;
    assert_int_equal(expand(compound, &sites), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "no space group"));
    snprintf(compound.space_group, sizeof compound.space_group, "P6_3/mmc");
    assert_int_equal(expand(compound, &sites), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "symmetry"));
    snprintf(compound.space_group, sizeof compound.space_group, "Fm-3m");
    assert_int_equal(expand(compound, &sites), KM_ERROR_INPUT);
    assert_non_null(strstr(km_last_error()->message, "sum to 1.3"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wyckoff_multiplicities),
        cmocka_unit_test(madelung_constant_in_both_cells),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
