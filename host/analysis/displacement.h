/* SPDX-License-Identifier: MIT */
/* Collects how far every molecule's centre of mass has moved since the first frame.
 *
 *     u_i(t) = x_i(t) - x_i(0) - [R(t) - R(0)]        R: centre of mass of the whole system
 *
 * In a cell with metal (metal_surface.h) and something else the metal and the rest are two bodies,
 * each with its own R: between free slabs a liquid slides as a whole, a motion that vanishes with
 * growing area and is no diffusion.
 *
 * from unwrapped positions, streamed frame by frame. Refuses what would give a wrong mean square
 * displacement: wrapped positions, frames that are not equally spaced, positions that are not
 * numbers.
 *
 * When the cell changes between frames, the part of the displacement that is only the lattice
 * vectors breathing under a far-travelled molecule is taken out (von Buelow, Bullerjahn & Hummer,
 * doi:10.1063/5.0008316): du = x' - x - (H' - H) m, with H the cell matrix and m the cell in which
 * the molecule was.
 *
 * The drift R is kept in (not subtracted) for a system of one molecule, and when some molecules
 * never move at all: a frozen wall is a frame of reference of its own.
 *
 * Memory: 12 bytes x molecules x stored frames (float, 6e-8 of the distance travelled) plus 24
 * bytes per atom and 81 per molecule. At the given limit every second stored frame is dropped and
 * from then on only every second one is stored, as often as needed. */
#ifndef KM_DISPLACEMENT_H
#define KM_DISPLACEMENT_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

/* Default memory for stored displacements, bytes. */
#define KM_DISPLACEMENT_MEMORY 1073741824u

#define KM_DISPLACEMENT_CHUNK 64 /* frames allocated at a time */

typedef struct km_displacements {
    const km_labels *labels; /* valid while frames come in                              */
    int n_molecules;
    int n_frames;        /* stored                                                  */
    int n_seen;          /* handed in                                               */
    int stride;          /* every how many of the seen frames is stored             */
    int largest_count;   /* stored frames that fit into the memory limit            */
    double interval;     /* ps  between stored frames; 0 for fewer than two         */
    double time_first;   /* ps                                                      */
    double time_last;    /* ps  of the last stored frame                            */
    bool box_changes;    /* the cell is not the same in all frames                  */
    bool anchored;       /* some molecules never moved                              */
    bool drift_removed;  /* known after the last frame                              */
    bool along_edges;    /* gather gives parts along a, b, c of mean_box, not x, y, z; false */
    double total_mass;   /* u                                                       */
    double drift_length; /* nm  distance the centre of mass of the system has gone  */
    double slide_length; /* nm  distance the rest has gone against the metal; else 0 */
    km_box mean_box;     /* nm  mean of the cell vectors over the frames seen       */
    double mean_volume;  /* nm^3                                                    */
    bool *moved;         /*     n_molecules  at all                                 */
    /* the rest is for this module */
    size_t memory_limit;
    double first_spacing, time_previous; /* ps                                              */
    km_box box_previous;
    double *position_previous; /* nm  3 x n_atoms                                       */
    double *centre_first;      /* nm  3 x n_molecules                                   */
    double *centre_previous;   /* nm  3 x n_molecules                                   */
    double *breathing;         /* nm  3 x n_molecules  what the cell changes have added  */
    double *molecule_mass;     /* u   n_molecules                                        */
    bool *metal;               /*     n_molecules  is of the second body                 */
    double body_mass[2];       /* u                                                      */
    int n_chunks, n_chunk_slots;
    float **chunk;       /* nm  each frames x n_molecules x 3                      */
    double (**drift)[6]; /* nm  each frames x (body 0, body 1)                     */
} km_displacements;

/* memory_limit in bytes; 0 takes the default. */
KM_MUST_CHECK km_status km_displacements_create(size_t memory_limit, km_displacements **out);
KM_MUST_CHECK km_status km_displacements_begin(km_displacements *d, const km_labels *labels);
/* KM_ERROR_INPUT for wrapped positions, uneven spacing, another number of atoms;
 * KM_ERROR_PHYSICS for a position that is not a number. */
KM_MUST_CHECK km_status km_displacements_frame(km_displacements *d, const km_frame *frame);
void km_displacements_end(km_displacements *d);
/* Copies the path of one molecule: x is 3 x n_frames component-major, nm, and starts at 0. With
 * along_edges its parts are the lengths of its projections on the three edges of the cell, which
 * in an oblique cell do not add up to the path. */
void km_displacements_gather(const km_displacements *d, int molecule, double *x);
/* Where its centre is in stored frame k, by these displacements; nm. */
void km_displacements_centre(const km_displacements *d, int molecule, int k, double r[3]);
void km_displacements_destroy(km_displacements *d);

#endif
