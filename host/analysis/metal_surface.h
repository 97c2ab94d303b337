/* SPDX-License-Identifier: MIT */
/* Where the metal is: slabs, their surfaces, and a frame of reference along z that goes with them.
 *
 * Metal are the molecule kinds of one atom without charge whose element is a metal ("K0", "Na0").
 * z is the direction normal to a and b; the cell may be periodic along it or hold vacuum. In the
 * first frame the metal falls into slabs where it leaves gaps of more than 7 A; each atom stays in
 * its slab, whatever its image. A slab that fills the cell has no surface.
 *
 * The surface of a slab is an equimolar (Gibbs) dividing plane: the slab of uniform density with
 * the same number of atoms, the same centre and the same second moment about it ends there,
 *
 *     surface = centre +- T/2,   T^2/12 = <(z - centre)^2> ,
 *
 * in every frame anew. N layers of spacing d give T = d sqrt(N^2 - 1): half a spacing beyond the
 * outermost atoms, short of it by d/(4 N).
 *
 * The window of the cell that is looked at begins in the middle of the vacuum; without vacuum, in
 * the middle of the first slab; without metal, at z = 0. z = 0 is the centre of the slabs in the
 * window (half a cell from its beginning where that is in the first slab) and goes with the mean
 * motion of all of them; without metal it is that of the coordinates. */
#ifndef KM_METAL_SURFACE_H
#define KM_METAL_SURFACE_H

#include "host/model/labels.h"
#include "kernels/measure/frame.h"

#define KM_VACUUM_LEAST 1.0 /* nm  without atoms along z is called vacuum */

typedef struct km_metal_slab {
    char name[KM_NAME_LENGTH]; /*     molecule kind of its first atom                        */
    int n;
    int *atom;            /*     n                                                      */
    double centre;        /*     now, as a fraction of c, continuous in time            */
    double first;         /*     in the first frame                                     */
    double thickness;     /* nm  T, now                                                 */
    double z_sum;         /* nm  of the centre in the frame of reference, over frames   */
    double thickness_sum; /* nm                                                         */
    double drift;         /* nm  way of the centre since the first frame                */
} km_metal_slab;

typedef struct km_metal_slabs {
    bool *metal; /*     n_atoms                                                */
    int n_metal; /*     atoms                                                  */
    int n;       /*     slabs; 0 without metal or where it fills the cell      */
    km_metal_slab *slab;
    int n_frames;
    bool vacuum;         /*     in the first frame                                     */
    double origin;       /*     z = 0 now, as a fraction of c                          */
    double origin_first; /*     in the first frame                                     */
    double start;        /*     where the window begins, fraction of c from the origin */
} km_metal_slabs;

bool km_kind_is_metal(const km_labels *labels, int kind);
KM_MUST_CHECK km_status km_metal_slabs_create(const km_labels *labels, km_metal_slabs **out);
/* Finds the slabs in the first frame, follows them in the others. KM_ERROR_PHYSICS for a position
 * that is not a number, KM_ERROR_INPUT for another number of atoms. */
KM_MUST_CHECK km_status km_metal_slabs_frame(km_metal_slabs *slabs, const km_labels *labels,
                                             const km_frame *frame);
/* Place in the window of a z (nm) of the last frame, as a fraction of c in [0, 1). */
double km_metal_slabs_place(const km_metal_slabs *slabs, const km_box *box, double z);
/* Distance from the nearest surface, nm; negative inside the metal, INFINITY without a slab. */
double km_metal_slabs_distance(const km_metal_slabs *slabs, const km_box *box, double z);
void km_metal_slabs_destroy(km_metal_slabs *slabs);

#endif
