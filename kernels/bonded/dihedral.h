/* SPDX-License-Identifier: MIT */
/* The dihedral angle phi of i-j-k-l and two energies in it. IUPAC: cis = 0, trans = 180 degrees,
 * positive when, seen along j-k, l is turned clockwise from i.
 *     F = r_i - r_j    G = r_j - r_k    H = r_l - r_k    A = F x G    B = H x G
 *     cos phi = A.B/(|A||B|)            sin phi = -|G| F.B/(|A||B|)
 *     dphi/dr_i = -|G| A/A^2            dphi/dr_l = |G| B/B^2
 *     dphi/dr_j = -dphi/dr_i + S        dphi/dr_k = -dphi/dr_l - S
 *     S = (F.G) A/(A^2 |G|) - (H.G) B/(B^2 |G|)
 * No division by sin phi: planar dihedrals are harmless. Blondel and Karplus,
 * doi:10.1002/(SICI)1096-987X(19960715)17:9<1132::AID-JCC5>3.0.CO;2-T.
 * Where three neighbouring atoms are in line (sin of the bond angle below 1e-6) phi is undefined:
 * it is taken as 0 and the force as zero.
 *
 * Ryckaert-Bellemans, doi:10.1039/dc9786600095:
 *     U = sum_n c[n] cos^n(psi)   psi = phi - 180 degrees: cos psi = -cos phi, sin psi = -sin phi
 *     dU/dphi = sin phi sum_n n c[n] cos^(n-1)(psi)
 * Periodic:
 *     U = k (1 + cos(n phi - phi0))        dU/dphi = -k n sin(n phi - phi0)
 *     cos(n phi), sin(n phi) from powers of cos phi + i sin phi (de Moivre): no trigonometry. */
#ifndef KM_DIHEDRAL_H
#define KM_DIHEDRAL_H

#include "kernels/base/vec.h"

#define KM_DIHEDRAL_SINGULAR 1e-12 /* sin^2 of a bond angle that counts as straight */

typedef struct km_dihedral_angle {
    double cosine, sine; /*      of phi                    */
    km_vec3 gradient_i;  /* 1/nm dphi/dr_i                 */
    km_vec3 gradient_l;  /* 1/nm dphi/dr_l                 */
    km_vec3 shift;       /* 1/nm S above                   */
} km_dihedral_angle;

/* Angle and gradient; f, g, h are F, G, H above in nm. */
KM_HD km_dihedral_angle km_dihedral_of(km_vec3 f, km_vec3 g, km_vec3 h)
{
    const km_vec3 a = km_vec3_cross(f, g), b = km_vec3_cross(h, g);
    const double a2 = km_vec3_dot(a, a), b2 = km_vec3_dot(b, b), g2 = km_vec3_dot(g, g);
    const double least_a = KM_DIHEDRAL_SINGULAR * g2 * km_vec3_dot(f, f);
    const double least_b = KM_DIHEDRAL_SINGULAR * g2 * km_vec3_dot(h, h);
    const bool defined = (a2 > least_a) & (b2 > least_b); /* no branch */
    const double g_norm = sqrt(g2);
    const double one = defined ? 1.0 : 0.0, tiny = 1e-200; /* tiny: never a division by zero */
    const double over_a2b2 = one * (1.0 / (a2 * b2 + tiny)), over_g2 = one * (1.0 / (g2 + tiny));
    const double over_ab = sqrt(over_a2b2);
    km_dihedral_angle d;
    d.cosine = km_vec3_dot(a, b) * over_ab + (1.0 - one);
    d.sine = -g_norm * km_vec3_dot(f, b) * over_ab;
    d.gradient_i = km_vec3_scale(-g_norm * b2 * over_a2b2, a);
    d.gradient_l = km_vec3_scale(g_norm * a2 * over_a2b2, b);
    /* (F.G) A/(A^2 |G|) = -(F.G)/G^2 dphi/dr_i, and the like with H */
    d.shift = km_vec3_add(km_vec3_scale(-km_vec3_dot(f, g) * over_g2, d.gradient_i),
                          km_vec3_scale(-km_vec3_dot(h, g) * over_g2, d.gradient_l));
    return d;
}

/* Forces on i, j, k, l, kJ/mol/nm. */
typedef struct km_dihedral_force {
    km_vec3 i, j, k, l;
} km_dihedral_force;

/* Forces from dU/dphi (kJ/mol). */
KM_HD km_dihedral_force km_dihedral_forces(km_dihedral_angle d, double slope)
{
    const km_vec3 s = km_vec3_scale(-slope, d.shift);
    km_dihedral_force force;
    force.i = km_vec3_scale(-slope, d.gradient_i);
    force.l = km_vec3_scale(-slope, d.gradient_l);
    force.j = km_vec3_sub(s, force.i);
    force.k = km_vec3_sub(km_vec3_scale(-1.0, s), force.l);
    return force;
}

/* An energy in the angle, and dU/dphi, kJ/mol. */
typedef struct km_dihedral_term {
    double u, slope;
} km_dihedral_term;

/* Ryckaert-Bellemans; the six coefficients (kJ/mol) lie stride apart. */
KM_HD km_dihedral_term km_dihedral_rb_term(double cosine, double sine, const double *c, int stride)
{
    const double x = -cosine;
    const double c1 = c[stride], c2 = c[2 * stride], c3 = c[3 * stride], c4 = c[4 * stride],
                 c5 = c[5 * stride];
    km_dihedral_term term;
    term.u = ((((c5 * x + c4) * x + c3) * x + c2) * x + c1) * x + c[0];
    term.slope = sine * ((((5.0 * c5 * x + 4.0 * c4) * x + 3.0 * c3) * x + 2.0 * c2) * x + c1);
    return term;
}

/* Periodic; k in kJ/mol, phi0 by its cosine and sine. */
KM_HD km_dihedral_term km_dihedral_periodic_term(double cosine, double sine, int multiplicity,
                                                 double k, double cosine0, double sine0)
{
    double cosine_n = 1.0, sine_n = 0.0;
    for (int n = 0; n < multiplicity; n++) {
        const double next = cosine_n * cosine - sine_n * sine;
        sine_n = sine_n * cosine + cosine_n * sine;
        cosine_n = next;
    }
    km_dihedral_term term;
    term.u = k * (1.0 + cosine_n * cosine0 + sine_n * sine0);
    term.slope = -k * multiplicity * (sine_n * cosine0 - cosine_n * sine0);
    return term;
}

#endif
