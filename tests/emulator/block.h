/* SPDX-License-Identifier: MIT */
/* One block of threads: who runs, who waits, and for what.
 *
 * A thread runs until it waits or ends; then the next is drawn, from the same warp while it has one
 * that can run, so a warp runs ahead of the others as far as barriers let it. A thread that never
 * waits costs a function call, one that waits a switch of fibres. */
#ifndef KM_EMULATOR_BLOCK_H
#define KM_EMULATOR_BLOCK_H

#include <functional>

#include "tests/emulator/fibre.h"
#include "tests/emulator/qualifiers.h"
#include "tests/emulator/waiting.h"

namespace km_emulator
{

inline constexpr int MAX_THREADS = 1024, MAX_WARPS = MAX_THREADS / 32;

struct thread_state {
    fibre *where;   /* the fibre that holds it while it waits               */
    uint64_t value; /* what it brings to the others, then what it takes away */
    const char *file;
    int line;        /* of the call it waits in                              */
    wait_kind kind;  /* what it waits at                                     */
    uint32_t mask;   /* the lanes it waits for                               */
    uint32_t source; /* the lane whose value it takes                        */
    uint3 index;
};

struct warp_state { /* sets of lanes, one bit each */
    uint32_t all;
    uint32_t unstarted, ready;    /* can run                                  */
    uint32_t waiting, at_barrier; /* wait for lanes of the warp, for the block */
    uint32_t done;
};

struct block_state {
    thread_state threads[MAX_THREADS];
    warp_state warps[MAX_WARPS];
    int n_threads, n_warps;
    const char *kernel;                /* name, for messages; NULL = no kernel runs */
    const std::function<void()> *body; /* one thread                                */
    uint32_t warps_to_run;             /* those with a lane that can run            */
    bool draw_warp;                    /* at the next change of threads             */
    int warp, lane;                    /* who runs                                  */
    fibre host, *running;
    int n_done;
    int n_at_barrier, n_true; /* arrived, and how many with a predicate that holds */
    int n_true_last;          /* the latter at the last barrier                    */
    const thread_state *first_at_barrier;
    uint64_t n_started, n_switches; /* since the program began */
};

extern block_state block;

/* Threads of the launches that follow: their number and indices. */
void block_shape(dim3 shape);
/* Runs the threads of one block; blockIdx is set. */
void block_run(const std::function<void()> &body);
/* Draws the next thread to run and makes it the running one; true when it has yet to start. */
bool block_draw_next();
/* The life of a fibre: threads from their start, until one of those that wait goes on instead. */
void block_fibre_life();
/* Every thread that waits, for a message. */
[[noreturn]] void block_fault_deadlock();

inline thread_state &block_self()
{
    return block.threads[block.warp * 32 + block.lane];
}

/* The running thread waits or has been put among the ready: another one goes on. Inline, since the
 * processor predicts wrongly every return that follows a change of stacks. */
inline __attribute__((always_inline)) void block_go_on()
{
    thread_state &self = block_self();
    const bool unstarted = block_draw_next();
    if (&block_self() == &self)
        return;
    self.where = block.running;
    block.running = unstarted ? fibre_take(block_fibre_life) : block_self().where;
    block.n_switches++;
    fibre_switch(self.where, block.running);
}

} // namespace km_emulator

#endif
