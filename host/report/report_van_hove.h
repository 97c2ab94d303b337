/* SPDX-License-Identifier: MIT */
/* The picture of the van Hove functions. */
#ifndef KM_REPORT_VAN_HOVE_H
#define KM_REPORT_VAN_HOVE_H

#include "host/report/csv_table.h"

/* vanhove.svg in the folder from its vanhove.csv, whose header is given: for up to three kinds of
 * molecules the self part times r, over the logarithm of r, so that equal areas are equal
 * fractions, with the Gaussians dashed; beside it the distinct part. */
KM_MUST_CHECK km_status km_report_draw_van_hove(const char *folder, const km_csv_table *header);

#endif
