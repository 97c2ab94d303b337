/* SPDX-License-Identifier: MIT */
/* The emulated CUDA runtime of the tests: found instead of NVIDIA's where a .cu file is compiled by
 * the C++ compiler (tests/emulator/CMakeLists.txt).
 *
 * It serves correctness. Threads are fibres of one host thread (block.h); the order of blocks,
 * warps, lanes and of what streams do is drawn from a seed (random.h), so what depends on an order
 * that CUDA leaves open changes with the seed, or is a fault with a message at once (fault.h).
 * All names are C++ names of the namespace km_emulator: the real runtime can be linked beside it.
 */
#ifndef KM_EMULATOR_CUDA_RUNTIME_H
#define KM_EMULATOR_CUDA_RUNTIME_H

#include "tests/emulator/atomics.h"
#include "tests/emulator/intrinsics.h"
#include "tests/emulator/launch.h"
#include "tests/emulator/qualifiers.h"
#include "tests/emulator/runtime_api.h"
#include "tests/emulator/warp.h"

using namespace km_emulator;

#endif
