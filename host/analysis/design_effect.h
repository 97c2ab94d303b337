/* SPDX-License-Identifier: MIT */
/* How much less particles say together than as many independent ones would, because some of them go
 * the same way.
 *
 * Squared displacements over n particles with the covariance C of their displacements have a mean
 * whose variance is 2 tr(C^2)/n^2 (Isserlis, doi:10.1093/biomet/12.1-2.134), where independent ones
 * had 2 sum_i C_ii^2/n^2. The ratio
 *
 *     g = tr(C^2) / sum_i C_ii^2,     1 for independent ones, n where all move as one
 *
 * is the design effect: n particles count like n/g (for equal C_ii the effective number of degrees
 * of freedom of Bretherton et al., doi:10.1175/1520-0442(1999)012<1990:TENOSD>2.0.CO;2). tr(C^2)
 * comes without bias from products of different time steps k and l, x_k . x_l, since their second
 * moment is tr(C^2) where steps are independent (Chen, Zhang & Zhong,
 * doi:10.1198/jasa.2010.tm09560), so that n may well exceed the number of steps. Neighbouring steps
 * are left out and the mean of the products of every distance in time is subtracted, for motion
 * that remembers: n particles that go back a little would otherwise look like one body. */
#ifndef KM_DESIGN_EFFECT_H
#define KM_DESIGN_EFFECT_H

#include "host/analysis/displacement.h"

typedef struct km_design_effect {
    double axis[3]; /* g along x, y, z; 1 to n */
    double total;   /* of displacements in space */
} km_design_effect;

/* From steps of `lag` frames of n molecules, or of less where the run has not 20 of these; 1 for
 * everything where it has not 20 frames, or for fewer than two molecules. */
KM_MUST_CHECK km_status km_design_effect_find(const km_displacements *d, const int *molecule, int n,
                                              int lag, km_design_effect *out);

#endif
