/* SPDX-License-Identifier: MIT */
/* The functions of the embedded-ion method.
 *
 *     f(r, s, c)  = (erfc(x) - erfc(x_c)) / (erfc(x_s) - erfc(x_c)),
 *                   x = x_s + (x_c - x_s) (r - s)/(c - s),  x_s = -1.645, x_c = 1.645
 *     phi_ab(r)   = E_b/(beta - alpha) [beta e^{-alpha (r/r_e - 1)} f(r, r_e, r_c,phi)
 *                                       - alpha e^{-beta (r/r_e - 1)} f(r, r_e, r_c,phi)]
 *           or    = E_b/(beta - alpha) [beta (r_e/r)^alpha f - alpha (r_e/r)^beta f]
 *     eta_ba(r)   = A_eta (chi_b - chi_a) f(r, r_s,eta, r_c,eta)
 *     psi_ab(r)   = A_psi e^{-zeta r} f(r, r_s,psi, r_c,psi)
 *
 * each 0 beyond its r_c. eta_ba is what a neighbour of element b gives to the charge of an atom of
 * element a. Source: Zhou, Doty & Yang, Comput. Mater. Sci. 50 (2011) 2470, and the page of
 * LAMMPS's pair_style eim (doi:10.1016/j.cpc.2021.108171). */
#ifndef KM_EIM_FUNCTIONS_H
#define KM_EIM_FUNCTIONS_H

#include <math.h>

#include "kernels/base/real.h"
#include "kernels/eim/eim.h"

/* Nearer than this the functions stay at their values. */
#define KM_EIM_NEAREST 0.02 /* nm */

KM_HD double km_eim_cutoff(const km_eim_parameters *p, double r, double start, double end)
{
    if (r >= end)
        return 0.0;
    const double x = p->near + (p->far - p->near) / (end - start) * (r - start);
    return (erfc(x) - erfc(p->far)) / (erfc(p->near) - erfc(p->far));
}

/* kJ/mol */
KM_HD double km_eim_phi(const km_eim_parameters *p, const km_eim_pair *k, double r)
{
    const double x = r / k->distance, factor = k->energy / (k->beta - k->alpha);
    double repulsion, attraction;
    if (k->form == KM_EIM_EXPONENTIAL) {
        repulsion = exp(-k->alpha * (x - 1.0));
        attraction = exp(-k->beta * (x - 1.0));
    } else {
        repulsion = pow(x, -k->alpha);
        attraction = pow(x, -k->beta);
    }
    return factor *
           (k->beta * repulsion * km_eim_cutoff(p, r, k->distance, k->cutoff_repulsion) -
            k->alpha * attraction * km_eim_cutoff(p, r, k->distance, k->cutoff_attraction));
}

/* What element b gives to a. */
KM_HD double km_eim_eta(const km_eim_parameters *p, int a, int b, double r)
{
    const km_eim_pair *k = km_eim_pair_of(p, a, b);
    const double difference = p->element[b].electronegativity - p->element[a].electronegativity;
    return k->charge * difference * km_eim_cutoff(p, r, k->start_charge, k->cutoff_charge);
}

/* kJ/mol */
KM_HD double km_eim_psi(const km_eim_parameters *p, const km_eim_pair *k, double r)
{
    return k->potential * exp(-k->decay * r) *
           km_eim_cutoff(p, r, k->start_potential, k->cutoff_potential);
}

/* nm, where the last of the functions of a pair ends. */
KM_HD double km_eim_reach(const km_eim_pair *k)
{
    return fmax(fmax(k->cutoff_attraction, k->cutoff_repulsion),
                fmax(k->cutoff_charge, k->cutoff_potential));
}

#endif
