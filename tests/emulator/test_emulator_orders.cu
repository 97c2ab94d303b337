/* SPDX-License-Identifier: MIT */
/* What CUDA leaves open shows: a result that depends on it differs between seeds, and one that does
 * not is the same for all. */
#include <math.h>

#include "kernels/base/cuda.cuh"
#include "tests/emulator/emulator.h"

#include "tests/cmocka_all.h" /* its macros are not for C++ headers */

using namespace KM_CUDA_NAMESPACE;

enum { N_SEEDS = 24 };

/* The result of one run. */
typedef km_status experiment(cudaStream_t a, cudaStream_t b, cudaEvent_t event, double *result);

static km_status run(experiment *e, int seed, double *result)
{
    cudaStream_t a, b;
    cudaEvent_t event;
    km_emulator_seed((uint64_t)seed);
    KM_CUDA(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
    KM_CUDA(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
    KM_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    KM_TRY(e(a, b, event, result));
    KM_CUDA(cudaDeviceSynchronize());
    KM_CUDA(cudaEventDestroy(event));
    KM_CUDA(cudaStreamDestroy(a));
    KM_CUDA(cudaStreamDestroy(b));
    return KM_OK;
}

/* Number of seeds whose result is not `expected`. */
static int n_other(experiment *e, double expected)
{
    int n = 0;
    for (int seed = 1; seed <= N_SEEDS; seed++) {
        double result = 0.0;
        assert_ok(run(e, seed, &result));
        assert_int_equal(km_emulator_live_objects(), 0);
        n += !(result == expected);
    }
    return n;
}

static km_status fetch(double *device, cudaStream_t stream, double *out)
{
    KM_CUDA(cudaStreamSynchronize(stream));
    KM_CUDA(cudaMemcpy(out, device, sizeof *out, cudaMemcpyDeviceToHost));
    km_cuda_delete(device);
    return KM_OK;
}

/* ---- order of blocks, warps and lanes ---- */

static __global__ void float_sum_kernel(double *sum)
{
    atomicAdd(sum, sin((double)km_thread_index())); /* both signs: every order rounds anew */
}
static __global__ void fixed_sum_kernel(double *sum)
{
    __shared__ km_fixed total;
    if (threadIdx.x == 0)
        total = 0;
    __syncthreads();
    int fault = 0;
    km_fixed_add(&total, km_fixed_of(1.0 / (1.0 + km_thread_index()), &fault));
    __syncthreads();
    if (threadIdx.x == 0)
        atomicAdd(sum, (double)total); /* integers below 2^53: exact */
}
template <int N_BLOCKS, int N_THREADS, void (*KERNEL)(double *)>
static km_status sum(cudaStream_t a, cudaStream_t, cudaEvent_t, double *result)
{
    double *x;
    KM_TRY(km_cuda_new(&x, 1));
    KM_LAUNCH((KERNEL), N_BLOCKS, N_THREADS, 0, a, x);
    return fetch(x, a, result);
}

static void test_order_of_threads(void **state)
{
    (void)state;
    double blocks, warps, lanes, fixed;
    assert_ok(run(sum<200, 1, float_sum_kernel>, 1, &blocks));
    assert_ok(run(sum<1, 1024, float_sum_kernel>, 1, &warps));
    assert_ok(run(sum<1, 32, float_sum_kernel>, 1, &lanes));
    assert_ok(run(sum<8, 128, fixed_sum_kernel>, 1, &fixed));
    assert_true(n_other(sum<200, 1, float_sum_kernel>, blocks) > N_SEEDS / 2);
    assert_true(n_other(sum<1, 1024, float_sum_kernel>, warps) > N_SEEDS / 2);
    assert_true(n_other(sum<1, 32, float_sum_kernel>, lanes) > N_SEEDS / 2);
    assert_int_equal(n_other(sum<8, 128, fixed_sum_kernel>, fixed), 0);
}

/* ---- barriers that are missing ---- */

template <bool BARRIER> static __global__ void reverse_block_kernel(double *out)
{
    __shared__ double line[128];
    line[threadIdx.x] = (double)threadIdx.x;
    if (BARRIER)
        __syncthreads();
    const double other = line[127 - threadIdx.x];
    atomicAdd(out, other);
}
/* The second line may only be written when the first has been read by all. */
template <bool BARRIER> static __global__ void reused_line_kernel(double *out)
{
    __shared__ double line[128];
    double x = 0.0;
    for (int k = 0; k < 2; k++) {
        line[threadIdx.x] = (double)(1 + k);
        __syncthreads();
        x += line[127 - threadIdx.x];
        if (BARRIER)
            __syncthreads();
    }
    atomicAdd(out, x);
}
template <bool BARRIER> static __global__ void reverse_warp_kernel(double *out)
{
    __shared__ double line[32];
    line[threadIdx.x] = (double)threadIdx.x;
    if (BARRIER)
        __syncwarp();
    atomicAdd(out, line[31 - threadIdx.x]);
}
/* Lanes 4 and 5 only, which most orders keep together. */
template <bool BARRIER> static __global__ void neighbours_kernel(double *out)
{
    __shared__ double value;
    if (threadIdx.x == 4)
        value = 7.0;
    if (BARRIER)
        __syncwarp();
    if (threadIdx.x == 5)
        *out = value;
}
/* What nobody wrote. */
template <bool WRITTEN> static __global__ void uninitialised_kernel(double *out)
{
    __shared__ double line[128];
    KM_SHARED(double, more);
    if (WRITTEN)
        line[threadIdx.x] = more[threadIdx.x] = 0.0;
    atomicAdd(out, line[threadIdx.x] + more[threadIdx.x]);
}
template <int N_THREADS, void (*KERNEL)(double *)>
static km_status one_block(cudaStream_t a, cudaStream_t, cudaEvent_t, double *result)
{
    double *x;
    KM_TRY(km_cuda_new(&x, 1));
    for (int k = 0; k < 2; k++) /* the second finds what the first left */
        KM_LAUNCH((KERNEL), 1, N_THREADS, N_THREADS * sizeof(double), a, x);
    return fetch(x, a, result);
}

static void test_missing_barriers(void **state)
{
    (void)state;
    assert_int_equal(n_other(one_block<128, reverse_block_kernel<true>>, 16256.0), 0);
    assert_int_equal(n_other(one_block<128, reverse_block_kernel<false>>, 16256.0), N_SEEDS);
    assert_int_equal(n_other(one_block<128, reused_line_kernel<true>>, 768.0), 0);
    assert_true(n_other(one_block<128, reused_line_kernel<false>>, 768.0) > N_SEEDS / 2);
    assert_int_equal(n_other(one_block<32, reverse_warp_kernel<true>>, 992.0), 0);
    assert_int_equal(n_other(one_block<32, reverse_warp_kernel<false>>, 992.0), N_SEEDS);
    assert_int_equal(n_other(one_block<32, neighbours_kernel<true>>, 7.0), 0);
    assert_true(n_other(one_block<32, neighbours_kernel<false>>, 7.0) > N_SEEDS / 6);
    assert_int_equal(n_other(one_block<128, uninitialised_kernel<true>>, 0.0), 0);
    assert_int_equal(n_other(one_block<128, uninitialised_kernel<false>>, 0.0), N_SEEDS);
}

/* ---- streams ---- */

static __global__ void set_kernel(double *x, double value)
{
    *x = value;
}
static __global__ void double_kernel(double *x)
{
    *x *= 2.0;
}

template <bool WAITS>
static km_status two_streams(cudaStream_t a, cudaStream_t b, cudaEvent_t event, double *result)
{
    double *x;
    KM_TRY(km_cuda_new(&x, 1));
    KM_LAUNCH(set_kernel, 1, 1, 0, a, x, 1.0);
    KM_CUDA(cudaEventRecord(event, a));
    if (WAITS)
        KM_CUDA(cudaStreamWaitEvent(b, event, 0));
    KM_LAUNCH(double_kernel, 1, 1, 0, b, x);
    KM_CUDA(cudaStreamSynchronize(a));
    return fetch(x, b, result);
}

/* The same, recorded. */
template <bool WAITS>
static km_status two_branches(cudaStream_t a, cudaStream_t b, cudaEvent_t event, double *result)
{
    double *x;
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaStreamBeginCapture(a, cudaStreamCaptureModeThreadLocal));
    KM_CUDA(cudaEventRecord(event, a));
    KM_CUDA(cudaStreamWaitEvent(b, event, 0));
    KM_LAUNCH(set_kernel, 1, 1, 0, a, x, 1.0);
    KM_CUDA(cudaEventRecord(event, a));
    if (WAITS)
        KM_CUDA(cudaStreamWaitEvent(b, event, 0));
    KM_LAUNCH(double_kernel, 1, 1, 0, b, x);
    KM_CUDA(cudaEventRecord(event, b));
    KM_CUDA(cudaStreamWaitEvent(a, event, 0));
    KM_CUDA(cudaStreamEndCapture(a, &graph));
    KM_CUDA(cudaGraphInstantiate(&exec, graph, 0));
    KM_CUDA(cudaGraphLaunch(exec, a));
    KM_TRY(fetch(x, a, result));
    KM_CUDA(cudaGraphExecDestroy(exec));
    KM_CUDA(cudaGraphDestroy(graph));
    return KM_OK;
}

/* cudaMemset and a copy from pageable memory return before they are done. */
template <bool WAITS>
static km_status memset_and_copy(cudaStream_t a, cudaStream_t, cudaEvent_t, double *result)
{
    double *x, value = 3.0;
    KM_CUDA(cudaMalloc((void **)&x, sizeof *x));
    KM_CUDA(cudaMemset(x, 0, sizeof *x));
    KM_CUDA(cudaMemcpy(x, &value, sizeof *x, cudaMemcpyHostToDevice));
    if (WAITS)
        KM_CUDA(cudaDeviceSynchronize());
    KM_LAUNCH(double_kernel, 1, 1, 0, a, x);
    return fetch(x, a, result);
}

template <bool WAITS>
static km_status read_back(cudaStream_t a, cudaStream_t, cudaEvent_t, double *result)
{
    double *x, *host;
    KM_TRY(km_cuda_new(&x, 1));
    KM_CUDA(cudaMallocHost((void **)&host, sizeof *host));
    *host = 0.0;
    KM_LAUNCH(set_kernel, 1, 1, 0, a, x, 5.0);
    KM_CUDA(cudaMemcpyAsync(host, x, sizeof *host, cudaMemcpyDeviceToHost, a));
    if (WAITS)
        KM_CUDA(cudaStreamSynchronize(a));
    *result = *host;
    KM_CUDA(cudaDeviceSynchronize());
    KM_CUDA(cudaFreeHost(host));
    km_cuda_delete(x);
    return KM_OK;
}

static km_status never_written(cudaStream_t a, cudaStream_t, cudaEvent_t, double *result)
{
    double *x;
    KM_CUDA(cudaMalloc((void **)&x, sizeof *x));
    KM_LAUNCH(double_kernel, 1, 1, 0, a, x);
    KM_TRY(fetch(x, a, result));
    return KM_OK;
}

static void test_missing_dependencies(void **state)
{
    (void)state;
    assert_int_equal(n_other(two_streams<true>, 2.0), 0);
    assert_true(n_other(two_streams<false>, 2.0) > N_SEEDS / 6);
    assert_int_equal(n_other(two_branches<true>, 2.0), 0);
    assert_true(n_other(two_branches<false>, 2.0) > N_SEEDS / 6);
    assert_int_equal(n_other(memset_and_copy<true>, 6.0), 0);
    assert_true(n_other(memset_and_copy<false>, 6.0) > N_SEEDS / 6);
    assert_int_equal(n_other(read_back<true>, 5.0), 0);
    assert_int_equal(n_other(read_back<false>, 5.0), N_SEEDS);
    assert_int_equal(n_other(never_written, 0.0), N_SEEDS);
}

/* ---- what is left behind ---- */

static void test_leaks_are_counted(void **state)
{
    (void)state;
    void *memory = nullptr;
    assert_int_equal(km_emulator_live_objects(), 0);
    assert_int_equal(cudaMalloc(&memory, 100), cudaSuccess);
    assert_int_equal(km_emulator_live_objects(), 1);
    assert_int_equal(cudaFree(memory), cudaSuccess);
    assert_int_equal(km_emulator_live_objects(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_of_threads),
        cmocka_unit_test(test_missing_barriers),
        cmocka_unit_test(test_missing_dependencies),
        cmocka_unit_test(test_leaks_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
