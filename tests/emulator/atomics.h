/* SPDX-License-Identifier: MIT */
/* Atomic operations: threads change only where they wait, so each is a plain read and write. Their
 * order is that of the threads, which is drawn. Types are those that CUDA has. */
#ifndef KM_EMULATOR_ATOMICS_H
#define KM_EMULATOR_ATOMICS_H

namespace km_emulator
{

#define KM_EMULATOR_ATOMIC(name, T, expression)                                                    \
    inline T name(T *address, T value)                                                             \
    {                                                                                              \
        const T old = *address;                                                                    \
        *address = (T)(expression);                                                                \
        return old;                                                                                \
    }
KM_EMULATOR_ATOMIC(atomicAdd, int, (unsigned)old + (unsigned)value)
KM_EMULATOR_ATOMIC(atomicAdd, unsigned, old + value)
KM_EMULATOR_ATOMIC(atomicAdd, unsigned long long, old + value)
KM_EMULATOR_ATOMIC(atomicAdd, float, old + value)
KM_EMULATOR_ATOMIC(atomicAdd, double, old + value)
KM_EMULATOR_ATOMIC(atomicSub, int, (unsigned)old - (unsigned)value)
KM_EMULATOR_ATOMIC(atomicSub, unsigned, old - value)
KM_EMULATOR_ATOMIC(atomicInc, unsigned, old >= value ? 0u : old + 1u)
KM_EMULATOR_ATOMIC(atomicDec, unsigned, old == 0u || old > value ? value : old - 1u)
#define KM_EMULATOR_ATOMICS_OF_INTEGERS(T)                                                         \
    KM_EMULATOR_ATOMIC(atomicMin, T, value < old ? value : old)                                    \
    KM_EMULATOR_ATOMIC(atomicMax, T, value > old ? value : old)                                    \
    KM_EMULATOR_ATOMIC(atomicExch, T, value)
#define KM_EMULATOR_ATOMICS_OF_BITS(T)                                                             \
    KM_EMULATOR_ATOMIC(atomicAnd, T, old &value)                                                   \
    KM_EMULATOR_ATOMIC(atomicOr, T, old | value)                                                   \
    KM_EMULATOR_ATOMIC(atomicXor, T, old ^ value)                                                  \
    inline T atomicCAS(T *address, T expected, T value)                                            \
    {                                                                                              \
        const T old = *address;                                                                    \
        if (old == expected)                                                                       \
            *address = value;                                                                      \
        return old;                                                                                \
    }
KM_EMULATOR_ATOMICS_OF_INTEGERS(int)
KM_EMULATOR_ATOMICS_OF_INTEGERS(unsigned)
KM_EMULATOR_ATOMICS_OF_INTEGERS(unsigned long long)
KM_EMULATOR_ATOMIC(atomicMin, long long, value < old ? value : old)
KM_EMULATOR_ATOMIC(atomicMax, long long, value > old ? value : old)
KM_EMULATOR_ATOMIC(atomicExch, float, value)
KM_EMULATOR_ATOMICS_OF_BITS(int)
KM_EMULATOR_ATOMICS_OF_BITS(unsigned)
KM_EMULATOR_ATOMICS_OF_BITS(unsigned long long)
#undef KM_EMULATOR_ATOMICS_OF_BITS
#undef KM_EMULATOR_ATOMICS_OF_INTEGERS
#undef KM_EMULATOR_ATOMIC

} // namespace km_emulator

#endif
