/* SPDX-License-Identifier: MIT */
#include "host/input/recipe_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/input/recipe_protocol.h"
#include "kernels/base/units.h"

km_status km_recipe_copy_text(const char *text, char **out)
{
    *out = NULL;
    if (text == NULL)
        return KM_OK;
    *out = strdup(text);
    return *out != NULL ? KM_OK : KM_FAIL(KM_ERROR_MEMORY, "out of memory while reading a recipe");
}

static double value_or(const double *given, double otherwise)
{
    return given != NULL ? *given : otherwise;
}

static km_status in_range(const char *key, double value, double least, double most)
{
    if (!(value >= least && value <= most))
        return KM_FAIL(KM_ERROR_INPUT, "%s is %g; it must lie between %g and %g", key, value, least,
                       most);
    return KM_OK;
}

/* Exactly one of n amounts is given and above 0. */
static km_status one_amount(const char *where, const char *names, int n,
                            const double *const *amount)
{
    int given = 0;
    for (int k = 0; k < n; k++) {
        if (amount[k] == NULL)
            continue;
        given++;
        if (!(*amount[k] > 0.0 && *amount[k] < 1e6))
            return KM_FAIL(KM_ERROR_INPUT, "%s: its amount is %g; it must be above 0", where,
                           *amount[k]);
    }
    if (given != 1)
        return KM_FAIL(KM_ERROR_INPUT, "%s: give exactly one of %s", where, names);
    return KM_OK;
}

static km_status read_salts(const km_raw_liquid *raw, km_recipe_liquid *liquid)
{
    KM_NEW(liquid->salt, raw->n_salts);
    for (uint32_t k = 0; k < raw->n_salts; k++) {
        const km_raw_salt *from = &raw->salt[k];
        km_recipe_salt *to = &liquid->salt[k];
        char where[128];
        snprintf(where, sizeof where, "cell.liquid.salts: %s %s", from->cation, from->anion);
        const double *amounts[] = {from->molarity_M, from->molality_mol_kg, from->mole_parts};
        KM_TRY(one_amount(where, "molarity_M, molality_mol_kg, mole_parts", 3, amounts));
        KM_TRY(km_recipe_copy_text(from->cation, &to->cation));
        KM_TRY(km_recipe_copy_text(from->anion, &to->anion));
        to->molarity = value_or(from->molarity_M, 0.0);
        to->molality = value_or(from->molality_mol_kg, 0.0);
        to->mole_parts = value_or(from->mole_parts, 0.0);
        if (to->molarity > 20.0 || to->molality > 50.0)
            return KM_FAIL(KM_ERROR_INPUT, "%s: %g is above what any liquid holds", where,
                           to->molarity + to->molality);
        liquid->n_salts++;
    }
    return KM_OK;
}

static km_status read_solvents(const km_raw_liquid *raw, km_recipe_liquid *liquid)
{
    KM_NEW(liquid->solvent, raw->n_solvents);
    for (uint32_t k = 0; k < raw->n_solvents; k++) {
        const km_raw_solvent *from = &raw->solvent[k];
        km_recipe_solvent *to = &liquid->solvent[k];
        char where[128];
        snprintf(where, sizeof where, "cell.liquid.solvents: %s", from->molecule);
        const double *amounts[] = {from->volume_parts, from->mass_parts, from->mole_parts};
        KM_TRY(one_amount(where, "volume_parts, mass_parts, mole_parts", 3, amounts));
        KM_TRY(km_recipe_copy_text(from->molecule, &to->molecule));
        to->volume_parts = value_or(from->volume_parts, 0.0);
        to->mass_parts = value_or(from->mass_parts, 0.0);
        to->mole_parts = value_or(from->mole_parts, 0.0);
        liquid->n_solvents++;
    }
    return KM_OK;
}

static km_status read_size(const km_raw_size *raw, km_recipe_liquid *liquid)
{
    const int given = (raw->atoms != NULL) + (raw->ion_pairs != NULL) + (raw->molecules != NULL) +
                      (raw->box_edge_A != NULL);
    if (given != 1)
        return KM_FAIL(
            KM_ERROR_INPUT,
            "cell.liquid.size: give exactly one of atoms, ion_pairs, molecules, box_edge_A");
    if (raw->atoms != NULL)
        KM_TRY(in_range("cell.liquid.size.atoms", liquid->size_atoms = *raw->atoms, 1, 2e7));
    if (raw->ion_pairs != NULL)
        KM_TRY(in_range("cell.liquid.size.ion_pairs", liquid->size_ion_pairs = *raw->ion_pairs, 1,
                        1e7));
    if (raw->molecules != NULL)
        KM_TRY(in_range("cell.liquid.size.molecules", liquid->size_molecules = *raw->molecules, 1,
                        1e7));
    if (raw->box_edge_A != NULL) {
        KM_TRY(in_range("cell.liquid.size.box_edge_A", *raw->box_edge_A, 5.0, 2000.0));
        liquid->size_edge = *raw->box_edge_A * KM_NM_PER_ANGSTROM;
    }
    return KM_OK;
}

static km_status read_liquid(const km_raw_liquid *raw, km_recipe *r)
{
    KM_NEW(r->liquid, 1);
    if (raw->n_salts + raw->n_solvents == 0)
        return KM_FAIL(KM_ERROR_INPUT, "cell.liquid: give salts, solvents or both");
    KM_TRY(read_salts(raw, r->liquid));
    KM_TRY(read_solvents(raw, r->liquid));
    KM_TRY(read_size(&raw->size, r->liquid));
    r->liquid->density = value_or(raw->density_kg_m3, 0.0);
    if (raw->density_kg_m3 != NULL)
        KM_TRY(in_range("cell.liquid.density_kg_m3", r->liquid->density, 10.0, 20000.0));
    return KM_OK;
}

/* Relative paths in a recipe are relative to the recipe. */
static km_status beside(const char *recipe, const char *file, char **out)
{
    char path[4096];
    const char *slash = strrchr(recipe, '/');
    if (file[0] == '/' || slash == NULL)
        return km_recipe_copy_text(file, out);
    snprintf(path, sizeof path, "%.*s/%s", (int)(slash - recipe), recipe, file);
    return km_recipe_copy_text(path, out);
}

static km_status read_structure(const km_raw_structure *raw, km_recipe *r)
{
    KM_NEW(r->structure, 1);
    KM_TRY(beside(r->path, raw->file, &r->structure->file));
    KM_NEW(r->structure->molecule, raw->n_molecules);
    for (uint32_t k = 0; k < raw->n_molecules; k++) {
        KM_TRY(in_range("cell.structure.molecules: count", raw->molecule[k].count, 1, 1e7));
        r->structure->molecule[k].count = raw->molecule[k].count;
        r->structure->n_molecules++;
        KM_TRY(km_recipe_copy_text(raw->molecule[k].molecule, &r->structure->molecule[k].molecule));
    }
    for (uint32_t k = 0; k < raw->n_box; k++) {
        KM_TRY(in_range("cell.structure.box_A", raw->box_A[k], 1.0, 1e5));
        r->structure->box[k] = raw->box_A[k] * KM_NM_PER_ANGSTROM;
        r->structure->box[3 + k] = 90.0;
    }
    for (uint32_t k = 0; k < raw->n_angles; k++)
        KM_TRY(in_range("cell.structure.angles_deg", r->structure->box[3 + k] = raw->angles_deg[k],
                        30, 150));
    if (raw->n_angles > 0 && raw->n_box == 0)
        return KM_FAIL(KM_ERROR_INPUT, "cell.structure: angles_deg without box_A");
    return KM_OK;
}

static km_status read_forcefield(const km_raw_forcefield *raw, km_recipe *r)
{
    km_recipe_forcefield *ff = &r->forcefield;
    KM_NEW(ff->file, raw->n_files);
    for (uint32_t k = 0; k < raw->n_files; k++, ff->n_files++) {
        const bool is_path =
            strchr(raw->file[k], '/') != NULL || strstr(raw->file[k], ".yaml") != NULL;
        KM_TRY(is_path ? beside(r->path, raw->file[k], &ff->file[k])
                       : km_recipe_copy_text(raw->file[k], &ff->file[k]));
    }
    ff->charge_scale = value_or(raw->charge_scale, 1.0);
    KM_TRY(in_range("forcefield.charge_scale", ff->charge_scale, 0.1, 1.5));
    KM_NEW(ff->charge_set, raw->n_charge_sets);
    for (uint32_t k = 0; k < raw->n_charge_sets; k++) {
        ff->n_charge_sets++;
        KM_TRY(km_recipe_copy_text(raw->charge_set[k].molecule, &ff->charge_set[k].molecule));
        KM_TRY(km_recipe_copy_text(raw->charge_set[k].set, &ff->charge_set[k].set));
    }
    KM_NEW(ff->type_swap, raw->n_type_swaps);
    for (uint32_t k = 0; k < raw->n_type_swaps; k++) {
        ff->n_type_swaps++;
        KM_TRY(km_recipe_copy_text(raw->type_swap[k].from, &ff->type_swap[k].from));
        KM_TRY(km_recipe_copy_text(raw->type_swap[k].to, &ff->type_swap[k].to));
    }
    return KM_OK;
}

static km_status read_nonbonded(const km_raw_nonbonded *raw, km_recipe *r)
{
    static const km_raw_nonbonded nothing;
    if (raw == NULL)
        raw = &nothing;
    km_recipe_nonbonded *nb = &r->nonbonded;
    nb->cutoff = value_or(raw->cutoff_A, 10.0) * KM_NM_PER_ANGSTROM;
    nb->skin = value_or(raw->skin_A, 0.0) * KM_NM_PER_ANGSTROM;
    nb->relative_force_error = value_or(raw->relative_force_error, 1e-4);
    nb->ewald_alpha = value_or(raw->ewald_alpha_per_A, 0.0) / KM_NM_PER_ANGSTROM;
    nb->coulomb_constant = value_or(raw->coulomb_constant, KM_COULOMB_CONSTANT);
    nb->tail = raw->tail_correction == NULL || *raw->tail_correction;
    nb->shift = raw->potential_shift == NULL || *raw->potential_shift;
    for (uint32_t k = 0; k < raw->n_mesh; k++)
        KM_TRY(in_range("nonbonded.mesh", nb->mesh[k] = raw->mesh[k], 4, 4096));
    nb->spline_order = raw->spline_order != NULL ? *raw->spline_order : 0;
    if (raw->spline_order != NULL)
        KM_TRY(in_range("nonbonded.spline_order", nb->spline_order, 4, 6));
    KM_TRY(in_range("nonbonded.cutoff_A", nb->cutoff / KM_NM_PER_ANGSTROM, 3.0, 30.0));
    KM_TRY(in_range("nonbonded.skin_A", nb->skin / KM_NM_PER_ANGSTROM, 0.0, 10.0));
    KM_TRY(in_range("nonbonded.relative_force_error", nb->relative_force_error, 1e-10, 1e-2));
    return KM_OK;
}

static km_status copy_list(char *const *from, uint32_t n, char ***to, int *n_to)
{
    KM_NEW(*to, n);
    for (uint32_t k = 0; k < n; k++, (*n_to)++)
        KM_TRY(km_recipe_copy_text(from[k], &(*to)[k]));
    return KM_OK;
}

static km_status convert(const km_raw_recipe *raw, km_recipe *r)
{
    KM_TRY(km_recipe_copy_text(raw->title, &r->title));
    r->confidence =
        raw->confidence != NULL ? (km_confidence)*raw->confidence : KM_CONFIDENCE_EXPLORATORY;
    KM_TRY(km_recipe_copy_text(raw->confidence_reason, &r->confidence_reason));
    r->temperature = raw->temperature_K;
    KM_TRY(in_range("temperature_K", r->temperature, 1.0, 5000.0));
    const double bar = value_or(raw->pressure_bar, 1.0);
    KM_TRY(in_range("pressure_bar", bar, -1e4, 1e6));
    r->pressure = bar * KM_PRESSURE_PER_BAR;
    if ((raw->cell.liquid != NULL) == (raw->cell.structure != NULL))
        return KM_FAIL(KM_ERROR_INPUT, "cell: give exactly one of liquid and structure");
    KM_TRY(raw->cell.liquid != NULL ? read_liquid(raw->cell.liquid, r)
                                    : read_structure(raw->cell.structure, r));
    KM_TRY(read_forcefield(&raw->forcefield, r));
    KM_TRY(read_nonbonded(raw->nonbonded, r));
    KM_TRY(km_recipe_make_stages(raw, r));
    KM_TRY(copy_list(raw->analyse, raw->n_analyses, &r->analyse, &r->n_analyses));
    KM_TRY(copy_list(raw->reference, raw->n_references, &r->reference, &r->n_references));
    r->analyse_viscosity = 1e-3 * value_or(raw->viscosity_mPas, 0.0);
    const double seed = value_or(raw->seed, 1.0);
    if (!(seed >= 0.0 && seed <= 9007199254740992.0) || seed != floor(seed))
        return KM_FAIL(KM_ERROR_INPUT, "seed is %g; a whole number from 0 to 2^53 is asked for",
                       seed);
    r->seed = (uint64_t)seed;
    return KM_OK;
}

static km_status find_file(const char *path_or_id, char *path, size_t length)
{
    if (strchr(path_or_id, '/') != NULL || access(path_or_id, F_OK) == 0) {
        snprintf(path, length, "%s", path_or_id);
        return KM_OK;
    }
    char folder[2048];
    KM_TRY(km_data_folder("systems", folder, sizeof folder));
    snprintf(path, length, "%s/%s.yaml", folder, path_or_id);
    if (access(path, F_OK) != 0)
        return KM_FAIL(
            KM_ERROR_USAGE,
            "'%s' is neither a file nor an id of the catalogue; `kalium list` shows the ids",
            path_or_id);
    return KM_OK;
}

static km_status set_id(km_recipe *r)
{
    const char *slash = strrchr(r->path, '/');
    KM_TRY(km_recipe_copy_text(slash != NULL ? slash + 1 : r->path, &r->id));
    char *dot = strrchr(r->id, '.');
    if (dot != NULL && dot != r->id)
        *dot = '\0';
    return KM_OK;
}

km_status km_recipe_read(const char *path_or_id, const char *const *settings, int n_settings,
                         km_recipe **out)
{
    char path[4096];
    void *raw = NULL;
    km_recipe *r;
    *out = NULL;
    KM_TRY(find_file(path_or_id, path, sizeof path));
    KM_TRY(km_yaml_load(path, &km_recipe_schema, settings, n_settings, &raw));
    km_status status = km_allocate((void **)&r, 1, sizeof *r);
    if (status == KM_OK)
        status = km_recipe_copy_text(path, &r->path);
    if (status == KM_OK)
        status = set_id(r);
    if (status == KM_OK) {
        status = convert(raw, r);
        if (status != KM_OK)
            km_error_prefix("%s: ", path);
    }
    km_yaml_free(&km_recipe_schema, raw);
    if (status != KM_OK) {
        km_recipe_destroy(r);
        return status;
    }
    *out = r;
    return KM_OK;
}

static void free_list(char **list, int n)
{
    for (int k = 0; k < n; k++)
        free(list[k]);
    free(list);
}

static void free_liquid(km_recipe_liquid *liquid)
{
    if (liquid == NULL)
        return;
    for (int k = 0; k < liquid->n_salts; k++) {
        free(liquid->salt[k].cation);
        free(liquid->salt[k].anion);
    }
    for (int k = 0; k < liquid->n_solvents; k++)
        free(liquid->solvent[k].molecule);
    free(liquid->salt);
    free(liquid->solvent);
    free(liquid);
}

static void free_structure(km_recipe_structure *s)
{
    if (s == NULL)
        return;
    for (int k = 0; k < s->n_molecules; k++)
        free(s->molecule[k].molecule);
    free(s->molecule);
    free(s->file);
    free(s);
}

void km_recipe_destroy(km_recipe *r)
{
    if (r == NULL)
        return;
    km_recipe_forcefield *ff = &r->forcefield;
    for (int k = 0; k < ff->n_charge_sets; k++) {
        free(ff->charge_set[k].molecule);
        free(ff->charge_set[k].set);
    }
    for (int k = 0; k < ff->n_type_swaps; k++) {
        free(ff->type_swap[k].from);
        free(ff->type_swap[k].to);
    }
    for (int k = 0; k < r->n_stages; k++)
        free(r->stage[k].name);
    free_list(ff->file, ff->n_files);
    free_list(r->analyse, r->n_analyses);
    free_list(r->reference, r->n_references);
    free_liquid(r->liquid);
    free_structure(r->structure);
    free(ff->charge_set);
    free(ff->type_swap);
    free(r->stage);
    free(r->protocol);
    free(r->path);
    free(r->id);
    free(r->title);
    free(r->confidence_reason);
    free(r);
}
