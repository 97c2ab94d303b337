/* SPDX-License-Identifier: MIT */
/* Device functions that need no other thread: bits, conversions, rounding, loads. */
#ifndef KM_EMULATOR_INTRINSICS_H
#define KM_EMULATOR_INTRINSICS_H

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <math.h>
#include <type_traits>

#include "tests/emulator/fault.h"

namespace km_emulator
{

/* ---- bits ---- */

inline int __popc(unsigned x)
{
    return std::popcount(x);
}
inline int __popcll(unsigned long long x)
{
    return std::popcount(x);
}
inline int __clz(int x)
{
    return std::countl_zero((unsigned)x);
}
inline int __clzll(long long x)
{
    return std::countl_zero((unsigned long long)x);
}
inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
inline int __ffsll(long long x)
{
    return __builtin_ffsll(x);
}
inline unsigned __brev(unsigned x)
{
    unsigned y = 0;
    for (int k = 0; k < 32; k++)
        y |= (x >> k & 1u) << (31 - k);
    return y;
}
inline unsigned long long __brevll(unsigned long long x)
{
    return (unsigned long long)__brev((unsigned)x) << 32 | __brev((unsigned)(x >> 32));
}
inline unsigned __umulhi(unsigned a, unsigned b)
{
    return (unsigned)((unsigned long long)a * b >> 32);
}
inline int __mulhi(int a, int b)
{
    return (int)((long long)a * b >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b)
{
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift)
{
    return (unsigned)(((unsigned long long)high << 32 | low) << (shift & 31) >> 32);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift)
{
    return (unsigned)(((unsigned long long)high << 32 | low) >> (shift & 31));
}
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned s)
{
    const unsigned long long bytes = (unsigned long long)y << 32 | x;
    unsigned r = 0;
    for (int k = 0; k < 4; k++)
        r |= (unsigned)(bytes >> (8 * (s >> (4 * k) & 7)) & 0xff) << (8 * k);
    return r;
}

#define KM_EMULATOR_BIT_CAST(name, from, to)                                                       \
    inline to name(from x)                                                                         \
    {                                                                                              \
        return std::bit_cast<to>(x);                                                               \
    }
KM_EMULATOR_BIT_CAST(__int_as_float, int, float)
KM_EMULATOR_BIT_CAST(__float_as_int, float, int)
KM_EMULATOR_BIT_CAST(__uint_as_float, unsigned, float)
KM_EMULATOR_BIT_CAST(__float_as_uint, float, unsigned)
KM_EMULATOR_BIT_CAST(__longlong_as_double, long long, double)
KM_EMULATOR_BIT_CAST(__double_as_longlong, double, long long)
#undef KM_EMULATOR_BIT_CAST
inline double __hiloint2double(int high, int low)
{
    return std::bit_cast<double>((unsigned long long)(unsigned)high << 32 | (unsigned)low);
}
inline int __double2hiint(double x)
{
    return (int)(std::bit_cast<unsigned long long>(x) >> 32);
}
inline int __double2loint(double x)
{
    return (int)std::bit_cast<unsigned long long>(x);
}

/* ---- numbers to integers: what does not fit becomes the nearest that does; NaN becomes 0 in 32
 * bits and the lowest number, as PTX says of cvt, in 64 ---- */

template <typename I, typename F> inline I saturated(F rounded)
{
    if (rounded != rounded)
        return sizeof(I) == 8 ? (I)((uint64_t)1 << 63) : I{0};
    if (rounded <= (F)std::numeric_limits<I>::min())
        return std::numeric_limits<I>::min();
    if (rounded >= (F)std::numeric_limits<I>::max())
        return std::numeric_limits<I>::max();
    return (I)rounded;
}
#define KM_EMULATOR_TO_INTEGER(prefix, F, name, I)                                                 \
    inline I prefix##2##name##_rn(F x)                                                             \
    {                                                                                              \
        return saturated<I>(std::nearbyint(x));                                                    \
    }                                                                                              \
    inline I prefix##2##name##_rd(F x)                                                             \
    {                                                                                              \
        return saturated<I>(std::floor(x));                                                        \
    }                                                                                              \
    inline I prefix##2##name##_ru(F x)                                                             \
    {                                                                                              \
        return saturated<I>(std::ceil(x));                                                         \
    }                                                                                              \
    inline I prefix##2##name##_rz(F x)                                                             \
    {                                                                                              \
        return saturated<I>(std::trunc(x));                                                        \
    }
KM_EMULATOR_TO_INTEGER(__float, float, int, int)
KM_EMULATOR_TO_INTEGER(__float, float, uint, unsigned)
KM_EMULATOR_TO_INTEGER(__float, float, ll, long long)
KM_EMULATOR_TO_INTEGER(__float, float, ull, unsigned long long)
KM_EMULATOR_TO_INTEGER(__double, double, int, int)
KM_EMULATOR_TO_INTEGER(__double, double, uint, unsigned)
KM_EMULATOR_TO_INTEGER(__double, double, ll, long long)
KM_EMULATOR_TO_INTEGER(__double, double, ull, unsigned long long)
#undef KM_EMULATOR_TO_INTEGER

/* ---- functions of one rounding, nearest ---- */

#define KM_EMULATOR_FUNCTION(name, result, arguments, expression)                                  \
    inline result name arguments                                                                   \
    {                                                                                              \
        return (result)(expression);                                                               \
    }
KM_EMULATOR_FUNCTION(__int2float_rn, float, (int x), x)
KM_EMULATOR_FUNCTION(__uint2float_rn, float, (unsigned x), x)
KM_EMULATOR_FUNCTION(__ll2float_rn, float, (long long x), x)
KM_EMULATOR_FUNCTION(__ull2float_rn, float, (unsigned long long x), x)
KM_EMULATOR_FUNCTION(__int2double_rn, double, (int x), x)
KM_EMULATOR_FUNCTION(__ll2double_rn, double, (long long x), x)
KM_EMULATOR_FUNCTION(__ull2double_rn, double, (unsigned long long x), x)
KM_EMULATOR_FUNCTION(__double2float_rn, float, (double x), x)
KM_EMULATOR_FUNCTION(__fadd_rn, float, (float a, float b), a + b)
KM_EMULATOR_FUNCTION(__fsub_rn, float, (float a, float b), a - b)
KM_EMULATOR_FUNCTION(__fmul_rn, float, (float a, float b), a *b)
KM_EMULATOR_FUNCTION(__fdiv_rn, float, (float a, float b), a / b)
KM_EMULATOR_FUNCTION(__fmaf_rn, float, (float a, float b, float c), fmaf(a, b, c))
KM_EMULATOR_FUNCTION(__frcp_rn, float, (float x), 1.0f / x)
KM_EMULATOR_FUNCTION(__fsqrt_rn, float, (float x), sqrtf(x))
KM_EMULATOR_FUNCTION(__dadd_rn, double, (double a, double b), a + b)
KM_EMULATOR_FUNCTION(__dsub_rn, double, (double a, double b), a - b)
KM_EMULATOR_FUNCTION(__dmul_rn, double, (double a, double b), a *b)
KM_EMULATOR_FUNCTION(__ddiv_rn, double, (double a, double b), a / b)
KM_EMULATOR_FUNCTION(__fma_rn, double, (double a, double b, double c), fma(a, b, c))
KM_EMULATOR_FUNCTION(__drcp_rn, double, (double x), 1.0 / x)
KM_EMULATOR_FUNCTION(__dsqrt_rn, double, (double x), ::sqrt(x))
KM_EMULATOR_FUNCTION(__frsqrt_rn, float, (float x), 1.0 / ::sqrt((double)x))
/* Estimates of the device: rounded to nearest here, so results agree to their stated error only. */
KM_EMULATOR_FUNCTION(rsqrtf, float, (float x), 1.0 / ::sqrt((double)x))
KM_EMULATOR_FUNCTION(rsqrt, double, (double x), 1.0 / ::sqrt(x))
KM_EMULATOR_FUNCTION(rcbrtf, float, (float x), 1.0 / ::cbrt((double)x))
KM_EMULATOR_FUNCTION(rcbrt, double, (double x), 1.0 / ::cbrt(x))
KM_EMULATOR_FUNCTION(__expf, float, (float x), expf(x))
KM_EMULATOR_FUNCTION(__exp10f, float, (float x), powf(10.0f, x))
KM_EMULATOR_FUNCTION(__logf, float, (float x), logf(x))
KM_EMULATOR_FUNCTION(__log2f, float, (float x), log2f(x))
KM_EMULATOR_FUNCTION(__powf, float, (float x, float y), powf(x, y))
KM_EMULATOR_FUNCTION(__sinf, float, (float x), sinf(x))
KM_EMULATOR_FUNCTION(__cosf, float, (float x), cosf(x))
KM_EMULATOR_FUNCTION(__fdividef, float, (float x, float y), x / y)
KM_EMULATOR_FUNCTION(fdividef, float, (float x, float y), x / y)
KM_EMULATOR_FUNCTION(__saturatef, float, (float x), x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f)
#undef KM_EMULATOR_FUNCTION
inline void __sincosf(float x, float *s, float *c)
{
    *s = sinf(x);
    *c = cosf(x);
}
inline void sincospif(float x, float *s, float *c)
{
    *s = (float)::sin(M_PI * (double)x);
    *c = (float)::cos(M_PI * (double)x);
}
inline void sincospi(double x, double *s, double *c)
{
    *s = ::sin(M_PI * x);
    *c = ::cos(M_PI * x);
}

/* ---- least and greatest of two numbers; of a number and NaN the number ---- */

template <typename A, typename B>
requires(std::is_arithmetic_v<A> &&std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> min(
    A a, B b)
{
    using T = std::common_type_t<A, B>;
    const T x = (T)a, y = (T)b;
    return y < x || x != x ? y : x;
}
template <typename A, typename B>
requires(std::is_arithmetic_v<A> &&std::is_arithmetic_v<B>) constexpr std::common_type_t<A, B> max(
    A a, B b)
{
    using T = std::common_type_t<A, B>;
    const T x = (T)a, y = (T)b;
    return x < y || x != x ? y : x;
}

/* ---- memory ---- */

#define KM_EMULATOR_LOAD(name)                                                                     \
    template <typename T> inline T name(const T *p)                                                \
    {                                                                                              \
        return *p;                                                                                 \
    }
KM_EMULATOR_LOAD(__ldg)
KM_EMULATOR_LOAD(__ldca)
KM_EMULATOR_LOAD(__ldcg)
KM_EMULATOR_LOAD(__ldcs)
#undef KM_EMULATOR_LOAD
#define KM_EMULATOR_STORE(name)                                                                    \
    template <typename T> inline void name(T *p, std::type_identity_t<T> value)                    \
    {                                                                                              \
        *p = value;                                                                                \
    }
KM_EMULATOR_STORE(__stcg)
KM_EMULATOR_STORE(__stcs)
KM_EMULATOR_STORE(__stwt)
#undef KM_EMULATOR_STORE
/* Threads change only where they wait: memory is always as it was last written. */
inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
[[noreturn]] inline void __trap()
{
    fault("__trap()");
}

} // namespace km_emulator

#endif
