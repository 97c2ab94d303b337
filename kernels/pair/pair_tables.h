/* SPDX-License-Identifier: MIT */
/* What the pair loops of both backends read besides the atoms, made from the spec on the host. */
#ifndef KM_PAIR_TABLES_H
#define KM_PAIR_TABLES_H

#include "kernels/pair/ewald_polynomial.h"
#include "kernels/pair/pair.h"
#include "kernels/pair/pair_curves.h"

typedef struct km_pair_tables {
    km_real cutoff2; /* nm^2 */
    bool geometric;  /* c6_ij^2 = c6_ii c6_jj for all types, c12 alike: no table is needed */
    int n_types;
    km_real *six_c6;     /* n_types^2: 6 c6   */
    km_real *twelve_c12; /* n_types^2: 12 c12 */
    double *type_root;   /* n_types x 2: sqrt(6 c6_ii), sqrt(12 c12_ii) */
    bool *has_vdw;       /* n_types: interacts with some type by it */
    km_real shift_c6; /* 1/nm^6   U(cutoff) = twelve_c12 shift_c12 - six_c6 shift_c6; 0 unshifted */
    km_real shift_c12;     /* 1/nm^12 */
    km_pair_curves curves; /* where they are, the loop reads nothing of Lennard-Jones above */
    km_ewald_polynomial ewald;
} km_pair_tables;

#ifdef __cplusplus
extern "C" {
#endif
/* Refuses a spec that is not one for n atoms of these types. */
km_status km_pair_spec_check(const km_pair_spec *spec, int n, const int *type);
/* Made from a checked spec; destroy frees what is inside. */
km_status km_pair_tables_make(const km_pair_spec *spec, km_pair_tables *out);
void km_pair_tables_destroy(km_pair_tables *tables);
#ifdef __cplusplus
}
#endif

#endif
