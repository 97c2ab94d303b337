/* SPDX-License-Identifier: MIT */
/* What lies where along z: densities, electrostatic potential, orientation of dipoles.
 *
 * Bins of 0.2 A (so many that they fill the cell) in the frame of reference of metal_surface.h,
 * which goes with the metal. Molecules are counted by their centre of mass, atoms by themselves; a
 * cell that changes is cut into as many bins, and z is that of the mean cell. Errors are standard
 * errors from 10 to 19 blocks of the run (blocks.h).
 *
 * The potential is integrated twice from the charges themselves, not from binned ones,
 *
 *     phi(z) = -1/eps0 int_{z0}^{z} (z - z') rho_q(z') dz'  =  -1/eps0 sum_{z_i < z} q_i/A (z -
 * z_i)
 *
 * at the edges of the bins, where the first moment of the charges in every bin makes the sum exact.
 * Two conditions at the boundary:
 *     vacuum    field and potential are 0 at the beginning of the window, in the vacuum
 *     periodic  the term linear in z is taken off, so that the potential has the period of the
 *               cell; 0 at the beginning of the window
 * Which of them holds is said by the presence of vacuum: at least 10 A around the beginning of the
 * window where no atom has been in any frame. Yeh & Berkowitz, doi:10.1063/1.479595.
 *
 * Orientation: cos(theta) of the dipole of neutral molecules with the z axis, and
 * P2 = (3 cos^2(theta) - 1)/2, means over the molecules of a bin.
 *
 * Memory: 160 bytes per bin and column. */
#ifndef KM_PROFILE_H
#define KM_PROFILE_H

#include "host/analysis/blocks.h"
#include "host/analysis/metal_surface.h"

#define KM_PROFILE_TEXT 256

typedef struct km_profile_column {
    char name[64];  /* "DME", "DME O", "mass"             */
    char unit[16];  /* "1/A3", "kg/m3", "e/A3", "1"       */
    double *value;  /* n_bins; NAN where there is nothing */
    double *error;  /* n_bins  standard error             */
    bool molecules; /* number density of a molecule kind  */
    bool metal;     /* of metal (metal_surface.h)                  */
} km_profile_column;

typedef struct km_profile_result {
    int n_bins;
    double bin_width; /* A                                                             */
    double *z;        /* A  n_bins  middles                                            */
    int n_columns;
    km_profile_column *column;
    double *edge;             /* A  n_bins + 1                                                 */
    double *vacuum_potential; /* V  n_bins + 1  and so on                                      */
    double *vacuum_error, *periodic_potential, *periodic_error;
    bool vacuum; /*    which of the two holds                                         */
    char boundary[KM_PROFILE_TEXT]; /*    that in words                               */
    km_estimate drop;   /* V  potential at the end of the window less that at its beginning */
    km_estimate middle; /* V  in the middle of the liquid less that at the beginning        */
    double middle_from, middle_to; /* A  of that; equal without a liquid between surfaces */
    double charge;                 /* e  of the whole                                        */
    bool charged;                  /*    some atom has a charge: without, there is no potential */
    double area;                   /* A2 mean                                                */
    int n_blocks;
    double block_length; /* ps                                                          */
    int n_slabs;
    char (*slab_name)[KM_NAME_LENGTH];
    int *slab_atoms;
    double *slab_from, *slab_to; /* A  surfaces, in the window's coordinate               */
    double *slab_drift;          /* A  along z                                            */
} km_profile_result;

typedef struct km_profile km_profile;

KM_MUST_CHECK km_status km_profile_create(const km_labels *labels, km_profile **out);
KM_MUST_CHECK km_status km_profile_frame(km_profile *profile, const km_labels *labels,
                                         const km_frame *frame);
/* interval: ps between frames. Without frames n_bins is 0. */
KM_MUST_CHECK km_status km_profile_compute(const km_profile *profile, double interval,
                                           km_profile_result *out);
void km_profile_result_clear(km_profile_result *result);
void km_profile_destroy(km_profile *profile);

/* The potential at the n + 1 edges of n bins over a length of nm. charge: of the bins, e/nm^2;
 * moment: sum of charge times (place - middle of its bin) in widths of a bin. V, 0 at edge 0, where
 * there is no field; or, periodic, with its linear term taken off. */
void km_potential(const double *charge, const double *moment, int n, double length, bool periodic,
                  double *potential);

#endif
