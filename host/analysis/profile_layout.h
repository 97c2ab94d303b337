/* SPDX-License-Identifier: MIT */
/* How the collector of profiles keeps its sums; for profile*.c alone. */
#ifndef KM_PROFILE_LAYOUT_H
#define KM_PROFILE_LAYOUT_H

#include "host/analysis/profile.h"

/* Rows of n_bins sums each. */
enum {
    KM_PROFILE_MASS,      /* u/nm^3                                    */
    KM_PROFILE_CHARGE,    /* e/nm^2                                    */
    KM_PROFILE_MOMENT,    /* e/nm^2 x widths of a bin from its middle  */
    KM_PROFILE_FIRST_KIND /* 1/nm^3 from here on, then cos and P2      */
};

typedef struct km_profile_element {
    int kind, row;
    char name[4];
} km_profile_element;

struct km_profile {
    const km_labels *labels;
    km_metal_slabs *slabs;
    km_blocks blocks;
    int n_bins, n_rows;
    int *kind_row;   /* n_kinds                                        */
    int *dipole_row; /* n_kinds  of cos; P2 is the next one; 0 = none  */
    int *atom_row;   /* n_atoms  0 = none                              */
    int n_elements;
    km_profile_element *element;
    bool *occupied;              /* n_bins  by an atom, in some frame              */
    double length_sum, area_sum; /* nm, nm^2  over frames             */
};

#endif
