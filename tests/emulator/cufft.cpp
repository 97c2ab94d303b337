/* SPDX-License-Identifier: MIT */
#include "tests/emulator/cufft.h"

#include <fftw3.h>
#include <map>

#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/streams.h"

namespace km_emulator
{

/* FFTW plans its transforms apart for one array and for two. */
struct transform {
    fftw_plan in_double[2] = {}; /* [0] out of place, [1] in place */
    fftwf_plan in_float[2] = {};
    ~transform()
    {
        for (int k = 0; k < 2; k++) {
            fftw_destroy_plan(in_double[k]);
            fftwf_destroy_plan(in_float[k]);
        }
    }
};

struct fft_plan {
    cufftType type = CUFFT_R2C;
    std::shared_ptr<transform> ready; /* NULL = only created                     */
    size_t bytes_in = 0, bytes_out = 0;
    size_t work_bytes = 0;
    bool own_work = true; /* cuFFT allocates its work area               */
    void *work = nullptr; /* what the caller gave where it does not      */
    cudaStream_t stream = nullptr;
};

static std::map<cufftHandle, fft_plan> &plans()
{
    static std::map<cufftHandle, fft_plan> all;
    return all;
}

int fft_plans_live()
{
    return (int)plans().size();
}

static fft_plan *find(cufftHandle handle)
{
    const auto found = plans().find(handle);
    return found != plans().end() ? &found->second : nullptr;
}

cufftResult cufftCreate(cufftHandle *handle)
{
    const api_call call("cufftCreate");
    static cufftHandle n_made;
    *handle = ++n_made;
    plans()[*handle] = {};
    return CUFFT_SUCCESS;
}

cufftResult cufftDestroy(cufftHandle handle)
{
    const api_call call("cufftDestroy");
    return plans().erase(handle) == 1 ? CUFFT_SUCCESS : CUFFT_INVALID_PLAN;
}

/* Layout of one side of many transforms: FFTW and cuFFT mean the same by these numbers. */
struct layout {
    const int *embed;
    int stride, distance;
};

static size_t last_element(const int *n, int rank, const layout &l, int batch, bool complex)
{
    size_t last = 0;
    for (int k = 0; k < rank; k++) {
        const int length = complex && k == rank - 1 ? n[k] / 2 + 1 : n[k];
        const int row = k == 0 ? 0 : l.embed != nullptr ? l.embed[k] : length;
        last = last * (size_t)row + (size_t)(length - 1);
    }
    return last * (size_t)l.stride + (size_t)(batch - 1) * (size_t)l.distance + 1;
}

/* In place and without a layout of its own the real rows are padded, in FFTW as in cuFFT. */
static std::shared_ptr<transform> plan_transform(cufftType type, int rank, const int *n, int batch,
                                                 layout in, layout out)
{
    auto t = std::make_shared<transform>();
    const unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
    const bool forward = type == CUFFT_R2C || type == CUFFT_D2Z;
    const bool single = type == CUFFT_R2C || type == CUFFT_C2R;
    alignas(16) static double memory[8]; /* planning by estimate touches no element */
    for (int k = 0; k < 2; k++) {
        void *a = memory, *b = k == 1 ? memory : memory + 4;
        if (single && forward)
            t->in_float[k] = fftwf_plan_many_dft_r2c(rank, n, batch, (float *)a, in.embed,
                                                     in.stride, in.distance, (fftwf_complex *)b,
                                                     out.embed, out.stride, out.distance, flags);
        else if (single)
            t->in_float[k] = fftwf_plan_many_dft_c2r(rank, n, batch, (fftwf_complex *)a, in.embed,
                                                     in.stride, in.distance, (float *)b, out.embed,
                                                     out.stride, out.distance, flags);
        else if (forward)
            t->in_double[k] = fftw_plan_many_dft_r2c(rank, n, batch, (double *)a, in.embed,
                                                     in.stride, in.distance, (fftw_complex *)b,
                                                     out.embed, out.stride, out.distance, flags);
        else
            t->in_double[k] = fftw_plan_many_dft_c2r(rank, n, batch, (fftw_complex *)a, in.embed,
                                                     in.stride, in.distance, (double *)b, out.embed,
                                                     out.stride, out.distance, flags);
    }
    return t;
}

cufftResult cufftMakePlanMany(cufftHandle handle, int rank, int *n, int *inembed, int istride,
                              int idist, int *onembed, int ostride, int odist, cufftType type,
                              int batch, size_t *work_bytes)
{
    const api_call call("cufftMakePlanMany");
    fft_plan *plan = find(handle);
    if (plan == nullptr || plan->ready != nullptr)
        return CUFFT_INVALID_PLAN;
    if (rank < 1 || rank > 3 || batch < 1)
        return CUFFT_INVALID_VALUE;
    size_t n_real = 1, n_complex = 1;
    for (int k = 0; k < rank; k++) {
        if (n[k] < 1)
            return CUFFT_INVALID_SIZE;
        n_real *= (size_t)n[k];
        n_complex *= (size_t)(k == rank - 1 ? n[k] / 2 + 1 : n[k]);
    }
    const bool forward = type == CUFFT_R2C || type == CUFFT_D2Z;
    const bool single = type == CUFFT_R2C || type == CUFFT_C2R;
    layout in = {inembed, istride, idist}, out = {onembed, ostride, odist};
    if (inembed == nullptr || onembed == nullptr) { /* the basic layout, whatever the strides say */
        in = {nullptr, 1, (int)(forward ? n_real : n_complex)};
        out = {nullptr, 1, (int)(forward ? n_complex : n_real)};
    }
    plan->type = type;
    plan->ready = plan_transform(type, rank, n, batch, in, out);
    const size_t real = single ? sizeof(float) : sizeof(double);
    plan->bytes_in = last_element(n, rank, in, batch, !forward) * real * (forward ? 1 : 2);
    plan->bytes_out = last_element(n, rank, out, batch, forward) * real * (forward ? 2 : 1);
    plan->work_bytes = n_complex * 2 * real * (size_t)batch;
    *work_bytes = plan->work_bytes;
    return CUFFT_SUCCESS;
}

cufftResult cufftMakePlan3d(cufftHandle handle, int nx, int ny, int nz, cufftType type,
                            size_t *work_bytes)
{
    int n[3] = {nx, ny, nz};
    return cufftMakePlanMany(handle, 3, n, nullptr, 1, 0, nullptr, 1, 0, type, 1, work_bytes);
}

cufftResult cufftPlanMany(cufftHandle *handle, int rank, int *n, int *inembed, int istride,
                          int idist, int *onembed, int ostride, int odist, cufftType type,
                          int batch)
{
    size_t work_bytes;
    cufftCreate(handle);
    const cufftResult result = cufftMakePlanMany(*handle, rank, n, inembed, istride, idist, onembed,
                                                 ostride, odist, type, batch, &work_bytes);
    if (result != CUFFT_SUCCESS)
        cufftDestroy(*handle);
    return result;
}

cufftResult cufftPlan3d(cufftHandle *handle, int nx, int ny, int nz, cufftType type)
{
    int n[3] = {nx, ny, nz};
    return cufftPlanMany(handle, 3, n, nullptr, 1, 0, nullptr, 1, 0, type, 1);
}

cufftResult cufftSetStream(cufftHandle handle, cudaStream_t stream)
{
    const api_call call("cufftSetStream");
    fft_plan *plan = find(handle);
    if (plan == nullptr)
        return CUFFT_INVALID_PLAN;
    stream_check(stream, "cufftSetStream");
    plan->stream = stream;
    return CUFFT_SUCCESS;
}

cufftResult cufftSetAutoAllocation(cufftHandle handle, int automatic)
{
    const api_call call("cufftSetAutoAllocation");
    fft_plan *plan = find(handle);
    if (plan == nullptr)
        return CUFFT_INVALID_PLAN;
    plan->own_work = automatic != 0;
    return CUFFT_SUCCESS;
}

cufftResult cufftSetWorkArea(cufftHandle handle, void *work)
{
    const api_call call("cufftSetWorkArea");
    fft_plan *plan = find(handle);
    if (plan == nullptr || plan->ready == nullptr)
        return CUFFT_INVALID_PLAN;
    memory_check_device(work, plan->work_bytes, "cufftSetWorkArea");
    plan->work = work;
    return CUFFT_SUCCESS;
}

cufftResult cufftGetSize(cufftHandle handle, size_t *work_bytes)
{
    const api_call call("cufftGetSize");
    const fft_plan *plan = find(handle);
    if (plan == nullptr || plan->ready == nullptr)
        return CUFFT_INVALID_PLAN;
    *work_bytes = plan->work_bytes;
    return CUFFT_SUCCESS;
}

cufftResult cufftGetVersion(int *version)
{
    *version = 12000;
    return CUFFT_SUCCESS;
}

static void run(const transform &t, cufftType type, void *in, void *out)
{
    const int same = in == out;
    switch (type) {
    case CUFFT_R2C:
        fftwf_execute_dft_r2c(t.in_float[same], (float *)in, (fftwf_complex *)out);
        break;
    case CUFFT_C2R:
        fftwf_execute_dft_c2r(t.in_float[same], (fftwf_complex *)in, (float *)out);
        break;
    case CUFFT_D2Z:
        fftw_execute_dft_r2c(t.in_double[same], (double *)in, (fftw_complex *)out);
        break;
    case CUFFT_Z2D:
        fftw_execute_dft_c2r(t.in_double[same], (fftw_complex *)in, (double *)out);
        break;
    }
}

static cufftResult execute(cufftHandle handle, cufftType type, void *in, void *out,
                           const char *name)
{
    const api_call call(name);
    const fft_plan *plan = find(handle);
    if (plan == nullptr || plan->ready == nullptr || plan->type != type)
        return CUFFT_INVALID_PLAN;
    if (!plan->own_work && plan->work == nullptr)
        fault("%s: the plan has no work area", name);
    memory_check_device(in, plan->bytes_in, name);
    memory_check_device(out, plan->bytes_out, name);
    const bool inverse = type == CUFFT_C2R || type == CUFFT_Z2D;
    stream_queue(plan->stream, cudaGraphNodeTypeKernel, name,
                 [=, t = plan->ready, bytes_in = plan->bytes_in, bytes_out = plan->bytes_out,
                  work = plan->own_work ? nullptr : plan->work, work_bytes = plan->work_bytes] {
                     memory_check_device(in, bytes_in, name);
                     memory_check_device(out, bytes_out, name);
                     run(*t, type, in, out);
                     if (work != nullptr)
                         memory_poison(work, work_bytes);
                     /* "out-of-place complex-to-real transforms overwrite their input": manual */
                     if (inverse && in != out)
                         memory_poison(in, bytes_in);
                 });
    return CUFFT_SUCCESS;
}

cufftResult cufftExecR2C(cufftHandle plan, cufftReal *in, cufftComplex *out)
{
    return execute(plan, CUFFT_R2C, in, out, "cufftExecR2C");
}

cufftResult cufftExecC2R(cufftHandle plan, cufftComplex *in, cufftReal *out)
{
    return execute(plan, CUFFT_C2R, in, out, "cufftExecC2R");
}

cufftResult cufftExecD2Z(cufftHandle plan, cufftDoubleReal *in, cufftDoubleComplex *out)
{
    return execute(plan, CUFFT_D2Z, in, out, "cufftExecD2Z");
}

cufftResult cufftExecZ2D(cufftHandle plan, cufftDoubleComplex *in, cufftDoubleReal *out)
{
    return execute(plan, CUFFT_Z2D, in, out, "cufftExecZ2D");
}

} // namespace km_emulator
