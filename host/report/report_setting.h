/* SPDX-License-Identifier: MIT */
/* What was simulated, how, with which parameters, and whether the run behaved. */
#ifndef KM_REPORT_SETTING_H
#define KM_REPORT_SETTING_H

#include "host/report/report_page.h"
#include "host/report/result_tree.h"

/* Each takes the results of some runs, side by side, with their names. */
KM_MUST_CHECK km_status km_report_system(const km_page *page, int n_runs,
                                         const km_node *const *results, const char *const *name);
/* One run: stages, and the numbers by which it is judged. */
KM_MUST_CHECK km_status km_report_protocol(const km_page *page, const km_node *results);
KM_MUST_CHECK km_status km_report_checks(const km_page *page, const km_node *results);
/* The same numbers of several runs, a row each. */
KM_MUST_CHECK km_status km_report_checks_of_members(const km_page *page, int n,
                                                    const km_node *const *results,
                                                    const char *const *name);
KM_MUST_CHECK km_status km_report_parameters(const km_page *page, const km_node *results);

#endif
