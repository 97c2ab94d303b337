/* SPDX-License-Identifier: MIT */
/* The functions as tables, for the elements that there are; host memory. */
#ifndef KM_EIM_SETUP_H
#define KM_EIM_SETUP_H

#include "kernels/eam/eam_setup.h"
#include "kernels/eim/eim.h"

/* Points of a table from 0 to the cutoff, as many as LAMMPS has: with the interpolation of
 * eam/spline.h energies and forces are the same. */
#define KM_EIM_POINTS 5000

/* Numbers of an interval of the pair of elements (a, b), four coefficients each: of eta_ba, of phi,
 * kJ/mol, of psi, kJ/mol. */
enum { KM_EIM_ETA = 0, KM_EIM_PHI = 4, KM_EIM_PSI = 8, KM_EIM_KNOT = 12 };

typedef struct km_eim_setup {
    km_eam_setup table; /* no embedding; passes sum charges, then potentials, kJ/mol             */
    km_eam_spec atoms;  /* as the list wants them; elements are those of the tables              */
    int *element;       /* n_atoms: atoms points to it                                           */
} km_eim_setup;

#ifdef __cplusplus
extern "C" {
#endif
/* nm, the longest cutoff among the elements of the atoms. */
double km_eim_spec_cutoff(const km_eim_spec *spec);
/* Refuses a spec that is not one for n atoms. */
km_status km_eim_spec_check(const km_eim_spec *spec, int n);
km_status km_eim_setup_make(const km_eim_spec *spec, km_eim_setup *out);
void km_eim_setup_free(km_eim_setup *setup);
#ifdef __cplusplus
}
#endif

#endif
