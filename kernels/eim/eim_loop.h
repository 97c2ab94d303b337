/* SPDX-License-Identifier: MIT */
/* The loops of the embedded-ion term over a block of the metal's list, once per instruction set.
 *
 * The sites of the list carry one number beside their coordinates: after `charge` that of
 * list->embedded is q, after `potential` that of list->site is s. */
#ifndef KM_EIM_LOOP_H
#define KM_EIM_LOOP_H

#include "kernels/eam/eam_list.h"
#include "kernels/eim/eim_setup.h"

typedef void km_eim_charge_function(const km_eam_list *list, const km_eim_setup *setup, int block,
                                    km_eam_sums *sums);
/* Adds 1/2 q s to the energy when asked for. */
typedef void km_eim_potential_function(const km_eam_list *list, const km_eim_setup *setup,
                                       int block, bool energy, km_eam_sums *sums);
typedef void km_eim_force_function(const km_eam_list *list, const km_eim_setup *setup, int block,
                                   bool tally, km_particles *p, km_eam_sums *sums);
km_eim_charge_function km_eim_charge_baseline, km_eim_charge_avx2, km_eim_charge_avx512;
km_eim_potential_function km_eim_potential_baseline, km_eim_potential_avx2, km_eim_potential_avx512;
km_eim_force_function km_eim_force_baseline, km_eim_force_avx2, km_eim_force_avx512;

#endif
