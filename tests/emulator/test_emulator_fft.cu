/* SPDX-License-Identifier: MIT */
/* cuFFT's layouts and signs against the sum that defines the transform. */
#include <complex>
#include <cufft.h>
#include <vector>

#include "kernels/base/cuda.cuh"
#include "kernels/base/units.h"
#ifdef KM_EMULATED
#include "tests/emulator/emulator.h"
#endif

#include "tests/cmocka_all.h" /* its macros are not for C++ headers */

using namespace KM_CUDA_NAMESPACE;

#define FFT(call)                                                                                  \
    do {                                                                                           \
        const cufftResult fft_result_ = (call);                                                    \
        if (fft_result_ != CUFFT_SUCCESS)                                                          \
            return KM_FAIL(KM_ERROR_DEVICE, "%s: cuFFT error %d", #call, (int)fft_result_);        \
    } while (0)
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return KM_FAIL(KM_ERROR_INTERNAL, "%s does not hold", #condition);                     \
    } while (0)

/* Sizes odd and even, none alike. */
static const int NX = 5, NY = 6, NZ = 7, HALF = NZ / 2 + 1;
static const int N_REAL = NX * NY * NZ, N_HALF = NX * NY * HALF;

struct single {
    typedef float real;
    typedef cufftComplex complex;
    static constexpr double tolerance = 2e-5; /* sum of 210 terms of size 1 in float */
    static constexpr cufftType forward_type = CUFFT_R2C, inverse_type = CUFFT_C2R;
    static cufftResult forward(cufftHandle p, real *in, complex *out)
    {
        return cufftExecR2C(p, in, out);
    }
    static cufftResult inverse(cufftHandle p, complex *in, real *out)
    {
        return cufftExecC2R(p, in, out);
    }
};
struct twofold {
    typedef double real;
    typedef cufftDoubleComplex complex;
    static constexpr double tolerance = 1e-12;
    static constexpr cufftType forward_type = CUFFT_D2Z, inverse_type = CUFFT_Z2D;
    static cufftResult forward(cufftHandle p, real *in, complex *out)
    {
        return cufftExecD2Z(p, in, out);
    }
    static cufftResult inverse(cufftHandle p, complex *in, real *out)
    {
        return cufftExecZ2D(p, in, out);
    }
};

static double sample(int i)
{
    return sin(1.0 + 0.7 * i * i);
}

/* X(kx,ky,kz) = sum x exp(-2 pi i (kx jx / NX + ...)), last index fastest. */
static std::complex<double> direct(const double *x, int kx, int ky, int kz)
{
    std::complex<double> sum = 0.0;
    for (int jx = 0; jx < NX; jx++)
        for (int jy = 0; jy < NY; jy++)
            for (int jz = 0; jz < NZ; jz++) {
                const double turn =
                    (double)(kx * jx) / NX + (double)(ky * jy) / NY + (double)(kz * jz) / NZ;
                sum += x[(jx * NY + jy) * NZ + jz] * std::polar(1.0, -2.0 * KM_PI * turn);
            }
    return sum;
}

template <typename P> static bool is_transform(const typename P::complex *out, const double *x)
{
    for (int k = 0; k < N_HALF; k++) {
        const std::complex<double> exact = direct(x, k / HALF / NY, k / HALF % NY, k % HALF);
        if (!(std::abs(exact - std::complex<double>(out[k].x, out[k].y)) < P::tolerance))
            return false;
    }
    return true;
}

template <typename P> static km_status out_of_place(cudaStream_t stream)
{
    double x[N_REAL];
    typename P::real host[N_REAL], back[N_REAL], *in;
    typename P::complex spectrum[N_HALF], *out;
    cufftHandle forward, inverse;
    for (int i = 0; i < N_REAL; i++)
        x[i] = host[i] = (typename P::real)sample(i);
    KM_TRY(km_cuda_copy_of(&in, host, N_REAL));
    KM_TRY(km_cuda_new(&out, N_HALF));
    FFT(cufftPlan3d(&forward, NX, NY, NZ, P::forward_type));
    FFT(cufftPlan3d(&inverse, NX, NY, NZ, P::inverse_type));
    FFT(cufftSetStream(forward, stream));
    FFT(cufftSetStream(inverse, stream));
    FFT(P::forward(forward, in, out));
    KM_CUDA(cudaStreamSynchronize(stream));
    KM_CUDA(cudaMemcpy(spectrum, out, sizeof spectrum, cudaMemcpyDeviceToHost));
    EXPECT(is_transform<P>(spectrum, x));
    FFT(P::inverse(inverse, out, in));
    KM_CUDA(cudaStreamSynchronize(stream));
    KM_CUDA(cudaMemcpy(back, in, sizeof back, cudaMemcpyDeviceToHost));
    for (int i = 0; i < N_REAL; i++)
        EXPECT(fabs((double)back[i] / N_REAL - x[i]) < P::tolerance);
    FFT(cufftDestroy(forward));
    FFT(cufftDestroy(inverse));
    km_cuda_delete(in);
    km_cuda_delete(out);
    return KM_OK;
}

/* Two at once, in place, rows padded; played from a graph, with a work area of our own. */
template <typename P> static km_status in_place(cudaStream_t stream)
{
    const int ROW = 2 * HALF, STRIDE = NX * NY * ROW;
    double x[2][N_REAL];
    typename P::real host[2 * STRIDE] = {}, *mesh;
    int n[3] = {NX, NY, NZ}, real_shape[3] = {NX, NY, ROW}, half_shape[3] = {NX, NY, HALF};
    for (int b = 0; b < 2; b++)
        for (int i = 0; i < N_REAL; i++)
            x[b][i] = host[b * STRIDE + i / NZ * ROW + i % NZ] =
                (typename P::real)sample(i + 1000 * b);
    KM_TRY(km_cuda_copy_of(&mesh, host, 2 * STRIDE));
    cufftHandle forward;
    size_t work_bytes;
    unsigned char *work;
    FFT(cufftCreate(&forward));
    FFT(cufftSetAutoAllocation(forward, 0));
    FFT(cufftMakePlanMany(forward, 3, n, real_shape, 1, STRIDE, half_shape, 1, STRIDE / 2,
                          P::forward_type, 2, &work_bytes));
    KM_TRY(km_cuda_new(&work, work_bytes));
    FFT(cufftSetWorkArea(forward, work));
    FFT(cufftSetStream(forward, stream));
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    KM_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    FFT(P::forward(forward, mesh, (typename P::complex *)mesh));
    KM_CUDA(cudaStreamEndCapture(stream, &graph));
    KM_CUDA(cudaGraphInstantiate(&exec, graph, 0));
    KM_CUDA(cudaGraphLaunch(exec, stream));
    KM_CUDA(cudaStreamSynchronize(stream));
    KM_CUDA(cudaMemcpy(host, mesh, sizeof host, cudaMemcpyDeviceToHost));
    for (int b = 0; b < 2; b++)
        EXPECT(is_transform<P>((const typename P::complex *)(host + b * STRIDE), x[b]));
    KM_CUDA(cudaGraphExecDestroy(exec));
    KM_CUDA(cudaGraphDestroy(graph));
    FFT(cufftDestroy(forward));
    km_cuda_delete(work);
    km_cuda_delete(mesh);
    return KM_OK;
}

static km_status with_stream(km_status (*test)(cudaStream_t))
{
    cudaStream_t stream;
    KM_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    KM_TRY(test(stream));
    KM_CUDA(cudaStreamDestroy(stream));
#ifdef KM_EMULATED
    EXPECT(km_emulator_live_objects() == 0);
#endif
    return KM_OK;
}

static void test_single(void **state)
{
    (void)state;
    assert_ok(with_stream(out_of_place<single>));
    assert_ok(with_stream(in_place<single>));
}

static void test_double(void **state)
{
    (void)state;
    assert_ok(with_stream(out_of_place<twofold>));
    assert_ok(with_stream(in_place<twofold>));
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_single),
                                       cmocka_unit_test(test_double)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
