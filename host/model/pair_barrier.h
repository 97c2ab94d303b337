/* SPDX-License-Identifier: MIT */
/* Private to host/model: the short-range catastrophe of ionic models.
 *
 * exp-6 attracts without bound as r -> 0, and so do opposite charges that no wall keeps apart. What
 * holds such a pair is a barrier. It is taken of the whole pair, bare charges included:
 *
 *     height = u(r_b) - min u(r), r_b < r < cutoff,   r_b: the innermost maximum of u
 *
 * A pair that tries to cross 1e12 times a second, 1e5 of them for 1 us, gets over 37 kT once in
 * seven such runs; below KM_BARRIER_LEAST kT a run is refused. */
#ifndef KM_PAIR_BARRIER_H
#define KM_PAIR_BARRIER_H

#include "host/model/expand.h"

#define KM_BARRIER_LEAST 40.0 /* kT */

typedef struct km_pair_barrier {
    bool finite;           /* false: a wall, nothing to cross                  */
    double radius, height; /* nm, kJ/mol                                       */
} km_pair_barrier;

/* Of a pair of types of the cell (a n_types + b) with the product qq of their charges (e^2). */
km_pair_barrier km_pair_barrier_find(const km_pair_spec *spec, int pair, double qq);
/* The same with the most attractive charges that atoms of the two types hold. */
km_pair_barrier km_pair_barrier_of_types(const km_model *model, int type_a, int type_b);
/* KM_ERROR_INPUT naming the types where the highest temperature of the recipe could cross one;
 * pairs of Lennard-Jones are not looked at. After the pair table and the cutoff are set. */
KM_MUST_CHECK km_status km_check_barriers(const km_model *model, const km_expansion *e,
                                          const km_recipe *recipe);

#endif
