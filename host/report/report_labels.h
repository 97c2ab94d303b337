/* SPDX-License-Identifier: MIT */
/* Keys of results.json and their numbers in the words of a reader. */
#ifndef KM_REPORT_LABELS_H
#define KM_REPORT_LABELS_H

#include <stddef.h>

#include "host/report/result_tree.h"

#define KM_LABEL_LENGTH 256

/* "D_by_regression_m2_s" to "D by regression (m²/s)". Keys that are names ("K+") stay. */
void km_label_of_key(const char *key, char text[KM_LABEL_LENGTH]);
/* A number with as many digits as its error supports (0 or NAN: three): "3.61 × 10⁻⁹". */
void km_label_number(double value, double error, char *text, size_t room);
/* An estimate with its 95 % interval, "3.6 [0.3, 8.7] × 10⁻⁹"; a number, a text, or "no" and "yes".
 * "–" where there is none. */
void km_label_value(const km_node *node, char *text, size_t room);

#endif
