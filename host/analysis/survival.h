/* SPDX-License-Identifier: MIT */
/* Who stays: counts over all time origins, for the diffusion in layers and for residence times.
 *
 * Parallel diffusion in a layer (Liu, Harder & Berne, doi:10.1021/jp0375057): of the molecules in
 * the layer at t, those that are in it in all frames up to t + tau,
 *
 *     P(tau) = <|S(t, t + tau)| / N(t)>
 *     <dx^2(tau)> = <1/N(t) sum_S [x(t + tau) - x(t)]^2>
 *     D_xx = lim <dx^2(tau)> / (2 tau P(tau)),
 *
 * which is half the slope of the mean over the survivors, here that of a weighted line with
 * intercept: what rattles in a cage adds a constant. Staying says nothing of x where x and z
 * decouple.
 *
 * Perpendicular diffusion in a layer of width L whose density is flat, by the same paper: with
 * psi(z) = sin(pi (z - z1)/L), the sum of psi(t) psi(t + tau) over the survivors decays as
 * exp(-D pi^2 tau/L^2). Leaving is seen at frames only, which is as if absorbing walls stood
 * 0.5826 sqrt(2 D dt) farther out (Broadie, Glasserman & Kou, doi:10.1111/1467-9965.00035).
 *
 * Residence: of the molecules in state R at t, those that have not been in state P up to t + tau,
 *
 *     C(tau) = 1 - <p_R(0) p_P(tau)>     stable states picture, P is absorbing
 *
 * (Northrup & Hynes, doi:10.1063/1.440484; Laage & Hynes, doi:10.1021/jp802033r). With R the layer,
 * absences of at most t* forgiven, and P everything else it is the continuous survival of Impey,
 * Madden & McDonald, doi:10.1021/j150643a008.
 *
 * Sums are kept for up to 20 groups of molecules (molecule i in group i mod n), and errors are
 * those of the jackknife over groups (Efron & Stein, doi:10.1214/aos/1176345462): molecules are
 * nearly independent of each other, while lags, and the blocks of a run that is not much longer
 * than a residence, are not. */
#ifndef KM_SURVIVAL_H
#define KM_SURVIVAL_H

#include <stdbool.h>

#include "host/analysis/statistics.h"

#define KM_SURVIVAL_GROUPS 20

typedef struct km_survival {
    int n_groups, n_lags;
    int *lag;      /* n_lags  in frames, ascending from 0                           */
    double *begun; /* n_groups x n_lags  origins that the run is long enough for    */
    double *alive; /* of these, survivors                                           */
    double *xx;    /* of these, sum of dx^2 and dy^2                                */
    double *yy;
    double *pp;    /* of these, sum of psi(t) psi(t + tau)                          */
    double *total; /* 5 x n_lags  room for the sums over groups                     */
} km_survival;

/* Lags up to longest frames: all of them up to 16, then growing by a tenth. */
KM_MUST_CHECK km_status km_survival_create(int n_molecules, int longest, km_survival *out);
void km_survival_clear(km_survival *s);
/* One molecule's n frames: begins where start, is gone at the first frame where gone. x and y, and
 * psi, may be NULL. count: room for n + 1. */
typedef struct km_survival_path {
    const bool *start, *gone;
    const double *x, *y, *psi;
    int n;
} km_survival_path;
void km_survival_add(km_survival *s, int molecule, const km_survival_path *path, int *count);

/* A number from the sums over all groups but one (-1: over all). */
typedef double km_survival_estimator(const km_survival *s, const double *total, const void *self);
/* value and jackknife error; 95 % interval by Student's t with n_groups - 1, for positive numbers
 * of the logarithm, whose distribution is less skew. */
KM_MUST_CHECK km_status km_survival_jackknife(const km_survival *s, km_survival_estimator *f,
                                              const void *self, km_estimate *out);
/* Sums over all groups but `without` into s->total: begun, alive, xx, yy, pp. */
const double *km_survival_total(const km_survival *s, int without);

/* Half the slope of the mean over survivors of axis 0 (xx), 1 (yy) or 2 (their mean), in units of
 * its input squared per frame, over the lags first .. last. */
typedef struct km_survival_window {
    int axis, first, last; /* indices into lag */
} km_survival_window;
double km_survival_diffusion(const km_survival *s, const double *total, const void *window);
/* d ln MSD / d ln tau of the survivors, x and y together, over the window. */
double km_survival_exponent(const km_survival *s, const double *total, const void *window);
/* Time constant in frames of the exponential through C over the lags first .. last. */
double km_survival_fit(const km_survival *s, const double *total, const void *window);
/* Rate per frame at which <psi psi> of the survivors decays over the lags first .. last. */
double km_survival_decay(const km_survival *s, const double *total, const void *window);
/* The fraction of the origins of lag index l that survive; 0 without any. */
double km_survival_left(const km_survival *s, const double *total, int l);
/* Time constants of the survival: its integral, the exponential beyond the last lag that a
 * twentieth survives; and the exponential fitted from where half of it is left (or its last half).
 * Not available when too few leave or all do between two frames. */
typedef struct km_survival_time {
    bool available;
    km_estimate integral, fit;     /* units of interval                          */
    double fit_from, fit_to, left; /* the same; what is left at fit_to           */
} km_survival_time;
KM_MUST_CHECK km_status km_survival_times(const km_survival *s, double interval,
                                          km_survival_time *out);
/* Integral of C in frames up to lag index last, the exponential of the window beyond. */
double km_survival_integral(const km_survival *s, const double *total, const void *window);

#endif
