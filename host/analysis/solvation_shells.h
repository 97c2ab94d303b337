/* SPDX-License-Identifier: MIT */
/* Which contacts count: the shells of a solvation analysis. Parts of solvation.c. */
#ifndef KM_SOLVATION_SHELLS_H
#define KM_SOLVATION_SHELLS_H

#include "host/analysis/solvation.h"

/* The shell number of a cation kind and a partner kind, -1 = none: n_kinds x n_kinds. */
KM_MUST_CHECK km_status km_solvation_find_shells(const km_labels *labels, const km_rdf_curve *curve,
                                                 int n_curves, km_solvation_result *out,
                                                 int *shell_of);
/* Fills in the residence of every shell. */
KM_MUST_CHECK km_status km_solvation_residence(const km_contacts *contacts, const int *shell_of,
                                               km_solvation_result *out);

#endif
