/* SPDX-License-Identifier: MIT */
/* What the loops of the metal need of vectors beyond base/lane_gather.h: integer differences, and
 * sums of integers. Only for units compiled per instruction set. */
#ifndef KM_EAM_LANE_H
#define KM_EAM_LANE_H

#include "kernels/base/lane_gather.h"
#include "kernels/eam/fraction.h"

#ifdef KM_DOUBLE
typedef double km_lane_fraction __attribute__((vector_size(KM_LANES * 8)));
#else
typedef km_lane_int km_lane_fraction;
#endif

/* a - b of the nearest images, in KM_FRACTION_UNIT. */
KM_HD km_lane km_lane_fraction_difference(km_lane_fraction a, km_lane_fraction b)
{
#ifdef KM_DOUBLE
    km_lane d = a - b;
    for (int k = 0; k < KM_LANES; k++)
        d[k] -= rint(d[k]);
    return d;
#elif defined(__AVX512F__)
    return (km_lane)_mm512_cvtepi32_ps(_mm512_sub_epi32((__m512i)a, (__m512i)b));
#else
    typedef uint32_t lane_unsigned __attribute__((vector_size(KM_LANES * 4)));
    return __builtin_convertvector((km_lane_int)((lane_unsigned)a - (lane_unsigned)b), km_lane);
#endif
}

/* Lanes whose neighbour is another atom. */
KM_HD km_lane_mask km_lane_differ(km_lane_int a, km_lane_int b)
{
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
    return _mm512_cmpneq_epi32_mask((__m512i)a, (__m512i)b);
#else
    unsigned bits = 0;
    for (int k = 0; k < KM_LANES; k++)
        bits |= (unsigned)(a[k] != b[k]) << k;
    return km_lane_mask_of(bits);
#endif
}

/* A sum per lane of what is first rounded to whole numbers: adding 1.5 2^52 to x, below 2^51,
 * leaves that number in the low bits. Each of the n numbers that were added left those of 1.5 2^52,
 * too. */
#define KM_SUM_MAGIC 0x1.8p52

#if defined(__AVX512F__) && !defined(KM_DOUBLE)
enum { KM_SUM_LANES = 8 };
#elif defined(__AVX2__) && !defined(KM_DOUBLE)
enum { KM_SUM_LANES = 4 };
#else
enum { KM_SUM_LANES = KM_LANES };
#endif
typedef double km_sum_double __attribute__((vector_size(KM_SUM_LANES * 8)));
typedef int64_t km_sum_integer __attribute__((vector_size(KM_SUM_LANES * 8)));

typedef struct km_lane_fixed {
    km_sum_integer part[KM_LANES / KM_SUM_LANES];
} km_lane_fixed;

KM_HD void km_lane_fixed_add(km_lane_fixed *sum, km_lane x)
{
    const km_sum_double magic = KM_SUM_MAGIC + (km_sum_double){0};
    for (int h = 0; h < KM_LANES / KM_SUM_LANES; h++) {
        km_sum_double v;
#if defined(__AVX512F__) && !defined(KM_DOUBLE)
        v = (km_sum_double)_mm512_cvtps_pd(h == 0 ? _mm512_castps512_ps256((__m512)x)
                                                  : _mm512_extractf32x8_ps((__m512)x, 1));
#elif defined(__AVX2__) && !defined(KM_DOUBLE)
        v = (km_sum_double)_mm256_cvtps_pd(h == 0 ? _mm256_castps256_ps128((__m256)x)
                                                  : _mm256_extractf128_ps((__m256)x, 1));
#else
        double wide[KM_SUM_LANES] = {0};
        for (int k = 0; k < KM_SUM_LANES; k++)
            wide[k] = (double)x[h * KM_SUM_LANES + k];
        memcpy(&v, wide, sizeof v);
#endif
        sum->part[h] += (km_sum_integer)(v + magic);
    }
}

/* The sum of lane k, of n numbers. */
KM_HD int64_t km_lane_fixed_sum(const km_lane_fixed *sum, int k, int n)
{
    const union {
        double number;
        uint64_t bits;
    } magic = {KM_SUM_MAGIC};
    const uint64_t all = (uint64_t)sum->part[k / KM_SUM_LANES][k % KM_SUM_LANES];
    return (int64_t)(all - (uint64_t)n * magic.bits);
}

#endif
