/* SPDX-License-Identifier: MIT */
#include "tests/emulator/memory.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>

#include "tests/emulator/fault.h"
#include "tests/emulator/operations.h"
#include "tests/emulator/random.h"
#include "tests/emulator/runtime_api.h"
#include "tests/emulator/streams.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace km_emulator
{

static const size_t ALIGNMENT = 256; /* bytes, of cudaMalloc */
#if defined(__SANITIZE_ADDRESS__)
static const size_t GUARD = 0, QUARANTINE = 0; /* the sanitizer has its own */
#else
static const size_t GUARD = 64;            /* bytes watched on either side            */
static const size_t QUARANTINE = 64 << 20; /* bytes of freed memory that stay unused  */
#endif
static const int GUARD_BYTE = 0xA7;

struct allocation {
    size_t bytes;
    bool device;
    unsigned char *heap; /* what malloc gave */
};

/* by address, so that an address finds the allocation it lies in */
using allocation_map = std::map<const unsigned char *, allocation>;

static allocation_map &live()
{
    static allocation_map m;
    return m;
}

static allocation_map &freed()
{
    static allocation_map m;
    return m;
}

static const allocation_map::value_type *find(const allocation_map &m, const void *pointer)
{
    const auto next = m.upper_bound((const unsigned char *)pointer);
    if (next == m.begin())
        return nullptr;
    const auto &entry = *std::prev(next);
    return (const unsigned char *)pointer <= entry.first + entry.second.bytes ? &entry : nullptr;
}

memory_kind memory_kind_of(const void *pointer)
{
    if (const auto *entry = find(live(), pointer))
        return entry->second.device ? MEMORY_DEVICE : MEMORY_PINNED;
    return find(freed(), pointer) != nullptr ? MEMORY_FREED : MEMORY_HOST;
}

void memory_check_device(const void *pointer, size_t bytes, const char *what)
{
    const auto *entry = find(live(), pointer);
    if (entry == nullptr || !entry->second.device)
        fault("%s: %p is %s, not device memory", what, pointer,
              entry != nullptr                    ? "pinned host memory"
              : find(freed(), pointer) != nullptr ? "memory that was freed"
                                                  : "host memory");
    const size_t offset = (size_t)((const unsigned char *)pointer - entry->first);
    if (offset + bytes > entry->second.bytes)
        fault("%s: bytes %zu to %zu of an allocation of %zu bytes", what, offset, offset + bytes,
              entry->second.bytes);
}

void memory_check_host(const void *pointer, size_t bytes, const char *what)
{
    const auto *entry = find(live(), pointer);
    if (entry == nullptr)
        return;
    if (entry->second.device)
        fault("%s: %p is device memory, not host memory", what, pointer);
    const size_t offset = (size_t)((const unsigned char *)pointer - entry->first);
    if (offset + bytes > entry->second.bytes)
        fault("%s: bytes %zu to %zu of %zu bytes of pinned memory", what, offset, offset + bytes,
              entry->second.bytes);
}

void memory_poison(void *pointer, size_t bytes)
{
    const uint32_t poison = random_poison();
    unsigned char *p = (unsigned char *)pointer;
    for (size_t i = 0; i < bytes; i += sizeof poison)
        memcpy(p + i, &poison, bytes - i < sizeof poison ? bytes - i : sizeof poison);
}

static void check_guard(const allocation_map::value_type &entry)
{
    unsigned char whole[64];
    memset(whole, GUARD_BYTE, sizeof whole);
    static_assert(GUARD <= sizeof whole);
    const size_t bytes = entry.second.bytes;
    const char *kind = entry.second.device ? "device" : "pinned";
    if (memcmp(entry.first + bytes, whole, GUARD) != 0)
        fault("something was written just behind an allocation of %zu bytes of %s memory", bytes,
              kind);
    if (memcmp(entry.first - GUARD, whole, GUARD) != 0)
        fault("something was written just before an allocation of %zu bytes of %s memory", bytes,
              kind);
}

void memory_check_guards()
{
    if (GUARD > 0)
        for (const auto &entry : live())
            check_guard(entry);
}

static int n_open;

#if defined(__SANITIZE_ADDRESS__)
static void shut(const allocation_map::value_type &entry, bool closed)
{
    if (!entry.second.device)
        return;
    if (closed)
        __asan_poison_memory_region(entry.first, entry.second.bytes);
    else
        __asan_unpoison_memory_region(entry.first, entry.second.bytes);
}
#else
static void shut(const allocation_map::value_type &, bool) {}
#endif

void memory_open()
{
    if (n_open++ == 0)
        for (const auto &entry : live())
            shut(entry, false);
}

void memory_close()
{
    if (--n_open == 0)
        for (const auto &entry : live())
            shut(entry, true);
}

static cudaError_t allocate(void **memory, size_t bytes, bool device)
{
    *memory = nullptr;
    if (bytes == 0)
        return cudaSuccess;
    const size_t before = GUARD > 0 ? ALIGNMENT : 0;
    void *heap = nullptr;
    if (posix_memalign(&heap, ALIGNMENT, before + bytes + GUARD) != 0)
        return record_error(cudaErrorMemoryAllocation);
    unsigned char *start = (unsigned char *)heap + before;
    memset(heap, GUARD_BYTE, before);
    memset(start + bytes, GUARD_BYTE, GUARD);
    memory_poison(start, bytes);
    freed().erase(start);
    const auto entry = live().insert({start, {bytes, device, (unsigned char *)heap}}).first;
    shut(*entry, n_open == 0);
    *memory = start;
    return cudaSuccess;
}

/* Freed memory stays unused for a while, so that what still uses it shows. */
static void retire(const allocation_map::value_type &entry)
{
    static std::deque<const unsigned char *> order;
    static size_t bytes;
    shut(entry, false);
    if (entry.second.bytes > QUARANTINE) {
        free(entry.second.heap);
        return;
    }
    memory_poison((void *)entry.first, entry.second.bytes);
    freed().insert(entry);
    order.push_back(entry.first);
    bytes += entry.second.bytes;
    while (bytes > QUARANTINE) {
        const auto oldest = freed().find(order.front());
        order.pop_front();
        bytes -= oldest->second.bytes;
        free(oldest->second.heap);
        freed().erase(oldest);
    }
}

static cudaError_t release(void *memory, bool device, const char *name)
{
    if (memory == nullptr)
        return cudaSuccess;
    operations_run_all(); /* cudaFree waits for the device */
    const auto entry = live().find((const unsigned char *)memory);
    if (entry == live().end() || entry->second.device != device)
        fault("%s: %p is not an allocation of that kind%s", name, memory,
              find(freed(), memory) != nullptr ? ": it was freed before" : "");
    if (GUARD > 0)
        check_guard(*entry);
    retire(*entry);
    live().erase(entry);
    return cudaSuccess;
}

int memory_live()
{
    return (int)live().size();
}

size_t memory_device_bytes()
{
    size_t bytes = 0;
    for (const auto &entry : live())
        bytes += entry.second.device ? entry.second.bytes : 0;
    return bytes;
}

cudaError_t cudaMalloc(void **memory, size_t bytes)
{
    const api_call call("cudaMalloc");
    return capture_forbids() ? record_error(cudaErrorStreamCaptureUnsupported)
                             : allocate(memory, bytes, true);
}

cudaError_t cudaFree(void *memory)
{
    const api_call call("cudaFree");
    return capture_forbids() ? record_error(cudaErrorStreamCaptureUnsupported)
                             : release(memory, true, "cudaFree");
}

cudaError_t cudaMallocHost(void **memory, size_t bytes)
{
    const api_call call("cudaMallocHost");
    return capture_forbids() ? record_error(cudaErrorStreamCaptureUnsupported)
                             : allocate(memory, bytes, false);
}

cudaError_t cudaHostAlloc(void **memory, size_t bytes, unsigned)
{
    return cudaMallocHost(memory, bytes);
}

cudaError_t cudaFreeHost(void *memory)
{
    const api_call call("cudaFreeHost");
    return capture_forbids() ? record_error(cudaErrorStreamCaptureUnsupported)
                             : release(memory, false, "cudaFreeHost");
}

} // namespace km_emulator
