/* SPDX-License-Identifier: MIT */
/* What every backend refuses before it makes an integrator. */
#ifndef KM_INTEGRATE_CHECK_H
#define KM_INTEGRATE_CHECK_H

#include "kernels/integrate/integrate.h"

#define KM_CONSTRAINT_TOLERANCE 1e-10 /* where the spec says 0 */

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers that make sense, molecules that cover the atoms, constraint groups that share no atom. p:
 * n, inverse_mass, molecule and mobility in host memory. *n_moving: atoms with inverse mass above
 * 0. */
KM_MUST_CHECK km_status km_integrator_spec_check(const km_integrator_spec *spec,
                                                 const km_particles *p, int *n_moving);

/* What can fail in constrain and draw_velocities, said alike everywhere; atom is the first of the
 * group. */
KM_MUST_CHECK km_status km_velocities_check(double temperature);
km_status km_velocities_fail_constraints(int atom);
km_status km_velocities_fail_motion(int degrees_of_freedom);
km_status km_constraint_fail_positions(int atom);

/* The two shapes of a constraint group, in the order of bonds that integrate.h asks for. */
bool km_constraint_is_star(const km_constraint_group *g);
bool km_constraint_is_triangle(const km_constraint_group *g);

#ifdef __cplusplus
}
#endif

#endif
