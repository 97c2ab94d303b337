/* SPDX-License-Identifier: MIT */
#include "host/build/coincidence.h"

#include <math.h>

#include "host/build/recipe_place.h"

#define SAME 1e-9 /* relative: strains and areas that differ by rounding alone */

static double worst(const km_coincidence *c)
{
    return fmax(fabs(c->strain[0]), fabs(c->strain[1]));
}

static double area(const km_coincidence *c)
{
    return c->edge[0] * c->edge[1];
}

static km_coincidence fit(const double face[2], const km_recipe_slab *metal, int nx, int ny,
                          bool turned)
{
    km_coincidence c = {
        .repeats = {nx, ny}, .turned = turned, .edge = {nx * face[0], ny * face[1]}};
    const double own[2] = {c.edge[turned], c.edge[!turned]}; /* along x and y of the metal */
    const km_slab_plan plan = km_slab_fit(metal, own, true);
    for (int k = 0; k < 2; k++) {
        c.metal[k] = plan.repeats[k != turned];
        c.strain[k] = plan.strain[k != turned];
    }
    c.metal_atoms = km_slab_layer_atoms(&plan);
    return c;
}

/* Keeps the list in order of area, and in it only what is better than everything smaller. */
static int insert(km_coincidence *out, int n, km_coincidence new)
{
    int at = 0, kept;
    while (at < n && area(&out[at]) < area(&new) * (1.0 + SAME)) {
        if (worst(&out[at]) <= worst(&new) + SAME)
            return n;
        at++;
    }
    while (at > 0 && area(&out[at - 1]) > area(&new) * (1.0 - SAME))
        at--; /* of one area, and worse */
    kept = at;
    for (int k = at; k < n; k++)
        if (worst(&out[k]) < worst(&new) - SAME)
            out[kept++] = out[k];
    if (kept == KM_COINCIDENCES_MAX)
        kept--; /* the largest goes */
    if (at == KM_COINCIDENCES_MAX)
        return kept + 1;
    for (int k = kept; k > at; k--)
        out[k] = out[k - 1];
    out[at] = new;
    return kept + 1;
}

int km_coincidence_search(const double face[2], const km_recipe_slab *metal, double longest,
                          double strain, km_coincidence out[KM_COINCIDENCES_MAX])
{
    int n = 0;
    for (int nx = 1; nx * face[0] <= longest; nx++)
        for (int ny = 1; ny * face[1] <= longest; ny++)
            for (int turned = 0; turned < 2; turned++) {
                const km_coincidence c = fit(face, metal, nx, ny, turned != 0);
                if (worst(&c) <= strain)
                    n = insert(out, n, c);
            }
    return n;
}

km_status km_coincidence_face(const km_recipe *recipe, double face[2])
{
    const km_recipe_compound *compound = recipe->compound;
    char place[KM_PLACE_LENGTH];
    if (compound == NULL)
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: only crystals given by cell.compound have a face to match; choose one "
                       "of `kalium list`, as kf",
                       km_recipe_node(recipe, place, "cell"));
    const double *cell = compound->cell;
    const bool hexagonal = cell[5] == 120.0 && cell[0] == cell[1];
    if (cell[3] != 90.0 || cell[4] != 90.0 || (cell[5] != 90.0 && !hexagonal))
        return KM_FAIL(KM_ERROR_INPUT,
                       "%s: a and b must span a rectangle or a hexagonal net, and c must stand on "
                       "it; the angles are %g, %g, %g degrees",
                       km_recipe_node(recipe, place, "cell.compound"), cell[3], cell[4], cell[5]);
    face[0] = cell[0];
    face[1] = hexagonal ? sqrt(3.0) * cell[1] : cell[1];
    return KM_OK;
}
