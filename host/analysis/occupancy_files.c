/* SPDX-License-Identifier: MIT */
/* The density of the mobile ions as an OpenDX grid, and in words. */
#include <stdio.h>

#include "host/analysis/analysis.h"
#include "host/analysis/table.h"

#define FILE_NAME "occupancy.dx"

/* Values stand at the middles of the voxels. */
static void put_head(km_table *t, const km_occupancy_result *r)
{
    double origin[3] = {0.0, 0.0, 0.0};
    for (int edge = 0; edge < 3; edge++)
        for (int c = 0; c < 3; c++)
            origin[c] += 0.5 * r->step[edge][c];
    km_table_put(t, "# number density of %s, 1/A^3, mean of %d frames, framework at rest\n",
                 r->name, r->n_frames);
    km_table_put(t, "object 1 class gridpositions counts %d %d %d\n", r->n[0], r->n[1], r->n[2]);
    km_table_put(t, "origin %.9g %.9g %.9g\n", origin[0], origin[1], origin[2]);
    for (int edge = 0; edge < 3; edge++)
        km_table_put(t, "delta %.9g %.9g %.9g\n", r->step[edge][0], r->step[edge][1],
                     r->step[edge][2]);
    km_table_put(t, "object 2 class gridconnections counts %d %d %d\n", r->n[0], r->n[1], r->n[2]);
}

km_status km_occupancy_write(const km_results *results, const char *folder)
{
    const km_occupancy_result *r = &results->occupancy;
    if (!r->available)
        return KM_OK;
    const size_t total = (size_t)r->n[0] * (size_t)r->n[1] * (size_t)r->n[2];
    km_table t;
    KM_TRY(km_table_open(&t, folder, FILE_NAME));
    put_head(&t, r);
    km_table_put(&t, "object 3 class array type double rank 0 items %zu data follows\n", total);
    for (size_t k = 0; k < total; k++)
        km_table_put(&t, "%.6g%c", r->density[k], k % 3 == 2 || k + 1 == total ? '\n' : ' ');
    km_table_put(&t,
                 "attribute \"dep\" string \"positions\"\n"
                 "object \"density of %s\" class field\n"
                 "component \"positions\" value 1\n"
                 "component \"connections\" value 2\n"
                 "component \"data\" value 3\n",
                 r->name);
    return km_table_close(&t);
}

km_status km_occupancy_describe(km_results *results)
{
    const km_occupancy_result *r = &results->occupancy;
    if (!r->available)
        return km_results_add_line(results, "no map of occupancy: %s", r->note);
    return km_results_add_line(results,
                               "density of %d %s on a grid of %d x %d x %d voxels: " FILE_NAME
                               " (vmd start.pdb " FILE_NAME ")",
                               r->n_ions, r->name, r->n[0], r->n[1], r->n[2]);
}
