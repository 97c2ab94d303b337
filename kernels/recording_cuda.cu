/* SPDX-License-Identifier: MIT */
/* Steps recorded as a CUDA graph, all lanes of them, and launched many times.
 *
 * Nothing in the graph depends on the number of the step: kernels read it from the state, where the
 * first of them counts it up. */
#include <stdlib.h>

#include "kernels/backend_cuda.cuh"

struct km_recording {
    km_device *device; /* not owned */
    cudaGraph_t graph;
    cudaGraphExec_t executable;
};

namespace KM_CUDA_NAMESPACE
{

static __global__ void set_step_kernel(km_cuda_state *state, int64_t step)
{
    if (!km_stands_still(state))
        state->step = step;
}

/* Between steps all forces are in p->force: what is recorded relies on it. */
km_status km_recording_cuda_begin(km_device *device, km_particles *p)
{
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_cuda_join(device));
    /* other threads drive other devices (replicas) meanwhile */
    KM_CUDA(cudaStreamBeginCapture(device->stream, cudaStreamCaptureModeThreadLocal));
    device->recording = true;
    return KM_OK;
}

km_status km_recording_cuda_end(km_device *device, km_recording **out)
{
    *out = NULL;
    const km_status joined = km_cuda_join(device);
    cudaGraph_t graph = NULL;
    device->recording = false;
    KM_CUDA(cudaStreamEndCapture(device->stream, &graph));
    km_recording *recording = NULL;
    km_status status = joined;
    if (status == KM_OK)
        status = km_allocate((void **)&recording, 1, sizeof *recording);
    if (status != KM_OK) {
        cudaGraphDestroy(graph);
        return status;
    }
    recording->device = device;
    recording->graph = graph;
    const cudaError_t error = cudaGraphInstantiate(&recording->executable, graph,
                                                   cudaGraphInstantiateFlagUseNodePriority);
    if (error != cudaSuccess) {
        km_recording_cuda_destroy(recording);
        return KM_FAIL(KM_ERROR_DEVICE, "the recorded step cannot be instantiated: %s",
                       cudaGetErrorString(error));
    }
    *out = recording;
    return KM_OK;
}

km_status km_recording_cuda_play(km_recording *recording, km_particles *p, int64_t first_step,
                                 int64_t count)
{
    km_device *device = recording->device;
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_cuda_join(device));
    KM_LAUNCH(set_step_kernel, 1, 1, 0, device->stream, km_cuda_of(p)->state, first_step - 1);
    for (int64_t k = 0; k < count; k++)
        KM_CUDA(cudaGraphLaunch(recording->executable, device->stream));
    return KM_OK;
}

void km_recording_cuda_destroy(km_recording *recording)
{
    if (recording == NULL)
        return;
    if (recording->executable != NULL)
        cudaGraphExecDestroy(recording->executable);
    if (recording->graph != NULL)
        cudaGraphDestroy(recording->graph);
    free(recording);
}

} // namespace KM_CUDA_NAMESPACE
