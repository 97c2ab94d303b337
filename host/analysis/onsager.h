/* SPDX-License-Identifier: MIT */
/* Onsager coefficients of ions with the uncertainty of everything made from them.
 *
 * Displacements of all ions of a kind together are one walker along each axis. The slopes of their
 * products <DR_i(t) . DR_j(t)>, all with the weights of one regression (walk_regression.h), scatter
 * like a Wishart matrix of f degrees of freedom, f = 3 x those of one axis. Their posterior (prior
 * of Jeffreys) is the inverse Wishart law: draws of it give the interval of any function of the
 * coefficients, ratios and differences too. Gelman et al., Bayesian Data Analysis, 3rd ed., 3.6;
 * drawn by the decomposition of Bartlett (Smith & Hocking, doi:10.2307/2346290). */
#ifndef KM_ONSAGER_H
#define KM_ONSAGER_H

#include <stdbool.h>

#include "host/analysis/statistics.h"

#define KM_ONSAGER_IONS 6
#define KM_ONSAGER_DRAWS 2000

typedef struct km_onsager {
    int n;                                           /* kinds of ions, 1 to KM_ONSAGER_IONS     */
    double matrix[KM_ONSAGER_IONS][KM_ONSAGER_IONS]; /* any unit; symmetric                    */
    double degrees_of_freedom;
} km_onsager;

/* A number made from the coefficients and, for ratios with self-diffusion, one more number. */
typedef double (*km_onsager_function)(const km_onsager *l, double other, const void *self);

/* True where the matrix is positive definite and has enough degrees of freedom to be drawn. */
bool km_onsager_drawable(const km_onsager *l);
/* function of l with the interval of its draws; other enters with a normal error. NAN intervals
 * where l is not drawable. seed and stream as in km_bootstrap_mean. */
KM_MUST_CHECK km_status km_onsager_estimate(const km_onsager *l, const km_estimate *other,
                                            km_onsager_function function, const void *self,
                                            uint64_t seed, uint32_t stream, km_estimate *out);

#endif
