/* SPDX-License-Identifier: MIT */
/* The bonded terms as a GPU reads them.
 *
 * Windows: stretches of consecutive atoms, a block of threads for each, ending between molecules
 * where that is possible. A term belongs to the window of its first atom, so nearly all that a
 * block adds goes to atoms of its own window, which it keeps in shared memory.
 *
 * Each term has a slot: its atoms and up to six parameters, in rows, so that a warp reads whole
 * lines. 32 slots hold one kind of term: no warp diverges. */
#ifndef KM_BONDED_WINDOWS_CUH
#define KM_BONDED_WINDOWS_CUH

#include "kernels/backend_cuda.cuh"
#include "kernels/bonded/bonded_terms.h"

enum {
    KM_BONDED_WINDOW = 64, /* atoms that a block keeps */
    KM_BONDED_ROWS = 3     /* pairs of parameters per slot */
};

namespace KM_CUDA_NAMESPACE
{

typedef struct __attribute__((aligned(16))) slot_atoms {
    int i, j, k, l; /* i = -1: nothing here; k and l only where the kind has them */
} slot_atoms;

typedef struct __attribute__((aligned(16))) slot_pair {
    double a, b;
} slot_pair;

typedef struct bonded_window {
    int atom;       /* the first         */
    int begin, end; /* stretches of slots */
} bonded_window;

/* Passed to the kernel by value; the pointers are into device memory. */
typedef struct bonded_windows {
    int n;                 /*       windows with terms                    */
    int n_stretches;       /*       of 32 slots                           */
    bonded_window *window; /*       n                                     */
    int *kind;             /*       n_stretches: km_bonded_kind           */
    slot_atoms *atoms;     /*       32 n_stretches                        */
    slot_pair *parameter;  /*       KM_BONDED_ROWS x 32 n_stretches       */
    double alpha;          /* 1/nm                                        */
} bonded_windows;

/* Arranges the terms of n_atoms atoms; what *out points to is freed by the second in every case. */
km_status km_bonded_windows_make(const km_bonded_terms *terms, int n_atoms, bonded_windows *out);
void km_bonded_windows_free(bonded_windows *windows);

} // namespace KM_CUDA_NAMESPACE

#endif
