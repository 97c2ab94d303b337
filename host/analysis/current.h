/* SPDX-License-Identifier: MIT */
/* Conductivity by Green and Kubo (green_kubo.h) from the electric current of the run.
 *
 *     sigma = 1/(3 V kB T) int_0^tc <J(0) . J(t)> dt,      J = sum_i z_i V_i
 *
 * over molecules, by formal charge and velocity of the centre of mass: what the Einstein relation
 * of transport.h takes the displacement of, so that both have one limit (Hansen & McDonald, Theory
 * of Simple Liquids, 4th ed., 10.5). Rotations and vibrations of molecules add nothing to it and
 * are left out. In an electrolyte the correlation goes through 0 within 0.1 ps and the part below
 * 0 takes away most of the one above, so that tc is by quiet octave.
 *
 * The current must be written every few steps (10 fs). */
#ifndef KM_CURRENT_H
#define KM_CURRENT_H

#include "host/analysis/green_kubo.h"

typedef struct km_current km_current;

KM_MUST_CHECK km_status km_current_create(km_current **out);
/* current in e nm/ps, volume in nm^3. */
void km_current_add(km_current *c, const double current[3], double volume);
/* interval of the series, ps; temperature, K. The result is in S/m, its flux in e nm/ps. */
void km_current_compute(const km_current *c, double interval, double temperature,
                        km_green_kubo_result *out);
void km_current_destroy(km_current *c);

#endif
