/* SPDX-License-Identifier: MIT */
/* The lattice sites of a recipe's crystal, for the analysis of jumps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/compound.h"
#include "host/command/analysis_run.h"

/* What the mobile ion takes of a group; 0 where it never sits. */
static double share_of(const km_recipe_compound *compound, const km_site_group *group,
                       const char *species)
{
    double occupancy = 0.0;
    for (int e = 0; e < compound->n_sites; e++)
        if (strcmp(compound->site[e].species, species) == 0 &&
            km_compound_shared(&compound->site[e], &compound->site[group->entry]))
            occupancy += compound->site[e].occupancy;
    return occupancy;
}

static void add_kind(const km_recipe_compound *compound, const km_site_group *group,
                     double occupancy, km_site_set *set)
{
    char species[KM_NAME_LENGTH];
    memcpy(species, set->species, sizeof species);
    const double *x = compound->site[group->entry].position;
    km_site_kind *kind = &set->kind[set->n_kinds++];
    kind->n = group->n;
    kind->occupancy = occupancy;
    snprintf(kind->name, sizeof kind->name, "%s (%.4g %.4g %.4g)", species, x[0], x[1], x[2]);
}

static void put_fraction(const km_compound_sites *sites, int i, double *out)
{
    const double *r = sites->site + 3 * (size_t)i;
    const km_vec3 s = km_box_to_fractional(&sites->box, km_vec3_make(r[0], r[1], r[2]));
    out[0] = s.x;
    out[1] = s.y;
    out[2] = s.z;
}

static km_status collect(const km_recipe_compound *compound, const km_compound_sites *sites,
                         km_site_set *set)
{
    KM_NEW(set->fraction, 3 * (size_t)sites->n + 1);
    KM_NEW(set->framework, 3 * (size_t)sites->n + 1);
    KM_NEW(set->kind_of, sites->n + 1);
    for (int g = 0; g < sites->n_groups; g++) {
        const km_site_group *group = &sites->group[g];
        const double occupancy = share_of(compound, group, set->species);
        if (occupancy > 0.0 && set->n_kinds == KM_SITE_GROUPS)
            return KM_FAIL(KM_ERROR_INPUT,
                           "the crystal has more than %d kinds of sites of %s; leave jumps out of "
                           "analyse:",
                           KM_SITE_GROUPS, set->species);
        for (int i = group->first; i < group->first + group->n; i++) {
            if (occupancy > 0.0) {
                set->kind_of[set->n] = set->n_kinds;
                put_fraction(sites, i, set->fraction + 3 * (size_t)set->n++);
            } else {
                put_fraction(sites, i, set->framework + 3 * (size_t)set->n_framework++);
            }
        }
        if (occupancy > 0.0)
            add_kind(compound, group, occupancy, set);
    }
    return KM_OK;
}

km_status km_site_set_make(const km_recipe *recipe, const km_labels *labels, km_site_set *out)
{
    km_compound_sites *sites = NULL;
    const int kind = km_mobile_kind(labels);
    *out = (km_site_set){.n = 0};
    if (recipe == NULL || recipe->compound == NULL || kind < 0)
        return KM_OK;
    snprintf(out->species, sizeof out->species, "%s", labels->kind[kind].name);
    KM_TRY(km_compound_expand(recipe, &sites));
    const km_status status = collect(recipe->compound, sites, out);
    km_compound_sites_destroy(sites);
    if (status != KM_OK)
        km_site_set_clear(out);
    return status;
}
