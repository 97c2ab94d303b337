/* SPDX-License-Identifier: MIT */
/* Mean square displacement over all time origins, for every lag.
 *
 *     MSD(m) = 1/(N (n - m)) sum_i sum_{k=0}^{n-m-1} |u_i(k + m) - u_i(k)|^2
 *            = S1(m) - 2 S2(m)
 *     S2(m) = 1/(n - m) sum_k u(k) u(k + m)                (by FFT, padded with zeros to >= 2 n)
 *     S1(m) = 1/(n - m) sum_{k=0}^{n-m-1} [u^2(k) + u^2(k + m)]
 *
 * in double, each path starting at 0 so that nothing cancels. Calandrini et al.,
 * doi:10.1051/sfn/201112010; the sums over particles are taken before the one inverse
 * transform. Particles run in parallel, are added in input order: same bits for any number of
 * threads. Working memory: about 700 bytes per frame, whatever the number of particles. */
#ifndef KM_MSD_H
#define KM_MSD_H

#include "host/analysis/displacement.h"

typedef struct km_msd {
    int n_particles;
    int n_lags;      /* = stored frames; lag k is k * interval                 */
    double interval; /* ps                                                     */
    double *total;   /* nm^2  n_lags                                           */
    double *axis[3]; /* nm^2  n_lags each: x, y, z; they add up to total       */
} km_msd;

/* The paths of n molecules of d (after km_displacements_end). n or the number of frames may be 0:
 * the result then has n_lags = 0. */
KM_MUST_CHECK km_status km_msd_compute(const km_displacements *d, const int *molecule, int n,
                                       km_msd *out);
/* The same of one path, which starts at 0: x is 3 x n_frames, component-major, nm. */
KM_MUST_CHECK km_status km_msd_of_path(const double *x, int n_frames, double interval, km_msd *out);
void km_msd_clear(km_msd *msd);

#endif
