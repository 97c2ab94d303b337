/* SPDX-License-Identifier: MIT */
/* What a test asks of the emulated CUDA runtime besides CUDA itself; C and C++. */
#ifndef KM_EMULATOR_H
#define KM_EMULATOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Draws all orders anew from this seed. A run starts with KM_EMULATOR_SEED of the environment, 1
 * where it is not set. Results must not depend on it. */
void km_emulator_seed(uint64_t seed);

/* Device and pinned memory, streams, events, graphs and FFT plans that nobody has destroyed. */
int km_emulator_live_objects(void);

typedef struct km_emulator_counts {
    uint64_t launches;     /* kernels run                                      */
    uint64_t threads;      /* threads run                                      */
    uint64_t switches;     /* from one thread to another                       */
    uint64_t waits;        /* times the host waited for the device             */
    uint64_t calls;        /* of the runtime by the host, launches among them  */
    uint64_t device_bytes; /* of device memory held now, without that of cuFFT */
} km_emulator_counts;

/* All but the last since the program began. */
km_emulator_counts km_emulator_count(void);

#ifdef __cplusplus
}
#endif

#endif
