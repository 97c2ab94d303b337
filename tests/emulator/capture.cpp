/* SPDX-License-Identifier: MIT */
/* Capture: what is queued in a stream becomes a graph. */
#include <algorithm>
#include <memory>
#include <set>
#include <thread>

#include "tests/emulator/fault.h"
#include "tests/emulator/graphs.h"
#include "tests/emulator/streams.h"

namespace km_emulator
{

struct capture {
    unsigned long long id;
    cudaGraph_t graph;
    bool own; /* made by the capture, not given to it */
    cudaStream_t origin;
    cudaStreamCaptureMode mode;
    std::thread::id thread; /* that began it */
    bool invalid;
    std::vector<cudaStream_t> streams;
};

static std::vector<std::unique_ptr<capture>> &captures()
{
    static std::vector<std::unique_ptr<capture>> all;
    return all;
}

bool capture_forbids()
{
    bool forbidden = false;
    for (const auto &c : captures())
        if (c->mode == cudaStreamCaptureModeGlobal ||
            (c->mode == cudaStreamCaptureModeThreadLocal &&
             c->thread == std::this_thread::get_id())) {
            c->invalid = true;
            forbidden = true;
        }
    return forbidden;
}

bool capture_spoil_all()
{
    for (const auto &c : captures())
        c->invalid = true;
    return !captures().empty();
}

capture *capture_find(unsigned long long id)
{
    for (const auto &c : captures())
        if (c->id == id)
            return c.get();
    return nullptr;
}

unsigned long long capture_id(const capture *c)
{
    return c->id;
}

void capture_invalidate(capture *c)
{
    c->invalid = true;
}

static void add_tail(cudaStream_t stream, const std::vector<cudaGraphNode_t> &nodes)
{
    for (cudaGraphNode_t node : nodes)
        if (std::find(stream->capture_tail.begin(), stream->capture_tail.end(), node) ==
            stream->capture_tail.end())
            stream->capture_tail.push_back(node);
}

void capture_join(capture *c, cudaStream_t stream, const std::vector<cudaGraphNode_t> &nodes)
{
    if (stream->captured == nullptr) {
        stream->captured = c;
        stream->capture_tail.clear();
        c->streams.push_back(stream);
    }
    add_tail(stream, nodes);
}

void capture_leave(cudaStream_t stream)
{
    auto &members = stream->captured->streams;
    members.erase(std::remove(members.begin(), members.end(), stream), members.end());
    if (stream->captured->origin == stream)
        stream->captured->origin = nullptr;
    stream->captured = nullptr;
    stream->capture_tail.clear();
}

void capture_node(cudaStream_t stream, cudaGraphNodeType type, const char *name,
                  std::function<void()> run)
{
    cudaGraphNode_t node =
        graph_add(stream->captured->graph, type, name, stream->number, stream->capture_tail);
    node->run = std::move(run);
    stream->capture_tail = {node};
}

/* Every stream that came to the capture has been waited for by its origin. */
static bool all_joined(const capture &c)
{
    std::set<cudaGraphNode_t> seen;
    std::vector<cudaGraphNode_t> open = c.origin->capture_tail;
    while (!open.empty()) {
        cudaGraphNode_t node = open.back();
        open.pop_back();
        if (seen.insert(node).second)
            open.insert(open.end(), node->before.begin(), node->before.end());
    }
    for (cudaStream_t stream : c.streams)
        for (cudaGraphNode_t node : stream->capture_tail)
            if (seen.count(node) == 0)
                return false;
    return true;
}

static cudaError_t begin(cudaStream_t stream, cudaGraph_t graph, bool own,
                         const std::vector<cudaGraphNode_t> &before, cudaStreamCaptureMode mode)
{
    static unsigned long long n_captures;
    if (stream->captured != nullptr)
        return record_error(cudaErrorInvalidValue);
    captures().push_back(std::make_unique<capture>(capture{
        ++n_captures, graph, own, stream, mode, std::this_thread::get_id(), false, {stream}}));
    stream->captured = captures().back().get();
    stream->capture_tail = before;
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode)
{
    const api_call call("cudaStreamBeginCapture");
    stream_check(stream, "cudaStreamBeginCapture");
    cudaGraph_t graph;
    cudaGraphCreate(&graph, 0);
    const cudaError_t error = begin(stream, graph, true, {}, mode);
    if (error != cudaSuccess)
        cudaGraphDestroy(graph);
    return error;
}

cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph,
                                          const cudaGraphNode_t *dependencies,
                                          const cudaGraphEdgeData *, size_t n_dependencies,
                                          cudaStreamCaptureMode mode)
{
    const api_call call("cudaStreamBeginCaptureToGraph");
    stream_check(stream, "cudaStreamBeginCaptureToGraph");
    return begin(stream, graph, false, {dependencies, dependencies + n_dependencies}, mode);
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    const api_call call("cudaStreamEndCapture");
    stream_check(stream, "cudaStreamEndCapture");
    capture *c = stream->captured;
    *graph = nullptr;
    if (c == nullptr)
        return record_error(cudaErrorInvalidValue);
    if (c->origin != stream)
        return record_error(cudaErrorStreamCaptureUnmatched);
    const cudaError_t error = c->invalid        ? cudaErrorStreamCaptureInvalidated
                              : !all_joined(*c) ? cudaErrorStreamCaptureUnjoined
                                                : cudaSuccess;
    const std::vector<cudaStream_t> streams = c->streams;
    for (cudaStream_t member : streams)
        capture_leave(member);
    if (error == cudaSuccess)
        *graph = c->graph;
    else if (c->own)
        cudaGraphDestroy(c->graph);
    captures().erase(std::find_if(captures().begin(), captures().end(),
                                  [c](const auto &other) { return other.get() == c; }));
    return error == cudaSuccess ? cudaSuccess : record_error(error);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus *status)
{
    return cudaStreamGetCaptureInfo(stream, status);
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus *status,
                                     unsigned long long *id, cudaGraph_t *graph,
                                     const cudaGraphNode_t **dependencies,
                                     const cudaGraphEdgeData **edges, size_t *n_dependencies)
{
    const api_call call("cudaStreamGetCaptureInfo");
    stream_check(stream, "cudaStreamGetCaptureInfo");
    const capture *c = stream->captured;
    *status = c == nullptr ? cudaStreamCaptureStatusNone
              : c->invalid ? cudaStreamCaptureStatusInvalidated
                           : cudaStreamCaptureStatusActive;
    if (*status != cudaStreamCaptureStatusActive)
        return cudaSuccess;
    if (id != nullptr)
        *id = c->id;
    if (graph != nullptr)
        *graph = c->graph;
    if (dependencies != nullptr)
        *dependencies = stream->capture_tail.data();
    if (edges != nullptr)
        *edges = nullptr; /* all are plain */
    if (n_dependencies != nullptr)
        *n_dependencies = stream->capture_tail.size();
    return cudaSuccess;
}

cudaError_t cudaStreamUpdateCaptureDependencies(cudaStream_t stream, cudaGraphNode_t *dependencies,
                                                const cudaGraphEdgeData *, size_t n_dependencies,
                                                unsigned flags)
{
    const api_call call("cudaStreamUpdateCaptureDependencies");
    stream_check(stream, "cudaStreamUpdateCaptureDependencies");
    if (stream->captured == nullptr || stream->captured->invalid)
        return record_error(cudaErrorInvalidValue);
    const std::vector<cudaGraphNode_t> nodes(dependencies, dependencies + n_dependencies);
    for (cudaGraphNode_t node : nodes)
        if (node->graph != stream->captured->graph)
            return record_error(cudaErrorInvalidValue);
    if (flags == cudaStreamSetCaptureDependencies)
        stream->capture_tail.clear();
    add_tail(stream, nodes);
    return cudaSuccess;
}

} // namespace km_emulator
