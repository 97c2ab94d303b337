/* SPDX-License-Identifier: MIT */
/* cmocka wants these in front of it. */
#ifndef KM_CMOCKA_ALL_H
#define KM_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after the above */
#ifdef __cplusplus
extern "C" {
#include <cmocka.h>
}
#else
#include <cmocka.h>
#endif

#include "kernels/base/error.h"

/* Fails the test with the message of the library when the call fails. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) != KM_OK)                                                                       \
            fail_msg("%s: %s", #call, km_last_error()->message);                                   \
    } while (0)

/* |a - b| <= tolerance, with both numbers in the message. */
#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        const double a_ = (a), b_ = (b), t_ = (tolerance);                                         \
        if (!(a_ - b_ <= t_ && b_ - a_ <= t_))                                                     \
            fail_msg("%s = %.12g, expected %.12g within %.3g", #a, a_, b_, t_);                    \
    } while (0)

#endif
