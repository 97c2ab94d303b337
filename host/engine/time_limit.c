/* SPDX-License-Identifier: MIT */
#include "host/engine/time_limit.h"

#include <ctype.h>
#include <stdlib.h>

/* The number at *text, without sign, "inf" or "nan"; false where there is none. */
static bool take_number(const char **text, double *number)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtod(*text, &end);
    *text = end;
    return true;
}

/* "23:50:00": each colon makes sixty times as much of what is before it. */
static bool parse_clock(const char *text, double *seconds)
{
    double part;
    *seconds = 0.0;
    for (int n = 0; n < 3; n++) {
        if (!take_number(&text, &part))
            return false;
        *seconds = *seconds * 60.0 + part;
        if (*text == '\0')
            return true;
        if (*text++ != ':')
            return false;
    }
    return false;
}

/* "1d2h30m5s": every unit at most once, the larger first. */
static bool parse_units(const char *text, double *seconds)
{
    static const struct {
        char name;
        double seconds;
    } unit[] = {{'d', 86400.0}, {'h', 3600.0}, {'m', 60.0}, {'s', 1.0}};
    size_t next = 0;
    *seconds = 0.0;
    do {
        double part;
        if (!take_number(&text, &part))
            return false;
        while (next < 4 && unit[next].name != *text)
            next++;
        if (next == 4)
            return false;
        *seconds += part * unit[next++].seconds;
        text++;
    } while (*text != '\0');
    return true;
}

km_status km_time_limit_parse(const char *text, double *seconds)
{
    if ((parse_clock(text, seconds) || parse_units(text, seconds)) && *seconds > 0.0 &&
        *seconds < 1e9)
        return KM_OK;
    return KM_FAIL(KM_ERROR_USAGE,
                   "--time-limit %s: give a wall time, e.g. 2h30m, 45m or 23:50:00 (hours, "
                   "minutes, seconds)",
                   text);
}

bool km_time_limit_is_near(double elapsed, double limit, double block)
{
    return limit > 0.0 && elapsed + 2.0 * block + KM_TIME_LIMIT_MARGIN > limit;
}
