/* SPDX-License-Identifier: MIT */
/* cudaMemcpy and cudaMemset, with a look at whose memory it is.
 *
 * What returns before the device is done is as in "API synchronization behavior" of the CUDA
 * runtime manual: a cudaMemset, a cudaMemcpy within the device and one from pageable host memory
 * may still be under way, and our streams do not wait for them. */
#include <cstring>

#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/streams.h"

namespace km_emulator
{

static bool from_device(cudaMemcpyKind kind, const void *from)
{
    return kind == cudaMemcpyDefault
               ? memory_kind_of(from) == MEMORY_DEVICE
               : kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
}

static bool to_device(cudaMemcpyKind kind, const void *to)
{
    return kind == cudaMemcpyDefault
               ? memory_kind_of(to) == MEMORY_DEVICE
               : kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
}

static void check(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    if (to_device(kind, to))
        memory_check_device(to, bytes, "destination of cudaMemcpy");
    else
        memory_check_host(to, bytes, "destination of cudaMemcpy");
    if (from_device(kind, from))
        memory_check_device(from, bytes, "source of cudaMemcpy");
    else
        memory_check_host(from, bytes, "source of cudaMemcpy");
}

static std::function<void()> copy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    return [=] {
        check(to, from, bytes, kind); /* it may have been freed by now */
        memmove(to, from, bytes);
    };
}

/* A copy whose source is read at once: the caller may change it when the call returns. */
static std::function<void()> staged(void *to, const void *from, size_t bytes)
{
    const auto *p = (const unsigned char *)from;
    return [to, stage = std::vector<unsigned char>(p, p + bytes)] {
        memory_check_device(to, stage.size(), "destination of cudaMemcpy");
        memcpy(to, stage.data(), stage.size());
    };
}

static bool is_staged(const void *to, const void *from, cudaMemcpyKind kind)
{
    return to_device(kind, to) && !from_device(kind, from) && memory_kind_of(from) == MEMORY_HOST;
}

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    const api_call call("cudaMemcpy");
    if (capture_forbids())
        return record_error(cudaErrorStreamCaptureUnsupported);
    if (bytes == 0)
        return cudaSuccess;
    check(to, from, bytes, kind);
    const bool stage = is_staged(to, from, kind);
    stream_queue(default_stream(), cudaGraphNodeTypeMemcpy, "cudaMemcpy",
                 stage ? staged(to, from, bytes) : copy(to, from, bytes, kind));
    if (!stage && !(to_device(kind, to) && from_device(kind, from)))
        operations_run_until(default_stream()->tail.front());
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream)
{
    const api_call call("cudaMemcpyAsync");
    stream_check(stream, "cudaMemcpyAsync");
    if (bytes == 0)
        return cudaSuccess;
    check(to, from, bytes, kind);
    if (stream->captured == nullptr && is_staged(to, from, kind))
        return stream_queue(stream, cudaGraphNodeTypeMemcpy, "cudaMemcpyAsync",
                            staged(to, from, bytes));
    stream_queue(stream, cudaGraphNodeTypeMemcpy, "cudaMemcpyAsync", copy(to, from, bytes, kind));
    /* into pageable memory it returns when the copy is complete */
    if (stream->captured == nullptr && !to_device(kind, to) && memory_kind_of(to) == MEMORY_HOST)
        operations_run_until(stream->tail.front());
    return cudaSuccess;
}

static std::function<void()> fill(void *memory, int value, size_t bytes)
{
    return [=] {
        memory_check_device(memory, bytes, "cudaMemset");
        memset(memory, value, bytes);
    };
}

cudaError_t cudaMemset(void *memory, int value, size_t bytes)
{
    const api_call call("cudaMemset");
    if (capture_forbids())
        return record_error(cudaErrorStreamCaptureUnsupported);
    if (bytes == 0)
        return cudaSuccess;
    memory_check_device(memory, bytes, "cudaMemset");
    return stream_queue(default_stream(), cudaGraphNodeTypeMemset, "cudaMemset",
                        fill(memory, value, bytes));
}

cudaError_t cudaMemsetAsync(void *memory, int value, size_t bytes, cudaStream_t stream)
{
    const api_call call("cudaMemsetAsync");
    stream_check(stream, "cudaMemsetAsync");
    if (bytes == 0)
        return cudaSuccess;
    memory_check_device(memory, bytes, "cudaMemsetAsync");
    return stream_queue(stream, cudaGraphNodeTypeMemset, "cudaMemsetAsync",
                        fill(memory, value, bytes));
}

} // namespace km_emulator
