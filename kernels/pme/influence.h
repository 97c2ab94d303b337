/* SPDX-License-Identifier: MIT */
/* The reciprocal part of Ewald's sum on a mesh, one wave vector at a time.
 *
 *     E   = 1/2 sum_m G(m) |S(m)|^2                        S: discrete Fourier transform of charges
 *     G   = (4 pi C / V) exp(-k^2 / (4 alpha^2)) / k^2  B(m),      G(0) = 0
 *     k   = 2 pi (m_0 a* + m_1 b* + m_2 c*)
 *     B   = product over the axes of 1 / |sum_j M_p(j+1) exp(2 pi i m_a j / K_a)|^2
 *     W   = -1/2 sum_m 1/2 G |S|^2 (1 - 2 (1/k^2 + 1/(4 alpha^2)) k (x) k)
 *
 * W = -1/2 sum r (x) F is minus half the strain derivative; the source's tensor is -2W/V. The
 * potential on the mesh, dE/dQ, is the unnormalised backward transform of G S.
 * Source: Essmann et al., doi:10.1063/1.470117, equations 2.7, 4.4, 4.7 to 4.9.
 * For odd p and even K the sum in B vanishes at m = K/2; that mode is left out (B = 0). */
#ifndef KM_INFLUENCE_H
#define KM_INFLUENCE_H

#include "kernels/base/box.h"
#include "kernels/base/units.h"
#include "kernels/pme/bspline.h"

/* Gradients of the fractional coordinates, 1/nm; zero components left out (box.h). */
typedef struct km_reciprocal_cell {
    double ax, ay, az; /* 1/nm  a*                    */
    double by, bz;     /* 1/nm  b*, without x         */
    double cz;         /* 1/nm  c*, along z           */
} km_reciprocal_cell;

KM_HD km_reciprocal_cell km_reciprocal_cell_of(const km_box *box)
{
    km_reciprocal_cell r;
    r.ax = 1.0 / box->ax;
    r.ay = -box->bx / (box->ax * box->by);
    r.az = (box->bx * box->cy - box->cx * box->by) / (box->ax * box->by * box->cz);
    r.by = 1.0 / box->by;
    r.bz = -box->cy / (box->by * box->cz);
    r.cz = 1.0 / box->cz;
    return r;
}

/* u a* + v b* + w c*: turns a gradient in fractional coordinates into a Cartesian one, 1/nm. */
KM_HD km_vec3 km_reciprocal_vector(const km_reciprocal_cell *r, double u, double v, double w)
{
    return km_vec3_make(u * r->ax, u * r->ay + v * r->by, u * r->az + v * r->bz + w * r->cz);
}

/* The frequency between -K/2 and K/2 that point m of a transform of K points stands for. */
KM_HD int km_signed_frequency(int m, int points)
{
    return 2 * m <= points ? m : m - points;
}

/* The factor of one axis in B(m). */
KM_HD double km_bspline_modulus(int order, int m, int points)
{
    if (order % 2 == 1 && 2 * m == points)
        return 0.0;
    double real = 0.0, imaginary = 0.0;
    for (int j = 0; j < order - 1; j++) {
        const double angle = 2.0 * KM_PI * (double)m * j / points;
        real += km_bspline_at_integer(order, j) * cos(angle);
        imaginary += km_bspline_at_integer(order, j) * sin(angle);
    }
    return 1.0 / (real * real + imaginary * imaginary);
}

/* G at k2 = k^2 > 0 (1/nm^2), with scale = 4 pi C / V and decay = 1/(4 alpha^2). */
KM_HD double km_influence(double scale, double decay, double k2, double modulus)
{
    return scale * modulus * exp(-decay * k2) / k2;
}

/* The factor of k (x) k in the virial. */
KM_HD double km_influence_virial(double decay, double k2)
{
    return 2.0 * (1.0 / k2 + decay);
}

#endif
