/* SPDX-License-Identifier: MIT */
/* Barriers, shuffles, votes and reductions as CUDA spells them. */
#ifndef KM_EMULATOR_WARP_H
#define KM_EMULATOR_WARP_H

#include <cstring>
#include <type_traits>

#include "tests/emulator/waiting.h"

/* Where in the source a thread waits. */
#define KM_EMULATOR_PLACE const char *file = __builtin_FILE(), int line = __builtin_LINE()

namespace km_emulator
{

inline void __syncthreads(KM_EMULATOR_PLACE)
{
    wait_block(WAIT_SYNCTHREADS, true, file, line);
}
inline int __syncthreads_count(int predicate, KM_EMULATOR_PLACE)
{
    return wait_block(WAIT_SYNCTHREADS_COUNT, predicate != 0, file, line);
}
inline int __syncthreads_or(int predicate, KM_EMULATOR_PLACE)
{
    return wait_block(WAIT_SYNCTHREADS_OR, predicate != 0, file, line) > 0;
}
inline int __syncthreads_and(int predicate, KM_EMULATOR_PLACE)
{
    return wait_block(WAIT_SYNCTHREADS_AND, predicate == 0, file, line) == 0;
}
inline void __syncwarp(unsigned mask = 0xffffffffu, KM_EMULATOR_PLACE)
{
    wait_warp(WAIT_SYNCWARP, mask, 0, 0, file, line);
}

template <typename T>
T shuffle(wait_kind kind, unsigned mask, T value, unsigned source, const char *file, int line)
{
    static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8),
                  "shuffles take numbers of 4 or 8 bytes");
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = wait_warp(kind, mask, bits, source, file, line);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A lane beyond its segment of `width` lanes keeps its own value. */
template <typename T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, KM_EMULATOR_PLACE)
{
    const unsigned first = lane_index() & ~(unsigned)(width - 1);
    return shuffle(WAIT_SHFL, mask, value, first | ((unsigned)source & (unsigned)(width - 1)), file,
                   line);
}
template <typename T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, KM_EMULATOR_PLACE)
{
    const unsigned lane = lane_index(), first = lane & ~(unsigned)(width - 1);
    return shuffle(WAIT_SHFL_UP, mask, value, lane - first >= delta ? lane - delta : lane, file,
                   line);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, KM_EMULATOR_PLACE)
{
    const unsigned lane = lane_index(), last = lane | (unsigned)(width - 1);
    return shuffle(WAIT_SHFL_DOWN, mask, value, last - lane >= delta ? lane + delta : lane, file,
                   line);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, KM_EMULATOR_PLACE)
{
    const unsigned lane = lane_index(), last = lane | (unsigned)(width - 1);
    const unsigned source = lane ^ (unsigned)lanes;
    return shuffle(WAIT_SHFL_XOR, mask, value, source <= last ? source : lane, file, line);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, KM_EMULATOR_PLACE)
{
    return (unsigned)wait_warp(WAIT_BALLOT, mask, predicate != 0, 0, file, line);
}
inline int __any_sync(unsigned mask, int predicate, KM_EMULATOR_PLACE)
{
    return (int)wait_warp(WAIT_ANY, mask, predicate != 0, 0, file, line);
}
inline int __all_sync(unsigned mask, int predicate, KM_EMULATOR_PLACE)
{
    return (int)wait_warp(WAIT_ALL, mask, predicate != 0, 0, file, line);
}
template <typename T> unsigned __match_any_sync(unsigned mask, T value, KM_EMULATOR_PLACE)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return (unsigned)wait_warp(WAIT_MATCH_ANY, mask, bits, 0, file, line);
}

#define KM_EMULATOR_REDUCTION(name, T, kind)                                                       \
    inline T name(unsigned mask, T value, KM_EMULATOR_PLACE)                                       \
    {                                                                                              \
        return (T)wait_warp(kind, mask, (unsigned)value, 0, file, line);                           \
    }
KM_EMULATOR_REDUCTION(__reduce_add_sync, unsigned, WAIT_REDUCE_ADD)
KM_EMULATOR_REDUCTION(__reduce_add_sync, int, WAIT_REDUCE_ADD)
KM_EMULATOR_REDUCTION(__reduce_min_sync, unsigned, WAIT_REDUCE_MIN)
KM_EMULATOR_REDUCTION(__reduce_min_sync, int, WAIT_REDUCE_MIN_SIGNED)
KM_EMULATOR_REDUCTION(__reduce_max_sync, unsigned, WAIT_REDUCE_MAX)
KM_EMULATOR_REDUCTION(__reduce_max_sync, int, WAIT_REDUCE_MAX_SIGNED)
KM_EMULATOR_REDUCTION(__reduce_and_sync, unsigned, WAIT_REDUCE_AND)
KM_EMULATOR_REDUCTION(__reduce_or_sync, unsigned, WAIT_REDUCE_OR)
KM_EMULATOR_REDUCTION(__reduce_xor_sync, unsigned, WAIT_REDUCE_XOR)
#undef KM_EMULATOR_REDUCTION

} // namespace km_emulator

#endif
