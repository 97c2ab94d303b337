/* SPDX-License-Identifier: MIT */
/* The number of the pair loops: as wide as the machine is at that place.
 *
 * km_lane is one km_real in scalar code and in a GPU thread. A translation unit that defines
 * KM_LANES before including this gets a vector of that many km_real; the physics headers are
 * written in km_lane and so serve all. KM_LANES is a power of two of at most 8, and such a unit is
 * compiled with the matching instruction set (kernels/CMakeLists.txt). */
#ifndef KM_BASE_LANE_H
#define KM_BASE_LANE_H

#include "kernels/base/real.h"

#ifdef KM_LANES

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#ifdef KM_DOUBLE
typedef int64_t km_lane_element;
#else
typedef int32_t km_lane_element;
#endif
typedef km_real km_lane __attribute__((vector_size(KM_LANES * sizeof(km_real))));
/* All bits of an element set, or none. */
typedef km_lane_element km_lane_mask __attribute__((vector_size(KM_LANES * sizeof(km_real))));

KM_HD km_lane km_lane_all(km_real x)
{
    return x - (km_lane){0}; /* a broadcast */
}
KM_HD km_lane km_lane_load(const km_real *p)
{
    km_lane v;
    memcpy(&v, p, sizeof v);
    return v;
}
KM_HD void km_lane_store(km_real *p, km_lane v)
{
    memcpy(p, &v, sizeof v);
}
KM_HD km_lane_mask km_lane_less(km_lane a, km_lane b)
{
    return a < b;
}
/* a b + c, in one rounding where the instruction set has it. */
KM_HD km_lane km_lane_multiply_add(km_lane a, km_lane b, km_lane c)
{
#if defined(__AVX512F__) && KM_LANES == 8 && defined(KM_DOUBLE)
    return (km_lane)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__FMA__) && KM_LANES == 4 && defined(KM_DOUBLE)
    return (km_lane)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
    return a * b + c;
#endif
}
/* a b - c and c - a b, alike. */
KM_HD km_lane km_lane_multiply_sub(km_lane a, km_lane b, km_lane c)
{
    return km_lane_multiply_add(a, b, -c);
}
KM_HD km_lane km_lane_sub_multiply(km_lane c, km_lane a, km_lane b)
{
#if defined(__FMA__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return km_lane_multiply_add(-a, b, c);
#endif
}
/* v where the mask is set, +0 elsewhere, whatever v holds there. */
KM_HD km_lane km_lane_keep(km_lane_mask mask, km_lane v)
{
    return (km_lane)((km_lane_mask)v & mask);
}
/* Sum over the lanes, as a tree of fixed shape. */
KM_HD km_real km_lane_sum(km_lane v)
{
#if defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    const __m128 four =
        _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
#else
    km_real part[KM_LANES];
    memcpy(part, &v, sizeof v);
    for (int width = KM_LANES / 2; width > 0; width /= 2)
        for (int k = 0; k < width; k++)
            part[k] += part[k + width];
    return part[0];
#endif
}
/* One bit per lane, lane 0 lowest. */
KM_HD unsigned km_lane_bits(km_lane_mask mask)
{
#if defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (unsigned)_mm256_movemask_ps((__m256)mask);
#elif defined(__AVX__) && KM_LANES == 4 && defined(KM_DOUBLE)
    return (unsigned)_mm256_movemask_pd((__m256d)mask);
#elif defined(__SSE2__) && KM_LANES == 4 && !defined(KM_DOUBLE)
    return (unsigned)_mm_movemask_ps((__m128)mask);
#else
    unsigned bits = 0;
    for (int k = 0; k < KM_LANES; k++)
        bits |= (unsigned)(mask[k] != 0) << k;
    return bits;
#endif
}
/* Square root, correctly rounded: 1/sqrt(x) from a division and a root costs what the estimate and
 * a Newton step cost, and gives the same bits on processors of all makers. */
KM_HD km_lane km_lane_sqrt(km_lane x)
{
#if defined(__AVX512F__) && KM_LANES == 8 && defined(KM_DOUBLE)
    return (km_lane)_mm512_sqrt_pd((__m512d)x);
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_sqrt_ps((__m256)x);
#elif defined(__AVX__) && KM_LANES == 4 && defined(KM_DOUBLE)
    return (km_lane)_mm256_sqrt_pd((__m256d)x);
#elif defined(__SSE2__) && KM_LANES == 4 && !defined(KM_DOUBLE)
    return (km_lane)_mm_sqrt_ps((__m128)x);
#elif defined(__SSE2__) && KM_LANES == 2 && defined(KM_DOUBLE)
    return (km_lane)_mm_sqrt_pd((__m128d)x);
#else
    km_lane y;
    for (int k = 0; k < KM_LANES; k++)
        y[k] = km_sqrt(x[k]);
    return y;
#endif
}

#else

typedef km_real km_lane;
typedef bool km_lane_mask;

KM_HD km_lane km_lane_all(km_real x)
{
    return x;
}
KM_HD km_lane_mask km_lane_less(km_lane a, km_lane b)
{
    return a < b;
}
KM_HD km_lane km_lane_keep(km_lane_mask mask, km_lane v)
{
    return mask ? v : KM_R(0.0);
}
KM_HD km_lane km_lane_multiply_add(km_lane a, km_lane b, km_lane c)
{
#if defined(__CUDA_ARCH__)
    return fma(a, b, c);
#else
    return a * b + c;
#endif
}
KM_HD km_lane km_lane_multiply_sub(km_lane a, km_lane b, km_lane c)
{
    return km_lane_multiply_add(a, b, -c);
}
KM_HD km_lane km_lane_sub_multiply(km_lane c, km_lane a, km_lane b)
{
    return km_lane_multiply_add(-a, b, c);
}
KM_HD km_lane km_lane_sqrt(km_lane x)
{
    return km_sqrt(x);
}

#endif
#endif
