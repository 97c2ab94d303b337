/* SPDX-License-Identifier: MIT */
/* Where the mobile ions of a crystal (framework.h) have been: their number density on a grid over
 * the cell, averaged over the frames, as an OpenDX file that VMD, PyMOL and ChimeraX open.
 *
 * Voxels are parallelepipeds along the edges of the cell, at most KM_OCCUPANCY_SPACING wide along
 * each edge, wider where there would be more than KM_OCCUPANCY_MOST of them. An ion counts for the
 * voxel it is in; the grid is that of the mean cell, the density is 1/A^3, so that its sum times
 * the volume of a voxel is the number of ions. */
#ifndef KM_OCCUPANCY_H
#define KM_OCCUPANCY_H

#include "host/analysis/framework.h"

#define KM_OCCUPANCY_SPACING 0.03 /* nm */
#define KM_OCCUPANCY_MOST 8000000
#define KM_OCCUPANCY_TEXT 256

typedef struct km_occupancy_result {
    bool available; /*         otherwise note says why                           */
    char note[KM_OCCUPANCY_TEXT];
    char name[KM_NAME_LENGTH]; /* of the ions                                    */
    int n_ions, n_frames;
    int n[3];          /*         voxels along each edge                         */
    double step[3][3]; /* A       of the grid along each edge                    */
    double *density;   /* 1/A^3   n[0] x n[1] x n[2], the last fastest           */
} km_occupancy_result;

typedef struct km_occupancy km_occupancy;

KM_MUST_CHECK km_status km_occupancy_create(const km_labels *labels, km_occupancy **out);
KM_MUST_CHECK km_status km_occupancy_frame(km_occupancy *o, const km_frame *frame);
/* Hands the grid over. */
void km_occupancy_finish(km_occupancy *o, km_occupancy_result *out);
/* Mean of n >= 2 replicas, voxel by voxel; the edges are means, too. Not available, with a note,
 * where one has no grid or another one. */
KM_MUST_CHECK km_status km_occupancy_of_replicas(const km_occupancy_result *const *replica, int n,
                                                 km_occupancy_result *out);
void km_occupancy_result_clear(km_occupancy_result *result);
void km_occupancy_destroy(km_occupancy *o);

#endif
