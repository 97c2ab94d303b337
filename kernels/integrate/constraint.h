/* SPDX-License-Identifier: MIT */
/* Fixed distances inside a small group of atoms: stars (X-H, X-H2, X-H3, X-H4) and triangles
 * (rigid water), all solved alike.
 *
 * Positions: after an unconstrained drift to x*, find one multiplier per bond such that
 *     x_i = x_i* + (1/m_i) sum_b (+-) g_b d_b      and      |x_p - x_q| = length_b  for all bonds,
 * d_b being the bond vector before the drift: Ryckaert, Ciccotti, Berendsen,
 * doi:10.1016/0021-9991(77)90098-5. The equations of a group are solved together by Newton's
 * method, its matrix of at most 4 x 4 inverted directly (the coupled solution of Kraeutler, van
 * Gunsteren, Huenenberger, doi:10.1002/1096-987X(20010415)22:5<501::AID-JCC1021>3.0.CO;2-V): 3 to 5
 * iterations for 1e-10.
 * Velocities: remove the components along the bonds, (v_p - v_q) . (x_p - x_q) = 0, one linear
 * system: Andersen's RATTLE, doi:10.1016/0021-9991(83)90014-1. Both stages conserve linear and
 * angular momentum, as the corrections act along the bonds in equal and opposite pairs (an atom
 * held fixed takes up none). */
#ifndef KM_CONSTRAINT_H
#define KM_CONSTRAINT_H

#include "kernels/base/box.h"
#include "kernels/base/real.h"
#include "kernels/integrate/integrate.h"

#define KM_CONSTRAINT_ITERATIONS 50
#define KM_CONSTRAINT_KEPT 4        /* iterations with one matrix */
#define KM_CONSTRAINT_REFINEMENTS 3 /* of the velocity stage, each by what km_real resolves */

/* What a unit multiplier of bond c does to the difference vector of bond b: 1/u. */
KM_HD double km_constraint_coupling(const km_constraint_group *g, const double *inverse_mass, int b,
                                    int c)
{
    const int p = g->bond[b][0], q = g->bond[b][1];
    const int r = g->bond[c][0], s = g->bond[c][1];
    const double at_p = p == r ? inverse_mass[p] : p == s ? -inverse_mass[p] : 0.0;
    const double at_q = q == s ? inverse_mass[q] : q == r ? -inverse_mass[q] : 0.0;
    return at_p + at_q;
}

/* Inverts a positive definite n x n matrix in place by elimination (Gauss and Jordan), which needs
 * no pivoting there; false when it is singular. */
KM_HD bool km_constraint_invert(int n, km_real a[KM_CONSTRAINT_BONDS][KM_CONSTRAINT_BONDS])
{
    bool regular = true;
    KM_DEVICE_UNROLL
    for (int k = 0; k < n; k++) {
        regular = regular && a[k][k] > KM_R(0.0);
        const km_real inverse = KM_R(1.0) / a[k][k];
        a[k][k] = KM_R(1.0);
        KM_DEVICE_UNROLL
        for (int column = 0; column < n; column++)
            a[k][column] *= inverse;
        KM_DEVICE_UNROLL
        for (int row = 0; row < n; row++) {
            if (row == k)
                continue;
            const km_real factor = a[row][k];
            a[row][k] = KM_R(0.0);
            KM_DEVICE_UNROLL
            for (int column = 0; column < n; column++)
                a[row][column] -= factor * a[k][column];
        }
    }
    return regular;
}

/* change = inverse * y */
KM_HD void km_constraint_change(int n,
                                const km_real inverse[KM_CONSTRAINT_BONDS][KM_CONSTRAINT_BONDS],
                                const double y[KM_CONSTRAINT_BONDS],
                                double change[KM_CONSTRAINT_BONDS])
{
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++) {
        km_real sum = KM_R(0.0);
        KM_DEVICE_UNROLL
        for (int c = 0; c < n; c++)
            sum += inverse[b][c] * (km_real)y[c];
        change[b] = (double)sum;
    }
}

/* x_p - x_q for every bond (nm), the nearest image. A vector shorter than twice the bond needs no
 * search: no cell is narrower than four bonds. */
KM_HD void km_constraint_bonds(int n, const km_constraint_group *g, const km_box *box,
                               const km_vec3 x[KM_CONSTRAINT_ATOMS],
                               km_vec3 bond[KM_CONSTRAINT_BONDS])
{
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++) {
        const km_vec3 d = km_vec3_sub(x[g->bond[b][0]], x[g->bond[b][1]]);
        const bool near = km_vec3_dot(d, d) < 4.0 * g->length[b] * g->length[b];
        bond[b] = near ? d : km_box_minimum_image(box, d);
    }
}

/* Adds (1/m) multiplier x direction to both ends of every bond. */
KM_HD void km_constraint_apply(int n, const km_constraint_group *g, const double *inverse_mass,
                               const double multiplier[KM_CONSTRAINT_BONDS],
                               const km_vec3 direction[KM_CONSTRAINT_BONDS],
                               km_vec3 a[KM_CONSTRAINT_ATOMS])
{
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++) {
        const int p = g->bond[b][0], q = g->bond[b][1];
        const km_vec3 push = km_vec3_scale(multiplier[b], direction[b]);
        a[p] = km_vec3_add(a[p], km_vec3_scale(inverse_mass[p], push));
        a[q] = km_vec3_sub(a[q], km_vec3_scale(inverse_mass[q], push));
    }
}

/* Largest relative deviation of a length of the group; close to it |s^2 - l^2| / (2 l^2), which is
 * what the solver compares with its tolerance. */
KM_HD double km_constraint_residual(int n, const km_constraint_group *g,
                                    const km_vec3 bond[KM_CONSTRAINT_BONDS])
{
    double largest = 0.0;
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++)
        largest = fmax(largest, fabs(km_vec3_norm(bond[b]) / g->length[b] - 1.0));
    return largest;
}

/* Newton's method for n bonds (n = g->n_bonds, a constant where this is inlined). The matrix is
 * inverted in km_real and kept for a few iterations: the bonds turn little in a step, so what it
 * leaves of the error is a thousandth. s: the bond vectors (nm), brought to their lengths within
 * the relative tolerance. multiplier: out. */
KM_HD bool km_constraint_newton(int n, const km_constraint_group *g, const double *inverse_mass,
                                const km_vec3 direction[KM_CONSTRAINT_BONDS], double tolerance,
                                km_vec3 s[KM_CONSTRAINT_BONDS],
                                double multiplier[KM_CONSTRAINT_BONDS])
{
    double coupling[KM_CONSTRAINT_BONDS][KM_CONSTRAINT_BONDS];
    km_real inverse[KM_CONSTRAINT_BONDS][KM_CONSTRAINT_BONDS] = {{0}};
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++) {
        multiplier[b] = 0.0;
        KM_DEVICE_UNROLL
        for (int c = 0; c < n; c++)
            coupling[b][c] = km_constraint_coupling(g, inverse_mass, b, c);
    }
    for (int iteration = 0; iteration < KM_CONSTRAINT_ITERATIONS; iteration++) {
        double missing[KM_CONSTRAINT_BONDS], change[KM_CONSTRAINT_BONDS];
        bool converged = true;
        KM_DEVICE_UNROLL
        for (int b = 0; b < n; b++) {
            const double square = g->length[b] * g->length[b];
            const double excess = km_vec3_dot(s[b], s[b]) - square;
            /* written so that a NaN counts as not converged */
            converged = converged && fabs(excess) <= 2.0 * tolerance * square;
            missing[b] = -0.5 * excess;
        }
        if (converged)
            return true;
        if (iteration % KM_CONSTRAINT_KEPT == 0) {
            KM_DEVICE_UNROLL
            for (int b = 0; b < n; b++) {
                KM_DEVICE_UNROLL
                for (int c = 0; c < n; c++)
                    inverse[b][c] = (km_real)(coupling[b][c] * km_vec3_dot(s[b], direction[c]));
            }
            if (!km_constraint_invert(n, inverse))
                return false;
        }
        km_constraint_change(n, inverse, missing, change);
        KM_DEVICE_UNROLL
        for (int c = 0; c < n; c++) {
            multiplier[c] += change[c];
            KM_DEVICE_UNROLL
            for (int b = 0; b < n; b++)
                s[b] = km_vec3_add(s[b], km_vec3_scale(coupling[b][c] * change[c], direction[c]));
        }
    }
    return false;
}

/* Multipliers that bring the positions x (nm) back onto the constraints along the directions (nm,
 * the bonds before the drift), for km_constraint_apply. False when the lengths do not hold within
 * the relative tolerance after KM_CONSTRAINT_ITERATIONS. */
KM_HD bool km_constraint_positions(const km_constraint_group *g, const km_box *box,
                                   const double inverse_mass[KM_CONSTRAINT_ATOMS],
                                   const km_vec3 direction[KM_CONSTRAINT_BONDS], double tolerance,
                                   const km_vec3 x[KM_CONSTRAINT_ATOMS],
                                   double multiplier[KM_CONSTRAINT_BONDS])
{
    km_vec3 s[KM_CONSTRAINT_BONDS];
    km_constraint_bonds(g->n_bonds, g, box, x, s);
    switch (g->n_bonds) {
    case 1:
        return km_constraint_newton(1, g, inverse_mass, direction, tolerance, s, multiplier);
    case 2:
        return km_constraint_newton(2, g, inverse_mass, direction, tolerance, s, multiplier);
    case 3:
        return km_constraint_newton(3, g, inverse_mass, direction, tolerance, s, multiplier);
    default:
        return km_constraint_newton(4, g, inverse_mass, direction, tolerance, s, multiplier);
    }
}

/* Removes from v (nm/ps) the components along the bonds (nm): a linear system, solved in km_real
 * and refined by what is left. n as above. False when it is singular. */
KM_HD bool km_constraint_project(int n, const km_constraint_group *g, const double *inverse_mass,
                                 const km_vec3 bond[KM_CONSTRAINT_BONDS],
                                 km_vec3 v[KM_CONSTRAINT_ATOMS])
{
    km_real inverse[KM_CONSTRAINT_BONDS][KM_CONSTRAINT_BONDS] = {{0}};
    KM_DEVICE_UNROLL
    for (int b = 0; b < n; b++) {
        KM_DEVICE_UNROLL
        for (int c = 0; c < n; c++)
            inverse[b][c] = (km_real)(km_constraint_coupling(g, inverse_mass, b, c) *
                                      km_vec3_dot(bond[b], bond[c]));
    }
    if (!km_constraint_invert(n, inverse))
        return false;
    for (int refinement = 0; refinement < KM_CONSTRAINT_REFINEMENTS; refinement++) {
        double along[KM_CONSTRAINT_BONDS], multiplier[KM_CONSTRAINT_BONDS];
        KM_DEVICE_UNROLL
        for (int b = 0; b < n; b++)
            along[b] = -km_vec3_dot(bond[b], km_vec3_sub(v[g->bond[b][0]], v[g->bond[b][1]]));
        km_constraint_change(n, inverse, along, multiplier);
        km_constraint_apply(n, g, inverse_mass, multiplier, bond, v);
    }
    return true;
}

/* The same for any group. */
KM_HD bool km_constraint_velocities(const km_constraint_group *g,
                                    const double inverse_mass[KM_CONSTRAINT_ATOMS],
                                    const km_vec3 bond[KM_CONSTRAINT_BONDS],
                                    km_vec3 v[KM_CONSTRAINT_ATOMS])
{
    switch (g->n_bonds) {
    case 1:
        return km_constraint_project(1, g, inverse_mass, bond, v);
    case 2:
        return km_constraint_project(2, g, inverse_mass, bond, v);
    case 3:
        return km_constraint_project(3, g, inverse_mass, bond, v);
    default:
        return km_constraint_project(4, g, inverse_mass, bond, v);
    }
}

#endif
