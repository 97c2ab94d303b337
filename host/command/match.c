/* SPDX-License-Identifier: MIT */
/* `kalium match`: supercells in which a metal surface lies on the (001) face of a crystal. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/coincidence.h"
#include "host/command/command.h"
#include "kernels/base/units.h"

#define K_LATTICE_CONSTANT 0.5326 /* nm  of K_refit_FS, as in the recipes with potassium slabs */

typedef struct match {
    const char *recipe;
    km_recipe_slab metal;
    double longest, strain; /* nm, fraction */
} match;

static km_status read_number(const char *option, const char *text, double low, double high,
                             double unit, double *out)
{
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        return KM_FAIL(KM_ERROR_USAGE, "%s '%s': give a number from %g to %g", option, text, low,
                       high);
    *out = value * unit;
    return KM_OK;
}

static km_status read_surface(const char *text, km_surface *out)
{
    static const char *const name[] = {
        [KM_SURFACE_100] = "100", [KM_SURFACE_110] = "110", [KM_SURFACE_111] = "111"};
    for (int k = 0; k < 3; k++)
        if (strcmp(text, name[k]) == 0) {
            *out = (km_surface)k;
            return KM_OK;
        }
    return KM_FAIL(KM_ERROR_USAGE, "--surface '%s': choose 100, 110 or 111", text);
}

static km_status read_option(const char *option, const char *text, match *m)
{
    const double angstrom = KM_NM_PER_ANGSTROM;
    if (strcmp(option, "--surface") == 0)
        return read_surface(text, &m->metal.surface);
    if (strcmp(option, "--lattice-constant-A") == 0)
        return read_number(option, text, 2.0, 10.0, angstrom, &m->metal.lattice_constant);
    if (strcmp(option, "--longest-A") == 0)
        return read_number(option, text, 3.0, 500.0, angstrom, &m->longest);
    if (strcmp(option, "--strain-percent") == 0)
        return read_number(option, text, 0.0, 20.0, 0.01, &m->strain);
    return KM_FAIL(KM_ERROR_USAGE, "match has no option '%s'; see `kalium match --help`", option);
}

static km_status read_arguments(int argc, char **argv, match *m)
{
    for (int a = 1; a < argc; a++) {
        if (strncmp(argv[a], "--", 2) != 0) {
            if (m->recipe != NULL)
                return KM_FAIL(KM_ERROR_USAGE, "one recipe at a time: '%s' and '%s'", m->recipe,
                               argv[a]);
            m->recipe = argv[a];
            continue;
        }
        if (a + 1 == argc)
            return KM_FAIL(KM_ERROR_USAGE, "%s needs a value", argv[a]);
        KM_TRY(read_option(argv[a], argv[a + 1], m));
        a++;
    }
    if (m->recipe == NULL)
        return KM_FAIL(KM_ERROR_USAGE,
                       "which recipe? Give an id of `kalium list` or the path of a file");
    return KM_OK;
}

static void print_table(const match *m, const double face[2], const km_coincidence *found, int n)
{
    printf("face %.4g x %.4g A of the crystal, bcc surface cell of %.4g A; the metal is strained\n",
           face[0] / KM_NM_PER_ANGSTROM, face[1] / KM_NM_PER_ANGSTROM,
           m->metal.lattice_constant / KM_NM_PER_ANGSTROM);
    printf("%-9s %-9s %-9s %15s %18s %18s\n", "crystal", "metal", "axes", "edges / A",
           "strain x, y / %", "metal atoms/layer");
    for (int k = 0; k < n; k++) {
        const km_coincidence *c = &found[k];
        char crystal[24], metal[24], edges[48], strain[48];
        snprintf(crystal, sizeof crystal, "%d x %d", c->repeats[0], c->repeats[1]);
        snprintf(metal, sizeof metal, "%d x %d", c->metal[0], c->metal[1]);
        snprintf(edges, sizeof edges, "%.2f x %.2f", c->edge[0] / KM_NM_PER_ANGSTROM,
                 c->edge[1] / KM_NM_PER_ANGSTROM);
        snprintf(strain, sizeof strain, "%+.2f, %+.2f", 100.0 * c->strain[0], 100.0 * c->strain[1]);
        printf("%-9s %-9s %-9s %15s %18s %18d\n", crystal, metal,
               c->turned ? "exchanged" : "parallel", edges, strain, c->metal_atoms);
    }
}

km_status km_command_match(int argc, char **argv)
{
    match m = {.metal = {.lattice = KM_LATTICE_BCC,
                         .surface = KM_SURFACE_110,
                         .lattice_constant = K_LATTICE_CONSTANT,
                         .layers = 1},
               .longest = 6.0,
               .strain = 0.05};
    km_coincidence found[KM_COINCIDENCES_MAX];
    km_recipe *recipe = NULL;
    double face[2];
    KM_TRY(read_arguments(argc, argv, &m));
    KM_TRY(km_recipe_read(m.recipe, NULL, 0, &recipe));
    km_status status = km_coincidence_face(recipe, face);
    km_recipe_destroy(recipe);
    if (status != KM_OK)
        return status;
    const int n = km_coincidence_search(face, &m.metal, m.longest, m.strain, found);
    if (n == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "no common cell with edges up to %g A and strains up to %g %%; raise "
                       "--longest-A or --strain-percent",
                       m.longest / KM_NM_PER_ANGSTROM, 100.0 * m.strain);
    print_table(&m, face, found, n);
    return KM_OK;
}
