/* SPDX-License-Identifier: MIT */
#include "host/build/structure.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/build/recipe_place.h"
#include "host/input/structure_file.h"

/* times its length in the force field: 1.7 for C-H, where a hydrogen of the next atom is at 2.1 */
#define LONGEST_BOND 1.5

static km_status take_box(const km_recipe *recipe, const km_structure *s, km_box *box)
{
    const double *given = recipe->structure->box;
    char place[KM_PLACE_LENGTH];
    if (given[0] > 0.0) {
        if (km_box_from_lengths(&given[0], &given[3], box) == KM_OK)
            return km_box_reduce(box);
        km_error_prefix("%s: ", km_recipe_node(recipe, place, "cell.structure.box_A"));
        return km_last_error()->status;
    }
    if (!s->has_box)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the file tells no periodic cell; give cell.structure.box_A in %s",
                       recipe->structure->file, recipe->path);
    *box = s->box;
    return KM_OK;
}

/* What the file calls the atom: element if there is one, name otherwise. "OW1" starts with O. */
static bool fits(const km_structure *s, int i, const char *element, const char *template_name)
{
    const char *name = s->name[i];
    if (s->element[i][0] != '\0' && isalpha((unsigned char)s->element[i][0]))
        return strcasecmp(s->element[i], element) == 0 || strcasecmp(name, template_name) == 0;
    while (isdigit((unsigned char)*name)) /* "1HB" */
        name++;
    return strncasecmp(name, element, strlen(element)) == 0 ||
           strcasecmp(s->name[i], template_name) == 0;
}

static km_status check_elements(const km_recipe *recipe, const km_structure *s,
                                const km_forcefield *ff, const km_system *system)
{
    int i = 0;
    for (int m = 0; m < system->n_molecules; m++) {
        const km_ff_molecule *molecule = &ff->molecule[system->molecule[m]];
        for (int a = 0; a < molecule->n_atoms; a++, i++) {
            const char *element = ff->atom_type[molecule->atom[a].type].element;
            if (i < s->n && !fits(s, i, element, molecule->atom[a].name))
                return KM_FAIL(
                    KM_ERROR_INPUT,
                    "%s: line %d: atom %d is %s, but molecule %d of the recipe is %s, whose atom "
                    "%d "
                    "is %s (%s); molecules must come in the order of the recipe, atoms in that of "
                    "the force field",
                    recipe->structure->file, s->line[i], i + 1, s->name[i], m + 1, molecule->key,
                    a + 1, molecule->atom[a].name, element);
        }
    }
    return KM_OK;
}

static km_status check_count(const km_recipe *recipe, const km_structure *s,
                             const km_system *system)
{
    if (s->n == system->n_atoms)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT, "%s: the file has %d atoms, the molecules of %s have %d; %s",
                   recipe->structure->file, s->n, recipe->path, system->n_atoms,
                   s->n < system->n_atoms ? "it is truncated, or fewer molecules must be listed"
                                          : "list all molecules of the file");
}

static km_vec3 atom_at(const double *x, int i)
{
    return km_vec3_make(x[3 * i], x[3 * i + 1], x[3 * i + 2]);
}

static km_vec3 template_at(const km_ff_molecule *molecule, int atom)
{
    const double *x = molecule->atom[atom].position;
    return km_vec3_make(x[0], x[1], x[2]);
}

void km_structure_make_whole(const km_ff_molecule *molecule, const km_box *box, double *x,
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
            const km_vec3 d = km_box_minimum_image(box, km_vec3_sub(atom_at(x, j), atom_at(x, i)));
            x[3 * j] = x[3 * i] + d.x;
            x[3 * j + 1] = x[3 * i + 1] + d.y;
            x[3 * j + 2] = x[3 * i + 2] + d.z;
            placed[j] = true;
            moved = true;
        }
    }
}

/* A wrong order of atoms or a wrong cell shows in bonds that are none. */
static km_status check_bonds(const km_recipe *recipe, const km_structure *s, int m, int first,
                             const km_ff_molecule *molecule, const double *x)
{
    for (int b = 0; b < molecule->n_bonds; b++) {
        const int i = molecule->bond[b][0], j = molecule->bond[b][1];
        const double length = km_vec3_norm(km_vec3_sub(atom_at(x, i), atom_at(x, j)));
        const double usual =
            km_vec3_norm(km_vec3_sub(template_at(molecule, i), template_at(molecule, j)));
        if (length > LONGEST_BOND * usual)
            return KM_FAIL(
                KM_ERROR_INPUT,
                "%s: lines %d and %d: atoms %s and %s of molecule %d (%s) are bonded but "
                "%.3g A apart, %.3g A in the force field; the order of atoms is not that of the "
                "force field, or the cell is wrong",
                recipe->structure->file, s->line[first + i], s->line[first + j],
                molecule->atom[i].name, molecule->atom[j].name, m + 1, molecule->key, 10.0 * length,
                10.0 * usual);
    }
    return KM_OK;
}

static km_status make_molecules_whole(const km_recipe *recipe, const km_structure *s,
                                      const km_forcefield *ff, km_system *system)
{
    bool *placed;
    int largest = 1, first = 0;
    for (int k = 0; k < system->n_components; k++) {
        const int n = ff->molecule[system->component[k].molecule].n_atoms;
        largest = n > largest ? n : largest;
    }
    KM_NEW(placed, largest);
    km_status status = KM_OK;
    for (int m = 0; m < system->n_molecules && status == KM_OK; m++) {
        const km_ff_molecule *molecule = &ff->molecule[system->molecule[m]];
        double *x = &system->position[3 * (size_t)first];
        km_structure_make_whole(molecule, &system->box, x, placed);
        status = check_bonds(recipe, s, m, first, molecule, x);
        first += molecule->n_atoms;
    }
    free(placed);
    return status;
}

static km_status place(const km_recipe *recipe, km_structure *s, const km_forcefield *ff,
                       km_system *system)
{
    KM_TRY(check_elements(recipe, s, ff, system));
    KM_TRY(check_count(recipe, s, system));
    KM_TRY(take_box(recipe, s, &system->box));
    system->position = s->position;
    system->velocity = s->velocity;
    s->position = s->velocity = NULL;
    return make_molecules_whole(recipe, s, ff, system);
}

km_status km_structure_place(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    km_structure *s = NULL;
    KM_TRY(km_structure_read(recipe->structure->file, &s));
    const km_status status = place(recipe, s, ff, system);
    km_structure_destroy(s);
    return status;
}

static km_status check_neutral(const km_recipe *recipe, const km_forcefield *ff,
                               const km_system *system)
{
    long charge = 0;
    char text[KM_PLACE_LENGTH];
    for (int k = 0; k < system->n_components; k++)
        charge +=
            (long)system->component[k].count * ff->molecule[system->component[k].molecule].charge;
    if (charge == 0)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: the molecules carry %+ld e together; a periodic cell must be neutral: "
                   "correct the counts of the ions",
                   km_recipe_node(recipe, text, "cell.structure.molecules"), charge);
}

km_status km_structure_system(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    const km_recipe_structure *structure = recipe->structure;
    KM_NEW(system->component, structure->n_molecules);
    for (int k = 0; k < structure->n_molecules; k++) {
        const int count = structure->molecule[k].count;
        int molecule;
        KM_TRY(km_find_molecule(recipe, ff, structure->molecule[k].molecule, &molecule,
                                "cell.structure.molecules.%d.molecule", k));
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
    KM_TRY(check_neutral(recipe, ff, system));
    return km_structure_place(recipe, ff, system);
}
