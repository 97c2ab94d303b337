/* SPDX-License-Identifier: MIT */
/* Streams: chains of operations, or, while one is captured, chains of nodes of a graph. */
#ifndef KM_EMULATOR_STREAMS_H
#define KM_EMULATOR_STREAMS_H

#include <string>
#include <vector>

#include "tests/emulator/operations.h"
#include "tests/emulator/runtime_api.h"

namespace km_emulator
{

struct capture;

struct km_emulated_stream {
    int number;
    std::vector<operation_ptr> tail;           /* what the next operation waits for          */
    capture *captured;                         /* NULL = operations are run                  */
    std::vector<cudaGraphNode_t> capture_tail; /* what the next node waits for      */
};

struct km_emulated_event {
    operation_ptr recorded; /* NULL = never                                        */
    double time;            /* ms  when it came; for elapsed times                 */
    bool timing;
    unsigned long long capture_id; /* 0 = the record was not captured              */
    std::vector<cudaGraphNode_t> captured;
};

/* One operation of a stream: run now or later, or a node of the graph that captures it. */
cudaError_t stream_queue(cudaStream_t stream, cudaGraphNodeType type, const char *name,
                         std::function<void()> run);
/* Faults for a stream that was never made, is destroyed, or is the default one. */
void stream_check(cudaStream_t stream, const char *name);
/* The device's own stream behind cudaMemcpy and cudaMemset: ours do not wait for it. */
cudaStream_t default_stream();

/* Keeps the error for cudaGetLastError, and gives it back. */
cudaError_t record_error(cudaError_t error);

/* A capture is under way that forbids calls like cudaMalloc. */
bool capture_forbids();
/* Invalidates all captures, of whatever thread; false without any. */
bool capture_spoil_all();
/* The capture with that number; NULL when it has ended. */
capture *capture_find(unsigned long long id);
unsigned long long capture_id(const capture *c);
/* The capture is spoiled: its end will fail. */
void capture_invalidate(capture *c);
/* Puts a stream under a capture that has come to it through an event. */
void capture_join(capture *c, cudaStream_t stream, const std::vector<cudaGraphNode_t> &nodes);
void capture_leave(cudaStream_t stream);
void capture_node(cudaStream_t stream, cudaGraphNodeType type, const char *name,
                  std::function<void()> run);

int streams_live();
int graphs_live();
int fft_plans_live();

} // namespace km_emulator

#endif
