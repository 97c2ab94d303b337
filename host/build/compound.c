/* SPDX-License-Identifier: MIT */
#include "host/build/compound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/crystal_slab.h"
#include "host/build/recipe_place.h"
#include "host/input/space_group.h"
#include "host/input/structure_file.h"
#include "kernels/base/units.h"

#define SAME_POSITION 2e-3 /* fractions: coordinates are printed with three digits or more */

bool km_compound_shared(const km_compound_site *a, const km_compound_site *b)
{
    for (int c = 0; c < 3; c++)
        if (fabs(a->position[c] - b->position[c]) > 1e-6)
            return false;
    return true;
}

void km_compound_sites_destroy(km_compound_sites *sites)
{
    if (sites == NULL)
        return;
    free(sites->group);
    free(sites->site);
    free(sites);
}

/* Scalar products of the edges. */
static void metric(const double cell[6], double g[3][3])
{
    const double radian = KM_PI / 180.0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            g[i][j] = cell[i] * cell[j] * (i == j ? 1.0 : cos(cell[6 - i - j] * radian));
}

/* Every rotation must leave lengths as they are: R^T g R = g. */
static bool keeps_metric(const km_symmetry_operation *op, double g[3][3])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double turned = 0.0;
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++)
                    turned += op->rotation[k][i] * g[k][l] * op->rotation[l][j];
            if (fabs(turned - g[i][j]) > 1e-4 * (g[0][0] + g[1][1] + g[2][2]))
                return false;
        }
    return true;
}

static km_status find_operations(const km_recipe *recipe, km_symmetry_operation *op, int *n)
{
    const km_recipe_compound *compound = recipe->compound;
    char place[KM_PLACE_LENGTH];
    double g[3][3];
    *n = km_space_group_operations(compound->space_group, compound->cell[3], compound->cell[5], op);
    if (*n == 0)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: \"%s\" is no space group; write its Hermann-Mauguin symbol, as Fm-3m "
                       "or P6_3/mmc",
                       km_recipe_node(recipe, place, "%s.space_group", recipe->compound->node),
                       compound->space_group);
    metric(compound->cell, g);
    for (int k = 0; k < *n; k++)
        if (!keeps_metric(&op[k], g))
            return KM_FAIL(
                KM_ERROR_INPUT,
                "%s: edges %g, %g, %g A and angles %g, %g, %g degrees lack the symmetry of %s; "
                "give b_A, c_A and the angles that differ from a_A and 90",
                km_recipe_node(recipe, place, "%s", recipe->compound->node),
                compound->cell[0] / KM_NM_PER_ANGSTROM, compound->cell[1] / KM_NM_PER_ANGSTROM,
                compound->cell[2] / KM_NM_PER_ANGSTROM, compound->cell[3], compound->cell[4],
                compound->cell[5], compound->space_group);
    return KM_OK;
}

static double fold(double x)
{
    const double folded = x - floor(x + SAME_POSITION / 2);
    return folded < 0.0 ? 0.0 : folded;
}

/* The images of a position in one unit cell; x: KM_OPERATIONS_MAX x 3. Returns the multiplicity. */
static int orbit(const km_symmetry_operation *op, int n_operations, const double position[3],
                 double (*x)[3])
{
    int n = 0;
    for (int k = 0; k < n_operations; k++) {
        bool known = false;
        for (int c = 0; c < 3; c++)
            x[n][c] = fold(op[k].rotation[c][0] * position[0] + op[k].rotation[c][1] * position[1] +
                           op[k].rotation[c][2] * position[2] + op[k].shift[c]);
        for (int m = 0; m < n && !known; m++) {
            known = true;
            for (int c = 0; c < 3; c++) {
                const double d = x[n][c] - x[m][c];
                known &= fabs(d - nearbyint(d)) < SAME_POSITION;
            }
        }
        n += !known;
    }
    return n;
}

/* From a hexagonal cell to a, a + 2b, c: x a + y b = (x - y/2) A + (y/2) B. */
static int make_orthogonal(int n, double (*x)[3])
{
    for (int i = 0; i < n; i++) {
        const double half = x[i][1] / 2;
        x[i][0] = fold(x[i][0] - half);
        x[i][1] = half;
        x[n + i][0] = fold(x[i][0] + 0.5);
        x[n + i][1] = fold(half + 0.5);
        x[n + i][2] = x[i][2];
    }
    return 2 * n;
}

typedef struct expansion {
    const km_recipe *recipe;
    km_symmetry_operation op[KM_OPERATIONS_MAX];
    int n_operations;
    bool doubled;
    km_box cell; /* the one that is repeated */
    double image[2 * KM_OPERATIONS_MAX][3];
    km_compound_sites *out;
} expansion;

static km_status choose_cell(expansion *e)
{
    const km_recipe_compound *compound = e->recipe->compound;
    const double *cell = compound->cell;
    double edge[3] = {cell[0], cell[1], cell[2]}, angle[3] = {cell[3], cell[4], cell[5]};
    char place[KM_PLACE_LENGTH];
    const bool upright = cell[3] == 90.0 && cell[4] == 90.0;
    e->doubled = compound->orthogonal && upright && cell[5] == 120.0 && cell[0] == cell[1];
    if (compound->orthogonal && !e->doubled && !(upright && cell[5] == 90.0))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: only hexagonal and orthogonal cells fill an orthogonal one; remove the "
                       "key, the cell is then triclinic",
                       km_recipe_node(e->recipe, place, "%s.orthogonal", compound->node));
    if (e->doubled) {
        edge[1] = sqrt(3.0) * cell[1];
        angle[2] = 90.0;
    }
    if (km_box_from_lengths(edge, angle, &e->cell) != KM_OK) {
        km_error_prefix("%s: ", km_recipe_node(e->recipe, place, "%s", compound->node));
        return km_last_error()->status;
    }
    e->out->box = e->cell;
    e->out->box.ax *= compound->repeats[0];
    e->out->box.bx *= compound->repeats[1];
    e->out->box.by *= compound->repeats[1];
    e->out->box.cx *= compound->repeats[2];
    e->out->box.cy *= compound->repeats[2];
    e->out->box.cz *= compound->repeats[2];
    return km_box_reduce(&e->out->box);
}

static int expand_orbit(expansion *e, const km_compound_site *site)
{
    e->out->multiplicity = orbit(e->op, e->n_operations, site->position, e->image);
    return e->doubled ? make_orthogonal(e->out->multiplicity, e->image) : e->out->multiplicity;
}

static void repeat(expansion *e, int n_images, int entry)
{
    const int *n = e->recipe->compound->repeats;
    km_site_group *group = &e->out->group[e->out->n_groups++];
    *group = (km_site_group){.first = e->out->n, .entry = entry};
    for (int i = 0; i < n[0]; i++)
        for (int j = 0; j < n[1]; j++)
            for (int k = 0; k < n[2]; k++)
                for (int m = 0; m < n_images; m++) {
                    const km_vec3 r = km_box_to_cartesian(
                        &e->cell,
                        km_vec3_make(e->image[m][0] + i, e->image[m][1] + j, e->image[m][2] + k));
                    double *x = e->out->site + 3 * (size_t)e->out->n++;
                    x[0] = r.x;
                    x[1] = r.y;
                    x[2] = r.z;
                    group->n++;
                }
}

/* The first entry at this position, with the occupancies of all of them. */
static bool is_first(const km_recipe_compound *compound, int entry, double *occupancy)
{
    *occupancy = 0.0;
    for (int k = 0; k < compound->n_sites; k++) {
        if (!km_compound_shared(&compound->site[k], &compound->site[entry]))
            continue;
        if (k < entry)
            return false;
        *occupancy += compound->site[k].occupancy;
    }
    return true;
}

static km_status expand(expansion *e)
{
    const km_recipe_compound *compound = e->recipe->compound;
    const int *n = compound->repeats;
    char place[KM_PLACE_LENGTH];
    double total = 0.0, occupancy;
    KM_TRY(find_operations(e->recipe, e->op, &e->n_operations));
    KM_TRY(choose_cell(e));
    for (int s = 0; s < compound->n_sites; s++) {
        if (!is_first(compound, s, &occupancy))
            continue;
        if (occupancy > 1.0 + 1e-6)
            return KM_FAIL(KM_ERROR_INPUT, "%s: the occupancies of this position sum to %g",
                           km_recipe_node(e->recipe, place, "%s.sites.%d", compound->node, s),
                           occupancy);
        total += (double)n[0] * n[1] * n[2] * expand_orbit(e, &compound->site[s]);
    }
    KM_TRY(km_system_check_memory(km_recipe_node(e->recipe, place, "%s", compound->node), total));
    KM_NEW(e->out->group, compound->n_sites);
    KM_NEW(e->out->site, 3 * total);
    for (int s = 0; s < compound->n_sites; s++)
        if (is_first(compound, s, &occupancy))
            repeat(e, expand_orbit(e, &compound->site[s]), s);
    return KM_OK;
}

km_status km_compound_expand(const km_recipe *recipe, km_compound_sites **out)
{
    expansion e = {.recipe = recipe};
    *out = NULL;
    KM_NEW(e.out, 1);
    const km_status status = expand(&e);
    if (status == KM_OK)
        *out = e.out;
    else
        km_compound_sites_destroy(e.out);
    return status;
}

/* owner: entries of the asymmetric unit. Molecules of one kind stand together. */
static km_status collect(const km_recipe *recipe, const km_compound_sites *sites,
                         const int *molecule, const int *owner, km_system *system)
{
    const int n_entries = recipe->compound->n_sites;
    KM_NEW(system->component, n_entries);
    KM_NEW(system->molecule, sites->n);
    KM_NEW(system->position, 3 * (size_t)sites->n);
    if (km_recipe_has_frozen(recipe))
        KM_NEW(system->mobility, sites->n);
    for (int e = 0; e < n_entries; e++) {
        km_system_component *component = &system->component[system->n_components];
        bool done = false;
        for (int k = 0; k < e; k++)
            done |= molecule[k] == molecule[e];
        if (done)
            continue;
        *component = (km_system_component){.molecule = molecule[e], .unit = "atoms"};
        for (int g = 0; g < sites->n_groups; g++)
            for (int k = 0; k < n_entries; k++)
                if (molecule[k] == molecule[e] &&
                    km_compound_shared(&recipe->compound->site[k],
                                       &recipe->compound->site[sites->group[g].entry]))
                    component->requested += recipe->compound->site[k].occupancy * sites->group[g].n;
        for (int i = 0; i < sites->n; i++) {
            if (owner[i] < 0 || molecule[owner[i]] != molecule[e])
                continue;
            memcpy(system->position + 3 * (size_t)system->n_atoms, sites->site + 3 * (size_t)i,
                   3 * sizeof(double));
            if (recipe->compound->site[owner[i]].frozen)
                system->mobility[system->n_atoms] = KM_MOBILITY_FROZEN;
            system->molecule[system->n_atoms++] = molecule[e];
            component->count++;
        }
        component->achieved = component->count;
        system->n_components += component->count > 0;
    }
    system->n_molecules = system->n_atoms;
    system->box = sites->box;
    if (sites->slab)
        system->box.cz = sites->height;
    return KM_OK;
}

static km_status find_species(const km_recipe *recipe, const km_forcefield *ff, int *molecule)
{
    char place[KM_PLACE_LENGTH];
    for (int s = 0; s < recipe->compound->n_sites; s++) {
        const char *species = recipe->compound->site[s].species;
        KM_TRY(km_find_molecule(recipe, ff, species, &molecule[s], "%s.sites.%d.species",
                                recipe->compound->node, s));
        if (ff->molecule[molecule[s]].n_atoms != 1)
            return KM_FAIL(
                KM_ERROR_INPUT, "%s: %s has %d atoms; a site takes one",
                km_recipe_node(recipe, place, "%s.sites.%d.species", recipe->compound->node, s),
                species, ff->molecule[molecule[s]].n_atoms);
    }
    return KM_OK;
}

km_status km_compound_system(const km_recipe *recipe, const km_forcefield *ff, km_system *system)
{
    km_compound_sites *sites = NULL;
    int *molecule, *owner = NULL;
    KM_NEW(molecule, recipe->compound->n_sites);
    km_status status = find_species(recipe, ff, molecule);
    if (status == KM_OK)
        status = km_compound_expand(recipe, &sites);
    if (status == KM_OK)
        status = km_allocate((void **)&owner, (size_t)sites->n, sizeof *owner);
    if (status == KM_OK && recipe->compound->slab)
        status = km_crystal_slab_cut(recipe, ff, molecule, sites);
    if (status == KM_OK)
        status = km_compound_fill(recipe, ff, sites, molecule, owner);
    if (status == KM_OK)
        status = collect(recipe, sites, molecule, owner, system);
    free(owner);
    free(molecule);
    km_compound_sites_destroy(sites);
    return status;
}
