/* SPDX-License-Identifier: MIT */
/* Pictures of a report that no analysis draws by itself. */
#ifndef KM_REPORT_PICTURES_H
#define KM_REPORT_PICTURES_H

#include <stdbool.h>

#include "host/report/report_page.h"
#include "host/report/result_tree.h"

/* Draws, where the folder has what they show: rdf (radial distribution functions with running
 * coordination numbers, from rdf.csv), beta (local slopes of the mean squared displacements, from
 * beta.csv), speciation (fractions of the ions), vanhove (from
 * vanhove.csv). Without gnuplot nothing is drawn. */
KM_MUST_CHECK km_status km_report_draw(const char *folder, const km_node *results);
/* compare.svg in the folder: D of every species of some runs with their intervals. drawn: false
 * where no run has a D, or without gnuplot. */
KM_MUST_CHECK km_status km_report_draw_comparison(const char *folder, int n_runs,
                                                  const km_node *const *results,
                                                  const char *const *name, bool *drawn);
/* Puts the pictures of the folder on the page, each with its caption. */
KM_MUST_CHECK km_status km_report_pictures(const km_page *page, const char *folder);

#endif
