/* SPDX-License-Identifier: MIT */
/* Static dielectric constant from the fluctuation of the dipole M of all neutral molecules, in a
 * cell periodic along all axes under Ewald sums with a conducting boundary (Neumann, Mol. Phys. 50
 * (1983) 841, doi:10.1080/00268978300102721):
 *
 *     epsilon = 1 + (<M^2> - <M>^2) / (3 eps0 V k T)
 *
 * Charges are fixed: there is no electronic part (epsilon_infinity is 1). Ions are left out, since
 * their part diverges: beside them it is what the solvent contributes. <M> is 0 in a liquid that
 * was followed for long enough; <M^2>/<M>^2 says how many independent dipoles were seen.
 *
 * Replicas have an <M^2> each and one <M>, that of all together: the epsilon of a replica is made
 * of these two, and the interval of their mean is Student's of the scatter between them. */
#ifndef KM_DIELECTRIC_H
#define KM_DIELECTRIC_H

#include "host/analysis/blocks.h"
#include "host/model/labels.h"
#include "kernels/measure/frame.h"

#define KM_DIELECTRIC_TEXT 300

typedef struct km_dielectric_result {
    bool available;
    km_estimate epsilon; /*      error and interval from the blocks                         */
    double independent;  /*      dipoles: <M^2>/<M>^2                                        */
    double dipole;       /* e A  root mean square of M                                       */
    double average[3];   /* e A  <M>                                                         */
    double per_square;   /* 1/(e A)^2  1/(3 eps0 V k T)                                      */
    bool ions;           /*      there are some, which are left out                          */
    int n_molecules;     /*      with a dipole                                               */
    int n_frames, n_blocks;
    double block[KM_BLOCKS_MOST];     /* epsilon from the <M^2> of each block              */
    double mean[KM_BLOCKS_MOST][3];   /* e A  mean M of each block                           */
    int n_replicas;                   /*      0: a single run; n_blocks is 0 for replicas    */
    double *replica;                  /*      epsilon of each; NULL: a single run            */
    char warning[KM_DIELECTRIC_TEXT]; /* "" or what is missing                              */
} km_dielectric_result;

typedef struct km_dielectric km_dielectric;

KM_MUST_CHECK km_status km_dielectric_create(const km_labels *labels, km_dielectric **out);
void km_dielectric_frame(km_dielectric *d, const km_frame *frame);
/* temperature: K */
void km_dielectric_finish(const km_dielectric *d, double temperature, km_dielectric_result *out);
/* Of n >= 2 replicas together; not available where one of them is not. */
KM_MUST_CHECK km_status km_dielectric_of_replicas(const km_dielectric_result *const *replica, int n,
                                                  km_dielectric_result *out);
void km_dielectric_clear(km_dielectric_result *result);
/* Accepts NULL. */
void km_dielectric_destroy(km_dielectric *d);

#endif
