/* SPDX-License-Identifier: MIT */
/* The number type of pair arithmetic, and the marks that let one inline function serve gcc and
 * nvcc.
 *
 * State (positions, velocities) is double. Pair arithmetic is km_real: float ("mixed", the default)
 * or double (-DKM_DOUBLE, the reference build). Sums go to fixed point (fixed.h). */
#ifndef KM_BASE_REAL_H
#define KM_BASE_REAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __CUDACC__
#define KM_HD static __host__ __device__ __forceinline__
#define KM_RESTRICT __restrict__
#else
#define KM_HD static inline __attribute__((always_inline, unused))
#ifdef __cplusplus
#define KM_RESTRICT __restrict__
#else
#define KM_RESTRICT restrict
#endif
#endif

/* Before a loop of constant length whose arrays must stay in registers on the device. */
#ifdef __CUDA_ARCH__
#define KM_DEVICE_UNROLL _Pragma("unroll")
#else
#define KM_DEVICE_UNROLL
#endif

#ifdef KM_DOUBLE
typedef double km_real;
#define KM_PRECISION_NAME "double"
#else
typedef float km_real;
#define KM_PRECISION_NAME "mixed"
#endif

/* A constant in the precision of pair arithmetic: KM_R(0.5). */
#define KM_R(x) ((km_real)(x))

/* Four numbers that a GPU thread reads at once. */
typedef struct __attribute__((aligned(4 * sizeof(km_real)))) km_real4 {
    km_real x, y, z, w;
} km_real4;

/* Square root, exponential and error function of one km_real, without a promotion to double. */
#ifdef KM_DOUBLE
KM_HD km_real km_sqrt(km_real x)
{
    return sqrt(x);
}
KM_HD km_real km_exp(km_real x)
{
    return exp(x);
}
KM_HD km_real km_erfc(km_real x)
{
    return erfc(x);
}
#else
KM_HD km_real km_sqrt(km_real x)
{
    return sqrtf(x);
}
KM_HD km_real km_exp(km_real x)
{
    return expf(x);
}
KM_HD km_real km_erfc(km_real x)
{
    return erfcf(x);
}
#endif

#endif
