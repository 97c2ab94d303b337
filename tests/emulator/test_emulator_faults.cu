/* SPDX-License-Identifier: MIT */
/* Defects of kernels and of their callers, each of which must end the program with a message that
 * names it. Each runs in a child of its own. */
#include <cstdio>
#include <cstring>
#include <cufft.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/base/cuda.cuh"

#include "tests/cmocka_all.h" /* its macros are not for C++ headers */

using namespace KM_CUDA_NAMESPACE;

static cudaStream_t new_stream()
{
    cudaStream_t stream = nullptr;
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    return stream;
}

template <typename T> static T *device_new(size_t n)
{
    T *memory = nullptr;
    cudaMalloc(&memory, n * sizeof(T));
    return memory;
}

/* The child's standard error, and that it died; a sanitizer's report counts. */
static void assert_dies(void (*defect)(), const char *message)
{
    char text[16384];
    size_t used = 0;
    int channel[2], status = 0;
    assert_int_equal(pipe(channel), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(channel[1], STDERR_FILENO);
        close(channel[0]);
        signal(SIGABRT, SIG_DFL);
        defect();
        _exit(0);
    }
    close(channel[1]);
    for (ssize_t n;
         used < sizeof text - 1 && (n = read(channel[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)n;
    text[used] = '\0';
    close(channel[0]);
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        fail_msg("not seen: %s", message);
    if (strstr(text, message) == nullptr)
        fail_msg("\"%s\" is not in:\n%s", message, text);
}

#if defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZER(with, without) with
#else
#define WITH_SANITIZER(with, without) without
#endif

/* ---- kernels of one argument, each with one defect ---- */

typedef void kernel_function(int *out);
static void run(kernel_function *kernel, dim3 grid, dim3 block, size_t shared)
{
    int *out = device_new<int>(1024);
    km_emulator::launch("defect", grid, block, shared, new_stream(), kernel, out);
    cudaDeviceSynchronize();
}

static __global__ void two_barriers_kernel(int *)
{
    if (threadIdx.x < 32)
        __syncthreads();
    else
        __syncthreads();
}
static __global__ void one_leaves_kernel(int *)
{
    if (threadIdx.x != 40)
        __syncthreads();
}
static __global__ void half_shuffles_kernel(int *out)
{
    const int lane = (int)threadIdx.x % 32;
    if (lane < 16)
        out[lane] = __shfl_xor_sync(0xffffffffu, lane, 1);
}
static __global__ void kinds_kernel(int *out)
{
    const int lane = (int)threadIdx.x % 32;
    if (lane < 16)
        out[lane] = __shfl_xor_sync(0xffffffffu, lane, 1);
    else
        out[lane] = __any_sync(0xffffffffu, lane);
}
static __global__ void masks_kernel(int *out)
{
    const int lane = (int)threadIdx.x % 32;
    out[lane] = __any_sync(lane < 16 ? 0xffffffffu : 0xffff0000u, lane);
    __syncthreads();
}
static __global__ void own_lane_kernel(int *out)
{
    out[threadIdx.x] = (int)__ballot_sync(0xfffffffeu, 1);
}
static __global__ void other_lane_kernel(int *out)
{
    if (threadIdx.x < 16)
        out[threadIdx.x] = __shfl_sync(0xffffu, 1, 20);
}
static __global__ void barrier_and_vote_kernel(int *out)
{
    if (threadIdx.x < 8)
        __syncthreads();
    out[threadIdx.x] = __any_sync(0xffffffffu, 1);
}

static void test_threads(void **state)
{
    (void)state;
    assert_dies([] { run(two_barriers_kernel, 1, 64, 0); },
                "of the same block in __syncthreads at");
    assert_dies([] { run(one_leaves_kernel, 1, 64, 0); }, "exit");
    assert_dies([] { run(half_shuffles_kernel, 1, 32, 0); }, "__shfl_xor_sync with mask ffffffff");
    assert_dies([] { run(kinds_kernel, 1, 32, 0); }, "no thread can go on");
    assert_dies([] { run(masks_kernel, 1, 32, 0); }, "no thread can go on");
    assert_dies([] { run(own_lane_kernel, 1, 32, 0); }, "lacks its own lane 0");
    assert_dies([] { run(other_lane_kernel, 1, 32, 0); }, "reads lane 20 in __shfl_sync");
    assert_dies([] { run(barrier_and_vote_kernel, 1, 32, 0); }, "no thread can go on");
    assert_dies([] { run(own_lane_kernel, 1, 16, 0); }, "lane");
    assert_dies([] { run(kinds_kernel, 1, 16, 0); }, "its warp has only the lanes 0000ffff");
}

/* ---- memory ---- */

static __global__ void dynamic_overrun_kernel(int *)
{
    KM_SHARED(int, line);
    line[threadIdx.x + 1] = 0;
}
static __global__ void static_overrun_kernel(int *out)
{
    __shared__ int line[32];
    int *volatile p = line; /* out of the compiler's sight */
    p[32 + threadIdx.x] = 1;
    out[threadIdx.x] = line[0];
}
static __global__ void overrun_kernel(int *out)
{
    out[1024] = 1;
}
static __global__ void underrun_kernel(int *out)
{
    out[-1] = 1;
}
static __global__ void overread_kernel(int *out)
{
    out[0] = out[1024];
}
static __global__ void wild_kernel(int *out)
{
    out[out[0]] = 1; /* never written: a wild index */
}
static __global__ void deep_kernel(int *out)
{
    volatile char line[600000];
    for (int k = 0; k < 600000; k += 1000)
        line[k] = (char)k;
    out[0] = line[599000];
}

static void test_bounds(void **state)
{
    (void)state;
    assert_dies([] { run(dynamic_overrun_kernel, 1, 32, 32 * sizeof(int)); },
                WITH_SANITIZER("heap-buffer-overflow", "behind the 128 bytes"));
    assert_dies([] { run(dynamic_overrun_kernel, 1, 32, 0); }, "the launch gave no shared memory");
    assert_dies([] { run(overrun_kernel, 1, 1, 0); },
                WITH_SANITIZER("heap-buffer-overflow", "just behind an allocation"));
    assert_dies([] { run(underrun_kernel, 1, 1, 0); },
                WITH_SANITIZER("heap-buffer-overflow", "just before an allocation"));
    assert_dies([] { run(wild_kernel, 1, 1, 0); }, "kernel defect, block (0,0,0), thread (0,0,0)");
#if defined(__SANITIZE_ADDRESS__)
    assert_dies([] { run(static_overrun_kernel, 1, 32, 0); }, "global-buffer-overflow");
    assert_dies([] { run(overread_kernel, 1, 1, 0); }, "heap-buffer-overflow");
    assert_dies([] { *device_new<int>(1) = 1; }, "use-after-poison"); /* the host may not */
#else
    (void)static_overrun_kernel;
    (void)overread_kernel;
    assert_dies([] { run(deep_kernel, 1, 1, 0); }, "more stack than a thread has");
#endif
    (void)deep_kernel;
}

static __global__ void plain_kernel(int *out)
{
    out[threadIdx.x] = 1;
}

static void launch_plain(int *out)
{
    km_emulator::launch("plain", 1, 1, 0, new_stream(), plain_kernel, out);
    cudaDeviceSynchronize();
}

static void test_pointers(void **state)
{
    (void)state;
    static int host[4];
    assert_dies([] { launch_plain(host); }, "argument 1");
    assert_dies(
        [] {
            int *p = device_new<int>(1);
            cudaFree(p);
            launch_plain(p);
        },
        WITH_SANITIZER("host memory", "memory that was freed"));
    assert_dies(
        [] {
            int *p = device_new<int>(1);
            cudaFree(p);
            cudaFree(p);
        },
        "is not an allocation of that kind");
    assert_dies([] { cudaFree(host); }, "is not an allocation of that kind");
    assert_dies([] { cudaMemcpy(host, host + 2, 4, cudaMemcpyHostToDevice); },
                "is host memory, not device memory");
    assert_dies(
        [] { cudaMemcpy(device_new<int>(4), device_new<int>(4), 4, cudaMemcpyHostToDevice); },
        "is device memory, not host memory");
    assert_dies([] { cudaMemcpy(host, device_new<int>(3), 16, cudaMemcpyDeviceToHost); },
                "bytes 0 to 16 of an allocation of 12 bytes");
    assert_dies([] { cudaMemset(host, 0, 4); }, "is host memory, not device memory");
    assert_dies(
        [] {
            int *pinned = nullptr;
            cudaMallocHost(&pinned, 4);
            cudaMemset(pinned, 0, 4);
        },
        "is pinned host memory, not device memory");
}

/* ---- launches and streams ---- */

static void test_launches(void **state)
{
    (void)state;
    assert_dies([] { run(plain_kernel, 1, 1025, 0); }, "a block of (1025,1,1) threads");
    assert_dies([] { run(plain_kernel, 1, dim3(1, 1, 65), 0); }, "a block of (1,1,65) threads");
    assert_dies([] { run(plain_kernel, 0, 32, 0); }, "a grid of (0,1,1) blocks");
    assert_dies([] { run(plain_kernel, dim3(1, 65536), 32, 0); }, "a grid of (1,65536,1) blocks");
    assert_dies([] { run(plain_kernel, 1, 32, 232449); }, "232449 bytes of dynamic shared memory");
    assert_dies([] { run(plain_kernel, 1, 32, 49153); }, "cudaFuncSetAttribute allows it 49152");
    assert_dies(
        [] { km_emulator::launch("k", 1, 1, 0, nullptr, plain_kernel, device_new<int>(1)); },
        "the default stream");
    assert_dies(
        [] {
            cudaStream_t s;
            cudaStreamCreateWithFlags(&s, cudaStreamDefault);
        },
        "waits for the default stream");
    assert_dies(
        [] {
            const cudaStream_t s = new_stream();
            cudaStreamDestroy(s);
            cudaStreamSynchronize(s);
        },
        "is no stream");
    assert_dies(
        [] {
            cudaLaunchHostFunc(
                new_stream(), [](void *) { cudaDeviceSynchronize(); }, nullptr);
            cudaDeviceSynchronize();
        },
        "is called by a host function");
    assert_dies(
        [] {
            cudaGraphConditionalHandle handle = 17;
            km_emulator::launch(
                "k", 1, 1, 0, new_stream(),
                +[](cudaGraphConditionalHandle h) { cudaGraphSetConditional(h, 1); }, handle);
            cudaDeviceSynchronize();
        },
        "17 is no conditional handle");
}

static void test_transforms(void **state)
{
    (void)state;
    assert_dies(
        [] {
            cufftHandle plan;
            cufftPlan3d(&plan, 4, 4, 4, CUFFT_R2C);
            cufftSetStream(plan, new_stream());
            cufftExecR2C(plan, device_new<float>(63), device_new<cufftComplex>(48));
        },
        "bytes 0 to 256 of an allocation of 252 bytes");
    assert_dies(
        [] {
            cufftHandle plan;
            cufftPlan3d(&plan, 4, 4, 4, CUFFT_R2C);
            cufftExecR2C(plan, device_new<float>(64), device_new<cufftComplex>(48));
        },
        "the default stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),    cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_pointers),   cmocka_unit_test(test_launches),
        cmocka_unit_test(test_transforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
