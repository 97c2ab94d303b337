/* SPDX-License-Identifier: MIT */
/* A tabulated pair potential: cubic splines through the energies and the forces of a file.
 *     U(r) = a u_m + b u_m+1 + [(a^3 - a) u"_m + (b^3 - b) u"_m+1] h^2 / 6,   F(r) alike
 *     a = (r_m+1 - r)/h, b = 1 - a, h = r_m+1 - r_m
 * with the slopes -F at both ends of U and the differences of the file's ends for F: what
 * `pair_style table` of LAMMPS makes of a file (doi:10.1016/j.cpc.2021.108171). Spline: Numerical
 * Recipes, 3rd ed., section 3.3. Nothing acts beyond the last distance. Before the first one the
 * force stays what it is there; how high that wall is the barrier says (pair_barrier.h). */
#ifndef KM_PAIR_VDW_TABLE_H
#define KM_PAIR_VDW_TABLE_H

#include "kernels/base/error.h"
#include "kernels/pair/coulomb.h"

/* All five arrays lie behind r. */
typedef struct km_vdw_table {
    int n;           /*             points, at least 4               */
    double *r;       /* nm          n  ascending                     */
    double *u;       /* kJ/mol      n                                */
    double *f;       /* kJ/mol/nm   n  -dU/dr                        */
    double *u2, *f2; /*       n  second derivatives of u and f */
} km_vdw_table;

#ifdef __cplusplus
extern "C" {
#endif
/* Room for n points, to be filled in r, u and f before km_vdw_table_finish. */
KM_MUST_CHECK km_status km_vdw_table_allocate(int n, km_vdw_table *out);
/* Makes the splines; KM_ERROR_VALUE when the distances do not ascend or a number is not finite. */
KM_MUST_CHECK km_status km_vdw_table_finish(km_vdw_table *table);
/* A copy of its own. */
KM_MUST_CHECK km_status km_vdw_table_copy(const km_vdw_table *from, km_vdw_table *out);
void km_vdw_table_destroy(km_vdw_table *table);
/* The pair at squared distance r2 (nm^2). */
km_pair_term km_vdw_table_pair(const km_vdw_table *table, double r2);
#ifdef __cplusplus
}
#endif

#endif
