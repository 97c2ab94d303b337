/* SPDX-License-Identifier: MIT */
/* The emulator's dice: every order that CUDA leaves open is drawn from here. */
#ifndef KM_EMULATOR_RANDOM_H
#define KM_EMULATOR_RANDOM_H

#include <cstdint>

namespace km_emulator
{

/* Never 0. Starts from KM_EMULATOR_SEED, 1 where that is not set. */
extern uint64_t random_state;

/* 32 random bits: xorshift64*, Vigna, doi:10.1145/2845077. */
inline uint32_t random_bits()
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545F4914F6CDD1Dull) >> 32);
}

/* Uniform in 0 .. n - 1. */
inline uint32_t random_below(uint32_t n)
{
    return (uint32_t)(((uint64_t)random_bits() * n) >> 32);
}

/* What memory holds before it is written: not a number as float and as double, a wild index as
 * integer; its low half changes from draw to draw, so that a result made from it changes too. */
inline uint32_t random_poison()
{
    return 0x7ff40000u | (random_bits() & 0xffffu);
}

} // namespace km_emulator

#endif
