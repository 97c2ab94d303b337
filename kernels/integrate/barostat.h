/* SPDX-License-Identifier: MIT */
/* Stochastic cell rescaling: first-order pressure coupling with the correct volume fluctuations.
 *
 * With V the volume, scaled centres of mass and scaled momenta held, the volume obeys
 *
 *     dV = -(b V / tau) (P0 - P - kT/V) dt + sqrt(2 kT b V / tau) dW
 *
 * whose stationary density is exp(-(K + U + P0 V)/kT). In lambda = sqrt(V) the noise is constant,
 *
 *     d(lambda) = -(b lambda / (2 tau)) (P0 - P - kT/(2V)) dt + sqrt(kT b / (2 tau)) dW
 *
 * and this form is advanced by one Euler step. Source: Bernetti & Bussi, doi:10.1063/5.0020514.
 * Here P is the instantaneous molecular pressure, b the compressibility times the share of the
 * volume change that the axes in question carry: 1 for the isotropic cell; 2/3 for the area and
 * then 1/3 for the height of the semi-isotropic cell, 1/3 for each edge in turn of the anisotropic
 * one (a third per axis as in doi:10.3390/app12031139; each is the same equation with the others
 * held, P the mean over its axes); 1 for a cell that changes along z alone, so that tau keeps its
 * meaning. The edges of the anisotropic cell then have the density exp(-(K + U + P0 V)/kT) da db
 * dc at given scaled centres and momenta. Its angles must be right ones: an edge of an oblique cell
 * that changed alone would feel shear stresses, and none are computed here. Centres of mass
 * are scaled with the cell, their velocities inversely; molecules keep their shape and internal
 * motion, so constraints stay satisfied. P(V) of N molecules without forces is V^N exp(-P0 V/kT);
 * with the total momentum removed V^(N-1).
 *
 * The error is of first order in dt/tau: dt/tau <= 0.02 is safe. A fluid has no preferred shape:
 * under semi-isotropic (without a surface) and anisotropic coupling its cell shape diffuses. */
#ifndef KM_BAROSTAT_H
#define KM_BAROSTAT_H

#include "kernels/base/box.h"
#include "kernels/particles.h"

/* Largest relative change of lambda by the drift of one step. In equilibrium it is never reached;
 * it keeps a bad start (thousands of bar) from collapsing the cell. */
#define KM_BAROSTAT_LARGEST_DRIFT 0.01

/* One component of the pressure tensor, kJ/mol/nm^3, from kinetic energy and virial, kJ/mol. */
KM_HD double km_pressure(double kinetic, double virial, double volume)
{
    return 2.0 * (kinetic - virial) / volume;
}

/* New volume (nm^3). pressure and target in kJ/mol/nm^3, kt in kJ/mol, compressibility (with its
 * share) in nm^3 mol/kJ, duration / time without unit, normal a standard normal number. */
KM_HD double km_barostat_volume(double volume, double pressure, double target, double kt,
                                double compressibility, double duration, double time, double normal)
{
    const double lambda = sqrt(volume);
    const double rate = compressibility * duration / time;
    const double drift = -0.5 * lambda * rate * (target - pressure - 0.5 * kt / volume);
    const double noise = sqrt(0.5 * kt * rate) * normal;
    const double limit = KM_BAROSTAT_LARGEST_DRIFT * lambda;
    const double changed = lambda + fmax(-limit, fmin(limit, drift)) + noise;
    return changed * changed;
}

/* The cell stretched by scale.x, scale.y, scale.z along the axes; semi-isotropic: scale.x =
 * scale.y, so that a triclinic cell keeps its angle in the plane. */
KM_HD km_box km_box_stretch(const km_box *box, km_vec3 scale)
{
    km_box out;
    out.ax = scale.x * box->ax;
    out.bx = scale.x * box->bx;
    out.by = scale.y * box->by;
    out.cx = scale.x * box->cx;
    out.cy = scale.y * box->cy;
    out.cz = scale.z * box->cz;
    return out;
}

#endif
