/* SPDX-License-Identifier: MIT */
/* Fractional coordinates without images: what the metal's lists and loops read.
 *
 * In mixed precision a coordinate is a 32-bit integer, in units of 2^-32 of the lattice vector: the
 * difference of two wraps around like the cell does, so it is that of the nearest images, exact and
 * exactly the opposite when the two change places. In double it is a number from 0 to 1. So a pair
 * force depends on nothing but the two positions: not on the list nor on when it was built. Two
 * atoms nearer than half the least height of the cell see each other by that image and no other.
 * (Integer coordinates: Anton, doi:10.1145/1364782.1364802.) */
#ifndef KM_EAM_FRACTION_H
#define KM_EAM_FRACTION_H

#include "kernels/base/box.h"

#ifdef KM_DOUBLE
typedef double km_fraction;
#define KM_FRACTION_UNIT 1.0
#else
typedef int32_t km_fraction;
#define KM_FRACTION_UNIT 0x1p-32
#endif

/* A metal atom as the loops read it. */
typedef struct __attribute__((aligned(4 * sizeof(km_real)))) km_eam_site {
    km_fraction s[3];
    km_real slope; /* kJ/mol  F'(rho), for the forces */
} km_eam_site;

/* The lattice vectors, nm per KM_FRACTION_UNIT. */
typedef struct km_lattice {
    km_real ax, bx, by, cx, cy, cz;
} km_lattice;

KM_HD km_lattice km_lattice_of(const km_box *box)
{
    const double u = KM_FRACTION_UNIT;
    const km_lattice l = {(km_real)(u * box->ax), (km_real)(u * box->bx), (km_real)(u * box->by),
                          (km_real)(u * box->cx), (km_real)(u * box->cy), (km_real)(u * box->cz)};
    return l;
}

/* One fractional coordinate, folded into the cell; 0 of what is not a number. */
KM_HD km_fraction km_fraction_of(double s)
{
    const double folded = s - floor(s);
#ifdef KM_DOUBLE
    return folded < 1.0 ? folded : 0.0;
#else
    return folded >= 0.0 ? (int32_t)(uint32_t)(uint64_t)(folded * 0x1p32) : 0;
#endif
}

/* From 0 to below 1, for cells. */
KM_HD double km_fraction_to(km_fraction s)
{
#ifdef KM_DOUBLE
    return s;
#else
    return (double)(uint32_t)s * 0x1p-32;
#endif
}

/* a - b of the nearest images, in KM_FRACTION_UNIT. */
KM_HD km_real km_fraction_difference(km_fraction a, km_fraction b)
{
#ifdef KM_DOUBLE
    const double d = a - b;
    return d - rint(d);
#else
    return (km_real)(int32_t)((uint32_t)a - (uint32_t)b);
#endif
}

#endif
