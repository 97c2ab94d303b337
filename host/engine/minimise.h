/* SPDX-License-Identifier: MIT */
/* Removes bad contacts from a packed start. */
#ifndef KM_MINIMISE_H
#define KM_MINIMISE_H

#include "host/engine/simulation.h"

typedef struct km_minimise_options {
    int max_steps;
    double force_tolerance; /* kJ/mol/nm, of the largest force                     */
    void *self;
    bool (*should_stop)(void *self); /* asked before every step; may be NULL      */
} km_minimise_options;

typedef struct km_minimise_result {
    int steps;
    double energy_start, energy_end; /* kJ/mol     */
    double largest_force;            /* kJ/mol/nm  */
    bool converged, interrupted;
} km_minimise_result;

/* Steepest descent with an adaptive largest displacement: a step that lowers the energy is kept and
 * the next may be 1.2 times as long, otherwise it is undone and halved. Rigid groups stay rigid.
 * Stops at force_tolerance, after max_steps, when steps have become vanishingly small, or when
 * should_stop says so (interrupted). state is the start and receives the result. */
KM_MUST_CHECK km_status km_minimise(km_simulation *simulation, const km_minimise_options *options,
                                    km_state *state, km_minimise_result *result);

#endif
