/* SPDX-License-Identifier: MIT */
/* Harmonic angle i-j-k with the vertex j.
 *     U(theta) = k/2 b^2         b = theta - theta0
 *     n        = r_ij x r_kj     r_ij = r_i - r_j,  r_kj = r_k - r_j
 *     tan(b/2) = sin b/(1 + cos b), with sin b and cos b from cos theta = r_ij.r_kj/(|r_ij||r_kj|),
 *                sin theta = |n|/(|r_ij||r_kj|) and the constants cos theta0, sin theta0
 *     F_i      = -k b (r_ij x n)/(|r_ij|^2 |n|)
 *     F_k      = -k b (n x r_kj)/(|r_kj|^2 |n|)        F_j = -F_i - F_k
 * r_ij x n lies in the plane, normal to r_ij, and points to larger theta. Nothing is lost near 0
 * and 180 degrees, where arccos is useless, and b itself, small in a molecule, comes from the
 * series of the arc tangent: no call, so that a loop over angles becomes a vector loop. In the line
 * itself (sin theta below 1e-12) the plane is undefined and the force is taken as zero. The form is
 * OPLS-AA's, doi:10.1021/ja9621760, which prints K (theta - theta0)^2: k = 2 K. The gradient
 * is the one in doi:10.1002/jcc.540130508 (Swope and Ferguson), written with n. */
#ifndef KM_ANGLE_H
#define KM_ANGLE_H

#include "kernels/base/vec.h"

#define KM_ANGLE_SINGULAR 1e-24 /* sin^2 of an angle that counts as straight */

#define KM_ANGLE_SERIES_MAX 0.25 /* |tan(b/2)| up to which the series is exact: b = 28 degrees */

typedef struct km_angle_result {
    double u;                 /* kJ/mol                               */
    double tangent;           /* tan(b/2), to be compared with KM_ANGLE_SERIES_MAX */
    km_vec3 force_i, force_k; /* kJ/mol/nm                            */
} km_angle_result;

/* 2 arctan(t) for |t| <= 1/4: the next term, 2 t^27/27, is below 1e-17. */
KM_HD double km_angle_twice_arctangent(double t)
{
    const double t2 = t * t;
    double sum = 1.0 / 25.0;
    sum = 1.0 / 23.0 - t2 * sum;
    sum = 1.0 / 21.0 - t2 * sum;
    sum = 1.0 / 19.0 - t2 * sum;
    sum = 1.0 / 17.0 - t2 * sum;
    sum = 1.0 / 15.0 - t2 * sum;
    sum = 1.0 / 13.0 - t2 * sum;
    sum = 1.0 / 11.0 - t2 * sum;
    sum = 1.0 / 9.0 - t2 * sum;
    sum = 1.0 / 7.0 - t2 * sum;
    sum = 1.0 / 5.0 - t2 * sum;
    sum = 1.0 / 3.0 - t2 * sum;
    return 2.0 * t * (1.0 - t2 * sum);
}

/* Vectors in nm, theta0 by its cosine and sine, k_theta in kJ/mol/rad^2. always_near: the caller
 * repeats the angle with false when the tangent comes out above KM_ANGLE_SERIES_MAX. */
KM_HD km_angle_result km_angle_harmonic(km_vec3 r_ij, km_vec3 r_kj, double cosine0, double sine0,
                                        double k_theta, bool always_near)
{
    const km_vec3 n = km_vec3_cross(r_ij, r_kj);
    const double n2 = km_vec3_dot(n, n), x = km_vec3_dot(r_ij, r_kj);
    const double ij2 = km_vec3_dot(r_ij, r_ij), kj2 = km_vec3_dot(r_kj, r_kj), h2 = ij2 * kj2;
    const double y = sqrt(n2), h = sqrt(h2); /* h sin theta and h */
    const double over = h + (x * cosine0 + y * sine0);
    km_angle_result result;
    /* b = +-180 degrees: an angle of 0 that wants to be 180 */
    result.tangent = over > 1e-12 * h ? (y * cosine0 - x * sine0) / over : 1e12;
    const double t = result.tangent;
    const double b = always_near || fabs(t) <= KM_ANGLE_SERIES_MAX ? km_angle_twice_arctangent(t)
                                                                   : 2.0 * atan(t);
    const double scale = n2 > KM_ANGLE_SINGULAR * h2 ? -k_theta * b / (y * h2) : 0.0;
    result.u = 0.5 * k_theta * b * b;
    result.force_i = km_vec3_scale(scale * kj2, km_vec3_cross(r_ij, n));
    result.force_k = km_vec3_scale(scale * ij2, km_vec3_cross(n, r_kj));
    return result;
}

#endif
