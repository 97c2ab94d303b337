/* SPDX-License-Identifier: MIT */
/* Coordination of cations by their distance from the nearest metal surface (metal_surface.h).
 *
 * Pairs are those of km_rdf_add_solvation: monatomic cations with the O, F and N of every neutral
 * or negative kind, and with monatomic anions. Neighbours are counted within the first minimum of
 * the pair's g(r) over the whole liquid, which is known at the end only: until then there is a
 * histogram of r (0.04 A) for every bin of distance (1 A). g is set to 1 in the mean over the
 * outermost quarter of its 8 A (or half the least height of the cell). Atoms are counted, not
 * molecules. Errors are those of the ratio of neighbours to cations between blocks of the run
 * (blocks.h).
 *
 * Memory: 32 kB per pair and A of distance. */
#ifndef KM_SURFACE_COORDINATION_H
#define KM_SURFACE_COORDINATION_H

#include "host/analysis/blocks.h"
#include "host/analysis/metal_surface.h"
#include "host/analysis/rdf.h"

typedef struct km_surface_shell {
    char centre[KM_NAME_LENGTH], partner[KM_NAME_LENGTH]; /* "all": every partner together */
    char partner_element[4];
    bool has_shell;      /*    otherwise note says why there are no numbers     */
    double shell_r;      /* A  0 for all partners together                       */
    int n_bins;          /*    of distance; empty ones at the end are left out   */
    double *from;        /* A  n_bins  each 1 A wide                             */
    double *cations;     /*    n_bins  mean number in the bin                    */
    km_estimate *number; /*    n_bins  neighbours of one cation; NAN: none there */
    char note[KM_RDF_TEXT];
} km_surface_shell;

typedef struct km_surface_coordination km_surface_coordination;

KM_MUST_CHECK km_status km_surface_coordination_create(const km_labels *labels,
                                                       km_surface_coordination **out);
/* slabs: already at this frame. */
KM_MUST_CHECK km_status km_surface_coordination_frame(km_surface_coordination *c,
                                                      const km_metal_slabs *slabs,
                                                      const km_frame *frame);
/* *out: *n shells, each to be cleared, then freed. */
KM_MUST_CHECK km_status km_surface_coordination_compute(const km_surface_coordination *c,
                                                        km_surface_shell **out, int *n);
void km_surface_shell_clear(km_surface_shell *shell);
void km_surface_coordination_destroy(km_surface_coordination *c);

#endif
