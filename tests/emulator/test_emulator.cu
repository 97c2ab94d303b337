/* SPDX-License-Identifier: MIT */
/* What kernels and hosts may rely on, on the emulated device; the same file runs on a real one
 * (tests/cuda). */
#include <cufft.h>
#include <math.h>
#include <string.h>
#include <thread>

#include "kernels/base/cuda.cuh"
#ifdef KM_EMULATED
#include "tests/emulator/emulator.h"
#endif

#include "tests/cmocka_all.h" /* its macros are not for C++ headers */

using namespace KM_CUDA_NAMESPACE;

/* ---- what the tests share ---- */

struct lanes {
    cudaStream_t a, b;
    cudaEvent_t event, back;
};

static km_status lanes_make(lanes *l)
{
    KM_CUDA(cudaStreamCreateWithFlags(&l->a, cudaStreamNonBlocking));
    KM_CUDA(cudaStreamCreateWithFlags(&l->b, cudaStreamNonBlocking));
    KM_CUDA(cudaEventCreateWithFlags(&l->event, cudaEventDisableTiming));
    KM_CUDA(cudaEventCreateWithFlags(&l->back, cudaEventDisableTiming));
    return KM_OK;
}

static km_status lanes_destroy(lanes *l)
{
    KM_CUDA(cudaDeviceSynchronize());
    KM_CUDA(cudaEventDestroy(l->event));
    KM_CUDA(cudaEventDestroy(l->back));
    KM_CUDA(cudaStreamDestroy(l->a));
    KM_CUDA(cudaStreamDestroy(l->b));
    return KM_OK;
}

/* Runs a test with two streams, under several seeds on the emulated device. */
static void with_lanes(km_status (*test)(lanes *))
{
    for (int seed = 1; seed <= 5; seed++) {
#ifdef KM_EMULATED
        km_emulator_seed((uint64_t)seed);
#endif
        lanes l = {};
        assert_ok(lanes_make(&l));
        assert_ok(test(&l));
        assert_ok(lanes_destroy(&l));
#ifdef KM_EMULATED
        assert_int_equal(km_emulator_live_objects(), 0);
#endif
    }
}

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return KM_FAIL(KM_ERROR_INTERNAL, "%s does not hold", #condition);                     \
    } while (0)

/* ---- indices ---- */

static __global__ void indices_kernel(int *out)
{
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    const unsigned i = block * blockDim.x * blockDim.y * blockDim.z + thread;
    out[i] = (int)(i + 1000 * (thread % warpSize));
}

static km_status indices(lanes *l)
{
    const int n = 2 * 3 * 2 * 4 * 5 * 3;
    int *out, host[n];
    KM_TRY(km_cuda_new(&out, n));
    KM_LAUNCH(indices_kernel, dim3(2, 3, 2), dim3(4, 5, 3), 0, l->a, out);
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(host, out, sizeof host, cudaMemcpyDeviceToHost));
    for (int i = 0; i < n; i++)
        EXPECT(host[i] == i + 1000 * (i % 60 % 32));
    km_cuda_delete(out);
    return KM_OK;
}
static void test_indices(void **state)
{
    (void)state;
    with_lanes(indices);
}

/* ---- warps ---- */

template <typename T> static __device__ bool shuffles_hold(int lane, T unit)
{
    const T mine = (T)lane * unit;
    bool ok = __shfl_sync(KM_WARP_ALL, mine, 5) == (T)5 * unit;
    ok &= __shfl_sync(KM_WARP_ALL, mine, 1, 8) == (T)(lane / 8 * 8 + 1) * unit;
    ok &= __shfl_up_sync(KM_WARP_ALL, mine, 3) == (T)(lane >= 3 ? lane - 3 : lane) * unit;
    ok &= __shfl_down_sync(KM_WARP_ALL, mine, 3, 16) ==
          (T)(lane % 16 + 3 < 16 ? lane + 3 : lane) * unit;
    ok &= __shfl_xor_sync(KM_WARP_ALL, mine, 9) == (T)(lane ^ 9) * unit;
    return ok;
}

static __global__ void warp_kernel(int *wrong)
{
    const int lane = (int)threadIdx.x % 32;
    bool ok = shuffles_hold<int>(lane, -3) && shuffles_hold<unsigned>(lane, 3000000000u / 32);
    ok &= shuffles_hold<long long>(lane, -(1ll << 50)) && shuffles_hold<double>(lane, 0.1);
    ok &= shuffles_hold<unsigned long long>(lane, 1ull << 58) && shuffles_hold<float>(lane, 0.1f);
    ok &= __ballot_sync(KM_WARP_ALL, lane % 3 == 0) == 0x49249249u;
    ok &= __any_sync(KM_WARP_ALL, lane == 7) && !__any_sync(KM_WARP_ALL, lane == 32);
    ok &= __all_sync(KM_WARP_ALL, lane < 32) && !__all_sync(KM_WARP_ALL, lane < 31);
    if (lane < 8) /* a part of the warp on its own */
        ok &= __ballot_sync(0xffu, lane > 4) == 0xe0u;
    __syncwarp();
    ok &= __reduce_add_sync(KM_WARP_ALL, lane - 16) == -16;
    ok &= __reduce_min_sync(KM_WARP_ALL, lane - 16) == -16;
    ok &= __reduce_max_sync(KM_WARP_ALL, (unsigned)lane) == 31u;
    ok &= __reduce_or_sync(KM_WARP_ALL, 1u << lane) == 0xffffffffu;
    ok &= __match_any_sync(KM_WARP_ALL, lane / 16) == (lane < 16 ? 0xffffu : 0xffff0000u);
    if (!ok)
        atomicAdd(wrong, 1);
}

static km_status warps(lanes *l)
{
    int *wrong, host = -1;
    KM_TRY(km_cuda_new(&wrong, 1));
    KM_LAUNCH(warp_kernel, 3, 128, 0, l->a, wrong);
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(&host, wrong, sizeof host, cudaMemcpyDeviceToHost));
    EXPECT(host == 0);
    km_cuda_delete(wrong);
    return KM_OK;
}
static void test_warps(void **state)
{
    (void)state;
    with_lanes(warps);
}

/* ---- blocks and shared memory ---- */

static __global__ void scan_kernel(const int *in, int *out)
{
    KM_SHARED(int, line);
    __shared__ int offset[2];
    const int i = (int)threadIdx.x;
    if (i == 0)
        offset[blockIdx.x % 2] = 100 * (int)blockIdx.x;
    line[i] = in[i];
    __syncthreads();
    for (int step = 1; step < (int)blockDim.x; step *= 2) {
        const int other = i >= step ? line[i - step] : 0;
        __syncthreads();
        line[i] += other;
        __syncthreads();
    }
    out[(int)(blockIdx.x * blockDim.x) + i] = line[i] + offset[blockIdx.x % 2];
}

static __global__ void predicates_kernel(int *out)
{
    const int i = (int)threadIdx.x;
    const int count = __syncthreads_count(i % 3 == 0);
    const int any = __syncthreads_or(i == 77), none = __syncthreads_or(i == 1000);
    const int all = __syncthreads_and(i < 96), not_all = __syncthreads_and(i != 5);
    const double sum = km_block_sum((double)i);
    if (i == 0)
        out[0] = count == 32 && any != 0 && none == 0 && all != 0 && not_all == 0 && sum == 4560.0;
}

static km_status blocks(lanes *l)
{
    const int n = 256;
    int in[n], out[4 * n], *in_device, *out_device, *flag, held = 0;
    for (int i = 0; i < n; i++)
        in[i] = i;
    KM_TRY(km_cuda_copy_of(&in_device, in, n));
    KM_TRY(km_cuda_new(&out_device, 4 * n));
    KM_TRY(km_cuda_new(&flag, 1));
    KM_CUDA(cudaDeviceSynchronize());
    KM_LAUNCH(scan_kernel, 4, n, n * sizeof(int), l->a, in_device, out_device);
    KM_LAUNCH(predicates_kernel, 1, 96, 0, l->a, flag);
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(out, out_device, sizeof out, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(&held, flag, sizeof held, cudaMemcpyDeviceToHost));
    for (int i = 0; i < 4 * n; i++)
        EXPECT(out[i] == 100 * (i / n) + (i % n) * (i % n + 1) / 2);
    EXPECT(held == 1);
    km_cuda_delete(in_device);
    km_cuda_delete(out_device);
    km_cuda_delete(flag);
    return KM_OK;
}
static void test_blocks(void **state)
{
    (void)state;
    with_lanes(blocks);
}

/* ---- atomics and intrinsics ---- */

static __global__ void atomics_kernel(int *i, unsigned *u, unsigned long long *l, double *d)
{
    const int k = km_thread_index();
    atomicAdd(&i[0], k);
    atomicSub(&i[1], 1);
    atomicMax(&i[2], k);
    atomicMin(&i[3], -k);
    atomicOr(&u[0], 1u << (k % 32));
    atomicAnd(&u[1], ~(1u << (k % 32)));
    u[2 + k] = atomicAdd(&i[4], 1) < 300; /* each old value once */
    atomicAdd(l, (unsigned long long)-1ll);
    atomicAdd(d, 0.5);
    if (atomicCAS(&i[5], 0, 7) == 0)
        atomicExch(&i[6], 9);
}

static km_status atomics(lanes *l)
{
    int *i, hi[7];
    unsigned *u, hu[302];
    unsigned long long *ll, hl;
    double *d, hd;
    KM_TRY(km_cuda_new(&i, 7));
    KM_TRY(km_cuda_new(&u, 302));
    KM_TRY(km_cuda_new(&ll, 1));
    KM_TRY(km_cuda_new(&d, 1));
    KM_LAUNCH(atomics_kernel, 3, 100, 0, l->a, i, u, ll, d);
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(hi, i, sizeof hi, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(hu, u, sizeof hu, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(&hl, ll, sizeof hl, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(&hd, d, sizeof hd, cudaMemcpyDeviceToHost));
    EXPECT(hi[0] == 299 * 300 / 2 && hi[1] == -300 && hi[2] == 299 && hi[3] == -299);
    EXPECT(hi[4] == 300 && hi[5] == 7 && hi[6] == 9);
    EXPECT(hu[0] == 0xffffffffu && hu[1] == 0 && hl == (unsigned long long)-300ll && hd == 150.0);
    for (int k = 0; k < 300; k++)
        EXPECT(hu[2 + k] == 1);
    km_cuda_delete(i);
    km_cuda_delete(u);
    km_cuda_delete(ll);
    km_cuda_delete(d);
    return KM_OK;
}
static void test_atomics(void **state)
{
    (void)state;
    with_lanes(atomics);
}

static __global__ void intrinsics_kernel(const float *in, int *wrong)
{
    bool ok = __popc(0xf0f0u) == 8 && __popcll(~0ull) == 64 && __ffs(8) == 4 && __ffs(0) == 0;
    ok &= __clz(1) == 31 && __clz(0) == 32 && __brev(1u) == 0x80000000u;
    ok &= __umulhi(0x80000000u, 6u) == 3u && __float2ll_rn(2.5f) == 2 && __float2ll_rn(3.5f) == 4;
    ok &= __double2ll_rn(-2.5) == -2 && __float2int_rd(-0.1f) == -1 &&
          __float2int_rn(1e20f) == 2147483647;
    ok &= __double2int_rn(1.5) == 2 && __double2ll_rn(1e30) == 9223372036854775807ll;
    ok &= __int_as_float(0x3f800000) == 1.0f && __float_as_int(1.0f) == 0x3f800000;
    ok &= __longlong_as_double(__double_as_longlong(0.1)) == 0.1;
    ok &= fabsf(rsqrtf(4.0f) - 0.5f) < 1e-6f && fabs(rsqrt(16.0) - 0.25) < 1e-15;
    ok &= __frcp_rn(4.0f) == 0.25f && __fmaf_rn(2.0f, 3.0f, 4.0f) == 10.0f &&
          fma(2.0, 3.0, 4.0) == 10.0;
    ok &= min(3, -2) == -2 && max(1.5f, 2.0f) == 2.0f && max(1u, 2u) == 2u && min(1.0, 2.0) == 1.0;
    const float4 v = __ldg((const float4 *)in);
    ok &= v.x == 1.0f && v.w == 4.0f && __ldg(in + 1) == 2.0f;
    if (!ok)
        atomicAdd(wrong, 1);
}

static km_status intrinsics(lanes *l)
{
    const float in[4] = {1.0f, 2.0f, 3.0f, 4.0f};
    float *in_device;
    int *wrong, host = -1;
    KM_TRY(km_cuda_copy_of(&in_device, in, 4));
    KM_TRY(km_cuda_new(&wrong, 1));
    KM_CUDA(cudaDeviceSynchronize());
    KM_LAUNCH(intrinsics_kernel, 1, 1, 0, l->a, in_device, wrong);
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(&host, wrong, sizeof host, cudaMemcpyDeviceToHost));
    EXPECT(host == 0);
    km_cuda_delete(in_device);
    km_cuda_delete(wrong);
    return KM_OK;
}
static void test_intrinsics(void **state)
{
    (void)state;
    with_lanes(intrinsics);
}

/* ---- streams, events ---- */

static __global__ void affine_kernel(int *x, int factor, int term)
{
    *x = *x * factor + term; /* two of them do not commute */
}

static void count_call(void *counter)
{
    ++*(int *)counter;
}

static km_status streams(lanes *l)
{
    int *x, calls = 0, *host;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaMallocHost((void **)&host, sizeof *host));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, 3);
    KM_CUDA(cudaEventRecord(l->event, l->a));
    KM_CUDA(cudaStreamWaitEvent(l->b, l->event, 0));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->b, x, 10, 1);
    KM_CUDA(cudaLaunchHostFunc(l->b, count_call, &calls));
    KM_CUDA(cudaEventRecord(l->back, l->b));
    KM_CUDA(cudaStreamWaitEvent(l->a, l->back, 0));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 2, 0);
    KM_CUDA(cudaMemcpyAsync(host, x, sizeof *host, cudaMemcpyDeviceToHost, l->a));
    KM_CUDA(cudaMemsetAsync(x, 0, sizeof *x, l->a));
    KM_CUDA(cudaStreamSynchronize(l->a));
    EXPECT(*host == 62 && calls == 1);
    KM_CUDA(cudaMemcpy(host, x, sizeof *host, cudaMemcpyDeviceToHost));
    EXPECT(*host == 0);
    EXPECT(cudaEventQuery(l->back) == cudaSuccess && cudaStreamQuery(l->b) == cudaSuccess);
    KM_CUDA(cudaFreeHost(host));
    km_cuda_delete(x);
    return KM_OK;
}
static void test_streams(void **state)
{
    (void)state;
    with_lanes(streams);
}

/* ---- graphs ---- */

static __global__ void condition_kernel(cudaGraphConditionalHandle handle, const int *x)
{
    cudaGraphSetConditional(handle, *x % 2 == 1);
}

/* On stream a, under capture: if *x is odd, what stream b captures. */
static km_status capture_condition(lanes *l, int *x)
{
    cudaStreamCaptureStatus status;
    cudaGraph_t graph, body, ended;
    const cudaGraphNode_t *before;
    cudaGraphNode_t node;
    cudaGraphConditionalHandle handle;
    size_t n_before;
    KM_CUDA(cudaStreamGetCaptureInfo(l->a, &status, NULL, &graph, NULL, NULL, NULL));
    EXPECT(status == cudaStreamCaptureStatusActive);
    KM_CUDA(cudaGraphConditionalHandleCreate(&handle, graph, 0, cudaGraphCondAssignDefault));
    KM_LAUNCH(condition_kernel, 1, 1, 0, l->a, handle, x);
    KM_CUDA(cudaStreamGetCaptureInfo(l->a, &status, NULL, &graph, &before, NULL, &n_before));
    cudaGraphNodeParams parameters = {};
    parameters.type = cudaGraphNodeTypeConditional;
    parameters.conditional.handle = handle;
    parameters.conditional.type = cudaGraphCondTypeIf;
    parameters.conditional.size = 1;
    KM_CUDA(cudaGraphAddNode(&node, graph, before, NULL, n_before, &parameters));
    body = parameters.conditional.phGraph_out[0];
    KM_CUDA(cudaStreamUpdateCaptureDependencies(l->a, &node, NULL, 1,
                                                cudaStreamSetCaptureDependencies));
    KM_CUDA(
        cudaStreamBeginCaptureToGraph(l->b, body, NULL, NULL, 0, cudaStreamCaptureModeThreadLocal));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->b, x, 3, 0);
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->b, x, 1, 1);
    KM_CUDA(cudaStreamEndCapture(l->b, &ended));
    EXPECT(ended == body);
    return KM_OK;
}

static km_status graphs(lanes *l)
{
    int *x, host = 0;
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaStreamBeginCapture(l->a, cudaStreamCaptureModeThreadLocal));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, 1);
    KM_TRY(capture_condition(l, x));
    KM_CUDA(cudaEventRecord(l->event, l->a)); /* to the other stream and back */
    KM_CUDA(cudaStreamWaitEvent(l->b, l->event, 0));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->b, x, 2, 0);
    KM_CUDA(cudaEventRecord(l->back, l->b));
    KM_CUDA(cudaStreamWaitEvent(l->a, l->back, 0));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, -2);
    KM_CUDA(cudaStreamEndCapture(l->a, &graph));
    KM_CUDA(cudaGraphInstantiate(&exec, graph, 0));
    int expected = 0;
    for (int k = 0; k < 6; k++) {
        KM_CUDA(cudaGraphLaunch(exec, l->a));
        expected += 1;
        expected = 2 * (expected % 2 == 1 ? 3 * expected + 1 : expected) - 2 + (k == 3);
        if (k == 3) /* between two launches, and an even number once */
            KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, 1);
    }
    KM_CUDA(cudaStreamSynchronize(l->a));
    KM_CUDA(cudaMemcpy(&host, x, sizeof host, cudaMemcpyDeviceToHost));
    EXPECT(host == expected);
    KM_CUDA(cudaGraphExecDestroy(exec));
    KM_CUDA(cudaGraphDestroy(graph));
    km_cuda_delete(x);
    return KM_OK;
}
static void test_graphs(void **state)
{
    (void)state;
    with_lanes(graphs);
}

/* What capture does not allow is an error, and the capture fails. */
static km_status capture_errors(lanes *l)
{
    int *x;
    cudaGraph_t graph;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaStreamBeginCapture(l->a, cudaStreamCaptureModeThreadLocal));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, 1);
    EXPECT(cudaStreamSynchronize(l->a) == cudaErrorStreamCaptureUnsupported);
    EXPECT(cudaStreamEndCapture(l->a, &graph) == cudaErrorStreamCaptureInvalidated);
    cudaGetLastError(); /* the next launch looks at it */
    KM_CUDA(cudaStreamBeginCapture(l->a, cudaStreamCaptureModeThreadLocal));
    KM_CUDA(cudaEventRecord(l->event, l->a));
    KM_CUDA(cudaStreamWaitEvent(l->b, l->event, 0));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->b, x, 1, 1);
    EXPECT(cudaStreamEndCapture(l->a, &graph) == cudaErrorStreamCaptureUnjoined);
    cudaGetLastError();
    KM_CUDA(cudaStreamSynchronize(l->b));
    km_cuda_delete(x);
    return KM_OK;
}
static void test_capture_errors(void **state)
{
    (void)state;
    with_lanes(capture_errors);
}

/* While one thread captures, another may allocate and copy, and wait for its copies, but not for
 * the device. */
static km_status capture_beside(lanes *l)
{
    int *x, host = 3, *y = nullptr;
    cudaGraph_t graph;
    km_status status = KM_OK;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaStreamBeginCapture(l->a, cudaStreamCaptureModeThreadLocal));
    KM_LAUNCH(affine_kernel, 1, 1, 0, l->a, x, 1, 1);
    std::thread([&] { status = km_cuda_copy_of(&y, &host, 1); }).join();
    KM_TRY(status);
    KM_CUDA(cudaStreamEndCapture(l->a, &graph));
    KM_CUDA(cudaGraphDestroy(graph));
    KM_CUDA(cudaStreamBeginCapture(l->a, cudaStreamCaptureModeThreadLocal));
    cudaError_t error = cudaSuccess;
    std::thread([&] { error = cudaDeviceSynchronize(); }).join();
    EXPECT(error == cudaErrorStreamCaptureUnsupported);
    EXPECT(cudaStreamEndCapture(l->a, &graph) == cudaErrorStreamCaptureInvalidated);
    cudaGetLastError(); /* the next launch looks at it */
    km_cuda_delete(x);
    km_cuda_delete(y);
    return KM_OK;
}
static void test_capture_beside(void **state)
{
    (void)state;
    with_lanes(capture_beside);
}

int main(void)
{
#ifndef KM_EMULATED
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess || count < 1) {
        print_message("no CUDA device: skipped\n");
        return 77;
    }
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indices),        cmocka_unit_test(test_warps),
        cmocka_unit_test(test_blocks),         cmocka_unit_test(test_atomics),
        cmocka_unit_test(test_intrinsics),     cmocka_unit_test(test_streams),
        cmocka_unit_test(test_graphs),         cmocka_unit_test(test_capture_errors),
        cmocka_unit_test(test_capture_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
