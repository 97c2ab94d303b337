/* SPDX-License-Identifier: MIT */
/* The dihedral angle phi of i-j-k-l and two energies in it. IUPAC: cis = 0, trans = 180 degrees,
 * positive when, seen along j-k, l is turned clockwise from i.
 *     F = r_i - r_j    G = r_j - r_k    H = r_l - r_k    A = F x G    B = H x G
 *     cos phi = A.B/(|A||B|)            sin phi = -|G| F.B/(|A||B|)
 *     dphi/dr_i = -|G| A/A^2            dphi/dr_l = |G| B/B^2
 *     dphi/dr_j = -dphi/dr_i + S        dphi/dr_k = -dphi/dr_l - S
 *     S = (F.G) A/(A^2 |G|) - (H.G) B/(B^2 |G|)
 * No division by sin phi: planar dihedrals are harmless. Blondel and Karplus,
 * doi:10.1002/(SICI)1096-987X(19960715)17:9<1132::AID-JCC5>3.0.CO;2-T, eqs. 4, 8, 27.
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
    const double least = KM_DIHEDRAL_SINGULAR * g2;
    km_dihedral_angle d = {1.0, 0.0, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    if (!(a2 > least * km_vec3_dot(f, f)) || !(b2 > least * km_vec3_dot(h, h)))
        return d;
    const double g_norm = sqrt(g2), over_ab = 1.0 / sqrt(a2 * b2);
    d.cosine = km_vec3_dot(a, b) * over_ab;
    d.sine = -g_norm * km_vec3_dot(f, b) * over_ab;
    d.gradient_i = km_vec3_scale(-g_norm / a2, a);
    d.gradient_l = km_vec3_scale(g_norm / b2, b);
    /* (F.G) A/(A^2 |G|) = -(F.G)/G^2 dphi/dr_i, and the like with H */
    d.shift = km_vec3_add(km_vec3_scale(-km_vec3_dot(f, g) / g2, d.gradient_i),
                          km_vec3_scale(-km_vec3_dot(h, g) / g2, d.gradient_l));
    return d;
}

/* Forces on i, j, k, l (kJ/mol/nm) from dU/dphi (kJ/mol). */
KM_HD void km_dihedral_forces(const km_dihedral_angle *d, double du_dphi, km_vec3 force[4])
{
    const km_vec3 s = km_vec3_scale(-du_dphi, d->shift);
    force[0] = km_vec3_scale(-du_dphi, d->gradient_i);
    force[3] = km_vec3_scale(-du_dphi, d->gradient_l);
    force[1] = km_vec3_sub(s, force[0]);
    force[2] = km_vec3_scale(-1.0, km_vec3_add(s, force[3]));
}

/* Ryckaert-Bellemans energy (kJ/mol) and its derivative by phi; c[6] in kJ/mol. */
KM_HD double km_dihedral_rb_energy(double cosine, double sine, const double *c, double *du_dphi)
{
    const double x = -cosine;
    double u = c[5], slope = 0.0;
    for (int n = 4; n >= 0; n--) {
        slope = slope * x + u;
        u = u * x + c[n];
    }
    *du_dphi = sine * slope;
    return u;
}

/* Periodic energy (kJ/mol) and its derivative by phi; k in kJ/mol, phi0 by its cosine and sine. */
KM_HD double km_dihedral_periodic_energy(double cosine, double sine, int multiplicity, double k,
                                         double cosine0, double sine0, double *du_dphi)
{
    double cosine_n = 1.0, sine_n = 0.0;
    for (int n = 0; n < multiplicity; n++) {
        const double next = cosine_n * cosine - sine_n * sine;
        sine_n = sine_n * cosine + cosine_n * sine;
        cosine_n = next;
    }
    *du_dphi = -k * multiplicity * (sine_n * cosine0 - cosine_n * sine0);
    return k * (1.0 + cosine_n * cosine0 + sine_n * sine0);
}

#endif
