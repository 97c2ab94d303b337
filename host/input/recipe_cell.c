/* SPDX-License-Identifier: MIT */
/* The cell, force-field and nonbonded blocks of a recipe. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/near_name.h"
#include "host/input/recipe_reader.h"
#include "kernels/base/units.h"

static int count_above_zero(const double *value, int n)
{
    int count = 0;
    for (int k = 0; k < n; k++)
        count += value[k] > 0.0;
    return count;
}

static km_status read_salts(km_recipe_reader *r, const km_raw_liquid *raw, km_recipe_liquid *liquid)
{
    KM_NEW(liquid->salt, raw->n_salts);
    for (uint32_t k = 0; k < raw->n_salts; k++) {
        km_recipe_salt *salt = &liquid->salt[k];
        liquid->n_salts++;
        char node[80];
        snprintf(node, sizeof node, "%s.salts.%u", liquid->node, k);
        KM_TRY(km_recipe_keep(raw->salt[k].cation, &salt->cation));
        KM_TRY(km_recipe_keep(raw->salt[k].anion, &salt->anion));
        KM_TRY(km_recipe_read_numbers(r, node, &km_recipe_salt_numbers, &raw->salt[k], salt));
        const double amount[] = {salt->molarity, salt->molality, salt->mole_parts};
        if (count_above_zero(amount, 3) != 1)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: %d amounts are given for %s %s; give exactly one of molarity_M, "
                           "molality_mol_kg, mole_parts",
                           km_recipe_place(r, "%s", node), count_above_zero(amount, 3),
                           salt->cation, salt->anion);
    }
    return KM_OK;
}

static km_status read_solvents(km_recipe_reader *r, const km_raw_liquid *raw,
                               km_recipe_liquid *liquid)
{
    KM_NEW(liquid->solvent, raw->n_solvents);
    for (uint32_t k = 0; k < raw->n_solvents; k++) {
        km_recipe_solvent *solvent = &liquid->solvent[k];
        liquid->n_solvents++;
        char node[80];
        snprintf(node, sizeof node, "%s.solvents.%u", liquid->node, k);
        KM_TRY(km_recipe_keep(raw->solvent[k].molecule, &solvent->molecule));
        KM_TRY(
            km_recipe_read_numbers(r, node, &km_recipe_solvent_numbers, &raw->solvent[k], solvent));
        const double amount[] = {solvent->volume_parts, solvent->mass_parts, solvent->mole_parts};
        if (count_above_zero(amount, 3) != 1)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: %d amounts are given for %s; give exactly one of volume_parts, "
                           "mass_parts, mole_parts",
                           km_recipe_place(r, "%s", node), count_above_zero(amount, 3),
                           solvent->molecule);
        for (uint32_t j = 0; j < k; j++)
            if (strcmp(liquid->solvent[j].molecule, solvent->molecule) == 0)
                return KM_FAIL(KM_ERROR_INPUT, "%s: %s is listed twice; add the two amounts",
                               km_recipe_place(r, "%s.molecule", node), solvent->molecule);
    }
    return KM_OK;
}

/* Amounts of one kind can be compared; 1 mole part and 1 volume part cannot. */
static km_status check_units(km_recipe_reader *r, const km_recipe_liquid *liquid)
{
    const km_recipe_salt *salt = liquid->salt;
    const km_recipe_solvent *solvent = liquid->solvent;
    for (int k = 1; k < liquid->n_salts; k++)
        if ((salt[k].molarity > 0) != (salt[0].molarity > 0) ||
            (salt[k].molality > 0) != (salt[0].molality > 0))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the salts are given in different units; give all of them by "
                           "molarity_M, or molality_mol_kg, or mole_parts",
                           km_recipe_place(r, "%s.salts.%d", liquid->node, k));
    for (int k = 1; k < liquid->n_solvents; k++)
        if ((solvent[k].volume_parts > 0) != (solvent[0].volume_parts > 0) ||
            (solvent[k].mass_parts > 0) != (solvent[0].mass_parts > 0))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s: the solvents are given in different units; give all of them by "
                           "volume_parts, or mass_parts, or mole_parts",
                           km_recipe_place(r, "%s.solvents.%d", liquid->node, k));
    if (liquid->n_salts + liquid->n_solvents == 0)
        return KM_FAIL(KM_ERROR_INPUT, "%s is empty; list solvents or salts in it",
                       km_recipe_place(r, "%s", liquid->node));
    const bool by_parts = liquid->n_salts > 0 && salt[0].mole_parts > 0;
    if (liquid->n_solvents == 0 && !by_parts)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: a concentration needs a solvent; list solvents, or give mole_parts for "
                       "a molten salt",
                       km_recipe_place(r, "%s.salts", liquid->node));
    if (by_parts && liquid->n_solvents > 0 && !(solvent[0].mole_parts > 0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: salts by mole_parts need solvents by mole_parts too, so that the two "
                       "can be compared",
                       km_recipe_place(r, "%s.solvents.0", liquid->node));
    return KM_OK;
}

static km_status read_size(km_recipe_reader *r, const km_raw_size *raw, bool in_stack,
                           km_recipe_liquid *liquid)
{
    const char *node = liquid->node;
    char key[4][80];
    static const char *const name[] = {"atoms", "ion_pairs", "molecules", "box_edge_A"};
    for (int k = 0; k < 4; k++)
        snprintf(key[k], sizeof key[k], "%s.size.%s", node, name[k]);
    KM_TRY(km_recipe_read_whole(r, key[0], raw->atoms, 3, 100000000,
                                "about how many atoms the cell holds", &liquid->size_atoms));
    KM_TRY(km_recipe_read_whole(r, key[1], raw->ion_pairs, 1, 10000000,
                                "formula units of salt in the cell", &liquid->size_ion_pairs));
    KM_TRY(km_recipe_read_whole(r, key[2], raw->molecules, 1, 30000000,
                                "molecules of solvent in the cell", &liquid->size_molecules));
    snprintf(key[0], sizeof key[0], "%s.size", node);
    KM_TRY(km_recipe_read_numbers(r, key[0], &km_recipe_size_numbers, raw, liquid));
    if (in_stack ? liquid->size_edge > 0.0 : liquid->thickness > 0.0)
        return KM_FAIL(KM_ERROR_INPUT, "%s: %s",
                       km_recipe_place(r, in_stack ? "%s.size.box_edge_A" : "%s.thickness_A", node),
                       in_stack ? "the area of the stack is given already; give thickness_A instead"
                                : "a thickness is for a liquid in cell.stack; give size instead");
    const double size[] = {liquid->size_atoms, liquid->size_ion_pairs, liquid->size_molecules,
                           in_stack ? liquid->thickness : liquid->size_edge};
    if (count_above_zero(size, 4) != 1)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: %d sizes are given; give exactly one of atoms, ion_pairs, molecules, "
                       "%s",
                       km_recipe_place(r, "%s", key[0]), count_above_zero(size, 4),
                       in_stack ? "or thickness_A beside size" : "box_edge_A");
    if (liquid->size_ion_pairs > 0 && liquid->n_salts == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the liquid has no salt; give size by atoms, molecules or %s",
                       km_recipe_place(r, "%s", key[1]), in_stack ? "thickness_A" : "box_edge_A");
    if (liquid->size_molecules > 0 && liquid->n_solvents == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the liquid has no solvent; give size by ion_pairs, atoms or %s",
                       km_recipe_place(r, "%s", key[2]), in_stack ? "thickness_A" : "box_edge_A");
    return KM_OK;
}

km_status km_recipe_read_liquid(km_recipe_reader *r, const char *node, bool in_stack,
                                const km_raw_liquid *raw, km_recipe_liquid **out)
{
    KM_NEW(*out, 1);
    km_recipe_liquid *liquid = *out;
    snprintf(liquid->node, sizeof liquid->node, "%s", node);
    KM_TRY(read_salts(r, raw, liquid));
    KM_TRY(read_solvents(r, raw, liquid));
    KM_TRY(check_units(r, liquid));
    KM_TRY(km_recipe_read_numbers(r, node, &km_recipe_liquid_numbers, raw, liquid));
    return read_size(r, &raw->size, in_stack, liquid);
}

static km_status read_box(km_recipe_reader *r, const km_raw_structure *raw,
                          km_recipe_structure *structure)
{
    if (raw->angles != NULL && raw->box == NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s needs box_A beside it; give the three edges too",
                       km_recipe_place(r, "cell.structure.angles_deg"));
    if (raw->box == NULL)
        return KM_OK;
    for (int k = 0; k < 3; k++) {
        if (!(raw->box[k] >= 1.0 && raw->box[k] <= 1e5))
            return KM_FAIL(KM_ERROR_INPUT, "%s is %g; an edge in angstrom lies between 1 and 1e5",
                           km_recipe_place(r, "cell.structure.box_A.%d", k), raw->box[k]);
        structure->box[k] = raw->box[k] * KM_NM_PER_ANGSTROM;
        structure->box[3 + k] = 90.0;
        if (raw->angles == NULL)
            continue;
        if (!(raw->angles[k] >= 10.0 && raw->angles[k] <= 170.0))
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s is %g; an angle of a cell in degrees lies between 10 and 170",
                           km_recipe_place(r, "cell.structure.angles_deg.%d", k), raw->angles[k]);
        structure->box[3 + k] = raw->angles[k];
    }
    return KM_OK;
}

static km_status read_structure(km_recipe_reader *r, const km_raw_structure *raw)
{
    KM_NEW(r->recipe->structure, 1);
    km_recipe_structure *structure = r->recipe->structure;
    KM_TRY(km_recipe_resolve_file(r, "cell.structure.file", raw->file, &structure->file));
    const bool known = r->recipe->liquid != NULL || r->recipe->crystal != NULL ||
                       r->recipe->stack != NULL || r->recipe->compound != NULL;
    if ((raw->n_molecules == 0) != known)
        return KM_FAIL(
            KM_ERROR_INPUT, "%s: %s", km_recipe_place(r, "cell.structure"),
            raw->n_molecules == 0
                ? "the list molecules is missing; list what the file holds, in order: "
                  "[{molecule: DME, count: 100}]"
                : "what the file holds follows from the rest of cell already; remove the list "
                  "molecules");
    KM_NEW(structure->molecule, raw->n_molecules);
    for (uint32_t k = 0; k < raw->n_molecules; k++) {
        char node[80];
        snprintf(node, sizeof node, "cell.structure.molecules.%u.count", k);
        structure->n_molecules++;
        KM_TRY(km_recipe_keep(raw->molecule[k].molecule, &structure->molecule[k].molecule));
        KM_TRY(km_recipe_read_whole(r, node, &raw->molecule[k].count, 1, 30000000,
                                    "molecules of this kind", &structure->molecule[k].count));
    }
    return read_box(r, raw, structure);
}

km_status km_recipe_read_cell(km_recipe_reader *r)
{
    const km_raw_recipe_cell *raw = &r->raw->cell;
    const int metals = (raw->crystal != NULL) + (raw->slab != NULL) + (raw->stack != NULL);
    const int kinds = metals + (raw->liquid != NULL) + (raw->compound != NULL);
    if (kinds == 0 && raw->structure == NULL)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "%s is empty; give cell.liquid, cell.structure, cell.crystal, cell.compound, "
            "cell.slab or cell.stack",
            km_recipe_place(r, "cell"));
    if (kinds > 1)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s holds several kinds of cell; give one of liquid, crystal, compound, "
                       "slab, stack "
                       "(slabs and liquids together are a stack)",
                       km_recipe_place(r, "cell"));
    if (metals > 0)
        KM_TRY(km_recipe_read_metal(r));
    if (raw->liquid != NULL)
        KM_TRY(km_recipe_read_liquid(r, "cell.liquid", false, raw->liquid, &r->recipe->liquid));
    if (raw->compound != NULL)
        KM_TRY(km_recipe_read_compound(r, "cell.compound", false, raw->compound,
                                       &r->recipe->compound));
    if (raw->structure != NULL)
        KM_TRY(read_structure(r, raw->structure));
    return KM_OK;
}

/* A file of the data folder, named without its ending. */
static km_status check_forcefield_name(km_recipe_reader *r, uint32_t k, const char *name)
{
    char folder[3072], path[4096], hint[300];
    KM_TRY(km_data_folder("forcefields", folder, sizeof folder));
    snprintf(path, sizeof path, "%s/%.200s.yaml", folder, name);
    if (access(path, R_OK) == 0)
        return KM_OK;
    km_near_yaml_file(folder, name, hint, sizeof hint);
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: there is no force field \"%s\" in %s; %sa file of your own is given by its "
                   "path, ending in .yaml",
                   km_recipe_place(r, "forcefield.files.%u", k), name, folder, hint);
}

/* A name of the data folder stays; a path becomes absolute. */
static km_status keep_forcefield_file(km_recipe_reader *r, uint32_t k, const char *file, char **out)
{
    const size_t n = strlen(file);
    if (strchr(file, '/') == NULL && (n < 5 || strcmp(file + n - 5, ".yaml") != 0) &&
        (n < 4 || strcmp(file + n - 4, ".yml") != 0)) {
        KM_TRY(check_forcefield_name(r, k, file));
        return km_recipe_keep(file, out);
    }
    char node[60];
    snprintf(node, sizeof node, "forcefield.files.%u", k);
    return km_recipe_resolve_file(r, node, file, out);
}

static km_status read_forcefield(km_recipe_reader *r)
{
    const km_raw_recipe_forcefield *raw = &r->raw->forcefield;
    km_recipe_forcefield *forcefield = &r->recipe->forcefield;
    KM_NEW(forcefield->file, raw->n_files);
    for (uint32_t k = 0; k < raw->n_files; k++) {
        KM_TRY(keep_forcefield_file(r, k, raw->file[k], &forcefield->file[k]));
        forcefield->n_files++;
    }
    forcefield->charge_scale = 1.0;
    KM_TRY(km_recipe_read_numbers(r, "forcefield", &km_recipe_forcefield_numbers, raw, forcefield));
    forcefield->mixing_given = raw->mixing != NULL;
    if (raw->mixing != NULL)
        forcefield->mixing = *raw->mixing;
    KM_TRY(km_recipe_keep(raw->metal, &forcefield->metal));
    KM_TRY(km_recipe_keep(raw->metal_cross, &forcefield->metal_cross));
    KM_NEW(forcefield->charge_set, raw->n_charge_sets);
    for (uint32_t k = 0; k < raw->n_charge_sets; k++) {
        forcefield->n_charge_sets++;
        KM_TRY(km_recipe_keep(raw->charge_set[k].first, &forcefield->charge_set[k].molecule));
        KM_TRY(km_recipe_keep(raw->charge_set[k].second, &forcefield->charge_set[k].set));
    }
    KM_NEW(forcefield->type_swap, raw->n_type_swaps);
    for (uint32_t k = 0; k < raw->n_type_swaps; k++) {
        forcefield->n_type_swaps++;
        KM_TRY(km_recipe_keep(raw->type_swap[k].first, &forcefield->type_swap[k].from));
        KM_TRY(km_recipe_keep(raw->type_swap[k].second, &forcefield->type_swap[k].to));
    }
    return KM_OK;
}

km_status km_recipe_read_interactions(km_recipe_reader *r)
{
    KM_TRY(read_forcefield(r));
    const km_raw_nonbonded *raw = &r->raw->nonbonded;
    km_recipe_nonbonded *nonbonded = &r->recipe->nonbonded;
    nonbonded->cutoff = 12.0 * KM_NM_PER_ANGSTROM;
    nonbonded->relative_force_error = 1e-4;
    nonbonded->list_check = 20.0;
    nonbonded->tail = raw->tail == NULL || *raw->tail;
    nonbonded->shift = raw->shift == NULL || *raw->shift;
    nonbonded->coulomb_constant = KM_COULOMB_CONSTANT;
    KM_TRY(km_recipe_read_numbers(r, "nonbonded", &km_recipe_nonbonded_numbers, raw, nonbonded));
    for (uint32_t k = 0; k < raw->n_mesh; k++) {
        char node[40];
        snprintf(node, sizeof node, "nonbonded.mesh.%u", k);
        KM_TRY(km_recipe_read_whole(r, node, &raw->mesh[k], 0, 4096,
                                    "mesh points along one direction (0 = chosen by the program)",
                                    &nonbonded->mesh[k]));
    }
    const int *order = raw->spline_order;
    if (order != NULL && *order != 0 && (*order < 4 || *order > 6))
        return KM_FAIL(KM_ERROR_INPUT, "%s is %d; choose 4, 5 or 6 (0 = chosen by the program)",
                       km_recipe_place(r, "nonbonded.spline_order"), *order);
    nonbonded->spline_order = order != NULL ? *order : 0;
    return KM_OK;
}
