/* SPDX-License-Identifier: MIT */
/* Random numbers without a state: Philox4x32-10, keyed by (seed; step, particle, purpose).
 *
 * The same arguments give the same numbers on every thread, machine and run, which is what makes
 * restarts exact. Generator: Salmon et al., SC'11, doi:10.1145/2063384.2063405; implementation:
 * Random123. Normals by Box and Muller, doi:10.1214/aoms/1177706645. */
#ifndef KM_BASE_RANDOM_H
#define KM_BASE_RANDOM_H

#include <Random123/philox.h>

#include "kernels/base/real.h"
#include "kernels/base/units.h"

/* What a number is for: two uses never share a stream. */
typedef enum km_random_purpose {
    KM_RANDOM_VELOCITY = 1,   /* initial velocities                  */
    KM_RANDOM_LANGEVIN = 2,   /* Langevin noise, per particle        */
    KM_RANDOM_THERMOSTAT = 3, /* stochastic velocity rescaling       */
    KM_RANDOM_BAROSTAT = 4,   /* stochastic cell rescaling           */
    KM_RANDOM_BUILD = 5,      /* placing molecules                   */
    KM_RANDOM_ANALYSIS = 6,   /* bootstrap resampling                */
    KM_RANDOM_REPLICA = 7     /* seeds of replicas                   */
} km_random_purpose;

typedef struct km_random4 {
    uint32_t v[4];
} km_random4;

/* Four random 32-bit integers. */
KM_HD km_random4 km_random_bits(uint64_t seed, uint64_t step, uint32_t particle, uint32_t purpose)
{
    philox4x32_ctr_t counter = {{(uint32_t)step, (uint32_t)(step >> 32), particle, purpose}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const philox4x32_ctr_t r = philox4x32(counter, key);
    km_random4 out = {{r.v[0], r.v[1], r.v[2], r.v[3]}};
    return out;
}

/* Uniform in (0, 1), never 0 and never 1. */
KM_HD double km_random_uniform(uint32_t bits)
{
    return ((double)bits + 0.5) * (1.0 / 4294967296.0);
}

/* Four independent standard normal numbers. */
KM_HD void km_random_normal4(km_random4 bits, double normal[4])
{
    for (int k = 0; k < 4; k += 2) {
        const double radius = sqrt(-2.0 * log(km_random_uniform(bits.v[k])));
        const double turn = km_random_uniform(bits.v[k + 1]);
        double sine, cosine;
#ifdef __CUDA_ARCH__
        sincospi(2.0 * turn, &sine, &cosine); /* cos and sin would reserve local memory */
#else
        cosine = cos(2.0 * KM_PI * turn);
        sine = sin(2.0 * KM_PI * turn);
#endif
        normal[k] = radius * cosine;
        normal[k + 1] = radius * sine;
    }
}

#endif
