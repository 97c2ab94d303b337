/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "host/command/command.h"
#include "kernels/base/real.h"

km_status km_command_info(int argc, char **argv)
{
    km_options options;
    const km_backend *backend;
    km_device *device = NULL;
    char folder[2048], line[1024];
    KM_TRY(km_options_parse(argc, argv, "device threads", &options));
    KM_TRY(km_device_open(&options, &backend, &device));
    printf("kalium %s\n", KM_VERSION);
    printf("precision  %s (pair arithmetic; state in double, sums in 64-bit fixed point)\n",
           KM_PRECISION_NAME);
    printf("compiler   %s\n", __VERSION__);
    km_device_line(&options, backend, device, line, sizeof line);
    printf("toolkit    CUDA %s\n", km_device_toolkit());
    printf("backend    %s\n", backend->name);
    printf("device     %s\n", line);
    backend->close(device);
    if (km_data_folder("systems", folder, sizeof folder) == KM_OK)
        printf("systems    %s\n", folder);
    if (km_data_folder("forcefields", folder, sizeof folder) == KM_OK)
        printf("force fields %s\n", folder);
    return KM_OK;
}
