/* SPDX-License-Identifier: MIT */
/* Private to the diffusion coefficients: the window of the fit, its weights and what is said about
 * it; the same for one run and for the mean of replicas. */
#ifndef KM_DIFFUSION_FIT_H
#define KM_DIFFUSION_FIT_H

#include "host/analysis/design_effect.h"
#include "host/analysis/diffusion.h"

#define KM_FIT_POINTS 32 /* lags in the fit at most */
#define KM_FIT_BLOCKS 20 /* blocks at most          */

/* The lags of the fit and what makes a slope of them. */
typedef struct km_diffusion_fit {
    int n, lag[KM_FIT_POINTS];
    double slope[KM_FIT_POINTS];    /* 1/ps      slope = sum slope[k] MSD(lag[k])             */
    double exponent[KM_FIT_POINTS]; /* 1/nm^2    d beta / d MSD(lag[k]), about the mean MSD   */
    double walk_freedom; /* of the slope of one walker along one axis, walk_regression.h      */
    int n_blocks, block_frames;
} km_diffusion_fit;

/* Chooses window and weights; fills in what out says about them, and available. */
KM_MUST_CHECK km_status km_diffusion_fit_choose(const km_msd *msd, const km_exponent *exponent,
                                                km_diffusion_fit *f, km_diffusion *out);
/* Fills in regression and regression_axis, over the lags of f. */
KM_MUST_CHECK km_status km_diffusion_regression(const km_displacements *d, const int *molecule,
                                                int n, const km_msd *msd, const km_diffusion_fit *f,
                                                const km_design_effect *together,
                                                km_diffusion *out);
/* The warnings that a window gives; run_time of one run, ps. */
void km_diffusion_describe_window(km_diffusion *out, double run_time);
/* Appends to a text of KM_DIFFUSION_TEXT bytes. */
void km_diffusion_add_text(char *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
