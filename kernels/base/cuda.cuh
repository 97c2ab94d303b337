/* SPDX-License-Identifier: MIT */
/* The only includer of the CUDA runtime: launches, checked calls, memory, sums over a block.
 *
 * Kernels keep to what the emulated runtime of the tests knows as well (tests/emulator): barriers,
 * shuffles and votes with full masks, integer atomics, static shared memory and KM_SHARED. All of
 * the backend lives in the namespace KM_CUDA_NAMESPACE, so that the real and the emulated one can
 * stand in one program. */
#ifndef KM_BASE_CUDA_CUH
#define KM_BASE_CUDA_CUH

#include <cuda_runtime.h>

#include "kernels/base/error.h"
#include "kernels/base/fixed.h"
#include "kernels/base/vec.h"
#include "kernels/particles.h"

#ifndef KM_CUDA_NAMESPACE
#define KM_CUDA_NAMESPACE km_cuda
#endif

#define KM_WARP 32
#define KM_WARP_ALL 0xffffffffu

/* Fails with the text of the runtime when a call of it fails. */
#define KM_CUDA(call)                                                                              \
    do {                                                                                           \
        const cudaError_t km_cuda_error_ = (call);                                                 \
        if (km_cuda_error_ != cudaSuccess)                                                         \
            return KM_FAIL(km_cuda_error_ == cudaErrorMemoryAllocation ? KM_ERROR_MEMORY           \
                                                                       : KM_ERROR_DEVICE,          \
                           "%s: %s", #call, cudaGetErrorString(km_cuda_error_));                   \
    } while (0)

/* KM_LAUNCH((kernel<A, B>), grid, block, shared bytes, stream, arguments...) */
#ifdef KM_EMULATED
#define KM_LAUNCH(kernel, grid, block, shared, stream, ...)                                        \
    KM_CUDA(km_emulator::launch(#kernel, grid, block, shared, stream, kernel, __VA_ARGS__))
#else
#define KM_LAUNCH(kernel, grid, block, shared, stream, ...)                                        \
    do {                                                                                           \
        kernel<<<grid, block, shared, stream>>>(__VA_ARGS__);                                      \
        const cudaError_t km_launch_error_ = cudaPeekAtLastError();                                \
        if (km_launch_error_ != cudaSuccess)                                                       \
            return KM_FAIL(KM_ERROR_DEVICE, "kernel %s: %s", #kernel,                              \
                           cudaGetErrorString(km_launch_error_));                                  \
    } while (0)
/* Shared memory whose size the launch gives. */
#define KM_SHARED(type, name)                                                                      \
    extern __shared__ __align__(16) unsigned char km_shared_bytes[];                               \
    type *name = (type *)km_shared_bytes
#endif

namespace KM_CUDA_NAMESPACE
{

/* Waits for what was cleared, or copied from pageable memory, without a stream: it may still be
 * under way, and our streams do not wait for the default one. cudaDeviceSynchronize would fail
 * while another thread, of another replica, records its steps (CUDA C++ Programming Guide,
 * "Prohibited and Unhandled Operations"). */
static inline km_status km_cuda_settle()
{
    KM_CUDA(cudaStreamSynchronize(nullptr));
    return KM_OK;
}

/* Device memory for n objects, zeroed; n = 0 gives a valid pointer. */
template <typename T> km_status km_cuda_new(T **out, size_t n)
{
    const size_t bytes = (n > 0 ? n : 1) * sizeof(T);
    *out = nullptr;
    void *memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes);
    if (error != cudaSuccess) {
        cudaGetLastError(); /* the failure is reported here and now */
        return KM_FAIL(KM_ERROR_MEMORY, "%.1f MiB on the device: %s", (double)bytes / 1048576.0,
                       cudaGetErrorString(error));
    }
    *out = (T *)memory;
    KM_CUDA(cudaMemset(memory, 0, bytes));
    return km_cuda_settle();
}

/* Device memory holding a copy of n objects of the host. */
template <typename T> km_status km_cuda_copy_of(T **out, const T *host, size_t n)
{
    KM_TRY(km_cuda_new(out, n));
    if (n > 0)
        KM_CUDA(cudaMemcpy(*out, host, n * sizeof(T), cudaMemcpyHostToDevice));
    return km_cuda_settle();
}

/* Accepts NULL. */
static inline void km_cuda_delete(const void *memory)
{
    if (memory != nullptr)
        cudaFree((void *)memory);
}

/* Blocks of that many threads which cover n. */
static inline unsigned km_cuda_blocks(size_t n, unsigned threads)
{
    return n > 0 ? (unsigned)((n + threads - 1) / threads) : 1u;
}

static __device__ __forceinline__ int km_thread_index()
{
    return (int)(blockIdx.x * blockDim.x + threadIdx.x);
}

/* Adds to a sum in fixed point: integers, so the order of the threads does not matter. */
static __device__ __forceinline__ void km_fixed_add(km_fixed *sum, km_fixed x)
{
    atomicAdd((unsigned long long *)sum, (unsigned long long)x);
}

/* A force, an energy or a sum of few of them to fixed point; *fault gains bits of km_fault where it
 * cannot be held. */
static __device__ __forceinline__ km_fixed km_fixed_of(double x, int *fault)
{
    if (!(fabs(x) <= KM_FIXED_LIMIT))
        *fault |= isnan(x) ? KM_FAULT_NOT_FINITE : KM_FAULT_FORCE_LIMIT;
    return __double2ll_rn(fmin(fmax(x, -KM_FIXED_LIMIT), KM_FIXED_LIMIT) * KM_FIXED_SCALE);
}
/* The same for what is a whole sum already, over all atoms. */
static __device__ __forceinline__ km_fixed km_fixed_of_total(double x, int *fault)
{
    if (!(fabs(x) <= KM_FIXED_TOTAL))
        *fault |= isnan(x) ? KM_FAULT_NOT_FINITE : KM_FAULT_FORCE_LIMIT;
    return __double2ll_rn(fmin(fmax(x, -KM_FIXED_TOTAL), KM_FIXED_TOTAL) * KM_FIXED_SCALE);
}
static __device__ __forceinline__ km_fixed km_fixed_of(float x, int *fault)
{
    const float limit = (float)KM_FIXED_LIMIT;
    if (!(fabsf(x) <= limit))
        *fault |= isnan(x) ? KM_FAULT_NOT_FINITE : KM_FAULT_FORCE_LIMIT;
    return __float2ll_rn(fminf(fmaxf(x, -limit), limit) * (float)KM_FIXED_SCALE);
}

/* The same for many numbers in a row: what is beyond the limit shows in the largest magnitude seen,
 * kept as an integer, where not a number is beyond infinity; km_fault_of_largest in the end. */
static __device__ __forceinline__ km_fixed km_fixed_watched(km_real x, int *largest)
{
    const km_real limit = KM_R(KM_FIXED_LIMIT), clamped = min(max(x, -limit), limit);
#ifdef KM_DOUBLE
    *largest = max(*largest, __double2hiint(fabs(x)));
    return __double2ll_rn(clamped * KM_FIXED_SCALE);
#else
    *largest = max(*largest, __float_as_int(fabsf(x)));
    return __float2ll_rn(clamped * KM_R(KM_FIXED_SCALE));
#endif
}
static __device__ __forceinline__ int km_fault_of_largest(int largest)
{
#ifdef KM_DOUBLE
    const int infinity = 0x7ff00000, limit = __double2hiint(KM_FIXED_LIMIT);
#else
    const int infinity = 0x7f800000, limit = __float_as_int((float)KM_FIXED_LIMIT);
#endif
    return largest > infinity ? KM_FAULT_NOT_FINITE : (largest > limit ? KM_FAULT_FORCE_LIMIT : 0);
}

/* Sum over a warp, in every lane, as a tree of fixed shape. */
static __device__ __forceinline__ double km_warp_sum(double x)
{
    for (int lane = KM_WARP / 2; lane > 0; lane /= 2)
        x += __shfl_xor_sync(KM_WARP_ALL, x, lane);
    return x;
}

/* Sum over a block of whole warps, at most 1024 threads, as a tree of fixed shape; valid in thread
 * 0. Every thread of the block calls it. */
static __device__ __forceinline__ double km_block_sum(double x)
{
    __shared__ double part[KM_WARP];
    const unsigned lane = threadIdx.x % KM_WARP, warp = threadIdx.x / KM_WARP;
    x = km_warp_sum(x);
    __syncthreads(); /* an earlier sum may still be read */
    if (lane == 0)
        part[warp] = x;
    __syncthreads();
    if (warp == 0)
        x = km_warp_sum(lane < blockDim.x / KM_WARP ? part[lane] : 0.0);
    return x;
}

} // namespace KM_CUDA_NAMESPACE

#endif
