/* SPDX-License-Identifier: MIT */
/* What independent replicas of one system say together: mean curves, and numbers whose error is the
 * scatter between the replicas (diffusion.h says why that one). */
#ifndef KM_ENSEMBLE_H
#define KM_ENSEMBLE_H

#include "host/analysis/analysis.h"

/* The results of n >= 2 replicas become one, of the same form: to be written, shown and cleared
 * like those of a run. Curves reach as far as the shortest of the replicas'. KM_ERROR_INPUT when
 * they are not of one system or their frames not equally far apart. */
KM_MUST_CHECK km_status km_ensemble_reduce(const km_results *const *replica, int n,
                                           km_results *out);

#endif
