/* SPDX-License-Identifier: MIT */
/* The shared memory of the block that runs. */
#ifndef KM_EMULATOR_SHARED_MEMORY_H
#define KM_EMULATOR_SHARED_MEMORY_H

#include <cstddef>

namespace km_emulator
{

/* Of the blocks that follow: dynamic shared memory of exactly that many bytes. */
void shared_memory_begin(size_t dynamic_bytes);
/* Before each block: nothing in it is initialised. */
void shared_memory_poison();
/* After each block: what did it write, and was that within bounds. */
void shared_memory_check();
void shared_memory_end();

} // namespace km_emulator

#endif
