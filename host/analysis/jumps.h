/* SPDX-License-Identifier: MIT */
/* Jumps of the mobile ions of a crystal between its lattice sites.
 *
 * An ion is at the site whose core it was in last: a ball of radius KM_JUMP_CORE times the least
 * distance between two sites. It changes site only when it enters the core of another one, so that
 * an ion on a saddle that swings across the middle counts nothing (hysteresis, as in the stable
 * states of Northrup & Hynes, doi:10.1063/1.440484). An ion counts from its first core on. Two
 * jumps between one frame and the next are seen as one: frames must be closer than the rate allows.
 *
 *     Gamma = jumps / (ions x time)                      jump rate
 *     D_random = Gamma <a^2> / 6                          random walk with these jumps
 *     f = D_tracer / D_random                            correlation factor
 *
 * (Mehrer, Diffusion in Solids, doi:10.1007/978-3-540-71488-0, chapter 7). D_tracer is that of the
 * mean square displacement; f below 1 says how much of the jumping leads back. Errors of Gamma: 10
 * blocks of the run; of f: those of D_tracer and D_random as independent. */
#ifndef KM_JUMPS_H
#define KM_JUMPS_H

#include "host/analysis/framework.h"
#include "host/analysis/site_set.h"
#include "host/analysis/statistics.h"

#define KM_JUMP_CORE 0.35
#define KM_JUMP_OFTEN 0.1 /* jumps per frame of an ion above which frames are too far apart */
#define KM_JUMP_SAME_LENGTH 0.05 /* A: jumps within it are counted together */
#define KM_JUMPS_TEXT 256

/* Jumps from one kind of site to another over one distance. */
typedef struct km_jump_row {
    int from, to;  /*       kinds of site                                       */
    double length; /* A     between the sites in the mean cell                  */
    int count;
    double rate; /* 1/ps  per ion on a site of that kind                      */
} km_jump_row;

typedef struct km_jumps_result {
    bool available; /* otherwise note says why                                   */
    char note[KM_JUMPS_TEXT];
    char species[KM_NAME_LENGTH];
    int n_ions, n_kinds, n_jumps;
    km_site_kind kind[KM_SITE_GROUPS];
    double occupancy[KM_SITE_GROUPS]; /* ions per site, mean over the run        */
    double core;                      /* A                                                 */
    double in_core;                   /*      fraction of the ions' time in a core         */
    double time;                      /* ps    of all replicas together                    */
    double interval;                  /* ps between frames */
    int n_rows;
    km_jump_row *row;
    km_estimate rate;        /* 1/ps  per ion                                    */
    double mean_length;      /* A                                                */
    double mean_square;      /* A^2                                              */
    double returns;          /*       fraction of jumps that undo the ion's last */
    km_estimate random_D;    /* m^2/s                                            */
    km_estimate correlation; /*       NAN: without a diffusion coefficient       */
} km_jumps_result;

typedef struct km_jumps km_jumps;

/* sites: borrowed; NULL gives a result that says there are none. */
KM_MUST_CHECK km_status km_jumps_create(const km_labels *labels, const km_site_set *sites,
                                        km_jumps **out);
KM_MUST_CHECK km_status km_jumps_frame(km_jumps *j, const km_frame *frame);
/* tracer: D of these ions, m^2/s; value NAN: none. */
KM_MUST_CHECK km_status km_jumps_finish(km_jumps *j, const km_estimate *tracer,
                                        km_jumps_result *out);
/* D_random and f of out from its rate, its lengths and that tracer. */
void km_jumps_compare(km_jumps_result *out, const km_estimate *tracer);
/* n >= 2 replicas as one: the rate is the mean with Student's t of the scatter between them, jumps
 * are counted together, fillings and rates of the rows are means. tracer: D of all, m^2/s; NAN:
 * none. Not available, with a note, where one replica has none or other sites. */
KM_MUST_CHECK km_status km_jumps_of_replicas(const km_jumps_result *const *replica, int n,
                                             const km_estimate *tracer, km_jumps_result *out);
/* The kind of molecule that jumps, in the labels; -1 = none. */
int km_jumps_kind(const km_jumps *j);
void km_jumps_result_clear(km_jumps_result *result);
void km_jumps_destroy(km_jumps *j);

#endif
