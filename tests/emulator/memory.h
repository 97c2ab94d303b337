/* SPDX-License-Identifier: MIT */
/* Device and pinned memory: who owns which addresses, and what they may be used for. */
#ifndef KM_EMULATOR_MEMORY_H
#define KM_EMULATOR_MEMORY_H

#include <cstddef>

namespace km_emulator
{

enum memory_kind { MEMORY_HOST, MEMORY_PINNED, MEMORY_DEVICE, MEMORY_FREED };

/* Whose memory this is; one byte past an allocation counts as its own. */
memory_kind memory_kind_of(const void *pointer);
/* Faults unless bytes [pointer, pointer + bytes) lie in one allocation of the device. */
void memory_check_device(const void *pointer, size_t bytes, const char *what);
/* Faults when pointer is the device's. */
void memory_check_host(const void *pointer, size_t bytes, const char *what);
/* Faults when something was written beside an allocation; AddressSanitizer sees it at once. */
void memory_check_guards();
/* Fills with what shows when it is read. */
void memory_poison(void *pointer, size_t bytes);

/* The device begins and ends to work: with AddressSanitizer the host cannot touch device memory. */
void memory_open();
void memory_close();

int memory_live();
size_t memory_device_bytes();

} // namespace km_emulator

#endif
