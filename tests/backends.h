/* SPDX-License-Identifier: MIT */
/* The backends of this build, and running a test file once for each. */
#ifndef KM_TESTS_BACKENDS_H
#define KM_TESTS_BACKENDS_H

#include <stdlib.h>
#include <string.h>

#include "kernels/backend.h"
#include "tests/cmocka_all.h"
#include "tests/emulator/emulator.h"

extern const km_backend km_backend_cuda_emulated;

static const km_backend *const test_backends[] = {
    &km_backend_cpu,
    &km_backend_cuda_emulated,
#ifdef KM_WITH_CUDA
    &km_backend_cuda,
#endif
};
enum { N_TEST_BACKENDS = sizeof test_backends / sizeof test_backends[0] };

/* Threads are fibres of one processor there: tests take the smaller system, the coarser sample. */
static inline bool backend_is_emulated(const km_backend *backend)
{
    return backend == &km_backend_cuda_emulated;
}

/* Steps of a handful of atoms take long here: emulated, or each as long as one of thousands. */
static inline bool backend_is_slow(const km_backend *backend)
{
    return backend != &km_backend_cpu;
}

/* Energies are sums of numbers with a step of 2.3e-10 kJ/mol: what n of them may be off by. */
static inline double backend_energy_step(const km_backend *backend, int n)
{
    return backend == &km_backend_cpu ? 0.0 : 0.5 * n / KM_FIXED_SCALE;
}

/* False, and a line why, where the device is not there. KM_TEST_BACKEND=cuda: that backend alone.
 */
static inline bool backend_is_there(const km_backend *backend)
{
    const char *only = getenv("KM_TEST_BACKEND");
    if (only && strcmp(only, backend->name) != 0)
        return false;
    km_device *device;
    const km_status status = backend->open(1, &device);
    if (status == KM_OK)
        backend->close(device);
    else
        print_message("%s is skipped: %s\n", backend->name, km_last_error()->message);
    return status == KM_OK;
}

/* Every test once per backend, which it finds at *state. Gives the number of failures. */
static inline int run_for_each_backend(const struct CMUnitTest *test, size_t n)
{
    struct CMUnitTest row[64];
    int failures = 0;
    for (size_t b = 0; b < N_TEST_BACKENDS; b++) {
        if (!backend_is_there(test_backends[b]))
            continue;
        for (size_t k = 0; k < n; k++) {
            row[k] = test[k];
            row[k].initial_state = (void *)(uintptr_t)test_backends[b];
        }
        failures += _cmocka_run_group_tests(test_backends[b]->name, row, n, NULL, NULL);
    }
    return failures;
}

#endif
