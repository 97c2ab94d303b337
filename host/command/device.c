/* SPDX-License-Identifier: MIT */
/* --device: which backend computes, and on which device of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/command/command.h"

#ifdef KM_WITH_CUDA
static const km_backend *const cuda = &km_backend_cuda;
#else
static const km_backend *const cuda = NULL;
#define KM_CUDA_TOOLKIT "none; this build computes on the CPU"
#endif

const char *km_device_toolkit(void)
{
    return KM_CUDA_TOOLKIT;
}

/* "cuda" and "cuda:N"; the number is -1 where none is given. */
static bool asks_for_cuda(const char *text, int *number)
{
    *number = -1;
    if (strcmp(text, "cuda") == 0)
        return true;
    if (strncmp(text, "cuda:", 5) != 0 || strlen(text) < 6 || strlen(text) > 9 ||
        text[5 + strspn(text + 5, "0123456789")] != '\0')
        return false;
    *number = atoi(text + 5);
    return true;
}

static km_status open_cuda(const km_options *options, int number, const km_backend **backend,
                           km_device **device)
{
    if (cuda == NULL)
        return KM_FAIL(KM_ERROR_UNSUPPORTED,
                       "--device %s: this build has no CUDA backend, as no CUDA toolkit was found "
                       "when it was made; --device cpu runs the same recipe",
                       options->device);
    char reason[KM_ERROR_MESSAGE_LENGTH / 2];
    *backend = cuda;
    const km_status status =
        number < 0 ? cuda->open(options->threads, device) : cuda->open_number(number, device);
    if (status == KM_OK)
        return KM_OK;
    snprintf(reason, sizeof reason, "%.1000s", km_last_error()->message);
    return KM_FAIL(status == KM_ERROR_VALUE ? KM_ERROR_USAGE : status,
                   "--device %s: %s; --device cpu runs the same recipe", options->device, reason);
}

km_status km_device_open(const km_options *options, const km_backend **backend, km_device **device)
{
    int number;
    *device = NULL;
    if (asks_for_cuda(options->device, &number))
        return open_cuda(options, number, backend, device);
    const bool any = strcmp(options->device, "auto") == 0;
    if (!any && strcmp(options->device, "cpu") != 0)
        return KM_FAIL(KM_ERROR_USAGE,
                       "--device %s: auto, cpu, cuda or cuda:N (the device of number N) is asked "
                       "for",
                       options->device);
    if (any && cuda != NULL && cuda->open(options->threads, device) == KM_OK) {
        *backend = cuda;
        return KM_OK;
    }
    *backend = &km_backend_cpu;
    return km_backend_cpu.open(options->threads, device);
}

void km_device_line(const km_options *options, const km_backend *backend, const km_device *device,
                    char *line, size_t room)
{
    km_device *other = NULL;
    snprintf(line, room, "%s", backend->describe(device));
    if (cuda == NULL || backend == cuda || strcmp(options->device, "auto") != 0)
        return;
    if (cuda->open(0, &other) != KM_OK)
        snprintf(line, room, "%s; %s", backend->describe(device), km_last_error()->message);
    else
        cuda->close(other);
}
