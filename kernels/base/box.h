/* SPDX-License-Identifier: MIT */
/* The periodic cell: lower triangular, right handed.
 *
 *     a = (ax, 0, 0)    b = (bx, by, 0)    c = (cx, cy, cz)        ax, by, cz > 0
 *
 * Reduced form is asked for (|bx| <= ax/2, |cx| <= ax/2, |cy| <= by/2), so that the single-step
 * reduction below finds the nearest image of any vector shorter than half the shortest height.
 * Lengths in nm. Lattice convention: LAMMPS "Howto triclinic"; Allen & Tildesley 2nd ed., 1.6.2. */
#ifndef KM_BASE_BOX_H
#define KM_BASE_BOX_H

#include "kernels/base/vec.h"

typedef struct km_box {
    double ax;         /* nm  first lattice vector along x         */
    double bx, by;     /* nm  second lattice vector, in the xy plane */
    double cx, cy, cz; /* nm  third lattice vector                 */
} km_box;

KM_HD km_box km_box_orthorhombic(double ax, double by, double cz)
{
    km_box box = {ax, 0.0, by, 0.0, 0.0, cz};
    return box;
}

KM_HD double km_box_volume(const km_box *box)
{
    return box->ax * box->by * box->cz;
}

KM_HD bool km_box_is_orthorhombic(const km_box *box)
{
    return box->bx == 0.0 && box->cx == 0.0 && box->cy == 0.0;
}

/* Cartesian (nm) to fractional coordinates. */
KM_HD km_vec3 km_box_to_fractional(const km_box *box, km_vec3 r)
{
    const double w = r.z / box->cz;
    const double v = (r.y - w * box->cy) / box->by;
    const double u = (r.x - v * box->bx - w * box->cx) / box->ax;
    return km_vec3_make(u, v, w);
}

KM_HD km_vec3 km_box_to_cartesian(const km_box *box, km_vec3 s)
{
    return km_vec3_make(s.x * box->ax + s.y * box->bx + s.z * box->cx,
                        s.y * box->by + s.z * box->cy, s.z * box->cz);
}

/* The lattice vector of integer image (i, j, k), nm. */
KM_HD km_vec3 km_box_image_shift(const km_box *box, double i, double j, double k)
{
    return km_box_to_cartesian(box, km_vec3_make(i, j, k));
}

/* The nearest periodic image of the difference d, nm. */
KM_HD km_vec3 km_box_minimum_image(const km_box *box, km_vec3 d)
{
    const double k = nearbyint(d.z / box->cz);
    d.x -= k * box->cx;
    d.y -= k * box->cy;
    d.z -= k * box->cz;
    const double j = nearbyint(d.y / box->by);
    d.x -= j * box->bx;
    d.y -= j * box->by;
    const double i = nearbyint(d.x / box->ax);
    d.x -= i * box->ax;
    return d;
}

/* Distances between opposite faces of the cell, nm. The pair cutoff must stay below half the least.
 */
KM_HD km_vec3 km_box_heights(const km_box *box)
{
    const km_vec3 a = {box->ax, 0.0, 0.0}, b = {box->bx, box->by, 0.0},
                  c = {box->cx, box->cy, box->cz};
    const double volume = km_box_volume(box);
    return km_vec3_make(volume / km_vec3_norm(km_vec3_cross(b, c)),
                        volume / km_vec3_norm(km_vec3_cross(c, a)), box->cz);
}

KM_HD double km_box_least_height(const km_box *box)
{
    const km_vec3 h = km_box_heights(box);
    return fmin(h.x, fmin(h.y, h.z));
}

#endif
