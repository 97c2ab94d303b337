/* SPDX-License-Identifier: MIT */
#include "host/command/terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "kernels/base/units.h"

km_terminal km_terminal_open(bool quiet)
{
    const km_terminal terminal = {
        .quiet = quiet,
        .animated = isatty(STDOUT_FILENO) == 1,
        .last_tenth = -1,
        .last_stage = -1,
    };
    return terminal;
}

void km_terminal_line(km_terminal *terminal, const char *line)
{
    if (terminal->quiet)
        return;
    km_terminal_finish_progress(terminal);
    printf("%s\n", line);
    fflush(stdout);
}

void km_terminal_format(km_terminal *terminal, const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    km_terminal_line(terminal, line);
}

static void format_duration(double seconds, char *text, size_t length)
{
    const long s = (long)seconds;
    if (s >= 3600)
        snprintf(text, length, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        snprintf(text, length, "%ldm%02lds", s / 60, s % 60);
}

/* On a terminal always; elsewhere once for every tenth of a stage, or of what it stands for. */
static bool is_due(km_terminal *terminal, int stage, int tenth)
{
    if (terminal->quiet ||
        (!terminal->animated && terminal->last_stage == stage && terminal->last_tenth == tenth))
        return false;
    terminal->last_stage = stage;
    terminal->last_tenth = tenth;
    return true;
}

void km_terminal_progress(km_terminal *terminal, const km_progress *p)
{
    if (p->n_steps == 0 || !is_due(terminal, p->stage_index, (int)(10 * p->in_stage / p->n_steps)))
        return;
    char left[32];
    format_duration(p->seconds_left, left, sizeof left);
    printf("%s%-12s step %9lld  %5.1f %%  %7.2f ns/day  ETA %-8s T %6.1f K  density %7.1f kg/m3%s",
           terminal->animated ? "\r" : "", p->stage, (long long)p->in_stage, 100.0 * p->fraction,
           p->ns_per_day, left, p->measured.temperature, p->measured.density * KM_KG_M3_PER_U_NM3,
           terminal->animated ? "   " : "\n");
    terminal->line_open = terminal->animated;
    fflush(stdout);
}

void km_terminal_replicas(km_terminal *terminal, const km_replicas_progress *p)
{
    if (!is_due(terminal, p->n_finished, (int)(10.0 * p->fraction)))
        return;
    char left[32];
    format_duration(p->seconds_left, left, sizeof left);
    printf("%s%d of %d finished  mean %5.1f %%  slowest %5.1f %% (replica %d, %s)  "
           "%.2f ns/day in total  ETA %-8s%s",
           terminal->animated ? "\r" : "", p->n_finished, p->n, 100.0 * p->fraction,
           100.0 * p->slowest_fraction, p->slowest, p->stage, p->ns_per_day, left,
           terminal->animated ? "   " : "\n");
    terminal->line_open = terminal->animated;
    fflush(stdout);
}

void km_terminal_finish_progress(km_terminal *terminal)
{
    if (terminal->line_open)
        printf("\n");
    terminal->line_open = false;
}
