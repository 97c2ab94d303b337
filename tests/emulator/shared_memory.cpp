/* SPDX-License-Identifier: MIT */
#include "tests/emulator/shared_memory.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/qualifiers.h"
#include "tests/emulator/random.h"

/* The section of all __shared__ arrays of the program; its bounds come from the linker. */
extern "C" unsigned char __start_km_shared[] __attribute__((weak));
extern "C" unsigned char __stop_km_shared[] __attribute__((weak));

namespace km_emulator
{

#if defined(__SANITIZE_ADDRESS__)
static const size_t GUARD = 0;
#else
static const size_t GUARD = 64; /* bytes watched behind the dynamic part */
#endif
static const int GUARD_BYTE = 0xA7;

static unsigned char *dynamic_start;
static size_t dynamic_bytes;
/* Words of the section that hold poison, and the span of those that do not any more: most kernels
 * use a small part of it, and only that is filled again. */
static uint32_t poison;
static size_t used_first, used_last;
static unsigned n_blocks;

/* The section holds red zones, too: only plain stores may go over them. */
#define PLAIN                                                                                      \
    __attribute__((no_sanitize("address", "undefined"), noinline,                                  \
                   optimize("no-tree-loop-distribute-patterns")))

static uint32_t *section()
{
    return (uint32_t *)(void *)__start_km_shared;
}

static size_t section_words()
{
    return __start_km_shared == nullptr ? 0 : (size_t)(__stop_km_shared - __start_km_shared) / 4;
}

PLAIN static void fill(uint32_t *words, size_t first, size_t last, uint32_t value)
{
    for (size_t i = first; i < last; i++)
        words[i] = value;
}

/* Widens the span of used words to all that have changed. */
PLAIN static void find_used(const uint32_t *words, size_t n)
{
    size_t first = 0, last = n;
    while (first < used_first && words[first] == poison)
        first++;
    while (last > used_last && words[last - 1] == poison)
        last--;
    used_first = first < used_first ? first : used_first;
    used_last = last > used_last ? last : used_last;
}

void shared_memory_begin(size_t bytes)
{
    dynamic_bytes = bytes;
    dynamic_start = nullptr;
    if (bytes > 0) {
        dynamic_start = (unsigned char *)malloc(bytes + GUARD);
        if (dynamic_start == nullptr)
            fault("no memory for %zu bytes of shared memory", bytes);
        memset(dynamic_start + bytes, GUARD_BYTE, GUARD);
    }
    poison = random_poison();
    fill(section(), 0, section_words(), poison);
    used_first = section_words();
    used_last = 0;
    n_blocks = 0;
}

void shared_memory_poison()
{
    if (used_first < used_last)
        fill(section(), used_first, used_last, poison);
    if (dynamic_bytes > 0)
        memory_poison(dynamic_start, dynamic_bytes);
}

void shared_memory_check()
{
    if (n_blocks++ % 16 == 0)
        find_used(section(), section_words());
    if (dynamic_bytes == 0)
        return;
    for (size_t k = 0; k < GUARD; k++)
        if (dynamic_start[dynamic_bytes + k] != GUARD_BYTE)
            fault("something was written behind the %zu bytes of dynamic shared memory",
                  dynamic_bytes);
}

void shared_memory_end()
{
    free(dynamic_start);
    dynamic_start = nullptr;
    dynamic_bytes = 0;
}

unsigned char *dynamic_shared_memory()
{
    if (dynamic_bytes == 0)
        fault("KM_SHARED, but the launch gave no shared memory");
    return dynamic_start;
}

} // namespace km_emulator
