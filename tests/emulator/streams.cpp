/* SPDX-License-Identifier: MIT */
#include "tests/emulator/streams.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "tests/emulator/fault.h"

namespace km_emulator
{

static std::set<cudaStream_t> &streams()
{
    static std::set<cudaStream_t> all;
    return all;
}

static std::set<cudaEvent_t> &events()
{
    static std::set<cudaEvent_t> all;
    return all;
}

int streams_live()
{
    return (int)(streams().size() + events().size());
}

void stream_check(cudaStream_t stream, const char *name)
{
    if (stream == nullptr)
        fault("%s: the default stream; give one made with cudaStreamNonBlocking", name);
    if (streams().count(stream) == 0 && stream != default_stream())
        fault("%s: %p is no stream, or one that was destroyed", name, (const void *)stream);
}

static void event_check(cudaEvent_t event, const char *name)
{
    if (events().count(event) == 0)
        fault("%s: %p is no event, or one that was destroyed", name, (const void *)event);
}

cudaStream_t default_stream()
{
    static km_emulated_stream stream{};
    return &stream;
}

static void queue(cudaStream_t stream, std::function<void()> run)
{
    stream->tail = {
        operation_add(stream->number, stream->tail, [run = std::move(run)](const operation_ptr &) {
            run();
            return true;
        })};
}

cudaError_t stream_queue(cudaStream_t stream, cudaGraphNodeType type, const char *name,
                         std::function<void()> run)
{
    stream_check(stream, name);
    if (stream->captured != nullptr)
        capture_node(stream, type, name, std::move(run));
    else
        queue(stream, std::move(run));
    return cudaSuccess;
}

/* ---- streams ---- */

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int)
{
    const api_call call("cudaStreamCreate");
    static int n_made;
    if (flags != cudaStreamNonBlocking)
        fault("a stream without cudaStreamNonBlocking waits for the default stream");
    *stream = new km_emulated_stream{};
    (*stream)->number = ++n_made;
    streams().insert(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags)
{
    return cudaStreamCreateWithPriority(stream, flags, 0);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    const api_call call("cudaStreamDestroy");
    stream_check(stream, "cudaStreamDestroy");
    if (stream->captured != nullptr) {
        capture_invalidate(stream->captured);
        capture_leave(stream);
    }
    streams().erase(stream); /* what is queued in it will still run */
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    const api_call call("cudaStreamSynchronize");
    stream = stream != nullptr ? stream : default_stream();
    stream_check(stream, "cudaStreamSynchronize");
    if (stream->captured != nullptr) {
        capture_invalidate(stream->captured);
        return record_error(cudaErrorStreamCaptureUnsupported);
    }
    for (const operation_ptr &op : stream->tail)
        operations_run_until(op);
    return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream)
{
    const api_call call("cudaStreamQuery");
    stream_check(stream, "cudaStreamQuery");
    if (stream->captured != nullptr) {
        capture_invalidate(stream->captured);
        return record_error(cudaErrorStreamCaptureUnsupported);
    }
    operations_run_some();
    const bool done = std::all_of(stream->tail.begin(), stream->tail.end(),
                                  [](const operation_ptr &op) { return op->done; });
    return done ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaDeviceSynchronize()
{
    const api_call call("cudaDeviceSynchronize");
    if (capture_spoil_all())
        return record_error(cudaErrorStreamCaptureUnsupported);
    operations_run_all();
    return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void *argument)
{
    const api_call call("cudaLaunchHostFunc");
    return stream_queue(stream, cudaGraphNodeTypeHost, "cudaLaunchHostFunc",
                        [=] { function(argument); });
}

/* ---- events ---- */

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags)
{
    const api_call call("cudaEventCreate");
    *event = new km_emulated_event{};
    (*event)->timing = (flags & cudaEventDisableTiming) == 0;
    events().insert(*event);
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t *event)
{
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    const api_call call("cudaEventDestroy");
    event_check(event, "cudaEventDestroy");
    if (event->timing)
        operations_run_all(); /* its record may still be queued and writes the time into it */
    events().erase(event);
    delete event;
    return cudaSuccess;
}

static double now_ms()
{
    const auto t = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::milli>(t).count();
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    const api_call call("cudaEventRecord");
    event_check(event, "cudaEventRecord");
    stream_check(stream, "cudaEventRecord");
    if (stream->captured != nullptr) {
        event->capture_id = capture_id(stream->captured);
        event->captured = stream->capture_tail;
        return cudaSuccess;
    }
    event->capture_id = 0;
    queue(stream, [event, timing = event->timing] {
        if (timing)
            event->time = now_ms();
    });
    event->recorded = stream->tail.front();
    return cudaSuccess;
}

static cudaError_t wait_captured(cudaStream_t stream, cudaEvent_t event)
{
    capture *c = capture_find(event->capture_id);
    if (c == nullptr)
        return record_error(cudaErrorInvalidValue); /* of a capture that has ended */
    if (stream->captured != nullptr && stream->captured != c) {
        capture_invalidate(stream->captured);
        return record_error(cudaErrorStreamCaptureMerge);
    }
    capture_join(c, stream, event->captured);
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned)
{
    const api_call call("cudaStreamWaitEvent");
    event_check(event, "cudaStreamWaitEvent");
    stream_check(stream, "cudaStreamWaitEvent");
    if (event->capture_id != 0)
        return wait_captured(stream, event);
    if (stream->captured != nullptr && event->recorded != nullptr) {
        capture_invalidate(stream->captured);
        return record_error(cudaErrorStreamCaptureIsolation);
    }
    if (event->recorded != nullptr && !event->recorded->done)
        stream->tail.push_back(event->recorded);
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event)
{
    const api_call call("cudaEventSynchronize");
    event_check(event, "cudaEventSynchronize");
    if (event->capture_id != 0)
        return record_error(cudaErrorStreamCaptureUnsupported);
    if (event->recorded != nullptr)
        operations_run_until(event->recorded);
    return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event)
{
    const api_call call("cudaEventQuery");
    event_check(event, "cudaEventQuery");
    if (event->capture_id != 0)
        return record_error(cudaErrorStreamCaptureUnsupported);
    operations_run_some();
    return event->recorded == nullptr || event->recorded->done ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t start, cudaEvent_t end)
{
    const api_call call("cudaEventElapsedTime");
    event_check(start, "cudaEventElapsedTime");
    event_check(end, "cudaEventElapsedTime");
    if (!start->timing || !end->timing || start->recorded == nullptr || end->recorded == nullptr)
        return record_error(cudaErrorInvalidResourceHandle);
    if (!start->recorded->done || !end->recorded->done)
        return record_error(cudaErrorNotReady);
    *ms = (float)(end->time - start->time);
    return cudaSuccess;
}

} // namespace km_emulator
