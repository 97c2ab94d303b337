/* SPDX-License-Identifier: MIT */
/* Results as tables: whatever results.json holds, known beforehand or not. */
#ifndef KM_REPORT_RESULTS_H
#define KM_REPORT_RESULTS_H

#include "host/report/report_page.h"
#include "host/report/result_tree.h"

/* Is this key of results.json an analysis, and not what was simulated and how? */
bool km_report_is_analysis(const km_node *child);
/* Writes one of them: what belongs to several species in one table with a column each, lists as
 * tables with a row each, then how they were found. */
KM_MUST_CHECK km_status km_report_analysis(const km_page *page, const km_node *analysis);

/* Every estimate and number of the analyses of several runs that has the same path in them, a row
 * each and a column per run. */
KM_MUST_CHECK km_status km_report_side_by_side(const km_page *page, int n_runs,
                                               const km_node *const *results,
                                               const char *const *name);

#endif
