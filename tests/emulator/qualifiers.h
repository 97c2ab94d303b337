/* SPDX-License-Identifier: MIT */
/* CUDA C++ words for the C++ compiler, and the types every kernel knows. */
#ifndef KM_EMULATOR_QUALIFIERS_H
#define KM_EMULATOR_QUALIFIERS_H

/* __noinline__ is a word of the standard headers, too: they come first. */
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
/* One block runs at a time, so one copy serves all. `noinit` puts it into a section of its own,
 * which shared_memory.cpp fills before each block; `section` would be forgotten in templates. */
#define __shared__ static __attribute__((noinit))
/* Shared memory whose size the launch gives. */
#define KM_SHARED(type, name) type *name = (type *)km_emulator::dynamic_shared_memory()

namespace km_emulator
{

#define KM_EMULATOR_VECTORS(scalar, name, align2, align4)                                          \
    struct name##1                                                                                 \
    {                                                                                              \
        scalar x;                                                                                  \
    };                                                                                             \
    struct alignas(align2) name##2                                                                 \
    {                                                                                              \
        scalar x, y;                                                                               \
    };                                                                                             \
    struct name##3                                                                                 \
    {                                                                                              \
        scalar x, y, z;                                                                            \
    };                                                                                             \
    struct alignas(align4) name##4                                                                 \
    {                                                                                              \
        scalar x, y, z, w;                                                                         \
    };                                                                                             \
    inline name##2 make_##name##2(scalar x, scalar y)                                              \
    {                                                                                              \
        return {x, y};                                                                             \
    }                                                                                              \
    inline name##3 make_##name##3(scalar x, scalar y, scalar z)                                    \
    {                                                                                              \
        return {x, y, z};                                                                          \
    }                                                                                              \
    inline name##4 make_##name##4(scalar x, scalar y, scalar z, scalar w)                          \
    {                                                                                              \
        return {x, y, z, w};                                                                       \
    }
/* scalar, name, alignment in bytes of the vectors of two and four (cuda vector_types.h) */
KM_EMULATOR_VECTORS(signed char, char, 2, 4)
KM_EMULATOR_VECTORS(unsigned char, uchar, 2, 4)
KM_EMULATOR_VECTORS(short, short, 4, 8)
KM_EMULATOR_VECTORS(unsigned short, ushort, 4, 8)
KM_EMULATOR_VECTORS(int, int, 8, 16)
KM_EMULATOR_VECTORS(unsigned, uint, 8, 16)
KM_EMULATOR_VECTORS(long long, longlong, 16, 16)
KM_EMULATOR_VECTORS(unsigned long long, ulonglong, 16, 16)
KM_EMULATOR_VECTORS(float, float, 8, 16)
KM_EMULATOR_VECTORS(double, double, 16, 16)
#undef KM_EMULATOR_VECTORS

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned nx = 1, unsigned ny = 1, unsigned nz = 1) : x(nx), y(ny), z(nz) {}
    constexpr dim3(uint3 n) : x(n.x), y(n.y), z(n.z) {}
};

/* Of the thread that runs now. */
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
inline constexpr int warpSize = 32;

/* The block's shared memory of the size given at the launch. */
unsigned char *dynamic_shared_memory();

} // namespace km_emulator

#endif
