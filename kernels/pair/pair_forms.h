/* SPDX-License-Identifier: MIT */
/* Any pair of types of a spec in double: what curves, tails and barriers are made from. */
#ifndef KM_PAIR_FORMS_H
#define KM_PAIR_FORMS_H

#include "kernels/pair/coulomb.h"
#include "kernels/pair/pair.h"

#ifdef __cplusplus
extern "C" {
#endif
/* van der Waals energy and force of pair of types `pair` (a n_types + b) at squared distance r2
 * (nm^2), neither shifted nor cut. */
km_pair_term km_vdw_pair(const km_pair_spec *spec, int pair, double r2);
/* Whether every pair of types is Lennard-Jones, which has a loop of its own. */
bool km_vdw_all_lennard_jones(const km_pair_spec *spec);
/* Refuses parameters that are not finite, negative, or zero where they divide. */
KM_MUST_CHECK km_status km_vdw_check(const km_pair_spec *spec, int pair);
#ifdef __cplusplus
}
#endif

#endif
