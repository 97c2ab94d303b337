/* SPDX-License-Identifier: MIT */
/* cuRAND's Philox and Random123's give the same integers: kernels may use either. */
#include <cuda_runtime.h>
#define mulhilo32 curand_mulhilo32 /* Random123 has one, too */
#include <curand_philox4x32_x.h>
#undef mulhilo32

#include "kernels/base/cuda.cuh"
#include "kernels/base/random.h"

#include "tests/cmocka_all.h" /* its macros are not for C++ headers */

using namespace KM_CUDA_NAMESPACE;

static __global__ void compare_kernel(uint64_t seed, uint64_t step, unsigned *differences,
                                      km_random4 *bits)
{
    const unsigned i = (unsigned)km_thread_index();
    const uint4 counter = {(unsigned)step, (unsigned)(step >> 32), i, KM_RANDOM_LANGEVIN};
    const uint2 key = {(unsigned)seed, (unsigned)(seed >> 32)};
    const uint4 theirs = curand_Philox4x32_10(counter, key);
    const km_random4 ours = km_random_bits(seed, step, i, KM_RANDOM_LANGEVIN);
    if (theirs.x != ours.v[0] || theirs.y != ours.v[1] || theirs.z != ours.v[2] ||
        theirs.w != ours.v[3])
        atomicAdd(differences, 1u);
    bits[i] = ours;
}

static km_status compare(unsigned *differences)
{
    const uint64_t seed = 0x123456789abcdef0u, step = (1ull << 40) + 17;
    const int n = 1024;
    cudaStream_t stream;
    unsigned *count;
    km_random4 *bits, host[n];
    KM_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    KM_TRY(km_cuda_new(&count, 1));
    KM_TRY(km_cuda_new(&bits, n));
    KM_LAUNCH(compare_kernel, n / 128, 128, 0, stream, seed, step, count, bits);
    KM_CUDA(cudaStreamSynchronize(stream));
    KM_CUDA(cudaMemcpy(differences, count, sizeof *differences, cudaMemcpyDeviceToHost));
    KM_CUDA(cudaMemcpy(host, bits, sizeof host, cudaMemcpyDeviceToHost));
    for (int i = 0; i < n; i++) { /* and the host's */
        const km_random4 r = km_random_bits(seed, step, (uint32_t)i, KM_RANDOM_LANGEVIN);
        for (int k = 0; k < 4; k++)
            *differences += r.v[k] != host[i].v[k];
    }
    km_cuda_delete(count);
    km_cuda_delete(bits);
    KM_CUDA(cudaStreamDestroy(stream));
    return KM_OK;
}

static void test_same_integers(void **state)
{
    (void)state;
    unsigned differences = 1;
    assert_ok(compare(&differences));
    assert_int_equal(differences, 0);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_integers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
