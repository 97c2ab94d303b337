/* SPDX-License-Identifier: MIT */
#include "host/analysis/table.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

km_status km_table_open(km_table *t, const char *folder, const char *name)
{
    t->error = 0;
    if (snprintf(t->path, sizeof t->path, "%s/%s", folder, name) >= (int)sizeof t->path)
        return KM_FAIL(KM_ERROR_FILE, "the path of %s is too long", name);
    snprintf(t->aside, sizeof t->aside, "%s.part", t->path);
    t->file = fopen(t->aside, "w");
    if (t->file == NULL)
        return KM_FAIL(KM_ERROR_FILE, "cannot write %s: %s", t->path, strerror(errno));
    return KM_OK;
}

void km_table_put(km_table *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (vfprintf(t->file, format, arguments) < 0 && t->error == 0)
        t->error = errno;
    va_end(arguments);
}

void km_table_text(km_table *t, const char *text)
{
    km_table_put(t, "\"");
    for (const char *c = text; *c != '\0'; c++)
        km_table_put(t, "%s%c", *c == '"' ? "\"" : "", *c);
    km_table_put(t, "\"");
}

void km_table_number(km_table *t, double x)
{
    if (isfinite(x))
        km_table_put(t, ",%.9g", x);
    else
        km_table_put(t, ",");
}

km_status km_table_close(km_table *t)
{
    if (fflush(t->file) != 0 && t->error == 0)
        t->error = errno;
    if (fclose(t->file) != 0 && t->error == 0)
        t->error = errno;
    if (t->error == 0 && rename(t->aside, t->path) != 0)
        t->error = errno;
    if (t->error == 0)
        return KM_OK;
    remove(t->aside);
    return KM_FAIL(KM_ERROR_FILE, "cannot write %s: %s", t->path, strerror(t->error));
}
