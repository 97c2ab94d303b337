/* SPDX-License-Identifier: MIT */
/* The passes of the embedded-ion term, compiled once per instruction set (KM_ISA_NAME names it).
 *
 * The sites of the list carry one number beside their coordinates: after `charge` that of
 * list->embedded is q, after `potential` that of list->site is s. */
#include "kernels/eam/metal_passes.h"
#include "kernels/eim/eim_pair.h"
#include "kernels/eim/eim_setup.h"

KM_HD void take_charges(const bool several, const km_eam_list *list, const km_eam_setup *setup,
                        int first, const double q[KM_LANES], bool energy, km_eam_sums *sums)
{
    (void)several, (void)setup, (void)energy, (void)sums;
    for (int k = 0; k < KM_LANES; k++) {
        km_eam_site site = list->site[first + k];
        site.slope = (km_real)q[k];
        list->embedded[first + k] = site;
    }
}

static void charge(const km_eam_list *list, const km_eam_setup *setup, int block, const km_step *s,
                   km_particles *p, km_eam_sums *sums)
{
    (void)p;
    sum_pass(true, KM_EIM_KNOT, KM_EIM_ETA, 0, take_charges, list, setup, block, s->energy, sums);
}

/* Adds 1/2 q s to the energy when asked for. */
KM_HD void take_potentials(const bool several, const km_eam_list *list, const km_eam_setup *setup,
                           int first, const double s[KM_LANES], bool energy, km_eam_sums *sums)
{
    (void)several, (void)setup;
    for (int k = 0; k < KM_LANES; k++) {
        list->site[first + k].slope = (km_real)s[k];
        if (energy && list->atom[first + k] >= 0)
            sums->energy += km_fixed_from(0.5 * (double)list->embedded[first + k].slope * s[k]);
    }
}

static void potential(const km_eam_list *list, const km_eam_setup *setup, int block,
                      const km_step *s, km_particles *p, km_eam_sums *sums)
{
    (void)p;
    sum_pass(true, KM_EIM_KNOT, KM_EIM_PSI, 1, take_potentials, list, setup, block, s->energy,
             sums);
}

/* own->slope and q->slope are charges. */
KM_HD km_lane ion_force(const bool several, const km_eam_list *list, const km_eam_setup *setup,
                        const own_atoms *own, const pairs *q, km_lane *u)
{
    km_lane eta[4], phi[4], psi[4], other[4];
    (void)several;
    km_lane_gather4(setup->knot + KM_EIM_ETA, q->interval, eta);
    km_lane_gather4(setup->knot + KM_EIM_PHI, q->interval, phi);
    km_lane_gather4(setup->knot + KM_EIM_PSI, q->interval, psi);
    km_lane_gather4(list->site, q->neighbour, other);
    *u = km_spline_value(phi, q->p);
    return km_eim_pair_force(km_spline_slope(phi, q->p), km_spline_slope(psi, q->p),
                             km_spline_slope(eta, q->p), own->slope * q->slope,
                             own->potential - other[3], km_lane_all((km_real)setup->inverse_step),
                             q->inverse_r);
}

static void force(const km_eam_list *list, const km_eam_setup *setup, int block, const km_step *s,
                  km_particles *p, km_eam_sums *sums)
{
    if (s->energy || s->virial)
        force_pass(true, KM_EIM_KNOT, true, ion_force, list, setup, block, p, sums);
    else
        force_pass(true, KM_EIM_KNOT, false, ion_force, list, setup, block, p, sums);
}

const km_metal_passes KM_JOIN(km_eim_, KM_ISA_NAME) = {3, {charge, potential, force}};
