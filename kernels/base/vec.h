/* SPDX-License-Identifier: MIT */
/* Vectors of three doubles, for everything outside the pair loop. */
#ifndef KM_BASE_VEC_H
#define KM_BASE_VEC_H

#include "kernels/base/real.h"

typedef struct km_vec3 {
    double x, y, z;
} km_vec3;

KM_HD km_vec3 km_vec3_make(double x, double y, double z)
{
    km_vec3 v = {x, y, z};
    return v;
}
KM_HD km_vec3 km_vec3_add(km_vec3 a, km_vec3 b)
{
    return km_vec3_make(a.x + b.x, a.y + b.y, a.z + b.z);
}
KM_HD km_vec3 km_vec3_sub(km_vec3 a, km_vec3 b)
{
    return km_vec3_make(a.x - b.x, a.y - b.y, a.z - b.z);
}
KM_HD km_vec3 km_vec3_scale(double s, km_vec3 a)
{
    return km_vec3_make(s * a.x, s * a.y, s * a.z);
}
KM_HD double km_vec3_dot(km_vec3 a, km_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
KM_HD km_vec3 km_vec3_cross(km_vec3 a, km_vec3 b)
{
    return km_vec3_make(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}
KM_HD double km_vec3_norm(km_vec3 a)
{
    return sqrt(km_vec3_dot(a, a));
}

/* A vector of a component-major array. */
KM_HD km_vec3 km_vec3_load(const double *a, int n_padded, int i)
{
    return km_vec3_make(a[i], a[n_padded + i], a[2 * n_padded + i]);
}
KM_HD void km_vec3_store(double *a, int n_padded, int i, km_vec3 v)
{
    a[i] = v.x;
    a[n_padded + i] = v.y;
    a[2 * n_padded + i] = v.z;
}

#endif
