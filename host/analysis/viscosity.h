/* SPDX-License-Identifier: MIT */
/* Shear viscosity by Green and Kubo from the pressure tensor of the run.
 *
 *     eta = V/(kB T) int_0^tc <P(0) P(t)> dt,   P one of xy, xz, yz, (xx-yy)/2, (xx+yy-2zz)/(2 sqrt
 * 3)
 *
 * the mean over the five, which are the independent parts of a traceless symmetric tensor (the form
 * of Daivis & Evans, doi:10.1063/1.466970). The tail of the correlation is noise: tc is twice the
 * first time at which the correlation falls below twice its standard error. The interval is
 * Student's from blocks of the series (Flyvbjerg & Petersen, doi:10.1063/1.457480); a plateau that
 * still rises between tc/2 and tc by more than its error is said so.
 *
 * The pressure must be written every few steps (10 fs): the first lags hold most of the integral.
 */
#ifndef KM_VISCOSITY_H
#define KM_VISCOSITY_H

#include "host/analysis/blocks.h"
#include "host/analysis/correlator.h"
#include "kernels/particles.h"

#define KM_VISCOSITY_TEXT 512

typedef struct km_viscosity km_viscosity;

typedef struct km_viscosity_result {
    bool available;  /* false: warning says why                                       */
    km_estimate eta; /* Pa s                                                          */
    double cut;      /* ps    tc                                                      */
    int n_blocks;
    double block_time; /* ps */
    double run_time;   /* ps                                                            */
    double interval;   /* ps                                                            */
    double more_time;  /* ps    for +-10 %; 0 = enough                                  */
    int n_lags;        /*       rows below                                              */
    double lag[KM_CORRELATOR_LAGS];         /* ps                                          */
    double correlation[KM_CORRELATOR_LAGS]; /* bar^2                                       */
    double error[KM_CORRELATOR_LAGS];       /* bar^2  standard error                        */
    double integral[KM_CORRELATOR_LAGS];    /* Pa s   up to this lag                        */
    char warning[KM_VISCOSITY_TEXT];
} km_viscosity_result;

KM_MUST_CHECK km_status km_viscosity_create(km_viscosity **out);
/* tensor xx yy zz xy xz yz in bar, volume in nm^3. */
void km_viscosity_add(km_viscosity *v, const double tensor[KM_TENSOR], double volume);
/* interval of the series, ps; temperature, K. */
void km_viscosity_compute(const km_viscosity *v, double interval, double temperature,
                          km_viscosity_result *out);
void km_viscosity_destroy(km_viscosity *v);

#endif
