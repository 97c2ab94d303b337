/* SPDX-License-Identifier: MIT */
/* Is the metal still a crystal? Averaged bond-orientational order of every metal atom,
 *
 *     q_6m(i)  = 1/n_i sum_j Y_6m(r_ij)                        over the n_i neighbours j of i
 *     Q_6m(i)  = 1/(n_i + 1) (q_6m(i) + sum_j q_6m(j))
 *     Q_6(i)   = sqrt(4 pi/13 sum_m |Q_6m(i)|^2)
 *
 * (Steinhardt, Nelson & Ronchetti, doi:10.1103/PhysRevB.28.784, equations 1.3 and 1.4; average over
 * the neighbourhood: Lechner & Dellago, doi:10.1063/1.2977970, equations 5 and 6). Perfect
 * crystals: bcc with two shells 0.5107, fcc 0.5745. Potassium (K_refit_FS) has 0.42 at 298 K, its
 * liquid at 343 K 0.15. Atoms above KM_ORDER_CRYSTAL count as crystalline.
 *
 * Neighbours are nearer than 1.44 rho^(-1/3), rho the number density of the metal in the first
 * frame: between the second and third shell of bcc (1.14 a), the first and second of fcc (0.91 a).
 * Atoms less than 5 A beneath a surface (metal_surface.h), which miss neighbours, are counted by
 * themselves. */
#ifndef KM_CRYSTAL_ORDER_H
#define KM_CRYSTAL_ORDER_H

#include "host/analysis/metal_surface.h"

#define KM_ORDER_CRYSTAL 0.3
#define KM_ORDER_TEXT 256

/* Inside (0) and beneath the surfaces (1). */
typedef struct km_order_frame {
    double time; /* ps */
    int atoms[2];
    int crystalline[2];
    double order[2]; /* mean Q_6; NAN without atoms */
} km_order_frame;

typedef struct km_order_result {
    bool available; /* otherwise note says why */
    char note[KM_ORDER_TEXT];
    double reach; /* A  of neighbours */
    int n_frames;
    km_order_frame *frame;
} km_order_result;

typedef struct km_crystal_order km_crystal_order;

KM_MUST_CHECK km_status km_crystal_order_create(const km_labels *labels, km_crystal_order **out);
KM_MUST_CHECK km_status km_crystal_order_frame(km_crystal_order *order, const km_labels *labels,
                                               const km_frame *frame);
/* Hands the frames over. */
void km_crystal_order_finish(km_crystal_order *order, km_order_result *out);
void km_order_result_clear(km_order_result *result);
void km_crystal_order_destroy(km_crystal_order *order);

#endif
