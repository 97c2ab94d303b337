/* SPDX-License-Identifier: MIT */
/* The table of the CUDA backend: opening, the particle arrays, and who does what. */
#include "kernels/backend_cuda.cuh"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/eam/eam_list.cuh"
#include "kernels/neighbours/cluster_list.cuh"
#include "kernels/particles_check.h"

namespace KM_CUDA_NAMESPACE
{

#define KM_THREADS 128

/* ---- device ---- */

static void cuda_close(km_device *device)
{
    if (device == NULL)
        return;
    if (device->placed != NULL)
        cudaEventDestroy(device->placed);
    if (device->forked != NULL)
        cudaEventDestroy(device->forked);
    if (device->built != NULL)
        cudaEventDestroy(device->built);
    if (device->stream_body != NULL)
        cudaStreamDestroy(device->stream_body);
    for (km_cuda_lane &lane : device->lane) {
        if (lane.done != NULL)
            cudaEventDestroy(lane.done);
        if (lane.stream != NULL)
            cudaStreamDestroy(lane.stream);
    }
    if (device->stream != NULL)
        cudaStreamDestroy(device->stream);
    free(device);
}

static __global__ void clear_kernel(int n, km_fixed *force, int n_sorted, km_fixed *sorted,
                                    km_cuda_state *state, bool energy, bool virial);

/* Are the kernels compiled for it? */
static km_status check_architecture(int number, const cudaDeviceProp *properties)
{
    cudaFuncAttributes attributes;
    const cudaError_t error = cudaFuncGetAttributes(&attributes, clear_kernel);
    if (error == cudaSuccess)
        return KM_OK;
    cudaGetLastError(); /* the failure is reported here and now */
    return KM_FAIL(KM_ERROR_DEVICE,
                   "CUDA device %d, %s of compute capability %d.%d, cannot run this build (%s)",
                   number, properties->name, properties->major, properties->minor,
                   cudaGetErrorString(error));
}

/* The mesh is the longest chain of small kernels: it goes first where several are ready, and the
 * pairs, which can fill the device alone, last. Lower numbers are higher priorities. */
static km_status make_lanes(km_device *device, int least, int greatest)
{
    for (int k = 0; k < KM_LANE_COUNT; k++) {
        km_cuda_lane *lane = &device->lane[k];
        const int priority = greatest + k < least ? greatest + k : least;
        KM_CUDA(cudaStreamCreateWithPriority(&lane->stream, cudaStreamNonBlocking, priority));
        KM_CUDA(cudaEventCreateWithFlags(&lane->done, cudaEventDisableTiming));
    }
    return KM_OK;
}

static km_status prepare(km_device *device)
{
    cudaDeviceProp properties;
    int least, greatest;
    KM_CUDA(cudaSetDevice(device->number));
    KM_CUDA(cudaGetDeviceProperties(&properties, device->number));
    KM_TRY(check_architecture(device->number, &properties));
    KM_CUDA(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    KM_CUDA(cudaStreamCreateWithPriority(&device->stream, cudaStreamNonBlocking, least));
    KM_CUDA(cudaStreamCreateWithPriority(&device->stream_body, cudaStreamNonBlocking, least));
    KM_CUDA(cudaEventCreateWithFlags(&device->placed, cudaEventDisableTiming));
    KM_CUDA(cudaEventCreateWithFlags(&device->forked, cudaEventDisableTiming));
    KM_CUDA(cudaEventCreateWithFlags(&device->built, cudaEventDisableTiming));
    KM_TRY(make_lanes(device, least, greatest));
    device->multiprocessors = properties.multiProcessorCount;
    snprintf(device->description, sizeof device->description,
             "cuda:%d, %.120s, %d multiprocessors, %s precision", device->number, properties.name,
             properties.multiProcessorCount, KM_PRECISION_NAME);
    return KM_OK;
}

static km_status count_devices(int *count)
{
    *count = 0;
    const cudaError_t error = cudaGetDeviceCount(count);
    if (error == cudaSuccess && *count > 0)
        return KM_OK;
    cudaGetLastError(); /* the failure is reported here and now */
    return KM_FAIL(KM_ERROR_DEVICE, "no CUDA device can be used (%s)",
                   error != cudaSuccess ? cudaGetErrorString(error) : "none is there");
}

static km_status cuda_open_number(int number, km_device **out)
{
    int count;
    *out = NULL;
    KM_TRY(count_devices(&count));
    if (number < 0 || number >= count)
        return KM_FAIL(KM_ERROR_VALUE, "there is no CUDA device %d; %d %s here, counted from 0",
                       number, count, count == 1 ? "is" : "are");
    km_device *device;
    KM_NEW(device, 1);
    device->number = number;
    const km_status status = prepare(device);
    if (status != KM_OK) {
        cuda_close(device);
        return status;
    }
    *out = device;
    return KM_OK;
}

static km_status cuda_open(int threads, km_device **out)
{
    int count;
    (void)threads;
    *out = NULL;
    KM_TRY(count_devices(&count));
    km_status status = KM_ERROR_DEVICE;
    for (int number = 0; number < count && status != KM_OK; number++)
        status = cuda_open_number(number, out);
    return status;
}

static const char *cuda_describe(const km_device *device)
{
    return device->description;
}

/* ---- particles ---- */

static void cuda_particles_destroy(km_particles *particles)
{
    if (particles == NULL)
        return;
    km_cuda_particles *c = km_cuda_of(particles);
    km_frame_cuda_destroy(c->frame);
    km_neighbours_cuda_destroy(particles->neighbours);
    km_cuda_delete(c->p.position);
    km_cuda_delete(c->p.velocity);
    km_cuda_delete(c->p.force);
    km_cuda_delete(c->p.mass);
    km_cuda_delete(c->p.inverse_mass);
    km_cuda_delete(c->p.charge);
    km_cuda_delete(c->p.type);
    km_cuda_delete(c->p.molecule);
    km_cuda_delete(c->p.mobility);
    km_cuda_delete(c->state);
    if (c->mirror != NULL)
        cudaFreeHost(c->mirror);
    free(c->host.mass);
    free(c->host.inverse_mass);
    free(c->host.charge);
    free(c->host.type);
    free(c->host.molecule);
    free(c->host.mobility);
    free(c);
}

static km_status fill_host(const km_particles_spec *spec, km_particles *host)
{
    KM_NEW(host->mass, host->n_padded);
    KM_NEW(host->inverse_mass, host->n_padded);
    KM_NEW(host->charge, host->n_padded);
    KM_NEW(host->type, host->n_padded);
    KM_NEW(host->molecule, host->n_padded);
    if (spec->mobility != NULL) {
        KM_NEW(host->mobility, host->n_padded);
        memcpy(host->mobility, spec->mobility, (size_t)spec->n);
    }
    for (int i = 0; i < spec->n; i++) {
        host->mass[i] = spec->mass[i];
        host->inverse_mass[i] = km_particles_spec_moves(spec, i) ? 1.0 / spec->mass[i] : 0.0;
        host->charge[i] = spec->charge[i];
        host->type[i] = spec->type[i];
        host->molecule[i] = spec->molecule[i];
    }
    return KM_OK;
}

static km_status fill_device(km_cuda_particles *c)
{
    km_particles *p = &c->p;
    const km_particles *host = &c->host;
    const size_t n = (size_t)p->n_padded;
    KM_TRY(km_cuda_new(&p->position, 3 * n));
    KM_TRY(km_cuda_new(&p->velocity, 3 * n));
    KM_TRY(km_cuda_new(&p->force, 3 * n));
    KM_TRY(km_cuda_copy_of(&p->mass, host->mass, n));
    KM_TRY(km_cuda_copy_of(&p->inverse_mass, host->inverse_mass, n));
    KM_TRY(km_cuda_copy_of(&p->charge, host->charge, n));
    KM_TRY(km_cuda_copy_of(&p->type, host->type, n));
    KM_TRY(km_cuda_copy_of(&p->molecule, host->molecule, n));
    if (host->mobility != NULL)
        KM_TRY(km_cuda_copy_of(&p->mobility, host->mobility, n));
    KM_TRY(km_cuda_new(&c->state, 1));
    KM_CUDA(cudaMallocHost((void **)&c->mirror, sizeof *c->mirror));
    memset(c->mirror, 0, sizeof *c->mirror);
    return KM_OK;
}

static km_status cuda_particles_create(km_device *device, const km_particles_spec *spec,
                                       km_particles **out)
{
    *out = NULL;
    KM_TRY(km_particles_spec_check(spec));
    KM_CUDA(cudaSetDevice(device->number));
    km_cuda_particles *c;
    KM_NEW(c, 1);
    c->collected = true;
    c->headroom = spec->list_headroom;
    c->p.n = c->host.n = spec->n;
    c->p.n_padded = c->host.n_padded = (spec->n + KM_PADDING - 1) / KM_PADDING * KM_PADDING;
    km_status status = fill_host(spec, &c->host);
    if (status == KM_OK)
        status = fill_device(c);
    if (status != KM_OK) {
        cuda_particles_destroy(&c->p);
        return status;
    }
    *out = &c->p;
    return KM_OK;
}

/* ---- between host and device: components are gathered and spread on the host ---- */

static km_status send(const double *atom_major, const km_particles *p, double *array)
{
    const size_t n = 3 * (size_t)p->n_padded;
    double *rows;
    KM_NEW(rows, n);
    for (int i = 0; atom_major != NULL && i < p->n; i++)
        for (int c = 0; c < 3; c++)
            rows[c * p->n_padded + i] = atom_major[3 * i + c];
    const cudaError_t error = cudaMemcpy(array, rows, n * sizeof *rows, cudaMemcpyHostToDevice);
    free(rows);
    KM_CUDA(error);
    return km_cuda_settle();
}

static km_status fetch(const double *array, const km_particles *p, double *atom_major)
{
    const size_t n = 3 * (size_t)p->n_padded;
    double *rows;
    KM_NEW(rows, n);
    const cudaError_t error = cudaMemcpy(rows, array, n * sizeof *rows, cudaMemcpyDeviceToHost);
    for (int i = 0; error == cudaSuccess && i < p->n; i++)
        for (int c = 0; c < 3; c++)
            atom_major[3 * i + c] = rows[c * p->n_padded + i];
    free(rows);
    KM_CUDA(error);
    return KM_OK;
}

/* Waits and copies the state to its mirror. */
static km_status fetch_state(km_device *device, const km_cuda_particles *c)
{
    KM_TRY(km_cuda_join(device));
    KM_CUDA(cudaMemcpyAsync(c->mirror, c->state, sizeof *c->mirror, cudaMemcpyDeviceToHost,
                            device->stream));
    KM_CUDA(cudaStreamSynchronize(device->stream));
    return KM_OK;
}

/* ---- lists that have outgrown their memory ---- */

/* Of those alone: another build of one that had room would be a list that others would not have. */
static km_status make_room(km_cuda_particles *c, bool half_way)
{
    bool outgrown = false;
    if (c->headroom > 0.0 && c->headroom < 1.0) /* too little from the start, as tests have it */
        c->headroom = 1.0;
    if (c->p.neighbours != NULL)
        KM_TRY(km_neighbours_cuda_make_room(c, half_way, &outgrown));
    if (c->metal != NULL)
        KM_TRY(km_eam_list_make_room(c, half_way));
    c->taken = c->collected = false; /* all forces are to be cleared */
    c->mirror->rebuild = outgrown;
    c->mirror->fault &= ~KM_FAULT_LIST;
    return KM_OK;
}

static km_status cuda_make_room(km_device *device, km_particles *p, km_standstill *at)
{
    km_cuda_particles *c = km_cuda_of(p);
    *at = {};
    KM_TRY(fetch_state(device, c));
    if ((c->mirror->fault & KM_FAULT_LIST) == 0)
        return KM_OK;
    *at = {true, c->mirror->step, c->mirror->half_way != 0};
    KM_TRY(make_room(c, at->half_way));
    KM_CUDA(cudaMemcpy(c->state, c->mirror, sizeof *c->state, cudaMemcpyHostToDevice));
    p->fault = c->mirror->fault;
    return KM_OK;
}

static km_status cuda_upload(km_device *device, const km_state *state, km_particles *p)
{
    KM_TRY(km_state_check(state, p->n));
    km_cuda_particles *c = km_cuda_of(p);
    KM_TRY(fetch_state(device, c));
    if ((c->mirror->fault & KM_FAULT_LIST) != 0)
        KM_TRY(make_room(c, false));
    KM_TRY(send(state->position, p, p->position));
    KM_TRY(send(state->velocity, p, p->velocity));
    if (p->neighbours != NULL)
        p->neighbours->placed = false;
    if (c->metal != NULL)
        c->metal->placed = false;
    p->box = c->mirror->box = state->box;
    p->fault = c->mirror->fault = c->mirror->half_way = 0;
    c->mirror->velocity_factor = 1.0;
    c->mirror->velocity_shift = km_vec3_make(0.0, 0.0, 0.0);
    KM_CUDA(cudaMemcpy(c->state, c->mirror, sizeof *c->state, cudaMemcpyHostToDevice));
    return KM_OK;
}

static km_status cuda_download(km_device *device, const km_particles *p, km_state *state)
{
    KM_TRY(km_state_check_count(state, p->n));
    const km_cuda_particles *c = km_cuda_of(p);
    if (state->velocity != NULL)
        KM_TRY(km_velocities_settle(device, p));
    KM_TRY(fetch_state(device, c));
    if (state->position != NULL)
        KM_TRY(fetch(p->position, p, state->position));
    if (state->velocity != NULL)
        KM_TRY(fetch(p->velocity, p, state->velocity));
    state->box = c->mirror->box;
    return KM_OK;
}

static km_status cuda_download_forces(km_device *device, km_particles *p, double *force)
{
    const size_t n = 3 * (size_t)p->n_padded;
    km_fixed *rows;
    KM_TRY(km_cuda_collect(device, p));
    KM_TRY(km_cuda_wait(device));
    KM_NEW(rows, n);
    const cudaError_t error = cudaMemcpy(rows, p->force, n * sizeof *rows, cudaMemcpyDeviceToHost);
    for (int i = 0; error == cudaSuccess && i < p->n; i++)
        for (int c = 0; c < 3; c++)
            force[3 * i + c] = km_fixed_to(rows[c * p->n_padded + i]);
    free(rows);
    KM_CUDA(error);
    return KM_OK;
}

km_status km_cuda_tallies(km_device *device, const km_cuda_particles *c, km_particles *out)
{
    KM_TRY(fetch_state(device, c));
    for (int k = 0; k < KM_ENERGY_COUNT; k++)
        out->energy[k] = km_fixed_to(c->mirror->energy[k]);
    for (int k = 0; k < KM_TENSOR; k++)
        out->virial[k] = km_fixed_to(c->mirror->virial[k]);
    out->box = c->mirror->box;
    out->fault = c->mirror->fault;
    return KM_OK;
}

static km_status cuda_synchronise(km_device *device, km_particles *p)
{
    return km_cuda_tallies(device, km_cuda_of(p), p);
}

/* ---- step ---- */

static __global__ void clear_kernel(int n, km_fixed *force, int n_sorted, km_fixed *sorted,
                                    km_cuda_state *state, bool energy, bool virial)
{
    const int i = km_thread_index();
    if (i < n)
        force[i] = 0;
    if (i < n_sorted)
        sorted[i] = 0;
    if (energy && i < KM_ENERGY_COUNT)
        state->energy[i] = 0;
    if (virial && i < KM_TENSOR)
        state->virial[i] = 0;
}

/* The forces of the step begin here. In most steps the halves of the step have cleared them. */
static km_status cuda_clear(km_device *device, const km_step *s, km_particles *p)
{
    km_cuda_particles *c = km_cuda_of(p);
    const km_neighbour_list *list = p->neighbours;
    const int n = c->taken ? 0 : 3 * p->n_padded;
    const int n_sorted = c->collected || list == NULL ? 0 : 3 * list->n_slots;
    c->taken = false;
    c->collected = true;
    if (n == 0 && n_sorted == 0 && !s->energy && !s->virial)
        return KM_OK;
    KM_TRY(km_cuda_join(device));
    KM_LAUNCH(clear_kernel, km_cuda_blocks((size_t)(n > n_sorted ? n : n_sorted), KM_THREADS),
              KM_THREADS, 0, device->stream, n, p->force, n_sorted,
              list != NULL ? list->force : NULL, c->state, s->energy, s->virial);
    return km_cuda_fork(device);
}

static __global__ void collect_kernel(km_neighbour_list list, int n_padded, km_fixed *force)
{
    const int k = km_thread_index(), i = k < list.n_slots ? list.atom[k] : -1;
    if (i < 0)
        return;
    for (int c = 0; c < 3; c++) {
        force[c * n_padded + i] += list.force[c * list.n_slots + k];
        list.force[c * list.n_slots + k] = 0;
    }
}

km_status km_cuda_collect(km_device *device, km_particles *p)
{
    km_cuda_particles *c = km_cuda_of(p);
    const km_neighbour_list *list = p->neighbours;
    if (c->collected || list == NULL)
        return KM_OK;
    c->collected = true;
    KM_TRY(km_cuda_join(device));
    KM_LAUNCH(collect_kernel, km_cuda_blocks((size_t)list->n_slots, KM_THREADS), KM_THREADS, 0,
              device->stream, *list, p->n_padded, p->force);
    return KM_OK;
}

} // namespace KM_CUDA_NAMESPACE

using namespace KM_CUDA_NAMESPACE;

/* The emulated runtime of the tests gives its table another name. */
#ifndef KM_CUDA_TABLE
#define KM_CUDA_TABLE km_backend_cuda
#define KM_CUDA_TABLE_NAME "cuda"
#endif

extern "C" const km_backend KM_CUDA_TABLE = {
    .name = KM_CUDA_TABLE_NAME,
    .open = cuda_open,
    .close = cuda_close,
    .describe = cuda_describe,
    .particles_create = cuda_particles_create,
    .particles_destroy = cuda_particles_destroy,
    .upload = cuda_upload,
    .download = cuda_download,
    .download_forces = cuda_download_forces,
    .neighbours_create = km_neighbours_cuda_create,
    .neighbours_update = km_neighbours_cuda_update,
    .neighbours_visit = km_neighbours_cuda_visit,
    .make_force = {km_pair_cuda_create, km_bonded_cuda_create, km_pme_cuda_create,
                   km_slab_cuda_create, km_eam_cuda_create, km_eim_cuda_create},
    .clear = cuda_clear,
    .synchronise = cuda_synchronise,
    .integrator_create = km_integrator_cuda_create,
    .integrator_destroy = km_integrator_cuda_destroy,
    .first_half = km_integrator_cuda_first_half,
    .second_half = km_integrator_cuda_second_half,
    .couple_pressure = km_integrator_cuda_couple_pressure,
    .scalars_get = km_integrator_cuda_scalars_get,
    .scalars_set = km_integrator_cuda_scalars_set,
    .constrain = km_integrator_cuda_constrain,
    .draw_velocities = km_integrator_cuda_draw_velocities,
    .measure = km_measure_cuda,
    .open_number = cuda_open_number,
    .make_room = cuda_make_room,
    .frame_take = km_frame_cuda_take,
    .frame_collect = km_frame_cuda_collect,
    .record_begin = km_recording_cuda_begin,
    .record_end = km_recording_cuda_end,
    .record_play = km_recording_cuda_play,
    .record_destroy = km_recording_cuda_destroy,
};
