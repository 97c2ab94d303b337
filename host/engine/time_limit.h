/* SPDX-License-Identifier: MIT */
/* --time-limit: a budget of wall time, and when a run must stop to keep to it. */
#ifndef KM_TIME_LIMIT_H
#define KM_TIME_LIMIT_H

#include <stdbool.h>

#include "kernels/base/error.h"

#define KM_TIME_LIMIT_MARGIN 5.0 /* s: for closing files and leaving */

/* "2h30m", "90m", "1d", "45s", "23:50:00", "50:00" or plain seconds, to seconds above 0.
 * KM_ERROR_USAGE for anything else. */
KM_MUST_CHECK km_status km_time_limit_parse(const char *text, double *seconds);

/* Must a run stop now? elapsed: s since the start; limit: s, 0 = none; block: s, the longest time
 * so far between two moments at which it can stop, writing of a checkpoint included. It must when
 * twice that and the margin do not fit any more: the next such moment would come too late. */
bool km_time_limit_is_near(double elapsed, double limit, double block);

#endif
