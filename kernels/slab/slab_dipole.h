/* SPDX-License-Identifier: MIT */
/* The dipole term of a slab between vacua.
 *
 *     U    =  (2 pi C / V) M^2,    M = sum q_i z_i    with unwrapped z
 *     F_z  = -(4 pi C / V) q_i M
 *     W_zz =  U / 2,   W_xx = W_yy = -U / 2           (W = 1/2 dU / d strain: M^2 / V grows with
 * the height of the cell and falls with its area)
 *
 * A three-dimensional sum with conducting surroundings leaves out the field that the dipole moment
 * of the whole slab makes; between slab and image slab it is too large by 4 pi C M / V. With it the
 * sum goes to that of a slab alone as exp(-2 pi vacuum / lateral edge).
 * Source: Yeh & Berkowitz, doi:10.1063/1.479595, equation 16; for the neutral cell only
 * (doi:10.1063/1.3216473).
 *
 * M is an integer, so that every order of the atoms gives the same bits: steps of 2^-44 e nm, range
 * +-5e5 e nm. Intermediate sums may pass it, as unsigned numbers they come back. */
#ifndef KM_SLAB_DIPOLE_H
#define KM_SLAB_DIPOLE_H

#include "kernels/base/real.h"
#include "kernels/base/units.h"
#include "kernels/particles.h"

typedef uint64_t km_slab_moment; /* e nm x 2^44, two's complement */

#define KM_SLAB_SCALE 17592186044416.0 /* 2^44 */
#define KM_SLAB_LIMIT 5.0e5            /* e nm  of one atom: beyond it something has flown off */

/* Moment of one charge (e) at height z (nm). */
KM_HD km_slab_moment km_slab_moment_of(double charge, double z)
{
    const double moment = fmax(-KM_SLAB_LIMIT, fmin(KM_SLAB_LIMIT, charge * z));
    return (km_slab_moment)(int64_t)(moment * KM_SLAB_SCALE + (moment < 0.0 ? -0.5 : 0.5));
}

/* e nm */
KM_HD double km_slab_moment_to(km_slab_moment moment)
{
    return (double)(int64_t)moment * (1.0 / KM_SLAB_SCALE);
}

/* Field (kJ/mol/nm/e) that pushes a charge along z. */
KM_HD double km_slab_field(double coulomb_constant, double volume, double moment)
{
    return -4.0 * KM_PI * coulomb_constant / volume * moment;
}

/* kJ/mol */
KM_HD double km_slab_energy(double coulomb_constant, double volume, double moment)
{
    return -0.5 * km_slab_field(coulomb_constant, volume, moment) * moment;
}

#endif
