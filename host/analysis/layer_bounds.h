/* SPDX-License-Identifier: MIT */
/* Where the first layer of a molecule kind ends (see layers.h). */
#ifndef KM_LAYER_BOUNDS_H
#define KM_LAYER_BOUNDS_H

#include "host/analysis/surface_paths.h"

typedef struct km_layer_bounds {
    bool found;
    double peak, minimum; /* nm  distance from the surface               */
    double farthest;      /* nm  largest distance of a molecule          */
    double nearest;       /* nm                                          */
} km_layer_bounds;

/* Of the n molecules (indices into the paths). */
KM_MUST_CHECK km_status km_layer_bounds_find(const km_surface_paths *paths, const int *molecule,
                                             int n, km_layer_bounds *out);

#endif
