/* SPDX-License-Identifier: MIT */
/* The external program packmol (doi:10.1002/jcc.21224): rigid molecules into a box, no two atoms of
 * different molecules nearer than a tolerance. */
#ifndef KM_PACKMOL_H
#define KM_PACKMOL_H

#include <stdint.h>

#include "host/input/forcefield_file.h"

#define KM_PACKMOL_TOLERANCE 0.2 /* nm */

typedef struct km_packmol_spec {
    int n_kinds;
    const km_ff_molecule *const *molecule; /*     n_kinds                                       */
    const int *count;                      /*     n_kinds, each above 0                         */
    double edge[3];                        /* nm  of the box                                    */
    double margin;                         /* nm  kept free at every face                       */
    uint64_t seed;
    const char *folder; /* receives packmol.inp and packmol.log; NULL: a temporary one           */
    double time_limit;  /* s                                                                      */
} km_packmol_spec;

/* Fills position, nm, 3 per atom, kind after kind. The same spec gives the same numbers. *converged
 * is false, and position worthless, when packmol gave up. Fails with KM_ERROR_EXTERNAL when packmol
 * is missing, stopped by a signal, or took longer than time_limit, naming its log. */
KM_MUST_CHECK km_status km_packmol_run(const km_packmol_spec *spec, double *position,
                                       bool *converged);

#endif
