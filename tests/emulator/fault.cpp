/* SPDX-License-Identifier: MIT */
#include "tests/emulator/fault.h"

#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "tests/emulator/block.h"
#include "tests/emulator/launch.h"

namespace km_emulator
{

/* Names of kernels come in the parentheses of KM_LAUNCH((kernel<A, B>), ...). */
void place_text(char *text, size_t size)
{
    text[0] = '\0';
    if (block.kernel != nullptr)
        snprintf(text, size, "kernel %s, block (%u,%u,%u), thread (%u,%u,%u), lane %d of warp %d: ",
                 block.kernel, blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y,
                 threadIdx.z, block.lane, block.warp);
}

void fault(const char *format, ...)
{
    char place[512];
    place_text(place, sizeof place);
    fflush(stdout);
    fprintf(stderr, "emulated CUDA: %s", place);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    fflush(stderr);
    abort();
}

static void report(int signal_number)
{
    fault("%s: an access far out of bounds, or more stack than a thread has",
          signal_number == SIGSEGV ? "segmentation fault" : "bus error");
}

void fault_watch(bool on)
{
    static unsigned char stack[64 * 1024];
    static struct sigaction before[2];
    if (on) {
        const stack_t s = {.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
        struct sigaction action = {};
        action.sa_handler = report;
        action.sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
        sigaltstack(&s, nullptr);
        sigaction(SIGSEGV, &action, &before[0]);
        sigaction(SIGBUS, &action, &before[1]);
    } else {
        sigaction(SIGSEGV, &before[0], nullptr);
        sigaction(SIGBUS, &before[1], nullptr);
    }
}

} // namespace km_emulator

#if defined(__SANITIZE_ADDRESS__)
/* Called by the sanitizer before its report. */
extern "C" void __asan_on_error()
{
    char place[512];
    km_emulator::place_text(place, sizeof place);
    if (place[0] != '\0')
        fprintf(stderr, "emulated CUDA: %sbad access, see below\n", place);
}
#endif
