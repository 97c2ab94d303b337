/* SPDX-License-Identifier: MIT */
#include "tests/emulator/launch.h"

#include <map>
#include <numeric>

#include "tests/emulator/block.h"
#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/random.h"
#include "tests/emulator/shared_memory.h"
#include "tests/emulator/streams.h"

namespace km_emulator
{

/* Limits of compute capability 8.0 to 12.0: CUDA C++ Programming Guide, technical specifications.
 */
static const size_t SHARED_DEFAULT = 48 * 1024, SHARED_LIMIT = 227 * 1024;
static const unsigned GRID_X_LIMIT = 2147483647u, GRID_YZ_LIMIT = 65535u;
static const unsigned BLOCK_XY_LIMIT = 1024u, BLOCK_Z_LIMIT = 64u;

static std::map<const void *, size_t> &shared_allowed()
{
    static std::map<const void *, size_t> bytes;
    return bytes;
}

uint64_t n_launches;

/* Blocks in an order drawn anew for each launch. */
static void run(const kernel_launch &launch)
{
    static std::vector<uint32_t> order;
    const uint32_t n = launch.grid.x * launch.grid.y * launch.grid.z;
    order.resize(n);
    std::iota(order.begin(), order.end(), 0u);
    gridDim = launch.grid;
    blockDim = launch.block;
    block.kernel = launch.name;
    block_shape(launch.block);
    shared_memory_begin(launch.shared);
    fault_watch(true);
    for (uint32_t k = 0; k < n; k++) {
        std::swap(order[k], order[k + random_below(n - k)]);
        const uint32_t b = order[k];
        blockIdx = {b % gridDim.x, b / gridDim.x % gridDim.y, b / gridDim.x / gridDim.y};
        shared_memory_poison();
        block_run(launch.thread);
        shared_memory_check();
    }
    fault_watch(false);
    shared_memory_end();
    memory_check_guards();
    block.kernel = nullptr;
    n_launches++;
}

static void check(const kernel_launch &launch)
{
    const dim3 g = launch.grid, b = launch.block;
    const unsigned long long threads = (unsigned long long)b.x * b.y * b.z;
    if (g.x == 0 || g.y == 0 || g.z == 0 || g.x > GRID_X_LIMIT || g.y > GRID_YZ_LIMIT ||
        g.z > GRID_YZ_LIMIT || (unsigned long long)g.x * g.y * g.z > GRID_X_LIMIT)
        fault("kernel %s: a grid of (%u,%u,%u) blocks", launch.name, g.x, g.y, g.z);
    if (threads == 0 || threads > MAX_THREADS || b.x > BLOCK_XY_LIMIT || b.y > BLOCK_XY_LIMIT ||
        b.z > BLOCK_Z_LIMIT)
        fault("kernel %s: a block of (%u,%u,%u) threads; at most %d", launch.name, b.x, b.y, b.z,
              MAX_THREADS);
    const auto allowed = shared_allowed().find(launch.function);
    const size_t limit = allowed != shared_allowed().end() ? allowed->second : SHARED_DEFAULT;
    if (launch.shared > SHARED_LIMIT)
        fault("kernel %s: %zu bytes of dynamic shared memory; a block has at most %zu", launch.name,
              launch.shared, SHARED_LIMIT);
    if (launch.shared > limit)
        fault("kernel %s: %zu bytes of dynamic shared memory; cudaFuncSetAttribute allows it %zu",
              launch.name, launch.shared, limit);
}

cudaError_t launch_queue(kernel_launch &&launch, cudaStream_t stream)
{
    const api_call call("a kernel launch");
    check(launch);
    const char *name = launch.name;
    return stream_queue(stream, cudaGraphNodeTypeKernel, name, [l = std::move(launch)] { run(l); });
}

void launch_check_pointer(const char *name, int index, const void *pointer)
{
    if (pointer == nullptr)
        return;
    const memory_kind kind = memory_kind_of(pointer);
    if (kind == MEMORY_HOST || kind == MEMORY_FREED)
        fault("kernel %s: argument %d (%p) points to %s", name, index, pointer,
              kind == MEMORY_HOST ? "host memory" : "memory that was freed");
}

cudaError_t set_function_attribute(const void *function, cudaFuncAttribute attribute, int value)
{
    const api_call call("cudaFuncSetAttribute");
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize)
        return cudaSuccess;
    if (value < 0 || (size_t)value > SHARED_LIMIT)
        return record_error(cudaErrorInvalidValue);
    shared_allowed()[function] = (size_t)value;
    return cudaSuccess;
}

} // namespace km_emulator
