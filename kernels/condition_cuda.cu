/* SPDX-License-Identifier: MIT */
/* What a recorded step does only when a kernel of it says so: an IF node of the graph. */
#include "kernels/backend_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

#ifdef KM_CONDITIONAL_NODES

km_status km_condition_create(km_device *device, km_condition *out)
{
    cudaStreamCaptureStatus status;
    cudaGraph_t graph;
    *out = {};
    if (!device->recording)
        return KM_OK;
    KM_CUDA(cudaStreamGetCaptureInfo(device->stream, &status, NULL, &graph, NULL, NULL, NULL));
    if (status != cudaStreamCaptureStatusActive)
        return KM_FAIL(KM_ERROR_DEVICE, "the step can no longer be recorded");
    KM_CUDA(cudaGraphConditionalHandleCreate(&out->handle, graph, 0, cudaGraphCondAssignDefault));
    out->exists = true;
    return KM_OK;
}

/* The body is captured in a stream of its own. */
km_status km_condition_begin(km_device *device, const km_condition *condition, cudaStream_t stream,
                             cudaStream_t *body)
{
    cudaStreamCaptureStatus status;
    cudaGraph_t graph;
    cudaGraphNode_t node;
    const cudaGraphNode_t *before;
    size_t n_before;
    cudaGraphNodeParams parameters = {};
    *body = stream;
    if (!condition->exists)
        return KM_OK;
    parameters.type = cudaGraphNodeTypeConditional;
    parameters.conditional.handle = condition->handle;
    parameters.conditional.type = cudaGraphCondTypeIf;
    parameters.conditional.size = 1;
    KM_CUDA(cudaStreamGetCaptureInfo(stream, &status, NULL, &graph, &before, NULL, &n_before));
    KM_CUDA(cudaGraphAddNode(&node, graph, before, NULL, n_before, &parameters));
    KM_CUDA(cudaStreamUpdateCaptureDependencies(stream, &node, NULL, 1,
                                                cudaStreamSetCaptureDependencies));
    *body = device->stream_body;
    KM_CUDA(cudaStreamBeginCaptureToGraph(*body, parameters.conditional.phGraph_out[0], NULL, NULL,
                                          0, cudaStreamCaptureModeThreadLocal));
    return KM_OK;
}

km_status km_condition_end(km_device *device, const km_condition *condition)
{
    cudaGraph_t body;
    if (condition->exists)
        KM_CUDA(cudaStreamEndCapture(device->stream_body, &body));
    return KM_OK;
}

#else

km_status km_condition_create(km_device *, km_condition *out)
{
    *out = {};
    return KM_OK;
}

km_status km_condition_begin(km_device *, const km_condition *, cudaStream_t stream,
                             cudaStream_t *body)
{
    *body = stream;
    return KM_OK;
}

km_status km_condition_end(km_device *, const km_condition *)
{
    return KM_OK;
}

#endif

} // namespace KM_CUDA_NAMESPACE
