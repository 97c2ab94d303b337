/* SPDX-License-Identifier: MIT */
/* A crystal from its space group and sites: all sites of the supercell, then who sits on them. */
#ifndef KM_COMPOUND_H
#define KM_COMPOUND_H

#include "host/build/system.h"

/* The sites of one position of the asymmetric unit in the whole supercell. */
typedef struct km_site_group {
    int first, n; /* of site                                                     */
    int entry;    /* first of recipe->compound->site that speaks of the position  */
} km_site_group;

typedef struct km_compound_sites {
    km_box box;    /* nm                                       */
    bool slab;     /* with vacuum along z; else a whole crystal */
    double height; /* nm  of a slab                            */
    int n_groups;  /* distinct positions of the asymmetric unit */
    km_site_group *group;
    int n;
    double *site;     /* nm  3 x n                            */
    int multiplicity; /* of the last group that was expanded   */
} km_compound_sites;

/* Refuses unknown space groups, cells without the symmetry of the group, and
 * orthogonal cells of what is neither hexagonal nor orthogonal. */
KM_MUST_CHECK km_status km_compound_expand(const km_recipe *recipe, km_compound_sites **out);
void km_compound_sites_destroy(km_compound_sites *sites);
/* Chooses who sits where: counts nearest to the occupancies, places by seed; of compound->tries
 * choices the one of lowest Coulomb energy. owner: sites->n entries of compound->site, or -1 for
 * a vacancy. molecule: of each entry, into ff. */
KM_MUST_CHECK km_status km_compound_fill(const km_recipe *recipe, const km_forcefield *ff,
                                         const km_compound_sites *sites, const int *molecule,
                                         int *owner);
/* Do two entries of the asymmetric unit share a position? */
bool km_compound_shared(const km_compound_site *a, const km_compound_site *b);
/* Fills a system from recipe->compound, with positions; of a layer of a stack with its lowest site
 * at z = 0 in a box of its height. */
KM_MUST_CHECK km_status km_compound_system(const km_recipe *recipe, const km_forcefield *ff,
                                           km_system *system);

#endif
