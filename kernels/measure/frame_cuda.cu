/* SPDX-License-Identifier: MIT */
/* Frames on their way to the host: copied into pinned memory behind the work that is queued, and
 * collected when the device has gone on. */
#include <stdlib.h>

#include "kernels/backend_cuda.cuh"
#include "kernels/particles_check.h"

namespace KM_CUDA_NAMESPACE
{

struct km_cuda_frame {
    double *position, *velocity; /* nm, nm/ps  3 x n_padded, pinned; velocity from when asked for */
    km_cuda_state *state;        /*     as it was then, pinned               */
    cudaEvent_t copied;
    bool under_way, with_velocity;
};

static km_status pin(double **rows, const km_particles *p)
{
    if (*rows == NULL)
        KM_CUDA(cudaMallocHost((void **)rows, 3 * (size_t)p->n_padded * sizeof **rows));
    return KM_OK;
}

static km_status prepare(km_cuda_particles *c, bool velocities)
{
    if (c->frame == NULL)
        KM_NEW(c->frame, 1);
    km_cuda_frame *f = c->frame;
    if (f->copied == NULL)
        KM_CUDA(cudaEventCreateWithFlags(&f->copied, cudaEventDisableTiming));
    if (f->state == NULL)
        KM_CUDA(cudaMallocHost((void **)&f->state, sizeof *f->state));
    KM_TRY(pin(&f->position, &c->p));
    return velocities ? pin(&f->velocity, &c->p) : KM_OK;
}

km_status km_frame_cuda_take(km_device *device, km_particles *p, bool velocities)
{
    km_cuda_particles *c = km_cuda_of(p);
    const size_t bytes = 3 * (size_t)p->n_padded * sizeof(double);
    KM_TRY(prepare(c, velocities));
    km_cuda_frame *f = c->frame;
    if (f->under_way)
        return KM_FAIL(KM_ERROR_INTERNAL, "the frame before was not collected");
    KM_TRY(km_cuda_join(device));
    KM_CUDA(
        cudaMemcpyAsync(f->position, p->position, bytes, cudaMemcpyDeviceToHost, device->stream));
    KM_CUDA(cudaMemcpyAsync(f->state, c->state, sizeof *f->state, cudaMemcpyDeviceToHost,
                            device->stream));
    if (velocities) {
        KM_TRY(km_velocities_settle(device, p));
        KM_CUDA(cudaMemcpyAsync(f->velocity, p->velocity, bytes, cudaMemcpyDeviceToHost,
                                device->stream));
    }
    KM_CUDA(cudaEventRecord(f->copied, device->stream));
    f->with_velocity = velocities;
    f->under_way = true;
    return KM_OK;
}

static void gather(const double *rows, const km_particles *p, double *atom_major)
{
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++)
            atom_major[3 * i + c] = rows[c * p->n_padded + i];
}

km_status km_frame_cuda_collect(km_device *device, km_particles *p, km_state *state)
{
    km_cuda_frame *f = km_cuda_of(p)->frame;
    (void)device;
    KM_TRY(km_state_check_count(state, p->n));
    if (f == NULL || !f->under_way)
        return KM_FAIL(KM_ERROR_INTERNAL, "no frame was taken");
    f->under_way = false;
    KM_CUDA(cudaEventSynchronize(f->copied));
    gather(f->position, p, state->position);
    if (f->with_velocity)
        gather(f->velocity, p, state->velocity);
    state->box = f->state->box;
    p->fault = f->state->fault;
    return KM_OK;
}

void km_frame_cuda_destroy(km_cuda_frame *f)
{
    if (f == NULL)
        return;
    if (f->copied != NULL) {
        cudaEventSynchronize(f->copied); /* one that nobody collected may be under way */
        cudaEventDestroy(f->copied);
    }
    for (void *memory : {(void *)f->position, (void *)f->velocity, (void *)f->state})
        if (memory != NULL)
            cudaFreeHost(memory);
    free(f);
}

} // namespace KM_CUDA_NAMESPACE
