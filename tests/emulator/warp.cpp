/* SPDX-License-Identifier: MIT */
/* Shuffles, votes and reductions: the last lane to arrive does the work for all of them. */
#include <bit>

#include "tests/emulator/block.h"
#include "tests/emulator/fault.h"
#include "tests/emulator/random.h"

namespace km_emulator
{

template <typename F> static void for_lanes(uint32_t mask, F &&f)
{
    if (mask == 0xffffffffu) {
        for (int k = 0; k < 32; k++)
            f(k);
        return;
    }
    for (; mask != 0; mask &= mask - 1)
        f(std::countr_zero(mask));
}

static uint64_t combine(wait_kind kind, uint32_t mask, const thread_state *lanes)
{
    uint32_t ballot = 0, result = (uint32_t)lanes[std::countr_zero(mask)].value;
    for_lanes(mask, [&](int k) { ballot |= lanes[k].value != 0 ? 1u << k : 0u; });
    for_lanes(mask & (mask - 1), [&](int k) {
        const uint32_t v = (uint32_t)lanes[k].value;
        switch (kind) {
        case WAIT_REDUCE_ADD:
            result += v;
            break;
        case WAIT_REDUCE_MIN:
            result = v < result ? v : result;
            break;
        case WAIT_REDUCE_MAX:
            result = v > result ? v : result;
            break;
        case WAIT_REDUCE_MIN_SIGNED:
            result = (int32_t)v < (int32_t)result ? v : result;
            break;
        case WAIT_REDUCE_MAX_SIGNED:
            result = (int32_t)v > (int32_t)result ? v : result;
            break;
        case WAIT_REDUCE_AND:
            result &= v;
            break;
        case WAIT_REDUCE_OR:
            result |= v;
            break;
        case WAIT_REDUCE_XOR:
            result ^= v;
            break;
        default:
            break;
        }
    });
    switch (kind) {
    case WAIT_BALLOT:
        return ballot;
    case WAIT_ALL:
        return ballot == mask;
    case WAIT_ANY:
        return ballot != 0;
    default:
        return result;
    }
}

__attribute__((noinline)) static void exchange(wait_kind kind, uint32_t mask, thread_state *lanes)
{
    uint64_t result[32];
    if (kind >= WAIT_SHFL && kind <= WAIT_SHFL_XOR) {
        for_lanes(mask, [&](int k) {
            const uint32_t source = lanes[k].source;
            if ((mask >> source & 1u) == 0)
                fault("lane %d reads lane %u in %s with mask %08x, which lacks it, at %s:%d", k,
                      source, wait_text(kind), mask, lanes[k].file, lanes[k].line);
            result[k] = lanes[source].value;
        });
    } else if (kind == WAIT_MATCH_ANY) {
        for_lanes(mask, [&](int k) {
            result[k] = 0;
            for_lanes(mask,
                      [&](int j) { result[k] |= lanes[j].value == lanes[k].value ? 1u << j : 0u; });
        });
    } else if (kind != WAIT_SYNCWARP) {
        const uint64_t all = combine(kind, mask, lanes);
        for_lanes(mask, [&](int k) { result[k] = all; });
    } else {
        return;
    }
    for_lanes(mask, [&](int k) { lanes[k].value = result[k]; });
}

static void check_mask(const warp_state &w, wait_kind kind, uint32_t mask, const char *file,
                       int line)
{
    if ((mask >> block.lane & 1u) == 0)
        fault("calls %s with mask %08x, which lacks its own lane %d, at %s:%d", wait_text(kind),
              mask, block.lane, file, line);
    if ((mask & ~w.all) != 0)
        fault("calls %s with mask %08x, but its warp has only the lanes %08x, at %s:%d",
              wait_text(kind), mask, w.all, file, line);
    if ((mask & w.done) != 0)
        fault("waits in %s with mask %08x at %s:%d, but lane %d has already exited",
              wait_text(kind), mask, file, line, std::countr_zero(mask & w.done));
}

uint64_t wait_warp(wait_kind kind, uint32_t mask, uint64_t value, uint32_t source, const char *file,
                   int line)
{
    warp_state &w = block.warps[block.warp];
    thread_state *lanes = &block.threads[block.warp * 32], &self = lanes[block.lane];
    if ((mask >> block.lane & 1u) == 0 || (mask & (w.done | ~w.all)) != 0)
        check_mask(w, kind, mask, file, line);
    self.kind = kind;
    self.mask = mask;
    self.value = value;
    self.source = source;
    self.file = file;
    self.line = line;
    w.waiting |= 1u << block.lane;
    bool complete = (w.waiting & mask) == mask;
    if (complete)
        for_lanes(mask, [&](int k) { complete &= lanes[k].kind == kind && lanes[k].mask == mask; });
    if (complete) {
        exchange(kind, mask, lanes);
        w.waiting &= ~mask;
        w.ready |= mask;
        block.draw_warp = random_below(8) == 0; /* mostly the warp runs on */
    }
    block_go_on();
    return self.value;
}

} // namespace km_emulator
