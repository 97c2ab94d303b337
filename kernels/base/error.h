/* SPDX-License-Identifier: MIT */
/* Errors: every function that can fail returns km_status; the message lives beside it.
 *
 *     return KM_FAIL(KM_ERROR_VALUE, "cutoff_A is %g; it must be above 0", cutoff);
 *     KM_TRY(read_run(path, &run));
 *
 * The record of the last failure is thread-local: the one mutable object outside an owner. */
#ifndef KM_BASE_ERROR_H
#define KM_BASE_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* name, what it means, exit code of the program */
#define KM_STATUS_LIST(X)                                                                          \
    X(KM_OK, "success", 0)                                                                         \
    X(KM_ERROR_USAGE, "wrong use of the command line", 64)                                         \
    X(KM_ERROR_INPUT, "an input file is wrong", 65)                                                \
    X(KM_ERROR_FILE, "a file cannot be read or written", 74)                                       \
    X(KM_ERROR_MEMORY, "out of memory", 71)                                                        \
    X(KM_ERROR_VALUE, "a value is out of range", 65)                                               \
    X(KM_ERROR_UNSUPPORTED, "not supported", 69)                                                   \
    X(KM_ERROR_PHYSICS, "the simulation became unphysical", 70)                                    \
    X(KM_ERROR_EXTERNAL, "an external program failed", 69)                                         \
    X(KM_ERROR_DEVICE, "the compute device failed", 69)                                            \
    X(KM_ERROR_INTERNAL, "a defect in kalium", 70)                                                 \
    X(KM_INTERRUPTED, "stopped by a signal or by the time limit; --continue goes on", 75)

typedef enum km_status {
#define KM_STATUS_ENUM(name, text, code) name,
    KM_STATUS_LIST(KM_STATUS_ENUM)
#undef KM_STATUS_ENUM
} km_status;

#define KM_ERROR_MESSAGE_LENGTH 2048
#define KM_ERROR_TRACE_LENGTH 8

typedef struct km_error {
    km_status status;
    char message[KM_ERROR_MESSAGE_LENGTH];
    int n_trace; /* frames recorded, innermost first */
    struct {
        const char *file;
        int line;
        const char *function;
    } trace[KM_ERROR_TRACE_LENGTH];
} km_error;

#define KM_MUST_CHECK __attribute__((warn_unused_result))

/* Paths in messages start at the root of the source tree. */
#ifndef KM_ROOT_LENGTH
#define KM_ROOT_LENGTH 0
#endif
#define KM_SOURCE_FILE (&__FILE__[KM_ROOT_LENGTH])

/* Records a failure and gives its status: the same expression, so that compilers and analysers see
 * that it is not KM_OK. */
#define KM_FAIL(status, ...)                                                                       \
    (km_error_record(status, KM_SOURCE_FILE, __LINE__, __func__, __VA_ARGS__), (status))

/* Returns from the calling function when the call fails, adding a line to the trace. */
#define KM_TRY(call)                                                                               \
    do {                                                                                           \
        const km_status km_try_status_ = (call);                                                   \
        if (km_try_status_ != KM_OK) {                                                             \
            km_error_trace(KM_SOURCE_FILE, __LINE__, __func__);                                    \
            return km_try_status_;                                                                 \
        }                                                                                          \
    } while (0)

/* Allocates zeroed memory for n objects like *pointer; fails with KM_ERROR_MEMORY. n = 0 gives a
 * valid pointer, so that callers need no special case. */
#define KM_NEW(pointer, n)                                                                         \
    do {                                                                                           \
        KM_TRY(km_allocate((void **)&(pointer), (size_t)(n), sizeof *(pointer)));                  \
    } while (0)

void km_error_record(km_status status, const char *file, int line, const char *function,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
void km_error_trace(const char *file, int line, const char *function);
/* Puts text in front of the message of the last failure: "systems/x.yaml: " + message. */
void km_error_prefix(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The last failure of this thread. */
const km_error *km_last_error(void);
const char *km_status_text(km_status status);
int km_status_exit_code(km_status status);

/* Zeroed memory for count objects of size bytes, aligned to 64 bytes; release with free(). */
KM_MUST_CHECK km_status km_allocate(void **out, size_t count, size_t size);

#ifdef __cplusplus
}
#endif

#endif
