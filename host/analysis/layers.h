/* SPDX-License-Identifier: MIT */
/* How a liquid moves beside metal surfaces: layers, diffusion parallel to the surface in each, and
 * how long molecules stay in the first.
 *
 * Layers are cut by the distance of centres of mass from the nearest surface (metal_surface.h), for
 * every molecule kind by itself: adsorbed  up to the first minimum of its density after its first
 * peak then      two of 5 A each middle    everything beyond, if it is at least 2 A; otherwise it
 * belongs to the one before Peak and minimum are looked for in the density over distance (0.1 A,
 * smoothed with a Gaussian of 0.2 A). The peak lies within 5 A of the molecule that comes nearest,
 * the minimum within 5 A of the peak; both stand out by a fifth of the density beyond half the
 * largest distance and by four standard errors, from ten groups of molecules. A kind without a
 * minimum takes that of the most numerous kind that has one; where no kind has one, all layers are
 * 5 A wide.
 *
 * Diffusion: survival.h, fitted over the lags from a quarter of the longest one, at which at least
 * 5 % are still there (and at most a fifth of the run). Perpendicular diffusion, which is
 * no slope of a mean square, is that of the decay of an eigenfunction and given for the layers with
 * two edges; it means something where the density is flat: where the molecules in the two halves of
 * the layer differ by less than a tenth.
 *
 * Residence in the adsorbed layer, twice: by stable states (in: up to the density's first peak;
 * out: 0.5 A beyond the minimum), and as the continuous survival within the minimum that forgives
 * absences of up to 2 ps. Each is integrated, with an exponential beyond the last lag, and fitted
 * by an exponential from where it has fallen to 1/2 (or its last half, where it never does). */
#ifndef KM_LAYERS_H
#define KM_LAYERS_H

#include "host/analysis/statistics.h"
#include "host/analysis/surface_coordination.h"

#define KM_LAYERS_TEXT 256
#define KM_LAYERS_MOST 4      /* of a molecule kind  */
#define KM_LAYERS_TOLERANCE 2 /* ps  t*              */

typedef struct km_layer_result {
    char kind[KM_NAME_LENGTH];
    int number;       /*       from 1, at the surface                                      */
    double from, to;  /* A     distance; -INFINITY and INFINITY at the ends                */
    double molecules; /*       mean number                                                 */
    bool available;   /*       so are the following                                        */
    km_estimate diffusion[3]; /* m^2/s D_xx, D_yy, their mean                              */
    bool perpendicular_available;
    bool flat;                 /*      the density in the layer                             */
    km_estimate perpendicular; /* m^2/s D_zz                                               */
    double fit_from, fit_to;   /* ps                                                        */
    double survival;           /*       P at fit_to                                         */
    double beta, beta_error;   /*       d ln MSD / d ln t of the survivors in the window    */
    bool diffusive;            /*       beta within 0.1 of 1, or 1 in its 95 % interval     */
    int n_lags;
    double *lag, *alive, *msd; /* ps, 1, A^2 (mean of x and y)  n_lags                     */
    char note[KM_LAYERS_TEXT];
} km_layer_result;

/* By stable states (0) and with tolerance (1). */
typedef struct km_residence_result {
    char kind[KM_NAME_LENGTH];
    double peak, minimum, out; /* A                                                        */
    double molecules;          /*    mean number within the minimum                        */
    bool available[2];
    km_estimate integral[2], fit[2]; /* ps                                                 */
    double fit_from[2], fit_to[2];   /* ps                                                 */
    double left[2];                  /*    C at the last lag                               */
    int n_lags;
    double *lag, *correlation[2]; /* ps, 1  n_lags                                         */
    char note[KM_LAYERS_TEXT];
} km_residence_result;

typedef struct km_layers_result {
    bool available; /* otherwise note says why */
    char note[KM_LAYERS_TEXT];
    int n_frames;    /*    used: fewer when memory ran out */
    double interval; /* ps between them                    */
    int n_layers;
    km_layer_result *layer;
    int n_residences;
    km_residence_result *residence;
    int n_shells;
    km_surface_shell *shell;
} km_layers_result;

typedef struct km_layers km_layers;

KM_MUST_CHECK km_status km_layers_create(const km_labels *labels, km_layers **out);
KM_MUST_CHECK km_status km_layers_frame(km_layers *layers, const km_labels *labels,
                                        const km_frame *frame);
KM_MUST_CHECK km_status km_layers_compute(km_layers *layers, km_layers_result *out);
void km_layers_result_clear(km_layers_result *result);
void km_layers_destroy(km_layers *layers);

#endif
