/* SPDX-License-Identifier: MIT */
/* The way of every molecule of the liquid beside the metal: its distance from the nearest surface
 * (metal_surface.h) and its motion parallel to it.
 *
 * Parallel displacements are those of centres of mass, added up from frame to frame by nearest
 * images (von Buelow, Bullerjahn & Hummer, doi:10.1063/5.0008316), so that wrapped positions do no
 * harm while no molecule goes half a cell between two frames. Between slabs that are free to move a
 * liquid slides as a whole, a motion that vanishes with growing area: the displacement of the
 * liquid's centre of mass is taken off. Beside frozen metal nothing is.
 *
 * Memory: 12 bytes x molecules x stored frames. At the limit every second stored frame is dropped
 * and from then on only every second one is stored, as often as needed. */
#ifndef KM_SURFACE_PATHS_H
#define KM_SURFACE_PATHS_H

#include "host/analysis/metal_surface.h"

/* Default memory for stored paths, bytes. */
#define KM_SURFACE_PATHS_MEMORY 536870912u
#define KM_SURFACE_PATHS_CHUNK 64 /* frames allocated at a time */

typedef struct km_surface_paths {
    const km_labels *labels;
    int n_molecules;   /*    of the liquid                                            */
    int *molecule;     /*    n_molecules  index in labels                             */
    int n_frames;      /*    stored                                                   */
    int n_seen;        /*    handed in                                                */
    int stride;        /*    every how many of the seen frames is stored              */
    int largest_count; /*    stored frames that fit into the limit                    */
    double interval;   /* ps between stored frames; 0 for fewer than two              */
    /* the rest is for this module */
    double time_first, time_last, time_previous, first_spacing; /* ps                 */
    double *previous; /* nm 3 x labels->n_molecules  centres of the frame before      */
    double *walked;   /* nm 2 x n_molecules  parallel displacements                   */
    int n_chunks, n_chunk_slots;
    float **chunk; /* nm each frames x n_molecules x (distance, x, y)              */
} km_surface_paths;

/* memory_limit in bytes; 0 takes the default. */
KM_MUST_CHECK km_status km_surface_paths_create(const km_labels *labels,
                                                const km_metal_slabs *slabs, size_t memory_limit,
                                                km_surface_paths **out);
/* slabs: already at this frame. KM_ERROR_INPUT for frames that are not equally spaced. */
KM_MUST_CHECK km_status km_surface_paths_frame(km_surface_paths *p, const km_metal_slabs *slabs,
                                               const km_frame *frame);
void km_surface_paths_end(km_surface_paths *p);
/* The path of one molecule (0 .. n_molecules - 1): n_frames each, nm. x and y may be NULL. */
void km_surface_paths_gather(const km_surface_paths *p, int molecule, double *distance, double *x,
                             double *y);
void km_surface_paths_destroy(km_surface_paths *p);

#endif
