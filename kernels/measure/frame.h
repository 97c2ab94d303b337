/* SPDX-License-Identifier: MIT */
/* One stored configuration: the only currency between the engine, the writers and the analyses. */
#ifndef KM_FRAME_H
#define KM_FRAME_H

#include "kernels/measure/measure.h"

typedef struct km_frame {
    int64_t step;
    double time; /* ps                                          */
    int n;
    km_box box;             /* nm                                          */
    const double *position; /* nm     3 x n atom-major, unwrapped          */
    const double *velocity; /* nm/ps  3 x n atom-major, or NULL            */
} km_frame;

/* One row of the energy table. */
typedef struct km_energy_row {
    int64_t step;
    double time;                    /* ps                                          */
    double energy[KM_ENERGY_COUNT]; /* kJ/mol                                    */
    km_measurement measured;
} km_energy_row;

#endif
