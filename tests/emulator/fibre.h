/* SPDX-License-Identifier: MIT */
/* Fibres: stacks between which the processor goes to and fro, by Boost.Context.
 *
 * A fibre runs threads of a block one after another. A thread that waits keeps its fibre; the fibre
 * of a thread that has ended takes the next. Stacks are kept for ever and end in a page that
 * nothing may touch. */
#ifndef KM_EMULATOR_FIBRE_H
#define KM_EMULATOR_FIBRE_H

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace km_emulator
{

struct fibre {
    boost::context::detail::fcontext_t context; /* where it goes on                */
    fibre *next_free;                           /* list of those without a thread  */
    const void *stack;                          /* lowest address                  */
    size_t stack_size;                          /* bytes                           */
    void *shadow;                               /* what AddressSanitizer keeps     */
};

/* A fibre without a thread: one used before, or a new one that will start in `body`, which never
 * returns. */
fibre *fibre_take(void (*body)());
void fibre_give_back(fibre *f);

/* Leaves `from` (the fibre, or the host's stack, that runs now) and goes on in `to`; returns when
 * somebody goes back to `from`. */
inline void fibre_switch(fibre *from, fibre *to)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&from->shadow, to->stack, to->stack_size);
#endif
    /* whoever wakes up writes down where the other one stopped */
    const auto back = boost::context::detail::jump_fcontext(to->context, from);
    ((fibre *)back.data)->context = back.fctx;
#if defined(__SANITIZE_ADDRESS__)
    fibre *last = (fibre *)back.data;
    __sanitizer_finish_switch_fiber(from->shadow, &last->stack, &last->stack_size);
#endif
}

} // namespace km_emulator

#endif
