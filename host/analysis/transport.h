/* SPDX-License-Identifier: MIT */
/* Conductivity, Onsager coefficients and transference numbers from collective displacements.
 *
 *     R_i(t) = sum over the ions of kind i of their displacements, M(t) = sum_i z_i R_i(t)
 *     L_ij   = lim d/dt <DR_i . DR_j> / (6 kB T V N_A^2)               mol^2/(J m s)
 *     sigma  = F^2 sum_ij z_i z_j L_ij = e^2 lim d/dt <|DM|^2> / (6 kB T V)
 *     t_i    = sum_j z_i z_j L_ij / sum_kl z_k z_l L_kl
 *     sigma_NE = e^2 sum_i N_i z_i^2 D_i / (V kB T),    H_R = sigma_NE / sigma
 *     apparent t_i = N_i z_i^2 D_i / sum_k N_k z_k^2 D_k     (what NMR sees)
 *
 * Fong, Self, McCloskey & Persson, doi:10.1021/acs.macromol.0c02001. z are formal charges: a scaled
 * charge stands for electronic screening, not for less ions. L_ij and t_i are in the barycentric
 * frame (that of no drift); t_i also in the frame of the solvent, where there is exactly one
 * neutral kind 0: R_i - (N_i/N_0) R_0 with R_0 = -sum_j m_j R_j / m_0. sigma has no frame.
 *
 * The window is that of the self-diffusion of the ions. Slopes and their scatter:
 * walk_regression.h, onsager.h. Along each axis there is one walker only, so that the relative
 * error falls as the square root of window / run, whatever the size of the cell. The axes are
 * taken as alike: in an anisotropic cell the intervals are too narrow. */
#ifndef KM_TRANSPORT_H
#define KM_TRANSPORT_H

#include "host/analysis/diffusion.h"
#include "host/analysis/onsager.h"

#define KM_TRANSPORT_PAIRS (KM_ONSAGER_IONS * (KM_ONSAGER_IONS + 1) / 2)
#define KM_TRANSPORT_PRECISION 0.1 /* what "needs so much more" is said for */

typedef struct km_transport_ion {
    char name[KM_NAME_LENGTH];
    int charge, n_molecules;
    double mass;                       /* u                                                  */
    km_estimate diffusion;             /* m^2/s  of this kind; NAN: none                      */
    km_estimate transference;          /* barycentric                                        */
    km_estimate solvent_transference;  /* in the frame of the solvent; NAN: none             */
    km_estimate apparent_transference; /* from self-diffusion                                */
    double self;                       /* mol^2/(J m s)  part of L_ii, D_i c_i/(R T)          */
} km_transport_ion;

typedef struct km_transport {
    bool available; /* false: warning says why                                                  */
    bool diffusive; /* ions and charge                                                          */
    int n_ions;
    km_transport_ion ion[KM_ONSAGER_IONS];
    km_onsager slope; /* nm^2/ps of <DR_i . DR_j>                                               */
    bool drift_removed;
    bool ions_only; /* all that moves against each other are ions: without drift their momenta, and
                       so their masses alone, fix transference numbers and ratios of coefficients */
    int n_solvent;  /* molecules of the only neutral kind; 0 = none or several          */
    double solvent_mass;      /* u                                                                */
    double fit_from, fit_to;  /* ps                                                              */
    double beta, beta_error;  /* exponent of <|DM|^2> over the window                            */
    double run_time;          /* ps                                                               */
    km_estimate conductivity; /* S/m                                                       */
    km_estimate nernst_einstein; /* S/m                                                       */
    km_estimate haven;           /* sigma_NE / sigma                                          */
    km_estimate ionicity;        /* sigma / sigma_NE                                          */
    km_estimate coefficient[KM_ONSAGER_IONS][KM_ONSAGER_IONS]; /* mol^2/(J m s)                  */
    double more_time; /* ps  about how much more gives sigma to KM_TRANSPORT_PRECISION; 0: enough */
    int n_lags;
    double interval;                     /* ps                                                  */
    double *charge_msd;                  /* A^2 (times e^2)  n_lags                              */
    double *product[KM_TRANSPORT_PAIRS]; /* A^2  n_lags each, pairs 00 10 11 20 ...              */
    char warning[KM_DIFFUSION_TEXT];
} km_transport;

/* From the stored paths after km_displacements_end. diffusion: of every kind of the labels, n_kinds
 * entries; box-corrected coefficients instead of total where infinite[kind].value is not NAN. */
KM_MUST_CHECK km_status km_transport_compute(const km_displacements *d, const km_labels *labels,
                                             const km_diffusion *diffusion,
                                             const km_estimate *infinite, double temperature,
                                             uint64_t seed, km_transport *out);
/* Everything that follows from slopes, diffusion, temperature (K) and volume (nm^3); also for
 * slopes averaged over replicas. */
KM_MUST_CHECK km_status km_transport_derive(km_transport *t, double temperature, double volume,
                                            uint64_t seed);
void km_transport_clear(km_transport *t);

#endif
