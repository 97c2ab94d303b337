/* SPDX-License-Identifier: MIT */
/* Layers and residence of one molecule kind; a part of layers.c. */
#ifndef KM_LAYER_KIND_H
#define KM_LAYER_KIND_H

#include "host/analysis/layer_bounds.h"
#include "host/analysis/layers.h"
#include "host/analysis/survival.h"

typedef struct km_layer_kind {
    const km_surface_paths *paths;
    km_layer_bounds bounds;
    int n;
    const int *molecule; /*     n  indices into the paths             */
    int n_layers;
    double edge[KM_LAYERS_MOST + 1]; /* nm  n_layers + 1, outer ones infinite */
} km_layer_kind;

/* Fills in n_layers layers and, unless NULL, the residence in the first. */
KM_MUST_CHECK km_status km_layer_kind_analyse(const km_layer_kind *job, km_layer_result *layer,
                                              km_residence_result *residence);

#endif
