/* SPDX-License-Identifier: MIT */
/* Harmonic angle i-j-k with the vertex j.
 *     U(theta) = k/2 (theta - theta0)^2
 *     n        = r_ij x r_kj                     r_ij = r_i - r_j,  r_kj = r_k - r_j
 *     theta    = atan2(|n|, r_ij . r_kj)
 *     F_i      = -U'(theta) (r_ij x n)/(|r_ij|^2 |n|)
 *     F_k      = -U'(theta) (n x r_kj)/(|r_kj|^2 |n|)        F_j = -F_i - F_k
 * r_ij x n lies in the plane, normal to r_ij, and points to larger theta; atan2 and the cross
 * product keep full accuracy near 0 and 180 degrees, where arccos does not. In the line itself
 * (sin theta below 1e-12) the plane is undefined and the force is taken as zero.
 * The form is OPLS-AA's, doi:10.1021/ja9621760 eq. 2, which prints K (theta - theta0)^2: k = 2 K.
 * The gradient is the one in doi:10.1002/jcc.540130508 (Swope and Ferguson), written with n. */
#ifndef KM_ANGLE_H
#define KM_ANGLE_H

#include "kernels/base/vec.h"

#define KM_ANGLE_SINGULAR 1e-24 /* sin^2 of an angle that counts as straight */

/* Energy (kJ/mol) of an angle; vectors in nm, theta0 in rad, k_theta in kJ/mol/rad^2; forces in
 * kJ/mol/nm. */
KM_HD double km_angle_harmonic(km_vec3 r_ij, km_vec3 r_kj, double theta0, double k_theta,
                               km_vec3 *force_i, km_vec3 *force_k)
{
    const km_vec3 n = km_vec3_cross(r_ij, r_kj);
    const double n2 = km_vec3_dot(n, n);
    const double ij2 = km_vec3_dot(r_ij, r_ij), kj2 = km_vec3_dot(r_kj, r_kj);
    const double n_norm = sqrt(n2);
    const double bend = atan2(n_norm, km_vec3_dot(r_ij, r_kj)) - theta0;
    const bool straight = !(n2 > KM_ANGLE_SINGULAR * ij2 * kj2);
    const double scale = straight ? 0.0 : -k_theta * bend / n_norm;
    *force_i = km_vec3_scale(straight ? 0.0 : scale / ij2, km_vec3_cross(r_ij, n));
    *force_k = km_vec3_scale(straight ? 0.0 : scale / kj2, km_vec3_cross(n, r_kj));
    return 0.5 * k_theta * bend * bend;
}

#endif
