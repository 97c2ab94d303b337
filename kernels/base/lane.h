/* SPDX-License-Identifier: MIT */
/* The number of the pair loops: as wide as the machine is at that place.
 *
 * km_lane is one km_real in scalar code and in a GPU thread. A translation unit that defines
 * KM_LANES before including this gets a vector of that many km_real; the physics headers are
 * written in km_lane and so serve all. KM_LANES is a power of two of at most 16, and such a unit is
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
/* AVX-512 has registers of one bit per lane for masks; elsewhere all bits of an element are set, or
 * none. */
#if defined(__AVX512F__)
#define KM_LANE_BITMASK
typedef uint16_t km_lane_mask;
#else
typedef km_lane_element km_lane_mask __attribute__((vector_size(KM_LANES * sizeof(km_real))));
#endif

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
/* The low half of the lanes from one place, the high half from another. */
KM_HD km_lane km_lane_load_halves(const km_real *low, const km_real *high)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane)_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(low)),
                                       _mm256_loadu_ps(high), 1);
#else
    km_lane v;
    memcpy(&v, low, sizeof v / 2);
    memcpy((char *)&v + sizeof v / 2, high, sizeof v / 2);
    return v;
#endif
}
KM_HD void km_lane_store_halves(km_real *low, km_real *high, km_lane v)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    _mm256_storeu_ps(low, _mm512_castps512_ps256((__m512)v));
    _mm256_storeu_ps(high, _mm512_extractf32x8_ps((__m512)v, 1));
#else
    memcpy(low, &v, sizeof v / 2);
    memcpy(high, (const char *)&v + sizeof v / 2, sizeof v / 2);
#endif
}
KM_HD km_lane_mask km_lane_less(km_lane a, km_lane b)
{
#if defined(KM_LANE_BITMASK) && defined(KM_DOUBLE)
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
#elif defined(KM_LANE_BITMASK)
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
#else
    return a < b;
#endif
}
/* a b + c, in one rounding where the instruction set has it. */
KM_HD km_lane km_lane_multiply_add(km_lane a, km_lane b, km_lane c)
{
#if defined(__AVX512F__) && defined(KM_DOUBLE)
    return (km_lane)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__AVX512F__)
    return (km_lane)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
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
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return km_lane_multiply_add(-a, b, c);
#endif
}
/* v where the mask is set, +0 elsewhere, whatever v holds there. */
KM_HD km_lane km_lane_keep(km_lane_mask mask, km_lane v)
{
#if defined(KM_LANE_BITMASK) && defined(KM_DOUBLE)
    return (km_lane)_mm512_maskz_mov_pd((__mmask8)mask, (__m512d)v);
#elif defined(KM_LANE_BITMASK)
    return (km_lane)_mm512_maskz_mov_ps(mask, (__m512)v);
#else
    return (km_lane)((km_lane_mask)v & mask);
#endif
}
/* Sum over the lanes, as a tree of fixed shape. */
KM_HD km_real km_lane_sum(km_lane v)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    const __m256 eight =
        _mm256_add_ps(_mm512_castps512_ps256((__m512)v), _mm512_extractf32x8_ps((__m512)v, 1));
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    const __m256 eight = (__m256)v;
#endif
#if defined(__AVX__) && !defined(KM_DOUBLE)
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
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
#if defined(KM_LANE_BITMASK)
    return mask;
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
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
/* The mask with these bits, lane 0 lowest; bits beyond the lanes do not count. */
KM_HD km_lane_mask km_lane_mask_of(unsigned bits)
{
#if defined(KM_LANE_BITMASK)
    return (km_lane_mask)(bits & ((1u << KM_LANES) - 1));
#else
    km_lane_mask bit;
    for (int k = 0; k < KM_LANES; k++)
        bit[k] = (km_lane_element)(1u << k);
    return (bit & (km_lane_element)bits) != 0;
#endif
}
/* Square root, correctly rounded. */
KM_HD km_lane km_lane_sqrt(km_lane x)
{
#if defined(__AVX512F__) && defined(KM_DOUBLE)
    return (km_lane)_mm512_sqrt_pd((__m512d)x);
#elif defined(__AVX512F__)
    return (km_lane)_mm512_sqrt_ps((__m512)x);
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
/* 1/x and 1/sqrt(x). In float with AVX-512 an estimate of 14 bits and one Newton step give
 * 1/sqrt(x) to 2e-7; elsewhere a division and a root cost no more and are correctly rounded. */
KM_HD void km_lane_inverse(km_lane x, km_lane *inverse, km_lane *inverse_sqrt)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    const km_lane y = (km_lane)_mm512_rsqrt14_ps((__m512)x);
    const km_lane error = km_lane_sub_multiply(km_lane_all(KM_R(1.0)), x * y, y);
    *inverse_sqrt = km_lane_multiply_add(KM_R(0.5) * y, error, y);
    *inverse = *inverse_sqrt * *inverse_sqrt;
#else
    *inverse = KM_R(1.0) / x;
    *inverse_sqrt = km_lane_sqrt(*inverse);
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
