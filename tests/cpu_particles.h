/* SPDX-License-Identifier: MIT */
/* Particle arrays and a CPU device made by hand, for tests of single terms. */
#ifndef KM_TESTS_CPU_PARTICLES_H
#define KM_TESTS_CPU_PARTICLES_H

#include <stdlib.h>
#include <string.h>

#include "kernels/backend_cpu.h"
#include "kernels/base/random.h"

/* The best instruction set this processor has. */
static inline km_instruction_set best_isa(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
        return KM_ISA_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return KM_ISA_AVX2;
#endif
    return KM_ISA_BASELINE;
}

static inline km_device device_by_hand(int threads, km_instruction_set isa)
{
    km_device device = {threads, isa, "by hand"};
    return device;
}

/* n atoms, all arrays zero, one molecule each, mass 1. */
static inline km_particles particles_by_hand(int n, km_box box)
{
    km_particles p;
    memset(&p, 0, sizeof p);
    p.n = n;
    p.n_padded = (n + 127) / 128 * 128;
    const size_t m = (size_t)p.n_padded;
    p.position = calloc(3 * m, sizeof *p.position);
    p.velocity = calloc(3 * m, sizeof *p.velocity);
    p.force = calloc(3 * m, sizeof *p.force);
    p.mass = calloc(m, sizeof *p.mass);
    p.inverse_mass = calloc(m, sizeof *p.inverse_mass);
    p.charge = calloc(m, sizeof *p.charge);
    p.type = calloc(m, sizeof *p.type);
    p.molecule = calloc(m, sizeof *p.molecule);
    p.box = box;
    for (int i = 0; i < n; i++) {
        p.mass[i] = p.inverse_mass[i] = 1.0;
        p.molecule[i] = i;
    }
    return p;
}

static inline void particles_free(km_particles *p)
{
    km_neighbours_cpu_destroy(p->neighbours);
    free(p->position);
    free(p->velocity);
    free(p->force);
    free(p->mass);
    free(p->inverse_mass);
    free(p->charge);
    free(p->type);
    free(p->molecule);
    memset(p, 0, sizeof *p);
}

/* Sets forces, energies, virial and fault to zero. */
static inline void particles_clear(km_particles *p)
{
    memset(p->force, 0, 3 * (size_t)p->n_padded * sizeof *p->force);
    memset(p->energy, 0, sizeof p->energy);
    memset(p->virial, 0, sizeof p->virial);
    p->fault = 0;
}

/* Uniform in (0, 1), numbered. */
static inline double uniform(uint64_t seed, uint32_t k)
{
    return km_random_uniform(km_random_bits(seed, k, 0, KM_RANDOM_BUILD).v[0]);
}

static inline km_vec3 particle_position(const km_particles *p, int i)
{
    return km_vec3_make(p->position[i], p->position[p->n_padded + i],
                        p->position[2 * p->n_padded + i]);
}

static inline void set_position(km_particles *p, int i, km_vec3 r)
{
    p->position[i] = r.x;
    p->position[p->n_padded + i] = r.y;
    p->position[2 * p->n_padded + i] = r.z;
}

/* Random positions, spread over several periods of the cell: unwrapped as in a long run. */
static inline void scatter_particles(km_particles *p, uint64_t seed)
{
    for (int i = 0; i < p->n; i++) {
        const km_vec3 s = {5.0 * uniform(seed, 4 * i) - 2.0, 5.0 * uniform(seed, 4 * i + 1) - 3.0,
                           3.0 * uniform(seed, 4 * i + 2) - 1.0};
        set_position(p, i, km_box_to_cartesian(&p->box, s));
    }
}

#endif
