/* SPDX-License-Identifier: MIT */
/* Solvation of monatomic cations: who is in their first shell, who is paired with whom, how long.
 *
 * A donor atom (contacts.h) is in contact with a cation when it is nearer than the first minimum of
 * their radial distribution (rdf.h). A kind without one takes the largest of the other kinds with
 * the same donor element, and says so.
 *
 * Speciation, both conventions in use:
 *     of anions    by the cations in contact: 0 free or solvent-separated (SSIP), 1 contact pair
 *                  (CIP), 2 and more aggregate (AGG)
 *     of cations   without an anion in contact SSIP; with exactly one, which itself has no other
 *                  cation, CIP; else AGG
 * (Hou et al., solvation_analysis, doi:10.21105/joss.05183, uses the second.)
 * Clusters are the connected parts of the graph of cations, anions and their contacts.
 *
 * Residence of a molecule in the shell, stable states picture: begins within the first peak, ends
 * 0.5 A beyond the minimum, by its nearest donor atom (survival.h; groups for errors are cations).
 *
 * Errors of means are those of 10 to 19 blocks of the run (blocks.h). */
#ifndef KM_SOLVATION_H
#define KM_SOLVATION_H

#include "host/analysis/contacts.h"
#include "host/analysis/rdf.h"
#include "host/analysis/survival.h"

#define KM_SOLVATION_TEXT 256
#define KM_SOLVATION_DENTATE 4 /* donor atoms of one molecule: 1, 2, 3, 4 and more      */
#define KM_SOLVATION_PAIRED 6  /* cations of one anion: 0, 1 .. 4, 5 and more           */
#define KM_SOLVATION_SIZES 32  /* ions of a cluster: 1 .. 31, 32 and more               */

/* A cation kind with a partner kind. */
typedef struct km_solvation_shell {
    char centre[KM_NAME_LENGTH], partner[KM_NAME_LENGTH], donor[4];
    bool anion;
    double peak, cutoff;          /* A                                                            */
    bool borrowed;                /*    the cutoff is that of another kind                        */
    km_estimate atoms, molecules; /* in contact with one cation                          */
    km_estimate
        coordinated; /*    fraction of the partner's molecules in contact with such a cation */
    km_estimate dentate[KM_SOLVATION_DENTATE]; /* fractions of the molecules in contact      */
    km_survival_time residence;                /* ps                                         */
    int n_lags;
    double *lag, *correlation; /* ps, 1  n_lags                                              */
    char note[KM_SOLVATION_TEXT];
} km_solvation_shell;

/* What is in the shell of a cation: molecules of every partner kind. */
typedef struct km_solvation_composition {
    char text[KM_SOLVATION_TEXT]; /* "K+: 4 DME 1 FSI" */
    double fraction;              /* of the cations    */
} km_solvation_composition;

typedef struct km_solvation_result {
    bool available; /* otherwise note says why */
    char note[KM_SOLVATION_TEXT];
    int n_frames;    /*    used                */
    double interval; /* ps between them        */
    int n_cations, n_anions;
    int n_shells;
    km_solvation_shell *shell;
    km_estimate anion[3], cation[3];         /* fractions free or SSIP, CIP, AGG        */
    km_estimate paired[KM_SOLVATION_PAIRED]; /* fractions of the anions                 */
    km_estimate cluster[KM_SOLVATION_SIZES]; /* fractions of the ions in clusters of .. */
    km_estimate largest;                     /* fraction of the ions in the largest     */
    int n_compositions;
    km_solvation_composition *composition; /* most frequent first */
} km_solvation_result;

/* curves: of the same frames, n_curves; contacts must have ended. */
KM_MUST_CHECK km_status km_solvation_compute(const km_contacts *contacts, const km_rdf_curve *curve,
                                             int n_curves, km_solvation_result *out);
void km_solvation_result_clear(km_solvation_result *result);

#endif
