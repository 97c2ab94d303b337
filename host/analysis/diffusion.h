/* SPDX-License-Identifier: MIT */
/* Self-diffusion coefficient from a mean square displacement.
 *
 *     MSD_a(t) = c + 2 D_a t  (a = x, y, z)        D = (D_x + D_y + D_z) / 3
 *     beta(t) = d ln MSD / d ln t                  1 where the motion is diffusive
 *
 * The line is fitted only where |beta - 1| < 0.1 over at least a factor of two in time, beyond
 * KM_DIFFUSION_SQUARE_LENGTH, and up to a tenth (else a fifth) of the run; the latest such window
 * is taken. Short of that square length only where beta stays near 1 over a factor of four and up
 * to that limit, since it passes through 1 between ballistic motion and the cage too. Where no
 * window exists the number is an *apparent* coefficient, fitted over the last factor of two, with a
 * warning that says so.
 *
 * Weights: var MSD(t) ~ t^2 / n(t), n = N (T - t) / t the number of independent displacements
 * (McCluskey, Coles & Morgan, doi:10.1021/acs.jctc.4c01249). Neighbouring lags share their walks,
 * so the error of the regression itself is far too small and is not used. Instead: (a) bootstrap
 * over particles, each with its own coefficient from the same window and weights, widened for what
 * they do together: n particles count like n/g (design_effect.h), so that the variance of the mean
 * is s^2/n g (n - 1)/(n - g), with n/g - 1 degrees of freedom; (b) blocks of the trajectory, each
 * longer than the longest lag. (a) misses what changes with time for all of them, (b) what differs
 * between them for good; the larger standard error counts. The interval is that of (a), scaled to
 * the larger error and with Student's t for the degrees of freedom of both; where (b) is more than
 * twice (a), that of (b) with Student's t of the blocks; where all particles go as one, (b), or a
 * random walk where that scatters more, as chi^2. Measured coverage of the truth:
 * bench/results/coverage.csv, by tests/physics/brownian_diffusion.c.
 *
 * Beside it stands the coefficient by regression with the covariance of the lags
 * (walk_regression.h), its size from the scatter of the squared displacements and g. It has less
 * scatter, but takes the particles as alike for good.
 *
 * For R replicas the window and weights come from the mean of their MSDs. Since the slope is linear
 * in the MSD, the mean of the replicas' coefficients D_r is that of the mean MSD, and
 *     standard error = s(D_r) / sqrt(R),   interval = +- t(R - 1) standard error.
 * It is this one that is given: runs that share nothing need no assumption about what goes together
 * inside a run, and it holds what (a) and (b) cannot see, such as another box or packing. Its price
 * is Student's t: 12.7 for two replicas, 4.30 for three, 2.78 for five. The runs' own errors,
 * pooled to sqrt(sum e_r^2) / R, are given beside it for comparison. */
#ifndef KM_DIFFUSION_H
#define KM_DIFFUSION_H

#include "host/analysis/msd.h"
#include "host/analysis/statistics.h"

/* 30 A^2: several times the square of a hop, about the square of a nearest-neighbour distance of
 * solvated ions (5 to 6 A). nm^2. */
#define KM_DIFFUSION_SQUARE_LENGTH 0.30
#define KM_DIFFUSION_BETA_TOLERANCE 0.1
#define KM_DIFFUSION_RESAMPLES 2000
#define KM_DIFFUSION_LEAST_FRAMES 20
#define KM_DIFFUSION_TEXT 512

/* beta(t), each value from a straight line through ln MSD within a factor 1.5 of the lag. */
typedef struct km_exponent {
    int n;
    int *lag;     /*     n  in units of the frame interval, growing by about 2^(1/8), <= frames/5 */
    double *beta; /*     n  NAN where MSD is 0                                                */
} km_exponent;

KM_MUST_CHECK km_status km_exponent_compute(const km_msd *msd, km_exponent *out);
void km_exponent_clear(km_exponent *exponent);

typedef struct km_diffusion {
    bool available; /* false: text says why, and no number below means anything           */
    bool diffusive; /* false: the coefficient is apparent and text says so                */
    int n_particles, n_frames;
    double independent;     /*        particles that they count like: n/g of design_effect.h     */
    km_estimate total;      /* m^2/s                                                           */
    km_estimate axis[3];    /* m^2/s  D_x, D_y, D_z                                            */
    km_estimate regression; /* m^2/s  by generalised least squares, walk_regression.h;      */
    km_estimate regression_axis[3]; /* zeros for replicas                                    */
    double beta;             /*        exponent over the fitted window                          */
    double beta_error;       /*        from the particles                                       */
    double fit_from, fit_to; /* ps                                                          */
    double msd_from, msd_to; /* A^2  at both ends of the window                             */
    int n_blocks;            /*      of (b); 0: the run is too short for blocks              */
    double block_length;     /* ps                                                           */
    bool blocks_decide;      /* the standard error is that of the blocks */
    double longer_run;       /*      about how many times longer a run is needed; 0 = enough */
    int n_replicas;          /*      0: a single run                                        */
    double pooled_error;     /* m^2/s  of the mean, from the replicas' own errors           */
    double box_shift;        /* m^2/s  to be added for an infinite box; 0 = not computed      */
    char method[KM_DIFFUSION_TEXT];  /* how the interval was made, one sentence              */
    char warning[KM_DIFFUSION_TEXT]; /* "" or one or more sentences                          */
} km_diffusion;

/* From the paths of n molecules and their msd. seed and stream feed the bootstrap. */
KM_MUST_CHECK km_status km_diffusion_compute(const km_displacements *d, const int *molecule, int n,
                                             const km_msd *msd, const km_exponent *exponent,
                                             uint64_t seed, uint32_t stream, km_diffusion *out);

/* From the MSDs of n replicas, their mean, the exponent of the mean, and the standard errors the
 * replicas found for themselves (NAN: none). value: n, gets the coefficient of each, m^2/s. n >= 2.
 */
KM_MUST_CHECK km_status km_diffusion_of_replicas(const km_msd *replica, const double *own_error,
                                                 int n, const km_msd *mean,
                                                 const km_exponent *exponent, double *value,
                                                 km_diffusion *out);

/* What periodic images of a cubic box of edge `length` (nm) take from a diffusion coefficient:
 *     D(infinite) - D(L) = kB T xi / (6 pi eta L),   xi = 2.837297
 * m^2/s; temperature in K, viscosity of the model in Pa s. Yeh & Hummer, doi:10.1021/jp0477147;
 * not for solids, slabs or other boxes. */
double km_yeh_hummer_shift(double temperature, double viscosity, double length);

#endif
