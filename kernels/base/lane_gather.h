/* SPDX-License-Identifier: MIT */
/* Reading tables with vectors: whole numbers per lane, and a record of four numbers per lane. Only
 * for units compiled per instruction set (KM_LANES). */
#ifndef KM_BASE_LANE_GATHER_H
#define KM_BASE_LANE_GATHER_H

#include "kernels/base/lane.h"

typedef int32_t km_lane_int __attribute__((vector_size(KM_LANES * 4)));

KM_HD km_lane_int km_lane_int_load(const int *p)
{
    km_lane_int v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Keeps an array in memory: where lanes become addresses one by one, loads are faster than taking
 * vectors apart. */
KM_HD void km_lane_int_spill(km_lane_int v, int *out)
{
    memcpy(out, &v, sizeof v);
    __asm__("" : "+m"(*(int(*)[KM_LANES])out));
}

/* The record of lane k, offset[k] bytes behind base. */
KM_HD const km_real *km_lane_record(const void *base, const int *offset, int k)
{
    return (const km_real *)((uintptr_t)base + (unsigned)offset[k]);
}

/* Four numbers per lane: a site, half an interval of a table. */
KM_HD void km_lane_gather4(const void *base, const int *offset, km_lane out[4])
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    __m512 row[4];
    for (int k = 0; k < 4; k++) {
        row[k] = _mm512_castps128_ps512(_mm_load_ps(km_lane_record(base, offset, k)));
        row[k] = _mm512_insertf32x4(row[k], _mm_load_ps(km_lane_record(base, offset, k + 4)), 1);
        row[k] = _mm512_insertf32x4(row[k], _mm_load_ps(km_lane_record(base, offset, k + 8)), 2);
        row[k] = _mm512_insertf32x4(row[k], _mm_load_ps(km_lane_record(base, offset, k + 12)), 3);
    }
    const __m512d a = (__m512d)_mm512_unpacklo_ps(row[0], row[1]),
                  b = (__m512d)_mm512_unpackhi_ps(row[0], row[1]),
                  c = (__m512d)_mm512_unpacklo_ps(row[2], row[3]),
                  d = (__m512d)_mm512_unpackhi_ps(row[2], row[3]);
    out[0] = (km_lane)_mm512_unpacklo_pd(a, c);
    out[1] = (km_lane)_mm512_unpackhi_pd(a, c);
    out[2] = (km_lane)_mm512_unpacklo_pd(b, d);
    out[3] = (km_lane)_mm512_unpackhi_pd(b, d);
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    __m256 row[4];
    for (int k = 0; k < 4; k++)
        row[k] = _mm256_insertf128_ps(
            _mm256_castps128_ps256(_mm_load_ps(km_lane_record(base, offset, k))),
            _mm_load_ps(km_lane_record(base, offset, k + 4)), 1);
    const __m256d a = (__m256d)_mm256_unpacklo_ps(row[0], row[1]),
                  b = (__m256d)_mm256_unpackhi_ps(row[0], row[1]),
                  c = (__m256d)_mm256_unpacklo_ps(row[2], row[3]),
                  d = (__m256d)_mm256_unpackhi_ps(row[2], row[3]);
    out[0] = (km_lane)_mm256_unpacklo_pd(a, c);
    out[1] = (km_lane)_mm256_unpackhi_pd(a, c);
    out[2] = (km_lane)_mm256_unpacklo_pd(b, d);
    out[3] = (km_lane)_mm256_unpackhi_pd(b, d);
#else
    km_real turned[4][KM_LANES] = {{0}};
    for (int k = 0; k < KM_LANES; k++)
        for (int c = 0; c < 4; c++)
            turned[c][k] = km_lane_record(base, offset, k)[c];
    for (int c = 0; c < 4; c++)
        out[c] = km_lane_load(turned[c]);
#endif
}

/* The larger of both, b where a is not a number. */
KM_HD km_lane km_lane_max(km_lane a, km_lane b)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_max_ps((__m256)a, (__m256)b);
#else
    for (int k = 0; k < KM_LANES; k++)
        a[k] = a[k] > b[k] ? a[k] : b[k];
    return a;
#endif
}
KM_HD km_lane km_lane_min(km_lane a, km_lane b)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX__) && KM_LANES == 8 && !defined(KM_DOUBLE)
    return (km_lane)_mm256_min_ps((__m256)a, (__m256)b);
#else
    for (int k = 0; k < KM_LANES; k++)
        a[k] = a[k] < b[k] ? a[k] : b[k];
    return a;
#endif
}

/* Whole part, towards zero. */
KM_HD km_lane_int km_lane_whole(km_lane x)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane_int)_mm512_cvttps_epi32((__m512)x);
#else
    return __builtin_convertvector(x, km_lane_int);
#endif
}

KM_HD km_lane km_lane_of_whole(km_lane_int x)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return (km_lane)_mm512_cvtepi32_ps((__m512i)x);
#else
    return __builtin_convertvector(x, km_lane);
#endif
}

#endif
