/* SPDX-License-Identifier: MIT */
/* What a running command shows: lines, and one progress line that is redrawn only on a terminal. */
#ifndef KM_TERMINAL_H
#define KM_TERMINAL_H

#include <stdbool.h>

#include "host/engine/run.h"

/* Where many replicas are together. */
typedef struct km_replicas_progress {
    int n, n_finished, n_running;
    int slowest;             /* its number, from 1                                */
    const char *stage;       /* of the slowest                                    */
    double slowest_fraction; /* of all its steps                                  */
    double fraction;         /* mean over all                                     */
    double ns_per_day;       /* of those running, added up                        */
    double seconds_left;     /* wall time; 0 while unknown                        */
} km_replicas_progress;

typedef struct km_terminal {
    bool quiet;
    bool animated;  /* standard output is a terminal                 */
    bool line_open; /* a progress line waits for its end of line     */
    int last_tenth; /* of a stage, already printed when not animated */
    int last_stage;
} km_terminal;

km_terminal km_terminal_open(bool quiet);
void km_terminal_line(km_terminal *terminal, const char *line);
void km_terminal_format(km_terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void km_terminal_progress(km_terminal *terminal, const km_progress *progress);
void km_terminal_replicas(km_terminal *terminal, const km_replicas_progress *progress);
void km_terminal_finish_progress(km_terminal *terminal);

#endif
