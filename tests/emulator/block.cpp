/* SPDX-License-Identifier: MIT */
#include "tests/emulator/block.h"

#include <bit>
#include <cstdio>
#include <cstring>

#include "tests/emulator/fault.h"
#include "tests/emulator/random.h"

namespace km_emulator
{

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;
block_state block;

const char *wait_text(wait_kind kind)
{
    static const char *const texts[] = {
#define KM_EMULATOR_WAIT(name, text) text,
        KM_EMULATOR_WAITS(KM_EMULATOR_WAIT)
#undef KM_EMULATOR_WAIT
    };
    return texts[kind];
}

uint32_t lane_index()
{
    return (uint32_t)block.lane;
}

/* One bit of a set that is not empty: the first from a place and in a direction drawn at random. */
static int pick(uint32_t set)
{
    const uint32_t random = random_bits();
    const int begin = (int)(random & 31);
    const uint32_t rotated = std::rotr(set, begin);
    const int k = (random & 32) != 0 ? 31 - std::countl_zero(rotated) : std::countr_zero(rotated);
    return (k + begin) & 31;
}

bool block_draw_next()
{
    const warp_state &mine = block.warps[block.warp];
    if ((mine.ready | mine.unstarted) == 0) {
        block.warps_to_run &= ~(1u << block.warp);
        block.draw_warp = true;
    }
    if (block.draw_warp) {
        if (block.warps_to_run == 0)
            block_fault_deadlock();
        block.warp = pick(block.warps_to_run);
        block.draw_warp = false;
    }
    warp_state &w = block.warps[block.warp];
    block.lane = pick(w.ready | w.unstarted);
    const uint32_t bit = 1u << block.lane;
    const bool unstarted = (w.unstarted & bit) != 0;
    w.unstarted &= ~bit;
    w.ready &= ~bit;
    threadIdx = block_self().index;
    return unstarted;
}

static void run_thread()
{
    block.n_started++;
    (*block.body)();
    warp_state &w = block.warps[block.warp];
    w.done |= 1u << block.lane;
    block.n_done++;
    if (block.n_at_barrier > 0) {
        const thread_state *first = block.first_at_barrier;
        fault("exits while thread (%u,%u,%u) waits in %s at %s:%d", first->index.x, first->index.y,
              first->index.z, wait_text(first->kind), first->file, first->line);
    }
    for (uint32_t left = w.waiting; left != 0; left &= left - 1) {
        const int lane = std::countr_zero(left);
        const thread_state &other = block.threads[block.warp * 32 + lane];
        if ((other.mask >> block.lane & 1u) != 0)
            fault("exits while lane %d waits for it in %s with mask %08x at %s:%d", lane,
                  wait_text(other.kind), other.mask, other.file, other.line);
    }
}

void block_fibre_life()
{
    for (;;) {
        run_thread();
        fibre *next;
        if (block.n_done == block.n_threads)
            next = &block.host;
        else if (block_draw_next())
            continue;
        else
            next = block_self().where;
        fibre *mine = block.running;
        fibre_give_back(mine);
        block.running = next;
        block.n_switches++;
        fibre_switch(mine, next);
    }
}

void block_shape(dim3 shape)
{
    block.n_threads = (int)(shape.x * shape.y * shape.z);
    block.n_warps = (block.n_threads + 31) / 32;
    for (unsigned i = 0; i < (unsigned)block.n_threads; i++)
        block.threads[i].index = {i % shape.x, i / shape.x % shape.y, i / (shape.x * shape.y)};
}

void block_run(const std::function<void()> &body)
{
    block.body = &body;
    block.n_done = block.n_at_barrier = 0;
    block.warps_to_run = 0;
    for (int k = 0; k < block.n_warps; k++) {
        const int lanes = block.n_threads - 32 * k;
        const uint32_t all = lanes >= 32 ? 0xffffffffu : (1u << lanes) - 1;
        block.warps[k] = {.all = all, .unstarted = all};
        block.warps_to_run |= 1u << k;
    }
    block.draw_warp = true;
    block_draw_next();
    block.running = fibre_take(block_fibre_life);
    fibre_switch(&block.host, block.running);
}

int wait_block(wait_kind kind, bool predicate, const char *file, int line)
{
    thread_state &self = block_self();
    self.kind = kind;
    self.file = file;
    self.line = line;
    if (block.n_done > 0)
        fault("waits in %s at %s:%d, but %d threads of its block have already exited",
              wait_text(kind), file, line, block.n_done);
    if (block.n_at_barrier == 0) {
        block.first_at_barrier = &self;
        block.n_true = 0;
    }
    const thread_state &first = *block.first_at_barrier;
    if (first.kind != kind || first.line != line ||
        (first.file != file && strcmp(first.file, file) != 0))
        fault("waits in %s at %s:%d, thread (%u,%u,%u) of the same block in %s at %s:%d",
              wait_text(kind), file, line, first.index.x, first.index.y, first.index.z,
              wait_text(first.kind), first.file, first.line);
    block.n_true += predicate;
    warp_state &w = block.warps[block.warp];
    w.at_barrier |= 1u << block.lane;
    if (++block.n_at_barrier == block.n_threads) {
        block.n_at_barrier = 0;
        block.n_true_last = block.n_true;
        for (int k = 0; k < block.n_warps; k++) {
            block.warps[k].ready = block.warps[k].all;
            block.warps[k].at_barrier = 0;
            block.warps_to_run |= 1u << k;
        }
        block.draw_warp = true;
    }
    block_go_on();
    return block.n_true_last;
}

void block_fault_deadlock()
{
    char text[2048] = "";
    size_t used = 0;
    const thread_state *shown[8];
    int n_shown = 0;
    for (int i = 0; i < block.n_threads && n_shown < 8; i++) {
        const thread_state &t = block.threads[i];
        const warp_state &w = block.warps[i / 32];
        bool known = ((w.waiting | w.at_barrier) >> (i % 32) & 1u) == 0;
        for (int k = 0; k < n_shown; k++)
            known |=
                shown[k]->kind == t.kind && shown[k]->line == t.line && shown[k]->mask == t.mask;
        if (known || used >= sizeof text)
            continue;
        shown[n_shown++] = &t;
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "\n  thread (%u,%u,%u), lane %d of warp %d: %s, mask %08x, at "
                                 "%s:%d",
                                 t.index.x, t.index.y, t.index.z, i % 32, i / 32, wait_text(t.kind),
                                 t.kind < WAIT_SYNCWARP ? 0xffffffffu : t.mask, t.file, t.line);
    }
    fault("no thread can go on; those that wait are at different places or wait for lanes that "
          "never come:%s",
          text);
}

} // namespace km_emulator
