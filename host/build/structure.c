/* SPDX-License-Identifier: MIT */
#include "host/build/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/input/structure_file.h"

static km_status take_box(const char *file, const double given[6], const km_structure *s,
                          km_box *box)
{
    if (given[0] > 0.0) {
        KM_TRY(km_box_from_lengths(&given[0], &given[3], box));
        return km_box_reduce(box);
    }
    if (!s->has_box)
        return KM_FAIL(KM_ERROR_INPUT, "%s: tells no periodic cell; give cell.structure.box_A",
                       file);
    *box = s->box;
    return KM_OK;
}

static km_status check_elements(const char *file, const km_structure *s, const km_forcefield *ff,
                                const km_system *system)
{
    int i = 0;
    for (int m = 0; m < system->n_molecules; m++) {
        const km_ff_molecule *molecule = &ff->molecule[system->molecule[m]];
        for (int a = 0; a < molecule->n_atoms; a++, i++) {
            const char *expected = ff->atom_type[molecule->atom[a].type].element;
            if (s->element[i][0] != '\0' && strcasecmp(s->element[i], expected) != 0 &&
                strcasecmp(s->element[i], molecule->atom[a].name) != 0)
                return KM_FAIL(
                    KM_ERROR_INPUT,
                    "%s: atom %d is %s, but atom %s of %s (molecule %d) is %s; atoms must follow "
                    "the order of the molecule in the force field",
                    file, i + 1, s->element[i], molecule->atom[a].name, molecule->key, m + 1,
                    expected);
        }
    }
    return KM_OK;
}

/* Walks along the bonds and puts every atom at the image nearest to its bonded neighbour. */
static km_status make_whole(const km_ff_molecule *molecule, const km_box *box, double *x,
                            bool *placed)
{
    memset(placed, 0, (size_t)molecule->n_atoms * sizeof *placed);
    placed[0] = true;
    for (bool moved = true; moved;) {
        moved = false;
        for (int b = 0; b < molecule->n_bonds; b++) {
            int i = molecule->bond[b][0], j = molecule->bond[b][1];
            if (placed[i] == placed[j])
                continue;
            if (placed[j]) {
                const int swap = i;
                i = j;
                j = swap;
            }
            km_vec3 d = {x[3 * j] - x[3 * i], x[3 * j + 1] - x[3 * i + 1],
                         x[3 * j + 2] - x[3 * i + 2]};
            d = km_box_minimum_image(box, d);
            x[3 * j] = x[3 * i] + d.x;
            x[3 * j + 1] = x[3 * i + 1] + d.y;
            x[3 * j + 2] = x[3 * i + 2] + d.z;
            placed[j] = true;
            moved = true;
        }
    }
    return KM_OK;
}

static km_status make_molecules_whole(const km_forcefield *ff, km_system *system)
{
    bool *placed;
    int largest = 1, i = 0;
    for (int k = 0; k < system->n_components; k++) {
        const int n = ff->molecule[system->component[k].molecule].n_atoms;
        largest = n > largest ? n : largest;
    }
    KM_NEW(placed, largest);
    for (int m = 0; m < system->n_molecules; m++) {
        const km_ff_molecule *molecule = &ff->molecule[system->molecule[m]];
        const km_status status =
            make_whole(molecule, &system->box, &system->position[3 * i], placed);
        if (status != KM_OK) {
            free(placed);
            return status;
        }
        i += molecule->n_atoms;
    }
    free(placed);
    return KM_OK;
}

km_status km_structure_place(const char *file, const double given_box[6], const km_forcefield *ff,
                             km_system *system)
{
    km_structure *s = NULL;
    KM_TRY(km_structure_read(file, &s));
    km_status status = KM_OK;
    if (s->n != system->n_atoms)
        status = KM_FAIL(KM_ERROR_INPUT, "%s: has %d atoms, the molecules of the recipe have %d",
                         file, s->n, system->n_atoms);
    if (status == KM_OK)
        status = take_box(file, given_box, s, &system->box);
    if (status == KM_OK)
        status = check_elements(file, s, ff, system);
    if (status == KM_OK) {
        free(system->position);
        free(system->velocity);
        system->position = s->position;
        system->velocity = s->velocity;
        s->position = s->velocity = NULL;
        status = make_molecules_whole(ff, system);
    }
    km_structure_destroy(s);
    return status;
}

km_status km_structure_system(const km_recipe_structure *recipe, const km_forcefield *ff,
                              km_system *system)
{
    KM_NEW(system->component, recipe->n_molecules);
    for (int k = 0; k < recipe->n_molecules; k++) {
        const int molecule = km_forcefield_molecule(ff, recipe->molecule[k].molecule);
        const int count = recipe->molecule[k].count;
        if (molecule < 0)
            return KM_FAIL(KM_ERROR_INPUT,
                           "cell.structure.molecules: no molecule '%s' in the force field",
                           recipe->molecule[k].molecule);
        system->component[system->n_components++] =
            (km_system_component){molecule, count, count, count, "molecules"};
        system->n_molecules += count;
        system->n_atoms += count * ff->molecule[molecule].n_atoms;
    }
    int m = 0;
    KM_NEW(system->molecule, system->n_molecules);
    for (int k = 0; k < system->n_components; k++)
        for (int j = 0; j < system->component[k].count; j++)
            system->molecule[m++] = system->component[k].molecule;
    return km_structure_place(recipe->file, recipe->box, ff, system);
}
