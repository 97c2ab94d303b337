/* SPDX-License-Identifier: MIT */
/* All of a run on one page, or several runs side by side. */
#ifndef KM_REPORT_H
#define KM_REPORT_H

#include "kernels/base/error.h"

/* One run: report.html with its pictures inside, report.txt and report.json into `out` (NULL: the
 * folder of the run), where references.bib is. Several: the same of them side by side, with the
 * references of all, into `out`, which is made. Fails with KM_ERROR_FILE or KM_ERROR_INPUT where a
 * folder holds no results, saying what would make them. */
KM_MUST_CHECK km_status km_report_write(int n_runs, const char *const *folder, const char *out);

#endif
