/* SPDX-License-Identifier: MIT */
/* Splitting parameter, spline order and mesh for a wanted accuracy of the Coulomb forces. */
#ifndef KM_EWALD_CHOICE_H
#define KM_EWALD_CHOICE_H

#include "kernels/base/box.h"
#include "kernels/base/error.h"
#include "kernels/pme/pme.h"

/* The force that errors are relative to, kJ/mol/nm: two typical charges at the mean distance,
 *     F = C <q^2> (n/V)^(2/3)
 * with the mean and n over the atoms that carry a charge. The root mean square Coulomb
 * force on an atom is 1 to 1.3 times this in water, 2.5 in its vapour, 4 to 5 in a random salt. */
double km_ewald_reference_force(const km_box *box, int n, const double *charge,
                                double coulomb_constant);

/* The estimates suppose that the places of charges are uncorrelated: they are right to a few
 * percent for random ions. In a liquid, where charges screen each other, the true error is smaller:
 * for water by 1.4 in real space and 5 to 10 on the mesh.
 *
 * Chooses the cheapest splitting, order and mesh whose two errors, real space and mesh, add up in
 * squares to relative_force_error: root mean square over the charged atoms of the error of the
 * force, over the reference force above.
 *
 * box: nm. cutoff: nm, of the real-space sum. charge: e, n entries, not all 0. Fields of requested
 * above 0 are kept as they are; with coulomb_constant 0 the one of units.h is taken. *error_real
 * and *error_mesh are the estimates for what is returned, which may be larger than wanted when
 * requested left no choice. Fails with KM_ERROR_VALUE when there is no charge, when cutoff or error
 * are not above 0, or when a mesh beyond some 500^3 points would be needed. */
KM_MUST_CHECK km_status km_ewald_choose(const km_box *box, double cutoff,
                                        double relative_force_error, int n, const double *charge,
                                        const km_pme_spec *requested, km_pme_spec *out,
                                        double *error_real, double *error_mesh);

#endif
