/* SPDX-License-Identifier: MIT */
/* What every backend refuses before it takes particles or a configuration. */
#ifndef KM_PARTICLES_CHECK_H
#define KM_PARTICLES_CHECK_H

#include "kernels/backend.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Masses of 0 or more, finite charges, types from 0, mobilities there are. */
KM_MUST_CHECK km_status km_particles_spec_check(const km_particles_spec *spec);
/* False for an atom that is held fixed, by its mobility or for want of a mass. */
static inline bool km_particles_spec_moves(const km_particles_spec *spec, int i)
{
    return spec->mass[i] > 0.0 &&
           (spec->mobility == NULL || spec->mobility[i] != KM_MOBILITY_FROZEN);
}
/* A configuration of n atoms: finite positions and velocities (NULL = at rest), a cell with volume.
 */
KM_MUST_CHECK km_status km_state_check(const km_state *state, int n);
KM_MUST_CHECK km_status km_state_check_count(const km_state *state, int n);

#ifdef __cplusplus
}
#endif

#endif
