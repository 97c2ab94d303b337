/* SPDX-License-Identifier: MIT */
/* Launching a kernel: KM_LAUNCH of kernels/base/cuda.cuh comes here. */
#ifndef KM_EMULATOR_LAUNCH_H
#define KM_EMULATOR_LAUNCH_H

#include "tests/emulator/runtime_api.h"

namespace km_emulator
{

struct kernel_launch {
    const char *name;
    const void *function; /* who it is                          */
    dim3 grid, block;
    size_t shared; /* bytes of dynamic shared memory            */
    std::function<void()> thread;
};

/* Queues a kernel in a stream, after a look at its shape. */
cudaError_t launch_queue(kernel_launch &&launch, cudaStream_t stream);
/* A pointer given to a kernel must be one of the device's; `index` counts from 1. */
void launch_check_pointer(const char *name, int index, const void *pointer);

/* kernel<<<grid, block, shared, stream>>>(arguments...): these are converted and copied now. */
template <typename... P>
cudaError_t launch(const char *name, dim3 grid, dim3 block, size_t shared, cudaStream_t stream,
                   void (*kernel)(P...), std::type_identity_t<P>... arguments)
{
    int index = 0;
    const auto check = [&](const auto &argument) {
        index++;
        if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(argument)>>)
            launch_check_pointer(name, index, (const void *)argument);
    };
    (check(arguments), ...);
    return launch_queue(
        {name, (const void *)kernel, grid, block, shared,
         [kernel, copies = std::tuple<P...>(arguments...)] { std::apply(kernel, copies); }},
        stream);
}

} // namespace km_emulator

#endif
