/* SPDX-License-Identifier: MIT */
#include "host/build/gap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/build/packing.h"
#include "host/build/packmol.h"

#define MARGIN (0.5 * KM_PACKMOL_TOLERANCE)
#define PACKED_DENSITY 1.00 /*   of the density of the gap                     */
#define ATTEMPTS 4          /*   each thinner than the one before              */
#define THINNER 0.88
#define TIME_LIMIT 1800.0 /* s */

typedef struct gap {
    const km_forcefield *ff;
    const km_system *liquid;
    const double *edge; /* nm  of the whole                                   */
    int tiles;          /*     along x and along y                            */
    int *count;         /*     of each component in one tile                  */
    const km_ff_molecule **molecule;
    double box[3]; /* nm  that packmol filled, with what sticks out of it     */
    size_t n_packed;
    double *packed; /* nm  positions of one tile                               */
} gap;

static km_status plan(gap *g)
{
    const km_system *s = g->liquid;
    g->tiles = 1;
    while ((double)s->n_atoms / (g->tiles * g->tiles) > KM_LARGEST_PACKED)
        g->tiles++;
    const int tiles = g->tiles * g->tiles;
    KM_NEW(g->count, s->n_components);
    KM_NEW(g->molecule, s->n_components);
    for (int k = 0; k < s->n_components; k++) {
        g->count[k] = (s->component[k].count + tiles - 1) / tiles;
        g->molecule[k] = &g->ff->molecule[s->component[k].molecule];
        g->n_packed += (size_t)g->count[k] * (size_t)g->molecule[k]->n_atoms;
    }
    KM_NEW(g->packed, 3 * g->n_packed);
    return KM_OK;
}

/* packmol respects walls less closely than distances; the box grows by what sticks out. */
static void free_faces(gap *g)
{
    for (int c = 0; c < 3; c++) {
        double outside = 0.0;
        for (size_t i = 0; i < g->n_packed; i++) {
            const double x = g->packed[3 * i + c];
            outside = fmax(outside, fmax(MARGIN - x, x - (g->box[c] - MARGIN)));
        }
        for (size_t i = 0; i < g->n_packed; i++)
            g->packed[3 * i + c] += outside;
        g->box[c] += 2.0 * outside;
    }
}

static km_status pack_tile(gap *g, uint64_t seed, const char *folder)
{
    double density = PACKED_DENSITY;
    bool converged = false;
    for (int attempt = 0; attempt < ATTEMPTS && !converged; attempt++) {
        g->box[0] = g->edge[0] / g->tiles;
        g->box[1] = g->edge[1] / g->tiles;
        g->box[2] = g->edge[2] / density;
        const km_packmol_spec spec = {.n_kinds = g->liquid->n_components,
                                      .molecule = g->molecule,
                                      .count = g->count,
                                      .edge = {g->box[0], g->box[1], g->box[2]},
                                      .margin = MARGIN,
                                      .seed = seed,
                                      .folder = folder,
                                      .time_limit = TIME_LIMIT};
        KM_TRY(km_packmol_run(&spec, g->packed, &converged));
        density *= THINNER;
    }
    if (!converged)
        return KM_FAIL(KM_ERROR_EXTERNAL,
                       "packmol found no arrangement of the liquid between the slabs without "
                       "overlaps, not even at %.2f of its density (its log: %s/packmol.log); try "
                       "another seed or a larger area",
                       density / THINNER, folder != NULL ? folder : "the folder of -o");
    free_faces(g);
    return KM_OK;
}

/* A molecule of n atoms is moved along z until it lies between the faces, if it is not longer. */
static void keep_inside(const gap *g, int n, double *x)
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (int i = 0; i < n; i++) {
        low = fmin(low, x[3 * i + 2]);
        high = fmax(high, x[3 * i + 2]);
    }
    const double up = fmax(0.0, 0.5 * MARGIN - low);
    const double down = fmax(0.0, high - (g->edge[2] - 0.5 * MARGIN));
    for (int i = 0; i < n && (up == 0.0 || down == 0.0); i++)
        x[3 * i + 2] += up - down;
}

/* A molecule of the tile, moved as a body to where its centre is in the gap. */
static double *place_molecule(const gap *g, int tile, int n, const double *from, double *to)
{
    const int place[2] = {tile % g->tiles, tile / g->tiles};
    const double turn = (place[0] + place[1]) % 2 != 0 ? -1.0 : 1.0;
    double centre[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 3 * n; i++)
        centre[i % 3] += from[i] / n;
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) {
            const double sign = c < 2 ? turn : 1.0;
            const double size = c < 2 ? g->edge[c] / g->tiles : g->edge[c];
            const double middle = (centre[c] / g->box[c] - 0.5) * size;
            to[3 * i + c] = sign * (middle + from[3 * i + c] - centre[c]) +
                            size * ((c < 2 ? place[c] : 0) + 0.5);
        }
    keep_inside(g, n, to);
    return to + 3 * n;
}

/* Component after component, tile after tile; surplus molecules are spread evenly over the tiles
 * that leave one out. */
static void repeat(const gap *g, double *position)
{
    const int tiles = g->tiles * g->tiles;
    const double *from = g->packed;
    double *to = position;
    for (int k = 0; k < g->liquid->n_components; k++) {
        const int atoms = g->molecule[k]->n_atoms;
        const long surplus = (long)tiles * g->count[k] - g->liquid->component[k].count;
        for (int t = 0; t < tiles; t++) {
            const bool leave_one_out = (t + 1) * surplus / tiles > t * surplus / tiles;
            for (int m = 0; m < g->count[k] - leave_one_out; m++)
                to = place_molecule(g, t, atoms, from + 3 * (size_t)m * (size_t)atoms, to);
        }
        from += 3 * (size_t)atoms * (size_t)g->count[k];
    }
}

km_status km_pack_gap(const km_forcefield *ff, const km_system *liquid, const double edge[3],
                      uint64_t seed, const char *folder, double *position)
{
    gap g = {.ff = ff, .liquid = liquid, .edge = edge};
    km_status status = plan(&g);
    if (status == KM_OK)
        status = pack_tile(&g, seed, folder);
    if (status == KM_OK)
        repeat(&g, position);
    free(g.count);
    free(g.molecule);
    free(g.packed);
    return status;
}
