/* SPDX-License-Identifier: MIT */
#include "tests/emulator/fibre.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/emulator/fault.h"

namespace km_emulator
{

namespace context = boost::context::detail;

#if defined(__SANITIZE_ADDRESS__)
static const size_t STACK_BYTES = 512 * 1024; /* red zones and no sharing of slots */
#else
static const size_t STACK_BYTES = 128 * 1024;
#endif

static fibre *free_list;
static unsigned n_fibres;
static void (*fibre_body)();

static void enter(context::transfer_t back)
{
    fibre *last = (fibre *)back.data;
    last->context = back.fctx;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &last->stack, &last->stack_size);
#endif
    fibre_body();
    fault("a fibre has come to its end");
}

static fibre *fibre_new()
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(nullptr, STACK_BYTES + 2 * page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0)
        fault("no memory for the stack of a thread");
    /* Stacks that began at the same place in their page would meet in the same few sets of the
     * cache: each begins some lines further, and its fibre lies above it. */
    const size_t shift = (n_fibres++ * 11 * 64) % page;
    uint8_t *top = (uint8_t *)memory + page + STACK_BYTES + page - shift - 128;
    top -= (uintptr_t)top % 64;
    fibre *f = (fibre *)top;
    f->stack = (uint8_t *)memory + page;
    f->stack_size = (size_t)(top - (const uint8_t *)f->stack);
    f->context = context::make_fcontext(top, f->stack_size, enter);
    f->shadow = nullptr;
    f->next_free = nullptr;
    return f;
}

fibre *fibre_take(void (*body)())
{
    fibre_body = body;
    fibre *f = free_list;
    if (f == nullptr)
        return fibre_new();
    free_list = f->next_free;
    return f;
}

void fibre_give_back(fibre *f)
{
    f->next_free = free_list;
    free_list = f;
}

} // namespace km_emulator
