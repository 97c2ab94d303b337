/* SPDX-License-Identifier: MIT */
#include "host/build/crystal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "host/build/alloy.h"
#include "host/build/lattice.h"
#include "host/build/recipe_place.h"

km_status km_find_metal(const km_recipe *recipe, const km_forcefield *ff, const char *element,
                        const char *node, int *molecule)
{
    char key[8], known[200] = "", place[KM_PLACE_LENGTH];
    snprintf(key, sizeof key, "%.5s0", element);
    for (int m = 0; m < ff->n_molecules; m++) {
        const km_ff_molecule *candidate = &ff->molecule[m];
        if (!km_ff_is_metal(candidate))
            continue;
        *molecule = m;
        if (strcmp(candidate->key, key) == 0)
            return KM_OK;
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%.*s", used > 0 ? ", " : "",
                 (int)strlen(candidate->key) - 1, candidate->key);
    }
    return KM_FAIL(KM_ERROR_INPUT, "%s: the force field has no metal \"%s\"; %s%s%s",
                   km_recipe_node(recipe, place, "%s.element", node), element,
                   known[0] != '\0' ? "choose one of " : "add metals to forcefield.files", known,
                   known[0] != '\0' ? ", or add a force-field file of your own" : "");
}

static void choose_repeats(const km_recipe_crystal *crystal, int n_sites, int repeats[3])
{
    const double edge = cbrt((double)crystal->size_atoms / n_sites);
    for (int c = 0; c < 3; c++)
        repeats[c] =
            crystal->size_atoms > 0 ? (int)fmax(1.0, nearbyint(edge)) : crystal->repeats[c];
}

/* All sites to the one element. */
static km_status fill_with(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    const km_recipe_crystal *crystal = recipe->crystal;
    const double atoms = system->n_atoms;
    int molecule;
    KM_TRY(km_find_metal(recipe, ff, crystal->element, "cell.crystal", &molecule));
    KM_NEW(system->component, 1);
    system->n_components = 1;
    system->component[0] =
        (km_system_component){.molecule = molecule,
                              .count = system->n_atoms,
                              .requested = crystal->size_atoms > 0 ? crystal->size_atoms : atoms,
                              .achieved = atoms,
                              .unit = "atoms"};
    for (int i = 0; i < system->n_atoms; i++)
        system->molecule[i] = molecule;
    return KM_OK;
}

km_status km_crystal_system(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    const km_recipe_crystal *crystal = recipe->crystal;
    const double a = crystal->lattice_constant;
    double site[4][3];
    int n[3];
    char place[KM_PLACE_LENGTH];
    const int n_sites = km_lattice_sites(crystal->lattice, site);
    choose_repeats(crystal, n_sites, n);
    const double atoms = (double)n[0] * n[1] * n[2] * n_sites;
    KM_TRY(km_system_check_memory(km_recipe_node(recipe, place, "cell.crystal"), atoms));
    system->n_atoms = system->n_molecules = (int)atoms;
    system->box = km_box_orthorhombic(a * n[0], a * n[1], a * n[2]);
    KM_NEW(system->molecule, system->n_molecules);
    KM_NEW(system->position, 3 * (size_t)system->n_atoms);
    double *x = system->position;
    for (int i = 0; i < system->n_atoms; i++, x += 3) {
        const int cell = i / n_sites;
        const int at[3] = {cell / n[2] / n[1], cell / n[2] % n[1], cell % n[2]};
        for (int c = 0; c < 3; c++)
            x[c] = a * (at[c] + site[i % n_sites][c]);
    }
    return crystal->n_parts > 0 ? km_alloy_occupy(recipe, ff, system)
                                : fill_with(recipe, ff, system);
}
