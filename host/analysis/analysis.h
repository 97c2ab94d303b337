/* SPDX-License-Identifier: MIT */
/* Room 8: from a stream of frames to numbers, live or reread from a trajectory: the same code.
 *
 *     KM_TRY(km_analysis_create(names, n, temperature, viscosity, seed, &analysis));
 *     km_sink sink = km_analysis_sink(analysis);      begin, frame ..., end
 *     const km_results *results = km_analysis_results(analysis);
 *     KM_TRY(km_analysis_write(analysis, folder));
 *
 * Names: "msd" (mean square displacement and diffusion coefficient of every molecule kind, by its
 * centre of mass), "rdf" (radial distribution and coordination of cations, see rdf.h), "profile"
 * (densities, potential and dipoles along z, see profile.h), "layers" (motion beside surfaces, see
 * layers.h), "order" (is the metal still a crystal, see crystal_order.h), "solvation" (shells, ion
 * pairs, residence, see solvation.h; brings "rdf" with it), "conductivity" (of all ions together,
 * with Onsager coefficients and transference numbers, see transport.h; brings "msd" with it),
 * "viscosity" (by Green and Kubo, see viscosity.h), "jumps" (of mobile ions between lattice sites,
 * see jumps.h; brings "msd" with it), "occupancy" (their density on a grid, see occupancy.h),
 * "vanhove" (how far molecules go, and where others were, see van_hove.h; brings "msd" with it),
 * "dielectric" (constant, from the dipoles of neutral molecules, see dielectric.h).
 * Results are on their way out: they are in A, ps and m^2/s. There is no checkpoint: a continued
 * run streams its whole trajectory again.
 */
#ifndef KM_ANALYSIS_H
#define KM_ANALYSIS_H

#include "host/analysis/crystal_order.h"
#include "host/analysis/current.h"
#include "host/analysis/dielectric.h"
#include "host/analysis/diffusion.h"
#include "host/analysis/jumps.h"
#include "host/analysis/layers.h"
#include "host/analysis/occupancy.h"
#include "host/analysis/profile.h"
#include "host/analysis/rdf.h"
#include "host/analysis/solvation.h"
#include "host/analysis/transport.h"
#include "host/analysis/van_hove.h"
#include "host/analysis/viscosity.h"
#include "host/engine/sink.h"

#define KM_RESULTS_TEXT 1024

typedef struct km_species_result {
    char name[KM_NAME_LENGTH];
    int n_molecules;
    int n_lags;             /*        lag k is k * results->interval                       */
    double *msd;            /* A^2    n_lags                                               */
    double *msd_axis[3];    /* A^2    n_lags each: x, y, z                                 */
    double *msd_error;      /* A^2    n_lags  standard error between replicas; NULL for one */
    double *replica_D;      /* m^2/s  n_replicas  each by the common window; NULL for one  */
    int n_beta;             /*        local exponent d ln MSD / d ln t                     */
    double *beta_lag;       /* ps     n_beta                                               */
    double *beta;           /*        n_beta                                               */
    km_diffusion diffusion; /*        with its window, interval and warning                */
    bool has_edges;         /*        of an oblique cell                                   */
    km_estimate edge[3];    /* m^2/s  D along its edges a, b, c                            */
    bool corrected;         /*        for the box size, with the viscosity given           */
    km_estimate infinite;   /* m^2/s  the coefficient in an infinite box                   */
    char correction[KM_DIFFUSION_TEXT]; /* "" or what was done for the box size, or why not */
} km_species_result;

typedef struct km_results {
    bool has_msd, has_rdf, has_profile, has_layers, has_order, has_solvation, has_transport,
        has_viscosity, has_jumps, has_occupancy, has_van_hove, has_dielectric;
    int n_replicas;               /*       0: of a single run                              */
    int n_frames;                 /*       handed in, of each replica                      */
    int n_frames_stored;          /*       used by msd: fewer when memory ran out          */
    double time_first, time_last; /* ps                                                    */
    double interval;              /* ps    between the frames used by msd                  */
    double temperature;           /* K     as given                                        */
    double viscosity;             /* Pa s  as given; 0 = not given                         */
    double box_length;            /* A     cube root of the mean volume                    */
    double volume;                /* A^3   mean                                            */
    bool cubic;                   /*       all cells are cubes                             */
    bool box_changes;
    bool drift_removed;
    double drift_length; /* A    way of the centre of mass of the whole system    */
    double slide_length; /* A    way of the rest against the metal                */
    int n_species;
    km_species_result *species;
    int n_rdf;
    km_rdf_curve *rdf;
    km_profile_result profile;
    km_layers_result layers;
    km_order_result order;
    km_solvation_result solvation;
    km_transport transport;
    km_green_kubo_result green_kubo; /* viscosity, Pa s                                   */
    km_green_kubo_result current;    /* conductivity, S/m                                 */
    km_estimate current_ratio;       /* of it to the one of transport                     */
    km_jumps_result jumps;
    km_occupancy_result occupancy;
    km_van_hove van_hove;
    km_dielectric_result dielectric;
    int n_lines; /* what a person wants to read, UTF-8              */
    char (*line)[KM_RESULTS_TEXT];
    int n_warnings;
    char (*warning)[KM_RESULTS_TEXT];
} km_results;

typedef struct km_analysis km_analysis;

/* temperature in K (for the finite-size correction), viscosity of the model in Pa s (0: no such
 * correction), seed of the bootstrap. KM_ERROR_INPUT for a name that is not an analysis. */
KM_MUST_CHECK km_status km_analysis_create(const char *const *names, int n_names,
                                           double temperature, double viscosity, uint64_t seed,
                                           km_analysis **out);
/* The labels handed to begin must live until end. */
km_sink km_analysis_sink(km_analysis *analysis);
/* Asked for "viscosity"? Then km_analysis_take_viscosity gives it the pressures of the run
 * (interval in ps) before the sink's end; where no viscosity was given, the result corrects D for
 * the box. */
bool km_analysis_wants_viscosity(const km_analysis *analysis);
void km_analysis_take_viscosity(km_analysis *analysis, const km_viscosity *viscosity,
                                double interval);
/* Asked for "conductivity"? Then km_analysis_take_current adds the one by Green and Kubo from the
 * currents of the run, likewise. */
bool km_analysis_wants_current(const km_analysis *analysis);
void km_analysis_take_current(km_analysis *analysis, const km_current *current, double interval);
/* Asked for "jumps"? Then km_analysis_take_sites gives it the lattice sites before the sink's
 * begin; it takes over what they hold. Without, the result says that they are not known. */
bool km_analysis_wants_sites(const km_analysis *analysis);
void km_analysis_take_sites(km_analysis *analysis, km_site_set *sites);
/* The results, complete after the sink's end; NULL before. */
const km_results *km_analysis_results(const km_analysis *analysis);
/* Writes into an existing folder: analysis.txt, diffusion.csv, msd.csv, beta.csv, rdf.csv,
 * coordination.csv, profile.csv, potential.csv, layers*.csv, residence*.csv,
 * surface_coordination.csv, order.csv, solvation.csv, speciation.csv, shells.csv,
 * solvation-residence.csv, conductivity.csv, collective_msd.csv, current.csv, jumps.csv, sites.csv,
 * occupancy.dx, vanhove.csv, dielectric.csv, each whole or not at all.
 * KM_ERROR_FILE names file and reason. */
KM_MUST_CHECK km_status km_analysis_write(const km_analysis *analysis, const char *folder);
/* The same from results alone. */
KM_MUST_CHECK km_status km_results_write(const km_results *results, const char *folder);
void km_results_clear(km_results *results);
void km_analysis_destroy(km_analysis *analysis);

/* Fills in the coefficient for an infinite box, where it can be said, and what was done. */
void km_results_correct_box_size(const km_results *results, km_species_result *species);
/* Fills in current_ratio, after transport. */
void km_results_compare_current(km_results *results);
/* Adds a printed line or warning. */
KM_MUST_CHECK km_status km_results_add_line(km_results *results, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
KM_MUST_CHECK km_status km_results_add_warning(km_results *results, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Files, and lines, of the other analyses. */
KM_MUST_CHECK km_status km_profile_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_profile_describe(km_results *results);
KM_MUST_CHECK km_status km_layers_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_layers_describe(km_results *results);
KM_MUST_CHECK km_status km_order_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_order_describe(km_results *results);
KM_MUST_CHECK km_status km_solvation_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_solvation_describe(km_results *results);
KM_MUST_CHECK km_status km_transport_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_transport_describe(km_results *results);
KM_MUST_CHECK km_status km_jumps_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_jumps_describe(km_results *results);
KM_MUST_CHECK km_status km_occupancy_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_occupancy_describe(km_results *results);
KM_MUST_CHECK km_status km_van_hove_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_van_hove_describe(km_results *results);
KM_MUST_CHECK km_status km_dielectric_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_dielectric_describe(km_results *results);
KM_MUST_CHECK km_status km_viscosity_write(const km_results *results, const char *folder);
KM_MUST_CHECK km_status km_viscosity_describe(km_results *results);
/* The lines of all results, as a person reads them. */
KM_MUST_CHECK km_status km_results_describe(km_results *results);

#endif
