/* SPDX-License-Identifier: MIT */
/* Short-range pair forces: van der Waals and the screened part of Ewald's sum, in one traversal. */
#ifndef KM_PAIR_H
#define KM_PAIR_H

#include "kernels/force.h"
#include "kernels/pair/vdw.h"
#include "kernels/pair/vdw_table.h"

/* Plain host data, filled by host/model. */
typedef struct km_pair_spec {
    int n_types;     /*      number of atom types                                          */
    const int *form; /*      n_types^2  km_vdw_form of each pair of types                  */
    const double *parameter;   /*      n_types^2 x KM_VDW_PARAMETERS, in the order of KM_VDW_LIST,
                                       units nm and kJ/mol; of KM_VDW_TABLE the index in table */
    const km_vdw_table *table; /*    n_tables  tabulated pairs                                */
    int n_tables;
    double cutoff;      /* nm   van der Waals and Coulomb alike                               */
    bool shift;         /*      subtract U(cutoff) from each van der Waals pair energy, so that
                                the energy is conserved; forces are the same                  */
    bool tail;          /*      add the mean-field energy and pressure beyond the cutoff (and,
                                with shift, of the shift) for the attractive and repulsive part */
    double ewald_alpha; /* 1/nm splitting parameter; 0 = no Coulomb                           */
    double coulomb_constant;    /* kJ nm/mol/e^2    */
    const int *exclusion_start; /*    the same exclusions as the neighbour list holds: the tail and
                                      self terms count pairs */
    const int *exclusion;
    const bool
        *excluded_group; /*    as in the neighbour list; pairs of its types are not asked for */
} km_pair_spec;

#endif
