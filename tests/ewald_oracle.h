/* SPDX-License-Identifier: MIT */
/* Ewald's sum without approximation, in double, for tests: direct sums over images and over wave
 * vectors, as far out as the caller says. Formulae: Essmann et al., doi:10.1063/1.470117,
 * equations 2.1 to 2.7, summed term by term; the Coulomb constant is KM_COULOMB_CONSTANT. */
#ifndef KM_EWALD_ORACLE_H
#define KM_EWALD_ORACLE_H

#include "kernels/particles.h"

/* Point charges in a periodic cell; all arrays belong to the caller. */
typedef struct charged_system {
    int n;
    km_box box;       /* nm                                                          */
    double *position; /* nm   3 x n, atom-major                                      */
    double *charge;   /* e    n                                                      */
    int *molecule;    /*      n; pairs of one molecule are excluded; NULL: none are  */
} charged_system;

/* What every sum below ADDS to. */
typedef struct ewald_part {
    double energy;            /* kJ/mol                                             */
    double virial[KM_TENSOR]; /* kJ/mol     -1/2 sum r (x) F                        */
    double *force;            /* kJ/mol/nm  3 x n, atom-major; NULL: not wanted     */
} ewald_part;

/* Screened pairs of all images closer than cutoff (nm), excluded pairs left out. */
void ewald_real(const charged_system *s, double alpha, double cutoff, ewald_part *part);
/* -erf part of the excluded pairs, nearest image. */
void ewald_excluded(const charged_system *s, double alpha, ewald_part *part);
/* Wave vectors with 0 < k^2 < k2_max (1/nm^2) and no index beyond index_max. */
void ewald_reciprocal(const charged_system *s, double alpha, double k2_max, int index_max,
                      ewald_part *part);
/* Self term. */
void ewald_self(const charged_system *s, double alpha, ewald_part *part);
/* Neutralising background of a net charge. */
void ewald_background(const charged_system *s, double alpha, ewald_part *part);

/* Everything, with both sums taken until terms fall below 1e-15 of the first. */
void ewald_converged(const charged_system *s, double alpha, ewald_part *part);
/* What the mesh and its constants stand for: reciprocal, self and background, converged. */
void ewald_mesh_part(const charged_system *s, double alpha, ewald_part *part);

#endif
