/* SPDX-License-Identifier: MIT */
/* The runs in the folders of a series of temperatures, or of replicas. */
#ifndef KM_REPORT_MEMBERS_H
#define KM_REPORT_MEMBERS_H

#include "host/report/bibliography.h"
#include "host/report/result_tree.h"

typedef struct km_report_members {
    int n;        /* 0: the folder holds none */
    char **label; /* "T-600", "replica-2" */
    km_node **results;
} km_report_members;

/* Reads results.json of FOLDER/T-* and FOLDER/replica-* where there is one, by their numbers, and
 * adds what they cite. */
KM_MUST_CHECK km_status km_report_members_read(const char *folder, km_bibliography *references,
                                               km_report_members *out);
/* What all of them have in common and the series does not repeat: cell and parameters of the first
 * go into its results. */
KM_MUST_CHECK km_status km_report_members_share(const km_report_members *members,
                                                const char *folder, km_node *series);
void km_report_members_free(km_report_members *members);

#endif
