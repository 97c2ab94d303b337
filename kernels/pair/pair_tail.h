/* SPDX-License-Identifier: MIT */
/* Mean-field correction for the van der Waals pairs beyond the cutoff: energy and pressure of a
 * fluid that is uniform there, for the attractive and the repulsive part.
 *
 *     U = N^2/(2V) < I_u >,   I_u = 4 pi int_cutoff^inf r^2 u(r) dr
 *     W = diag(w, w, w),  w = -PV/2,  PV = -N^2/(2V) < (4 pi/3) int_cutoff^inf r^3 u'(r) dr >
 *
 * where < > is the mean over all pairs of distinct atoms that do not exclude each other: this makes
 * a molecule's excluded partners count as they must (for M rigid molecules with one site each that
 * matters, N^2 < > is M^2 times the site's value). With shift, each pair within the cutoff has lost
 * u(cutoff), and its mean
 *
 *     U_shift = N^2/(2V) (4 pi/3) cutoff^3 < u(cutoff) > - sum_i u_ii(cutoff)/2
 *               - sum over excluded pairs u_ij(cutoff)
 *
 * is added back: the mean density in the sphere counts the atom itself and its excluded partners,
 * which carry no shift. Its part of the pressure is what W holds already, as the force is the same.
 * Pairs within the excluded group are none, and neither is their share of N^2.
 * Formulas: Allen & Tildesley, Computer Simulation of Liquids, 2nd ed., section 2.8, equations
 * 2.144 to 2.146, summed over pairs of types. */
#ifndef KM_PAIR_TAIL_H
#define KM_PAIR_TAIL_H

#include "kernels/pair/pair.h"

/* What is left when the volume is taken out. */
typedef struct km_pair_tail {
    double energy;   /* kJ/mol nm^3  U = energy / V + constant                          */
    double constant; /* kJ/mol                                                           */
    double virial;   /* kJ/mol nm^3  each diagonal component of W = virial / V           */
} km_pair_tail;

#ifdef __cplusplus
extern "C" {
#endif
/* Counts pairs of types among n atoms; type: n. Zero when the spec asks for no tail. */
km_status km_pair_tail_make(const km_pair_spec *spec, int n, const int *type, km_pair_tail *out);
#ifdef __cplusplus
}
#endif

#endif
