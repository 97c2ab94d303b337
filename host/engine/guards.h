/* SPDX-License-Identifier: MIT */
/* What a run may not do without being stopped: looked at with every row of energies, before a
 * checkpoint can be written. Limits are wide: what trips one is broken, not unusual. */
#ifndef KM_GUARDS_H
#define KM_GUARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/measure/measure.h"

#define KM_GUARD_STEP 0.5        /* nm: one step's acceleration must not carry an atom so far   */
#define KM_GUARD_CONSTRAINT 1e-6 /* relative error of a constrained length                      */
#define KM_GUARD_CENTRE 10.0     /* kinetic energy of the whole cell's motion, in 3/2 R T       */
#define KM_GUARD_HOT 5.0         /* times the target temperature, and 20 standard deviations    */
#define KM_GUARD_DRIFT 1.0       /* conserved quantity, in the kinetic energy: at once and per ns */

typedef struct km_guard {
    double temperature;     /* K       of the thermostat                                     */
    double timestep;        /* ps                                                            */
    double total_mass;      /* u                                                             */
    int degrees_of_freedom; /*                                                               */
    bool thermostatted;     /*         or the temperature is nobody's target                 */
    bool at_rest;           /*         the integrator removes the motion of the whole        */
    bool conserves;         /*         the conserved quantity is to hold: production         */
} km_guard;

/* Does the measurement break a limit? mass (u; 0: held) is that of the atom with the largest force,
 * conserved_change (kJ/mol) counts from the start of the stage, `time` ps ago. text receives what
 * is wrong, with its number and limit. */
bool km_guard_broken(const km_guard *guard, const km_measurement *measured, double mass,
                     double conserved_change, double time, char *text, size_t room);

#endif
