/* SPDX-License-Identifier: MIT */
/* cell.compound or the layer of a stack: a crystal by its space group and sites, or by a CIF file.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/input/recipe_reader.h"
#include "host/input/space_group.h"
#include "kernels/base/units.h"

/* nm  from the outermost ions to metal atoms: a choice, somewhat below the minimum of the
 * Lennard-Jones pairs of UFF (0.35 to 0.4 nm), since ions lie in hollows; the first stages find it
 */
#define GAP 0.3

static bool is_sane(int k, double value)
{
    return k < 3 ? value >= 1.0 && value <= 1000.0 : value >= 30 && value <= 150;
}

static const char *sane_values(int k)
{
    return k < 3 ? "an edge in angstrom lies between 1 and 1000"
                 : "an angle of a cell in degrees lies between 30 and 150";
}

static km_status read_cell(km_recipe_reader *r, const km_raw_compound *raw,
                           km_recipe_compound *compound)
{
    static const char *const key[] = {"a_A", "b_A", "c_A", "alpha_deg", "beta_deg", "gamma_deg"};
    if (raw->edge[0] == NULL)
        return KM_FAIL(KM_ERROR_INPUT, "%s: a_A is missing; give the edge of the unit cell",
                       km_recipe_place(r, "%s", compound->node));
    for (int k = 0; k < 6; k++) {
        const double *given = k < 3 ? raw->edge[k] : raw->angle[k - 3];
        const double value = given != NULL ? *given : k < 3 ? *raw->edge[0] : 90.0;
        if (!is_sane(k, value))
            return KM_FAIL(KM_ERROR_INPUT, "%s is %g; %s",
                           km_recipe_place(r, "%s.%s", compound->node, key[k]), value,
                           sane_values(k));
        compound->cell[k] = k < 3 ? value * KM_NM_PER_ANGSTROM : value;
    }
    return KM_OK;
}

static km_status read_sites(km_recipe_reader *r, const km_raw_compound *raw,
                            km_recipe_compound *compound)
{
    if (raw->n_sites == 0 || raw->space_group == NULL || raw->n_species > 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: give space_group, a_A and sites, or cif and species that say which "
                       "molecule a label of the file is",
                       km_recipe_place(r, "%s", compound->node));
    KM_TRY(read_cell(r, raw, compound));
    snprintf(compound->space_group, sizeof compound->space_group, "%s", raw->space_group);
    KM_NEW(compound->site, raw->n_sites);
    compound->n_sites = (int)raw->n_sites;
    for (uint32_t k = 0; k < raw->n_sites; k++) {
        km_compound_site *site = &compound->site[k];
        snprintf(site->species, sizeof site->species, "%s", raw->site[k].species);
        memcpy(site->position, raw->site[k].position, sizeof site->position);
        site->occupancy = raw->site[k].occupancy != NULL ? *raw->site[k].occupancy : 1.0;
        site->frozen = raw->site[k].frozen != NULL && *raw->site[k].frozen;
    }
    return KM_OK;
}

/* Which molecule is meant by a site of the file: its label ("K1") first, its element then. */
static const char *species_of(const km_raw_compound *raw, const km_cif_site *site)
{
    for (uint32_t k = 0; k < raw->n_species; k++)
        if (strcmp(raw->species[k].label, site->label) == 0)
            return raw->species[k].molecule;
    for (uint32_t k = 0; k < raw->n_species; k++)
        if (strcmp(raw->species[k].label, site->element) == 0)
            return raw->species[k].molecule;
    return NULL;
}

static bool is_printable(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static km_status take_cif(km_recipe_reader *r, const km_raw_compound *raw, const char *path,
                          const km_cif *cif, km_recipe_compound *compound)
{
    static const char *const item[] = {"_cell_length_a",   "_cell_length_b",
                                       "_cell_length_c",   "_cell_angle_alpha",
                                       "_cell_angle_beta", "_cell_angle_gamma"};
    if (cif->space_group[0] == '\0')
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: %s names no space group (_space_group_name_H-M_alt); write it there",
                       km_recipe_place(r, "%s.cif", compound->node), path);
    if (!is_printable(cif->space_group))
        return KM_FAIL(KM_ERROR_INPUT, "%s: the space group of %s is no Hermann-Mauguin symbol",
                       km_recipe_place(r, "%s.cif", compound->node), path);
    snprintf(compound->space_group, sizeof compound->space_group, "%s", cif->space_group);
    for (int k = 0; k < 6; k++) {
        if (!is_sane(k, cif->cell[k]))
            return KM_FAIL(KM_ERROR_INPUT, "%s: %s tells %g for %s; %s",
                           km_recipe_place(r, "%s.cif", compound->node), path, cif->cell[k],
                           item[k], sane_values(k));
        compound->cell[k] = k < 3 ? cif->cell[k] * KM_NM_PER_ANGSTROM : cif->cell[k];
    }
    KM_NEW(compound->site, cif->n_sites);
    for (int k = 0; k < cif->n_sites; k++) {
        const char *species = species_of(raw, &cif->site[k]);
        if (species == NULL)
            return KM_FAIL(KM_ERROR_INPUT,
                           "%s does not say what %s of %s is; add {label: %s, molecule: ...}",
                           km_recipe_place(r, "%s.species", compound->node), cif->site[k].label,
                           path, cif->site[k].element);
        km_compound_site *site = &compound->site[compound->n_sites++];
        snprintf(site->species, sizeof site->species, "%s", species);
        memcpy(site->position, cif->site[k].position, sizeof site->position);
        site->occupancy = cif->site[k].occupancy;
    }
    return KM_OK;
}

static km_status read_cif(km_recipe_reader *r, const km_raw_compound *raw,
                          km_recipe_compound *compound)
{
    char *path = NULL, message[500], node[60];
    km_cif cif = {.n_sites = 0};
    if (raw->n_sites > 0 || raw->space_group != NULL || raw->edge[0] != NULL)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: the file tells the cell, its space group and its sites; remove them "
                       "from the recipe, or the file",
                       km_recipe_place(r, "%s.cif", compound->node));
    snprintf(node, sizeof node, "%s.cif", compound->node);
    KM_TRY(km_recipe_resolve_file(r, node, raw->cif, &path));
    km_status status = km_cif_read(path, &cif, message, sizeof message)
                           ? take_cif(r, raw, path, &cif, compound)
                           : KM_FAIL(KM_ERROR_INPUT, "%s: %s cannot be used: %s",
                                     km_recipe_place(r, "%s.cif", compound->node), path, message);
    free(cif.site);
    free(path);
    return status;
}

static km_status check_sites(km_recipe_reader *r, const km_recipe_compound *compound)
{
    for (int s = 0; s < compound->n_sites; s++) {
        const km_compound_site *site = &compound->site[s];
        if (!(site->occupancy > 0.0 && site->occupancy <= 1.0))
            return KM_FAIL(KM_ERROR_INPUT, "%s is %g; an occupancy lies above 0 and up to 1",
                           km_recipe_place(r, "%s.sites.%d.occupancy", compound->node, s),
                           site->occupancy);
        for (int c = 0; c < 3; c++)
            if (!(fabs(site->position[c]) <= 2.0))
                return KM_FAIL(KM_ERROR_INPUT, "%s is %g; it is a fraction of the edge",
                               km_recipe_place(r, "%s.sites.%d.position.%d", compound->node, s, c),
                               site->position[c]);
    }
    return KM_OK;
}

static km_status read_repeats(km_recipe_reader *r, const km_raw_compound *raw,
                              km_recipe_compound *compound)
{
    char node[70];
    for (int c = 0; c < 3; c++) {
        snprintf(node, sizeof node, "%s.repeats.%d", compound->node, c);
        KM_TRY(km_recipe_read_whole(r, node, &raw->repeats[c], 1, 1000, "unit cells along one edge",
                                    &compound->repeats[c]));
    }
    compound->tries = 1;
    snprintf(node, sizeof node, "%s.tries", compound->node);
    return km_recipe_read_whole(r, node, raw->tries, 1, 10000,
                                "fillings of partly occupied sites to choose from",
                                &compound->tries);
}

/* A face needs right angles: those of a hexagonal net come by doubling. */
static km_status read_slab(km_recipe_reader *r, const km_raw_compound *raw,
                           km_recipe_compound *compound)
{
    const double *cell = compound->cell;
    compound->slab = true;
    compound->gap = GAP;
    compound->split_cut = raw->split_cut != NULL && *raw->split_cut;
    compound->polar_faces = raw->polar_faces != NULL && *raw->polar_faces;
    compound->orthogonal =
        cell[3] == 90.0 && cell[4] == 90.0 && cell[5] == 120.0 && cell[0] == cell[1];
    if (!compound->orthogonal && cell[5] != 90.0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: a and b must span a rectangle or a hexagonal net; gamma is %g degrees",
                       km_recipe_place(r, "%s", compound->node), cell[5]);
    return km_recipe_read_numbers(r, compound->node, &km_recipe_layer_crystal_numbers, raw,
                                  compound);
}

km_status km_recipe_read_compound(km_recipe_reader *r, const char *node, bool slab,
                                  const km_raw_compound *raw, km_recipe_compound **out)
{
    KM_NEW(*out, 1);
    km_recipe_compound *compound = *out;
    snprintf(compound->node, sizeof compound->node, "%s", node);
    KM_TRY(raw->cif != NULL ? read_cif(r, raw, compound) : read_sites(r, raw, compound));
    KM_TRY(check_sites(r, compound));
    KM_TRY(read_repeats(r, raw, compound));
    if (slab)
        return read_slab(r, raw, compound);
    compound->orthogonal = raw->orthogonal != NULL && *raw->orthogonal;
    if (raw->expected_density == NULL)
        return KM_OK;
    if (!(*raw->expected_density >= 10 && *raw->expected_density <= 25000))
        return KM_FAIL(KM_ERROR_INPUT, "%s is %g; a density in kg/m3 lies between 10 and 25000",
                       km_recipe_place(r, "%s.expected_density_kg_m3", node),
                       *raw->expected_density);
    compound->expected_density = *raw->expected_density;
    return KM_OK;
}
