/* SPDX-License-Identifier: MIT */
/* What a thread can wait at, and the two functions behind every barrier, shuffle and vote. */
#ifndef KM_EMULATOR_WAITING_H
#define KM_EMULATOR_WAITING_H

#include <cstdint>

namespace km_emulator
{

#define KM_EMULATOR_WAITS(X)                                                                       \
    X(SYNCTHREADS, "__syncthreads")                                                                \
    X(SYNCTHREADS_COUNT, "__syncthreads_count")                                                    \
    X(SYNCTHREADS_AND, "__syncthreads_and")                                                        \
    X(SYNCTHREADS_OR, "__syncthreads_or")                                                          \
    X(SYNCWARP, "__syncwarp")                                                                      \
    X(SHFL, "__shfl_sync")                                                                         \
    X(SHFL_UP, "__shfl_up_sync")                                                                   \
    X(SHFL_DOWN, "__shfl_down_sync")                                                               \
    X(SHFL_XOR, "__shfl_xor_sync")                                                                 \
    X(BALLOT, "__ballot_sync")                                                                     \
    X(ALL, "__all_sync")                                                                           \
    X(ANY, "__any_sync")                                                                           \
    X(MATCH_ANY, "__match_any_sync")                                                               \
    X(REDUCE_ADD, "__reduce_add_sync")                                                             \
    X(REDUCE_MIN, "__reduce_min_sync")                                                             \
    X(REDUCE_MAX, "__reduce_max_sync")                                                             \
    X(REDUCE_MIN_SIGNED, "__reduce_min_sync (int)")                                                \
    X(REDUCE_MAX_SIGNED, "__reduce_max_sync (int)")                                                \
    X(REDUCE_AND, "__reduce_and_sync")                                                             \
    X(REDUCE_OR, "__reduce_or_sync")                                                               \
    X(REDUCE_XOR, "__reduce_xor_sync")

enum wait_kind : uint32_t {
#define KM_EMULATOR_WAIT(name, text) WAIT_##name,
    KM_EMULATOR_WAITS(KM_EMULATOR_WAIT)
#undef KM_EMULATOR_WAIT
};

const char *wait_text(wait_kind kind);

/* Waits for every thread of the block; how many came with `predicate`. */
int wait_block(wait_kind kind, bool predicate, const char *file, int line);

/* Waits for the lanes of `mask`; shuffles take the value of lane `source`, votes and reductions
 * combine the values of all. */
uint64_t wait_warp(wait_kind kind, uint32_t mask, uint64_t value, uint32_t source, const char *file,
                   int line);

/* Lane of the running thread. */
uint32_t lane_index();

} // namespace km_emulator

#endif
