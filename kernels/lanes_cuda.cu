/* SPDX-License-Identifier: MIT */
/* The lanes of the CUDA backend, and who waits for whom. */
#include "kernels/backend_cuda.cuh"

namespace KM_CUDA_NAMESPACE
{

km_status km_cuda_placed(km_device *device)
{
    KM_CUDA(cudaEventRecord(device->placed, device->stream));
    return KM_OK;
}

km_status km_cuda_fork(km_device *device)
{
    KM_CUDA(cudaEventRecord(device->forked, device->stream));
    return KM_OK;
}

void km_cuda_lane_open(km_device *device, km_cuda_lane_kind kind, cudaStream_t *out)
{
    device->lane[kind].running = true;
    *out = device->lane[kind].stream;
}

km_status km_cuda_lane_sorted(km_device *device, km_cuda_lane_kind kind)
{
    KM_CUDA(cudaStreamWaitEvent(device->lane[kind].stream, device->placed, 0));
    return KM_OK;
}

km_status km_cuda_lane_built(km_device *device, km_cuda_lane_kind kind)
{
    KM_CUDA(cudaStreamWaitEvent(device->lane[kind].stream, device->built, 0));
    return KM_OK;
}

km_status km_cuda_lane_adds(km_device *device, km_cuda_lane_kind kind)
{
    KM_CUDA(cudaStreamWaitEvent(device->lane[kind].stream, device->forked, 0));
    return KM_OK;
}

static km_status join_lane(km_device *device, km_cuda_lane *lane)
{
    if (!lane->running)
        return KM_OK;
    KM_CUDA(cudaEventRecord(lane->done, lane->stream));
    KM_CUDA(cudaStreamWaitEvent(device->stream, lane->done, 0));
    lane->running = false;
    return KM_OK;
}

km_status km_cuda_join_list(km_device *device)
{
    KM_TRY(km_neighbours_cuda_finish(device));
    return join_lane(device, &device->lane[KM_LANE_LIST]);
}

km_status km_cuda_join(km_device *device)
{
    KM_TRY(km_cuda_join_list(device));
    for (km_cuda_lane &lane : device->lane)
        KM_TRY(join_lane(device, &lane));
    return KM_OK;
}

km_status km_cuda_wait(km_device *device)
{
    KM_TRY(km_cuda_join(device));
    KM_CUDA(cudaStreamSynchronize(device->stream));
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE
