/* SPDX-License-Identifier: MIT */
#include "host/output/cell_parameters.h"

#include "kernels/base/units.h"

/* Degrees; atan2 stays exact where acos of a rounded cosine would not. */
static double angle_between(km_vec3 u, km_vec3 v)
{
    const double dot = km_vec3_dot(u, v);
    if (dot == 0.0)
        return 90.0;
    return atan2(km_vec3_norm(km_vec3_cross(u, v)), dot) * (180.0 / KM_PI);
}

km_cell_parameters km_cell_parameters_from_box(const km_box *box)
{
    const km_vec3 a = {box->ax, 0.0, 0.0}, b = {box->bx, box->by, 0.0},
                  c = {box->cx, box->cy, box->cz};
    const km_cell_parameters cell = {
        .length = {km_vec3_norm(a), km_vec3_norm(b), km_vec3_norm(c)},
        .angle = {angle_between(b, c), angle_between(a, c), angle_between(a, b)},
    };
    return cell;
}

static double cosine(double degrees)
{
    return degrees == 90.0 ? 0.0 : cos(degrees * (KM_PI / 180.0));
}

/* How often edge must be taken off to bring shift into [-edge/2, edge/2]; a shift that is at half
 * the edge but for rounding stays. */
static double excess(double shift, double edge)
{
    return fabs(shift) <= 0.5 * edge * (1.0 + 1e-9) ? 0.0 : nearbyint(shift / edge);
}

static void reduce(km_box *box)
{
    const double k = excess(box->cy, box->by);
    box->cy -= k * box->by;
    box->cx -= k * box->bx;
    box->cx -= excess(box->cx, box->ax) * box->ax;
    box->bx -= excess(box->bx, box->ax) * box->ax;
}

km_status km_cell_parameters_to_box(const km_cell_parameters *cell, km_box *box)
{
    const double cos_alpha = cosine(cell->angle[0]), cos_beta = cosine(cell->angle[1]),
                 cos_gamma = cosine(cell->angle[2]);
    const double sin_gamma = sqrt(1.0 - cos_gamma * cos_gamma);
    const double b = cell->length[1], c = cell->length[2];
    *box = (km_box){.ax = cell->length[0], .bx = b * cos_gamma, .by = b * sin_gamma};
    box->cx = c * cos_beta;
    box->cy = c * (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
    box->cz = sqrt(c * c - box->cx * box->cx - box->cy * box->cy);
    reduce(box);
    if (!(box->ax > 0.0 && box->by > 0.0 && box->cz > 0.0 && isfinite(km_box_volume(box))))
        return KM_FAIL(KM_ERROR_VALUE,
                       "the cell with edges %g, %g, %g A and angles %g, %g, %g degrees has no "
                       "volume",
                       10.0 * cell->length[0], 10.0 * b, 10.0 * c, cell->angle[0], cell->angle[1],
                       cell->angle[2]);
    return KM_OK;
}
