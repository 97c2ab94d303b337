/* SPDX-License-Identifier: MIT */
/* What a stage sums up for its report. Part of checkpoints: a run that was stopped or killed
 * reports as one that was left alone. Doubles only, in the order of the file; whole numbers stay
 * below 2^53. */
#ifndef KM_STAGE_SUMS_H
#define KM_STAGE_SUMS_H

#include "kernels/integrate/integrate.h"

typedef struct km_stage_sums {
    double steps;   /* of the stage; 0 until it has ended                          */
    double samples; /* rows of energies                                            */
    double degrees_of_freedom;
    double n_pistons;
    double temperature, pressure, density, volume; /* sums over the samples               */
    double largest_constraint_residual, largest_momentum;
    double list_pairs_checked; /* by the censuses of the list at their interval              */
    double list_pairs_at_end;  /* by that of the last step, which an extension does not take */
    double drift[5];           /* n, t, c, t t, t c of the conserved quantity c since the start */
    double piston[KM_PISTONS][3]; /* z, t z, pressure                                        */
} km_stage_sums;

#define KM_STAGE_NUMBERS ((int)(sizeof(km_stage_sums) / sizeof(double)))

#endif
