/* SPDX-License-Identifier: MIT */
/* The table of the CPU backend: opening, the particle arrays, and who does what. */
#include "kernels/backend_cpu.h"
#include "kernels/particles_check.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KM_THREADS_MAX 1024 /* a larger number is a typing mistake */

static const char *const isa_key[] = {"baseline", "avx2", "avx512"};
static const char *const isa_text[] = {"baseline instructions", "AVX2", "AVX-512"};

static km_instruction_set isa_of_processor(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return KM_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return KM_ISA_AVX2;
#endif
    return KM_ISA_BASELINE;
}

/* The best the processor has, lowered but never raised by KALIUM_ISA. */
static km_status choose_isa(km_instruction_set *out)
{
    *out = isa_of_processor();
    const char *wish = getenv("KALIUM_ISA");
    if (wish == NULL || wish[0] == '\0')
        return KM_OK;
    for (int k = 0; k < 3; k++) {
        if (strcmp(wish, isa_key[k]) == 0) {
            if (k < (int)*out)
                *out = (km_instruction_set)k;
            return KM_OK;
        }
    }
    return KM_FAIL(KM_ERROR_VALUE, "KALIUM_ISA is \"%s\"; it must be baseline, avx2 or avx512",
                   wish);
}

static km_status cpu_open(int threads, km_device **out)
{
    *out = NULL;
    if (threads < 0 || threads > KM_THREADS_MAX)
        return KM_FAIL(KM_ERROR_VALUE, "%d threads asked; give 1 to %d, or 0 for all", threads,
                       KM_THREADS_MAX);
    km_instruction_set isa;
    KM_TRY(choose_isa(&isa));
    km_device *device;
    KM_NEW(device, 1);
    device->threads = threads > 0 ? threads : omp_get_num_procs();
    device->isa = isa;
    snprintf(device->description, sizeof device->description, "cpu, %d thread%s, %s, %s precision",
             device->threads, device->threads == 1 ? "" : "s", isa_text[isa], KM_PRECISION_NAME);
    *out = device;
    return KM_OK;
}

static void cpu_close(km_device *device)
{
    free(device);
}

static const char *cpu_describe(const km_device *device)
{
    return device->description;
}

static km_status allocate_arrays(km_particles *p)
{
    KM_NEW(p->position, 3 * (size_t)p->n_padded);
    KM_NEW(p->velocity, 3 * (size_t)p->n_padded);
    KM_NEW(p->force, 3 * (size_t)p->n_padded);
    KM_NEW(p->mass, p->n_padded);
    KM_NEW(p->inverse_mass, p->n_padded);
    KM_NEW(p->charge, p->n_padded);
    KM_NEW(p->type, p->n_padded);
    KM_NEW(p->molecule, p->n_padded);
    return KM_OK;
}

static void cpu_particles_destroy(km_particles *p)
{
    if (p == NULL)
        return;
    km_neighbours_cpu_destroy(p->neighbours);
    free(p->position);
    free(p->velocity);
    free(p->force);
    free(p->mass);
    free(p->inverse_mass);
    free(p->charge);
    free(p->type);
    free(p->molecule);
    free(p->mobility);
    free(p);
}

static km_status cpu_particles_create(km_device *device, const km_particles_spec *spec,
                                      km_particles **out)
{
    (void)device;
    *out = NULL;
    KM_TRY(km_particles_spec_check(spec));
    km_particles *p;
    KM_NEW(p, 1);
    p->n = spec->n;
    p->n_padded = (spec->n + KM_PADDING - 1) / KM_PADDING * KM_PADDING;
    km_status status = allocate_arrays(p);
    if (status == KM_OK && spec->mobility != NULL)
        status = km_allocate((void **)&p->mobility, p->n_padded, 1);
    if (status != KM_OK) {
        cpu_particles_destroy(p);
        return status;
    }
    if (p->mobility != NULL)
        memcpy(p->mobility, spec->mobility, (size_t)p->n);
    for (int i = 0; i < p->n; i++) {
        p->mass[i] = spec->mass[i];
        p->inverse_mass[i] = km_particles_spec_moves(spec, i) ? 1.0 / spec->mass[i] : 0.0;
        p->charge[i] = spec->charge[i];
        p->type[i] = spec->type[i];
        p->molecule[i] = spec->molecule[i];
    }
    *out = p;
    return KM_OK;
}

/* Positions, velocities (NULL = at rest) and box; clears the fault bits. Nothing is changed when a
 * number is refused. */
static km_status cpu_upload(km_device *device, const km_state *state, km_particles *p)
{
    (void)device;
    KM_TRY(km_state_check(state, p->n));
    for (int i = 0; i < p->n; i++) {
        for (int c = 0; c < 3; c++) {
            p->position[c * p->n_padded + i] = state->position[3 * i + c];
            p->velocity[c * p->n_padded + i] =
                state->velocity != NULL ? state->velocity[3 * i + c] : 0.0;
        }
    }
    p->box = state->box;
    p->fault = 0;
    return KM_OK;
}

/* Either array of the state may be NULL: it is then left out. */
static km_status cpu_download(km_device *device, const km_particles *p, km_state *state)
{
    (void)device;
    KM_TRY(km_state_check_count(state, p->n));
    for (int i = 0; i < p->n; i++) {
        for (int c = 0; c < 3; c++) {
            if (state->position != NULL)
                state->position[3 * i + c] = p->position[c * p->n_padded + i];
            if (state->velocity != NULL)
                state->velocity[3 * i + c] = p->velocity[c * p->n_padded + i];
        }
    }
    state->box = p->box;
    return KM_OK;
}

static km_status cpu_download_forces(km_device *device, km_particles *p, double *force)
{
    (void)device;
    for (int i = 0; i < p->n; i++)
        for (int c = 0; c < 3; c++)
            force[3 * i + c] = km_fixed_to(p->force[c * p->n_padded + i]);
    return KM_OK;
}

static km_status cpu_clear(km_device *device, const km_step *s, km_particles *p)
{
    const int n = 3 * p->n_padded;
    km_fixed *KM_RESTRICT force = p->force;
#pragma omp parallel for schedule(static) num_threads(device->threads)
    for (int i = 0; i < n; i++)
        force[i] = 0;
    if (s->energy)
        memset(p->energy, 0, sizeof p->energy);
    if (s->virial)
        memset(p->virial, 0, sizeof p->virial);
    return KM_OK;
}

/* Everything is where the host looks for it already. */
static km_status cpu_synchronise(km_device *device, km_particles *p)
{
    (void)device;
    (void)p;
    return KM_OK;
}

const km_backend km_backend_cpu = {
    .name = "cpu",
    .open = cpu_open,
    .close = cpu_close,
    .describe = cpu_describe,
    .particles_create = cpu_particles_create,
    .particles_destroy = cpu_particles_destroy,
    .upload = cpu_upload,
    .download = cpu_download,
    .download_forces = cpu_download_forces,
    .neighbours_create = km_neighbours_cpu_create,
    .neighbours_update = km_neighbours_cpu_update,
    .neighbours_visit = km_neighbours_cpu_visit,
    .make_force = {[KM_FORCE_PAIR] = km_pair_cpu_create,
                   [KM_FORCE_BONDED] = km_bonded_cpu_create,
                   [KM_FORCE_PME] = km_pme_cpu_create,
                   [KM_FORCE_SLAB] = km_slab_cpu_create,
                   [KM_FORCE_EAM] = km_eam_cpu_create,
                   [KM_FORCE_EIM] = km_eim_cpu_create},
    .clear = cpu_clear,
    .synchronise = cpu_synchronise,
    .integrator_create = km_integrator_cpu_create,
    .integrator_destroy = km_integrator_cpu_destroy,
    .first_half = km_integrator_cpu_first_half,
    .second_half = km_integrator_cpu_second_half,
    .couple_pressure = km_integrator_cpu_couple_pressure,
    .scalars_get = km_integrator_cpu_scalars_get,
    .scalars_set = km_integrator_cpu_scalars_set,
    .constrain = km_integrator_cpu_constrain,
    .draw_velocities = km_integrator_cpu_draw_velocities,
    .measure = km_measure_cpu,
};
