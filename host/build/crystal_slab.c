/* SPDX-License-Identifier: MIT */
#include "host/build/crystal_slab.h"

#include <math.h>

#include "host/build/recipe_place.h"
#include "kernels/base/units.h"

#define IN_PLANE 0.005 /* nm  from the cut: sites that lie in it */

void km_crystal_slab_face(const km_recipe_compound *compound, double face[2])
{
    face[0] = compound->cell[0];
    face[1] = compound->orthogonal ? sqrt(3.0) * compound->cell[1] : compound->cell[1];
}

/* To the same place in the next cell along c. */
static void move_up(const km_box *box, double *x)
{
    x[0] += box->cx;
    x[1] += box->cy;
    x[2] += box->cz;
}

static void fold_into(const km_box *box, double *x)
{
    x[0] -= box->ax * floor(x[0] / box->ax + 1e-9);
    x[1] -= box->by * floor(x[1] / box->by + 1e-9);
}

/* z from the cut; what lies below it comes back above the cell. The cell is lower triangular, so
 * that z alone is the fraction of c. */
static void begin_at_cut(const km_recipe_compound *compound, const km_box *box,
                         km_compound_sites *sites)
{
    for (int i = 0; i < sites->n; i++) {
        double *x = sites->site + 3 * (size_t)i;
        x[2] -= compound->cut * box->cz / compound->repeats[2];
        if (x[2] < -IN_PLANE)
            move_up(box, x);
    }
}

/* Every second site of a group in the plane of the cut goes to the other face. */
static void split(const km_box *box, const km_site_group *group, double *site)
{
    int in_plane = 0;
    for (int i = group->first; i < group->first + group->n; i++) {
        double *x = site + 3 * (size_t)i;
        if (fabs(x[2]) < IN_PLANE && in_plane++ % 2 == 1)
            move_up(box, x);
    }
}

static void measure(const km_compound_sites *sites, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < sites->n; i++) {
        *low = fmin(*low, sites->site[3 * (size_t)i + 2]);
        *high = fmax(*high, sites->site[3 * (size_t)i + 2]);
    }
}

/* e nm, of the sites as they are filled on average. */
static double mean_dipole(const km_recipe_compound *compound, const km_forcefield *ff,
                          const int *molecule, const km_compound_sites *sites)
{
    double dipole = 0.0;
    for (int g = 0; g < sites->n_groups; g++) {
        const km_site_group *group = &sites->group[g];
        double charge = 0.0, heights = 0.0;
        for (int e = 0; e < compound->n_sites; e++)
            if (km_compound_shared(&compound->site[e], &compound->site[group->entry]))
                charge += compound->site[e].occupancy * ff->molecule[molecule[e]].atom[0].charge;
        for (int i = group->first; i < group->first + group->n; i++)
            heights += sites->site[3 * (size_t)i + 2] - 0.5 * sites->height;
        dipole += charge * heights;
    }
    return dipole;
}

static km_status check_faces(const km_recipe *recipe, double charge)
{
    char place[KM_PLACE_LENGTH];
    const km_recipe_compound *compound = recipe->compound;
    if (fabs(charge) <= KM_FACE_CHARGE_MOST || compound->polar_faces)
        return KM_OK;
    return KM_FAIL(KM_ERROR_INPUT,
                   "%s: cut at %g of c the faces are polar, as if they held %+.3g and %+.3g e/nm2; "
                   "cut elsewhere, divide the plane of the cut between both faces (split_cut: "
                   "true), or take them as they are (polar_faces: true)",
                   km_recipe_node(recipe, place, "%s", compound->node), compound->cut, -charge,
                   charge);
}

km_status km_crystal_slab_cut(const km_recipe *recipe, const km_forcefield *ff, const int *molecule,
                              km_compound_sites *sites)
{
    const km_recipe_compound *compound = recipe->compound;
    const km_box crystal = sites->box;
    double low, high;
    begin_at_cut(compound, &crystal, sites);
    for (int g = 0; compound->split_cut && g < sites->n_groups; g++)
        split(&crystal, &sites->group[g], sites->site);
    measure(sites, &low, &high);
    for (int i = 0; i < sites->n; i++) {
        fold_into(&crystal, sites->site + 3 * (size_t)i);
        sites->site[3 * (size_t)i + 2] -= low;
    }
    sites->slab = true;
    sites->height = high - low;
    const double vacuum = fmax(crystal.ax, crystal.by);
    sites->box = km_box_orthorhombic(crystal.ax, crystal.by, sites->height + vacuum);
    return check_faces(recipe, mean_dipole(compound, ff, molecule, sites) /
                                   (crystal.ax * crystal.by * crystal.cz));
}
