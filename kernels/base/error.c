/* SPDX-License-Identifier: MIT */
#include "kernels/base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local km_error last_error;

void km_error_record(km_status status, const char *file, int line, const char *function,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    last_error.status = status;
    vsnprintf(last_error.message, sizeof last_error.message, format, arguments);
    va_end(arguments);
    last_error.n_trace = 0;
    km_error_trace(file, line, function);
}

void km_error_trace(const char *file, int line, const char *function)
{
    if (last_error.n_trace >= KM_ERROR_TRACE_LENGTH)
        return;
    const int k = last_error.n_trace++;
    last_error.trace[k].file = file;
    last_error.trace[k].line = line;
    last_error.trace[k].function = function;
}

void km_error_prefix(const char *format, ...)
{
    char tail[KM_ERROR_MESSAGE_LENGTH];
    memcpy(tail, last_error.message, sizeof tail);
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(last_error.message, sizeof last_error.message, format, arguments);
    va_end(arguments);
    if (n >= 0 && (size_t)n < sizeof last_error.message)
        snprintf(last_error.message + n, sizeof last_error.message - (size_t)n, "%s", tail);
}

const km_error *km_last_error(void)
{
    return &last_error;
}

const char *km_status_text(km_status status)
{
    switch (status) {
#define KM_STATUS_TEXT(name, text, code)                                                           \
    case name:                                                                                     \
        return text;
        KM_STATUS_LIST(KM_STATUS_TEXT)
#undef KM_STATUS_TEXT
    }
    return "unknown status";
}

int km_status_exit_code(km_status status)
{
    switch (status) {
#define KM_STATUS_CODE(name, text, code)                                                           \
    case name:                                                                                     \
        return code;
        KM_STATUS_LIST(KM_STATUS_CODE)
#undef KM_STATUS_CODE
    }
    return 70;
}

km_status km_allocate(void **out, size_t count, size_t size)
{
    *out = NULL;
    const size_t alignment = 64;
    if (size != 0 && count > (SIZE_MAX - alignment) / size)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate %zu objects of %zu bytes", count, size);
    size_t bytes = count * size;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes == 0)
        bytes = alignment;
    void *memory = aligned_alloc(alignment, bytes);
    if (memory == NULL)
        return KM_FAIL(KM_ERROR_MEMORY, "cannot allocate %.1f MiB", (double)bytes / 1048576.0);
    memset(memory, 0, bytes);
    *out = memory;
    return KM_OK;
}
