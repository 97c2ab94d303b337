/* SPDX-License-Identifier: MIT */
/* What a defect of a kernel or of its caller ends in: one message and an abort.
 *
 * Everything a real device would answer with an error code is returned as one; a fault is what a
 * real device would not notice, or notice much later. */
#ifndef KM_EMULATOR_FAULT_H
#define KM_EMULATOR_FAULT_H

#include <cstddef>

namespace km_emulator
{

/* Prints the message, with kernel, block and thread where one runs, and aborts. */
[[noreturn]] __attribute__((format(printf, 1, 2), cold)) void fault(const char *format, ...);

/* While a kernel runs, a wild access is reported with the same words before it ends the program. */
void fault_watch(bool on);

/* Writes to text where the device is: "kernel k, block (1,0,0), thread (3,0,0): "; empty on the
 * host. */
void place_text(char *text, size_t size);

} // namespace km_emulator

#endif
