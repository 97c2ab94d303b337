/* SPDX-License-Identifier: MIT */
/* What a running command shows: lines, and one progress line that is redrawn only on a terminal. */
#ifndef KM_TERMINAL_H
#define KM_TERMINAL_H

#include <stdbool.h>

#include "host/engine/run.h"

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
void km_terminal_finish_progress(km_terminal *terminal);

#endif
