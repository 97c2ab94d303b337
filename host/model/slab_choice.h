/* SPDX-License-Identifier: MIT */
/* What a cell must be for the electrostatics of a slab (kernels/slab/slab.h). */
#ifndef KM_SLAB_CHOICE_H
#define KM_SLAB_CHOICE_H

#include "kernels/base/box.h"
#include "kernels/base/error.h"

typedef struct km_slab_report {
    double thickness;  /* nm  from the lowest atom to the highest                  */
    double vacuum;     /* nm  what is left of the cell's height                    */
    char warning[320]; /*     a sentence where the vacuum is thin, otherwise empty */
} km_slab_report;

/* Refuses, with KM_ERROR_INPUT and what to write instead, a cell that is not neutral, whose c axis
 * is not perpendicular to a and b, or whose vacuum is thinner than the cutoff or than the longest
 * period of the plane (of a rectangle the longer edge). position: nm, 3 x n atom-major, unwrapped
 * as in the run; charge: e, n; cutoff: nm. */
KM_MUST_CHECK km_status km_slab_check(const km_box *box, int n, const double *position,
                                      const double *charge, double cutoff, km_slab_report *out);

#endif
