/* SPDX-License-Identifier: MIT */
/* A transport coefficient from the fluctuations of a flux J in equilibrium (Green and Kubo):
 *
 *     coefficient = factor int_0^tc <J_a(0) J_a(t)> dt,      mean over the channels a
 *
 * by a multiple-tau correlator and the trapezium rule. The tail of the correlation is noise, so
 * that the integral ends at a tc that the data choose:
 *
 *     first noise   twice the first time at which the correlation falls below twice its standard
 *                   error: for fluxes that only decay (stress)
 *     quiet octave  the end of the first octave in all of which the correlation is within 2.5
 *                   standard errors of 0: for fluxes that go through 0 and come back from below
 *                   (electric current), where the first crossing is the worst of all places
 *
 * The interval is Student's from blocks of the series (Flyvbjerg & Petersen,
 * doi:10.1063/1.457480), each integrated to the same tc. What the last half of the integral still
 * changes beyond its error is said, and so is a run too short to show a slow tail. */
#ifndef KM_GREEN_KUBO_H
#define KM_GREEN_KUBO_H

#include <stdbool.h>

#include "host/analysis/blocks.h"
#include "host/analysis/correlator.h"

#define KM_GREEN_KUBO_TEXT 512

typedef struct km_green_kubo km_green_kubo;

typedef enum km_green_kubo_cut { KM_CUT_FIRST_NOISE, KM_CUT_QUIET_OCTAVE } km_green_kubo_cut;

typedef struct km_green_kubo_spec {
    const char *name; /* of the coefficient: "viscosity"                                   */
    const char *flux; /* "pressure": "no viscosity: 12 values of the pressure ..."         */
    double interval;  /* ps    of the series                                               */
    double factor;    /*       coefficient per (flux^2 ps)                                 */
    km_green_kubo_cut cut;
} km_green_kubo_spec;

typedef struct km_green_kubo_result {
    bool available;    /*     false: warning says why                                      */
    km_estimate value; /*     the coefficient                                              */
    double cut;        /* ps  tc                                                           */
    int n_blocks;
    double block_time; /* ps */
    double run_time;   /* ps                                                               */
    double interval;   /* ps                                                               */
    double more_time;  /* ps  for +-10 %; 0 = enough                                       */
    int n_replicas;    /*     0: a single run; no curves for replicas                      */
    int n_lags;        /*     rows below                                                   */
    double lag[KM_CORRELATOR_LAGS];         /* ps                                          */
    double correlation[KM_CORRELATOR_LAGS]; /* flux^2                                      */
    double error[KM_CORRELATOR_LAGS];       /* flux^2  standard error                      */
    double integral[KM_CORRELATOR_LAGS];    /* the coefficient up to this lag              */
    char warning[KM_GREEN_KUBO_TEXT];
} km_green_kubo_result;

/* n_channels at most KM_CORRELATOR_CHANNELS */
KM_MUST_CHECK km_status km_green_kubo_create(int n_channels, km_green_kubo **out);
void km_green_kubo_add(km_green_kubo *g, const double value[KM_CORRELATOR_CHANNELS]);
int km_green_kubo_count(const km_green_kubo *g);
void km_green_kubo_compute(const km_green_kubo *g, const km_green_kubo_spec *spec,
                           km_green_kubo_result *out);
/* The mean of n >= 2 replicas with Student's t of the scatter between them. */
KM_MUST_CHECK km_status km_green_kubo_of_replicas(const km_green_kubo_result *const *replica, int n,
                                                  km_green_kubo_result *out);
/* Accepts NULL. */
void km_green_kubo_destroy(km_green_kubo *g);

#endif
